//! A conversion to the next heavier stage on a stage that is the heaviest.

use super::weights::{are_known, word};
use super::{CheckContext, Rule};
use crate::diagnostic::Diagnostic;
use crate::model::Target;

pub(super) fn find(case: &CheckContext<'_>, rule: &Rule) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for funnel in case
        .model
        .funnels
        .values()
        .filter(|funnel| are_known(funnel))
    {
        let heaviest = funnel
            .stages
            .values()
            .filter_map(|stage| stage.weight)
            .max();
        for stage in funnel
            .stages
            .values()
            .filter(|stage| stage.weight == heaviest)
        {
            let to_next = stage
                .converts
                .iter()
                .filter(|conversion| conversion.to == Target::Next);
            found.extend(to_next.map(|conversion| {
                let message = format!(
                    "`{}` converts to the next heavier stage, but none is heavier",
                    stage.id
                );
                rule.finding(conversion.span, message)
                    .at("leads nowhere")
                    .label(stage.weight_span, format!("{}, the heaviest", word(stage)))
                    .help("name the target: `converts: [{ when: …, to: … }]`, or remove `converts`")
            }));
        }
    }
    found
}
