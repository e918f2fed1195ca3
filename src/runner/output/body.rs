//! What colleagues and other systems get: text with the contact's values in it, or JSON with sorted
//! keys; the same contact gives the same bytes.

use jiff::tz::TimeZone;
use serde_json::{Map, Value};

use super::text::push_slot;
use crate::model::destination::Call;
use crate::model::ids::Id;
use crate::model::template::{Part, Template, Token};
use crate::model::{FieldId, FieldType, Model};
use crate::runner::contact::Slot;
use crate::runner::kernel::Snapshot;

/// The model and the zone in which moments are written.
pub(super) struct Bodies<'p> {
    pub(super) model: &'p Model,
    pub(super) zone: &'p TimeZone,
}

impl Bodies<'_> {
    /// What is handed over at a call; `tags` are those of the contact at that moment, as in its
    /// cell.
    pub(super) fn of(
        &self,
        call: &Call,
        contact: &str,
        tags: &[&str],
        at: &Snapshot<'_>,
    ) -> String {
        match call {
            Call::Notify { message, .. } => self.filled(message, at),
            Call::Webhook { body, .. } => {
                let values = body
                    .iter()
                    .map(|(key, token)| (key.clone(), self.token(*token, at)));
                Value::Object(values.collect()).to_string()
            }
            Call::PushTo(_) => self.whole(contact, tags, at).to_string(),
        }
    }

    /// What the tokens of a message ask for, by their names, spelt as in the cells of contacts.csv.
    /// What is missing is null, so that the default of the token can stand for it.
    pub(super) fn values<'a>(
        &self,
        values: impl Iterator<Item = (&'a str, Token, Slot<'a>)>,
    ) -> String {
        let spelt = |token: Token, slot: Slot<'_>| {
            let type_ = if let Token::Field(field) = token {
                self.type_of(field)
            } else {
                None
            };
            let mut text = String::new();
            push_slot(&mut text, slot, type_, self.zone);
            text
        };
        let value = |(name, token, slot): (&str, Token, Slot<'_>)| {
            let value = if slot == Slot::Missing {
                Value::Null
            } else {
                Value::from(spelt(token, slot))
            };
            (name.to_owned(), value)
        };
        Value::Object(values.map(value).collect()).to_string()
    }

    fn filled(&self, template: &Template, at: &Snapshot<'_>) -> String {
        let mut text = String::new();
        for part in &template.parts {
            match part {
                Part::Text(part) => text.push_str(part),
                Part::Value {
                    token: Token::Points,
                    ..
                } => text.push_str(&at.points.to_string()),
                Part::Value {
                    token: Token::Group(group),
                    ..
                } => text.push_str(&at.groups[group.index()].to_string()),
                Part::Value {
                    token: Token::Field(field),
                    default,
                    ..
                } => match at.fields[field.index()] {
                    Slot::Missing => text.push_str(default.as_deref().unwrap_or_default()),
                    slot @ (Slot::Text(_)
                    | Slot::Integer(_)
                    | Slot::Number(_)
                    | Slot::Boolean(_)
                    | Slot::Day(_)
                    | Slot::Moment(_)
                    | Slot::Choice(_)
                    | Slot::Choices(_)) => {
                        push_slot(&mut text, slot, self.type_of(*field), self.zone);
                    }
                },
            }
        }
        text
    }

    fn whole(&self, contact: &str, tags: &[&str], at: &Snapshot<'_>) -> Value {
        let fields = self.model.contacts.fields.iter();
        let fields =
            fields.map(|(id, field)| (field.id.clone(), self.field(id, at.fields[id.index()])));
        let stages = self.model.funnels.iter().map(|(id, funnel)| {
            let stage = at.stages[id.index()].map(|stage| funnel.stages[stage].id.clone());
            (funnel.id.clone(), Value::from(stage))
        });
        let mut whole = Map::new();
        whole.insert("id".to_owned(), Value::from(contact));
        whole.insert("fields".to_owned(), Value::Object(fields.collect()));
        whole.insert("tags".to_owned(), Value::from(tags));
        whole.insert("points".to_owned(), Value::from(at.points));
        let groups = self.model.points.groups.iter();
        let groups: Map<_, _> = groups
            .map(|(id, group)| (group.id.clone(), Value::from(at.groups[id.index()])))
            .collect();
        if !groups.is_empty() {
            whole.insert("groups".to_owned(), Value::Object(groups));
        }
        whole.insert("stages".to_owned(), Value::Object(stages.collect()));
        Value::Object(whole)
    }

    fn token(&self, token: Token, at: &Snapshot<'_>) -> Value {
        match token {
            Token::Points => Value::from(at.points),
            Token::Group(group) => Value::from(at.groups[group.index()]),
            Token::Field(field) => self.field(field, at.fields[field.index()]),
        }
    }

    /// Numbers and flags as such, choices as a list, everything else as in the cell. A decimal is
    /// text, since a JSON number is exact for nobody.
    fn field(&self, field: FieldId, slot: Slot<'_>) -> Value {
        let text = || {
            let mut text = String::new();
            push_slot(&mut text, slot, self.type_of(field), self.zone);
            text
        };
        match slot {
            Slot::Missing => Value::Null,
            Slot::Integer(number) => Value::from(number),
            Slot::Boolean(flag) => Value::from(flag),
            Slot::Text(_) | Slot::Number(_) | Slot::Day(_) | Slot::Moment(_) | Slot::Choice(_) => {
                Value::from(text())
            }
            Slot::Choices(set) => {
                let Some(FieldType::Choices { values, .. }) = self.type_of(field) else {
                    return Value::Null;
                };
                let chosen = values
                    .iter()
                    .enumerate()
                    .take(64)
                    .filter(|(at, _)| set >> at & 1 == 1);
                chosen.map(|(_, value)| value.clone()).collect()
            }
        }
    }

    fn type_of(&self, field: FieldId) -> Option<&FieldType> {
        self.model.contacts.fields[field].type_.as_ref()
    }
}
