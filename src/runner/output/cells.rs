//! The cells of a row as they are meant, turned into text only where they are written.
//!
//! What is a word of ours, or an id, holds nothing that asks for quotes, so nobody looks for it
//! there.

use std::io::Write as _;

use jiff::tz::TimeZone;

use super::formulas::defused;
use super::text::{push_cell, push_moment, push_slot};
use crate::model::{FieldId, Model};
use crate::runner::contact::Slot;

/// One cell.
#[derive(Clone, Copy, Debug)]
pub(super) enum Cell<'a> {
    /// Nothing.
    Empty,
    /// An id or a word of the language: letters, digits, `-` and `/`.
    Word(&'a str),
    /// Any text.
    Text(&'a str),
    /// A count, points, or the number of an entry.
    Number(i64),
    /// In seconds since 1970-01-01T00:00Z.
    Moment(i64),
    /// The value of a field.
    Value(FieldId, Slot<'a>),
}

/// Turns cells into text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cells<'w> {
    pub(super) model: &'w Model,
    pub(super) zone: &'w TimeZone,
    /// Whether texts that a spreadsheet would take for formulas get an apostrophe.
    pub(super) defuses: bool,
}

impl Cells<'_> {
    /// Appends cells, a comma before each, and the end of the row.
    pub(super) fn end_row(self, out: &mut Vec<u8>, cells: &[Cell<'_>]) {
        for cell in cells {
            out.push(b',');
            self.push(out, *cell);
        }
        out.push(b'\n');
    }

    /// Appends one cell.
    pub(super) fn push(self, out: &mut Vec<u8>, cell: Cell<'_>) {
        match cell {
            Cell::Empty => {}
            Cell::Word(word) => out.extend_from_slice(word.as_bytes()),
            Cell::Text(text) => self.push_text(out, text),
            Cell::Number(number) => push_number(out, number),
            Cell::Moment(moment) => {
                let mut text = String::new();
                push_moment(&mut text, moment, self.zone);
                out.extend_from_slice(text.as_bytes());
            }
            Cell::Value(field, slot) => {
                let mut text = String::new();
                push_slot(
                    &mut text,
                    slot,
                    self.model.contacts.fields[field].type_.as_ref(),
                    self.zone,
                );
                self.push_text(out, &text);
            }
        }
    }

    fn push_text(self, out: &mut Vec<u8>, text: &str) {
        if self.defuses {
            push_cell(out, &defused(text));
        } else {
            push_cell(out, text);
        }
    }
}

/// Most numbers here are the first entry and the first visit.
fn push_number(out: &mut Vec<u8>, number: i64) {
    match u8::try_from(number) {
        Ok(digit @ 0..10) => out.push(b'0' + digit),
        _ => write!(out, "{number}").expect("writing to memory never fails"),
    }
}
