//! The plan at the instants of a simulation: compiled where something is published or withdrawn,
//! turned in between; and the instants at which everybody is looked at.
//!
//! Invariant: the program of an instant is the one of a run at it which continues the state of the
//! instant before.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::ticks::Ticks;
use crate::model::{Model, Moment, Publish};
use crate::plan::Plan;
use crate::runner::batch::Prepared;
use crate::runner::header::Header;
use crate::runner::program::{BindError, Program, Turns, Zone};

/// The programs of all instants.
#[derive(Debug)]
pub(crate) struct Moments<'p> {
    plan: &'p Plan,
    first: &'p Program,
    epochs: Vec<Epoch>,
    pub(crate) ticks: Ticks,
    pub(crate) turns: Turns,
    /// The ticks at which everybody is looked at, in order.
    everybody: Vec<u32>,
}

/// From a tick on the same is published.
#[derive(Debug)]
struct Epoch {
    start: u32,
    /// The program of its first tick.
    begins: Program,
    /// What a run in it leaves as its header.
    header: Header,
    /// The program of the others, to be turned.
    goes_on: Program,
}

impl<'p> Moments<'p> {
    /// `prepared` is the run of the first instant.
    pub(crate) fn new(
        plan: &'p Plan,
        prepared: &'p Prepared,
        ticks: Ticks,
    ) -> Result<Self, BindError> {
        let first = &prepared.program;
        let turns = Turns::of(first, &ticks.moments);
        let starts = starts(plan.model(), &first.zone, &ticks);
        let mut moments = Self {
            plan,
            first,
            epochs: Vec::with_capacity(starts.len()),
            everybody: Vec::new(),
            ticks,
            turns,
        };
        for start in &starts {
            let begins = match moments.epochs.last() {
                None => first.clone(),
                Some(before) => moments.bound(*start, &before.header)?,
            };
            let mut header = begins.header(&prepared.fingerprint);
            // Behind a day on which there is no run the next one may follow on the same day.
            let goes_on = moments.bind(*start, &header)?;
            header = goes_on.header(&prepared.fingerprint);
            moments.epochs.push(Epoch {
                start: *start,
                begins,
                header,
                goes_on,
            });
        }
        moments.everybody = moments.for_everybody(&starts);
        Ok(moments)
    }

    fn for_everybody(&self, starts: &BTreeSet<u32>) -> Vec<u32> {
        let last = self.ticks.last();
        if self.first.conditions.pinned {
            return (0..=last).collect();
        }
        let mut found: BTreeSet<u32> = self.turns.backward.iter().copied().collect();
        found.extend(starts.iter().flat_map(|start| [*start, start + 1]));
        found.extend((1..=last).filter(|tick| self.is_gap(*tick)));
        found.insert(last);
        found.into_iter().filter(|tick| *tick <= last).collect()
    }

    /// The next tick at which everybody is looked at.
    pub(crate) fn next_for_everybody(&self, tick: u32) -> Option<u32> {
        let at = self.everybody.partition_point(|other| *other <= tick);
        self.everybody.get(at).copied()
    }

    /// The program of a tick.
    pub(crate) fn at(&self, tick: u32) -> Result<Cow<'_, Program>, BindError> {
        let at = self.epochs.partition_point(|epoch| epoch.start <= tick) - 1;
        let epoch = &self.epochs[at];
        if epoch.start == tick {
            return Ok(Cow::Borrowed(&epoch.begins));
        }
        if self.first.conditions.pinned || self.is_gap(tick) {
            return self.bound(tick, &epoch.header).map(Cow::Owned);
        }
        Ok(Cow::Owned(epoch.goes_on.turned(self.ticks.moment(tick))))
    }

    /// Whether a day lies between a tick and the one before.
    fn is_gap(&self, tick: u32) -> bool {
        let zone = &self.first.zone;
        let before = zone.day_of(self.ticks.moment(tick - 1));
        let today = zone.day_of(self.ticks.moment(tick));
        before.tomorrow().is_ok_and(|next| next < today)
    }

    /// A run at a tick, behind one at the tick before.
    fn bound(&self, tick: u32, header: &Header) -> Result<Program, BindError> {
        let header = Header {
            now: self.ticks.moment(tick - 1),
            ..header.clone()
        };
        self.bind(tick, &header)
    }

    fn bind(&self, tick: u32, header: &Header) -> Result<Program, BindError> {
        let mut program = Program::bind(self.plan, self.ticks.moment(tick), Some(header))?;
        program.follow(self.first);
        Ok(program)
    }
}

/// The first tick, and those from which on something is published, or no more.
fn starts(model: &Model, zone: &Zone, ticks: &Ticks) -> BTreeSet<u32> {
    let behind = |until| match until {
        Moment::Day(day) => zone.end_of(day),
        Moment::Time(time) => zone.moment(time).saturating_add(1),
    };
    let windows = publishes(model).into_iter().flat_map(|publish| {
        let from = publish.from.map(|from| zone.start_of_moment(from));
        from.into_iter().chain(publish.until.map(behind))
    });
    let first = ticks.moment(0);
    let turns = windows.filter(|moment| *moment > first);
    let mut found: BTreeSet<u32> = turns
        .filter_map(|moment| ticks.at_or_after(moment))
        .collect();
    found.insert(0);
    found
}

/// Everything that is published in a window.
fn publishes(model: &Model) -> Vec<Publish> {
    let mut found: Vec<Publish> = model.content.values().map(|it| it.publish).collect();
    found.extend(model.points.rules.values().map(|it| it.publish));
    found.extend(model.campaigns.values().map(|it| it.publish));
    for funnel in model.funnels.values() {
        found.push(funnel.publish);
        for stage in funnel.stages.values() {
            found.push(stage.publish);
            found.extend(stage.experiences.iter().map(|it| it.publish));
        }
    }
    found
}
