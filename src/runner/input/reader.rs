//! The declared cells of a row to the typed slots of a contact; other columns are never parsed.

use jiff::tz::TimeZone;

use super::cell;
use super::layout::Layout;
use super::row::Row;
use super::typed::Rule;
use crate::model::ids::Id;
use crate::model::{BadValue, Channel, FieldType, Funnel, Model, StageId};
use crate::runner::contact::{Block, Seen, Slot};
use crate::runner::notice::{Reason, RowError};

/// Reads the rows of one file.
#[derive(Clone, Debug)]
pub(crate) struct Reader<'a> {
    model: &'a Model,
    layout: &'a Layout,
    zone: TimeZone,
    fields: Vec<Rule<'a>>,
    /// By funnel: what its stages are written as, in their order.
    stages: Vec<Vec<&'a str>>,
    /// Whether a column says who must not be contacted.
    has_blocks: bool,
}

/// The row at hand and where its problems go.
struct At<'r, 'p> {
    row: Row<'r>,
    /// Words that mean that there is no value.
    missing: &'p [String],
    problems: &'p mut Vec<RowError>,
    /// How many of them only keep the contact as it is.
    soft: usize,
}

impl<'a> Reader<'a> {
    /// A reader for rows of `layout`.
    pub(crate) fn new(model: &'a Model, layout: &'a Layout, zone: &TimeZone) -> Self {
        let fields = model.contacts.fields.iter().map(|(id, field)| {
            let mut rule = Rule::new(
                field,
                layout.fields[id.index()],
                &model.contacts.missing,
                zone,
            );
            rule.is_zone = model.contacts.timezone == Some(id);
            rule
        });
        let values = |funnel: &'a Funnel| {
            let stages = funnel.stages.values();
            stages.map(|stage| stage.value.as_str()).collect()
        };
        Self {
            model,
            layout,
            zone: zone.clone(),
            fields: fields.collect(),
            stages: model.funnels.values().map(values).collect(),
            has_blocks: layout.blocks.iter().any(Option::is_some),
        }
    }

    /// Fills `seen` from a row; whatever does not fit goes to `problems`.
    pub(crate) fn read<'r>(&self, row: Row<'r>, seen: &mut Seen<'r>, problems: &mut Vec<RowError>)
    where
        'a: 'r,
    {
        seen.skipped = false;
        if let Err(reason) = self.shape(row) {
            problems.push(RowError {
                line: row.line(),
                column: None,
                value: String::new(),
                reason,
            });
            return;
        }
        let mut row = At {
            row,
            missing: &self.model.contacts.missing,
            problems,
            soft: 0,
        };
        seen.key = row.cell(self.layout.key);
        if seen.key.is_empty() {
            row.bad(self.layout, self.layout.key, Reason::MissingKey);
        }
        seen.fields.clear();
        for rule in &self.fields {
            seen.fields.push(self.field(rule, &mut row));
        }
        self.stages(&mut row, seen);
        self.tags(&mut row, seen);
        seen.points = self.points(self.layout.points, &mut row);
        seen.groups.clear();
        for column in &self.layout.groups {
            seen.groups.push(self.points(*column, &mut row));
        }
        seen.blocks = if self.has_blocks {
            Channel::ALL.map(|channel| self.block(&mut row, channel))
        } else {
            Default::default()
        };
        seen.skipped = row.soft > 0 && row.soft == row.problems.len();
    }

    fn shape(&self, row: Row<'_>) -> Result<(), Reason> {
        let (expected, found) = (self.layout.width(), row.width()?);
        if found == expected {
            Ok(())
        } else {
            Err(Reason::CellCount { expected, found })
        }
    }

    #[inline]
    fn field<'r>(&self, rule: &Rule<'a>, row: &mut At<'r, '_>) -> Slot<'r>
    where
        'a: 'r,
    {
        let Some(column) = rule.column else {
            return rule.default;
        };
        let usual = row
            .row
            .plain(column)
            .and_then(|bytes| rule.usual_value(bytes));
        match usual {
            Some(Slot::Missing) | None => self.any_field(rule, column, row),
            Some(slot) => slot,
        }
    }

    fn any_field<'r>(&self, rule: &Rule<'a>, column: usize, row: &mut At<'r, '_>) -> Slot<'r>
    where
        'a: 'r,
    {
        let before = row.problems.len();
        let slot = match rule.value(row.cell(column), &self.zone) {
            Ok(slot) => slot,
            Err(reason) => self.bad_value(row, column, reason),
        };
        let slot = if matches!(slot, Slot::Missing) {
            rule.default
        } else {
            slot
        };
        if rule.field.required && matches!(slot, Slot::Missing) && row.problems.len() == before {
            match self.model.contacts.on_bad_value {
                BadValue::Fail | BadValue::Missing => {
                    row.bad(self.layout, column, Reason::Required);
                }
                BadValue::SkipContact { .. } => row.soft_bad(self.layout, column, Reason::Required),
            }
        }
        slot
    }

    fn stages(&self, row: &mut At<'_, '_>, seen: &mut Seen<'_>) {
        seen.stages.clear();
        seen.outdated.clear();
        for (id, funnel) in self.model.funnels.iter() {
            let column = self.layout.stages[id.index()];
            let text = column.map_or("", |column| row.cell(column));
            let stage = self.stages[id.index()]
                .iter()
                .position(|value| *value == text)
                .map(StageId::from_index);
            if let (Some(column), None, false) = (column, stage, text.is_empty()) {
                let known = self.model.in_flight.stage_called(id, &funnel.id, text);
                if let Some(now) = known {
                    seen.outdated.push(id);
                    seen.stages.push(now);
                    continue;
                }
                self.bad_value(
                    row,
                    column,
                    Reason::UnknownStage {
                        funnel: funnel.id.clone(),
                    },
                );
            }
            seen.stages.push(stage.filter(|_| !text.is_empty()));
        }
    }

    fn tags(&self, row: &mut At<'_, '_>, seen: &mut Seen<'_>) {
        seen.tags.clear();
        (seen.outdated_tags, seen.other_tags) = (false, false);
        let (known, Some(column)) = (&self.model.contacts.tags, self.layout.tags) else {
            return;
        };
        let text = row.cell(column);
        if text.is_empty() {
            return;
        }
        for tag in cell::parts(text, &known.separator) {
            if let Some(id) = known.names.find(|name| name.id == tag) {
                seen.tags.set(id.index(), true);
            } else if let Some(id) = self.model.in_flight.tag_called(tag) {
                seen.tags.set(id.index(), true);
                seen.outdated_tags = true;
            } else if known.open {
                seen.other_tags = true;
            } else {
                self.bad_value(row, column, Reason::UnknownTag);
            }
        }
    }

    fn points(&self, column: Option<usize>, row: &mut At<'_, '_>) -> i64 {
        let Some(column) = column else { return 0 };
        let usual = row.row.plain(column).and_then(cell::small_integer);
        if let (Some(points), true) = (usual, row.missing.is_empty()) {
            return points;
        }
        let text = row.cell(column);
        if text.is_empty() {
            return 0;
        }
        let points = cell::integer(text);
        if points.is_none() {
            self.bad_value(row, column, Reason::NotA(FieldType::Integer.word()));
        }
        points.unwrap_or(0)
    }

    /// An unknown word is bad also where `on-bad-value: missing` stands: to guess would be to write
    /// to somebody who asked us not to.
    fn block(&self, row: &mut At<'_, '_>, channel: Channel) -> Option<Block> {
        let column = self.layout.blocks[channel as usize]?;
        let text = row.cell(column);
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
            BadValue::SkipContact { .. } => row.soft_bad(self.layout, column, reason),
        }
        Slot::Missing
    }
}

impl<'r> At<'r, '_> {
    fn cell(&self, column: usize) -> &'r str {
        let text = self.row.text(column);
        if !self.missing.is_empty() && self.missing.iter().any(|word| word == text) {
            ""
        } else {
            text
        }
    }

    fn soft_bad(&mut self, layout: &Layout, column: usize, reason: Reason) {
        self.soft += 1;
        self.bad(layout, column, reason);
    }

    fn bad(&mut self, layout: &Layout, column: usize, reason: Reason) {
        let (name, value) = (layout.names[column].clone(), self.cell(column).to_owned());
        self.problems.push(RowError {
            line: self.row.line(),
            column: Some(name),
            value,
            reason,
        });
    }
}
