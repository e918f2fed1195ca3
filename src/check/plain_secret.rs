//! A secret that stands in the project, where everybody who reads it can read it too.

use super::{CheckContext, Rule};
use crate::diagnostic::Diagnostic;
use crate::model::destination::{Destination, Setting};
use crate::screen::password;

pub(super) fn find(case: &CheckContext<'_>, rule: &Rule) -> Vec<Diagnostic> {
    let destinations = case
        .model
        .destinations
        .values()
        .flat_map(|it| of_destination(it, rule));
    let content = case.model.content.values().filter(|it| {
        it.url
            .as_deref()
            .is_some_and(|url| password(url, 0).is_some())
    });
    let content = content.map(|it| {
        let message = format!("the url of `{}` has a password for all to read", it.id);
        rule.finding(it.span, message)
            .at("has a password in its url")
            .help("take it out: whoever is sent there would have it too")
    });
    destinations.chain(content).collect()
}

fn of_destination(destination: &Destination, rule: &Rule) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    if matches!(destination.secret, Some(Setting::Text(_))) {
        let message = format!(
            "the secret of `{}` stands in the project for all to read",
            destination.id
        );
        found.push(
            rule.finding(destination.span, message)
                .at("has a plain secret")
                .help(
                    "write `secret: { env: NAME }` and set the variable where the actions are \
                    delivered",
                ),
        );
    }
    if matches!(&destination.url, Some(Setting::Text(url)) if password(url, 0).is_some()) {
        let message = format!(
            "the url of `{}` has a password for all to read",
            destination.id
        );
        found.push(
            rule.finding(destination.span, message)
                .at("has a password in its url")
                .help(
                    "write `url: { env: NAME }` and set the variable where the actions are \
                    delivered",
                ),
        );
    }
    found
}
