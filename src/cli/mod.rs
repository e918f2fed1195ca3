//! The command line: the only place that knows files by name, the clock, the environment and the
//! terminal.
//!
//! Exit codes are a promise: see `Exit`.
#![expect(
    clippy::disallowed_methods,
    reason = "files, environment and streams are used here, so that nothing else has to"
)]

mod attached;
mod baseline;
mod check;
mod completions;
mod diff;
mod explain;
mod failure;
mod files;
mod findings;
mod graph;
mod init;
mod inside;
mod kept;
mod output;
mod places;
mod plan;
mod project;
mod report;
mod run;
mod schema;
mod shell;
mod simulate;
mod status;
mod test;
mod why;

use std::io::Write;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

pub(crate) use failure::CliError;
use output::ColorChoice;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Nothing at or over the threshold.
    Fine = 0,
    /// Findings, or rejected input.
    Findings = 1,
    /// Arguments that make no sense; clap uses the same code.
    Usage = 2,
    /// Files or the environment.
    Environment = 3,
    /// A run that would let more go out than is allowed.
    Refused = 4,
    /// Interrupted.
    Interrupted = 130,
}

/// The compiler for customer journeys: funnels, stages, segments and campaigns as YAML in git.
#[derive(Debug, Parser)]
#[command(name = "funnelc", version, after_help = AFTER_HELP, max_term_width = 100)]
struct Cli {
    /// When to use colours; `NO_COLOR` is respected
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    color: ColorChoice,

    #[command(subcommand)]
    command: Command,
}

const AFTER_HELP: &str = "\
Start with:
  funnelc init shop                  a working project in the folder shop
  funnelc check shop                 find the mistakes
  funnelc graph shop                 draw it, as Mermaid
  funnelc run shop --contacts shop/contacts.csv --dry-run

Exit codes: 0 fine, 1 findings or rejected input, 2 wrong usage, 3 files or environment,
4 a run that would let more go out than is allowed, 130 interrupted.";

#[derive(Debug, Subcommand)]
enum Command {
    /// Start a working project
    Init(init::Args),
    /// Find the mistakes, each with its place, the reason and what to write instead
    Check(check::Args),
    /// Draw the journey, also of a project with mistakes
    Graph(graph::Args),
    /// Compile the project into a reproducible plan
    Plan(plan::Args),
    /// Compare two versions of a project, and what they do to the same contacts
    Diff(diff::Args),
    /// Run contacts through the project, or through a plan, for one instant
    Run(run::Args),
    /// Take contacts through all instants between two moments; nobody gets anything
    Simulate(simulate::Args),
    /// Run the tests of the project: example contacts, and what must happen to them
    Test(test::Args),
    /// Say of one contact why it is where it is, and what became of each message
    Why(why::Args),
    /// Say how many contacts of a state are where, and until when
    Status(status::Args),
    /// Make one page of what a run did
    Report(report::Args),
    /// Print the JSON Schema for editors
    Schema(schema::Args),
    /// Say what a finding means, with a wrong and a right example
    Explain(explain::Args),
    /// Print the completions of a shell
    Completions(completions::Args),
}

/// Runs the program.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(asked) => return not_a_command(&asked),
    };
    let terminal = output::Terminal::new(cli.color);
    let outcome = match cli.command {
        Command::Init(args) => init::run(&args, terminal),
        Command::Check(args) => check::run(&args, terminal),
        Command::Graph(args) => graph::run(&args, terminal),
        Command::Plan(args) => plan::run(&args, terminal),
        Command::Diff(args) => diff::run(&args, terminal),
        Command::Run(args) => run::run(&args, terminal),
        Command::Simulate(args) => simulate::run(&args, terminal),
        Command::Test(args) => test::run(&args, terminal),
        Command::Why(args) => why::run(&args, terminal),
        Command::Status(args) => status::run(&args, terminal),
        Command::Report(args) => report::run(&args, terminal),
        Command::Schema(args) => schema::run(&args, terminal),
        Command::Explain(args) => explain::run(&args, terminal),
        Command::Completions(args) => completions::run(&args, terminal),
    };
    let exit = outcome.unwrap_or_else(|failure| {
        terminal.fail(&failure);
        failure.exit
    });
    ExitCode::from(exit as u8)
}

/// Help, the version, or what is wrong with the arguments: clap prints it and does not mind if it
/// cannot, we do.
fn not_a_command(asked: &clap::Error) -> ExitCode {
    let printed = output::printed(|| asked.print().and_then(|()| std::io::stdout().flush()));
    let exit = match printed {
        _ if asked.use_stderr() => Exit::Usage,
        Ok(()) => Exit::Fine,
        Err(failure) => {
            output::Terminal::new(ColorChoice::Auto).fail(&failure);
            failure.exit
        }
    };
    ExitCode::from(exit as u8)
}
