//! Fields, values and tests of a plan file, each by the type of its field.

use std::fmt::Display;
use std::str::FromStr;

use rust_decimal::Decimal;

use super::read::{Fault, length, of, unknown};
use super::wire;
use crate::language::Operator;
use crate::model::ids::Id;
use crate::model::operator::DateOperand;
use crate::model::{
    ChoiceId, DateTest, Field, FieldTest, FieldType, Moment, NewValue, NumberTest, Period, TextTest, Value, When,
    pattern,
};
use crate::source::Span;

pub(super) fn field_type(written: &wire::Field) -> Result<FieldType, Fault> {
    let values = || written.values.clone().ok_or("the choices are missing".to_owned());
    Ok(match written.type_.as_str() {
        "text" => FieldType::Text { match_case: written.match_case.unwrap_or_default() },
        "email" => FieldType::Email,
        "integer" => FieldType::Integer,
        "number" => FieldType::Number,
        "boolean" => FieldType::Boolean,
        "date" => FieldType::Date,
        "datetime" => FieldType::Datetime,
        "choice" => FieldType::Choice(values()?),
        "choices" => FieldType::Choices {
            values: values()?,
            separator: written.separator.clone().ok_or("the separator is missing")?,
        },
        other => return Err(unknown("type", other)),
    })
}

/// The type of a property.
pub(super) fn type_of(word: &str) -> Result<FieldType, Fault> {
    Ok(match word {
        "text" => FieldType::Text { match_case: false },
        "integer" => FieldType::Integer,
        "number" => FieldType::Number,
        "boolean" => FieldType::Boolean,
        "date" => FieldType::Date,
        "datetime" => FieldType::Datetime,
        other => return Err(unknown("type", other)),
    })
}

pub(super) fn read_field(id: &str, written: &wire::Field) -> Result<Field, Fault> {
    let value = |operand: &Option<wire::Operand>| operand.as_ref().map(|operand| value(written, operand)).transpose();
    Ok(Field {
        id: id.to_owned(),
        span: Span::NOWHERE,
        description: None,
        column: written.column.clone(),
        type_: Some(field_type(written)?),
        required: written.required,
        default: value(&written.default)?,
        missing: super::read::sorted(&written.missing, "words for no value")?.to_vec(),
        min: value(&written.min)?,
        max: value(&written.max)?,
    })
}

/// A value of a field.
pub(super) fn operand_value(field: &wire::Field, operand: &wire::Operand) -> Result<Value, Fault> {
    value(field, operand)
}

fn value(field: &wire::Field, operand: &wire::Operand) -> Result<Value, Fault> {
    let type_ = field_type(field)?;
    Ok(match (type_, operand) {
        (FieldType::Choices { values, .. }, wire::Operand::Many(words)) => Value::Choices(choices(&values, words)?),
        (FieldType::Text { .. } | FieldType::Email, wire::Operand::One(text)) => Value::Text(text.clone()),
        (FieldType::Integer, wire::Operand::One(text)) => Value::Integer(parsed(text)?),
        (FieldType::Number, wire::Operand::One(text)) => Value::Number(parsed(text)?),
        (FieldType::Boolean, wire::Operand::One(text)) => Value::Boolean(parsed(text)?),
        (FieldType::Date, wire::Operand::One(text)) => Value::Date(parsed(text)?),
        (FieldType::Datetime, wire::Operand::One(text)) => Value::Datetime(Moment::parse(text)?),
        (FieldType::Choice(values), wire::Operand::One(text)) => Value::Choice(choice(&values, text)?),
        (_, operand) => return Err(format!("{operand:?} is no value of the type `{}`", field.type_)),
    })
}

pub(super) fn new_value(field: &wire::Field, to: &wire::NewValue) -> Result<NewValue, Fault> {
    Ok(match to {
        wire::NewValue::Value(operand) => NewValue::Value(value(field, operand)?),
        wire::NewValue::Add(number) => NewValue::Add(parsed(number)?),
        wire::NewValue::Today => NewValue::Today,
        wire::NewValue::Now => NewValue::Now,
    })
}

pub(super) fn parsed<T: FromStr<Err: Display>>(text: &str) -> Result<T, Fault> {
    text.parse().map_err(|error| format!("`{text}`: {error}"))
}

fn choice(values: &[String], text: &str) -> Result<ChoiceId, Fault> {
    values.iter().position(|value| value == text).map(ChoiceId::from_index).ok_or_else(|| unknown("choice", text))
}

fn choices(values: &[String], words: &[String]) -> Result<Vec<ChoiceId>, Fault> {
    words.iter().map(|word| choice(values, word)).collect()
}

pub(super) fn field_test(type_: &FieldType, word: &str, operands: &[String]) -> Result<FieldTest, Fault> {
    let operator = of(word, Operator::of)?;
    let first = operands.first().ok_or("the operand is missing")?;
    let test = match type_ {
        FieldType::Boolean => match operator.negated() {
            Some(negated) => Some(FieldTest::Boolean { is: parsed(first)?, negated }),
            None => None,
        },
        FieldType::Choice(values) => match operator.negated() {
            Some(negated) => Some(FieldTest::Choice { values: choices(values, operands)?, negated }),
            None => None,
        },
        FieldType::Choices { values, .. } => FieldTest::of_choices(operator, choices(values, operands)?),
        FieldType::Text { .. } | FieldType::Email => {
            if operator == Operator::Matches {
                pattern::compile(first, false).map_err(|fault| format!("`{first}`: {fault}"))?;
            }
            TextTest::new(operator, operands.to_vec()).map(FieldTest::Text)
        }
        FieldType::Integer | FieldType::Number => Some(FieldTest::Number(number_test(word, operands)?)),
        FieldType::Date | FieldType::Datetime => {
            DateTest::new(operator, date_operand(operator, operands, first)?).map(FieldTest::Date)
        }
    };
    test.ok_or_else(|| does_not_go(word, type_.word()))
}

pub(super) fn number_test(word: &str, operands: &[String]) -> Result<NumberTest, Fault> {
    let values: Vec<Decimal> = operands.iter().map(|text| parsed(text)).collect::<Result<_, _>>()?;
    NumberTest::new(of(word, Operator::of)?, &values).ok_or_else(|| does_not_go(word, "number"))
}

fn date_operand(operator: Operator, operands: &[String], first: &str) -> Result<DateOperand, Fault> {
    Ok(match operator {
        Operator::Within | Operator::WithinNext => DateOperand::Length(length(first)?),
        Operator::During => DateOperand::Period(Period::parse(first).ok_or_else(|| unknown("period", first))?),
        _moments => DateOperand::Moments(operands.iter().map(|text| When::parse(text)).collect::<Result<_, _>>()?),
    })
}

fn does_not_go(operator: &str, type_: &str) -> Fault {
    format!("`{operator}` with these operands does not go with the type `{type_}`")
}
