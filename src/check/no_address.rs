//! A send on a channel for which `contacts` names no address: it reaches nobody, ever.

use super::{CheckContext, Rule};
use crate::diagnostic::Diagnostic;
use crate::graph::{atoms, conditions};
use crate::model::{Action, Channel, ConditionKind, ContentId, Model, StepKind};
use crate::source::Span;

pub(super) fn find(case: &CheckContext<'_>, rule: &Rule) -> Vec<Diagnostic> {
    let rules = Channel::ALL.into_iter().zip(&case.model.contacts.channels);
    let without = rules.filter(|(_, rules)| rules.address.is_none());
    without
        .filter_map(|(channel, _)| fault(case, rule, channel))
        .collect()
}

/// What goes wrong because nobody has an address on a channel.
fn fault(case: &CheckContext<'_>, rule: &Rule, channel: Channel) -> Option<Diagnostic> {
    let sends: Vec<_> = sends(case.model, channel)
        .into_iter()
        .filter(|send| send.only)
        .collect();
    let word = channel.word();
    let help =
        format!("write `addresses: {{ {word}: … }}` in `contacts`, with the field that holds it");
    let Some((first, more)) = sends.split_first() else {
        let message =
            format!("`reachable: {word}` never holds: no field holds the address for `{word}`");
        return Some(
            rule.finding(asked(case.model, channel)?, message)
                .at("nobody is reachable")
                .help(help),
        );
    };
    let finding = rule
        .finding(
            first.span,
            format!(
                "`{}` reaches nobody: no field holds the address for `{word}`",
                first.id
            ),
        )
        .at("is never sent");
    let finding = more.iter().take(3).fold(finding, |finding, send| {
        finding.label(send.span, "nor is this")
    });
    Some(finding.help(help))
}

/// The first place where a condition asks who is reachable on a channel.
fn asked(model: &Model, channel: Channel) -> Option<Span> {
    let mut found = None;
    for (_, condition) in conditions(model) {
        atoms(condition, &mut |atom| {
            if atom.kind == ConditionKind::Reachable(channel) {
                found = found.or(Some(atom.span));
            }
        });
    }
    found
}

/// A step or an experience that sends.
pub(super) struct Send<'a> {
    /// The content.
    pub(super) id: &'a str,
    pub(super) span: Span,
    pub(super) transactional: bool,
    /// Whether this is its best channel, and none of them has an address.
    only: bool,
}

/// What sends on a channel: experiences in the order of stages, then steps in the order of
/// campaigns and text.
pub(super) fn sends(model: &Model, channel: Channel) -> Vec<Send<'_>> {
    let goes_out = |content: ContentId| model.content[content].channels().contains(&channel);
    let addressed =
        |channel: &Channel| model.contacts.channels[*channel as usize].address.is_some();
    let only = |content: ContentId| {
        let channels = model.content[content].channels();
        channels.first() == Some(&channel) && !channels.iter().any(addressed)
    };
    let stages = model
        .funnels
        .values()
        .flat_map(|funnel| funnel.stages.values());
    let experiences = stages
        .flat_map(|stage| &stage.experiences)
        .filter(|it| goes_out(it.content));
    let mut found: Vec<_> = experiences
        .map(|experience| {
            let body = &model.content[experience.content];
            Send {
                id: &body.id,
                span: experience.content_span,
                transactional: body.rules.transactional,
                only: only(experience.content),
            }
        })
        .collect();
    for campaign in model.campaigns.values() {
        campaign.each_step(|step| {
            if let StepKind::Action(Action::Send { content, rules }) = step.kind {
                let body = &model.content[content];
                if goes_out(content) {
                    found.push(Send {
                        id: &body.id,
                        span: step.span,
                        transactional: rules.transactional,
                        only: only(content),
                    });
                }
            }
        });
    }
    found
}
