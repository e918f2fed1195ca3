//! Why a run came to nothing, in words, and what to do about it where that is not plain.

use std::path::Path;

use jiff::tz::TimeZone;

use super::Args;
use crate::cli::{CliError, Exit};
use crate::plan::Plan;
use crate::runner::RunError;
use crate::runner::batch::Summary;
use crate::runner::batch::session::SessionError;
use crate::runner::input::ReadError;
use crate::runner::notice::{Notice, NoticeCode, Problems};
use crate::runner::output::folder::FolderError;
use crate::runner::output::history::HistoryError;
use crate::runner::output::store::StoreError;
use crate::runner::program::BindError;

/// Why a command that takes contacts through a plan, and writes nothing, has no answer.
pub(crate) enum Broken {
    Run(RunError),
    Other(CliError),
}

impl<T: Into<CliError>> From<T> for Broken {
    fn from(failure: T) -> Self {
        Self::Other(failure.into())
    }
}

/// The state cannot be read.
pub(crate) fn damaged(folder: &Path, error: &RunError) -> CliError {
    CliError::new(format!(
        "the state in `{}` is damaged: {error}",
        folder.display()
    ))
}

/// Why there is no run, with what to do about it where that is not plain, and how the command ends.
pub(super) fn failed(error: &RunError, plan: &Plan, args: &Args) -> (CliError, Exit) {
    let failure = match error {
        RunError::Bind(BindError::Earlier { state }) => earlier(*state, plan),
        RunError::InFlight(_) => in_words(error).help(
            "add one line for each to the project; nothing was written, and the state is as it was",
        ),
        RunError::State { error: why, .. } => {
            let folder = args.state.as_deref().unwrap_or(Path::new(""));
            damaged(folder, error).coded(why.code()).about(folder)
        }
        RunError::Header(_)
        | RunError::DuplicateKey { .. }
        | RunError::LongRow { .. }
        | RunError::Read(_)
        | RunError::Skipped { .. } => wrong_in(Some(&args.contacts), error),
        RunError::Companies(_) => wrong_in(args.companies.as_deref(), error),
        RunError::NoCompanies => no_companies(error),
        RunError::Events(_) => bad_events(error, args.events.as_deref()),
        RunError::ShortHistory(_) => short_history(error),
        RunError::Spill { .. } => no_room(error),
        RunError::Write { .. } | RunError::Bind(_) | RunError::Interrupted => in_words(error),
    };
    let exit = match error {
        RunError::Header(_) | RunError::DuplicateKey { .. } | RunError::LongRow { .. } => {
            Exit::Findings
        }
        RunError::Read(ReadError::NoHeader(_)) | RunError::InFlight(_) => Exit::Findings,
        RunError::Companies(_) | RunError::Events(_) | RunError::ShortHistory(_) => Exit::Findings,
        RunError::Interrupted => Exit::Interrupted,
        RunError::Read(_)
        | RunError::Skipped { .. }
        | RunError::NoCompanies
        | RunError::Spill { .. } => failure.exit,
        RunError::State { .. } | RunError::Write { .. } | RunError::Bind(_) => failure.exit,
    };
    (failure, exit)
}

fn in_words(error: &RunError) -> CliError {
    CliError::lines(error.to_string()).telling(error.notices())
}

/// What is wrong with a file, in as many lines as there are faults.
pub(crate) fn wrong_in(path: Option<&Path>, error: &RunError) -> CliError {
    in_words(error).of(path.unwrap_or(Path::new("")))
}

pub(crate) fn bad_events(error: &RunError, path: Option<&Path>) -> CliError {
    wrong_in(path, error).help("mend these; nothing was taken in")
}

/// Rows of the contacts that spoil the run, the first of them one by one.
pub(super) fn bad_rows(summary: &Summary, contacts: &Path) -> CliError {
    let (problems, bad) = (
        &summary.problems,
        summary.problems.rows + summary.duplicates,
    );
    let (rows, are) = if bad == 1 {
        ("row", "is")
    } else {
        ("rows", "are")
    };
    let mut lines = vec![format!(
        "{bad} {rows} of `{}` {are} bad",
        contacts.display()
    )];
    let shown = || problems.first.iter().take(Problems::SHOWN);
    lines.extend(shown().map(|problem| format!("  {problem}")));
    if problems.first.len() > Problems::SHOWN || bad > Problems::SHOWN as u64 {
        lines.push("  and more".to_owned());
    }
    let all = Notice::new(NoticeCode::BadRows, format!("{bad} {rows} {are} bad"));
    let help = match summary.duplicates {
        0 => "`--rejects FILE` sets them aside and goes on",
        _ => "a key stands in one row only; nothing sets such rows aside",
    };
    let notices = std::iter::once(all)
        .chain(shown().map(Notice::from))
        .collect();
    CliError::lines(lines.join("\n"))
        .telling(notices)
        .about(contacts)
        .help(help)
}

pub(crate) fn no_room(error: &RunError) -> CliError {
    in_words(error)
        .help("many events are sorted on the disk, which takes up to twice the room of their file")
}

fn short_history(error: &RunError) -> CliError {
    in_words(error)
        .help("an event that only has another name needs `moved: [ \
            { from: event OLD, to: event NEW } ]`; `--accept-short-history` takes what is not known for nothing; nothing was written")
}

pub(crate) fn no_events() -> CliError {
    let help = "give them with `--events FILE`; where nothing happened say so with `--no-events`";
    CliError::new("the project asks for events, and no events file was given")
        .coded(NoticeCode::NoEvents)
        .help(help)
}

pub(crate) fn no_companies(error: &RunError) -> CliError {
    in_words(error).help("give it with `--companies FILE`")
}

pub(crate) fn earlier(state: i64, plan: &Plan) -> CliError {
    let zone = TimeZone::get(&plan.model().timezone).unwrap_or(TimeZone::UTC);
    let mut moment = String::new();
    crate::runner::output::text::push_moment(&mut moment, state, &zone);
    CliError::new(format!(
        "the state is of {moment}, which is later than this run"
    ))
    .coded(NoticeCode::StateLater)
    .help("give that `--now` or a later one")
}

impl From<SessionError> for CliError {
    fn from(error: SessionError) -> Self {
        let failure = Self::new(error.to_string()).coded(error.code());
        match error {
            SessionError::Forgotten { out, .. } => failure.about(&out).help(
                "deliver nothing of it yet: the same command again finishes it, with the same keys",
            ),
            SessionError::Folder(FolderError::Mounted(folder)) => failure
                .help(format!(
                    "name a folder in it: `--out {}`",
                    folder.join("run").display()
                ))
                .about(&folder),
            SessionError::Folder(error) => match error.precious() {
                Some(folder) => {
                    let shown = folder.display();
                    failure
                        .help(format!(
                            "name another folder, or take that one away first: `mv {shown} \
                            {shown}.kept`"
                        ))
                        .about(folder)
                }
                None => failure.about(error.path()),
            },
            SessionError::Store(error) => error.into(),
            SessionError::History(error) => error.into(),
            SessionError::Io { path, .. } | SessionError::Inside(path) => failure.about(&path),
        }
    }
}

impl From<HistoryError> for CliError {
    fn from(error: HistoryError) -> Self {
        let failure = Self::new(error.to_string())
            .coded(error.code())
            .about(error.path());
        if matches!(error, HistoryError::Foreign { .. }) {
            return failure
                .help("a history needs a folder of its own, such as `--history history`");
        }
        failure
    }
}

impl From<StoreError> for CliError {
    fn from(error: StoreError) -> Self {
        let failure = Self::new(error.to_string()).coded(error.code());
        match error {
            StoreError::Foreign { path, .. } => failure
                .help(format!(
                    "a state needs a folder of its own, such as `--state {}/funnelc`",
                    path.display()
                ))
                .about(&path),
            StoreError::Io { path, .. }
            | StoreError::Locked(path)
            | StoreError::Damaged { path, .. } => failure.about(&path),
        }
    }
}
