//! The project's zone: between moments in seconds and days on the wall; nothing here fails, what
//! leaves the calendar is as early or late as can be.

use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};
use jiff::{Span, Timestamp};

use super::BindError;
use crate::model::{Duration, Moment, Period, Unit, When};

/// Floors `now` to a multiple of `every` seconds from local midnight in `timezone`.
pub fn floor_clock(timezone: &str, every: u32, now: i64) -> Result<i64, BindError> {
    let zone = Zone::named(timezone)?;
    let midnight = zone.start_of(zone.day_of(now));
    Ok(now - (now - midnight).rem_euclid(i64::from(every.max(1))))
}

/// A zone of the bundled data.
#[derive(Clone, Debug)]
pub(crate) struct Zone(TimeZone);

impl Zone {
    pub(crate) fn named(name: &str) -> Result<Self, BindError> {
        TimeZone::get(name)
            .map(Self)
            .map_err(|_| BindError::Zone(name.to_owned()))
    }

    /// The day on which `moment` falls.
    pub(crate) fn day_of(&self, moment: i64) -> Date {
        self.wall(moment).date()
    }

    /// The first moment of a day.
    pub(crate) fn start_of(&self, day: Date) -> i64 {
        self.moment(day.to_datetime(Time::midnight()))
    }

    /// The first moment after a day.
    pub(crate) fn end_of(&self, day: Date) -> i64 {
        day.tomorrow().map_or(i64::MAX, |next| self.start_of(next))
    }

    /// The moment at which the clock shows `time`: the first of two, and in a gap the next minute
    /// that exists.
    pub(crate) fn moment(&self, time: DateTime) -> i64 {
        first_moment(&self.0, time).unwrap_or_else(|| edge(i64::from(time.year())))
    }

    /// As a wait counts: the same clock time so many months and days later, then exact seconds.
    pub(crate) fn add(&self, moment: i64, length: Duration) -> i64 {
        let moved = if length.months == 0 && length.days == 0 {
            moment
        } else {
            let wall = self.wall(moment);
            match shift(wall.date(), length) {
                Some(day) => self.moment(day.to_datetime(wall.time())),
                None => edge(i64::from(length.months) + i64::from(length.days)),
            }
        };
        moved.saturating_add(length.seconds)
    }

    /// The moment of a written one; a day is its first moment.
    pub(crate) fn start_of_moment(&self, moment: Moment) -> i64 {
        match moment {
            Moment::Day(day) => self.start_of(day),
            Moment::Time(time) => self.moment(time),
        }
    }

    /// The whole of a day or moment, both ends included, seen from `now`.
    pub(crate) fn span(&self, when: When, now: i64) -> (i64, i64) {
        match self.day(when, now) {
            Some(day) => (self.start_of(day), self.end_of(day).saturating_sub(1)),
            None => {
                let moment = self.time(when, now);
                (moment, moment)
            }
        }
    }

    /// The day that `when` names, seen from `now`; nothing where it names a time of day.
    pub(crate) fn day(&self, when: When, now: i64) -> Option<Date> {
        let today = self.day_of(now);
        match when {
            When::At(Moment::Day(day)) => Some(day),
            When::At(Moment::Time(_)) => None,
            When::Today(days) => Some(shifted(
                today,
                Duration {
                    days: i32::from(days),
                    ..Duration::default()
                },
            )),
            When::Ago(length) if length.is_calendar() => Some(shifted(today, negative(length))),
            When::In(length) if length.is_calendar() => Some(shifted(today, length)),
            When::Ago(_) | When::In(_) => None,
            When::StartOf(unit) => Some(self.period(Period { offset: 0, unit }, now).0),
        }
    }

    /// The first and the last day of a period around `now`.
    pub(crate) fn period(&self, period: Period, now: i64) -> (Date, Date) {
        let today = self.day_of(now);
        let (first, length) = match period.unit {
            Unit::Day => (
                today,
                Duration {
                    days: 1,
                    ..Duration::default()
                },
            ),
            Unit::Week => (
                monday(today),
                Duration {
                    days: 7,
                    ..Duration::default()
                },
            ),
            Unit::Month => (
                today.first_of_month(),
                Duration {
                    months: 1,
                    ..Duration::default()
                },
            ),
            Unit::Year => (
                today.first_of_year(),
                Duration {
                    months: 12,
                    ..Duration::default()
                },
            ),
        };
        let by = i32::from(period.offset);
        let start = shifted(
            first,
            Duration {
                months: length.months * by,
                days: length.days * by,
                seconds: 0,
            },
        );
        (
            start,
            shifted(start, length).yesterday().unwrap_or(Date::MAX),
        )
    }

    fn time(&self, when: When, now: i64) -> i64 {
        match when {
            When::At(Moment::Time(time)) => self.moment(time),
            When::Ago(length) => self.add(now, negative(length)),
            When::In(length) => self.add(now, length),
            When::At(Moment::Day(_)) | When::Today(_) | When::StartOf(_) => now,
        }
    }

    pub(crate) fn wall(&self, moment: i64) -> DateTime {
        self.0.to_datetime(timestamp(moment))
    }

    /// The moments between two at which the clock is put forward or back.
    pub(crate) fn changes(&self, from: i64, to: i64) -> Vec<i64> {
        let moments = self.0.following(timestamp(from));
        moments
            .map(|change| change.timestamp().as_second())
            .take_while(|change| *change <= to)
            .collect()
    }
}

/// The moment at which the clock of a zone shows `time`: the first of two, and in a gap the moment
/// at which it ends; absent beyond the calendar.
pub(crate) fn first_moment(zone: &TimeZone, time: DateTime) -> Option<i64> {
    let found = match zone.to_ambiguous_timestamp(time).offset() {
        AmbiguousOffset::Unambiguous { offset } => offset.to_timestamp(time),
        AmbiguousOffset::Fold { before, .. } => before.to_timestamp(time),
        AmbiguousOffset::Gap { before, .. } => before
            .to_timestamp(time)
            .map(|after| transition_before(zone, after)),
    };
    found.ok().map(Timestamp::as_second)
}

/// The clock jumps at some moment not after `after`; the last such is where the gap ends.
fn transition_before(zone: &TimeZone, after: Timestamp) -> Timestamp {
    let next = after.checked_add(Span::new().seconds(1)).unwrap_or(after);
    zone.preceding(next)
        .next()
        .map_or(after, |transition| transition.timestamp())
}

/// Days since 1970-01-01.
pub(crate) fn day_number(day: Date) -> i32 {
    let seconds = Offset::UTC
        .to_timestamp(day.to_datetime(Time::midnight()))
        .map_or(0, Timestamp::as_second);
    i32::try_from(seconds.div_euclid(86_400)).unwrap_or(0)
}

/// The day so many days after 1970-01-01.
pub(crate) fn day_of_number(number: i32) -> Date {
    Offset::UTC
        .to_datetime(timestamp(i64::from(number) * 86_400))
        .date()
}

/// `day` and so many months and days, which may be negative; the last of the month where the day
/// does not exist.
pub(crate) fn shifted(day: Date, length: Duration) -> Date {
    shift(day, length).unwrap_or(if length.months < 0 || length.days < 0 {
        Date::MIN
    } else {
        Date::MAX
    })
}

/// The other way.
pub(crate) fn negative(length: Duration) -> Duration {
    Duration {
        months: length.months.saturating_neg(),
        days: length.days.saturating_neg(),
        seconds: length.seconds.saturating_neg(),
    }
}

fn shift(day: Date, length: Duration) -> Option<Date> {
    let months = Span::new().try_months(length.months).ok()?;
    let days = Span::new().try_days(length.days).ok()?;
    day.checked_add(months).ok()?.checked_add(days).ok()
}

fn monday(day: Date) -> Date {
    let back = day.weekday().since(Weekday::Monday);
    shifted(
        day,
        Duration {
            days: -i32::from(back),
            ..Duration::default()
        },
    )
}

fn timestamp(moment: i64) -> Timestamp {
    let inside = moment.clamp(Timestamp::MIN.as_second(), Timestamp::MAX.as_second());
    Timestamp::from_second(inside).unwrap_or(Timestamp::UNIX_EPOCH)
}

fn edge(direction: i64) -> i64 {
    if direction < 0 { i64::MIN } else { i64::MAX }
}

#[cfg(test)]
mod tests {
    use jiff::civil::{date, datetime};

    use super::*;

    fn at(zone: &Zone, text: &str) -> i64 {
        zone.moment(text.parse().unwrap())
    }

    const DAYS: fn(i32) -> Duration = |days| Duration {
        months: 0,
        days,
        seconds: 0,
    };

    #[test]
    fn a_gap_gives_the_next_minute_that_exists_and_an_overlap_the_first() {
        let warsaw = Zone::named("Europe/Warsaw").unwrap();
        assert_eq!(
            at(&warsaw, "2026-03-29T02:30"),
            at(&warsaw, "2026-03-29T03:00")
        );
        let overlap = at(&warsaw, "2026-10-25T02:30");
        assert_eq!(at(&warsaw, "2026-10-25T03:30") - overlap, 2 * 3600);
        let apia = Zone::named("Pacific/Apia").unwrap();
        assert_eq!(
            at(&apia, "2011-12-30T12:00"),
            apia.start_of(date(2011, 12, 31)),
            "a whole day that never was"
        );
    }

    #[test]
    fn calendar_days_keep_the_clock_and_hours_are_exact() {
        let warsaw = Zone::named("Europe/Warsaw").unwrap();
        let before = at(&warsaw, "2026-03-28T09:00");
        assert_eq!(warsaw.add(before, DAYS(1)), at(&warsaw, "2026-03-29T09:00"));
        assert_eq!(warsaw.add(before, DAYS(1)) - before, 23 * 3600);
        assert_eq!(
            warsaw.add(
                before,
                Duration {
                    seconds: 24 * 3600,
                    ..Duration::default()
                }
            ),
            at(&warsaw, "2026-03-29T10:00")
        );
    }

    #[test]
    fn months_clamp_to_the_last_of_the_month() {
        let utc = Zone::named("UTC").unwrap();
        let month = Duration {
            months: 1,
            ..Duration::default()
        };
        assert_eq!(
            utc.add(at(&utc, "2026-01-31T08:00"), month),
            at(&utc, "2026-02-28T08:00")
        );
        assert_eq!(
            shifted(date(2028, 3, 31), negative(month)),
            date(2028, 2, 29)
        );
    }

    #[test]
    fn a_relative_day_is_the_whole_day() {
        let warsaw = Zone::named("Europe/Warsaw").unwrap();
        let now = at(&warsaw, "2026-11-21T09:00");
        let (start, end) = warsaw.span(When::Ago(DAYS(90)), now);
        assert_eq!(start, at(&warsaw, "2026-08-23T00:00"));
        assert_eq!(end, at(&warsaw, "2026-08-23T23:59:59"));
        let hours = Duration {
            seconds: 3 * 3600,
            ..Duration::default()
        };
        assert_eq!(
            warsaw.span(When::Ago(hours), now),
            (now - 3 * 3600, now - 3 * 3600)
        );
    }

    #[test]
    fn weeks_start_on_monday() {
        let utc = Zone::named("UTC").unwrap();
        let now = at(&utc, "2026-11-21T09:00");
        let last_week = Period {
            offset: -1,
            unit: Unit::Week,
        };
        assert_eq!(
            utc.period(last_week, now),
            (date(2026, 11, 9), date(2026, 11, 15))
        );
        let next_month = Period {
            offset: 1,
            unit: Unit::Month,
        };
        assert_eq!(
            utc.period(next_month, now),
            (date(2026, 12, 1), date(2026, 12, 31))
        );
        assert_eq!(
            utc.day(When::StartOf(Unit::Year), now),
            Some(date(2026, 1, 1))
        );
    }

    #[test]
    fn the_clock_is_floored_from_local_midnight() {
        let kolkata = Zone::named("Asia/Kolkata").unwrap();
        let now = kolkata.moment(datetime(2026, 11, 21, 9, 47, 31, 0));
        let floored = |every| floor_clock("Asia/Kolkata", every, now).unwrap();
        assert_eq!(floored(60), at(&kolkata, "2026-11-21T09:47"));
        assert_eq!(floored(3600), at(&kolkata, "2026-11-21T09:00"));
        assert_eq!(floored(86_400), at(&kolkata, "2026-11-21T00:00"));
    }

    #[test]
    fn what_leaves_the_calendar_is_as_late_as_can_be() {
        let utc = Zone::named("UTC").unwrap();
        assert_eq!(
            utc.add(
                0,
                Duration {
                    months: i32::MAX,
                    ..Duration::default()
                }
            ),
            i64::MAX
        );
        assert_eq!(utc.day(When::Ago(DAYS(i32::MAX)), 0), Some(Date::MIN));
        assert_eq!(
            floor_clock("Nowhere/At-All", 60, 0),
            Err(BindError::Zone("Nowhere/At-All".to_owned()))
        );
    }

    #[test]
    fn days_have_numbers() {
        assert_eq!(day_number(date(1970, 1, 1)), 0);
        assert_eq!(day_number(date(1969, 12, 31)), -1);
        assert_eq!(
            day_of_number(day_number(date(2024, 2, 29))),
            date(2024, 2, 29)
        );
    }
}
