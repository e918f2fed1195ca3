//! The page about contacts in flight is what happens: its two projects are run one after the other
//! with the real program, and each line that it proposes is taken.

use std::fs;
use std::path::Path;

use crate::projects::{Run, funnelc_in, root, run_arguments};

fn block(info: &str) -> String {
    let page = fs::read_to_string(root().join("docs/in-flight.md")).unwrap();
    let start = page
        .find(&format!("```{info}\n"))
        .unwrap_or_else(|| panic!("no block `{info}`"));
    let text = &page[start + info.len() + 4..];
    text[..text.find("```").unwrap()].to_owned()
}

fn run(folder: &Path, project: &str, now: &str) -> Run {
    fs::write(folder.join("funnelc.yaml"), project).unwrap();
    fs::write(folder.join("contacts.csv"), "id,tags\nann,hot\n").unwrap();
    let args = run_arguments(".", now, &["--state", "state"]);
    funnelc_in(folder, &args)
}

fn journal(folder: &Path) -> String {
    fs::read_to_string(folder.join("out/journal.csv")).unwrap()
}

#[test]
fn the_page_shows_what_a_run_says() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path();
    assert_eq!(
        run(place, &block("yaml first"), "2026-06-01T09:00").code,
        Some(0)
    );
    let (before, state) = (
        journal(place),
        fs::read(place.join("state/CURRENT")).unwrap(),
    );
    let refused = run(place, &block("yaml second"), "2026-06-02T09:00");
    assert_eq!(
        (refused.code, refused.err),
        (Some(1), block("text refusal"))
    );
    assert_eq!(journal(place), before, "nothing was written");
    assert_eq!(
        fs::read(place.join("state/CURRENT")).unwrap(),
        state,
        "the state is as it was"
    );
    let second =
        block("yaml second") + "moved: [ { campaign: welcome, from: pause, to: first-days } ]\n";
    let taken = run(place, &second, "2026-06-02T09:00");
    assert_eq!(taken.code, Some(0), "{}", taken.err);
    assert!(
        taken
            .err
            .contains("note: 1 contact of step `pause` of `welcome` is now in `first-days`"),
        "{}",
        taken.err
    );
    assert_eq!(journal(place).lines().count(), 1);
    assert_eq!(run(place, &second, "2026-06-04T09:00").code, Some(0));
    assert!(
        journal(place).contains("send,welcome,1,send:offer,offer"),
        "{}",
        journal(place)
    );
}

#[test]
fn each_proposed_line_lets_the_run_start() {
    for line in block("text refusal").lines() {
        let Some(at) = line.find("removed: [").or_else(|| line.find("moved: [")) else {
            continue;
        };
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(
            run(folder.path(), &block("yaml first"), "2026-06-01T09:00").code,
            Some(0)
        );
        let done = run(
            folder.path(),
            &format!("{}{}\n", block("yaml second"), &line[at..]),
            "2026-06-02T09:00",
        );
        assert_eq!(done.code, Some(0), "{line}: {}", done.err);
    }
}

#[test]
fn a_comparison_says_who_would_lose_a_place() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path();
    assert_eq!(
        run(place, &block("yaml first"), "2026-06-01T09:00").code,
        Some(0)
    );
    fs::write(place.join("second.yaml"), block("yaml second")).unwrap();
    let args = [
        "diff",
        "funnelc.yaml",
        "second.yaml",
        "--contacts",
        "contacts.csv",
        "--state",
        "state",
        "--now",
    ];
    let silent = funnelc_in(place, &[args.as_slice(), &["2026-06-02T09:00"]].concat());
    let spoken =
        block("yaml second") + "moved: [ { campaign: welcome, from: pause, to: first-days } ]\n";
    fs::write(place.join("second.yaml"), spoken).unwrap();
    let spoken = funnelc_in(place, &[args.as_slice(), &["2026-06-02T09:00"]].concat());
    assert!(
        silent.out.contains("1 contact") && silent.out != spoken.out,
        "{}\n{}",
        silent.out,
        spoken.out
    );
}

#[test]
fn who_was_not_in_the_file_when_a_funnel_began_is_read_for_the_first_time_on_return() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path();
    let run = |project: &str, rows: &str, day: u8| {
        fs::write(place.join("funnelc.yaml"), project).unwrap();
        fs::write(
            place.join("contacts.csv"),
            format!("id,stage_shop,size\n{rows}"),
        )
        .unwrap();
        let now = format!("2026-06-0{day}T09:00");
        let args = run_arguments(".", &now, &["--state", "state"]);
        let run = funnelc_in(place, &args);
        assert_eq!(run.code, Some(0), "{}", run.err);
        journal(place)
    };
    let first =
        "version: 1\nproject: p\ncontacts: { key: id, fields: { size: { type: integer } } }\n";
    let second = format!(
        "{first}funnels: {{ shop: {{ stages: {{ lead: {{ weight: 1 }}, buyer: {{ weight: 2 }} }} }} }}
campaigns:
  hello: {{ enter: {{ entered: shop/lead }}, steps: [ {{ set: size, to: 3 }} ] }}
"
    );
    run(first, "ann,,1\nbob,,1\n", 1);
    run(&second, "ann,,1\n", 2);
    // Twice, so that the state passes on what it knows of who is not there.
    run(&second, "ann,,1\n", 3);
    let journal = run(&second, "ann,lead,2\nbob,lead,2\n", 4);
    assert!(
        journal.contains("ann,2026-06-04T09:00:00+00:00,external-stage"),
        "{journal}"
    );
    assert!(
        journal.contains("ann,2026-06-04T09:00:00+00:00,external-field"),
        "{journal}"
    );
    assert!(
        journal.contains("ann,2026-06-04T09:00:00+00:00,set,hello"),
        "{journal}"
    );
    assert!(!journal.contains("bob"), "{journal}");
    // From then on it is remembered.
    assert!(
        run(&second, "ann,lead,3\nbob,buyer,2\n", 5)
            .contains("bob,2026-06-05T09:00:00+00:00,external-stage")
    );
}

/// Ann and Bob were let in by one condition, and the campaign may let them in again; what the run
/// after a change sends.
fn sent_after(change: impl Fn(&str) -> String) -> (usize, String) {
    let folder = tempfile::tempdir().unwrap();
    let project = "version: 1
contacts: { key: id, fields: { orders: { type: integer }, hot: { type: boolean } } }
content: { bar: { kind: focus } }
segments:
  warm: { where: { all: [ { field: orders, at-least: 5 }, { field: hot, is: true } ] } }
campaigns:
  talk:
    enter: [ { segment: warm } ]
    reenter: { after: 1 day }
    on-leave: stay
    steps: [ { send: bar } ]
";
    let run = |project: &str, day: u8| {
        fs::write(folder.path().join("funnelc.yaml"), project).unwrap();
        fs::write(
            folder.path().join("contacts.csv"),
            "id,orders,hot\nann,5,true\nbob,7,true\n",
        )
        .unwrap();
        let now = format!("2026-06-0{day}T09:00");
        let args = run_arguments(".", &now, &["--state", "state"]);
        let run = funnelc_in(folder.path(), &args);
        assert_eq!(run.code, Some(0), "{}", run.err);
        (
            journal(folder.path()).matches(",send,talk,").count(),
            run.err,
        )
    };
    assert_eq!(run(project, 1).0, 2);
    assert_eq!(run(project, 3).0, 0);
    let changed = change(project);
    assert_ne!(changed, project);
    let after = run(&changed, 5);
    assert_eq!(run(&changed, 7).0, 0, "and nothing from then on");
    after
}

#[test]
fn a_condition_in_other_words_lets_nobody_in_again() {
    let segment = "{ all: [ { field: orders, at-least: 5 }, { field: hot, is: true } ] }";
    let other = "{ not: { any: [ { not: { field: hot, is: true } }, { not: { field: orders, more-than: 4 } } ] } }";
    let renamed = |project: &str| project.replace("warm", "glowing");
    let inlined = |project: &str| project.replace("{ segment: warm }", segment);
    let reworded = |project: &str| project.replace(segment, other);
    let both = |project: &str| renamed(&reworded(project));
    let twice = |project: &str| {
        project.replace(
            "[ { segment: warm } ]",
            &format!("[ {{ segment: warm }}, {other} ]"),
        )
    };
    let redefined = |project: &str| project.replace("at-least: 5", "at-least: 4");
    assert_eq!(sent_after(renamed).0, 0);
    assert_eq!(sent_after(inlined).0, 0);
    assert_eq!(sent_after(reworded).0, 0);
    assert_eq!(sent_after(both).0, 0);
    assert_eq!(sent_after(twice).0, 0);
    assert_eq!(
        sent_after(redefined).0,
        0,
        "under its old name a segment is the same one"
    );
}

#[test]
fn a_condition_with_another_meaning_lets_in_again_and_that_is_said() {
    let (sent, told) = sent_after(|project| {
        project
            .replace("warm", "glowing")
            .replace("at-least: 5", "at-least: 4")
    });
    assert_eq!(sent, 2);
    let note = "note: `enter` of the campaign `talk` means something else now; 2 contacts that it had \
        let in come in again";
    assert!(told.contains(note), "{told}");
}

#[test]
fn a_state_of_before_there_were_meanings_is_read() {
    let line = r#"{"funnelc-state":2,"plan":"p","now":0,"campaigns":{"talk":{"since":0,"enter":["0123abcd"]}},
        "knows":{"funnels":[],"fields":[],"tags":[],"points":false},
        "has":{"funnels":{},"campaigns":{},"fields":{},"content":[],"tags":[]}}"#;
    let header = funnelc::runner::state::Header::decode(line).unwrap();
    assert!(header.campaigns["talk"].means.is_empty());
    assert!(!header.encode().contains("means"));
}

/// Everything at which nobody is, once under old names and once under new ones.
const THINGS: &str = "version: 1
contacts: { key: id, tags: { values: [vip, seen], column: tags } }
events: { rode: {} }
content: { bar: { kind: focus, once: ever }, popup: { kind: focus } }
segments: { chosen: { where: { tag: seen } } }
funnels:
  shop:
    audience: everyone
    stages: { lead: { weight: 0, experiences: [ { id: window, content: popup } ] } }
campaigns:
  talk:
    enter: { tag: vip }
    reenter: { after: 1 day }
    on-leave: stay
    steps: [ { send: bar }, { add-to: chosen } ]
  again:
    enter: [ { all: [ { segment: chosen }, { event: rode } ] } ]
    reenter: { after: 1 day }
    on-leave: stay
    steps: [ { id: note, add-tag: seen } ]
";

#[test]
fn what_nobody_is_at_keeps_what_is_remembered_of_it_under_another_name() {
    let folder = tempfile::tempdir().unwrap();
    let run = |project: &str, day: u8, events: &str| {
        fs::write(folder.path().join("funnelc.yaml"), project).unwrap();
        fs::write(folder.path().join("contacts.csv"), "id,tags\nann,vip\n").unwrap();
        fs::write(
            folder.path().join("events.csv"),
            format!("contact,at,event,id\n{events}"),
        )
        .unwrap();
        let now = format!("2026-06-0{day}T09:00");
        let files = [
            "run",
            ".",
            "--contacts",
            "contacts.csv",
            "--events",
            "events.csv",
            "--out",
            "out",
        ];
        let run = funnelc_in(
            folder.path(),
            &[files.as_slice(), &["--state", "state", "--now", &now]].concat(),
        );
        (run.code, run.err, journal(folder.path()))
    };
    let first = run(THINGS, 1, "ann,2026-06-01T08:00,rode,1\n");
    assert!(
        first.2.contains(",send,talk,1,") && first.2.contains(",start,again,1,"),
        "{first:?}"
    );
    let renamed = THINGS
        .replace("vip", "gold")
        .replace("rode", "test-ride")
        .replace("bar", "strip")
        .replace("chosen", "picked")
        .replace("window", "door");
    let lines = "moved:
  - { from: tag vip, to: tag gold }
  - { from: event rode, to: event test-ride }
  - { from: content bar, to: content strip }
  - { from: segment chosen, to: segment picked }
  - { from: experience shop/lead/window, to: experience shop/lead/door }
  - { campaign: talk, from: \"send:bar\", to: \"send:strip\" }
  - { campaign: talk, from: \"add-to:chosen\", to: \"add-to:picked\" }
";
    let second = run(
        &format!("{renamed}{lines}"),
        3,
        "ann,2026-06-01T08:00,rode,1\n",
    );
    assert_eq!(second.0, Some(0), "{second:?}");
    assert_eq!(second.2.lines().count(), 1, "nothing happens: {second:?}");
    let third = run(&format!("{renamed}{lines}"), 5, "");
    assert_eq!(third.2.lines().count(), 1, "nothing happens: {third:?}");
}

#[test]
fn a_name_without_its_word_is_told_what_to_write() {
    let folder = tempfile::tempdir().unwrap();
    let told_in = |project: &str, line: &str| {
        let project = format!("{project}moved: [ {line} ]\n");
        fs::write(folder.path().join("funnelc.yaml"), project).unwrap();
        let check = funnelc_in(folder.path(), &["check", ".", "--format", "json"]);
        format!("{}{}", check.out, check.err)
    };
    let told = |line: &str| told_in(THINGS, line);
    let bare = told("{ from: picked, to: chosen }");
    assert!(
        bare.contains("write `{ from: segment picked, to: segment chosen }`"),
        "{bare}"
    );
    let half = told("{ from: segment picked, to: chosen }");
    assert!(
        half.contains("write `{ from: segment picked, to: segment chosen }`"),
        "{half}"
    );
    assert!(!told("{ from: segment picked, to: segment chosen }").contains("\"error\""));
    assert!(told("{ from: segment chosen, to: segment chosen }").contains("still there"));
    assert!(told("{ from: content x, to: content bra }").contains("did you mean `bar`"));
    assert!(
        told("{ from: experience shop/lead/x, to: experience shop/lead/windw }")
            .contains("did you mean `window`")
    );
    let closed = told("{ from: tag a, to: tag golden }");
    assert!(closed.contains("add it to `values`"), "{closed}");
    let open = THINGS.replace("values: [vip, seen]", "values: open");
    let open = told_in(&open, "{ from: tag a, to: tag golden }");
    assert!(open.contains("take the line away"), "{open}");
    let silent = told("{ from: tag a, to: tag vip }, { from: event b, to: event rode }");
    assert!(!silent.contains("\"error\""), "{silent}");
}
