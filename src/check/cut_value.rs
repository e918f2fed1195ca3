//! A step that sets a field beyond its limits: the value is cut, and the contact gets another one.

use super::partition::number;
use super::{CheckContext, Rule};
use crate::diagnostic::Diagnostic;
use crate::model::{Action, NewValue, StepKind};

pub(super) fn find(case: &CheckContext<'_>, rule: &Rule) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for campaign in case.model.campaigns.values() {
        campaign.each_step(|step| {
            let StepKind::Action(Action::Set {
                field,
                to: NewValue::Value(value),
            }) = &step.kind
            else {
                return;
            };
            let field = &case.model.contacts.fields[*field];
            let Some(value) = number(value) else { return };
            let limit = |bound: &Option<_>| bound.as_ref().and_then(number);
            let (least, most) = (limit(&field.min), limit(&field.max));
            let cut = least
                .filter(|least| value < *least)
                .map(|least| ("min", least))
                .or(most.filter(|most| value > *most).map(|most| ("max", most)));
            found.extend(cut.map(|(word, limit)| {
                let message = format!(
                    "`{}` becomes {limit} and not {value}: its `{word}` is {limit}",
                    field.id
                );
                rule.finding(step.span, message)
                    .at("is cut")
                    .label(field.span, format!("{word} {limit}"))
                    .help(format!("write `to: {limit}`, or another `{word}`"))
            }));
        });
    }
    found
}
