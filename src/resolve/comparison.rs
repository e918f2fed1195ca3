//! What the operators of a condition mean for a value, by its type; an operand of another type is an error at its place.

use std::fmt::Display;

use super::Resolver;
use super::names::list;
use super::operator::{Operand, Operator, operators_of};
use super::value::WRONG_VALUE;
use crate::diagnostic::{Code, Diagnostic, did_you_mean};
use crate::model::{DateTest, FieldTest, FieldType, Moment, NumberTest, TextTest, When, pattern};
use crate::schema::{Literal, Placed};
use crate::source::Span;

impl Resolver {
    /// What an operator asks of a value of a type; `declared` is where the type is said, for a label.
    pub(super) fn comparison(
        &mut self,
        name: &str,
        declared: Option<(Span, String)>,
        type_: &FieldType,
        operator: &Operator<'_>,
    ) -> Option<FieldTest> {
        if let Operand::Flag(exists) = operator.operand {
            return Some(FieldTest::Exists(exists));
        }
        let known = operators_of(type_);
        if !known.contains(&operator.word) {
            self.operator_type(name, declared, type_, operator, known);
            return None;
        }
        match type_ {
            FieldType::Text { .. } | FieldType::Email => self.text_test(type_, operator).map(FieldTest::Text),
            FieldType::Integer | FieldType::Number => self.number_test(type_, operator).map(FieldTest::Number),
            FieldType::Boolean => {
                let Operand::One(literal) = operator.operand else { return None };
                self.boolean(literal).map(|is| FieldTest::Boolean { is, negated: operator.word == "is-not" })
            }
            FieldType::Choice(values) => {
                let choices = self.each(operator, |this, literal| this.choice(values, literal))?;
                Some(FieldTest::Choice { values: choices, negated: operator.is_negated() })
            }
            FieldType::Choices { values, .. } => {
                let Operand::Many(literals) = operator.operand else { return None };
                let choices = self.choices(values, literals)?;
                Some(match operator.word {
                    "has-any" => FieldTest::HasAny(choices),
                    "has-all" => FieldTest::HasAll(choices),
                    _ => FieldTest::HasNone(choices),
                })
            }
            FieldType::Date | FieldType::Datetime => self.date_test(type_, operator).map(FieldTest::Date),
        }
    }

    fn operator_type(
        &mut self,
        name: &str,
        declared: Option<(Span, String)>,
        type_: &FieldType,
        operator: &Operator<'_>,
        known: &[&str],
    ) {
        let article = if matches!(type_, FieldType::Integer | FieldType::Email) { "an" } else { "a" };
        let is_list = matches!(type_, FieldType::Choices { .. });
        let of_type = if is_list { "a list of choices".to_owned() } else { format!("{article} {}", type_.word()) };
        let message = format!("`{}` does not go with `{name}`, which is {of_type}", operator.word);
        let meant = did_you_mean(operator.word, known.iter().copied()).filter(|_| operator.word.len() > 4);
        let all = format!("{of_type} takes {}, `exists`", list(known.iter().copied()));
        let fits = crate::schema::instead(operator.word, type_.word(), &format!("field: {name}"), &operator.operands());
        let help = fits.or_else(|| meant.map(|meant| format!("did you mean `{meant}`? {all}"))).unwrap_or(all);
        let mut finding =
            Diagnostic::error(Code("operator-type"), operator.key, message).at("not for this type").help(help);
        if let Some((span, text)) = declared {
            finding = finding.label(span, text);
        }
        self.report(finding);
    }

    fn each<T>(
        &mut self,
        operator: &Operator<'_>,
        mut read: impl FnMut(&mut Self, &Placed<Literal>) -> Option<T>,
    ) -> Option<Vec<T>> {
        match operator.operand {
            Operand::One(literal) => read(self, literal).map(|value| vec![value]),
            Operand::Many(literals) => {
                let values: Vec<_> = literals.0.iter().map(|literal| read(self, literal)).collect();
                values.into_iter().collect()
            }
            Operand::Flag(_) => None,
        }
    }

    fn text_test(&mut self, type_: &FieldType, operator: &Operator<'_>) -> Option<TextTest> {
        let text = |literal: &Placed<Literal>| literal.value.0.text.clone();
        let values = self.each(operator, |_, literal| Some(text(literal)))?;
        let first = values.first().cloned()?;
        Some(match operator.word {
            "contains" => TextTest::Contains(first),
            "starts-with" => TextTest::StartsWith(first),
            "ends-with" => TextTest::EndsWith(first),
            "matches" => {
                let folds = !matches!(type_, FieldType::Text { match_case: true });
                self.pattern(&first, operator.span, folds)?;
                TextTest::Matches(first)
            }
            _ => {
                let values = values.iter().map(|value| value.trim().to_owned()).collect();
                TextTest::In { values, negated: operator.is_negated() }
            }
        })
    }

    pub(super) fn number_test(&mut self, type_: &FieldType, operator: &Operator<'_>) -> Option<NumberTest> {
        let whole = matches!(type_, FieldType::Integer);
        let values =
            self.each(
                operator,
                |this, literal| if whole { this.integer(literal).map(Into::into) } else { this.number(literal) },
            )?;
        let first = *values.first()?;
        Some(match operator.word {
            "at-least" => NumberTest::AtLeast(first),
            "at-most" => NumberTest::AtMost(first),
            "more-than" => NumberTest::MoreThan(first),
            "less-than" => NumberTest::LessThan(first),
            "between" => {
                let (first, second) = self.two(operator, &values, |_| true)?;
                NumberTest::Between(first, second)
            }
            _ => NumberTest::In { values, negated: operator.is_negated() },
        })
    }

    fn date_test(&mut self, type_: &FieldType, operator: &Operator<'_>) -> Option<DateTest> {
        match operator.word {
            "within" | "within-next" | "during" => return self.window_test(type_, operator),
            "anniversary" => return self.anniversary(operator).map(DateTest::Anniversary),
            _ => {}
        }
        let whole_days = matches!(type_, FieldType::Date);
        let values = self.each(operator, |this, literal| this.date_operand(whole_days, literal))?;
        let first = *values.first()?;
        Some(match operator.word {
            "before" => DateTest::Before(first),
            "after" => DateTest::After(first),
            "since" => DateTest::Since(first),
            "until" => DateTest::Until(first),
            "between" => {
                let (first, second) = self.two(operator, &values, |when| matches!(when, When::At(Moment::Day(_))))?;
                DateTest::Between(first, second)
            }
            _ => DateTest::In { values, negated: operator.is_negated() },
        })
    }

    fn window_test(&mut self, type_: &FieldType, operator: &Operator<'_>) -> Option<DateTest> {
        let Operand::One(literal) = operator.operand else { return None };
        let text = literal.value.0.text.as_str();
        if operator.word == "during" {
            return self.period(text, literal.span).map(DateTest::During);
        }
        let length = self.duration(text, literal.span, crate::model::calendar::Sign::Positive)?;
        if matches!(type_, FieldType::Date) && !length.is_calendar() {
            return self.whole_days_only(literal);
        }
        Some(if operator.word == "within" { DateTest::Within(length) } else { DateTest::WithinNext(length) })
    }

    /// Today, or so many whole days away from it; an absolute date would be the same day in every run.
    fn anniversary(&mut self, operator: &Operator<'_>) -> Option<When> {
        let Operand::One(literal) = operator.operand else { return None };
        let when = self.when(&literal.value.0.text, literal.span)?;
        match when {
            When::Today(_) => Some(when),
            When::Ago(length) | When::In(length) if length.is_calendar() => Some(when),
            When::Ago(_) | When::In(_) | When::At(_) | When::StartOf(_) => {
                let message = format!("`{when}` is no day counted from today");
                let help = "write `today`, `tomorrow`, `yesterday`, `in 3 days` or `3 days ago`";
                self.report(
                    Diagnostic::error(WRONG_VALUE, literal.span, message).at("expected a day from today").help(help),
                );
                None
            }
        }
    }

    /// Says what is wrong with a regular expression that cannot be one.
    fn pattern(&mut self, text: &str, span: Span, folds: bool) -> Option<()> {
        let Err(fault) = pattern::compile(text, folds) else { return Some(()) };
        let help = "it is written as in most tools, without look-around and back references: `^[A-Z]{2}-[0-9]+$`";
        self.report(
            Diagnostic::error(Code("bad-pattern"), span, format!("`{text}` is no regular expression: {fault}"))
                .at("cannot be read")
                .help(help),
        );
        None
    }

    fn date_operand(&mut self, whole_days: bool, literal: &Placed<Literal>) -> Option<When> {
        let when = self.when(&literal.value.0.text, literal.span)?;
        if whole_days && !when.is_day() { self.whole_days_only(literal) } else { Some(when) }
    }

    /// A date has no time of day, so a moment is neither before nor after it.
    fn whole_days_only<T>(&mut self, literal: &Placed<Literal>) -> Option<T> {
        let message = format!("`{}` has a time of day, a date has none", literal.value.0.text);
        self.report(
            Diagnostic::error(WRONG_VALUE, literal.span, message)
                .at("expected a day")
                .help("write a day, or whole days, weeks, months or years; or declare the field as `datetime`"),
        );
        None
    }

    /// The ends of a range, in order where that can be told.
    fn two<T: Copy + PartialOrd + Display>(
        &mut self,
        operator: &Operator<'_>,
        values: &[T],
        fixed: impl Fn(&T) -> bool,
    ) -> Option<(T, T)> {
        if let [first, second] = values {
            if fixed(first) && fixed(second) && first > second {
                let message = format!("nothing lies between `{first}` and `{second}`");
                let help = format!("write the lower end first: `between: [{second}, {first}]`");
                self.report(Diagnostic::error(WRONG_VALUE, operator.span, message).at("wrong way round").help(help));
                return None;
            }
            return Some((*first, *second));
        }
        let message = format!("`between` takes two values, not {}", values.len());
        self.report(
            Diagnostic::error(WRONG_VALUE, operator.span, message)
                .at("two values")
                .help("write `between: [lowest, highest]`; both belong to it"),
        );
        None
    }
}
