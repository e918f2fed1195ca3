//! What `--journal` asks for.

use clap::ValueEnum;

use crate::runner::output::journal::Journal;

/// The rows of journal.csv.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum JournalRows {
    /// Everything that happened or was refused, with its reason
    All,
    /// What is not as before: stages, tags, points, fields, do-not-contact, places in campaigns
    Changes,
    /// The header only
    None,
}

impl JournalRows {
    /// Nobody reads the journal of a dry run.
    pub(super) fn of(self, dry_run: bool) -> Journal {
        if dry_run {
            return Journal::None;
        }
        match self {
            Self::All => Journal::All,
            Self::Changes => Journal::Changes,
            Self::None => Journal::None,
        }
    }
}
