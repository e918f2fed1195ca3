//! The step `send`: what is put in the outbox, and what is skipped and why.
//!
//! Invariant: only what was put in the outbox counts as sent.

use jiff::Timestamp;
use serde_yaml::Value;

use super::clock::duration;
use super::contact::{Sent, Step};
use super::instant::Instant;
use super::project::{flag, get, text, word};
use super::steps::Then;
use super::value::Datum;

impl Instant<'_> {
    /// Section 6: a send ends `sent` or `skipped` with a reason; goal and exit-when are read before it.
    pub(super) fn send(&mut self, id: &str, campaign: &Value, step: &Step, content: &str) -> Then {
        if self.leave_for_goal(id, campaign) {
            return Then::Stop;
        }
        let place = self.here(id, &step.name);
        if let Some(reason) = self.reason_to_skip(id, step, content) {
            self.note("skip", &place, [content, "", "", reason]);
            self.skipped(id, step, reason);
            return Then::GoOn;
        }
        let channel = self.channel(content);
        let address = self.address(&channel).unwrap_or_default();
        let key = format!("{} {id} {} {}", self.contact.key, place.entry, step.name);
        let contact = self.contact.key.clone();
        let cells = [&key, &contact, "send", content, &channel, &address, id, &place.entry, &step.name, "1"];
        self.records.actions.push(cells.map(str::to_owned).to_vec());
        let entry = self.membership(id).entries;
        let sent = Sent { content: content.into(), campaign: id.into(), entry, at: self.clock.now };
        self.contact.sent.push(sent);
        self.note("send", &place, [content, "", &channel, ""]);
        self.done(id, step);
        Then::GoOn
    }

    /// Section 13, "Sends": of several reasons the first is told.
    fn reason_to_skip(&mut self, id: &str, step: &Step, content: &str) -> Option<&'static str> {
        let project = self.project;
        let definition = project.definition(&["content", content]);
        if !self.clock.published(definition) {
            return Some("unpublished");
        }
        let transactional = match get(&step.body, "transactional") {
            Some(_) => flag(&step.body, "transactional"),
            None => flag(definition, "transactional"),
        };
        if !self.reachable(&self.channel(content), transactional) {
            return Some("unreachable");
        }
        let once = get(&step.body, "once").or_else(|| get(definition, "once"));
        self.already_sent(id, once, content).then_some("already-sent")
    }

    /// Section 8: a kind that can be sent by email, sms or push; the others have no channel.
    fn channel(&self, content: &str) -> String {
        let kind = text(self.project.definition(&["content", content]), "kind");
        kind.filter(|kind| matches!(kind.as_str(), "email" | "sms" | "push")).unwrap_or_default()
    }

    fn address(&self, channel: &str) -> Option<String> {
        let field = word(self.project.at(&["contacts", "addresses", channel])?);
        match self.look().value(&field)? {
            Datum::Text(address) => Some(address),
            other => panic!("no address: {other:?}"),
        }
    }

    /// Section 3, `reachable`: has the address, consent, and no do-not-contact. `transactional` ignores consent and
    /// unsubscription, never a complaint or a hard bounce.
    fn reachable(&self, channel: &str, transactional: bool) -> bool {
        if channel.is_empty() {
            return true;
        }
        let consent = self.project.at(&["contacts", "consent", channel]);
        let consents = consent.is_none_or(|condition| self.holds(condition));
        let refuses = self.contact.refuses.get(channel).map_or("", String::as_str);
        let allowed = match refuses {
            "" => consents || transactional,
            "unsubscribed" => transactional,
            _ => false,
        };
        allowed && self.address(channel).is_some()
    }

    /// Section 13: `once: entry` counts this content in this entry, `ever` and `after` in all campaigns.
    fn already_sent(&mut self, id: &str, once: Option<&Value>, content: &str) -> bool {
        let entry = self.membership(id).entries;
        let same = self.contact.sent.iter().filter(|sent| sent.content == content);
        if let Some(after) = once.and_then(|once| text(once, "after")) {
            let last: Option<Timestamp> = same.map(|sent| sent.at).max();
            return last.is_some_and(|last| self.clock.add(last, duration(&after)) > self.clock.now);
        }
        match once.and_then(Value::as_str) {
            Some("ever") => same.count() > 0,
            _ => same.filter(|sent| sent.campaign == id && sent.entry == entry).count() > 0,
        }
    }
}
