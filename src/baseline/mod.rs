//! Warnings that a project has had for long and that are not told again; each is known by its code
//! and by the thing that it is about, never by its line.
//!
//! No error is ever left out.

mod read;
mod things;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::diagnostic::{Diagnostic, Severity, codes};
use crate::source::{Sources, Span};
use crate::yaml::Node;
pub use read::read;
use things::Things;

/// The version of the file.
pub const FORMAT: u32 = 1;

const HEADER: &str = "\
# Warnings that were there already: `funnelc check` leaves out so many of each, by check and by what they are about.
# Written by `funnelc check --write-baseline`. It may grow shorter; whatever is new is told.
";

/// Whether a text is a baseline of this version, or nothing.
pub fn is_one(text: &str) -> bool {
    text.trim().is_empty() || read(Span::NOWHERE.file, text).1.is_empty()
}

/// What a baseline file says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    /// In the order of the file.
    entries: Vec<Entry>,
}

/// How many warnings of a check there were about a thing.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    code: String,
    thing: String,
    count: usize,
    span: Span,
}

/// What is left of findings.
#[derive(Clone, Debug, Default)]
pub struct Settled {
    /// Those that are told.
    pub told: Vec<Diagnostic>,
    /// How many are not.
    pub left_out: usize,
    /// What the baseline says of warnings that are no more.
    pub stale: Vec<Diagnostic>,
}

impl Baseline {
    /// Leaves out what stands in the baseline. Where there are more of a kind than that, all of
    /// them are told: nobody knows which is new.
    pub fn settle(&self, tree: &Node, sources: &Sources, findings: &[Diagnostic]) -> Settled {
        let things = Things::new(tree, sources);
        let counts = counted(&things, findings);
        let found = |entry: &Entry| {
            counts
                .get(&(entry.code.as_str(), entry.thing.clone()))
                .copied()
                .unwrap_or(0)
        };
        let entries: BTreeMap<(&str, &str), &Entry> = self
            .entries
            .iter()
            .rev()
            .map(|entry| ((entry.code.as_str(), entry.thing.as_str()), entry))
            .collect();
        let is_left_out = |finding: &Diagnostic| {
            let thing = things.of(finding.primary.span);
            let entry = entries.get(&(finding.code.name(), thing.as_str()));
            finding.severity == Severity::Warning
                && entry.is_some_and(|entry| found(entry) <= entry.count)
        };
        let (left_out, told): (Vec<_>, Vec<_>) = findings.iter().cloned().partition(is_left_out);
        let stale = self
            .entries
            .iter()
            .filter_map(|entry| stale(entry, found(entry)))
            .collect();
        Settled {
            told,
            left_out: left_out.len(),
            stale,
        }
    }
}

/// The file for the warnings among some findings, and how many they are.
pub fn write(tree: &Node, sources: &Sources, findings: &[Diagnostic]) -> (String, usize) {
    let counts = counted(&Things::new(tree, sources), findings);
    let mut text = format!("{HEADER}baseline: {FORMAT}\n");
    let mut last = "";
    for ((code, thing), count) in &counts {
        if last.is_empty() {
            text.push_str("warnings:\n");
        }
        if last != *code {
            let _ = writeln!(text, "  {code}:");
            last = code;
        }
        let _ = writeln!(text, "    {}: {count}", key(thing));
    }
    (text, counts.values().sum())
}

/// How many warnings there are of each code and thing, in order.
fn counted<'a>(
    things: &Things<'_>,
    findings: &'a [Diagnostic],
) -> BTreeMap<(&'a str, String), usize> {
    let mut counts = BTreeMap::new();
    for finding in findings
        .iter()
        .filter(|finding| finding.severity == Severity::Warning)
    {
        *counts
            .entry((finding.code.name(), things.of(finding.primary.span)))
            .or_default() += 1;
    }
    counts
}

fn stale(entry: &Entry, found: usize) -> Option<Diagnostic> {
    let Entry {
        code,
        thing,
        count,
        span,
    } = entry;
    if found >= *count {
        return None;
    }
    let finding = |message: String| Diagnostic::new(codes::STALE_BASELINE, *span, message);
    Some(match found {
        0 => finding(format!("`{code}` is not found in `{thing}` any more"))
            .at("not needed any more")
            .help("remove it, so that it is told when it comes back"),
        _ => finding(format!(
            "`{code}` is found in `{thing}` {found} times, and not {count}"
        ))
        .at("more than there are")
        .help(format!("write `{found}`, so that one more is told")),
    })
}

/// Quoted where it is anything but small words, strokes and dots.
fn key(thing: &str) -> String {
    let is_plain = |c: char| {
        c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '/' | '-' | '_' | '.')
    };
    if thing.starts_with(|c: char| c.is_ascii_lowercase()) && thing.chars().all(is_plain) {
        thing.to_owned()
    } else {
        serde_json::to_string(thing).unwrap_or_default()
    }
}
