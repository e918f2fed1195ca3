//! A stage that nobody is ever moved to; contacts for whom the contacts file says so can have it
//! all the same, so it is no error.

use std::collections::BTreeMap;

use super::reach::{Reach, Ways};
use super::stage_set::StageSet;
use super::{CheckContext, Rule};
use crate::diagnostic::Diagnostic;
use crate::model::{Funnel, StageId};

pub(super) fn find(case: &CheckContext<'_>, rule: &Rule) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (funnel, reach) in case
        .model
        .funnels
        .values()
        .zip(&case.reach)
        .filter(|(funnel, _)| !funnel.broken)
    {
        if reach.entered {
            let mut ways: BTreeMap<Option<StageId>, Vec<&Ways>> = BTreeMap::new();
            reach
                .ways
                .iter()
                .for_each(|to| ways.entry(to.to).or_default().push(to));
            let to = |id: StageId| ways.get(&Some(id)).map(Vec::as_slice).unwrap_or_default();
            found.extend(
                funnel
                    .stages
                    .ids()
                    .filter_map(|id| of_stage(rule, funnel, reach, (id, to(id)))),
            );
        } else if !is_unclear(funnel) {
            found.push(closed(rule, funnel));
        }
    }
    found
}

/// `ways` are those that lead to the stage from another one.
fn of_stage(
    rule: &Rule,
    funnel: &Funnel,
    reach: &Reach,
    (id, ways): (StageId, &[&Ways]),
) -> Option<Diagnostic> {
    let stage = &funnel.stages[id];
    if reach.stages.contains(id) || !stage.publish.published {
        return None;
    }
    let message = format!(
        "nobody is ever moved to `{}`: only imported contacts can have this stage",
        stage.id
    );
    let finding = rule.finding(stage.span, message);
    let from: Vec<_> = ways
        .iter()
        .flat_map(|ways| first(&ways.from.stages()).map(|stage| (ways.span, stage)))
        .take(3)
        .collect();
    let finding = if from.is_empty() {
        finding.at("nothing leads here")
    } else {
        finding.at("cannot be reached")
    };
    let only = |stage: StageId| format!("only from `{}`", funnel.stages[stage].id);
    let finding = from.into_iter().fold(finding, |finding, (span, stage)| {
        finding.label(span, only(stage))
    });
    Some(finding.help(format!(
        "let another stage convert to it, as in `converts: [{{ when: …, to: {} }}]`, or move \
            contacts to it in a campaign",
        stage.id
    )))
}

/// As many as are told.
fn first(stages: &StageSet) -> impl Iterator<Item = StageId> + use<> {
    stages.iter().take(3).collect::<Vec<_>>().into_iter()
}

/// A missing entry has its own error, and contacts cannot enter a closed stage for as long as it is
/// closed on purpose.
fn is_unclear(funnel: &Funnel) -> bool {
    funnel.stages.is_empty()
        || !funnel.publish.published
        || (funnel.audience.is_some() && funnel.entry.is_none())
}

fn closed(rule: &Rule, funnel: &Funnel) -> Diagnostic {
    let message = format!(
        "nobody enters funnel `{}`: only imported contacts can have a stage in it",
        funnel.id
    );
    let help = "write `audience: everyone`, or a segment, for those who come in by themselves, or \
        move contacts into it in a campaign";
    rule.finding(funnel.span, message)
        .at("nothing leads here")
        .help(help)
}
