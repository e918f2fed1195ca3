//! Durations, dates and windows as expressions of the calendar; nothing here knows what time it is.

use std::fmt;

use jiff::civil::{Date, DateTime};

/// Which signs a duration may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// Longer than nothing.
    Positive,
    /// Any, for an offset.
    Any,
}

/// A length of time: calendar months and days, and exact seconds. Negative only as an offset; then
/// no part is positive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Duration {
    /// Calendar months; a year is twelve.
    pub months: i32,
    /// Calendar days; a week is seven.
    pub days: i32,
    /// Exact seconds; hours and minutes are made of them.
    pub seconds: i64,
}

impl Duration {
    /// Whether it counts whole calendar days only, so that it leads from a day to a day.
    pub fn is_calendar(self) -> bool {
        self.seconds == 0
    }
}

/// In the words of the language: `2 hours`, `1 day`, `3 months`; mixed ones in ISO 8601.
impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            months,
            days,
            seconds,
        } = *self;
        let (count, unit) = match (months, days, seconds) {
            (m, 0, 0) if m != 0 && m % 12 == 0 => (i64::from(m / 12), "year"),
            (m, 0, 0) if m != 0 => (i64::from(m), "month"),
            (0, d, 0) => (i64::from(d), "day"),
            (0, 0, s) if s % 3600 == 0 => (s / 3600, "hour"),
            (0, 0, s) if s % 60 == 0 => (s / 60, "minute"),
            (0, 0, s) => (s, "second"),
            (m, d, s) => {
                return write!(
                    f,
                    "{}",
                    Iso {
                        months: m,
                        days: d,
                        seconds: s
                    }
                );
            }
        };
        write!(
            f,
            "{count} {unit}{}",
            if count.abs() == 1 { "" } else { "s" }
        )
    }
}

struct Iso {
    months: i32,
    days: i32,
    seconds: i64,
}

impl fmt::Display for Iso {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let negative = self.months < 0 || self.days < 0 || self.seconds < 0;
        f.write_str(if negative { "-P" } else { "P" })?;
        for (count, unit) in [
            (self.months.unsigned_abs(), 'M'),
            (self.days.unsigned_abs(), 'D'),
        ] {
            if count > 0 {
                write!(f, "{count}{unit}")?;
            }
        }
        match self.seconds.unsigned_abs() {
            0 => Ok(()),
            s => write!(f, "T{s}S"),
        }
    }
}

/// A day or a moment, absolute or relative to the run's `now`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum When {
    /// A day or moment of the calendar.
    At(Moment),
    /// This many days after the project's today: 0 `today`, -1 `yesterday`, 1 `tomorrow`.
    Today(i8),
    /// `90 days ago`.
    Ago(Duration),
    /// `in 3 days`.
    In(Duration),
    /// `start of month`: the first day of the day, week, month or year in which now lies.
    StartOf(Unit),
}

impl When {
    /// Whether it is a whole day rather than a moment.
    pub fn is_day(self) -> bool {
        match self {
            Self::At(Moment::Day(_)) | Self::Today(_) | Self::StartOf(_) => true,
            Self::At(Moment::Time(_)) => false,
            Self::Ago(duration) | Self::In(duration) => duration.is_calendar(),
        }
    }

    /// Whether it moves on with the time of the run.
    pub fn turns(self) -> bool {
        match self {
            Self::At(_) => false,
            Self::Today(_) | Self::Ago(_) | Self::In(_) | Self::StartOf(_) => true,
        }
    }
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::At(moment) => moment.fmt(f),
            Self::Today(0) => f.write_str("today"),
            Self::Today(days) if *days < 0 => f.write_str("yesterday"),
            Self::Today(_) => f.write_str("tomorrow"),
            Self::Ago(duration) => write!(f, "{duration} ago"),
            Self::In(duration) => write!(f, "in {duration}"),
            Self::StartOf(unit) => write!(f, "start of {unit}"),
        }
    }
}

/// A day, or a wall-clock time in the project's zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Moment {
    /// The whole day.
    Day(Date),
    /// A time of day.
    Time(DateTime),
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day(date) => date.fmt(f),
            Self::Time(time) if time.second() == 0 => {
                f.write_str(&time.strftime("%Y-%m-%dT%H:%M").to_string())
            }
            Self::Time(time) => f.write_str(&time.strftime("%Y-%m-%dT%H:%M:%S").to_string()),
        }
    }
}

/// A unit of the calendar; weeks start on Monday.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names are the language's words")]
pub enum Unit {
    Day,
    Week,
    Month,
    Year,
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Year => "year",
        })
    }
}

/// A period around now: `last week` is -1 week, `this month` 0, `next year` 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    /// -1, 0 or 1.
    pub offset: i8,
    /// The unit.
    pub unit: Unit,
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let which = match self.offset {
            0 => "this",
            offset if offset < 0 => "last",
            _ => "next",
        };
        write!(f, "{which} {}", self.unit)
    }
}

/// When a thing is published; both ends of the window belong to it, a day counts whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Publish {
    /// `published: false` turns it off whatever the window says.
    pub published: bool,
    /// From here on.
    pub from: Option<Moment>,
    /// Until here.
    pub until: Option<Moment>,
}

impl Default for Publish {
    fn default() -> Self {
        Self {
            published: true,
            from: None,
            until: None,
        }
    }
}
