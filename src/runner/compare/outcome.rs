//! What one plan makes of one contact, in the common numbers of both plans.

use super::names::{Names, Which};
use crate::model::ids::Id;
use crate::runner::effect::{Effect, Event};
use crate::runner::kernel::After;
use crate::runner::program::{Program, Verb};
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
    /// By content: whether a campaign that the contact is in may still send it.
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
    /// By campaign and step: the content that may still be sent from there on, as common numbers.
    ahead: Vec<Vec<Vec<usize>>>,
}

impl<'a> Observer<'a> {
    pub(super) fn new(program: &Program, names: &'a Names, which: Which) -> Self {
        let content = names.content.places(which);
        let ahead = (0..program.campaigns.len()).map(|campaign| ahead(program, campaign, content)).collect();
        Self { names, which, ahead }
    }

    /// Whether the plan has the thing at this common number.
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
                (Event::Send { content: sent }, _) => outcome.sent[content[sent.index()]] += 1,
                (Event::Start { .. }, Some(at)) => outcome.entered[campaigns[at.campaign.index()]] = true,
                _ => {}
            }
        }
        for (campaign, member) in after.memory.members.iter().filter(|(_, member)| member.phase == Phase::Active) {
            outcome.inside[campaigns[campaign.index()]] = true;
            let ahead = self.ahead[campaign.index()].get(member.step);
            ahead.into_iter().flatten().for_each(|&content| outcome.ahead[content] = true);
        }
    }

    /// Takes in which segments of the plan the contact meets.
    pub(super) fn segments(&self, meets: &[bool], outcome: &mut Outcome) {
        refill(&mut outcome.segments, self.names.segments.len(), false);
        for (segment, meets) in meets.iter().enumerate() {
            outcome.segments[self.names.segments.places(self.which)[segment]] = *meets;
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

/// By step: what may be sent there or behind it. A step leads only to later ones.
fn ahead(program: &Program, campaign: usize, content: &[usize]) -> Vec<Vec<usize>> {
    let steps = &program.campaigns[campaign].steps;
    let mut ahead: Vec<Vec<usize>> = vec![Vec::new(); steps.len()];
    for (at, step) in steps.iter().enumerate().rev() {
        let next = match step.verb {
            Verb::Send { content: sent, .. } => {
                ahead[at].push(content[sent]);
                vec![step.next]
            }
            Verb::If { then, otherwise, .. } => vec![then, otherwise],
            Verb::Exit(_) => Vec::new(),
            Verb::Move { .. } | Verb::Leave { .. } | Verb::AddTag(_) | Verb::RemoveTag(_) | Verb::Points(_) => {
                vec![step.next]
            }
            Verb::Set { .. } | Verb::Clear(_) | Verb::Wait(_) | Verb::WaitUntil { .. } | Verb::Nothing => {
                vec![step.next]
            }
        };
        for next in next {
            let further = ahead.get(next).cloned().unwrap_or_default();
            ahead[at].extend(further);
        }
        ahead[at].sort_unstable();
        ahead[at].dedup();
    }
    ahead
}
