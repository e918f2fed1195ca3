//! How days, months, hours and periods lie to each other at every time of a run: a month has 28 to
//! 31 days, a day 23 to 25 hours, and this week began at most six days ago.

use super::laws::{asks, implies};
use crate::model::{Condition, DateTest, Duration, FieldTest, Period, Subject, Unit, When};

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// What tests of days may say of these tests.
pub(super) fn of(
    subject: Subject,
    whole_days: bool,
    tests: &[&FieldTest],
    laws: &mut Vec<Condition>,
) {
    let asked = |test: DateTest| asks(subject, FieldTest::Date(test));
    for test in tests {
        let FieldTest::Date(test) = test else {
            continue;
        };
        for when in operands(test) {
            if let Some((first, last)) = days(when) {
                let (first, last) = (day(first), day(last));
                laws.push(implies(
                    asked(DateTest::Before(when)),
                    asked(DateTest::Before(last)),
                ));
                laws.push(implies(
                    asked(DateTest::Since(when)),
                    asked(DateTest::Since(first)),
                ));
                laws.push(implies(
                    asked(DateTest::Until(when)),
                    asked(DateTest::Until(last)),
                ));
                let behind = if when.is_day() {
                    DateTest::After(first)
                } else {
                    DateTest::Since(first)
                };
                laws.push(implies(asked(DateTest::After(when)), asked(behind)));
            }
        }
        match test {
            DateTest::Within(_) if !whole_days => laws.push(implies(
                asked(test.clone()),
                asked(DateTest::Until(When::Today(0))),
            )),
            DateTest::WithinNext(_) if !whole_days => laws.push(implies(
                asked(test.clone()),
                asked(DateTest::Since(When::Today(0))),
            )),
            DateTest::During(period) => {
                if let Some((first, last)) = days_of_period(*period) {
                    let inside = DateTest::Between(day(first), day(last));
                    laws.push(implies(asked(test.clone()), asked(inside)));
                }
            }
            DateTest::Within(_) | DateTest::WithinNext(_) | DateTest::Anniversary(_) => {}
            DateTest::In { .. } | DateTest::Between(..) => {}
            DateTest::Before(_) | DateTest::After(_) => {}
            DateTest::Since(_) | DateTest::Until(_) => {}
        }
    }
}

/// Whether one length is no longer than another, whenever they are counted.
pub(super) fn is_shorter(one: Duration, other: Duration) -> bool {
    match (seconds(one), seconds(other)) {
        (Some((_, longest)), Some((shortest, _))) => longest <= shortest,
        (Some(_) | None, Some(_) | None) => {
            one.seconds == 0
                && other.seconds == 0
                && days_of(one)
                    .zip(days_of(other))
                    .is_some_and(|(one, other)| one.1 <= other.0)
        }
    }
}

/// Of exact lengths, and of days as the clock has them; what is counted in days begins at midnight.
fn seconds(length: Duration) -> Option<(i64, i64)> {
    (length.months == 0 && length.days == 0).then_some((length.seconds, length.seconds))
}

/// How many days a length has at least.
pub(super) fn least_days(length: Duration) -> Option<i64> {
    let exact = seconds(length).map(|(least, _)| least.div_euclid(DAY));
    exact.or_else(|| days_of(length).map(|(least, _)| least))
}

fn operands(test: &DateTest) -> Vec<When> {
    match test {
        DateTest::In { values, .. } => values.clone(),
        DateTest::Between(first, last) => vec![*first, *last],
        DateTest::Before(when) | DateTest::After(when) => vec![*when],
        DateTest::Since(when) | DateTest::Until(when) => vec![*when],
        DateTest::Within(length) => vec![When::Ago(*length)],
        DateTest::WithinNext(length) => vec![When::In(*length)],
        DateTest::During(_) | DateTest::Anniversary(_) => Vec::new(),
    }
}

/// The first and the last day, counted from today, on which it may lie: it is not before the one
/// begins, and not behind the beginning of the other. Nothing where it is a day that is counted
/// from today, or one of the calendar.
fn days(when: When) -> Option<(i64, i64)> {
    let (length, sign) = match when {
        When::Ago(length) => (length, -1),
        When::In(length) => (length, 1),
        When::StartOf(Unit::Week) => return Some((-6, 0)),
        When::StartOf(Unit::Month) => return Some((-30, 0)),
        When::StartOf(Unit::Year) => return Some((-365, 0)),
        When::StartOf(Unit::Day) | When::Today(_) | When::At(_) => return None,
    };
    if length.seconds == 0 {
        let (least, most) = days_of(length).filter(|_| length.months != 0)?;
        return Some(if sign < 0 {
            (-most, -least)
        } else {
            (least, most)
        });
    }
    // Now lies at most 25 hours behind the beginning of today, and the beginnings of two days lie
    // apart what the days have at 24 hours each, more or less two hours at most.
    let offset = seconds(length)?.0.checked_mul(sign)?;
    let first = offset.checked_sub(2 * HOUR)?.div_euclid(DAY);
    let last = offset.checked_add(27 * HOUR + DAY - 1)?.div_euclid(DAY);
    Some((first, last))
}

/// How many days so many months have at least, when February is among them, and at most.
const LEAST: [i64; 12] = [0, 28, 59, 89, 120, 150, 181, 212, 242, 273, 303, 334];
const MOST: [i64; 12] = [0, 31, 62, 92, 123, 153, 184, 215, 245, 276, 306, 337];

/// How many days a length has at least and at most.
fn days_of(length: Duration) -> Option<(i64, i64)> {
    let (months, days) = (i64::from(length.months), i64::from(length.days));
    if length.seconds != 0 || months < 0 || days < 0 {
        return None;
    }
    let (years, rest) = (months / 12, usize::try_from(months % 12).ok()?);
    let least = years * 365 + LEAST[rest] + days;
    let most = years * 366 + MOST[rest] + days;
    Some((least, most))
}

/// The first and the last day of a period, counted from today, as far away as they may be.
fn days_of_period(period: Period) -> Option<(i64, i64)> {
    let (one, two) = match period.unit {
        Unit::Day => return None,
        Unit::Week => (6, 13),
        Unit::Month => (30, 61),
        Unit::Year => (365, 731),
    };
    Some(match period.offset {
        0 => (-one, one),
        offset if offset < 0 => (-two, -1),
        _ => (1, two),
    })
}

/// So many days from today.
fn day(days: i64) -> When {
    let length = |days: i64| Duration {
        days: i32::try_from(days).unwrap_or(i32::MAX),
        ..Duration::default()
    };
    match days {
        0 => When::Today(0),
        days if days < 0 => When::Ago(length(-days)),
        days => When::In(length(days)),
    }
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan;
    use jiff::civil::{Date, date};

    use super::*;

    fn length(months: i32, days: i32) -> Duration {
        Duration {
            months,
            days,
            seconds: 0,
        }
    }

    fn apart(from: Date, to: Date) -> i64 {
        i64::from(to.since(from).unwrap().get_days())
    }

    #[test]
    fn no_day_of_eight_years_lies_outside_of_its_bounds() {
        let mut today = date(2023, 12, 25);
        while today.year() < 2032 {
            for months in 1..=26 {
                let (least, most) = days_of(length(months, 0)).unwrap();
                let ago = apart(today - months.months(), today);
                let ahead = apart(today, today + months.months());
                assert!((least..=most).contains(&ago), "{today} - {months}");
                assert!((least..=most).contains(&ahead), "{today} + {months}");
            }
            let week = i64::from(today.weekday().to_monday_zero_offset());
            let starts = [
                (Unit::Week, week),
                (Unit::Month, i64::from(today.day()) - 1),
                (Unit::Year, i64::from(today.day_of_year()) - 1),
            ];
            for (unit, since) in starts {
                let (first, last) = days(When::StartOf(unit)).unwrap();
                assert!(first <= -since && -since <= last, "{today} {unit}");
            }
            for offset in [-1, 0, 1] {
                let week = today - week.days() + (7 * i64::from(offset)).days();
                let month = today.first_of_month() + i64::from(offset).months();
                let year = today.first_of_year() + i64::from(offset).years();
                let ends = [
                    (Unit::Week, week, week + 6.days()),
                    (Unit::Month, month, month.last_of_month()),
                    (Unit::Year, year, year.last_of_year()),
                ];
                for (unit, start, end) in ends {
                    let (first, last) = days_of_period(Period { offset, unit }).unwrap();
                    let (start, end) = (apart(today, start), apart(today, end));
                    assert!(first <= start && end <= last, "{today} {offset} {unit}");
                }
            }
            today = today.tomorrow().unwrap();
        }
    }

    #[test]
    fn lengths_are_compared_where_they_always_lie_so() {
        assert!(is_shorter(length(0, 28), length(1, 0)));
        assert!(!is_shorter(length(0, 29), length(1, 0)));
        assert!(is_shorter(length(1, 0), length(0, 31)));
        assert!(!is_shorter(length(1, 0), length(0, 30)));
        let hours = Duration {
            seconds: 3600,
            ..Duration::default()
        };
        assert!(is_shorter(hours, hours));
        assert!(
            !is_shorter(hours, length(0, 2)),
            "what days are depends on the clock"
        );
    }
}
