//! What a run leaves of one contact, as rows of contacts.csv, actions.csv and journal.csv; what did
//! not change is copied byte for byte.

use std::borrow::Cow;

use jiff::tz::TimeZone;

use super::cells::{Cell, Cells};
use super::copying::Copying;
use super::journal::{Journal, block};
use super::text::{push_cell, push_moment};
use crate::model::ids::Id;
use crate::model::template::Token;
use crate::model::{Model, TagId};
use crate::runner::contact::{Seen, TagSet};
use crate::runner::effect::{At, Effect};
use crate::runner::input::cell::parts;
use crate::runner::input::layout::{Layout, Written};
use crate::runner::input::row::{Row, without_line_end};
use crate::runner::kernel::After;

const ACTIONS: &str = "key,contact,action,target,channel,address,campaign,entry,step,visit,body\n";
/// The header of journal.csv.
pub(crate) const JOURNAL: &str = "contact,at,event,campaign,entry,step,subject,from,to,reason\n";

/// Rows of the three files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Files {
    pub(crate) contacts: Vec<u8>,
    pub(crate) actions: Vec<u8>,
    pub(crate) journal: Vec<u8>,
}

impl Files {
    /// Empties them, and keeps their room.
    pub(crate) fn clear(&mut self) {
        self.contacts.clear();
        self.actions.clear();
        self.journal.clear();
    }
}

/// Writes rows of one run.
#[derive(Clone, Debug)]
pub(crate) struct Writer<'p> {
    pub(super) model: &'p Model,
    layout: &'p Layout,
    pub(super) zone: TimeZone,
    pub(super) now: String,
    steps: Vec<Vec<&'p str>>,
    /// By content: the values of the contact for which it asks, with their names.
    pub(super) tokens: Vec<Vec<(Cow<'p, str>, Token)>>,
    /// Whether actions have their keys.
    pub(super) keyed: bool,
    /// Whether texts that a spreadsheet would take for formulas are defused in actions.csv and
    /// journal.csv; contacts.csv is given to a run again.
    defuses: bool,
    pub(super) journal: Journal,
    /// Whether the present text of a stage or tag takes the place of an old one of the same thing.
    renews: bool,
}

impl<'p> Writer<'p> {
    /// A writer for a file of `layout` and a run at `now`.
    pub(crate) fn new(model: &'p Model, layout: &'p Layout, zone: &TimeZone, now: i64) -> Self {
        let mut text = String::new();
        push_moment(&mut text, now, zone);
        let steps = model.campaigns.values().map(|campaign| {
            let mut names = Vec::new();
            campaign.each_step(|step| names.push(step.name.as_str()));
            names
        });
        let tokens = model.content.values().map(|content| content.tokens(model));
        Self {
            model,
            layout,
            zone: zone.clone(),
            now: text,
            steps: steps.collect(),
            tokens: tokens.collect(),
            keyed: true,
            defuses: false,
            journal: Journal::All,
            renews: true,
        }
    }

    /// For a comparison: without the keys of actions, which cost most of their rows and say nothing
    /// that the rest does not, and with the texts of the file for stages and tags that only have
    /// another name.
    pub(crate) fn for_comparison(self) -> Self {
        Self {
            keyed: false,
            renews: false,
            ..self
        }
    }

    /// With apostrophes before what a spreadsheet would take for formulas, if so.
    pub(crate) fn defusing(self, defuses: bool) -> Self {
        Self { defuses, ..self }
    }

    /// With these rows in the journal.
    pub(crate) fn journalling(self, journal: Journal) -> Self {
        Self { journal, ..self }
    }

    /// From now on for a run at this moment.
    pub(crate) fn turn_to(&mut self, now: i64) {
        self.now.clear();
        push_moment(&mut self.now, now, &self.zone);
    }

    /// The first rows.
    pub(crate) fn headers(&self) -> Files {
        let (names, _) = without_line_end(&self.layout.header);
        let mut contacts = names.to_vec();
        for (_, written) in self
            .layout
            .written
            .iter()
            .filter(|(column, _)| column.is_none())
        {
            contacts.push(b',');
            push_cell(&mut contacts, written.column(self.model));
        }
        contacts.extend_from_slice(self.line_end());
        Files {
            contacts,
            actions: ACTIONS.into(),
            journal: JOURNAL.into(),
        }
    }

    /// Appends the row of a contact that is left as it is; columns that the file lacks stay empty.
    pub(crate) fn unchanged(&self, row: Row<'_>, copying: &mut Copying<'_>, out: &mut Vec<u8>) {
        let written = self.layout.written.iter();
        let appended = written.filter(|(column, _)| column.is_none()).count();
        if appended > 0 {
            copying.up_to(row.text_place().end, out);
            out.extend(std::iter::repeat_n(b',', appended));
            self.end_row(row, copying, out);
        }
    }

    /// Ends a row in which something was written.
    pub(super) fn end_row(&self, row: Row<'_>, copying: &mut Copying<'_>, out: &mut Vec<u8>) {
        let (text, whole) = (row.text_place(), row.place());
        if text.end == whole.end {
            copying.up_to(text.end, out);
            out.extend_from_slice(self.line_end());
        }
    }

    /// That of the header, for a last row without one.
    fn line_end(&self) -> &'p [u8] {
        match without_line_end(&self.layout.header) {
            (_, []) => b"\n",
            (_, end) => end,
        }
    }

    /// Appends the row of a contact, unless nothing in it differs from the row of the file.
    pub(crate) fn changed_row(
        &self,
        row: Row<'_>,
        seen: &Seen<'_>,
        after: &After<'_, '_>,
        out: &mut Vec<u8>,
    ) {
        let mut written = self.layout.written.iter();
        if written.any(|(column, written)| column.is_none() || self.differs(*written, seen, after))
        {
            self.only_row(row, seen, after, out);
        }
    }

    /// Appends the whole row of a contact.
    pub(crate) fn only_row(
        &self,
        row: Row<'_>,
        seen: &Seen<'_>,
        after: &After<'_, '_>,
        out: &mut Vec<u8>,
    ) {
        let mut copying = Copying::of_row(row);
        self.row(row, (seen, after), &mut copying, out);
        copying.up_to(row.place().end, out);
    }

    /// Appends the rows of what leaves the house.
    pub(crate) fn actions<'e>(
        &self,
        row: Row<'_>,
        contact: &str,
        after: &After<'_, '_>,
        effects: &[Effect<'e>],
        out: &mut Vec<u8>,
    ) where
        'p: 'e,
    {
        for (index, effect) in effects.iter().enumerate() {
            self.act(row, contact, after, (effect, &effects[index + 1..]), out);
        }
    }

    /// Appends the rows of one contact, of which all rows before are written; its own is copied
    /// with those behind it.
    pub(crate) fn contact<'e>(
        &self,
        row: Row<'_>,
        (seen, after): (&Seen<'_>, &After<'_, '_>),
        effects: &[Effect<'e>],
        copying: &mut Copying<'_>,
        files: &mut Files,
    ) where
        'p: 'e,
    {
        self.row(row, (seen, after), copying, &mut files.contacts);
        self.happened_to(row, seen.key, after, effects, files);
    }

    /// Appends what happened to a contact to the outbox and the journal.
    pub(crate) fn happened_to<'e>(
        &self,
        row: Row<'_>,
        contact: &str,
        after: &After<'_, '_>,
        effects: &[Effect<'e>],
        files: &mut Files,
    ) where
        'p: 'e,
    {
        self.actions(row, contact, after, effects, &mut files.actions);
        self.journal(contact, effects, &mut files.journal);
    }

    pub(super) fn row(
        &self,
        row: Row<'_>,
        (seen, after): (&Seen<'_>, &After<'_, '_>),
        copying: &mut Copying<'_>,
        out: &mut Vec<u8>,
    ) {
        let mut changes = self.changes(seen, after).peekable();
        if changes.peek().is_none() {
            return;
        }
        for (column, written) in changes {
            begin_cell(row, column, copying, out);
            self.push_written(out, written, row, after);
        }
        self.end_row(row, copying, out);
    }

    /// What is written anew in a row, and the column; those that the file lacks come last.
    pub(super) fn changes(
        &self,
        seen: &Seen<'_>,
        after: &After<'_, '_>,
    ) -> impl Iterator<Item = (Option<usize>, Written)> {
        let is_changed = |(column, written): &(Option<usize>, Written)| {
            column.is_none() || self.differs(*written, seen, after)
        };
        self.layout.written.iter().copied().filter(is_changed)
    }

    pub(super) fn push_written(
        &self,
        out: &mut Vec<u8>,
        written: Written,
        row: Row<'_>,
        after: &After<'_, '_>,
    ) {
        let tags;
        let cell = match written {
            Written::Stage(funnel) => {
                let stage = after.stages[funnel.index()];
                stage.map_or(Cell::Empty, |stage| {
                    Cell::Text(&self.model.funnels[funnel].stages[stage].value)
                })
            }
            Written::Tags => {
                tags = self.tags(row, after);
                Cell::Text(&tags)
            }
            Written::Points => Cell::Number(after.points),
            Written::Block(channel) => block(after.blocks[channel as usize]),
            Written::Group(group) => Cell::Number(after.groups[group.index()]),
            Written::Field(field) => Cell::Value(field, after.fields[field.index()]),
        };
        Cells {
            defuses: false,
            ..self.cells()
        }
        .push(out, cell);
    }

    /// Those that were there, in their order, without the removed ones; then the added ones as they
    /// came.
    fn tags(&self, row: Row<'_>, after: &After<'_, '_>) -> String {
        self.tag_list(row, after.tags, after.added)
            .join(&self.model.contacts.tags.separator)
    }

    pub(super) fn tag_list<'r>(&self, row: Row<'r>, tags: &TagSet, added: &[TagId]) -> Vec<&'r str>
    where
        'p: 'r,
    {
        let known = &self.model.contacts.tags;
        let text = self.layout.tags.map_or("", |column| row.text(column));
        let text = if self.model.contacts.missing.iter().any(|word| word == text) {
            ""
        } else {
            text
        };
        let mut kept: Vec<&str> = Vec::new();
        for tag in parts(text, &known.separator) {
            let called = known
                .names
                .find(|name| name.id == tag)
                .or_else(|| self.model.in_flight.tag_called(tag));
            let is_kept = called.is_none_or(|id| tags.has(id.index()));
            // An old name is replaced; what was renamed may stand there under several.
            let tag = called.map_or(tag, |id| &known.names[id].id);
            if is_kept && !kept.contains(&tag) {
                kept.push(tag);
            }
        }
        kept.extend(added.iter().map(|id| known.names[*id].id.as_str()));
        kept
    }

    pub(super) fn cells(&self) -> Cells<'_> {
        Cells {
            model: self.model,
            zone: &self.zone,
            defuses: self.defuses,
        }
    }

    pub(super) fn step(&self, at: At) -> &'p str {
        at.step
            .map_or("", |step| self.steps[at.campaign.index()][step.index()])
    }

    fn differs(&self, written: Written, seen: &Seen<'_>, after: &After<'_, '_>) -> bool {
        match written {
            Written::Stage(funnel) => {
                seen.stages[funnel.index()] != after.stages[funnel.index()]
                    || self.renews && seen.outdated.contains(&funnel)
            }
            Written::Tags => seen.tags != *after.tags || self.renews && seen.outdated_tags,
            Written::Points => seen.points != after.points,
            Written::Block(channel) => {
                seen.blocks[channel as usize] != after.blocks[channel as usize]
            }
            Written::Group(group) => seen.groups[group.index()] != after.groups[group.index()],
            Written::Field(field) => seen.fields[field.index()] != after.fields[field.index()],
        }
    }
}

/// Copies what stands before a cell that is written anew; where there is none one is added.
pub(super) fn begin_cell(
    row: Row<'_>,
    column: Option<usize>,
    copying: &mut Copying<'_>,
    out: &mut Vec<u8>,
) {
    match column {
        Some(column) => copying.without(&row.cell_place(column), out),
        None => {
            copying.up_to(row.text_place().end, out);
            out.push(b',');
        }
    }
}
