//! What watches over a project less than before is told, though no plan has it.

use std::fs::{create_dir_all, write};

use crate::projects::{Run, funnelc_in};

const PROJECT: &str = "version: 1
contacts: { key: id, tags: { values: [vip, old] }, fields: { orders: { type: integer } } }
content: { hello: { kind: focus } }
campaigns: { welcome: { enter: { field: orders, at-least: 1 }, steps: [{ send: hello }] } }
";

const ANN: &str = "  '<b>Ann` @all':
    contact: { id: ann, orders: '1' }
    from: 2026-11-20T09:00
    expect: [{ at: 2026-11-20T09:00, sent: [hello] }, { at: 2026-11-20T10:00, sent: [hello] }]
";

const BEN: &str = "  Ben is not greeted:
    contact: { id: ben, orders: '0' }
    from: 2026-11-20T09:00
    expect: [{ at: 2026-11-20T09:00, not-sent: [hello] }]
";

/// What is told of a change from what stands behind the project to something else there.
fn told(base: &str, head: &str, more: &[&str]) -> Run {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [("base", base), ("head", head)] {
        create_dir_all(folder.path().join(name)).unwrap();
        write(
            folder.path().join(name).join("funnelc.yaml"),
            format!("{PROJECT}{text}"),
        )
        .unwrap();
        let baseline = funnelc_in(&folder.path().join(name), &["check", "--write-baseline"]);
        assert!(
            !text.contains("baseline") || baseline.code == Some(0),
            "{}",
            baseline.err
        );
    }
    funnelc_in(folder.path(), &[&["diff", "base", "head"], more].concat())
}

/// The notes below the headline, and whether `--fail-on checks` fails.
fn notes(base: &str, head: &str) -> (Vec<String>, bool) {
    let told = told(base, head, &["--format", "json", "--fail-on", "checks"]);
    let document: serde_json::Value = serde_json::from_str(&told.out).expect("JSON");
    let notes = serde_json::from_value(document["notes"].clone()).expect("texts");
    let fails = told.code == Some(1);
    assert_eq!(document["touched"]["checks"], fails, "{}", told.out);
    assert_eq!(document["touched"]["any"], false, "no contact is touched");
    (notes, fails)
}

#[test]
fn a_check_that_counts_less_is_told_and_one_that_counts_more_is_not() {
    let off = "checks: { dead-end: { severity: off, reason: tidied later } }\n";
    let error = "checks: { dead-end: error }\n";
    let note =
        |now, before| format!("The check `dead-end` counts as {now}, and counted as {before}");
    assert_eq!(notes("", off), (vec![note("nothing", "a warning")], true));
    assert_eq!(
        notes(error, ""),
        (vec![note("a warning", "an error")], true)
    );
    assert_eq!(notes(error, off), (vec![note("nothing", "an error")], true));
    for (base, head) in [
        ("", error),
        (off, ""),
        (off, error),
        (off, off),
        (error, error),
    ] {
        assert_eq!(notes(base, head), (vec![], false), "{base}{head}");
    }
    let quiet = told("", off, &[]);
    assert!(
        quiet
            .out
            .starts_with("Nothing changes for contacts, but less is checked\n"),
        "{}",
        quiet.out
    );
    assert_eq!(quiet.code, Some(0), "it fails nobody who does not ask");
}

#[test]
fn a_baseline_that_leaves_more_out_is_told() {
    let with = "checks: { baseline: baseline.yaml }\n";
    let (more, fails) = notes("", with);
    assert_eq!(
        more,
        ["The baseline leaves out 2 more warnings than before"]
    );
    assert!(fails);
    assert_eq!(notes(with, ""), (vec![], false));
    assert_eq!(notes(with, with), (vec![], false));
}

#[test]
fn tests_that_are_gone_or_expect_less_are_told() {
    let both = format!("tests:\n{ANN}{BEN}");
    let ben = format!("tests:\n{BEN}");
    let gone = "1 test is gone: `<b>Ann' @all`";
    assert_eq!(notes(&both, &ben), (vec![gone.to_owned()], true));
    assert_eq!(notes(&ben, &both), (vec![], false));
    let all_gone = "2 tests are gone: `<b>Ann' @all`, `Ben is not greeted`";
    assert_eq!(notes(&both, ""), (vec![all_gone.to_owned()], true));
    let less = both.replace(", { at: 2026-11-20T10:00, sent: [hello] }", "");
    let told_less = "1 test expects less than before: `<b>Ann' @all`";
    assert_eq!(notes(&both, &less), (vec![told_less.to_owned()], true));
    let comment = told(&both, &ben, &["--format", "markdown"]).out;
    assert!(
        !comment.contains("<b>") && !comment.contains(" @all"),
        "{comment}"
    );
}
