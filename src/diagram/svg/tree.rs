//! The steps of a campaign as they are written, lists in lists; made from the graph, in which they
//! stand in the order of the text.

use std::collections::BTreeMap;

use petgraph::graph::NodeIndex;
use petgraph::visit::EdgeRef;

use crate::graph::{EdgeKind, EntityRef, Journey, NodeKind};

/// A step with what stands in its branches.
pub(super) struct Step {
    pub(super) at: NodeIndex,
    pub(super) branches: Vec<Branch>,
    /// Whether a contact who comes too late passes over the next step.
    pub(super) skips: bool,
}

/// A branch, maybe without a step.
pub(super) struct Branch {
    pub(super) word: String,
    pub(super) steps: Vec<Step>,
}

/// The list of steps of a campaign, whose steps are given in the order of the text.
pub(super) fn steps(journey: &Journey, all: &[NodeIndex]) -> Vec<Step> {
    let mut lists: BTreeMap<Option<(EntityRef, &str)>, Vec<NodeIndex>> = BTreeMap::new();
    for at in all {
        if let NodeKind::Step { inside, .. } = &journey.graph[*at].face {
            let place = inside.as_ref().map(|(thing, word)| (*thing, word.as_str()));
            lists.entry(place).or_default().push(*at);
        }
    }
    list(journey, &lists, None)
}

fn list(
    journey: &Journey,
    lists: &BTreeMap<Option<(EntityRef, &str)>, Vec<NodeIndex>>,
    place: Option<(EntityRef, &str)>,
) -> Vec<Step> {
    let here = lists.get(&place).map(Vec::as_slice).unwrap_or_default();
    let step = |at: &NodeIndex| {
        let node = &journey.graph[*at];
        let NodeKind::Step { branches, .. } = &node.face else {
            return None;
        };
        let branch = |word: &String| Branch {
            word: word.clone(),
            steps: list(journey, lists, Some((node.thing, word))),
        };
        let mut edges = journey.graph.edges(*at);
        Some(Step {
            at: *at,
            branches: branches.iter().map(branch).collect(),
            skips: edges.any(|edge| edge.weight().kind == EdgeKind::Past && edge.target() != *at),
        })
    };
    here.iter().filter_map(step).collect()
}
