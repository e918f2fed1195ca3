//! Which box stands above which: arrows that are not seen, so that a drawing of any project grows downwards and its text stays legible in a narrow column.

use std::collections::BTreeMap;

use super::drawing::{Arrow, Box, Group, GroupKind, Stroke};

/// The stages of a funnel by weight, one funnel below the other, and the campaigns in one column beside the stages that they have to do with.
pub(super) fn unseen(groups: &[Group], seen: &[Arrow]) -> Vec<Arrow> {
    let of = |kind| groups.iter().filter(move |group| group.kind == kind);
    let stages: Vec<_> = of(GroupKind::Funnel).flat_map(|funnel| &funnel.boxes).collect();
    let places: BTreeMap<_, _> = stages.iter().zip(0..).map(|(stage, at)| (stage.name.as_str(), at)).collect();
    let mut campaigns: Vec<_> = of(GroupKind::Overview).flat_map(|overview| &overview.boxes).collect();
    campaigns.sort_by_key(|campaign| height(&campaign.name, seen, &places));
    let pairs = [stages.windows(2), campaigns.windows(2)].into_iter().flatten();
    // Two arrows between the same boxes would bend each other.
    let held = |pair: &&[&Box]| seen.iter().any(|arrow| (&arrow.from, &arrow.to) == (&pair[0].name, &pair[1].name));
    pairs.filter(|pair| !held(pair)).map(|pair| below(pair[0], pair[1])).collect()
}

/// Right below the first stage that lets contacts into the campaign, or else right above the first to which it moves them; at the end where there is none.
fn height(campaign: &str, seen: &[Arrow], places: &BTreeMap<&str, i64>) -> i64 {
    let place = |name: &str| places.get(name).copied();
    let enters = seen.iter().filter(|arrow| arrow.to == campaign).filter_map(|arrow| place(&arrow.from)).min();
    let moves = seen.iter().filter(|arrow| arrow.from == campaign).filter_map(|arrow| place(&arrow.to)).min();
    enters.map(|at| 2 * at + 1).or(moves.map(|at| 2 * at - 1)).unwrap_or(i64::MAX)
}

fn below(upper: &Box, lower: &Box) -> Arrow {
    let (from, to) = (upper.name.clone(), lower.name.clone());
    Arrow { from, to, stroke: Stroke::Order, lines: Vec::new(), broken: false }
}
