//! The forms in which findings are printed; `check` and `test` know the same ones.

use clap::ValueEnum;

use super::CliError;
use super::output::{Stream, Terminal};
use crate::Compiled;
use crate::report::json::Findings;
use crate::report::{github, junit, sarif, text};

/// The forms of findings.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Format {
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

/// The findings of some projects; in JUnit warnings are failures where `warnings_fail`.
pub(super) fn rendered(
    format: Format,
    projects: &[Compiled],
    warnings_fail: bool,
    terminal: Terminal,
) -> String {
    match format {
        Format::Text => projects
            .iter()
            .map(|project| as_text(project, terminal))
            .collect(),
        Format::Json => of(projects).to_json(),
        Format::Github => github::commands(&of(projects)),
        Format::Sarif => sarif::log(&of(projects)),
        Format::Junit => {
            let suites: Vec<_> = projects.iter().map(suite).collect();
            junit::report(&suites, warnings_fail)
        }
    }
}

/// The findings of some projects as one document.
pub(super) fn of(projects: &[Compiled]) -> Findings {
    let of = projects.iter().flat_map(|project| {
        project
            .diagnostics
            .iter()
            .map(move |finding| (finding, project))
    });
    Findings::new(of.map(|(finding, project)| (finding, &project.sources)))
        .with_left_out(projects.iter().map(|project| project.left_out).sum())
}

fn suite(project: &Compiled) -> junit::Suite<'_> {
    junit::Suite {
        files: files(project),
        findings: of(std::slice::from_ref(project)),
    }
}

/// The files of a project, the one that makes it one first.
pub(super) fn files(project: &Compiled) -> Vec<&str> {
    project
        .sources
        .files()
        .map(|(_, file)| file.path.as_str())
        .collect()
}

fn as_text(project: &Compiled, terminal: Terminal) -> String {
    text::findings(
        &project.diagnostics,
        &project.sources,
        terminal.style(Stream::Out),
    )
}

/// Writes what was rendered; only of the format that is commands the lines are obeyed.
pub(super) fn print(format: Format, rendered: &str, terminal: Terminal) -> Result<(), CliError> {
    match format {
        Format::Github => terminal.command(rendered),
        Format::Text | Format::Json | Format::Sarif | Format::Junit => {
            terminal.print(Stream::Out, rendered)
        }
    }
}
