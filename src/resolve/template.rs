//! Tokens in texts: names to fields, with the place of each token; a token that is wrong is an
//! error there.

use std::ops::Range;

use super::Resolver;
use crate::diagnostic::{Diagnostic, codes};
use crate::model::template::{Part, Piece, Template, Token, pieces};
use crate::schema::{Keyed, Text};
use crate::source::Span;

/// So many tokens of a text are told, as mistakes and as those of other tools: nobody reads on.
const MOST: usize = 200;

impl Resolver {
    /// A text with tokens; `span` is its place. Absent where a token is wrong, which is reported.
    pub(super) fn template(&mut self, text: &str, span: Span) -> Option<Template> {
        self.tokens_of_others(text, span);
        let (mut parts, before) = (Vec::new(), self.diagnostics.len());
        for piece in pieces(text) {
            if self.diagnostics.len() - before >= MOST {
                self.report(no_further(span));
                return None;
            }
            parts.push(self.part(piece, text, span));
        }
        parts
            .into_iter()
            .collect::<Option<_>>()
            .map(|parts| Template { parts })
    }

    /// Tells what another tool would fill in and funnelc mails as it stands.
    fn tokens_of_others(&mut self, text: &str, span: Span) {
        let found = foreign(text);
        for range in found.iter().take(MOST).cloned() {
            let message = format!(
                "`{}` is a token of another tool, and is mailed as it stands",
                &text[range.clone()]
            );
            let finding = Diagnostic::new(
                codes::FOREIGN_TOKEN,
                within(span, text, range.clone()),
                message,
            );
            let help = match self.field_in(&text[range]) {
                Some(field) => format!(
                    "write `{{{{ {field} }}}}`, with what to say without a value: \
                        `{{{{ {field} | default: text }}}}`"
                ),
                None => "write `{{ … }}` with the id of a field".to_owned(),
            };
            self.report(finding.at("not filled in").help(help));
        }
        if let Some(next) = found.get(MOST) {
            let message = format!(
                "and {} more tokens of other tools from here on, which are not told",
                found.len() - MOST
            );
            let place = within(span, text, next.clone());
            self.report(
                Diagnostic::new(codes::FOREIGN_TOKEN, place, message)
                    .at("not filled in")
                    .help("write those before it as `{{ field }}` first"),
            );
        }
    }

    /// The field that a token of another tool names.
    fn field_in(&self, token: &str) -> Option<String> {
        let words = token.split(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-');
        let ids = words.map(|word| word.to_lowercase().replace('_', "-"));
        ids.filter(|id| !id.is_empty()).find(|id| {
            self.index
                .fields
                .find::<crate::model::FieldId>(id)
                .is_some()
        })
    }

    fn part(&mut self, piece: Piece<'_>, text: &str, span: Span) -> Option<Part> {
        match piece {
            Piece::Text(text) => Some(Part::Text(text.to_owned())),
            Piece::Broken { range, why } => {
                let token = &text[range.clone()];
                self.report(
                    Diagnostic::new(
                        codes::BROKEN_TOKEN,
                        within(span, text, range),
                        format!("`{token}` is no token: {why}"),
                    )
                    .at("no token")
                    .help("write `{{ field }}` or `{{ field | default: text }}`"),
                );
                None
            }
            Piece::Token {
                name,
                default,
                range,
            } => {
                let place = within(span, text, range);
                let token = self.token(&Keyed {
                    value: Text(name.to_owned()),
                    span: place,
                    key: place,
                })?;
                Some(Part::Value {
                    token,
                    default: default.map(str::to_owned),
                    span: place,
                })
            }
        }
    }

    /// A field, `points`, or `points/` and a group.
    pub(super) fn token(&mut self, name: &Keyed<Text>) -> Option<Token> {
        match name.value.0.strip_prefix("points") {
            Some("") => Some(Token::Points),
            Some(group) if group.starts_with('/') => {
                let group = Keyed {
                    value: Text(group[1..].to_owned()),
                    ..*name
                };
                self.group_id(&group).map(Token::Group)
            }
            Some(_) | None => self.field_id(name).map(Token::Field),
        }
    }
}

/// The error behind the last of many.
fn no_further(span: Span) -> Diagnostic {
    let message = format!("the text has {MOST} wrong tokens, and is looked at no further");
    Diagnostic::new(codes::BROKEN_TOKEN, span, message)
        .at("in this text")
        .help("mend those that are told first")
}

/// How tokens of other tools begin and end.
const FOREIGN: [(&str, &str); 8] = [
    ("{contactfield=", "}"),
    ("{ownerfield=", "}"),
    ("{pagelink=", "}"),
    ("*|", "|*"),
    ("<%", "%>"),
    ("{%", "%}"),
    ("${", "}"),
    ("[[", "]]"),
];

/// Where tokens of other tools stand.
fn foreign(text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<_> = FOREIGN
        .iter()
        .flat_map(|(open, close)| enclosed(text, open, close))
        .collect();
    let percents = enclosed(text, "%", "%");
    found.extend(percents.filter(|range| {
        let inside = &text[range.start + 1..range.end - 1];
        is_word(inside) && !is_encoded(inside)
    }));
    found.extend(enclosed(text, "{", "}").filter(|range| is_single(text, range)));
    found.sort_by_key(|range| (range.start, usize::MAX - range.end));
    let mut end = 0;
    found.retain(|range| {
        let alone = range.start >= end;
        end = end.max(range.end);
        alone
    });
    found
}

/// Each piece from an opening sign to the next closing one on the same line. Many opening signs may
/// have one closing one, which is looked for once.
fn enclosed(
    text: &str,
    open: &'static str,
    close: &'static str,
) -> impl Iterator<Item = Range<usize>> {
    let (mut closing, mut line_end) = (0, 0);
    text.match_indices(open).filter_map(move |(start, _)| {
        let inside = start + open.len();
        let end = next(text, close, inside, &mut closing);
        let line = next(text, "\n", inside, &mut line_end);
        (inside < end && end < line).then(|| start..end + close.len())
    })
}

/// Where a sign stands next, if it was not found behind `from` before; at no place of the text where
/// it does not.
fn next(text: &str, sign: &str, from: usize, found: &mut usize) -> usize {
    if *found < from {
        *found = text[from..].find(sign).map_or(usize::MAX, |at| from + at);
    }
    *found
}

/// A name, as `%name%` and `{first_name}` have it, and no percentage between two others.
fn is_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c))
}

/// What stands behind the sign in an address, as in `%C3%A9`.
fn is_encoded(text: &str) -> bool {
    let mut start = text.bytes().take(2);
    text.len() <= 2
        || (start.clone().any(|c| c.is_ascii_digit()) && start.all(|c| c.is_ascii_hexdigit()))
}

/// `{first_name}`, without a second brace around it.
fn is_single(text: &str, range: &Range<usize>) -> bool {
    let inside = &text[range.start + 1..range.end - 1];
    is_word(inside)
        && !text[..range.start].ends_with(['{', '$', '#'])
        && !text[range.end..].starts_with('}')
}

/// The place of a part of a text. In a YAML scalar that is written in one piece it can be told;
/// else it is the whole scalar.
fn within(span: Span, text: &str, range: Range<usize>) -> Span {
    let written = span.range().len();
    let quotes = written.saturating_sub(text.len());
    if quotes != 0 && quotes != 2 {
        return span;
    }
    let start = span.range().start + quotes / 2;
    Span::new(span.file, start + range.start..start + range.end)
}
