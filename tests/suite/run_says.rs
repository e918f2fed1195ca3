//! What `funnelc run` says of itself: what goes out, a try without a trace, a bound that refuses,
//! what is forgotten, tables in narrow terminals.

use std::path::Path;

use funnelc::report::metrics;
use funnelc::runner::batch::{Options, run_bytes};
use serde_json::Value;

use crate::projects::{Run, funnelc_in, plan_of, sources};

const PROJECT: &str = "version: 1
timezone: UTC
contacts:
  key: id
  tags: { values: [hot] }
  fields: { email: { type: email }, phone: { type: text }, opt-in: { type: boolean } }
  addresses: { email: email, sms: phone }
  consent: { email: { field: opt-in, is: true } }
  do-not-contact: { email: { column: dnc } }
content:
  zebra: { kind: email }
  apple: { kind: message, prefer: [email, sms] }
  banner: { kind: focus }
funnels:
  club: { audience: everyone, stages: { visitor: { weight: 0, experiences: [{ id: hello, content: banner }] } } }
campaigns:
  later: { enter: [{ tag: hot }], steps: [{ notify: boss@x.pl, message: new }, { id: any, send: apple }] }
  first: { priority: 1, enter: [{ tag: hot }], on-leave: exit, steps: [{ send: zebra }, { wait: 1 day }, { send: zebra }, { send: apple }] }
";

const CONTACTS: &str = "id,email,phone,opt_in,dnc,tags
1,a@x.pl,7,true,,hot
2,,7,true,,hot
3,c@x.pl,,false,,hot
4,d@x.pl,,true,bounced,hot
5,,,,,
";

fn prepare(project: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("p.yaml"), project).expect("written");
    std::fs::write(folder.path().join("c.csv"), CONTACTS).expect("written");
    folder
}

fn run(folder: &Path, more: &[&str]) -> Run {
    let args = [
        "run",
        "p.yaml",
        "--contacts",
        "c.csv",
        "--now",
        "2026-11-21T09:00",
    ];
    funnelc_in(folder, &[&args, more].concat())
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let mut names: Vec<_> = entries
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    names.sort();
    names
}

#[test]
fn the_table_of_what_goes_out_follows_the_journey_and_says_why_not() {
    let folder = prepare(PROJECT);
    let run = run(folder.path(), &["--out", "out", "--state", "state"]);
    let table: String = run
        .out
        .split_inclusive('\n')
        .take_while(|line| !line.starts_with("club "))
        .collect();
    insta::assert_snapshot!(table);
    let rows = std::fs::read_to_string(folder.path().join("out/actions.csv"))
        .expect("there")
        .lines()
        .count()
        - 1;
    let all = table
        .lines()
        .find(|line| line.starts_with("  (all)"))
        .expect("a sum");
    assert_eq!(
        all.split_whitespace().nth(1),
        Some(rows.to_string().as_str()),
        "{table}"
    );
    let metrics = std::fs::read_to_string(folder.path().join("out/metrics.json")).expect("there");
    let metrics: Value = serde_json::from_str(&metrics).expect("JSON");
    let step = &metrics["campaigns"]["later"]["steps"]["any"];
    assert_eq!(
        step["channels"],
        serde_json::json!({ "email": 1, "sms": 1 })
    );
    assert_eq!(
        step["unreachable"],
        serde_json::json!({ "consent": 1, "do-not-contact": 1 })
    );
}

#[test]
fn a_try_leaves_no_trace_and_says_what_the_run_says() {
    let folder = prepare(PROJECT);
    let tried = run(
        folder.path(),
        &["--dry-run", "--state", "state", "--rejects", "bad.csv"],
    );
    assert_eq!(tried.code, Some(0), "{}", tried.err);
    assert!(tried.err.contains("nothing was written"), "{}", tried.err);
    assert_eq!(names(folder.path()), ["c.csv", "p.yaml"]);
    let real = run(folder.path(), &["--out", "out", "--state", "state"]);
    assert_eq!(tried.out, real.out);
    let before = (
        names(&folder.path().join("state")),
        names(&folder.path().join("out")),
    );
    let current = std::fs::read(folder.path().join("state/CURRENT")).expect("there");
    let again = [
        "run",
        "p.yaml",
        "--contacts",
        "c.csv",
        "--now",
        "2026-11-22T09:00",
        "--dry-run",
        "--state",
        "state",
    ];
    let later = funnelc_in(folder.path(), &again);
    assert!(
        later.out.contains("send:zebra#2"),
        "it goes on from the state:\n{}",
        later.out
    );
    assert_eq!(
        (
            names(&folder.path().join("state")),
            names(&folder.path().join("out"))
        ),
        before
    );
    assert_eq!(
        std::fs::read(folder.path().join("state/CURRENT")).expect("there"),
        current
    );
    assert_eq!(
        run(folder.path(), &[]).code,
        Some(2),
        "a run needs a place, a try does not"
    );
}

#[test]
fn a_run_that_would_let_too_much_out_is_refused_with_its_table() {
    let folder = prepare(PROJECT);
    let refused = run(
        folder.path(),
        &["--out", "out", "--state", "state", "--at-most", "2"],
    );
    assert_eq!(refused.code, Some(4), "{}", refused.err);
    assert!(
        refused.out.contains("goes out") && refused.err.contains("this run would send 3 messages"),
        "{refused:?}"
    );
    assert_eq!(names(folder.path()), ["c.csv", "p.yaml"]);
    assert_eq!(
        run(folder.path(), &["--dry-run", "--at-most", "2"]).code,
        Some(4)
    );
    assert_eq!(
        run(
            folder.path(),
            &["--out", "out", "--state", "state", "--at-most", "3"]
        )
        .code,
        Some(0)
    );
}

#[test]
fn the_project_says_how_much_a_run_may_let_out() {
    for (bound, told) in [
        (
            "email: 1",
            "this run would send 2 messages by email, and the project lets 1 go out",
        ),
        (
            "sms: 0",
            "this run would send 1 message by sms, and the project lets 0 go out",
        ),
        (
            "actions: 11",
            "this run would write 12 actions, and the project lets 11 go out",
        ),
        (
            "messages: 2",
            "this run would send 3 messages, and the project lets 2 go out",
        ),
        ("email: 2, sms: 1, push: 0, messages: 3, actions: 12", ""),
    ] {
        let folder = prepare(&format!(
            "{PROJECT}checks: {{ run: {{ at-most: {{ {bound} }} }} }}\n"
        ));
        let plan = funnelc_in(folder.path(), &["plan", "p.yaml", "-o", "plan.json"]);
        assert_eq!(plan.code, Some(0), "{}", plan.err);
        for path in ["p.yaml", "plan.json"] {
            let args = [
                "run",
                path,
                "--contacts",
                "c.csv",
                "--now",
                "2026-11-21T09:00",
                "--dry-run",
            ];
            let run = funnelc_in(folder.path(), &args);
            assert_eq!(
                run.code,
                Some(if told.is_empty() { 0 } else { 4 }),
                "{bound}: {}{}",
                run.out,
                run.err
            );
            assert!(run.err.contains(told), "{bound}: {}", run.err);
        }
    }
}

#[test]
fn a_bound_that_is_none_is_told() {
    for (checks, told) in [
        ("run: off", "`run` is no check"),
        ("run: { severity: off }", "`run` is no check"),
        ("run: { at-most: { mails: 5 } }", "unknown key `mails`"),
        (
            "run: { at-most: { email: -1 } }",
            "`-1` is no number of actions",
        ),
        (
            "dead-end: { severity: error, at-most: { email: 5 } }",
            "`at-most` does not go with `dead-end`",
        ),
        (
            "dead-end: { reason: because }",
            "`dead-end` does not say how much its findings count",
        ),
    ] {
        let folder = prepare(&format!("{PROJECT}checks: {{ {checks} }}\n"));
        let check = funnelc_in(folder.path(), &["check", "p.yaml", "--format", "github"]);
        assert_eq!(check.code, Some(1), "{checks}: {}", check.out);
        assert!(check.out.contains(told), "{checks}: {}", check.out);
    }
}

#[test]
fn without_a_state_it_says_what_is_forgotten() {
    let folder = prepare(PROJECT);
    let run_of = |more: &[&str]| run(folder.path(), more).err;
    let told = run_of(&["--out", "out"]);
    let words = "warning: without `--state DIR` nothing is remembered: who waits in `first` begins \
        anew with each run, and who got `zebra` gets it again with the next one\n";
    assert!(told.contains(words), "{told}");
    let silent = |told: &str| !told.contains("nothing is remembered");
    assert!(silent(&run_of(&["--out", "out", "--state", "state"])));
    let moves = prepare(&format!(
        "{}campaigns: {{ c: {{ enter: {{ tag: hot }}, steps: [{{ remove-tag: hot }}] }} }}\n",
        PROJECT.split("campaigns:").next().expect("the rest")
    ));
    assert!(silent(&run(moves.path(), &["--out", "out"]).err));
}

#[test]
fn threads_that_make_no_sense_are_told_or_cut() {
    let folder = prepare(PROJECT);
    for wrong in ["0", "-1", "many", "1.5"] {
        let run = run(folder.path(), &["--dry-run", &format!("--threads={wrong}")]);
        assert_eq!(run.code, Some(2), "{wrong}");
        assert!(
            run.err.contains("write a whole number from 1 on"),
            "{}",
            run.err
        );
    }
    assert_eq!(
        run(
            folder.path(),
            &["--dry-run", "--threads", "99999999999999999999"]
        )
        .code,
        Some(0)
    );
}

#[test]
fn tables_fit_terminals_that_are_narrow() {
    let plan = plan_of(sources(&[("p.yaml", PROJECT)]));
    let run = run_bytes(
        &plan,
        1_795_251_600,
        CONTACTS.as_bytes(),
        None,
        Options::default(),
    )
    .expect("it runs");
    for width in [60, 70, 79, 80, 200] {
        let table = metrics::table(plan.model(), &run.metrics, width);
        let longest = table
            .lines()
            .map(|line| line.chars().count())
            .max()
            .expect("lines");
        assert!(longest <= width.min(80), "{width}: {longest}\n{table}");
    }
    insta::assert_snapshot!(metrics::table(plan.model(), &run.metrics, 60));
}
