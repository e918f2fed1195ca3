//! `funnelc test`: the example contacts of a project, and what must happen to them.

use std::path::PathBuf;

use clap::ValueEnum;

use super::output::{Stream, Terminal};
use super::{Exit, Failure, project};
use crate::Compiled;
use crate::report::json::Findings;
use crate::report::{github, junit, sarif, text};
use crate::trial::{self, Verdict};

/// The arguments of `funnelc test`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A project folder or file. Default: the project around the current folder
    #[arg(value_name = "PATH")]
    path: Option<PathBuf>,
    /// Lay this environment of the project over it
    #[arg(long, value_name = "NAME")]
    env: Option<String>,
    /// Run only the tests whose names contain this
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// How to print what failed
    #[arg(long, default_value = "text")]
    format: Format,
}

/// The forms of failures.
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
    let mut project = crate::compile_for(project::load(args.path.as_deref())?, args.env.as_deref());
    if project.plan.is_none() {
        let style = terminal.style(Stream::Err);
        terminal.print(Stream::Err, &text::findings(&project.diagnostics, &project.sources, style))?;
        return Ok(Exit::Findings);
    }
    let verdicts = trial::run(&project.model, args.filter.as_deref());
    if verdicts.is_empty() {
        return Err(nothing_to_run(&project, args.filter.as_deref()));
    }
    let failed = verdicts.iter().any(|verdict| !verdict.failures.is_empty());
    project.diagnostics = verdicts.iter().flat_map(|verdict| verdict.failures.clone()).collect();
    let findings = || Findings::new(project.diagnostics.iter().map(|failure| (failure, &project.sources)));
    let rendered = match args.format {
        Format::Text => as_text(&project, &verdicts, terminal),
        Format::Json => findings().to_json(),
        Format::Github => github::commands(&findings()),
        Format::Sarif => sarif::log(&findings()),
        Format::Junit => {
            let files = project.sources.files().map(|(_, file)| file.path.as_str()).collect();
            junit::report(&[junit::Suite { files, findings: findings() }], false)
        }
    };
    terminal.print(Stream::Out, &rendered)?;
    Ok(if failed { Exit::Findings } else { Exit::Fine })
}

fn nothing_to_run(project: &Compiled, filter: Option<&str>) -> Failure {
    match filter.filter(|_| !project.model.tests.is_empty()) {
        Some(filter) => {
            let names: Vec<_> = project.model.tests.iter().map(|test| format!("`{}`", test.name)).collect();
            Failure::usage(format!("no test has `{filter}` in its name"))
                .help(format!("there are {}", names.join(", ")))
        }
        None => {
            Failure::usage("the project has no tests").help("write some under `tests:`; docs/language.md shows how")
        }
    }
}

fn as_text(project: &Compiled, verdicts: &[Verdict], terminal: Terminal) -> String {
    let failures = text::findings(&project.diagnostics, &project.sources, terminal.style(Stream::Out));
    let line = |verdict: &Verdict| {
        let word = if verdict.failures.is_empty() { "ok    " } else { "FAILED" };
        let instants = if verdict.instants == 1 { "1 run".to_owned() } else { format!("{} runs", verdict.instants) };
        format!("{word} {} ({instants})\n", verdict.name)
    };
    let lines: String = verdicts.iter().map(line).collect();
    let failed = verdicts.iter().filter(|verdict| !verdict.failures.is_empty()).count();
    let tests = if verdicts.len() == 1 { "1 test".to_owned() } else { format!("{} tests", verdicts.len()) };
    let count = if failed == 0 { "all passed".to_owned() } else { format!("{failed} failed") };
    format!("{failures}{lines}{tests}: {count}\n")
}
