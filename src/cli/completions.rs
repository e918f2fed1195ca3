//! `funnelc completions`: what a shell needs to complete commands and options.

use clap::CommandFactory;
use clap_complete::Shell;

use super::output::{Stream, Terminal};
use super::{Cli, CliError, Exit};

/// The arguments of `funnelc completions`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The shell
    shell: Shell,
}

pub(crate) fn run(args: &Args, terminal: Terminal) -> Result<Exit, CliError> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "funnelc", &mut script);
    terminal
        .print(Stream::Out, &String::from_utf8_lossy(&script))
        .map(|()| Exit::Fine)
}
