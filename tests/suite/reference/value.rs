//! The values of fields: read from cells and operands, compared, and spelt for the outputs.
//!
//! Invariant: a missing value is `None`, never a special value.

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::AmbiguousOffset;
use rust_decimal::Decimal;
use serde_yaml::Value;

use super::clock::Clock;
use super::project::{get, items, text, word};

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Datum {
    Text(String),
    Number(Decimal),
    Flag(bool),
    Day(Date),
    At(Timestamp),
    Choice(String),
    /// In the order of the declaration.
    Choices(Vec<String>),
}

pub(super) fn type_of(field: &Value) -> String {
    text(field, "type").expect("a field has a type")
}

/// Sections 2 and 13, "Cells". An empty cell is missing; for a missing value stands the default.
pub(super) fn read_cell(clock: &Clock, field: &Value, cell: &str) -> Option<Datum> {
    read_written(clock, field, cell).or_else(|| default_of(clock, field))
}

/// What stands for a missing value.
pub(super) fn default_of(clock: &Clock, field: &Value) -> Option<Datum> {
    read_literal(clock, field, get(field, "default")?)
}

fn read_written(clock: &Clock, field: &Value, cell: &str) -> Option<Datum> {
    let cell = cell.trim();
    if cell.is_empty() {
        return None;
    }
    let kind = type_of(field);
    if kind == "text" || kind == "email" {
        return Some(Datum::Text(cell.to_owned()));
    }
    if kind == "choices" {
        let separator = separator(field);
        return choices(
            field,
            &cell
                .split(separator.as_str())
                .map(str::to_owned)
                .collect::<Vec<_>>(),
        );
    }
    Some(read_scalar(clock, &kind, cell))
}

/// A literal of the project, read by the type of the field it stands beside.
pub(super) fn read_literal(clock: &Clock, field: &Value, literal: &Value) -> Option<Datum> {
    if type_of(field) == "choices" {
        choices(
            field,
            &items(literal).into_iter().map(word).collect::<Vec<_>>(),
        )
    } else {
        read_written(clock, field, &word(literal))
    }
}

fn read_scalar(clock: &Clock, kind: &str, text: &str) -> Datum {
    match kind {
        "integer" | "number" => Datum::Number(decimal(text)),
        "boolean" => Datum::Flag(match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "1" => true,
            "false" | "no" | "0" => false,
            other => panic!("no boolean: `{other}`"),
        }),
        "date" => Datum::Day(text.parse().expect("a date")),
        "datetime" => Datum::At(clock.moment(text)),
        "choice" => Datum::Choice(text.to_owned()),
        other => panic!("no type: `{other}`"),
    }
}

pub(super) fn decimal(text: &str) -> Decimal {
    text.parse()
        .unwrap_or_else(|_| panic!("no number: `{text}`"))
}

/// Some of the declared values, in the order of the declaration; none at all is missing.
fn choices(field: &Value, chosen: &[String]) -> Option<Datum> {
    let chosen: Vec<&str> = chosen.iter().map(|choice| choice.trim()).collect();
    let declared = items(get(field, "values").expect("choices have values"));
    let kept: Vec<String> = declared
        .into_iter()
        .map(word)
        .filter(|value| chosen.contains(&value.as_str()))
        .collect();
    (!kept.is_empty()).then_some(Datum::Choices(kept))
}

pub(super) fn separator(definition: &Value) -> String {
    text(definition, "separator").unwrap_or(";".into())
}

/// docs/outputs.md, "contacts.csv": how each value is written.
pub(super) fn spell(clock: &Clock, field: &Value, value: Option<&Datum>) -> String {
    match value {
        None => String::new(),
        Some(Datum::Text(text) | Datum::Choice(text)) => text.clone(),
        Some(Datum::Number(number)) => number.normalize().to_string(),
        Some(Datum::Flag(flag)) => flag.to_string(),
        Some(Datum::Day(day)) => day.to_string(),
        Some(Datum::At(moment)) => spell_datetime(clock, *moment),
        Some(Datum::Choices(chosen)) => chosen.join(&separator(field)),
    }
}

/// `2026-11-21T09:00`, seconds where they are not zero, the offset in an hour that happens twice.
fn spell_datetime(clock: &Clock, moment: Timestamp) -> String {
    let local = clock.local(moment);
    let mut spelt = local.strftime("%Y-%m-%dT%H:%M").to_string();
    if local.time().second() != 0 {
        spelt += &local.strftime(":%S").to_string();
    }
    let twice = clock.zone.to_ambiguous_timestamp(local).offset();
    if matches!(twice, AmbiguousOffset::Fold { .. }) {
        let zoned = moment.to_zoned(clock.zone.clone());
        spelt += &zoned.strftime("%:z").to_string();
    }
    spelt
}

/// Section 2: text compares by Unicode simple case folding.
pub(super) fn folded(text: &str) -> String {
    text.chars().map(fold).collect()
}

fn fold(letter: char) -> char {
    let folded = unicode_case_mapping::case_folded(letter);
    folded
        .and_then(|code| char::from_u32(code.get()))
        .unwrap_or(letter)
}

/// Section 6, `set`: `today` on a date, `now` on a datetime.
pub(super) fn current(clock: &Clock, field: &Value, word: &str) -> Datum {
    match (type_of(field).as_str(), word) {
        ("date", _) => Datum::Day(clock.today()),
        ("datetime", "now") => Datum::At(clock.now),
        ("datetime", "today") => {
            Datum::At(clock.resolve(clock.today().to_datetime(Time::midnight())))
        }
        other => panic!("`{other:?}` cannot be set to a time"),
    }
}
