//! `funnelc run`: contacts through a plan for one instant; what it writes stands whole or not at
//! all.

mod bounds;
mod failed;
mod history;
mod inputs;
mod journal;
mod row_bounds;
mod simulated;
mod told;
mod voice;

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use super::output::Terminal;
use super::{CliError, Exit, places};
use crate::plan::Plan;
use crate::report::metrics;
use crate::report::run::Outcome;
use crate::runner::RunError;
use crate::runner::batch::session::{Done, RunWriter};
use crate::runner::batch::{Past, Prepared, Streams, Summary, Watch};
use crate::runner::events::Spill;
use crate::runner::input::blocks::Source;
use crate::runner::input::state_store::Snapshot;
use crate::runner::notice::{Aftermath, Notice};
use crate::runner::output::folder;
use crate::runner::output::store::Store;
use crate::runner::program::BindError;

pub(crate) use failed::{
    Broken, bad_events, damaged, earlier, no_companies, no_events, no_room, wrong_in,
};
pub(crate) use inputs::{
    Loaded, events, loaded, now, options, part_of_run, plan, progress_bar, signals, source, state,
    temporary, threads, unread, whole,
};
pub(crate) use journal::JournalRows;
pub(crate) use simulated::simulate;
pub(crate) use voice::Format;

use inputs::{Signals, not_far_ahead};
use row_bounds::AtMost;
use voice::Voice;

/// The arguments of `funnelc run`.
#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(crate) struct Args {
    /// A project folder or file, or a plan that `funnelc plan` wrote
    #[arg(value_name = "PATH|PLAN.json")]
    path: PathBuf,
    /// Lay this environment of the project over it
    #[arg(long, value_name = "NAME")]
    env: Option<String>,
    /// The contacts, as CSV; `-` is standard input
    #[arg(long, value_name = "FILE")]
    contacts: PathBuf,
    /// The companies to which contacts belong, as CSV; for a project with `companies:`
    #[arg(long, value_name = "FILE")]
    companies: Option<PathBuf>,
    /// What happened to them, as CSV, or as JSON lines in a file `*.jsonl`, `*.ndjson` or `*.json`
    #[arg(long, value_name = "FILE")]
    events: Option<PathBuf>,
    /// Nothing happened: run a project that asks for events without any
    #[arg(long, conflicts_with = "events")]
    no_events: bool,
    /// On a first run, let the past give points, change fields and start campaigns as if it
    /// happened now
    #[arg(long, requires = "events")]
    replay: bool,
    /// Take what the state has not kept of the past for nothing, where the plan asks for it
    #[arg(long)]
    accept_short_history: bool,
    /// Write the run to this folder: absent, empty, or an earlier run, which is replaced as a whole
    #[arg(long, value_name = "DIR", required_unless_present = "dry_run")]
    out: Option<PathBuf>,
    /// Write nothing at all, neither the run nor the state, and print what would go out
    #[arg(long)]
    dry_run: bool,
    /// Refuse the run, before anything is written, if more messages than this would go out
    #[arg(long, value_name = "N")]
    at_most: Option<u64>,
    /// Remember in this folder what the next run must know: waits, what was sent, who is where
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
    /// In which history the run is kept
    #[command(flatten)]
    history: history::Keeping,
    /// The moment of the run, such as `2026-11-21T09:00`; without an offset in the project's zone.
    /// Default: the clock
    #[arg(long, value_name = "TIME")]
    now: Option<String>,
    /// Take a `--now` that is more than a year ahead of the clock; with `--state` there is no way
    /// back from it
    #[arg(long, requires = "now")]
    far: bool,
    /// How many threads work; the outputs do not depend on it. Default: as many as there are
    /// processors
    #[arg(long, value_name = "N", value_parser = threads)]
    threads: Option<std::num::NonZero<usize>>,
    /// Set bad rows aside in this file and go on; without it a bad row fails the run
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
    /// How many rows may be set aside, such as `20` or `2%`. Default: 1%, rounded up
    #[arg(long, value_name = "N|N%", requires = "rejects")]
    rejects_at_most: Option<AtMost>,
    /// Put an apostrophe before texts in actions.csv and journal.csv that a spreadsheet would take
    /// for formulas
    #[arg(long)]
    defuse_formulas: bool,
    /// Which rows journal.csv has; with less of them a run is faster
    #[arg(long, default_value = "all")]
    journal: JournalRows,
    /// Take files that have no rows, or lack more than half of the contacts that the state knows
    #[arg(long)]
    accept_shrunken: bool,
    /// How to say what the run has to say
    #[arg(long, default_value = "text")]
    format: Format,
}

pub(crate) fn run(args: &Args, terminal: Terminal) -> Result<Exit, CliError> {
    let voice = Voice::new(args.format, terminal);
    let ended = begun(args, &voice);
    voice.end(ended)
}

fn begun(args: &Args, voice: &Voice) -> Result<Outcome, Stopped> {
    go_together(args)?;
    let plan = match inputs::loaded(&args.path, args.env.as_deref())? {
        Loaded::Plan(plan) => *plan,
        Loaded::Project(compiled) => {
            voice.project(&compiled)?;
            compiled.plan.ok_or(Stopped::Told(Exit::Findings))?
        }
    };
    let now = now(args.now.as_deref(), &plan)?;
    if args.state.is_some() && !args.dry_run && !args.far {
        not_far_ahead(now, args.now.as_deref())?;
    }
    let task = Task {
        args,
        plan: &plan,
        voice,
        signals: signals()?,
        simulates: false,
    };
    told::forgotten(&task)?;
    if args.dry_run {
        task.tried(now)
    } else {
        task.written(now)
    }
}

/// A run that was asked for.
struct Task<'a> {
    args: &'a Args,
    plan: &'a Plan,
    voice: &'a Voice,
    signals: Signals,
    /// Whether it is the run of the first instant of a simulation.
    simulates: bool,
}

/// Why a run came to no end: somebody was told already, or has to be.
enum Stopped {
    Told(Exit),
    Failed(CliError),
}

impl<T: Into<CliError>> From<T> for Stopped {
    fn from(failure: T) -> Self {
        Self::Failed(failure.into())
    }
}

impl Task<'_> {
    /// The run with all that it writes.
    fn written(&self, now: i64) -> Result<Outcome, Stopped> {
        let args = self.args;
        let out = args.out.as_deref().unwrap_or(Path::new(""));
        let history = args.history.opened()?;
        let store = args.state.as_deref().map(Store::open).transpose()?;
        let state = store.as_ref().map_or(Ok(None), Store::read)?;
        let state = state.map(Snapshot::File);
        let prepared = self.prepared(now, now, state, &folder::nearest(out))?;
        let contacts = Some(args.contacts.as_path()).filter(|path| *path != Path::new("-"));
        let source = source(&args.contacts)?;
        let (session, streams) =
            RunWriter::begin(out, contacts, args.rejects.as_deref(), store.as_ref())?;
        let (summary, streams) = self.carried_out(&prepared, source, streams)?;
        self.signals.hold();
        let session = session.keeping(history);
        let done = session.commit(streams, &summary, &prepared, store.as_ref())?;
        self.tell(&done, &summary);
        Ok(if done.repeated {
            Outcome::Repeated
        } else {
            Outcome::Written
        })
    }

    /// What there is to say of a run that stands. Nothing makes it a failure any more: whoever
    /// delivers only after exit code 0 would drop an outbox that the state calls sent.
    fn tell(&self, done: &Done, summary: &Summary) {
        let figures = self.voice.figures(self.plan.model(), &done.metrics);
        let unprinted = figures
            .err()
            .map(|failure| Aftermath::Unprinted(failure.to_string()));
        // With standard error gone there is nobody left to tell.
        for but in done.warnings.iter().chain(&unprinted) {
            let _ = self.voice.warn(
                Notice::new(but.code(), format!("the run stands, but {but}")),
                None,
            );
        }
        let _ = self.restless(&done.metrics);
        let _ = told::last_words(done, summary, self.args, self.voice);
    }

    /// The same run without a trace: no folder, no state, no lock, no rejects.
    fn tried(&self, now: i64) -> Result<Outcome, Stopped> {
        let state = self.args.state.as_deref().map_or(Ok(None), Store::peek)?;
        let prepared = self.prepared(now, now, state.map(Snapshot::File), &temporary())?;
        let rejects = self.args.rejects.as_ref().map(|_| io::sink());
        let streams = Streams {
            contacts: io::sink(),
            actions: io::sink(),
            journal: io::sink(),
            state: None,
            rejects,
        };
        let (summary, _) = self.carried_out(&prepared, source(&self.args.contacts)?, streams)?;
        let metrics = summary.metrics.to_json(&prepared.program);
        self.voice.figures(self.plan.model(), &metrics)?;
        self.restless(&metrics)?;
        self.voice.add_in_words("dry run: nothing was written\n")?;
        Ok(Outcome::DryRun)
    }

    /// The plan at its moment, with all that is read before the contacts, of events those until a
    /// moment; many events are sorted in `spill`.
    fn prepared(
        &self,
        now: i64,
        until: i64,
        state: Option<Snapshot>,
        spill: &Path,
    ) -> Result<Prepared, Stopped> {
        let args = self.args;
        let companies = args.companies.as_deref().map(whole).transpose()?;
        let events = args.events.as_deref().map(events).transpose()?;
        let past = Past {
            replay: args.replay,
            accept_short_history: args.accept_short_history,
            ..Past::default()
        };
        let quiet = Watch {
            interrupted: &self.signals.interrupted,
            progress: &|_| {},
        };
        let prepared = Prepared::new(self.plan, now, state)
            .and_then(|prepared| prepared.with_companies(companies.as_deref()))
            .and_then(|prepared| prepared.with_past(past))
            .and_then(|prepared| {
                prepared.with_events_until(
                    until,
                    events,
                    options(args.threads),
                    Some(Spill::into(spill)),
                    &quiet,
                )
            })
            .map_err(|error| self.stopped(&error))?;
        if args.events.is_none() && !args.no_events && prepared.program.asks_events() {
            return Err(no_events().into());
        }
        Ok(prepared
            .demanding_columns()
            .defusing_formulas(args.defuse_formulas)
            .journalling(args.journal.of(args.dry_run)))
    }

    /// All rows, and what there is to say of them; where it comes back, the run may stand.
    fn carried_out<W: Write + Send>(
        &self,
        prepared: &Prepared,
        source: Source<'_>,
        streams: Streams<W>,
    ) -> Result<(Summary, Streams<W>), Stopped> {
        let args = self.args;
        let bar = progress_bar(source.length());
        let watch = Watch {
            interrupted: &self.signals.interrupted,
            progress: &|bytes| bar.inc(bytes),
        };
        let outcome = prepared.run(source, streams, options(args.threads), &watch);
        bar.finish_and_clear();
        let (summary, streams) = outcome.map_err(|error| self.stopped(&error))?;
        self.accepted(prepared, &summary)?;
        self.keep_to_bounds(&summary.metrics.to_json(&prepared.program))?;
        Ok((summary, streams))
    }

    /// Says what there is to say of the rows; where it comes back, they may stand.
    fn accepted(&self, prepared: &Prepared, summary: &Summary) -> Result<(), Stopped> {
        let (args, voice) = (self.args, self.voice);
        told::notes(prepared, args, voice)?;
        told::warnings(summary, prepared, self)?;
        if summary.duplicates > 0 || (summary.problems.rows > 0 && args.rejects.is_none()) {
            let failure = failed::bad_rows(summary, &args.contacts);
            voice.fail(&if self.simulates {
                failure.help("mend them; a run sets them aside with `--rejects FILE`")
            } else {
                failure
            });
            return Err(Stopped::Told(Exit::Findings));
        }
        if let Some(failure) = self.out_of_bounds(summary, prepared) {
            voice.fail(&failure);
            return Err(Stopped::Told(Exit::Findings));
        }
        if self.signals.interrupted.load(Ordering::Relaxed) {
            return Err(Stopped::Told(Exit::Interrupted));
        }
        Ok(())
    }

    /// Whether too much is amiss with the rows to go on.
    fn out_of_bounds(&self, summary: &Summary, prepared: &Prepared) -> Option<CliError> {
        let args = self.args;
        if let Err(failure) = row_bounds::rejects(summary, args.rejects_at_most) {
            return Some(failure.of(&args.contacts));
        }
        if args.accept_shrunken {
            return None;
        }
        if let Err(failure) = row_bounds::shrunken(summary) {
            return Some(failure.of(&args.contacts));
        }
        prepared.companies.as_ref().filter(|read| read.rows == 0)?;
        Some(row_bounds::no_rows().of(args.companies.as_deref().unwrap_or(Path::new(""))))
    }

    /// Refuses what would let more go out than is allowed, and shows what it would have been.
    fn keep_to_bounds(&self, metrics: &str) -> Result<(), Stopped> {
        let over = bounds::exceeded(self.plan.model(), metrics, self.args.at_most);
        let Some(failure) = over else { return Ok(()) };
        self.voice.figures(self.plan.model(), metrics)?;
        self.voice.fail(&failure);
        Err(Stopped::Told(Exit::Refused))
    }

    /// Tells of contacts that did not come to rest.
    fn restless(&self, metrics: &str) -> Result<(), CliError> {
        let of = |warning| self.voice.warn(&warning, None);
        metrics::restless(self.plan.model(), metrics)
            .into_iter()
            .try_for_each(of)
    }

    fn stopped(&self, error: &RunError) -> Stopped {
        if matches!(error, RunError::Interrupted) {
            return Stopped::Told(Exit::Interrupted);
        }
        let (mut failure, exit) = failed::failed(error, self.plan, self.args);
        if let RunError::Bind(BindError::Earlier { .. }) = error
            && self.simulates
        {
            failure = failure.help("give that `--from` or a later one");
        }
        self.voice.fail(&failure);
        Stopped::Told(exit)
    }
}

/// Whether the arguments go together; no file is touched before.
fn go_together(args: &Args) -> Result<(), CliError> {
    if args.rejects.as_deref() == Some(Path::new("-")) {
        return Err(CliError::usage(
            "`--rejects` needs a file: the table of the run goes to standard output",
        ));
    }
    if args.path == Path::new("-") && args.contacts == Path::new("-") {
        return Err(CliError::usage(
            "project and contacts cannot both come from standard input",
        ));
    }
    if let Some(state) = &args.state {
        args.out
            .as_ref()
            .map_or(Ok(()), |out| places::state_apart(out, state))?;
    }
    args.history.apart(&[
        ("--out", args.out.as_deref()),
        ("--state", args.state.as_deref()),
    ])?;
    if let Some(rejects) = &args.rejects {
        places::rejects_are_safe(rejects, &args.contacts, args.state.as_deref())?;
    }
    Ok(())
}
