//! Why a run came to nothing, in words, and what to do about it where that is not plain.

use std::path::Path;

use jiff::tz::TimeZone;

use super::Args;
use crate::cli::output::Terminal;
use crate::cli::{Exit, Failure};
use crate::plan::Plan;
use crate::runner::RunError;
use crate::runner::input::ReadError;
use crate::runner::program::BindError;

/// Says why there is no run, and what to do about it where that is not plain.
pub(super) fn failed(error: &RunError, plan: &Plan, args: &Args, terminal: Terminal) -> Result<Exit, Failure> {
    let failure = match error {
        RunError::Interrupted => return Ok(Exit::Interrupted),
        RunError::Bind(BindError::Earlier { state }) => earlier(*state, plan),
        RunError::InFlight(_) => Failure::lines(error.to_string())
            .help("add one line for each to the project; nothing was written, and the state is as it was"),
        RunError::State { .. } => {
            let folder = args.state.as_deref().unwrap_or(Path::new(""));
            Failure::new(format!("the state in `{}` is damaged: {error}", folder.display()))
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
        RunError::Write { .. } | RunError::Bind(_) => Failure::lines(error.to_string()),
    };
    match error {
        RunError::Header(_) | RunError::DuplicateKey { .. } | RunError::LongRow { .. } | RunError::InFlight(_) => {
            terminal.fail(&failure);
            Ok(Exit::Findings)
        }
        RunError::Read(ReadError::NoHeader(_)) => {
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

/// What is wrong with a file, in as many lines as there are faults.
pub(crate) fn wrong_in(path: Option<&Path>, error: &RunError) -> Failure {
    Failure::lines(error.to_string()).of(path.unwrap_or(Path::new("")))
}

pub(crate) fn bad_events(error: &RunError, path: Option<&Path>) -> Failure {
    wrong_in(path, error).help("mend these; nothing was taken in")
}

pub(crate) fn no_room(error: &RunError) -> Failure {
    let help = "many events are sorted on the disk, which takes up to twice the room of their file";
    Failure::lines(error.to_string()).help(help)
}

fn short_history(error: &RunError) -> Failure {
    Failure::lines(error.to_string())
        .help("an event that only has another name needs `moved: [ { from: event OLD, to: event NEW } ]`; `--accept-short-history` takes what is not known for nothing; nothing was written")
}

pub(crate) fn no_events() -> Failure {
    let help = "give them with `--events FILE`; where nothing happened say so with `--no-events`";
    Failure::new("the project asks for events, and no events file was given").help(help)
}

pub(crate) fn no_companies(error: &RunError) -> Failure {
    Failure::lines(error.to_string()).help("give it with `--companies FILE`")
}

pub(crate) fn earlier(state: i64, plan: &Plan) -> Failure {
    let zone = TimeZone::get(&plan.model().timezone).unwrap_or(TimeZone::UTC);
    let mut moment = String::new();
    crate::runner::output::text::push_moment(&mut moment, state, &zone);
    Failure::new(format!("the state is of {moment}, which is later than this run"))
        .help("give that `--now` or a later one")
}
