//! The step `send`: goal and exit are read once more, then the first reason against it counts.

use super::live::Live;
use super::step::{Flow, Here, push};
use crate::model::ids::Id;
use crate::model::{ContentId, Duration, Once, Outcome, SendRules};
use crate::runner::contact::{Block, Slot};
use crate::runner::effect::{Effect, EndReason, Event, SkipReason};

impl<'a> Live<'a> {
    pub(super) fn send(&mut self, here: Here, content: usize, rules: SendRules, effects: &mut Vec<Effect<'a>>) -> Flow {
        if self.ends_by_condition(here.campaign, effects) {
            return Flow::Stop;
        }
        let id = ContentId::from_index(content);
        if let Some(reason) = self.reason_against(here, content, rules) {
            push(effects, here, Event::Skip { content: Some(id), reason });
            self.metrics.skipped(here.campaign, here.step, reason);
            if rules.exits_on_skip {
                self.end(here.campaign, here.at, Outcome::Exited, EndReason::Skipped, effects);
                return Flow::Stop;
            }
            return Flow::On(self.program.campaigns[here.campaign].steps[here.step].next);
        }
        self.remember_sent(here, id);
        push(effects, here, Event::Send { content: id });
        self.done(here)
    }

    fn reason_against(&mut self, here: Here, content: usize, rules: SendRules) -> Option<SkipReason> {
        if !self.program.content[content].published {
            Some(SkipReason::Unpublished)
        } else if !self.reaches(content, rules.transactional) {
            Some(SkipReason::Unreachable)
        } else if self.was_sent(here, ContentId::from_index(content), rules.once) {
            Some(SkipReason::AlreadySent)
        } else if rules.expires.is_some_and(|length| self.is_late(here, length)) {
            Some(SkipReason::Expired)
        } else {
            None
        }
    }

    /// Whether more time has passed than so since the pass was due in which the send was reached.
    fn is_late(&self, here: Here, length: Duration) -> bool {
        self.program.now() > self.program.zone.add(self.token(here.campaign, self.lane(here)).due, length)
    }

    /// Whether there is an address, consent, and nothing that forbids it; a kind without a channel always reaches.
    pub(super) fn reaches(&mut self, content: usize, transactional: bool) -> bool {
        let Some(channel) = self.program.content[content].channel else { return true };
        let rules = &self.program.channels[channel];
        let has_address = rules.address.is_some_and(|field| self.fields[field] != Slot::Missing);
        let blocked = match self.blocks[channel] {
            None => false,
            Some(Block::Unsubscribed) => !transactional,
            Some(Block::Complained | Block::Bounced) => true,
        };
        has_address && !blocked && (transactional || rules.consent.is_none_or(|consent| self.holds(consent)))
    }

    pub(super) fn was_sent(&self, here: Here, content: ContentId, once: Once) -> bool {
        match once {
            Once::Entry => self.sent_in_entry.contains(&(here.at.campaign, content)),
            Once::Ever | Once::After(_) => self.was_sent_before(content, once),
        }
    }

    /// The same where there is no entry in which it could have been sent.
    pub(super) fn was_sent_before(&self, content: ContentId, once: Once) -> bool {
        let last = || self.sent.binary_search_by_key(&content, |(id, _)| *id).ok().map(|at| self.sent[at].1);
        match once {
            Once::Entry => false,
            Once::Ever => last().is_some(),
            Once::After(length) => last().is_some_and(|sent| self.program.now() < self.program.zone.add(sent, length)),
        }
    }

    pub(super) fn remember_when_sent(&mut self, content: ContentId) {
        let now = self.program.now();
        match self.sent.binary_search_by_key(&content, |(id, _)| *id) {
            Ok(at) => self.sent[at].1 = now,
            Err(at) => self.sent.insert(at, (content, now)),
        }
    }

    fn remember_sent(&mut self, here: Here, content: ContentId) {
        self.remember_when_sent(content);
        let in_entry = (here.at.campaign, content);
        if !self.sent_in_entry.contains(&in_entry) {
            self.sent_in_entry.push(in_entry);
        }
    }
}
