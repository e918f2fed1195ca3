//! The one rule for what `-o` never writes over: what the command has read or its project names,
//! by which file it really is and not by its name; what is a part of a run or of a state; and what
//! has the name of a source, whoever reads it.
#![expect(
    clippy::disallowed_methods,
    reason = "this is where it is decided what a result may take the place of"
)]

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use super::{CliError, places};
use crate::runner::output::{beside, earlier, store};
use crate::source::Sources;

/// Which files a command has read.
#[derive(Clone, Debug, Default)]
pub(super) struct Kept(Vec<PathBuf>);

impl Kept {
    /// Those of a project, and those that it names.
    pub(super) fn of(sources: &Sources) -> Self {
        Self(sources.places().to_vec())
    }

    /// These too, where they are given; `-` is what standard input is.
    pub(super) fn and<'a>(mut self, files: impl IntoIterator<Item = Option<&'a Path>>) -> Self {
        let file = |path| match path {
            path if path == Path::new("-") => Path::new("/dev/stdin"),
            path => path,
        };
        let files = files.into_iter().flatten().map(file);
        self.0.extend(files.map(Path::to_path_buf));
        self
    }

    /// And those of another version.
    pub(super) fn and_all(mut self, other: &Self) -> Self {
        self.0.extend(other.0.iter().cloned());
        self
    }

    /// Refuses to write a result where it would be a loss.
    pub(super) fn allow(&self, output: &Path) -> Result<(), CliError> {
        let Ok(there) = std::fs::metadata(output) else {
            return Ok(());
        };
        // The writing refuses a link, with better words.
        let is_refused = output.is_symlink() && !beside::is_of_system(output);
        if is_refused || !there.is_file() {
            return Ok(());
        }
        let refused = |what: &str, help: &str| {
            let message = format!("`-o {}` would write over {what}", output.display());
            Err(CliError::usage(message).help(help))
        };
        if self.0.iter().any(|read| is_same(read, output, &there)) {
            return refused(
                "a file that this command reads, or that the project names",
                "name another file",
            );
        }
        let real = places::real(output);
        if let (Some(around), Some(name)) = (real.parent(), real.file_name()) {
            let name = name.to_string_lossy();
            if store::has_part(around, &name) {
                return refused("a part of a state", "name a file in another folder");
            }
            if earlier::has_part(around, &name) {
                return refused("a part of a run", "name a file in another folder");
            }
        }
        if there.len() > 0 && has_name_of_source(output) {
            return refused(
                "a file that no `-o` made",
                "YAML and tables are what funnelc reads: name another file",
            );
        }
        Ok(())
    }
}

fn is_same(read: &Path, output: &Path, there: &Metadata) -> bool {
    std::fs::metadata(read).is_ok_and(|read| (read.dev(), read.ino()) == (there.dev(), there.ino()))
        || places::same(read, output)
}

/// Whether it is called like YAML, or like rows of contacts and events.
fn has_name_of_source(path: &Path) -> bool {
    let extension = path
        .extension()
        .map(|extension| extension.to_string_lossy().to_lowercase());
    matches!(
        extension.as_deref(),
        Some("yaml" | "yml" | "csv" | "tsv" | "jsonl" | "ndjson")
    )
}
