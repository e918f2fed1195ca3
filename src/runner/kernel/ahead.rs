//! What a contact is on the way to: the messages that its campaigns would still send if their waits ended and nothing else changed; nobody is moved by looking.

use super::live::Live;
use super::step::Here;
use crate::model::ContentId;
use crate::model::ids::Id;
use crate::runner::effect::At;
use crate::runner::program::Verb;

impl Live<'_> {
    /// The content ahead, by position, as often as it would be sent.
    pub(super) fn ahead(&mut self, ahead: &mut Vec<usize>) {
        ahead.clear();
        for at in 0..self.active.len() {
            let campaign = self.program.campaign_order[self.active[at]];
            self.follow(campaign, ahead);
        }
    }

    /// A step leads only to later ones.
    fn follow(&mut self, campaign: usize, ahead: &mut Vec<usize>) {
        let (steps, member) = (&self.program.campaigns[campaign].steps, self.members[campaign]);
        let mut next = member.step;
        while let Some(step) = steps.get(next) {
            next = match step.verb {
                Verb::If { when, then, otherwise } => {
                    if self.holds(when) {
                        then
                    } else {
                        otherwise
                    }
                }
                Verb::Split(ref shares) => self.share_of(campaign, next, shares).first,
                Verb::Exit(_) => return,
                Verb::Send { content, rules } => {
                    let at = At { campaign: Id::from_index(campaign), entry: member.entries, step: None, visit: 0 };
                    let here = Here { campaign, step: next, at };
                    let sent = self.was_sent(here, ContentId::from_index(content), rules.once);
                    if !sent && self.reaches(content, rules.transactional) {
                        ahead.push(content);
                    }
                    step.next
                }
                Verb::Move { .. } | Verb::Leave { .. } | Verb::AddTag(_) | Verb::RemoveTag(_) => step.next,
                Verb::Points(_) | Verb::Set { .. } | Verb::Clear(_) => step.next,
                Verb::Wait(_) | Verb::WaitUntil { .. } | Verb::Nothing => step.next,
            };
        }
    }
}
