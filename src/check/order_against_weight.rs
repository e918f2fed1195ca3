//! Stages written in another order than that of their weights; the order of the text means nothing,
//! and so it misleads.

use super::weights::word;
use super::{CheckContext, Rule};
use crate::diagnostic::Diagnostic;
use crate::model::{Funnel, Stage};

pub(super) fn find(case: &CheckContext<'_>, rule: &Rule) -> Vec<Diagnostic> {
    case.model
        .funnels
        .values()
        .flat_map(|funnel| of_funnel(rule, funnel))
        .collect()
}

/// One finding for each file, at the first stage that is out of order.
fn of_funnel(rule: &Rule, funnel: &Funnel) -> Vec<Diagnostic> {
    let mut written: Vec<&Stage> = funnel
        .stages
        .values()
        .filter(|stage| stage.weight.is_some())
        .collect();
    written.sort_by_key(|stage| stage.span);
    let files = written.chunk_by(|a, b| a.span.file == b.span.file);
    files
        .filter_map(|stages| {
            Some(finding(
                rule,
                stages,
                stages
                    .windows(2)
                    .find(|pair| pair[1].weight < pair[0].weight)?,
            ))
        })
        .collect()
}

fn finding(rule: &Rule, stages: &[&Stage], pair: &[&Stage]) -> Diagnostic {
    let mut sorted = stages.to_vec();
    sorted.sort_by_key(|stage| (stage.weight, stage.span));
    let order: Vec<_> = sorted
        .iter()
        .map(|stage| format!("`{}`", stage.id))
        .collect();
    let message = format!(
        "`{}` stands after `{}`, but is lighter",
        pair[1].id, pair[0].id
    );
    rule.finding(pair[1].span, message)
        .at("out of order")
        .label(pair[1].weight_span, word(pair[1]))
        .label(pair[0].weight_span, word(pair[0]))
        .help(format!(
            "write the lighter stages first: {}",
            order.join(", ")
        ))
}
