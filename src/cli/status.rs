//! `funnelc status`: how many contacts of a state are where; nothing is written.

use std::path::PathBuf;

use clap::ValueEnum;

use super::output::{Stream, Terminal};
use super::{CliError, Exit, run};
use crate::report;
use crate::runner::RunError;
use crate::status::status;

/// The arguments of `funnelc status`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A project folder or file, or a plan that `funnelc plan` wrote
    #[arg(value_name = "PATH|PLAN.json")]
    path: PathBuf,
    /// The state that the last run left in this folder, which is only read
    #[arg(long, value_name = "DIR")]
    state: PathBuf,
    /// Lay this environment of the project over it
    #[arg(long, value_name = "NAME")]
    env: Option<String>,
    /// How to print it
    #[arg(long, default_value = "text")]
    format: Format,
}

/// The forms of the answer.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// For a terminal
    Text,
    /// For machines; described by schema/status.schema.json
    Json,
}

pub(crate) fn run(args: &Args, terminal: Terminal) -> Result<Exit, CliError> {
    let Some(plan) = run::plan(&args.path, args.env.as_deref(), terminal)? else {
        return Ok(Exit::Findings);
    };
    let state = run::state(&args.state)?;
    let status = status(&plan, &state).map_err(|error| {
        if let RunError::State { .. } = error {
            run::damaged(&args.state, &error)
        } else {
            CliError::lines(error.to_string())
        }
    })?;
    let rendered = match args.format {
        Format::Text => report::status::text(&status, terminal.table_width()),
        Format::Json => report::status::json(&status),
    };
    terminal.print(Stream::Out, &rendered)?;
    Ok(Exit::Fine)
}
