//! Why a run came to nothing, in words for whoever started it; what each room finds wrong comes
//! together here.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use super::input::ReadError;
use super::input::blocks::LONGEST_ROW;
use super::input::state_store::{NotMigrated, StateReadError};
use super::notice::{FileFault, HeaderFault, Notice, NoticeCode, lines};
use super::program::BindError;
use super::state::{StateError, UnhandledChanges};

/// Why a run came to nothing.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum RunError {
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error("{}", lines(.0))]
    Header(Vec<HeaderFault>),
    /// Only where nothing is written; a run tells each with its line.
    #[error("the key of line {line} stands in line {first_line} too{}", if *more > 0 { format!(", and {more} more like it") } else { String::new() })]
    DuplicateKey {
        line: u64,
        first_line: u64,
        more: usize,
    },
    #[error("the row that begins in line {line} is longer than {} MiB; a quote may not be \
        closed", LONGEST_ROW >> 20)]
    LongRow { line: u64 },
    #[error("cannot write {file}: {error}")]
    Write {
        file: &'static str,
        error: io::Error,
    },
    #[error(transparent)]
    Bind(#[from] BindError),
    #[error("line {line} of the state: {error}")]
    State { line: usize, error: StateError },
    /// The state was left by another plan, and contacts are where this one has nothing.
    #[error("{0}")]
    InFlight(UnhandledChanges),
    /// Everything that is wrong with the companies file.
    #[error("{0}")]
    Companies(FileFault),
    #[error("the plan asks for the companies of contacts, and no companies file was given")]
    NoCompanies,
    /// Everything that is wrong with the events file.
    #[error("{}", of_events(.0))]
    Events(FileFault),
    /// The plan asks for more of the past than the state has kept.
    #[error("{}", short_words(.0))]
    ShortHistory(Vec<String>),
    #[error(
        "{skipped} contacts have values that do not fit, and `on-bad-value` lets {at_most} be left \
            as they are: {first}"
    )]
    Skipped {
        skipped: u64,
        at_most: u64,
        first: String,
    },
    /// A file beside the outputs in which events are sorted cannot be made, written or read.
    #[error("cannot sort the events in `{}`: {error}", folder.display())]
    Spill { folder: PathBuf, error: io::Error },
    #[error("interrupted")]
    Interrupted,
}

impl RunError {
    /// Each thing that is wrong, with its place in the file that it is about.
    pub fn notices(&self) -> Vec<Notice> {
        match self {
            Self::Header(faults) => faults.iter().map(Notice::from).collect(),
            Self::Companies(fault) | Self::Events(fault) => fault.notices(),
            Self::InFlight(unspoken) => unspoken.notices(),
            Self::ShortHistory(lines) => lines
                .iter()
                .map(|line| Notice::new(NoticeCode::ShortHistory, line.clone()))
                .collect(),
            Self::DuplicateKey { line, .. } => {
                vec![self.notice(NoticeCode::DuplicateKey).at_line(*line)]
            }
            Self::LongRow { line } => vec![self.notice(NoticeCode::LongRow).at_line(*line)],
            Self::Read(error) => vec![self.notice(error.code())],
            Self::Bind(error) => vec![self.notice(error.code())],
            Self::State { error, .. } => vec![self.notice(error.code())],
            Self::Write { .. } => vec![self.notice(NoticeCode::CannotWrite)],
            Self::NoCompanies => vec![self.notice(NoticeCode::NoCompanies)],
            Self::Skipped { .. } => vec![self.notice(NoticeCode::TooManySkipped)],
            Self::Spill { .. } => vec![self.notice(NoticeCode::CannotSortEvents)],
            Self::Interrupted => vec![self.notice(NoticeCode::Interrupted)],
        }
    }

    /// Without the cells of rows that cannot be taken: their lines and columns are left, for
    /// whoever may read the file.
    #[must_use]
    pub fn without_values(mut self) -> Self {
        if let Self::Companies(FileFault::Rows(problems))
        | Self::Events(FileFault::Rows(problems)) = &mut self
        {
            problems
                .first
                .iter_mut()
                .for_each(|problem| problem.value.clear());
        }
        self
    }

    fn notice(&self, code: NoticeCode) -> Notice {
        Notice::new(code, self.to_string())
    }
}

impl From<StateReadError> for RunError {
    fn from((line, error): StateReadError) -> Self {
        Self::State { line, error }
    }
}

impl From<NotMigrated> for RunError {
    fn from(error: NotMigrated) -> Self {
        match error {
            NotMigrated::StateReadError(damage) => damage.into(),
            NotMigrated::UnhandledChanges(unspoken) => Self::InFlight(unspoken),
        }
    }
}

/// The events may be many: how many rows are bad stands before the first of them.
fn of_events(fault: &FileFault) -> String {
    let FileFault::Rows(problems) = fault else {
        return fault.to_string();
    };
    format!("{}\n{fault}", problems.count_in_words())
}

fn short_words(lines: &[String]) -> String {
    let list: String = lines.iter().map(|line| format!("\n  {line}")).collect();
    format!("the plan asks for more of the past than the state has kept{list}")
}
