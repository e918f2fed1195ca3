//! What is wrong with the first row of a file, which must name the columns.

use std::fmt;

use thiserror::Error;

use super::{NoticeCode, Reason};

/// What is wrong with a header.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum HeaderFault {
    #[error("the first row must name the columns")]
    Absent,
    #[error("the first row must name the columns, but it is empty")]
    Empty,
    #[error("{}", unreadable(.0))]
    Unreadable(Reason),
    /// `at` are its two places, counted from 1.
    #[error("the column `{column}` stands twice in the header{}", as_columns(*at))]
    Twice {
        column: String,
        at: Option<[usize; 2]>,
    },
    #[error("the column `{column}`{} is missing{hint}", which_holds(holds.as_deref()))]
    Missing {
        column: String,
        holds: Option<String>,
        hint: Hint,
    },
    /// It decides who may be written to; `otherwise` is what to write if files may lack it.
    #[error("the column `{column}`, which holds {holds}, is missing{hint}{}if files may lack it, \
        {otherwise}", hint.joint())]
    Undecided {
        column: String,
        holds: String,
        hint: Hint,
        otherwise: String,
    },
}

impl HeaderFault {
    /// Its kind.
    pub fn code(&self) -> NoticeCode {
        match self {
            Self::Absent | Self::Empty => NoticeCode::NoHeader,
            Self::Unreadable(_) => NoticeCode::BadHeader,
            Self::Twice { .. } => NoticeCode::DuplicateColumn,
            Self::Missing { .. } => NoticeCode::MissingColumn,
            Self::Undecided { .. } => NoticeCode::DecidingColumn,
        }
    }

    /// The column that it is about.
    pub fn column(&self) -> Option<&str> {
        match self {
            Self::Absent | Self::Empty | Self::Unreadable(_) => None,
            Self::Twice { column, .. }
            | Self::Missing { column, .. }
            | Self::Undecided { column, .. } => Some(column),
        }
    }
}

/// What a column that is missing may have been meant by, to be read behind "is missing".
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hint {
    /// Nothing in the header looks like it.
    Nothing,
    /// This one does.
    Near(String),
    /// The header is one cell, with what other programs put between cells.
    Commas,
}

impl Hint {
    /// What leads on to the next half of a sentence.
    fn joint(&self) -> &'static str {
        if matches!(self, Self::Near(_)) {
            " "
        } else {
            "; "
        }
    }
}

impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => Ok(()),
            Self::Near(near) => write!(f, "; did you mean `{near}`?"),
            Self::Commas => f.write_str("; the cells must stand between commas"),
        }
    }
}

fn as_columns(at: Option<[usize; 2]>) -> String {
    at.map_or_else(String::new, |[first, second]| {
        format!(", as columns {first} and {second}")
    })
}

fn which_holds(holds: Option<&str>) -> String {
    holds.map_or_else(String::new, |holds| format!(", which holds {holds},"))
}

fn unreadable(reason: &Reason) -> String {
    if let Reason::BareReturn = reason {
        "its rows end with carriage returns alone, as on old Macs; write it anew with line feeds"
            .to_owned()
    } else if let Reason::Nul = reason {
        "the header has NUL bytes, as UTF-16 has; write it anew as UTF-8".to_owned()
    } else {
        format!("the header cannot be read: {reason}")
    }
}
