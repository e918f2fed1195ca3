//! How steps are named in the outputs: docs/outputs.md, "actions.csv".
//!
//! Invariant: within a campaign no two steps have the same name.

use jiff::Span;
use serde_yaml::Value;

use super::clock::duration;
use super::contact::Step;
use super::project::{get, items, text, word};
use super::steps::verb_of;

/// The names of the steps of one list: the id, or what it does and its ordinal among equals in the
/// list.
pub(super) fn name_all(steps: &[&Value], prefix: &str) -> Vec<String> {
    let mut before: Vec<String> = Vec::new();
    let mut names = Vec::new();
    for step in steps {
        if let Some(id) = text(step, "id") {
            names.push(id);
            continue;
        }
        let whole = text(step, BLOCK).unwrap_or(prefix.to_owned());
        let what = format!("{whole}{}", what_it_does(step));
        before.push(what.clone());
        let ordinal = before.iter().filter(|other| **other == what).count();
        let suffix = if ordinal == 1 {
            String::new()
        } else {
            format!("#{ordinal}")
        };
        names.push(format!("{what}{suffix}"));
    }
    names
}

/// What marks a step that came out of a block: the name of its use, and a slash. It stands in place
/// of the list's prefix.
pub(super) const BLOCK: &str = "from block";

/// The lists inside a step, with their labels.
pub(super) fn inner_lists(step: &Step) -> Vec<(String, Vec<&Value>)> {
    let body = &step.body;
    let mut lists = Vec::new();
    if let Some(branches) = get(body, "split") {
        let branches = items(branches);
        lists.extend(
            split_labels(&branches)
                .into_iter()
                .zip(branches.iter().map(|branch| items(&branch["steps"]))),
        );
    }
    if let Some(branches) = get(body, "fork") {
        for (number, branch) in items(branches).into_iter().enumerate() {
            let label = text(branch, "id").unwrap_or((number + 1).to_string());
            lists.push((label, items(&branch["steps"])));
        }
    }
    if let Some(ways) = get(body, "await").filter(|ways| ways.is_sequence()) {
        for (number, way) in items(ways).into_iter().enumerate() {
            lists.push((
                way_label(number),
                get(way, "then").map(items).unwrap_or_default(),
            ));
        }
    }
    for branch in ["then", "else"] {
        lists.extend(get(body, branch).map(|steps| (branch.to_owned(), items(steps))));
    }
    lists
}

/// `then`, `then-2`, …
pub(super) fn way_label(number: usize) -> String {
    if number == 0 {
        "then".into()
    } else {
        format!("then-{}", number + 1)
    }
}

/// The id of a branch or its share; equal ones in the order of what they do.
pub(super) fn split_labels(branches: &[&Value]) -> Vec<String> {
    let labels: Vec<String> = branches
        .iter()
        .map(|branch| text(branch, "id").unwrap_or_else(|| word(&branch["share"])))
        .collect();
    let contents: Vec<String> = branches
        .iter()
        .map(|branch| name_all(&items(&branch["steps"]), "").join("\n"))
        .collect();
    let numbered = labels.iter().enumerate().map(|(here, label)| {
        let equal = (0..labels.len()).filter(|other| labels[*other] == *label);
        let before = equal
            .filter(|other| (&contents[*other], *other) < (&contents[here], here))
            .count();
        if before == 0 {
            label.clone()
        } else {
            format!("{label}#{}", before + 1)
        }
    });
    numbered.collect()
}

fn what_it_does(step: &Value) -> String {
    if let Some(block) = text(step, "use") {
        return format!("use:{block}");
    }
    let (verb, about) = verb_of(step);
    match verb {
        "if" | "fork" | "split" | "note" => verb.into(),
        "wait" => format!("wait:{}", spelt(duration(&word(about)))),
        "wait-until" => match get(about, "field") {
            Some(field) => format!("wait-until:{}", word(field)),
            None => format!("wait-until:{}", word(about)),
        },
        "await" if about.is_sequence() => "await".into(),
        "await" => {
            let of = text(about, "of").map_or(String::new(), |of| format!(" {of}"));
            format!("await:{}{of}", word(&about["event"]))
        }
        "points" if about.is_mapping() => {
            let group = text(about, "group").map_or(String::new(), |group| format!(" {group}"));
            format!("points:{}{group}", word(&about["give"]))
        }
        verb => format!("{verb}:{}", word(about)),
    }
}

/// Durations are spelt out: `2 hours`, `1 day`; a mixed one in ISO 8601.
fn spelt(span: Span) -> String {
    let units = [
        (i64::from(span.get_years()), "year"),
        (i64::from(span.get_months()), "month"),
        (
            i64::from(span.get_weeks()) * 7 + i64::from(span.get_days()),
            "day",
        ),
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
