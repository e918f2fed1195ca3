//! A campaign that a state condition lets people into and that waits, but does not say what happens
//! to those for whom the condition ends meanwhile.

use super::{CheckContext, Rule};
use crate::diagnostic::Diagnostic;
use crate::model::{Campaign, Condition, Enter, Step, StepKind};

pub(super) fn find(case: &CheckContext<'_>, rule: &Rule) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for campaign in case
        .model
        .campaigns
        .values()
        .filter(|campaign| campaign.on_leave.is_none() && !campaign.broken)
    {
        if let (Some(condition), Some(wait)) = (first_condition(campaign), first_wait(campaign)) {
            let message = format!(
                "`{}` does not say what happens to those for whom `enter` holds no longer",
                campaign.id
            );
            found.push(
                rule.finding(campaign.span, message)
                    .at("`on-leave` is missing")
                    .label(condition.span, "lets people in")
                    .label(wait.span, "they wait here")
                    .help(
                        "write `on-leave: exit` (they get nothing more) or `on-leave: stay` \
                        (they get the rest all the same)",
                    ),
            );
        }
    }
    found
}

fn first_condition(campaign: &Campaign) -> Option<&Condition> {
    campaign.enter.iter().find_map(|enter| match enter {
        Enter::Condition(condition) => Some(condition),
        Enter::Entered { .. } | Enter::Event(_) => None,
    })
}

fn first_wait(campaign: &Campaign) -> Option<&Step> {
    let mut found = None;
    campaign.each_step(|step| {
        if matches!(
            step.kind,
            StepKind::Wait(_) | StepKind::WaitUntil { .. } | StepKind::Await(_)
        ) {
            found = found.or(Some(step));
        }
    });
    found
}
