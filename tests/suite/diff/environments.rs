//! What changes in an environment only is told where none was asked for, and fails a build as any
//! change does.

use std::fs::{create_dir_all, write};

use crate::projects::{Run, funnelc_in};

const PROJECT: &str = "version: 1
contacts: { key: id, tags: { values: [all, vip], column: tags } }
variables: { who: vip }
segments: { chosen: { where: { tag: $who } } }
campaigns: { talk: { enter: { segment: chosen }, on-leave: stay, steps: [{ note: hello }] } }
";

fn environments(lines: &str) -> String {
    format!("{PROJECT}environments:\n{lines}")
}

/// What is told of a change from one text to another, with more arguments.
fn told(base: &str, head: &str, more: &[&str]) -> Run {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [("base", base), ("head", head)] {
        create_dir_all(folder.path().join(name)).unwrap();
        write(folder.path().join(name).join("funnelc.yaml"), text).unwrap();
    }
    let args = ["diff", "base", "head", "--fail-on", "audience"];
    funnelc_in(folder.path(), &[&args[..], more].concat())
}

#[test]
fn a_change_of_an_environment_is_told_and_counts() {
    let before = environments("  live: { variables: { who: vip } }\n  test: {}\n");
    let after = environments("  live: { variables: { who: all } }\n  test: {}\n");
    let change = told(&before, &after, &[]);
    assert_eq!(change.code, Some(1), "{}", change.out);
    let shown = "something changes in the environment `live`";
    let note = "in the environment `live` something else changes; `--env live` shows what";
    let out = change.out.to_lowercase();
    assert!(
        out.starts_with(shown) && out.contains(note),
        "{}",
        change.out
    );
    assert!(!change.out.contains("test"), "{}", change.out);
    let comment = told(&before, &after, &["--format", "markdown"]).out;
    assert!(
        comment.starts_with("### Something changes in the environment `live`"),
        "{comment}"
    );
    let live = told(&before, &after, &["--env", "live"]);
    assert!(
        live.code == Some(1) && !live.out.contains("environment"),
        "{}",
        live.out
    );
    let test = told(&before, &after, &["--env", "test"]);
    assert_eq!(test.code, Some(0), "{}", test.out);
    assert_eq!(told(&after, &after, &[]).code, Some(0));
}

#[test]
fn environments_come_and_go_and_break() {
    let with = environments("  live: { variables: { who: all } }\n");
    let new = told(PROJECT, &with, &[]);
    assert_eq!(new.code, Some(1));
    let note = "the environment `live` is new; `--env live` shows how it differs from the base";
    assert!(new.out.to_lowercase().contains(note), "{}", new.out);
    let gone = told(&with, PROJECT, &[]);
    assert!(
        gone.code == Some(1)
            && gone
                .out
                .to_lowercase()
                .contains("the environment `live` is gone"),
        "{}",
        gone.out
    );
    let broken = told(
        &with,
        &environments("  live: { variables: { who: nobody } }\n"),
        &[],
    );
    let note = "the environment `live` has errors, here or in the base, and is not compared";
    assert!(
        broken.code == Some(1) && broken.out.to_lowercase().contains(note),
        "{}",
        broken.out
    );
}

#[test]
fn a_change_that_an_environment_undoes_is_told_as_none_there() {
    let live = "  live: { variables: { who: vip } }\n";
    let before = environments(live);
    let after = before.replace(
        "variables: { who: vip }\nsegments",
        "variables: { who: all }\nsegments",
    );
    let change = told(&before, &after, &[]);
    let note = "in the environment `live` nothing changes";
    assert!(
        change.code == Some(1) && change.out.to_lowercase().contains(note),
        "{}",
        change.out
    );
}

/// What is left out is the same line in both, and leads to another message there.
#[test]
fn another_message_that_reaches_others_in_an_environment_only_is_told() {
    let project = |exit: &str| {
        format!(
            "version: 1
contacts: {{ key: id, fields: {{ orders: {{ type: integer }} }} }}
content: {{ hello: {{ kind: focus }}, debt: {{ kind: focus }} }}
campaigns:
  a:
    enter: {{ field: orders, at-least: 1 }}
    on-leave: stay
    steps: [{{ id: ask, if: {{ field: orders, at-least: 5 }}, then: [note: big], else: [{exit}] }}, {{ send: hello }}]
environments:
  live:
    campaigns:
      a: {{ steps: [{{ id: ask, if: {{ field: orders, at-least: 5 }}, then: [note: big], else: [{exit}] }}, {{ send: debt }}] }}
"
        )
    };
    let told = told(&project("exit: exited"), &project("note: stays"), &[]);
    assert!(
        told.out
            .contains("In the environment `live` something else changes"),
        "{}",
        told.out
    );
}

#[test]
fn a_project_has_so_many_environments_as_its_size_lets_it() {
    let folder = tempfile::tempdir().unwrap();
    let long = format!("# {}\n", "x".repeat(3 << 20));
    for (environments, code) in [("a: {}, b: {}", 0), ("a: {}, b: {}, c: {}", 1)] {
        let text = format!(
            "version: 1\ncontacts: {{ key: id }}\nenvironments: {{ {environments} }}\n{long}"
        );
        write(folder.path().join("funnelc.yaml"), text).unwrap();
        let check = funnelc_in(folder.path(), &["check"]);
        assert_eq!(
            check.code,
            Some(code),
            "{}",
            &check.out[..check.out.len().min(2_000)]
        );
        assert_eq!(check.out.contains("8388608"), code == 1);
    }
}
