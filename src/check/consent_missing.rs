//! Mail that goes out on a channel for which nobody was asked; transactional mail needs no consent.

use super::no_address::sends;
use super::{CheckContext, Rule};
use crate::diagnostic::Diagnostic;
use crate::model::Channel;

pub(super) fn find(case: &CheckContext<'_>, rule: &Rule) -> Vec<Diagnostic> {
    let rules = Channel::ALL.into_iter().zip(&case.model.contacts.channels);
    rules
        .filter(|(_, rules)| rules.address.is_some() && rules.consent.is_none())
        .filter_map(|(channel, _)| {
            let send = sends(case.model, channel)
                .into_iter()
                .find(|send| !send.transactional)?;
            let word = channel.word();
            let message = format!(
                "`{}` goes out by {word} to contacts who never agreed: `{word}` has no \
                `consent`",
                send.id
            );
            let finding = rule.finding(send.span, message).at("asks for no consent");
            Some(finding.help(format!(
                "write `consent: {{ {word}: {{ field: …, is: true }} }}` in `contacts`, or \
                    `transactional: true` if it needs none"
            )))
        })
        .collect()
}
