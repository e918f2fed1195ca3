//! A `goto` that leads round without a `wait` of a minute or more; an `await` or a `wait-until` does not count, since it may be over at once.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::visit::EdgeRef;

use super::{Case, Rule};
use crate::diagnostic::Diagnostic;
use crate::graph::Thing;
use crate::model::{Campaign, CampaignId, Step, StepId, StepKind, Wait};

pub(super) fn find(case: &Case<'_>, rule: &Rule) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (id, campaign) in case.model.campaigns.iter() {
        let mut gotos = Vec::new();
        campaign.each_step(|step| {
            if let StepKind::Goto { to, .. } = step.kind {
                gotos.push((step, to));
            }
        });
        if gotos.is_empty() {
            continue;
        }
        let ways = Ways::of(case, id, campaign);
        for (step, to) in gotos {
            if ways.lead(to, step.id) {
                found.push(finding(rule, campaign, step, to));
            }
        }
    }
    found
}

fn finding(rule: &Rule, campaign: &Campaign, goto: &Step, to: StepId) -> Diagnostic {
    let mut target = goto;
    campaign.each_step(|step| {
        if step.id == to {
            target = step;
        }
    });
    rule.finding(goto.span, format!("`{}` goes back to `{}` without a `wait` on the way", goto.name, target.name))
        .at("goes back")
        .label(target.span, "to here")
        .help("put a `wait` of a minute or more between the two; `wait-until` and `await` may be over at once")
}

/// The ways from step to step on which no contact must wait.
struct Ways(BTreeMap<StepId, BTreeSet<StepId>>);

impl Ways {
    fn of(case: &Case<'_>, id: CampaignId, campaign: &Campaign) -> Self {
        let mut ways = Self(BTreeMap::new());
        let graph = &case.journey.graph;
        let mut forks = Vec::new();
        campaign.each_step(|step| {
            if let StepKind::Fork(_) = step.kind {
                forks.push(step);
            }
            let node = case.journey.node(Thing::Step(id, step.id)).filter(|_| !waits(&step.kind));
            let edges =
                node.into_iter().flat_map(|node| graph.edges(node)).filter(|edge| edge.weight().kind.is_order());
            for edge in edges {
                if let Thing::Step(_, to) = graph[edge.target()].thing {
                    ways.0.entry(step.id).or_default().insert(to);
                }
            }
        });
        forks.iter().rev().for_each(|fork| ways.close(fork));
        ways
    }

    /// Whoever comes through a fork has taken all its branches: where one of them makes everybody wait, none leads on without.
    fn close(&mut self, fork: &Step) {
        let branches: Vec<BTreeSet<StepId>> = fork.branches().iter().map(|branch| inside(branch.steps)).collect();
        let leads_out = |inside: &BTreeSet<StepId>| {
            let first = inside.first().copied();
            first.is_some_and(|first| self.reached(first, inside).iter().any(|step| self.leaves(*step, inside)))
        };
        if branches.iter().all(leads_out) {
            return;
        }
        for inside in &branches {
            for step in inside {
                if let Some(to) = self.0.get_mut(step) {
                    to.retain(|to| inside.contains(to));
                }
            }
        }
    }

    fn leaves(&self, step: StepId, inside: &BTreeSet<StepId>) -> bool {
        self.0.get(&step).is_some_and(|to| to.iter().any(|to| !inside.contains(to)))
    }

    /// The steps of a branch to which a contact can come from one of them.
    fn reached(&self, first: StepId, inside: &BTreeSet<StepId>) -> BTreeSet<StepId> {
        let mut seen = BTreeSet::new();
        let mut open = vec![first];
        while let Some(step) = open.pop() {
            if inside.contains(&step) && seen.insert(step) {
                open.extend(self.0.get(&step).into_iter().flatten());
            }
        }
        seen
    }

    /// Whether some way leads from one step to another.
    fn lead(&self, from: StepId, to: StepId) -> bool {
        let mut seen = BTreeSet::new();
        let mut open = vec![from];
        while let Some(step) = open.pop() {
            if step == to {
                return true;
            }
            if seen.insert(step) {
                open.extend(self.0.get(&step).into_iter().flatten());
            }
        }
        false
    }
}

fn inside(steps: &[Step]) -> BTreeSet<StepId> {
    let mut ids = BTreeSet::new();
    steps.iter().for_each(|step| step.each(&mut |step| ids.extend([step.id])));
    ids
}

/// Whether everybody waits here for a minute or more. A time of day may take the best part of a day from a wait that is counted in days.
fn waits(kind: &StepKind) -> bool {
    // What could not be read may have been a wait.
    if *kind == StepKind::Broken {
        return true;
    }
    let StepKind::Wait(Wait { length, windows }) = kind else { return false };
    let days = if windows.at.is_some() && length.is_calendar() { 2 } else { 1 };
    length.months > 0 || length.days >= days || length.seconds >= 60
}
