//! The words of the language that stand inside a value, where the schema sees text only.
//!
//! Invariant: which operators a type has is asked of the compiler, not written down again.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::projects::sources;

/// What `during` takes.
const DURING: [&str; 13] = [
    "today",
    "last day",
    "this day",
    "next day",
    "last week",
    "this week",
    "next week",
    "last month",
    "this month",
    "next month",
    "last year",
    "this year",
    "next year",
];

/// The ways to write a date, by an example.
const DATES: [&str; 11] = [
    "2026-11-21",
    "2026-11-21T09:00",
    "today",
    "yesterday",
    "tomorrow",
    "3 days ago",
    "in 3 days",
    "start of day",
    "start of week",
    "start of month",
    "start of year",
];

/// The ways to name the day of an anniversary.
const ANNIVERSARIES: [&str; 5] = ["today", "tomorrow", "yesterday", "… ago", "in …"];

const TYPES: [(&str, &str); 9] = [
    ("text", ""),
    ("email", ""),
    ("integer", ""),
    ("number", ""),
    ("boolean", ""),
    ("date", ""),
    ("datetime", ""),
    ("choice", ", values: [a]"),
    ("choices", ", values: [a]"),
];

/// All of these words, as constructs.
pub(super) fn all() -> Vec<String> {
    let during = DURING
        .iter()
        .map(|word| format!("Condition.during: {word}"));
    let dates = DATES
        .iter()
        .map(|date| format!("Condition, a date: {}", form(date).unwrap()));
    let anniversaries = ANNIVERSARIES
        .iter()
        .map(|day| format!("Condition.anniversary: {day}"));
    during
        .chain(dates)
        .chain(anniversaries)
        .chain(operators())
        .collect()
}

/// Those that stand in the value of a key.
pub(super) fn of(name: &str, value: &Value) -> Vec<String> {
    let texts: Vec<&str> = match value {
        Value::String(text) => vec![text],
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect(),
        _ => vec![],
    };
    match name {
        "Condition.during" => texts.iter().map(|text| format!("{name}: {text}")).collect(),
        "Condition.anniversary" => texts
            .iter()
            .filter_map(|text| form(text))
            .map(|form| format!("{name}: {form}"))
            .collect(),
        _ if name.starts_with("Condition.") => texts
            .iter()
            .filter_map(|text| form(text))
            .map(|form| format!("Condition, a date: {form}"))
            .collect(),
        _ => vec![],
    }
}

/// The construct of an operator on a type.
pub(super) fn operator(kind: &str, operator: &str) -> String {
    format!("Condition, {kind}: {operator}")
}

/// Each operator on each type that has it.
fn operators() -> Vec<String> {
    let keys = super::walk::SCHEMA["definitions"]["Condition"]["properties"]
        .as_object()
        .unwrap();
    let keys: Vec<&str> = keys.keys().map(String::as_str).collect();
    let kinds = TYPES.iter().map(|(kind, _)| *kind).chain(["points"]);
    kinds
        .flat_map(|kind| {
            taken(kind, &keys)
                .into_iter()
                .map(move |key| operator(kind, key))
        })
        .collect()
}

/// Those of the keys that the compiler takes for an operator of this type, whatever it says of the
/// operand.
fn taken<'k>(kind: &str, keys: &[&'k str]) -> BTreeSet<&'k str> {
    const REFUSALS: [&str; 4] = [
        "operator-type",
        "condition-keys",
        "unknown-key",
        "wrong-type",
    ];
    let fields: String = TYPES
        .iter()
        .map(|(kind, more)| format!("    {kind}: {{ type: {kind}{more} }}\n"))
        .collect();
    let head = format!("contacts:\n  key: id\n  points: {{ column: points }}\n  fields:\n{fields}");
    let mut taken = BTreeSet::new();
    for operand in ["1", "[1, 2]", "true"] {
        let segment =
            |key| format!("  {key}: {{ where: {{ field: {kind}, {key}: {operand} }} }}\n");
        let segments: String = keys.iter().map(segment).collect();
        let yaml = format!("version: 1\n{head}segments:\n{segments}");
        let compiled = funnelc::compile(sources(&[("funnelc.yaml", &yaml)]));
        let refusals = compiled
            .diagnostics
            .iter()
            .filter(|finding| REFUSALS.contains(&finding.code.name()));
        let lines: BTreeSet<usize> = refusals
            .map(|finding| compiled.sources.line_column(finding.primary.span).line)
            .collect();
        let first = yaml.lines().count() - keys.len() + 1;
        taken.extend(
            keys.iter()
                .enumerate()
                .filter(|(at, _)| !lines.contains(&(first + at)))
                .map(|(_, key)| *key),
        );
    }
    taken
}

/// How a date is written, with `…` for what differs.
fn form(text: &str) -> Option<String> {
    let shape: String = text
        .chars()
        .map(|c| if c.is_ascii_digit() { '0' } else { c })
        .collect();
    match shape.as_str() {
        "0000-00-00" => Some("a day".into()),
        "0000-00-00T00:00" => Some("a moment".into()),
        "today" | "yesterday" | "tomorrow" => Some(text.into()),
        _ if text.starts_with("start of ") => Some(text.into()),
        _ if text.ends_with(" ago") => Some("… ago".into()),
        _ if text.starts_with("in ") && shape.contains('0') => Some("in …".into()),
        _ => None,
    }
}
