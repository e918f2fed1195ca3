//! The declared cells of a row to the typed slots of a contact; other columns are never parsed.

use jiff::tz::TimeZone;

use super::cell;
use super::layout::Layout;
use super::problem::{Problem, Reason};
use super::row::Row;
use crate::model::ids::Id;
use crate::model::{BadValue, Channel, ChoiceId, Field, FieldType, Model, Moment, Value};
use crate::runner::contact::{Block, Seen, Slot, TagSet};

/// Reads the rows of one file.
#[derive(Clone, Debug)]
pub(crate) struct Reader<'a> {
    model: &'a Model,
    layout: &'a Layout,
    zone: TimeZone,
    fields: Vec<Rule<'a>>,
}

/// What a cell of a field must be.
#[derive(Clone, Debug)]
struct Rule<'a> {
    field: &'a Field,
    type_: &'a FieldType,
    column: Option<usize>,
    /// Whether it holds the contact's zone.
    is_zone: bool,
    default: Slot<'a>,
    min: Option<Slot<'a>>,
    max: Option<Slot<'a>>,
}

/// The row at hand and where its problems go.
struct At<'r, 'p> {
    row: Row<'r>,
    problems: &'p mut Vec<Problem>,
}

impl<'a> Reader<'a> {
    /// A reader for rows of `layout`.
    pub(crate) fn new(model: &'a Model, layout: &'a Layout, zone: &TimeZone) -> Self {
        let fields = model.contacts.fields.iter().map(|(id, field)| {
            let type_ = field.type_.as_ref().unwrap_or(&FieldType::Text { match_case: true });
            let bound = |value: &'a Option<Value>, end| value.as_ref().map(|value| slot(value, zone, end));
            Rule {
                field,
                type_,
                column: layout.fields[id.index()],
                is_zone: model.contacts.timezone == Some(id),
                default: bound(&field.default, End::First).unwrap_or_default(),
                min: bound(&field.min, End::First),
                max: bound(&field.max, End::Last),
            }
        });
        Self { model, layout, zone: zone.clone(), fields: fields.collect() }
    }

    /// Fills `seen` from a row; whatever does not fit goes to `problems`.
    pub(crate) fn read<'r>(&self, row: Row<'r>, seen: &mut Seen<'r>, problems: &mut Vec<Problem>)
    where
        'a: 'r,
    {
        if let Err(reason) = self.shape(row) {
            problems.push(Problem { line: row.line(), column: None, value: String::new(), reason });
            return;
        }
        let mut row = At { row, problems };
        seen.key = row.cell(self.layout.key);
        if seen.key.trim().is_empty() {
            row.bad(self.layout, self.layout.key, Reason::MissingKey);
        }
        seen.fields.clear();
        seen.fields.extend(self.fields.iter().map(|rule| self.field(rule, &mut row)));
        self.stages(&mut row, seen);
        self.tags(&mut row, &mut seen.tags);
        seen.points = self.points(&mut row);
        seen.blocks = Channel::ALL.map(|channel| self.block(&mut row, channel));
    }

    fn shape(&self, row: Row<'_>) -> Result<(), Reason> {
        let (expected, found) = (self.layout.width(), row.width()?);
        if found == expected { Ok(()) } else { Err(Reason::CellCount { expected, found }) }
    }

    fn field<'r>(&self, rule: &Rule<'a>, row: &mut At<'r, '_>) -> Slot<'r>
    where
        'a: 'r,
    {
        let Some(column) = rule.column else { return rule.default };
        let before = row.problems.len();
        let slot = match self.value(rule, row.cell(column)) {
            Ok(slot) => slot,
            Err(reason) => self.bad_value(row, column, reason),
        };
        let slot = if slot == Slot::Missing { rule.default } else { slot };
        if slot == Slot::Missing && rule.field.required && row.problems.len() == before {
            row.bad(self.layout, column, Reason::Required);
        }
        slot
    }

    fn value<'r>(&self, rule: &Rule<'_>, text: &'r str) -> Result<Slot<'r>, Reason> {
        let trimmed = text.trim();
        let slot = match rule.type_ {
            _ if text.is_empty() => return Ok(Slot::Missing),
            FieldType::Text { .. } if rule.is_zone => return zone_name(trimmed),
            FieldType::Text { .. } | FieldType::Email => return Ok(Slot::Text(text)),
            _ if trimmed.is_empty() => return Ok(Slot::Missing),
            FieldType::Integer => cell::integer(trimmed).map(Slot::Integer),
            FieldType::Number => cell::number(trimmed).map(Slot::Number),
            FieldType::Boolean => cell::boolean(trimmed).map(Slot::Boolean),
            FieldType::Date => cell::day(trimmed).map(Slot::Day),
            FieldType::Datetime => cell::moment(trimmed, &self.zone).map(Slot::Moment),
            FieldType::Choice(values) => return choice(values, trimmed).map(Slot::Choice),
            FieldType::Choices { values, separator } => return choices(values, separator, trimmed),
        };
        let slot = slot.ok_or(Reason::NotA(rule.type_.word()))?;
        if rule.min.is_some_and(|min| less(slot, min)) {
            return Err(Reason::TooSmall(rule.field.min.as_ref().map(words).unwrap_or_default()));
        }
        if rule.max.is_some_and(|max| less(max, slot)) {
            return Err(Reason::TooLarge(rule.field.max.as_ref().map(words).unwrap_or_default()));
        }
        Ok(slot)
    }

    fn stages(&self, row: &mut At<'_, '_>, seen: &mut Seen<'_>) {
        seen.stages.clear();
        seen.outdated.clear();
        for (id, funnel) in self.model.funnels.iter() {
            let column = self.layout.stages[id.index()];
            let text = column.map_or("", |column| row.cell(column).trim());
            let stage = funnel.stages.find(|stage| stage.value == text);
            if let (Some(column), None, false) = (column, stage, text.is_empty()) {
                let known = self.model.in_flight.stage_called(id, &funnel.id, text);
                if let Some(now) = known {
                    seen.outdated.push(id);
                    seen.stages.push(now);
                    continue;
                }
                self.bad_value(row, column, Reason::UnknownStage { funnel: funnel.id.clone() });
            }
            seen.stages.push(stage.filter(|_| !text.is_empty()));
        }
    }

    fn tags(&self, row: &mut At<'_, '_>, tags: &mut TagSet) {
        tags.clear();
        let (known, Some(column)) = (&self.model.contacts.tags, self.layout.tags) else { return };
        let text = row.cell(column);
        if text.is_empty() {
            return;
        }
        for tag in text.split(known.separator.as_str()).map(str::trim).filter(|tag| !tag.is_empty()) {
            match known.names.find(|name| name.id == tag) {
                Some(id) => tags.set(id.index(), true),
                None if known.open => {}
                None => {
                    self.bad_value(row, column, Reason::UnknownTag);
                }
            }
        }
    }

    fn points(&self, row: &mut At<'_, '_>) -> i64 {
        let Some(column) = self.layout.points else { return 0 };
        let text = row.cell(column).trim();
        if text.is_empty() {
            return 0;
        }
        let points = cell::integer(text);
        if points.is_none() {
            self.bad_value(row, column, Reason::NotA(FieldType::Integer.word()));
        }
        points.unwrap_or(0)
    }

    /// An unknown word is bad also where `on-bad-value: missing` stands: to guess would be to write to somebody who asked us not to.
    fn block(&self, row: &mut At<'_, '_>, channel: Channel) -> Option<Block> {
        let column = self.layout.blocks[channel as usize]?;
        let text = row.cell(column).trim();
        let is = |word: &str| text.eq_ignore_ascii_case(word);
        if text.is_empty() || cell::boolean(text) == Some(false) {
            None
        } else if is("unsubscribed") || cell::boolean(text) == Some(true) {
            Some(Block::Unsubscribed)
        } else if is("complained") {
            Some(Block::Complained)
        } else if is("bounced") {
            Some(Block::Bounced)
        } else {
            row.bad(self.layout, column, Reason::UnknownBlock);
            None
        }
    }

    fn bad_value<'r>(&self, row: &mut At<'_, '_>, column: usize, reason: Reason) -> Slot<'r> {
        match self.model.contacts.on_bad_value {
            BadValue::Fail => row.bad(self.layout, column, reason),
            BadValue::Missing => {}
        }
        Slot::Missing
    }
}

impl<'r> At<'r, '_> {
    fn cell(&self, column: usize) -> &'r str {
        self.row.text(column)
    }

    fn bad(&mut self, layout: &Layout, column: usize, reason: Reason) {
        let (name, value) = (layout.names[column].clone(), self.cell(column).to_owned());
        self.problems.push(Problem { line: self.row.line(), column: Some(name), value, reason });
    }
}

/// The zone data answers from memory after the first time, whatever the case of the letters.
fn zone_name(text: &str) -> Result<Slot<'_>, Reason> {
    match text {
        "" => Ok(Slot::Missing),
        name if TimeZone::get(name).is_ok() => Ok(Slot::Text(name)),
        _ => Err(Reason::UnknownZone),
    }
}

fn choice(values: &[String], text: &str) -> Result<ChoiceId, Reason> {
    values.iter().position(|value| value == text).map(ChoiceId::from_index).ok_or(Reason::UnknownChoice)
}

fn choices<'r>(values: &[String], separator: &str, text: &str) -> Result<Slot<'r>, Reason> {
    let mut bits = 0_u64;
    for part in text.split(separator).map(str::trim).filter(|part| !part.is_empty()) {
        bits |= 1 << choice(values, part)?.index();
    }
    Ok(if bits == 0 { Slot::Missing } else { Slot::Choices(bits) })
}

/// Which end of a whole day stands for it.
#[derive(Clone, Copy)]
enum End {
    First,
    Last,
}

/// The slot of a value of the project.
fn slot<'a>(value: &'a Value, zone: &TimeZone, end: End) -> Slot<'a> {
    match value {
        Value::Text(text) => Slot::Text(text),
        Value::Integer(number) => Slot::Integer(*number),
        Value::Number(number) => Slot::Number(*number),
        Value::Boolean(boolean) => Slot::Boolean(*boolean),
        Value::Date(date) => cell::day(&date.to_string()).map_or(Slot::Missing, Slot::Day),
        Value::Datetime(moment) => moment_of(*moment, zone, end).map_or(Slot::Missing, Slot::Moment),
        Value::Choice(id) => Slot::Choice(*id),
        Value::Choices(ids) => Slot::Choices(ids.iter().fold(0, |bits, id| bits | 1 << id.index())),
    }
}

fn moment_of(moment: Moment, zone: &TimeZone, end: End) -> Option<i64> {
    match (moment, end) {
        (Moment::Time(_), _) | (Moment::Day(_), End::First) => cell::moment(&moment.to_string(), zone),
        (Moment::Day(day), End::Last) => {
            let next = day.tomorrow().ok()?;
            Some(cell::moment(&next.to_string(), zone)? - 1)
        }
    }
}

fn less(a: Slot<'_>, b: Slot<'_>) -> bool {
    match (a, b) {
        (Slot::Integer(a), Slot::Integer(b)) | (Slot::Moment(a), Slot::Moment(b)) => a < b,
        (Slot::Number(a), Slot::Number(b)) => a < b,
        (Slot::Day(a), Slot::Day(b)) => a < b,
        _ => false,
    }
}

fn words(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::Integer(number) => number.to_string(),
        Value::Number(number) => number.normalize().to_string(),
        Value::Boolean(boolean) => boolean.to_string(),
        Value::Date(date) => date.to_string(),
        Value::Datetime(moment) => moment.to_string(),
        Value::Choice(_) | Value::Choices(_) => String::new(),
    }
}
