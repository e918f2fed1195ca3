//! What an event changes: the fields of its `updates`, each unless something later has set it.
//!
//! In whatever order events are taken in, a field ends with the value that they give it in the
//! order of time: the last one that sets it counts, and what was added after that.

use rust_decimal::Decimal;

use super::executor::Executor;
use super::set::{as_decimal, cut};
use crate::model::ids::Id;
use crate::model::{FieldId, FieldType};
use crate::runner::contact::{Columns, Occurrence, Slot};
use crate::runner::effect::{Effect, Event};
use crate::runner::program::{New, Updated, day_number};
use crate::runner::state::{AsOf, ContactState, Write};

/// What an event does to a field.
#[derive(Clone, Copy)]
enum Change<'a> {
    Set(Slot<'a>),
    Add(Decimal),
}

impl<'a> Executor<'a> {
    /// Only fields that funnelc keeps: those that the file does not hold, and those that steps
    /// write too.
    pub(super) fn update_fields(
        &mut self,
        occurrence: &'a Occurrence,
        columns: &Columns,
        effects: &mut Vec<Effect<'a>>,
    ) {
        let program = self.program;
        for (field, change) in &program.events[occurrence.event.index()].updates {
            let is_kept = program.fields[*field].set_by_step || program.update_columns;
            if columns.fields[*field] && !is_kept {
                continue;
            }
            if let Some(change) = self.change_of(*field, change, occurrence) {
                self.update(*field, change, occurrence, effects);
            }
        }
    }

    /// Nothing where a property is missing.
    fn change_of(
        &self,
        field: usize,
        change: &'a Updated,
        occurrence: &'a Occurrence,
    ) -> Option<Change<'a>> {
        Some(match change {
            Updated::Set(value) => Change::Set(value.slot()),
            Updated::Add(number) => Change::Add(*number),
            Updated::AddProperty(property) => {
                Change::Add(as_decimal(occurrence.property(*property))?)
            }
            Updated::SetProperty(property) => match occurrence.property(*property) {
                Slot::Missing => return None,
                Slot::Integer(number) if self.is_decimal(field) => {
                    Change::Set(Slot::Number(number.into()))
                }
                value @ (Slot::Text(_)
                | Slot::Integer(_)
                | Slot::Number(_)
                | Slot::Boolean(_)
                | Slot::Day(_)
                | Slot::Moment(_)
                | Slot::Choice(_)
                | Slot::Choices(_)) => Change::Set(value),
            },
            Updated::Day => Change::Set(Slot::Day(day_number(
                self.program.zone.day_of(occurrence.at),
            ))),
            Updated::Moment => Change::Set(Slot::Moment(occurrence.at)),
        })
    }

    fn update(
        &mut self,
        index: usize,
        change: Change<'a>,
        occurrence: &'a Occurrence,
        effects: &mut Vec<Effect<'a>>,
    ) {
        let (field, event, write) = (
            FieldId::from_index(index),
            occurrence.event,
            Write::of(occurrence),
        );
        let later = self.set_of(field).filter(|set| !write.is_after(set));
        let from = self.fields[index];
        let to = match change {
            Change::Set(value) if later.is_none() => self.set_as_of(index, write, value),
            Change::Set(value) => cut(value, &self.program.fields[index]),
            Change::Add(number) => cut(self.sum(index, number), &self.program.fields[index]),
        };
        if let (Change::Add(number), None) = (change, later) {
            self.note_added(index, write, number);
        }
        if from == to {
            return;
        }
        let happened = match later {
            Some(set) => Event::Late {
                event,
                field,
                set: set.at,
            },
            None => Event::Update {
                event,
                field,
                from,
                to,
            },
        };
        effects.push(Effect {
            at: None,
            event: happened,
        });
        if later.is_none() {
            self.put(index, to);
        }
    }

    /// The value that is set, and on top of it what was added later.
    fn set_as_of(&mut self, index: usize, write: Write, value: Slot<'a>) -> Slot<'a> {
        let program = self.program;
        let as_of = self.as_of(FieldId::from_index(index));
        as_of.set = Some(write);
        as_of.added.retain(|(added, _)| added.is_after(&write));
        let added: Vec<Decimal> = as_of.added.iter().map(|(_, number)| *number).collect();
        let rules = &program.fields[index];
        added.into_iter().fold(cut(value, rules), |value, number| {
            cut(self.sum_of(index, value, number), rules)
        })
    }

    fn is_decimal(&self, field: usize) -> bool {
        let field = &self.program.model().contacts.fields[Id::from_index(field)];
        field.type_ == Some(FieldType::Number)
    }

    fn set_of(&self, field: FieldId) -> Option<Write> {
        self.as_of
            .iter()
            .find(|(of, _)| *of == field)
            .and_then(|(_, as_of)| as_of.set)
    }

    fn as_of(&mut self, field: FieldId) -> &mut AsOf {
        let found = self.as_of.iter().position(|(of, _)| *of == field);
        let at = found.unwrap_or_else(|| {
            self.as_of.push((field, AsOf::default()));
            self.as_of.len() - 1
        });
        &mut self.as_of[at].1
    }

    fn note_added(&mut self, index: usize, write: Write, number: Decimal) {
        if self.program.fields[index].keeps_added {
            let added = &mut self.as_of(FieldId::from_index(index)).added;
            let at = added.partition_point(|(other, _)| !other.is_after(&write));
            added.insert(at, (write, number));
        }
    }

    /// A step wrote the field.
    pub(super) fn note_step(&mut self, index: usize, new: &New) {
        match new {
            New::Value(_) | New::Today | New::StartOfToday | New::Now => {
                self.set_now(FieldId::from_index(index));
            }
            New::Add(number) => self.note_added(
                index,
                Write {
                    at: self.program.now(),
                    by: None,
                },
                *number,
            ),
        }
    }

    /// A step or somebody outside set the field: what happened before does not turn that back.
    pub(super) fn set_now(&mut self, field: FieldId) {
        let set = Some(Write {
            at: self.program.now(),
            by: None,
        });
        *self.as_of(field) = AsOf {
            set,
            added: Vec::new(),
        };
    }

    /// What is remembered of a field, if anything is.
    pub(super) fn load_as_of(
        &mut self,
        field: FieldId,
        memory: Option<&ContactState>,
        changed_outside: bool,
    ) {
        let found = memory.and_then(|memory| memory.as_of.iter().find(|(of, _)| *of == field));
        if changed_outside {
            self.set_now(field);
        } else if let Some(found) = found {
            self.as_of.push(found.clone());
        }
    }
}
