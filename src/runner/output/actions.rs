//! The rows of actions.csv: what leaves the house, with the contact as it was at that moment.

use super::body::Bodies;
use super::rows::{Writer, channel_word, push_row};
use crate::model::destination::Colleague;
use crate::model::ids::Id;
use crate::model::{Call, Channel, ContentId};
use crate::runner::contact::Slot;
use crate::runner::effect::{At, AtStage, Effect, Event, Touch};
use crate::runner::input::row::Row;
use crate::runner::kernel::{After, Snapshot};
use crate::runner::key::{experience_key, experience_name, idempotency_key};

impl<'p> Writer<'p> {
    /// The row of something that happened, if it leaves the house; what happened after it is needed to tell how the contact was then.
    pub(super) fn act<'e>(
        &self,
        row: Row<'_>,
        contact: &str,
        after: &After<'_, '_>,
        (effect, later): (&Effect<'e>, &[Effect<'e>]),
        out: &mut Vec<u8>,
    ) {
        if let (Event::Send { content, channel }, Some(at)) = (effect.event, effect.at) {
            let address = self.address(channel, after, later);
            self.action(contact, (content, channel), at, address, out);
        }
        if let Event::Experience { at, content, touch } = effect.event {
            self.experience(contact, (at, content, touch), after, out);
        }
        if let (Event::Call { call, snapshot }, Some(at)) = (effect.event, effect.at) {
            self.call(row, contact, at, call, &after.snapshots[snapshot], out);
        }
    }

    /// Whatever an experience does leaves the house, unless it is skipped. It comes after all steps, so the address is the last.
    fn experience(
        &self,
        contact: &str,
        (at, content, touch): (AtStage, ContentId, Touch),
        after: &After<'_, '_>,
        out: &mut Vec<u8>,
    ) {
        let action = match touch {
            Touch::Show => "show",
            Touch::Hide => "hide",
            Touch::Send(_) => "send",
            Touch::Skip(_) => return,
        };
        let channel = if let Touch::Send(channel) = touch { channel } else { None };
        let address = self.address(channel, after, &[]);
        let address = if let Slot::Text(text) = address { text } else { "" };
        let key = experience_key(self.model, contact, at, touch);
        let (stay, visit) = (at.stay.to_string(), at.visit.to_string());
        let target = self.model.content[content].id.as_str();
        let step = experience_name(self.model, at);
        push_row(out, &[&key, contact, action, target, channel_word(channel), address, "", &stay, &step, &visit, ""]);
    }

    /// The address at the moment of sending: a later step of the same instant may have changed it.
    fn address<'a>(&self, channel: Option<Channel>, after: &After<'_, 'a>, later: &[Effect<'a>]) -> Slot<'a> {
        let Some(field) = channel.and_then(|channel| self.model.contacts.channels[channel as usize].address) else {
            return Slot::Missing;
        };
        let before = later.iter().find_map(|effect| match effect.event {
            Event::Set { field: other, from, .. } | Event::Clear { field: other, from, .. } if other == field => {
                Some(from)
            }
            _ => None,
        });
        before.unwrap_or(after.fields[field.index()])
    }

    fn action(
        &self,
        contact: &str,
        (content, channel): (ContentId, Option<Channel>),
        at: At,
        address: Slot<'_>,
        out: &mut Vec<u8>,
    ) {
        let target = &self.model.content[content];
        let address = if let Slot::Text(text) = address { text } else { "" };
        let key = idempotency_key(self.model, contact, at, self.step(at));
        let cells = [
            key.as_str(),
            contact,
            "send",
            &target.id,
            channel_word(channel),
            address,
            &self.model.campaigns[at.campaign].id,
            &at.entry.to_string(),
            self.step(at),
            &at.visit.to_string(),
            "",
        ];
        push_row(out, &cells);
    }

    fn call(&self, row: Row<'_>, contact: &str, at: At, call: &Call, then: &Snapshot<'_>, out: &mut Vec<u8>) {
        let bodies = Bodies { model: self.model, zone: &self.zone };
        let tags = self.tag_list(row, &then.tags, &then.added);
        let address = match call {
            Call::Notify { to: Colleague::Address(address), .. } => address,
            Call::Notify { to: Colleague::Owner, .. } => self.owner(then),
            Call::Webhook { .. } | Call::PushTo(_) => "",
        };
        let key = idempotency_key(self.model, contact, at, self.step(at));
        let cells = [
            key.as_str(),
            contact,
            call.word(),
            self.target(call),
            "",
            address,
            &self.model.campaigns[at.campaign].id,
            &at.entry.to_string(),
            self.step(at),
            &at.visit.to_string(),
            &bodies.of(call, contact, &tags, then),
        ];
        push_row(out, &cells);
    }

    fn owner<'s>(&self, then: &'s Snapshot<'_>) -> &'s str {
        match self.model.contacts.owner.map(|field| then.fields[field.index()]) {
            Some(Slot::Text(text)) => text,
            _ => "",
        }
    }

    /// Whom a call is for: a destination, `owner`, or an address.
    pub(super) fn target<'c>(&self, call: &'c Call) -> &'c str
    where
        'p: 'c,
    {
        match call {
            Call::Notify { to, .. } => to.word(),
            Call::Webhook { destination, .. } | Call::PushTo(destination) => &self.model.destinations[*destination].id,
        }
    }
}
