//! A stage that campaigns lead on from but that never converts, in a funnel where others do: most often a forgotten `converts`.

use std::collections::BTreeMap;

use super::reach::{By, Way};
use super::{Case, Rule};
use crate::diagnostic::Diagnostic;
use crate::model::{Stage, StageId};

pub(super) fn find(case: &Case<'_>, rule: &Rule) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (funnel, reach) in case.model.funnels.values().zip(&case.reach) {
        let Some(other) = funnel.stages.values().find(|stage| !stage.converts.is_empty()) else { continue };
        let heaviest = funnel.stages.values().filter_map(|stage| stage.weight).max();
        let is_exempt = |stage: &Stage| stage.is_final || stage.weight.is_none() || stage.weight == heaviest;
        let mut ways: BTreeMap<Option<StageId>, Vec<&Way>> = BTreeMap::new();
        reach.ways.iter().for_each(|way| ways.entry(way.from).or_default().push(way));
        for (id, stage) in funnel.stages.iter().filter(|(_, stage)| stage.converts.is_empty() && !is_exempt(stage)) {
            let from_here = ways.get(&Some(id)).map(Vec::as_slice).unwrap_or_default();
            // With `order: loose` a heavier stage may convert from here, too.
            let placed = from_here.iter().any(|way| matches!(way.by, By::Place | By::Conversion));
            if reach.stages.contains(&id) && !from_here.is_empty() && !placed {
                let message = format!("`{}` has no `converts`, while other stages of `{}` do", stage.id, funnel.id);
                let finding =
                    rule.finding(stage.span, message).at("never converts").label(other.span, "this one converts");
                found.push(finding.help("say when contacts go on: `converts: { segment: … }`"));
            }
        }
    }
    found
}
