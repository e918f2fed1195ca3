//! The question of a forum, answered: who leaves the segment gets the rest of a campaign or not, as
//! its `on-leave` says; the example's own journals are what the program writes.

use std::fs;

use super::folder;
use crate::projects::{Run, funnelc, funnelc_in, root};

const EXAMPLE: &str = "leaving-a-segment";

fn run(place: &tempfile::TempDir, contacts: &str, now: &str) -> String {
    let folder = folder(EXAMPLE);
    let (project, contacts) = (folder.to_str().unwrap(), folder.join(contacts));
    let args = [
        "run",
        project,
        "--contacts",
        contacts.to_str().unwrap(),
        "--now",
        now,
        "--out",
        "out",
        "--state",
        "s",
    ];
    let run = funnelc_in(place.path(), &args);
    assert_eq!(run.code, Some(0), "{}", run.err);
    fs::read_to_string(place.path().join("out/journal.csv")).unwrap()
}

fn shipped(name: &str) -> String {
    fs::read_to_string(folder(EXAMPLE).join(name)).unwrap()
}

#[test]
fn who_leaves_the_segment_gets_the_rest_only_where_on_leave_says_stay() {
    let place = tempfile::tempdir().unwrap();
    assert_eq!(
        run(&place, "monday.csv", "2026-11-23T09:00"),
        shipped("monday-journal.csv")
    );
    let thursday = run(&place, "thursday.csv", "2026-11-26T09:00");
    assert_eq!(thursday, shipped("thursday-journal.csv"));
    let of_aino = |words: &str| {
        thursday
            .lines()
            .any(|line| line.starts_with("1,") && line.contains(words))
    };
    assert!(
        of_aino(",end,tips,1,,,,exited,on-leave") && !of_aino("tip-2"),
        "`exit`: the rest is not sent"
    );
    assert!(
        of_aino(",send,course,1,send:lesson-2,"),
        "`stay`: the rest is sent"
    );
    assert!(
        of_aino(",if/else/send:thanks,"),
        "`stay`, and a step that asks"
    );
}

#[test]
fn a_campaign_that_throws_out_its_own_contacts_is_found() {
    let Run { code, out, err } = funnelc(&[
        "check",
        "--format",
        "json",
        "examples/leaving-a-segment/throws-out-its-own.yaml",
    ]);
    assert_eq!(code, Some(0), "{err}");
    let report: serde_json::Value = serde_json::from_str(&out).unwrap();
    let codes: Vec<_> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["code"].as_str().unwrap())
        .collect();
    assert_eq!(codes, ["leaves-itself"]);
    let clean = funnelc(&[
        "check",
        "--deny-warnings",
        root().join("examples").join(EXAMPLE).to_str().unwrap(),
    ]);
    assert_eq!(clean.code, Some(0), "{}{}", clean.out, clean.err);
}
