//! What others delivered, such as the system before this one: it counts as sent, for `once` and for
//! the limit of its channel, at its time.
//!
//! An event of content that went out from here tells nothing new: that message was counted when it
//! was sent.

use super::executor::Executor;
use crate::model::ids::Id;
use crate::runner::contact::Occurrence;
use crate::runner::state::Delivery;

impl Executor<'_> {
    /// Takes in a proof that a message reached the contact. In any order of events the last
    /// delivery counts, or, where there is none, the last thing that presumes one.
    pub(super) fn count_delivery(&mut self, occurrence: &Occurrence) {
        let (Some(content), Some(presumed)) = (occurrence.of, self.presumes(occurrence)) else {
            return;
        };
        let is_message = self.program.content[content.index()].channels.is_some();
        if !is_message
            || self
                .sent
                .binary_search_by_key(&content, |(id, _)| *id)
                .is_ok()
        {
            return;
        }
        let new = Delivery {
            at: occurrence.at,
            presumed,
        };
        match self.delivered.binary_search_by_key(&content, |(id, _)| *id) {
            Err(at) => self.delivered.insert(at, (content, new)),
            Ok(at) => {
                let known = &mut self.delivered[at].1;
                let order = |delivery: &Delivery| (!delivery.presumed, delivery.at);
                if order(&new) > order(known) {
                    *known = new;
                }
            }
        }
        if !presumed {
            self.count_for_limit(occurrence);
        }
    }

    /// Whether an event only presumes a delivery; nothing where it does not tell of one.
    fn presumes(&self, occurrence: &Occurrence) -> Option<bool> {
        match self.program.model().events[occurrence.event].id.as_str() {
            "delivered" => Some(false),
            "opened" | "clicked" | "replied" | "unsubscribed" | "complained" => Some(true),
            _ => None,
        }
    }

    fn count_for_limit(&mut self, occurrence: &Occurrence) {
        let channel = self.channel_of(occurrence);
        let transactional = occurrence
            .of
            .is_some_and(|of| self.program.content[of.index()].rules.transactional);
        if !transactional && self.program.channels[channel as usize].limit.is_some() {
            let times = &mut self.sent_on[channel as usize];
            let at = times.partition_point(|time| *time <= occurrence.at);
            times.insert(at, occurrence.at);
        }
    }
}
