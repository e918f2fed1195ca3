//! An `if` that does the same on both ways: its question is for nothing.

use super::{CheckContext, Rule};
use crate::diagnostic::Diagnostic;
use crate::model::{Action, Meanings, Step, StepKind};

pub(super) fn find(case: &CheckContext<'_>, rule: &Rule) -> Vec<Diagnostic> {
    let mut meanings = Meanings::of(case.model);
    let mut found = Vec::new();
    for campaign in case.model.campaigns.values() {
        campaign.each_step(|step| {
            if let StepKind::If {
                when,
                then,
                otherwise,
            } = &step.kind
                && !then.is_empty()
                && are_alike(&mut meanings, then, otherwise)
            {
                let finding = rule
                    .finding(when.span, "both ways of this `if` do the same")
                    .at("changes nothing");
                let finding = finding
                    .label(then[0].span, "where it holds")
                    .label(otherwise[0].span, "where it does not");
                found.push(finding.help("let one way do something else, or remove the `if`"));
            }
        });
    }
    found
}

fn are_alike(meanings: &mut Meanings<'_>, ones: &[Step], others: &[Step]) -> bool {
    ones.len() == others.len()
        && ones
            .iter()
            .zip(others)
            .all(|(one, other)| is_alike(meanings, one, other))
}

/// Whether two steps do the same; where that takes more than a look they do not.
fn is_alike(meanings: &mut Meanings<'_>, one: &Step, other: &Step) -> bool {
    match (&one.kind, &other.kind) {
        // A note is there to tell the ways apart.
        (StepKind::Action(Action::Note(_)), _) | (_, StepKind::Action(Action::Note(_))) => false,
        (StepKind::Action(one), StepKind::Action(other)) => one == other,
        (StepKind::Wait(one), StepKind::Wait(other)) => one == other,
        (StepKind::Exit(one), StepKind::Exit(other)) => one == other,
        (StepKind::Goto { to: one, .. }, StepKind::Goto { to: other, .. }) => one == other,
        (
            StepKind::If {
                when,
                then,
                otherwise,
            },
            StepKind::If {
                when: other_when,
                then: other_then,
                otherwise: other_otherwise,
            },
        ) => {
            meanings.condition(when) == meanings.condition(other_when)
                && are_alike(meanings, then, other_then)
                && are_alike(meanings, otherwise, other_otherwise)
        }
        (StepKind::WaitUntil { .. } | StepKind::Split(_) | StepKind::Await(_), _) => false,
        (StepKind::Fork(_) | StepKind::Broken, _) => false,
        (StepKind::Action(_) | StepKind::Wait(_) | StepKind::If { .. }, _) => false,
        (StepKind::Goto { .. } | StepKind::Exit(_), _) => false,
    }
}
