//! Conditions: which key says what is asked, which operators go with the type of the field, and what their operands mean.

use std::fmt::Display;

use super::Resolver;
use super::names::list;
use super::operator::{Operand, Operator, operators, operators_of};
use super::value::WRONG_VALUE;
use crate::diagnostic::{Code, Diagnostic, did_you_mean};
use crate::model::{
    Condition, ConditionKind, DateTest, FieldId, FieldTest, FieldType, Moment, NumberTest, Subject, TextTest, When,
};
use crate::schema::{self, ListOf, Literal, Placed, Text};
use crate::source::Span;

const CONDITION_KEYS: Code = Code("condition-keys");

/// A condition that could not be understood.
pub(super) fn broken(span: Span) -> Condition {
    Condition { span, kind: ConditionKind::Broken }
}

impl Resolver {
    /// A condition that is not the way into a campaign.
    pub(super) fn condition(&mut self, written: &Placed<schema::Condition>) -> Condition {
        self.condition_at(&written.value, written.span)
    }

    pub(super) fn condition_at(&mut self, written: &schema::Condition, span: Span) -> Condition {
        if let Some(entered) = &written.entered {
            let help = "write `stage` for those who are there now, or `reached` for those who got that far";
            self.report(
                Diagnostic::error(CONDITION_KEYS, entered.key, "`entered` stands only in `enter` of a campaign")
                    .at("not in a condition")
                    .help(help),
            );
            return broken(span);
        }
        if !self.one_question(written, span) {
            return broken(span);
        }
        let (span, kind) = self.question(written).map_or((span, None), |(at, kind)| (at.unwrap_or(span), kind));
        Condition { span, kind: kind.unwrap_or(ConditionKind::Broken) }
    }

    /// The place of the atom, if it is one, and what it asks.
    fn question(&mut self, written: &schema::Condition) -> Option<(Option<Span>, Option<ConditionKind>)> {
        if let Some(list) = &written.all {
            return Some((None, Some(ConditionKind::All(self.conditions(&list.value)))));
        }
        if let Some(list) = &written.any {
            return Some((None, Some(ConditionKind::Any(self.conditions(&list.value)))));
        }
        if let Some(inner) = &written.not {
            return Some((None, Some(ConditionKind::Not(Box::new(self.condition(inner))))));
        }
        self.atom(written).map(|(span, kind)| (Some(span), kind))
    }

    fn atom(&mut self, written: &schema::Condition) -> Option<(Span, Option<ConditionKind>)> {
        let kind = if let Some(name) = &written.field {
            (name.span, self.field_condition(name, written))
        } else if let Some(name) = &written.tag {
            (name.span, self.tag_id(name).map(ConditionKind::Tag))
        } else if let Some(name) = &written.stage {
            let at_least = written.for_.as_ref().map(|length| self.placed_duration(length));
            let stage = self.stage_ref(name);
            let at_least = match at_least {
                Some(None) => return Some((name.span, None)),
                Some(length) => length,
                None => None,
            };
            (name.span, stage.map(|stage| ConditionKind::Stage { stage, at_least }))
        } else if let Some(name) = &written.reached {
            (name.span, self.stage_ref(name).map(ConditionKind::Reached))
        } else if let Some(name) = &written.in_funnel {
            (name.span, self.funnel_id(name).map(ConditionKind::InFunnel))
        } else if let Some(name) = &written.segment {
            (name.span, self.segment_id(name).map(ConditionKind::Segment))
        } else {
            let name = written.reachable.as_ref()?;
            (name.span, self.channel(name).map(ConditionKind::Reachable))
        };
        Some(kind)
    }

    fn conditions(&mut self, list: &ListOf<Placed<schema::Condition>>) -> Vec<Condition> {
        list.0.iter().map(|condition| self.condition(condition)).collect()
    }

    /// Whether exactly one key says what is asked, and the others belong to it.
    fn one_question(&mut self, written: &schema::Condition, span: Span) -> bool {
        let questions = questions(written);
        let operators = operators(written);
        let Some(((word, key), more)) = questions.split_first() else {
            let help = "write one of `field`, `tag`, `stage`, `reached`, `in-funnel`, `segment`, `reachable`, `all`, `any`, `not`";
            self.report(
                Diagnostic::error(CONDITION_KEYS, span, "the condition does not say what it is about")
                    .at("what is asked?")
                    .help(help),
            );
            return false;
        };
        if let Some((other, other_key)) = more.first() {
            let message = format!("`{word}` and `{other}` in one condition");
            let help = format!("write `all: [ {{ {word}: … }}, {{ {other}: … }} ]`, or `any`");
            self.report(
                Diagnostic::error(CONDITION_KEYS, *other_key, message)
                    .at("one too many")
                    .label(*key, "asked already")
                    .help(help),
            );
            return false;
        }
        if *word != "stage"
            && let Some(length) = &written.for_
        {
            self.report(
                Diagnostic::error(CONDITION_KEYS, length.key, format!("`for` does not go with `{word}`"))
                    .at("only with `stage`"),
            );
            return false;
        }
        if *word != "field"
            && let Some(operator) = operators.first()
        {
            let message = format!("`{}` does not go with `{word}`", operator.word);
            self.report(
                Diagnostic::error(CONDITION_KEYS, operator.key, message)
                    .at("only with `field`")
                    .help("operators compare the value of a `field`"),
            );
            return false;
        }
        true
    }

    fn field_condition(&mut self, name: &Placed<Text>, written: &schema::Condition) -> Option<ConditionKind> {
        let subject =
            if name.value.0 == "points" { Some(Subject::Points) } else { self.field_id(name).map(Subject::Field) };
        let operators = operators(written);
        let Some((operator, more)) = operators.split_first() else {
            let help = "write what to compare, such as `exists: true` or `at-least: 1`";
            self.report(
                Diagnostic::error(
                    CONDITION_KEYS,
                    name.span,
                    format!("the condition on `{}` compares nothing", name.value.0),
                )
                .at("no operator")
                .help(help),
            );
            return None;
        };
        if let Some(other) = more.first() {
            let message = format!("`{}` and `{}` in one condition", operator.word, other.word);
            let help = "write each in a condition of its own, inside `all: [ … ]`; for a range use `between: [a, b]`";
            self.report(
                Diagnostic::error(CONDITION_KEYS, other.key, message)
                    .at("one too many")
                    .label(operator.key, "compares already")
                    .help(help),
            );
            return None;
        }
        let subject = subject?;
        let type_ = match subject {
            Subject::Points => FieldType::Integer,
            Subject::Field(field) => self.contacts.fields[field].type_.clone()?,
        };
        let test = self.test(subject, &name.value.0, &type_, operator)?;
        Some(ConditionKind::Field { subject, test })
    }

    fn test(&mut self, subject: Subject, name: &str, type_: &FieldType, operator: &Operator<'_>) -> Option<FieldTest> {
        if let Operand::Flag(exists) = operator.operand {
            return Some(FieldTest::Exists(exists));
        }
        let known = operators_of(type_);
        if !known.contains(&operator.word) {
            self.operator_type(subject, name, type_, operator, known);
            return None;
        }
        match type_ {
            FieldType::Text { .. } | FieldType::Email => self.text_test(operator).map(FieldTest::Text),
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
        subject: Subject,
        name: &str,
        type_: &FieldType,
        operator: &Operator<'_>,
        known: &[&str],
    ) {
        let article = if matches!(type_, FieldType::Integer | FieldType::Email) { "an" } else { "a" };
        let message = format!("`{}` does not go with `{name}`, which is {article} {}", operator.word, type_.word());
        let meant = did_you_mean(operator.word, known.iter().copied()).filter(|_| operator.word.len() > 4);
        let all = format!("{article} {} takes {}, `exists`", type_.word(), list(known.iter().copied()));
        let help = meant.map_or(all.clone(), |meant| format!("did you mean `{meant}`? {all}"));
        let mut finding =
            Diagnostic::error(Code("operator-type"), operator.key, message).at("not for this type").help(help);
        if let Subject::Field(field) = subject {
            let (span, text) = self.declared(field);
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

    fn text_test(&mut self, operator: &Operator<'_>) -> Option<TextTest> {
        let text = |literal: &Placed<Literal>| literal.value.0.text.clone();
        let values = self.each(operator, |_, literal| Some(text(literal)))?;
        let first = values.first().cloned()?;
        Some(match operator.word {
            "contains" => TextTest::Contains(first),
            "starts-with" => TextTest::StartsWith(first),
            "ends-with" => TextTest::EndsWith(first),
            _ => TextTest::In { values, negated: operator.is_negated() },
        })
    }

    fn number_test(&mut self, type_: &FieldType, operator: &Operator<'_>) -> Option<NumberTest> {
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

    /// The id of a field that a step or address names, with its type.
    pub(super) fn typed_field(&mut self, name: &Placed<Text>) -> Option<(FieldId, FieldType)> {
        let field = self.field_id(name)?;
        self.contacts.fields[field].type_.clone().map(|type_| (field, type_))
    }
}

/// The keys that say what is asked, in the order of the text.
fn questions(written: &schema::Condition) -> Vec<(&'static str, Span)> {
    let key = |placed: &Option<Placed<Text>>| placed.as_ref().map(|placed| placed.key);
    let found = [
        ("all", written.all.as_ref().map(|placed| placed.key)),
        ("any", written.any.as_ref().map(|placed| placed.key)),
        ("not", written.not.as_ref().map(|placed| placed.key)),
        ("field", key(&written.field)),
        ("tag", key(&written.tag)),
        ("stage", key(&written.stage)),
        ("reached", key(&written.reached)),
        ("in-funnel", key(&written.in_funnel)),
        ("segment", key(&written.segment)),
        ("reachable", key(&written.reachable)),
    ];
    let mut found: Vec<_> = found.into_iter().filter_map(|(word, key)| key.map(|key| (word, key))).collect();
    found.sort_by_key(|(_, key)| *key);
    found
}

/// All keys of a condition, in the order of the text.
pub(super) fn keys(written: &schema::Condition) -> Vec<(&'static str, Span)> {
    let operators = operators(written);
    let mut keys = questions(written);
    keys.extend(operators.iter().map(|operator| (operator.word, operator.key)));
    keys.extend(written.for_.as_ref().map(|length| ("for", length.key)));
    keys.sort_by_key(|(_, key)| *key);
    keys
}
