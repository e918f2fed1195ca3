//! Segments that ask each other in a circle, so that none of them has an answer.

use std::collections::VecDeque;

use petgraph::algo::tarjan_scc;
use petgraph::graph::{EdgeIndex, NodeIndex};
use petgraph::visit::EdgeRef;

use super::{Case, Rule};
use crate::diagnostic::Diagnostic;
use crate::graph::{EdgeKind, Journey, Thing};

pub(super) fn find(case: &Case<'_>, rule: &Rule) -> Vec<Diagnostic> {
    let segments = case.journey.graph.filter_map(
        |at, node| matches!(node.thing, Thing::Segment(_)).then_some(at),
        |at, edge| (edge.kind == EdgeKind::Asks).then_some(at),
    );
    let rings = tarjan_scc(&segments);
    let inside = |ring: &[NodeIndex]| ring.iter().map(|at| segments[*at]).collect::<Vec<_>>();
    rings.iter().filter_map(|ring| Some(finding(case, rule, &shortest(&case.journey, &inside(ring))?))).collect()
}

/// The shortest way from the first of these segments back to itself, as references.
fn shortest(journey: &Journey, ring: &[NodeIndex]) -> Option<Vec<EdgeIndex>> {
    let start = *ring.iter().min()?;
    let mut open = VecDeque::from([(start, Vec::new())]);
    let mut seen = Vec::new();
    while let Some((at, path)) = open.pop_front() {
        let mut references: Vec<_> = journey.graph.edges(at).filter(|edge| ring.contains(&edge.target())).collect();
        references.sort_by_key(|edge| edge.weight().span);
        for edge in references {
            let mut path = path.clone();
            path.push(edge.id());
            if edge.target() == start {
                return Some(path);
            }
            if !seen.contains(&edge.target()) {
                seen.push(edge.target());
                open.push_back((edge.target(), path));
            }
        }
    }
    None
}

fn finding(case: &Case<'_>, rule: &Rule, path: &[EdgeIndex]) -> Diagnostic {
    let graph = &case.journey.graph;
    let name = |at: NodeIndex| graph[at].id.as_str();
    let ends = |edge: EdgeIndex| graph.edge_endpoints(edge).unwrap_or_default();
    let start = name(ends(path[0]).0);
    let way: Vec<_> = std::iter::once(start).chain(path.iter().map(|edge| name(ends(*edge).1))).collect();
    let message = match path {
        [_] => format!("segment `{start}` asks itself"),
        _ => format!("segments ask each other in a circle: `{}`", way.join("` → `")),
    };
    let label = |edge: EdgeIndex| format!("`{}` asks `{}`", name(ends(edge).0), name(ends(edge).1));
    let finding = rule.finding(graph[path[0]].span, message).at(label(path[0]));
    path[1..]
        .iter()
        .fold(finding, |finding, edge| finding.label(graph[*edge].span, label(*edge)))
        .help("remove one of the references")
}
