//! A conversion or a rule of `place` for contacts that are not in the funnel's audience: in a
//! funnel that only its audience is placed in, or that drops who leaves it, nobody meets it.

use super::together::{Asked, From};
use super::{CheckContext, Rule};
use crate::diagnostic::Diagnostic;
use crate::model::{Audience, Condition};
use crate::source::Span;

pub(super) fn find(case: &CheckContext<'_>, rule: &Rule) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for funnel in case.model.funnels.values().filter(|it| !it.broken) {
        let Some(Audience::Of(audience)) = &funnel.audience else {
            continue;
        };
        let place = funnel.place.iter().map(|line| (&line.when, line.span));
        let converts = funnel
            .stages
            .values()
            .filter(|_| funnel.drops)
            .flat_map(|stage| &stage.converts)
            .map(|line| (&line.when, line.span));
        for (when, span) in place.chain(converts) {
            if is_outside(case, audience, when) {
                found.push(told(rule, audience, when, span, funnel.drops));
            }
        }
    }
    found
}

/// Whether nobody in the audience meets it, and somebody else does.
fn is_outside(case: &CheckContext<'_>, audience: &Condition, when: &Condition) -> bool {
    let mut together = case.together.borrow_mut();
    let mut never = |asked: &[Asked<'_>]| together.never(asked, From::Elsewhere);
    never(&[(audience, true), (when, true)])
        && !never(&[(audience, true)])
        && !never(&[(when, true)])
}

fn told(
    rule: &Rule,
    audience: &Condition,
    when: &Condition,
    span: Span,
    drops: bool,
) -> Diagnostic {
    let message = if drops {
        "nobody in the funnel meets this: who does is no longer in its `audience`, and leaves"
    } else {
        "nobody is placed by this: who meets it is not in the funnel's `audience`"
    };
    let finding = rule.finding(span, message).at("moves nobody");
    let finding = if when.span == span {
        finding
    } else {
        finding.label(when.span, "asks for others")
    };
    let help = if drops {
        "let `audience` take them in, or write `on-audience-left: stay`"
    } else {
        "let `audience` take them in, or remove the line"
    };
    finding
        .label(audience.span, "who is in the funnel")
        .help(help)
}
