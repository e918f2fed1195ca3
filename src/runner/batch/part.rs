//! One chunk of the contacts file through reader, kernel and writer; knows nothing of the other
//! chunks.

use super::{Job, RunError};
use crate::runner::contact::{Seen, TagSet};
use crate::runner::events::ChunkEvents;
use crate::runner::input::addresses::Addresses;
use crate::runner::input::keys::ChunkKeys;
use crate::runner::input::members::Met;
use crate::runner::input::row::{Row, Rows, Split};
use crate::runner::kernel::Worker;
use crate::runner::metrics::Metrics;
use crate::runner::notice::{Problems, RowError};
use crate::runner::output::copying::Copying;
use crate::runner::output::rows::Files;
use crate::runner::output::text::push_cell;
use crate::runner::state::ContactState;

/// What a chunk gives, and the room in which it was made, which serves the next one.
#[derive(Debug, Default)]
pub(crate) struct Part {
    pub(crate) files: Files,
    pub(crate) state: Vec<u8>,
    pub(crate) rejects: Vec<u8>,
    pub(crate) problems: Problems,
    /// Of the contacts that were left as they are.
    pub(crate) skipped: Problems,
    pub(crate) keys: ChunkKeys,
    /// Which members by name stand here.
    pub(crate) met: Met,
    pub(crate) addresses: Addresses,
    pub(crate) metrics: Metrics,
    /// Which lines of the old state are replaced.
    pub(crate) remembered: Vec<usize>,
    /// The contacts of the events file that stand here, and how many events each has.
    pub(crate) told_of: Vec<(usize, u64)>,
    /// Contacts that were left as found or set aside although the events file tells of them, and
    /// how many events they have.
    pub(crate) passed_over: (u64, u64),
    /// How many rows there are, bad ones included.
    pub(crate) rows: u64,
    split: Split,
}

/// What is remembered of a row's contact, and where that stands.
pub(crate) type Remembered = Option<(usize, Box<ContactState>)>;

impl Part {
    /// Runs the rows of a chunk, of which the first begins in `line`.
    pub(crate) fn run(job: &Job<'_>, chunk: &[u8], line: u64) -> Result<Self, RunError> {
        let mut part = job.spares.take();
        let rows = Rows::split_with(std::mem::take(&mut part.split), chunk, line);
        let memories = memories(job, &rows)?;
        let mut news =
            ChunkEvents::of(job.events, job.program.model(), rows.iter(), job.layout.key)?;
        part.told_of = std::mem::take(&mut news.contacts);
        let mut worker = Worker::new(job.program);
        let mut ways = job.ways.take();
        let tags = TagSet::with_room_for(job.program.model().contacts.tags.names.len());
        let mut seen = Seen {
            tags,
            ..Seen::default()
        };
        let (mut problems, mut effects) = (Vec::new(), Vec::new());
        let mut copying = Copying::of(chunk);
        for (index, row) in rows.iter().enumerate() {
            seen.news = news.of_row(index);
            if !part.admits(job, row, &mut seen, &mut problems, &mut copying) {
                continue;
            }
            let memory = memories.get(index).and_then(Option::as_ref);
            part.remembered
                .extend(memory.map(|(position, _)| *position));
            let mut ways = ways
                .as_mut()
                .filter(|_| memory.is_none() && seen.news.is_empty());
            let (after, way) = match &mut ways {
                Some((ways, forms)) => {
                    let (after, way) =
                        ways.contact(&mut worker, (&seen, &job.columns), &mut effects);
                    (after, way.map(|way| (way, forms)))
                }
                None => {
                    let memory = memory.map(|(_, memory)| &**memory);
                    let after = worker.contact(&seen, memory, &job.columns, &mut effects);
                    (after, None)
                }
            };
            let (contact, files) = ((&seen, &after), &mut part.files);
            match way {
                Some(known) => job.writer.known(row, contact, known, &mut copying, files),
                None => job
                    .writer
                    .contact(row, contact, &effects, &mut copying, files),
            }
            if job.keeps_state {
                let memory = match &ways {
                    Some((ways, _)) => ways.memory(&mut worker),
                    None => worker.memory(),
                };
                memory.encode(job.program, seen.key, &mut part.state);
                part.state.push(b'\n');
            }
            effects.clear();
        }
        copying.end(&mut part.files.contacts);
        part.metrics = worker.into_metrics();
        job.ways.give(ways);
        part.split = rows.into_split();
        Ok(part)
    }

    /// Counts a row and reads it; says whether its contact goes through the run. One that is left
    /// as it is stands in the contacts then.
    pub(crate) fn admits<'r, 'j: 'r>(
        &mut self,
        job: &Job<'j>,
        row: Row<'r>,
        seen: &mut Seen<'r>,
        problems: &mut Vec<RowError>,
        copying: &mut Copying<'_>,
    ) -> bool {
        if row.is_blank() {
            return false;
        }
        self.rows += 1;
        if let Some(key) = key_of(job, row) {
            self.keys.push(key, row.line());
            job.named
                .iter()
                .for_each(|named| named.meet(key, &mut self.met));
        }
        job.reader.read(row, seen, problems);
        if (seen.skipped || !problems.is_empty()) && !seen.news.is_empty() {
            self.passed_over.0 += 1;
            self.passed_over.1 += seen.news.len() as u64;
        }
        if seen.skipped {
            job.writer.unchanged(row, copying, &mut self.files.contacts);
            self.skipped.add_row(problems.drain(..));
            return false;
        }
        if !problems.is_empty() {
            copying.without_row(row, &mut self.files.contacts);
            self.reject(row, problems);
            return false;
        }
        job.used.note(seen, row.line(), &mut self.addresses);
        true
    }

    /// Empties it, and keeps its room.
    pub(super) fn clear(&mut self) {
        let Self {
            files,
            state,
            rejects,
            problems,
            skipped,
            keys,
            met,
            addresses: _,
            metrics: _,
            remembered,
            told_of,
            passed_over,
            rows,
            split: _,
        } = self;
        files.clear();
        state.clear();
        rejects.clear();
        (*problems, *skipped, *keys) = Default::default();
        met.clear();
        remembered.clear();
        told_of.clear();
        (*passed_over, *rows) = ((0, 0), 0);
    }

    fn reject(&mut self, row: Row<'_>, problems: &mut Vec<RowError>) {
        if let Some(first) = problems.first() {
            let column = first.column.as_deref().unwrap_or_default();
            for cell in [
                &first.line.to_string(),
                column,
                &first.value,
                &first.reason.to_string(),
            ] {
                push_cell(&mut self.rejects, cell);
                self.rejects.push(b',');
            }
            let (bytes, end) = row.bytes();
            self.rejects.extend_from_slice(bytes);
            self.rejects
                .extend_from_slice(if end.is_empty() { b"\n" } else { end });
        }
        self.problems.add_row(problems.drain(..));
    }
}

/// What is remembered of each row's contact, if there is a state; boxed, for most contacts may be
/// new.
pub(crate) fn memories(job: &Job<'_>, rows: &Rows<'_>) -> Result<Vec<Remembered>, RunError> {
    let Some(remembered) = job.remembered else {
        return Ok(Vec::new());
    };
    let mut lines = remembered.lines();
    let memory_of = |row: Row<'_>| {
        let key = key_of(job, row);
        let found = key.map(|key| lines.find(job.program, key)).transpose()?;
        Ok(found
            .flatten()
            .map(|(position, memory)| (position, Box::new(memory))))
    };
    rows.iter().map(memory_of).collect()
}

/// Keys of bad rows count as keys too, if their cells are those of the header.
fn key_of<'r>(job: &Job<'_>, row: Row<'r>) -> Option<&'r str> {
    let missing = &job.program.model().contacts.missing;
    let key = row.text(job.layout.key);
    let is_missing = key.is_empty() || missing.iter().any(|word| word == key);
    (!is_missing && row.width() == Ok(job.layout.width())).then_some(key)
}
