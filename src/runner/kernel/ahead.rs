//! What a contact is on the way to: the messages that its campaigns would still send if their waits ended and nothing else changed; nobody is moved by looking.

use super::live::Live;
use super::step::Here;
use crate::model::ContentId;
use crate::model::ids::Id;
use crate::runner::effect::At;
use crate::runner::program::Verb;
use crate::runner::state::{Member, Pending};

impl Live<'_> {
    /// The content ahead, by position, as often as it would be sent.
    pub(super) fn ahead(&mut self, ahead: &mut Vec<usize>) {
        ahead.clear();
        for at in 0..self.active.len() {
            let campaign = self.program.campaign_order[self.active[at]];
            self.follow(campaign, ahead);
        }
    }

    /// From all places where the contact stands in the campaign; those of a fork first, then what comes behind it.
    fn follow(&mut self, campaign: usize, ahead: &mut Vec<usize>) {
        let mut seen = Vec::new();
        let on_ways: Vec<usize> =
            self.ways.iter().filter(|way| way.campaign == campaign).map(|way| way.token.step).collect();
        for step in on_ways {
            if self.walk(campaign, step, &mut seen, ahead) {
                return;
            }
        }
        let Member { step, pending, .. } = self.members[campaign];
        let forked = pending == Pending::Fork;
        let from = if forked { self.program.campaigns[campaign].steps[step].next } else { step };
        self.walk(campaign, from, &mut seen, ahead);
    }

    /// Along one way to its end, or to a step where it was before; says whether it ends the campaign.
    fn walk(&mut self, campaign: usize, from: usize, seen: &mut Vec<usize>, ahead: &mut Vec<usize>) -> bool {
        let (steps, repeats) = (&self.program.campaigns[campaign].steps, self.program.campaigns[campaign].repeats);
        let mut next = from;
        while let Some(step) = steps.get(next) {
            if repeats {
                if seen.contains(&next) {
                    return false;
                }
                seen.push(next);
            }
            next = match step.verb {
                Verb::If { when, then, otherwise } => {
                    if self.holds(when) {
                        then
                    } else {
                        otherwise
                    }
                }
                Verb::Split(ref shares) => self.share_of(campaign, next, shares).first,
                Verb::Fork(ref ways) => {
                    if ways.iter().any(|&way| self.walk(campaign, way, seen, ahead)) {
                        return true;
                    }
                    step.next
                }
                Verb::Await(ref awaiting) => awaiting.otherwise,
                Verb::Enroll(_) | Verb::Withdraw(_) => step.next,
                Verb::Goto(to) => to,
                Verb::Exit(_) => return true,
                Verb::Send { content, rules } => {
                    let entry = self.members[campaign].entries;
                    let at = At { campaign: Id::from_index(campaign), entry, step: None, visit: 0 };
                    let here = Here { campaign, step: next, at };
                    let sent = self.was_sent(here, ContentId::from_index(content), rules.once);
                    if !sent && self.reaches(content, rules.transactional) {
                        ahead.push(content);
                    }
                    step.next
                }
                Verb::Move { .. } | Verb::Leave { .. } | Verb::AddTag(_) | Verb::RemoveTag(_) => step.next,
                Verb::Call(_) | Verb::List(_) => step.next,
                Verb::Points(_) | Verb::Set { .. } | Verb::Clear(_) => step.next,
                Verb::Wait(_) | Verb::WaitUntil { .. } | Verb::Nothing => step.next,
            };
        }
        false
    }
}
