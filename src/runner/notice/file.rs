//! What is wrong with a file beside the contacts, the companies or the events; with such a fault
//! nothing of it is taken in.

use std::io;

use thiserror::Error;

use super::{HeaderFault, Notice, NoticeCode, Problems};
use crate::screen::one_line;

/// What is wrong with the companies file or the events file.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum FileFault {
    #[error("the project knows no companies; describe them under `companies`")]
    CompaniesUnasked,
    #[error("cannot be read: {0}")]
    Io(io::Error),
    #[error("it ended at byte {byte}, but had {length} bytes when the run began")]
    Short { byte: u64, length: u64 },
    #[error("it has no header: no row ends within its first {0} bytes")]
    NoHeader(usize),
    #[error("{}", lines(.0))]
    Header(Vec<HeaderFault>),
    #[error("the row that begins in line {line} is longer than {} MiB; a quote may not be \
        closed", longest >> 20)]
    LongRow { line: u64, longest: usize },
    #[error("line {line} is longer than {} MiB", longest >> 20)]
    LongLine { line: u64, longest: usize },
    #[error("{}", first_rows(.0))]
    Rows(Problems),
}

impl FileFault {
    /// Each thing that is wrong; of bad rows first how many there are.
    pub fn notices(&self) -> Vec<Notice> {
        let one = |code| vec![Notice::new(code, self.to_string())];
        match self {
            Self::CompaniesUnasked => one(NoticeCode::CompaniesUnasked),
            Self::Io(_) => one(NoticeCode::CannotRead),
            Self::Short { .. } => one(NoticeCode::FileChanged),
            Self::NoHeader(_) => one(NoticeCode::NoHeader),
            Self::Header(faults) => faults.iter().map(Notice::from).collect(),
            Self::LongRow { line, .. } | Self::LongLine { line, .. } => {
                vec![Notice::new(NoticeCode::LongRow, self.to_string()).at_line(*line)]
            }
            Self::Rows(problems) => {
                let rows = Notice::new(NoticeCode::BadRows, problems.count_in_words());
                std::iter::once(rows)
                    .chain(problems.first.iter().map(Notice::from))
                    .collect()
            }
        }
    }
}

/// One below the other; names in them may come from anybody.
pub(crate) fn lines<T: ToString>(all: &[T]) -> String {
    all.iter()
        .map(|line| one_line(&line.to_string()).into_owned())
        .collect::<Vec<_>>()
        .join("\n")
}

/// The first problems, and whether there are more.
fn first_rows(problems: &Problems) -> String {
    let more = if problems.rows > Problems::SHOWN as u64 {
        "\nand more"
    } else {
        ""
    };
    format!("{}{more}", lines(&problems.first))
}
