//! What somebody means who writes a key where it does not stand, or a value in another form; only
//! what is nearly certain is said.

use super::lookup::keys;
use crate::language::Operator;
use crate::yaml::node::{Entry, Node, Value};

/// What to write instead of an unknown key.
pub(super) fn of_key(place: &str, entry: &Entry) -> Option<String> {
    let key = entry.key.value.as_str();
    match place {
        "Segment" if Operator::of(key).is_some() => Some(format!(
            "a condition stands under `where`: `where: {{ field: …, {key}: … }}`"
        )),
        "Segment" if keys("Condition").contains(&key) => Some(format!(
            "a condition stands under `where`: `where: {{ {key}: … }}`"
        )),
        "Condition" => Some(match only_operator(&entry.value) {
            Some((operator, text)) => {
                format!("for a field write `{{ field: {key}, {operator}: {text} }}`")
            }
            None => format!(
                "for a field write `{{ field: {key}, is: … }}`, for a tag `{{ tag: {key} }}`"
            ),
        }),
        _ => None,
    }
}

/// What to write instead of a key that is the rest of a number, as the `5` of `{ at-least: 1,5 }`.
pub(super) fn of_fraction(node: &Node, entry: &Entry) -> Option<String> {
    let is_bare = matches!(&entry.value.value, Value::Scalar(scalar) if scalar.is_null());
    let key = entry.key.value.as_str();
    let is_number = !key.is_empty() && key.bytes().all(|it| it.is_ascii_digit());
    if !is_bare || !is_number {
        return None;
    }
    let why = "a comma ends the value before it";
    let Value::Mapping(entries) = &node.value else {
        return None;
    };
    let before = entries
        .iter()
        .take_while(|it| it.key.span != entry.key.span)
        .last();
    let digits = |it: &&Entry| text(&it.value).is_some_and(|text| text.parse::<i64>().is_ok());
    Some(match before.filter(digits).and_then(|it| text(&it.value)) {
        Some(whole) if key == "000" => format!("{why}; write `{whole}000`"),
        Some(whole) if key.len() == 3 => {
            format!("{why}; write `{whole}{key}`, or with a fraction `{whole}.{key}`")
        }
        Some(whole) => format!("{why}; write a point: `{whole}.{key}`"),
        None => format!("{why}; write a point, as in `1.5`"),
    })
}

/// What to write instead of a mapping or a word that is none of the wanted kind.
pub(super) fn of_value(
    node: &Node,
    place: &str,
    wants_list: bool,
    wants_mapping: bool,
) -> Option<String> {
    match &node.value {
        Value::Mapping(entries) if wants_list => Some(match entries.first() {
            Some(first) => {
                let text = text(&first.value).unwrap_or("…");
                format!(
                    "begin each item of a list with a dash: `- {}: {text}`",
                    first.key.value
                )
            }
            None => "write each item behind a `- `, or put `[ ]` around it".to_owned(),
        }),
        Value::Scalar(scalar) if place == "Field" && wants_mapping => {
            Some(format!("write `{{ type: {} }}`", scalar.text))
        }
        Value::Scalar(scalar) if wants_mapping => gone(place, &scalar.text),
        Value::Mapping(_) | Value::Scalar(_) | Value::Sequence(_) => None,
    }
}

/// The line about a thing that is gone, or has another name.
fn gone(place: &str, name: &str) -> Option<String> {
    match (place, name.contains('/')) {
        ("Removed", true) => Some(format!(
            "for a stage write `{{ stage: {name}, then: leave }}`"
        )),
        ("Removed", false) => Some(format!(
            "say what it was: `{{ campaign: {name} }}`, `{{ funnel: {name} }}` or \
                `{{ field: {name} }}`"
        )),
        ("Moved", _) => Some(format!(
            "write what it is called now: `{{ from: {name}, to: … }}`"
        )),
        _ => None,
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
