//! A simulation: the run of the first instant, and those behind it, with what a run says of its
//! inputs and how it writes.

use std::io;
use std::io::Write;
use std::path::Path;

use super::inputs::{self, now};
use super::voice::Voice;
use super::{Args, Loaded, Stopped, Task, progress_bar, signals, source, temporary};
use crate::assume;
use crate::cli::output::Terminal;
use crate::cli::{CliError, Exit, simulate};
use crate::model::Duration;
use crate::model::calendar::Sign;
use crate::plan::Plan;
use crate::report::run::Outcome;
use crate::runner::batch::session::RunWriter;
use crate::runner::batch::{Prepared, Streams, Summary, Watch};
use crate::runner::input::blocks::Source;
use crate::runner::input::state_store::Snapshot;
use crate::runner::notice::NoticeCode;
use crate::runner::output::folder;
use crate::runner::output::store::Store;
use crate::runner::simulate::{
    self as simulation, Asked, Assumptions, Simulated, SimulationStreams, Times,
};
use crate::source::Sources;

/// Runs `funnelc simulate`.
pub(crate) fn simulate(asked: &simulate::Args, terminal: Terminal) -> Result<Exit, CliError> {
    let args = as_run(asked);
    let voice = Voice::simulating(args.format, terminal);
    let ended = begun(asked, &args, &voice);
    voice.end(ended)
}

/// What a run of the first instant is asked.
fn as_run(asked: &simulate::Args) -> Args {
    let beside = &asked.beside;
    Args {
        path: asked.path.clone(),
        env: asked.env.clone(),
        contacts: asked.contacts.clone(),
        companies: beside.companies.clone(),
        events: beside.events.clone(),
        no_events: beside.no_events || beside.assume.is_some(),
        replay: beside.replay,
        accept_short_history: beside.accept_short_history,
        out: asked.out.clone(),
        dry_run: asked.out.is_none(),
        at_most: None,
        state: beside.state.clone(),
        history: super::history::Keeping::default(),
        now: Some(asked.from.clone()),
        far: true,
        threads: asked.threads,
        rejects: None,
        rejects_at_most: None,
        defuse_formulas: asked.defuse_formulas,
        journal: asked.journal,
        // A part of the contacts is enough to see what becomes of them.
        accept_shrunken: true,
        format: asked.format,
    }
}

fn begun(asked: &simulate::Args, args: &Args, voice: &Voice) -> Result<Outcome, Stopped> {
    super::go_together(args)?;
    let plan = match inputs::loaded(&args.path, args.env.as_deref())? {
        Loaded::Plan(plan) => *plan,
        Loaded::Project(compiled) => {
            voice.project(&compiled)?;
            compiled.plan.ok_or(Stopped::Told(Exit::Findings))?
        }
    };
    let times = times(asked, &plan)?;
    let task = Task {
        args,
        plan: &plan,
        voice,
        signals: signals()?,
        simulates: true,
    };
    let assumptions = assumed(asked.beside.assume.as_deref(), &plan, voice)?;
    task.simulated(times, assumptions.as_ref())
}

/// What people are assumed to do, if a file says it.
fn assumed(
    path: Option<&Path>,
    plan: &Plan,
    voice: &Voice,
) -> Result<Option<Assumptions>, Stopped> {
    let Some(path) = path else { return Ok(None) };
    let bytes = inputs::whole(path)?;
    let text = String::from_utf8(bytes).map_err(|_| {
        CliError::new(format!("`{}` is not UTF-8", path.display()))
            .coded(NoticeCode::CannotRead)
            .about(path)
    })?;
    let mut sources = Sources::default();
    let file = sources.add(path.display().to_string(), text.as_str());
    let (assumptions, found) = assume::read(file, &text, plan.model());
    if found.is_empty() {
        return Ok(Some(assumptions));
    }
    voice.mistakes(&found, &sources)?;
    Err(Stopped::Told(Exit::Findings))
}

fn times(asked: &simulate::Args, plan: &Plan) -> Result<Times, CliError> {
    let every = asked.every.as_deref().map(|text| {
        Duration::parse(text, Sign::Positive).map_err(|_| {
            CliError::usage(format!("`--every {text}` is no length of time"))
                .help("write it as `1 h`, `6 hours` or `1 day`")
        })
    });
    Ok(Times {
        from: now(Some(&asked.from), plan)?,
        until: now(Some(&asked.until), plan)?,
        every: every.transpose()?,
    })
}

/// What a simulation gives before it is written.
type Gone<W> = (Summary, SimulationStreams<W>, Simulated);

impl Task<'_> {
    fn simulated(
        &self,
        times: Times,
        assumptions: Option<&Assumptions>,
    ) -> Result<Outcome, Stopped> {
        let args = self.args;
        let ticks = simulation::ticks(self.plan.model(), times).map_err(|error| {
            CliError::usage(error.to_string())
                .help("put `--until` behind `--from`, or say with `--every` how far apart they are")
        })?;
        let state = args.state.as_deref().map(Store::peek_named).transpose()?;
        let (state, hash) = state.flatten().unzip();
        let spill = args.out.as_deref().map_or_else(temporary, folder::nearest);
        let (first, last) = (ticks.moment(0), ticks.moment(ticks.last()));
        let prepared = self.prepared(first, last, state.map(Snapshot::File), &spill)?;
        let source = source(&args.contacts)?;
        let asked = Asked {
            every: times.every,
            assumptions,
        };
        let Some(out) = args.out.as_deref() else {
            let streams = Streams {
                contacts: io::sink(),
                actions: io::sink(),
                journal: io::sink(),
                state: None,
                rejects: None,
            };
            let streams = SimulationStreams {
                of_run: streams,
                events: assumptions.map(|_| io::sink()),
            };
            let gone = self.gone(&prepared, (ticks, asked), source, streams)?;
            let metrics = gone.0.metrics.to_json(&prepared.program);
            self.voice.simulation(&gone.2)?;
            self.voice.figures(self.plan.model(), &metrics)?;
            self.restless(&metrics)?;
            return Ok(Outcome::DryRun);
        };
        let contacts = Some(args.contacts.as_path()).filter(|it| it.as_os_str() != "-");
        let (session, of_run) = RunWriter::begin(out, contacts, None, None)?;
        let streams = SimulationStreams {
            of_run,
            events: assumptions.map(|_| session.drawn_events()).transpose()?,
        };
        let (summary, streams, simulated) =
            self.gone(&prepared, (ticks, asked), source, streams)?;
        self.signals.hold();
        let told = (simulated.clone(), hash);
        let streams = (streams.of_run, streams.events);
        let done = session.commit_simulation(streams, &summary, &prepared, told)?;
        // It stands: nothing makes it a failure any more.
        let _ = self.voice.simulation(&simulated);
        self.tell(&done, &summary);
        Ok(Outcome::Written)
    }

    /// All rows through all instants, and what there is to say of them.
    fn gone<W: Write + Send>(
        &self,
        prepared: &Prepared,
        (ticks, asked): (simulation::Ticks, Asked<'_>),
        source: Source<'_>,
        streams: SimulationStreams<W>,
    ) -> Result<Gone<W>, Stopped> {
        let bar = progress_bar(source.length());
        let watch = Watch {
            interrupted: &self.signals.interrupted,
            progress: &|bytes| bar.inc(bytes),
        };
        let folder = self
            .args
            .out
            .as_deref()
            .map_or_else(temporary, folder::nearest);
        let outcome = simulation::run(
            (self.plan, prepared),
            (ticks, asked),
            (source, streams),
            Some(folder),
            inputs::options(self.args.threads),
            &watch,
        );
        bar.finish_and_clear();
        let gone = outcome.map_err(|error| self.stopped(&error))?;
        self.accepted(prepared, &gone.0)?;
        Ok(gone)
    }
}
