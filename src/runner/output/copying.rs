//! The rows of contacts.csv, copied from the chunk in pieces as long as they can be: a piece ends only
//! where a cell or a row is written anew or left out.

use std::ops::Range;

use crate::runner::input::row::Row;

/// How far the rows of a chunk are written.
#[derive(Debug)]
pub(crate) struct Copying<'r> {
    chunk: &'r [u8],
    done: usize,
}

impl<'r> Copying<'r> {
    /// Of a chunk, of which nothing is written yet.
    pub(crate) fn of(chunk: &'r [u8]) -> Self {
        Self { chunk, done: 0 }
    }

    /// Of one row alone; its end is that of [`Copying::up_to`].
    pub(crate) fn of_row(row: Row<'r>) -> Self {
        Self {
            chunk: row.chunk(),
            done: row.place().start,
        }
    }

    /// Copies what stands before `end` and is not written yet.
    pub(crate) fn up_to(&mut self, end: usize, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.chunk[self.done..end]);
        self.done = end;
    }

    /// Leaves out what stands at `place`.
    pub(super) fn without(&mut self, place: &Range<usize>, out: &mut Vec<u8>) {
        self.up_to(place.start, out);
        self.done = place.end;
    }

    /// Leaves out a row.
    pub(crate) fn without_row(&mut self, row: Row<'_>, out: &mut Vec<u8>) {
        self.without(&row.place(), out);
    }

    /// Copies the rest.
    pub(crate) fn end(mut self, out: &mut Vec<u8>) {
        self.up_to(self.chunk.len(), out);
    }
}
