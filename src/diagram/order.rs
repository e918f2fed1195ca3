//! Which box stands above which: arrows that are not seen, so that a drawing of any project grows
//! downwards and its text stays legible in a narrow column.

use std::collections::{BTreeMap, BTreeSet};

use super::drawing::{Arrow, Box, Group, GroupKind, Stroke};

/// The stages of a funnel by weight, one funnel below the other, and the campaigns in one column
/// beside the stages that they have to do with.
pub(super) fn unseen(groups: &[Group], seen: &[Arrow]) -> Vec<Arrow> {
    let of = |kind| groups.iter().filter(move |group| group.kind == kind);
    let stages: Vec<_> = of(GroupKind::Funnel)
        .flat_map(|funnel| &funnel.boxes)
        .collect();
    let places: BTreeMap<_, _> = stages
        .iter()
        .zip(0..)
        .map(|(stage, at)| (stage.name.as_str(), at))
        .collect();
    let mut campaigns: Vec<_> = of(GroupKind::Overview)
        .flat_map(|overview| &overview.boxes)
        .collect();
    let heights = heights(seen, &places);
    campaigns.sort_by_key(|campaign| {
        heights
            .get(campaign.name.as_str())
            .copied()
            .unwrap_or(i64::MAX)
    });
    let pairs = [stages.windows(2), campaigns.windows(2)]
        .into_iter()
        .flatten();
    // Two arrows between the same boxes would bend each other.
    let held: BTreeSet<_> = seen.iter().map(|arrow| (&arrow.from, &arrow.to)).collect();
    pairs
        .filter(|pair| !held.contains(&(&pair[0].name, &pair[1].name)))
        .map(|pair| below(pair[0], pair[1]))
        .collect()
}

/// Of what arrows lead to or from a stage: right below the first stage from which one comes, or
/// else right above the first to which one leads.
fn heights<'a>(seen: &'a [Arrow], places: &BTreeMap<&str, i64>) -> BTreeMap<&'a str, i64> {
    let mut firsts: BTreeMap<&str, [Option<i64>; 2]> = BTreeMap::new();
    let mut note = |name: &'a str, way: usize, stage: &str| {
        if let Some(place) = places.get(stage) {
            let first = &mut firsts.entry(name).or_default()[way];
            *first = Some(first.map_or(*place, |first| first.min(*place)));
        }
    };
    for arrow in seen {
        note(&arrow.to, 0, &arrow.from);
        note(&arrow.from, 1, &arrow.to);
    }
    let height = |[enters, moves]: [Option<i64>; 2]| {
        enters.map(|at| 2 * at + 1).or(moves.map(|at| 2 * at - 1))
    };
    firsts
        .into_iter()
        .filter_map(|(name, firsts)| Some((name, height(firsts)?)))
        .collect()
}

fn below(upper: &Box, lower: &Box) -> Arrow {
    let (from, to) = (upper.name.clone(), lower.name.clone());
    Arrow {
        from,
        to,
        stroke: Stroke::Order,
        lines: Vec::new(),
        broken: false,
    }
}
