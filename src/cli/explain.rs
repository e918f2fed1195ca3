//! `funnelc explain`: the page of a finding.

use super::output::{Stream, Terminal};
use super::{CliError, Exit};
use crate::diagnostic::{codes, did_you_mean};

/// The arguments of `funnelc explain`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The code of a finding, such as `backward-move`; without one all codes are listed
    #[arg(value_name = "CODE")]
    code: Option<String>,
}

pub(crate) fn run(args: &Args, terminal: Terminal) -> Result<Exit, CliError> {
    let Some(code) = &args.code else {
        let list: String = codes::all()
            .map(|code| format!("{}\n", code.name()))
            .collect();
        return terminal.print(Stream::Out, &list).map(|()| Exit::Fine);
    };
    if let Some(known) = codes::find(code) {
        return terminal
            .print(Stream::Out, known.page())
            .map(|()| Exit::Fine);
    }
    let meant = did_you_mean(code, codes::all().map(codes::Code::name))
        .map(|meant| format!("did you mean `{meant}`?"));
    let help = meant.unwrap_or_else(|| "`funnelc explain` lists all codes".to_owned());
    Err(CliError::usage(format!("there is no finding `{code}`")).help(help))
}
