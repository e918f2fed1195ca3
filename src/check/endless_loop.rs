//! A `goto` that leads round without a `wait` of a minute or more; an `await` or a `wait-until`
//! does not count, since it may be over at once.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::algo::kosaraju_scc;
use petgraph::graph::{EdgeIndex, EdgeReference};
use petgraph::visit::{EdgeFiltered, EdgeRef};

use super::{CheckContext, Rule};
use crate::diagnostic::Diagnostic;
use crate::graph::{Edge, EntityRef, Journey};
use crate::model::{CampaignId, Step, StepId, StepKind, Wait};

pub(super) fn find(case: &CheckContext<'_>, rule: &Rule) -> Vec<Diagnostic> {
    let mut steps = BTreeMap::new();
    for (id, campaign) in case.model.campaigns.iter() {
        campaign.each_step(|step| steps.extend([((id, step.id), step)]));
    }
    let circles = Ways::of(&case.journey, &steps).circles();
    let mut found = Vec::new();
    for ((campaign, id), step) in &steps {
        let StepKind::Goto { to, .. } = step.kind else {
            continue;
        };
        // Whoever is there went the way to its target; so there is a way back exactly where both
        // are in one circle.
        if circles.get(&(*campaign, *id)) == circles.get(&(*campaign, to)) {
            found.extend(
                steps
                    .get(&(*campaign, to))
                    .map(|target| finding(rule, step, target)),
            );
        }
    }
    found
}

fn finding(rule: &Rule, goto: &Step, target: &Step) -> Diagnostic {
    rule.finding(
        goto.span,
        format!(
            "`{}` goes back to `{}` without a `wait` on the way",
            goto.name, target.name
        ),
    )
    .at("goes back")
    .label(target.span, "to here")
    .help(
        "put a `wait` of a minute or more between the two; `wait-until` and `await` may be \
            over at once",
    )
}

/// The ways from step to step on which no contact must wait: the edges of the journey without those
/// that are cut.
struct Ways<'a> {
    journey: &'a Journey,
    cut: BTreeSet<EdgeIndex>,
}

impl<'a> Ways<'a> {
    fn of(journey: &'a Journey, steps: &BTreeMap<(CampaignId, StepId), &Step>) -> Self {
        let mut ways = Self {
            journey,
            cut: BTreeSet::new(),
        };
        for ((campaign, id), _) in steps.iter().filter(|(_, step)| waits(&step.kind)) {
            let cut: Vec<_> = ways.from(*campaign, *id).map(|edge| edge.id()).collect();
            ways.cut.extend(cut);
        }
        // A fork has all that stands inside it behind it.
        for ((campaign, _), fork) in steps
            .iter()
            .rev()
            .filter(|(_, step)| matches!(step.kind, StepKind::Fork(_)))
        {
            ways.close(*campaign, fork);
        }
        ways
    }

    /// The ways from a step.
    fn from(
        &self,
        campaign: CampaignId,
        step: StepId,
    ) -> impl Iterator<Item = EdgeReference<'a, Edge>> {
        let node = self.journey.node(EntityRef::Step(campaign, step));
        node.into_iter()
            .flat_map(|node| self.journey.graph.edges(node))
            .filter(|edge| self.has(*edge))
    }

    fn has(&self, edge: EdgeReference<'_, Edge>) -> bool {
        edge.weight().kind.is_order() && !self.cut.contains(&edge.id())
    }

    /// The step to which a way leads.
    fn end(&self, way: EdgeReference<'_, Edge>) -> Option<StepId> {
        if let EntityRef::Step(_, step) = self.journey.graph[way.target()].thing {
            Some(step)
        } else {
            None
        }
    }

    /// Whoever comes through a fork has taken all its branches: where one of them makes everybody
    /// wait, none leads on without.
    fn close(&mut self, campaign: CampaignId, fork: &Step) {
        let branches: Vec<BTreeSet<StepId>> = fork
            .branches()
            .iter()
            .map(|branch| inside(branch.steps))
            .collect();
        let out = |inside: &BTreeSet<StepId>, from: &BTreeSet<StepId>| {
            let ways = from.iter().flat_map(|step| self.from(campaign, *step));
            ways.filter(|way| self.end(*way).is_none_or(|to| !inside.contains(&to)))
                .map(|way| way.id())
                .collect()
        };
        let passed: Vec<Vec<EdgeIndex>> = branches
            .iter()
            .map(|inside| out(inside, &self.reached(campaign, inside)))
            .collect();
        if passed.iter().any(Vec::is_empty) {
            let cut: Vec<Vec<EdgeIndex>> =
                branches.iter().map(|inside| out(inside, inside)).collect();
            self.cut.extend(cut.into_iter().flatten());
        }
    }

    /// The steps of a branch to which a contact can come from its first.
    fn reached(&self, campaign: CampaignId, inside: &BTreeSet<StepId>) -> BTreeSet<StepId> {
        let mut seen = BTreeSet::new();
        let mut open: Vec<StepId> = inside.first().copied().into_iter().collect();
        while let Some(step) = open.pop() {
            if inside.contains(&step) && seen.insert(step) {
                open.extend(self.from(campaign, step).filter_map(|way| self.end(way)));
            }
        }
        seen
    }

    /// By step: the number of the circle in which it is. Two are in one where ways lead from each
    /// to the other; each is in one with itself.
    fn circles(&self) -> BTreeMap<(CampaignId, StepId), usize> {
        let graph = EdgeFiltered::from_fn(&self.journey.graph, |edge| self.has(edge));
        let mut circles = BTreeMap::new();
        for (number, circle) in kosaraju_scc(&graph).into_iter().enumerate() {
            for node in circle {
                if let EntityRef::Step(campaign, step) = self.journey.graph[node].thing {
                    circles.insert((campaign, step), number);
                }
            }
        }
        circles
    }
}

fn inside(steps: &[Step]) -> BTreeSet<StepId> {
    let mut ids = BTreeSet::new();
    steps
        .iter()
        .for_each(|step| step.each(&mut |step| ids.extend([step.id])));
    ids
}

/// Whether everybody waits here for a minute or more. A time of day may take the best part of a day
/// from a wait that is counted in days.
fn waits(kind: &StepKind) -> bool {
    // What could not be read may have been a wait.
    if *kind == StepKind::Broken {
        return true;
    }
    let StepKind::Wait(Wait { length, windows }) = kind else {
        return false;
    };
    let days = if windows.at.is_some() && length.is_calendar() {
        2
    } else {
        1
    };
    length.months > 0 || length.days >= days || length.seconds >= 60
}
