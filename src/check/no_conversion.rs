//! A stage that campaigns lead on from but that never converts, in a funnel where others do: most
//! often a forgotten `converts`.

use super::reach::By;
use super::stage_set::StageSet;
use super::{CheckContext, Rule};
use crate::diagnostic::Diagnostic;
use crate::model::Stage;

pub(super) fn find(case: &CheckContext<'_>, rule: &Rule) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (funnel, reach) in case.model.funnels.values().zip(&case.reach) {
        let Some(other) = funnel
            .stages
            .values()
            .find(|stage| !stage.converts.is_empty())
        else {
            continue;
        };
        let heaviest = funnel
            .stages
            .values()
            .filter_map(|stage| stage.weight)
            .max();
        let is_exempt =
            |stage: &Stage| stage.is_final || stage.weight.is_none() || stage.weight == heaviest;
        let from = |fits: fn(By) -> bool| {
            let ways = reach.ways.iter().filter(|ways| fits(ways.by));
            ways.fold(StageSet::default(), |sum, ways| sum.or(&ways.from.stages()))
        };
        // With `order: loose` a heavier stage may convert from here, too.
        let (left, placed) = (
            from(|_| true),
            from(|by| matches!(by, By::Place | By::Conversion)),
        );
        for (id, stage) in funnel
            .stages
            .iter()
            .filter(|(_, stage)| stage.converts.is_empty() && !is_exempt(stage))
        {
            if reach.stages.contains(id) && left.contains(id) && !placed.contains(id) {
                let message = format!(
                    "`{}` has no `converts`, while other stages of `{}` do",
                    stage.id, funnel.id
                );
                let finding = rule
                    .finding(stage.span, message)
                    .at("never converts")
                    .label(other.span, "this one converts");
                found.push(finding.help("say when contacts go on: `converts: { segment: … }`"));
            }
        }
    }
    found
}
