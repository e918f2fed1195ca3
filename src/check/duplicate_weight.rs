//! Two stages of a funnel with the same weight: contacts move between them both ways, which is
//! rarely meant.

use std::collections::BTreeSet;

use super::weights::{sharing, word};
use super::{CheckContext, Rule, ambiguous_entry, ambiguous_next};
use crate::diagnostic::Diagnostic;
use crate::graph::Ladder;
use crate::model::{Funnel, Target};

pub(super) fn find(case: &CheckContext<'_>, rule: &Rule) -> Vec<Diagnostic> {
    case.model
        .funnels
        .values()
        .flat_map(|funnel| of_funnel(rule, funnel))
        .collect()
}

/// Those that make an entry or a conversion ambiguous have an error already.
fn of_funnel(rule: &Rule, funnel: &Funnel) -> Vec<Diagnostic> {
    let to_next = |id| {
        funnel.stages[id]
            .converts
            .iter()
            .any(|conversion| conversion.to == Target::Next)
    };
    let converted = funnel.stages.ids().filter(|id| to_next(*id));
    let ladder = Ladder::of(funnel);
    let unclear = converted.filter_map(|id| ambiguous_next::ambiguous(funnel, &ladder, id));
    let mut ambiguous: BTreeSet<_> = unclear.flatten().collect();
    ambiguous.extend(ambiguous_entry::ambiguous(funnel).into_iter().flatten());
    let mut found = Vec::new();
    for group in sharing(funnel)
        .into_iter()
        .filter(|group| !ambiguous.contains(&group[0]))
    {
        let first = &funnel.stages[group[0]];
        for stage in group[1..].iter().map(|id| &funnel.stages[*id]) {
            let why = if stage.is_final && first.is_final {
                "so neither is further along"
            } else {
                "so contacts can move between them both ways"
            };
            let message = format!("`{}` weighs as much as `{}`, {why}", stage.id, first.id);
            let finding = rule
                .finding(stage.weight_span, message)
                .at(word(stage))
                .label(first.weight_span, word(first));
            found.push(finding.help(format!("give `{}` a weight of its own", stage.id)));
        }
    }
    found
}
