//! When the answer to a question turns by time alone: for each question that moves on with time, the
//! moments of a simulation at which its bounds move, made once and looked up for each contact.
//!
//! Invariant: a contact at rest answers everything in the same way until the tick that is given
//! here, or until something else happens to it.

use std::collections::HashMap;

use super::Program;
use super::turning::{Source, ago, anniversary, dates};
use super::zone::Zone;
use crate::model::{DateTest, EventId, StageRef, Subject, When};

/// When answers turn, by tick: the place of a moment among those of a simulation.
#[derive(Debug, Default)]
pub(crate) struct Turns {
    /// Of values in ranges: the bounds of these.
    pub(crate) dates: Vec<(Subject, Vec<(Bound, Bound)>)>,
    /// Of the time in a stage.
    pub(crate) stages: Vec<(StageRef, Bound)>,
    /// Of days that are remembered: when each is.
    pub(crate) anniversaries: Vec<(Subject, Days)>,
    /// Of what happened within a length of time.
    pub(crate) counts: Vec<(EventId, Bound)>,
    /// Ticks around which the clock of the zone goes back and takes a bound along; everybody is
    /// visited there, and bounds only move on elsewhere.
    pub(crate) backward: Vec<u32>,
}

/// A bound that only moves on: its values, each with the tick from which on it is that.
#[derive(Debug, Default)]
pub(crate) struct Bound(Vec<(i64, u32)>);

/// By month and day: the ticks from which on and until before which it is remembered.
pub(crate) type Days = HashMap<(i8, i8), Vec<(u32, u32)>>;

/// The ranges of a question.
type Ranges = Vec<(i64, i64)>;

impl Bound {
    /// The tick from which on it is `value` or more.
    pub(crate) fn reaches(&self, value: i64) -> Option<u32> {
        let at = self.0.partition_point(|(bound, _)| *bound < value);
        self.0.get(at).map(|(_, tick)| *tick)
    }

    fn add(&mut self, value: i64, tick: u32) {
        if self.0.last().is_none_or(|(last, _)| *last < value) {
            self.0.push((value, tick));
        }
    }
}

/// So far around a change of the clock the zone may go back to a time that was already.
const AROUND: i64 = 4 * 3600;

impl Turns {
    /// Of the questions of a program, between these moments.
    pub(crate) fn of(program: &Program, ticks: &[i64]) -> Self {
        let zone = &program.zone;
        let mut turns = Self::default();
        let back = around_changes(zone, ticks);
        for moving in program.conditions.moving.iter() {
            match &moving.source {
                Source::Date {
                    subject,
                    test: DateTest::Anniversary(when),
                    ..
                } => turns.anniversary(zone, ticks, *subject, *when),
                Source::Date {
                    subject,
                    test,
                    whole_days,
                } => {
                    let ranges = |tick: usize| dates(zone, ticks[tick], test, *whole_days);
                    turns.note_backward(&back, ranges);
                    let steps = steps(ticks.len(), ranges);
                    turns.dates.push((*subject, bounds(&steps)));
                }
                Source::Stage(stage, length) => {
                    let bound = turns.single(&back, ticks, |now| ago(zone, now, *length));
                    turns.stages.push((*stage, bound));
                }
            }
        }
        for count in &program.conditions.counts {
            if let Some(length) = count.within {
                let bound = turns.single(&back, ticks, |now| ago(zone, now, length));
                turns.counts.push((count.pattern.event, bound));
            }
        }
        turns.backward.sort_unstable();
        turns.backward.dedup();
        turns
    }

    fn single(&mut self, back: &[usize], ticks: &[i64], of: impl Fn(i64) -> i64) -> Bound {
        let ranges = |tick: usize| vec![(of(ticks[tick]), i64::MAX)];
        self.note_backward(back, ranges);
        let mut bound = Bound::default();
        for (tick, ranges) in steps(ticks.len(), ranges) {
            bound.add(ranges[0].0, tick);
        }
        bound
    }

    /// Notes the ticks around a change of the clock where a bound goes back.
    fn note_backward(&mut self, back: &[usize], ranges: impl Fn(usize) -> Ranges) {
        let goes_back = |pair: &[usize]| {
            let (before, after) = (ranges(pair[0]), ranges(pair[1]));
            let later = |((lo, hi), (later_lo, later_hi)): (&(i64, i64), &(i64, i64))| {
                later_lo < lo || later_hi < hi
            };
            pair[1] == pair[0] + 1 && before.iter().zip(&after).any(later)
        };
        if back.windows(2).any(goes_back) {
            self.backward.extend(back.iter().map(|tick| place(*tick)));
        }
    }

    fn anniversary(&mut self, zone: &Zone, ticks: &[i64], subject: Subject, when: When) {
        let mut days = Days::new();
        let mut from = 0;
        while from < ticks.len() {
            // As far as the day goes, or back to another one at a change of the clock.
            let (today, end) = (
                zone.day_of(ticks[from]),
                zone.end_of(zone.day_of(ticks[from])),
            );
            let to = (from + 1..ticks.len())
                .take_while(|tick| ticks[*tick] < end && zone.day_of(ticks[*tick]) == today)
                .count()
                + from
                + 1;
            let (month, day, leap_too) = anniversary(zone, ticks[from], when);
            let leap = leap_too.then_some((2, 29));
            for day in [(month, day)].into_iter().chain(leap) {
                days.entry(day).or_default().push((place(from), place(to)));
            }
            from = to;
        }
        self.anniversaries.push((subject, days));
    }
}

/// The bounds of the ranges, one by one.
fn bounds(steps: &[(u32, Ranges)]) -> Vec<(Bound, Bound)> {
    let width = steps.first().map_or(0, |(_, ranges)| ranges.len());
    let of = |range: usize| {
        let (mut low, mut high) = (Bound::default(), Bound::default());
        for (tick, ranges) in steps {
            low.add(ranges[range].0, *tick);
            high.add(ranges[range].1, *tick);
        }
        (low, high)
    };
    (0..width).map(of).collect()
}

/// The ticks at which a value that only moves on becomes another one, and what it is then.
fn steps(count: usize, value_at: impl Fn(usize) -> Ranges) -> Vec<(u32, Ranges)> {
    let Some(last) = count.checked_sub(1) else {
        return Vec::new();
    };
    let first = value_at(0);
    let mut found = vec![(0, first.clone())];
    let mut open = vec![((0, first), (last, value_at(last)))];
    while let Some(((from, before), (to, after))) = open.pop() {
        if before == after {
            continue;
        }
        if to == from + 1 {
            found.push((place(to), after));
            continue;
        }
        let middle = usize::midpoint(from, to);
        let between = value_at(middle);
        // The earlier half comes out first.
        open.push(((middle, between.clone()), (to, after)));
        open.push(((from, before), (middle, between)));
    }
    found
}

/// The ticks around the changes of the clock.
fn around_changes(zone: &Zone, ticks: &[i64]) -> Vec<usize> {
    let (Some(first), Some(last)) = (ticks.first(), ticks.last()) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for change in zone.changes(*first - AROUND, *last + AROUND) {
        let near = |moment: i64| ticks.partition_point(|tick| *tick < moment);
        found.extend(near(change - AROUND)..near(change + AROUND));
    }
    found.sort_unstable();
    found.dedup();
    found
}

fn place(tick: usize) -> u32 {
    u32::try_from(tick).unwrap_or(u32::MAX)
}
