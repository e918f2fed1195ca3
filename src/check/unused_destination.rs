//! A destination to which nothing goes.

use petgraph::Direction;

use super::{CheckContext, Rule};
use crate::diagnostic::Diagnostic;
use crate::graph::EntityRef;

pub(super) fn find(case: &CheckContext<'_>, rule: &Rule) -> Vec<Diagnostic> {
    let is_called = |thing| {
        let node = case.journey.node(thing);
        node.is_some_and(|node| {
            case.journey
                .graph
                .edges_directed(node, Direction::Incoming)
                .next()
                .is_some()
        })
    };
    let unused = case
        .model
        .destinations
        .iter()
        .filter(|(id, _)| !is_called(EntityRef::Destination(*id)));
    unused
        .map(|(_, destination)| {
            let message = format!("nothing goes to `{}`", destination.id);
            rule.finding(destination.span, message)
                .at("is never called")
                .help(format!(
                    "call it (`- webhook: {0}`, `- push-to: {0}`), or remove it",
                    destination.id
                ))
        })
        .collect()
}
