//! A line of `converts` or `place` behind others of which everybody meets one who meets it: the
//! first that holds counts, so nobody is ever moved by this one.

use super::shadowed_experience::covering;
use super::{CheckContext, Rule};
use crate::diagnostic::Diagnostic;
use crate::model::Condition;
use crate::source::Span;

pub(super) fn find(case: &CheckContext<'_>, rule: &Rule) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for funnel in case.model.funnels.values() {
        let place = funnel.place.iter().map(|line| (&line.when, line.span));
        in_list(case, rule, &place.collect::<Vec<_>>(), &mut found);
        for stage in funnel.stages.values() {
            let converts = stage.converts.iter().map(|line| (&line.when, line.span));
            in_list(case, rule, &converts.collect::<Vec<_>>(), &mut found);
        }
    }
    found
}

fn in_list(
    case: &CheckContext<'_>,
    rule: &Rule,
    lines: &[(&Condition, Span)],
    found: &mut Vec<Diagnostic>,
) {
    let conditions: Vec<&Condition> = lines.iter().map(|(when, _)| *when).collect();
    for (at, (when, span)) in lines.iter().enumerate().skip(1) {
        let Some(others) = covering(case, &conditions[..at], Some(when)) else {
            continue;
        };
        let message = "this line never counts: who meets it meets one that stands before it";
        let finding = rule.finding(*span, message).at("never counts");
        let others = others.into_iter().take(3);
        let finding = others.fold(finding, |finding, other| {
            finding.label(other.span, "counts before it")
        });
        found.push(finding.help("let the line that asks for more stand before the other"));
    }
}
