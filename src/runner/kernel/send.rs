//! The step `send`: goal and exit are read once more, then the first reason against it counts.

use super::executor::Executor;
use super::step::{Flow, Here, push};
use crate::model::ids::Id;
use crate::model::template::Token;
use crate::model::{Channel, ContentId, Duration, FieldType, Once, Outcome, SendRules};
use crate::runner::contact::{Block, Slot};
use crate::runner::effect::{Effect, EndReason, Event, SkipReason, Unreached};
use crate::runner::state::WaitReason;

impl<'a> Executor<'a> {
    pub(super) fn send(
        &mut self,
        here: Here,
        content: usize,
        rules: SendRules,
        effects: &mut Vec<Effect<'a>>,
    ) -> Flow {
        if self.ends_by_condition(here.campaign, effects) {
            return Flow::Stop;
        }
        let id = ContentId::from_index(content);
        let route = match self.route_or_reason(here, content, rules) {
            Ok(route) => route,
            Err(reason) => return self.skip_send(here, id, reason, rules, effects),
        };
        if !rules.transactional
            && let Some(until) = self.put_off(here, route)
        {
            return self.delay(here, (id, route, until), effects);
        }
        self.remember_sent(here, id, route, rules);
        self.note_try(here.campaign, id, true);
        let values = self.note_values(content);
        push(
            effects,
            here,
            Event::Send {
                content: id,
                channel: route,
                values,
            },
        );
        self.metrics.sent(here.campaign, here.step, route);
        self.done(here)
    }

    /// Keeps what the tokens of a content ask for, as it is now.
    fn note_values(&mut self, content: usize) -> usize {
        let first = self.values.len();
        for token in &self.program.content[content].tokens {
            self.values.push(match token {
                Token::Points => Slot::Integer(self.points),
                Token::Group(group) => Slot::Integer(self.groups[group.index()]),
                Token::Field(field) => self.fields[field.index()],
            });
        }
        first
    }

    /// The same for all messages of an instant.
    pub(super) fn note_values_of(&mut self, effects: &[Effect<'_>]) {
        for effect in effects {
            if let Event::Send { content, .. } = effect.event {
                self.note_values(content.index());
            }
        }
    }

    fn skip_send(
        &mut self,
        here: Here,
        content: ContentId,
        reason: SkipReason,
        rules: SendRules,
        effects: &mut Vec<Effect<'a>>,
    ) -> Flow {
        self.note_try(here.campaign, content, false);
        push(
            effects,
            here,
            Event::Skip {
                content: Some(content),
                reason,
            },
        );
        self.metrics.skipped(here.campaign, here.step, reason);
        if rules.exits_on_skip {
            self.end(
                here.campaign,
                here.at,
                Outcome::Exited,
                EndReason::Skipped,
                effects,
            );
            return Flow::Stop;
        }
        Flow::On(self.program.campaigns[here.campaign].steps[here.step].next)
    }

    /// The channel on which it goes out, if it needs one, or the first reason against it.
    pub(super) fn route_or_reason(
        &mut self,
        here: Here,
        content: usize,
        rules: SendRules,
    ) -> Result<Option<Channel>, SkipReason> {
        if !self.program.content[content].published {
            return Err(SkipReason::Unpublished);
        }
        let route = self
            .route(content, rules.transactional)
            .map_err(SkipReason::Unreachable)?;
        if self.was_sent(here, ContentId::from_index(content), rules.once) {
            return Err(SkipReason::AlreadySent);
        }
        let dropped = !rules.transactional && route.is_some_and(|channel| self.is_dropped(channel));
        // Outside of its hours a message is put off; whether it is one too many is seen when it may
        // go.
        if dropped && !self.is_closed(route, Some(here)) {
            return Err(SkipReason::Limited);
        }
        if rules
            .expires
            .is_some_and(|length| self.is_late(here, length))
        {
            return Err(SkipReason::Expired);
        }
        Ok(route)
    }

    /// Whether more time has passed than so since the pass was due in which the send was reached.
    fn is_late(&self, here: Here, length: Duration) -> bool {
        self.program.now() > self.program.zone.add(self.due_at_first(here), length)
    }

    /// When the pass was due in which the send was reached; a limit that kept it back since does
    /// not count.
    pub(super) fn due_at_first(&self, here: Here) -> i64 {
        let token = self.token(here.campaign, self.lane(here));
        if let WaitReason::Delayed(first) = token.pending
            && token.step == here.step
        {
            first
        } else {
            token.due
        }
    }

    /// The channel on which a content reaches the contact, if it needs one; or what is in the way.
    pub(super) fn route(
        &mut self,
        content: usize,
        transactional: bool,
    ) -> Result<Option<Channel>, Unreached> {
        let content = &self.program.content[content];
        let Some(channels) = &content.channels else {
            return Ok(None);
        };
        let preferred = content
            .follows_preference
            .then(|| self.preferred_channel())
            .flatten();
        let preferred = preferred.filter(|channel| channels.contains(channel));
        let mut furthest = Unreached::Address;
        for channel in preferred.into_iter().chain(channels.iter().copied()) {
            match self.in_the_way(channel, transactional) {
                None => return Ok(Some(channel)),
                Some(what) => furthest = furthest.max(what),
            }
        }
        Err(furthest)
    }

    fn preferred_channel(&self) -> Option<Channel> {
        let contacts = &self.program.model().contacts;
        let field = contacts.preferred_channel?;
        let text = match self.fields[field.index()] {
            Slot::Text(text) => text,
            Slot::Choice(choice) => match &contacts.fields[field].type_ {
                Some(FieldType::Choice(values)) => values.get(choice.index())?,
                _ => return None,
            },
            Slot::Missing
            | Slot::Integer(_)
            | Slot::Number(_)
            | Slot::Boolean(_)
            | Slot::Day(_)
            | Slot::Moment(_)
            | Slot::Choices(_) => return None,
        };
        Channel::of(text)
    }

    /// Whether there is an address, consent, and nothing that forbids it; a kind without a channel
    /// always reaches.
    pub(super) fn reaches(&mut self, content: usize, transactional: bool) -> bool {
        self.route(content, transactional).is_ok()
    }

    pub(super) fn in_the_way(
        &mut self,
        channel: Channel,
        transactional: bool,
    ) -> Option<Unreached> {
        let rules = &self.program.channels[channel as usize];
        let has_address = rules
            .address
            .is_some_and(|field| self.fields[field] != Slot::Missing);
        if !has_address {
            return Some(Unreached::Address);
        }
        let blocked = match self.blocks[channel as usize] {
            None => false,
            Some(Block::Unsubscribed) => !transactional,
            Some(Block::Complained | Block::Bounced) => true,
        };
        if blocked {
            return Some(Unreached::DoNotContact);
        }
        let consents = transactional || rules.consent.is_none_or(|consent| self.eval(consent));
        (!consents).then_some(Unreached::Consent)
    }

    fn is_dropped(&self, channel: Channel) -> bool {
        let limit = self.program.channels[channel as usize].limit;
        limit.is_some_and(|limit| limit.drops) && self.limited_until(channel).is_some()
    }

    /// When the limit of a channel lets the next message go, if not now. A message counts until its
    /// time is over.
    pub(super) fn limited_until(&self, channel: Channel) -> Option<i64> {
        let limit = self.program.channels[channel as usize].limit?;
        let times = &self.sent_on[channel as usize];
        let oldest = times.len().checked_sub(limit.at_most as usize)?;
        let end = self.program.zone.add(times[oldest], limit.within);
        (end > self.program.now()).then_some(end)
    }

    pub(super) fn was_sent(&self, here: Here, content: ContentId, once: Once) -> bool {
        match once {
            Once::Entry => self.sent_in_entry.contains(&(here.at.campaign, content)),
            Once::Ever | Once::After(_) => self.was_sent_before(content, once),
        }
    }

    /// The same where there is no entry in which it could have been sent.
    pub(super) fn was_sent_before(&self, content: ContentId, once: Once) -> bool {
        let ours = || {
            self.sent
                .binary_search_by_key(&content, |(id, _)| *id)
                .ok()
                .map(|at| self.sent[at].1)
        };
        let others = || {
            self.delivered
                .iter()
                .find(|(id, _)| *id == content)
                .map(|(_, delivery)| delivery.at)
        };
        let last = || ours().or_else(others);
        match once {
            Once::Entry => false,
            Once::Ever => last().is_some(),
            Once::After(length) => {
                last().is_some_and(|sent| self.program.now() < self.program.zone.add(sent, length))
            }
        }
    }

    /// When, on which channel if it may be one of several, and what the limit of the channel
    /// counts.
    pub(super) fn remember_when_sent(
        &mut self,
        content: ContentId,
        route: Option<Channel>,
        transactional: bool,
    ) {
        let now = self.program.now();
        let counts = |channel: &Channel| {
            !transactional && self.program.channels[*channel as usize].limit.is_some()
        };
        if let Some(channel) = route.filter(counts) {
            self.sent_on[channel as usize].push(now);
        }
        put(&mut self.sent, content, now);
        self.delivered.retain(|(id, _)| *id != content);
        if let Some(channel) =
            route.filter(|_| self.program.content[content.index()].follows_preference)
        {
            put(&mut self.went_out, content, channel);
        }
    }

    fn remember_sent(
        &mut self,
        here: Here,
        content: ContentId,
        route: Option<Channel>,
        rules: SendRules,
    ) {
        self.remember_when_sent(content, route, rules.transactional);
        let in_entry = (here.at.campaign, content);
        if !self.sent_in_entry.contains(&in_entry) {
            self.sent_in_entry.push(in_entry);
        }
    }
}

/// Replaces what a list in order of content says.
fn put<T>(list: &mut Vec<(ContentId, T)>, content: ContentId, value: T) {
    match list.binary_search_by_key(&content, |(id, _)| *id) {
        Ok(at) => list[at].1 = value,
        Err(at) => list.insert(at, (content, value)),
    }
}
