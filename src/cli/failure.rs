//! Why a command could not do its work: for people in words, for machines also what kind of thing
//! it is, and of which file.
//!
//! Invariant: names and texts of others stay in their line.

use std::path::Path;

use super::Exit;
use crate::report::run::{Message, Weight};
use crate::runner::notice::{Notice, NoticeCode};
use crate::screen::one_line;

/// Why a command could not do its work.
#[derive(Debug, thiserror::Error)]
#[error("{}{message}", self.named())]
pub(crate) struct CliError {
    pub(super) exit: Exit,
    pub(super) help: Option<String>,
    code: NoticeCode,
    message: String,
    file: Option<FileName>,
    /// What the message says, one by one; empty where it says one thing.
    notices: Vec<Notice>,
}

/// The file that a failure is of.
#[derive(Debug)]
struct FileName {
    name: String,
    /// Whether it stands before the message, which does not name it.
    stands_before: bool,
}

impl CliError {
    /// A failure of files or the environment: what happened, and to what.
    pub(crate) fn new(message: impl AsRef<str>) -> Self {
        Self {
            exit: Exit::Environment,
            help: None,
            code: NoticeCode::Environment,
            message: one_line(message.as_ref()).into_owned(),
            file: None,
            notices: Vec::new(),
        }
    }

    /// The same, of a message that has a line for each of several.
    pub(crate) fn lines(message: impl AsRef<str>) -> Self {
        let lines: Vec<_> = message.as_ref().split('\n').map(one_line).collect();
        Self {
            message: lines.join("\n"),
            ..Self::new("")
        }
    }

    /// Arguments that make no sense.
    pub(crate) fn usage(message: impl AsRef<str>) -> Self {
        Self {
            exit: Exit::Usage,
            code: NoticeCode::Usage,
            ..Self::new(message)
        }
    }

    /// The same, of a file, which is named before the message.
    pub(crate) fn of(self, path: &Path) -> Self {
        self.in_file(path, true)
    }

    /// The same, of a file that the message names already.
    pub(crate) fn about(self, path: &Path) -> Self {
        self.in_file(path, false)
    }

    fn in_file(self, path: &Path, stands_before: bool) -> Self {
        let name = one_line(&path.to_string_lossy()).into_owned();
        Self {
            file: Some(FileName {
                name,
                stands_before,
            }),
            ..self
        }
    }

    /// Says what kind of thing it is.
    pub(crate) fn coded(self, code: NoticeCode) -> Self {
        Self { code, ..self }
    }

    /// Says one by one what the message says.
    pub(crate) fn telling(self, notices: Vec<Notice>) -> Self {
        Self { notices, ..self }
    }

    /// Adds what to do about it.
    pub(crate) fn help(mut self, help: impl AsRef<str>) -> Self {
        self.help = Some(one_line(help.as_ref()).into_owned());
        self
    }

    /// For machines: each thing by itself, the help at the first.
    pub(super) fn messages(&self) -> Vec<Message> {
        let whole = || vec![Notice::new(self.code, self.message.clone())];
        let notices = if self.notices.is_empty() {
            whole()
        } else {
            self.notices.clone()
        };
        let file = self.file.as_ref().map(|file| file.name.clone());
        let message = |(at, notice)| {
            let help = self.help.as_deref().filter(|_| at == 0);
            Message::new(Weight::Error, notice, file.clone()).maybe_help(help)
        };
        notices.into_iter().enumerate().map(message).collect()
    }

    fn named(&self) -> String {
        let before = self.file.as_ref().filter(|file| file.stands_before);
        before.map_or_else(String::new, |file| format!("`{}`: ", file.name))
    }
}
