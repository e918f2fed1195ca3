//! A run from memory to memory: the same way as with files, and none of it touches a disk but for
//! events that are told to.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::{Options, Past, Prepared, RunError, Streams, Watch};
use crate::model::patience::Patience;
use crate::plan::Plan;
use crate::runner::events::{Format, Spill};
use crate::runner::input::blocks::Source;
use crate::runner::input::state_store::Snapshot;
use crate::runner::notice::{Problems, Warning};

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
    pub warnings: Vec<Warning>,
    /// The same about the events file.
    pub event_warnings: Vec<Warning>,
    /// What became of contacts where the state was another plan's.
    pub migrated: Vec<String>,
}

/// Runs `contacts` through `plan` at `now` (seconds since 1970-01-01T00:00Z), as `funnelc run` does
/// with files. Bad rows are set aside.
pub fn run_bytes(
    plan: &Plan,
    now: i64,
    contacts: &[u8],
    state: Option<&[u8]>,
    options: Options,
) -> Result<RunBytes, RunError> {
    run_inputs(
        plan,
        now,
        Inputs {
            contacts,
            ..Inputs::default()
        },
        state,
        options,
    )
}

/// The files that a run reads.
#[derive(Clone, Copy, Debug, Default)]
pub struct Inputs<'a> {
    /// The contacts file.
    pub contacts: &'a [u8],
    /// The companies file.
    pub companies: Option<&'a [u8]>,
    /// The events file.
    pub events: Option<(&'a [u8], Format)>,
    /// Where events are sorted that are many; absent: in memory.
    pub spill: Option<Spill<'a>>,
    /// What becomes of the past.
    pub past: Past,
    /// How much searches for patterns may cost; absent: as much as they do.
    pub patience: Option<&'a Arc<Patience>>,
}

/// The same with more files than that of the contacts.
pub fn run_inputs(
    plan: &Plan,
    now: i64,
    inputs: Inputs<'_>,
    state: Option<&[u8]>,
    options: Options,
) -> Result<RunBytes, RunError> {
    let watch = Watch {
        interrupted: &AtomicBool::new(false),
        progress: &|_| {},
    };
    let events = inputs
        .events
        .map(|(bytes, format)| (Source::Bytes(bytes), format));
    let prepared = Prepared::new(
        plan,
        now,
        state.map(|state| Snapshot::Bytes(state.to_vec())),
    )?;
    if let Some(patience) = inputs.patience {
        prepared.program.conditions.limit_searches(patience);
    }
    let prepared = prepared
        .with_companies(inputs.companies)?
        .with_past(inputs.past)?
        .with_events(events, options, inputs.spill, &watch)?;
    let streams = Streams {
        contacts: Vec::new(),
        actions: Vec::new(),
        journal: Vec::new(),
        state: Some(Vec::new()),
        rejects: Some(Vec::new()),
    };
    let (summary, streams) =
        prepared.run(Source::Bytes(inputs.contacts), streams, options, &watch)?;
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
        event_warnings: summary.event_warnings,
        migrated: prepared
            .migrated
            .into_iter()
            .map(|notice| notice.message)
            .collect(),
    })
}
