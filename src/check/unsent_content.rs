//! Goals, waits and points for what happens to a message that nothing sends. Conditions may ask
//! about messages that another system has sent, so nothing is said of them.

use super::unused_content::is_sent;
use super::{CheckContext, Rule};
use crate::diagnostic::Diagnostic;
use crate::graph::atoms;
use crate::model::{ConditionKind, ContentKind, EventPattern, StepKind};

pub(super) fn find(case: &CheckContext<'_>, rule: &Rule) -> Vec<Diagnostic> {
    let mut asked: Vec<(&EventPattern, &str)> = Vec::new();
    for campaign in case.model.campaigns.values() {
        if let Some(goal) = &campaign.goal {
            atoms(goal, &mut |atom| {
                if let ConditionKind::Event(test) = &atom.kind {
                    asked.push((&test.pattern, "the goal waits"));
                }
            });
        }
        campaign.each_step(|step| {
            if let StepKind::Await(awaited) = &step.kind {
                let ways = awaited.ways.iter();
                asked.extend(ways.map(|way| (&way.pattern, "this step waits")));
            }
        });
    }
    let rules = case.model.points.rules.values();
    let each = rules.filter_map(|rule| rule.each.as_ref());
    asked.extend(each.map(|pattern| (pattern, "this rule waits")));
    asked
        .into_iter()
        .filter_map(|(pattern, who)| told(case, rule, pattern, who))
        .collect()
}

fn told(
    case: &CheckContext<'_>,
    rule: &Rule,
    pattern: &EventPattern,
    who: &str,
) -> Option<Diagnostic> {
    let id = pattern.of?;
    let content = &case.model.content[id];
    let is_message = content.kind.is_some_and(ContentKind::can_be_sent);
    if !is_message || is_sent(case, id) {
        return None;
    }
    let event = &case.model.events[pattern.event].id;
    let message = format!(
        "{who} for `{event}` of `{}`, which no campaign sends and no stage shows",
        content.id
    );
    Some(
        rule.finding(pattern.span, message)
            .at("nothing sends it")
            .label(content.span, "declared here")
            .help(format!(
                "send it before (`- send: {}`), or ask for a content that is sent",
                content.id
            )),
    )
}
