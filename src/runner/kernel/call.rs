//! The steps that call somebody else: what they hand over is the contact as it is at that step,
//! whatever later steps change.

use super::executor::{Executor, StagePosition};
use super::step::{Flow, Here, push};
use crate::model::destination::{Call, Colleague};
use crate::model::{StageId, TagId};
use crate::runner::contact::{Slot, TagSet};
use crate::runner::effect::{Effect, Event, SkipReason, Unreached};

/// The contact at the moment of a call.
#[derive(Clone, Debug)]
pub struct Snapshot<'a> {
    /// By field id.
    pub fields: Vec<Slot<'a>>,
    /// By funnel id.
    pub stages: Vec<Option<StageId>>,
    /// The known tags.
    pub tags: TagSet,
    /// Those of them that were not seen in the file, in the order in which they came.
    pub added: Vec<TagId>,
    /// The points.
    pub points: i64,
    /// The points in groups, by group id.
    pub groups: Vec<i64>,
}

impl<'a> Executor<'a> {
    pub(super) fn call(
        &mut self,
        here: Here,
        call: &'a Call,
        effects: &mut Vec<Effect<'a>>,
    ) -> Flow {
        if self.has_no_owner(call) {
            let reason = SkipReason::Unreachable(Unreached::Address);
            push(
                effects,
                here,
                Event::Skip {
                    content: None,
                    reason,
                },
            );
            self.metrics.skipped(here.campaign, here.step, reason);
            return Flow::On(self.program.campaigns[here.campaign].steps[here.step].next);
        }
        push(
            effects,
            here,
            Event::Call {
                call,
                snapshot: self.snapshots.len(),
            },
        );
        let snapshot = self.snapshot();
        self.snapshots.push(snapshot);
        self.done(here)
    }

    fn has_no_owner(&self, call: &Call) -> bool {
        match call {
            Call::Notify {
                to: Colleague::Owner,
                ..
            } => {
                let owner = self.program.model().contacts.owner;
                owner.is_none_or(|field| {
                    self.fields[crate::model::ids::Id::index(field)] == Slot::Missing
                })
            }
            Call::Notify {
                to: Colleague::Address(_),
                ..
            }
            | Call::Webhook { .. }
            | Call::PushTo(_) => false,
        }
    }

    fn snapshot(&self) -> Snapshot<'a> {
        Snapshot {
            fields: self.fields.clone(),
            stages: self.stages.iter().map(StagePosition::id).collect(),
            tags: self.tags.clone(),
            added: self.added.clone(),
            points: self.points,
            groups: self.groups.clone(),
        }
    }
}
