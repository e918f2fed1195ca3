//! The instants of a simulation: those of a chain of runs on the schedule of the project, or so far
//! apart as one asks.

use jiff::civil::Date;
use thiserror::Error;

use crate::model::Duration;
use crate::model::Model;
use crate::runner::floor_clock;
use crate::runner::program::{BindError, Zone};

/// From when until when a simulation goes, and how far its instants are apart.
#[derive(Clone, Copy, Debug)]
pub struct Times {
    /// The first instant, in seconds since 1970-01-01T00:00Z; the schedule of the project rounds it
    /// down.
    pub from: i64,
    /// Behind this there is none.
    pub until: i64,
    /// How far apart they are; absent: the schedule of the project.
    pub every: Option<Duration>,
}

/// Why there is no simulation between two moments.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TimesError {
    /// It would go back.
    #[error("the end of the simulation is before its beginning")]
    Backwards,
    /// There are too many instants.
    #[error("there are more than {MOST} instants between the beginning and the end")]
    TooMany,
    /// The zone is not known.
    #[error(transparent)]
    Bind(#[from] BindError),
}

/// A year of minutes, and then some.
const MOST: usize = 1_000_000;

/// The instants, in order.
#[derive(Debug)]
pub(crate) struct Ticks {
    pub(crate) moments: Vec<i64>,
    /// The days of the project's zone on which there are some, each with its first one.
    days: Vec<(u32, Date)>,
}

impl Ticks {
    pub(crate) fn new(model: &Model, zone: &Zone, times: Times) -> Result<Self, TimesError> {
        let first = floor_clock(&model.timezone, model.every, times.from)?;
        if times.until < times.from {
            return Err(TimesError::Backwards);
        }
        let moments = match times.every {
            Some(length) => spaced(model, zone, (first, times.until), length)?,
            None => scheduled(model, zone, (first, times.until))?,
        };
        let mut days: Vec<(u32, Date)> = Vec::new();
        let mut end = i64::MIN;
        for (tick, moment) in (0..).zip(&moments) {
            if *moment >= end {
                let day = zone.day_of(*moment);
                end = zone.end_of(day);
                days.push((tick, day));
            }
        }
        Ok(Self { moments, days })
    }

    /// How many there are.
    pub(crate) fn count(&self) -> u32 {
        u32::try_from(self.moments.len()).unwrap_or(u32::MAX)
    }

    pub(crate) fn last(&self) -> u32 {
        self.count().saturating_sub(1)
    }

    pub(crate) fn moment(&self, tick: u32) -> i64 {
        self.moments[tick as usize]
    }

    /// The first at a moment or behind it.
    pub(crate) fn at_or_after(&self, moment: i64) -> Option<u32> {
        let at = self.moments.partition_point(|tick| *tick < moment);
        (at < self.moments.len()).then(|| u32::try_from(at).unwrap_or(u32::MAX))
    }

    /// The number of the day of a tick.
    pub(crate) fn day_number(&self, tick: u32) -> usize {
        self.days.partition_point(|(first, _)| *first <= tick) - 1
    }

    /// The days, in order.
    pub(crate) fn days(&self) -> impl ExactSizeIterator<Item = Date> + '_ {
        self.days.iter().map(|(_, day)| *day)
    }
}

/// On the schedule of the project, which begins anew with each day.
fn scheduled(
    model: &Model,
    zone: &Zone,
    (first, until): (i64, i64),
) -> Result<Vec<i64>, TimesError> {
    let every = i64::from(model.every.max(1));
    let mut moments = Vec::new();
    let (mut moment, mut end) = (first, zone.end_of(zone.day_of(first)));
    while moment <= until {
        if moments.len() == MOST {
            return Err(TimesError::TooMany);
        }
        moments.push(moment);
        moment = moment.saturating_add(every).min(end);
        if moment == end {
            end = zone.end_of(zone.day_of(moment)).max(moment + 1);
        }
    }
    Ok(moments)
}

/// So far apart, each rounded down to the schedule as a run is.
fn spaced(
    model: &Model,
    zone: &Zone,
    (first, until): (i64, i64),
    length: Duration,
) -> Result<Vec<i64>, TimesError> {
    let mut moments: Vec<i64> = Vec::new();
    for number in 0.. {
        let times = Duration {
            months: length.months.saturating_mul(number),
            days: length.days.saturating_mul(number),
            seconds: length.seconds.saturating_mul(i64::from(number)),
        };
        let moment = zone.add(first, times);
        let moment = floor_clock(&model.timezone, model.every, moment)?;
        if moment > until {
            break;
        }
        if moments.len() == MOST {
            return Err(TimesError::TooMany);
        }
        if moments.last().is_none_or(|last| *last < moment) {
            moments.push(moment);
        } else if number > i32::try_from(MOST).unwrap_or(i32::MAX) * 2 {
            return Err(TimesError::TooMany);
        }
    }
    Ok(moments)
}
