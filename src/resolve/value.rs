//! Literals to values of a field's type, from their source text.

use std::str::FromStr;

use rust_decimal::Decimal;

use super::Resolver;
use crate::diagnostic::{Diagnostic, codes, list};
use crate::model::ids::Id;
use crate::model::{ChoiceId, Field, FieldId, FieldType, Moment, Value, is_address};
use crate::schema::{Keyed, ListOf, Literal, as_digits, is_grouped, meant_flag};
use crate::source::Span;

const WHOLE_NUMBER: &str = "a whole number";
const NUMBER: &str = "a number";
const ADDRESS: &str = "one email address";
const FLAG: &str = "`true` or `false`";

/// Small numbers, as people say them.
const SAID: [&str; 13] = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "eleven", "twelve",
];

impl Resolver {
    /// A value of the type; a list is one of `choices`.
    pub(super) fn value(&mut self, type_: &FieldType, literal: &Keyed<Literal>) -> Option<Value> {
        let text = literal.value.0.text.as_str();
        match type_ {
            FieldType::Text { .. } => Some(Value::Text(text.trim().to_owned())),
            FieldType::Email if !is_address(text.trim()) => self.wrong_value(literal, ADDRESS),
            FieldType::Email => Some(Value::Text(text.trim().to_owned())),
            FieldType::Integer => self.integer(literal).map(Value::Integer),
            FieldType::Number => self.number(literal).map(Value::Number),
            FieldType::Boolean => self.boolean(literal).map(Value::Boolean),
            FieldType::Date => match self.moment(text, literal.span)? {
                Moment::Day(date) => Some(Value::Date(date)),
                Moment::Time(_) => self.wrong_value(literal, "a day"),
            },
            FieldType::Datetime => self.moment(text, literal.span).map(Value::Datetime),
            FieldType::Choice(values) => self.choice(values, literal).map(Value::Choice),
            FieldType::Choices { values, .. } => self
                .choice(values, literal)
                .map(|choice| Value::Choices(vec![choice])),
        }
    }

    pub(super) fn integer(&mut self, literal: &Keyed<Literal>) -> Option<i64> {
        literal
            .value
            .0
            .text
            .parse()
            .ok()
            .or_else(|| self.wrong_value(literal, WHOLE_NUMBER))
    }

    pub(super) fn number(&mut self, literal: &Keyed<Literal>) -> Option<Decimal> {
        let text = literal.value.0.text.as_str();
        let decimal = Decimal::from_str(text).ok().filter(|_| !text.contains('_'));
        if let Some(number) =
            decimal.filter(|_| text.contains('.') && text.ends_with('0') && is_grouped(text))
        {
            let message = format!(
                "`{text}` is {}, and may be meant as {}",
                number.normalize(),
                as_digits(text)
            );
            let help = format!("write `{}` or `{}`", as_digits(text), number.normalize());
            let finding = Diagnostic::new(codes::AMBIGUOUS_NUMBER, literal.span, message);
            self.report(finding.at("fraction or thousand").help(help));
        }
        decimal
            .map(|number| number.normalize())
            .or_else(|| self.wrong_value(literal, NUMBER))
    }

    pub(super) fn boolean(&mut self, literal: &Keyed<Literal>) -> Option<bool> {
        match literal.value.0.text.as_str() {
            "true" => Some(true),
            "false" => Some(false),
            _ => self.wrong_value(literal, FLAG),
        }
    }

    pub(super) fn choice(
        &mut self,
        values: &[String],
        literal: &Keyed<Literal>,
    ) -> Option<ChoiceId> {
        let text = literal.value.0.text.trim();
        let found = values
            .iter()
            .position(|value| value == text)
            .map(ChoiceId::from_index);
        if found.is_none() {
            let known = values.iter().map(String::as_str);
            let meant = self
                .guesses
                .did_you_mean(text, known.clone())
                .map(|meant| format!("did you mean `{meant}`?"));
            let help = meant.unwrap_or_else(|| format!("the choices are {}", list(known)));
            self.report(
                Diagnostic::new(
                    codes::UNKNOWN_CHOICE,
                    literal.span,
                    format!("there is no choice `{text}`"),
                )
                .at("unknown choice")
                .help(help),
            );
        }
        found
    }

    /// Choices in the order of the declaration, each once.
    pub(super) fn choices(
        &mut self,
        values: &[String],
        literals: &ListOf<Keyed<Literal>>,
    ) -> Option<Vec<ChoiceId>> {
        let found: Vec<_> = literals
            .0
            .iter()
            .map(|literal| self.choice(values, literal))
            .collect();
        let mut found: Vec<ChoiceId> = found.into_iter().collect::<Option<_>>()?;
        found.sort_unstable();
        found.dedup();
        Some(found)
    }

    pub(super) fn wrong_value<T>(&mut self, literal: &Keyed<Literal>, expected: &str) -> Option<T> {
        let text = literal.value.0.text.as_str();
        let found = Diagnostic::new(
            codes::WRONG_VALUE,
            literal.span,
            format!("`{text}` is not {expected}"),
        );
        let found = found.at(format!("expected {expected}"));
        self.report(match meant(text, expected) {
            Some(help) => found.help(help),
            None => found,
        });
        None
    }

    /// Where a field is declared and its type, for labels.
    pub(super) fn declared(&self, field: FieldId) -> (Span, String) {
        let field: &Field = &self.contacts.fields[field];
        let type_ = field.type_.as_ref().map_or("broken", FieldType::word);
        (field.span, format!("declared as {type_}"))
    }
}

/// How to write what was probably meant.
fn meant(text: &str, expected: &str) -> Option<String> {
    match expected {
        FLAG => meant_flag(text).map(|flag| format!("write `{flag}`")),
        WHOLE_NUMBER | NUMBER => {
            if let Some(number) = SAID.iter().position(|said| said.eq_ignore_ascii_case(text)) {
                return Some(format!("write it in digits: `{number}`"));
            }
            if is_grouped(text) {
                let (digits, groups) = (
                    as_digits(text),
                    text.split(|c: char| !c.is_ascii_digit()).count(),
                );
                let is_round = text.ends_with("000") || groups > 2;
                return Some(if expected == WHOLE_NUMBER || is_round {
                    format!("write the digits alone: `{digits}`")
                } else {
                    format!(
                        "write the digits alone: `{digits}`, or with a fraction a point: `{}`",
                        text.replace(',', ".")
                    )
                });
            }
            let pointed = text.replacen(',', ".", 1);
            if expected == NUMBER && !text.contains('.') && Decimal::from_str(&pointed).is_ok() {
                return Some(format!("write a point for the comma: `{pointed}`"));
            }
            let digits: String = text.chars().filter(char::is_ascii_digit).collect();
            let grouped = text
                .chars()
                .all(|it| it.is_ascii_digit() || " _',.".contains(it));
            if grouped && digits.parse::<i64>().is_ok() && Decimal::from_str(text).is_err() {
                return Some(format!("write the digits alone: `{digits}`"));
            }
            let whole = expected == WHOLE_NUMBER && Decimal::from_str(text).is_ok();
            Some(
                if whole {
                    "it takes no fraction"
                } else {
                    "write it in digits, without a unit"
                }
                .to_owned(),
            )
        }
        _ => None,
    }
}
