//! Tokens in texts: names to fields, with the place of each token; a token that is wrong is an error there.

use std::ops::Range;

use super::Resolver;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::template::{Part, Piece, Template, Token, pieces};
use crate::schema::{Placed, Text};
use crate::source::Span;

impl Resolver {
    /// A text with tokens; `span` is its place. Absent where a token is wrong, which is reported.
    pub(super) fn template(&mut self, text: &str, span: Span) -> Option<Template> {
        let parts: Vec<_> = pieces(text).into_iter().map(|piece| self.part(piece, text, span)).collect();
        parts.into_iter().collect::<Option<_>>().map(|parts| Template { parts })
    }

    fn part(&mut self, piece: Piece<'_>, text: &str, span: Span) -> Option<Part> {
        match piece {
            Piece::Text(text) => Some(Part::Text(text.to_owned())),
            Piece::Broken { range, why } => {
                let token = &text[range.clone()];
                self.report(
                    Diagnostic::error(
                        Code("broken-token"),
                        within(span, text, range),
                        format!("`{token}` is no token: {why}"),
                    )
                    .at("no token")
                    .help("write `{{ field }}` or `{{ field | default: text }}`"),
                );
                None
            }
            Piece::Token { name, default, range } => {
                let place = within(span, text, range);
                let token = self.token(&Placed { value: Text(name.to_owned()), span: place, key: place })?;
                Some(Part::Value { token, default: default.map(str::to_owned), span: place })
            }
        }
    }

    /// A field, `points`, or `points/` and a group.
    pub(super) fn token(&mut self, name: &Placed<Text>) -> Option<Token> {
        match name.value.0.strip_prefix("points") {
            Some("") => Some(Token::Points),
            Some(group) if group.starts_with('/') => {
                let group = Placed { value: Text(group[1..].to_owned()), ..*name };
                self.group_id(&group).map(Token::Group)
            }
            Some(_) | None => self.field_id(name).map(Token::Field),
        }
    }
}

/// The place of a part of a text. In a YAML scalar that is written in one piece it can be told; else it is the whole scalar.
fn within(span: Span, text: &str, range: Range<usize>) -> Span {
    let written = span.range().len();
    let quotes = written.saturating_sub(text.len());
    if quotes != 0 && quotes != 2 {
        return span;
    }
    let start = span.range().start + quotes / 2;
    Span::new(span.file, start + range.start..start + range.end)
}
