//! The kernel does what the reference interpreter does, on generated projects and contacts.
//!
//! Invariant: a case is known by its seed, which a failure names. `FUNNELC_CASES` sets how many
//! cases there are, `FUNNELC_FIRST` the first.

#![expect(
    clippy::print_stdout,
    reason = "the report of what was reached is for people"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;

use funnelc::diagnostic::Severity;
use funnelc::language::{Question, Verb};
use funnelc::model::Bounded;
use funnelc::plan::Plan;
use funnelc::report::outgoing::Outgoing;
use funnelc::runner::batch::Past;
use funnelc::runner::events::{Format, Spill};
use funnelc::runner::{Inputs, Options, RunBytes, RunError, run_inputs};
use funnelc::source::Sources;

use crate::generate::Case;
use crate::projects::{cases, first};
use crate::reference::{Input, Outcome, Reference};

/// So many cases meet everything that is expected.
const ENOUGH: u64 = 1000;

#[test]
fn the_kernel_agrees_with_the_reference() {
    let cases = cases();
    let first = first();
    let threads = std::thread::available_parallelism().map_or(1, |threads| threads.get() as u64);
    let (mut counts, mut differences) = (Counts::new(), BTreeMap::new());
    std::thread::scope(|scope| {
        let seeds =
            |thread| (first + thread..first + cases).step_by(usize::try_from(threads).unwrap());
        let parts: Vec<_> = (0..threads)
            .map(|thread| scope.spawn(move || compare_all(seeds(thread))))
            .collect();
        for part in parts {
            let (met, different) = part.join().unwrap();
            met.into_iter()
                .for_each(|(what, count)| *counts.entry(what).or_insert(0) += count);
            differences.extend(different);
        }
    });
    let differences: Vec<String> = differences.into_values().collect();
    for difference in &differences {
        let told: Vec<&str> = difference.lines().collect();
        println!(
            "{}\n    {}",
            told[0],
            told[told.len().saturating_sub(3)..].join("\n    ")
        );
    }
    let first = differences.first();
    assert!(
        differences.is_empty(),
        "{} of {cases} cases differ; the first:\n{}",
        differences.len(),
        first.unwrap()
    );
    if cases >= ENOUGH {
        report(&counts);
    }
}

/// How often what was met.
type Counts = BTreeMap<String, u64>;

/// What was met in these cases, and their differences by seed.
fn compare_all(seeds: impl Iterator<Item = u64>) -> (Counts, BTreeMap<u64, String>) {
    let (mut counts, mut differences) = (Counts::new(), BTreeMap::new());
    for seed in seeds {
        let case = Case::new(seed);
        let mut reference =
            Reference::within(&case.project(0), case.environment()).with_files(&case.files);
        let compared = panic::catch_unwind(AssertUnwindSafe(|| run_both(&case, &mut reference)));
        let panicked = |_| Err(format!("seed {seed} panics; the message stands above"));
        differences.extend(
            compared
                .unwrap_or_else(panicked)
                .err()
                .map(|difference| (seed, difference)),
        );
        if case.environment().is_some() {
            *counts.entry("in an environment".into()).or_insert(0) += 1;
        }
        for (what, count) in reference.coverage.counts() {
            *counts.entry(what).or_insert(0) += count;
        }
    }
    (counts, differences)
}

/// Runs a case in both; tells the project, the contacts and the first difference, where there is
/// one.
#[expect(clippy::too_many_lines, reason = "the runs of a case, in their order")]
fn run_both(case: &Case, reference: &mut Reference) -> Result<(), String> {
    let mut yaml = case.project(0);
    let Some(mut plan) = compile(case, &yaml)? else {
        reference.coverage.count("first project out of place");
        return Ok(());
    };
    let mut state: Option<Vec<u8>> = None;
    let mut before = String::new();
    let mut is_unspoken = false;
    let temporary = std::env::temp_dir();
    for (run, now) in case.runs.iter().enumerate() {
        let events = case.events[run].clone();
        let heard = events.as_ref().map_or("", |(file, _)| file);
        let told = |yaml: &str, what: &str, file: &str| {
            format!(
                "seed {} run {run} at {now}\n{yaml}\n{file}\n{heard}\n{what}",
                case.seed
            )
        };
        let second: i64 = now.parse::<jiff::Timestamp>().unwrap().as_second();
        let versions = case
            .unspoken(run)
            .into_iter()
            .map(|project| (project, true));
        for (project, lacks_lines) in versions.chain([(case.project(run), false)]) {
            if project == yaml {
                continue;
            }
            let Some(changed) = compile(case, &project)? else {
                reference.coverage.count("change without a place");
                continue;
            };
            let refused = reference.change(&project);
            let Err(concerns) = refused else {
                (plan, yaml, is_unspoken) = (changed, project, lacks_lines);
                break;
            };
            reference.coverage.count("change refused");
            let file = case.file(run, &before, &project);
            let inputs = inputs(case, (run, &file), &temporary, reference.forgot_events);
            let ran = run_inputs(
                &changed,
                second,
                inputs,
                state.as_deref(),
                Options::default(),
            );
            let found = match ran {
                Err(RunError::InFlight(unspoken)) => told_of(&unspoken.to_string()),
                other => format!("{:?}", other.map(|ran| String::from_utf8(ran.journal))),
            };
            let expected: Vec<String> = concerns
                .iter()
                .map(|(about, count)| format!("{count} {about}"))
                .collect();
            if found != in_order(expected.clone()) {
                let what = format!(
                    "the change is refused for\n{}\nbut the kernel says\n{found}",
                    in_order(expected)
                );
                return Err(told(&project, &what, &file));
            }
        }
        let file = case.file(run, &before, &yaml);
        let inputs =
            |accept_short_history| inputs(case, (run, &file), &temporary, accept_short_history);
        let told = |what: &str, file: &str| told(&yaml, what, file);
        let input = Input {
            contacts: file.clone(),
            companies: Some(case.companies.clone()),
            events: events.iter().map(|(file, _)| file.clone()).collect(),
            replay: case.replay,
        };
        let bad = if is_unspoken {
            reference.bad_rows(&input)
        } else {
            0
        };
        if bad > 0 {
            // Nobody of the state is in the stage that is gone, but the file still shows it: the
            // case ends here.
            reference.coverage.count("stage gone unsaid in the file");
            let ran = run_inputs(
                &plan,
                second,
                inputs(reference.forgot_events),
                state.as_deref(),
                Options::default(),
            );
            let found = ran
                .map(|ran| ran.problems.rows)
                .map_err(|error| told(&error.to_string(), &file))?;
            let same = found == bad;
            return same
                .then_some(())
                .ok_or_else(|| told(&format!("{bad} rows are bad, not {found}"), &file));
        }
        let repeats = reference.repeats(&input, now);
        let expected = reference.run(&input, now);
        let ran = run_inputs(
            &plan,
            second,
            inputs(reference.forgot_events),
            state.as_deref(),
            Options::default(),
        );
        let ran = ran.map_err(|error| told(&error.to_string(), &file))?;
        if ran.problems.rows > 0 || ran.duplicates > 0 {
            return Err(told(&format!("{:?}", ran.problems), &file));
        }
        let found = outcome(&ran);
        if repeats {
            // `funnelc run` leaves everything as it was; there is nothing left to do but what waits
            // for a later time.
            let waits = found.journal.iter().all(|row| row[2] == "defer");
            let idle = waits && found.actions.is_empty() && found.contacts == expected.contacts;
            idle.then_some(())
                .ok_or_else(|| told("the same run again does something", &file))?;
            continue;
        }
        let told_out = Outgoing::of(plan.model(), &ran.metrics).sum(Bounded::Actions);
        if told_out != found.actions.len() as u64 {
            let what = format!(
                "the table tells {told_out} actions, and there are {}",
                found.actions.len()
            );
            return Err(told(&what, &file));
        }
        if let Some(difference) = difference(&expected, &found) {
            return Err(told(&difference, &file));
        }
        state = Some(ran.state);
        before = expected.contacts;
    }
    Ok(())
}

/// What a run is given, with a contacts file.
fn inputs<'a>(
    case: &'a Case,
    (run, file): (usize, &'a str),
    temporary: &'a Path,
    accept_short_history: bool,
) -> Inputs<'a> {
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
        events: case.events[run]
            .as_ref()
            .map(|(file, lines)| (file.as_bytes(), format(*lines))),
        // All events go by the disk, so that the reference is compared with what sorts them there
        // too.
        spill: Some(Spill {
            folder: temporary,
            above: 0,
        }),
        past: Past {
            replay: case.replay,
            accept_short_history,
            ..Past::default()
        },
        patience: None,
    }
}

/// The number of contacts and the names in each line of a refusal.
fn told_of(refusal: &str) -> String {
    let concerns = refusal
        .lines()
        .filter(|line| line.starts_with("  ") && !line.starts_with("    "));
    let concern = |line: &str| {
        let count = line.trim().split(' ').next().unwrap_or_default().to_owned();
        let names: Vec<&str> = line.split('`').skip(1).step_by(2).collect();
        format!("{count} {}", names.join(" "))
    };
    in_order(concerns.map(concern).collect())
}

fn in_order(mut lines: Vec<String>) -> String {
    lines.sort();
    lines.join("\n")
}

/// What a project may get wrong whose steps are drawn without regard to weights, circles and
/// required fields; then there is no case, or the change is not made.
const OUT_OF_PLACE: [&str; 3] = ["backward-move", "clears-required", "no-next-stage"];

/// The plan of a project; nothing for one that has a mistake of those that may be.
fn compile(case: &Case, yaml: &str) -> Result<Option<Plan>, String> {
    compile_for(case, yaml, case.environment())
}

/// The plan of a project in an environment.
pub(crate) fn compile_for(
    case: &Case,
    yaml: &str,
    environment: Option<&str>,
) -> Result<Option<Plan>, String> {
    let mut sources = Sources::default();
    sources.add("funnelc.yaml", yaml);
    for (path, text) in &case.files {
        sources.attach(path, text);
    }
    let compiled = funnelc::compile_for(sources, environment);
    let errors: Vec<_> = compiled
        .diagnostics
        .iter()
        .filter(|found| found.severity == Severity::Error)
        .collect();
    if !errors.is_empty()
        && errors
            .iter()
            .all(|error| OUT_OF_PLACE.contains(&error.code.name()))
    {
        return Ok(None);
    }
    let errors: String = errors
        .iter()
        .map(|found| {
            format!(
                "{}: {} at `{}`\n",
                found.code.name(),
                found.message,
                compiled.sources.text(found.primary.span)
            )
        })
        .collect();
    // Through the plan's file form, so that whatever the language can say is written and read back
    // too.
    let plan = compiled
        .plan
        .map(|plan| Plan::from_json(&plan.to_json()).expect("our own plan is read"));
    plan.map(Some)
        .ok_or_else(|| format!("seed {} does not compile\n{yaml}\n{errors}", case.seed))
}

/// What the kernel wrote, in the reference's form.
fn outcome(ran: &RunBytes) -> Outcome {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    Outcome {
        contacts: text(&ran.contacts),
        actions: crate::generate::records(&text(&ran.actions)).split_off(1),
        journal: crate::generate::records(&text(&ran.journal)).split_off(1),
        metrics: serde_json::from_str(&ran.metrics).unwrap(),
    }
}

/// The first difference, where there is one. Keys of actions need only be unique.
fn difference(expected: &Outcome, found: &Outcome) -> Option<String> {
    let keys: BTreeSet<&String> = found.actions.iter().map(|action| &action[0]).collect();
    if keys.len() != found.actions.len() {
        return Some("the keys of the actions are not unique".into());
    }
    let lines = |rows: &[Vec<String>], from: usize| {
        rows.iter()
            .map(|row| row[from..].join(",").trim_end_matches(',').to_owned())
            .collect::<Vec<_>>()
    };
    let pretty = |outcome: &Outcome| serde_json::to_string_pretty(&outcome.metrics).unwrap();
    let parts = [
        (
            "journal",
            lines(&expected.journal, 0),
            lines(&found.journal, 0),
        ),
        (
            "actions",
            lines(&expected.actions, 1),
            lines(&found.actions, 1),
        ),
        (
            "contacts",
            split(&expected.contacts),
            split(&found.contacts),
        ),
        ("metrics", split(&pretty(expected)), split(&pretty(found))),
    ];
    parts
        .into_iter()
        .find_map(|(part, expected, found)| first_difference(part, &expected, &found))
}

fn split(text: &str) -> Vec<String> {
    text.split_inclusive('\n')
        .map(|line| format!("{line:?}"))
        .collect()
}

fn first_difference(part: &str, expected: &[String], found: &[String]) -> Option<String> {
    let at = (0..expected.len().max(found.len())).find(|&at| expected.get(at) != found.get(at))?;
    let mut told = format!("{part}, line {}\n", at + 1);
    for line in &expected[at.saturating_sub(6).min(expected.len())..at.min(expected.len())] {
        writeln!(told, "        both: {line}").unwrap();
    }
    for (who, lines) in [("reference", expected), ("   kernel", found)] {
        for line in lines.iter().skip(at).take(3) {
            writeln!(told, "   {who}: {line}").unwrap();
        }
    }
    Some(told)
}

/// Every operator for every type, true and false, every step, event and reason must have been met.
fn report(counts: &Counts) {
    for (what, count) in counts {
        println!("{count:8} {what}");
    }
    let missed: Vec<String> = expected()
        .into_iter()
        .filter(|what| !counts.contains_key(what))
        .collect();
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
                let exists = [
                    "exists true",
                    "exists false",
                    "exists missing true",
                    "exists missing false",
                ];
                expected.extend(exists.map(|exists| format!("{kind} {exists}")));
            }
        }
    }
    expected.extend(["points exists true", "points exists false"].map(str::to_owned));
    expected.extend(OTHERS.map(str::to_owned));
    // A property is asked of an event and `entered` lets in; `for` stands beside `stage`.
    let questions = Question::ALL.map(Question::word).into_iter();
    let conditions = questions.filter(|word| !["property", "entered"].contains(word));
    for condition in conditions.chain(["for"]) {
        expected.extend([true, false].map(|truth| format!("condition {condition} {truth}")));
    }
    for state in ["", "active", "completed", "exited", "converted"] {
        expected.extend([true, false].map(|truth| format!("campaign {state} {truth}")));
    }
    for operator in [
        "once",
        "at-least",
        "at-most",
        "more-than",
        "less-than",
        "is",
        "between",
    ] {
        expected.extend([true, false].map(|truth| format!("count {operator} {truth}")));
    }
    for operator in [
        "at-least",
        "at-most",
        "more-than",
        "less-than",
        "is",
        "between",
    ] {
        expected.extend([true, false].map(|truth| format!("sum {operator} {truth}")));
    }
    expected.extend(["in an environment", "step of a block", "change refused"].map(str::to_owned));
    expected.extend(CARRIED.iter().map(|what| format!("carried: {what}")));
    expected.extend(
        ["stage", "funnel", "campaign", "step", "field"].map(|what| format!("refused: {what}")),
    );
    // A block is counted above, by its steps.
    let steps = Verb::ALL.into_iter().filter(|verb| *verb != Verb::Use);
    expected.extend(steps.map(|verb| format!("step {}", verb.word())));
    for (event, reasons) in EVENTS {
        expected.extend(
            reasons
                .split(' ')
                .map(|reason| format!("journal {event} {reason}")),
        );
    }
    expected.push("journal points rule-0".into());
    expected
}

/// What becomes of contacts in flight.
const CARRIED: [&str; 17] = [
    "stage moved",
    "stage removed",
    "funnel moved",
    "funnel removed",
    "campaign moved",
    "campaign removed",
    "step moved",
    "step removed exit",
    "step removed next",
    "step that does something else",
    "field removed",
    "segment moved",
    "content moved",
    "tag moved",
    "event moved",
    "event gone",
    "experience moved",
];

const OPERATORS: [(&str, &str); 6] = [
    (
        "text email",
        "is is-not in not-in contains starts-with ends-with matches",
    ),
    (
        "integer number points",
        "is is-not in not-in at-least at-most more-than less-than between",
    ),
    ("boolean", "is is-not"),
    ("choice", "is is-not in not-in"),
    ("choices", "has-any has-all has-none"),
    (
        "date datetime",
        "is is-not in not-in between before after since until within within-next during \
            anniversary",
    ),
];

/// What is neither an operator nor a step nor a line of the journal.
const OTHERS: [&str; 26] = [
    "wait that ends late",
    "wait that ends in time",
    "date over continue",
    "date over exit",
    "date over skip",
    "date missing continue",
    "date missing exit",
    "date missing skip",
    "send that a limit puts off",
    "send outside of its hours",
    "experience outside of its hours",
    "wait for an opening",
    "points of a group true",
    "points of a group false",
    "member by name Some(true)",
    "member by name Some(false)",
    "member by name None",
    "message on the preferred channel",
    "message on another channel",
    "message on no channel",
    "limit of a trigger",
    "occurrence lost in the instant of another start",
    "value that does not fit",
    "contacts skipped",
    "no contact skipped",
    "experience passed over",
];

/// The lines of the journal, each with its reasons; tests/suite/words.rs holds them to the page.
pub(crate) const EVENTS: [(&str, &str); 51] = [
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
    ("drop", ""),
    ("split", ""),
    ("notify", ""),
    ("await", ""),
    ("awaited", ""),
    ("enroll", ""),
    ("withdraw", ""),
    ("unsubscribe", ""),
    ("resubscribe", ""),
    ("add-to", ""),
    ("remove-from", ""),
    ("external-do-not-contact", ""),
    ("webhook", ""),
    ("push-to", ""),
    ("note", ""),
    ("fork", ""),
    ("join", ""),
    ("goto", ""),
    ("show", ""),
    ("hide", ""),
    ("start", "condition entered event enrolled points"),
    ("update", "purchased booked clicked"),
    ("late", "purchased booked"),
    (
        "lost",
        "too-old active same-run reenter goal exit-when unpublished missed-day",
    ),
    ("do-not-contact", ""),
    ("overtaken", ""),
    (
        "end",
        "goal exit-when on-leave exit finished skipped after-until withdrawn",
    ),
    ("send", ""),
    (
        "skip",
        "unpublished unreachable already-sent limited past missing outdated expired",
    ),
    ("delay", ""),
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
    ("resume", ""),
];
