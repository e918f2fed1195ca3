//! The span tree to the types as written: what can be read is read, and every mistake of shape is
//! one error at its place.
//!
//! serde decides whether the shape is right. Only where it is not, the JSON Schema of the same
//! types names all mistakes at once.

use super::Project;
use super::de::{self, ShapeError};
use super::shape;
use super::text::variable_name;
use crate::diagnostic::{Diagnostic, codes};
use crate::source::Span;
use crate::yaml::node::{Node, Value};

/// Reads a project from its tree; `unread` are the ends of files that were not read because of a
/// mistake of syntax.
pub fn decode(root: &Node, unread: &[Span]) -> (Project, Vec<Diagnostic>) {
    if height(root) <= SHALLOW {
        return decode_here(root, unread);
    }
    // A level of a condition costs some ten kilobytes of stack, and nobody knows how much of it the
    // caller has left.
    std::thread::scope(|scope| {
        let deep = std::thread::Builder::new().stack_size(STACK);
        let decoding = deep.spawn_scoped(scope, || decode_here(root, unread));
        match decoding.map(std::thread::ScopedJoinHandle::join) {
            Ok(Ok(decoded)) => decoded,
            Ok(Err(panic)) => std::panic::resume_unwind(panic),
            Err(error) => {
                let message = format!("this is nested too deeply to be read now: {error}");
                (
                    Project::default(),
                    vec![Diagnostic::new(codes::WRONG_TYPE, root.span, message)],
                )
            }
        }
    })
}

/// Levels that any stack holds.
const SHALLOW: usize = 24;
/// Enough for all levels that the parser lets pass.
const STACK: usize = 64 << 20;

fn height(node: &Node) -> usize {
    match &node.value {
        Value::Scalar(_) => 0,
        Value::Sequence(items) => 1 + items.iter().map(height).max().unwrap_or(0),
        Value::Mapping(entries) => {
            1 + entries
                .iter()
                .map(|entry| height(&entry.value))
                .max()
                .unwrap_or(0)
        }
    }
}

fn decode_here(root: &Node, unread: &[Span]) -> (Project, Vec<Diagnostic>) {
    let (project, failures) = de::read::<Project>(root, unread);
    if failures.is_empty() {
        return (project.unwrap_or_default(), Vec::new());
    }
    let diagnostics = explain(root, unread, &failures);
    let project = project.unwrap_or_else(|| readable_part(root, unread));
    (project, diagnostics)
}

/// Whether serde and the schema agree that the shape of a tree is right, or that it is not.
pub fn verdicts_agree(root: &Node) -> bool {
    let (_, failures) = de::read::<Project>(root, &[]);
    failures.is_empty() == (all_mistakes(root, &[]).is_empty() && !has_variables(root))
}

fn explain(root: &Node, unread: &[Span], failures: &[ShapeError]) -> Vec<Diagnostic> {
    let diagnostics = all_mistakes(root, unread);
    if !diagnostics.is_empty() || !unread.is_empty() || has_variables(root) {
        return diagnostics;
    }
    // Both come from the same types, so this is a mistake of ours; better a plain message than
    // none.
    failures
        .iter()
        .map(|failure| {
            Diagnostic::new(
                codes::WRONG_TYPE,
                failure.span.unwrap_or(root.span),
                failure.message.clone(),
            )
        })
        .collect()
}

/// Variables that have no value are reported already.
fn all_mistakes(root: &Node, unread: &[Span]) -> Vec<Diagnostic> {
    let mut variables = Vec::new();
    places_of_variables(root, &mut variables);
    let mistakes = shape::mistakes(root, unread).into_iter();
    mistakes
        .filter(|mistake| !variables.contains(&mistake.primary.span))
        .collect()
}

fn has_variables(root: &Node) -> bool {
    let mut variables = Vec::new();
    places_of_variables(root, &mut variables);
    !variables.is_empty()
}

fn places_of_variables(node: &Node, found: &mut Vec<Span>) {
    match &node.value {
        Value::Scalar(scalar) if variable_name(&scalar.text).is_some() => found.push(node.span),
        Value::Scalar(_) => {}
        Value::Sequence(items) => items
            .iter()
            .for_each(|item| places_of_variables(item, found)),
        Value::Mapping(entries) => entries
            .iter()
            .for_each(|entry| places_of_variables(&entry.value, found)),
    }
}

/// What is left when the top-level keys that cannot be read at all are taken out.
fn readable_part(root: &Node, unread: &[Span]) -> Project {
    let Value::Mapping(entries) = &root.value else {
        return Project::default();
    };
    let alone = |entry| Node {
        span: root.span,
        value: Value::Mapping(vec![entry]),
    };
    let (readable, broken): (Vec<_>, Vec<_>) = entries.iter().partition(|entry| {
        de::read::<Project>(&alone((*entry).clone()), unread)
            .0
            .is_some()
    });
    let readable = Node {
        span: root.span,
        value: Value::Mapping(readable.into_iter().cloned().collect()),
    };
    let project = de::read::<Project>(&readable, unread).0.unwrap_or_default();
    Project {
        broken: broken.iter().map(|entry| entry.value.span).collect(),
        ..project
    }
}
