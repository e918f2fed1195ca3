//! What `--history` asks for: where runs are kept, and for how long.

use std::path::{Path, PathBuf};

use crate::cli::{CliError, places};
use crate::model::Duration;
use crate::model::calendar::Sign;
use crate::runner::output::history::History;

/// The arguments about the history.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Keeping {
    /// Keep journal, metrics and run.json of this run in this folder, beside those of all runs
    /// before
    #[arg(long = "history", value_name = "DIR")]
    folder: Option<PathBuf>,
    /// Remove from the history what is older than this, such as `400 days` or `2 years`, before
    /// the moment of the run. Default: keep all
    #[arg(long = "history-keep", value_name = "LENGTH", requires = "folder", value_parser = length)]
    keep: Option<Duration>,
}

impl Keeping {
    /// The history, if the run is to be kept; nothing is made yet.
    pub(super) fn opened(&self) -> Result<Option<History>, CliError> {
        let open = |folder: &PathBuf| History::at(folder, self.keep);
        Ok(self.folder.as_ref().map(open).transpose()?)
    }

    /// Refuses a history in a folder that something else replaces or refuses, or around it.
    pub(super) fn apart(&self, others: &[(&str, Option<&Path>)]) -> Result<(), CliError> {
        let Some(folder) = &self.folder else {
            return Ok(());
        };
        for (option, other) in others {
            let Some(other) = other else { continue };
            if !places::are_apart(folder, other) {
                let message = format!(
                    "`--history {}` and `{option} {}` lie in each other",
                    folder.display(),
                    other.display()
                );
                return Err(CliError::usage(message)
                    .help("keep the history in a folder of its own, such as `--history history`"));
            }
        }
        Ok(())
    }
}

fn length(text: &str) -> Result<Duration, String> {
    Duration::parse(text, Sign::Positive)
        .map_err(|_| "write a length of time, such as `400 days` or `2 years`".to_owned())
}
