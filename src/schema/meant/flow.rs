//! A piece of the tree written again on one line, for a text that can be put in place; nothing
//! where it would be long.

use crate::yaml::node::{Entry, Node, Scalar, Value};

/// The longest piece that is shown again.
const LONGEST: usize = 100;

/// The node in brackets and braces.
pub(in crate::schema) fn flow(node: &Node) -> Option<String> {
    let text = written(node);
    (text.chars().count() <= LONGEST).then_some(text)
}

fn written(node: &Node) -> String {
    match &node.value {
        Value::Scalar(scalar) => as_written(scalar),
        Value::Sequence(items) => format!("[{}]", joined(items.iter().map(written))),
        Value::Mapping(entries) => format!("{{ {} }}", joined(entries.iter().map(entry))),
    }
}

fn entry(entry: &Entry) -> String {
    format!("{}: {}", scalar(&entry.key.value), written(&entry.value))
}

fn joined(parts: impl Iterator<Item = String>) -> String {
    parts.take(32).collect::<Vec<_>>().join(", ")
}

fn as_written(written: &Scalar) -> String {
    if written.plain {
        scalar(&written.text)
    } else {
        format!("\"{}\"", escaped(&written.text))
    }
}

/// A text as a scalar, in quotes where YAML would read it otherwise.
pub(in crate::schema) fn scalar(text: &str) -> String {
    let opens = text.starts_with(|c: char| "!&*?|>@`%\"'#-=<".contains(c) && !is_number(text));
    let breaks = text.contains([',', '[', ']', '{', '}', '"', '\n'])
        || text.contains(": ")
        || text.contains(" #");
    if text.is_empty() || opens || breaks || text.trim() != text {
        format!("\"{}\"", escaped(text))
    } else {
        text.to_owned()
    }
}

fn is_number(text: &str) -> bool {
    text.strip_prefix('-')
        .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}
