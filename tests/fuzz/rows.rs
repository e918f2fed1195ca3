//! What a run reads: contacts, events, companies and the state. A run is refused, or its rows add
//! up, it depends on no size of blocks, and its outputs are what the next run reads.

use std::collections::BTreeSet;

use funnelc::plan::Plan;
use funnelc::runner::batch::Past;
use funnelc::runner::events::Format;
use funnelc::runner::{Inputs, Options, RunBytes, RunError, run_inputs};

use super::plans::unquoted;
use super::projects::sources_of;
use super::rounds::{Target, fuzz};
use super::{corpus, csv, files, json};
use crate::random::Random;

const NOW: i64 = 1_795_000_000;
const DAY: i64 = 86_400;

/// One project, and a file of each kind that suits it.
struct Shop {
    plan: Plan,
    contacts: Vec<u8>,
    events: Vec<u8>,
    companies: Vec<u8>,
}

/// What is given to a run, beside the plan and the moment.
#[derive(Clone, Copy)]
struct Given<'a> {
    contacts: &'a [u8],
    companies: &'a [u8],
    events: Option<(&'a [u8], Format)>,
    state: Option<&'a [u8]>,
}

impl Shop {
    fn new() -> Self {
        let file = |name: &str| files(&[&format!("tests/fixtures/fuzz/{name}")]).remove(0);
        Self {
            plan: funnelc::compile(sources_of(&file("project/shop.yaml")))
                .plan
                .expect("a project without errors"),
            contacts: file("contacts/plain.csv"),
            events: file("events/plain.csv"),
            companies: file("companies/plain.csv"),
        }
    }

    fn given(&self) -> Given<'_> {
        let Self {
            contacts,
            events,
            companies,
            ..
        } = self;
        Given {
            contacts,
            companies,
            events: Some((events, Format::Csv)),
            state: None,
        }
    }

    fn run(&self, now: i64, given: Given<'_>, block_size: usize) -> Result<RunBytes, RunError> {
        let Given {
            contacts,
            companies,
            events,
            state,
        } = given;
        let past = Past {
            replay: true,
            ..Past::default()
        };
        let inputs = Inputs {
            contacts,
            companies: Some(companies),
            events,
            past,
            ..Inputs::default()
        };
        run_inputs(
            &self.plan,
            now,
            inputs,
            state,
            Options {
                threads: 1,
                block_size,
            },
        )
    }

    /// Runs twice, with a day between; the kind of answer of the first.
    fn tried(&self, given: Given<'_>, seed: usize) -> String {
        let run = self.run(NOW, given, 1 << 19);
        if seed.is_multiple_of(4) {
            let cut = self.run(NOW, given, 1 + seed % 97);
            assert_eq!(outputs(&cut), outputs(&run), "the size of blocks shows");
        }
        let run = match run {
            Err(error) => return unquoted(&error.to_string()),
            Ok(run) => run,
        };
        if run.duplicates > 0 {
            return String::from("duplicates");
        }
        adds_up(&run, given.contacts);
        let after = Given {
            contacts: &run.contacts,
            state: Some(&run.state),
            ..given
        };
        let next = self
            .run(NOW + DAY, after, 1 << 19)
            .unwrap_or_else(|error| panic!("the next run: {error}"));
        assert_eq!(
            (next.problems.rows, next.duplicates),
            (0, 0),
            "bad rows of its own: {:?}",
            next.problems.first
        );
        adds_up(&next, &run.contacts);
        let reasons = run
            .problems
            .first
            .iter()
            .map(|problem| unquoted(&problem.reason.to_string()));
        format!(
            "{:?} {:?} {:?}",
            words(&run.journal),
            words(&run.actions),
            reasons.collect::<BTreeSet<_>>()
        )
    }
}

fn outputs(run: &Result<RunBytes, RunError>) -> Result<[String; 6], String> {
    let run = run.as_ref().map_err(ToString::to_string)?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let [contacts, actions, journal] =
        [&run.contacts, &run.actions, &run.journal].map(|file| text(file));
    Ok([
        contacts,
        actions,
        journal,
        text(&run.state),
        text(&run.rejects),
        run.metrics.clone(),
    ])
}

/// Every row came out or was set aside, and what is counted is what is there.
fn adds_up(run: &RunBytes, contacts: &[u8]) {
    let (given, kept, set_aside) = (
        csv::rows(contacts),
        csv::rows(&run.contacts),
        csv::rows(&run.rejects),
    );
    assert_eq!(kept + run.problems.rows, given, "rows are lost");
    assert_eq!(
        set_aside.saturating_sub(1),
        run.problems.rows,
        "rejects are lost"
    );
    let metrics: serde_json::Value = serde_json::from_str(&run.metrics).unwrap();
    assert_eq!(
        metrics["contacts"].as_u64(),
        Some(kept - 1),
        "{}",
        run.metrics
    );
    // A state keeps also those that the file lacks.
    let remembered = run
        .state
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .count() as u64;
    assert!(
        remembered >= kept,
        "{remembered} lines of state for {kept} rows"
    );
    let stages = metrics["funnels"]["shop"]["stages"].as_object().unwrap();
    let inside: u64 = stages
        .values()
        .map(|stage| stage["now"].as_u64().unwrap())
        .sum();
    assert!(inside < kept, "{}", run.metrics);
}

/// The third cells of rows: what happened, without whom.
fn words(rows: &[u8]) -> BTreeSet<String> {
    let third = |row: &[u8]| {
        row.split(|byte| *byte == b',')
            .nth(2)
            .map(|it| String::from_utf8_lossy(it).into_owned())
    };
    rows.split(|byte| *byte == b'\n')
        .skip(1)
        .filter_map(third)
        .filter(|word| word.len() < 20)
        .collect()
}

#[test]
fn contacts() {
    let shop = Shop::new();
    let run = |input: &[u8]| {
        shop.tried(
            Given {
                contacts: input,
                ..shop.given()
            },
            input.len(),
        )
    };
    fuzz(
        &Target {
            name: "contacts",
            corpus: corpus("contacts"),
            mutate: csv::change,
            run: &run,
        },
        80,
    );
}

#[test]
fn events() {
    let shop = Shop::new();
    let file = |name: &str| files(&[&format!("tests/fixtures/fuzz/events/{name}")]).remove(0);
    let tables = ["plain.csv", "semicolons.csv", "windows.csv"]
        .map(file)
        .to_vec();
    let run = |format, input: &[u8]| {
        shop.tried(
            Given {
                events: Some((input, format)),
                ..shop.given()
            },
            input.len(),
        )
    };
    let rows = |input: &[u8]| run(Format::Csv, input);
    fuzz(
        &Target {
            name: "events-csv",
            corpus: tables,
            mutate: csv::change,
            run: &rows,
        },
        60,
    );
    let lines = |input: &[u8]| run(Format::JsonLines, input);
    fuzz(
        &Target {
            name: "events-json",
            corpus: vec![file("plain.jsonl")],
            mutate: json::of_lines,
            run: &lines,
        },
        60,
    );
}

#[test]
fn companies() {
    let shop = Shop::new();
    let run = |input: &[u8]| {
        shop.tried(
            Given {
                companies: input,
                ..shop.given()
            },
            input.len(),
        )
    };
    fuzz(
        &Target {
            name: "companies",
            corpus: corpus("companies"),
            mutate: csv::change,
            run: &run,
        },
        60,
    );
}

/// States of three runs, and those of another plan.
#[test]
fn state() {
    let shop = Shop::new();
    let mut corpus = corpus("state");
    let mut before = shop.run(NOW, shop.given(), 1 << 19).unwrap();
    for day in 1..4 {
        corpus.push(before.state.clone());
        let given = Given {
            contacts: &before.contacts,
            state: Some(&before.state),
            ..shop.given()
        };
        before = shop.run(NOW + day * DAY, given, 1 << 19).unwrap();
    }
    let fingerprint = shop.plan.fingerprint();
    let other = String::from_utf8(before.state)
        .unwrap()
        .replace(fingerprint, &"0".repeat(fingerprint.len()));
    corpus.push(other.into_bytes());
    let run = |input: &[u8]| {
        shop.tried(
            Given {
                state: Some(input),
                ..shop.given()
            },
            input.len(),
        )
    };
    fuzz(
        &Target {
            name: "state",
            corpus,
            mutate: json::of_lines,
            run: &run,
        },
        80,
    );
}

/// What a file says does not depend on how it is written.
#[test]
fn dialects() {
    let shop = Shop::new();
    let run = |input: &[u8]| {
        let Some(table) = csv::strict(input) else {
            return String::from("in doubt");
        };
        let mut random = Random::new(input.len() as u64);
        let other = csv::written(&mut random, &table);
        let run = |contacts: &[u8]| match shop.run(
            NOW,
            Given {
                contacts,
                ..shop.given()
            },
            1 << 19,
        ) {
            Err(_) => None,
            Ok(run) if run.duplicates > 0 => {
                Some((run.duplicates, [const { String::new() }; 4], None))
            }
            Ok(run) => {
                let [_, actions, journal, state, _, metrics] = outputs(&Ok(run.clone())).unwrap();
                Some((
                    run.problems.rows,
                    [actions, journal, state, metrics],
                    csv::strict(&run.contacts),
                ))
            }
        };
        let (one, two) = (run(input), run(&other));
        assert!(
            one == two,
            "a dialect shows: {}\n{one:?}\n{two:?}",
            String::from_utf8_lossy(&other)
        );
        one.map_or_else(
            || String::from("refused"),
            |it| format!("{} {:?}", it.0, words(it.1[1].as_bytes())),
        )
    };
    fuzz(
        &Target {
            name: "dialects",
            corpus: corpus("contacts"),
            mutate: csv::change,
            run: &run,
        },
        80,
    );
}
