//! Where "the next heavier published stage" can lead, whatever the time; never leaves a stage out
//! that some time makes the next.

use crate::model::{Funnel, Publish, StageId};

/// The stages of a funnel by weight, worked out once for all that ask for the next one.
pub(crate) struct Ladder<'a> {
    funnel: &'a Funnel,
    /// Those that are published at some time.
    open: Vec<(i64, StageId)>,
    /// The weights at which one is always published.
    certain: Vec<i64>,
}

impl<'a> Ladder<'a> {
    /// That of a funnel.
    pub(crate) fn of(funnel: &'a Funnel) -> Self {
        let stages = || {
            funnel
                .stages
                .iter()
                .filter_map(|(id, stage)| Some((stage.weight?, id, &stage.publish)))
        };
        let open = stages()
            .filter(|(.., publish)| publish.published)
            .map(|(weight, id, _)| (weight, id));
        let certain = stages()
            .filter(|(.., publish)| always(publish))
            .map(|(weight, ..)| weight);
        let (mut open, mut certain): (Vec<_>, Vec<_>) = (open.collect(), certain.collect());
        open.sort_unstable();
        certain.sort_unstable();
        Self {
            funnel,
            open,
            certain,
        }
    }

    /// The stages that can be the next one after `stage`: up to the first weight at which one is
    /// always published.
    pub(crate) fn next(&self, stage: StageId) -> impl Iterator<Item = StageId> {
        let weight = self.funnel.stages[stage].weight;
        let is_heavier = |other: i64| weight.is_some_and(|weight| other > weight);
        let last = self
            .certain
            .get(self.certain.partition_point(|other| !is_heavier(*other)))
            .copied();
        let heavier = &self.open[self.open.partition_point(|(other, _)| !is_heavier(*other))..];
        heavier
            .iter()
            .take_while(move |(weight, _)| last.is_none_or(|last| *weight <= last))
            .map(|(_, id)| *id)
    }
}

/// The stages that can be the next one after `stage`.
pub(crate) fn possible_next(funnel: &Funnel, stage: StageId) -> Vec<StageId> {
    Ladder::of(funnel).next(stage).collect()
}

fn always(publish: &Publish) -> bool {
    publish.published && publish.from.is_none() && publish.until.is_none()
}
