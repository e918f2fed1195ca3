//! Where "the next heavier published stage" can lead, whatever the time; never leaves a stage out that some time makes the next.

use crate::model::{Funnel, Publish, StageId};

/// The stages that can be the next one after `stage`: up to the first weight at which one is always published.
pub(crate) fn possible_next(funnel: &Funnel, stage: StageId) -> Vec<StageId> {
    let Some(weight) = funnel.stages[stage].weight else { return Vec::new() };
    let open = |id: &StageId| funnel.stages[*id].publish.published;
    let mut heavier: Vec<(i64, StageId)> = funnel
        .stages
        .iter()
        .filter_map(|(id, other)| Some((other.weight?, id)))
        .filter(|(other, id)| *other > weight && open(id))
        .collect();
    heavier.sort_unstable();
    let last = heavier.iter().find(|(_, id)| always(&funnel.stages[*id].publish)).map(|(weight, _)| *weight);
    heavier.into_iter().filter(|(weight, _)| last.is_none_or(|last| *weight <= last)).map(|(_, id)| id).collect()
}

fn always(publish: &Publish) -> bool {
    publish.published && publish.from.is_none() && publish.until.is_none()
}
