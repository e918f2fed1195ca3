//! An experience behind one that everybody in the stage has at all times: nobody ever has it.

use super::weights::always;
use super::{CheckContext, Rule};
use crate::diagnostic::Diagnostic;
use crate::model::{Experience, Model, Stage};

pub(super) fn find(case: &CheckContext<'_>, rule: &Rule) -> Vec<Diagnostic> {
    let stages = case
        .model
        .funnels
        .values()
        .flat_map(|funnel| funnel.stages.values());
    stages
        .flat_map(|stage| in_stage(case.model, rule, stage))
        .collect()
}

fn in_stage(model: &Model, rule: &Rule, stage: &Stage) -> Vec<Diagnostic> {
    let Some(at) = stage
        .experiences
        .iter()
        .position(|experience| everybody_has(model, experience))
    else {
        return Vec::new();
    };
    let first = &stage.experiences[at];
    let behind = stage.experiences[at + 1..].iter();
    behind
        .map(|experience| {
            let message = format!(
                "nobody ever has `{}`: everybody in the stage has `{}`",
                experience.id, first.id
            );
            rule.finding(experience.span, message)
                .at("never comes up")
                .label(first.span, "has no `when`")
                .help(format!(
                    "write a `when` on `{}`, or let it stand last",
                    first.id
                ))
        })
        .collect()
}

fn everybody_has(model: &Model, experience: &Experience) -> bool {
    experience.when.is_none()
        && always(&experience.publish)
        && always(&model.content[experience.content].publish)
}
