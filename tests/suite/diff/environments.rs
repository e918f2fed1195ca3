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
