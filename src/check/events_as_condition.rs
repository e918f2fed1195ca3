//! A way into a campaign that asks for any of some events, as a question that stays true once one
//! of them has happened; most often each occurrence was meant to let in.

use super::{CheckContext, Rule};
use crate::diagnostic::Diagnostic;
use crate::model::{Campaign, Condition, ConditionKind, Enter, NumberTest};

pub(super) fn find(case: &CheckContext<'_>, rule: &Rule) -> Vec<Diagnostic> {
    let campaigns = case
        .model
        .campaigns
        .values()
        .filter(|campaign| !campaign.broken);
    campaigns
        .flat_map(|campaign| {
            campaign
                .enter
                .iter()
                .filter_map(|way| of_way(rule, campaign, way))
        })
        .collect()
}

fn of_way(rule: &Rule, campaign: &Campaign, way: &Enter) -> Option<Diagnostic> {
    let Enter::Condition(condition) = way else {
        return None;
    };
    let ConditionKind::Any(parts) = &condition.kind else {
        return None;
    };
    if parts.len() < 2 || !parts.iter().all(is_bare_event) {
        return None;
    }
    let message = format!(
        "`{}` lets in once whoever has ever met one of these events, not at each occurrence",
        campaign.id
    );
    let help = "write the ways in as a list, without `any`: `enter: [{ event: … }, { event: … }]`";
    Some(
        rule.finding(condition.span, message)
            .at("asked as a condition")
            .help(help),
    )
}

/// Whether it only asks that the event has happened at all.
fn is_bare_event(condition: &Condition) -> bool {
    let ConditionKind::Event(test) = &condition.kind else {
        return false;
    };
    let once =
        matches!(test.test, NumberTest::AtLeast(least) if least == rust_decimal::Decimal::ONE);
    once && test.sum.is_none() && test.within.is_none()
}
