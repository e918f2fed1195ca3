//! Values as the text of cells; what is written here reads back as the same value.

use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};

use crate::model::FieldType;
use crate::model::ids::Id;
use crate::runner::contact::Slot;

/// Appends a cell, in quotes only where it needs them.
pub(crate) fn push_cell(out: &mut Vec<u8>, text: &str) {
    let bytes = text.as_bytes();
    // Cells are short: to look at each byte without a branch is faster than to call a search.
    let asks_for_quotes = |byte: &u8| matches!(byte, b',' | b'"' | b'\n' | b'\r');
    if !bytes
        .iter()
        .fold(false, |found, byte| found | asks_for_quotes(byte))
    {
        out.extend_from_slice(bytes);
        return;
    }
    out.push(b'"');
    for (index, part) in text.split('"').enumerate() {
        if index > 0 {
            out.extend_from_slice(b"\"\"");
        }
        out.extend_from_slice(part.as_bytes());
    }
    out.push(b'"');
}

/// Appends the text of a field's value.
pub(crate) fn push_slot(
    out: &mut String,
    slot: Slot<'_>,
    type_: Option<&FieldType>,
    zone: &TimeZone,
) {
    match slot {
        Slot::Missing => {}
        Slot::Text(text) => out.push_str(text),
        Slot::Integer(number) => push(out, number),
        Slot::Number(number) => push(out, number.normalize()),
        Slot::Boolean(boolean) => push(out, boolean),
        Slot::Day(day) => push_day(out, day),
        Slot::Moment(moment) => push_civil(out, moment, zone),
        Slot::Choice(id) => {
            if let Some(FieldType::Choice(values)) = type_ {
                out.push_str(values.get(id.index()).map_or("", String::as_str));
            }
        }
        Slot::Choices(bits) => {
            if let Some(FieldType::Choices { values, separator }) = type_ {
                let chosen = values
                    .iter()
                    .enumerate()
                    .filter(|(index, _)| bits >> index & 1 == 1);
                let chosen: Vec<_> = chosen.map(|(_, value)| value.as_str()).collect();
                out.push_str(&chosen.join(separator));
            }
        }
    }
}

/// Appends a moment in the zone with its offset, to the second: `2026-11-21T09:00:00+01:00`. A wait
/// beyond the calendar ends in its last moment.
pub(crate) fn push_moment(out: &mut String, moment: i64, zone: &TimeZone) {
    let timestamp = Timestamp::from_second(moment).unwrap_or(Timestamp::MAX);
    let offset = zone.to_offset(timestamp);
    push(
        out,
        offset.to_datetime(timestamp).strftime("%Y-%m-%dT%H:%M:%S"),
    );
    push_offset(out, offset);
}

fn push_civil(out: &mut String, moment: i64, zone: &TimeZone) {
    let Ok(timestamp) = Timestamp::from_second(moment) else {
        return;
    };
    let offset = zone.to_offset(timestamp);
    let civil = offset.to_datetime(timestamp);
    push(
        out,
        civil.strftime(if civil.second() == 0 {
            "%Y-%m-%dT%H:%M"
        } else {
            "%Y-%m-%dT%H:%M:%S"
        }),
    );
    match zone.to_ambiguous_timestamp(civil).offset() {
        AmbiguousOffset::Unambiguous { .. } => {}
        AmbiguousOffset::Fold { .. } | AmbiguousOffset::Gap { .. } => push_offset(out, offset),
    }
}

fn push_offset(out: &mut String, offset: Offset) {
    let seconds = offset.seconds();
    let (hours, minutes) = (seconds.abs() / 3600, seconds.abs() % 3600 / 60);
    let sign = if seconds < 0 { '-' } else { '+' };
    push(out, format_args!("{sign}{hours:02}:{minutes:02}"));
}

fn push_day(out: &mut String, day: i32) {
    let Ok(timestamp) = Timestamp::from_second(i64::from(day) * 86_400) else {
        return;
    };
    push(out, Offset::UTC.to_datetime(timestamp).date());
}

fn push(out: &mut String, value: impl std::fmt::Display) {
    write!(out, "{value}").expect("writing to a string never fails");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runner::input::cell;

    fn text(slot: Slot<'_>, zone: &TimeZone) -> String {
        let mut out = String::new();
        push_slot(&mut out, slot, None, zone);
        out
    }

    #[test]
    fn moments_are_as_short_as_they_are_clear_and_read_back() {
        let zone = TimeZone::get("Europe/Warsaw").unwrap();
        let cases = [
            ("2026-11-21T09:00", "2026-11-21T09:00"),
            ("2026-11-21T08:00:05Z", "2026-11-21T09:00:05"),
            ("2026-10-25T00:30Z", "2026-10-25T02:30+02:00"),
            ("2026-10-25T01:30Z", "2026-10-25T02:30+01:00"),
            ("2026-10-25T02:00Z", "2026-10-25T03:00"),
        ];
        for (from, expected) in cases {
            let moment = cell::moment(from, &zone).unwrap();
            assert_eq!(text(Slot::Moment(moment), &zone), expected);
            assert_eq!(cell::moment(expected, &zone), Some(moment));
        }
        let mut out = String::new();
        push_moment(
            &mut out,
            cell::moment("2026-11-21T09:00", &zone).unwrap(),
            &zone,
        );
        assert_eq!(out, "2026-11-21T09:00:00+01:00");
    }

    #[test]
    fn values_are_shortest_and_cells_are_quoted_where_needed() {
        let zone = TimeZone::UTC;
        assert_eq!(
            text(Slot::Number(cell::number("12.50").unwrap()), &zone),
            "12.5"
        );
        assert_eq!(
            text(Slot::Number(cell::number("100").unwrap()), &zone),
            "100"
        );
        assert_eq!(
            text(Slot::Day(cell::day("1969-12-31").unwrap()), &zone),
            "1969-12-31"
        );
        let mut out = Vec::new();
        for cell in ["a;b", "a,b", "say \"hi\"", "x\r", ""] {
            push_cell(&mut out, cell);
            out.push(b'|');
        }
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "a;b|\"a,b\"|\"say \"\"hi\"\"\"|\"x\r\"||"
        );
    }
}
