//! One chunk of the contacts file through reader, kernel and writer; knows nothing of the other chunks.

use super::{Job, RunError};
use crate::runner::contact::{Occurrence, Seen, TagSet};
use crate::runner::input::keys::ChunkKeys;
use crate::runner::input::problem::{Problem, Problems};
use crate::runner::input::row::{Row, Rows};
use crate::runner::kernel::Worker;
use crate::runner::metrics::Metrics;
use crate::runner::output::rows::Files;
use crate::runner::output::text::push_cell;
use crate::runner::state::Memory;

/// What a chunk gives.
#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) files: Files,
    pub(crate) state: Vec<u8>,
    pub(crate) rejects: Vec<u8>,
    pub(crate) problems: Problems,
    /// Of the contacts that were left as they are.
    pub(crate) skipped: Problems,
    pub(crate) keys: ChunkKeys,
    pub(crate) metrics: Metrics,
    /// Which lines of the old state are replaced.
    pub(crate) remembered: Vec<usize>,
    /// The contacts of the events file that stand here.
    pub(crate) told_of: Vec<usize>,
    /// How many rows there are, bad ones included.
    pub(crate) rows: u64,
}

/// What is remembered of a row's contact, and where that stands.
type Remembered = Option<(usize, Box<Memory>)>;

impl Part {
    /// Runs the rows of a chunk, of which the first begins in `line`.
    pub(crate) fn run(job: &Job<'_>, chunk: &[u8], line: u64) -> Result<Self, RunError> {
        let rows = Rows::split(chunk, line);
        let mut part = Self::empty(job);
        let memories = part.memories(job, &rows, chunk)?;
        let mut worker = Worker::new(job.program);
        let tags = TagSet::with_room_for(job.program.model().contacts.tags.names.len());
        let mut seen = Seen { tags, ..Seen::default() };
        let (mut problems, mut effects) = (Vec::new(), Vec::new());
        for (row, memory) in rows.iter(chunk).zip(&memories) {
            if row.is_blank() {
                part.files.contacts.extend_from_slice(row.whole());
                continue;
            }
            part.rows += 1;
            job.reader.read(row, &mut seen, &mut problems);
            seen.news = part.news(job, row);
            if seen.skipped {
                job.writer.unchanged(row, &mut part.files.contacts);
                part.skipped.add_row(problems.drain(..));
                continue;
            }
            if !problems.is_empty() {
                part.reject(row, &mut problems);
                continue;
            }
            part.remembered.extend(memory.as_ref().map(|(position, _)| *position));
            let memory = memory.as_ref().map(|(_, memory)| &**memory);
            let after = worker.contact(&seen, memory, &job.columns, &mut effects);
            job.writer.contact(row, &seen, &after, &effects, &mut part.files);
            if job.keeps_state {
                after.memory.encode(job.program, seen.key, &mut part.state);
                part.state.push(b'\n');
            }
            effects.clear();
        }
        part.metrics.add(&worker.into_metrics());
        Ok(part)
    }

    fn empty(job: &Job<'_>) -> Self {
        Self {
            files: Files::default(),
            state: Vec::new(),
            rejects: Vec::new(),
            problems: Problems::default(),
            skipped: Problems::default(),
            keys: ChunkKeys::default(),
            metrics: Metrics::new(job.program),
            remembered: Vec::new(),
            told_of: Vec::new(),
            rows: 0,
        }
    }

    /// What is remembered of each row's contact; boxed, for most runs have no state and rows are many. Keys of bad rows count as keys too, if their cells are those of the header.
    fn memories(&mut self, job: &Job<'_>, rows: &Rows, chunk: &[u8]) -> Result<Vec<Remembered>, RunError> {
        let mut memory_of = |row: Row<'_>| -> Result<Remembered, RunError> {
            let key = row.text(job.layout.key);
            if row.is_blank() || key.trim().is_empty() || row.width() != Ok(job.layout.width()) {
                return Ok(None);
            }
            self.keys.push(key, row.line());
            let Some(remembered) = job.remembered else { return Ok(None) };
            let found = remembered.find(job.program, key)?;
            Ok(found.map(|(position, memory)| (position, Box::new(memory))))
        };
        rows.iter(chunk).map(&mut memory_of).collect()
    }

    /// What the events file tells of the row's contact, be the row good or bad.
    fn news<'e>(&mut self, job: &Job<'e>, row: Row<'_>) -> &'e [Occurrence] {
        let Some(events) = job.events else { return &[] };
        let Some((contact, news)) = events.of(row.text(job.layout.key)) else { return &[] };
        self.told_of.push(contact);
        news
    }

    fn reject(&mut self, row: Row<'_>, problems: &mut Vec<Problem>) {
        if let Some(first) = problems.first() {
            let column = first.column.as_deref().unwrap_or_default();
            for cell in [&first.line.to_string(), column, &first.value, &first.reason.to_string()] {
                push_cell(&mut self.rejects, cell);
                self.rejects.push(b',');
            }
            let (bytes, end) = row.bytes();
            self.rejects.extend_from_slice(bytes);
            self.rejects.extend_from_slice(if end.is_empty() { b"\n" } else { end });
        }
        self.problems.add_row(problems.drain(..));
    }
}
