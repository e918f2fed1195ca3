//! `funnelc diff`: what leads from one version of a project to another, and what that does to
//! contacts; nothing is written but what `-o` asks for.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::files::{Disk, Revision};
use super::kept::Kept;
use super::output::{Stream, Terminal};
use super::run::{self, Broken};
use super::{CliError, Exit, plan, project};
use crate::Compiled;
use crate::diagnostic::did_you_mean;
use crate::diff::{Diff, Watched, Weakened, weakened};
use crate::plan::Plan;
use crate::report::diff::{EnvironmentShift, LONGEST, Report, Touched, json, markdown, text};
use crate::runner::RunError;
use crate::runner::batch::Watch;
use crate::runner::compare::{Comparison, Naming, Pair};
use crate::runner::events::Spill;
use crate::runner::program::BindError;
use crate::source::Sources;

/// The arguments of `funnelc diff`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// What to compare with: a project folder or file, a plan (*.json), or a git revision such as
    /// `main`
    #[arg(value_name = "BASE", required_unless_present = "revision")]
    base: Option<String>,
    /// What to compare. Default: the project
    #[arg(value_name = "HEAD")]
    head: Option<String>,
    /// Compare the project as it stands with this git revision, whatever files and folders there
    /// are: for scripts, to which others give names
    #[arg(long = "base", value_name = "REV", conflicts_with_all = ["base", "head"])]
    revision: Option<String>,
    /// Where the project stands, for a git revision and for the default of HEAD. Default: HEAD
    /// where that is a path, else the current folder
    #[arg(long, value_name = "PATH")]
    project: Option<PathBuf>,
    /// Lay this environment of the project over both; without, it is told which environments change
    /// otherwise than the project as it is. A plan was made for one already, and a BASE
    /// without it is compared as it is
    #[arg(long, value_name = "NAME")]
    env: Option<String>,
    /// Run these contacts, a CSV file, through both and compare one by one; `-` is standard input
    #[arg(long, value_name = "FILE")]
    contacts: Option<PathBuf>,
    /// The companies to which contacts belong, as CSV
    #[arg(long, value_name = "FILE", requires = "contacts")]
    companies: Option<PathBuf>,
    /// What happened to them, as CSV, or as JSON lines in a file `*.jsonl`, `*.ndjson` or `*.json`
    #[arg(long, value_name = "FILE", requires = "contacts")]
    events: Option<PathBuf>,
    /// Nothing happened: compare projects that ask for events without any
    #[arg(long, conflicts_with = "events", requires = "contacts")]
    no_events: bool,
    /// Let both go on from the state in this folder, which is only read
    #[arg(long, value_name = "DIR", requires = "contacts")]
    state: Option<PathBuf>,
    /// The moment of both runs, such as `2026-11-21T09:00`; without an offset in the head's zone.
    /// Default: the clock
    #[arg(long, value_name = "TIME", requires = "contacts")]
    now: Option<String>,
    /// How many threads work. Default: as many as there are processors
    #[arg(long, value_name = "N", value_parser = run::threads)]
    threads: Option<std::num::NonZero<usize>>,
    /// Show the keys of some contacts
    #[arg(long, requires = "contacts")]
    show_ids: bool,
    /// Name some contacts by a hash of their keys that only those can make who have this secret
    /// file, of 16 bytes or more
    #[arg(
        long,
        value_name = "FILE",
        requires = "contacts",
        conflicts_with = "show_ids"
    )]
    hash_key: Option<PathBuf>,
    /// How to print the change
    #[arg(long, default_value = "text")]
    format: Format,
    /// How many characters `--format markdown` may have. Default: as many as a comment on GitHub
    #[arg(long, value_name = "CHARS", default_value_t = LONGEST, value_parser = longest(), hide_default_value = true)]
    longest: usize,
    /// Exit with 1 if the change touches this; may stand several times
    #[arg(long, value_name = "WHAT", value_delimiter = ',')]
    fail_on: Vec<FailOn>,
    /// Write to this file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// The forms of a change.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// For a terminal
    Text,
    /// For a comment on a pull request
    Markdown,
    /// For machines; described by schema/diff.schema.json
    Json,
}

/// What fails the command.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum FailOn {
    /// Anything that acts differently
    Any,
    /// Who is in which segment, or enters which campaign
    Audience,
    /// Who gets which message
    Messages,
    /// Who ends in which stage
    Stages,
    /// Which tags, values, points, do-not-contact and memberships by a step contacts end with
    Data,
    /// What leaves the house besides messages: `notify`, `webhook`, `push-to`, `hide`
    Actions,
    /// What is to come for contacts that are in a campaign, and when
    Ahead,
    /// What is checked: checks that count less, a baseline that leaves more out, tests that are
    /// gone or expect less
    Checks,
}

/// One of the two, read.
struct Version {
    name: String,
    plan: Plan,
    /// What was compiled, unless it is a plan.
    project: Option<Compiled>,
    /// Whether it does not have the environment that was asked for.
    lacks_environment: bool,
    /// What was read for it.
    kept: Kept,
}

/// The environment that is laid over a version.
#[derive(Clone, Copy, Debug)]
enum Environment<'a> {
    /// A version without it is wrong.
    Needed(&'a str),
    /// A version without it is older than the environment.
    IfThere(&'a str),
}

pub(crate) fn run(args: &Args, terminal: Terminal) -> Result<Exit, CliError> {
    let project = args.project();
    let env = args.env.as_deref();
    let optional = env.map(Environment::IfThere);
    let env = env.map(Environment::Needed);
    if args.head.is_none() || args.project.is_some() {
        say_which(project)?;
    }
    let base = match &args.revision {
        Some(name) => at_revision(name, project, optional, terminal)?,
        None => version(
            args.base.as_deref().unwrap_or_default(),
            project,
            optional,
            terminal,
        )?,
    };
    let head = match &args.head {
        Some(head) => version(head, project, env, terminal)?,
        None => compiled(
            project.display().to_string(),
            project::load_from(&Disk::default(), project)?,
            env,
            terminal,
        )?,
    };
    let (Some(base), Some(head)) = (base, head) else {
        return Ok(Exit::Findings);
    };
    let mut diff = Diff::between(&base.plan, &head.plan);
    if let (Some(base), Some(head)) = (&base.project, &head.project) {
        diff = diff.with_cosmetic(&base.model, &head.model);
    }
    let environments = match args.env {
        Some(_) => Vec::new(),
        None => with_environments(&base, &head, &diff),
    };
    let impact = args
        .contacts
        .as_deref()
        .map(|contacts| compare(contacts, &base, &head, args, terminal))
        .transpose();
    let impact = match impact {
        Ok(impact) => impact,
        Err(broken) => return failed(broken, &head.plan, args, terminal),
    };
    let report = Report {
        base: (&base.name, base.plan.fingerprint()),
        head: (&head.name, head.plan.fingerprint()),
        base_lacks: args.env.as_deref().filter(|_| base.lacks_environment),
        environments: &environments,
        weakened: &checked_less(&base, &head),
        diff: &diff,
        impact: impact.as_ref(),
    };
    let rendered = match args.format {
        Format::Text => text(&report),
        Format::Markdown => markdown(&report, args.longest),
        Format::Json => json(&report),
    };
    terminal.deliver(args.output.as_deref(), &rendered, &args.kept(&base, &head))?;
    if let Some(unread) = impact
        .as_ref()
        .map(|impact| impact.bad_rows.before.max(impact.bad_rows.after))
        .filter(|rows| *rows > 0)
    {
        terminal.print(
            Stream::Err,
            &format!(
                "{unread} bad rows are not compared; `funnelc run` shows what is wrong with them\n"
            ),
        )?;
    }
    let touched = report.touched();
    Ok(if args.fail_on.iter().any(|what| what.is_in(touched)) {
        Exit::Findings
    } else {
        Exit::Fine
    })
}

impl Args {
    /// What this command has read.
    fn kept(&self, base: &Version, head: &Version) -> Kept {
        let files = [
            &self.contacts,
            &self.companies,
            &self.events,
            &self.hash_key,
        ];
        base.kept
            .clone()
            .and_all(&head.kept)
            .and(files.map(Option::as_deref))
    }

    /// Where the project stands.
    fn project(&self) -> &Path {
        let head = self
            .head
            .as_deref()
            .map(Path::new)
            .filter(|head| head.is_dir() || head.is_file());
        let head = head.filter(|head| head.extension().is_none_or(|extension| extension != "json"));
        self.project.as_deref().or(head).unwrap_or(Path::new("."))
    }
}

/// What is shorter has no room for a headline.
fn longest() -> impl clap::builder::TypedValueParser<Value = usize> {
    clap::builder::RangedU64ValueParser::new().range(1_000..)
}

impl FailOn {
    fn is_in(self, touched: Touched) -> bool {
        match self {
            Self::Any => touched.any,
            Self::Audience => touched.audience,
            Self::Messages => touched.messages,
            Self::Stages => touched.stages,
            Self::Data => touched.data,
            Self::Actions => touched.actions,
            Self::Ahead => touched.ahead,
            Self::Checks => touched.checks,
        }
    }
}

/// What a name stands for: a path that is there, else a git revision.
fn version(
    name: &str,
    project: &Path,
    env: Option<Environment<'_>>,
    terminal: Terminal,
) -> Result<Option<Version>, CliError> {
    let path = Path::new(name);
    if path.is_dir() || path.is_file() {
        if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            let plan = run::plan(path, None, terminal)?;
            return Ok(plan.map(|plan| Version {
                name: name.to_owned(),
                plan,
                project: None,
                lacks_environment: false,
                kept: Kept::default().and([Some(path)]),
            }));
        }
        let sources = project::load_from(&Disk::default(), path)?;
        return compiled(name.to_owned(), sources, env, terminal);
    }
    let Some(revision) = Revision::find(name, folder_of(project))? else {
        return Err(no_such(
            &format!("there is no file or folder `{name}`, and"),
            name,
            folder_of(project),
        ));
    };
    of_revision(name, &revision, project, env, terminal)
}

/// What a name stands for that is a git revision and nothing else: no file can take its place.
fn at_revision(
    name: &str,
    project: &Path,
    env: Option<Environment<'_>>,
    terminal: Terminal,
) -> Result<Option<Version>, CliError> {
    if name.starts_with('-') {
        return Err(CliError::usage(format!(
            "`{name}` is no git revision: none begins with `-`"
        )));
    }
    let Some(revision) = Revision::find(name, folder_of(project))? else {
        return Err(no_such(
            &format!("cannot compare with `{name}`:"),
            name,
            folder_of(project),
        ));
    };
    of_revision(name, &revision, project, env, terminal)
}

/// What the environments of two projects do otherwise than the projects without one.
fn with_environments(base: &Version, head: &Version, without: &Diff) -> Vec<EnvironmentShift> {
    let (Some(before), Some(after)) = (&base.project, &head.project) else {
        return Vec::new();
    };
    let named = [&before.environments, &after.environments];
    let names: BTreeSet<&String> = named.into_iter().flatten().collect();
    let plan = |version: &Version, project: &Compiled, name: Option<&str>| match name {
        Some(_) => crate::compile_for(project.sources.clone(), name).plan,
        None => Some(version.plan.clone()),
    };
    let shift = |name: &String| {
        let is_in = named.map(|names| names.contains(name));
        let of = |has: bool| has.then_some(name.as_str());
        let base = plan(base, before, of(is_in[0]));
        let head = plan(head, after, of(is_in[1]));
        let with = base
            .zip(head)
            .map(|(base, head)| Diff::between(&base, &head));
        EnvironmentShift::of(name, is_in, with, without)
    };
    names.into_iter().filter_map(shift).collect()
}

/// What watches over the head less than over the base.
fn checked_less(base: &Version, head: &Version) -> Vec<Weakened> {
    let (Some(base), Some(head)) = (&base.project, &head.project) else {
        return Vec::new();
    };
    let [base, head] = [base, head].map(|project| Watched {
        model: &project.model,
        left_out: project.left_out,
    });
    weakened(base, head)
}

/// The folder in which a project stands.
fn folder_of(project: &Path) -> &Path {
    let parent = project
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    if project.is_dir() { project } else { parent }
}

/// The project as it was in a revision.
fn of_revision(
    name: &str,
    revision: &Revision,
    project: &Path,
    env: Option<Environment<'_>>,
    terminal: Terminal,
) -> Result<Option<Version>, CliError> {
    let folder = folder_of(project);
    let sources = if folder == project {
        project::load_same(revision, folder, Revision::place)?
    } else {
        let mut place = Revision::place(folder)?;
        place.extend(project.file_name());
        project::load_from(revision, &place)?
    };
    compiled(name.to_owned(), sources, env, terminal)
}

/// In the root of a repository the projects stand below, and one of them has to be named.
fn say_which(folder: &Path) -> Result<(), CliError> {
    let below = project::only_below(folder)?;
    let options: Vec<_> = below
        .iter()
        .take(5)
        .map(|project| format!("`--project {project}`"))
        .collect();
    if options.is_empty() {
        return Ok(());
    }
    let message = format!(
        "there is no project in `{}` or above it, but below it",
        folder.display()
    );
    Err(CliError::new(message).help(format!("say which one: {}", options.join(" or "))))
}

/// No revision: what may be meant, or why there are no revisions.
fn no_such(what: &str, name: &str, folder: &Path) -> CliError {
    let Some(names) = Revision::names(folder) else {
        let message = format!(
            "{what} there is no git repository around `{}`",
            folder.display()
        );
        return CliError::new(message).help(
            "name a project, a plan, or a revision; `--project PATH` says where the project stands \
                in its repository",
        );
    };
    let message = format!("{what} there is no git revision of that name");
    let meant = did_you_mean(name, names.iter().map(String::as_str));
    let help = match meant {
        Some(meant) => format!("did you mean `{meant}`?"),
        None if names.is_empty() => "the repository has no branches and no tags yet".to_owned(),
        None => format!(
            "there are {}; a revision that is not here yet is had by `git fetch`",
            some_names(&names)
        ),
    };
    CliError::new(message).help(help)
}

/// The first of them.
fn some_names(names: &[String]) -> String {
    let shown: Vec<_> = names
        .iter()
        .take(5)
        .map(|name| format!("`{name}`"))
        .collect();
    let more = if names.len() > shown.len() {
        " and more"
    } else {
        ""
    };
    format!("{}{more}", shown.join(", "))
}

/// A project without errors; shows what was found in one that has some.
fn compiled(
    name: String,
    sources: Sources,
    env: Option<Environment<'_>>,
    terminal: Terminal,
) -> Result<Option<Version>, CliError> {
    let laid = match env {
        Some(Environment::Needed(env)) => Some(env),
        Some(Environment::IfThere(env)) => {
            Some(env).filter(|env| crate::environments(&sources).iter().any(|it| it == env))
        }
        None => None,
    };
    let lacks_environment = env.is_some() && laid.is_none();
    let mut compiled = crate::compile_for(sources, laid);
    if let Some(plan) = compiled.plan.take() {
        return Ok(Some(Version {
            name,
            plan,
            lacks_environment,
            kept: Kept::of(&compiled.sources),
            project: Some(compiled),
        }));
    }
    plan::findings(&compiled, terminal)?;
    let words = format!("error: `{name}` has errors and cannot be compared\n");
    terminal.print(Stream::Err, &words)?;
    Ok(None)
}

fn compare(
    contacts: &Path,
    base: &Version,
    head: &Version,
    args: &Args,
    terminal: Terminal,
) -> Result<Comparison, Broken> {
    let now = run::now(args.now.as_deref(), &head.plan)?;
    let secret = args.hash_key.as_deref().map(secret).transpose()?;
    let interrupted = run::signals()?.interrupted;
    let state = args.state.as_deref().map(run::state).transpose()?;
    let source = run::source(contacts)?;
    let bar = run::progress_bar(source.length());
    let watch = Watch {
        interrupted: &interrupted,
        progress: &|bytes| bar.inc(bytes),
    };
    let companies = args.companies.as_deref().map(run::whole).transpose()?;
    let pair = Pair::new(&base.plan, &head.plan, now, state).map_err(Broken::Run)?;
    let mut pair = pair
        .with_companies(companies.as_deref())
        .map_err(Broken::Run)?;
    pair.demands_columns = true;
    if args.events.is_none() && !args.no_events && pair.asks_events() {
        return Err(run::no_events().into());
    }
    let events = args.events.as_deref().map(run::events).transpose()?;
    let (quiet, folder) = (
        Watch {
            interrupted: &interrupted,
            progress: &|_| {},
        },
        run::temporary(),
    );
    let pair = pair.with_events(
        events,
        run::options(args.threads),
        Some(Spill::into(&folder)),
        &quiet,
    );
    let pair = pair.map_err(Broken::Run)?;
    for line in pair.short() {
        terminal.print(
            Stream::Err,
            &format!("note: {line}; what is not known counts as nothing\n"),
        )?;
    }
    let impact = pair
        .compare(source, run::options(args.threads), &watch)
        .map_err(Broken::Run);
    bar.finish_and_clear();
    let unnamed = if args.show_ids {
        Naming::Keys
    } else {
        Naming::Nobody
    };
    Ok(impact?.naming(secret.as_deref().map_or(unnamed, Naming::Hashes)))
}

/// What stands in the file of `--hash-key`.
fn secret(path: &Path) -> Result<Vec<u8>, CliError> {
    let secret = run::whole(path)?;
    if secret.len() < SHORTEST_SECRET {
        let message = format!(
            "`--hash-key {}` has {} bytes, and needs {SHORTEST_SECRET}",
            path.display(),
            secret.len()
        );
        return Err(CliError::usage(message)
            .help("`openssl rand -hex 32` makes a good one; keep it out of the repository"));
    }
    Ok(secret)
}

/// What is shorter can be guessed with the keys.
const SHORTEST_SECRET: usize = 16;

fn failed(broken: Broken, plan: &Plan, args: &Args, terminal: Terminal) -> Result<Exit, CliError> {
    let name = |path: &Option<PathBuf>| {
        path.as_deref()
            .unwrap_or(Path::new(""))
            .display()
            .to_string()
    };
    let error = match broken {
        Broken::Other(failure) => return Err(failure),
        Broken::Run(error) if args.show_ids => error,
        // A pull request says what is a key and of which type, so it could have any cell told as a
        // bad one.
        Broken::Run(error) => error.without_values(),
    };
    match &error {
        RunError::Interrupted => Ok(Exit::Interrupted),
        RunError::Header(_) | RunError::DuplicateKey { .. } | RunError::LongRow { .. } => {
            terminal.fail(&run::wrong_in(args.contacts.as_deref(), &error));
            Ok(Exit::Findings)
        }
        RunError::Companies(_) => {
            terminal.fail(&run::wrong_in(args.companies.as_deref(), &error));
            Ok(Exit::Findings)
        }
        RunError::Events(_) => {
            terminal.fail(&run::bad_events(&error, args.events.as_deref()));
            Ok(Exit::Findings)
        }
        RunError::ShortHistory(_) => Err(CliError::lines(error.to_string())),
        RunError::Skipped { .. } => Err(CliError::lines(error.to_string())),
        RunError::Spill { .. } => Err(run::no_room(&error)),
        RunError::NoCompanies => Err(run::no_companies(&error)),
        RunError::Bind(BindError::Earlier { state }) => Err(run::earlier(*state, plan)),
        RunError::State { .. } => {
            let folder = args.state.as_deref().unwrap_or(Path::new(""));
            Err(run::damaged(folder, &error))
        }
        RunError::Read(_) => Err(CliError::lines(format!(
            "`{}`: {error}",
            name(&args.contacts)
        ))),
        RunError::Bind(_) | RunError::InFlight(_) | RunError::Write { .. } => {
            Err(CliError::lines(error.to_string()))
        }
    }
}
