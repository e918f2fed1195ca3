//! A rule or a step that gives no points: nothing comes of it.

use super::{CheckContext, Rule};
use crate::diagnostic::Diagnostic;
use crate::model::{Action, NewValue, StepKind};
use crate::source::Span;

pub(super) fn find(case: &CheckContext<'_>, rule: &Rule) -> Vec<Diagnostic> {
    let told = |span: Span, message: String| {
        rule.finding(span, message)
            .at("changes nothing")
            .help("write another number, or remove it")
    };
    let rules = case.model.points.rules.values();
    let mut found: Vec<Diagnostic> = rules
        .filter(|points| points.give.points == 0)
        .map(|points| {
            let message = format!("the rule `{}` gives no points: `give` is 0", points.id);
            told(points.span, message)
        })
        .collect();
    for campaign in case.model.campaigns.values() {
        campaign.each_step(|step| {
            let is_nothing = match &step.kind {
                StepKind::Action(Action::Points(give)) => give.points == 0,
                StepKind::Action(Action::Set {
                    to: NewValue::Add(number),
                    ..
                }) => number.is_zero(),
                StepKind::Action(_) | StepKind::Wait(_) | StepKind::WaitUntil { .. } => false,
                StepKind::If { .. } | StepKind::Split(_) | StepKind::Await(_) => false,
                StepKind::Fork(_) | StepKind::Goto { .. } | StepKind::Exit(_) => false,
                StepKind::Broken => false,
            };
            if is_nothing {
                found.push(told(
                    step.span,
                    format!("`{}` adds nothing: the number is 0", step.name),
                ));
            }
        });
    }
    found
}
