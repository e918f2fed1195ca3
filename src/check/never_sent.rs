//! A message that goes out to nobody who comes to it: what let them in or a step before it says
//! that they have no address, have not consented, or have been unsubscribed; and a campaign of
//! which nothing that it sends is published.

use super::follow::Visit;
use super::laws::{asks, atom};
use super::together::From;
use super::{CheckContext, Rule};
use crate::diagnostic::Diagnostic;
use crate::model::{
    Action, Campaign, Channel, Condition, ConditionKind, Content, FieldId, FieldTest, Model,
    SendRules, StepKind, Subject,
};

pub(super) fn find(case: &CheckContext<'_>, rule: &Rule) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (id, campaign) in case.model.campaigns.iter() {
        found.extend(only_unpublished(case.model, rule, campaign));
        for visit in &case.followed[id].visits {
            let StepKind::Action(Action::Send { content, rules }) = &visit.step.kind else {
                continue;
            };
            let content = &case.model.content[*content];
            let channels = content.channels();
            let is_closed = |channel: &Channel| reaches_nobody(case, visit, *channel, *rules);
            if !channels.is_empty() && channels.iter().all(is_closed) {
                found.push(told(case, rule, visit, &content.id, &channels));
            }
        }
    }
    found
}

/// A campaign that is published, and none of what it sends is.
fn only_unpublished(model: &Model, rule: &Rule, campaign: &Campaign) -> Option<Diagnostic> {
    let mut sends = Vec::new();
    campaign.each_step(|step| {
        if let StepKind::Action(Action::Send { content, .. }) = step.kind {
            sends.push((step, &model.content[content]));
        }
    });
    let is_closed = |content: &Content| !content.publish.published;
    let (step, content) = sends.first().copied()?;
    let none = campaign.publish.published && sends.iter().all(|(_, content)| is_closed(content));
    none.then(|| {
        let message = format!(
            "`{}` sends nothing: `{}` is not published",
            campaign.id, content.id
        );
        rule.finding(step.span, message)
            .at("is never sent")
            .label(content.span, "`published: false`")
            .help(format!(
                "take `published: false` away from `{}`, or write it in `{}` too",
                content.id, campaign.id
            ))
    })
}

/// Whether nobody who comes here is reached on the channel, and somebody elsewhere is.
fn reaches_nobody<'a>(
    case: &CheckContext<'a>,
    visit: &Visit<'a>,
    channel: Channel,
    rules: SendRules,
) -> bool {
    let Some(address) = case.model.contacts.channels[channel as usize].address else {
        return false;
    };
    let asked = what_it_takes(channel, address, rules);
    visit.known.never(case, &[(&asked, true)])
        && !case
            .together
            .borrow_mut()
            .never(&[(&asked, true)], From::Campaign)
}

/// What is asked before such a message goes out.
fn what_it_takes(channel: Channel, address: FieldId, rules: SendRules) -> Condition {
    if rules.transactional {
        asks(Subject::Field(address), FieldTest::Exists(true))
    } else {
        atom(ConditionKind::Reachable(channel))
    }
}

fn told<'a>(
    case: &CheckContext<'a>,
    rule: &Rule,
    visit: &Visit<'a>,
    content: &str,
    channels: &[Channel],
) -> Diagnostic {
    let words: Vec<_> = channels
        .iter()
        .map(|channel| format!("`{}`", channel.word()))
        .collect();
    let message = format!(
        "`{content}` goes out to nobody: no contact that comes to this step can be reached by {}",
        words.join(" or ")
    );
    let finding = rule.finding(visit.step.span, message).at("is never sent");
    let reachable = atom(ConditionKind::Reachable(channels[0]));
    visit
        .known
        .because(case, &reachable, finding)
        .help("send it before, let in those who can be reached, or remove the step")
}
