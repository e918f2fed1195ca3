//! `funnelc plan`: the compiled project as a file, and in words.

use std::path::{Path, PathBuf};

use super::kept::Kept;
use super::output::{Stream, Terminal, write_whole};
use super::{CliError, Exit, project};
use crate::Compiled;
use crate::plan::{MOST_BYTES, Plan, too_large};
use crate::report::{text, words};
use crate::screen::inert_json;

/// The arguments of `funnelc plan`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A project folder or file; `-` is standard input. Default: the project around the current
    /// folder
    #[arg(value_name = "PATH")]
    path: Option<PathBuf>,
    /// Lay this environment of the project over it
    #[arg(long, value_name = "NAME")]
    env: Option<String>,
    /// Write the plan to this file and what it does to standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(crate) fn run(args: &Args, terminal: Terminal) -> Result<Exit, CliError> {
    let compiled = crate::compile_for(project::load(args.path.as_deref())?, args.env.as_deref());
    let Some(plan) = findings(&compiled, terminal)? else {
        return Ok(Exit::Findings);
    };
    let json = plan.to_json();
    let bytes = json.len() as u64;
    if bytes > MOST_BYTES {
        let error = CliError::new(format!("cannot write the plan: {}", too_large(bytes)));
        return Err(error.help("split the project, or name fewer members"));
    }
    let in_words = words::plan(plan);
    match args
        .output
        .as_deref()
        .filter(|path| *path != Path::new("-"))
    {
        Some(path) => {
            Kept::of(&compiled.sources)
                .and([args.path.as_deref()])
                .allow(path)?;
            write_whole(path, inert_json(&json).as_bytes())?;
            terminal.print(Stream::Out, &in_words)?;
        }
        None => {
            terminal.print(Stream::Out, &json)?;
            terminal.print(Stream::Err, &in_words)?;
        }
    }
    Ok(Exit::Fine)
}

/// The plan, if the project has no errors. Errors are shown on standard error; of warnings one line
/// tells, for `check` shows them.
pub(crate) fn findings(compiled: &Compiled, terminal: Terminal) -> Result<Option<&Plan>, CliError> {
    let rendered = match (&compiled.plan, text::count(&compiled.diagnostics)) {
        (Some(_), Some(count)) => format!("{count}; `funnelc check` shows more\n"),
        (Some(_), None) => String::new(),
        (None, _) => text::findings(
            &compiled.diagnostics,
            &compiled.sources,
            terminal.style(Stream::Err),
        ),
    };
    terminal.print(Stream::Err, &rendered)?;
    Ok(compiled.plan.as_ref())
}
