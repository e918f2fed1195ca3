//! `funnelc why` tells what the engine of a run does, and what would change it.
//!
//! Invariant: what it says a run would write is what the run writes, and a change that it tells is
//! tried here through the door of `run`.

use funnelc::plan::Plan;
use funnelc::runner::batch::Past;
use funnelc::runner::events::Format;
use funnelc::runner::{Inputs, Options, RunBytes, run_inputs};
use funnelc::why::{Answer, Fate, Then, Why, why_bytes};

use crate::agreement::compile_for;
use crate::generate::{Case, records};
use crate::projects::{EXAMPLES, cases, example, first, funnelc_in, plan_of, root, run_arguments};

/// A run and the contacts that it was given.
struct Given<'a> {
    plan: &'a Plan,
    now: i64,
    contacts: &'a str,
    companies: Option<&'a str>,
    events: Option<(&'a [u8], Format)>,
    state: Option<&'a [u8]>,
}

impl Given<'_> {
    fn inputs(&self) -> Inputs<'_> {
        Inputs {
            contacts: self.contacts.as_bytes(),
            companies: self.companies.map(str::as_bytes),
            events: self.events,
            spill: None,
            patience: None,
            past: Past {
                accept_short_history: true,
                ..Past::default()
            },
        }
    }

    fn run(&self) -> Option<RunBytes> {
        let ran = run_inputs(
            self.plan,
            self.now,
            self.inputs(),
            self.state,
            Options::default(),
        );
        ran.ok()
            .filter(|ran| ran.problems.rows == 0 && ran.duplicates == 0)
    }

    fn why(&self, key: &str) -> Option<Why> {
        let answer = why_bytes(
            self.plan,
            key,
            (Some(self.now), self.now),
            self.inputs(),
            self.state,
            b"",
        );
        match answer.expect("what can be run can be explained") {
            Answer::Contact(why) => Some(*why),
            Answer::Nobody { .. } => panic!("`{key}` is in the file"),
            // Left as it is, by `on-bad-value`.
            Answer::BadRow(_) => None,
        }
    }

    /// The keys and rows of the file, and its header.
    fn rows(&self) -> (Vec<String>, Vec<(String, Vec<String>)>) {
        let mut rows = records(self.contacts).into_iter();
        let header = rows.next().expect("a header");
        let key = header
            .iter()
            .position(|name| name == &self.plan.model().contacts.key)
            .expect("the key's column");
        let keyed = rows.filter(|row| row.len() == header.len());
        (
            header.clone(),
            keyed.map(|row| (row[key].trim().to_owned(), row)).collect(),
        )
    }
}

/// So many projects are enough: each costs some seconds of a debug build.
const MOST: u64 = 100;

/// So many contacts of a run are explained: each costs as many runs as there are changes to try.
const FEW: usize = 2;

#[test]
fn what_a_run_would_do_and_who_is_in_which_segment_is_what_the_run_says() {
    let mut explained = 0;
    for seed in first()..first() + cases().min(MOST) {
        each_run(seed, &mut |given, ran| {
            let journal = records(std::str::from_utf8(&ran.journal).unwrap()).split_off(1);
            let (header, rows) = given.rows();
            for (key, row) in rows.iter().take(FEW) {
                let Some(why) = given.why(key) else { continue };
                explained += 1;
                let of_contact = journal.iter().filter(|row| row[0] == *key);
                let written: Vec<Vec<String>> = of_contact
                    .map(|row| row[1..].iter().map(|cell| cell.trim().to_owned()).collect())
                    .collect();
                assert_eq!(lines(&why), written, "seed {seed}, {key}");
                let file = file(&header, row);
                let alone = Given {
                    contacts: &file,
                    ..*given
                };
                let alone = alone.run().expect("a row of the file is taken");
                let metrics: serde_json::Value = serde_json::from_str(&alone.metrics).unwrap();
                for segment in &why.segments {
                    let engine = metrics["segments"][&segment.id].as_u64() == Some(1);
                    assert_eq!(
                        segment.is_in,
                        Some(engine),
                        "seed {seed}, {key}: {segment:?}"
                    );
                }
            }
        });
    }
    assert!(
        explained > cases().min(MOST),
        "{explained} contacts were explained"
    );
}

/// What a run would write into its journal, cell by cell.
fn lines(why: &Why) -> Vec<Vec<String>> {
    let cells = |it: &funnelc::why::Line| {
        [
            &it.at,
            &it.event,
            &it.campaign,
            &it.entry,
            &it.step,
            &it.subject,
            &it.from,
            &it.to,
            &it.reason,
        ]
        .map(|cell| cell.trim().to_owned())
        .to_vec()
    };
    why.happens.iter().map(cells).collect()
}

#[test]
fn a_change_that_is_told_turns_the_verdict_or_the_next_thing_fails() {
    let (mut turned, mut next, mut untried) = (0_u64, 0_u64, 0_u64);
    for seed in first()..first() + cases().min(MOST) {
        each_run(seed, &mut |given, _| {
            let (header, rows) = given.rows();
            for (key, row) in rows.iter().take(FEW) {
                let Some(why) = given.why(key) else { continue };
                for segment in &why.segments {
                    let Some(culprit) = &segment.fails else {
                        assert!(
                            segment.is_in == Some(true)
                                || segment.decided_by != funnelc::why::Decides::Where
                                || !segment.condition.holds.unwrap_or(false),
                            "seed {seed}, {key}: {segment:?}"
                        );
                        continue;
                    };
                    let change = culprit.change.as_ref();
                    let cell = change.and_then(|it| it.column.as_ref().zip(it.cell.as_ref()));
                    let Some((column, cell)) = cell else {
                        untried += 1;
                        continue;
                    };
                    let file = with_cell(&header, row, column, cell);
                    let changed = Given {
                        contacts: &file,
                        ..*given
                    };
                    let ran = changed.run().expect("the changed row is taken");
                    let metrics: serde_json::Value = serde_json::from_str(&ran.metrics).unwrap();
                    let is_in = metrics["segments"][&segment.id].as_u64() == Some(1);
                    let told = format!("seed {seed}, {key}, {}: {culprit:?}", segment.id);
                    match &change.unwrap().then {
                        Then::Turns => {
                            assert!(is_in, "{told}");
                            turned += 1;
                        }
                        Then::Fails { asks, found } => {
                            assert!(!is_in, "{told}");
                            let why = changed.why(key).expect("the changed row is taken");
                            let again = why.segments.iter().find(|it| it.id == segment.id);
                            let fails = again.unwrap().fails.as_ref().expect("something fails");
                            assert_eq!((asks, found), (&fails.asks, &fails.found), "{told}");
                            next += 1;
                        }
                        Then::Untried => panic!("{told}"),
                    }
                }
            }
        });
    }
    assert!(turned > 0 && next > 0, "{turned} turned, {next} next");
    assert!(
        untried < turned + next,
        "{untried} of {} are only told in words",
        untried + turned + next
    );
}

/// Shows each run of a case; a case ends where a change of the project is refused or a row is bad.
fn each_run(seed: u64, visit: &mut dyn FnMut(&Given<'_>, &RunBytes)) {
    let case = Case::new(seed);
    let (mut state, mut before) = (None::<Vec<u8>>, String::new());
    for (run, now) in case.runs.iter().enumerate() {
        let yaml = case.project(run);
        let plan = compile_for(&case, &yaml, case.environment());
        let Some(plan) = plan.expect("a generated project compiles") else {
            break;
        };
        let contacts = case.file(run, &before, &yaml);
        let events = case.events[run].as_ref().map(|(file, lines)| {
            let format = if *lines {
                Format::JsonLines
            } else {
                Format::Csv
            };
            (file.as_bytes(), format)
        });
        let given = Given {
            plan: &plan,
            now: now.parse::<jiff::Timestamp>().unwrap().as_second(),
            contacts: &contacts,
            companies: Some(&case.companies),
            events,
            state: state.as_deref(),
        };
        let Some(ran) = given.run() else { break };
        visit(&given, &ran);
        before = String::from_utf8(ran.contacts).unwrap();
        state = Some(ran.state);
    }
}

/// A file of one row, with another text in one cell.
fn with_cell(header: &[String], row: &[String], column: &str, cell: &str) -> String {
    let (mut header, mut row) = (header.to_vec(), row.to_vec());
    match header.iter().position(|name| name == column) {
        Some(at) => cell.clone_into(&mut row[at]),
        None => {
            header.push(column.to_owned());
            row.push(cell.to_owned());
        }
    }
    file(&header, &row)
}

/// A file of one row.
fn file(header: &[String], row: &[String]) -> String {
    let line = |cells: &[String]| {
        let quoted = cells
            .iter()
            .map(|cell| format!("\"{}\"", cell.replace('"', "\"\"")));
        quoted.collect::<Vec<_>>().join(",") + "\n"
    };
    line(header) + &line(row)
}

/// Ten days of runs of the examples, each of which is explained as it left the contacts.
const DAYS: i64 = 10;

#[test]
fn each_message_of_the_examples_has_its_line_and_each_that_was_not_sent_its_reason() {
    let (mut sent, mut not_sent) = (0, 0);
    for name in EXAMPLES {
        let plan = plan_of(example(name));
        let path = root().join(format!("examples/{name}/contacts.csv"));
        let mut contacts = std::fs::read_to_string(path).unwrap();
        let start: jiff::Timestamp = "2026-11-21T08:00:00Z".parse().unwrap();
        let mut state: Option<Vec<u8>> = None;
        for day in 0..DAYS {
            let given = Given {
                plan: &plan,
                now: start.as_second() + day * 86_400,
                contacts: &contacts,
                companies: None,
                events: None,
                state: state.as_deref(),
            };
            let ran = given.run().expect("the example runs");
            let after = String::from_utf8(ran.contacts.clone()).unwrap();
            let explained = Given {
                contacts: &after,
                state: Some(&ran.state),
                ..given
            };
            let journal = records(std::str::from_utf8(&ran.journal).unwrap()).split_off(1);
            let has_rows = |key: &String| journal.iter().any(|row| row[0] == *key);
            let last = day == DAYS - 1;
            for (key, _) in explained.rows().1 {
                if !last && !has_rows(&key) {
                    continue;
                }
                let why = explained.why(&key).expect("the row is good");
                let messages = || {
                    let campaigns = why.campaigns.iter().flat_map(|it| &it.messages);
                    campaigns.chain(why.funnels.iter().flat_map(|it| &it.experiences))
                };
                for message in messages().filter(|message| message.fate != Fate::Sent) {
                    assert!(message.why.is_some(), "{name}, {key}: {message:?}");
                    not_sent += 1;
                }
                let rows = journal
                    .iter()
                    .filter(|row| row[0] == key && row[2] == "send");
                for row in rows {
                    let told = messages().any(|message| {
                        let when = message.at.as_ref().is_none_or(|at| *at == row[1]);
                        message.fate == Fate::Sent && message.step == row[5] && when
                    });
                    assert!(told, "{name}, {key}: {row:?}");
                    sent += 1;
                }
            }
            contacts = after;
            state = Some(ran.state);
        }
    }
    assert!(sent > 20 && not_sent > 100, "{sent} sent, {not_sent} not");
}

/// A state in which each contact of the webshop stands somewhere, counted beside its lines.
#[test]
fn the_status_counts_who_is_where_in_the_state() {
    let plan = plan_of(example("webshop"));
    let contacts = std::fs::read_to_string(root().join("examples/webshop/contacts.csv")).unwrap();
    let now: jiff::Timestamp = "2026-11-21T08:00:00Z".parse().unwrap();
    let given = Given {
        plan: &plan,
        now: now.as_second(),
        contacts: &contacts,
        companies: None,
        events: None,
        state: None,
    };
    let ran = given.run().expect("the example runs");
    let status = funnelc::status::status_bytes(&plan, &ran.state).expect("our own state is read");
    let metrics: serde_json::Value = serde_json::from_str(&ran.metrics).unwrap();
    assert_eq!(Some(status.contacts), metrics["contacts"].as_u64());
    assert!(!status.other_plan && status.misplaced == 0);
    for funnel in &status.funnels {
        let weights: Vec<i64> = funnel.stages.iter().map(|stage| stage.weight).collect();
        assert!(weights.is_sorted(), "{weights:?}");
        let counted: u64 = funnel.stages.iter().map(|stage| stage.contacts).sum();
        assert_eq!(counted + funnel.outside, status.contacts);
    }
    let state = std::str::from_utf8(&ran.state).unwrap();
    for campaign in &status.campaigns {
        let waits = |line: &&str| {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            line["c"][&campaign.id]["p"].is_string()
        };
        let inside = state.lines().skip(1).filter(waits).count() as u64;
        assert_eq!(campaign.inside, inside, "{}", campaign.id);
        let at_steps: u64 = campaign.steps.iter().map(|step| step.contacts).sum();
        assert_eq!(at_steps, inside, "{}", campaign.id);
    }
    let waits = status.campaigns.iter().flat_map(|it| &it.steps);
    assert!(waits.filter(|step| step.first.is_some()).count() > 1);
}

/// Three days after Cid came in the mail is skipped, and only the journals know why.
#[test]
fn the_journals_say_why_a_message_was_skipped() {
    let project = "version: 1\n\
        contacts:\n  key: id\n  fields: { email: { type: email }, ok: { type: boolean } }\n  \
        addresses: { email: email }\n  consent: { email: { field: ok, is: true } }\n\
        content: { hello: { kind: email }, again: { kind: email } }\n\
        campaigns:\n  welcome:\n    enter: { field: email, exists: true }\n    on-leave: stay\n    \
        steps: [ { send: hello }, { if: { field: ok, is: true }, then: [ { send: again } ] }, \
        { wait: 3 days } ]\n";
    let plan = plan_of(crate::projects::sources(&[("funnelc.yaml", project)]));
    let first = Given {
        plan: &plan,
        now: 1_795_000_000,
        contacts: "id,email,ok\n3,cid@example.com,no\n",
        companies: None,
        events: None,
        state: None,
    };
    let ran = first.run().expect("it runs");
    let later = Given {
        contacts: "id,email,ok\n3,cid@example.com,yes\n",
        state: Some(&ran.state),
        ..first
    };
    let messages = |why: Why| why.campaigns[0].messages.clone();
    for silent in messages(later.why("3").unwrap()) {
        assert_eq!(silent.fate, Fate::Not);
        assert!(silent.why.unwrap().contains("--history"));
    }
    let rows = ran.journal.split_inclusive(|byte| *byte == b'\n').skip(1);
    let history: Vec<u8> = rows.flatten().copied().collect();
    let answer = why_bytes(&plan, "3", (None, 0), later.inputs(), later.state, &history);
    let Answer::Contact(why) = answer.unwrap() else {
        panic!("the contact is in the file")
    };
    let [hello, again] = &messages(*why)[..] else {
        panic!("there are two messages")
    };
    assert_eq!(hello.fate, Fate::Skipped);
    assert_eq!(hello.why.as_deref(), Some("has not consented"));
    assert_eq!(again.fate, Fate::Not);
    let other_way = "at `if` the contact went another way: `else`";
    assert_eq!(again.why.as_deref(), Some(other_way));
}

const TALK: &str = "version: 1\ncontacts: { key: id, tags: { values: [hot] } }\n\
    content: { hello: { kind: focus } }\ncampaigns: { talk: { enter: { tag: hot }, on-leave: stay, \
    steps: [{ wait: 3 days }, { send: hello }] } }\n";

/// A folder with the campaign, a contact in it, and the state of a run.
fn ran() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("shop.yaml"), TALK).unwrap();
    std::fs::write(folder.path().join("contacts.csv"), "id,tags\n1,hot\n").unwrap();
    let more = ["--state", "state"];
    let arguments = run_arguments("shop.yaml", "2026-11-21T09:00", &more);
    assert_eq!(funnelc_in(folder.path(), &arguments).code, Some(0));
    folder
}

#[test]
fn a_key_that_stands_in_two_rows_is_told_and_is_no_answer_that_a_run_gives() {
    let folder = ran();
    std::fs::write(folder.path().join("twice.csv"), "id,tags\n1,hot\n1,\n").unwrap();
    let why = |file| {
        let arguments = ["why", "shop.yaml", "--contact", "1", "--contacts", file];
        funnelc_in(folder.path(), &arguments)
    };
    assert_eq!(why("contacts.csv").code, Some(0));
    let twice = why("twice.csv");
    assert_eq!(twice.code, Some(1), "{}", twice.err);
    assert!(twice.out.contains("2 rows have this key"), "{}", twice.out);
}

#[test]
fn who_stands_at_a_step_that_is_gone_is_not_counted_at_the_end() {
    let folder = ran();
    let other = TALK.replace("{ wait: 3 days }", "{ id: pause, wait: 3 days }");
    std::fs::write(folder.path().join("other.yaml"), other).unwrap();
    let status = [
        "status",
        "other.yaml",
        "--state",
        "state",
        "--format",
        "json",
    ];
    let told = funnelc_in(folder.path(), &status);
    let told: serde_json::Value = serde_json::from_str(&told.out).expect("JSON");
    assert_eq!(told["misplaced"], 1);
    let talk = &told["campaigns"][0];
    assert_eq!(
        (&talk["inside"], &talk["steps"]),
        (&1.into(), &serde_json::json!([]))
    );
}

#[test]
fn a_pipe_in_the_place_of_a_state_is_told_and_not_waited_for() {
    let folder = ran();
    let current = folder.path().join("state/CURRENT");
    std::fs::remove_file(&current).unwrap();
    rustix::fs::mkfifoat(rustix::fs::CWD, &current, rustix::fs::Mode::RUSR).unwrap();
    let more = ["--contacts", "contacts.csv", "--state", "state"];
    for command in [
        &["status", "shop.yaml", "--state", "state"][..],
        &[&["why", "shop.yaml", "--contact", "1"], &more[..]].concat(),
        &[&["diff", "shop.yaml", "shop.yaml"], &more[..]].concat(),
        &[&["run", "shop.yaml", "--out", "again"], &more[..]].concat(),
    ] {
        let told = funnelc_in(folder.path(), command);
        assert_eq!(told.code, Some(3), "{command:?}: {}", told.err);
        let is_told = told.err.contains("no regular file") || command[0] == "run";
        assert!(is_told && told.err.contains("state"), "{}", told.err);
    }
}
