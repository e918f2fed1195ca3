//! `funnelc simulate`: contacts through all instants between two moments; nobody gets anything, and
//! no state is written.

use std::num::NonZero;
use std::path::PathBuf;

use super::output::Terminal;
use super::run::{self, Format, JournalRows, threads};
use super::{CliError, Exit};

/// The arguments of `funnelc simulate`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A project folder or file, or a plan that `funnelc plan` wrote
    #[arg(value_name = "PATH|PLAN.json")]
    pub(crate) path: PathBuf,
    /// Lay this environment of the project over it
    #[arg(long, value_name = "NAME")]
    pub(crate) env: Option<String>,
    /// The first instant, such as `2026-11-21T09:00`; without an offset in the project's zone
    #[arg(long, value_name = "TIME")]
    pub(crate) from: String,
    /// Behind this moment nothing is simulated
    #[arg(long, value_name = "TIME")]
    pub(crate) until: String,
    /// As if there were a run so often, such as `1 h` or `1 day`. Default: whenever something may
    /// happen, on the schedule of the project
    #[arg(long, value_name = "LENGTH")]
    pub(crate) every: Option<String>,
    /// The contacts, as CSV; `-` is standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) contacts: PathBuf,
    /// What is given beside them
    #[command(flatten)]
    pub(crate) beside: Beside,
    /// Write the simulation to this folder: absent, empty, or an earlier one or a run, which is
    /// replaced as a whole. Default: only print
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// How many threads work; what comes out does not depend on it. Default: as many as there are
    /// processors
    #[arg(long, value_name = "N", value_parser = threads)]
    pub(crate) threads: Option<NonZero<usize>>,
    /// Put an apostrophe before texts in actions.csv and journal.csv that a spreadsheet would take
    /// for formulas
    #[arg(long)]
    pub(crate) defuse_formulas: bool,
    /// Which rows journal.csv has
    #[arg(long, default_value = "all")]
    pub(crate) journal: JournalRows,
    /// How to say what there is to say
    #[arg(long, default_value = "text")]
    pub(crate) format: Format,
}

/// What a simulation may be given beside the contacts.
#[derive(Debug, clap::Args)]
pub(crate) struct Beside {
    /// The companies to which contacts belong, as CSV; for a project with `companies:`
    #[arg(long, value_name = "FILE")]
    pub(crate) companies: Option<PathBuf>,
    /// What happens to them, as CSV, or as JSON lines in a file `*.jsonl`, `*.ndjson` or `*.json`;
    /// each event is taken in when it happens
    #[arg(long, value_name = "FILE")]
    pub(crate) events: Option<PathBuf>,
    /// What people do, drawn by chance as this file says; what they did stands in events.csv
    #[arg(long, value_name = "FILE")]
    pub(crate) assume: Option<PathBuf>,
    /// Nothing happens: simulate a project that asks for events without any
    #[arg(long, conflicts_with = "events")]
    pub(crate) no_events: bool,
    /// Without a state, let the events before `--from` give points, change fields and start
    /// campaigns as if they happened then
    #[arg(long, requires = "events")]
    pub(crate) replay: bool,
    /// Take what the state has not kept of the past for nothing, where the plan asks for it
    #[arg(long)]
    pub(crate) accept_short_history: bool,
    /// Go on from the state in this folder, which is only read
    #[arg(long, value_name = "DIR")]
    pub(crate) state: Option<PathBuf>,
}

pub(crate) fn run(args: &Args, terminal: Terminal) -> Result<Exit, CliError> {
    run::simulate(args, terminal)
}
