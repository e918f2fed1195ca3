//! `reenter` in a campaign whose conditions never become false again: nobody comes in twice.

use std::collections::BTreeSet;

use super::{CheckContext, Rule};
use crate::diagnostic::Diagnostic;
use crate::model::{
    Condition, ConditionKind, Enter, EventTest, Model, NumberTest, SegmentId, Since,
};

pub(super) fn find(case: &CheckContext<'_>, rule: &Rule) -> Vec<Diagnostic> {
    let campaigns = case.model.campaigns.values();
    let mut found = Vec::new();
    for campaign in campaigns.filter(|it| it.reenter.is_some() && !it.broken) {
        let for_ever = |way: &Enter| match way {
            Enter::Condition(condition) => stays_true(case.model, condition, &mut BTreeSet::new()),
            Enter::Entered { .. } | Enter::Event(_) => false,
        };
        let Some(first) = campaign.conditions().next() else {
            continue;
        };
        if campaign.enter.iter().all(for_ever) {
            let message = format!(
                "`reenter` lets nobody into `{}` again: what lets people in stays true for ever",
                campaign.id
            );
            found.push(
                rule.finding(first.span, message)
                    .at("never ends again")
                    .help(
                        "let an event let people in (`enter: { event: … }`, not in `all`), count it \
                            `within` some days, or remove `reenter`",
                    ),
            );
        }
    }
    found
}

/// Whether what is true once is true ever after, as far as that is sure. `seen` has the segments
/// that were looked into, each once.
fn stays_true(model: &Model, condition: &Condition, seen: &mut BTreeSet<SegmentId>) -> bool {
    match &condition.kind {
        ConditionKind::All(parts) | ConditionKind::Any(parts) => {
            parts.iter().all(|part| stays_true(model, part, seen))
        }
        ConditionKind::Event(test) => only_grows(test),
        ConditionKind::Campaign { state, .. } => state.is_none(),
        ConditionKind::Segment(segment) => {
            let body = &model.segments[*segment];
            !body.is_listed() && seen.insert(*segment) && stays_true(model, &body.condition, seen)
        }
        ConditionKind::Not(_) | ConditionKind::Field { .. } | ConditionKind::Tag(_) => false,
        ConditionKind::Stage { .. } | ConditionKind::Reached(_) => false,
        ConditionKind::InFunnel(_) | ConditionKind::Reachable(_) => false,
        ConditionKind::Broken => false,
    }
}

/// Whether it asks for a number of occurrences, ever, that is large enough.
fn only_grows(test: &EventTest) -> bool {
    let grows = match test.test {
        NumberTest::AtLeast(_) | NumberTest::MoreThan(_) => true,
        NumberTest::In { .. }
        | NumberTest::AtMost(_)
        | NumberTest::LessThan(_)
        | NumberTest::Between(..) => false,
    };
    grows
        && test.sum.is_none()
        && test.within.is_none()
        && test.since == Since::Ever
        && !asks_for_time(test)
}

/// Whether what is asked of an occurrence may change with time.
fn asks_for_time(test: &EventTest) -> bool {
    let mut found = false;
    if let Some(inner) = &test.pattern.where_ {
        crate::graph::atoms(inner, &mut |atom| {
            found |= matches!(
                atom.kind,
                ConditionKind::Field {
                    test: crate::model::FieldTest::Date(_),
                    ..
                }
            );
        });
    }
    found
}
