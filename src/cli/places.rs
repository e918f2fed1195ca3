//! Places that a run must keep apart: what it reads, the folders that it replaces, and the file of
//! rejects; checked before anything is made.

use std::io::Read;
use std::path::{Path, PathBuf};

use super::CliError;
use crate::runner::output::{place, rejects};

/// More than the columns that are added take, whatever their names.
const START: u64 = 300;

/// Refuses a state folder that the output folder would swallow, or the other way round.
pub(crate) fn state_apart(out: &Path, state: &Path) -> Result<(), CliError> {
    if !are_apart(out, state) {
        let message = format!(
            "`--state {}` and `--out {}` lie in each other",
            state.display(),
            out.display()
        );
        return Err(CliError::usage(message)
            .help("each run replaces `--out` whole: keep the state in a folder of its own"));
    }
    Ok(())
}

/// Whether neither of two folders lies in the other one.
pub(crate) fn are_apart(one: &Path, other: &Path) -> bool {
    let (one, other) = (real(one), real(other));
    !one.starts_with(&other) && !other.starts_with(&one)
}

/// Refuses to put rejects over anything but the rejects of an earlier run: contacts, a project, a
/// state.
pub(crate) fn rejects_are_safe(
    rejects: &Path,
    contacts: &Path,
    state: Option<&Path>,
) -> Result<(), CliError> {
    let target = real(rejects);
    let lost = |what: &str| {
        let message = format!(
            "`--rejects {}` {what}, and would be lost",
            rejects.display()
        );
        Err(CliError::usage(message).help("name a new file"))
    };
    if target == real(contacts) {
        return lost("is the contacts file");
    }
    if state.is_some_and(|state| target.starts_with(real(state))) {
        return lost("lies in the state folder");
    }
    if target.is_file() && !holds_rejects(&target) {
        return lost("is there and holds no rejects");
    }
    Ok(())
}

/// Whether two paths name one file.
pub(crate) fn same(a: &Path, b: &Path) -> bool {
    real(a) == real(b)
}

fn holds_rejects(path: &Path) -> bool {
    let mut start = Vec::new();
    let read = std::fs::File::open(path).and_then(|file| file.take(START).read_to_end(&mut start));
    let line = start
        .split(|byte| *byte == b'\n')
        .next()
        .unwrap_or_default();
    read.is_ok() && rejects::begins_so(String::from_utf8_lossy(line).as_bytes())
}

/// The path without links, also where its end does not exist yet.
pub(crate) fn real(path: &Path) -> PathBuf {
    place::real(&place::end_of(path).unwrap_or_else(|_| path.to_path_buf()))
}
