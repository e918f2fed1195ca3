//! `funnelc graph`: a drawing of what could be understood, with the mistakes marked.

use std::path::PathBuf;

use clap::ValueEnum;

use super::output::{Stream, Terminal};
use super::{Exit, Failure, project};
use crate::diagram::{self, Filter};
use crate::graph::Journey;
use crate::report::text;

/// The arguments of `funnelc graph`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A project folder or file; `-` is standard input. Default: the project around the current folder
    #[arg(value_name = "PATH")]
    path: Option<PathBuf>,
    /// Lay this environment of the project over it
    #[arg(long, value_name = "NAME")]
    env: Option<String>,
    /// The language of the drawing
    #[arg(long, default_value = "mermaid")]
    format: Format,
    /// Draw this funnel only
    #[arg(long, value_name = "ID")]
    funnel: Option<String>,
    /// Draw this campaign only
    #[arg(long, value_name = "ID")]
    campaign: Option<String>,
    /// Write to this file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// The languages of drawings.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// For Markdown on GitHub, GitLab and elsewhere
    Mermaid,
    /// For Graphviz
    Dot,
    /// An outline for the terminal
    Text,
}

pub(crate) fn run(args: &Args, terminal: Terminal) -> Result<Exit, Failure> {
    let compiled = crate::compile_for(project::load(args.path.as_deref())?, args.env.as_deref());
    let journey = Journey::of(&compiled.model).marked(&compiled.diagnostics);
    let filter = Filter::only(&journey, args.funnel.as_deref(), args.campaign.as_deref());
    let filter = filter.map_err(|unknown| Failure::usage(unknown.to_string()))?;
    let drawing = match args.format {
        Format::Mermaid => diagram::mermaid(&journey, &filter),
        Format::Dot => diagram::dot(&journey, &filter),
        Format::Text => diagram::text(&journey, &filter),
    };
    terminal.deliver(args.output.as_deref(), &drawing)?;
    match text::count(&compiled.diagnostics) {
        Some(count) if compiled.plan.is_none() => {
            terminal.print(Stream::Err, &format!("drawn with {count}; `funnelc check` shows them\n"))?;
            Ok(Exit::Findings)
        }
        Some(_) | None => Ok(Exit::Fine),
    }
}
