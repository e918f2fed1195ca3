//! Steps that lack a value: a parameter without an argument, a variable that is not there.
//!
//! Invariant: the mistake is told already; the step that has it says nothing more, and everything
//! around it is read.

use super::blocks::LISTS;
use crate::schema::campaign::EXPANDED;
use crate::schema::text::variable_name;
use crate::source::Spanned;
use crate::yaml::node::{Entry, Node, Scalar, Value};

/// Leaves of every step that lacks a value only its id, so that the list around it has the right
/// shape.
pub(super) fn set_aside(node: &mut Node) {
    match &mut node.value {
        Value::Scalar(_) => {}
        Value::Sequence(items) => items.iter_mut().for_each(set_aside),
        Value::Mapping(entries) => {
            for entry in entries {
                if let (true, Value::Sequence(steps)) = (holds_steps(entry), &mut entry.value.value)
                {
                    steps.iter_mut().for_each(step);
                }
                set_aside(&mut entry.value);
            }
        }
    }
}

fn holds_steps(entry: &Entry) -> bool {
    entry.key.value == EXPANDED || LISTS.contains(&entry.key.value.as_str())
}

fn step(step: &mut Node) {
    if !lacks_a_value(step) {
        return;
    }
    let span = step.span;
    let Value::Mapping(entries) = &mut step.value else {
        return;
    };
    if entries.iter().any(|entry| entry.key.value == EXPANDED) {
        // The steps of the block are there; what they lack is seen in them.
        let with = entries.iter_mut().find(|entry| entry.key.value == "with");
        if let Some(Value::Mapping(arguments)) = with.map(|with| &mut with.value.value) {
            arguments.retain(|argument| !lacks_a_value(&argument.value));
        }
        return;
    }
    let name = entries
        .iter()
        .find(|entry| entry.key.value != "id")
        .map(|entry| entry.key.clone());
    let name = name.unwrap_or_else(|| Spanned::new(String::new(), span));
    entries.retain(|entry| entry.key.value == "id" && !lacks_a_value(&entry.value));
    let value = Node {
        span: name.span,
        value: Value::Scalar(Scalar {
            text: name.value,
            plain: false,
        }),
    };
    entries.push(Entry {
        key: Spanned::new("use".to_owned(), name.span),
        value,
    });
}

/// Whether a value stands for something that is not there; lists of steps inside have steps of
/// their own.
fn lacks_a_value(node: &Node) -> bool {
    match &node.value {
        Value::Scalar(scalar) => variable_name(&scalar.text).is_some(),
        Value::Sequence(items) => items.iter().any(lacks_a_value),
        Value::Mapping(entries) => entries
            .iter()
            .filter(|entry| !holds_steps(entry))
            .any(|entry| lacks_a_value(&entry.value)),
    }
}
