//! `funnelc report`: what a run did, or all runs of a history, as one page for people.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::kept::Kept;
use super::output::Terminal;
use super::run::{self, Loaded};
use super::{CliError, Exit, plan, project};
use crate::plan::Plan;
use crate::report::page::{self, OverTime, Page};
use crate::runner::RunError;
use crate::runner::batch::Watch;
use crate::runner::notice::NoticeCode;
use crate::runner::one::{Ways, ways};
use crate::runner::output::{access, history};

/// The arguments of `funnelc report`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The folder of a run (`--out`), or the history of runs (`run --history`), of which the page
    /// shows the last one and what all of them did; it is only read
    #[arg(value_name = "RUN|HISTORY")]
    run: PathBuf,
    /// The project or the plan that ran. Default: the project around the current folder
    #[arg(long, value_name = "PATH|PLAN.json")]
    project: Option<PathBuf>,
    /// Lay this environment of the project over it
    #[arg(long, value_name = "NAME")]
    env: Option<String>,
    /// Write to this file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(crate) fn run(args: &Args, terminal: Terminal) -> Result<Exit, CliError> {
    let loaded = match &args.project {
        Some(path) => run::loaded(path, args.env.as_deref())?,
        None => Loaded::Project(Box::new(crate::compile_for(
            project::load(None)?,
            args.env.as_deref(),
        ))),
    };
    let (plan, compiled) = match loaded {
        Loaded::Plan(plan) => (*plan, None),
        Loaded::Project(compiled) => {
            let Some(plan) = plan::findings(&compiled, terminal)?.cloned() else {
                return Ok(Exit::Findings);
            };
            (plan, Some(compiled))
        }
    };
    let kept = kept_in(&args.run)?;
    let last = kept.as_ref().map(|runs| last_of(runs, args)).transpose()?;
    let read = Read::of(last.unwrap_or(&args.run))?;
    read.is_of(&plan, args)?;
    let over_time = kept.map(|runs| over_time(&runs, &plan)).transpose()?;
    let page = page::html(&Page {
        plan: &plan,
        project: compiled.as_deref(),
        run: &read.run,
        metrics: &read.metrics,
        ways: &read.ways,
        over_time: over_time.as_ref(),
    });
    let sources = compiled.as_ref().map(|it| Kept::of(&it.sources));
    let kept = sources.unwrap_or_default().and([args.project.as_deref()]);
    terminal.deliver(args.output.as_deref(), &page, &kept)
}

/// What the folder of a run holds.
struct Read {
    run: Value,
    metrics: String,
    ways: Ways,
}

impl Read {
    fn of(folder: &Path) -> Result<Self, CliError> {
        let (run, metrics) = figures(folder)?;
        let ways = journal(&folder.join("journal.csv"))?;
        Ok(Self { run, metrics, ways })
    }

    /// Refuses another plan than the one that ran: its steps would get counts that are not theirs.
    fn is_of(&self, plan: &Plan, args: &Args) -> Result<(), CliError> {
        if self.run["plan"] == plan.fingerprint() {
            return Ok(());
        }
        let message = "the run was made by another plan than that of the project";
        let help = "name the project as it was, or the plan of the run: `--project PLAN.json`";
        Err(CliError::new(message).of(&args.run).help(help))
    }
}

/// What run.json and metrics.json of a run say.
fn figures(folder: &Path) -> Result<(Value, String), CliError> {
    let file = folder.join("run.json");
    if !file.is_file() {
        let message = format!("there is no run in `{}`", folder.display());
        return Err(CliError::new(message)
            .help("name the folder of a run (`--out`), or a history (`run --history`)"));
    }
    let run: Value = serde_json::from_slice(&run::part_of_run(&file)?).unwrap_or_default();
    let metrics = String::from_utf8(run::part_of_run(&folder.join("metrics.json"))?);
    let metrics = metrics.unwrap_or_default();
    if run["format"] != 1 || !run["plan"].is_string() || !page::is_metrics(&metrics) {
        let message = "this is no run that this funnelc reads";
        return Err(CliError::new(message).of(folder));
    }
    Ok((run, metrics))
}

/// The folders of the runs in a history, the earliest first; nothing where it is none.
fn kept_in(folder: &Path) -> Result<Option<Vec<PathBuf>>, CliError> {
    if !history::is_history(folder)? {
        return Ok(None);
    }
    let kept = history::entries(folder).map_err(|error| run::unread(folder, &error))?;
    let path = |entry: &history::Entry| folder.join(entry.name());
    Ok(Some(kept.iter().map(path).collect()))
}

fn last_of<'a>(runs: &'a [PathBuf], args: &Args) -> Result<&'a Path, CliError> {
    let none = || {
        let message = format!("there is no run in the history in `{}`", args.run.display());
        CliError::new(message).help("`funnelc run --history` keeps each run in it")
    };
    runs.last().map(PathBuf::as_path).ok_or_else(none)
}

/// The sums of all runs, one after the other.
fn over_time(runs: &[PathBuf], plan: &Plan) -> Result<OverTime, CliError> {
    let mut sums = OverTime::of(plan.model());
    for folder in runs {
        // One that is removed meanwhile was too old to be kept.
        if folder.join("run.json").is_file() {
            let (run, metrics) = figures(folder)?;
            sums.add(&run, &serde_json::from_str(&metrics).unwrap_or_default());
        }
    }
    Ok(sums)
}

/// The ways in a journal.
pub(super) fn journal(file: &Path) -> Result<Ways, CliError> {
    // Each run has one, be it empty.
    access::regular(file).map_err(|error| run::unread(file, &error))?;
    let interrupted = run::signals()?.interrupted;
    let watch = Watch {
        interrupted: &interrupted,
        progress: &|_| {},
    };
    ways(run::source(file)?, run::options(None), &watch).map_err(|error| {
        if matches!(error, RunError::Interrupted) {
            CliError::new("interrupted").coded(NoticeCode::Interrupted)
        } else {
            run::wrong_in(Some(file), &error)
        }
    })
}
