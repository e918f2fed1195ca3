//! Segments and consents that ask each other in a circle, so that none of them has an answer.

use std::collections::btree_map::{BTreeMap, Entry};
use std::collections::{BTreeSet, VecDeque};

use petgraph::algo::kosaraju_scc;
use petgraph::graph::{EdgeIndex, NodeIndex};
use petgraph::visit::EdgeRef;

use super::{CheckContext, Rule};
use crate::diagnostic::Diagnostic;
use crate::graph::{EdgeKind, EntityRef, Journey};
use crate::model::SegmentId;

pub(super) fn find(case: &CheckContext<'_>, rule: &Rule) -> Vec<Diagnostic> {
    let place = |thing| case.journey.node(thing);
    let rings = things(&case.journey)
        .into_iter()
        .map(|ring| ring.into_iter().filter_map(place).collect());
    rings
        .filter_map(|ring| Some(finding(case, rule, &shortest(&case.journey, &ring)?)))
        .collect()
}

/// The segments in groups that can ask each other, each group after those that it asks. Goes any
/// depth without recursion.
pub(super) fn rings(journey: &Journey) -> Vec<Vec<SegmentId>> {
    let segment = |thing| match thing {
        EntityRef::Segment(segment) => Some(segment),
        EntityRef::Funnel(_)
        | EntityRef::Stage(_)
        | EntityRef::Campaign(_)
        | EntityRef::Step(..) => None,
        EntityRef::Content(_) | EntityRef::Destination(_) | EntityRef::Channel(_) => None,
    };
    let rings = things(journey)
        .into_iter()
        .map(|ring| ring.into_iter().filter_map(segment).collect::<Vec<_>>());
    rings.filter(|ring| !ring.is_empty()).collect()
}

/// The same with channels, whose consent asks segments and is asked by `reachable`.
fn things(journey: &Journey) -> Vec<Vec<EntityRef>> {
    let askers = journey.graph.filter_map(
        |_, node| match node.thing {
            EntityRef::Segment(_) | EntityRef::Channel(_) => Some(node.thing),
            EntityRef::Funnel(_)
            | EntityRef::Stage(_)
            | EntityRef::Campaign(_)
            | EntityRef::Step(..) => None,
            EntityRef::Content(_) | EntityRef::Destination(_) => None,
        },
        |_, edge| (edge.kind == EdgeKind::Asks).then_some(()),
    );
    let rings = kosaraju_scc(&askers);
    rings
        .into_iter()
        .map(|ring| ring.into_iter().map(|at| askers[at]).collect())
        .collect()
}

/// The shortest way from the first of these segments back to itself, as references.
fn shortest(journey: &Journey, ring: &BTreeSet<NodeIndex>) -> Option<Vec<EdgeIndex>> {
    let start = *ring.first()?;
    let mut open = VecDeque::from([start]);
    // By segment: the reference along which the search came to it.
    let mut came: BTreeMap<NodeIndex, EdgeIndex> = BTreeMap::new();
    while let Some(at) = open.pop_front() {
        let mut references: Vec<_> = journey
            .graph
            .edges(at)
            .filter(|edge| ring.contains(&edge.target()))
            .collect();
        references.sort_by_key(|edge| edge.weight().span);
        for edge in references {
            if edge.target() == start {
                return Some(way_to(journey, &came, at, edge.id()));
            }
            if let Entry::Vacant(first) = came.entry(edge.target()) {
                first.insert(edge.id());
                open.push_back(edge.target());
            }
        }
    }
    None
}

/// The references that lead to `at`, and a last one.
fn way_to(
    journey: &Journey,
    came: &BTreeMap<NodeIndex, EdgeIndex>,
    at: NodeIndex,
    last: EdgeIndex,
) -> Vec<EdgeIndex> {
    let mut path = vec![last];
    let mut at = at;
    while let Some(edge) = came.get(&at) {
        path.push(*edge);
        at = journey.graph.edge_endpoints(*edge).unwrap_or_default().0;
    }
    path.reverse();
    path
}

/// Of a longer circle only the beginning is told.
const SHOWN: usize = 20;

fn finding(case: &CheckContext<'_>, rule: &Rule, path: &[EdgeIndex]) -> Diagnostic {
    let graph = &case.journey.graph;
    let name = |at: NodeIndex| {
        let EntityRef::Channel(channel) = graph[at].thing else {
            return graph[at].id.clone();
        };
        format!("consent of {}", channel.word())
    };
    let ends = |edge: EdgeIndex| graph.edge_endpoints(edge).unwrap_or_default();
    let start = name(ends(path[0]).0);
    let (shown, rest) = path.split_at(path.len().min(SHOWN));
    let way: Vec<_> = std::iter::once(start.clone())
        .chain(shown.iter().map(|edge| name(ends(*edge).1)))
        .collect();
    let more = if rest.is_empty() {
        String::new()
    } else {
        format!(" and {} more", rest.len())
    };
    let message = match path {
        [_] if matches!(graph[ends(path[0]).0].thing, EntityRef::Channel(_)) => {
            format!("the {start} asks itself")
        }
        [_] => format!("segment `{start}` asks itself"),
        _ => format!(
            "segments ask each other in a circle: `{}`{more}",
            way.join("` → `")
        ),
    };
    let label = |edge: EdgeIndex| format!("`{}` asks `{}`", name(ends(edge).0), name(ends(edge).1));
    let finding = rule
        .finding(graph[path[0]].span, message)
        .at(label(path[0]));
    shown[1..]
        .iter()
        .fold(finding, |finding, edge| {
            finding.label(graph[*edge].span, label(*edge))
        })
        .help("remove one of the references")
}
