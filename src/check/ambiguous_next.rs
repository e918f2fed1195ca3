//! A conversion to the next heavier stage, when two stages are next; only what is so at every time
//! is an error.

use super::weights::{always, word};
use super::{CheckContext, Rule};
use crate::diagnostic::Diagnostic;
use crate::graph::Ladder;
use crate::model::{Conversion, Funnel, StageId, Target};

pub(super) fn find(case: &CheckContext<'_>, rule: &Rule) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for funnel in case.model.funnels.values() {
        let ladder = Ladder::of(funnel);
        for (id, stage) in funnel.stages.iter() {
            let next = ambiguous(funnel, &ladder, id);
            let to_next = stage
                .converts
                .iter()
                .find(|conversion| conversion.to == Target::Next);
            if let (Some(conversion), Some(next)) = (to_next, next) {
                found.push(finding(rule, funnel, id, conversion, &next));
            }
        }
    }
    found
}

/// The stages that are all next after `stage` at every time, if they are several.
pub(super) fn ambiguous(
    funnel: &Funnel,
    ladder: &Ladder<'_>,
    stage: StageId,
) -> Option<Vec<StageId>> {
    let lightest = ladder.next(stage).next().map(|id| funnel.stages[id].weight);
    let all: Vec<_> = ladder
        .next(stage)
        .take_while(|id| Some(funnel.stages[*id].weight) == lightest)
        .collect();
    (!funnel.broken && all.len() > 1 && all.iter().all(|id| always(&funnel.stages[*id].publish)))
        .then_some(all)
}

fn finding(
    rule: &Rule,
    funnel: &Funnel,
    from: StageId,
    conversion: &Conversion,
    next: &[StageId],
) -> Diagnostic {
    let names: Vec<_> = next
        .iter()
        .map(|id| format!("`{}`", funnel.stages[*id].id))
        .collect();
    let message = format!(
        "`{}` converts to the next heavier stage, but {} are both next",
        funnel.stages[from].id,
        names.join(" and ")
    );
    let finding = rule.finding(conversion.span, message).at("to which stage");
    next.iter()
        .map(|id| &funnel.stages[*id])
        .fold(finding, |finding, stage| {
            finding.label(stage.weight_span, word(stage))
        })
        .help(format!(
            "name the target: `converts: [{{ when: …, to: {} }}]`, or give the stages different \
                weights",
            funnel.stages[next[0]].id
        ))
}
