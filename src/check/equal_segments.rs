//! Two segments to which the same contacts belong, whoever they are.

use std::collections::BTreeMap;

use super::{CheckContext, Rule};
use crate::diagnostic::Diagnostic;
use crate::model::{Meaning, Meanings, Segment};

pub(super) fn find(case: &CheckContext<'_>, rule: &Rule) -> Vec<Diagnostic> {
    let mut meanings = Meanings::of(case.model);
    let mut first: BTreeMap<Meaning, &Segment> = BTreeMap::new();
    let mut found = Vec::new();
    for segment in case.model.segments.values() {
        if segment.is_listed() {
            continue;
        }
        let meaning = meanings.condition(&segment.condition);
        let Some(other) = first.get(&meaning) else {
            first.insert(meaning, segment);
            continue;
        };
        let (one, another) = if other.span < segment.span {
            (*other, segment)
        } else {
            (segment, *other)
        };
        let message = format!("`{}` means the same as `{}`", another.id, one.id);
        found.push(
            rule.finding(another.span, message)
                .at("the same contacts")
                .label(one.span, "as here")
                .help(format!(
                    "ask for `{}` in both places, or write what tells them apart",
                    one.id
                )),
        );
    }
    found
}
