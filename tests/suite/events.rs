//! Events from the outside: the page about them is run, JSON lines say the same as rows, and the
//! command line refuses and accepts as it promises.

use std::fs;
use std::path::Path;

use funnelc::runner::batch::{Inputs, Options, RunBytes, run_inputs};
use funnelc::runner::compare::compare_inputs;
use funnelc::runner::events::Format;

use crate::projects::{funnelc_in, plan_of, root, sources};

fn block(language: &str) -> String {
    let page = fs::read_to_string(root().join("docs/events.md")).unwrap();
    let start = page
        .split_once(&format!("```{language}\n"))
        .unwrap_or_else(|| panic!("no block `{language}`"))
        .1;
    start.split_once("```").unwrap().0.to_owned()
}

fn moment(text: &str) -> i64 {
    let time: jiff::civil::DateTime = text.parse().unwrap();
    time.in_tz("Europe/Warsaw").unwrap().timestamp().as_second()
}

fn run(events: (&str, Format), state: Option<&[u8]>, now: &str) -> RunBytes {
    let (plan, contacts) = (
        plan_of(sources(&[("funnelc.yaml", &block("yaml"))])),
        block("csv contacts"),
    );
    let inputs = Inputs {
        contacts: contacts.as_bytes(),
        events: Some((events.0.as_bytes(), events.1)),
        ..Inputs::default()
    };
    run_inputs(&plan, moment(now), inputs, state, Options::default()).unwrap()
}

/// The rows of the page's file as JSON lines, in another order.
fn as_json(csv: &str) -> String {
    let mut lines = csv.lines();
    let names: Vec<&str> = lines.next().unwrap().split(',').collect();
    let object = |line: &str| {
        let pairs = names
            .iter()
            .zip(line.split(','))
            .map(|(name, cell)| match *name {
                "amount" => format!("\"{name}\": {cell}"),
                _ => format!("\"{name}\": \"{cell}\""),
            });
        format!("{{{}}}\n", pairs.collect::<Vec<_>>().join(", "))
    };
    lines.map(object).rev().collect()
}

#[test]
fn the_example_of_the_page_does_what_the_page_says() {
    let first = run(
        ("contact,at,event\n", Format::Csv),
        None,
        "2026-11-20T00:00",
    );
    let events = block("csv events");
    let rows = run(
        (&events, Format::Csv),
        Some(&first.state),
        "2026-11-21T09:00",
    );
    assert_eq!(
        String::from_utf8(rows.journal.clone()).unwrap(),
        block("csv journal")
    );
    assert!(
        rows.metrics.contains("\"big-spenders\": 2"),
        "{}",
        rows.metrics
    );
    let objects = run(
        (&as_json(&events), Format::JsonLines),
        Some(&first.state),
        "2026-11-21T09:00",
    );
    assert_eq!(objects.journal, rows.journal);
    assert_eq!(objects.state, rows.state);
}

#[test]
fn json_lines_that_are_bad_are_all_told() {
    let (plan, contacts) = (
        plan_of(sources(&[("funnelc.yaml", &block("yaml"))])),
        block("csv contacts"),
    );
    let lines = "{\"contact\": 1, \"at\": \"2026-11-20\", \"event\": \"purchased\", \"amount\": null, \"x\": 1}\n\nnonsense\n{\"contact\": \"1\", \"at\": \"2026-11-20\", \"event\": \"purchased\", \"amount\": [1]}\n{}";
    let inputs = Inputs {
        contacts: contacts.as_bytes(),
        events: Some((lines.as_bytes(), Format::JsonLines)),
        ..Inputs::default()
    };
    let error = run_inputs(
        &plan,
        moment("2026-11-21T09:00"),
        inputs,
        None,
        Options::default(),
    )
    .unwrap_err();
    assert_eq!(
        error.to_string(),
        "3 rows are bad\n\
         line 3, `nonsense`: not an object of JSON on one line\n\
         line 4, column `amount`: not a single value\n\
         line 5, column `contact`: a value is required\n\
         line 5, column `at`: a value is required\n\
         line 5, column `event`: a value is required"
    );
}

#[test]
fn threads_and_blocks_do_not_show() {
    let (plan, mut contacts) = (
        plan_of(sources(&[("funnelc.yaml", &block("yaml"))])),
        "id,email,opt_in\n".to_owned(),
    );
    let mut events = "contact,at,event,id,amount\n".to_owned();
    for contact in 0..200 {
        contacts += &format!("{contact},a@example.com,true\n");
        for day in (1..20).rev() {
            events += &format!(
                "{},2026-11-{day:02}T10:00,purchased,,{day}\n",
                (contact * 7 + day) % 200
            );
        }
    }
    let run = |threads, block_size| {
        let events = Some((events.as_bytes(), Format::Csv));
        let inputs = Inputs {
            contacts: contacts.as_bytes(),
            events,
            ..Inputs::default()
        };
        let run = run_inputs(
            &plan,
            moment("2026-11-19T12:00"),
            inputs,
            None,
            Options {
                threads,
                block_size,
            },
        )
        .unwrap();
        (run.journal, run.state, run.metrics)
    };
    assert_eq!(run(1, 1 << 20), run(3, 100));
}

#[test]
fn a_comparison_gives_both_plans_the_same_events() {
    let base = block("yaml");
    let head = base.replace("at-least: 100", "at-least: 60");
    let (base, head) = (
        plan_of(sources(&[("a.yaml", &base)])),
        plan_of(sources(&[("a.yaml", &head)])),
    );
    let (contacts, events) = (
        block("csv contacts"),
        "contact,at,event,amount\n1,2026-11-20T08:15,purchased,80\n",
    );
    let inputs = Inputs {
        contacts: contacts.as_bytes(),
        events: Some((events.as_bytes(), Format::Csv)),
        ..Inputs::default()
    };
    let shown = compare_inputs(
        &base,
        &head,
        moment("2026-11-21T09:00"),
        inputs,
        None,
        Options::default(),
    )
    .unwrap();
    let segment = &shown.segments[0];
    assert_eq!((segment.before, segment.after), (0, 1));
}

fn write(place: &Path, name: &str, text: &str) {
    fs::write(place.join(name), text).unwrap();
}

#[test]
fn the_command_line_takes_events_and_says_how_far_back_a_plan_asks() {
    let place = tempfile::tempdir().unwrap();
    let place = place.path();
    write(place, "funnelc.yaml", &block("yaml"));
    write(place, "contacts.csv", &block("csv contacts"));
    write(place, "events.csv", &block("csv events"));
    let common = [
        "run",
        ".",
        "--contacts",
        "contacts.csv",
        "--state",
        "state",
        "--events",
        "events.csv",
    ];
    let run = |more: &[&str]| funnelc_in(place, &[&common, more].concat());
    let first = run(&["--out", "out", "--now", "2026-11-20T00:00"]);
    assert_eq!(first.code, Some(0), "{}", first.err);
    assert!(
        first
            .err
            .contains("warning: `events.csv`: 2 events later than this run"),
        "{}",
        first.err
    );
    assert!(
        first.err.contains("note: this is the first run") && first.err.contains("`--replay`"),
        "{}",
        first.err
    );
    let manifest = fs::read_to_string(place.join("out/run.json")).unwrap();
    assert!(manifest.contains("\"events\": {"), "{manifest}");
    let plan = funnelc_in(place, &["plan", ".", "-o", "plan.json"]);
    assert!(
        plan.out
            .contains("asks for event purchased: the last 30 days"),
        "{}",
        plan.out
    );
    write(
        place,
        "funnelc.yaml",
        &block("yaml").replace("within: 30 days", "within: 1 year"),
    );
    let refused = run(&["--out", "out", "--now", "2026-11-21T09:00"]);
    assert_eq!(refused.code, Some(1), "{}", refused.err);
    assert!(
        refused.err.contains(
            "`purchased` is known since 2026-10-21T00:00:00+02:00, the plan asks for 1 year"
        ),
        "{}",
        refused.err
    );
    assert!(
        refused
            .err
            .contains("`moved: [ { from: event OLD, to: event NEW } ]`"),
        "{}",
        refused.err
    );
    let accepted = run(&[
        "--out",
        "out",
        "--now",
        "2026-11-21T09:00",
        "--accept-short-history",
    ]);
    assert_eq!(accepted.code, Some(0), "{}", accepted.err);
    assert!(
        accepted.err.contains("what is not known counts as nothing"),
        "{}",
        accepted.err
    );
    assert_eq!(
        run(&["--out", "out", "--now", "2026-11-22T09:00"]).code,
        Some(0)
    );
    write(place, "events.csv", "contact,at,event\n1,never,purchased\n");
    let bad = run(&["--out", "out", "--now", "2026-11-23T09:00"]);
    assert_eq!(bad.code, Some(1), "{}", bad.err);
    assert!(
        bad.err
            .contains("line 2, column `at`, `never`: not a moment"),
        "{}",
        bad.err
    );
}
