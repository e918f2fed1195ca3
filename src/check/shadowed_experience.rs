//! An experience behind one that everybody in the stage has at all times, or behind some of which
//! everybody who meets its own condition meets one: nobody ever has it.

use super::together::{Asked, From};
use super::weights::always;
use super::{CheckContext, Rule};
use crate::diagnostic::Diagnostic;
use crate::model::{Condition, Experience, Model, Stage};

pub(super) fn find(case: &CheckContext<'_>, rule: &Rule) -> Vec<Diagnostic> {
    let stages = case
        .model
        .funnels
        .values()
        .flat_map(|funnel| funnel.stages.values());
    stages
        .flat_map(|stage| in_stage(case, rule, stage))
        .collect()
}

fn in_stage(case: &CheckContext<'_>, rule: &Rule, stage: &Stage) -> Vec<Diagnostic> {
    let first = stage
        .experiences
        .iter()
        .position(|experience| everybody_has(case.model, experience));
    let (before, behind) = stage
        .experiences
        .split_at(first.map_or(stage.experiences.len(), |first| first + 1));
    let mut found: Vec<Diagnostic> = (1..before.len())
        .filter_map(|at| covered(case, rule, &before[..at], &before[at]))
        .collect();
    found.extend(behind.iter().map(|experience| {
        let first = &before[before.len() - 1];
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
    }));
    found
}

/// Whether everybody who would have an experience has one of those before it.
fn covered(
    case: &CheckContext<'_>,
    rule: &Rule,
    before: &[Experience],
    experience: &Experience,
) -> Option<Diagnostic> {
    let shown = before
        .iter()
        .filter(|it| is_always_shown(case.model, it))
        .filter_map(|it| it.when.as_ref());
    let shown: Vec<&Condition> = shown.collect();
    let others = covering(case, &shown, experience.when.as_ref())?;
    let message = format!(
        "nobody ever has `{}`: who could have it has one that stands before it",
        experience.id
    );
    let finding = rule.finding(experience.span, message).at("never comes up");
    let others = others.into_iter().take(MOST_PLACES);
    let finding = others.fold(finding, |finding, other| {
        finding.label(other.span, "takes them before")
    });
    Some(finding.help("let it stand before, or ask for less in those before it"))
}

/// So many of the conditions before are shown.
const MOST_PLACES: usize = 3;

/// So many conditions that stand before another are weighed against it.
const MOST_BEFORE: usize = 32;

/// The first of some conditions, as few as are needed, of which everybody meets one who meets a
/// later condition, or, where there is none, whoever it is. Nothing where that condition is met by
/// nobody at all.
pub(super) fn covering<'a>(
    case: &CheckContext<'_>,
    before: &[&'a Condition],
    condition: Option<&Condition>,
) -> Option<Vec<&'a Condition>> {
    let mut together = case.together.borrow_mut();
    let own = condition.map(|condition| (condition, true));
    if own.is_some_and(|own| together.never(&[own], From::Elsewhere)) {
        return None;
    }
    let before = &before[..before.len().min(MOST_BEFORE)];
    let mut never = |others: &[&Condition]| {
        let others = others.iter().map(|other| (*other, false));
        let asked: Vec<Asked<'_>> = own.into_iter().chain(others).collect();
        together.never(&asked, From::Elsewhere)
    };
    for other in before {
        if never(&[other]) {
            return Some(vec![*other]);
        }
    }
    (before.len() > 1 && never(before)).then(|| before.to_vec())
}

fn everybody_has(model: &Model, experience: &Experience) -> bool {
    experience.when.is_none() && is_always_shown(model, experience)
}

fn is_always_shown(model: &Model, experience: &Experience) -> bool {
    always(&experience.publish) && always(&model.content[experience.content].publish)
}
