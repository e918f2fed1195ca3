//! A send on a channel for which `contacts` names no address: it reaches nobody, ever.

use super::{Case, Rule};
use crate::diagnostic::Diagnostic;
use crate::model::{Channel, Model, StepKind};
use crate::source::Span;

pub(super) fn find(case: &Case<'_>, rule: &Rule) -> Vec<Diagnostic> {
    let rules = Channel::ALL.into_iter().zip(&case.model.contacts.channels);
    rules
        .filter(|(_, rules)| rules.address.is_none())
        .filter_map(|(channel, _)| {
            let sends = sends(case.model, channel);
            let (first, more) = sends.split_first()?;
            let word = channel.word();
            let finding = rule
                .finding(first.span, format!("`{}` reaches nobody: no field holds the address for `{word}`", first.id))
                .at("is never sent");
            let finding = more.iter().take(3).fold(finding, |finding, send| finding.label(send.span, "nor is this"));
            Some(
                finding.help(format!("write `addresses: {{ {word}: … }}` in `contacts`, with the field that holds it")),
            )
        })
        .collect()
}

/// A step that sends.
pub(super) struct Send<'a> {
    /// The content.
    pub(super) id: &'a str,
    pub(super) span: Span,
    pub(super) transactional: bool,
}

/// The steps that send on a channel, in the order of campaigns and text.
pub(super) fn sends(model: &Model, channel: Channel) -> Vec<Send<'_>> {
    let mut found = Vec::new();
    for campaign in model.campaigns.values() {
        campaign.each_step(|step| {
            if let StepKind::Send { content, rules } = step.kind {
                let body = &model.content[content];
                if body.kind.and_then(crate::model::ContentKind::channel) == Some(channel) {
                    found.push(Send { id: &body.id, span: step.span, transactional: rules.transactional });
                }
            }
        });
    }
    found
}
