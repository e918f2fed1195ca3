//! The steps of each campaign and the stages of each funnel, found in one go through the graph; in the order of the text.

use std::collections::BTreeMap;

use petgraph::graph::NodeIndex;

use crate::graph::{Journey, Thing};

/// What belongs to what.
pub(super) struct Parts(BTreeMap<Thing, Vec<NodeIndex>>);

impl Parts {
    pub(super) fn of(journey: &Journey) -> Self {
        let mut parts: BTreeMap<Thing, Vec<NodeIndex>> = BTreeMap::new();
        for at in journey.graph.node_indices() {
            let whole = match journey.graph[at].thing {
                Thing::Step(campaign, _) => Thing::Campaign(campaign),
                Thing::Stage(stage) => Thing::Funnel(stage.funnel),
                Thing::Funnel(_) | Thing::Segment(_) | Thing::Campaign(_) => continue,
                Thing::Content(_) | Thing::Destination(_) | Thing::Channel(_) => continue,
            };
            parts.entry(whole).or_default().push(at);
        }
        Self(parts)
    }

    /// Of a campaign its steps, of a funnel its stages, and of anything else nothing.
    pub(super) fn of_thing(&self, thing: &Thing) -> &[NodeIndex] {
        self.0.get(thing).map(Vec::as_slice).unwrap_or_default()
    }
}
