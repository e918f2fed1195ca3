//! A change as a comment on a pull request: the headline first, details collapsed, never longer
//! than a comment may be, and what was cut is said.

use super::Report;
use super::inert::{cell, code, sentence};
use super::layout::{
    asked, aspect, contacts, datum, files, kind_word, mark_word, number, rows, share, subject,
    turns,
};
use super::picture::picture;
use super::text::capital;
use crate::diff::{Change, Mark};
use crate::runner::compare::{Comparison, DataShift, FunnelShift, Samples, Shift};
use crate::screen::{one_line, shortened};

/// How many characters a comment on GitHub may have.
pub const LONGEST: usize = 65_536;

/// For what is said about what was cut.
const RESERVE: usize = 150;

/// How much of a name the last line shows.
const NAME: usize = 60;

/// The report, in so many characters at most.
pub fn markdown(report: &Report<'_>, longest: usize) -> String {
    let [base, head] =
        [report.base.0, report.head.0].map(|name| code(&shortened(&one_line(name), NAME)));
    let mut page = Page::new(
        longest,
        format!("\n<sub>funnelc diff, from {base} to {head}</sub>\n"),
    );
    page.section(&format!("### {}\n", headline(report)), Vec::new(), "");
    for note in report.notes() {
        page.section(&format!("\n> {}\n", sentence(&note)), Vec::new(), "");
    }
    page.top = page.text.len();
    warnings(&mut page, report);
    if let Some(impact) = report.impact {
        self::impact(&mut page, impact);
    }
    changes(&mut page, report);
    drawing(&mut page, report);
    if let Some(impact) = report.impact {
        samples(&mut page, impact);
    }
    page.finish()
}

fn drawing(page: &mut Page, report: &Report<'_>) {
    let Some(picture) = picture(report.diff) else {
        return;
    };
    if let Some(too_large) = picture.too_large() {
        let why = format!(
            "\nThe picture of the change is left out: it has {too_large}, and Mermaid draws no \
                more.\n"
        );
        page.section(&why, Vec::new(), "");
        return;
    }
    let legend = "Green `+` is new, red `−` is gone, amber `~` is changed.";
    let body = format!("{legend}\n\n```mermaid\n{}```\n", picture.text);
    page.section(&details("Picture of the change"), vec![body], END);
}

const END: &str = "\n</details>\n";

fn details(summary: &str) -> String {
    format!("\n<details><summary>{summary}</summary>\n\n")
}

/// How long a text is where the length of a comment is counted: in units of UTF-16.
fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

/// Text that may not grow beyond a length.
struct Page {
    text: String,
    /// What is free yet, in units.
    room: usize,
    /// Where it is said that something is cut, in bytes.
    top: usize,
    cut: u64,
    last_line: String,
}

impl Page {
    fn new(longest: usize, last_line: String) -> Self {
        let room = longest.saturating_sub(RESERVE + units(&last_line));
        Self {
            text: String::new(),
            room,
            top: 0,
            cut: 0,
            last_line,
        }
    }

    /// Adds a section, line by line as long as there is room for its end.
    fn section(&mut self, head: &str, lines: Vec<String>, end: &str) {
        let frame = units(head) + units(end);
        let first = lines.first().map_or(0, |line| units(line));
        if frame + first > self.room {
            self.cut += lines.len().max(1) as u64;
            return;
        }
        self.room -= frame;
        self.text.push_str(head);
        for line in lines {
            match self.room.checked_sub(units(&line)) {
                Some(room) => {
                    self.room = room;
                    self.text.push_str(&line);
                }
                None => self.cut += 1,
            }
        }
        self.text.push_str(end);
    }

    fn finish(mut self) -> String {
        if self.cut > 0 {
            let lines = number(self.cut);
            let note = format!(
                "\n> **{lines} lines or pictures are left out** of what follows, for there is no \
                    room. On a terminal `funnelc diff` shows all.\n"
            );
            self.text.insert_str(self.top, &note);
        }
        self.text + &self.last_line
    }
}

fn headline(report: &Report<'_>) -> String {
    let sign = if alarming(report) { "⚠️ " } else { "" };
    format!("{sign}{}", sentence(&capital(&super::headline(report))))
}

/// Whether somebody newly gets a message, or a question before one is gone.
fn alarming(report: &Report<'_>) -> bool {
    let newly = |impact: &Comparison| {
        let gains = |it: &crate::runner::compare::MessageShift| {
            it.newly() + it.on_the_way.gained.contacts > 0
        };
        impact.messages.iter().any(gains)
            || impact.bad_rows.gained.contacts > 0
            || !impact.refused.is_empty()
    };
    report.impact.is_some_and(newly) || report.diff.reaches.iter().any(|reach| reach.wider)
}

fn warnings(page: &mut Page, report: &Report<'_>) {
    for reach in &report.diff.reaches {
        let (message, campaign) = (code(&reach.message), code(&reach.campaign));
        let before = cell(&asked(&reach.before, reach.before_more));
        let after = cell(&asked(&reach.after, reach.after_more));
        let sign = if reach.wider { "⚠️ " } else { "" };
        let line = format!(
            "\n> {sign}{message} in campaign {campaign} goes to others. Before: {before}. Now: \
                {after}.\n"
        );
        page.section(&line, Vec::new(), "");
    }
}

fn impact(page: &mut Page, impact: &Comparison) {
    let [base, head] = &impact.now;
    let moment = if base == head {
        base.clone()
    } else {
        format!("{base} (head: {head})")
    };
    let (affected, all) = (number(impact.affected), contacts(impact.contacts));
    let part = share(impact.affected, impact.contacts);
    page.section(
        &format!(
            "\n{affected} of {all} ({part}) are treated differently at {}.\n",
            cell(&moment)
        ),
        Vec::new(),
        "",
    );
    if impact.bad_rows.differs() {
        let (before, after) = (number(impact.bad_rows.before), rows(impact.bad_rows.after));
        let line =
            format!("\n**{after} cannot be read**, {before} before. They are not compared.\n");
        page.section(&line, Vec::new(), "");
    }
    if impact.misplaced.differs() {
        let (before, after) = (
            number(impact.misplaced.before),
            contacts(impact.misplaced.after),
        );
        let line = format!(
            "\n**{after} lose their place**, {before} before: where they were is not there.\n"
        );
        page.section(&line, Vec::new(), "");
    }
    refused(page, impact);
    messages(page, impact);
    let all = impact.contacts;
    let on_the_way = impact.messages.iter().map(|it| &it.on_the_way);
    groups(page, "On the way to", on_the_way, all);
    let retimed = impact
        .messages
        .iter()
        .map(|it| (it.now.id.as_str(), &it.retimed));
    some(page, "Get it at another time", retimed, all);
    impact
        .funnels
        .iter()
        .for_each(|funnel| self::funnel(page, funnel));
    groups(
        page,
        "Enter the campaign",
        impact.campaigns.iter().map(|it| &it.entered),
        all,
    );
    groups(
        page,
        "In the campaign afterwards",
        impact.campaigns.iter().map(|it| &it.inside),
        all,
    );
    data(page, impact);
    groups(
        page,
        "Cause the action",
        impact.actions.iter().map(|it| &it.done),
        all,
    );
    let altered = impact
        .messages
        .iter()
        .map(|it| (it.now.id.as_str(), &it.altered));
    let altered = altered.chain(
        impact
            .actions
            .iter()
            .map(|it| (it.done.id.as_str(), &it.altered)),
    );
    some(page, "With other values or to others", altered, all);
    let ahead = impact
        .campaigns
        .iter()
        .map(|it| (it.entered.id.as_str(), &it.ahead));
    some(page, "Other things to come in", ahead, all);
    groups(page, "In the segment", impact.segments.iter(), all);
    files(impact)
        .iter()
        .for_each(|line| page.section(&format!("\n{}.\n", cell(line)), Vec::new(), ""));
}

/// What a run would refuse, with the lines to paste.
fn refused(page: &mut Page, impact: &Comparison) {
    for refusal in &impact.refused {
        let head = format!(
            "\n**`funnelc run` refuses this:** {}. Write one of\n\n",
            sentence(&refusal.what)
        );
        let lines = refusal
            .write
            .iter()
            .map(|line| format!("- {}\n", code(line)));
        page.section(&head, lines.collect(), "");
    }
}

/// Names with some contacts each.
fn some<'a>(
    page: &mut Page,
    heading: &str,
    found: impl Iterator<Item = (&'a str, &'a Samples)>,
    all: u64,
) {
    let line = |(name, samples): (&str, &Samples)| {
        format!(
            "| {} | {} | {} |\n",
            code(name),
            number(samples.contacts),
            share(samples.contacts, all)
        )
    };
    let lines: Vec<_> = found
        .filter(|(_, samples)| samples.contacts > 0)
        .map(line)
        .collect();
    if !lines.is_empty() {
        page.section(
            &format!("\n| {heading} | contacts | share |\n| --- | ---: | ---: |\n"),
            lines,
            "",
        );
    }
}

fn data(page: &mut Page, impact: &Comparison) {
    let line = |shift: &DataShift| {
        format!(
            "| {} | {} |\n",
            cell(&datum(shift)),
            turns(shift, impact.contacts).join(" | ")
        )
    };
    if !impact.data.is_empty() {
        let head = "\n| End with | newly | no longer | other | share |\n| --- | ---: | ---: | ---: | \
            ---: |\n";
        page.section(head, impact.data.iter().map(line).collect(), "");
    }
}

fn messages(page: &mut Page, impact: &Comparison) {
    let found = impact
        .messages
        .iter()
        .filter(|message| message.now.differs());
    let lines: Vec<_> = found
        .map(|message| {
            let now = &message.now;
            let of_them = |count: u64, word: &str| {
                if count > 0 {
                    format!(" ({} of them {word})", number(count))
                } else {
                    String::new()
                }
            };
            format!(
                "| {} | {} | {} | **{}**{} | {}{} | {} |\n",
                code(&now.id),
                number(now.before),
                number(now.after),
                number(now.gained.contacts),
                of_them(message.sooner, "now instead of later"),
                number(now.lost.contacts),
                of_them(message.later, "later instead of now"),
                share(now.gained.contacts + now.lost.contacts, impact.contacts),
            )
        })
        .collect();
    table(page, "Get the message", lines);
}

fn groups<'a>(page: &mut Page, heading: &str, shifts: impl Iterator<Item = &'a Shift>, all: u64) {
    let line = |shift: &Shift| {
        let counts = [
            shift.before,
            shift.after,
            shift.gained.contacts,
            shift.lost.contacts,
        ]
        .map(number);
        let part = share(shift.gained.contacts + shift.lost.contacts, all);
        format!(
            "| {} | {} | {part} |\n",
            code(&shift.id),
            counts.join(" | ")
        )
    };
    table(
        page,
        heading,
        shifts.filter(|shift| shift.differs()).map(line).collect(),
    );
}

fn table(page: &mut Page, heading: &str, lines: Vec<String>) {
    if !lines.is_empty() {
        let head = format!(
            "\n| {heading} | before | after | newly | no longer | share |\n| --- | ---: | ---: | \
                ---: | ---: | ---: |\n"
        );
        page.section(&head, lines, "");
    }
}

/// From the stage under the base, a row each, to the stage under the head, a column each.
fn funnel(page: &mut Page, funnel: &FunnelShift) {
    if funnel.moved == 0 {
        return;
    }
    let ways = || funnel.matrix.iter().filter(|one| one.contacts.contacts > 0);
    let name = |stage: &Option<String>| {
        stage
            .as_deref()
            .map_or_else(|| "*no stage*".to_owned(), code)
    };
    let (mut from, mut to) = (Vec::new(), Vec::new());
    for one in ways() {
        if !from.contains(&&one.before) {
            from.push(&one.before);
        }
        if !to.contains(&&one.after) {
            to.push(&one.after);
        }
    }
    // The stages of the head in the order in which those of the base stand, as far as they are the
    // same.
    to.sort_by_key(|stage| {
        from.iter()
            .position(|other| other == stage)
            .unwrap_or(from.len())
    });
    let head: Vec<_> = to.iter().map(|stage| name(stage)).collect();
    let head = format!(
        "\nFunnel {}: **{}** of its contacts end in another stage. Rows are the stages before, \
            columns those after.\n\n| | {} |\n|{}\n",
        code(&funnel.id),
        number(funnel.moved),
        head.join(" | "),
        " --- |".repeat(to.len() + 1),
    );
    let cell = |before: &Option<String>, after: &Option<String>| {
        let found = ways().find(|one| one.before == *before && one.after == *after);
        match found.map(|one| number(one.contacts.contacts)) {
            Some(count) if before == after => count,
            Some(count) => format!("**{count}**"),
            None => String::new(),
        }
    };
    let line = |before: &Option<String>| {
        let cells: Vec<_> = to.iter().map(|after| cell(before, after)).collect();
        format!("| {} | {} |\n", name(before), cells.join(" | "))
    };
    page.section(&head, from.iter().map(|before| line(before)).collect(), "");
}

fn changes(page: &mut Page, report: &Report<'_>) {
    let diff = report.diff;
    let head = "| | what | before | after |\n| --- | --- | --- | --- |\n";
    if !diff.changes.is_empty() {
        page.section(
            &format!("\n**What changes**\n\n{head}"),
            diff.changes.iter().map(line).collect(),
            "",
        );
    }
    let renames = diff.renames.iter().map(|rename| {
        format!(
            "- {} {} → {}\n",
            kind_word(rename.kind),
            code(&rename.before),
            code(&rename.after)
        )
    });
    if !diff.renames.is_empty() {
        page.section("\nPerhaps only renamed:\n\n", renames.collect(), "");
    }
    if !diff.cosmetic.is_empty() {
        let summary = details("Only for people who read the project");
        page.section(
            &format!("{summary}{head}"),
            diff.cosmetic.iter().map(line).collect(),
            END,
        );
    }
}

fn line(change: &Change) -> String {
    let what = match (aspect(change), change.mark) {
        (Some(aspect), _) => format!("{}: {}", subject(change), aspect),
        (None, Mark::Added | Mark::Removed | Mark::Changed) => subject(change),
    };
    let side = |words: &Option<String>| words.as_deref().map(cell).unwrap_or_default();
    format!(
        "| {} | {} | {} | {} |\n",
        mark_word(change.mark),
        cell(&what),
        side(&change.before),
        side(&change.after)
    )
}

fn samples(page: &mut Page, impact: &Comparison) {
    let mut lines = Vec::new();
    let mut add = |what: String, word: &str, samples: &Samples| {
        if !samples.sample.is_empty() {
            let keys: Vec<_> = samples.sample.iter().map(|key| code(key)).collect();
            let more = if samples.contacts > keys.len() as u64 {
                ", …"
            } else {
                ""
            };
            lines.push(format!("- {what}, {word}: {}{more}\n", keys.join(", ")));
        }
    };
    let mut both = |what: &str, shift: &Shift| {
        let what = format!("{what} {}", code(&shift.id));
        add(what.clone(), "newly", &shift.gained);
        add(what, "no longer", &shift.lost);
    };
    both("cannot be read:", &impact.bad_rows);
    both("lose their place:", &impact.misplaced);
    impact.messages.iter().for_each(|it| both("get", &it.now));
    impact
        .messages
        .iter()
        .for_each(|it| both("on the way to", &it.on_the_way));
    impact
        .campaigns
        .iter()
        .for_each(|it| both("enter", &it.entered));
    impact.actions.iter().for_each(|it| both("cause", &it.done));
    impact.segments.iter().for_each(|it| both("in segment", it));
    for it in &impact.data {
        let what = cell(&datum(it));
        add(what.clone(), "newly", &it.gained);
        add(what.clone(), "no longer", &it.lost);
        add(what, "other", &it.other);
    }
    for it in &impact.messages {
        add(
            format!("get {}", code(&it.now.id)),
            "at another time",
            &it.retimed,
        );
        add(
            format!("get {}", code(&it.now.id)),
            "with other values or at another address",
            &it.altered,
        );
    }
    for it in &impact.actions {
        add(
            format!("cause {}", code(&it.done.id)),
            "with other values or for others",
            &it.altered,
        );
    }
    for it in &impact.campaigns {
        add(
            format!("in campaign {}", code(&it.entered.id)),
            "what is to come differs",
            &it.ahead,
        );
    }
    add(
        "get what they got".to_owned(),
        "under other keys",
        &impact.renamed,
    );
    add(
        "written in another form".to_owned(),
        "these",
        &impact.otherwise,
    );
    if !lines.is_empty() {
        page.section(&details("Some of the contacts"), lines, END);
    }
}
