//! What `why`, `report` and `graph --overlay` read of folders of runs: only what happened, in whole,
//! and each figure where it belongs.

use std::fs;
use std::path::Path;

use crate::projects::{Run, funnelc_in};

/// A funnel and a campaign of one name, a stage and a step of one name, and a step called `end`.
const PROJECT: &str = "
version: 1
contacts:
  key: id
  tags: { values: [hot], column: tags }
content: { bar: { kind: focus }, news: { kind: focus } }
funnels:
  shop: { audience: everyone, stages: { lead: { weight: 0, converts: { tag: hot } }, buyer: { weight: 10, final: true } } }
campaigns:
  shop:
    enter: { in-funnel: shop }
    on-leave: stay
    steps:
      - id: lead
        if: { tag: hot }
        then: [ { id: end, send: bar } ]
      - wait: 3 days
      - send: news
";

const CONTACTS: &str = "id,tags\na,\nb,\nc,\nd,hot\ne,hot\n";

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("funnelc.yaml"), PROJECT).unwrap();
    fs::write(folder.path().join("contacts.csv"), CONTACTS).unwrap();
    folder
}

fn call(folder: &Path, words: &str) -> Run {
    let words: Vec<&str> = words.split_whitespace().collect();
    funnelc_in(folder, &words)
}

/// Runs at a moment into a folder, and on with the state.
fn run(folder: &Path, now: &str, out: &str) {
    let words = format!("run . --contacts contacts.csv --state state --now {now} --out {out}");
    let ran = call(folder, &words);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
}

#[test]
fn a_figure_stands_at_what_it_is_about() {
    let folder = folder();
    run(folder.path(), "2026-11-21T09:00", "runs/1");
    let drawn = call(folder.path(), "graph . --format svg --overlay runs/1").out;
    let titles: Vec<&str> = drawn
        .split("<title>")
        .skip(1)
        .filter_map(|rest| rest.split("</title>").next())
        .collect();
    let of = |name: &str| titles.iter().find(|title| title.starts_with(name));
    assert!(of("lead (3)").is_some(), "three are leads: {titles:?}");
    run(folder.path(), "2026-11-24T09:00", "runs/2");
    let drawn = call(folder.path(), "graph . --format svg --overlay runs/2").out;
    assert!(drawn.contains(">end · 5<"), "five came to the end: {drawn}");
}

#[test]
fn what_was_simulated_has_not_happened() {
    let folder = folder();
    run(folder.path(), "2026-11-21T09:00", "runs/1");
    let simulate = "simulate . --contacts contacts.csv --state state --from 2026-11-22 \
                    --until 2026-12-10 --out runs/sim";
    assert_eq!(call(folder.path(), simulate).code, Some(0));
    let why = "why . --contact a --contacts contacts.csv --state state --history runs";
    let told = call(folder.path(), why);
    assert_eq!(told.code, Some(0), "{}", told.err);
    assert!(told.out.contains("to come"), "{}", told.out);
    assert!(
        !told.out.contains("2026-11-24T09:00:00Z  send"),
        "{}",
        told.out
    );
    let refused = call(folder.path(), &format!("{why}/sim"));
    assert_eq!(refused.code, Some(3), "{}", refused.out);
    let page = call(folder.path(), "report runs/sim --project .").out;
    assert!(page.contains("nobody got anything") && page.contains("What would go out"));
    let page = call(folder.path(), "report runs/1 --project .").out;
    assert!(!page.contains("nobody got anything") && page.contains("What went out"));
}

#[test]
fn a_copy_of_a_run_happened_once() {
    let folder = folder();
    run(folder.path(), "2026-11-21T09:00", "runs/1");
    fs::create_dir(folder.path().join("runs/2")).unwrap();
    for name in ["run.json", "journal.csv", "metrics.json"] {
        let from = folder.path().join("runs/1").join(name);
        fs::copy(from, folder.path().join("runs/2").join(name)).unwrap();
    }
    let why = "why . --contact d --contacts contacts.csv --state state --history";
    let once = call(folder.path(), &format!("{why} runs/1"));
    let copied = call(folder.path(), &format!("{why} runs"));
    assert_eq!((once.code, copied.code), (Some(0), Some(0)));
    assert_eq!(once.out, copied.out);
    std::os::unix::fs::symlink(folder.path().join("runs"), folder.path().join("links")).unwrap();
    fs::create_dir(folder.path().join("walked")).unwrap();
    let link = folder.path().join("walked/1");
    std::os::unix::fs::symlink(folder.path().join("runs/1"), link).unwrap();
    assert_eq!(call(folder.path(), &format!("{why} walked")).code, Some(3));
}

#[test]
fn nobody_waits_for_a_pipe_in_a_run() {
    let folder = folder();
    for (name, words) in [
        ("metrics.json", "report runs/1 --project ."),
        ("metrics.json", "graph . --format svg --overlay runs/1"),
        ("journal.csv", "report runs/1 --project ."),
    ] {
        run(folder.path(), "2026-11-21T09:00", "runs/1");
        let file = folder.path().join("runs/1").join(name);
        fs::remove_file(&file).unwrap();
        let missing = call(folder.path(), words);
        assert_eq!(missing.code, Some(3), "{name}, {words}: {}", missing.out);
        let mode = rustix::fs::Mode::from_raw_mode(0o600);
        rustix::fs::mkfifoat(rustix::fs::CWD, &file, mode).unwrap();
        let told = call(folder.path(), words);
        assert_eq!(told.code, Some(3), "{name}, {words}: {}", told.out);
        assert!(told.err.contains("no regular file"), "{}", told.err);
        fs::remove_dir_all(folder.path().join("runs")).unwrap();
        fs::remove_dir_all(folder.path().join("state")).unwrap();
    }
}

#[test]
fn figures_of_any_size_are_shown() {
    let folder = folder();
    run(folder.path(), "2026-11-21T09:00", "runs/1");
    let file = folder.path().join("runs/1/metrics.json");
    let metrics = fs::read_to_string(&file).unwrap();
    let large = metrics.replace("\"now\": 3", "\"now\": 18446744073709551615");
    let large = large.replace("\"entered\": 5", "\"entered\": 18446744073709551615");
    assert_ne!(metrics, large);
    fs::write(&file, large).unwrap();
    let page = call(folder.path(), "report runs/1 --project .");
    assert_eq!(page.code, Some(0), "{}", page.err);
    assert!(page.out.contains("18,446,744,073,709,551,615"));
}

#[test]
fn a_password_is_hidden_before_a_line_is_broken() {
    let project = PROJECT.replace(
        "tags: { values: [hot], column: tags }",
        "tags: { values: [hot], column: tags }\n  fields: { link: { type: text } }",
    );
    let link = format!(
        "link, is: \"xx https://robot:hunter2 {} {} @example.com/x\" }}",
        "a".repeat(30),
        "b".repeat(30)
    );
    let project = project.replace(
        "enter: { in-funnel: shop }",
        &format!("enter: {{ field: {link}"),
    );
    let folder = folder();
    fs::write(folder.path().join("funnelc.yaml"), project).unwrap();
    for format in ["text", "mermaid", "dot", "svg"] {
        let drawn = call(folder.path(), &format!("graph . --format {format}"));
        assert!(drawn.out.contains("robot"), "{format}: {}", drawn.err);
        assert!(!drawn.out.contains("hunter2"), "{format}: {}", drawn.out);
    }
}
