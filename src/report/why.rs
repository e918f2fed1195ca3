//! Why a contact is where it is, for a terminal, or as JSON: what decides stands where it is
//! asked, and what is not asked is not told.

use std::fmt::Write as _;

use crate::screen::one_line;
use crate::why::{
    CampaignWhy, Change, Culprit, Decides, Fate, FunnelWhy, Line, MessageWhy, SegmentWhy, Spot,
    Standing, Then, Tree, WayWhy, Why,
};

/// The document, with a newline at the end.
pub fn json(why: &Why) -> String {
    serde_json::to_string_pretty(why).expect("structs of text and numbers always serialise") + "\n"
}

/// The same in words.
pub fn text(why: &Why) -> String {
    let mut page = Page::default();
    page.line(0, format!("contact {} at {}", why.contact, why.at));
    for note in &why.notes {
        page.line(0, format!("note: {note}"));
    }
    segments(&mut page, &why.segments);
    for funnel in &why.funnels {
        self::funnel(&mut page, funnel);
    }
    for campaign in &why.campaigns {
        self::campaign(&mut page, campaign);
    }
    if !why.history.is_empty() {
        page.heading("what happened, by the journals");
        for line in &why.history {
            page.line(1, journal_line(line));
        }
    }
    if !why.happens.is_empty() {
        page.heading("a run at this moment writes into its journal");
        for line in &why.happens {
            page.line(1, journal_line(line));
        }
    }
    page.text
}

/// Lines of text.
#[derive(Default)]
struct Page {
    text: String,
}

impl Page {
    /// Adds a line; writing to a string cannot fail.
    fn line(&mut self, depth: usize, words: impl AsRef<str>) {
        let words = one_line(words.as_ref());
        let _ = writeln!(self.text, "{:width$}{words}", "", width = depth * 2);
    }

    fn heading(&mut self, words: impl AsRef<str>) {
        self.text.push('\n');
        self.line(0, words);
    }
}

fn segments(page: &mut Page, segments: &[SegmentWhy]) {
    if segments.is_empty() {
        return;
    }
    page.heading("segments");
    let inside = segments
        .iter()
        .filter(|segment| segment.is_in == Some(true));
    let inside: Vec<_> = inside
        .map(|segment| format!("{}{}", segment.id, decided(segment.decided_by)))
        .collect();
    if !inside.is_empty() {
        page.line(1, format!("in   {}", inside.join(", ")));
    }
    for segment in segments {
        match segment.is_in {
            Some(true) => {}
            Some(false) => out_of(page, segment),
            None => page.line(1, format!("?    {}", segment.id)),
        }
    }
}

fn out_of(page: &mut Page, segment: &SegmentWhy) {
    let by = decided(segment.decided_by);
    let place = at(segment.place.as_ref());
    page.line(1, format!("out  {}{by}{place}", segment.id));
    if let Some(culprit) = &segment.fails {
        condition(page, 3, &segment.condition, culprit);
    }
}

fn decided(by: Decides) -> &'static str {
    match by {
        Decides::Exclude => " (named in `exclude`)",
        Decides::Include => " (named in `include`)",
        Decides::Step => " (by a step)",
        Decides::Where => "",
    }
}

/// A condition that is not as it should be: its parts where it has some, then what fails and what
/// would change it.
fn condition(page: &mut Page, depth: usize, tree: &Tree, culprit: &Culprit) {
    if tree.parts.is_empty() && culprit.through.is_empty() {
        page.line(depth, format!("no   {}", asked(tree)));
    } else {
        self::tree(page, depth, tree);
        let through = if culprit.through.is_empty() {
            String::new()
        } else {
            format!(", asked by {}", culprit.through.join(", then "))
        };
        let should = if culprit.should_be { "" } else { "not " };
        page.line(
            depth,
            format!(
                "first that fails: {should}{} ({}){through}{}",
                culprit.asks,
                culprit.found,
                at(culprit.place.as_ref())
            ),
        );
    }
    if let Some(change) = &culprit.change {
        page.line(depth, changed(change));
    }
}

fn tree(page: &mut Page, depth: usize, tree: &Tree) {
    let word = match tree.holds {
        Some(true) => "yes",
        Some(false) => "no ",
        None => "?  ",
    };
    page.line(depth, format!("{word}  {}", asked(tree)));
    for part in &tree.parts {
        self::tree(page, depth + 1, part);
    }
}

/// A question, and what it was found in.
fn asked(tree: &Tree) -> String {
    match &tree.found {
        Some(found) => format!("{} ({found})", tree.asks),
        None => tree.asks.clone(),
    }
}

fn changed(change: &Change) -> String {
    let write = if change.column.is_some() && !change.write.contains('`') {
        format!("`{}`", change.write)
    } else {
        change.write.clone()
    };
    match &change.then {
        Then::Turns => format!("would change it: {write}"),
        Then::Fails { asks, found } => {
            format!("would change it: {write}; then {asks} fails ({found})")
        }
        Then::Untried => format!("would change it: {write} (not tried)"),
    }
}

fn at(place: Option<&Spot>) -> String {
    place.map_or_else(String::new, |place| {
        format!(", {}:{}", place.file, place.line)
    })
}

fn funnel(page: &mut Page, funnel: &FunnelWhy) {
    let stage = match (&funnel.stage, &funnel.since) {
        (Some(stage), Some(since)) => format!("in {stage} since {since}"),
        (Some(stage), None) => format!("in {stage}"),
        (None, _) => "in no stage".to_owned(),
    };
    page.heading(format!("funnel {}: {stage}", funnel.id));
    for note in &funnel.notes {
        page.line(1, note);
    }
    for way in &funnel.ways {
        self::way(page, way);
    }
    messages(page, &funnel.experiences);
}

fn way(page: &mut Page, way: &WayWhy) {
    if let Some(says) = &way.says {
        page.line(1, format!("{}: {says}", way.what));
    }
    let Some(tree) = &way.condition else { return };
    match (&way.fails, tree.holds) {
        (Some(culprit), _) => {
            page.line(1, format!("{}: no{}", way.what, at(tree.place.as_ref())));
            condition(page, 3, tree, culprit);
        }
        (None, Some(true)) => page.line(1, format!("{}: yes, {}", way.what, asked(tree))),
        (None, Some(false)) => page.line(1, format!("{}: no, {}", way.what, asked(tree))),
        (None, None) => page.line(1, format!("{}: {}", way.what, asked(tree))),
    }
}

fn campaign(page: &mut Page, campaign: &CampaignWhy) {
    let since = campaign.since.as_deref().unwrap_or_default();
    let entry = format!("entry {}", campaign.entries);
    let standing = match campaign.standing {
        Standing::Never => "never entered".to_owned(),
        Standing::Inside => format!("inside since {since}, {entry}"),
        Standing::Completed => format!("went to the end on {since}, {entry}"),
        Standing::Exited => format!("left on {since}, {entry}"),
        Standing::Converted => format!("reached its goal on {since}, {entry}"),
    };
    page.heading(format!(
        "campaign {}: {standing}{}",
        campaign.id,
        at(campaign.place.as_ref())
    ));
    for waits in &campaign.waits {
        let until = waits
            .until
            .as_ref()
            .map_or_else(String::new, |until| format!(", until {until}"));
        page.line(
            1,
            format!("at `{}`, waits for {}{until}", waits.step, waits.waits_for),
        );
    }
    for note in &campaign.notes {
        page.line(1, note);
    }
    if campaign.standing != Standing::Inside {
        campaign.enter.iter().for_each(|way| self::way(page, way));
    }
    let ends = campaign.ends.iter();
    // Outside of the campaign only an end that holds matters: it keeps out.
    let matter = ends.filter(|way| {
        let holds = way.condition.as_ref().and_then(|tree| tree.holds);
        campaign.standing == Standing::Inside || holds == Some(true)
    });
    matter.for_each(|end| way(page, end));
    messages(page, &campaign.messages);
}

fn messages(page: &mut Page, messages: &[MessageWhy]) {
    let widest = messages
        .iter()
        .map(|message| message.step.chars().count())
        .max()
        .unwrap_or(0);
    for message in messages {
        let word = match message.fate {
            Fate::Sent => "sent",
            Fate::Skipped => "skipped",
            Fate::ToCome => "to come",
            Fate::Not => "not sent",
        };
        let told = [message.at.as_deref(), message.why.as_deref()];
        let told: Vec<_> = told.into_iter().flatten().collect();
        page.line(
            1,
            format!("{word:8}  {:widest$}  {}", message.step, told.join(", ")),
        );
        if let Some(culprit) = &message.fails {
            let should = if culprit.should_be { "" } else { "not " };
            page.line(
                6,
                format!(
                    "{should}{} ({}){}",
                    culprit.asks,
                    culprit.found,
                    at(culprit.place.as_ref())
                ),
            );
            if let Some(change) = &culprit.change {
                page.line(6, changed(change));
            }
        }
    }
}

/// A row of the journal as a line.
fn journal_line(line: &Line) -> String {
    let Line {
        at,
        event,
        campaign,
        step,
        subject,
        from,
        to,
        reason,
        entry: _,
    } = line;
    let arrow = if from.is_empty() || to.is_empty() {
        ""
    } else {
        "->"
    };
    let words = [at, event, campaign, step, subject, from, arrow, to, reason];
    let words = words.into_iter().map(|word| -> &str { word });
    words
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}
