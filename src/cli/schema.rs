//! `funnelc schema`: the JSON Schemas: of the language for editors, of the documents for whoever
//! reads them.

use std::path::PathBuf;

use clap::ValueEnum;

use super::kept::Kept;
use super::output::Terminal;
use super::{CliError, Exit};
use crate::report;

/// The arguments of `funnelc schema`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// What it describes
    #[arg(value_name = "OF", default_value = "project")]
    of: Of,
    /// Write to this file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// What a schema describes.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Of {
    /// The files of a project, for editors
    Project,
    /// The document of `check --format json` and `test --format json`
    Findings,
    /// The document of `diff --format json`
    Diff,
    /// The document of `run --format json`
    Run,
    /// The document of `simulate --format json`
    Simulate,
    /// The file of `simulate --assume`
    Assume,
    /// The document of `why --format json`
    Why,
    /// The document of `status --format json`
    Status,
    /// A plan file
    Plan,
}

pub(crate) fn run(args: &Args, terminal: Terminal) -> Result<Exit, CliError> {
    let schema = match args.of {
        Of::Project => crate::schema::json_schema(),
        Of::Findings => report::json::json_schema(),
        Of::Diff => report::diff::json_schema(),
        Of::Run => report::run::json_schema(),
        Of::Simulate => report::simulate::json_schema(),
        Of::Assume => crate::assume::json_schema(),
        Of::Why => crate::why::json_schema(),
        Of::Status => crate::status::json_schema(),
        Of::Plan => crate::plan::json_schema(),
    };
    terminal.deliver(args.output.as_deref(), &schema, &Kept::default())
}
