//! How steps are named in the outputs: docs/outputs.md, "actions.csv".
//!
//! Invariant: within a campaign no two steps have the same name.

use jiff::Span;
use serde_yaml::Value;

use super::clock::duration;
use super::project::{get, text, word};
use super::steps::verb_of;

/// The names of the steps of one list: the id, or what it does and its ordinal among equals in the list.
pub(super) fn name_all(steps: &[&Value], prefix: &str) -> Vec<String> {
    let mut before: Vec<String> = Vec::new();
    let mut names = Vec::new();
    for step in steps {
        if let Some(id) = text(step, "id") {
            names.push(id);
            continue;
        }
        let what = what_it_does(step);
        before.push(what.clone());
        let ordinal = before.iter().filter(|other| **other == what).count();
        let suffix = if ordinal == 1 { String::new() } else { format!("#{ordinal}") };
        names.push(format!("{prefix}{what}{suffix}"));
    }
    names
}

fn what_it_does(step: &Value) -> String {
    let (verb, about) = verb_of(step);
    match verb {
        "if" => "if".into(),
        "wait" => format!("wait:{}", spelt(duration(&word(about)))),
        "wait-until" => match get(about, "field") {
            Some(field) => format!("wait-until:{}", word(field)),
            None => format!("wait-until:{}", word(about)),
        },
        verb => format!("{verb}:{}", word(about)),
    }
}

/// Durations are spelt out: `2 hours`, `1 day`; a mixed one in ISO 8601.
fn spelt(span: Span) -> String {
    let units = [
        (i64::from(span.get_years()), "year"),
        (i64::from(span.get_months()), "month"),
        (i64::from(span.get_weeks()) * 7 + i64::from(span.get_days()), "day"),
        (i64::from(span.get_hours()), "hour"),
        (span.get_minutes(), "minute"),
        (span.get_seconds(), "second"),
    ];
    let written: Vec<&(i64, &str)> = units.iter().filter(|(count, _)| *count != 0).collect();
    match written.as_slice() {
        [(1, unit)] => format!("1 {unit}"),
        [(count, unit)] => format!("{count} {unit}s"),
        _ => span.to_string(),
    }
}
