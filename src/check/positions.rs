//! The stages of one funnel that a contact can have when a condition holds or not; never leaves one out that is possible.

use std::collections::BTreeSet;

use crate::model::{Condition, ConditionKind, Funnel, FunnelId, Model, SegmentId, StageId};

/// Where a contact can be in a funnel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Positions {
    /// Whether it can be without a stage.
    pub(super) nowhere: bool,
    /// The stages that it can have.
    pub(super) stages: BTreeSet<StageId>,
}

impl Positions {
    /// Anywhere at all.
    pub(super) fn anywhere(funnel: &Funnel) -> Self {
        Self { nowhere: true, stages: funnel.stages.ids().collect() }
    }

    /// Without a stage.
    pub(super) fn nowhere() -> Self {
        Self { nowhere: true, stages: BTreeSet::new() }
    }

    /// In this stage.
    pub(super) fn only(stage: StageId) -> Self {
        Self { nowhere: false, stages: BTreeSet::from([stage]) }
    }

    /// Whether no contact can come here.
    pub(super) fn is_empty(&self) -> bool {
        !self.nowhere && self.stages.is_empty()
    }

    pub(super) fn and(&self, other: &Self) -> Self {
        Self { nowhere: self.nowhere && other.nowhere, stages: &self.stages & &other.stages }
    }

    pub(super) fn or(&self, other: &Self) -> Self {
        Self { nowhere: self.nowhere || other.nowhere, stages: &self.stages | &other.stages }
    }

    fn except(&self, other: &Self) -> Self {
        Self { nowhere: self.nowhere && !other.nowhere, stages: &self.stages - &other.stages }
    }
}

/// Where a contact can be in `funnel` when `condition` comes out as `holds`.
pub(super) fn possible(model: &Model, funnel: FunnelId, condition: &Condition, holds: bool) -> Positions {
    Question { model, funnel, asked: Vec::new() }.possible(condition, holds)
}

struct Question<'a> {
    model: &'a Model,
    funnel: FunnelId,
    /// The segments around the present condition; a cycle says nothing.
    asked: Vec<SegmentId>,
}

impl Question<'_> {
    fn possible(&mut self, condition: &Condition, holds: bool) -> Positions {
        let anywhere = Positions::anywhere(&self.model.funnels[self.funnel]);
        match &condition.kind {
            ConditionKind::All(inner) => self.joined(inner, holds, holds),
            ConditionKind::Any(inner) => self.joined(inner, holds, !holds),
            ConditionKind::Not(inner) => self.possible(inner, !holds),
            ConditionKind::Stage { stage, at_least } if stage.funnel == self.funnel => match (holds, at_least) {
                (true, _) => Positions::only(stage.stage),
                (false, None) => anywhere.except(&Positions::only(stage.stage)),
                (false, Some(_)) => anywhere,
            },
            ConditionKind::Reached(stage) if stage.funnel == self.funnel => self.reached(stage.stage, holds),
            ConditionKind::InFunnel(funnel) if *funnel == self.funnel => {
                if holds {
                    anywhere.except(&Positions::nowhere())
                } else {
                    Positions::nowhere()
                }
            }
            ConditionKind::Segment(segment) => self.segment(*segment, holds),
            ConditionKind::Stage { .. }
            | ConditionKind::Reached(_)
            | ConditionKind::InFunnel(_)
            | ConditionKind::Field { .. }
            | ConditionKind::Tag(_)
            | ConditionKind::Broken => anywhere,
        }
    }

    /// `all` must come out alike, or at least one of them.
    fn joined(&mut self, inner: &[Condition], holds: bool, all: bool) -> Positions {
        let anywhere = Positions::anywhere(&self.model.funnels[self.funnel]);
        let mut parts = inner.iter().map(|inner| self.possible(inner, holds));
        if all {
            parts.fold(anywhere, |sum, part| sum.and(&part))
        } else {
            parts.next().map_or(anywhere, |first| parts.fold(first, |sum, part| sum.or(&part)))
        }
    }

    fn reached(&self, stage: StageId, holds: bool) -> Positions {
        let funnel = &self.model.funnels[self.funnel];
        let weight = funnel.stages[stage].weight;
        let unknown = |other: Option<i64>| weight.is_none() || other.is_none();
        let fits = |other: Option<i64>| unknown(other) || (other >= weight) == holds;
        let stages = funnel.stages.iter().filter(|(_, other)| fits(other.weight)).map(|(id, _)| id).collect();
        Positions { nowhere: !holds, stages }
    }

    fn segment(&mut self, segment: SegmentId, holds: bool) -> Positions {
        if self.asked.contains(&segment) {
            return Positions::anywhere(&self.model.funnels[self.funnel]);
        }
        self.asked.push(segment);
        let found = self.possible(&self.model.segments[segment].condition, holds);
        self.asked.pop();
        found
    }
}
