//! A secret that stands in the project, where everybody who reads it can read it too.

use super::{Case, Rule};
use crate::diagnostic::Diagnostic;
use crate::model::destination::Setting;

pub(super) fn find(case: &Case<'_>, rule: &Rule) -> Vec<Diagnostic> {
    let plain = case.model.destinations.values().filter(|it| matches!(it.secret, Some(Setting::Text(_))));
    plain
        .map(|destination| {
            let message = format!("the secret of `{}` stands in the project for all to read", destination.id);
            rule.finding(destination.span, message)
                .at("has a plain secret")
                .help("write `secret: { env: NAME }` and set the variable where the actions are delivered")
        })
        .collect()
}
