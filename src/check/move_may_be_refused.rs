//! A step that moves some contacts and is refused for others, who go on in the campaign all the same; a hint, for that may be meant.

use super::backward_move::refused_from_all;
use super::sites::Site;
use super::weights::{Refusal, refusal, word};
use super::{Case, Rule};
use crate::diagnostic::Diagnostic;
use crate::model::{Funnel, StageId};

pub(super) fn find(case: &Case<'_>, rule: &Rule) -> Vec<Diagnostic> {
    case.sites.iter().filter_map(|site| of_step(case, rule, site)).collect()
}

fn of_step(case: &Case<'_>, rule: &Rule, site: &Site<'_>) -> Option<Diagnostic> {
    let funnel = &case.model.funnels[site.funnel];
    let to = site.to?;
    let refused = refusing(funnel, site, to);
    let (first, target) = (&funnel.stages[*refused.first()?], &funnel.stages[to]);
    let names: Vec<_> = refused.iter().map(|from| format!("`{}`", funnel.stages[*from].id)).collect();
    let message = format!("the move to `{}/{}` is refused for contacts in {}", funnel.id, target.id, names.join(", "));
    let finding =
        rule.finding(site.step.span, message).at("moves not everybody").label(target.weight_span, word(target));
    let finding = refused
        .iter()
        .take(3)
        .map(|from| &funnel.stages[*from])
        .fold(finding, |finding, stage| finding.label(stage.weight_span, label(stage)));
    Some(finding.help(format!(
        "write `back-to: [{}]` on `{}` if they may go back, or keep them away, as with `if: {{ not: {{ stage: {}/{} }} }}`",
        target.id, first.id, funnel.id, first.id
    )))
}

fn label(stage: &crate::model::Stage) -> String {
    if stage.is_final { "is `final`".to_owned() } else { word(stage) }
}

/// Those from which it is refused, unless it is refused from all, which is an error of its own.
fn refusing(funnel: &Funnel, site: &Site<'_>, to: StageId) -> Vec<StageId> {
    let silent = funnel.broken || refused_from_all(funnel, site).is_some();
    let refused =
        |from: &StageId| *from != to && matches!(refusal(funnel, *from, to), Some(Refusal::Lighter | Refusal::Final));
    site.here.expected.stages.iter().copied().filter(|from| !silent && refused(from)).collect()
}
