//! Text of cells to typed values; what does not parse whole is not a value, and the white space
//! around a cell is no part of it.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use memchr::memchr;
use rust_decimal::Decimal;

use crate::runner::contact::trimmed;
use crate::runner::program::first_moment;

/// The parts of a cell that holds several values, without the white space around them and without
/// empty ones. Cells are short: to prepare a search costs more than the search, so one byte, which
/// nearly every separator is, is looked for at once.
pub(crate) fn parts<'t>(text: &'t str, separator: &'t str) -> impl Iterator<Item = &'t str> {
    let find = move |text: &str| match *separator.as_bytes() {
        [byte] => memchr(byte, text.as_bytes()),
        _ => text.find(separator),
    };
    let mut rest = Some(text);
    let next = move || {
        let text = rest.take()?;
        let Some(end) = find(text) else {
            return Some(text);
        };
        rest = text.get(end + separator.len()..);
        text.get(..end)
    };
    std::iter::from_fn(next)
        .map(trimmed)
        .filter(|part| !part.is_empty())
}

/// True, false, yes, no, 1, 0 in any letter case.
pub(crate) fn boolean(text: &str) -> Option<bool> {
    // So nearly every file has them.
    match text {
        "true" => return Some(true),
        "false" => return Some(false),
        _ => {}
    }
    let is = |words: [&str; 3]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    match (is(["true", "yes", "1"]), is(["false", "no", "0"])) {
        (true, _) => Some(true),
        (_, true) => Some(false),
        (false, false) => None,
    }
}

/// Decimal digits with an optional sign.
pub(crate) fn integer(text: &str) -> Option<i64> {
    small_integer(text.as_bytes()).or_else(|| text.parse().ok())
}

/// The same for digits alone, and no more than certainly fit.
#[inline]
pub(crate) fn small_integer(text: &[u8]) -> Option<i64> {
    if text.is_empty() || text.len() > 18 {
        return None;
    }
    let (mut number, mut only_digits) = (0_i64, true);
    for byte in text {
        let digit = byte.wrapping_sub(b'0');
        only_digits &= digit <= 9;
        number = number.wrapping_mul(10).wrapping_add(i64::from(digit));
    }
    only_digits.then_some(number)
}

/// An exact decimal: digits, an optional sign, an optional point; at most 28 digits, never rounded.
pub(crate) fn number(text: &str) -> Option<Decimal> {
    small_number(text.as_bytes()).or_else(|| long_number(text))
}

/// The same where at most 18 digits are in it: they fit an `i64`, which is much faster.
#[inline]
pub(crate) fn small_number(text: &[u8]) -> Option<Decimal> {
    let unsigned = match text {
        [b'-' | b'+', unsigned @ ..] => unsigned,
        unsigned => unsigned,
    };
    let (mut magnitude, mut digits, mut scale, mut has_point) = (0_i64, 0_u32, 0, false);
    for byte in unsigned {
        match byte {
            b'0'..=b'9' => {
                magnitude = magnitude
                    .wrapping_mul(10)
                    .wrapping_add(i64::from(byte - b'0'));
                digits += 1;
                scale += u32::from(has_point);
            }
            b'.' if !has_point => has_point = true,
            _ => return None,
        }
    }
    let sign = if text.first() == Some(&b'-') { -1 } else { 1 };
    (1..=18)
        .contains(&digits)
        .then(|| Decimal::new(sign * magnitude, scale))
}

fn long_number(text: &str) -> Option<Decimal> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let digits = unsigned.bytes().filter(u8::is_ascii_digit).count();
    let points = unsigned.bytes().filter(|byte| *byte == b'.').count();
    let is_number = digits > 0 && points <= 1 && digits + points == unsigned.len();
    is_number
        .then(|| Decimal::from_str_exact(text).ok())
        .flatten()
}

/// `2026-11-21` as days since 1970-01-01.
pub(crate) fn day(text: &str) -> Option<i32> {
    day_of(text.as_bytes())
}

/// The same of bytes.
#[inline]
pub(crate) fn day_of(text: &[u8]) -> Option<i32> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = *text else {
        return None;
    };
    let digits = [y1, y2, y3, y4, m1, m2, d1, d2].map(|byte| byte.wrapping_sub(b'0'));
    if digits.into_iter().fold(0, u8::max) > 9 {
        return None;
    }
    let [y1, y2, y3, y4, m1, m2, d1, d2] = digits;
    let year = i32::from(y1 * 10 + y2) * 100 + i32::from(y3 * 10 + y4);
    let (month, day) = (m1 * 10 + m2, d1 * 10 + d2);
    let fits = (1..=12).contains(&month) && day >= 1 && day <= days_in_month(year, month);
    fits.then(|| days_since_epoch(year, i32::from(month), i32::from(day)))
}

/// `2026-11-21T09:00`, with `:SS` and a fraction, a space for `T`, an offset or `Z`, as seconds
/// since 1970-01-01T00:00Z; a bare day is its first moment. Without an offset the clock of `zone`
/// counts.
pub(crate) fn moment(text: &str, zone: &TimeZone) -> Option<i64> {
    let (date, rest) = text.split_at_checked(10)?;
    let day = i64::from(day(date)?);
    if rest.is_empty() {
        return in_zone(day * 86_400, zone);
    }
    let clock = rest.strip_prefix(['T', 't', ' '])?;
    let (clock, offset) =
        clock.split_at(clock.find(['Z', 'z', '+', '-', ' ']).unwrap_or(clock.len()));
    let local = day * 86_400 + time_of_day(clock)?;
    if offset.is_empty() {
        in_zone(local, zone)
    } else {
        Some(local - offset_seconds(offset.trim_start())?)
    }
}

/// The first moment at which the clocks of `zone` show the civil time. What lies beyond the
/// calendar, such as the `9999-12-31` of those who mean never, is its last moment.
fn in_zone(local: i64, zone: &TimeZone) -> Option<i64> {
    const DAYS: i64 = 2 * 86_400;
    first_moment(
        zone,
        civil(local.min(jiff::Timestamp::MAX.as_second() - DAYS))?,
    )
}

fn civil(local: i64) -> Option<DateTime> {
    let utc = jiff::Timestamp::from_second(local).ok()?;
    Some(jiff::tz::Offset::UTC.to_datetime(utc))
}

/// `HH:MM`, `HH:MM:SS` or with a fraction, which is dropped.
fn time_of_day(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let (hour, minute, second) = match whole.as_bytes() {
        [h1, h2, b':', m1, m2] if whole == text => (pair(*h1, *h2)?, pair(*m1, *m2)?, 0),
        [h1, h2, b':', m1, m2, b':', s1, s2] => (pair(*h1, *h2)?, pair(*m1, *m2)?, pair(*s1, *s2)?),
        _ => return None,
    };
    let fits = hour < 24 && minute < 60 && second < 60 && !fraction.is_empty();
    let fits = fits && fraction.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| i64::from(hour) * 3600 + i64::from(minute) * 60 + i64::from(second))
}

/// `Z`, `+01:00`, `+0100` or `+01`.
fn offset_seconds(text: &str) -> Option<i64> {
    let (sign, hours, minutes) = match text.as_bytes() {
        b"Z" | b"z" => return Some(0),
        [sign, h1, h2] => (sign, pair(*h1, *h2)?, 0),
        [sign, h1, h2, b':', m1, m2] | [sign, h1, h2, m1, m2] => {
            (sign, pair(*h1, *h2)?, pair(*m1, *m2)?)
        }
        _ => return None,
    };
    let seconds = i64::from(hours) * 3600 + i64::from(minutes) * 60;
    match sign {
        b'+' if hours < 24 && minutes < 60 => Some(seconds),
        b'-' if hours < 24 && minutes < 60 => Some(-seconds),
        _ => None,
    }
}

fn pair(tens: u8, ones: u8) -> Option<u8> {
    (tens.is_ascii_digit() && ones.is_ascii_digit()).then(|| (tens - b'0') * 10 + (ones - b'0'))
}

fn days_in_month(year: i32, month: u8) -> u8 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Counts years from March, so that the leap day is the last of its year.
fn days_since_epoch(year: i32, month: i32, day: i32) -> i32 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_a_cell_are_those_between_separators() {
        for separator in [";", "ż", ", ", "aa"] {
            for text in [
                "",
                "x",
                " x ",
                "x|y",
                "|x||y |",
                "|",
                "xa|ay",
                "||| ż",
                "x |\u{a0}y",
            ] {
                let text = text.replace('|', separator);
                let split = text.split(separator).map(str::trim);
                let expected: Vec<_> = split.filter(|part| !part.is_empty()).collect();
                assert_eq!(
                    parts(&text, separator).collect::<Vec<_>>(),
                    expected,
                    "{text:?} at {separator:?}"
                );
            }
        }
    }

    #[test]
    fn every_day_of_four_centuries_agrees_with_the_calendar() {
        let mut date = jiff::civil::date(1799, 12, 31);
        let mut expected = day("1799-12-31").unwrap();
        while date.year() < 2200 {
            assert_eq!(day(&date.to_string()), Some(expected), "{date}");
            date = date.tomorrow().unwrap();
            expected += 1;
        }
        assert_eq!(day("1970-01-01"), Some(0));
        for wrong in [
            "2026-02-29",
            "2026-13-01",
            "2026-00-10",
            "2026-01-00",
            "26-01-01",
            "2026/01/01",
            "2026-1-1",
        ] {
            assert_eq!(day(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn moments_know_offsets_gaps_and_overlaps() {
        let zone = TimeZone::get("Europe/Warsaw").unwrap();
        let at = |text: &str| moment(text, &zone);
        let utc = |text: &str| Some(text.parse::<jiff::Timestamp>().unwrap().as_second());
        assert_eq!(at("2026-11-21T09:00"), utc("2026-11-21T08:00:00Z"));
        assert_eq!(at("2026-07-21 09:00:30"), utc("2026-07-21T07:00:30Z"));
        assert_eq!(at("2026-07-21T09:00:30.999"), utc("2026-07-21T07:00:30Z"));
        assert_eq!(at("2026-11-21T09:00Z"), utc("2026-11-21T09:00:00Z"));
        assert_eq!(at("2026-11-21T09:00:00-05:30"), utc("2026-11-21T14:30:00Z"));
        assert_eq!(at("2026-11-21T09:00+0100"), at("2026-11-21T09:00"));
        assert_eq!(at("2026-11-21"), utc("2026-11-20T23:00:00Z"));
        assert_eq!(
            at("2026-03-29T02:30"),
            utc("2026-03-29T01:00:00Z"),
            "the clock jumps from 2 to 3"
        );
        assert_eq!(
            at("2026-10-25T02:30"),
            utc("2026-10-25T00:30:00Z"),
            "2:30 happens twice"
        );
        assert!(at("9999-12-31") > at("9999-01-01"), "those who mean never");
        for wrong in [
            "2026-11-21T",
            "2026-11-21T9:00",
            "2026-11-21T24:00",
            "2026-11-21T09:00.5",
            "2026-11-21T09:00+25",
            "x",
        ] {
            assert_eq!(at(wrong), None, "{wrong}");
        }
        assert_eq!(at("żżżżżżżżżż"), None);
    }

    #[test]
    fn numbers_are_exact_and_nothing_else_is_a_number() {
        for text in [
            "0",
            "12.50",
            "-3.14",
            "+7",
            ".5",
            "5.",
            "79228162514264337593543950335",
            "0.1234567890123456789012345678",
        ] {
            let expected = text.trim_start_matches('+').parse::<Decimal>().unwrap();
            assert_eq!(number(text), Some(expected), "{text}");
        }
        for wrong in [
            "",
            "-",
            ".",
            "1e5",
            "1_000",
            "1,5",
            "0x1",
            "1.2.3",
            "٣",
            "79228162514264337593543950336",
        ] {
            assert_eq!(number(wrong), None, "{wrong}");
        }
        assert_eq!(integer("9223372036854775807"), Some(i64::MAX));
        assert_eq!(integer("9223372036854775808"), None);
        assert_eq!(integer("1.0"), None);
        assert_eq!(
            (boolean("YES"), boolean("0"), boolean("on")),
            (Some(true), Some(false), None)
        );
    }
}
