//! What a comparison says of neighbouring plans, held against whole runs of both: nobody is called
//! treated as before whose outputs differ, now or in what is on the way.
//!
//! Invariant: runs are compared by their bytes, under the names of the later plan, with no code of
//! the comparison. `FUNNELC_PAIRS` sets how many pairs are compared, of the seeds from
//! `FUNNELC_FIRST` on.

#![expect(clippy::print_stdout, reason = "what was met is for people")]

use std::collections::BTreeSet;

use funnelc::diff::Diff;
use funnelc::plan::Plan;
use funnelc::report::diff::{Report, headline};
use funnelc::runner::batch::Past;
use funnelc::runner::compare::{ColumnShift, Comparison, compare_inputs};
use funnelc::runner::events::Format;
use funnelc::runner::{Inputs, Options, RunBytes, RunError, run_inputs};

use super::translated::Translation;
use crate::agreement::compile_for;
use crate::generate::{Case, records};
use crate::projects::{cases, first};

/// After the comparison, the runs in which what is on the way comes.
const LATER: [i64; 5] = [3_600, 86_400, 3 * 86_400, 12 * 86_400, 45 * 86_400];

/// So many pairs meet everything.
const ENOUGH: u64 = 30;

/// What was met.
#[derive(Debug, Default)]
struct Met {
    pairs: u64,
    /// Of the pairs, those that differ in names only, as far as the comparison sees.
    renamed: u64,
    /// Comparisons: each pair at the first run, and at the second with the state of the base.
    compared: u64,
    refused: u64,
    /// One of the runs cannot be: a bad row, a column that is lacking.
    no_run: u64,
    /// Rows of the two cannot be told apart from columns.
    other_columns: u64,
    as_before: u64,
    /// Rows of actions in later runs of those who are treated as before.
    followed: u64,
    /// Changes that found no place, and versions with a mistake that random ones may have.
    no_pair: u64,
}

#[test]
fn nobody_is_called_treated_as_before_whose_outputs_differ() {
    let wanted = std::env::var("FUNNELC_PAIRS")
        .map_or(cases() / 3, |pairs| pairs.parse().expect("a number"));
    let (mut met, mut untrue) = (Met::default(), Vec::new());
    for seed in first().. {
        if met.pairs == wanted {
            break;
        }
        let case = Case::new(seed);
        let pair = Pair::of(&case);
        met.no_pair += u64::from(pair.is_none());
        let Some(pair) = pair else { continue };
        met.pairs += 1;
        untrue.extend([false, true].into_iter().filter_map(|later| {
            let told = pair.hold(later, &mut met).unwrap_or_else(|Impossible| {
                met.no_run += 1;
                None
            });
            told.map(|told| {
                format!(
                    "seed {seed}, {}: {told}",
                    if later { "second run" } else { "first run" }
                )
            })
        }));
    }
    println!("{met:?}");
    assert!(
        untrue.is_empty(),
        "{} of {met:?} are untrue:\n{}",
        untrue.len(),
        untrue.join("\n")
    );
    let is_met = met.as_before > met.pairs / 5 && met.followed > 0 && met.renamed > 0;
    assert!(is_met || met.pairs < ENOUGH, "{met:?}");
}

/// Two versions of a project, with the contacts of a case.
struct Pair<'c> {
    case: &'c Case,
    base: Plan,
    head: Plan,
    names: Translation,
    has_split: bool,
}

/// One of the runs cannot be.
struct Impossible;

impl<'c> Pair<'c> {
    fn of(case: &'c Case) -> Option<Self> {
        let [base, head] = case.neighbours()?;
        let plans = [&base, &head].map(|yaml| compile_for(case, yaml, None).ok().flatten());
        let names = Translation::between(&base, &head);
        let has_split = base.contains("split:");
        let [Some(base), Some(head)] = plans else {
            return None;
        };
        Some(Pair {
            case,
            base,
            head,
            names,
            has_split,
        })
    }

    /// Compares both plans at the first run or, with a state that the base left, at the second;
    /// says what is untrue.
    fn hold(&self, later: bool, met: &mut Met) -> Result<Option<String>, Impossible> {
        let Pair {
            case, base, head, ..
        } = self;
        let at = |run: usize| {
            case.runs[run]
                .parse::<jiff::Timestamp>()
                .expect("a moment")
                .as_second()
        };
        let (mut run_number, mut file, mut state) = (0, case.file(0, "", ""), None);
        if later {
            let first = run(case, base, at(0), &file, 0, None).map_err(|_| Impossible)?;
            file = case.file(
                1,
                &String::from_utf8(first.contacts).expect("UTF-8"),
                &case.project(1),
            );
            (run_number, state) = (1, Some(first.state));
        }
        let now = at(run_number);
        let impact = compared(case, [base, head], now, &file, run_number, state.as_deref())
            .map_err(|_| Impossible)?;
        let before =
            run(case, base, now, &file, run_number, state.as_deref()).map_err(|_| Impossible)?;
        let after = match run(case, head, now, &file, run_number, state.as_deref()) {
            Err(RunError::InFlight(_)) if impact.refused.is_empty() => {
                return Ok(Some("a run is refused, and nobody says so".into()));
            }
            Err(RunError::InFlight(_)) => {
                met.refused += 1;
                return Ok(None);
            }
            Ok(_) if !impact.refused.is_empty() => {
                return Ok(Some("a run is said to be refused, and is not".into()));
            }
            other => other.map_err(|_| Impossible)?,
        };
        if before.problems.rows + after.problems.rows > 0 {
            return Err(Impossible);
        }
        met.compared += 1;
        Ok(self.weigh(&impact, [before, after], (now, &file), met))
    }

    /// What a comparison says, held against the runs of both.
    fn weigh(
        &self,
        impact: &Comparison,
        [mut before, mut after]: [RunBytes; 2],
        (now, file): (i64, &str),
        met: &mut Met,
    ) -> Option<String> {
        let (case, base, head) = (self.case, &self.base, &self.head);
        let differ = self.differing(&before, &after, true);
        let told =
            impact.affected + impact.bad_rows.gained.contacts + impact.bad_rows.lost.contacts;
        if impact.columns != ColumnShift::default() {
            met.other_columns += 1;
        } else if differ.len() as u64 > told {
            return Some(format!(
                "{} contacts differ, {told} are said to: {differ:?}",
                differ.len()
            ));
        }
        if Diff::between(base, head).is_empty() && self.names.renames() {
            met.renamed += 1;
            // Who takes which share of a split follows from names.
            if !self.has_split && impact.affected > differ.len() as u64 {
                return Some(format!(
                    "{} are said to differ under other names, {differ:?} do",
                    impact.affected
                ));
            }
        }
        if !line(base, head, impact).contains("as before") {
            return None;
        }
        met.as_before += 1;
        if !differ.is_empty() {
            return Some(format!("contacts.csv or actions.csv differ for {differ:?}"));
        }
        let mut gone = BTreeSet::new();
        for length in LATER {
            let later = |plan: &Plan, run_before: &RunBytes| {
                run(
                    case,
                    plan,
                    now + length,
                    file,
                    usize::MAX,
                    Some(&run_before.state),
                )
                .ok()
            };
            (before, after) = (later(base, &before)?, later(head, &after)?);
            gone.extend(elsewhere(&before));
            gone.extend(elsewhere(&after));
            // A step with an id of its own may get another one before anybody comes there: what it
            // does is the same, under another key.
            let apart = self.differing(&before, &after, false);
            met.followed += records(&text(&before.actions)).len() as u64 - 1;
            if let Some(contact) = apart.iter().find(|contact| !gone.contains(*contact)) {
                return Some(format!(
                    "what is on the way of {contact} differs after {length} seconds"
                ));
            }
        }
        None
    }

    /// The contacts of whom a row of contacts.csv or of actions.csv is another one.
    fn differing(&self, one: &RunBytes, other: &RunBytes, by_key: bool) -> BTreeSet<String> {
        let [one, other] = [one, other].map(|run| self.names.rows(run, by_key));
        let keys = one.keys().chain(other.keys());
        keys.filter(|key| one.get(*key) != other.get(*key))
            .cloned()
            .collect()
    }
}

fn line(base: &Plan, head: &Plan, impact: &Comparison) -> String {
    let diff = Diff::between(base, head);
    headline(&Report {
        base: ("a", ""),
        head: ("b", ""),
        base_lacks: None,
        environments: &[],
        weakened: &[],
        diff: &diff,
        impact: Some(impact),
    })
}

fn compared(
    case: &Case,
    [base, head]: [&Plan; 2],
    now: i64,
    file: &str,
    number: usize,
    state: Option<&[u8]>,
) -> Result<Comparison, RunError> {
    compare_inputs(
        base,
        head,
        now,
        inputs(case, file, number),
        state,
        Options::default(),
    )
}

fn run(
    case: &Case,
    plan: &Plan,
    now: i64,
    file: &str,
    number: usize,
    state: Option<&[u8]>,
) -> Result<RunBytes, RunError> {
    run_inputs(
        plan,
        now,
        inputs(case, file, number),
        state,
        Options::default(),
    )
}

/// The files of a run; nothing happens in the later ones.
fn inputs<'a>(case: &'a Case, file: &'a str, number: usize) -> Inputs<'a> {
    let events = case.events.get(number).and_then(Option::as_ref);
    let format = |lines: bool| {
        if lines {
            Format::JsonLines
        } else {
            Format::Csv
        }
    };
    Inputs {
        contacts: file.as_bytes(),
        companies: Some(case.companies.as_bytes()),
        events: events.map(|(file, lines)| (file.as_bytes(), format(*lines))),
        past: Past {
            accept_short_history: true,
            ..Past::default()
        },
        ..Inputs::default()
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

/// The contacts to whom something happened that was not on the way: outside of campaigns, or into
/// one.
fn elsewhere(run: &RunBytes) -> Vec<String> {
    let rows = records(&text(&run.journal)).split_off(1).into_iter();
    rows.filter(|row| row[3].is_empty() || row[2] == "start")
        .map(|row| row[0].clone())
        .collect()
}
