//! A change for a terminal, in at most 80 columns whatever the ids.

use std::fmt::Write as _;

use super::Report;
use super::layout::{asked, aspect, contacts, datum, files, number, share, sign, subject, turns};
use crate::diff::{Change, Diff};
use crate::graph::describe::counted;
use crate::runner::compare::{Comparison, FunnelShift, Samples, Shift};
use crate::screen::{one_line, shortened, without_passwords};

const WIDTH: usize = 80;
const NAMES: usize = 28;
const FIGURE: usize = 10;

/// The report.
pub fn text(report: &Report<'_>) -> String {
    let mut out = Lines(String::new());
    out.wrapped(0, 0, &capital(&super::headline(report)));
    for note in report.notes() {
        out.0.push('\n');
        out.wrapped(0, 2, &format!("* {note}"));
    }
    warnings(&mut out, report.diff);
    changes(&mut out, "What changes", &report.diff.changes);
    changes(
        &mut out,
        "Only for people who read the project",
        &report.diff.cosmetic,
    );
    if !report.diff.renames.is_empty() {
        out.heading("Perhaps only renamed");
        for rename in &report.diff.renames {
            let kind = super::layout::kind_word(rename.kind);
            out.wrapped(
                2,
                4,
                &format!("{kind} {} -> {}", rename.before, rename.after),
            );
        }
    }
    if let Some(impact) = report.impact {
        self::impact(&mut out, impact);
    }
    out.0
}

struct Lines(String);

impl Lines {
    fn heading(&mut self, words: &str) {
        self.0.push('\n');
        self.wrapped(0, 0, words);
    }

    /// Lines of at most [`WIDTH`] columns; longer words are cut.
    fn wrapped(&mut self, first: usize, rest: usize, text: &str) {
        let mut line = " ".repeat(first);
        let mut empty = true;
        // Nobody finds a password any more that begins in one line and ends in another.
        for word in one_line(&without_passwords(text))
            .split_whitespace()
            .flat_map(|word| pieces(word, WIDTH - rest.max(first)))
        {
            if !empty && line.chars().count() + 1 + word.chars().count() > WIDTH {
                self.line(&line);
                line = " ".repeat(rest);
                empty = true;
            }
            if !empty {
                line.push(' ');
            }
            line.push_str(&word);
            empty = false;
        }
        self.line(&line);
    }

    fn line(&mut self, line: &str) {
        self.0.push_str(line.trim_end());
        self.0.push('\n');
    }

    /// A name and figures in columns.
    fn row(&mut self, indent: usize, name: &str, figures: &[String]) {
        let room = (WIDTH - FIGURE * figures.len()).min(NAMES) - indent;
        let mut line = format!("{:indent$}{:<room$}", "", shortened(&one_line(name), room));
        for figure in figures {
            write!(line, " {figure:>width$}", width = FIGURE - 1)
                .expect("writing to a string never fails");
        }
        self.line(&line);
    }

    fn samples(&mut self, word: &str, samples: &Samples) {
        if !samples.sample.is_empty() {
            let more = if samples.contacts > samples.sample.len() as u64 {
                ", …"
            } else {
                ""
            };
            self.wrapped(
                6,
                8,
                &format!("{word}: {}{more}", samples.sample.join(", ")),
            );
        }
    }
}

fn pieces(word: &str, width: usize) -> Vec<String> {
    let letters: Vec<char> = word.chars().collect();
    letters
        .chunks(width.max(1))
        .map(|piece| piece.iter().collect())
        .collect()
}

pub(super) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .chain(letters)
        .collect()
}

fn warnings(out: &mut Lines, diff: &Diff) {
    for reach in &diff.reaches {
        out.0.push('\n');
        let sign = if reach.wider { "!" } else { "*" };
        out.wrapped(
            0,
            2,
            &format!(
                "{sign} `{}` in campaign `{}` goes to others:",
                reach.message, reach.campaign
            ),
        );
        out.wrapped(
            4,
            12,
            &format!("before: {}", asked(&reach.before, reach.before_more)),
        );
        out.wrapped(
            4,
            12,
            &format!("after: {}", asked(&reach.after, reach.after_more)),
        );
    }
}

fn changes(out: &mut Lines, heading: &str, changes: &[Change]) {
    if changes.is_empty() {
        return;
    }
    out.heading(heading);
    let mut last = String::new();
    for change in changes {
        let subject = subject(change);
        if subject != last {
            out.wrapped(2, 4, &subject);
        }
        last = subject;
        self::change(out, change);
    }
}

fn change(out: &mut Lines, change: &Change) {
    let sign = sign(change.mark);
    let none = "(nothing)";
    match (aspect(change), &change.before, &change.after) {
        (None, Some(words), None) | (None, None, Some(words)) if words.is_empty() => {
            out.wrapped(4, 6, sign);
        }
        (None, Some(words), None) | (None, None, Some(words)) => {
            out.wrapped(4, 6, &format!("{sign} {words}"));
        }
        (name, before, after) => {
            if let Some(name) = name {
                out.wrapped(4, 6, &format!("{sign} {name}"));
            }
            let (before, after) = (
                before.as_deref().unwrap_or(none),
                after.as_deref().unwrap_or(none),
            );
            match name {
                Some(_) => out.wrapped(6, 14, &format!("before: {before}")),
                None => out.wrapped(4, 14, &format!("{sign} before: {before}")),
            }
            out.wrapped(6, 14, &format!("after: {after}"));
        }
    }
}

fn impact(out: &mut Lines, impact: &Comparison) {
    let [base, head] = &impact.now;
    let moment = if base == head {
        base.clone()
    } else {
        format!("{base}, and under the head {head}")
    };
    let affected = format!(
        "{} ({})",
        number(impact.affected),
        share(impact.affected, impact.contacts)
    );
    let all = contacts(impact.contacts);
    out.heading(&format!(
        "What it does to {all} at {moment}: {affected} are treated differently"
    ));
    groups(
        out,
        "rows that cannot be read",
        [&impact.bad_rows],
        impact.rows,
    );
    groups(
        out,
        "place is not there",
        [&impact.misplaced],
        impact.contacts,
    );
    refused(out, impact);
    messages(out, impact);
    groups(
        out,
        "on the way to",
        impact.messages.iter().map(|it| &it.on_the_way),
        impact.contacts,
    );
    let retimed = impact
        .messages
        .iter()
        .map(|it| (it.now.id.as_str(), &it.retimed));
    some(out, "get it at another time", retimed, impact.contacts);
    for funnel in &impact.funnels {
        self::funnel(out, funnel, impact.contacts);
    }
    groups(
        out,
        "enter the campaign",
        impact.campaigns.iter().map(|it| &it.entered),
        impact.contacts,
    );
    groups(
        out,
        "in the campaign after it",
        impact.campaigns.iter().map(|it| &it.inside),
        impact.contacts,
    );
    data(out, impact);
    groups(
        out,
        "cause the action",
        impact.actions.iter().map(|it| &it.done),
        impact.contacts,
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
    some(
        out,
        "with other values or to others",
        altered,
        impact.contacts,
    );
    let ahead = impact
        .campaigns
        .iter()
        .map(|it| (it.entered.id.as_str(), &it.ahead));
    some(out, "other things to come in", ahead, impact.contacts);
    groups(
        out,
        "in the segment",
        impact.segments.iter(),
        impact.contacts,
    );
    for line in files(impact) {
        out.0.push('\n');
        out.wrapped(2, 4, &line);
    }
}

/// What a run would refuse, with the lines to paste.
fn refused(out: &mut Lines, impact: &Comparison) {
    for refusal in &impact.refused {
        out.0.push('\n');
        out.wrapped(
            2,
            4,
            &format!("`funnelc run` refuses this: {}; write", refusal.what),
        );
        for (at, line) in refusal.write.iter().enumerate() {
            out.line(&format!(
                "    {}{}",
                if at == 0 { "" } else { "or " },
                one_line(line)
            ));
        }
    }
}

/// Names with some contacts each.
fn some<'a>(
    out: &mut Lines,
    heading: &str,
    found: impl Iterator<Item = (&'a str, &'a Samples)>,
    all: u64,
) {
    let found: Vec<_> = found.filter(|(_, samples)| samples.contacts > 0).collect();
    if found.is_empty() {
        return;
    }
    out.0.push('\n');
    out.row(2, heading, &figures(&["contacts", "share"]));
    for (name, samples) in found {
        out.row(
            4,
            name,
            &[number(samples.contacts), share(samples.contacts, all)],
        );
        out.samples("these", samples);
    }
}

fn data(out: &mut Lines, impact: &Comparison) {
    if impact.data.is_empty() {
        return;
    }
    out.0.push('\n');
    out.row(
        2,
        "end with",
        &figures(&["newly", "no longer", "other", "share"]),
    );
    for shift in &impact.data {
        out.row(4, &datum(shift), &turns(shift, impact.contacts));
        out.samples("newly", &shift.gained);
        out.samples("no longer", &shift.lost);
        out.samples("other", &shift.other);
    }
}

fn figures(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn messages(out: &mut Lines, impact: &Comparison) {
    let found: Vec<_> = impact
        .messages
        .iter()
        .filter(|message| message.now.differs())
        .collect();
    if found.is_empty() {
        return;
    }
    out.0.push('\n');
    out.row(
        2,
        "get the message",
        &figures(&["before", "after", "newly", "no longer", "share"]),
    );
    for message in found {
        let now = &message.now;
        let differ = now.gained.contacts + now.lost.contacts;
        let counts = [
            now.before,
            now.after,
            now.gained.contacts,
            now.lost.contacts,
        ]
        .map(number);
        out.row(
            4,
            &now.id,
            &[&counts[..], &[share(differ, impact.contacts)]].concat(),
        );
        for (count, words) in [
            (message.sooner, "newly, now instead of later"),
            (message.later, "later instead of now"),
        ] {
            if count > 0 {
                out.wrapped(6, 8, &format!("{} of them {words}", number(count)));
            }
        }
        out.samples("newly", &now.gained);
        out.samples("no longer", &now.lost);
    }
}

fn groups<'a>(
    out: &mut Lines,
    heading: &str,
    shifts: impl IntoIterator<Item = &'a Shift>,
    all: u64,
) {
    let found: Vec<_> = shifts.into_iter().filter(|shift| shift.differs()).collect();
    if found.is_empty() {
        return;
    }
    out.0.push('\n');
    out.row(
        2,
        heading,
        &figures(&["before", "after", "newly", "no longer", "share"]),
    );
    for shift in found {
        let counts = [
            shift.before,
            shift.after,
            shift.gained.contacts,
            shift.lost.contacts,
        ]
        .map(number);
        let differ = shift.gained.contacts + shift.lost.contacts;
        out.row(4, &shift.id, &[&counts[..], &[share(differ, all)]].concat());
        out.samples("newly", &shift.gained);
        out.samples("no longer", &shift.lost);
    }
}

fn funnel(out: &mut Lines, funnel: &FunnelShift, all: u64) {
    if funnel.moved == 0 {
        return;
    }
    out.0.push('\n');
    let stages = counted(funnel.moved, "contact");
    let ends = if funnel.moved == 1 { "ends" } else { "end" };
    out.wrapped(
        2,
        4,
        &format!("funnel {}: {stages} {ends} in another stage", funnel.id),
    );
    for one in funnel.matrix.iter().filter(|one| one.before != one.after) {
        let name =
            |stage: &Option<String>| stage.clone().unwrap_or_else(|| "(no stage)".to_owned());
        let way = format!("{} -> {}", name(&one.before), name(&one.after));
        out.wrapped(
            4,
            6,
            &format!(
                "{way}: {} ({})",
                number(one.contacts.contacts),
                share(one.contacts.contacts, all)
            ),
        );
        out.samples("these", &one.contacts);
    }
}
