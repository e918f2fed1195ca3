//! A moment that must be one minute of one day: hardly a contact has it.

use super::{CheckContext, Rule};
use crate::diagnostic::Diagnostic;
use crate::graph::{atoms, conditions};
use crate::model::{ConditionKind, DateTest, FieldTest, Moment, When};

pub(super) fn find(case: &CheckContext<'_>, rule: &Rule) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (_, root) in conditions(case.model) {
        atoms(root, &mut |atom| {
            let ConditionKind::Field {
                test: FieldTest::Date(DateTest::In { values, .. }),
                ..
            } = &atom.kind
            else {
                return;
            };
            let exact = values.iter().find_map(|value| {
                if let When::At(Moment::Time(time)) = value {
                    Some(time)
                } else {
                    None
                }
            });
            if let Some(time) = exact {
                let message = format!("this asks for exactly {time}, to the second");
                found.push(
                    rule.finding(atom.span, message)
                        .at("hardly anybody has this value")
                        .help(format!(
                            "ask for the day (`is: {}`), or for a span (`between: [ …, … ]`)",
                            time.date()
                        )),
                );
            }
        });
    }
    found
}
