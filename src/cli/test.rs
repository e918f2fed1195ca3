//! `funnelc test`: the example contacts of a project, and what must happen to them.

use std::path::PathBuf;

use super::findings::{self, Format};
use super::output::{Stream, Terminal};
use super::{CliError, Exit, project, run};
use crate::Compiled;
use crate::report::json::{self, Findings, TestResult};
use crate::report::{github, junit, sarif, text};
use crate::screen::one_line;
use crate::testing::{self, Verdict};

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
    /// How to print the results
    #[arg(long, default_value = "text")]
    format: Format,
}

pub(crate) fn run(args: &Args, terminal: Terminal) -> Result<Exit, CliError> {
    let project = crate::compile_for(project::load(args.path.as_deref())?, args.env.as_deref());
    let Some(plan) = &project.plan else {
        findings::print(
            args.format,
            &not_run(&project, args.format, terminal),
            terminal,
        )?;
        return Ok(Exit::Findings);
    };
    let interrupted = run::signals()?.interrupted;
    let limits = testing::Limits {
        instants: testing::MOST_INSTANTS,
        searches: testing::MOST_SEARCHES,
        interrupted: &interrupted,
    };
    let Some(verdicts) =
        testing::run_within(plan, &project.model.tests, args.filter.as_deref(), limits)
    else {
        return Ok(Exit::Interrupted);
    };
    if verdicts.is_empty() {
        return Err(nothing_to_run(&project, args.filter.as_deref()));
    }
    let failed = verdicts.iter().any(|verdict| !verdict.failures.is_empty());
    let rendered = match args.format {
        Format::Text => as_text(&project, &verdicts, terminal),
        Format::Json => results(&project, &verdicts).to_json(),
        Format::Github => github::commands(&results(&project, &verdicts)),
        Format::Sarif => sarif::log(&results(&project, &verdicts)),
        Format::Junit => junit::tests(
            findings::files(&project).first().copied(),
            &results(&project, &verdicts),
        ),
    };
    findings::print(args.format, &rendered, terminal)?;
    Ok(if failed { Exit::Findings } else { Exit::Fine })
}

/// A project with errors has no tests to run: its findings stand where the results would.
fn not_run(project: &Compiled, format: Format, terminal: Terminal) -> String {
    match format {
        Format::Text => {
            let count = text::count(&project.diagnostics).unwrap_or_default();
            let found = text::findings(
                &project.diagnostics,
                &project.sources,
                terminal.style(Stream::Out),
            );
            format!("{found}no test was run: {count}\n")
        }
        Format::Json => findings::of(std::slice::from_ref(project))
            .with_tests(Vec::new())
            .to_json(),
        Format::Github | Format::Sarif | Format::Junit => {
            findings::rendered(format, std::slice::from_ref(project), false, terminal)
        }
    }
}

/// What failed, and each test by its name.
fn results(project: &Compiled, verdicts: &[Verdict]) -> Findings {
    let test = |verdict: &Verdict| TestResult {
        name: verdict.name.clone(),
        place: json::place(verdict.span, &project.sources),
        passed: verdict.failures.is_empty(),
        runs: verdict.instants,
    };
    let of_test = |verdict: &Verdict| {
        let failed = verdict
            .failures
            .iter()
            .map(|failure| (failure, &project.sources));
        Findings::new(failed).of_test(&verdict.name)
    };
    let failures = verdicts
        .iter()
        .map(of_test)
        .fold(Findings::new([]), Findings::and);
    failures.with_tests(verdicts.iter().map(test).collect())
}

fn nothing_to_run(project: &Compiled, filter: Option<&str>) -> CliError {
    match filter.filter(|_| !project.model.tests.is_empty()) {
        Some(filter) => {
            let names: Vec<_> = project
                .model
                .tests
                .iter()
                .map(|test| format!("`{}`", test.name))
                .collect();
            CliError::usage(format!("no test has `{filter}` in its name"))
                .help(format!("there are {}", names.join(", ")))
        }
        None => CliError::usage("the project has no tests")
            .help("write some under `tests:`; docs/language.md shows how"),
    }
}

fn as_text(project: &Compiled, verdicts: &[Verdict], terminal: Terminal) -> String {
    let failed: Vec<_> = verdicts
        .iter()
        .flat_map(|verdict| verdict.failures.clone())
        .collect();
    let failures = text::findings(&failed, &project.sources, terminal.style(Stream::Out));
    let line = |verdict: &Verdict| {
        let word = if verdict.failures.is_empty() {
            "ok    "
        } else {
            "FAILED"
        };
        let instants = if verdict.instants == 1 {
            "1 run".to_owned()
        } else {
            format!("{} runs", verdict.instants)
        };
        format!("{word} {} ({instants})\n", one_line(&verdict.name))
    };
    let lines: String = verdicts.iter().map(line).collect();
    let failed = verdicts
        .iter()
        .filter(|verdict| !verdict.failures.is_empty())
        .count();
    let tests = if verdicts.len() == 1 {
        "1 test".to_owned()
    } else {
        format!("{} tests", verdicts.len())
    };
    let count = if failed == 0 {
        "all passed".to_owned()
    } else {
        format!("{failed} failed")
    };
    format!("{failures}{lines}{tests}: {count}\n")
}
