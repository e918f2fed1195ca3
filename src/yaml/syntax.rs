//! What a mistake of syntax means in plain words; the place is where a person would look for it,
//! which is not always where the parser gave up.

use granit_parser::ErrorKind;

use super::budget;
use super::unquoted::{self, Suspect};
use crate::diagnostic::{Diagnostic, codes};
use crate::source::{FileId, Span};

/// Where reading stopped.
pub(super) struct Stopped<'t> {
    pub(super) file: FileId,
    pub(super) text: &'t str,
    /// Where the parser gave up.
    pub(super) at: usize,
    /// Where the last event ended.
    pub(super) read_to: usize,
    /// The innermost `[` or `{` that is open.
    pub(super) open: Option<Span>,
    /// Where the text starts that ended at `at`, with its key: it has swallowed more than was
    /// meant.
    pub(super) swallowed: Option<usize>,
}

impl Stopped<'_> {
    /// Turns the parser's error into ours.
    pub(super) fn explain(&self, kind: &ErrorKind) -> Diagnostic {
        if *kind == ErrorKind::RecursionLimitExceeded {
            return budget::too_deep(self.here());
        }
        if let Some(suspect) = self.suspect() {
            return suspect.into_diagnostic(self.file, self.text);
        }
        if is_tab(kind) || (is_indentation(kind) && self.indenting_tab().is_some()) {
            return self.tab();
        }
        if is_unclosed_quote(kind) {
            return self.unclosed_quote();
        }
        if let ErrorKind::UnclosedFlowCollection { .. } = kind {
            let here = self.text[self.at..].starts_with(['[', '{']);
            let at = if here {
                Some(Span::new(self.file, self.at..self.at + 1))
            } else {
                self.open
            };
            return self.unclosed(
                at.unwrap_or_else(|| self.here()),
                self.text.trim_end().len(),
            );
        }
        if let Some(open) = self.open.filter(|_| is_in_flow(kind)) {
            return self.in_brackets(open);
        }
        let (message, label, help) = words(kind);
        let better = self.missing_space(kind).or_else(|| self.second_colon(kind));
        Diagnostic::new(codes::YAML_SYNTAX, self.here(), message)
            .at(label)
            .help(better.unwrap_or_else(|| help.to_owned()))
    }

    /// A value that the parser stumbled over because it lacks quotes.
    fn suspect(&self) -> Option<Suspect> {
        let from = self
            .open
            .map_or(self.read_to, |open| open.range().start)
            .min(self.at);
        let last = self.at.max(self.read_to);
        let end = self.text[last..]
            .find('\n')
            .map_or(self.text.len(), |newline| last + newline);
        unquoted::first(self.text, from..end, self.open.is_some())
    }

    /// The word at which the parser gave up; the last character where the file ends too early.
    fn here(&self) -> Span {
        let written = self.text.trim_end().len();
        let start = if self.at < written {
            self.at
        } else {
            before(self.text, written)
        };
        let rest = &self.text[start..];
        let word = rest
            .find(|c: char| c.is_whitespace() || ",[]{}".contains(c))
            .unwrap_or(rest.len());
        let one = rest.chars().next().map_or(0, char::len_utf8);
        Span::new(self.file, start..start + word.max(one))
    }

    fn tab(&self) -> Diagnostic {
        let tab = self
            .indenting_tab()
            .or_else(|| self.text[self.at..].find('\t').map(|tab| self.at + tab));
        let tab = tab.unwrap_or(self.at);
        let length = self.text[tab..].chars().take_while(|c| *c == '\t').count();
        Diagnostic::new(
            codes::YAML_SYNTAX,
            Span::new(self.file, tab..tab + length),
            "a tab cannot indent a line",
        )
        .at("a tab")
        .help("indent with spaces, two for each level")
    }

    /// A tab before the first word of the line where the parser gave up, or of the line that it
    /// read last.
    fn indenting_tab(&self) -> Option<usize> {
        let read = end_of_content(self.text, self.at);
        let from = self.text[..read]
            .rfind('\n')
            .map_or(0, |newline| newline + 1);
        let mut start = from;
        for line in self.text[from..self.at].split_inclusive('\n') {
            let indent = line.len() - line.trim_start_matches([' ', '\t']).len();
            if let Some(tab) = line[..indent].find('\t') {
                return Some(start + tab);
            }
            start += line.len();
        }
        None
    }

    fn unclosed_quote(&self) -> Diagnostic {
        let start = unquoted::first_quote(self.text, self.read_to..self.at).unwrap_or(self.at);
        let quote = self.text[start..]
            .chars()
            .next()
            .filter(|c| "'\"".contains(*c))
            .unwrap_or('"');
        let length = usize::from(start < self.text.len());
        let span = Span::new(self.file, start..start + length);
        Diagnostic::new(
            codes::YAML_SYNTAX,
            span,
            format!("the quote `{quote}` is never closed"),
        )
        .at("opened here")
        .help(format!("write `{quote}` at the end of the text"))
    }

    fn in_brackets(&self, open: Span) -> Diagnostic {
        let start = self.here().range().start;
        let close = self.closing(open);
        let line = self.text[start..].lines().next().unwrap_or_default();
        if self.text[open.range().start..start].contains('\n') && !line.contains(close) {
            return self.unclosed(open, start);
        }
        Diagnostic::new(
            codes::YAML_SYNTAX,
            self.here(),
            format!("expected `,` or `{close}`"),
        )
        .at("does not belong here")
        .help(format!(
            "write `,` between the items and `{close}` at the end"
        ))
    }

    fn unclosed(&self, open: Span, until: usize) -> Diagnostic {
        let start = open.range().start;
        let bracket = &self.text[start..=start];
        let line = self.text[..until]
            .rfind('\n')
            .map_or(0, |newline| newline + 1);
        let indent = self.text[line..until].len() - self.text[line..until].trim_start().len();
        let here = Span::new(self.file, line + indent..until);
        Diagnostic::new(
            codes::YAML_SYNTAX,
            Span {
                end: open.start + 1,
                ..open
            },
            format!("the bracket `{bracket}` is never closed"),
        )
        .at("opened here")
        .label(here, "still open here")
        .help(format!(
            "write `{}` where the list or mapping ends",
            self.closing(open)
        ))
    }

    fn closing(&self, open: Span) -> char {
        if self.text[open.range().start..].starts_with('{') {
            '}'
        } else {
            ']'
        }
    }

    /// `weight:10` is one word, and then the key seems to have no colon.
    fn missing_space(&self, kind: &ErrorKind) -> Option<String> {
        if !matches!(
            kind,
            ErrorKind::SimpleKeyExpected
                | ErrorKind::InvalidSimpleKey
                | ErrorKind::MappingValueNotAllowed
        ) {
            return None;
        }
        let from = self.swallowed.unwrap_or(self.at);
        let here = self.here().range();
        let words = self.text[from.min(here.start)..here.end]
            .lines()
            .map(str::trim);
        let (key, value) = words.filter(|line| !line.contains(' ')).find_map(|word| {
            word.split_once(':')
                .filter(|(key, value)| !key.is_empty() && !value.is_empty())
        })?;
        Some(format!("write a space after the colon: `{key}: {value}`"))
    }

    /// `subject: Hello: world`.
    fn second_colon(&self, kind: &ErrorKind) -> Option<String> {
        if *kind != ErrorKind::MappingValueNotAllowed {
            return None;
        }
        let line = self.text[..self.at]
            .rfind('\n')
            .map_or(0, |newline| newline + 1);
        let end = self.text[self.at..]
            .find('\n')
            .map_or(self.text.len(), |newline| self.at + newline);
        let (key, value) = self.text[line..end]
            .trim()
            .split_once(": ")
            .filter(|_| self.text[line..self.at].contains(": "))?;
        if let Some(condition) = value
            .trim()
            .strip_prefix("not ")
            .filter(|rest| rest.trim_start().starts_with('{'))
        {
            return Some(format!("write `{key}: {{ not: {} }}`", condition.trim()));
        }
        Some(format!(
            "write quotes around text that contains `: `: `{key}: {}`",
            unquoted::quoted(value.trim())
        ))
    }
}

/// Where the last line before `at` ends that holds more than space and comments.
pub(super) fn end_of_content(text: &str, at: usize) -> usize {
    let mut before = text[..at].trim_end();
    while let Some(line) = before
        .lines()
        .next_back()
        .filter(|line| line.trim_start().starts_with('#'))
    {
        before = before[..before.len() - line.len()].trim_end();
    }
    before.len()
}

fn before(text: &str, at: usize) -> usize {
    text[..at]
        .char_indices()
        .next_back()
        .map_or(0, |(start, _)| start)
}

fn is_tab(kind: &ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::TabNotAllowed
            | ErrorKind::TabInBlockIndentation
            | ErrorKind::TabAtBlockScalarStart
            | ErrorKind::TabInIndentation
            | ErrorKind::TabInPlainScalar
    )
}

/// Whether a line does not belong to those above it, so that what stands there may be wrong itself.
pub(super) fn is_indentation(kind: &ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::ExpectedBlockMappingKey
            | ErrorKind::ExpectedDocumentStart
            | ErrorKind::InvalidIndentation
            | ErrorKind::ExpectedBlockSequenceEntry
            | ErrorKind::BlockSequenceEntryNotAllowed
            | ErrorKind::InvalidBlockScalarIndent
    )
}

fn is_unclosed_quote(kind: &ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::UnclosedQuotedScalar
            | ErrorKind::InvalidQuotedScalarIndent
            | ErrorKind::DocumentIndicatorInQuotedScalar
    )
}

fn is_in_flow(kind: &ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::UnexpectedEof
            | ErrorKind::UnexpectedEofFlowSequence
            | ErrorKind::UnexpectedEofFlowMapping
            | ErrorKind::UnexpectedEofImplicitFlowMapping
            | ErrorKind::ExpectedFlowMappingSeparator
            | ErrorKind::ExpectedFlowSequenceSeparator
            | ErrorKind::ExpectedNodeContent
            | ErrorKind::InvalidColonPlacement
            | ErrorKind::InvalidFlowScalarIndent
            | ErrorKind::InvalidIndentation
            | ErrorKind::BlockEntryInFlowCollection
            | ErrorKind::MappingValueNotAllowed
            | ErrorKind::InvalidMappingValueWhitespace
    )
}

/// Message, label and help of what has no better story.
#[expect(clippy::wildcard_enum_match_arm, reason = "the kinds are the parser's")]
fn words(kind: &ErrorKind) -> (String, &'static str, &'static str) {
    let (message, label, help) = match kind {
        ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey => (
            "a key without a colon",
            "no `:` follows",
            "write `: ` and a value after the key, or quotes around the text",
        ),
        ErrorKind::MappingValueNotAllowed | ErrorKind::InvalidColonPlacement => (
            "a colon where no key can be",
            "unexpected `:`",
            "indent the line like the keys beside it, or leave out the value above it",
        ),
        kind if is_indentation(kind) => (
            "this line does not stand below the lines that it belongs to",
            "indented differently",
            "indent it with as many spaces as the lines beside it; a list item starts with `- `",
        ),
        ErrorKind::InvalidTrailingSingleQuotedScalar
        | ErrorKind::InvalidTrailingDoubleQuotedScalar => (
            "text goes on after the closing quote",
            "behind the quote",
            "put the whole text in quotes; a quote inside single quotes is written twice",
        ),
        ErrorKind::UnknownQuotedScalarEscape | ErrorKind::InvalidQuotedScalarHexEscape => (
            "a backslash in double quotes starts an escape, and this is none",
            "in this text",
            "use single quotes, or write the backslash twice",
        ),
        ErrorKind::MismatchedFlowCollectionEnd { open, close } => {
            let message = format!("`{open}` is closed by `{close}`");
            return (
                message,
                "closed by another bracket",
                "close each `[` with `]` and each `{` with `}`",
            );
        }
        ErrorKind::MisplacedFlowCollectionEnd => (
            "a closing bracket without an opening one",
            "closes nothing",
            "close each `[` with `]` and each `{` with `}`",
        ),
        ErrorKind::UnsupportedYamlMajorVersion => (
            "unknown version of YAML",
            "not 1.2",
            "remove the line `%YAML`",
        ),
        other => {
            let message = format!("this is not YAML: {other}");
            return (
                message,
                "reading stops here",
                "text with special characters needs quotes",
            );
        }
    };
    (message.to_owned(), label, help)
}
