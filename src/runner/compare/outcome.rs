//! What one plan makes of one contact, in the common numbers of both plans.

use super::future::Futures;
use super::names::{Names, Which, calling, hiding};
use crate::model::Model;
use crate::model::ids::Id;
use crate::runner::contact::Block;
use crate::runner::effect::{Effect, Event, Touch};
use crate::runner::kernel::{After, Coming, Place, mixed};
use crate::runner::state::Phase;

/// What an instant makes of a contact.
#[derive(Clone, Debug, Default)]
pub(super) struct Outcome {
    /// By segment: whether it meets it when the instant ends.
    pub(super) segments: Vec<bool>,
    /// By funnel: the stage when the instant ends; the number behind the last for none.
    pub(super) stages: Vec<usize>,
    /// By content: how often it was sent.
    pub(super) sent: Vec<u32>,
    /// By content: whether a campaign that the contact is in would send it later if nothing about
    /// the contact changed, and a sum over when.
    pub(super) ahead: Vec<Option<u64>>,
    /// By campaign: whether an entry began.
    pub(super) entered: Vec<bool>,
    /// By campaign: whether it is in there when the instant ends.
    pub(super) inside: Vec<bool>,
    /// By campaign: a sum over where it stands in there and all that can follow.
    pub(super) ways: Vec<u64>,
    /// By action besides sending: how often.
    pub(super) acted: Vec<u32>,
    /// The segments into which steps put it, or out of which they took it, in order.
    pub(super) members: Vec<(usize, bool)>,
    /// By channel: why it must not be used.
    pub(super) blocks: [Option<Block>; 3],
    /// Its row, where that is not the row of the file.
    pub(super) row: Vec<u8>,
    /// The rows of its actions, without their keys.
    pub(super) actions: Vec<u8>,
}

/// Turns the ids of one plan into common numbers.
pub(super) struct Observer<'a> {
    names: &'a Names,
    which: Which,
    /// The plan under the names that things have in the report.
    model: &'a Model,
    futures: &'a Futures,
}

impl<'a> Observer<'a> {
    pub(super) fn new(
        names: &'a Names,
        which: Which,
        model: &'a Model,
        futures: &'a Futures,
    ) -> Self {
        Self {
            names,
            which,
            model,
            futures,
        }
    }

    /// Takes in what an instant left and what happened in it.
    pub(super) fn observe(
        &self,
        after: &After<'_, '_>,
        effects: &[Effect<'_>],
        outcome: &mut Outcome,
    ) {
        self.clear(outcome);
        let campaigns = self.names.campaigns.places(self.which);
        for (funnel, stage) in after.stages.iter().enumerate() {
            let funnel_at = self.names.funnels.places(self.which)[funnel];
            if let Some(stage) = stage {
                outcome.stages[funnel_at] =
                    self.names.stages[funnel_at].places(self.which)[stage.index()];
            }
        }
        for effect in effects {
            self.happened(effect, outcome);
        }
        for (campaign, _) in after
            .members
            .iter()
            .enumerate()
            .filter(|(_, member)| member.phase == Phase::Active)
        {
            outcome.inside[campaigns[campaign]] = true;
        }
        let segments = self.names.segments.places(self.which);
        outcome.members.extend(
            after
                .members_by_hand
                .iter()
                .map(|(id, inside)| (segments[id.index()], *inside)),
        );
        outcome.members.sort_unstable();
        outcome.blocks = after.blocks;
    }

    fn happened(&self, effect: &Effect<'_>, outcome: &mut Outcome) {
        let content = self.names.content.places(self.which);
        let action = |outcome: &mut Outcome, what: &str| {
            if let Some(number) = self.names.actions.number(what) {
                outcome.acted[number] += 1;
            }
        };
        match (effect.event, effect.at) {
            (
                Event::Experience {
                    content: sent,
                    touch: Touch::Send(_) | Touch::Show,
                    ..
                },
                _,
            ) => {
                outcome.sent[content[sent.index()]] += 1;
            }
            (Event::Send { content: sent, .. }, _) => outcome.sent[content[sent.index()]] += 1,
            (
                Event::Experience {
                    content: hidden,
                    touch: Touch::Hide,
                    ..
                },
                _,
            ) => {
                action(outcome, &hiding(&self.model.content[hidden].id));
            }
            (Event::Call { call, .. }, _) => action(outcome, &calling(self.model, call)),
            (Event::Start { .. }, Some(at)) => {
                outcome.entered[self.names.campaigns.places(self.which)[at.campaign.index()]] =
                    true;
            }
            _ => {}
        }
    }

    /// Takes in which segments of the plan the contact meets.
    pub(super) fn meets(&self, meets: &[bool], outcome: &mut Outcome) {
        for (segment, meets) in meets.iter().enumerate() {
            outcome.segments[self.names.segments.places(self.which)[segment]] = *meets;
        }
    }

    /// Takes in what the contact is on the way to.
    pub(super) fn ahead(&self, ahead: &[Coming], places: &[Place], outcome: &mut Outcome) {
        let (content, campaigns) = (
            self.names.content.places(self.which),
            self.names.campaigns.places(self.which),
        );
        for coming in ahead {
            let sum = &mut outcome.ahead[content[coming.content]];
            *sum = Some(sum.unwrap_or(0).wrapping_add(coming.when));
        }
        for place in places {
            let Place {
                campaign,
                step,
                waits,
                held,
            } = *place;
            let sum = &mut outcome.ways[campaigns[campaign]];
            *sum = sum.wrapping_add(mixed(self.futures.at(campaign, step, waits), held));
        }
    }

    fn clear(&self, outcome: &mut Outcome) {
        outcome.stages.clear();
        outcome
            .stages
            .extend(self.names.stages.iter().map(super::names::Union::len));
        refill(&mut outcome.segments, self.names.segments.len(), false);
        refill(&mut outcome.sent, self.names.content.len(), 0);
        refill(&mut outcome.ahead, self.names.content.len(), None);
        refill(&mut outcome.entered, self.names.campaigns.len(), false);
        refill(&mut outcome.inside, self.names.campaigns.len(), false);
        refill(&mut outcome.ways, self.names.campaigns.len(), 0);
        refill(&mut outcome.acted, self.names.actions.len(), 0);
        outcome.members.clear();
        outcome.row.clear();
        outcome.actions.clear();
    }
}

fn refill<T: Clone>(list: &mut Vec<T>, length: usize, value: T) {
    list.clear();
    list.resize(length, value);
}
