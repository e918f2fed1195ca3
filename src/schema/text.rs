//! How the text of a scalar is read where a flag, a number, an id or text is expected; the
//! deserializer and the schema's check both ask here, so that they agree.

use crate::yaml::node::Scalar;

/// The name of the variable for which the whole text stands, as `$name` does.
pub(super) fn variable_name(text: &str) -> Option<&str> {
    text.strip_prefix('$').filter(|name| {
        name.starts_with(char::is_alphabetic)
            && name
                .chars()
                .all(|c| c.is_alphanumeric() || c == '-' || c == '_')
    })
}

/// The text with a doubled dollar sign at its start made one.
pub(super) fn without_escape(text: &str) -> &str {
    if text.starts_with("$$") {
        &text[1..]
    } else {
        text
    }
}

/// The flag that a plain scalar writes in YAML's core schema.
pub(super) fn as_flag(scalar: &Scalar) -> Option<bool> {
    match (scalar.plain, scalar.text.as_str()) {
        (true, "true" | "True" | "TRUE") => Some(true),
        (true, "false" | "False" | "FALSE") => Some(false),
        _ => None,
    }
}

/// The flag that people mean who write it otherwise.
pub(crate) fn meant_flag(text: &str) -> Option<bool> {
    match text.to_lowercase().as_str() {
        "yes" | "on" | "true" | "y" | "1" => Some(true),
        "no" | "off" | "false" | "n" | "0" => Some(false),
        _ => None,
    }
}

/// The whole number that a plain scalar writes in decimal.
pub(super) fn as_integer(scalar: &Scalar) -> Option<i64> {
    if scalar.plain {
        scalar.text.parse().ok()
    } else {
        None
    }
}

/// The most characters of an id: it stands in what is said of each thing below it.
pub(crate) const LONGEST_ID: usize = 100;

/// Whether a name may be an id: words of small letters and digits, joined by `-`, and not too long.
pub(crate) fn is_id(name: &str) -> bool {
    name.len() <= LONGEST_ID
        && name.split('-').all(|word| {
            !word.is_empty()
                && word
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        })
}
