//! Plans compared: nothing that acts escapes, a plan against itself is empty, and the way back
//! mirrors the way there.

use std::collections::BTreeSet;

use funnelc::diff::{Diff, Kind, Mark};
use funnelc::plan::Plan;
use serde_json::Value;

use super::edited;
use crate::projects::{EXAMPLES, cases, example, plan_of};

#[test]
fn a_plan_against_itself_is_empty() {
    for name in EXAMPLES {
        let plan = plan_of(example(name));
        let read = Plan::from_json(&plan.to_json()).expect("our own plan is read");
        assert!(Diff::between(&plan, &read).is_empty(), "{name}");
    }
}

/// The values of every example's plan, changed one at a time: all of them where there are cases
/// enough.
#[test]
fn no_value_of_a_plan_changes_unseen() {
    let (mut tried, mut looked_at) = (0, 0);
    for name in EXAMPLES {
        let base = plan_of(example(name));
        let document: Value = serde_json::from_str(&base.to_json()).expect("JSON");
        let leaves = leaves(&document["plan"], String::new());
        let sample = leaves
            .len()
            .div_ceil(usize::try_from(cases()).expect("a number of tests"));
        for path in leaves.into_iter().step_by(sample) {
            let mut fitting = 0;
            looked_at += 1;
            for value in others(document["plan"].pointer(&path).expect("found above")) {
                if fitting == 2 {
                    break;
                }
                let mut changed = document.clone();
                *changed["plan"].pointer_mut(&path).expect("found above") = value.clone();
                let Some(head) = sealed(changed) else {
                    continue;
                };
                let diff = Diff::between(&base, &head);
                assert!(!diff.is_empty(), "{name}: {path} = {value} shows nowhere");
                // Who changes two things at once must see both, so each has words of its own.
                let spoken = diff.changes.iter().any(|change| {
                    !matches!(change.aspect.as_deref(), Some("fingerprint" | "definition"))
                });
                assert!(spoken, "{name}: {path} = {value} is not told");
                fitting += 1;
                tried += 1;
            }
        }
    }
    assert!(
        tried > looked_at / 2,
        "only {tried} changes of {looked_at} values gave a plan"
    );
}

fn leaves(value: &Value, path: String) -> Vec<String> {
    match value {
        Value::Object(map) => map
            .iter()
            .flat_map(|(key, inner)| leaves(inner, format!("{path}/{}", key.replace('/', "~1"))))
            .collect(),
        Value::Array(list) => list
            .iter()
            .enumerate()
            .flat_map(|(at, inner)| leaves(inner, format!("{path}/{at}")))
            .collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => vec![path],
    }
}

/// Other values that may stand in the same place.
fn others(value: &Value) -> Vec<Value> {
    match value {
        Value::Bool(is) => vec![Value::Bool(!is)],
        Value::Number(number) => vec![Value::from(number.as_i64().unwrap_or_default() + 1)],
        Value::String(text) => {
            let words = [
                "3 days",
                "after 3 days",
                "ever",
                "exit",
                "stay",
                "skip",
                "sms",
                "text",
                "2",
                "at-most",
            ];
            let mut words: Vec<_> = words.into_iter().map(str::to_owned).collect();
            words.push(format!("{text}x"));
            words.extend(
                [
                    "Europe/Berlin",
                    "not-in",
                    "exited",
                    "completed",
                    "2030-01-01",
                    "true",
                ]
                .map(str::to_owned),
            );
            words
                .into_iter()
                .filter(|word| word != text)
                .map(Value::String)
                .collect()
        }
        Value::Null | Value::Array(_) | Value::Object(_) => Vec::new(),
    }
}

/// The plan file with a fingerprint that fits, if that is a plan. It is read twice, so that what it
/// says is canonical.
pub(super) fn sealed(mut document: Value) -> Option<Plan> {
    let refusal = Plan::from_json(&document.to_string()).err()?.to_string();
    let found = refusal
        .split("its fingerprint is ")
        .nth(1)?
        .split(',')
        .next()?
        .to_owned();
    document["fingerprint"] = Value::String(found);
    Plan::from_json(&document.to_string()).ok()
}

#[test]
fn the_way_back_mirrors_the_way_there() {
    let (yaml, _) = super::webshop();
    let other = edited(
        &yaml,
        &[
            ("at-least: 500", "at-least: 50"),
            ("      - wait: 7 days\n", ""),
            ("- send: three-lines", "- send: we-miss-you"),
            ("  wake-up:\n", "  wake-up:\n    priority: 3\n"),
            (
                "      - move: shop/reactivate-1\n      - send: we-miss-you\n",
                "      - send: we-miss-you\n      - move: shop/reactivate-1\n",
            ),
            ("weight: 30", "weight: 33"),
            (
                "three-lines:    { kind: email }",
                "four-lines:     { kind: sms }",
            ),
        ],
    );
    let plan = |yaml: &str| super::compiled(yaml).plan.expect("no errors");
    let (base, head) = (plan(&yaml), plan(&other));
    let there = mirrored(&Diff::between(&base, &head), false);
    let back = mirrored(&Diff::between(&head, &base), true);
    assert_eq!(there, back);
    assert!(there.len() > 6, "{there:?}");
}

/// A change: its mark, kind and id, and both texts. A step's id is that of one side only.
type Told = (
    Mark,
    Kind,
    String,
    Option<String>,
    Option<String>,
    Option<String>,
);

fn mirrored(diff: &Diff, back: bool) -> BTreeSet<Told> {
    let turned = |mark| match mark {
        Mark::Added => Mark::Removed,
        Mark::Removed => Mark::Added,
        Mark::Changed => Mark::Changed,
    };
    let told = diff.changes.iter().cloned().map(|change| {
        let id = if change.kind == Kind::Step {
            String::new()
        } else {
            change.id
        };
        if back {
            (
                turned(change.mark),
                change.kind,
                id,
                change.aspect,
                change.after,
                change.before,
            )
        } else {
            (
                change.mark,
                change.kind,
                id,
                change.aspect,
                change.before,
                change.after,
            )
        }
    });
    told.collect()
}
