//! Conditions written as a sentence: `orders >= 5`, `buyers and not vip`.

use super::operator::{Operands, instead};
use super::{Declared, flow::scalar};

/// Signs and words between a name and a value, the longer before the shorter.
const COMPARISONS: [&str; 18] = [
    ">=",
    "<=",
    "!=",
    "<>",
    "==",
    "=",
    ">",
    "<",
    " is not ",
    " is ",
    " equals ",
    " more than ",
    " at least ",
    " less than ",
    " at most ",
    " contains ",
    " not in ",
    " in ",
];

/// The condition that a sentence means.
pub(super) fn sentence(text: &str, declared: Declared<'_>) -> Option<String> {
    let text = text.trim();
    let parts = |word: &str| -> Vec<String> {
        let spaced = format!(" {word} ");
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some(at) = rest.to_ascii_lowercase().find(&spaced) {
            parts.push(rest[..at].to_owned());
            rest = &rest[at + spaced.len()..];
        }
        parts.push(rest.to_owned());
        parts
    };
    let (all, any) = (parts("and"), parts("or"));
    match (all.len(), any.len()) {
        (1, 1) => single(text, declared),
        (_, 1) => joined("all", &all, declared),
        (1, _) => joined("any", &any, declared),
        _ => None,
    }
}

fn joined(word: &str, parts: &[String], declared: Declared<'_>) -> Option<String> {
    let parts: Option<Vec<_>> = parts.iter().map(|part| single(part, declared)).collect();
    Some(format!("{{ {word}: [{}] }}", parts?.join(", ")))
}

fn single(text: &str, declared: Declared<'_>) -> Option<String> {
    let text = text.trim();
    let negated = text
        .strip_prefix("not ")
        .or_else(|| text.strip_prefix("NOT "))
        .or_else(|| text.strip_prefix('!'));
    if let Some(inner) = negated.filter(|inner| !inner.starts_with('=')) {
        return Some(format!("{{ not: {} }}", single(inner, declared)?));
    }
    match compared(text) {
        Some((name, sign, value)) => comparison(name, sign, value, declared),
        None => named(text, declared),
    }
}

/// Name, sign and value.
fn compared(text: &str) -> Option<(&str, &str, &str)> {
    let found = COMPARISONS
        .iter()
        .filter_map(|sign| Some((text.find(sign)?, *sign)));
    let (at, sign) = found.min_by_key(|(at, sign)| (*at, usize::MAX - sign.len()))?;
    let (name, value) = (text[..at].trim(), text[at + sign.len()..].trim());
    let value = value.trim_matches(|c| c == '"' || c == '\'');
    (is_name(name) && !value.is_empty()).then_some((name, sign.trim(), value))
}

fn comparison(name: &str, sign: &str, value: &str, declared: Declared<'_>) -> Option<String> {
    let (name, type_) = field(name, declared)?;
    let operands = Operands { texts: vec![value] };
    let help = instead(sign, type_, &format!("field: {name}"), &operands)?;
    let operator = help.strip_prefix("write `")?.strip_suffix('`')?;
    Some(format!("{{ field: {}, {operator} }}", scalar(&name)))
}

/// The field of that name, however its words are joined, and its type.
fn field<'a>(name: &str, declared: Declared<'a>) -> Option<(String, &'a str)> {
    let hyphened = super::operator::hyphened(name);
    let ids = [name.to_owned(), hyphened];
    ids.into_iter()
        .find_map(|id| declared.type_of_field(&id).map(|type_| (id.clone(), type_)))
}

/// What somebody means who writes a name only.
pub(super) fn named(text: &str, declared: Declared<'_>) -> Option<String> {
    if declared.has("segments", text) {
        return Some(format!("{{ segment: {text} }}"));
    }
    if declared.has_tag(text) {
        return Some(format!("{{ tag: {} }}", scalar(text)));
    }
    if let Some((funnel, stage)) = text.split_once('/') {
        let funnels = declared.0.get("funnels")?;
        let known = funnels.get(funnel)?.get("stages")?.get(stage).is_some();
        return known.then(|| format!("{{ stage: {text} }}"));
    }
    let (name, type_) = field(text, declared)?;
    Some(if type_ == "boolean" {
        format!("{{ field: {name}, is: true }}")
    } else {
        format!("{{ field: {name}, exists: true }}")
    })
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text
            .chars()
            .all(|c| c.is_alphanumeric() || "-_./".contains(c))
}
