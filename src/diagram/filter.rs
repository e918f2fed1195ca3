//! Which part of a journey is drawn; a filter that exists names only what the journey has.

use petgraph::graph::NodeIndex;

use crate::diagnostic::did_you_mean;
use crate::graph::{Journey, NodeKind};

/// Which part is drawn: everything, or one funnel and what acts on it, or one campaign step by
/// step.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filter {
    pub(super) funnel: Option<NodeIndex>,
    pub(super) campaign: Option<NodeIndex>,
}

/// A funnel or campaign that the journey lacks.
#[derive(Debug, thiserror::Error)]
#[error("there is no {kind} `{id}`{}", .meant.as_ref().map(|meant| format!("; did you mean `{meant}`?")).unwrap_or_default())]
pub struct Unknown {
    kind: &'static str,
    id: String,
    meant: Option<String>,
}

impl Filter {
    /// Draws everything.
    pub fn everything() -> Self {
        Self::default()
    }

    /// Draws this funnel, this campaign, or both.
    pub fn only(
        journey: &Journey,
        funnel: Option<&str>,
        campaign: Option<&str>,
    ) -> Result<Self, Unknown> {
        let is_funnel = |face: &NodeKind| matches!(face, NodeKind::Funnel { .. });
        let is_campaign = |face: &NodeKind| matches!(face, NodeKind::Campaign { .. });
        Ok(Self {
            funnel: funnel
                .map(|id| find(journey, "funnel", id, is_funnel))
                .transpose()?,
            campaign: campaign
                .map(|id| find(journey, "campaign", id, is_campaign))
                .transpose()?,
        })
    }
}

fn find(
    journey: &Journey,
    kind: &'static str,
    id: &str,
    fits: impl Fn(&NodeKind) -> bool,
) -> Result<NodeIndex, Unknown> {
    let graph = &journey.graph;
    let known: Vec<_> = graph
        .node_indices()
        .filter(|at| fits(&graph[*at].face))
        .collect();
    let found = known.iter().copied().find(|at| graph[*at].id == id);
    found.ok_or_else(|| {
        let meant =
            did_you_mean(id, known.iter().map(|at| graph[*at].id.as_str())).map(str::to_owned);
        Unknown {
            kind,
            id: id.to_owned(),
            meant,
        }
    })
}
