//! Values at the edge of what there is: lengths that no calendar reaches, moments far ahead,
//! headers without an end.

use std::fs::{read_to_string, write};
use std::path::Path;

use crate::projects::{Run, funnelc_in};

const PROJECT: &str = "version: 1
contacts: { key: id, tags: { values: [hot], column: tags }, fields: { n: { type: integer } } }
campaigns:
  talk: { enter: { field: n, at-least: 1 }, on-leave: stay, steps: [{ add-tag: hot }] }
";

fn ran(folder: &Path, more: &[&str]) -> Run {
    let command = [
        "run",
        "funnelc.yaml",
        "--contacts",
        "contacts.csv",
        "--out",
        "out",
    ];
    funnelc_in(folder, &[&command[..], more].concat())
}

#[test]
fn a_length_that_no_calendar_reaches_is_told_as_what_it_is() {
    let folder = tempfile::tempdir().unwrap();
    for length in [
        "999999999 months",
        "2147483647 days",
        "99999999999999 days",
        "123456789012345678901234567890 h",
    ] {
        write(
            folder.path().join("funnelc.yaml"),
            PROJECT.replace("{ add-tag", &format!("{{ wait: {length} }}, {{ add-tag")),
        )
        .unwrap();
        let checked = funnelc_in(folder.path(), &["check", "--format", "json"]);
        let told = format!("`{length}` is no duration: that is longer than any calendar reaches");
        assert!(checked.out.contains(&told), "{length}: {}", checked.out);
    }
    for length in ["12 parsecs", "1 2 days", "days"] {
        write(
            folder.path().join("funnelc.yaml"),
            PROJECT.replace("{ add-tag", &format!("{{ wait: {length} }}, {{ add-tag")),
        )
        .unwrap();
        let checked = funnelc_in(folder.path(), &["check", "--format", "json"]);
        assert!(
            checked.out.contains("this is not a number with a unit"),
            "{length}: {}",
            checked.out
        );
    }
}

#[test]
fn a_moment_far_ahead_is_asked_for_before_a_state_remembers_it() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path().join("funnelc.yaml"), PROJECT).unwrap();
    write(folder.path().join("contacts.csv"), "id,n\n1,2\n").unwrap();
    let far = ["--now", "8062-01-01T09:00"];
    let state = ["--state", "state"];
    let refused = ran(folder.path(), &[&far[..], &state].concat());
    assert_eq!((refused.code, refused.out.as_str()), (Some(2), ""));
    assert!(
        refused
            .err
            .contains("is more than a year ahead of the clock"),
        "{}",
        refused.err
    );
    assert!(!folder.path().join("out").exists() && !folder.path().join("state").exists());
    assert_eq!(
        ran(folder.path(), &[&far[..], &state, &["--dry-run"]].concat()).code,
        Some(0),
        "nothing is remembered"
    );
    assert_eq!(
        ran(folder.path(), &[&far[..], &state, &["--far"]].concat()).code,
        Some(0)
    );
    let never = ran(folder.path(), &["--now", "9999-12-31T23:59"]);
    assert_eq!(never.code, Some(2), "{}", never.err);
}

#[test]
fn the_last_row_ends_as_the_header_does() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path().join("funnelc.yaml"), PROJECT).unwrap();
    for (end, rows) in [("\r\n", "id,n\r\n1,2\r\n2,0"), ("\n", "id,n\n1,2\n2,0")] {
        write(folder.path().join("contacts.csv"), rows).unwrap();
        assert_eq!(
            ran(folder.path(), &["--now", "2026-01-01T09:00"]).code,
            Some(0)
        );
        let written = read_to_string(folder.path().join("out/contacts.csv")).unwrap();
        assert_eq!(written, ["id,n,tags", "1,2,hot", "2,0,", ""].join(end));
    }
}

#[test]
fn a_header_without_an_end_is_rejected_input() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path().join("funnelc.yaml"), PROJECT).unwrap();
    write(folder.path().join("contacts.csv"), "x".repeat(20 << 20)).unwrap();
    let refused = ran(folder.path(), &["--now", "2026-01-01T09:00"]);
    assert_eq!(refused.code, Some(1));
    assert!(refused.err.contains("has no header"), "{}", refused.err);
}
