//! The tree of a YAML document: every key and value with its span, scalars as source text and not
//! yet typed.

use crate::source::{Span, Spanned};

/// A node and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// From the first to the last character of the node; for an alias, the place of the alias.
    pub span: Span,
    /// What stands there.
    pub value: Value,
}

/// The three kinds of YAML nodes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A scalar.
    Scalar(Scalar),
    /// `[a, b]`, or lines with a dash.
    Sequence(Vec<Node>),
    /// Keys in the order in which they are written; no key stands twice.
    Mapping(Vec<Entry>),
}

/// A scalar, untyped: what it means is decided by the place where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scalar {
    /// The text with quotes and escapes resolved.
    pub text: String,
    /// Whether it is written without quotes, so that an empty one, `null` and `~` mean nothing at
    /// all.
    pub plain: bool,
}

impl Scalar {
    /// Whether this is an empty value, `null` or `~`.
    pub fn is_null(&self) -> bool {
        self.plain && matches!(self.text.as_str(), "" | "~" | "null" | "Null" | "NULL")
    }
}

/// A key and its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The key, always a scalar.
    pub key: Spanned<String>,
    /// The value.
    pub value: Node,
}

impl Node {
    /// The value under `key`, if this is a mapping that has it.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The entry of `key`, if this is a mapping that has it.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        match &self.value {
            Value::Mapping(entries) => entries.iter().find(|entry| entry.key.value == key),
            Value::Scalar(_) | Value::Sequence(_) => None,
        }
    }

    /// Whether this is an empty value, `null` or `~`.
    pub fn is_null(&self) -> bool {
        matches!(&self.value, Value::Scalar(scalar) if scalar.is_null())
    }
}
