//! The page of a history: what all runs did, day by day and by version of the plan, and what the
//! last one left otherwise than the one before.

use std::fs;
use std::path::Path;

use crate::projects::{Run, funnelc_in};
use crate::reported::row;

const JOURNEY: &str = "
version: 1
contacts: { key: id, fields: { orders: { type: integer, default: 0 } } }
content: { hello: { kind: focus } }
segments: { buyers: { where: { field: orders, at-least: 1 } } }
funnels:
  shop:
    audience: everyone
    stages:
      lead:  { weight: 0, converts: { segment: buyers } }
      buyer: { weight: 10, final: true }
campaigns: { welcome: { enter: [ { segment: buyers } ], steps: [ { id: greet, send: hello } ] } }
";

/// A run of a day of November over contacts with so many orders.
fn ran(folder: &Path, day: u8, orders: [u8; 4]) {
    let mut rows = "id,orders\n".to_owned();
    let row = |(id, orders): (usize, &u8)| format!("{},{orders}\n", id + 1);
    rows.extend(orders.iter().enumerate().map(row));
    fs::write(folder.join("contacts.csv"), rows).unwrap();
    let now = format!("2026-11-{day}T09:00");
    let files = ["run", "funnelc.yaml", "--contacts", "contacts.csv"];
    let places = ["--out", "out", "--state", "state", "--history", "history"];
    let run = funnelc_in(folder, &[&files[..], &places, &["--now", &now]].concat());
    assert_eq!(run.code, Some(0), "{}", run.err);
}

fn report(folder: &Path) -> Run {
    funnelc_in(folder, &["report", "history", "--project", "funnelc.yaml"])
}

#[test]
fn a_history_shows_days_versions_and_what_differs_from_the_run_before() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path();
    fs::write(folder.join("funnelc.yaml"), JOURNEY).unwrap();
    ran(folder, 21, [0, 1, 0, 0]);
    ran(folder, 22, [0, 1, 1, 0]);
    let changed = JOURNEY.replace("at-least: 1", "more-than: 0");
    fs::write(folder.join("funnelc.yaml"), changed).unwrap();
    ran(folder, 23, [1, 1, 1, 0]);
    // Repeated, it counts once.
    ran(folder, 23, [1, 1, 1, 0]);
    let page = report(folder);
    assert_eq!(page.code, Some(0), "{}", page.err);
    let page = page.out;
    assert!(page.contains("the last of 3 in the history"));
    for day in ["2026-11-22", "2026-11-23"] {
        assert_eq!(row(&page, day)[..3], ["1", "0", "1"], "{day}");
    }
    // Of those who were leads one of three became a buyer with the first plan, one of the two
    // that were left with the second.
    let rates = ["33.3 % (1 of 3)", "50.0 % (1 of 2)"];
    assert_eq!(row(&page, "shop/lead")[..2], rates);
    assert_eq!(row(&page, "stage shop/buyer")[..3], ["2", "3", "+1"]);
    assert_eq!(row(&page, "stage shop/lead")[..3], ["2", "1", "−1"]);
    assert!(!page.contains("segment nobody"));
    let versions: Vec<_> = page.match_indices("<td>2026-11-21</td>").collect();
    assert_eq!(versions.len(), 1, "the first plan ran from that day on");
    assert!(page.contains(
        "<td>2026-11-21</td><td>2026-11-22</td><td class=\"n\">2</td><td class=\"n\">2</td>\
        <td class=\"n\">1.0</td><td class=\"n\">1</td><td class=\"n\">0.5</td>"
    ));
}

#[test]
fn a_history_of_no_run_and_another_plan_have_no_page() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path();
    fs::write(folder.join("funnelc.yaml"), JOURNEY).unwrap();
    ran(folder, 21, [0, 1, 0, 0]);
    fs::write(
        folder.join("funnelc.yaml"),
        JOURNEY.replace("hello", "hallo"),
    )
    .unwrap();
    let page = report(folder);
    assert_eq!(page.code, Some(3));
    assert!(page.err.contains("made by another plan"), "{}", page.err);
    for entry in fs::read_dir(folder.join("history")).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            fs::remove_dir_all(path).unwrap();
        }
    }
    let page = report(folder);
    assert_eq!(page.code, Some(3));
    assert!(
        page.err.contains("there is no run in the history"),
        "{}",
        page.err
    );
}
