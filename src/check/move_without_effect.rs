//! A move to the stage in which the contact is already: it does nothing, and nothing is written
//! about it.

use super::positions::Positions;
use super::{CheckContext, Rule};
use crate::diagnostic::Diagnostic;
use crate::model::Target;

pub(super) fn find(case: &CheckContext<'_>, rule: &Rule) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for funnel in case.model.funnels.values() {
        for (id, stage) in funnel.stages.iter() {
            let to_itself = stage
                .converts
                .iter()
                .filter(|conversion| conversion.to == Target::Stage(id));
            found.extend(to_itself.map(|conversion| {
                let message = format!("`{}` converts to itself, which does nothing", stage.id);
                rule.finding(conversion.span, message)
                    .at("the same stage")
                    .help("name another stage, or remove it")
            }));
        }
    }
    for site in &case.sites {
        let there_already = site
            .to
            .filter(|to| site.here.expected == Positions::only(*to));
        found.extend(there_already.map(|to| {
            let funnel = &case.model.funnels[site.funnel];
            let message = format!(
                "contacts are in `{}/{}` already when they come to this move",
                funnel.id, funnel.stages[to].id
            );
            rule.finding(site.step.span, message)
                .at("does nothing")
                .help("remove the step")
        }));
    }
    found
}
