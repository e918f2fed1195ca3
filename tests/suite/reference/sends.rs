//! What is sent: the step `send`, what is skipped and why, what waits for a limit.
//!
//! Invariant: only what was put in the outbox counts as sent.

use jiff::Timestamp;
use serde_yaml::Value;

use super::clock::duration;
use super::contact::{Doing, Sent, Step};
use super::flow::{Path, Then, all_steps};
use super::instant::{Instant, Place};
use super::project::{TRIGGERS, flag, get, items, text, word};
use super::value::Datum;
use super::waits::Windows;

pub(super) const CHANNELS: [&str; 3] = ["email", "sms", "push"];

/// What becomes of a send.
pub(super) enum Resolution {
    /// On this channel.
    Sent(String),
    /// Why, and of one that reaches nobody what is in the way.
    Skipped(&'static str, &'static str),
    /// Until when, and whether hours are closed now.
    Delayed(Timestamp, bool),
}

impl Instant<'_> {
    /// Section 6: a send ends `sent` or `skipped` with a reason; goal and exit-when are read before
    /// it.
    pub(super) fn send(&mut self, id: &str, path: &Path, step: &Step, content: &str) -> Then {
        let campaign = self.project.definition(&["campaigns", id]);
        if self.leave_for_goal(id, campaign) {
            return Then::Stop;
        }
        let place = self.here(id, &step.name);
        let visit = self.entry(id).visits[&step.name];
        let before = self.thread(id, path).first_due.take();
        let (first_due, mut closed) = (
            before.unwrap_or(self.pass_due),
            before.map_or(0, |_| self.thread(id, path).closed),
        );
        let wait = self.thread(id, path).came_from.clone();
        let wait = wait.and_then(|wait| {
            all_steps(&items(&campaign["steps"]), "")
                .into_iter()
                .find(|step| step.name == wait)
        });
        match self.try_send(&place, &step.body, content, visit, first_due, wait.as_ref()) {
            Resolution::Sent(channel) => {
                if !channel.is_empty() {
                    self.records
                        .tally
                        .add(&format!("step {id} {} channel {channel}", step.name));
                }
                self.entry(id).went_out.insert(content.into(), true);
                self.done(id, step);
            }
            Resolution::Skipped(reason, in_the_way) => {
                self.entry(id).went_out.insert(content.into(), false);
                self.skipped(id, step, reason);
                if !in_the_way.is_empty() {
                    self.records
                        .tally
                        .add(&format!("step {id} {} unreachable {in_the_way}", step.name));
                }
                let definition = self.project.definition(&["content", content]);
                let on_skip = text(&step.body, "on-skip").or_else(|| text(definition, "on-skip"));
                if on_skip.as_deref() == Some("exit") {
                    self.end(id, &step.name, "exited", "skipped");
                    return Then::Stop;
                }
            }
            Resolution::Delayed(until, by_hours) => {
                if by_hours {
                    self.coverage.count("send outside of its hours");
                    if closed > 0 {
                        self.records.tally.closed_again(closed);
                    }
                    closed += 1;
                }
                if !by_hours {
                    self.coverage.count("send that a limit puts off");
                }
                if id.starts_with(TRIGGERS) {
                    self.coverage.count("limit of a trigger");
                }
                let to = self.clock.spell(until);
                self.note("delay", &place, [content, "", &to, ""]);
                self.keep_step(id, path, Doing::Held, Some(until));
                self.thread(id, path).first_due = Some(first_due);
                self.thread(id, path).closed = closed;
                return Then::Stop;
            }
        }
        Then::GoOn
    }

    /// Sends, or tells why not.
    pub(super) fn try_send(
        &mut self,
        place: &Place,
        step: &Value,
        content: &str,
        visit: i64,
        due: Timestamp,
        wait: Option<&Step>,
    ) -> Resolution {
        let definition = self.project.definition(&["content", content]);
        let transactional = match get(step, "transactional") {
            Some(_) => flag(step, "transactional"),
            None => flag(definition, "transactional"),
        };
        let channel = self.channel(content, transactional);
        let hours: Vec<_> = [
            channel
                .as_deref()
                .and_then(|channel| self.project.at(&["limits", channel])),
            wait.map(|wait| &wait.body),
        ]
        .into_iter()
        .flatten()
        .map(|body| self.windows_of(body))
        .collect();
        let closed = !transactional && Windows::all_open(&hours, self.clock.now) > self.clock.now;
        let reason = self.reason_to_skip(
            place,
            step,
            content,
            channel.as_deref(),
            transactional || closed,
        );
        if let Some(reason) =
            reason.or_else(|| self.is_expired(step, definition, due).then_some("expired"))
        {
            let in_the_way = if reason == "unreachable" {
                self.in_the_way(content, transactional)
            } else {
                ""
            };
            self.note("skip", place, [content, "", in_the_way, reason]);
            return Resolution::Skipped(reason, in_the_way);
        }
        let channel = channel.expect("a channel that reaches the contact");
        // An experience, which has no step, waits for the hours only: a limit drops it when it is
        // tried inside of them.
        let waits_for_hours_only = closed && step.is_null();
        let limited = self
            .limited_until(&channel)
            .filter(|_| !waits_for_hours_only);
        let free = limited.unwrap_or(self.clock.now);
        let until = Windows::all_open(&hours, free);
        if until > self.clock.now && !transactional {
            return Resolution::Delayed(until, closed);
        }
        let address = self.address(&channel).unwrap_or_default();
        let body = self.asked_by(content);
        self.put_in_outbox("send", content, [&channel, &address], place, visit, &body);
        let limited = (!transactional && !channel.is_empty()).then(|| channel.clone());
        let entry = place.entry.parse().expect("a number");
        let sent = Sent {
            content: content.into(),
            campaign: place.campaign.clone(),
            entry,
            at: self.clock.now,
            limited,
            channel: channel.clone(),
        };
        self.contact.sent.push(sent);
        self.note("send", place, [content, "", &channel, ""]);
        Resolution::Sent(channel)
    }

    pub(super) fn put_in_outbox(
        &mut self,
        action: &str,
        target: &str,
        [channel, address]: [&str; 2],
        place: &Place,
        visit: i64,
        body: &str,
    ) {
        let Place {
            campaign,
            entry,
            step,
        } = place;
        let key = format!(
            "{} {campaign} {entry} {step} {visit} {action}",
            self.contact.key
        );
        let contact = self.contact.key.clone();
        let visit = visit.to_string();
        let cells = [
            &key, &contact, action, target, channel, address, campaign, entry, step, &visit, body,
        ];
        self.records.actions.push(cells.map(str::to_owned).to_vec());
    }

    /// Section 13, "Sends": of several reasons the first is told.
    fn reason_to_skip(
        &mut self,
        place: &Place,
        step: &Value,
        content: &str,
        channel: Option<&str>,
        unlimited: bool,
    ) -> Option<&'static str> {
        let definition = self.project.definition(&["content", content]);
        if !self.clock.published(definition) {
            return Some("unpublished");
        }
        let Some(channel) = channel else {
            return Some("unreachable");
        };
        let once = get(step, "once").or_else(|| get(definition, "once"));
        if self.already_sent(place, once, content) {
            return Some("already-sent");
        }
        let limit = self.project.at(&["limits", channel]);
        let drops = limit.is_some_and(|limit| text(limit, "then").as_deref() == Some("drop"));
        (drops && !unlimited && self.limited_until(channel).is_some()).then_some("limited")
    }

    /// Whether the send comes too late, counted from when its pass was due.
    fn is_expired(&self, step: &Value, definition: &Value, due: Timestamp) -> bool {
        let expires = text(step, "expires").or_else(|| text(definition, "expires"));
        expires.is_some_and(|expires| self.clock.now > self.clock.add(due, duration(&expires)))
    }

    /// Sections 8 and 13: the channel on which a content goes out; of a `message` the preferred
    /// one, if that reaches the contact, else the first that does; empty for a kind without a
    /// channel. None: none reaches the contact.
    fn channel(&self, content: &str, transactional: bool) -> Option<String> {
        let definition = self.project.definition(&["content", content]);
        let kind = text(definition, "kind").expect("a kind");
        let reaches = |channel: &String| self.look().reachable(channel, transactional);
        if kind != "message" {
            let channel = if CHANNELS.contains(&kind.as_str()) {
                kind
            } else {
                String::new()
            };
            return Some(channel).filter(reaches);
        }
        let prefer = self.prefers(content);
        let field = self
            .project
            .at(&["contacts", "preferred-channel"])
            .map(word);
        let preferred = match field.and_then(|field| self.look().value(&field)) {
            Some(Datum::Text(channel) | Datum::Choice(channel)) => {
                Some(channel).filter(|channel| prefer.contains(channel))
            }
            _ => None,
        };
        let channel = preferred.clone().into_iter().chain(prefer).find(reaches);
        self.coverage.count(match &channel {
            None => "message on no channel",
            Some(_) if channel == preferred => "message on the preferred channel",
            Some(_) => "message on another channel",
        });
        channel
    }

    /// What keeps a content from the contact: of several channels the one that came furthest says
    /// it.
    fn in_the_way(&self, content: &str, transactional: bool) -> &'static str {
        let kind = text(self.project.definition(&["content", content]), "kind").expect("a kind");
        let channels = if kind == "message" {
            self.prefers(content)
        } else {
            vec![kind]
        };
        let order = |what: &&str| {
            ["address", "do-not-contact", "consent"]
                .iter()
                .position(|known| known == what)
        };
        let reasons = channels
            .iter()
            .map(|channel| self.look().what_is_in_the_way(channel, transactional));
        reasons.max_by_key(order).expect("a channel")
    }

    /// The channels of a message, the best first.
    pub(super) fn prefers(&self, content: &str) -> Vec<String> {
        get(self.project.definition(&["content", content]), "prefer")
            .map_or(CHANNELS.map(str::to_owned).to_vec(), |prefer| {
                items(prefer).into_iter().map(word).collect()
            })
    }

    fn address(&self, channel: &str) -> Option<String> {
        self.look().address(channel)
    }

    /// Section 13: `once: entry` counts this content in this entry, `ever` and `after` in all
    /// campaigns. An experience is no entry; it is tried once anyway.
    fn already_sent(&mut self, place: &Place, once: Option<&Value>, content: &str) -> bool {
        let same = self
            .contact
            .sent
            .iter()
            .filter(|sent| sent.content == content);
        if let Some(after) = once.and_then(|once| text(once, "after")) {
            let last: Option<Timestamp> = same.map(|sent| sent.at).max();
            let last = last.or_else(|| self.delivered_by_others(content));
            return last
                .is_some_and(|last| self.clock.add(last, duration(&after)) > self.clock.now);
        }
        match once.and_then(Value::as_str) {
            Some("ever") => same.count() > 0 || self.delivered_by_others(content).is_some(),
            _ => {
                let same_entry = |sent: &Sent| {
                    (&sent.campaign, &sent.entry.to_string()) == (&place.campaign, &place.entry)
                };
                let here = |sent: &&Sent| !place.campaign.is_empty() && same_entry(sent);
                same.filter(here).count() > 0
            }
        }
    }

    /// When the limit of a channel lets the next message go, if not now. A send counts until
    /// `within` is over.
    fn limited_until(&self, channel: &str) -> Option<Timestamp> {
        let limit = self
            .project
            .at(&["limits", channel])
            .filter(|limit| get(limit, "at-most").is_some())?;
        let within = duration(&text(limit, "within").expect("a limit has a span"));
        let most =
            usize::try_from(limit["at-most"].as_u64().expect("a number")).expect("a small number");
        let sent = self
            .contact
            .sent
            .iter()
            .filter(|sent| sent.limited.as_deref() == Some(channel));
        let others = self
            .contact
            .delivered
            .iter()
            .filter(|(of, _)| of == channel);
        let times = sent.map(|sent| sent.at).chain(others.map(|(_, at)| *at));
        let ends = times.map(|at| self.clock.add(at, within));
        let mut counting: Vec<Timestamp> = ends.filter(|end| *end > self.clock.now).collect();
        counting.sort();
        let over = (counting.len() + 1)
            .checked_sub(most)
            .filter(|over| *over > 0)?;
        Some(counting[over - 1])
    }
}
