//! `funnelc check`: all findings of one or more projects.

use std::path::PathBuf;

use clap::ValueEnum;

use super::output::{Stream, Terminal};
use super::{Exit, Failure, project};
use crate::Compiled;
use crate::diagnostic::Severity;
use crate::report::json::Findings;
use crate::report::{github, junit, sarif, text};

/// The arguments of `funnelc check`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Project folders or files; every project in and below a folder is checked on its own; `-` is standard input. Default: the project around the current folder
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Lay this environment of the project over it
    #[arg(long, value_name = "NAME")]
    env: Option<String>,
    /// How to print the findings
    #[arg(long, default_value = "text")]
    format: Format,
    /// Let warnings fail the check too
    #[arg(long)]
    deny_warnings: bool,
}

/// The forms of findings.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// For machines; described by schema/findings.schema.json
    Json,
    /// Workflow commands, which GitHub shows as annotations
    Github,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// JUnit XML, for the test reports of build servers
    Junit,
}

pub(crate) fn run(args: &Args, terminal: Terminal) -> Result<Exit, Failure> {
    let projects: Vec<Compiled> = if args.paths.is_empty() {
        vec![crate::compile_for(project::load(None)?, args.env.as_deref())]
    } else {
        let found = args.paths.iter().map(|path| project::load_all(path)).collect::<Result<Vec<_>, _>>()?;
        found.into_iter().flatten().map(|sources| crate::compile_for(sources, args.env.as_deref())).collect()
    };
    let rendered = match args.format {
        Format::Text => as_text(&projects, terminal),
        Format::Json => findings(&projects).to_json(),
        Format::Github => github::commands(&findings(&projects)),
        Format::Sarif => sarif::log(&findings(&projects)),
        Format::Junit => as_junit(&projects, args.deny_warnings),
    };
    terminal.print(Stream::Out, &rendered)?;
    let threshold = if args.deny_warnings { Severity::Warning } else { Severity::Error };
    let over = |project: &Compiled| project.diagnostics.iter().any(|finding| finding.severity >= threshold);
    Ok(if projects.iter().any(over) { Exit::Findings } else { Exit::Fine })
}

fn as_text(projects: &[Compiled], terminal: Terminal) -> String {
    let style = terminal.style(Stream::Out);
    let one = |project: &Compiled| {
        let findings = text::findings(&project.diagnostics, &project.sources, style);
        format!("{findings}{}\n", summary(project))
    };
    projects.iter().map(one).collect()
}

fn as_junit(projects: &[Compiled], warnings_fail: bool) -> String {
    let suites: Vec<_> = projects.iter().map(suite).collect();
    junit::report(&suites, warnings_fail)
}

fn suite(project: &Compiled) -> junit::Suite<'_> {
    let files = project.sources.files().map(|(_, file)| file.path.as_str()).collect();
    junit::Suite { files, findings: findings(std::slice::from_ref(project)) }
}

fn findings(projects: &[Compiled]) -> Findings {
    let of = projects.iter().flat_map(|project| project.diagnostics.iter().map(move |finding| (finding, project)));
    Findings::new(of.map(|(finding, project)| (finding, &project.sources)))
}

fn summary(project: &Compiled) -> String {
    let mut files = project.sources.files().map(|(_, file)| file.path.as_str());
    let first = files.next().unwrap_or("nothing");
    let name = match files.count() {
        0 => first.to_owned(),
        1 => format!("{first} and 1 more file"),
        more => format!("{first} and {more} more files"),
    };
    match text::count(&project.diagnostics) {
        Some(count) => format!("{name}: {count}"),
        None => format!("{name}: no findings"),
    }
}
