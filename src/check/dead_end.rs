//! A stage that contacts come to and never leave, and that does not say it is the end.

use super::reach::Reach;
use super::stage_set::StageSet;
use super::{CheckContext, Rule};
use crate::diagnostic::Diagnostic;
use crate::model::{Audience, Funnel, StageId};

pub(super) fn find(case: &CheckContext<'_>, rule: &Rule) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for ((_, funnel), reach) in case.model.funnels.iter().zip(&case.reach) {
        // No way leads from a stage to itself.
        let leading_on = reach
            .ways
            .iter()
            .fold(StageSet::default(), |sum, ways| sum.or(&ways.from.stages()));
        for (id, stage) in funnel
            .stages
            .iter()
            .filter(|(id, _)| !leading_on.contains(*id))
        {
            if is_dead_end(funnel, reach, id) {
                let message = format!("contacts in `{}` stay there for good", stage.id);
                let help = "write `final: true` if this is where the journey ends, else `converts` or \
                    a `move` that leads on";
                found.push(
                    rule.finding(stage.span, message)
                        .at("no way leads on")
                        .help(help),
                );
            }
        }
    }
    found
}

/// Of a stage from which no way leads. A funnel of one stage has nowhere to go, a stage that nobody
/// comes to keeps nobody, and with `on-audience-left` contacts leave from anywhere.
fn is_dead_end(funnel: &Funnel, reach: &Reach, id: StageId) -> bool {
    let stage = &funnel.stages[id];
    funnel.stages.len() > 1
        && reach.stages.contains(id)
        && !stage.is_final
        && stage.converts.is_empty()
        && !(funnel.drops && matches!(funnel.audience, Some(Audience::Of(_))))
}
