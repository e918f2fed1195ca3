//! A message that everybody who comes to it has had already: its step is passed over.

use std::collections::BTreeMap;

use super::overlap::pairs;
use super::{CheckContext, Rule};
use crate::diagnostic::Diagnostic;
use crate::model::{Action, ContentId, Model, Once, Step, StepKind};

pub(super) fn find(case: &CheckContext<'_>, rule: &Rule) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for campaign in case.model.campaigns.values() {
        list(
            case.model,
            rule,
            &campaign.steps,
            BTreeMap::new(),
            &mut found,
        );
    }
    for pair in pairs(case).into_iter().filter(|pair| pair.is_once_ever) {
        let content = &case.model.content[pair.content].id;
        let message = format!(
            "`{content}` goes out once ever, and `{}` sends it to the same contacts",
            pair.campaigns[0].id
        );
        found.push(
            rule.finding(pair.steps[1].span, message)
                .at("nobody gets it twice")
                .label(pair.steps[0].span, "sends it too")
                .help("send it in one of them, or let them send different messages"),
        );
    }
    found
}

/// Goes through a list; `sent` is what went out on the way to it.
fn list<'a>(
    model: &Model,
    rule: &Rule,
    steps: &'a [Step],
    mut sent: BTreeMap<ContentId, &'a Step>,
    found: &mut Vec<Diagnostic>,
) {
    for step in steps {
        for branch in step.branches() {
            list(model, rule, branch.steps, sent.clone(), found);
        }
        let StepKind::Action(Action::Send { content, rules }) = &step.kind else {
            continue;
        };
        let again = match rules.once {
            Once::Entry => "once in an entry",
            Once::Ever => "once ever",
            Once::After(_) => continue,
        };
        let Some(earlier) = sent.get(content) else {
            sent.insert(*content, step);
            continue;
        };
        let message = format!(
            "`{}` goes out {again}, and everybody here has had it",
            model.content[*content].id
        );
        found.push(
            rule.finding(step.span, message)
                .at("is passed over")
                .label(earlier.span, "sends it before")
                .help("send another message, or say `once: { after: 7 days }` at both steps"),
        );
    }
}
