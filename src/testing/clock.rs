//! The instants of a test: those that it names, and those at which something turns by itself; no
//! other instant can change anything.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::model::Duration;
use crate::model::calendar::Sign;
use crate::plan::Plan;
use crate::runner::floor_clock;
use crate::runner::program::{BindError, Zone};

/// How far a test looks for the end of campaigns after the last time that it names.
const PATIENCE: Duration = Duration {
    months: 24,
    days: 0,
    seconds: 0,
};

/// The instants to come.
pub(super) struct Clock {
    zone: Zone,
    timezone: String,
    every: u32,
    /// Every length of time in the plan: what began so long ago may turn.
    lengths: Vec<Duration>,
    to_come: BTreeSet<i64>,
    /// After this moment nothing is looked at.
    end: i64,
}

impl Clock {
    /// `patient` is a test that asks how campaigns end.
    pub(super) fn new(
        plan: &Plan,
        named: impl Iterator<Item = i64>,
        patient: bool,
    ) -> Result<Self, BindError> {
        let model = plan.model();
        let zone = Zone::named(&model.timezone)?;
        let named: Vec<i64> = named.collect();
        let last = named.iter().copied().max().unwrap_or_default();
        let mut clock = Self {
            timezone: model.timezone.clone(),
            every: model.every,
            lengths: lengths(plan),
            to_come: BTreeSet::new(),
            end: if patient {
                zone.add(last, PATIENCE)
            } else {
                ceiling(&model.timezone, model.every, last)?
            },
            zone,
        };
        named.into_iter().for_each(|moment| clock.expect(moment));
        Ok(clock)
    }

    /// The next instant.
    pub(super) fn tick(&mut self) -> Option<i64> {
        let next = self.to_come.pop_first()?;
        // Conditions over days turn at midnight.
        let midnight = self.zone.end_of(self.zone.day_of(next));
        if !self.to_come.is_empty() {
            self.expect(midnight);
        }
        Some(next)
    }

    /// Something is due at `moment`, or may turn then.
    pub(super) fn expect(&mut self, moment: i64) {
        if let Ok(instant) = ceiling(&self.timezone, self.every, moment)
            && instant <= self.end
        {
            self.to_come.insert(instant);
        }
    }

    /// Something happened at `moment`, so that something turns a length of the plan before and
    /// after; what lies before `now` is over.
    pub(super) fn happened(&mut self, moment: i64, now: i64) {
        for at in 0..self.lengths.len() {
            let length = self.lengths[at];
            let back = Duration {
                months: -length.months,
                days: -length.days,
                seconds: -length.seconds,
            };
            for turn in [self.zone.add(moment, length), self.zone.add(moment, back)] {
                if turn > now {
                    self.expect(turn);
                }
            }
        }
    }
}

/// The first run at or after `moment`.
fn ceiling(timezone: &str, every: u32, moment: i64) -> Result<i64, BindError> {
    let floor = floor_clock(timezone, every, moment)?;
    if floor == moment {
        Ok(moment)
    } else {
        floor_clock(timezone, every, floor.saturating_add(i64::from(every)))
    }
}

/// Every text of the plan that says how long; one that only looks like it costs an instant and
/// changes nothing.
fn lengths(plan: &Plan) -> Vec<Duration> {
    let plan = serde_json::from_str(&plan.to_json()).unwrap_or_default();
    let mut found = BTreeSet::new();
    collect(&plan, &mut found);
    found.into_iter().collect()
}

fn collect(value: &Value, found: &mut BTreeSet<Duration>) {
    match value {
        Value::String(text) => found.extend(Duration::parse(text, Sign::Any)),
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        Value::Object(entries) => entries.values().for_each(|entry| collect(entry, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
