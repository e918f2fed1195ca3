//! What somebody means who writes a key where it does not stand, or a value in another form; only what is nearly certain is said.

use super::publish::is_operator;
use super::wording::keys;
use crate::yaml::node::{Entry, Node, Value};

/// The kinds of content that people take for verbs.
const SENT: [&str; 5] = ["email", "sms", "push", "mail", "message"];

/// What to write instead of an unknown key.
pub(super) fn of_key(place: &str, entry: &Entry) -> Option<String> {
    let key = entry.key.value.as_str();
    match place {
        "Segment" if is_operator(key) => {
            Some(format!("a condition stands under `where`: `where: {{ field: …, {key}: … }}`"))
        }
        "Segment" if keys("Condition").contains(&key) => {
            Some(format!("a condition stands under `where`: `where: {{ {key}: … }}`"))
        }
        "Condition" => Some(match only_operator(&entry.value) {
            Some((operator, text)) => format!("for a field write `{{ field: {key}, {operator}: {text} }}`"),
            None => format!("for a field write `{{ field: {key}, is: … }}`, for a tag `{{ tag: {key} }}`"),
        }),
        "Step" if SENT.contains(&key) => match &entry.value.value {
            Value::Scalar(content) => Some(format!("to send it write `send: {}`", content.text)),
            Value::Sequence(_) | Value::Mapping(_) => None,
        },
        _ => None,
    }
}

/// What to write instead of a mapping or a word that is none of the wanted kind.
pub(super) fn of_value(node: &Node, place: &str, wants_list: bool, wants_mapping: bool) -> Option<String> {
    match &node.value {
        Value::Mapping(entries) if wants_list => Some(match entries.first() {
            Some(first) => {
                let text = text(&first.value).unwrap_or("…");
                format!("begin each item of a list with a dash: `- {}: {text}`", first.key.value)
            }
            None => "write each item behind a `- `, or put `[ ]` around it".to_owned(),
        }),
        Value::Scalar(scalar) if place == "Field" && wants_mapping => {
            Some(format!("write `{{ type: {} }}`", scalar.text))
        }
        Value::Mapping(_) | Value::Scalar(_) | Value::Sequence(_) => None,
    }
}

/// `{ more-than: 60 }`, where nothing else stands.
fn only_operator(node: &Node) -> Option<(&str, &str)> {
    match &node.value {
        Value::Mapping(entries) => match entries.as_slice() {
            [only] if keys("Condition").contains(&only.key.value.as_str()) => {
                Some((&only.key.value, text(&only.value)?))
            }
            _ => None,
        },
        Value::Scalar(scalar) if !scalar.is_null() => Some(("is", &scalar.text)),
        Value::Scalar(_) | Value::Sequence(_) => None,
    }
}

fn text(node: &Node) -> Option<&str> {
    match &node.value {
        Value::Scalar(scalar) => Some(&scalar.text),
        Value::Sequence(_) | Value::Mapping(_) => None,
    }
}
