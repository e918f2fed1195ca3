//! What a comparison says of neighbouring plans, held against whole runs of both: nobody is called treated as before whose outputs differ, now or in what is on the way.
//!
//! Invariant: runs are compared by their bytes, with no code of the comparison.

use std::collections::{BTreeMap, BTreeSet};

use funnelc::diff::Diff;
use funnelc::plan::Plan;
use funnelc::report::diff::{Report, headline};
use funnelc::runner::batch::Past;
use funnelc::runner::compare::{ColumnShift, Comparison, compare_inputs};
use funnelc::runner::input::events::Format;
use funnelc::runner::{Inputs, Options, RunBytes, RunError, run_inputs};

use crate::agreement::compile;
use crate::generate::{Case, records};
use crate::projects::cases;

/// After the comparison, the runs in which what is on the way comes.
const LATER: [i64; 5] = [3_600, 86_400, 3 * 86_400, 12 * 86_400, 45 * 86_400];

/// What was met.
#[derive(Debug, Default)]
struct Met {
    pairs: u64,
    as_before: u64,
    followed: u64,
    refused: u64,
    renamed: u64,
}

#[test]
fn nobody_is_called_treated_as_before_whose_outputs_differ() {
    let (mut met, mut untrue) = (Met::default(), Vec::new());
    for seed in 0..cases() {
        let case = Case::new(seed);
        let Some([base, head]) = case.neighbours() else { continue };
        // Who takes which share follows from the names of the campaign and the step.
        let is_renamed = head.contains("moved:");
        if is_renamed && head.contains("split:") {
            continue;
        }
        let plans = [&base, &head].map(|yaml| compile(&case, yaml).ok().flatten());
        let [Some(base), Some(head)] = plans else { continue };
        met.pairs += 1;
        for told in [false, true].into_iter().filter_map(|later| hold(&case, &base, &head, later, is_renamed, &mut met))
        {
            untrue.push(format!("seed {seed}: {told}"));
        }
    }
    assert!(untrue.is_empty(), "{} of {met:?} are untrue:\n{}", untrue.len(), untrue.join("\n"));
    assert!(
        met.pairs > cases() / 6 && met.as_before > met.pairs / 5 && met.followed > 10 && met.renamed > 0,
        "{met:?}"
    );
}

/// Compares both plans at the first run or, with a state that the base left, at the second; says what is untrue.
fn hold(case: &Case, base: &Plan, head: &Plan, later: bool, is_renamed: bool, met: &mut Met) -> Option<String> {
    let at = |run: usize| case.runs[run].parse::<jiff::Timestamp>().expect("a moment").as_second();
    let (mut run_number, mut file, mut state) = (0, case.file(0, ""), None);
    if later {
        let first = run(case, base, at(0), &file, 0, None).ok()?;
        file = case.file(1, &String::from_utf8(first.contacts).expect("UTF-8"));
        (run_number, state) = (1, Some(first.state));
    }
    let now = at(run_number);
    let impact = compared(case, [base, head], now, &file, run_number, state.as_deref()).ok()?;
    let mut after = run(case, base, now, &file, run_number, state.as_deref()).ok()?;
    let other = run(case, head, now, &file, run_number, state.as_deref());
    match &other {
        Err(RunError::InFlight(_)) if impact.refused.is_empty() => {
            return Some("a run is refused, and nobody says so".into());
        }
        Err(RunError::InFlight(_)) => {
            met.refused += 1;
            return None;
        }
        Ok(_) if !impact.refused.is_empty() => return Some("a run is said to be refused, and is not".into()),
        Err(_) | Ok(_) => {}
    }
    let mut other = other.ok()?;
    if is_renamed {
        let is_only_renamed = Diff::between(base, head).is_empty();
        met.renamed += u64::from(is_only_renamed);
        let is_untrue = is_only_renamed && impact.affected > 0;
        return is_untrue.then(|| format!("{} are treated differently under other names", impact.affected));
    }
    if after.problems.rows + other.problems.rows > 0 {
        return None;
    }
    let differ = differing(&after, &other).len() as u64;
    let told = impact.affected + impact.bad_rows.gained.contacts + impact.bad_rows.lost.contacts;
    if differ > told && impact.columns == ColumnShift::default() {
        return Some(format!("{differ} contacts differ, {told} are said to"));
    }
    if !line(base, head, &impact).contains("treated as before") {
        return None;
    }
    met.as_before += 1;
    if after.contacts != other.contacts || after.actions != other.actions {
        return Some("contacts.csv or actions.csv differ".into());
    }
    let mut gone = BTreeSet::new();
    for length in LATER {
        after = run(case, base, now + length, &file, usize::MAX, Some(&after.state)).ok()?;
        other = run(case, head, now + length, &file, usize::MAX, Some(&other.state)).ok()?;
        gone.extend(elsewhere(&after));
        gone.extend(elsewhere(&other));
        let apart = differing(&after, &other);
        met.followed += records(&text(&after.actions)).len() as u64 - 1;
        if let Some(contact) = apart.iter().find(|contact| !gone.contains(*contact)) {
            return Some(format!("what is on the way of {contact} differs after {length} seconds"));
        }
    }
    None
}

fn line(base: &Plan, head: &Plan, impact: &Comparison) -> String {
    let diff = Diff::between(base, head);
    headline(&Report { base: ("a", ""), head: ("b", ""), base_lacks: None, diff: &diff, impact: Some(impact) })
}

fn compared(
    case: &Case,
    [base, head]: [&Plan; 2],
    now: i64,
    file: &str,
    number: usize,
    state: Option<&[u8]>,
) -> Result<Comparison, RunError> {
    compare_inputs(base, head, now, inputs(case, file, number), state, Options::default())
}

fn run(
    case: &Case,
    plan: &Plan,
    now: i64,
    file: &str,
    number: usize,
    state: Option<&[u8]>,
) -> Result<RunBytes, RunError> {
    run_inputs(plan, now, inputs(case, file, number), state, Options::default())
}

/// The files of a run; nothing happens in the later ones.
fn inputs<'a>(case: &'a Case, file: &'a str, number: usize) -> Inputs<'a> {
    let events = case.events.get(number).and_then(Option::as_ref);
    let format = |lines: bool| if lines { Format::JsonLines } else { Format::Csv };
    Inputs {
        contacts: file.as_bytes(),
        companies: Some(case.companies.as_bytes()),
        events: events.map(|(file, lines)| (file.as_bytes(), format(*lines))),
        past: Past { accept_short_history: true, ..Past::default() },
        ..Inputs::default()
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

/// The contacts of whom a row of contacts.csv or of actions.csv is another one.
fn differing(one: &RunBytes, other: &RunBytes) -> BTreeSet<String> {
    let [one, other] = [one, other].map(|run| {
        let mut by_contact: BTreeMap<String, Vec<Vec<String>>> = BTreeMap::new();
        for row in records(&text(&run.contacts)).split_off(1) {
            by_contact.entry(row[0].clone()).or_default().push(row);
        }
        for row in records(&text(&run.actions)).split_off(1) {
            by_contact.entry(row[1].clone()).or_default().push(row);
        }
        by_contact
    });
    let keys = one.keys().chain(other.keys());
    keys.filter(|key| one.get(*key) != other.get(*key)).cloned().collect()
}

/// The contacts to whom something happened that was not on the way: outside of campaigns, or into one.
fn elsewhere(run: &RunBytes) -> Vec<String> {
    let rows = records(&text(&run.journal)).split_off(1).into_iter();
    rows.filter(|row| row[3].is_empty() || row[2] == "start").map(|row| row[0].clone()).collect()
}
