//! A declared tag that no condition asks and no step gives or takes.

use std::collections::BTreeSet;

use super::{CheckContext, Rule};
use crate::diagnostic::Diagnostic;
use crate::graph::{atoms, conditions};
use crate::model::{Action, ConditionKind, Model, StepKind, TagId};

pub(super) fn find(case: &CheckContext<'_>, rule: &Rule) -> Vec<Diagnostic> {
    let used = used(case.model);
    let tags = case
        .model
        .contacts
        .tags
        .names
        .iter()
        .filter(|(id, _)| !used.contains(id));
    tags.map(|(_, tag)| {
        let message = format!(
            "nothing asks for tag `{}`, and no step adds or removes it",
            tag.id
        );
        rule.finding(tag.span, message)
            .at("is never used")
            .help("use it, or remove it from `values`")
    })
    .collect()
}

fn used(model: &Model) -> BTreeSet<TagId> {
    let mut used = BTreeSet::new();
    for (_, condition) in conditions(model) {
        atoms(condition, &mut |atom| {
            if let ConditionKind::Tag(tag) = atom.kind {
                used.insert(tag);
            }
        });
    }
    for campaign in model.campaigns.values() {
        campaign.each_step(|step| {
            if let StepKind::Action(Action::AddTag(tag) | Action::RemoveTag(tag)) = step.kind {
                used.insert(tag);
            }
        });
    }
    used
}
