//! `funnelc run`: contacts through a plan for one instant; what it writes stands whole or not at all.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use jiff::tz::TimeZone;
use signal_hook::consts::{SIGINT, SIGTERM, SIGXFSZ};
use signal_hook::flag;

use super::output::{Stream, Terminal};
use super::plan::findings;
use super::{Exit, Failure, places, project};
use crate::plan::Plan;
use crate::report::metrics;
use crate::runner::batch::{Past, Prepared, Summary, Watch};
use crate::runner::input::blocks::Source;
use crate::runner::input::events::{Format, Spill};
use crate::runner::input::remembered::Snapshot;
use crate::runner::input::{Problems, cell};
use crate::runner::output::folder;
use crate::runner::output::session::{Done, Session, SessionError};
use crate::runner::output::store::{Store, StoreError};
use crate::runner::program::BindError;
use crate::runner::{Options, RunError};

/// The arguments of `funnelc run`.
#[derive(Debug, clap::Args)]
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
    /// What happened to them, as CSV, or as JSON lines in a file `*.jsonl`
    #[arg(long, value_name = "FILE")]
    events: Option<PathBuf>,
    /// On a first run, let the past give points, change fields and start campaigns as if it happened now
    #[arg(long, requires = "events")]
    replay: bool,
    /// Take what the state has not kept of the past for nothing, where the plan asks for it
    #[arg(long)]
    accept_short_history: bool,
    /// Write the run to this folder: absent, empty, or an earlier run, which is replaced as a whole
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Remember in this folder what the next run must know: waits, what was sent, who is where
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
    /// The moment of the run, such as `2026-11-21T09:00`; without an offset in the project's zone. Default: the clock
    #[arg(long, value_name = "TIME")]
    now: Option<String>,
    /// How many threads work; the outputs do not depend on it. Default: as many as there are processors
    #[arg(long, value_name = "N")]
    threads: Option<std::num::NonZero<usize>>,
    /// Set bad rows aside in this file and go on; without it a bad row fails the run
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
}

pub(crate) fn run(args: &Args, terminal: Terminal) -> Result<Exit, Failure> {
    go_together(args)?;
    let Some(plan) = plan(&args.path, args.env.as_deref(), terminal)? else { return Ok(Exit::Findings) };
    let now = now(args.now.as_deref(), &plan)?;
    let interrupted = signals()?;
    let store = args.state.as_deref().map(Store::open).transpose()?;
    let state = store.as_ref().map_or(Ok(None), Store::read)?;
    let companies = args.companies.as_deref().map(whole).transpose()?;
    let events = args.events.as_deref().map(events).transpose()?;
    let beside = folder::nearest(&args.out);
    let past = Past { replay: args.replay, accept_short_history: args.accept_short_history, ..Past::default() };
    let quiet = Watch { interrupted: &interrupted, progress: &|_| {} };
    let prepared = Prepared::new(&plan, now, state.map(Snapshot::File))
        .and_then(|prepared| prepared.with_companies(companies.as_deref()))
        .and_then(|prepared| prepared.with_past(past))
        .and_then(|prepared| prepared.with_events(events, options(args.threads), Some(Spill::into(&beside)), &quiet));
    let prepared = match prepared {
        Ok(prepared) => prepared,
        Err(error) => return failed(&error, &plan, args, terminal),
    };
    let source = source(&args.contacts)?;
    let contacts = Some(args.contacts.as_path()).filter(|path| *path != Path::new("-"));
    let (session, streams) = Session::begin(&args.out, contacts, args.rejects.as_deref(), store.as_ref())?;
    let bar = progress_bar(source.length());
    let watch = Watch { interrupted: &interrupted, progress: &|bytes| bar.inc(bytes) };
    let outcome = prepared.run(source, streams, options(args.threads), &watch);
    bar.finish_and_clear();
    let (summary, streams) = match outcome {
        Ok(outcome) => outcome,
        Err(error) => return failed(&error, &plan, args, terminal),
    };
    notes(&prepared, args, terminal)?;
    warnings(&summary, &prepared, args, terminal)?;
    if summary.duplicates > 0 || (summary.problems.rows > 0 && args.rejects.is_none()) {
        terminal.print(Stream::Err, &problems(&summary, args))?;
        return Ok(Exit::Findings);
    }
    if interrupted.load(Ordering::Relaxed) {
        return Ok(Exit::Interrupted);
    }
    let done = session.commit(streams, &summary, &prepared, store.as_ref())?;
    terminal.print(Stream::Out, &metrics::table(plan.model(), &done.metrics))?;
    terminal.print(Stream::Err, &last_words(&done, &summary, args))?;
    Ok(Exit::Fine)
}

/// Whether the arguments go together; no file is touched before.
fn go_together(args: &Args) -> Result<(), Failure> {
    if args.rejects.as_deref() == Some(Path::new("-")) {
        return Err(Failure::usage("`--rejects` needs a file: the table of the run goes to standard output"));
    }
    if args.path == Path::new("-") && args.contacts == Path::new("-") {
        return Err(Failure::usage("project and contacts cannot both come from standard input"));
    }
    if let Some(state) = &args.state {
        places::state_apart(&args.out, state)?;
    }
    if let Some(rejects) = &args.rejects {
        places::rejects_are_safe(rejects, &args.contacts, args.state.as_deref())?;
    }
    Ok(())
}

/// What the run takes for granted of the past, and what became of contacts in flight.
fn notes(prepared: &Prepared, args: &Args, terminal: Terminal) -> Result<(), Failure> {
    for line in prepared.short().iter().filter(|_| args.accept_short_history) {
        terminal.print(Stream::Err, &format!("note: {line}; what is not known counts as nothing\n"))?;
    }
    for deed in &prepared.migrated {
        terminal.print(Stream::Err, &format!("note: {deed}\n"))?;
    }
    Ok(())
}

impl From<SessionError> for Failure {
    fn from(error: SessionError) -> Self {
        Self::new(error.to_string())
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::new(error.to_string())
    }
}

/// Reads a plan, or compiles a project on the way.
#[expect(clippy::disallowed_methods, reason = "the command line reads the plan")]
pub(crate) fn plan(path: &Path, env: Option<&str>, terminal: Terminal) -> Result<Option<Plan>, Failure> {
    if path.extension().is_some_and(|extension| extension == "json") {
        if env.is_some() {
            let failure = Failure::usage(format!("`{}` is a plan, which has no environments any more", path.display()));
            return Err(failure.help("give `--env` to `funnelc plan`"));
        }
        let cannot = |error: &dyn std::fmt::Display| Failure::new(format!("cannot read `{}`: {error}", path.display()));
        let text = std::fs::read_to_string(path).map_err(|error| cannot(&error))?;
        return Plan::from_json(&text).map(Some).map_err(|error| cannot(&error));
    }
    let compiled = crate::compile_for(project::load(Some(path))?, env);
    Ok(findings(&compiled, terminal)?.cloned())
}

#[expect(clippy::disallowed_methods, reason = "the command line reads the clock")]
pub(crate) fn now(written: Option<&str>, plan: &Plan) -> Result<i64, Failure> {
    let Some(text) = written else { return Ok(jiff::Timestamp::now().as_second()) };
    let name = &plan.model().timezone;
    let zone = TimeZone::get(name).map_err(|_| Failure::new(format!("unknown time zone `{name}`")))?;
    cell::moment(text, &zone).ok_or_else(|| {
        Failure::usage(format!("`{text}` is no moment"))
            .help("write it as `2026-11-21T09:00` or `2026-11-21T09:00+01:00`")
    })
}

/// Sets a flag on the first Ctrl-C and ends at once on the second; a file that grows too large is an error of the write and no end.
pub(crate) fn signals() -> Result<Arc<AtomicBool>, Failure> {
    let interrupted = Arc::new(AtomicBool::new(false));
    let register = || {
        for signal in [SIGINT, SIGTERM] {
            flag::register_conditional_shutdown(signal, Exit::Interrupted as i32, Arc::clone(&interrupted))?;
            flag::register(signal, Arc::clone(&interrupted))?;
        }
        flag::register(SIGXFSZ, Arc::new(AtomicBool::new(false)))
    };
    register().map_err(|error: std::io::Error| Failure::new(format!("cannot listen for signals: {error}")))?;
    Ok(interrupted)
}

#[expect(clippy::disallowed_methods, reason = "the command line knows standard input")]
pub(crate) fn source(path: &Path) -> Result<Source<'static>, Failure> {
    if path == Path::new("-") {
        return Ok(Source::stream(std::io::stdin()));
    }
    Source::open(path).map_err(|error| Failure::new(format!("cannot read `{}`: {error}", path.display())))
}

/// The events file, which is no stream: it may be the contacts that come from standard input.
pub(crate) fn events(path: &Path) -> Result<(Source<'static>, Format), Failure> {
    if path == Path::new("-") {
        return Err(Failure::usage("`--events` needs a file"));
    }
    Ok((source(path)?, Format::of(path)))
}

#[expect(clippy::disallowed_methods, reason = "the number of threads shows in no output")]
pub(crate) fn options(threads: Option<std::num::NonZero<usize>>) -> Options {
    let threads = threads.or_else(|| std::thread::available_parallelism().ok()).map_or(1, std::num::NonZero::get);
    Options { threads, ..Options::default() }
}

/// On standard error, and only on a terminal.
pub(crate) fn progress_bar(bytes: Option<u64>) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(bytes, ProgressDrawTarget::stderr());
    let template = "{bar:40} {percent:>3} %  {decimal_bytes_per_sec}  {eta} left";
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// Says why there is no run, and what to do about it where that is not plain.
fn failed(error: &RunError, plan: &Plan, args: &Args, terminal: Terminal) -> Result<Exit, Failure> {
    let failure = match error {
        RunError::Interrupted => return Ok(Exit::Interrupted),
        RunError::Bind(BindError::Earlier { state }) => earlier(*state, plan),
        RunError::InFlight(_) => Failure::new(error.to_string())
            .help("add one line for each to the project; nothing was written, and the state is as it was"),
        RunError::State { .. } => {
            let folder = args.state.as_deref().unwrap_or(Path::new(""));
            Failure::new(format!("the state in `{}` is damaged: {error}", folder.display()))
        }
        RunError::Header(_)
        | RunError::DuplicateKey { .. }
        | RunError::LongRow { .. }
        | RunError::Read(_)
        | RunError::Skipped { .. } => Failure::new(format!("`{}`: {error}", args.contacts.display())),
        RunError::Companies(_) => bad_companies(error, args.companies.as_deref()),
        RunError::NoCompanies => no_companies(error),
        RunError::Events(_) => bad_events(error, args.events.as_deref()),
        RunError::ShortHistory(_) => short_history(error),
        RunError::Spill { .. } => no_room(error),
        RunError::Write { .. } | RunError::Bind(_) => Failure::new(error.to_string()),
    };
    match error {
        RunError::Header(_) | RunError::DuplicateKey { .. } | RunError::LongRow { .. } | RunError::InFlight(_) => {
            terminal.fail(&failure);
            Ok(Exit::Findings)
        }
        RunError::Companies(_) | RunError::Events(_) | RunError::ShortHistory(_) => {
            terminal.fail(&failure);
            Ok(Exit::Findings)
        }
        _ => Err(failure),
    }
}

pub(crate) fn bad_companies(error: &RunError, path: Option<&Path>) -> Failure {
    Failure::new(format!("`{}`: {error}", path.unwrap_or(Path::new("")).display()))
}

pub(crate) fn bad_events(error: &RunError, path: Option<&Path>) -> Failure {
    let name = path.unwrap_or(Path::new("")).display();
    Failure::new(format!("`{name}`: {error}")).help("mend these; nothing was taken in")
}

pub(crate) fn no_room(error: &RunError) -> Failure {
    let help = "many events are sorted on the disk, which takes up to twice the room of their file";
    Failure::new(error.to_string()).help(help)
}

fn short_history(error: &RunError) -> Failure {
    Failure::new(error.to_string())
        .help("`--accept-short-history` takes what is not known for nothing; nothing was written")
}

pub(crate) fn no_companies(error: &RunError) -> Failure {
    Failure::new(error.to_string()).help("give it with `--companies FILE`")
}

/// A file that is small enough to be read at once.
#[expect(clippy::disallowed_methods, reason = "the command line reads the companies")]
pub(crate) fn whole(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|error| Failure::new(format!("cannot read `{}`: {error}", path.display())))
}

pub(crate) fn earlier(state: i64, plan: &Plan) -> Failure {
    let zone = TimeZone::get(&plan.model().timezone).unwrap_or(TimeZone::UTC);
    let mut moment = String::new();
    crate::runner::output::text::push_moment(&mut moment, state, &zone);
    Failure::new(format!("the state is of {moment}, which is later than this run"))
        .help("give that `--now` or a later one")
}

fn warnings(summary: &Summary, prepared: &Prepared, args: &Args, terminal: Terminal) -> Result<(), Failure> {
    let of_companies = prepared.companies.iter().flat_map(|read| &read.warnings);
    for (warning, path) in of_companies.zip(args.companies.iter().cycle()) {
        terminal.print(Stream::Err, &format!("warning: `{}`: {warning}\n", path.display()))?;
    }
    if prepared.program.past_only && args.events.is_some() {
        let words = "this is the first run, so the events are its past: they count, and start and change nothing";
        terminal.print(Stream::Err, &format!("note: {words}; `--replay` lets them act\n"))?;
    }
    let file = args.contacts.display();
    for (warning, path) in summary.event_warnings.iter().zip(args.events.iter().cycle()) {
        terminal.print(Stream::Err, &format!("warning: `{}`: {warning}\n", path.display()))?;
    }
    for warning in &summary.warnings {
        terminal.print(Stream::Err, &format!("warning: `{file}`: {warning}\n"))?;
    }
    Ok(())
}

fn problems(summary: &Summary, args: &Args) -> String {
    let bad = summary.problems.rows + summary.duplicates;
    let are = if bad == 1 { "is" } else { "are" };
    let mut lines = vec![format!("error: {} of `{}` {are} bad", counted(bad, "row"), args.contacts.display())];
    lines.extend(summary.problems.first.iter().take(Problems::SHOWN).map(|problem| format!("  {problem}")));
    if summary.problems.first.len() > Problems::SHOWN || bad > Problems::SHOWN as u64 {
        lines.push("  and more".to_owned());
    }
    lines.push(match summary.duplicates {
        0 => "  help: `--rejects FILE` sets them aside and goes on\n".to_owned(),
        _ => "  help: a key stands in one row only; nothing sets such rows aside\n".to_owned(),
    });
    lines.join("\n")
}

fn last_words(done: &Done, summary: &Summary, args: &Args) -> String {
    let bad = summary.problems.rows;
    let mut text = String::new();
    if let Some(rejects) = args.rejects.as_ref().filter(|_| bad > 0) {
        let were = if bad == 1 { "was" } else { "were" };
        let _ = writeln!(text, "{} {were} set aside in `{}`", counted(bad, "bad row"), rejects.display());
    }
    if done.repeated {
        let _ = writeln!(text, "`{}` holds this run already; nothing was changed", args.out.display());
    }
    text
}

fn counted(number: u64, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}
