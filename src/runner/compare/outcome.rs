//! What one plan makes of one contact, in the common numbers of both plans.

use super::names::{Names, Which};
use crate::model::ids::Id;
use crate::runner::effect::{Effect, Event, Touch};
use crate::runner::kernel::After;
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
    /// By content: whether a campaign that the contact is in would send it later if nothing about the contact changed.
    pub(super) ahead: Vec<bool>,
    /// By campaign: whether an entry began.
    pub(super) entered: Vec<bool>,
    /// By campaign: whether it is in there when the instant ends.
    pub(super) inside: Vec<bool>,
}

/// Turns the ids of one plan into common numbers.
pub(super) struct Observer<'a> {
    names: &'a Names,
    which: Which,
}

impl<'a> Observer<'a> {
    pub(super) fn new(names: &'a Names, which: Which) -> Self {
        Self { names, which }
    }

    /// Takes in what an instant left and what happened in it.
    pub(super) fn observe(&self, after: &After<'_, '_>, effects: &[Effect<'_>], outcome: &mut Outcome) {
        self.clear(outcome);
        let campaigns = self.names.campaigns.places(self.which);
        let content = self.names.content.places(self.which);
        for (funnel, stage) in after.stages.iter().enumerate() {
            let funnel = self.names.funnels.places(self.which)[funnel];
            if let Some(stage) = stage {
                outcome.stages[funnel] = self.names.stages[funnel].places(self.which)[stage.index()];
            }
        }
        for effect in effects {
            match (effect.event, effect.at) {
                (Event::Experience { content: sent, touch: Touch::Send(_) | Touch::Show, .. }, _) => {
                    outcome.sent[content[sent.index()]] += 1;
                }
                (Event::Send { content: sent, .. }, _) => outcome.sent[content[sent.index()]] += 1,
                (Event::Start { .. }, Some(at)) => outcome.entered[campaigns[at.campaign.index()]] = true,
                _ => {}
            }
        }
        for (campaign, _) in after.members.iter().enumerate().filter(|(_, member)| member.phase == Phase::Active) {
            outcome.inside[campaigns[campaign]] = true;
        }
    }

    /// Takes in which segments of the plan the contact meets, and which content it is on the way to.
    pub(super) fn look(&self, meets: &[bool], ahead: &[usize], outcome: &mut Outcome) {
        refill(&mut outcome.segments, self.names.segments.len(), false);
        for (segment, meets) in meets.iter().enumerate() {
            outcome.segments[self.names.segments.places(self.which)[segment]] = *meets;
        }
        for content in ahead {
            outcome.ahead[self.names.content.places(self.which)[*content]] = true;
        }
    }

    fn clear(&self, outcome: &mut Outcome) {
        outcome.stages.clear();
        outcome.stages.extend(self.names.stages.iter().map(super::names::Union::len));
        refill(&mut outcome.sent, self.names.content.len(), 0);
        refill(&mut outcome.ahead, self.names.content.len(), false);
        refill(&mut outcome.entered, self.names.campaigns.len(), false);
        refill(&mut outcome.inside, self.names.campaigns.len(), false);
    }
}

fn refill<T: Clone>(list: &mut Vec<T>, length: usize, value: T) {
    list.clear();
    list.resize(length, value);
}
