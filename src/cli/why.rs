//! `funnelc why`: for one contact, why it is in a segment, stage or campaign or not, and what
//! became of each message; nothing is written.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use serde_json::Value;

use super::output::{Stream, Terminal};
use super::run::{self, Broken, Loaded};
use super::{CliError, Exit, plan};
use crate::plan::Plan;
use crate::report;
use crate::runner::RunError;
use crate::runner::batch::Watch;
use crate::runner::events::Spill;
use crate::runner::notice::{NoticeCode, RowError};
use crate::runner::one::{Given, Moment, rows_about};
use crate::runner::output::history;
use crate::runner::program::BindError;
use crate::source::Sources;
use crate::why::{Answer, Asked, why};

/// The arguments of `funnelc why`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A project folder or file, or a plan that `funnelc plan` wrote
    #[arg(value_name = "PATH|PLAN.json")]
    path: PathBuf,
    /// The key of the contact
    #[arg(long, value_name = "KEY")]
    contact: String,
    /// Lay this environment of the project over it
    #[arg(long, value_name = "NAME")]
    env: Option<String>,
    /// The contacts, as CSV; without them only what the state remembers is told
    #[arg(long, value_name = "FILE", required_unless_present = "state")]
    contacts: Option<PathBuf>,
    /// The state that the last run left in this folder, which is only read
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
    /// What happened since, as CSV, or as JSON lines in a file `*.jsonl`, `*.ndjson` or `*.json`
    #[arg(long, value_name = "FILE", requires = "contacts")]
    events: Option<PathBuf>,
    /// The companies to which contacts belong, as CSV
    #[arg(long, value_name = "FILE")]
    companies: Option<PathBuf>,
    /// What earlier runs did: the history that `run --history` keeps; or a folder with the folders
    /// of runs, or one of these, whose journals are read
    #[arg(long, value_name = "DIR")]
    history: Option<PathBuf>,
    /// The moment, such as `2026-11-21T09:00`; without an offset in the project's zone. Default:
    /// that of the state, or else the clock
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
    /// How to print it
    #[arg(long, default_value = "text")]
    format: Format,
}

/// The forms of the answer.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// For a terminal
    Text,
    /// For machines; described by schema/why.schema.json
    Json,
}

pub(crate) fn run(args: &Args, terminal: Terminal) -> Result<Exit, CliError> {
    let (plan, sources) = match run::loaded(&args.path, args.env.as_deref())? {
        Loaded::Plan(plan) => (*plan, None),
        Loaded::Project(compiled) => {
            let Some(plan) = plan::findings(&compiled, terminal)?.cloned() else {
                return Ok(Exit::Findings);
            };
            (plan, Some(compiled.sources))
        }
    };
    match asked(args, (&plan, sources.as_ref())) {
        Ok(Answer::Contact(why)) => {
            let rendered = match args.format {
                Format::Text => report::why::text(&why),
                Format::Json => report::why::json(&why),
            };
            terminal.print(Stream::Out, &rendered)?;
            let is_taken = why.rows <= 1;
            Ok(if is_taken { Exit::Fine } else { Exit::Findings })
        }
        Ok(Answer::Nobody { near }) => {
            terminal.fail(&nobody(args, near.as_deref()));
            Ok(Exit::Findings)
        }
        Ok(Answer::BadRow(problems)) => {
            terminal.fail(&bad_row(args, &problems));
            Ok(Exit::Findings)
        }
        Err(Broken::Run(error)) => failed(&error, &plan, args, terminal),
        Err(Broken::Other(failure)) => Err(failure),
    }
}

fn asked(args: &Args, project: (&Plan, Option<&Sources>)) -> Result<Answer, Broken> {
    let moment = match &args.at {
        Some(at) => Moment::At(run::now(Some(at), project.0)?),
        None => Moment::OfState(run::now(None, project.0)?),
    };
    let state = args.state.as_deref().map(run::state).transpose()?;
    let interrupted = run::signals()?.interrupted;
    let watch = Watch {
        interrupted: &interrupted,
        progress: &|_| {},
    };
    let companies = args.companies.as_deref().map(run::whole).transpose()?;
    let folder = run::temporary();
    let given = Given {
        contacts: args.contacts.as_deref().map(run::source).transpose()?,
        state,
        companies: companies.as_deref(),
        events: args.events.as_deref().map(run::events).transpose()?,
        spill: Some(Spill::into(&folder)),
    };
    let key = args.contact.trim();
    let mut history = Vec::new();
    let folders = args.history.as_deref().map(journals).transpose()?;
    for path in folders.unwrap_or_default() {
        let rows = rows_about(run::source(&path)?, key, run::options(None), &watch);
        history.extend(rows.map_err(|error| run::wrong_in(Some(&path), &error))?);
    }
    let asked = Asked {
        key,
        moment,
        history: &history,
    };
    why(project, asked, given, run::options(None), &watch).map_err(Broken::Run)
}

/// The journals of a history, of the run in a folder, or of the runs whose folders lie in it, in
/// order of their names, and never of a simulation; a folder whose name begins with a dot is one
/// that was being written.
fn journals(folder: &Path) -> Result<Vec<PathBuf>, CliError> {
    if history::is_history(folder)? {
        let kept = history::entries(folder).map_err(|error| run::unread(folder, &error))?;
        let journal = |entry: &history::Entry| folder.join(entry.name()).join(JOURNAL);
        return Ok(kept.iter().map(journal).filter(|it| it.is_file()).collect());
    }
    if folder.join(JOURNAL).is_file() {
        let run = told(folder)?;
        if run.is_none_or(|run| run.is_simulated) {
            let message = format!(
                "nothing in `{}` has happened: it is no run",
                folder.display()
            );
            return Err(CliError::new(message).help(
                "name the history (`run --history`), or the folder of a run; of a simulation \
                    nobody got anything",
            ));
        }
        return Ok(vec![folder.join(JOURNAL)]);
    }
    let (mut found, mut seen) = (Vec::new(), BTreeSet::new());
    for entry in fs::read_dir(folder).map_err(|error| run::unread(folder, &error))? {
        let entry = entry.map_err(|error| run::unread(folder, &error))?;
        // What is found by walking is not followed.
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if !is_folder || entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        // A copy of a run is the same run once more.
        if let Some(run) = told(&entry.path())?
            && !run.is_simulated
            && seen.insert(run.text)
        {
            found.push(entry.path().join(JOURNAL));
        }
    }
    found.sort();
    if found.is_empty() {
        let message = format!(
            "there is no run in `{}`, nor in a folder in it",
            folder.display()
        );
        return Err(CliError::new(message).help(
            "name the history (`run --history`), the folder of a run (`--out`), or the one in which \
                those of the runs lie",
        ));
    }
    Ok(found)
}

/// What the run.json of a folder says.
struct Told {
    text: Vec<u8>,
    is_simulated: bool,
}

/// Nothing where there is no run.json: what no run wrote has not happened.
fn told(folder: &Path) -> Result<Option<Told>, CliError> {
    let file = folder.join("run.json");
    if !file.is_file() {
        return Ok(None);
    }
    let text = run::part_of_run(&file)?;
    let told: Value = serde_json::from_slice(&text).unwrap_or_default();
    let is_simulated = !told["simulated"].is_null();
    Ok((told["format"] == 1).then_some(Told { text, is_simulated }))
}

/// The file of a run that says what happened.
const JOURNAL: &str = "journal.csv";

fn nobody(args: &Args, near: Option<&str>) -> CliError {
    let places = [
        args.contacts
            .as_deref()
            .map(|path| format!("`{}`", path.display())),
        args.state
            .as_deref()
            .map(|path| format!("the state in `{}`", path.display())),
    ];
    let places: Vec<_> = places.into_iter().flatten().collect();
    let message = format!(
        "no contact has the key `{}` in {}",
        args.contact,
        places.join(" or ")
    );
    let help = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => "keys are compared as they are written, capitals and all".to_owned(),
    };
    CliError::new(message).help(help)
}

fn bad_row(args: &Args, problems: &[RowError]) -> CliError {
    let file = args.contacts.as_deref().unwrap_or(Path::new(""));
    let mut lines = vec![format!(
        "the row of `{}` in `{}` is none that a run takes",
        args.contact,
        file.display()
    )];
    lines.extend(problems.iter().map(|problem| format!("  {problem}")));
    CliError::lines(lines.join("\n"))
        .coded(NoticeCode::BadRows)
        .help("a run refuses, sets it aside or leaves the contact as it is; mend the row, or see `on-bad-value`")
}

fn failed(
    error: &RunError,
    plan: &Plan,
    args: &Args,
    terminal: Terminal,
) -> Result<Exit, CliError> {
    match error {
        RunError::Interrupted => Ok(Exit::Interrupted),
        RunError::Header(_) | RunError::LongRow { .. } => {
            terminal.fail(&run::wrong_in(args.contacts.as_deref(), error));
            Ok(Exit::Findings)
        }
        RunError::Companies(_) => {
            terminal.fail(&run::wrong_in(args.companies.as_deref(), error));
            Ok(Exit::Findings)
        }
        RunError::Events(_) => {
            terminal.fail(&run::bad_events(error, args.events.as_deref()));
            Ok(Exit::Findings)
        }
        RunError::Spill { .. } => Err(run::no_room(error)),
        RunError::NoCompanies => Err(run::no_companies(error)),
        RunError::Bind(BindError::Earlier { state }) => {
            Err(run::earlier(*state, plan).help("give that `--at` or a later one"))
        }
        RunError::State { .. } => {
            let folder = args.state.as_deref().unwrap_or(Path::new(""));
            Err(run::damaged(folder, error))
        }
        RunError::Read(_) => Err(run::wrong_in(args.contacts.as_deref(), error)),
        RunError::DuplicateKey { .. } | RunError::Skipped { .. } => {
            Err(CliError::lines(error.to_string()))
        }
        RunError::ShortHistory(_) | RunError::InFlight(_) => {
            Err(CliError::lines(error.to_string()))
        }
        RunError::Bind(_) | RunError::Write { .. } => Err(CliError::lines(error.to_string())),
    }
}
