//! A chain of runs over the same contacts, one at each instant between two moments, contact by
//! contact: of each only the instants that matter are looked at.
//!
//! Invariant: what comes out is what the chain of runs with a state leaves: the rows of all its
//! outboxes and journals in the order in which they were written, the contacts of its last run, and
//! what all of them counted.

mod assumed;
mod days;
mod draw;
mod moments;
mod part;
mod ticks;

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::marker::PhantomData;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use thiserror::Error;

pub use crate::runner::output::manifest::{Day, Simulated};
pub use assumed::{After, Assumption, Assumptions, PropertyValue};
pub(crate) use ticks::Ticks;
pub use ticks::{Times, TimesError};

use days::Days;
use draw::Drawing;
use moments::Moments;
use part::Passed;

use super::batch::totals::RunTotals;
use super::batch::{Inputs, Job, Prepared, Streams, Summary, Watch};
use super::error::RunError;
use super::input::blocks::{Blocks, Source};
use super::input::state_store::Snapshot;
use super::kernel::Next;
use super::metrics::Metrics;
use super::output::timeline::{Strand, Timeline};
use super::threads::Options;
use super::threads::pool::{self, ChunkJob};
use crate::model::{Duration, Model};
use crate::plan::Plan;

/// A simulation from memory to memory.
#[derive(Clone, Debug)]
pub struct SimulatedBytes {
    /// contacts.csv of the last instant, without the bad rows.
    pub contacts: Vec<u8>,
    /// actions.csv of all instants.
    pub actions: Vec<u8>,
    /// journal.csv of all instants.
    pub journal: Vec<u8>,
    /// events.csv: what people did as it was assumed; empty where nothing was.
    pub events: Vec<u8>,
    /// metrics.json.
    pub metrics: String,
    /// What it went through, by day.
    pub simulated: Simulated,
    /// How many rows are bad.
    pub bad_rows: u64,
}

/// Why a simulation came to nothing.
#[derive(Debug, Error)]
pub enum SimulateError {
    /// It cannot go from there to there.
    #[error(transparent)]
    Times(#[from] TimesError),
    /// It is stopped by what would stop a run.
    #[error(transparent)]
    Run(#[from] RunError),
}

/// What all chunks share.
struct Simulation<'a> {
    moments: Moments<'a>,
    timeline: Timeline,
    /// Set when it should stop.
    interrupted: &'a AtomicBool,
    /// What people are assumed to do.
    drawing: Option<Drawing<'a>>,
}

/// Which simulation is asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked<'a> {
    /// How far apart its instants are; absent: as the project says.
    pub(crate) every: Option<Duration>,
    /// What people are assumed to do.
    pub(crate) assumptions: Option<&'a Assumptions>,
}

/// Where the rows of a simulation go.
pub(crate) struct SimulationStreams<W> {
    pub(crate) of_run: Streams<W>,
    /// Those of the drawn events.
    pub(crate) events: Option<W>,
}

/// What the parts add up to.
struct Sum<W> {
    totals: RunTotals<W>,
    events: Option<W>,
    /// By event: how many were drawn and happened.
    drawn: BTreeMap<String, u64>,
    last: Metrics,
    days: Days,
    strands: Vec<Strand>,
    visited: Vec<u64>,
    visits: u64,
}

/// A simulation, as work for the threads.
struct Simulating<'s, 'p, W> {
    simulation: &'s Simulation<'s>,
    job: &'s Job<'p>,
    sinks: PhantomData<fn(W)>,
}

/// The instants of a simulation of a project.
pub(crate) fn ticks(model: &Model, times: Times) -> Result<Ticks, TimesError> {
    let zone = super::program::Zone::named(&model.timezone)?;
    Ticks::new(model, &zone, times)
}

/// Takes all rows of `source` through the instants, of which `prepared` is the run of the first;
/// many rows are put in order in `folder`.
pub(crate) fn run<W: Write + Send>(
    (plan, prepared): (&Plan, &Prepared),
    (ticks, asked): (Ticks, Asked<'_>),
    (source, streams): (Source<'_>, SimulationStreams<W>),
    folder: Option<PathBuf>,
    options: Options,
    watch: &Watch<'_>,
) -> Result<(Summary, SimulationStreams<W>, Simulated), RunError> {
    let blocks = Blocks::new(source, options.block_size);
    let header = blocks.header()?;
    let (layout, warnings) = prepared.layout(&header)?;
    let simulation = Simulation {
        moments: Moments::new(plan, prepared, ticks)?,
        timeline: Timeline::new(folder),
        interrupted: watch.interrupted,
        drawing: asked.assumptions.map(|assumptions| {
            let zones = (&prepared.program.zone, prepared.zone());
            Drawing::new(assumptions, plan.model(), zones)
        }),
    };
    let job = prepared.job(&layout, false, options);
    let model = plan.model();
    let count = simulation.moments.ticks.count() as usize;
    let mut events = streams.events;
    if let (Some(events), Some(drawing)) = (&mut events, &simulation.drawing) {
        events.write_all(&drawing.header()).map_err(undrawn)?;
    }
    let sum = Sum {
        totals: RunTotals::begin(&job, streams.of_run, &prepared.fingerprint)?,
        events,
        drawn: BTreeMap::new(),
        last: Metrics::new(job.program),
        days: Days::new(model, &simulation.moments.ticks),
        strands: Vec::new(),
        visited: vec![0; count.div_ceil(64)],
        visits: 0,
    };
    let work = Simulating {
        simulation: &simulation,
        job: &job,
        sinks: PhantomData,
    };
    let mut sum = pool::run(&work, (&blocks, &header), sum, options.threads, watch)?;
    let Simulation {
        moments, timeline, ..
    } = simulation;
    let to = sum.totals.streams();
    let write = |actions: &[u8], journal: &[u8]| {
        to.actions.write_all(actions)?;
        to.journal.write_all(journal)
    };
    let strands = std::mem::take(&mut sum.strands);
    timeline.merge(strands, write).map_err(unsorted)?;
    let simulated = sum.told((model, prepared), &moments.ticks, asked.every);
    sum.totals.end_chain(&sum.last);
    let (summary, streams) = sum.totals.end(&job, warnings)?;
    let streams = SimulationStreams {
        of_run: streams,
        events: sum.events,
    };
    Ok((summary, streams, simulated))
}

impl<W> Sum<W> {
    /// What it went through.
    fn told(
        &mut self,
        (model, prepared): (&Model, &Prepared),
        ticks: &Ticks,
        every: Option<Duration>,
    ) -> Simulated {
        let schedule = Duration {
            seconds: i64::from(model.every),
            ..Duration::default()
        };
        // What is nearer than the schedule is rounded down to it.
        let is_nearer =
            |it: &Duration| it.months == 0 && it.days == 0 && it.seconds < schedule.seconds;
        let every = every.filter(|it| !is_nearer(it));
        let visited = self.visited.iter().map(|it| u64::from(it.count_ones()));
        Simulated {
            from: prepared.moment(ticks.moment(0)),
            until: prepared.moment(ticks.moment(ticks.last())),
            every: every.unwrap_or(schedule).to_string(),
            instants: ticks.count().into(),
            visited: visited.sum(),
            visits: self.visits,
            drawn: std::mem::take(&mut self.drawn),
            days: self.days.told(model, ticks),
        }
    }
}

/// Simulates from memory to memory; bad rows are set aside.
pub fn simulate_bytes(
    plan: &Plan,
    (times, assumptions): (Times, Option<&Assumptions>),
    inputs: Inputs<'_>,
    state: Option<&[u8]>,
    options: Options,
) -> Result<SimulatedBytes, SimulateError> {
    let watch = Watch {
        interrupted: &AtomicBool::new(false),
        progress: &|_| {},
    };
    let ticks = ticks(plan.model(), times)?;
    let events = inputs
        .events
        .map(|(bytes, format)| (Source::Bytes(bytes), format));
    let state = state.map(|state| Snapshot::Bytes(state.to_vec()));
    let until = ticks.moment(ticks.last());
    let prepared = Prepared::new(plan, ticks.moment(0), state)?
        .with_companies(inputs.companies)?
        .with_past(inputs.past)?
        .with_events_until(until, events, options, inputs.spill, &watch)?;
    let of_run = Streams {
        contacts: Vec::new(),
        actions: Vec::new(),
        journal: Vec::new(),
        state: None,
        rejects: Some(Vec::new()),
    };
    let streams = SimulationStreams {
        of_run,
        events: Some(Vec::new()),
    };
    let asked = Asked {
        every: times.every,
        assumptions,
    };
    let (summary, streams, simulated) = run(
        (plan, &prepared),
        (ticks, asked),
        (Source::Bytes(inputs.contacts), streams),
        None,
        options,
        &watch,
    )?;
    Ok(SimulatedBytes {
        contacts: streams.of_run.contacts,
        actions: streams.of_run.actions,
        journal: streams.of_run.journal,
        events: streams.events.unwrap_or_default(),
        metrics: summary.metrics.to_json(&prepared.program),
        simulated,
        bad_rows: summary.problems.rows + summary.duplicates,
    })
}

impl Simulation<'_> {
    /// When a contact at rest is looked at again: by itself, for what is told of it, or with
    /// everybody.
    fn next(&self, tick: u32, by_itself: Next, told: Option<i64>) -> u32 {
        let (moments, ticks) = (&self.moments, &self.moments.ticks);
        let at = |moment: i64| ticks.at_or_after(moment).map(|found| found.max(tick + 1));
        let found = [
            by_itself.tick,
            by_itself.moment.and_then(at),
            told.and_then(at),
            moments.next_for_everybody(tick),
        ];
        found.into_iter().flatten().min().unwrap_or(ticks.last())
    }
}

impl<W: Write + Send> ChunkJob for Simulating<'_, '_, W> {
    type Part = Passed;
    type Sum = Sum<W>;

    fn part(&self, chunk: &[u8], line: u64) -> Result<Passed, RunError> {
        part::run(self.simulation, self.job, chunk, line)
    }

    fn add(
        &self,
        sum: &mut Sum<W>,
        mut passed: Passed,
        bytes: usize,
        hash: blake3::Hash,
    ) -> Result<(), RunError> {
        sum.totals.add(&mut passed.part, bytes, hash)?;
        sum.last.add(&passed.last);
        sum.days.add(&passed.days);
        sum.strands.push(passed.strand);
        if let Some(events) = &mut sum.events {
            events.write_all(&passed.events).map_err(undrawn)?;
        }
        for (event, count) in passed.drawn {
            *sum.drawn.entry(event).or_default() += count;
        }
        sum.visits += passed.visits;
        let visited = sum.visited.iter_mut().zip(&passed.visited);
        visited.for_each(|(sum, part)| *sum |= part);
        Ok(())
    }
}

fn undrawn(error: io::Error) -> RunError {
    RunError::Write {
        file: "events.csv",
        error,
    }
}

fn unsorted(error: io::Error) -> RunError {
    RunError::Write {
        file: "journal.csv",
        error,
    }
}
