//! Fields, values and tests of a plan file, each by the type of its field.

use std::fmt::Display;
use std::str::FromStr;

use rust_decimal::Decimal;

use super::read::{Fault, length, unknown};
use super::wire;
use crate::model::ids::Id;
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

pub(super) fn field_test(type_: &FieldType, operator: &str, operands: &[String]) -> Result<FieldTest, Fault> {
    let first = operands.first().ok_or("the operand is missing")?;
    let negated = operator == "not-in";
    Ok(match (type_, operator) {
        (FieldType::Boolean, "in" | "not-in") => FieldTest::Boolean { is: parsed(first)?, negated },
        (FieldType::Choice(values), "in" | "not-in") => {
            FieldTest::Choice { values: choices(values, operands)?, negated }
        }
        (FieldType::Choices { values, .. }, "has-any") => FieldTest::HasAny(choices(values, operands)?),
        (FieldType::Choices { values, .. }, "has-all") => FieldTest::HasAll(choices(values, operands)?),
        (FieldType::Choices { values, .. }, "has-none") => FieldTest::HasNone(choices(values, operands)?),
        (FieldType::Text { .. } | FieldType::Email, _) => FieldTest::Text(text_test(operator, operands, first)?),
        (FieldType::Integer | FieldType::Number, _) => FieldTest::Number(number_test(operator, operands)?),
        (FieldType::Date | FieldType::Datetime, _) => FieldTest::Date(date_test(operator, operands, first)?),
        (_, operator) => return Err(format!("`{operator}` does not go with the type `{}`", type_.word())),
    })
}

fn text_test(operator: &str, operands: &[String], first: &str) -> Result<TextTest, Fault> {
    Ok(match operator {
        "in" | "not-in" => TextTest::In { values: operands.to_vec(), negated: operator == "not-in" },
        "contains" => TextTest::Contains(first.to_owned()),
        "starts-with" => TextTest::StartsWith(first.to_owned()),
        "ends-with" => TextTest::EndsWith(first.to_owned()),
        "matches" => {
            pattern::compile(first, false).map_err(|fault| format!("`{first}`: {fault}"))?;
            TextTest::Matches(first.to_owned())
        }
        other => return Err(unknown("operator", other)),
    })
}

pub(super) fn number_test(operator: &str, operands: &[String]) -> Result<NumberTest, Fault> {
    let values: Vec<Decimal> = operands.iter().map(|text| parsed(text)).collect::<Result<_, _>>()?;
    Ok(match (operator, values.as_slice()) {
        ("in" | "not-in", _) => NumberTest::In { values, negated: operator == "not-in" },
        ("at-least", [number]) => NumberTest::AtLeast(*number),
        ("at-most", [number]) => NumberTest::AtMost(*number),
        ("more-than", [number]) => NumberTest::MoreThan(*number),
        ("less-than", [number]) => NumberTest::LessThan(*number),
        ("between", [first, second]) => NumberTest::Between(*first, *second),
        (other, _) => return Err(unknown("operator", other)),
    })
}

fn date_test(operator: &str, operands: &[String], first: &str) -> Result<DateTest, Fault> {
    match operator {
        "within" => return length(first).map(DateTest::Within),
        "within-next" => return length(first).map(DateTest::WithinNext),
        "during" => return Period::parse(first).map(DateTest::During).ok_or_else(|| unknown("period", first)),
        _ => {}
    }
    let values: Vec<When> = operands.iter().map(|text| When::parse(text)).collect::<Result<_, _>>()?;
    Ok(match (operator, values.as_slice()) {
        ("in" | "not-in", _) => DateTest::In { values, negated: operator == "not-in" },
        ("between", [first, second]) => DateTest::Between(*first, *second),
        ("before", [when]) => DateTest::Before(*when),
        ("after", [when]) => DateTest::After(*when),
        ("since", [when]) => DateTest::Since(*when),
        ("until", [when]) => DateTest::Until(*when),
        ("anniversary", [when]) => DateTest::Anniversary(*when),
        (other, _) => return Err(unknown("operator", other)),
    })
}
