//! `--journal`: which rows of the journal a run writes, and that nothing else depends on it.

use std::fs::{read, read_to_string, write};
use std::path::Path;

use crate::projects::{Run, funnelc_in};

/// A stage by rule, a change of a tag, a field and points, a message that goes out and one that
/// does not, a question and a wait.
const PROJECT: &str = "
version: 1
contacts:
  key: id
  tags: { values: [warm], separator: ';' }
  points: { column: points }
  fields:
    email:  { type: email }
    orders: { type: integer, default: 0 }
    nick:   { type: text }
  addresses: { email: email }
content: { hello: { kind: email, transactional: true } }
funnels:
  shop:
    place: [ { stage: buyer, when: { field: orders, at-least: 1 } } ]
    stages: { buyer: { weight: 0 } }
campaigns:
  welcome:
    enter: [ { entered: shop/buyer } ]
    steps:
      - send: hello
      - if: { field: orders, at-least: 2 }
        then: [ { add-tag: warm }, { points: 5 } ]
        else: [ { set: nick, to: once } ]
      - wait: 1 day
";

const CONTACTS: &str = "id,email,orders,nick,tags,points,stage
a,a@example.org,2,,,0,
b,,1,,,0,
";

const ROWS: [&str; 3] = ["all", "changes", "none"];

fn run(folder: &Path, more: &[&str]) -> Run {
    let same = ["run", "funnelc.yaml", "--contacts=contacts.csv"];
    let ran = funnelc_in(
        folder,
        &[&same[..], &["--now=2026-01-02T10:00"], more].concat(),
    );
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    ran
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path().join("funnelc.yaml"), PROJECT).unwrap();
    write(folder.path().join("contacts.csv"), CONTACTS).unwrap();
    folder
}

/// The rows of a journal as contact and event.
fn events(folder: &Path, out: &str) -> Vec<String> {
    let journal = read_to_string(folder.join(out).join("journal.csv")).unwrap();
    let mut rows = journal.lines();
    assert_eq!(
        rows.next(),
        Some("contact,at,event,campaign,entry,step,subject,from,to,reason")
    );
    rows.map(|row| {
        let cells: Vec<&str> = row.split(',').collect();
        format!("{} {}", cells[0], cells[2])
    })
    .collect()
}

#[test]
fn the_journal_holds_what_was_asked_for_and_all_else_is_the_same() {
    let folder = folder();
    let path = folder.path();
    for rows in ROWS {
        let (out, state) = (format!("--out={rows}"), format!("--state=state-{rows}"));
        run(path, &[&out, &state, "--journal", rows]);
    }
    insta::assert_snapshot!(events(path, "all").join("\n"), @r"
    a place
    a start
    a send
    a if
    a add-tag
    a points
    a wait
    b place
    b start
    b skip
    b if
    b set
    b wait
    ");
    insta::assert_snapshot!(events(path, "changes").join("\n"), @r"
    a place
    a start
    a add-tag
    a points
    b place
    b start
    b set
    ");
    assert!(events(path, "none").is_empty());
    for file in ["contacts.csv", "actions.csv", "metrics.json"] {
        let all = read(path.join("all").join(file)).unwrap();
        for rows in ROWS {
            assert!(
                all == read(path.join(rows).join(file)).unwrap(),
                "{rows}: {file}"
            );
        }
    }
    let state = |rows: &str| read(path.join(format!("state-{rows}/CURRENT"))).unwrap();
    assert!(state("all") == state("changes") && state("all") == state("none"));
    let full = read_to_string(path.join("all/journal.csv")).unwrap();
    let changes = read_to_string(path.join("changes/journal.csv")).unwrap();
    let mut rows = full.lines();
    assert!(
        changes.lines().all(|row| rows.any(|other| other == row)),
        "the rows that are there are those of the whole journal, in its order"
    );
}

#[test]
fn run_json_says_what_the_journal_holds_unless_that_is_all() {
    let folder = folder();
    for rows in ROWS {
        run(folder.path(), &["--out=out", "--journal", rows]);
        let manifest = read_to_string(folder.path().join("out/run.json")).unwrap();
        let said = format!("  \"journal\": \"{rows}\",\n");
        assert_eq!(manifest.contains(&said), rows != "all", "{manifest}");
        assert_eq!(
            manifest.contains("\"journal\""),
            rows != "all",
            "{manifest}"
        );
    }
}

#[test]
fn a_run_that_is_there_is_not_written_again_with_other_rows() {
    let folder = folder();
    let journal = || read(folder.path().join("out/journal.csv")).unwrap();
    let same = ["--out=out", "--state=state"];
    run(folder.path(), &same);
    let before = journal();
    let again = run(
        folder.path(),
        &[&same[..], &["--journal=none", "--defuse-formulas"]].concat(),
    );
    let words = "warning: the run stands, but it was written before, without `--defuse-formulas` \
        and with `--journal all`, and is not written again\n";
    assert!(again.err.contains(words), "{}", again.err);
    assert!(before == journal(), "the journal is still there");
    let again = run(folder.path(), &[&same[..], &["--journal=all"]].concat());
    assert!(!again.err.contains("written before"), "{}", again.err);
}

#[test]
fn shells_complete_the_words() {
    let folder = folder();
    let script = funnelc_in(folder.path(), &["completions", "bash"]).out;
    assert!(script.contains("all changes none"), "{script}");
}
