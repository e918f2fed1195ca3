//! The rows of actions.csv: what leaves the house, with the contact as it was at that moment.

use super::body::Bodies;
use super::cells::Cell;
use super::journal::channel_word;
use super::rows::Writer;
use crate::model::destination::Colleague;
use crate::model::ids::Id;
use crate::model::template::Token;
use crate::model::{Call, Channel, ContentId, FieldId};
use crate::runner::contact::Slot;
use crate::runner::effect::{At, AtStage, Effect, Event, Touch};
use crate::runner::input::row::Row;
use crate::runner::kernel::{After, Snapshot};
use crate::runner::key::{Key, KeyBase, experience_name};

impl<'p> Writer<'p> {
    /// The row of something that happened, if it leaves the house; what happened after it is needed
    /// to tell how the contact was then.
    pub(super) fn act<'e>(
        &self,
        row: Row<'_>,
        contact: &str,
        after: &After<'_, '_>,
        (effect, later): (&Effect<'e>, &[Effect<'e>]),
        out: &mut Vec<u8>,
    ) {
        if let (
            Event::Send {
                content,
                channel,
                values,
            },
            Some(at),
        ) = (effect.event, effect.at)
        {
            let address = self.address(channel, after, later);
            let body = self.values(content, |index, _| after.values[values + index]);
            self.action(contact, (content, channel), at, (address, &body), out);
        }
        if let Event::Experience { at, content, touch } = effect.event {
            self.experience(contact, (at, content, touch), after, out);
        }
        if let (Event::Call { call, snapshot }, Some(at)) = (effect.event, effect.at) {
            self.call(row, contact, at, call, &after.snapshots[snapshot], out);
        }
    }

    /// Whatever an experience does leaves the house, unless it is skipped. It comes after all
    /// steps, so address and values are the last.
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
            Touch::Skip(_) | Touch::Delay(_) => return,
        };
        let channel = if let Touch::Send(channel) = touch {
            channel
        } else {
            None
        };
        let address = self.address(channel, after, &[]);
        let key = self
            .keyed
            .then(|| KeyBase::of_experience(self.model, at, touch).key(contact));
        let body = match touch {
            Touch::Show | Touch::Send(_) => self.values(content, |_, token| value(token, after)),
            Touch::Hide | Touch::Skip(_) | Touch::Delay(_) => String::new(),
        };
        let cells = [
            Cell::Text(contact),
            Cell::Word(action),
            Cell::Word(&self.model.content[content].id),
            channel_word(channel),
            text(address),
            Cell::Empty,
            Cell::Number(at.stay.into()),
            Cell::Word(&experience_name(self.model, at)),
            Cell::Number(at.visit.into()),
            Cell::Text(&body),
        ];
        self.post(key, &cells, out);
    }

    /// The address at the moment of sending: a later step of the same instant may have changed it.
    fn address<'a>(
        &self,
        channel: Option<Channel>,
        after: &After<'_, 'a>,
        later: &[Effect<'a>],
    ) -> Slot<'a> {
        let Some(field) = self.address_on(channel) else {
            return Slot::Missing;
        };
        let before = later.iter().find_map(|effect| {
            let (Event::Set {
                field: other, from, ..
            }
            | Event::Clear {
                field: other, from, ..
            }) = effect.event
            else {
                return None;
            };
            (other == field).then_some(from)
        });
        before.unwrap_or(after.fields[field.index()])
    }

    /// The field with the address on a channel.
    pub(super) fn address_on(&self, channel: Option<Channel>) -> Option<FieldId> {
        channel.and_then(|channel| self.model.contacts.channels[channel as usize].address)
    }

    fn action(
        &self,
        contact: &str,
        (content, channel): (ContentId, Option<Channel>),
        at: At,
        (address, body): (Slot<'_>, &str),
        out: &mut Vec<u8>,
    ) {
        let of = [
            Cell::Word("send"),
            Cell::Word(&self.model.content[content].id),
            channel_word(channel),
            text(address),
        ];
        self.at_step(contact, at, of, Cell::Text(body), out);
    }

    /// What the tokens of a content ask for; nothing where it has none.
    pub(super) fn values<'a>(
        &self,
        content: ContentId,
        value: impl Fn(usize, Token) -> Slot<'a>,
    ) -> String {
        let tokens = &self.tokens[content.index()];
        if tokens.is_empty() {
            return String::new();
        }
        let bodies = Bodies {
            model: self.model,
            zone: &self.zone,
        };
        bodies.values(
            tokens
                .iter()
                .enumerate()
                .map(|(index, (name, token))| (&**name, *token, value(index, *token))),
        )
    }

    fn call(
        &self,
        row: Row<'_>,
        contact: &str,
        at: At,
        call: &Call,
        then: &Snapshot<'_>,
        out: &mut Vec<u8>,
    ) {
        let bodies = Bodies {
            model: self.model,
            zone: &self.zone,
        };
        let tags = self.tag_list(row, &then.tags, &then.added);
        let address = match call {
            Call::Notify {
                to: Colleague::Address(address),
                ..
            } => address,
            Call::Notify {
                to: Colleague::Owner,
                ..
            } => self.owner(then),
            Call::Webhook { .. } | Call::PushTo(_) => "",
        };
        let body = bodies.of(call, contact, &tags, then);
        let of = [
            Cell::Word(call.verb().word()),
            Cell::Text(self.target(call)),
            Cell::Empty,
            Cell::Text(address),
        ];
        self.at_step(contact, at, of, Cell::Text(&body), out);
    }

    /// What a step of a campaign does: `of` are action, target, channel and address.
    fn at_step(&self, contact: &str, at: At, of: [Cell<'_>; 4], body: Cell<'_>, out: &mut Vec<u8>) {
        let [action, target, channel, address] = of;
        let step = self.step(at);
        let cells = [
            Cell::Text(contact),
            action,
            target,
            channel,
            address,
            Cell::Word(&self.model.campaigns[at.campaign].id),
            Cell::Number(at.entry.into()),
            Cell::Text(step),
            Cell::Number(at.visit.into()),
            body,
        ];
        let key = self
            .keyed
            .then(|| KeyBase::of_step(self.model, at, step).key(contact));
        self.post(key, &cells, out);
    }

    fn post(&self, key: Option<Key>, cells: &[Cell<'_>], out: &mut Vec<u8>) {
        out.extend_from_slice(key.as_ref().map_or(&[], Key::as_bytes));
        self.cells().end_row(out, cells);
    }

    fn owner<'s>(&self, then: &'s Snapshot<'_>) -> &'s str {
        match self
            .model
            .contacts
            .owner
            .map(|field| then.fields[field.index()])
        {
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
            Call::Webhook { destination, .. } | Call::PushTo(destination) => {
                &self.model.destinations[*destination].id
            }
        }
    }
}

/// What a token asks for when the instant is over.
pub(super) fn value<'a>(token: Token, after: &After<'_, 'a>) -> Slot<'a> {
    match token {
        Token::Points => Slot::Integer(after.points),
        Token::Group(group) => Slot::Integer(after.groups[group.index()]),
        Token::Field(field) => after.fields[field.index()],
    }
}

pub(super) fn text(slot: Slot<'_>) -> Cell<'_> {
    if let Slot::Text(text) = slot {
        Cell::Text(text)
    } else {
        Cell::Empty
    }
}
