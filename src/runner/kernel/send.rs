//! The step `send`: goal and exit are read once more, then the first reason against it counts.

use super::live::Live;
use super::step::{Flow, Here, push};
use crate::model::ids::Id;
use crate::model::{ContentId, Once};
use crate::runner::contact::{Block, Slot};
use crate::runner::effect::{Effect, Event, SkipReason};

impl<'a> Live<'a> {
    pub(super) fn send(
        &mut self,
        here: Here,
        content: usize,
        once: Once,
        transactional: bool,
        effects: &mut Vec<Effect<'a>>,
    ) -> Flow {
        if self.ends_by_condition(here.campaign, effects) {
            return Flow::Stop;
        }
        let id = ContentId::from_index(content);
        if let Some(reason) = self.reason_against(here, content, once, transactional) {
            push(effects, here, Event::Skip { content: Some(id), reason });
            self.metrics.skipped(here.campaign, here.step, reason);
            return Flow::On(self.program.campaigns[here.campaign].steps[here.step].next);
        }
        self.remember_sent(here, id);
        push(effects, here, Event::Send { content: id });
        self.done(here)
    }

    fn reason_against(&mut self, here: Here, content: usize, once: Once, transactional: bool) -> Option<SkipReason> {
        if !self.program.content[content].published {
            Some(SkipReason::Unpublished)
        } else if !self.reaches(content, transactional) {
            Some(SkipReason::Unreachable)
        } else if self.was_sent(here, ContentId::from_index(content), once) {
            Some(SkipReason::AlreadySent)
        } else {
            None
        }
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
        let last = || self.sent.binary_search_by_key(&content, |(id, _)| *id).ok().map(|at| self.sent[at].1);
        match once {
            Once::Entry => self.sent_in_entry.contains(&(here.at.campaign, content)),
            Once::Ever => last().is_some(),
            Once::After(length) => last().is_some_and(|sent| self.program.now() < self.program.zone.add(sent, length)),
        }
    }

    fn remember_sent(&mut self, here: Here, content: ContentId) {
        let now = self.program.now();
        match self.sent.binary_search_by_key(&content, |(id, _)| *id) {
            Ok(at) => self.sent[at].1 = now,
            Err(at) => self.sent.insert(at, (content, now)),
        }
        let in_entry = (here.at.campaign, content);
        if !self.sent_in_entry.contains(&in_entry) {
            self.sent_in_entry.push(in_entry);
        }
    }
}
