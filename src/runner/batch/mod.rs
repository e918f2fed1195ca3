//! A whole contacts file through the kernel, chunk by chunk on any number of threads; what comes out is in the order of the file and does not depend on them.

mod frame;
mod part;
mod turns;

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use jiff::tz::TimeZone;
use thiserror::Error;

use frame::{Frame, Survey};
use part::Part;
use turns::Turns;

use super::contact::Columns;
use super::input::ReadError;
use super::input::blocks::{Blocks, LONGEST_ROW, Source};
use super::input::keys::Keys;
use super::input::layout::Layout;
use super::input::problem::Problems;
use super::input::reader::Reader;
use super::input::remembered::{Damage, Remembered};
use super::metrics::Metrics;
use super::output::rows::Writer;
use super::output::text::push_moment;
use super::program::{BindError, Program, floor_clock};
use super::state::StateError;
use crate::plan::Plan;

/// Why a run came to nothing.
#[derive(Debug, Error)]
#[allow(missing_docs, reason = "the messages say it")]
pub enum RunError {
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error("{}", .0.join("\n"))]
    Header(Vec<String>),
    #[error("the row that begins in line {line} is longer than {} MiB; a quote may not be closed", LONGEST_ROW >> 20)]
    LongRow { line: u64 },
    #[error("cannot write {file}: {error}")]
    Write { file: &'static str, error: io::Error },
    #[error(transparent)]
    Bind(#[from] BindError),
    #[error("line {line} of the state: {error}")]
    State { line: usize, error: StateError },
    #[error("the state was left by another plan, `{state}`, but this plan is `{plan}`")]
    OtherPlan { state: String, plan: String },
    #[error("interrupted")]
    Interrupted,
}

impl From<Damage> for RunError {
    fn from((line, error): Damage) -> Self {
        Self::State { line, error }
    }
}

/// How a run is made; none of it shows in what it writes.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// On how many threads.
    pub threads: usize,
    /// In blocks of how many bytes.
    pub block_size: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { threads: 1, block_size: 512 << 10 }
    }
}

/// What watches a run.
pub(crate) struct Watch<'a> {
    /// Set when it should stop.
    pub(crate) interrupted: &'a AtomicBool,
    /// Is told of the bytes that are done.
    pub(crate) progress: &'a (dyn Fn(u64) + Sync),
}

/// Where the rows go.
pub(crate) struct Streams<W> {
    pub(crate) contacts: W,
    pub(crate) actions: W,
    pub(crate) journal: W,
    pub(crate) state: Option<W>,
    /// Absent where one bad row spoils the run.
    pub(crate) rejects: Option<W>,
}

/// What a run found and counted.
#[derive(Debug)]
pub(crate) struct Summary {
    pub(crate) metrics: Metrics,
    pub(crate) problems: Problems,
    /// How many rows have a key that stands in an earlier row.
    pub(crate) duplicates: u64,
    pub(crate) rows: u64,
    pub(crate) bytes: u64,
    /// Over the hashes of the blocks.
    pub(crate) hash: String,
    pub(crate) warnings: Vec<String>,
}

/// A plan at a moment, with what an earlier run left.
pub(crate) struct Prepared {
    pub(crate) program: Program,
    pub(crate) fingerprint: String,
    pub(crate) remembered: Option<Remembered>,
    zone: TimeZone,
}

/// What all chunks share.
struct Job<'a> {
    program: &'a Program,
    remembered: Option<&'a Remembered>,
    layout: &'a Layout,
    columns: Columns,
    reader: Reader<'a>,
    writer: Writer<'a>,
    keeps_state: bool,
}

impl Prepared {
    /// Binds `plan` to `now`, floored to the schedule of the project; `state` is the snapshot that an earlier run left.
    pub(crate) fn new(plan: &Plan, now: i64, state: Option<Vec<u8>>) -> Result<Self, RunError> {
        let model = plan.model();
        let now = floor_clock(&model.timezone, model.every, now)?;
        let remembered = state.map(Remembered::read).transpose()?;
        let fingerprint = plan.fingerprint().to_owned();
        if let Some(other) = remembered.as_ref().map(|state| &state.header().plan).filter(|plan| **plan != fingerprint)
        {
            return Err(RunError::OtherPlan { state: other.clone(), plan: fingerprint });
        }
        let program = Program::bind(plan, now, remembered.as_ref().map(Remembered::header))?;
        let zone = TimeZone::get(&model.timezone).map_err(|_| BindError::Zone(model.timezone.clone()))?;
        Ok(Self { program, fingerprint, remembered, zone })
    }

    /// The moment of the run as it stands in the outputs.
    pub(crate) fn now(&self) -> String {
        let mut text = String::new();
        push_moment(&mut text, self.program.now(), &self.zone);
        text
    }

    /// Runs all rows of `source`.
    pub(crate) fn run<W: Write + Send>(
        &self,
        source: Source<'_>,
        streams: Streams<W>,
        options: Options,
        watch: &Watch<'_>,
    ) -> Result<(Summary, Streams<W>), RunError> {
        let blocks = Blocks::new(source, options.block_size);
        let header = blocks.header()?;
        let model = self.program.model();
        let (layout, warnings) = Layout::read(&header, model).map_err(RunError::Header)?;
        let job = Job {
            program: &self.program,
            remembered: self.remembered.as_ref(),
            columns: layout.columns(),
            reader: Reader::new(model, &layout, &self.zone),
            writer: Writer::new(model, &layout, &self.zone, self.program.now()),
            keeps_state: streams.state.is_some(),
            layout: &layout,
        };
        let mut gathered = Gathered::new(&job, streams);
        gathered.begin(&job, &self.fingerprint)?;
        let frames = Turns::new(Frame::behind(&header));
        let floor = Floor { job: &job, blocks: &blocks, frames, gathered: Turns::new(gathered), watch };
        floor.run(options.threads)?.end(&job, warnings)
    }
}

/// Where the threads work.
struct Floor<'a, 's, W> {
    job: &'a Job<'a>,
    blocks: &'a Blocks<'s>,
    frames: Turns<Frame>,
    gathered: Turns<Gathered<W>>,
    watch: &'a Watch<'a>,
}

impl<W: Write + Send> Floor<'_, '_, W> {
    fn run(self, threads: usize) -> Result<Gathered<W>, RunError> {
        let failure = Mutex::new(None);
        std::thread::scope(|scope| {
            for _ in 0..threads.max(1) {
                scope.spawn(|| {
                    let _stop = StopOnPanic(&self);
                    if let Err(error) = self.work() {
                        failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
                        self.stop();
                    }
                });
            }
        });
        let failure = failure.into_inner().unwrap_or_else(PoisonError::into_inner);
        failure.map_or_else(|| Ok(self.gathered.into_inner()), Err)
    }

    /// Takes blocks until there are none.
    fn work(&self) -> Result<(), RunError> {
        let (mut block, mut chunk) = (Vec::new(), Vec::new());
        while let Some(ticket) = self.blocks.next(&mut block)? {
            if self.watch.interrupted.load(Ordering::Relaxed) {
                return Err(RunError::Interrupted);
            }
            let (survey, hash) = (Survey::of(&block), blake3::hash(&block));
            let cut = |frame: &mut Frame| frame.cut(&block, survey, ticket.last, &mut chunk);
            let Some(line) = self.frames.take(ticket.index, cut) else { return Ok(()) };
            let part = Part::run(self.job, &chunk, line?);
            let add = |gathered: &mut Gathered<W>| gathered.add(part?, block.len(), hash);
            let Some(added) = self.gathered.take(ticket.index, add) else { return Ok(()) };
            added?;
            (self.watch.progress)(block.len() as u64);
        }
        Ok(())
    }

    fn stop(&self) {
        self.frames.stop();
        self.gathered.stop();
    }
}

/// A thread that dies must not leave the others waiting.
struct StopOnPanic<'a, 'b, 's, W: Write + Send>(&'a Floor<'b, 's, W>);

impl<W: Write + Send> Drop for StopOnPanic<'_, '_, '_, W> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.stop();
        }
    }
}

/// What the parts add up to, in the order of the file.
struct Gathered<W> {
    streams: Streams<W>,
    metrics: Metrics,
    problems: Problems,
    keys: Keys,
    remembered: Vec<bool>,
    hasher: blake3::Hasher,
    rows: u64,
    bytes: u64,
}

impl<W: Write> Gathered<W> {
    fn new(job: &Job<'_>, streams: Streams<W>) -> Self {
        Self {
            streams,
            metrics: Metrics::new(job.program),
            problems: Problems::default(),
            keys: Keys::default(),
            remembered: vec![false; job.remembered.map_or(0, Remembered::len)],
            hasher: blake3::Hasher::new(),
            rows: 0,
            bytes: 0,
        }
    }

    fn begin(&mut self, job: &Job<'_>, fingerprint: &str) -> Result<(), RunError> {
        let files = job.writer.headers();
        let mut state = job.program.header(fingerprint).encode();
        state.push('\n');
        let header = job.layout.header.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&job.layout.header);
        let rejects = [b"line,column,value,reason,", header].concat();
        self.streams.write(&files.contacts, &files.actions, &files.journal, state.as_bytes(), &rejects)
    }

    fn add(&mut self, part: Part, bytes: usize, hash: blake3::Hash) -> Result<(), RunError> {
        self.hasher.update(hash.as_bytes());
        self.rows += part.rows;
        self.bytes += bytes as u64;
        self.metrics.add(&part.metrics);
        self.metrics.rejected += part.problems.rows;
        self.keys.add(part.keys);
        self.problems.append(part.problems);
        part.remembered.iter().for_each(|position| self.remembered[*position] = true);
        let spoilt = self.problems.rows > 0 && self.streams.rejects.is_none();
        if spoilt {
            return Ok(());
        }
        let files = &part.files;
        self.streams.write(&files.contacts, &files.actions, &files.journal, &part.state, &part.rejects)
    }

    /// Contacts that the file lacks keep what is known of them.
    fn end(mut self, job: &Job<'_>, warnings: Vec<String>) -> Result<(Summary, Streams<W>), RunError> {
        if let (Some(remembered), Some(state)) = (job.remembered, &mut self.streams.state) {
            let absent = self.remembered.iter().enumerate().filter(|(_, present)| !**present);
            for (position, _) in absent {
                writeln!(state, "{}", remembered.line(position)).map_err(failed("the state"))?;
            }
        }
        let key = &job.layout.names[job.layout.key];
        let duplicates = self.keys.duplicates();
        self.problems.first.extend(duplicates.iter().take(Problems::SHOWN).map(|found| found.problem(key)));
        self.problems.first.sort_by_key(|problem| problem.line);
        let summary = Summary {
            metrics: self.metrics,
            problems: self.problems,
            duplicates: duplicates.len() as u64,
            rows: self.rows,
            bytes: self.bytes,
            hash: self.hasher.finalize().to_hex().to_string(),
            warnings,
        };
        Ok((summary, self.streams))
    }
}

impl<W: Write> Streams<W> {
    fn write(
        &mut self,
        contacts: &[u8],
        actions: &[u8],
        journal: &[u8],
        state: &[u8],
        rejects: &[u8],
    ) -> Result<(), RunError> {
        self.contacts.write_all(contacts).map_err(failed("contacts.csv"))?;
        self.actions.write_all(actions).map_err(failed("actions.csv"))?;
        self.journal.write_all(journal).map_err(failed("journal.csv"))?;
        if let Some(stream) = &mut self.state {
            stream.write_all(state).map_err(failed("the state"))?;
        }
        if let Some(stream) = &mut self.rejects {
            stream.write_all(rejects).map_err(failed("the rejects"))?;
        }
        Ok(())
    }
}

fn failed(file: &'static str) -> impl Fn(io::Error) -> RunError {
    move |error| RunError::Write { file, error }
}

/// A run from memory to memory.
#[derive(Clone, Debug)]
pub struct RunBytes {
    /// contacts.csv, without the bad rows.
    pub contacts: Vec<u8>,
    /// actions.csv.
    pub actions: Vec<u8>,
    /// journal.csv.
    pub journal: Vec<u8>,
    /// metrics.json.
    pub metrics: String,
    /// The state for the next run.
    pub state: Vec<u8>,
    /// The bad rows.
    pub rejects: Vec<u8>,
    /// What is wrong with them, and which keys stand twice.
    pub problems: Problems,
    /// How many rows have a key that stands in an earlier row; then no run would write anything.
    pub duplicates: u64,
    /// What is worth a word though it does not stop the run.
    pub warnings: Vec<String>,
}

/// Runs `contacts` through `plan` at `now` (seconds since 1970-01-01T00:00Z), as `funnelc run` does with files. Bad rows are set aside.
pub fn run_bytes(
    plan: &Plan,
    now: i64,
    contacts: &[u8],
    state: Option<&[u8]>,
    options: Options,
) -> Result<RunBytes, RunError> {
    let prepared = Prepared::new(plan, now, state.map(<[u8]>::to_vec))?;
    let streams = Streams {
        contacts: Vec::new(),
        actions: Vec::new(),
        journal: Vec::new(),
        state: Some(Vec::new()),
        rejects: Some(Vec::new()),
    };
    let watch = Watch { interrupted: &AtomicBool::new(false), progress: &|_| {} };
    let (summary, streams) = prepared.run(Source::Bytes(contacts), streams, options, &watch)?;
    Ok(RunBytes {
        contacts: streams.contacts,
        actions: streams.actions,
        journal: streams.journal,
        metrics: summary.metrics.to_json(&prepared.program),
        state: streams.state.unwrap_or_default(),
        rejects: streams.rejects.unwrap_or_default(),
        problems: summary.problems,
        duplicates: summary.duplicates,
        warnings: summary.warnings,
    })
}
