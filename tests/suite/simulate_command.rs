//! `funnelc simulate` as people call it: its folder, its document, its exit codes, and that it
//! leaves no trace.

use std::fs;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::projects::{Run, funnelc_in, root};

const HEADER: &str = "id,name,email,orders,spent_90d,last_active,newsletter,stage,tags\n";

fn shop() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let shop = root().join("examples/webshop");
    for file in ["funnelc.yaml", "contacts.csv"] {
        fs::copy(shop.join(file), folder.path().join(file)).unwrap();
    }
    folder
}

/// Simulates the shop in a folder, from its Saturday on.
fn simulate(folder: &Path, until: &str, more: &[&str]) -> Run {
    let fixed = ["--contacts", "contacts.csv", "--from", "2026-11-21T09:00"];
    let arguments = [&["simulate", "."], &fixed[..], &["--until", until], more].concat();
    funnelc_in(folder, &arguments)
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn the_folder_is_that_of_a_run_and_says_that_it_is_a_simulation() {
    let folder = shop();
    let at = folder.path();
    let ran = simulate(at, "2027-02-19T09:00", &["--out", "out"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let files = [
        "actions.csv",
        "contacts.csv",
        "journal.csv",
        "metrics.json",
        "run.json",
    ];
    assert_eq!(names(&at.join("out")), files);
    let manifest = fs::read_to_string(at.join("out/run.json")).unwrap();
    let manifest: Value = serde_json::from_str(&manifest).unwrap();
    let simulated = &manifest["simulated"];
    assert_eq!(manifest["now"], "2027-02-19T09:00:00+01:00");
    assert_eq!(simulated["from"], "2026-11-21T09:00:00+01:00");
    assert_eq!(simulated["every"], "1 minute");
    assert_eq!(simulated["instants"], 90 * 24 * 60 + 1);
    assert!(simulated["visited"].as_u64().unwrap() < 400, "{simulated}");
    let days = simulated["days"].as_array().unwrap();
    let out: u64 = days.iter().map(|day| day["out"].as_u64().unwrap()).sum();
    let rows = fs::read_to_string(at.join("out/actions.csv")).unwrap();
    assert_eq!(out, rows.lines().count() as u64 - 1);
    assert!(ran.out.contains("2026-11-21"), "{}", ran.out);

    // Again, and a run in its place: what stands there is a run of funnelc.
    let again = simulate(at, "2027-02-19T09:00", &["--out", "out"]);
    assert_eq!((again.code, again.out), (Some(0), ran.out));
    let run = ["run", ".", "--contacts", "contacts.csv", "--out", "out"];
    let run = funnelc_in(at, &[&run[..], &["--now", "2026-11-21T09:00"]].concat());
    assert_eq!(run.code, Some(0), "{run:?}");
    let manifest = fs::read_to_string(at.join("out/run.json")).unwrap();
    assert!(!manifest.contains("simulated"), "{manifest}");
}

#[test]
fn without_a_folder_it_writes_nothing_and_the_state_stays_as_it_is() {
    let folder = shop();
    let at = folder.path();
    let run = [
        "run",
        ".",
        "--contacts",
        "contacts.csv",
        "--state",
        "state",
        "--out",
        "out",
    ];
    let run = funnelc_in(at, &[&run[..], &["--now", "2026-11-20T09:00"]].concat());
    assert_eq!(run.code, Some(0), "{run:?}");
    let before = (names(at), fs::read(at.join("state/CURRENT")).unwrap());
    let goes_on = simulate(at, "2026-12-21T09:00", &["--state", "state"]);
    assert_eq!(goes_on.code, Some(0), "{goes_on:?}");
    let after = (names(at), fs::read(at.join("state/CURRENT")).unwrap());
    assert_eq!(before, after);
    let anew = simulate(at, "2026-12-21T09:00", &[]);
    assert_ne!(goes_on.out, anew.out, "the state shows");
    let written = simulate(
        at,
        "2026-12-21T09:00",
        &["--state", "state", "--out", "later"],
    );
    assert_eq!(written.out, goes_on.out);
    let current = String::from_utf8(before.1).unwrap();
    let manifest = fs::read_to_string(at.join("later/run.json")).unwrap();
    let manifest: Value = serde_json::from_str(&manifest).unwrap();
    let hash = manifest["state"]["before"].as_str().unwrap();
    assert!(current.contains(hash), "{current}: {hash}");
    assert_eq!(manifest["state"]["after"], Value::Null);
}

#[test]
fn the_document_has_what_it_went_through() {
    let folder = shop();
    let ran = simulate(
        folder.path(),
        "2026-12-21T09:00",
        &["--every", "1 day", "--format", "json"],
    );
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{ran:?}");
    let document: Value = serde_json::from_str(&ran.out).unwrap();
    let schema = fs::read_to_string(root().join("schema/simulate.schema.json")).unwrap();
    let schema = serde_json::from_str(&schema).unwrap();
    let valid = jsonschema::validator_for(&schema).unwrap();
    assert!(valid.is_valid(&document), "{document:#}");
    assert_eq!(document["outcome"], "dry-run");
    assert_eq!(document["simulation"]["every"], "1 day");
    assert_eq!(document["simulation"]["instants"], 31);
    assert_eq!(document["metrics"]["contacts"], 34);
    let failed = simulate(folder.path(), "2026-11-20T09:00", &["--format", "json"]);
    let document: Value = serde_json::from_str(&failed.out).unwrap();
    assert!(valid.is_valid(&document), "{document:#}");
    assert_eq!(
        (failed.code, &document["simulation"]),
        (Some(2), &Value::Null)
    );
}

#[test]
fn what_cannot_be_simulated_is_told_and_leaves_no_folder() {
    let folder = shop();
    let at = folder.path();
    let refused = |until: &str, more: &[&str], code: i32, told: &str| {
        let ran = simulate(at, until, &[&["--out", "out"], more].concat());
        assert_eq!(ran.code, Some(code), "{ran:?}");
        assert!(ran.err.contains(told), "{}", ran.err);
        assert!(!at.join("out").exists(), "{ran:?}");
    };
    refused(
        "2026-11-21T08:00",
        &[],
        2,
        "the end of the simulation is before its beginning",
    );
    refused(
        "2046-11-21T08:00",
        &[],
        2,
        "there are more than 1000000 instants",
    );
    refused(
        "2026-12-21T08:00",
        &["--every", "soon"],
        2,
        "`--every soon` is no length of time",
    );
    refused("2026-12-21T08:00", &["--every", "-1 h"], 2, "");
    refused("in a month", &[], 2, "`in a month` is no moment");
    let row = "1,Ann,ann@example.com,many,0,2026-11-20,yes,,\n";
    fs::write(at.join("contacts.csv"), format!("{HEADER}{row}")).unwrap();
    refused("2026-12-21T08:00", &[], 1, "`many`");
}
