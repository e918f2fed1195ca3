//! What a run and a comparison are given: plan, moment, files, threads, and the signals that stop
//! them.

use std::io::{self, Read as _};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use jiff::tz::TimeZone;
use signal_hook::consts::{SIGINT, SIGTERM, SIGXFSZ};
use signal_hook::low_level::unregister;
use signal_hook::{SigId, flag};

use crate::Compiled;
use crate::cli::output::Terminal;
use crate::cli::plan::findings;
use crate::cli::{CliError, Exit, project};
use crate::plan::{MOST_BYTES, Plan, too_large};
use crate::runner::Options;
use crate::runner::events::Format;
use crate::runner::input::blocks::Source;
use crate::runner::input::cell;
use crate::runner::input::state_store::Snapshot;
use crate::runner::notice::NoticeCode;
use crate::runner::output::access;
use crate::runner::output::store::Store;

/// What stands at the path of a run.
pub(crate) enum Loaded {
    /// A plan file.
    Plan(Box<Plan>),
    /// A project, compiled on the way.
    Project(Box<Compiled>),
}

/// Reads a plan, or compiles a project on the way, and says what is wrong with it.
pub(crate) fn plan(
    path: &Path,
    env: Option<&str>,
    terminal: Terminal,
) -> Result<Option<Plan>, CliError> {
    match loaded(path, env)? {
        Loaded::Plan(plan) => Ok(Some(*plan)),
        Loaded::Project(compiled) => Ok(findings(&compiled, terminal)?.cloned()),
    }
}

/// Reads a plan, or compiles a project on the way.
pub(crate) fn loaded(path: &Path, env: Option<&str>) -> Result<Loaded, CliError> {
    if path.extension().is_none_or(|extension| extension != "json") {
        return Ok(Loaded::Project(Box::new(crate::compile_for(
            project::load(Some(path))?,
            env,
        ))));
    }
    if env.is_some() {
        let failure = CliError::usage(format!(
            "`{}` is a plan, which has no environments any more",
            path.display()
        ));
        return Err(failure.help("give `--env` to `funnelc plan`"));
    }
    let cannot = |error: &dyn std::fmt::Display| {
        CliError::new(format!("cannot read `{}`: {error}", path.display())).about(path)
    };
    let text = plan_text(path).map_err(|error| cannot(&error).coded(NoticeCode::CannotRead))?;
    let plan = Plan::from_json(&text).map_err(|error| cannot(&error).coded(NoticeCode::BadPlan))?;
    Ok(Loaded::Plan(Box::new(plan)))
}

/// The text of a plan file, whose size is asked before it is read.
#[expect(clippy::disallowed_methods, reason = "the command line reads the plan")]
fn plan_text(path: &Path) -> std::io::Result<String> {
    let file = std::fs::File::open(path)?;
    let bytes = file.metadata()?.len();
    if bytes > MOST_BYTES {
        return Err(std::io::Error::other(too_large(bytes)));
    }
    let mut text = String::new();
    // A pipe does not say how much comes.
    file.take(MOST_BYTES + 1).read_to_string(&mut text)?;
    match text.len() as u64 {
        read if read > MOST_BYTES => Err(std::io::Error::other(too_large(read))),
        _ => Ok(text),
    }
}

pub(crate) fn unread(path: &Path, error: &std::io::Error) -> CliError {
    CliError::new(format!("cannot read `{}`: {error}", path.display()))
        .coded(NoticeCode::CannotRead)
        .about(path)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the command line reads the clock"
)]
pub(crate) fn now(written: Option<&str>, plan: &Plan) -> Result<i64, CliError> {
    let Some(text) = written else {
        return Ok(jiff::Timestamp::now().as_second());
    };
    let name = &plan.model().timezone;
    let zone = TimeZone::get(name).map_err(|_| {
        CliError::new(format!("unknown time zone `{name}`")).coded(NoticeCode::UnknownTimezone)
    })?;
    let moment = cell::moment(text, &zone).ok_or_else(|| {
        CliError::usage(format!("`{text}` is no moment"))
            .help("write it as `2026-11-21T09:00` or `2026-11-21T09:00+01:00`")
    })?;
    if moment > LATEST {
        return Err(
            CliError::usage(format!("`{text}` is later than any run can be"))
                .help("years go up to 8999"),
        );
    }
    Ok(moment)
}

/// Behind it a calendar has too little left to reckon with: 9000-01-01T00:00Z.
const LATEST: i64 = 221_845_392_000;

/// Refuses a moment to which the state could not wait: every later run would be before it, and
/// refused.
#[expect(
    clippy::disallowed_methods,
    reason = "the command line knows the clock"
)]
pub(super) fn not_far_ahead(now: i64, written: Option<&str>) -> Result<(), CliError> {
    const YEAR: i64 = 366 * 86_400;
    if now <= jiff::Timestamp::now().as_second() + YEAR {
        return Ok(());
    }
    let text = written.unwrap_or_default();
    let message = format!(
        "`--now {text}` is more than a year ahead of the clock, and the state would refuse all \
            runs before it"
    );
    Err(CliError::usage(message)
        .help("mend the moment, try it with `--dry-run`, or say `--far` if it is meant"))
}

/// The signals that stop a command.
pub(crate) struct Signals {
    /// Whether one came.
    pub(crate) interrupted: Arc<AtomicBool>,
    /// What ends the program on the second one.
    impatient: Vec<SigId>,
}

impl Signals {
    /// From here on nothing ends the program but its end: what is begun in a moment must be told as
    /// it is.
    pub(crate) fn hold(&self) {
        for id in &self.impatient {
            unregister(*id);
        }
    }
}

/// Sets a flag on the first Ctrl-C and ends at once on the second; a file that grows too large is
/// an error of the write and no end.
pub(crate) fn signals() -> Result<Signals, CliError> {
    let mut signals = Signals {
        interrupted: Arc::new(AtomicBool::new(false)),
        impatient: Vec::new(),
    };
    let mut register = || {
        for signal in [SIGINT, SIGTERM] {
            let interrupted = || Arc::clone(&signals.interrupted);
            signals.impatient.push(flag::register_conditional_shutdown(
                signal,
                Exit::Interrupted as i32,
                interrupted(),
            )?);
            flag::register(signal, interrupted())?;
        }
        flag::register(SIGXFSZ, Arc::new(AtomicBool::new(false)))
    };
    register().map_err(|error: std::io::Error| {
        CliError::new(format!("cannot listen for signals: {error}"))
    })?;
    Ok(signals)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the command line knows standard input"
)]
pub(crate) fn source(path: &Path) -> Result<Source<'static>, CliError> {
    if path == Path::new("-") {
        return Ok(Source::stream(std::io::stdin()));
    }
    Source::open(path).map_err(|error| unread(path, &error))
}

/// The events file, which is no stream: it may be the contacts that come from standard input.
pub(crate) fn events(path: &Path) -> Result<(Source<'static>, Format), CliError> {
    if path == Path::new("-") {
        return Err(CliError::usage("`--events` needs a file"));
    }
    Ok((source(path)?, Format::of(path)))
}

#[expect(
    clippy::disallowed_methods,
    reason = "the number of threads shows in no output"
)]
pub(crate) fn options(threads: Option<std::num::NonZero<usize>>) -> Options {
    let threads = threads
        .or_else(|| std::thread::available_parallelism().ok())
        .map_or(1, std::num::NonZero::get);
    Options {
        threads,
        ..Options::default()
    }
}

/// On standard error, and only on a terminal.
pub(crate) fn progress_bar(bytes: Option<u64>) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(bytes, ProgressDrawTarget::stderr());
    let template = "{wide_bar} {percent:>3} %  {decimal_bytes_per_sec}  {eta} left";
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// More threads than this only cost memory.
const MOST_THREADS: usize = 256;

/// Reads a number of threads; one that is far too large is cut, for it shows in no output.
pub(crate) fn threads(text: &str) -> Result<NonZero<usize>, String> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = if digits {
        text.parse().unwrap_or(usize::MAX)
    } else {
        0
    };
    NonZero::new(number.min(MOST_THREADS))
        .ok_or_else(|| "write a whole number from 1 on".to_owned())
}

/// Where events are sorted if there is no output to sort them beside.
#[expect(
    clippy::disallowed_methods,
    reason = "the command line reads the environment, and the files have no names"
)]
pub(crate) fn temporary() -> PathBuf {
    std::env::temp_dir()
}

/// The state that the last run left in a folder, which is only read.
pub(crate) fn state(folder: &Path) -> Result<Snapshot, CliError> {
    match Store::peek(folder)? {
        Some(state) => Ok(Snapshot::File(state)),
        None => Err(CliError::new(format!(
            "there is no state in `{}`",
            folder.display()
        ))),
    }
}

/// A file of a run that is read at once; anything else in its place, such as a pipe, is told.
pub(crate) fn part_of_run(path: &Path) -> Result<Vec<u8>, CliError> {
    let read = || {
        let mut bytes = Vec::new();
        let file = access::regular(path)?;
        let read = file.take(LARGEST_PART + 1).read_to_end(&mut bytes)?;
        if read as u64 > LARGEST_PART {
            let message = format!("it has more than {LARGEST_PART} bytes");
            return Err(io::Error::new(io::ErrorKind::InvalidData, message));
        }
        Ok(bytes)
    };
    read().map_err(|error| unread(path, &error))
}

/// Metrics of a thousand campaigns of a hundred steps have some 20 MB.
const LARGEST_PART: u64 = 256 << 20;

/// A file that is small enough to be read at once.
#[expect(
    clippy::disallowed_methods,
    reason = "the command line reads the companies"
)]
pub(crate) fn whole(path: &Path) -> Result<Vec<u8>, CliError> {
    std::fs::read(path).map_err(|error| unread(path, &error))
}
