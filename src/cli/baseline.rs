//! `funnelc check --write-baseline`: the warnings of each project to the file that it names; a
//! project with errors keeps the file that it has.

use std::path::{Path, PathBuf};

use super::inside;
use super::output::{Stream, Terminal, write_whole};
use super::{CliError, Exit, project};
use crate::Compiled;
use crate::diagnostic::Severity;
use crate::report::text;
use crate::screen::one_line;
use crate::source::Sources;

/// What the file is called where the project names none.
const NAME: &str = "funnelc-baseline.yaml";

pub(super) fn write(projects: Vec<Sources>, terminal: Terminal) -> Result<Exit, CliError> {
    let mut exit = Exit::Fine;
    for sources in projects {
        let compiled = crate::compile_anew(sources);
        if compiled
            .diagnostics
            .iter()
            .any(|finding| finding.severity == Severity::Error)
        {
            refuse(&compiled, terminal)?;
            exit = Exit::Findings;
        } else {
            write_one(&compiled, terminal)?;
        }
    }
    Ok(exit)
}

fn write_one(compiled: &Compiled, terminal: Terminal) -> Result<(), CliError> {
    let named = compiled
        .model
        .baseline
        .as_ref()
        .map(|name| name.value.as_str());
    let root = first(compiled);
    let folder = folder(&root)?;
    let path = folder.join(named.unwrap_or(NAME));
    let (baseline, count) = crate::baseline_for(compiled);
    let refused = |why: &dyn std::fmt::Display| {
        let message = format!("cannot write the baseline to `{}`: {why}", path.display());
        CliError::usage(message).help(format!(
            "name a new file in the project's folder: `checks: {{ baseline: {NAME} }}`"
        ))
    };
    if !is_called_so(&path) {
        return Err(refused(&"its name does not end with `baseline.yaml`"));
    }
    if project::is_of_another(&folder, &path)? {
        return Err(refused(&"another project stands there"));
    }
    inside::may_write(&folder, &path, crate::baseline::is_one).map_err(|why| refused(&why))?;
    write_whole(&path, baseline.as_bytes())?;
    let warnings = if count == 1 { "warning" } else { "warnings" };
    let mut told = format!(
        "{}: {count} {warnings}\n",
        one_line(&path.to_string_lossy())
    );
    if named.is_none() {
        told += &format!(
            "write `checks: {{ baseline: {NAME} }}` in `{}`, so that they are left out\n",
            one_line(&root)
        );
    }
    terminal.print(Stream::Out, &told)
}

/// Whether a file has the name of a baseline. The project chooses it, and any other could be one
/// that a program of this folder reads and obeys, such as that of `make`.
fn is_called_so(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    name.is_some_and(|name| name.ends_with("baseline.yaml") || name.ends_with("baseline.yml"))
}

fn refuse(compiled: &Compiled, terminal: Terminal) -> Result<(), CliError> {
    let findings = text::findings(
        &compiled.diagnostics,
        &compiled.sources,
        terminal.style(Stream::Err),
    );
    let words = "has errors, and no error can stand in a baseline: nothing is written";
    terminal.print(
        Stream::Err,
        &format!(
            "{findings}error: `{}` {words}\n",
            one_line(&first(compiled))
        ),
    )
}

/// The file that makes it a project.
fn first(compiled: &Compiled) -> String {
    compiled
        .sources
        .files()
        .map(|(_, file)| file.path.clone())
        .next()
        .unwrap_or_default()
}

fn folder(root: &str) -> Result<PathBuf, CliError> {
    if root == "<stdin>" {
        return Err(CliError::usage(
            "a project from standard input has no folder for a baseline",
        ));
    }
    Ok(Path::new(root)
        .parent()
        .unwrap_or(Path::new(""))
        .to_path_buf())
}
