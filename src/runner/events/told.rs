//! What is read of a file but for its order: the events, what is worth telling, and what is wrong.

use std::collections::BTreeMap;

use super::record::Found;
use super::records::Records;
use super::sorter::{Sorter, Spill};
use super::table::Table;
use crate::runner::error::RunError;
use crate::runner::notice::{FileFault, Problems, RowError};
use crate::runner::threads::Watch;

/// What is worth telling of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) rows: u64,
    pub(crate) bytes: u64,
    pub(crate) hash: String,
    /// Events after the moment of the run.
    pub(crate) later: u64,
    /// By name: events that the project does not know.
    pub(crate) unknown: BTreeMap<String, u64>,
    /// Event and content that do not go together, which count without content.
    pub(crate) strange: BTreeMap<String, u64>,
    /// Columns that nothing reads.
    pub(crate) unread: Vec<String>,
}

/// What a part of a file gives.
#[derive(Debug, Default)]
pub(super) struct Part {
    pub(super) records: Records,
    pub(super) problems: Problems,
    pub(super) told: Told,
}

/// What the parts add up to.
#[derive(Debug)]
pub(super) struct Gathered<'a> {
    sorter: Sorter<'a>,
    problems: Problems,
    pub(super) told: Told,
}

impl Part {
    /// Adds what a row turned out to be.
    pub(super) fn add(&mut self, found: Found<'_>) {
        self.told.rows += 1;
        match found {
            Found::Event(key, occurrence) => self.records.push(key, &occurrence),
            Found::Later => self.told.later += 1,
            Found::Unknown(name) => *self.told.unknown.entry(name.to_owned()).or_default() += 1,
            Found::Bad => {}
        }
    }

    /// Adds what was wrong or strange about a row.
    pub(super) fn take(&mut self, problems: &mut Vec<RowError>, strange: &mut Vec<String>) {
        if !problems.is_empty() {
            self.problems.add_row(problems.drain(..));
        }
        strange
            .drain(..)
            .for_each(|what| *self.told.strange.entry(what).or_default() += 1);
    }
}

impl<'a> Gathered<'a> {
    pub(super) fn new(spill: Option<Spill<'a>>) -> Self {
        Self {
            sorter: Sorter::new(spill),
            problems: Problems::default(),
            told: Told::default(),
        }
    }

    /// Adds the part that follows.
    pub(super) fn append(&mut self, part: Part) -> Result<(), RunError> {
        self.problems.append(part.problems);
        self.told.rows += part.told.rows;
        self.told.later += part.told.later;
        for (mine, theirs) in [
            (&mut self.told.unknown, part.told.unknown),
            (&mut self.told.strange, part.told.strange),
        ] {
            theirs
                .into_iter()
                .for_each(|(name, count)| *mine.entry(name).or_default() += count);
        }
        // Where a row is bad nothing is taken in, and only what else is bad matters.
        if self.problems.rows > 0 {
            self.sorter.clear();
            return Ok(());
        }
        self.sorter.append(&part.records)
    }

    /// Puts all in order, unless a row is bad: then every problem.
    pub(super) fn finish(self, watch: &Watch<'_>) -> Result<(Table, Told), RunError> {
        if self.problems.rows > 0 {
            return Err(RunError::Events(FileFault::Rows(self.problems)));
        }
        Ok((self.sorter.finish(watch)?, self.told))
    }
}
