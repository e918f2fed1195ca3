//! The ways that lead from stage to stage in a funnel, and the stages that contacts can come to along them; never leaves a way out that some contact can take.

use std::collections::{BTreeMap, BTreeSet};

use super::sites::{Ground, Site};
use super::weights::{always, is_back_to, refusal};
use crate::graph::Ladder;
use crate::model::{Funnel, FunnelId, StageId, Target};
use crate::source::Span;

/// What can happen to contacts in one funnel.
pub(super) struct Reach {
    /// The stages that contacts can come to without the contacts file putting them there.
    pub(super) stages: BTreeSet<StageId>,
    /// Whether anything at all brings contacts into the funnel.
    pub(super) entered: bool,
    /// The ways.
    pub(super) ways: Vec<Way>,
}

/// A way between two stages; `None` is "no stage".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Way {
    pub(super) from: Option<StageId>,
    pub(super) to: Option<StageId>,
    pub(super) by: By,
    pub(super) span: Span,
}

/// What takes a contact along a way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum By {
    Audience,
    Place,
    Conversion,
    Step,
}

/// That of each funnel.
pub(super) fn all(ground: &Ground<'_>, sites: &[Site<'_>]) -> Vec<Reach> {
    let mut by_funnel: BTreeMap<FunnelId, Vec<&Site<'_>>> = BTreeMap::new();
    sites.iter().for_each(|site| by_funnel.entry(site.funnel).or_default().push(site));
    let of = |funnel: FunnelId| by_funnel.get(&funnel).map(Vec::as_slice).unwrap_or_default();
    ground.model.funnels.ids().map(|funnel| reach(ground, funnel, of(funnel))).collect()
}

/// `sites` are those of the funnel. A faulty way counts as one that leads somewhere: its own error says enough.
fn reach(ground: &Ground<'_>, id: FunnelId, sites: &[&Site<'_>]) -> Reach {
    let funnel = &ground.model.funnels[id];
    let mut ways = Vec::new();
    enters(funnel, &mut ways);
    places(funnel, &mut ways);
    conversions(funnel, &mut ways);
    sites.iter().for_each(|site| steps(funnel, site, &mut ways));
    let mut from: BTreeMap<Option<StageId>, Vec<Option<StageId>>> = BTreeMap::new();
    ways.iter().for_each(|way| from.entry(way.from).or_default().push(way.to));
    let mut seen: BTreeSet<Option<StageId>> = BTreeSet::new();
    let mut open = vec![if ground.has_nowhere(id) { None } else { funnel.entry }];
    while let Some(position) = open.pop() {
        if seen.insert(position) {
            open.extend(from.get(&position).into_iter().flatten());
        }
    }
    let stages: BTreeSet<_> = seen.into_iter().flatten().collect();
    Reach { entered: !stages.is_empty(), stages, ways }
}

/// Where it is not clear which stage is the entry, which is an error of its own, each of the lightest is taken for it.
fn enters(funnel: &Funnel, ways: &mut Vec<Way>) {
    let span = funnel.entry_span.unwrap_or(funnel.span);
    let lightest = funnel.stages.values().filter_map(|stage| stage.weight).min();
    let entries = funnel.stages.iter().filter(|(id, stage)| match funnel.entry {
        Some(entry) => *id == entry,
        None => stage.weight == lightest,
    });
    if funnel.audience.is_some() {
        ways.extend(entries.map(|(id, _)| Way { from: None, to: Some(id), by: By::Audience, span }));
    }
}

/// A rule moves to a strictly heavier stage or along an arrow that is lifted. Contacts without a stage come to `entry` before, where there is an audience.
fn places(funnel: &Funnel, ways: &mut Vec<Way>) {
    let entry_is_open =
        always(&funnel.publish) && funnel.entry.is_some_and(|entry| always(&funnel.stages[entry].publish));
    let from_nowhere = funnel.audience.is_none() || !entry_is_open;
    for rule in &funnel.place {
        let heavier = |from: StageId| {
            let (here, there) = (&funnel.stages[from], &funnel.stages[rule.stage]);
            funnel.free || is_back_to(here, rule.stage) || here.weight.is_none() || there.weight > here.weight
        };
        let from = funnel
            .stages
            .ids()
            .filter(|from| *from != rule.stage && heavier(*from) && refusal(funnel, *from, rule.stage).is_none());
        for from in from.map(Some).chain(from_nowhere.then_some(None)) {
            ways.push(Way { from, to: Some(rule.stage), by: By::Place, span: rule.span });
        }
    }
}

fn conversions(funnel: &Funnel, ways: &mut Vec<Way>) {
    let ladder = Ladder::of(funnel);
    for (stage, body) in funnel.stages.iter() {
        for conversion in &body.converts {
            let targets = match conversion.to {
                Target::Next => ladder.next(stage).collect(),
                Target::Stage(target) => vec![target],
            };
            for target in targets.into_iter().filter(|target| *target != stage) {
                let way = Way { from: Some(stage), to: Some(target), by: By::Conversion, span: conversion.span };
                ways.push(way);
                ways.extend(passing(funnel, stage, target).map(|from| Way { from: Some(from), ..way }));
            }
        }
    }
}

/// With `order: loose` the lighter stages from which a conversion of `stage` leads to `target`, too.
fn passing(funnel: &Funnel, stage: StageId, target: StageId) -> impl Iterator<Item = StageId> {
    let weight = |id: StageId| funnel.stages[id].weight;
    let lighter = move |from: &StageId| {
        *from != stage && weight(*from) < weight(stage).min(weight(target)) && refusal(funnel, *from, target).is_none()
    };
    let all = funnel.loose.then(|| funnel.stages.ids());
    all.into_iter().flatten().filter(lighter)
}

/// Whether a conversion that its own stage refuses leads contacts on from another one.
pub(super) fn leads_others(funnel: &Funnel, stage: StageId, target: StageId) -> bool {
    passing(funnel, stage, target).next().is_some()
}

fn steps(funnel: &Funnel, site: &Site<'_>, ways: &mut Vec<Way>) {
    let possible = &site.here.possible;
    let refused = |from: StageId| site.to.is_some_and(|to| from != to && refusal(funnel, from, to).is_some());
    let hopeless = !possible.nowhere && possible.stages.iter().all(|from| refused(*from));
    let from = possible.stages.iter().copied().filter(|from| Some(*from) != site.to && (hopeless || !refused(*from)));
    for from in from.map(Some).chain(possible.nowhere.then_some(None)) {
        ways.push(Way { from, to: site.to, by: By::Step, span: site.step.span });
    }
}
