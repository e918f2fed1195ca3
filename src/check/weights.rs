//! The rule of moves as far as it does not depend on the time: a refusal told here happens at every
//! instant.

use crate::model::{Funnel, Publish, Stage, StageId};

/// Why a move is refused, whenever it is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The target, or its funnel, is `published: false`.
    Unpublished,
    /// The present stage is `final`.
    Final,
    /// The target is lighter.
    Lighter,
}

/// Why a move between two different stages is always refused; `None` when some instant may allow
/// it.
pub(super) fn refusal(funnel: &Funnel, from: StageId, to: StageId) -> Option<Refusal> {
    let (here, target) = (&funnel.stages[from], &funnel.stages[to]);
    if here.broken || target.broken {
        return None;
    }
    let lighter =
        matches!((here.weight, target.weight), (Some(here), Some(target)) if target < here);
    if !target.publish.published || !funnel.publish.published {
        Some(Refusal::Unpublished)
    } else if is_back_to(here, to) {
        None
    } else if here.is_final {
        Some(Refusal::Final)
    } else if lighter && !funnel.free {
        Some(Refusal::Lighter)
    } else {
        None
    }
}

/// Whether an arrow back leads from the stage to `to`.
pub(super) fn is_back_to(stage: &Stage, to: StageId) -> bool {
    stage.back_to.iter().any(|(back, _)| *back == to)
}

/// Whether it is published whatever the time.
pub(super) fn always(publish: &Publish) -> bool {
    publish.published && publish.from.is_none() && publish.until.is_none()
}

/// The stages that share a weight with another, lightest first, each group in the order of the
/// text.
pub(super) fn sharing(funnel: &Funnel) -> Vec<Vec<StageId>> {
    let mut stages: Vec<_> = funnel
        .stages
        .iter()
        .filter_map(|(id, stage)| Some((stage.weight?, stage.weight_span, id)))
        .collect();
    stages.sort_unstable();
    stages
        .chunk_by(|a, b| a.0 == b.0)
        .filter(|group| group.len() > 1)
        .map(|group| group.iter().map(|(_, _, id)| *id).collect())
        .collect()
}

/// Whether every weight could be read, so that "no stage is heavier" is certain.
pub(super) fn are_known(funnel: &Funnel) -> bool {
    !funnel.broken && funnel.stages.values().all(|stage| stage.weight.is_some())
}

/// `weight 20`.
pub(super) fn word(stage: &Stage) -> String {
    stage.weight.map_or_else(
        || "no weight".to_owned(),
        |weight| format!("weight {weight}"),
    )
}
