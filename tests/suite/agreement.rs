//! Generated cases meet every operator, step, event and reason in the reference interpreter.
//!
//! Invariant: a case is known by its seed, which a failure names. `FUNNELC_CASES` sets how many cases there are.

#![allow(clippy::print_stdout, reason = "the report of what was reached is for people")]

use std::collections::BTreeMap;

use crate::generate::Case;
use crate::reference::Reference;

#[test]
fn generated_cases_meet_everything() {
    let cases = std::env::var("FUNNELC_CASES").map_or(300, |cases| cases.parse().unwrap());
    let mut counts = BTreeMap::new();
    for seed in 0..cases {
        let case = Case::new(seed);
        let mut reference = Reference::new(&case.yaml);
        let mut before = String::new();
        for (run, now) in case.runs.iter().enumerate() {
            let file = case.file(run, &before);
            before = reference.run(&file, now).contacts;
        }
        for (what, count) in reference.coverage.counts() {
            *counts.entry(what).or_insert(0) += count;
        }
    }
    report(&counts);
}

/// Every operator for every type, true and false, every step, event and reason must have been met.
fn report(counts: &BTreeMap<String, u64>) {
    for (what, count) in counts {
        println!("{count:8} {what}");
    }
    let missed: Vec<String> = expected().into_iter().filter(|what| !counts.contains_key(what)).collect();
    assert!(missed.is_empty(), "never met: {missed:#?}");
}

fn expected() -> Vec<String> {
    let mut expected = Vec::new();
    for (kinds, operators) in OPERATORS {
        for kind in kinds.split(' ') {
            for operator in operators.split(' ') {
                expected.push(format!("{kind} {operator} true"));
                expected.push(format!("{kind} {operator} false"));
                if kind != "points" {
                    let truth = matches!(operator, "is-not" | "not-in" | "has-none");
                    expected.push(format!("{kind} {operator} missing {truth}"));
                }
            }
            if kind != "points" {
                let exists = ["exists true", "exists false", "exists missing true", "exists missing false"];
                expected.extend(exists.map(|exists| format!("{kind} {exists}")));
            }
        }
    }
    for condition in ["field", "tag", "stage", "for", "reached", "in-funnel", "segment", "all", "any", "not"] {
        expected.extend([true, false].map(|truth| format!("condition {condition} {truth}")));
    }
    expected.extend(STEPS.split(' ').map(|step| format!("step {step}")));
    for (event, reasons) in EVENTS {
        expected.extend(reasons.split(' ').map(|reason| format!("journal {event} {reason}")));
    }
    expected
}

const OPERATORS: [(&str, &str); 6] = [
    ("text email", "is is-not in not-in contains starts-with ends-with"),
    ("integer number points", "is is-not in not-in at-least at-most more-than less-than between"),
    ("boolean", "is is-not"),
    ("choice", "is is-not in not-in"),
    ("choices", "has-any has-all has-none"),
    ("date datetime", "is is-not in not-in between before after since until within within-next during"),
];

const STEPS: &str = "send wait wait-until move leave add-tag remove-tag points set clear if exit";

const EVENTS: [(&str, &str); 25] = [
    ("external-stage", ""),
    ("external-tag", ""),
    ("external-points", ""),
    ("external-field", ""),
    ("enter", ""),
    ("place", ""),
    ("convert", ""),
    ("move", ""),
    ("refuse", "unpublished final lighter"),
    ("leave", ""),
    ("start", "condition entered"),
    ("overtaken", ""),
    ("end", "goal exit-when on-leave exit finished"),
    ("send", ""),
    ("skip", "unpublished unreachable already-sent past"),
    ("wait", ""),
    ("past", "continue exit skip"),
    ("if", ""),
    ("add-tag", ""),
    ("remove-tag", ""),
    ("points", ""),
    ("set", ""),
    ("clear", ""),
    ("defer", "stage campaign"),
    ("pause", ""),
];
