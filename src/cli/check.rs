//! `funnelc check`: all findings of one or more projects.

use std::path::PathBuf;

use super::findings::{self, Format};
use super::output::{Stream, Terminal};
use super::{CliError, Exit, project};
use crate::Compiled;
use crate::diagnostic::Severity;
use crate::report::text;
use crate::screen::one_line;
use crate::source::Span;

/// The arguments of `funnelc check`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Project folders or files; every project in and below a folder is checked on its own; `-` is
    /// standard input. Default: the project around the current folder
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Lay this environment of the project over it; without, the project is checked as it is, and
    /// each of its environments for errors
    #[arg(long, value_name = "NAME")]
    env: Option<String>,
    /// How to print the findings
    #[arg(long, default_value = "text")]
    format: Format,
    /// Let warnings fail the check too
    #[arg(long)]
    deny_warnings: bool,
    /// Tell what is only worth a thought, too: the checks that are off unless `checks` asks for them
    #[arg(long)]
    pedantic: bool,
    /// Write the warnings that there are now to the file that `checks: { baseline: … }` names, so
    /// that only new ones are told
    #[arg(long, conflicts_with_all = ["env", "format", "deny_warnings", "pedantic"])]
    write_baseline: bool,
}

pub(crate) fn run(args: &Args, terminal: Terminal) -> Result<Exit, CliError> {
    let projects = if args.paths.is_empty() {
        vec![project::load(None)?]
    } else {
        args.paths
            .iter()
            .map(|path| project::load_all(path))
            .collect::<Result<Vec<_>, _>>()?
            .into_iter()
            .flatten()
            .collect()
    };
    if args.write_baseline {
        return super::baseline::write(projects, terminal);
    }
    let env = args.env.as_deref();
    let projects: Vec<Compiled> = projects
        .into_iter()
        .map(|sources| match env {
            Some(_) if args.pedantic => crate::compile_pedantic(sources, env),
            Some(_) => crate::compile_for(sources, env),
            None => crate::compile_with_environments(sources, args.pedantic),
        })
        .collect();
    let rendered = match args.format {
        Format::Text => as_text(&projects, terminal),
        format @ (Format::Json | Format::Github | Format::Sarif | Format::Junit) => {
            findings::rendered(format, &projects, args.deny_warnings, terminal)
        }
    };
    findings::print(args.format, &rendered, terminal)?;
    let threshold = if args.deny_warnings {
        Severity::Warning
    } else {
        Severity::Error
    };
    let over = |project: &Compiled| {
        project
            .diagnostics
            .iter()
            .any(|finding| finding.severity >= threshold)
    };
    Ok(if projects.iter().any(over) {
        Exit::Findings
    } else {
        Exit::Fine
    })
}

fn as_text(projects: &[Compiled], terminal: Terminal) -> String {
    let style = terminal.style(Stream::Out);
    let one = |project: &Compiled| {
        let findings = text::findings(&project.diagnostics, &project.sources, style);
        format!("{findings}{}\n", summary(project))
    };
    projects.iter().map(one).collect()
}

fn summary(project: &Compiled) -> String {
    let mut files = project.sources.files().map(|(_, file)| file.path.as_str());
    let first = files.next().unwrap_or("nothing");
    let name = match files.count() {
        0 => first.to_owned(),
        1 => format!("{first} and 1 more file"),
        more => format!("{first} and {more} more files"),
    };
    let name = one_line(&name);
    let count = text::count(&project.diagnostics).unwrap_or("no findings".to_owned());
    let left_out = match project.left_out {
        0 => String::new(),
        left_out => format!("; the baseline leaves out {left_out}"),
    };
    format!("{name}: {count}{left_out}{}", unread(project))
}

/// Where nothing was read because of a mistake before, so that nobody takes silence for praise.
fn unread(project: &Compiled) -> String {
    let lines = |span: &Span| {
        project
            .sources
            .text(*span)
            .lines()
            .filter(|line| !line.trim().is_empty())
            .count()
    };
    let from = |span: &Span| {
        let place = project.sources.line_column(*span);
        let path = project
            .sources
            .file(span.file)
            .map(|file| file.path.as_str())
            .unwrap_or_default();
        format!(
            "\nnot read yet: `{}` from line {} on",
            one_line(path),
            place.line
        )
    };
    project
        .unread
        .iter()
        .filter(|span| lines(span) > 1)
        .map(from)
        .collect()
}
