//! Comparisons in the words of other tools, or with an operator of another type, as the one
//! operator that fits the type.

use super::flow::scalar;
use crate::schema::text::meant_flag;

/// What a comparison asks, whatever it is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    Is,
    IsNot,
    AtLeast,
    MoreThan,
    AtMost,
    LessThan,
    Between,
    Missing,
    Exists,
    AnyOf,
    AllOf,
    NoneOf,
    Contains,
    ContainsNot,
    Matches,
    StartsWith,
    EndsWith,
    OlderThan,
    NewerThan,
    InNext,
}

/// The values behind an operator.
pub(crate) struct Operands<'a> {
    /// The values, none where nothing or something else stands there.
    pub(crate) texts: Vec<&'a str>,
}

const WORDS: &[(Asked, &[&str])] = &[
    (
        Asked::Is,
        &[
            "is",
            "eq",
            "=",
            "==",
            "===",
            "equals",
            "equal",
            "equal-to",
            "equals-to",
            "value",
            "same-as",
            "exactly",
            "on",
        ],
    ),
    (
        Asked::IsNot,
        &[
            "is-not",
            "ne",
            "neq",
            "!=",
            "<>",
            "not",
            "not-equal",
            "not-equals",
            "not-equal-to",
            "isnt",
            "does-not-equal",
            "not-eq",
        ],
    ),
    (
        Asked::AtLeast,
        &[
            "at-least",
            "gte",
            "ge",
            ">=",
            "=>",
            "≥",
            "greater-than-or-equal",
            "greater-than-or-equal-to",
            "greater-or-equal",
            "greater-equal",
            "minimum",
            "min",
            "not-less-than",
            "since",
            "on-or-after",
        ],
    ),
    (
        Asked::MoreThan,
        &[
            "more-than",
            "gt",
            ">",
            "greater-than",
            "greater",
            "larger-than",
            "larger",
            "bigger-than",
            "bigger",
            "higher-than",
            "above",
            "over",
            "more",
            "exceeds",
            "after",
            "later-than",
        ],
    ),
    (
        Asked::AtMost,
        &[
            "at-most",
            "lte",
            "le",
            "<=",
            "=<",
            "≤",
            "less-than-or-equal",
            "less-than-or-equal-to",
            "less-or-equal",
            "less-equal",
            "maximum",
            "max",
            "not-more-than",
            "up-to",
            "until",
            "on-or-before",
        ],
    ),
    (
        Asked::LessThan,
        &[
            "less-than",
            "lt",
            "<",
            "less",
            "smaller-than",
            "smaller",
            "fewer-than",
            "lower-than",
            "below",
            "under",
            "before",
            "earlier-than",
        ],
    ),
    (Asked::Between, &["between", "range", "in-range"]),
    (
        Asked::Missing,
        &[
            "empty",
            "blank",
            "missing",
            "null",
            "not-set",
            "unset",
            "unknown",
            "not-exists",
            "does-not-exist",
            "not-present",
            "not-known",
        ],
    ),
    (
        Asked::Exists,
        &[
            "exists",
            "exist",
            "not-empty",
            "not-blank",
            "not-missing",
            "not-null",
            "not-unknown",
            "filled",
            "present",
            "set",
            "has-value",
            "known",
            "has-any-value",
        ],
    ),
    (
        Asked::AnyOf,
        &[
            "in",
            "has-any",
            "any-of",
            "one-of",
            "contains-any",
            "contains-any-of",
            "includes-any",
            "contains-one-of",
            "in-list",
            "any",
            "has",
        ],
    ),
    (
        Asked::AllOf,
        &[
            "has-all",
            "contains-all",
            "contains-all-of",
            "includes-all",
            "all-of",
            "all",
        ],
    ),
    (
        Asked::NoneOf,
        &[
            "not-in",
            "nin",
            "has-none",
            "none-of",
            "contains-none",
            "contains-none-of",
            "includes-none",
            "excludes",
            "not-any-of",
            "not-one-of",
            "none",
        ],
    ),
    (
        Asked::Contains,
        &[
            "contains", "contain", "includes", "include", "like", "ilike",
        ],
    ),
    (
        Asked::ContainsNot,
        &[
            "not-contains",
            "not-contain",
            "does-not-contain",
            "doesnt-contain",
            "not-includes",
            "does-not-include",
            "not-like",
        ],
    ),
    (
        Asked::Matches,
        &[
            "matches",
            "match",
            "regex",
            "regexp",
            "matches-regex",
            "pattern",
            "rlike",
        ],
    ),
    (
        Asked::StartsWith,
        &[
            "starts-with",
            "start-with",
            "begins-with",
            "begins",
            "starts",
            "startswith",
            "prefix",
        ],
    ),
    (
        Asked::EndsWith,
        &["ends-with", "end-with", "ends", "endswith", "suffix"],
    ),
    (
        Asked::OlderThan,
        &["older-than", "longer-ago-than", "more-than-ago"],
    ),
    (
        Asked::NewerThan,
        &[
            "within",
            "newer-than",
            "younger-than",
            "in-last",
            "in-the-last",
            "within-last",
            "within-the-last",
            "last",
            "less-than-ago",
        ],
    ),
    (
        Asked::InNext,
        &[
            "within-next",
            "in-next",
            "in-the-next",
            "within-the-next",
            "next",
        ],
    ),
];

/// The words of an operator of any tool: hyphens between, `is-` before it left out.
fn asked(word: &str) -> Option<Asked> {
    let word = hyphened(word);
    let of = |word: &str| {
        WORDS
            .iter()
            .find(|(_, words)| words.contains(&word))
            .map(|(asked, _)| *asked)
    };
    of(&word)
        .or_else(|| of(word.strip_prefix("is-")?))
        .or_else(|| of(word.strip_suffix("-than-or-equals")?))
}

/// `greaterThan` and `greater_than` as `greater-than`.
pub(super) fn hyphened(word: &str) -> String {
    let mut found = String::new();
    for c in word.trim().chars() {
        match c {
            '_' | ' ' => found.push('-'),
            c if c.is_uppercase() && found.ends_with(|last: char| last.is_lowercase()) => {
                found.push('-');
                found.extend(c.to_lowercase());
            }
            c => found.extend(c.to_lowercase()),
        }
    }
    found.replace('\'', "")
}

/// What to write for an operator that is none, or not for this type; `subject` is what stands
/// before it, such as `field: plan`.
pub(crate) fn instead(
    word: &str,
    type_: &str,
    subject: &str,
    operands: &Operands<'_>,
) -> Option<String> {
    let asked = asked(word)?;
    let first = operands.texts.first().copied();
    if let Asked::Missing | Asked::Exists = asked {
        let flag = first.and_then(meant_flag).unwrap_or(true);
        return Some(format!(
            "write `exists: {}`",
            flag == (asked == Asked::Exists)
        ));
    }
    let first = first?;
    match type_ {
        "integer" | "number" => of_number(asked, first, operands),
        "date" | "datetime" => of_date(asked, first, operands),
        "choices" => of_choices(asked, operands),
        "boolean" => of_boolean(asked, first),
        "choice" => of_choice(asked, first, operands),
        _ => of_text(asked, first, subject, operands),
    }
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "an arm among others that may have nothing to say"
)]
fn one(operator: &str, text: &str) -> Option<String> {
    Some(format!("write `{operator}: {}`", scalar(text)))
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "an arm among others that may have nothing to say"
)]
fn many(operator: &str, operands: &Operands<'_>) -> Option<String> {
    let values: Vec<_> = operands.texts.iter().map(|text| scalar(text)).collect();
    Some(format!("write `{operator}: [{}]`", values.join(", ")))
}

/// One value with one operator, several with another.
fn some(one_word: &str, many_word: &str, first: &str, operands: &Operands<'_>) -> Option<String> {
    if operands.texts.len() == 1 {
        one(one_word, first)
    } else {
        many(many_word, operands)
    }
}

fn of_number(asked: Asked, first: &str, operands: &Operands<'_>) -> Option<String> {
    // Advice with a text in it would be refused in its turn.
    let could_be =
        |text: &&str| text.starts_with('$') || text.contains(|c: char| c.is_ascii_digit());
    if !operands.texts.iter().all(could_be) {
        return None;
    }
    match asked {
        Asked::AtLeast => one("at-least", first),
        Asked::MoreThan | Asked::OlderThan => one("more-than", first),
        Asked::AtMost => one("at-most", first),
        Asked::LessThan | Asked::NewerThan => one("less-than", first),
        Asked::Is | Asked::AnyOf | Asked::Contains => some("is", "in", first, operands),
        Asked::IsNot | Asked::NoneOf | Asked::ContainsNot => {
            some("is-not", "not-in", first, operands)
        }
        Asked::Between if operands.texts.len() == 2 => many("between", operands),
        Asked::Between | Asked::AllOf | Asked::Matches | Asked::StartsWith | Asked::EndsWith => {
            None
        }
        Asked::InNext | Asked::Missing | Asked::Exists => None,
    }
}

fn of_date(asked: Asked, first: &str, operands: &Operands<'_>) -> Option<String> {
    let is_length = is_length(first);
    let ago = format!("{} ago", first.trim_end_matches(" ago"));
    let both = || {
        let length = scalar(first);
        Some(format!(
            "for longer ago write `before: {length} ago`, for the time since then `within: \
                {length}`"
        ))
    };
    match asked {
        Asked::OlderThan => one("before", &ago),
        Asked::NewerThan => one("within", first.trim_end_matches(" ago")),
        Asked::InNext => one("within-next", first),
        Asked::AtLeast | Asked::MoreThan | Asked::AtMost | Asked::LessThan if is_length => both(),
        Asked::AtLeast => one("since", first),
        Asked::MoreThan => one("after", first),
        Asked::AtMost => one("until", first),
        Asked::LessThan => one("before", first),
        Asked::Is | Asked::AnyOf if !is_length => some("is", "in", first, operands),
        Asked::IsNot | Asked::NoneOf if !is_length => some("is-not", "not-in", first, operands),
        Asked::Between if operands.texts.len() == 2 => many("between", operands),
        Asked::Is | Asked::AnyOf | Asked::IsNot | Asked::NoneOf | Asked::Between | Asked::AllOf => {
            None
        }
        Asked::Contains
        | Asked::ContainsNot
        | Asked::Matches
        | Asked::StartsWith
        | Asked::EndsWith => None,
        Asked::Missing | Asked::Exists => None,
    }
}

/// `30 days`, without `ago`.
fn is_length(text: &str) -> bool {
    let unit = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let word = unit.trim();
    unit.len() < text.len() && !word.is_empty() && word.chars().all(|c| c.is_ascii_alphabetic())
}

fn of_choices(asked: Asked, operands: &Operands<'_>) -> Option<String> {
    match asked {
        Asked::Is | Asked::AnyOf | Asked::Contains => many("has-any", operands),
        Asked::AllOf => many("has-all", operands),
        Asked::IsNot | Asked::NoneOf | Asked::ContainsNot => many("has-none", operands),
        Asked::AtLeast | Asked::MoreThan | Asked::AtMost | Asked::LessThan | Asked::Between => None,
        Asked::Matches
        | Asked::StartsWith
        | Asked::EndsWith
        | Asked::OlderThan
        | Asked::NewerThan => None,
        Asked::InNext | Asked::Missing | Asked::Exists => None,
    }
}

fn of_boolean(asked: Asked, first: &str) -> Option<String> {
    let flag = meant_flag(first)?;
    match asked {
        Asked::Is | Asked::AnyOf | Asked::Contains => one("is", &flag.to_string()),
        Asked::IsNot | Asked::NoneOf | Asked::ContainsNot => one("is-not", &flag.to_string()),
        Asked::AtLeast
        | Asked::MoreThan
        | Asked::AtMost
        | Asked::LessThan
        | Asked::Between
        | Asked::AllOf => None,
        Asked::Matches
        | Asked::StartsWith
        | Asked::EndsWith
        | Asked::OlderThan
        | Asked::NewerThan => None,
        Asked::InNext | Asked::Missing | Asked::Exists => None,
    }
}

fn of_choice(asked: Asked, first: &str, operands: &Operands<'_>) -> Option<String> {
    match asked {
        Asked::Is | Asked::Contains | Asked::AnyOf => some("is", "in", first, operands),
        Asked::IsNot | Asked::NoneOf | Asked::ContainsNot => {
            some("is-not", "not-in", first, operands)
        }
        Asked::AtLeast | Asked::MoreThan | Asked::AtMost | Asked::LessThan | Asked::Between => {
            Some("choices have no order: list those that fit with `in`".to_owned())
        }
        Asked::AllOf | Asked::Matches | Asked::StartsWith | Asked::EndsWith => None,
        Asked::OlderThan | Asked::NewerThan | Asked::InNext | Asked::Missing | Asked::Exists => {
            None
        }
    }
}

fn of_text(asked: Asked, first: &str, subject: &str, operands: &Operands<'_>) -> Option<String> {
    match asked {
        Asked::Is | Asked::AnyOf => some("is", "in", first, operands),
        Asked::IsNot | Asked::NoneOf => some("is-not", "not-in", first, operands),
        Asked::Contains if operands.texts.len() == 1 => one("contains", first.trim_matches('%')),
        Asked::ContainsNot if operands.texts.len() == 1 => Some(format!(
            "write `{{ not: {{ {subject}, contains: {} }} }}`",
            scalar(first.trim_matches('%'))
        )),
        Asked::Matches => one("matches", first),
        Asked::StartsWith => one("starts-with", first),
        Asked::EndsWith => one("ends-with", first),
        Asked::AtLeast | Asked::MoreThan | Asked::AtMost | Asked::LessThan => Some(
            "a text is neither more nor less than another: declare the field as `integer`, \
                `number` or `date`"
                .to_owned(),
        ),
        Asked::Between | Asked::AllOf | Asked::Contains | Asked::ContainsNot => None,
        Asked::OlderThan | Asked::NewerThan | Asked::InNext | Asked::Missing | Asked::Exists => {
            None
        }
    }
}
