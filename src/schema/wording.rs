//! How mistakes of shape are worded: what was expected and found, what is allowed, what was
//! probably meant; all of it read from the schema, so that it cannot go stale.

use jsonschema::paths::Location;
use serde_json::Value as Json;

use super::elsewhere;
use super::lookup::{definition, keys, schema};
use super::publish;
use super::text::{LONGEST_ID, is_id, meant_flag};
use crate::diagnostic::{Diagnostic, codes, did_you_mean};
use crate::screen::shortened;
use crate::source::Span;
use crate::yaml::node::{Node, Value};

const FLAG: &str = "`true` or `false`";
const NUMBER: &str = "a whole number";
pub(super) const SINGLE: &str = "a single value";
pub(super) const LIST: &str = "a list";
pub(super) const MAPPING: &str = "a mapping";

/// The keys that hold a list of single values.
const LISTS: [&str; 12] = [
    "add-tags",
    "between",
    "criteria",
    "days",
    "exclude",
    "groups",
    "include",
    "not-sent",
    "prefer",
    "remove-tags",
    "sent",
    "values",
];

/// What the schema allows at the place of a type error.
pub(super) fn expected(path: &Location) -> String {
    let mut kinds = Vec::new();
    describe(applying(path.as_str()), &mut kinds);
    match kinds.as_slice() {
        [] => "something else".to_owned(),
        [one] => (*one).to_owned(),
        [rest @ .., last] => format!("{} or {last}", rest.join(", ")),
    }
}

/// What stands there.
pub(super) fn found(node: &Node) -> String {
    match &node.value {
        Value::Scalar(scalar) if scalar.plain => format!("`{}`", scalar.text),
        Value::Scalar(scalar) => format!("the text `{}`", scalar.text),
        Value::Sequence(_) => LIST.to_owned(),
        Value::Mapping(_) => MAPPING.to_owned(),
    }
}

/// A few words for the place of a type error.
pub(super) fn label(node: &Node, expected: &str) -> String {
    if expected == FLAG || !expected.contains(" or ") {
        return format!("not {expected}");
    }
    let kind = match node.value {
        Value::Scalar(_) => SINGLE,
        Value::Sequence(_) => LIST,
        Value::Mapping(_) => MAPPING,
    };
    kind.to_owned()
}

/// How to put a value of the wrong type right, where that can be told.
pub(super) fn type_help(
    node: &Node,
    place: &str,
    key: Option<&str>,
    expected: &str,
) -> Option<String> {
    if let Some(help) = elsewhere::of_value(node, place, expected == LIST, expected == MAPPING) {
        return Some(help);
    }
    let text = match &node.value {
        Value::Scalar(scalar) => scalar.text.as_str(),
        Value::Sequence(_) => return list_help(place, key, expected),
        Value::Mapping(_) => return None,
    };
    if expected == FLAG {
        let flag = meant_flag(text)?;
        let quoted = matches!(&node.value, Value::Scalar(scalar) if !scalar.plain);
        return Some(format!(
            "write `{flag}`{}",
            if quoted { " without quotes" } else { "" }
        ));
    }
    if expected == LIST && place == "Condition" && is_length(text) {
        return Some(format!("for a length of time write `within: {text}`"));
    }
    if expected == LIST && place == "Condition" {
        return Some(format!("write a list: `[{text}]`"));
    }
    if expected == LIST && key.is_some_and(|key| LISTS.contains(&key)) {
        let times = text.split_once('-').filter(|_| key == Some("between"));
        let items = times.map_or(text.to_owned(), |(from, to)| {
            format!("\"{}\", \"{}\"", from.trim(), to.trim())
        });
        return Some(format!("write a list: `[{items}]`"));
    }
    if expected == NUMBER && text.parse::<i64>().is_ok() {
        return Some(format!("remove the quotes: `{text}`"));
    }
    if let (NUMBER, Some(share)) = (expected, text.strip_suffix('%')) {
        return Some(format!("write `{}`, without the sign", share.trim()));
    }
    if place == "Condition" && is_id(text) && matches!(key, Some("await" | "each")) {
        return Some(format!("for an event write `{{ event: {text} }}`"));
    }
    if place == "Condition" && is_id(text) {
        return Some(format!(
            "for a segment write `{{ segment: {text} }}`, for a field \
                `{{ field: {text}, exists: true }}`"
        ));
    }
    let unspaced = text
        .split_once(':')
        .filter(|(key, value)| is_id(key) && !value.is_empty());
    unspaced.map(|(key, value)| {
        let value = value.split_whitespace().next().unwrap_or_default();
        format!("write a space after the colon: `{key}: {value}`")
    })
}

/// The same for a list where none can be.
fn list_help(place: &str, key: Option<&str>, expected: &str) -> Option<String> {
    if place != "Condition" {
        return None;
    }
    match (key, expected) {
        (Some("is"), _) => Some("for one of several values write `in` instead of `is`".to_owned()),
        (Some(key), MAPPING) => Some(format!("write `{key}: {{ any: [ … ] }}`, or `all`")),
        _ => None,
    }
}

/// Whether it reads like `30 days`.
fn is_length(text: &str) -> bool {
    let unit = text.trim_start_matches(|c: char| c.is_ascii_digit());
    unit.len() < text.len()
        && !unit.is_empty()
        && unit.trim_start().chars().all(|c| c.is_ascii_alphabetic())
}

/// Whether a key belongs beside another: some mapping of the language has both.
pub(super) fn belongs_beside(key: &str, beside: &str) -> bool {
    let definitions = schema().get("definitions").and_then(Json::as_object);
    let has = |properties: &Json, key: &str| properties.get(key).is_some();
    let mut properties = definitions
        .into_iter()
        .flat_map(serde_json::Map::values)
        .filter_map(|one| one.get("properties"));
    properties.any(|properties| has(properties, key) && has(properties, beside))
}

/// The error for a key with nothing behind it.
pub(super) fn empty(span: Span, key: Option<&str>, expected: &str) -> Diagnostic {
    let message = match key {
        Some(key) => format!("`{key}` is empty, expected {expected}"),
        None => format!("expected {expected}, found nothing"),
    };
    Diagnostic::new(codes::EMPTY_VALUE, span, message).at("nothing here")
}

/// The error for a name that is no id.
pub(crate) fn bad_id(name: &str, span: Span) -> Diagnostic {
    let length = name.chars().count();
    if length > LONGEST_ID {
        return too_long(name, length, LONGEST_ID, span);
    }
    let words = name.to_lowercase();
    let words: Vec<_> = words
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let help = match words.join("-") {
        id if id.is_empty() || !name.is_ascii() => {
            "use small letters a to z and digits, joined by `-`".to_owned()
        }
        id => format!("use small letters a to z and digits, joined by `-`: `{id}`"),
    };
    Diagnostic::new(codes::BAD_ID, span, format!("`{name}` cannot be an id"))
        .at("not an id")
        .help(help)
}

/// The error for an id with more characters than it may have.
pub(crate) fn too_long(name: &str, length: usize, most: usize, span: Span) -> Diagnostic {
    let shown = shortened(name, 40);
    let message = format!("`{shown}` cannot be an id: it has {length} characters, not {most}");
    Diagnostic::new(codes::BAD_ID, span, message)
        .at("too long")
        .help(format!(
            "write at most {most} characters; words for people stand under `name`"
        ))
}

/// What was probably meant, or else all that there is.
pub(super) fn suggestion(text: &str, options: &[&str]) -> String {
    let lower = text.to_lowercase();
    match did_you_mean(&lower, options.iter().copied()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("write {}", list(options, "or")),
    }
}

/// `a`, `b` and `c`.
pub(super) fn list(names: &[&str], and: &str) -> String {
    let quoted: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.as_slice() {
        [] => "nothing".to_owned(),
        [one] => one.clone(),
        [rest @ .., last] => format!("{} {and} {last}", rest.join(", ")),
    }
}

/// Whether a condition or a step says already what it is about.
pub(super) fn has_leader(place: &str, node: &Node) -> bool {
    publish::leaders(place)
        .is_some_and(|leaders| leaders.iter().any(|(leader, _)| node.get(leader).is_some()))
}

/// What may stand in a mapping: beside what it begins with, where that decides.
pub(super) fn allowed(place: &str, node: &Node) -> String {
    let Some(leaders) = publish::leaders(place) else {
        return format!("allowed here: {}", list(&keys(place), "and"));
    };
    match leaders
        .iter()
        .find(|(leader, _)| node.get(leader).is_some())
    {
        Some((leader, keys)) if keys.is_empty() => format!("nothing stands beside `{leader}`"),
        Some((leader, keys)) => format!("beside `{leader}` may stand {}", list(keys, "and")),
        None => {
            let leaders: Vec<_> = leaders.iter().map(|(leader, _)| *leader).collect();
            format!("write one of {}", list(&leaders, "and"))
        }
    }
}

/// What a missing key is for.
pub(super) fn add_key(place: &str, key: &str) -> String {
    let description = definition(place)
        .pointer(&format!("/properties/{key}/description"))
        .and_then(Json::as_str);
    let meaning = description
        .and_then(|text| text.split(". ").next())
        .unwrap_or_default()
        .trim_end_matches('.');
    let mut letters = meaning.chars();
    match letters.next() {
        Some(first) => format!("add `{key}`: {}{}", first.to_lowercase(), letters.as_str()),
        None => format!("add `{key}`"),
    }
}

/// What to do about a key that has nothing behind it.
pub(super) fn fill(place: &str, key: Option<&str>, what: &str) -> String {
    let required = definition(place).get("required").and_then(Json::as_array);
    match key {
        Some(key) if !required.is_some_and(|keys| keys.iter().any(|name| name == key)) => {
            format!("write {what}, or leave `{key}` out")
        }
        _ => format!("write {what}"),
    }
}

/// The schema of everything that may stand at an instance: the outermost that is not yet about what
/// is around it.
fn applying(path: &str) -> &'static Json {
    let segments: Vec<_> = path.split('/').skip(1).collect();
    let mut end = segments.len().saturating_sub(1);
    while end > 0 && is_in_place(&segments[..end]) {
        end -= 1;
    }
    segments[..end]
        .iter()
        .fold(schema(), |at, segment| follow(at, segment))
}

/// Whether the last keyword is about the same instance as what stands before it.
fn is_in_place(segments: &[&str]) -> bool {
    let (last, before) = (
        segments[segments.len() - 1],
        segments[..segments.len() - 1].last(),
    );
    match before {
        Some(&"properties") => false,
        Some(&"allOf") => true,
        _ => matches!(last, "$ref" | "then" | "else" | "allOf"),
    }
}

fn follow(at: &'static Json, segment: &str) -> &'static Json {
    let next = if let Json::Array(items) = at {
        segment
            .parse::<usize>()
            .ok()
            .and_then(|index| items.get(index))
    } else {
        at.get(segment.replace("~1", "/").replace("~0", "~"))
    };
    let next = next.unwrap_or(at);
    next.as_str()
        .and_then(|reference| schema().pointer(reference.trim_start_matches('#')))
        .unwrap_or(next)
}

fn describe(schema: &'static Json, kinds: &mut Vec<&'static str>) {
    for key in ["then", "else", "$ref"] {
        if schema.get(key).is_some() {
            describe(follow(schema, key), kinds);
        }
    }
    let all = schema.get("allOf").and_then(Json::as_array);
    all.into_iter()
        .flatten()
        .for_each(|part| describe(part, kinds));
    let kind = match schema.get("type") {
        Some(Json::Array(_)) => SINGLE,
        Some(Json::String(name)) => match name.as_str() {
            "object" => MAPPING,
            "array" => LIST,
            "boolean" => FLAG,
            "integer" => NUMBER,
            _ => "one word",
        },
        _ => return,
    };
    if !kinds.contains(&kind) {
        kinds.push(kind);
    }
}
