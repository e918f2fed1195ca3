//! A comparison, or a list under `any`, that holds for everybody, whatever is true of a contact.

use super::{CheckContext, Rule};
use crate::diagnostic::Diagnostic;
use crate::model::{Condition, ConditionKind, FieldTest};

pub(super) fn find(case: &CheckContext<'_>, rule: &Rule) -> Vec<Diagnostic> {
    let always = case
        .verdicts
        .iter()
        .filter(|verdict| verdict.holds && !is_meant(verdict.condition));
    always
        .map(|verdict| {
            let message = match &verdict.about {
                Some(about) => format!("this always holds: whatever {about} is, it fits"),
                None => "this always holds: every contact meets it, whoever that is".to_owned(),
            };
            let help = "change a comparison in it, or remove the question";
            rule.finding(verdict.condition.span, message)
                .at("always holds")
                .help(help)
        })
        .collect()
}

/// Who asks for a value or none asks for everybody on purpose.
fn is_meant(condition: &Condition) -> bool {
    let ConditionKind::Any(parts) = &condition.kind else {
        return false;
    };
    parts.iter().any(|part| {
        matches!(
            part.kind,
            ConditionKind::Field {
                test: FieldTest::Exists(_),
                ..
            }
        )
    })
}
