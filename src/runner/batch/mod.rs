//! A whole contacts file through the kernel, chunk by chunk on any number of threads; what comes
//! out is in the order of the file and does not depend on them.

mod buffers;
mod bytes;
pub(crate) mod part;
pub(crate) mod session;
pub(crate) mod totals;

pub use super::error::RunError;
pub use super::threads::Options;
pub(crate) use super::threads::Watch;
pub use bytes::{Inputs, RunBytes, run_bytes, run_inputs};

use std::io::{self, Write};
use std::marker::PhantomData;

use jiff::tz::TimeZone;

use buffers::{BufferPool, WayPool};
use part::Part;
use totals::RunTotals;

use super::contact::Columns;
use super::events::{self, Events, For, Format, Spill};
use super::input::addresses::Used;
use super::input::blocks::{Blocks, Source};
use super::input::companies;
use super::input::layout::Layout;
use super::input::members::Named;
use super::input::reader::Reader;
use super::input::state_store::{Snapshot, StateStore};
use super::metrics::Metrics;
use super::output::journal::Journal;
use super::output::rows::{Files, Writer};
use super::output::text::push_moment;
use super::program::{BindError, Program, Short, floor_clock};
use super::threads::pool::{self, ChunkJob};
use crate::plan::Plan;
use crate::runner::notice::{Notice, Problems, Warning};

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
    /// How many of the contacts that the state knows are there, and how many it knows.
    pub(crate) of_known: Option<(u64, u64)>,
    pub(crate) bytes: u64,
    /// Over the hashes of the blocks.
    pub(crate) hash: String,
    pub(crate) warnings: Vec<Warning>,
    /// The same about the events file.
    pub(crate) event_warnings: Vec<Warning>,
}

/// A plan at a moment, with what an earlier run left.
pub(crate) struct Prepared {
    pub(crate) program: Program,
    pub(crate) fingerprint: String,
    pub(crate) remembered: Option<StateStore>,
    /// What became of contacts where the state was another plan's.
    pub(crate) migrated: Vec<Notice>,
    /// What was read of the companies.
    pub(crate) companies: Option<CompaniesRead>,
    pub(crate) events: Option<Events>,
    /// Whether a file is refused that lacks a column that decides who may be written to.
    demands_columns: bool,
    /// Whether actions.csv and journal.csv are written for spreadsheets too.
    pub(crate) defuses_formulas: bool,
    pub(crate) journal: Journal,
    zone: TimeZone,
}

/// What a run read of companies.
#[derive(Clone, Debug)]
pub(crate) struct CompaniesRead {
    pub(crate) bytes: u64,
    pub(crate) hash: String,
    pub(crate) rows: u64,
    pub(crate) warnings: Vec<Warning>,
}

/// What a run does with the past.
#[derive(Clone, Copy, Debug, Default)]
pub struct Past {
    /// On a first run, events of the past do all that new ones do.
    pub replay: bool,
    /// What the state does not know of the past counts as nothing.
    pub accept_short_history: bool,
    /// Events change also fields that the contacts file holds, as in a trial, where nobody else
    /// keeps it.
    pub update_columns: bool,
}

/// What all chunks share.
pub(crate) struct Job<'a> {
    pub(crate) program: &'a Program,
    pub(crate) remembered: Option<&'a StateStore>,
    pub(crate) events: Option<&'a Events>,
    pub(crate) layout: &'a Layout,
    pub(crate) columns: Columns,
    pub(crate) reader: Reader<'a>,
    pub(crate) writer: Writer<'a>,
    pub(crate) keeps_state: bool,
    pub(crate) threads: usize,
    /// The members by name, if there are some.
    pub(crate) named: Option<Named<'a>>,
    pub(crate) used: Used,
    spares: BufferPool,
    ways: WayPool<'a>,
}

impl Prepared {
    /// Binds `plan` to `now`, floored to the schedule of the project; `state` is the snapshot that
    /// an earlier run left.
    pub(crate) fn new(plan: &Plan, now: i64, state: Option<Snapshot>) -> Result<Self, RunError> {
        let model = plan.model();
        let now = floor_clock(&model.timezone, model.every, now)?;
        let fingerprint = plan.fingerprint().to_owned();
        let mut remembered = state.map(StateStore::read).transpose()?;
        let mut migrated = Vec::new();
        if let Some(other) = remembered.take_if(|state| state.header().plan != fingerprint) {
            let (state, told) = other.migrated(model)?;
            migrated = told.notices();
            remembered = Some(state);
        }
        let program = Program::bind(plan, now, remembered.as_ref().map(StateStore::header))?;
        let zone =
            TimeZone::get(&model.timezone).map_err(|_| BindError::Zone(model.timezone.clone()))?;
        Ok(Self {
            program,
            fingerprint,
            remembered,
            migrated,
            companies: None,
            events: None,
            demands_columns: false,
            defuses_formulas: false,
            journal: Journal::All,
            zone,
        })
    }

    /// Refuses files that lack a column that decides who may be written to.
    pub(crate) fn demanding_columns(self) -> Self {
        Self {
            demands_columns: true,
            ..self
        }
    }

    /// Puts an apostrophe before what a spreadsheet would take for a formula, in what is written
    /// for people and deliverers.
    pub(crate) fn defusing_formulas(self, defuses_formulas: bool) -> Self {
        Self {
            defuses_formulas,
            ..self
        }
    }

    /// Writes these rows of the journal.
    pub(crate) fn journalling(self, journal: Journal) -> Self {
        Self { journal, ..self }
    }

    /// Takes in a companies file. A plan that asks none does not look at it.
    pub(crate) fn with_companies(mut self, bytes: Option<&[u8]>) -> Result<Self, RunError> {
        self.companies = take_in_companies(&mut self.program, &self.zone, bytes)?;
        Ok(self)
    }

    /// Says what becomes of the past, or that it is not known.
    pub(crate) fn with_past(mut self, past: Past) -> Result<Self, RunError> {
        self.program.rules_mut().past_only &= !past.replay;
        self.program.rules_mut().update_columns = past.update_columns;
        if past.accept_short_history || self.program.short.is_empty() {
            return Ok(self);
        }
        Err(RunError::ShortHistory(self.short()))
    }

    /// What of the past the plan asks for and the state does not know, a line each.
    pub(crate) fn short(&self) -> Vec<String> {
        short_history(&self.program, &self.zone)
    }

    /// Reads an events file; all of it stays in memory where there is no `spill`.
    pub(crate) fn with_events(
        self,
        file: Option<(Source<'_>, Format)>,
        options: Options,
        spill: Option<Spill<'_>>,
        watch: &Watch<'_>,
    ) -> Result<Self, RunError> {
        let now = self.program.now();
        self.with_events_until(now, file, options, spill, watch)
    }

    /// The same for what goes on until a moment.
    pub(crate) fn with_events_until(
        mut self,
        now: i64,
        file: Option<(Source<'_>, Format)>,
        options: Options,
        spill: Option<Spill<'_>>,
        watch: &Watch<'_>,
    ) -> Result<Self, RunError> {
        let Some(file) = file else { return Ok(self) };
        let plan = For {
            model: self.program.model(),
            zone: &self.zone,
            now,
        };
        self.events = events::read(file, &[plan], options, spill, watch)?.pop();
        Ok(self)
    }

    /// The moment of the run as it stands in the outputs.
    pub(crate) fn now(&self) -> String {
        self.moment(self.program.now())
    }

    /// The zone of the outputs.
    pub(crate) fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// A moment as it stands in the outputs.
    pub(crate) fn moment(&self, moment: i64) -> String {
        let mut text = String::new();
        push_moment(&mut text, moment, &self.zone);
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
        let (layout, warnings) = self.layout(&header)?;
        let job = self.job(&layout, streams.state.is_some(), options);
        let gathered = RunTotals::begin(&job, streams, &self.fingerprint)?;
        let work = Running {
            job: &job,
            sinks: PhantomData,
        };
        pool::run(&work, (&blocks, &header), gathered, options.threads, watch)?.end(&job, warnings)
    }

    /// What the columns of the contacts file hold.
    pub(crate) fn layout(&self, header: &[u8]) -> Result<(Layout, Vec<Warning>), RunError> {
        if self.program.conditions.asks_companies && self.program.companies.is_none() {
            return Err(RunError::NoCompanies);
        }
        let (layout, warnings) =
            Layout::read(header, self.program.model()).map_err(RunError::Header)?;
        if self.demands_columns && !layout.lacking.is_empty() {
            return Err(RunError::Header(layout.lacking));
        }
        Ok((layout, warnings))
    }

    /// What all chunks of a file of this layout share.
    pub(crate) fn job<'a>(
        &'a self,
        layout: &'a Layout,
        keeps_state: bool,
        options: Options,
    ) -> Job<'a> {
        let model = self.program.model();
        Job {
            program: &self.program,
            remembered: self.remembered.as_ref(),
            events: self.events.as_ref(),
            columns: layout.columns(),
            reader: Reader::new(model, layout, &self.zone),
            writer: Writer::new(model, layout, &self.zone, self.program.now())
                .defusing(self.defuses_formulas)
                .journalling(self.journal),
            keeps_state,
            threads: options.threads,
            named: Named::of(model),
            used: Used::by(model),
            spares: BufferPool::default(),
            ways: WayPool::new(&self.program),
            layout,
        }
    }
}

/// Gives a program the companies that it asks for.
pub(crate) fn take_in_companies(
    program: &mut Program,
    zone: &TimeZone,
    bytes: Option<&[u8]>,
) -> Result<Option<CompaniesRead>, RunError> {
    let Some(bytes) = bytes else { return Ok(None) };
    let file = companies::read(bytes, program.model(), zone).map_err(RunError::Companies)?;
    let asks = program.conditions.asks_companies;
    program.rules_mut().companies = asks.then(|| file.companies.into());
    let hash = blake3::hash(bytes).to_hex().to_string();
    Ok(Some(CompaniesRead {
        bytes: bytes.len() as u64,
        hash,
        rows: file.rows,
        warnings: file.warnings,
    }))
}

/// What of the past a plan asks for and the state does not know, a line each.
pub(crate) fn short_history(program: &Program, zone: &TimeZone) -> Vec<String> {
    let words = |short: &Short| {
        let mut since = String::new();
        push_moment(&mut since, short.since, zone);
        let asked = match short.asked.as_str() {
            "ever" => "the plan asks for all of it".to_owned(),
            "entry" => {
                "the plan asks for it since the entry of contacts that are inside".to_owned()
            }
            length => format!("the plan asks for {length}"),
        };
        match short.what.split_once('/') {
            Some((event, property)) => {
                format!("`{property}` of `{event}` is known since {since}, {asked}")
            }
            None => format!("`{}` is known since {since}, {asked}", short.what),
        }
    };
    program.short.iter().map(words).collect()
}

/// A run, as work for the threads.
struct Running<'a, W> {
    job: &'a Job<'a>,
    sinks: PhantomData<fn(W)>,
}

impl<W: Write + Send> ChunkJob for Running<'_, W> {
    type Part = Part;
    type Sum = RunTotals<W>;

    fn part(&self, chunk: &[u8], line: u64) -> Result<Part, RunError> {
        Part::run(self.job, chunk, line)
    }

    fn add(
        &self,
        sum: &mut RunTotals<W>,
        mut part: Part,
        bytes: usize,
        hash: blake3::Hash,
    ) -> Result<(), RunError> {
        sum.add(&mut part, bytes, hash)?;
        self.job.spares.give(part);
        Ok(())
    }
}

impl<W: Write> Streams<W> {
    fn write(&mut self, files: &Files, state: &[u8], rejects: &[u8]) -> Result<(), RunError> {
        self.contacts
            .write_all(&files.contacts)
            .map_err(failed("contacts.csv"))?;
        self.actions
            .write_all(&files.actions)
            .map_err(failed("actions.csv"))?;
        self.journal
            .write_all(&files.journal)
            .map_err(failed("journal.csv"))?;
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
