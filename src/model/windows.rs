//! When on a contact's clock a wait may end: a time of day, hours, days of the week; nothing here
//! knows what time it is.

use std::fmt;

use jiff::civil::{DateTime, Time, Weekday};

/// At which times of day and on which days a wait may end; by default at any.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Windows {
    /// The time of day.
    pub at: Option<Time>,
    /// The first and the last moment of the hours; over midnight where the first is later.
    pub between: Option<(Time, Time)>,
    /// The days of the week.
    pub days: Option<Weekdays>,
}

/// Some days of the week, at least one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weekdays(u8);

impl Windows {
    /// Whether a wait may end at any time.
    pub fn is_open(&self) -> bool {
        *self == Self::default()
    }

    /// Whether a moment of a clock lies within the hours and the days.
    pub fn has(&self, moment: DateTime) -> bool {
        self.has_time(moment.time()) && self.has_day(moment.weekday())
    }

    /// Whether a time of day lies within the hours.
    pub fn has_time(&self, time: Time) -> bool {
        self.between.is_none_or(|(from, to)| {
            if from <= to {
                (from..=to).contains(&time)
            } else {
                time >= from || time <= to
            }
        })
    }

    /// Whether a day of the week is one of the days.
    pub fn has_day(&self, day: Weekday) -> bool {
        self.days.is_none_or(|days| days.has(day))
    }

    /// The time of day on which a wait goes on that was moved to another day at `time`.
    pub fn first_time(&self, time: Time) -> Time {
        match (self.at, self.between) {
            (Some(at), _) => at,
            (None, Some(_)) if self.has_time(Time::midnight()) => Time::midnight(),
            (None, Some((from, _))) => from,
            (None, None) => time,
        }
    }
}

impl Weekdays {
    /// The days with their words, from Monday.
    pub const ALL: [(&'static str, Weekday); 7] = [
        ("mon", Weekday::Monday),
        ("tue", Weekday::Tuesday),
        ("wed", Weekday::Wednesday),
        ("thu", Weekday::Thursday),
        ("fri", Weekday::Friday),
        ("sat", Weekday::Saturday),
        ("sun", Weekday::Sunday),
    ];

    /// These days; nothing where there are none.
    pub fn of(days: impl IntoIterator<Item = Weekday>) -> Option<Self> {
        let bits = days.into_iter().fold(0, |bits, day| bits | bit(day));
        (bits != 0).then_some(Self(bits))
    }

    /// The days from one to another, both included, over the end of the week where need be.
    pub fn between(from: Weekday, to: Weekday) -> impl Iterator<Item = Weekday> {
        from.cycle_forward()
            .take(usize::try_from(from.until(to)).unwrap_or(0) + 1)
    }

    /// The day of a word.
    pub fn day_of(word: &str) -> Option<Weekday> {
        Self::ALL
            .into_iter()
            .find(|(other, _)| *other == word)
            .map(|(_, day)| day)
    }

    /// Whether a day is among them.
    pub fn has(self, day: Weekday) -> bool {
        self.0 & bit(day) != 0
    }

    /// Their words, from Monday.
    pub fn words(self) -> Vec<&'static str> {
        Self::ALL
            .into_iter()
            .filter(|(_, day)| self.has(*day))
            .map(|(word, _)| word)
            .collect()
    }
}

fn bit(day: Weekday) -> u8 {
    1 << day.to_monday_zero_offset()
}

/// `, at 09:00, between 09:00 and 17:00, on mon, fri`; nothing where it may end at any time.
impl fmt::Display for Windows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(at) = self.at {
            write!(f, ", at {}", time(at))?;
        }
        if let Some((from, to)) = self.between {
            write!(f, ", between {} and {}", time(from), time(to))?;
        }
        match self.days {
            Some(days) => write!(f, ", on {}", days.words().join(", ")),
            None => Ok(()),
        }
    }
}

/// `09:00`, with seconds only where there are some.
pub fn time(time: Time) -> String {
    time.strftime(if time.second() == 0 {
        "%H:%M"
    } else {
        "%H:%M:%S"
    })
    .to_string()
}

/// Reads what [`time`] writes.
pub fn parse_time(text: &str) -> Option<Time> {
    let shape: String = text
        .chars()
        .map(|c| if c.is_ascii_digit() { '0' } else { c })
        .collect();
    matches!(shape.as_str(), "00:00" | "00:00:00").then(|| text.parse().ok())?
}
