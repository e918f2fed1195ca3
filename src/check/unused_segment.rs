//! A segment that nothing asks; one that only asks itself counts as unused.

use petgraph::Direction;
use petgraph::visit::EdgeRef;

use super::{CheckContext, Rule};
use crate::diagnostic::Diagnostic;
use crate::graph::{EdgeKind, EntityRef};

pub(super) fn find(case: &CheckContext<'_>, rule: &Rule) -> Vec<Diagnostic> {
    let graph = &case.journey.graph;
    let is_asked = |thing| {
        let Some(node) = case.journey.node(thing) else {
            return false;
        };
        let mut asking = graph
            .edges_directed(node, Direction::Incoming)
            .filter(|edge| edge.weight().kind == EdgeKind::Asks);
        asking.any(|edge| edge.source() != node)
    };
    let segments = case
        .model
        .segments
        .iter()
        .filter(|(id, segment)| !segment.for_reports && !is_asked(EntityRef::Segment(*id)));
    segments
        .map(|(_, segment)| {
            let message = format!("nothing asks for segment `{}`", segment.id);
            rule.finding(segment.span, message)
                .at("is never used")
                .help(
                    "use it in a campaign or funnel, write `for: reports` if it is only counted, \
                    or remove it",
                )
        })
        .collect()
}
