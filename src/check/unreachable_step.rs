//! Steps that come after an `exit` or `goto`, or after a step whose branches all exit: no contact
//! comes to them.

use std::collections::BTreeSet;

use petgraph::visit::{Dfs, EdgeFiltered};

use super::{CheckContext, Rule};
use crate::diagnostic::Diagnostic;
use crate::graph::EntityRef;
use crate::model::{CampaignId, Step, StepId, StepKind};

const EXIT: &str = "remove it, or move the `exit` behind it";

pub(super) fn find(case: &CheckContext<'_>, rule: &Rule) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (id, campaign) in case.model.campaigns.iter() {
        let reached = reached(case, id);
        in_list(rule, &campaign.steps, &reached, &mut found);
    }
    found
}

fn reached(case: &CheckContext<'_>, campaign: CampaignId) -> BTreeSet<StepId> {
    let Some(start) = case.journey.node(EntityRef::Campaign(campaign)) else {
        return BTreeSet::new();
    };
    let steps = EdgeFiltered::from_fn(&case.journey.graph, |edge| edge.weight().kind.is_order());
    let mut walk = Dfs::new(&steps, start);
    let visited = std::iter::from_fn(|| walk.next(&steps));
    visited
        .filter_map(|at| match case.journey.graph[at].thing {
            EntityRef::Step(_, step) => Some(step),
            EntityRef::Campaign(_)
            | EntityRef::Funnel(_)
            | EntityRef::Stage(_)
            | EntityRef::Segment(_) => None,
            EntityRef::Content(_) | EntityRef::Destination(_) | EntityRef::Channel(_) => None,
        })
        .collect()
}

/// The first step of the list that is not reached stands for the rest.
fn in_list(rule: &Rule, steps: &[Step], reached: &BTreeSet<StepId>, found: &mut Vec<Diagnostic>) {
    let unreached = steps.iter().position(|step| !reached.contains(&step.id));
    for step in &steps[..unreached.unwrap_or(steps.len())] {
        for branch in step.branches() {
            in_list(rule, branch.steps, reached, found);
        }
    }
    if let Some(at) = unreached.filter(|at| *at > 0) {
        let (before, step) = (&steps[at - 1], &steps[at]);
        let (why, label, help) = if let StepKind::Goto { .. } = &before.kind {
            (
                "the campaign goes on elsewhere",
                "goes elsewhere",
                "remove it, or move the `goto` behind it",
            )
        } else if before.branches().is_empty() {
            ("the campaign ends before it", "ends here", EXIT)
        } else {
            ("the campaign ends before it", "every branch exits", EXIT)
        };
        let message = format!("`{}` never runs: {why}", step.name);
        found.push(
            rule.finding(step.span, message)
                .at("never runs")
                .label(before.span, label)
                .help(help),
        );
    }
}
