//! A condition, or a part of one, that never holds, whatever is true of a contact.

use super::{CheckContext, Rule};
use crate::diagnostic::Diagnostic;

/// How many places are shown: two that contradict each other, each with what it asks elsewhere.
const MOST: usize = 4;

pub(super) fn find(case: &CheckContext<'_>, rule: &Rule) -> Vec<Diagnostic> {
    let never = case.verdicts.iter().filter(|verdict| !verdict.holds);
    never
        .map(|verdict| {
            let message = match &verdict.about {
                Some(about) => {
                    format!("this can never hold: nothing that {about} can be fits it")
                }
                None => "this can never hold: no contact meets it, whoever that is".to_owned(),
            };
            let help = "change a comparison in it, or remove what depends on it";
            let finding = rule
                .finding(verdict.condition.span, message)
                .at("never holds")
                .help(help);
            let others = verdict
                .against
                .iter()
                .filter(|span| **span != verdict.condition.span);
            others.take(MOST).fold(finding, |finding, span| {
                finding.label(*span, "contradicts the other")
            })
        })
        .collect()
}
