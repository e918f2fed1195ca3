//! The operators of conditions: which there are, which a type takes, and which of them a condition has.

use crate::model::FieldType;
use crate::schema::{self, ListOf, Literal, Operands, Placed};
use crate::source::Span;

/// An operator as written.
#[derive(Clone, Copy)]
pub(super) struct Operator<'a> {
    pub(super) word: &'static str,
    /// The place of the word.
    pub(super) key: Span,
    /// The place of the operand.
    pub(super) span: Span,
    pub(super) operand: Operand<'a>,
}

/// The value or values behind it.
#[derive(Clone, Copy)]
pub(super) enum Operand<'a> {
    One(&'a Placed<Literal>),
    Many(&'a ListOf<Placed<Literal>>),
    Flag(bool),
}

const TEXT: &[&str] = &["is", "is-not", "in", "not-in", "contains", "starts-with", "ends-with", "matches"];
const NUMBER: &[&str] = &["is", "is-not", "in", "not-in", "at-least", "at-most", "more-than", "less-than", "between"];
const BOOLEAN: &[&str] = &["is", "is-not"];
const CHOICE: &[&str] = &["is", "is-not", "in", "not-in"];
const CHOICES: &[&str] = &["has-any", "has-all", "has-none"];
const DATE: &[&str] = &[
    "is",
    "is-not",
    "in",
    "not-in",
    "between",
    "before",
    "after",
    "since",
    "until",
    "within",
    "within-next",
    "during",
    "anniversary",
];

impl Operator<'_> {
    /// What stands behind it.
    pub(super) fn operands(&self) -> Operands<'_> {
        match self.operand {
            Operand::One(literal) => Operands { texts: vec![&literal.value.0.text] },
            Operand::Many(literals) => {
                Operands { texts: literals.0.iter().map(|literal| literal.value.0.text.as_str()).collect() }
            }
            Operand::Flag(flag) => Operands { texts: vec![if flag { "true" } else { "false" }] },
        }
    }

    /// Whether it is true where the value is missing.
    pub(super) fn is_negated(&self) -> bool {
        matches!(self.word, "is-not" | "not-in")
    }
}

/// The operators that a type takes, besides `exists`.
pub(super) fn operators_of(type_: &FieldType) -> &'static [&'static str] {
    match type_ {
        FieldType::Text { .. } | FieldType::Email => TEXT,
        FieldType::Integer | FieldType::Number => NUMBER,
        FieldType::Boolean => BOOLEAN,
        FieldType::Choice(_) => CHOICE,
        FieldType::Choices { .. } => CHOICES,
        FieldType::Date | FieldType::Datetime => DATE,
    }
}

/// The operators, in the order of the text.
pub(super) fn operators(written: &schema::Condition) -> Vec<Operator<'_>> {
    fn one<'a>(word: &'static str, placed: &'a Option<Placed<Literal>>) -> Option<Operator<'a>> {
        placed.as_ref().map(|literal| Operator {
            word,
            key: literal.key,
            span: literal.span,
            operand: Operand::One(literal),
        })
    }
    fn many<'a>(word: &'static str, placed: &'a Option<Placed<ListOf<Placed<Literal>>>>) -> Option<Operator<'a>> {
        placed.as_ref().map(|list| Operator {
            word,
            key: list.key,
            span: list.span,
            operand: Operand::Many(&list.value),
        })
    }
    let exists = written.exists.as_ref();
    let found = [
        one("is", &written.is),
        one("is-not", &written.is_not),
        many("in", &written.in_),
        many("not-in", &written.not_in),
        one("at-least", &written.at_least),
        one("at-most", &written.at_most),
        one("more-than", &written.more_than),
        one("less-than", &written.less_than),
        many("between", &written.between),
        one("contains", &written.contains),
        one("starts-with", &written.starts_with),
        one("ends-with", &written.ends_with),
        one("matches", &written.matches),
        exists.map(|flag| Operator {
            word: "exists",
            key: flag.key,
            span: flag.span,
            operand: Operand::Flag(flag.value),
        }),
        one("before", &written.before),
        one("after", &written.after),
        one("since", &written.since),
        one("until", &written.until),
        one("within", &written.within),
        one("within-next", &written.within_next),
        one("during", &written.during),
        one("anniversary", &written.anniversary),
        many("has-any", &written.has_any),
        many("has-all", &written.has_all),
        many("has-none", &written.has_none),
    ];
    let mut found: Vec<_> = found.into_iter().flatten().collect();
    found.sort_by_key(|operator| operator.key);
    found
}
