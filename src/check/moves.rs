//! The rule of moves for all stages of a funnel at once: from where one may ever come to a stage.
//! It says what [`refusal`](super::weights::refusal) says of each pair.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use super::stage_set::StageSet;
use crate::model::ids::Id;
use crate::model::{Funnel, FunnelId, Model, Stage, StageId};

/// After so many stages, by weight, what came so far is kept.
const STRIDE: usize = 64;

/// The stages of a funnel as the rule sees them.
#[derive(Clone, Debug)]
pub(super) struct Moves {
    weights: Vec<Option<i64>>,
    /// Whether contacts may move to lighter stages.
    free: bool,
    /// The lightest first; without those that have no weight.
    ranked: Vec<(i64, StageId)>,
    /// The first 64 of these, the first 128, and so on, behind the first none.
    so_far: Vec<StageSet>,
    unweighted: StageSet,
    broken: StageSet,
    finals: StageSet,
    /// To which nobody is ever moved.
    closed: StageSet,
    /// By target: from where an arrow leads back to it.
    back: BTreeMap<StageId, StageSet>,
}

/// That of each funnel, worked out when it is first needed.
pub(super) struct MovesByFunnel<'a> {
    model: &'a Model,
    known: Vec<OnceCell<Moves>>,
}

impl<'a> MovesByFunnel<'a> {
    pub(super) fn new(model: &'a Model) -> Self {
        Self {
            model,
            known: vec![OnceCell::new(); model.funnels.len()],
        }
    }

    pub(super) fn of(&self, funnel: FunnelId) -> &Moves {
        self.known[funnel.index()].get_or_init(|| Moves::of(&self.model.funnels[funnel]))
    }
}

impl Moves {
    pub(super) fn of(funnel: &Funnel) -> Self {
        let those = |fits: fn(&Stage) -> bool| {
            funnel
                .stages
                .iter()
                .filter(move |(_, stage)| fits(stage))
                .map(|(id, _)| id)
                .collect::<StageSet>()
        };
        let mut ranked: Vec<_> = funnel
            .stages
            .iter()
            .filter_map(|(id, stage)| Some((stage.weight?, id)))
            .collect();
        ranked.sort_unstable();
        let mut so_far = vec![StageSet::default()];
        for stride in ranked.chunks(STRIDE) {
            let more: StageSet = stride.iter().map(|(_, stage)| *stage).collect();
            so_far.extend(so_far.last().map(|before| before.or(&more)));
        }
        let mut back: BTreeMap<StageId, StageSet> = BTreeMap::new();
        for (from, stage) in funnel.stages.iter() {
            stage
                .back_to
                .iter()
                .for_each(|(to, _)| back.entry(*to).or_default().insert(from));
        }
        Self {
            weights: funnel.stages.values().map(|stage| stage.weight).collect(),
            free: funnel.free,
            ranked,
            so_far,
            unweighted: those(|stage| stage.weight.is_none()),
            broken: those(|stage| stage.broken),
            finals: those(|stage| stage.is_final),
            closed: if funnel.publish.published {
                those(|stage| !stage.publish.published)
            } else {
                StageSet::first(funnel.stages.len())
            },
            back,
        }
    }

    /// All stages.
    pub(super) fn all(&self) -> StageSet {
        StageSet::first(self.weights.len())
    }

    /// Those without a weight.
    pub(super) fn unweighted(&self) -> &StageSet {
        &self.unweighted
    }

    /// Those that are lighter than a weight; not those without one.
    pub(super) fn lighter(&self, weight: i64) -> StageSet {
        self.up_to(self.ranked.partition_point(|(other, _)| *other < weight))
    }

    fn up_to(&self, count: usize) -> StageSet {
        let mut found = self.so_far.get(count / STRIDE).cloned().unwrap_or_default();
        self.ranked[count / STRIDE * STRIDE..count]
            .iter()
            .for_each(|(_, stage)| found.insert(*stage));
        found
    }

    /// Those from which an arrow leads back to a stage.
    pub(super) fn back_to(&self, to: StageId) -> StageSet {
        self.back.get(&to).cloned().unwrap_or_default()
    }

    /// Those from which a move to a stage is allowed at some instant, the stage itself among them.
    pub(super) fn allowed(&self, to: StageId) -> StageSet {
        let mut allowed = if self.broken.contains(to) {
            self.all()
        } else if self.closed.contains(to) {
            self.broken.clone()
        } else {
            let not_heavier = match self.weights[to.index()].filter(|_| !self.free) {
                Some(weight) => {
                    self.up_to(self.ranked.partition_point(|(other, _)| *other <= weight))
                }
                None => self.all(),
            };
            not_heavier
                .or(&self.unweighted)
                .except(&self.finals)
                .or(&self.broken)
                .or(&self.back_to(to))
        };
        allowed.insert(to);
        allowed
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::{any, prop, proptest};

    use super::super::weights::refusal;
    use super::*;
    use crate::model::{Metadata, Publish};
    use crate::source::Span;

    /// A stage: its weight, and whether it is final, not published, broken.
    type Drawn = (Option<i64>, [bool; 3]);

    fn stage((weight, [is_final, closed, broken]): &Drawn, back: usize, count: usize) -> Stage {
        let back_to = (back < count).then(|| (StageId::from_index(back), Span::NOWHERE));
        Stage {
            id: String::new(),
            span: Span::NOWHERE,
            about: Metadata::default(),
            color: None,
            criteria: Vec::new(),
            weight: *weight,
            weight_span: Span::NOWHERE,
            value: String::new(),
            converts: Vec::new(),
            experiences: Vec::new(),
            back_to: back_to.into_iter().collect(),
            is_final: *is_final,
            publish: Publish {
                published: !closed,
                ..Publish::default()
            },
            broken: *broken,
        }
    }

    fn funnel(stages: &[(Drawn, usize)], free: bool, published: bool) -> Funnel {
        Funnel {
            id: String::new(),
            span: Span::NOWHERE,
            about: Metadata::default(),
            priority: 0,
            column: String::new(),
            audience: None,
            entry: None,
            entry_span: None,
            drops: false,
            free,
            loose: false,
            publish: Publish {
                published,
                ..Publish::default()
            },
            place: Vec::new(),
            stages: stages
                .iter()
                .map(|(drawn, back)| stage(drawn, *back, stages.len()))
                .collect(),
            broken: false,
        }
    }

    proptest! {
        #[test]
        fn they_say_of_all_what_the_rule_says_of_each(
            stages in vec(((prop::option::weighted(0.9, 0..40_i64), any::<[bool; 3]>()), 0..200_usize), 1..100),
            free in any::<bool>(),
            published in any::<bool>(),
        ) {
            let funnel = funnel(&stages, free, published);
            let moves = Moves::of(&funnel);
            for to in funnel.stages.ids() {
                let fits = |from: &StageId| *from == to || refusal(&funnel, *from, to).is_none();
                assert_eq!(moves.allowed(to), funnel.stages.ids().filter(fits).collect::<StageSet>());
            }
            for weight in 0..41 {
                let fits = |id: &StageId| funnel.stages[*id].weight.is_some_and(|own| own < weight);
                assert_eq!(moves.lighter(weight), funnel.stages.ids().filter(fits).collect::<StageSet>());
            }
        }
    }
}
