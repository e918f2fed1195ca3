//! The stages of one funnel that a contact can have when a condition holds or not; never leaves one
//! out that is possible.

use super::moves::Moves;
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

/// For each segment where a contact can be when it does not hold, and when it does.
pub(super) type BySegment = Vec<[Positions; 2]>;

/// The answers for all segments; `order` has each after those that it asks. A segment in a circle
/// says nothing.
pub(super) fn of_segments(
    model: &Model,
    funnel: FunnelId,
    moves: &Moves,
    order: &[SegmentId],
) -> BySegment {
    let anywhere = Positions::anywhere(&model.funnels[funnel]);
    let mut answers = vec![[anywhere.clone(), anywhere]; model.segments.len()];
    for segment in order
        .iter()
        .filter(|segment| !model.segments[**segment].is_listed())
    {
        let question = Question {
            model,
            funnel,
            moves,
            segments: &answers,
        };
        let condition = &model.segments[*segment].condition;
        let answer = [
            question.possible(condition, false),
            question.possible(condition, true),
        ];
        answers[segment.index()] = answer;
    }
    answers
}

/// Where a contact can be in a funnel when a condition comes out one way or the other.
pub(super) struct Question<'a> {
    pub(super) model: &'a Model,
    pub(super) funnel: FunnelId,
    /// Those of the funnel.
    pub(super) moves: &'a Moves,
    pub(super) segments: &'a [[Positions; 2]],
}

impl Question<'_> {
    /// Where it can be when `condition` comes out as `holds`.
    pub(super) fn possible(&self, condition: &Condition, holds: bool) -> Positions {
        let anywhere = Positions::anywhere(&self.model.funnels[self.funnel]);
        match &condition.kind {
            ConditionKind::All(inner) => self.joined(inner, holds, holds),
            ConditionKind::Any(inner) => self.joined(inner, holds, !holds),
            ConditionKind::Not(inner) => self.possible(inner, !holds),
            ConditionKind::Stage { stage, at_least } if stage.funnel == self.funnel => {
                match (holds, at_least) {
                    (true, _) => Positions::only(stage.stage),
                    (false, None) => anywhere.except(&Positions::only(stage.stage)),
                    (false, Some(_)) => anywhere,
                }
            }
            ConditionKind::Reached(stage) if stage.funnel == self.funnel => {
                self.reached(stage.stage, holds)
            }
            ConditionKind::InFunnel(funnel) if *funnel == self.funnel => {
                if holds {
                    anywhere.except(&Positions::nowhere())
                } else {
                    Positions::nowhere()
                }
            }
            ConditionKind::Segment(segment) => {
                self.segments[segment.index()][usize::from(holds)].clone()
            }
            ConditionKind::Stage { .. }
            | ConditionKind::Reached(_)
            | ConditionKind::InFunnel(_)
            | ConditionKind::Reachable(_)
            | ConditionKind::Field { .. }
            | ConditionKind::Tag(_)
            | ConditionKind::Campaign { .. }
            | ConditionKind::Event(_)
            | ConditionKind::Broken => anywhere,
        }
    }

    /// `all` must come out alike, or at least one of them.
    fn joined(&self, inner: &[Condition], holds: bool, all: bool) -> Positions {
        let anywhere = Positions::anywhere(&self.model.funnels[self.funnel]);
        let mut parts = inner.iter().map(|inner| self.possible(inner, holds));
        if all {
            parts.fold(anywhere, |sum, part| sum.and(&part))
        } else {
            parts.next().map_or(anywhere, |first| {
                parts.fold(first, |sum, part| sum.or(&part))
            })
        }
    }

    fn reached(&self, stage: StageId, holds: bool) -> Positions {
        let stages = match self.model.funnels[self.funnel].stages[stage].weight {
            // A stage whose weight could not be read may be on either side.
            None => self.moves.all(),
            Some(weight) if holds => self.moves.all().except(&self.moves.lighter(weight)),
            Some(weight) => self.moves.lighter(weight).or(self.moves.unweighted()),
        };
        Positions {
            nowhere: !holds,
            stages,
        }
    }
}
