//! The steps of each campaign and the stages of each funnel, found in one go through the graph; in
//! the order of the text.

use std::collections::BTreeMap;

use petgraph::graph::NodeIndex;

use crate::graph::{EntityRef, Journey};

/// What belongs to what.
pub(super) struct Parts(BTreeMap<EntityRef, Vec<NodeIndex>>);

impl Parts {
    pub(super) fn of(journey: &Journey) -> Self {
        let mut parts: BTreeMap<EntityRef, Vec<NodeIndex>> = BTreeMap::new();
        for at in journey.graph.node_indices() {
            let whole = match journey.graph[at].thing {
                EntityRef::Step(campaign, _) => EntityRef::Campaign(campaign),
                EntityRef::Stage(stage) => EntityRef::Funnel(stage.funnel),
                EntityRef::Funnel(_) | EntityRef::Segment(_) | EntityRef::Campaign(_) => continue,
                EntityRef::Content(_) | EntityRef::Destination(_) | EntityRef::Channel(_) => {
                    continue;
                }
            };
            parts.entry(whole).or_default().push(at);
        }
        Self(parts)
    }

    /// Of a campaign its steps, of a funnel its stages, and of anything else nothing.
    pub(super) fn of_thing(&self, thing: &EntityRef) -> &[NodeIndex] {
        self.0.get(thing).map(Vec::as_slice).unwrap_or_default()
    }
}
