//! Rules of stages, `place`, `converts` and audiences, that take the same contact round and round:
//! it never comes to rest, so it changes its stage in every run.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::algo::{kosaraju_scc, toposort};
use petgraph::graph::{DiGraph, NodeIndex};

use super::moves::Moves;
use super::reach::{By, Reach, Ways};
use super::rounds::{Move, Rounds};
use super::{CheckContext, Rule};
use crate::diagnostic::Diagnostic;
use crate::graph::atoms;
use crate::model::ids::Id;
use crate::model::{
    Audience, Condition, ConditionKind, Funnel, FunnelId, Model, SegmentId, StageId,
};

pub(super) fn find(case: &CheckContext<'_>, rule: &Rule) -> Vec<Diagnostic> {
    let model = case.model;
    let asks: BTreeMap<FunnelId, BTreeSet<FunnelId>> = model
        .funnels
        .ids()
        .map(|id| (id, asked_by(model, id)))
        .collect();
    let mut rounds = None;
    let mut found = Vec::new();
    for group in groups(model, &asks) {
        let leads_round = |id: &FunnelId| {
            leads_round(
                &model.funnels[*id],
                case.ground.moves(*id),
                &case.reach[id.index()],
            )
        };
        let is_broken = group.iter().any(|id| model.funnels[*id].broken);
        if is_broken || !group.iter().any(leads_round) {
            continue;
        }
        let rounds = rounds.get_or_insert_with(|| Rounds::new(model, &case.ground.order));
        found.extend(
            rounds
                .find(&group)
                .and_then(|round| told(model, rule, &round)),
        );
    }
    found
}

fn told(model: &Model, rule: &Rule, round: &[Move]) -> Option<Diagnostic> {
    let stage = |funnel: FunnelId, stage: Option<StageId>| match stage {
        Some(stage) => format!(
            "`{}/{}`",
            model.funnels[funnel].id, model.funnels[funnel].stages[stage].id
        ),
        None => "no stage".to_owned(),
    };
    let to = |one: &Move| format!("to {}", stage(one.funnel, one.to));
    let ways: Vec<String> = round
        .iter()
        .map(|one| format!("from {} {}", stage(one.funnel, one.from), to(one)))
        .collect();
    let message = format!(
        "some contacts never come to rest: they are moved {}, and so on",
        ways.join(", ")
    );
    let mut spans = BTreeSet::new();
    let mut rules = round.iter().filter(|one| spans.insert(one.span));
    let first = rules.next()?;
    let finding = rule.finding(first.span, message).at(to(first));
    let finding = rules
        .take(4)
        .fold(finding, |finding, one| finding.label(one.span, to(one)));
    Some(finding.help(
        "let the conditions exclude each other: add `{ not: … }` to one of them, with \
                what another one asks",
    ))
}

/// The funnels that ask for each other's stages, directly or through others, each group in the
/// order in which they take their turns.
fn groups(model: &Model, asks: &BTreeMap<FunnelId, BTreeSet<FunnelId>>) -> BTreeSet<Vec<FunnelId>> {
    let mut graph: DiGraph<FunnelId, ()> = DiGraph::new();
    let nodes: BTreeMap<FunnelId, NodeIndex> =
        asks.keys().map(|id| (*id, graph.add_node(*id))).collect();
    for (id, asked) in asks {
        for asked in asked {
            graph.add_edge(nodes[id], nodes[asked], ());
        }
    }
    let in_turn = |mut group: Vec<FunnelId>| {
        group.sort_by_key(|id| {
            (
                std::cmp::Reverse(model.funnels[*id].priority),
                &model.funnels[*id].id,
            )
        });
        group
    };
    let groups = kosaraju_scc(&graph)
        .into_iter()
        .map(|group| group.into_iter().map(|at| graph[at]).collect());
    groups.map(in_turn).collect()
}

/// The funnels whose stages the rules of a funnel ask for, themselves or through segments.
fn asked_by(model: &Model, id: FunnelId) -> BTreeSet<FunnelId> {
    let funnel = &model.funnels[id];
    let mut open: Vec<&Condition> = funnel.place.iter().map(|rule| &rule.when).collect();
    open.extend(
        funnel
            .stages
            .values()
            .flat_map(|stage| &stage.converts)
            .map(|conversion| &conversion.when),
    );
    if let Some(Audience::Of(condition)) = &funnel.audience {
        open.push(condition);
    }
    let (mut funnels, mut segments) = (BTreeSet::new(), BTreeSet::<SegmentId>::new());
    while let Some(condition) = open.pop() {
        atoms(condition, &mut |atom| match atom.kind {
            ConditionKind::Stage { stage, .. } | ConditionKind::Reached(stage) => {
                funnels.insert(stage.funnel);
            }
            ConditionKind::InFunnel(funnel) => drop(funnels.insert(funnel)),
            ConditionKind::Segment(segment) if segments.insert(segment) => {
                open.push(&model.segments[segment].condition);
            }
            ConditionKind::Segment(_) | ConditionKind::Field { .. } | ConditionKind::Tag(_) => {}
            ConditionKind::All(_) | ConditionKind::Any(_) | ConditionKind::Not(_) => {}
            ConditionKind::Reachable(_)
            | ConditionKind::Campaign { .. }
            | ConditionKind::Event(_) => {}
            ConditionKind::Broken => {}
        });
    }
    funnels
}

/// Whether the rules alone lead from some stage back to it, whatever they ask.
fn leads_round(funnel: &Funnel, moves: &Moves, reach: &Reach) -> bool {
    let by_rule = || reach.ways.iter().filter(|ways| ways.by != By::Step);
    if funnel.drops && !funnel.stages.is_empty() && by_rule().any(|ways| ways.from.is_nowhere()) {
        return true;
    }
    // Nothing else leads out of the funnel. Who is only taken to heavier stages never comes back,
    // which is so in most funnels.
    let ascends = |ways: &Ways| {
        let weight = ways.to.and_then(|to| funnel.stages[to].weight);
        weight.is_some_and(|weight| ways.from.stages().except(&moves.lighter(weight)).is_empty())
    };
    if by_rule().all(ascends) {
        return false;
    }
    let mut graph: DiGraph<(), ()> = DiGraph::new();
    let mut nodes: BTreeMap<StageId, NodeIndex> = BTreeMap::new();
    for ways in by_rule() {
        for from in ways.from.stages().iter() {
            let ends = [Some(from), ways.to].map(|stage| {
                stage.map(|stage| *nodes.entry(stage).or_insert_with(|| graph.add_node(())))
            });
            if let [Some(from), Some(to)] = ends {
                graph.add_edge(from, to, ());
            }
        }
    }
    toposort(&graph, None).is_err()
}
