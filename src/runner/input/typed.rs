//! The text of a cell to the value of a declared field: its type, its bounds, its default; the same
//! for contacts and companies.

use jiff::tz::TimeZone;

use super::cell;
use crate::model::ids::Id;
use crate::model::{ChoiceId, Field, FieldType, Moment, Value, is_address};
use crate::runner::contact::Slot;
use crate::runner::notice::Reason;

/// What a cell of a field must be.
#[derive(Clone, Debug)]
pub(crate) struct Rule<'a> {
    pub(crate) field: &'a Field,
    type_: &'a FieldType,
    pub(crate) column: Option<usize>,
    /// Whether it holds the contact's zone.
    pub(crate) is_zone: bool,
    pub(crate) default: Slot<'a>,
    /// Words that mean that there is no value.
    missing: Vec<&'a str>,
    min: Option<Slot<'a>>,
    max: Option<Slot<'a>>,
    /// Whether the type alone decides.
    only_type: bool,
}

impl<'a> Rule<'a> {
    /// What the project says of a field, the column in which it stands, and the words that mean in
    /// any cell of the file that there is no value.
    pub(crate) fn new(
        field: &'a Field,
        column: Option<usize>,
        missing: &'a [String],
        zone: &TimeZone,
    ) -> Self {
        let type_ = field
            .type_
            .as_ref()
            .unwrap_or(&FieldType::Text { match_case: true });
        let bound =
            |value: &'a Option<Value>, end| value.as_ref().map(|value| slot(value, zone, end));
        Self {
            field,
            type_,
            column,
            is_zone: false,
            missing: missing
                .iter()
                .chain(&field.missing)
                .map(String::as_str)
                .collect(),
            default: bound(&field.default, End::First).unwrap_or_default(),
            min: bound(&field.min, End::First),
            max: bound(&field.max, End::Last),
            only_type: missing.is_empty()
                && field.missing.is_empty()
                && field.min.is_none()
                && field.max.is_none(),
        }
    }

    /// The value of a cell as nearly all are written, from its bytes; nothing where more must be
    /// looked at.
    #[inline]
    pub(crate) fn usual_value<'r>(&self, bytes: &[u8]) -> Option<Slot<'r>> {
        if !self.only_type {
            return None;
        }
        if bytes.is_empty() {
            return Some(Slot::Missing);
        }
        match self.type_ {
            FieldType::Integer => cell::small_integer(bytes).map(Slot::Integer),
            FieldType::Number => cell::small_number(bytes).map(Slot::Number),
            FieldType::Boolean => match bytes {
                b"true" => Some(Slot::Boolean(true)),
                b"false" => Some(Slot::Boolean(false)),
                _ => None,
            },
            FieldType::Date => cell::day_of(bytes).map(Slot::Day),
            FieldType::Text { .. } | FieldType::Email | FieldType::Datetime => None,
            FieldType::Choice(_) | FieldType::Choices { .. } => None,
        }
    }

    /// The value of a cell, as it is read without the white space around it and without the
    /// default.
    pub(crate) fn value<'r>(&self, text: &'r str, zone: &TimeZone) -> Result<Slot<'r>, Reason> {
        if text.is_empty() || !self.missing.is_empty() && self.missing.contains(&text) {
            return Ok(Slot::Missing);
        }
        let slot = match self.type_ {
            FieldType::Text { .. } if self.is_zone => return zone_name(text),
            FieldType::Text { .. } => return Ok(Slot::Text(text)),
            FieldType::Email => is_address(text).then_some(Slot::Text(text)),
            FieldType::Integer => cell::integer(text).map(Slot::Integer),
            FieldType::Number => cell::number(text).map(Slot::Number),
            FieldType::Boolean => cell::boolean(text).map(Slot::Boolean),
            FieldType::Date => cell::day(text).map(Slot::Day),
            FieldType::Datetime => cell::moment(text, zone).map(Slot::Moment),
            FieldType::Choice(values) => return choice(values, text).map(Slot::Choice),
            FieldType::Choices { values, separator } => return choices(values, separator, text),
        };
        let slot = slot.ok_or(Reason::NotA(self.type_.word()))?;
        if self.min.is_some_and(|min| less(slot, min)) {
            return Err(Reason::TooSmall(
                self.field.min.as_ref().map(words).unwrap_or_default(),
            ));
        }
        if self.max.is_some_and(|max| less(max, slot)) {
            return Err(Reason::TooLarge(
                self.field.max.as_ref().map(words).unwrap_or_default(),
            ));
        }
        Ok(slot)
    }
}

/// The zone data answers from memory after the first time, whatever the case of the letters.
fn zone_name(text: &str) -> Result<Slot<'_>, Reason> {
    match text {
        name if TimeZone::get(name).is_ok() => Ok(Slot::Text(name)),
        _ => Err(Reason::UnknownZone),
    }
}

fn choice(values: &[String], text: &str) -> Result<ChoiceId, Reason> {
    values
        .iter()
        .position(|value| value == text)
        .map(ChoiceId::from_index)
        .ok_or(Reason::UnknownChoice)
}

fn choices<'r>(values: &[String], separator: &str, text: &str) -> Result<Slot<'r>, Reason> {
    let mut bits = 0_u64;
    for part in cell::parts(text, separator) {
        bits |= 1 << choice(values, part)?.index();
    }
    Ok(if bits == 0 {
        Slot::Missing
    } else {
        Slot::Choices(bits)
    })
}

/// Which end of a whole day stands for it.
#[derive(Clone, Copy)]
enum End {
    First,
    Last,
}

/// The slot of a value of the project.
fn slot<'a>(value: &'a Value, zone: &TimeZone, end: End) -> Slot<'a> {
    match value {
        Value::Text(text) => Slot::Text(text),
        Value::Integer(number) => Slot::Integer(*number),
        Value::Number(number) => Slot::Number(*number),
        Value::Boolean(boolean) => Slot::Boolean(*boolean),
        Value::Date(date) => cell::day(&date.to_string()).map_or(Slot::Missing, Slot::Day),
        Value::Datetime(moment) => {
            moment_of(*moment, zone, end).map_or(Slot::Missing, Slot::Moment)
        }
        Value::Choice(id) => Slot::Choice(*id),
        Value::Choices(ids) => Slot::Choices(ids.iter().fold(0, |bits, id| bits | 1 << id.index())),
    }
}

fn moment_of(moment: Moment, zone: &TimeZone, end: End) -> Option<i64> {
    match (moment, end) {
        (Moment::Time(_), _) | (Moment::Day(_), End::First) => {
            cell::moment(&moment.to_string(), zone)
        }
        (Moment::Day(day), End::Last) => {
            let next = day.tomorrow().ok()?;
            Some(cell::moment(&next.to_string(), zone)? - 1)
        }
    }
}

fn less(a: Slot<'_>, b: Slot<'_>) -> bool {
    match (a, b) {
        (Slot::Integer(a), Slot::Integer(b)) | (Slot::Moment(a), Slot::Moment(b)) => a < b,
        (Slot::Number(a), Slot::Number(b)) => a < b,
        (Slot::Day(a), Slot::Day(b)) => a < b,
        _ => false,
    }
}

fn words(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::Integer(number) => number.to_string(),
        Value::Number(number) => number.normalize().to_string(),
        Value::Boolean(boolean) => boolean.to_string(),
        Value::Date(date) => date.to_string(),
        Value::Datetime(moment) => moment.to_string(),
        Value::Choice(_) | Value::Choices(_) => String::new(),
    }
}
