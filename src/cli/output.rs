//! Standard output, standard error and files that are written whole or not at all; a reader that
//! goes away is no error.

use std::borrow::Cow;
use std::io::{self, IsTerminal, Write};
use std::path::Path;

use clap::ValueEnum;

use super::kept::Kept;
use super::{CliError, Exit};
use crate::report::table::WIDEST;
use crate::report::text::Style;
use crate::runner::notice::NoticeCode;
use crate::runner::output::access::Readers;
use crate::runner::output::beside::AtomicFile;
use crate::screen;

/// When to use colours.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum ColorChoice {
    /// On a terminal, unless `NO_COLOR` is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// Where text for people goes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terminal {
    color: ColorChoice,
}

/// The two streams of a program.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Stream {
    Out,
    Err,
}

impl Terminal {
    pub(crate) fn new(color: ColorChoice) -> Self {
        Self { color }
    }

    /// How to draw findings on a stream.
    pub(crate) fn style(self, stream: Stream) -> Style {
        let is_terminal = match stream {
            Stream::Out => io::stdout().is_terminal(),
            Stream::Err => io::stderr().is_terminal(),
        };
        let color = match self.color {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => is_terminal && !no_color(),
        };
        let width = terminal_size::terminal_size().map_or(80, |(width, _)| usize::from(width.0));
        Style {
            width: width.clamp(40, 120),
            color,
        }
    }

    /// How wide the tables on standard output may be: as wide as the terminal, or as usual where it
    /// is none.
    pub(crate) fn table_width(self) -> usize {
        if io::stdout().is_terminal() {
            self.style(Stream::Out).width
        } else {
            WIDEST
        }
    }

    /// Writes text, in which nothing acts on a terminal but our colours, and nothing is a command
    /// to anybody; a reader that has gone is no error.
    pub(crate) fn print(self, stream: Stream, text: &str) -> Result<(), CliError> {
        let text = self.shown(stream, text);
        match stream {
            Stream::Out if is_json(&text) => out(&text),
            Stream::Out => out(&screen::without_commands(&text)),
            Stream::Err => {
                printed(|| io::stderr().write_all(screen::without_commands(&text).as_bytes()))
            }
        }
    }

    /// Writes commands of our own for the runner of GitHub.
    pub(crate) fn command(self, text: &str) -> Result<(), CliError> {
        out(&self.shown(Stream::Out, text))
    }

    /// JSON has escapes of its own, and keeps its values.
    fn shown(self, stream: Stream, text: &str) -> Cow<'_, str> {
        if is_json(text) {
            return screen::inert_json(text);
        }
        match screen::inert(text, self.style(stream).color) {
            Cow::Borrowed(text) => screen::without_passwords(text),
            Cow::Owned(text) => Cow::Owned(screen::without_passwords(&text).into_owned()),
        }
    }

    /// Says something on standard error; on a terminal lines end between words.
    pub(crate) fn say(self, text: &str) -> Result<(), CliError> {
        if !io::stderr().is_terminal() {
            return self.print(Stream::Err, text);
        }
        let width = self.style(Stream::Err).width;
        // Before lines end within a password.
        let wrapped: String = screen::without_passwords(text)
            .split_inclusive('\n')
            .map(|line| wrapped(line, width))
            .collect();
        self.print(Stream::Err, &wrapped)
    }

    /// Says why a command could not do its work.
    pub(crate) fn fail(self, failure: &CliError) {
        let mut text = format!("error: {failure}\n");
        if let Some(help) = &failure.help {
            text.push_str(&format!("  help: {help}\n"));
        }
        // There is nobody left to tell when standard error is gone.
        let _ = self.say(&text);
    }

    /// Writes a result to the file of `-o`, which is none that is kept, or to standard output where
    /// there is none or it is `-`.
    pub(super) fn deliver(
        self,
        file: Option<&Path>,
        text: &str,
        kept: &Kept,
    ) -> Result<Exit, CliError> {
        let Some(path) = file.filter(|path| *path != Path::new("-")) else {
            self.print(Stream::Out, text)?;
            return Ok(Exit::Fine);
        };
        kept.allow(path)?;
        if is_json(text) {
            write_whole(path, screen::inert_json(text).as_bytes())?;
        } else {
            let text = screen::inert(text, false);
            write_whole(path, screen::without_passwords(&text).as_bytes())?;
        }
        Ok(Exit::Fine)
    }
}

/// Whether a text is one JSON object; a path may begin with a brace, too.
fn is_json(text: &str) -> bool {
    text.starts_with('{') && serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}

fn out(text: &str) -> Result<(), CliError> {
    printed(|| {
        io::stdout()
            .write_all(text.as_bytes())
            .and_then(|()| io::stdout().flush())
    })
}

/// A line, broken between words; what goes on stands two columns further in.
fn wrapped(line: &str, width: usize) -> String {
    let indent = " ".repeat(line.len() - line.trim_start_matches(' ').len() + 2);
    let options = textwrap::Options::new(width)
        .word_splitter(textwrap::WordSplitter::NoHyphenation)
        .break_words(false)
        .subsequent_indent(&indent);
    textwrap::fill(line, options)
}

fn no_color() -> bool {
    std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
}

/// Prints to a stream of the program; a reader that has gone is no error.
pub(crate) fn printed(print: impl FnOnce() -> io::Result<()>) -> Result<(), CliError> {
    match print() {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(CliError::new(format!("cannot write: {error}")).coded(NoticeCode::CannotWrite))
        }
        Err(_) | Ok(()) => Ok(()),
    }
}

/// Writes a file beside its place and renames it there, so that nobody ever reads half of it; a
/// link is refused, a device or a pipe is written directly.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), CliError> {
    let written = AtomicFile::begin(path, Readers::All).and_then(|(beside, mut file)| {
        file.write_all(bytes)?;
        file.finish()?;
        beside.commit()
    });
    written.map_err(|error| CliError::new(format!("cannot write `{}`: {error}", path.display())))
}
