//! One row of an events file: text by name to a known event of a contact, or why it is none.

use jiff::tz::TimeZone;
use rust_decimal::Decimal;

use crate::model::ids::{Arena, Id};
use crate::model::{Content, ContentId, EventId, EventType, FieldType, Model, Property};
use crate::runner::contact::{Kept, Occurrence};
use crate::runner::input::cell;
use crate::runner::notice::{Reason, RowError};

/// What reading a row needs to know.
pub(super) struct Reading<'a> {
    pub(super) events: &'a Arena<EventId, EventType>,
    /// Content by id, as it is in each of the plans for which is read; what an event is read to be
    /// of counts along this list.
    pub(super) content: Vec<(&'a str, Vec<&'a Content>)>,
    /// The plan, where an event or content may stand under its old name.
    pub(super) model: &'a Model,
    pub(super) zone: &'a TimeZone,
    pub(super) now: i64,
}

/// What a row turned out to be.
pub(super) enum Found<'r> {
    /// An event that counts by now, of the contact with this key.
    Event(&'r str, Occurrence),
    /// After now.
    Later,
    /// An event that the project does not know.
    Unknown(&'r str),
    /// Bad; the problems say why.
    Bad,
}

/// Where the text of a row comes from, by name.
pub(super) trait Cells<'r> {
    /// What a column that every event may have says, without white space around it; empty where
    /// there is none.
    fn text(&self, column: Column) -> &'r str;
    /// That of a property.
    fn property(&self, event: EventId, property: usize) -> &'r str;
    /// The column's name for a problem.
    fn name(&self, event: EventId, property: usize) -> String;
}

/// The columns that every event may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    Contact,
    At,
    Event,
    Of,
    Id,
}

impl Column {
    pub(super) const ALL: [Self; 5] = [Self::Contact, Self::At, Self::Event, Self::Of, Self::Id];

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Contact => "contact",
            Self::At => "at",
            Self::Event => "event",
            Self::Of => "of",
            Self::Id => "id",
        }
    }
}

/// The column of a property: its id, with `_` for `-`.
pub(super) fn column_of(property: &Property) -> String {
    crate::model::contacts::column_of(&property.id)
}

impl Reading<'_> {
    /// Reads a row; what cannot be read goes to `problems`. An `of` that the event cannot have goes
    /// to `strange`, and counts as none.
    pub(super) fn row<'r>(
        &self,
        line: u64,
        cells: &impl Cells<'r>,
        problems: &mut Vec<RowError>,
        strange: &mut Vec<String>,
    ) -> Found<'r> {
        let before = problems.len();
        let mut bad = |column: String, value: &str, reason| {
            problems.push(RowError {
                line,
                column: Some(column),
                value: value.to_owned(),
                reason,
            });
        };
        for column in [Column::Contact, Column::At, Column::Event] {
            if cells.text(column).is_empty() {
                bad(column.word().to_owned(), "", Reason::Required);
            }
        }
        let (written, name) = (cells.text(Column::At), cells.text(Column::Event));
        let at = cell::moment(written, self.zone);
        if at.is_none() && !written.is_empty() {
            bad(
                Column::At.word().to_owned(),
                written,
                Reason::NotA("moment"),
            );
        }
        let event = self
            .events
            .find(|event| event.id == name)
            .or_else(|| self.model.in_flight.event_called(name));
        let properties = event.map(|event| self.properties(event, cells, &mut bad));
        match (at, event, properties) {
            _ if problems.len() > before => Found::Bad,
            (Some(at), _, _) if at > self.now => Found::Later,
            (Some(at), Some(event), Some(properties)) => {
                let identity = identity(cells, (at, name), &self.events[event], &properties);
                let of = self.of((event, name), cells.text(Column::Of), strange);
                Found::Event(
                    cells.text(Column::Contact),
                    Occurrence {
                        at,
                        event,
                        of,
                        identity,
                        properties,
                    },
                )
            }
            _ => Found::Unknown(name),
        }
    }

    fn properties<'r>(
        &self,
        event: EventId,
        cells: &impl Cells<'r>,
        bad: &mut impl FnMut(String, &str, Reason),
    ) -> Box<[Kept]> {
        let known = self.events[event].properties.values().enumerate();
        let values = known.map(|(index, property)| {
            let text = cells.property(event, index);
            let Some(type_) = property.type_.as_ref().filter(|_| !text.is_empty()) else {
                return Kept::Missing;
            };
            property_value(type_, text, self.zone).unwrap_or_else(|| {
                bad(cells.name(event, index), text, Reason::NotA(type_.word()));
                Kept::Missing
            })
        });
        values.collect()
    }

    fn of(
        &self,
        (event, name): (EventId, &str),
        content: &str,
        strange: &mut Vec<String>,
    ) -> Option<ContentId> {
        if content.is_empty() {
            return None;
        }
        let place = |content: &str| self.content.iter().position(|(id, _)| *id == content);
        let renamed = || self.model.in_flight.content_called(content);
        let found = place(content).or_else(|| place(&self.model.content[renamed()?].id));
        let happens_to = |content: &&Content| self.events[event].happens_to(content);
        let fits = found.filter(|at| self.content[*at].1.iter().any(happens_to));
        if fits.is_none() {
            strange.push(format!("{name} of {content}"));
        }
        fits.map(ContentId::from_index)
    }
}

/// What the text of a property says, without the white space around it.
pub(crate) fn property_value(type_: &FieldType, text: &str, zone: &TimeZone) -> Option<Kept> {
    match type_ {
        FieldType::Text { .. } | FieldType::Email => Some(Kept::Text(text.into())),
        FieldType::Integer => cell::integer(text).map(Kept::Integer),
        FieldType::Number => cell::number(text).map(Kept::Number),
        FieldType::Boolean => cell::boolean(text).map(Kept::Boolean),
        FieldType::Date => cell::day(text).map(Kept::Day),
        FieldType::Datetime => cell::moment(text, zone).map(Kept::Moment),
        FieldType::Choice(_) | FieldType::Choices { .. } => None,
    }
}

/// The `id`, else all that is told of it, by value and not by spelling.
fn identity<'r>(
    cells: &impl Cells<'r>,
    (at, name): (i64, &str),
    event: &EventType,
    properties: &[Kept],
) -> u64 {
    let id = cells.text(Column::Id);
    if !id.is_empty() {
        return known_by(id);
    }
    let mut hasher = blake3::Hasher::new();
    let mut part = |text: &str| push_part(&mut hasher, text);
    part("");
    part(&at.to_string());
    part(name);
    part(cells.text(Column::Of));
    for (property, value) in event
        .properties
        .values()
        .zip(properties)
        .filter(|(_, value)| **value != Kept::Missing)
    {
        part(&property.id);
        part(&spelt(value));
    }
    shortened(&hasher)
}

/// What tells an event with this `id` apart.
pub(crate) fn known_by(id: &str) -> u64 {
    let mut hasher = blake3::Hasher::new();
    push_part(&mut hasher, id);
    shortened(&hasher)
}

fn push_part(hasher: &mut blake3::Hasher, text: &str) {
    hasher.update(&(text.len() as u64).to_le_bytes());
    hasher.update(text.as_bytes());
}

fn shortened(hasher: &blake3::Hasher) -> u64 {
    let mut first = [0; 8];
    first.copy_from_slice(&hasher.finalize().as_bytes()[..8]);
    u64::from_be_bytes(first)
}

fn spelt(value: &Kept) -> String {
    match value {
        Kept::Missing => String::new(),
        Kept::Text(text) => text.to_string(),
        Kept::Integer(number) | Kept::Moment(number) => number.to_string(),
        Kept::Number(number) => Decimal::normalize(number).to_string(),
        Kept::Boolean(flag) => flag.to_string(),
        Kept::Day(day) => day.to_string(),
        Kept::Choice(choice) => choice.index().to_string(),
        Kept::Choices(set) => set.to_string(),
    }
}
