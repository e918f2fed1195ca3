//! A campaign without `enter` that no step enrolls anybody in: nobody is ever in it.

use std::collections::BTreeSet;

use super::{CheckContext, Rule};
use crate::diagnostic::Diagnostic;
use crate::model::{Action, StepKind};

pub(super) fn find(case: &CheckContext<'_>, rule: &Rule) -> Vec<Diagnostic> {
    let campaigns = &case.model.campaigns;
    let mut enrolled = BTreeSet::new();
    for (id, campaign) in campaigns.iter() {
        campaign.each_step(|step| {
            if let StepKind::Action(Action::Enroll(other)) = step.kind
                && other != id
            {
                enrolled.insert(other);
            }
        });
    }
    let closed = campaigns.iter().filter(|(id, campaign)| {
        let has_way = !campaign.enter.is_empty() || campaign.trigger.is_some();
        !has_way && !campaign.broken && !enrolled.contains(id)
    });
    closed
        .map(|(_, campaign)| {
            let id = &campaign.id;
            let message =
                format!("nobody comes into `{id}`: it has no `enter`, and no step enrolls in it");
            rule.finding(campaign.span, message)
                .at("nobody comes in")
                .help(format!(
                    "write `enter: …` in it, `- enroll: {id}` in another campaign, or remove it"
                ))
        })
        .collect()
}
