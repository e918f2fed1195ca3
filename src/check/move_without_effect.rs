//! A move to the stage in which the contact is already, which does nothing, and one to a stage that
//! is never published, which is refused.

use super::positions::Positions;
use super::{CheckContext, Rule};
use crate::diagnostic::Diagnostic;
use crate::model::{Action, FunnelId, StageId, StepKind, Target};
use crate::source::Span;

pub(super) fn find(case: &CheckContext<'_>, rule: &Rule) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for funnel in case.model.funnels.values() {
        for (id, stage) in funnel.stages.iter() {
            let to_itself = stage
                .converts
                .iter()
                .filter(|conversion| conversion.to == Target::Stage(id));
            found.extend(to_itself.map(|conversion| {
                let message = format!("`{}` converts to itself, which does nothing", stage.id);
                rule.finding(conversion.span, message)
                    .at("the same stage")
                    .help("name another stage, or remove it")
            }));
        }
    }
    found.extend(to_unpublished(case, rule));
    for site in &case.sites {
        let there_already = site
            .to
            .filter(|to| site.here.expected == Positions::only(*to));
        found.extend(there_already.map(|to| {
            let funnel = &case.model.funnels[site.funnel];
            let message = format!(
                "contacts are in `{}/{}` already when they come to this move",
                funnel.id, funnel.stages[to].id
            );
            rule.finding(site.step.span, message)
                .at("does nothing")
                .help("remove the step")
        }));
    }
    found
}

/// Moves to a stage with `published: false`; of a funnel that says so as a whole nothing is said.
fn to_unpublished(case: &CheckContext<'_>, rule: &Rule) -> Vec<Diagnostic> {
    let told = |funnel: FunnelId, stage: StageId, span: Span| {
        let funnel = &case.model.funnels[funnel];
        let stage = &funnel.stages[stage];
        let is_closed = !stage.publish.published && funnel.publish.published && !stage.broken;
        is_closed.then(|| {
            let message = format!(
                "this moves nobody: `{}/{}` is not published",
                funnel.id, stage.id
            );
            rule.finding(span, message)
                .at("is always refused")
                .label(stage.span, "`published: false`")
                .help(format!(
                    "take `published: false` away from `{}`, or remove the move",
                    stage.id
                ))
        })
    };
    let mut found = Vec::new();
    for (id, funnel) in case.model.funnels.iter() {
        let place = funnel.place.iter().map(|line| (line.stage, line.span));
        let lines = funnel.stages.values().flat_map(|stage| &stage.converts);
        let converts = lines.filter_map(|line| match line.to {
            Target::Stage(stage) => Some((stage, line.span)),
            Target::Next => None,
        });
        let all = place.chain(converts);
        found.extend(all.filter_map(|(stage, span)| told(id, stage, span)));
    }
    for campaign in case
        .model
        .campaigns
        .values()
        .filter(|it| it.publish.published)
    {
        campaign.each_step(|step| {
            if let StepKind::Action(Action::Move(stage)) = step.kind {
                found.extend(told(stage.funnel, stage.stage, step.span));
            }
        });
    }
    found
}
