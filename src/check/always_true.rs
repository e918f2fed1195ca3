//! A comparison that always holds, whatever is true of a contact; of several under `any` nothing is
//! said, for together they may well be meant to.

use super::{CheckContext, Rule};
use crate::diagnostic::Diagnostic;

pub(super) fn find(case: &CheckContext<'_>, rule: &Rule) -> Vec<Diagnostic> {
    let always = case
        .verdicts
        .iter()
        .filter(|verdict| verdict.holds && verdict.condition.is_atom());
    always
        .map(|verdict| {
            let message = format!("this always holds: whatever {} is, it fits", verdict.about);
            let help = "change a comparison in it, or remove the question";
            rule.finding(verdict.condition.span, message)
                .at("always holds")
                .help(help)
        })
        .collect()
}
