//! What a run has to say, as data: a code, the place in a file, and the words, each said once,
//! beside its type.
//!
//! Invariant: whoever tells it, in words or in JSON, adds nothing to what stands here but the name
//! of the file and what to do about it.

mod code;
mod file;
mod header;
mod problem;
mod warning;

pub use code::NoticeCode;
pub use file::FileFault;
pub(crate) use file::lines;
pub use header::{HeaderFault, Hint};
pub use problem::{Problems, Reason, RowError};
pub use warning::{Aftermath, Warning};

/// One thing that is to be told, and where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Its kind.
    pub code: NoticeCode,
    /// The line of the file, counted from 1.
    pub line: Option<u64>,
    /// The column, by its name in the header.
    pub column: Option<String>,
    /// What the cell holds.
    pub value: Option<String>,
    /// What is the matter.
    pub message: String,
}

impl Notice {
    /// Something without a place in a file.
    pub fn new(code: NoticeCode, message: impl Into<String>) -> Self {
        Self {
            code,
            line: None,
            column: None,
            value: None,
            message: message.into(),
        }
    }

    /// The same, of a line.
    #[must_use]
    pub fn at_line(self, line: u64) -> Self {
        Self {
            line: Some(line),
            ..self
        }
    }
}

impl From<&RowError> for Notice {
    fn from(problem: &RowError) -> Self {
        Self {
            code: problem.reason.code(),
            line: Some(problem.line),
            column: problem.column.clone(),
            value: Some(problem.value.clone()).filter(|value| !value.is_empty()),
            message: problem.reason.to_string(),
        }
    }
}

impl From<&HeaderFault> for Notice {
    fn from(fault: &HeaderFault) -> Self {
        Self {
            column: fault.column().map(str::to_owned),
            ..Self::new(fault.code(), fault.to_string()).at_line(1)
        }
    }
}

impl From<&Warning> for Notice {
    fn from(warning: &Warning) -> Self {
        let (line, column) = warning.place();
        Self {
            line,
            column: column.map(str::to_owned),
            ..Self::new(warning.code(), warning.to_string())
        }
    }
}
