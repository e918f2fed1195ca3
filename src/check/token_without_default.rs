//! A token for a value that a contact may lack, with nothing to stand for it, so that the text has
//! a gap.

use std::collections::BTreeSet;

use super::{CheckContext, Rule};
use crate::diagnostic::Diagnostic;
use crate::model::template::{Part, Template, Token};
use crate::model::{Action, Call, Model, StepKind};

pub(super) fn find(case: &CheckContext<'_>, rule: &Rule) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for template in templates(case.model) {
        for part in &template.parts {
            if let Part::Value {
                token: Token::Field(field),
                default: None,
                span,
            } = part
            {
                let field = &case.model.contacts.fields[*field];
                if !field.required && field.default.is_none() {
                    let message = format!("contacts without `{}` get a gap in the text", field.id);
                    let finding = rule
                        .finding(*span, message)
                        .at("no default")
                        .label(field.span, "may be missing");
                    found
                        .push(finding.help(format!("write `{{{{ {} | default: … }}}}`", field.id)));
                }
            }
        }
    }
    found
}

/// All texts with tokens.
fn templates(model: &Model) -> Vec<&Template> {
    let mut found = Vec::new();
    // One text may be in many contents.
    let mut met = BTreeSet::new();
    for content in model.content.values() {
        let text = content.body.iter().map(|body| &*body.tokens);
        let text = text.filter(|text| met.insert(std::ptr::from_ref::<Template>(text)));
        found.extend(content.subject.iter().chain(text));
    }
    for campaign in model.campaigns.values() {
        campaign.each_step(|step| {
            if let StepKind::Action(Action::Call(Call::Notify { message, .. })) = &step.kind {
                found.push(message);
            }
        });
    }
    found
}
