//! What is wrong with a row of a file; a row with a problem is never run.

use std::fmt;

use super::NoticeCode;
use crate::screen::{one_line, shortened};

/// As much of a value as is shown, in characters.
const LONGEST_VALUE: usize = 61;

/// A value that does not fit, or a row that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowError {
    /// The line of the file in which the row begins, counted from 1.
    pub line: u64,
    /// The column, where it is one cell's fault.
    pub column: Option<String>,
    /// The cell's text, or empty.
    pub value: String,
    /// Why.
    pub reason: Reason,
}

/// Why a row is bad.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the words of `Display` say it")]
pub enum Reason {
    MissingKey,
    Required,
    NotA(&'static str),
    TooSmall(String),
    TooLarge(String),
    UnknownChoice,
    UnknownTag,
    UnknownStage { funnel: String },
    UnknownBlock,
    UnknownZone,
    CellCount { expected: usize, found: usize },
    StrayQuote,
    UnclosedQuote,
    NotUtf8,
    Nul,
    BareReturn,
    ByteOrderMark,
    NotAnObject,
    DuplicateKey { first_line: u64 },
}

impl Reason {
    /// Its kind.
    pub fn code(&self) -> NoticeCode {
        match self {
            Self::MissingKey => NoticeCode::MissingKey,
            Self::Required => NoticeCode::RequiredValue,
            Self::NotA(_) => NoticeCode::WrongType,
            Self::TooSmall(_) => NoticeCode::TooSmall,
            Self::TooLarge(_) => NoticeCode::TooLarge,
            Self::UnknownChoice => NoticeCode::UnknownChoice,
            Self::UnknownTag => NoticeCode::UnknownTag,
            Self::UnknownStage { .. } => NoticeCode::UnknownStage,
            Self::UnknownBlock => NoticeCode::UnknownReason,
            Self::UnknownZone => NoticeCode::UnknownZone,
            Self::CellCount { .. } => NoticeCode::CellCount,
            Self::StrayQuote | Self::UnclosedQuote => NoticeCode::BadQuote,
            Self::NotUtf8 => NoticeCode::NotUtf8,
            Self::Nul | Self::BareReturn | Self::ByteOrderMark => NoticeCode::BadCharacter,
            Self::NotAnObject => NoticeCode::NotAnObject,
            Self::DuplicateKey { .. } => NoticeCode::DuplicateKey,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingKey => f.write_str("the key is missing"),
            Self::Required => f.write_str("a value is required"),
            Self::NotA(word) => {
                let article = if word.starts_with(['a', 'e', 'i', 'o']) {
                    "an"
                } else {
                    "a"
                };
                write!(f, "not {article} {word}")
            }
            Self::TooSmall(min) => write!(f, "less than {min}"),
            Self::TooLarge(max) => write!(f, "more than {max}"),
            Self::UnknownChoice => f.write_str("not one of the declared values"),
            Self::UnknownTag => f.write_str("not one of the declared tags"),
            Self::UnknownStage { funnel } => write!(f, "not a stage of `{funnel}`"),
            Self::UnknownBlock => {
                f.write_str("not `unsubscribed`, `complained`, `bounced` or `false`")
            }
            Self::UnknownZone => f.write_str("not an IANA time zone"),
            Self::CellCount { expected, found } => {
                let cells = if *found == 1 { "cell" } else { "cells" };
                write!(f, "{found} {cells} where the header has {expected}")
            }
            Self::StrayQuote => {
                f.write_str("a quote inside a cell; write the cell in quotes and the quote twice")
            }
            Self::UnclosedQuote => f.write_str("a quote that is never closed"),
            Self::NotUtf8 => f.write_str("not UTF-8"),
            Self::Nul => f.write_str("a NUL byte; text has none"),
            Self::BareReturn => {
                f.write_str("a carriage return outside quotes; a row ends with a line feed")
            }
            Self::ByteOrderMark => f.write_str(
                "a byte order mark before its first cell, as files leave one that were put \
                 together; take it out",
            ),
            Self::NotAnObject => f.write_str("not an object of JSON on one line"),
            Self::DuplicateKey { first_line } => write!(f, "the same key as in line {first_line}"),
        }
    }
}

/// `line 7, column `orders`: `x` is bad: not an integer`, on one line whatever the value.
impl fmt::Display for RowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}", self.line)?;
        if let Some(column) = &self.column {
            write!(f, ", column `{column}`")?;
        }
        if !self.value.is_empty() {
            write!(
                f,
                ", `{}`",
                one_line(&shortened(&self.value, LONGEST_VALUE))
            )?;
        }
        write!(f, ": {}", self.reason)
    }
}

/// The problems of a run: how many rows, and the first of them for people.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problems {
    /// How many rows are bad.
    pub rows: u64,
    /// The first problems, in order of their lines.
    pub first: Vec<RowError>,
}

impl Problems {
    /// How many are kept to be shown.
    pub const SHOWN: usize = 20;

    /// How many rows they are, in words.
    pub(crate) fn count_in_words(&self) -> String {
        format!(
            "{} {} bad",
            self.rows,
            if self.rows == 1 { "row is" } else { "rows are" }
        )
    }

    /// Adds the problems of one bad row.
    pub(crate) fn add_row(&mut self, problems: impl IntoIterator<Item = RowError>) {
        self.rows += 1;
        let room = Self::SHOWN - self.first.len();
        self.first.extend(problems.into_iter().take(room));
    }

    /// Adds those of later rows.
    pub(crate) fn append(&mut self, later: Self) {
        self.rows += later.rows;
        let room = Self::SHOWN - self.first.len();
        self.first.extend(later.first.into_iter().take(room));
    }
}
