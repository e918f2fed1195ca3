//! The rows of contacts who went the same way: what they have in common is put into words once, and
//! the row of each is that with its key, its address and its values in the gaps.
//!
//! A form gives the bytes that [`Writer::contact`] gives.

use super::actions::{text, value};
use super::cells::Cell;
use super::copying::Copying;
use super::journal::channel_word;
use super::rows::{Files, Writer, begin_cell};
use crate::model::ids::Id;
use crate::model::{Channel, ContentId, FieldId};
use crate::runner::contact::{Seen, Slot};
use crate::runner::effect::{At, AtStage, Effect, Event, Touch};
use crate::runner::input::layout::Written;
use crate::runner::input::row::Row;
use crate::runner::kernel::{After, KnownWay};
use crate::runner::key::{KeyBase, experience_name};

/// The forms of known ways, by their number.
#[derive(Debug, Default)]
pub(crate) struct Forms(Vec<Option<Form>>);

#[derive(Debug)]
struct Form {
    /// The cells of contacts.csv that are written anew.
    cells: Vec<(Option<usize>, Vec<u8>)>,
    actions: Vec<ActionForm>,
    /// The rows of journal.csv behind contact and time, and where each ends.
    journal: (Vec<u8>, Vec<usize>),
}

/// A row of actions.csv.
#[derive(Debug)]
struct ActionForm {
    key: Option<KeyBase>,
    /// From behind the contact to before the address, commas included.
    target: Vec<u8>,
    address: Option<FieldId>,
    /// From behind the address to before the body.
    place: Vec<u8>,
    body: Body,
}

#[derive(Clone, Copy, Debug)]
enum Body {
    Empty,
    /// What the tokens asked for when the message was sent; the place of the first value.
    Then(ContentId, usize),
    /// What they ask for when the instant is over.
    InTheEnd(ContentId),
}

impl Writer<'_> {
    /// Appends the rows of a contact who went a known way.
    pub(crate) fn known(
        &self,
        row: Row<'_>,
        (seen, after): (&Seen<'_>, &After<'_, '_>),
        (way, forms): (KnownWay<'_, '_>, &mut Forms),
        copying: &mut Copying<'_>,
        files: &mut Files,
    ) {
        if forms.0.len() <= way.number {
            forms.0.resize_with(way.number + 1, || None);
        }
        let form =
            forms.0[way.number].get_or_insert_with(|| self.form(row, (seen, after), way.effects));
        // Whose cell holds an old text of its stage is alike all the same.
        if seen.outdated.is_empty() {
            for (column, cell) in &form.cells {
                begin_cell(row, *column, copying, &mut files.contacts);
                files.contacts.extend_from_slice(cell);
            }
            if !form.cells.is_empty() {
                self.end_row(row, copying, &mut files.contacts);
            }
        } else {
            self.row(row, (seen, after), copying, &mut files.contacts);
        }
        for action in &form.actions {
            self.fill(action, seen.key, after, &mut files.actions);
        }
        let (rows, ends) = &form.journal;
        let (mut begun, mut start) = (None, 0);
        for &end in ends {
            self.begin_row(seen.key, &mut begun, &mut files.journal);
            files.journal.extend_from_slice(&rows[start..end]);
            start = end;
        }
    }

    fn form(
        &self,
        row: Row<'_>,
        (seen, after): (&Seen<'_>, &After<'_, '_>),
        effects: &[Effect<'_>],
    ) -> Form {
        // Of an outdated text each contact's row is written by itself.
        let up_to_date = Seen {
            outdated: Vec::new(),
            ..seen.clone()
        };
        let cell = |(column, written): (Option<usize>, Written)| {
            let mut cell = Vec::new();
            self.push_written(&mut cell, written, row, after);
            (column, cell)
        };
        let (mut rows, mut ends) = (Vec::new(), Vec::new());
        for effect in self.held(effects) {
            self.happened(effect, &mut rows);
            ends.push(rows.len());
        }
        Form {
            cells: self.changes(&up_to_date, after).map(cell).collect(),
            actions: effects
                .iter()
                .filter_map(|effect| self.action_form(effect))
                .collect(),
            journal: (rows, ends),
        }
    }

    fn action_form(&self, effect: &Effect<'_>) -> Option<ActionForm> {
        if let Event::Experience { at, content, touch } = effect.event {
            return self.form_of_experience(at, content, touch);
        }
        let (
            Event::Send {
                content,
                channel,
                values,
            },
            Some(at),
        ) = (effect.event, effect.at)
        else {
            return None;
        };
        Some(self.form_of_send(at, content, channel, values))
    }

    fn form_of_send(
        &self,
        at: At,
        content: ContentId,
        channel: Option<Channel>,
        values: usize,
    ) -> ActionForm {
        let step = self.step(at);
        ActionForm {
            key: self.keyed.then(|| KeyBase::of_step(self.model, at, step)),
            target: self.target_cells("send", content, channel),
            address: self.address_on(channel),
            place: self.between(&[
                Cell::Word(&self.model.campaigns[at.campaign].id),
                Cell::Number(at.entry.into()),
                Cell::Text(step),
                Cell::Number(at.visit.into()),
            ]),
            body: self.body_form(content, Body::Then(content, values)),
        }
    }

    fn form_of_experience(
        &self,
        at: AtStage,
        content: ContentId,
        touch: Touch,
    ) -> Option<ActionForm> {
        let (action, channel) = match touch {
            Touch::Show => ("show", None),
            Touch::Hide => ("hide", None),
            Touch::Send(channel) => ("send", channel),
            Touch::Skip(_) | Touch::Delay(_) => return None,
        };
        let body = match touch {
            Touch::Show | Touch::Send(_) => self.body_form(content, Body::InTheEnd(content)),
            Touch::Hide | Touch::Skip(_) | Touch::Delay(_) => Body::Empty,
        };
        Some(ActionForm {
            key: self
                .keyed
                .then(|| KeyBase::of_experience(self.model, at, touch)),
            target: self.target_cells(action, content, channel),
            address: self.address_on(channel),
            place: self.between(&[
                Cell::Empty,
                Cell::Number(at.stay.into()),
                Cell::Word(&experience_name(self.model, at)),
                Cell::Number(at.visit.into()),
            ]),
            body,
        })
    }

    fn target_cells(&self, action: &str, content: ContentId, channel: Option<Channel>) -> Vec<u8> {
        self.between(&[
            Cell::Word(action),
            Cell::Word(&self.model.content[content].id),
            channel_word(channel),
        ])
    }

    /// Cells with a comma before each and one behind the last.
    fn between(&self, cells: &[Cell<'_>]) -> Vec<u8> {
        let mut between = Vec::new();
        for cell in cells {
            between.push(b',');
            self.cells().push(&mut between, *cell);
        }
        between.push(b',');
        between
    }

    fn body_form(&self, content: ContentId, body: Body) -> Body {
        if self.tokens[content.index()].is_empty() {
            Body::Empty
        } else {
            body
        }
    }

    fn fill(&self, form: &ActionForm, contact: &str, after: &After<'_, '_>, out: &mut Vec<u8>) {
        let cells = self.cells();
        if let Some(base) = &form.key {
            out.extend_from_slice(base.key(contact).as_bytes());
        }
        out.push(b',');
        cells.push(out, Cell::Text(contact));
        out.extend_from_slice(&form.target);
        let address = form
            .address
            .map_or(Slot::Missing, |field| after.fields[field.index()]);
        cells.push(out, text(address));
        out.extend_from_slice(&form.place);
        let body = match form.body {
            Body::Empty => String::new(),
            Body::Then(content, first) => {
                self.values(content, |index, _| after.values[first + index])
            }
            Body::InTheEnd(content) => self.values(content, |_, token| value(token, after)),
        };
        cells.push(out, Cell::Text(&body));
        out.push(b'\n');
    }
}
