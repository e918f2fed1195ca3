//! A condition of a plan in the words of a project: its operator is a key, as the other keys are
//! already.

use serde_json::{Map, Value as Json, json};

use crate::language::Operator;
use crate::plan::wire;

pub(super) fn condition(written: &wire::Condition) -> Json {
    let mut said = json!(written);
    in_words(&mut said);
    said
}

fn in_words(said: &mut Json) {
    let Json::Object(keys) = said else { return };
    for inner in ["all", "any", "not", "where"] {
        match keys.get_mut(inner) {
            Some(Json::Array(list)) => list.iter_mut().for_each(in_words),
            Some(condition) => in_words(condition),
            None => {}
        }
    }
    compared(keys);
}

/// What is no operator stays as it stands, and is no key.
fn compared(keys: &mut Map<String, Json>) {
    let Some(operator) = keys
        .get("operator")
        .and_then(Json::as_str)
        .and_then(Operator::of)
    else {
        return;
    };
    let operands = keys.remove("operands").unwrap_or_else(|| json!([]));
    keys.remove("operator");
    let alone = operands
        .as_array()
        .filter(|operands| operands.len() == 1)
        .map(|operands| operands[0].clone());
    let (operator, operand) = match (operator, alone) {
        (Operator::In, Some(operand)) => (Operator::Is, operand),
        (Operator::NotIn, Some(operand)) => (Operator::IsNot, operand),
        (Operator::Between | Operator::HasAny | Operator::HasAll | Operator::HasNone, _)
        | (_, None) => (operator, operands),
        (_, Some(operand)) => (operator, operand),
    };
    if keys.contains_key("event") {
        keys.entry("since").or_insert_with(|| json!("ever"));
    }
    keys.insert(operator.word().to_owned(), operand);
}
