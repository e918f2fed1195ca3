//! What events write: fields, in the order of time whenever they are taken in, and what counts as
//! sent by others.
//!
//! Invariant: the same events give the same values, in one run or in several.

use rust_decimal::Decimal;
use serde_yaml::Value;

use super::contact::{AsOf, Occurrence, Written};
use super::instant::{Instant, Place};
use super::project::{flag, get, pairs, text, word};
use super::sends::CHANNELS;
use super::steps::plus;
use super::value::{Datum, decimal, read_literal, type_of};

/// What an event does to a field.
enum Change {
    Set(Option<Datum>),
    Add(Decimal),
}

impl Instant<'_> {
    /// Section 8: `updates`, only to fields without a column in the file, and to those that steps
    /// write too.
    pub(super) fn update_for(&mut self, event: &Occurrence) {
        let updates = self
            .project
            .at(&["events", &event.event, "updates"])
            .map(pairs)
            .unwrap_or_default();
        for (field, update) in updates {
            if self.in_file.contains(&field) {
                continue;
            }
            let definition = self.project.definition(&["contacts", "fields", &field]);
            if let Some(change) = self.change(definition, update, event) {
                self.write_as_of(&field, definition, change, event);
            }
        }
    }

    /// `{ add: 1 }`, `{ set: event-time }`, `{ set: pro }`, and `{ property: amount }` in the place
    /// of either value.
    fn change(&self, definition: &Value, update: &Value, event: &Occurrence) -> Option<Change> {
        let from_event =
            |value: &Value| Some(event.properties.get(&text(value, "property")?).cloned());
        if let Some(add) = get(update, "add") {
            return match from_event(add) {
                Some(Some(Datum::Number(number))) => Some(Change::Add(number)),
                Some(_) => None,
                None => Some(Change::Add(decimal(&word(add)))),
            };
        }
        let set = &update["set"];
        Some(Change::Set(match from_event(set) {
            Some(property) => Some(property?),
            None if set.as_str() == Some("event-time") && type_of(definition) == "date" => {
                Some(Datum::Day(self.clock.local(event.at).date()))
            }
            None if set.as_str() == Some("event-time") => Some(Datum::At(event.at)),
            None => read_literal(self.clock, definition, set),
        }))
    }

    /// What something later has set stays as it is.
    fn write_as_of(&mut self, field: &str, definition: &Value, change: Change, event: &Occurrence) {
        let written: Written = (
            event.at,
            false,
            event.event.clone(),
            event.of.clone(),
            event.identity.clone(),
        );
        let as_of = self.contact.as_of.get(field).cloned().unwrap_or_default();
        if let Some(set) = as_of.set.filter(|set| *set >= written) {
            let would_be = match change {
                Change::Set(value) => value,
                Change::Add(number) => Some(self.added(field, definition, number)),
            };
            if would_be != self.contact.value(field) {
                let to = self.clock.spell(set.0);
                self.note("late", &Place::default(), [field, "", &to, &event.event]);
            }
            return;
        }
        let value = match change {
            Change::Add(number) => {
                self.note_added(field, written, number);
                Some(self.added(field, definition, number))
            }
            Change::Set(value) => {
                let added: Vec<_> = as_of
                    .added
                    .into_iter()
                    .filter(|(at, _)| *at > written)
                    .collect();
                let numbers = added.iter().map(|(_, number)| *number);
                let value = numbers.fold(value, |value, number| {
                    Some(plus(definition, value.as_ref(), number))
                });
                self.contact.as_of.insert(
                    field.into(),
                    AsOf {
                        set: Some(written),
                        added,
                    },
                );
                value
            }
        };
        self.write_field(&Place::default(), "update", field, value, &event.event);
    }

    /// A step or a person outside set the field.
    pub(super) fn set_now(&mut self, field: &str) {
        let set = Some(self.written_now());
        self.contact.as_of.insert(
            field.into(),
            AsOf {
                set,
                added: Vec::new(),
            },
        );
    }

    pub(super) fn written_now(&self) -> Written {
        (
            self.clock.now,
            true,
            String::new(),
            String::new(),
            String::new(),
        )
    }

    pub(super) fn note_added(&mut self, field: &str, written: Written, number: Decimal) {
        let added = &mut self.contact.as_of.entry(field.into()).or_default().added;
        added.push((written, number));
        added.sort_by(|(one, _), (other, _)| one.cmp(other));
    }

    /// A delivery of a message that funnelc has not sent counts for the limit of its channel.
    pub(super) fn note_delivery(&mut self, event: &Occurrence) {
        let is_ours = self
            .contact
            .sent
            .iter()
            .any(|sent| sent.content == event.of);
        let Some(content) = self.project.at(&["content", &event.of]) else {
            return;
        };
        if event.event == "delivered" && !is_ours && !flag(content, "transactional") {
            let channel = self.channel_of(event);
            self.contact.delivered.push((channel, event.at));
        }
    }

    /// When others last delivered a message that funnelc has not sent; where no delivery is known,
    /// when something last happened that needs one.
    pub(super) fn delivered_by_others(&self, content: &str) -> Option<jiff::Timestamp> {
        let kind = text(self.project.definition(&["content", content]), "kind").expect("a kind");
        if kind != "message" && !CHANNELS.contains(&kind.as_str()) {
            return None;
        }
        let last = |names: &[&str]| {
            let events = self
                .contact
                .events
                .iter()
                .filter(|event| event.of == content);
            events
                .filter(|event| names.contains(&event.event.as_str()))
                .map(|event| event.at)
                .max()
        };
        last(&["delivered"])
            .or_else(|| last(&["opened", "clicked", "replied", "unsubscribed", "complained"]))
    }
}
