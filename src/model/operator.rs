//! Tests from their operator and operands, and back: the only place that knows which test an
//! operator makes, for projects, plan files and descriptions.

use rust_decimal::Decimal;

use super::calendar::{Duration, Period, When};
use super::condition::{DateTest, FieldTest, NumberTest, TextTest};
use super::ids::ChoiceId;
use crate::language::Operator;

/// An operator and its operands, as a plan file has them: of `is` and `in` only the general form.
pub type Compared = (Operator, Vec<String>);

impl TextTest {
    /// The test that an operator makes; none where the operator is not one of text, or the operands
    /// are not as many as it takes.
    pub fn new(operator: Operator, values: Vec<String>) -> Option<Self> {
        if let Some(negated) = operator.negated() {
            return Some(Self::In { values, negated });
        }
        let [text] = <[String; 1]>::try_from(values).ok()?;
        match operator {
            Operator::Contains => Some(Self::Contains(text)),
            Operator::StartsWith => Some(Self::StartsWith(text)),
            Operator::EndsWith => Some(Self::EndsWith(text)),
            Operator::Matches => Some(Self::Matches(text)),
            Operator::Is
            | Operator::IsNot
            | Operator::In
            | Operator::NotIn
            | Operator::AtLeast
            | Operator::AtMost
            | Operator::MoreThan
            | Operator::LessThan
            | Operator::Between
            | Operator::Exists
            | Operator::Before
            | Operator::After
            | Operator::Since
            | Operator::Until
            | Operator::Within
            | Operator::WithinNext
            | Operator::During
            | Operator::Anniversary
            | Operator::HasAny
            | Operator::HasAll
            | Operator::HasNone => None,
        }
    }

    fn compared(&self) -> Compared {
        match self {
            Self::In { values, negated } => among(values, *negated),
            Self::Contains(text) => (Operator::Contains, vec![text.clone()]),
            Self::StartsWith(text) => (Operator::StartsWith, vec![text.clone()]),
            Self::EndsWith(text) => (Operator::EndsWith, vec![text.clone()]),
            Self::Matches(pattern) => (Operator::Matches, vec![pattern.clone()]),
        }
    }
}

impl NumberTest {
    /// The test that an operator makes; none where the operator is not one of numbers, or the
    /// operands are not as many as it takes.
    pub fn new(operator: Operator, values: &[Decimal]) -> Option<Self> {
        if let Some(negated) = operator.negated() {
            return Some(Self::In {
                values: values.to_vec(),
                negated,
            });
        }
        match (operator, values) {
            (Operator::AtLeast, [number]) => Some(Self::AtLeast(*number)),
            (Operator::AtMost, [number]) => Some(Self::AtMost(*number)),
            (Operator::MoreThan, [number]) => Some(Self::MoreThan(*number)),
            (Operator::LessThan, [number]) => Some(Self::LessThan(*number)),
            (Operator::Between, [first, second]) => Some(Self::Between(*first, *second)),
            _of_other_types => None,
        }
    }

    /// The operator and its operands.
    pub fn compared(&self) -> Compared {
        match self {
            Self::In { values, negated } => among(values, *negated),
            Self::AtLeast(number) => one(Operator::AtLeast, number),
            Self::AtMost(number) => one(Operator::AtMost, number),
            Self::MoreThan(number) => one(Operator::MoreThan, number),
            Self::LessThan(number) => one(Operator::LessThan, number),
            Self::Between(first, second) => (
                Operator::Between,
                vec![first.to_string(), second.to_string()],
            ),
        }
    }
}

/// What an operator of dates takes.
pub enum DateOperand {
    /// Moments, one or more.
    Moments(Vec<When>),
    /// A length of time.
    Length(Duration),
    /// A day, week, month or year.
    Period(Period),
}

impl DateTest {
    /// The test that an operator makes; none where the operator is not one of dates, or does not
    /// take these operands.
    pub fn new(operator: Operator, operand: DateOperand) -> Option<Self> {
        match (operator, operand) {
            (Operator::Within, DateOperand::Length(length)) => Some(Self::Within(length)),
            (Operator::WithinNext, DateOperand::Length(length)) => Some(Self::WithinNext(length)),
            (Operator::During, DateOperand::Period(period)) => Some(Self::During(period)),
            (operator, DateOperand::Moments(values)) => {
                match (operator.negated(), operator, values.as_slice()) {
                    (Some(negated), ..) => Some(Self::In { values, negated }),
                    (None, Operator::Between, [first, second]) => {
                        Some(Self::Between(*first, *second))
                    }
                    (None, Operator::Before, [when]) => Some(Self::Before(*when)),
                    (None, Operator::After, [when]) => Some(Self::After(*when)),
                    (None, Operator::Since, [when]) => Some(Self::Since(*when)),
                    (None, Operator::Until, [when]) => Some(Self::Until(*when)),
                    (None, Operator::Anniversary, [when]) => Some(Self::Anniversary(*when)),
                    _of_other_types => None,
                }
            }
            (_, DateOperand::Length(_) | DateOperand::Period(_)) => None,
        }
    }

    fn compared(&self) -> Compared {
        match self {
            Self::In { values, negated } => among(values, *negated),
            Self::Between(first, second) => (
                Operator::Between,
                vec![first.to_string(), second.to_string()],
            ),
            Self::Before(when) => one(Operator::Before, when),
            Self::After(when) => one(Operator::After, when),
            Self::Since(when) => one(Operator::Since, when),
            Self::Until(when) => one(Operator::Until, when),
            Self::Within(length) => one(Operator::Within, length),
            Self::WithinNext(length) => one(Operator::WithinNext, length),
            Self::During(period) => one(Operator::During, period),
            Self::Anniversary(when) => one(Operator::Anniversary, when),
        }
    }
}

impl FieldTest {
    /// The test of a list of choices that an operator makes.
    pub fn of_choices(operator: Operator, values: Vec<ChoiceId>) -> Option<Self> {
        match operator {
            Operator::HasAny => Some(Self::HasAny(values)),
            Operator::HasAll => Some(Self::HasAll(values)),
            Operator::HasNone => Some(Self::HasNone(values)),
            Operator::Is
            | Operator::IsNot
            | Operator::In
            | Operator::NotIn
            | Operator::AtLeast
            | Operator::AtMost
            | Operator::MoreThan
            | Operator::LessThan
            | Operator::Between
            | Operator::Contains
            | Operator::StartsWith
            | Operator::EndsWith
            | Operator::Matches
            | Operator::Exists
            | Operator::Before
            | Operator::After
            | Operator::Since
            | Operator::Until
            | Operator::Within
            | Operator::WithinNext
            | Operator::During
            | Operator::Anniversary => None,
        }
    }

    /// The operator and its operands; `choice` names the choices of the field. None for `exists`.
    pub fn compared(&self, choice: impl Fn(ChoiceId) -> String) -> Option<Compared> {
        let words = |ids: &[ChoiceId]| -> Vec<_> { ids.iter().map(|id| choice(*id)).collect() };
        Some(match self {
            Self::Exists(_) => return None,
            Self::Text(test) => test.compared(),
            Self::Number(test) => test.compared(),
            Self::Boolean { is, negated } => among(&[*is], *negated),
            Self::Choice { values, negated } => among(&words(values), *negated),
            Self::HasAny(ids) => (Operator::HasAny, words(ids)),
            Self::HasAll(ids) => (Operator::HasAll, words(ids)),
            Self::HasNone(ids) => (Operator::HasNone, words(ids)),
            Self::Date(test) => test.compared(),
        })
    }
}

fn one(operator: Operator, operand: &impl ToString) -> Compared {
    (operator, vec![operand.to_string()])
}

fn among(values: &[impl ToString], negated: bool) -> Compared {
    (
        if negated {
            Operator::NotIn
        } else {
            Operator::In
        },
        values.iter().map(ToString::to_string).collect(),
    )
}
