//! A declared event that nothing counts, waits for or starts from, and that changes nothing.

use std::collections::BTreeSet;

use super::{CheckContext, Rule};
use crate::diagnostic::Diagnostic;
use crate::graph::patterns;
use crate::model::{EventId, Model};

pub(super) fn find(case: &CheckContext<'_>, rule: &Rule) -> Vec<Diagnostic> {
    let used = used(case.model);
    let events = case.model.events.iter();
    let idle = events
        .filter(|(id, event)| event.declared && event.updates.is_empty() && !used.contains(id));
    idle.map(|(_, event)| {
        let message = format!(
            "nothing asks for the event `{}`, and it changes nothing",
            event.id
        );
        let help = format!(
            "ask for it (`{{ event: {} }}`), let it change a field (`updates`), or remove it",
            event.id
        );
        rule.finding(event.span, message)
            .at("is never used")
            .help(help)
    })
    .collect()
}

fn used(model: &Model) -> BTreeSet<EventId> {
    patterns(model)
        .into_iter()
        .map(|pattern| pattern.event)
        .collect()
}
