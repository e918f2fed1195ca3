//! Text with places for a contact's values, `Hello {{ first-name | default: there }}`; whatever
//! stands between the braces is a token or a mistake, never text.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use super::ids::{FieldId, GroupId};
use super::{Content, Model};
use crate::source::Span;

/// A text with values in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Template {
    /// Its parts, in order.
    pub parts: Vec<Part>,
}

/// A value of the contact that may stand in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token {
    /// A field.
    Field(FieldId),
    /// The points.
    Points,
    /// The points in a group.
    Group(GroupId),
}

impl Token {
    /// As it is written.
    pub fn name(self, model: &Model) -> Cow<'_, str> {
        match self {
            Self::Field(field) => Cow::from(&model.contacts.fields[field].id),
            Self::Points => Cow::from("points"),
            Self::Group(group) => Cow::from(format!("points/{}", model.points.groups[group].id)),
        }
    }
}

impl Content {
    /// The values of the contact that its subject and its text ask for, each once, in order of
    /// their names.
    pub fn tokens<'m>(&self, model: &'m Model) -> Vec<(Cow<'m, str>, Token)> {
        let templates = self
            .subject
            .iter()
            .chain(self.body.iter().map(|body| &*body.tokens));
        let named: BTreeMap<_, _> = templates
            .flat_map(Template::tokens)
            .map(|token| (token.name(model), token))
            .collect();
        named.into_iter().collect()
    }
}

/// A part of a [`Template`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// As it stands.
    Text(String),
    /// A value of the contact.
    Value {
        /// Which.
        token: Token,
        /// What stands for a missing one.
        default: Option<String>,
        /// Where the token is written.
        span: Span,
    },
}

impl Template {
    /// The values of the contact in it.
    pub fn tokens(&self) -> impl Iterator<Item = Token> {
        self.parts.iter().filter_map(|part| match part {
            Part::Text(_) => None,
            Part::Value { token, .. } => Some(*token),
        })
    }

    /// As it is written.
    pub fn written(&self, model: &Model) -> String {
        let part = |part: &Part| match part {
            Part::Text(text) => text.clone(),
            Part::Value {
                token,
                default: None,
                ..
            } => format!("{{{{ {} }}}}", token.name(model)),
            Part::Value {
                token,
                default: Some(text),
                ..
            } => {
                format!("{{{{ {} | default: \"{text}\" }}}}", token.name(model))
            }
        };
        self.parts.iter().map(part).collect()
    }
}

/// A part of a text in which names are not looked up yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// As it stands.
    Text(&'a str),
    /// A token.
    Token {
        /// The name of what stands there.
        name: &'a str,
        /// What stands for a missing value.
        default: Option<&'a str>,
        /// The whole of it, braces included.
        range: Range<usize>,
    },
    /// Braces that hold no token.
    Broken {
        /// The whole of it, or the opening braces where nothing closes them.
        range: Range<usize>,
        /// What is wrong.
        why: &'static str,
    },
}

/// The pieces of a text.
pub fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let (mut from, last) = (0, text.rfind(CLOSE));
    while let Some(found) = text[from..].find(OPEN) {
        let open = from + found;
        if open > from {
            pieces.push(Piece::Text(&text[from..open]));
        }
        let inside = open + OPEN.len();
        // Where nothing closes them, nothing closes those behind them.
        let closes = last.is_some_and(|last| last >= inside);
        let Some(length) = closes.then(|| text[inside..].find(CLOSE)).flatten() else {
            pieces.push(Piece::Broken {
                range: open..inside,
                why: "nothing closes the braces",
            });
            from = inside;
            continue;
        };
        from = inside + length + CLOSE.len();
        pieces.push(token(&text[inside..inside + length], open..from));
    }
    if from < text.len() {
        pieces.push(Piece::Text(&text[from..]));
    }
    pieces
}

const OPEN: &str = "{{";
const CLOSE: &str = "}}";

fn token(inside: &str, range: Range<usize>) -> Piece<'_> {
    let (name, filter) = inside
        .split_once('|')
        .map_or((inside, None), |(name, filter)| (name, Some(filter.trim())));
    let name = name.trim();
    if name.is_empty() {
        return Piece::Broken {
            range,
            why: "it names no field",
        };
    }
    if name.contains(OPEN) || name.contains(char::is_whitespace) {
        return Piece::Broken {
            range,
            why: "a field has one name, without spaces",
        };
    }
    let Some(filter) = filter else {
        return Piece::Token {
            name,
            default: None,
            range,
        };
    };
    match filter.strip_prefix("default:").map(str::trim) {
        Some(default) => Piece::Token {
            name,
            default: Some(unquoted(default)),
            range,
        },
        None => Piece::Broken {
            range,
            why: "behind `|` stands only `default: …`",
        },
    }
}

/// Quotes around a default may keep spaces at its ends.
fn unquoted(text: &str) -> &str {
    let inner = |quote: char| {
        text.strip_prefix(quote)
            .and_then(|rest| rest.strip_suffix(quote))
    };
    inner('"').or_else(|| inner('\'')).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::{Piece, pieces};

    fn token<'a>(
        name: &'a str,
        default: Option<&'a str>,
        range: std::ops::Range<usize>,
    ) -> Piece<'a> {
        Piece::Token {
            name,
            default,
            range,
        }
    }

    #[test]
    fn tokens_stand_between_double_braces() {
        assert_eq!(pieces("no { token }"), [Piece::Text("no { token }")]);
        assert_eq!(pieces("{{name}}"), [token("name", None, 0..8)]);
        let found = pieces("Hi {{ first-name | default: my friend }}!");
        assert_eq!(
            found,
            [
                Piece::Text("Hi "),
                token("first-name", Some("my friend"), 3..40),
                Piece::Text("!")
            ]
        );
        assert_eq!(
            pieces("{{ a | default: ' b ' }}"),
            [token("a", Some(" b "), 0..24)]
        );
    }

    #[test]
    fn broken_tokens_are_no_text() {
        for (text, range) in [
            ("{{ }}", 0..5),
            ("a {{ b", 2..4),
            ("{{ a b }}", 0..9),
            ("{{ a | upper }}", 0..15),
            ("{{{ a }}", 0..8),
        ] {
            let broken = |piece: &Piece<'_>| matches!(piece, Piece::Broken { range: at, .. } if *at == range);
            assert!(
                pieces(text).iter().any(broken),
                "{text}: {:?}",
                pieces(text)
            );
        }
    }
}
