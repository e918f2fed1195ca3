//! The ways that lead from stage to stage in a funnel, and the stages that contacts can come to
//! along them; never leaves a way out that some contact can take.

use std::collections::BTreeMap;

use super::moves::Moves;
use super::positions::Positions;
use super::stage_flow::{Ground, Site};
use super::stage_set::StageSet;
use super::weights::always;
use crate::graph::Ladder;
use crate::model::{Funnel, FunnelId, StageId, Target};
use crate::source::Span;

/// What can happen to contacts in one funnel.
pub(super) struct Reach {
    /// The stages that contacts can come to without the contacts file putting them there.
    pub(super) stages: StageSet,
    /// Whether anything at all brings contacts into the funnel.
    pub(super) entered: bool,
    /// The ways.
    pub(super) ways: Vec<Ways>,
}

/// The ways to one stage that one rule or step opens; without a stage they lead out of the funnel.
pub(super) struct Ways {
    pub(super) from: Origin,
    pub(super) to: Option<StageId>,
    pub(super) by: By,
    pub(super) span: Span,
}

/// Where ways begin.
pub(super) enum Origin {
    Nowhere,
    Stage(StageId),
    Any(Positions),
}

impl Origin {
    /// The stages among them.
    pub(super) fn stages(&self) -> StageSet {
        match self {
            Self::Nowhere => StageSet::default(),
            Self::Stage(stage) => StageSet::only(*stage),
            Self::Any(positions) => positions.stages.clone(),
        }
    }

    /// Whether one leads in from outside.
    pub(super) fn is_nowhere(&self) -> bool {
        match self {
            Self::Nowhere => true,
            Self::Stage(_) => false,
            Self::Any(positions) => positions.nowhere,
        }
    }

    fn is_none(&self) -> bool {
        matches!(self, Self::Any(positions) if positions.is_empty())
    }
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
    sites
        .iter()
        .for_each(|site| by_funnel.entry(site.funnel).or_default().push(site));
    let of = |funnel: FunnelId| {
        by_funnel
            .get(&funnel)
            .map(Vec::as_slice)
            .unwrap_or_default()
    };
    ground
        .model
        .funnels
        .ids()
        .map(|funnel| reach(ground, funnel, of(funnel)))
        .collect()
}

/// `sites` are those of the funnel. A faulty way counts as one that leads somewhere: its own error
/// says enough.
fn reach(ground: &Ground<'_>, id: FunnelId, sites: &[&Site<'_>]) -> Reach {
    let (funnel, moves) = (&ground.model.funnels[id], ground.moves(id));
    let mut ways = Vec::new();
    enters(funnel, &mut ways);
    places(funnel, moves, &mut ways);
    conversions(funnel, moves, &mut ways);
    ways.extend(sites.iter().map(|site| step(moves, site)));
    ways.retain(|ways| !ways.from.is_none());
    let start = if ground.has_nowhere(id) {
        None
    } else {
        funnel.entry
    };
    let stages = reached(start, &ways);
    Reach {
        entered: !stages.is_empty(),
        stages,
        ways,
    }
}

/// All stages that ways lead to from a start.
fn reached(start: Option<StageId>, ways: &[Ways]) -> StageSet {
    let mut by_stage: BTreeMap<Option<StageId>, Vec<Option<StageId>>> = BTreeMap::new();
    let mut wide: Vec<(&Positions, Option<StageId>)> = Vec::new();
    for ways in ways {
        match &ways.from {
            Origin::Nowhere => by_stage.entry(None).or_default().push(ways.to),
            Origin::Stage(stage) => by_stage.entry(Some(*stage)).or_default().push(ways.to),
            Origin::Any(positions) => wide.push((positions, ways.to)),
        }
    }
    let mut seen = Positions::default();
    let mut open = vec![start];
    while let Some(position) = open.pop() {
        if seen.add(position) {
            open.extend(by_stage.get(&position).into_iter().flatten());
            // Each is asked for the new place alone: joined with all places they would cost the
            // cube where one opens the next.
            wide.retain(|(from, to)| {
                let is_open = from.has(position);
                open.extend(is_open.then_some(*to));
                !is_open
            });
        }
    }
    seen.stages
}

/// Where it is not clear which stage is the entry, which is an error of its own, each of the
/// lightest is taken for it.
fn enters(funnel: &Funnel, ways: &mut Vec<Ways>) {
    let span = funnel.entry_span.unwrap_or(funnel.span);
    let lightest = funnel
        .stages
        .values()
        .filter_map(|stage| stage.weight)
        .min();
    let entries = funnel
        .stages
        .iter()
        .filter(|(id, stage)| match funnel.entry {
            Some(entry) => *id == entry,
            None => stage.weight == lightest,
        });
    if funnel.audience.is_some() {
        ways.extend(entries.map(|(id, _)| Ways {
            from: Origin::Nowhere,
            to: Some(id),
            by: By::Audience,
            span,
        }));
    }
}

/// A rule moves to a strictly heavier stage or along an arrow that is lifted. Contacts without a
/// stage come to `entry` before, where there is an audience.
fn places(funnel: &Funnel, moves: &Moves, ways: &mut Vec<Ways>) {
    let entry_is_open = always(&funnel.publish)
        && funnel
            .entry
            .is_some_and(|entry| always(&funnel.stages[entry].publish));
    let nowhere = funnel.audience.is_none() || !entry_is_open;
    for rule in &funnel.place {
        let lighter = funnel.stages[rule.stage]
            .weight
            .map(|weight| moves.lighter(weight))
            .unwrap_or_default();
        let below = if funnel.free {
            moves.all()
        } else {
            lighter
                .or(moves.unweighted())
                .or(&moves.back_to(rule.stage))
        };
        let stages = below
            .and(&moves.allowed(rule.stage))
            .except(&StageSet::only(rule.stage));
        let from = Origin::Any(Positions { nowhere, stages });
        ways.push(Ways {
            from,
            to: Some(rule.stage),
            by: By::Place,
            span: rule.span,
        });
    }
}

fn conversions(funnel: &Funnel, moves: &Moves, ways: &mut Vec<Ways>) {
    let ladder = Ladder::of(funnel);
    for (stage, body) in funnel.stages.iter() {
        for conversion in &body.converts {
            let targets = match conversion.to {
                Target::Next => ladder.next(stage).collect(),
                Target::Stage(target) => vec![target],
            };
            for target in targets.into_iter().filter(|target| *target != stage) {
                let way = |from| Ways {
                    from,
                    to: Some(target),
                    by: By::Conversion,
                    span: conversion.span,
                };
                ways.push(way(Origin::Stage(stage)));
                if funnel.loose {
                    let stages = passing(funnel, moves, stage, target);
                    ways.push(way(Origin::Any(Positions {
                        nowhere: false,
                        stages,
                    })));
                }
            }
        }
    }
}

/// With `order: loose` the lighter stages from which a conversion of `stage` leads to `target`,
/// too.
fn passing(funnel: &Funnel, moves: &Moves, stage: StageId, target: StageId) -> StageSet {
    let weight = |id: StageId| funnel.stages[id].weight;
    // One without a weight counts as lighter than all others.
    let lighter = weight(stage)
        .min(weight(target))
        .map(|weight| moves.lighter(weight).or(moves.unweighted()));
    lighter
        .filter(|_| funnel.loose)
        .unwrap_or_default()
        .and(&moves.allowed(target))
}

/// Whether a conversion that its own stage refuses leads contacts on from another one.
pub(super) fn leads_others(
    funnel: &Funnel,
    moves: &Moves,
    stage: StageId,
    target: StageId,
) -> bool {
    !passing(funnel, moves, stage, target).is_empty()
}

/// Where it is refused from everywhere it counts from everywhere.
fn step(moves: &Moves, site: &Site<'_>) -> Ways {
    let Positions { nowhere, stages } = &site.here.possible;
    let stages = match site.to {
        None => stages.clone(),
        Some(to) => {
            let allowed = stages.and(&moves.allowed(to));
            let hopeless = !nowhere && allowed.is_empty();
            let from = if hopeless { stages.clone() } else { allowed };
            from.except(&StageSet::only(to))
        }
    };
    Ways {
        from: Origin::Any(Positions {
            nowhere: *nowhere,
            stages,
        }),
        to: site.to,
        by: By::Step,
        span: site.step.span,
    }
}
