//! Steps at which contacts wait, and which only their place in the list tells apart: insert one
//! before, and contacts are at another step.

use std::collections::BTreeMap;

use super::{CheckContext, Rule};
use crate::diagnostic::Diagnostic;
use crate::model::{Campaign, Step, StepKind};

pub(super) fn find(case: &CheckContext<'_>, rule: &Rule) -> Vec<Diagnostic> {
    let published = case
        .model
        .campaigns
        .values()
        .filter(|campaign| campaign.publish.published);
    published
        .flat_map(|campaign| in_campaign(campaign, rule))
        .collect()
}

fn in_campaign(campaign: &Campaign, rule: &Rule) -> Vec<Diagnostic> {
    let mut first: BTreeMap<&str, &Step> = BTreeMap::new();
    let mut found = Vec::new();
    campaign.each_step(|step| {
        if step.named || !holds(step) {
            return;
        }
        let Some((name, _)) = step.name.rsplit_once('#') else {
            first.insert(&step.name, step);
            return;
        };
        let Some(other) = first.get(name) else { return };
        let message = format!(
            "only their order tells `{name}` and `{}` of `{}` apart",
            step.name, campaign.id
        );
        found.push(
            rule.finding(step.span, message)
                .at("the same again")
                .label(other.span, "the first one")
                .help(
                    "give each an `id`, or contacts that wait here are at another step once one \
                    is inserted before",
                ),
        );
    });
    found
}

/// Whether contacts stay at a step.
fn holds(step: &Step) -> bool {
    matches!(
        step.kind,
        StepKind::Wait(_) | StepKind::WaitUntil { .. } | StepKind::Await(_) | StepKind::Fork(_)
    )
}
