//! `funnelc schema`: the JSON Schema of the language, for editors.

use std::path::PathBuf;

use super::output::Terminal;
use super::{Exit, Failure};

/// The arguments of `funnelc schema`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Write to this file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(crate) fn run(args: &Args, terminal: Terminal) -> Result<Exit, Failure> {
    terminal.deliver(args.output.as_deref(), &crate::schema::json_schema())
}
