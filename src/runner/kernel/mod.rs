//! One contact through one instant, by the rule of docs/language.md: pure, and without allocation
//! once its buffers have grown.
//!
//! A [`Worker`] is made for one chunk of contacts, because what it hands out borrows from the rows
//! and from what is remembered of them.
//!
//! # The order of an instant
//!
//! ```text
//!     the row of the file      what is remembered
//!                    \          /
//!       load.rs       three-way merge                      external-…
//!       take_in.rs    events, by time                      update, late, points, do-not-contact
//!       lost.rs       days on which no run was made        lost
//!                            |
//!          +---------------->|
//!          |   funnel.rs     each funnel until it rests    drop, enter, place, convert
//!          |   points.rs     triggers                      start
//!          |   campaign.rs   each campaign, in its turn    pause, resume, end, start, lost
//!          |   step.rs       what is due, earliest first, each on to its next wait
//!          |                 |
//!          +------ yes ------+  did a step run, or is a funnel or campaign still to be asked?
//!                            | no
//!       experience.rs        |  show, hide, send
//!       count.rs, save.rs    v
//! ```
//!
//! The rounds end, because in one instant a stage is entered once, a campaign started once and a
//! step run once at most; what that stops gets a `defer`. They are cheap, because nobody is asked
//! without need: whatever changes the contact names the topics that changed (`Executor::changed`),
//! and only funnels, campaigns and answers that read one of these are opened again.

mod alike;
mod asked;
mod await_event;
mod bits;
mod call;
mod campaign;
mod cause;
mod company;
mod count;
mod delivery;
mod enrollment;
mod eval;
mod executor;
mod experience;
mod fork;
mod funnel;
mod hours;
mod ingest;
mod list;
mod load;
mod lookahead;
mod lost;
mod occurrence;
mod past;
mod points;
mod save;
mod send;
mod set;
mod split;
mod step;
mod turn;
mod update;
mod wait;

pub(crate) use alike::{KnownWay, Ways};
pub(crate) use asked::Answer;
pub use call::Snapshot;
pub(crate) use lookahead::{Coming, Place, Waits, mixed};
pub(crate) use turn::Next;

use crate::model::{SegmentId, StageId, TagId};
use crate::runner::contact::{Block, Columns, Seen, Slot, TagSet};
use crate::runner::effect::Effect;
use crate::runner::metrics::Metrics;
use crate::runner::program::{Program, Turns};
use crate::runner::state::{ContactState, Enrollment};
use executor::Executor;

/// A program and the buffers that it works with.
#[derive(Debug)]
pub struct Worker<'a> {
    executor: Executor<'a>,
    stages: Vec<Option<StageId>>,
    memory: ContactState,
    /// The known way that the last contact went.
    way: Option<usize>,
}

/// What an instant leaves of a contact.
#[derive(Clone, Copy, Debug)]
pub struct After<'w, 'a> {
    /// By field id. Only a field that differs from what was seen needs to be written.
    pub fields: &'w [Slot<'a>],
    /// By funnel id.
    pub stages: &'w [Option<StageId>],
    /// The known tags that the contact has.
    pub tags: &'w TagSet,
    /// Those of them that were not seen in the file, in the order in which they came.
    pub added: &'w [TagId],
    /// The points.
    pub points: i64,
    /// The points in groups, by group id.
    pub groups: &'w [i64],
    /// The contact as it was at each call.
    pub snapshots: &'w [Snapshot<'a>],
    /// What the tokens of each message ask for, as it was then.
    pub values: &'w [Slot<'a>],
    /// By channel: why it must not be used.
    pub blocks: [Option<Block>; 3],
    /// By campaign: where the contact stands in it.
    pub(crate) members: &'w [Enrollment],
    /// The segments that steps put the contact in, or out of, in order.
    pub(crate) members_by_hand: &'w [(SegmentId, bool)],
}

impl<'a> Worker<'a> {
    /// A worker that has counted nothing yet.
    pub fn new(program: &'a Program) -> Self {
        Self {
            executor: Executor::new(program),
            stages: Vec::new(),
            memory: ContactState::default(),
            way: None,
        }
    }

    /// Takes one contact through the instant. What happens is pushed to `effects` in its order;
    /// `memory` is absent for a contact that was never seen before.
    pub fn contact(
        &mut self,
        seen: &Seen<'a>,
        memory: Option<&'a ContactState>,
        columns: &Columns,
        effects: &mut Vec<Effect<'a>>,
    ) -> After<'_, 'a> {
        self.executor.load(seen, memory, columns, effects);
        if !seen.news.is_empty() {
            self.executor.take_in(seen.news, columns, effects);
        }
        // Who was never seen before has missed no day.
        if memory.is_some() && !self.executor.program.missed.is_empty() {
            self.executor.note_missed_days(effects);
        }
        self.executor.run(effects);
        self.executor.count();
        self.stages.clear();
        self.stages
            .extend(self.executor.stages.iter().map(executor::StagePosition::id));
        self.after(seen)
    }

    fn after(&self, seen: &Seen<'a>) -> After<'_, 'a> {
        After {
            fields: &self.executor.fields[..seen.fields.len()],
            stages: &self.stages,
            tags: &self.executor.tags,
            added: &self.executor.added,
            points: self.executor.points,
            groups: &self.executor.groups,
            snapshots: &self.executor.snapshots,
            values: &self.executor.values,
            blocks: self.executor.blocks,
            members: &self.executor.members,
            members_by_hand: &self.executor.members_by_hand,
        }
    }

    /// What must be known at the next instant of the contact that was taken last; to be asked once.
    pub fn memory(&mut self) -> &ContactState {
        self.executor.save(&mut self.memory);
        &self.memory
    }

    /// The same for a later moment, to which the limits of this instant do not matter.
    pub(crate) fn memory_for_later(&mut self) -> &mut ContactState {
        self.executor.save(&mut self.memory);
        self.memory.limited = None;
        self.memory.entered.clear();
        let (program, visits) = (self.executor.program, &self.memory.step_visits);
        for (id, member) in &mut self.memory.members {
            member.started = false;
            // As a state says it that is written and read.
            member.counted = member.counts(program, *id) || visits.iter().any(|(of, ..)| of == id);
        }
        &mut self.memory
    }

    /// When the contact that was taken last, and is at rest, must be looked at again after `tick`.
    pub(crate) fn next(&self, turns: &Turns, tick: u32) -> Next {
        self.executor.next(turns, tick)
    }

    /// By segment: whether the contact that was taken last meets it.
    pub(crate) fn meets(&mut self, meets: &mut Vec<bool>) {
        self.executor.meets(meets);
    }

    /// The content which the contact that was taken last is on the way to.
    pub(crate) fn ahead(&mut self, waits: &Waits, ahead: &mut Vec<Coming>) {
        self.executor.ahead(waits, ahead);
    }

    /// Where the contact that was taken last stands in campaigns.
    pub(crate) fn places(&self, waits: &Waits, places: &mut Vec<Place>) {
        self.executor.places(waits, places);
    }

    /// Counts from zero, and gives what was counted.
    fn count_anew(&mut self) -> Metrics {
        let program = self.executor.program;
        std::mem::replace(&mut self.executor.metrics, Metrics::new(program))
    }

    /// What was counted.
    pub fn into_metrics(self) -> Metrics {
        self.executor.metrics
    }
}
