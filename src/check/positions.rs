//! The stages that a contact can have when a condition holds or not; never leaves one out that is
//! possible.
//!
//! A condition is looked at once for all funnels that it asks about: once for each of them would
//! cost its length times their number.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::moves::MovesByFunnel;
use super::stage_set::StageSet;
use crate::model::ids::Id;
use crate::model::{Condition, ConditionKind, Funnel, FunnelId, Model, SegmentId, StageId};

/// Where a contact can be in a funnel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Positions {
    /// Whether it can be without a stage.
    pub(super) nowhere: bool,
    /// The stages that it can have.
    pub(super) stages: StageSet,
}

impl Positions {
    /// Anywhere at all.
    pub(super) fn anywhere(funnel: &Funnel) -> Self {
        Self {
            nowhere: true,
            stages: StageSet::first(funnel.stages.len()),
        }
    }

    /// Without a stage.
    pub(super) fn nowhere() -> Self {
        Self {
            nowhere: true,
            stages: StageSet::default(),
        }
    }

    /// In this stage.
    pub(super) fn only(stage: StageId) -> Self {
        Self {
            nowhere: false,
            stages: StageSet::only(stage),
        }
    }

    /// Adds one; says whether it is new.
    pub(super) fn add(&mut self, position: Option<StageId>) -> bool {
        match position {
            position if self.has(position) => false,
            None => !std::mem::replace(&mut self.nowhere, true),
            Some(stage) => {
                self.stages.insert(stage);
                true
            }
        }
    }

    /// Whether it is one of them.
    pub(super) fn has(&self, position: Option<StageId>) -> bool {
        position.map_or(self.nowhere, |stage| self.stages.contains(stage))
    }

    /// Whether no contact can come here.
    pub(super) fn is_empty(&self) -> bool {
        !self.nowhere && self.stages.is_empty()
    }

    pub(super) fn and(&self, other: &Self) -> Self {
        Self {
            nowhere: self.nowhere && other.nowhere,
            stages: self.stages.and(&other.stages),
        }
    }

    pub(super) fn or(&self, other: &Self) -> Self {
        Self {
            nowhere: self.nowhere || other.nowhere,
            stages: self.stages.or(&other.stages),
        }
    }

    fn except(&self, other: &Self) -> Self {
        Self {
            nowhere: self.nowhere && !other.nowhere,
            stages: self.stages.except(&other.stages),
        }
    }
}

/// For each funnel that a condition asks about: where a contact can be when it does not hold, and
/// when it does. In any other it can be anywhere.
pub(super) type Answers = BTreeMap<FunnelId, Rc<[Positions; 2]>>;

/// The answers of all segments; `order` has each after those that it asks. A segment in a circle
/// says nothing.
pub(super) fn of_segments(
    model: &Model,
    moves: &MovesByFunnel<'_>,
    order: &[SegmentId],
) -> Vec<Rc<Answers>> {
    let mut segments = vec![Rc::default(); model.segments.len()];
    for segment in order
        .iter()
        .filter(|segment| !model.segments[**segment].is_listed())
    {
        let answers = Question {
            model,
            moves,
            segments: &segments,
        }
        .answers(&model.segments[*segment].condition);
        segments[segment.index()] = answers;
    }
    segments
}

/// Where a contact can be when a condition comes out one way or the other.
pub(super) struct Question<'a> {
    pub(super) model: &'a Model,
    pub(super) moves: &'a MovesByFunnel<'a>,
    pub(super) segments: &'a [Rc<Answers>],
}

impl Question<'_> {
    pub(super) fn answers(&self, condition: &Condition) -> Rc<Answers> {
        match &condition.kind {
            ConditionKind::All(inner) => self.joined(inner, true),
            ConditionKind::Any(inner) => self.joined(inner, false),
            ConditionKind::Not(inner) => {
                let turned =
                    |answer: &[Positions; 2]| Rc::new([answer[1].clone(), answer[0].clone()]);
                Rc::new(
                    self.answers(inner)
                        .iter()
                        .map(|(funnel, answer)| (*funnel, turned(answer)))
                        .collect(),
                )
            }
            ConditionKind::Stage { stage, at_least } => {
                let not = match at_least {
                    None => self
                        .anywhere(stage.funnel)
                        .except(&Positions::only(stage.stage)),
                    Some(_) => self.anywhere(stage.funnel),
                };
                one(stage.funnel, [not, Positions::only(stage.stage)])
            }
            ConditionKind::Reached(stage) => one(
                stage.funnel,
                [false, true].map(|holds| self.reached(stage.funnel, stage.stage, holds)),
            ),
            ConditionKind::InFunnel(funnel) => one(
                *funnel,
                [
                    Positions::nowhere(),
                    self.anywhere(*funnel).except(&Positions::nowhere()),
                ],
            ),
            ConditionKind::Segment(segment) => Rc::clone(&self.segments[segment.index()]),
            ConditionKind::Reachable(_)
            | ConditionKind::Field { .. }
            | ConditionKind::Tag(_)
            | ConditionKind::Campaign { .. }
            | ConditionKind::Event(_)
            | ConditionKind::Broken => Rc::default(),
        }
    }

    /// `all` must hold, or at least one of them.
    fn joined(&self, inner: &[Condition], all: bool) -> Rc<Answers> {
        let mut by_funnel: BTreeMap<FunnelId, Vec<Rc<[Positions; 2]>>> = BTreeMap::new();
        for inner in inner {
            for (funnel, answer) in self.answers(inner).iter() {
                by_funnel
                    .entry(*funnel)
                    .or_default()
                    .push(Rc::clone(answer));
            }
        }
        let answer = |funnel: FunnelId, parts: &[Rc<[Positions; 2]>]| {
            [false, true].map(|holds| {
                let mut sides = parts.iter().map(|answer| &answer[usize::from(holds)]);
                let anywhere = self.anywhere(funnel);
                if holds == all {
                    sides.fold(anywhere, |sum, part| sum.and(part))
                } else if parts.len() < inner.len() {
                    // The others can decide it, wherever the contact is.
                    anywhere
                } else {
                    sides.next().map_or(anywhere, |first| {
                        sides.fold(first.clone(), |sum, part| sum.or(part))
                    })
                }
            })
        };
        Rc::new(
            by_funnel
                .into_iter()
                .map(|(funnel, parts)| (funnel, Rc::new(answer(funnel, &parts))))
                .collect(),
        )
    }

    fn reached(&self, funnel: FunnelId, stage: StageId, holds: bool) -> Positions {
        let moves = self.moves.of(funnel);
        let stages = match self.model.funnels[funnel].stages[stage].weight {
            // A stage whose weight could not be read may be on either side.
            None => moves.all(),
            Some(weight) if holds => moves.all().except(&moves.lighter(weight)),
            Some(weight) => moves.lighter(weight).or(moves.unweighted()),
        };
        Positions {
            nowhere: !holds,
            stages,
        }
    }

    fn anywhere(&self, funnel: FunnelId) -> Positions {
        Positions::anywhere(&self.model.funnels[funnel])
    }
}

fn one(funnel: FunnelId, answer: [Positions; 2]) -> Rc<Answers> {
    Rc::new(BTreeMap::from([(funnel, Rc::new(answer))]))
}
