//! Two campaigns that the same thing lets in, and that send the same message.

use std::collections::{BTreeMap, BTreeSet};

use super::{CheckContext, Rule};
use crate::diagnostic::Diagnostic;
use crate::model::{Action, Campaign, ContentId, Enter, Meaning, Meanings, Once, Step, StepKind};
use crate::source::Span;

pub(super) fn find(case: &CheckContext<'_>, rule: &Rule) -> Vec<Diagnostic> {
    pairs(case)
        .into_iter()
        .filter(|pair| !pair.is_once_ever)
        .map(|pair| {
            let content = &case.model.content[pair.content].id;
            let message = format!(
                "`{}` and `{}` let in the same contacts, and both send them `{content}`",
                pair.campaigns[0].id, pair.campaigns[1].id
            );
            rule.finding(pair.doors[1], message)
                .at("lets in the same contacts")
                .label(pair.doors[0], "as this")
                .label(pair.steps[0].span, "sends it")
                .label(pair.steps[1].span, "and again")
                .help("send it in one of them, or let others in")
        })
        .collect()
}

/// Two campaigns with the same way in that send one message.
pub(super) struct Pair<'a> {
    pub(super) campaigns: [&'a Campaign; 2],
    pub(super) doors: [Span; 2],
    pub(super) content: ContentId,
    pub(super) steps: [&'a Step; 2],
    /// Whether nobody gets the message twice.
    pub(super) is_once_ever: bool,
}

/// Each campaign with the first one before it, for each message; only what a way in says counts,
/// not what `exit-when` and priorities make of it.
pub(super) fn pairs<'a>(case: &CheckContext<'a>) -> Vec<Pair<'a>> {
    let mut meanings = Meanings::of(case.model);
    let mut first: BTreeMap<(Meaning, ContentId), (&Campaign, Span, &Step)> = BTreeMap::new();
    let mut found = Vec::new();
    for campaign in case.model.campaigns.values() {
        if campaign.broken || !campaign.publish.published {
            continue;
        }
        let mut told = BTreeSet::new();
        for way in &campaign.enter {
            let (meaning, door) = (meanings.enter(way), span(way));
            for (content, step, once) in sends(campaign) {
                let Some((other, other_door, other_step)) = first
                    .get(&(meaning, content))
                    .filter(|it| it.0.id != campaign.id)
                else {
                    first
                        .entry((meaning, content))
                        .or_insert((campaign, door, step));
                    continue;
                };
                if told.insert(content) {
                    found.push(Pair {
                        campaigns: [other, campaign],
                        doors: [*other_door, door],
                        content,
                        steps: [other_step, step],
                        is_once_ever: once == Once::Ever,
                    });
                }
            }
        }
    }
    found
}

fn sends(campaign: &Campaign) -> Vec<(ContentId, &Step, Once)> {
    let mut found = Vec::new();
    campaign.each_step(|step| {
        if let StepKind::Action(Action::Send { content, rules }) = &step.kind {
            found.push((*content, step, rules.once));
        }
    });
    found
}

fn span(way: &Enter) -> Span {
    match way {
        Enter::Condition(condition) => condition.span,
        Enter::Entered { span, .. } => *span,
        Enter::Event(pattern) => pattern.span,
    }
}
