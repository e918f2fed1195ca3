//! The events of the contacts of a chunk: in memory are those of its contacts, by time, and no
//! others.

use std::ops::Range;

use super::Events;
use crate::model::Model;
use crate::runner::contact::Occurrence;
use crate::runner::error::RunError;
use crate::runner::input::row::Row;

/// What the events file tells of the rows of a chunk.
#[derive(Debug, Default)]
pub(crate) struct ChunkEvents {
    occurrences: Vec<Occurrence>,
    /// By row; none where there is no events file.
    rows: Vec<Range<usize>>,
    /// By their numbers: the contacts of the events file that stand here, and how many events each
    /// has.
    pub(crate) contacts: Vec<(usize, u64)>,
}

impl ChunkEvents {
    /// What is told of each row, be it good or bad, by the key in column `key`.
    pub(crate) fn of<'r>(
        events: Option<&Events>,
        model: &Model,
        rows: impl Iterator<Item = Row<'r>>,
        key: usize,
    ) -> Result<Self, RunError> {
        let mut news = Self::default();
        let Some(events) = events else {
            return Ok(news);
        };
        let mut lookup = events.lookup(model);
        for row in rows {
            let start = news.occurrences.len();
            if !row.is_blank() {
                news.contacts
                    .extend(lookup.find(row.text(key), &mut news.occurrences)?);
            }
            news.rows.push(start..news.occurrences.len());
        }
        Ok(news)
    }

    /// What is told of the row at this place.
    pub(crate) fn of_row(&self, number: usize) -> &[Occurrence] {
        self.rows
            .get(number)
            .map_or(&[], |range| &self.occurrences[range.clone()])
    }
}
