//! A funnel whose audience enters at its lightest stage, when two are lightest; which one it is may
//! never be left to chance.

use super::weights::{sharing, word};
use super::{CheckContext, Rule};
use crate::diagnostic::Diagnostic;
use crate::model::{Funnel, StageId};

pub(super) fn find(case: &CheckContext<'_>, rule: &Rule) -> Vec<Diagnostic> {
    case.model
        .funnels
        .values()
        .filter_map(|funnel| Some(finding(rule, funnel, &ambiguous(funnel)?)))
        .collect()
}

/// The lightest stages, where the entry is one of them and nothing says which.
pub(super) fn ambiguous(funnel: &Funnel) -> Option<Vec<StageId>> {
    let by_default =
        funnel.audience.is_some() && funnel.entry.is_none() && funnel.entry_span.is_none();
    let lightest = funnel
        .stages
        .values()
        .filter_map(|stage| stage.weight)
        .min();
    let group = sharing(funnel)
        .into_iter()
        .find(|group| funnel.stages[group[0]].weight == lightest);
    group.filter(|_| by_default && !funnel.broken)
}

fn finding(rule: &Rule, funnel: &Funnel, lightest: &[StageId]) -> Diagnostic {
    let first = &funnel.stages[lightest[0]].id;
    let finding = rule
        .finding(
            funnel.span,
            format!(
                "`{}` has more than one lightest stage, so its entry is not clear",
                funnel.id
            ),
        )
        .at("where does everybody enter");
    lightest
        .iter()
        .map(|id| &funnel.stages[*id])
        .fold(finding, |finding, stage| {
            finding.label(stage.weight_span, word(stage))
        })
        .help(format!(
            "write `entry: {first}`, or give the stages different weights"
        ))
}
