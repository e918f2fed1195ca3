//! What the operators of a condition mean for a value, by its type; an operand of another type is
//! an error at its place.

use std::fmt::Display;

use super::Resolver;
use crate::diagnostic::{Diagnostic, codes, did_you_mean, list};
use crate::language::Operator;
use crate::model::calendar::Sign;
use crate::model::operator::DateOperand;
use crate::model::{DateTest, FieldTest, FieldType, Moment, NumberTest, TextTest, When, pattern};
use crate::schema::condition::{Comparison, Operand};
use crate::schema::{Keyed, Literal};
use crate::source::Span;

/// Why a pattern is not taken.
#[derive(Clone)]
pub(super) enum Rejected {
    /// It is none, in a few words.
    Unreadable(String),
    /// With it the patterns of the project would cost too much.
    TooMuch { cost: u64, left: u64 },
}

impl Resolver {
    /// What an operator asks of a value of a type; `declared` is where the type is said, for a
    /// label.
    pub(super) fn comparison(
        &mut self,
        name: &str,
        declared: Option<(Span, String)>,
        type_: &FieldType,
        comparison: &Comparison<'_>,
    ) -> Option<FieldTest> {
        if let Operand::Flag(exists) = comparison.operand {
            return Some(FieldTest::Exists(exists));
        }
        if !Operator::of_type(type_.name()).contains(&comparison.operator) {
            self.operator_type(name, declared, type_, comparison);
            return None;
        }
        let negated = comparison.operator.negated().unwrap_or(false);
        match type_ {
            FieldType::Text { .. } | FieldType::Email => {
                self.text_test(type_, comparison).map(FieldTest::Text)
            }
            FieldType::Integer | FieldType::Number => {
                self.number_test(type_, comparison).map(FieldTest::Number)
            }
            FieldType::Boolean => {
                let Operand::One(literal) = comparison.operand else {
                    return None;
                };
                self.boolean(literal)
                    .map(|is| FieldTest::Boolean { is, negated })
            }
            FieldType::Choice(values) => {
                let choices =
                    self.each(comparison, |this, literal| this.choice(values, literal))?;
                Some(FieldTest::Choice {
                    values: choices,
                    negated,
                })
            }
            FieldType::Choices { values, .. } => {
                let Operand::Many(literals) = comparison.operand else {
                    return None;
                };
                let choices = self.choices(values, literals)?;
                FieldTest::of_choices(comparison.operator, choices)
            }
            FieldType::Date | FieldType::Datetime => {
                self.date_test(type_, comparison).map(FieldTest::Date)
            }
        }
    }

    fn operator_type(
        &mut self,
        name: &str,
        declared: Option<(Span, String)>,
        type_: &FieldType,
        comparison: &Comparison<'_>,
    ) {
        let word = comparison.operator.word();
        let article = if matches!(type_, FieldType::Integer | FieldType::Email) {
            "an"
        } else {
            "a"
        };
        let is_list = matches!(type_, FieldType::Choices { .. });
        let of_type = if is_list {
            "a list of choices".to_owned()
        } else {
            format!("{article} {}", type_.word())
        };
        let message = format!("`{word}` does not go with `{name}`, which is {of_type}");
        let known: Vec<_> = Operator::of_type(type_.name())
            .iter()
            .map(|operator| operator.word())
            .collect();
        let meant = did_you_mean(word, known.iter().copied()).filter(|_| word.len() > 4);
        let all = format!("{of_type} takes {}, `exists`", list(known.iter().copied()));
        let fits = crate::schema::instead(
            word,
            type_.word(),
            &format!("field: {name}"),
            &comparison.operands(),
        );
        let help = fits
            .or_else(|| meant.map(|meant| format!("did you mean `{meant}`? {all}")))
            .unwrap_or(all);
        let mut finding = Diagnostic::new(codes::OPERATOR_TYPE, comparison.key, message)
            .at("not for this type")
            .help(help);
        if let Some((span, text)) = declared {
            finding = finding.label(span, text);
        }
        self.report(finding);
    }

    fn each<T>(
        &mut self,
        comparison: &Comparison<'_>,
        mut read: impl FnMut(&mut Self, &Keyed<Literal>) -> Option<T>,
    ) -> Option<Vec<T>> {
        match comparison.operand {
            Operand::One(literal) => read(self, literal).map(|value| vec![value]),
            Operand::Many(literals) => {
                let values: Vec<_> = literals
                    .0
                    .iter()
                    .map(|literal| read(self, literal))
                    .collect();
                values.into_iter().collect()
            }
            Operand::Flag(_) => None,
        }
    }

    fn text_test(&mut self, type_: &FieldType, comparison: &Comparison<'_>) -> Option<TextTest> {
        let mut values = self.each(comparison, |_, literal| Some(literal.value.0.text.clone()))?;
        if comparison.operator.negated().is_some() {
            values
                .iter_mut()
                .for_each(|value| *value = value.trim().to_owned());
        }
        let test = TextTest::new(comparison.operator, values)?;
        if let TextTest::Matches(pattern) = &test {
            let folds = !matches!(type_, FieldType::Text { match_case: true });
            self.pattern(pattern, comparison.span, folds)?;
        }
        Some(test)
    }

    pub(super) fn number_test(
        &mut self,
        type_: &FieldType,
        comparison: &Comparison<'_>,
    ) -> Option<NumberTest> {
        let whole = matches!(type_, FieldType::Integer);
        let number = |this: &mut Self, literal: &Keyed<Literal>| {
            if whole {
                this.integer(literal).map(Into::into)
            } else {
                this.number(literal)
            }
        };
        let values = self.each(comparison, number)?;
        self.in_order(comparison, &values, |_| true)?;
        NumberTest::new(comparison.operator, &values)
    }

    fn date_test(&mut self, type_: &FieldType, comparison: &Comparison<'_>) -> Option<DateTest> {
        let whole_days = matches!(type_, FieldType::Date);
        let operand = match (comparison.operator, comparison.operand) {
            (Operator::During, Operand::One(literal)) => {
                DateOperand::Period(self.period(&literal.value.0.text, literal.span)?)
            }
            (Operator::Within | Operator::WithinNext, Operand::One(literal)) => {
                let length = self.duration(&literal.value.0.text, literal.span, Sign::Positive)?;
                if whole_days && !length.is_calendar() {
                    return self.whole_days_only(literal);
                }
                DateOperand::Length(length)
            }
            (Operator::Anniversary, Operand::One(literal)) => {
                DateOperand::Moments(vec![self.anniversary(literal)?])
            }
            _moments => {
                let values = self.each(comparison, |this, literal| {
                    this.date_operand(whole_days, literal)
                })?;
                self.in_order(comparison, &values, |when| {
                    matches!(when, When::At(Moment::Day(_)))
                })?;
                DateOperand::Moments(values)
            }
        };
        DateTest::new(comparison.operator, operand)
    }

    /// Today, or so many whole days away from it; an absolute date would be the same day in every
    /// run.
    fn anniversary(&mut self, literal: &Keyed<Literal>) -> Option<When> {
        let when = self.when(&literal.value.0.text, literal.span)?;
        match when {
            When::Today(_) => Some(when),
            When::Ago(length) | When::In(length) if length.is_calendar() => Some(when),
            When::Ago(_) | When::In(_) | When::At(_) | When::StartOf(_) => {
                let message = format!("`{when}` is no day counted from today");
                let help = "write `today`, `tomorrow`, `yesterday`, `in 3 days` or `3 days ago`";
                self.report(
                    Diagnostic::new(codes::WRONG_VALUE, literal.span, message)
                        .at("expected a day from today")
                        .help(help),
                );
                None
            }
        }
    }

    /// Says what is wrong with a regular expression that cannot be one, or is one too many.
    fn pattern(&mut self, text: &str, span: Span, folds: bool) -> Option<()> {
        let key = (text.to_owned(), folds);
        let said = match self.patterns.get(&key) {
            Some(said) => said.clone(),
            None => self.new_pattern(text, folds),
        };
        self.patterns.insert(key, said.clone());
        let finding = match said {
            Ok(()) => return Some(()),
            Err(Rejected::Unreadable(fault)) => {
                let message = format!("`{text}` is no regular expression: {fault}");
                let help = "it is written as in most tools, without look-around and back references: \
                    `^[A-Z]{2}-[0-9]+$`";
                Diagnostic::new(codes::BAD_PATTERN, span, message)
                    .at("cannot be read")
                    .help(help)
            }
            Err(Rejected::TooMuch { cost, left }) => {
                let message = format!(
                    "`{text}` costs {cost}, and the patterns before it leave {left} of the {} that \
                        all of a project may cost",
                    pattern::MOST
                );
                let help = "write `[0-9]` for `\\d` and `[a-z]` for `\\w`, repeat less, or ask with \
                    `in`, `contains` and `starts-with`; one pattern in many places costs once";
                Diagnostic::new(codes::BAD_PATTERN, span, message)
                    .at("costs too much")
                    .help(help)
            }
        };
        self.report(finding);
        None
    }

    /// Its cost is paid before it is compiled, also where that then fails: it takes the same time.
    fn new_pattern(&mut self, text: &str, folds: bool) -> Result<(), Rejected> {
        let cost = pattern::cost(text).map_err(Rejected::Unreadable)?;
        let left = self.patterns_left;
        self.patterns_left = left
            .checked_sub(cost)
            .ok_or(Rejected::TooMuch { cost, left })?;
        pattern::Pattern::new(text, folds)
            .map(drop)
            .map_err(Rejected::Unreadable)
    }

    fn date_operand(&mut self, whole_days: bool, literal: &Keyed<Literal>) -> Option<When> {
        let when = self.when(&literal.value.0.text, literal.span)?;
        if whole_days && !when.is_day() {
            self.whole_days_only(literal)
        } else {
            Some(when)
        }
    }

    /// A date has no time of day, so a moment is neither before nor after it.
    fn whole_days_only<T>(&mut self, literal: &Keyed<Literal>) -> Option<T> {
        let message = format!(
            "`{}` has a time of day, a date has none",
            literal.value.0.text
        );
        self.report(
            Diagnostic::new(codes::WRONG_VALUE, literal.span, message)
                .at("expected a day")
                .help(
                    "write a day, or whole days, weeks, months or years; or declare the field as \
                    `datetime`",
                ),
        );
        None
    }

    /// Whether a range has two ends, in order where that can be told; true of other operators.
    fn in_order<T: PartialOrd + Display>(
        &mut self,
        comparison: &Comparison<'_>,
        values: &[T],
        fixed: impl Fn(&T) -> bool,
    ) -> Option<()> {
        if comparison.operator != Operator::Between {
            return Some(());
        }
        let (message, at, help) = match values {
            [first, second] if fixed(first) && fixed(second) && first > second => (
                format!("nothing lies between `{first}` and `{second}`"),
                "wrong way round",
                format!("write the lower end first: `between: [{second}, {first}]`"),
            ),
            [_, _] => return Some(()),
            others => (
                format!("`between` takes two values, not {}", others.len()),
                "two values",
                "write `between: [lowest, highest]`; both belong to it".to_owned(),
            ),
        };
        self.report(
            Diagnostic::new(codes::WRONG_VALUE, comparison.span, message)
                .at(at)
                .help(help),
        );
        None
    }
}
