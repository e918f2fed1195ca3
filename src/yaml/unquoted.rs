//! Values that mean something else because they lack quotes: found in the text, since the parser
//! sees a comment, a mapping or nothing at all.

use std::ops::Range;

use crate::diagnostic::{Diagnostic, codes};
use crate::source::{FileId, Span};

/// A value that lacks quotes.
pub(super) struct Suspect {
    range: Range<usize>,
    why: Why,
}

enum Why {
    Comment,
    Template,
    Reserved(char),
}

impl Suspect {
    pub(super) fn into_diagnostic(self, file: FileId, text: &str) -> Diagnostic {
        let value = &text[self.range.clone()];
        let (message, label) = match self.why {
            Why::Comment => (swallowed(value), "read as a comment"),
            Why::Template => (MAPPING.to_owned(), "read as a mapping"),
            Why::Reserved(sign) => (cannot_start(sign), "needs quotes"),
        };
        error(Span::new(file, self.range), message, label, value)
    }
}

pub(super) const MAPPING: &str = "an unquoted `{{` starts a mapping, not text";

/// The message for a value that an unquoted `#` made a comment of.
pub(super) fn swallowed(value: &str) -> String {
    format!("an unquoted `#` starts a comment, so nothing is left of `{value}`")
}

/// The error for a value that lacks quotes.
pub(super) fn error(
    span: Span,
    message: impl Into<String>,
    label: &str,
    value: &str,
) -> Diagnostic {
    Diagnostic::new(codes::UNQUOTED_VALUE, span, message)
        .at(label)
        .help(format!("write quotes around it: `{}`", quoted(value)))
}

/// The value that an unquoted `#` made a comment of: what follows the `:` or `-` after `from` on
/// the same line.
pub(super) fn value_in_comment(text: &str, from: usize) -> Option<Range<usize>> {
    let rest = text.get(from..)?.trim_start();
    let after = rest.strip_prefix([':', '-'])?;
    let value = after.trim_start_matches([' ', '\t']);
    if value.len() == after.len() {
        return None;
    }
    swallowed_at(text, text.len() - value.len())
}

/// The first value in `range` that lacks quotes; `flow` says whether it stands inside brackets.
pub(super) fn first(text: &str, range: Range<usize>, flow: bool) -> Option<Suspect> {
    let mut words = Words {
        text,
        at: range.start,
        end: range.end,
        fresh: true,
    };
    let mut value = range.start;
    while let Some((at, fresh)) = words.next_sign() {
        if fresh {
            value = at;
        }
        let rest = &text[at..range.end];
        let sign = rest.chars().next()?;
        let after_colon = text[..at]
            .trim_end_matches([' ', '\t'])
            .ends_with([':', '-']);
        if sign == '#'
            && after_colon
            && let Some(range) = swallowed_at(text, at)
        {
            return Some(Suspect {
                range,
                why: Why::Comment,
            });
        }
        if rest.starts_with("{{") {
            let end = rest.find("}}").map_or(range.end, |end| at + end + 2);
            return Some(Suspect {
                range: value..end,
                why: Why::Template,
            });
        }
        if fresh && matches!(sign, '@' | '`' | '%') {
            return Some(Suspect {
                range: at..end_of_value(text, at, flow),
                why: Why::Reserved(sign),
            });
        }
    }
    None
}

/// The first quote in `range` that starts a text.
pub(super) fn first_quote(text: &str, range: Range<usize>) -> Option<usize> {
    let mut before = ' ';
    for (offset, c) in text.get(range.clone())?.char_indices() {
        if matches!(c, '"' | '\'') && (before.is_whitespace() || "[{,".contains(before)) {
            return Some(range.start + offset);
        }
        before = c;
    }
    None
}

fn cannot_start(sign: char) -> String {
    let sign = if sign == '`' {
        "backquote".to_owned()
    } else {
        format!("`{sign}`")
    };
    format!("a value cannot start with an unquoted {sign}")
}

/// Where a text ends that starts with a template: at the end of its line, or inside brackets at the
/// next sign of them.
pub(super) fn end_of_text(text: &str, end: usize, flow: bool) -> usize {
    let next = text[end..].trim_start_matches([' ', '\t']);
    if next.starts_with('#') {
        end
    } else {
        end_of_value(text, end, flow)
    }
}

/// The text in quotes, without escapes where that is possible.
pub(super) fn quoted(text: &str) -> String {
    if text.contains(['"', '\\']) {
        format!("'{}'", text.replace('\'', "''"))
    } else {
        format!("\"{text}\"")
    }
}

/// `#4c78a8` at the place of a value; nothing where it is an ordinary comment.
fn swallowed_at(text: &str, at: usize) -> Option<Range<usize>> {
    let comment = text[at..].strip_prefix('#')?;
    if comment.starts_with(|c: char| c.is_whitespace() || c == '#') || comment.is_empty() {
        return None;
    }
    let length = comment
        .find(|c: char| c.is_whitespace() || ",]}".contains(c))
        .unwrap_or(comment.len());
    Some(at..at + 1 + length)
}

fn end_of_value(text: &str, start: usize, flow: bool) -> usize {
    let line = text[start..].lines().next().unwrap_or_default();
    let line = line.split(" #").next().unwrap_or(line);
    let line = if flow {
        line.split([',', '}', ']']).next().unwrap_or(line)
    } else {
        line
    };
    start + line.trim_end().len()
}

/// Walks over unquoted characters, leaving out quoted text and comments.
struct Words<'t> {
    text: &'t str,
    at: usize,
    end: usize,
    /// Whether a value could start here.
    fresh: bool,
}

impl Words<'_> {
    /// The next character that is no space, and whether a value starts with it.
    fn next_sign(&mut self) -> Option<(usize, bool)> {
        while self.at < self.end {
            let at = self.at;
            let c = self.text[at..].chars().next()?;
            self.at += c.len_utf8();
            let fresh = self.fresh;
            let spaced = self.text[..at].ends_with(char::is_whitespace);
            match c {
                '\n' => self.fresh = true,
                '"' | '\'' if fresh => self.skip_past(c),
                '[' | '{' | ',' => {
                    self.fresh = true;
                    return Some((at, fresh));
                }
                ':' | '-' if self.text[self.at..].starts_with(char::is_whitespace) => {
                    self.fresh = true;
                }
                '#' if spaced => {
                    self.skip_past('\n');
                    return Some((at, fresh));
                }
                c if c.is_whitespace() => {}
                _ => {
                    self.fresh = false;
                    return Some((at, fresh));
                }
            }
        }
        None
    }

    fn skip_past(&mut self, end: char) {
        self.at = self.text[self.at..]
            .find(end)
            .map_or(self.text.len(), |found| self.at + found + end.len_utf8());
        self.fresh = end == '\n';
    }
}
