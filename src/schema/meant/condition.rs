//! Keys, lists and sentences where a condition stands.

use super::operator::{Operands, hyphened, instead};
use super::{Declared, flow, scalar, text, text_of};
use crate::schema::lookup::keys;
use crate::schema::text::meant_flag;
use crate::yaml::node::{Entry, Node, Value};

/// What to write for a key of a condition that is none.
pub(in crate::schema) fn of_condition_key(
    node: &Node,
    entry: &Entry,
    declared: Declared<'_>,
) -> Option<String> {
    let key = hyphened(&entry.key.value);
    if let Some(help) = joining(&key, entry).or_else(|| leader(&key, entry)) {
        return Some(help);
    }
    let leader = ["field", "company", "property", "event"]
        .into_iter()
        .find(|leader| node.get(leader).is_some());
    match leader {
        Some(leader) => {
            let subject = format!(
                "{leader}: {}",
                node.get(leader)
                    .and_then(text_of)
                    .map(scalar)
                    .unwrap_or_default()
            );
            comparison(&key, entry, node, &subject, declared)
        }
        None => subject_first(entry, declared),
    }
}

/// `and`, `or` and their like.
fn joining(key: &str, entry: &Entry) -> Option<String> {
    let instead = |word: &str| Some(format!("write `{word}` instead of `{}`", entry.key.value));
    let is_list = match &entry.value.value {
        Value::Sequence(items) => items
            .iter()
            .all(|item| matches!(item.value, Value::Mapping(_))),
        Value::Scalar(_) | Value::Mapping(_) => false,
    };
    match key {
        "and" | "&&" | "every" | "both" | "all-of" if is_list => instead("all"),
        "or" | "||" | "either" | "some" | "any-of" | "one-of" if is_list => instead("any"),
        "none" | "none-of" | "nor" | "neither" if is_list => {
            Some(format!("write `not: {{ any: {} }}`", flow(&entry.value)?))
        }
        "!" | "unless" | "except" if !is_list => instead("not"),
        _ => None,
    }
}

/// Other words for what a condition can be about.
fn leader(key: &str, entry: &Entry) -> Option<String> {
    let word = match key {
        "has-tag" | "tagged" | "tagged-with" | "label" | "tags" => "tag",
        "in-segment" | "segments" | "list" | "in-list" | "member-of" | "audience" => "segment",
        "in-stage" | "stages" => "stage",
        "attribute" | "trait" | "column" | "fields" | "contact-field" => "field",
        _ => return None,
    };
    match &entry.value.value {
        Value::Scalar(_) => Some(format!(
            "write `{word}: {}`",
            scalar(text_of(&entry.value)?)
        )),
        Value::Sequence(items) => alternatives(word, items),
        Value::Mapping(_) => None,
    }
}

/// A condition for each item.
fn alternatives(word: &str, items: &[Node]) -> Option<String> {
    let texts: Option<Vec<_>> = items.iter().map(text_of).collect();
    let parts: Vec<_> = texts?
        .into_iter()
        .map(|text| format!("{{ {word}: {} }}", scalar(text)))
        .collect();
    match parts.as_slice() {
        [] => None,
        [_] => Some(format!(
            "write `{word}: {}`",
            scalar(text_of(items.first()?)?)
        )),
        _ => Some(format!(
            "write `any: [{0}]`, or `all: [{0}]`",
            parts.join(", ")
        )),
    }
}

fn comparison(
    key: &str,
    entry: &Entry,
    node: &Node,
    subject: &str,
    declared: Declared<'_>,
) -> Option<String> {
    if key == "operator" || key == "op" || key == "comparison" {
        // `{ field: plan, operator: equals, value: pro }`
        let value = node.entry("value").or_else(|| node.entry("values"))?;
        let operands = operands(&value.value)?;
        return instead(
            text_of(&entry.value)?,
            guess(node, &operands, declared),
            subject,
            &operands,
        );
    }
    let operands = operands(&entry.value)?;
    instead(key, guess(node, &operands, declared), subject, &operands)
}

/// The declared type, or else what the value looks like.
fn guess<'a>(node: &Node, operands: &Operands<'_>, declared: Declared<'a>) -> &'a str {
    let looks = || match operands.texts.first() {
        Some(text) if text.parse::<f64>().is_ok() => "number",
        Some(text) if text.contains(" ago") || text.starts_with("20") && text.contains('-') => {
            "date"
        }
        Some(_) | None => "text",
    };
    declared.type_of(node).unwrap_or_else(looks)
}

fn operands(node: &Node) -> Option<Operands<'_>> {
    match &node.value {
        Value::Scalar(_) => Some(Operands {
            texts: text_of(node).into_iter().collect(),
        }),
        Value::Sequence(items) => Some(Operands {
            texts: items.iter().map(text_of).collect::<Option<_>>()?,
        }),
        Value::Mapping(_) => None,
    }
}

/// `{ orders: 5 }`, `{ orders: ">= 5" }`, `{ orders: { gte: 5 } }`, `{ vip: true }`.
fn subject_first(entry: &Entry, declared: Declared<'_>) -> Option<String> {
    let name = entry.key.value.as_str();
    let has = |section: &str| declared.has(section, name);
    if let Some(flag) = text_of(&entry.value).and_then(meant_flag)
        && declared.type_of_field(name).is_none()
        && (declared.has_tag(name) || has("segments"))
    {
        let asked = text::named(name, declared)?;
        return Some(if flag {
            format!("write `{asked}`")
        } else {
            format!("write `{{ not: {asked} }}`")
        });
    }
    if let Some(value) =
        text_of(&entry.value).filter(|value| value.starts_with(['<', '>', '=', '!']))
    {
        let asked = text::sentence(&format!("{name} {value}"), declared)?;
        return Some(format!("for a field write `{asked}`"));
    }
    let Value::Mapping(inner) = &entry.value.value else {
        return None;
    };
    let [only] = inner.as_slice() else {
        return None;
    };
    if keys("Condition").contains(&only.key.value.as_str()) {
        return None;
    }
    let operands = operands(&only.value)?;
    let type_ = declared.type_of_field(name)?;
    let help = instead(&only.key.value, type_, &format!("field: {name}"), &operands)?;
    let operator = help.strip_prefix("write `")?.strip_suffix('`')?;
    Some(format!(
        "for a field write `{{ field: {name}, {operator} }}`"
    ))
}

/// What to write for a sentence.
pub(in crate::schema) fn of_condition_text(
    written: &str,
    key: Option<&str>,
    declared: Declared<'_>,
) -> Option<String> {
    if let Some(flag) = meant_flag(written).filter(|_| written.len() > 1) {
        let example = format!("{{ field: {}, is: true }}", declared.a_flag()?);
        let channel = key.filter(|key| ["email", "sms", "push"].contains(key));
        return match channel {
            Some(channel) if flag => Some(format!(
                "leave `{channel}` out if nobody has to agree; else write who has agreed: \
                    `{example}`"
            )),
            Some(_) | None => Some(format!("write what has to hold, such as `{example}`")),
        };
    }
    let asked = text::sentence(written, declared)?;
    Some(format!("write `{asked}`"))
}

/// What to write for a list where one value stands.
pub(in crate::schema) fn of_condition_list(
    key: &str,
    items: &[Node],
    type_: Option<&str>,
) -> Option<String> {
    match key {
        "tag" | "segment" | "stage" | "reached" | "in-funnel" | "campaign" | "reachable" => {
            alternatives(key, items)
        }
        "is" | "is-not" => {
            let texts = items.iter().map(text_of).collect::<Option<Vec<_>>>()?;
            instead(key, type_.unwrap_or("text"), "", &Operands { texts })
        }
        _ => match items {
            [only] => Some(format!("write `{key}: {}`", scalar(text_of(only)?))),
            _ => None,
        },
    }
}
