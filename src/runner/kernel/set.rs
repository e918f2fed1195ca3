//! The steps that change tags, points and fields; what changes nothing is not journalled.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::executor::Executor;
use super::step::{Flow, Here, push};
use crate::model::FieldType;
use crate::model::ids::Id;
use crate::runner::contact::{Kept, Slot};
use crate::runner::effect::{Effect, Event};
use crate::runner::program::{FieldProgram, New, day_number};

impl<'a> Executor<'a> {
    pub(super) fn add_tag(
        &mut self,
        here: Here,
        tag: usize,
        effects: &mut Vec<Effect<'a>>,
    ) -> Flow {
        if !self.tags.has(tag) {
            let id = Id::from_index(tag);
            self.tags.set(tag, true);
            if !self.seen_tags.has(tag) {
                self.added.push(id);
            }
            push(effects, here, Event::AddTag { tag: id });
            self.changed(self.program.dependencies.of_tag(id));
        }
        self.done(here)
    }

    pub(super) fn remove_tag(
        &mut self,
        here: Here,
        tag: usize,
        effects: &mut Vec<Effect<'a>>,
    ) -> Flow {
        if self.tags.has(tag) {
            let id = Id::from_index(tag);
            self.tags.set(tag, false);
            self.added.retain(|&added| added != id);
            push(effects, here, Event::RemoveTag { tag: id });
            self.changed(self.program.dependencies.of_tag(id));
        }
        self.done(here)
    }

    pub(super) fn set(
        &mut self,
        here: Here,
        field: usize,
        new: &'a New,
        effects: &mut Vec<Effect<'a>>,
    ) -> Flow {
        let (from, to) = (self.fields[field], self.renewed(field, new));
        if from != to {
            push(
                effects,
                here,
                Event::Set {
                    field: Id::from_index(field),
                    from,
                    to,
                },
            );
            self.put(field, to);
        }
        if self.program.fields[field].follows_events {
            self.note_step(field, new);
        }
        self.done(here)
    }

    /// The new value, within the bounds of the field.
    pub(super) fn renewed(&self, field: usize, to: &'a New) -> Slot<'a> {
        let rules = &self.program.fields[field];
        let (zone, now) = (&self.program.zone, self.program.now());
        let new = match to {
            New::Value(value) => value.slot(),
            New::Add(number) => self.sum(field, *number),
            New::Today => Slot::Day(day_number(zone.day_of(now))),
            New::StartOfToday => Slot::Moment(zone.start_of(zone.day_of(now))),
            New::Now => Slot::Moment(now),
        };
        cut(new, rules)
    }

    /// Takes the value away; the default, which stands for every missing value, shows.
    pub(super) fn clear(
        &mut self,
        here: Here,
        field: usize,
        effects: &mut Vec<Effect<'a>>,
    ) -> Flow {
        let program = self.program;
        let from = self.fields[field];
        let to = program.fields[field].default.slot();
        if from != to {
            push(
                effects,
                here,
                Event::Clear {
                    field: Id::from_index(field),
                    from,
                    to,
                },
            );
            self.put(field, to);
        }
        if program.fields[field].follows_events {
            self.set_now(Id::from_index(field));
        }
        self.done(here)
    }

    pub(super) fn put(&mut self, field: usize, to: Slot<'a>) {
        self.fields[field] = to;
        self.follow_company(field);
        self.changed(self.program.dependencies.of_field(Id::from_index(field)));
    }

    /// The old number, or its default, or 0, and another one; as large or small as the type allows.
    pub(super) fn sum(&self, field: usize, number: Decimal) -> Slot<'a> {
        self.sum_of(field, self.fields[field], number)
    }

    /// The same for another old number.
    pub(super) fn sum_of(&self, field: usize, old: Slot<'_>, number: Decimal) -> Slot<'a> {
        let old = as_decimal(old).or_else(|| as_decimal(self.program.fields[field].default.slot()));
        let old = old.unwrap_or_default();
        let extreme = if number.is_sign_negative() {
            Decimal::MIN
        } else {
            Decimal::MAX
        };
        let sum = old.checked_add(number).unwrap_or(extreme);
        let id = Id::from_index(field);
        if self.program.model().contacts.fields[id].type_ == Some(FieldType::Integer) {
            let extreme = if sum.is_sign_negative() {
                i64::MIN
            } else {
                i64::MAX
            };
            Slot::Integer(sum.trunc().to_i64().unwrap_or(extreme))
        } else {
            Slot::Number(sum)
        }
    }
}

pub(super) fn as_decimal(slot: Slot<'_>) -> Option<Decimal> {
    match slot {
        Slot::Integer(number) => Some(number.into()),
        Slot::Number(number) => Some(number),
        Slot::Missing | Slot::Text(_) | Slot::Boolean(_) | Slot::Day(_) => None,
        Slot::Moment(_) | Slot::Choice(_) | Slot::Choices(_) => None,
    }
}

/// Cut to the smallest and the largest value allowed.
pub(super) fn cut<'a>(value: Slot<'a>, rules: &'a FieldProgram) -> Slot<'a> {
    let (min, max) = (&rules.min, &rules.max);
    match value {
        Slot::Integer(value) => Slot::Integer(between(value, min, max, |it| {
            if let Kept::Integer(bound) = it {
                Some(*bound)
            } else {
                None
            }
        })),
        Slot::Number(value) => Slot::Number(between(value, min, max, |it| {
            if let Kept::Number(bound) = it {
                Some(*bound)
            } else {
                None
            }
        })),
        Slot::Day(value) => Slot::Day(between(value, min, max, |it| {
            if let Kept::Day(bound) = it {
                Some(*bound)
            } else {
                None
            }
        })),
        Slot::Moment(value) => Slot::Moment(between(value, min, max, |it| {
            if let Kept::Moment(bound) = it {
                Some(*bound)
            } else {
                None
            }
        })),
        Slot::Missing | Slot::Text(_) | Slot::Boolean(_) | Slot::Choice(_) | Slot::Choices(_) => {
            value
        }
    }
}

fn between<T: Ord>(value: T, min: &Kept, max: &Kept, bound: impl Fn(&Kept) -> Option<T>) -> T {
    let value = match bound(min) {
        Some(min) => value.max(min),
        None => value,
    };
    match bound(max) {
        Some(max) => value.min(max),
        None => value,
    }
}
