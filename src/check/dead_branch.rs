//! A branch of an `if` that nobody takes, because of what is certain of those who come to it: what
//! let them in, the branch in which it stands, what a step before it did.

use super::follow::Visit;
use super::laws::atom;
use super::together::{Asked, From};
use super::{CheckContext, Rule};
use crate::diagnostic::Diagnostic;
use crate::graph::atoms;
use crate::model::{Condition, ConditionKind, EventTest, NumberTest, Since, Step, StepKind};

pub(super) fn find(case: &CheckContext<'_>, rule: &Rule) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for visit in case.followed.values().flat_map(|campaign| &campaign.visits) {
        if let StepKind::If {
            when,
            then,
            otherwise,
        } = &visit.step.kind
        {
            let dead = [(true, then), (false, otherwise)].into_iter();
            let mut dead = dead.filter(|(_, steps)| !steps.is_empty());
            let dead = dead.find(|(holds, _)| is_never(case, visit, when, *holds));
            found.extend(dead.map(|(holds, steps)| told(case, rule, visit, when, (holds, steps))));
        }
    }
    found
}

/// Whether the condition never comes out so here, and does somewhere else.
fn is_never<'a>(case: &CheckContext<'a>, visit: &Visit<'a>, when: &Condition, holds: bool) -> bool {
    let nothing_yet = if visit.known.at_entry {
        since_entry(when)
    } else {
        Vec::new()
    };
    let mut asked = vec![(when, holds)];
    asked.extend(nothing_yet.iter().map(|nothing| (nothing, true)));
    let anywhere = |asked: &[Asked<'_>]| case.together.borrow_mut().never(asked, From::Campaign);
    visit.known.never(case, &asked) && !anywhere(&asked[..1])
}

/// That nothing has happened since the entry of what a condition counts from there.
fn since_entry(condition: &Condition) -> Vec<Condition> {
    let mut found = Vec::new();
    atoms(condition, &mut |part| {
        if let ConditionKind::Event(test) = &part.kind
            && test.since == Since::Entry
            && test.sum.is_none()
        {
            found.push(atom(ConditionKind::Event(Box::new(EventTest {
                test: NumberTest::AtMost(0.into()),
                ..(**test).clone()
            }))));
        }
    });
    found
}

fn told<'a>(
    case: &CheckContext<'a>,
    rule: &Rule,
    visit: &Visit<'a>,
    when: &Condition,
    (holds, steps): (bool, &[Step]),
) -> Diagnostic {
    let (answer, help) = if holds {
        ("nobody", "ask for something else, or remove `then`")
    } else {
        (
            "everybody",
            "ask for something else, or take the steps out of the `if`",
        )
    };
    let message = format!(
        "{answer} who comes to this `if` meets its condition, so `{}` never runs",
        steps[0].name
    );
    let finding = rule
        .finding(when.span, message)
        .at(format!("{answer} meets it here"))
        .label(steps[0].span, "never runs");
    visit.known.because(case, when, finding).help(help)
}
