//! File and state from one `funnelc run` to the next: write-back under way, outside changes,
//! contacts that come and go, runs that are missed or repeated.
//!
//! Each story goes through the program, with `--state`, so that nothing is known but what stands in
//! the folders.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use tempfile::TempDir;

use crate::projects::{Run, funnelc_in};

const JOURNEY: &str = r#"
version: 1
timezone: Europe/Warsaw
contacts:
  key: id
  tags: { values: [hot, warm, vip], column: tags, separator: ";" }
  points: { column: points }
  fields:
    plan: { type: choice, values: [free, pro], column: plan }
content:
  one:   { kind: focus }
  two:   { kind: focus }
  three: { kind: focus }
funnels:
  shop:
    column: stage
    stages:
      lead:  { weight: 0, converts: { tag: hot } }
      buyer: { weight: 10, converts: { tag: vip } }
      fan:   { weight: 20 }
campaigns:
  gift:
    enter: { entered: shop/buyer }
    steps:
      - add-tag: warm
      - points: 5
      - set: plan
        to: pro
  letters:
    enter: { tag: hot }
    on-leave: stay
    steps:
      - send: one
      - wait: 1 day
      - send: two
      - wait: 1 day
      - send: three
"#;

/// A project with the folders of its runs.
struct Runs {
    folder: TempDir,
}

impl Runs {
    fn new(journey: &str) -> Self {
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("funnelc.yaml"), journey).unwrap();
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn run(&self, now: &str, contacts: &str, more: &[&str]) -> Run {
        fs::write(self.path("contacts.csv"), contacts).unwrap();
        let fixed = [
            "run",
            "--contacts",
            "contacts.csv",
            "--out",
            "out",
            "--state",
            "state",
            "--accept-shrunken",
            "--now",
            now,
        ];
        let args: Vec<&str> = fixed
            .into_iter()
            .chain(["funnelc.yaml"])
            .chain(more.iter().copied())
            .collect();
        funnelc_in(self.folder.path(), &args)
    }

    /// A run that is fine and tells this.
    fn on(&self, now: &str, contacts: &str, journal: &str) {
        let run = self.run(now, contacts, &[]);
        assert_eq!(run.code, Some(0), "{now}: {}", run.err);
        let expected: Vec<&str> = journal
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .collect();
        assert_eq!(self.journal(), expected, "the journal of {now}");
    }

    /// A run on what the last one wrote.
    fn back(&self, now: &str, journal: &str) {
        self.on(now, &self.written(), journal);
    }

    fn written(&self) -> String {
        fs::read_to_string(self.path("out/contacts.csv")).unwrap()
    }

    /// The rows of the journal without the moment, empty cells left out.
    fn journal(&self) -> Vec<String> {
        let journal = fs::read_to_string(self.path("out/journal.csv")).unwrap();
        let row = |line: &str| {
            let cells = line
                .split(',')
                .enumerate()
                .filter(|(at, cell)| *at != 1 && !cell.is_empty());
            cells.map(|(_, cell)| cell).collect::<Vec<_>>().join(" ")
        };
        journal.lines().skip(1).map(row).collect()
    }

    /// What a contact's line of the state says.
    fn remembered(&self, key: &str) -> String {
        let current = fs::read_to_string(self.path("state/CURRENT")).unwrap();
        let state = fs::read_to_string(self.path("state").join(current.trim())).unwrap();
        let start = format!("{{\"k\":\"{key}\"");
        state
            .lines()
            .find(|line| line.starts_with(&start))
            .unwrap_or_else(|| panic!("{key} in {state}"))
            .to_owned()
    }

    /// All bytes of the output and of the state.
    fn everything(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let folders = ["out", "state"].map(|name| fs::read_dir(self.path(name)).unwrap());
        let files = folders
            .into_iter()
            .flatten()
            .map(|entry| entry.unwrap().path());
        files
            .map(|path| (path.clone(), fs::read(path).unwrap()))
            .collect()
    }
}

const GIFT: &str = "
    1 convert shop lead buyer
    1 start gift 1 entered
    1 start letters 1 condition
    1 add-tag gift 1 add-tag:warm warm
    1 points gift 1 points:5 0 5
    1 set gift 1 set:plan plan free pro
    1 end gift 1 completed finished
    1 send letters 1 send:one one
    1 wait letters 1 wait:1 day 2026-11-02T09:00:00+01:00";

const SECOND: &str = "1 send letters 1 send:two two
    1 wait letters 1 wait:1 day#2 2026-11-03T09:00:00+01:00";

fn file(rows: &str) -> String {
    format!("id,tags,points,plan,stage\n{rows}")
}

#[test]
fn what_was_written_and_has_not_arrived_stays_ours_until_it_does() {
    let runs = Runs::new(JOURNEY);
    let old = file("1,hot,0,free,lead\n");
    runs.on("2026-11-01T09:00", &old, GIFT);
    let new = file("1,hot;warm,5,pro,buyer\n");
    assert_eq!(runs.written(), new);
    runs.on("2026-11-02T09:00", &old, SECOND);
    assert_eq!(runs.written(), new, "nothing of it has arrived");
    runs.on("2026-11-02T10:00", &file("1,hot;warm,0,free,buyer\n"), "");
    assert_eq!(runs.written(), new, "half of it has arrived");
    runs.back("2026-11-02T11:00", "");
    assert_eq!(runs.written(), new, "all of it has arrived");
}

#[test]
fn whoever_changes_the_file_is_right_even_backwards() {
    let runs = Runs::new(JOURNEY);
    runs.on("2026-11-01T09:00", &file("1,hot,0,free,lead\n"), GIFT);
    runs.back("2026-11-01T10:00", "");
    runs.on(
        "2026-11-01T11:00",
        &file("1,,7,,lead\n"),
        "1 external-stage shop buyer lead
         1 external-tag hot removed
         1 external-tag warm removed
         1 external-points 5 7
         1 external-field plan pro",
    );
    assert_eq!(runs.written(), file("1,,7,,lead\n"));
}

#[test]
fn a_change_while_a_write_is_under_way_wins_and_the_write_is_forgotten() {
    let runs = Runs::new(JOURNEY);
    runs.on("2026-11-01T09:00", &file("1,hot,0,free,lead\n"), GIFT);
    runs.on(
        "2026-11-01T10:00",
        &file("1,hot,3,free,fan\n"),
        "1 external-stage shop buyer fan
         1 external-points 5 3",
    );
    assert_eq!(runs.written(), file("1,hot;warm,3,pro,fan\n"));
    runs.on(
        "2026-11-01T11:00",
        &file("1,hot,5,free,buyer\n"),
        "1 external-stage shop fan buyer\n1 external-points 3 5",
    );
}

#[test]
fn a_contact_that_vanishes_is_frozen_and_what_is_overdue_runs_once_when_it_is_back() {
    let runs = Runs::new(JOURNEY);
    runs.on("2026-11-01T09:00", &file("1,hot,0,free,lead\n"), GIFT);
    let frozen = runs.remembered("1");
    for day in ["02", "03", "07"] {
        runs.on(&format!("2026-11-{day}T09:00"), &file("2,,0,,\n"), "");
        assert_eq!(runs.remembered("1"), frozen, "frozen on day {day}");
    }
    runs.on(
        "2026-11-20T12:00",
        &file("1,hot;warm,5,pro,buyer\n2,,0,,\n"),
        "1 send letters 1 send:two two
         1 wait letters 1 wait:1 day#2 2026-11-21T12:00:00+01:00",
    );
    runs.back("2026-11-21T11:59", "");
    runs.back(
        "2026-11-21T12:00",
        "1 send letters 1 send:three three\n1 end letters 1 completed finished",
    );
}

#[test]
fn a_contact_that_comes_back_changed_was_changed_outside() {
    let runs = Runs::new(JOURNEY);
    runs.on("2026-11-01T09:00", &file("1,hot,0,free,lead\n"), GIFT);
    runs.on("2026-11-05T09:00", &file(""), "");
    runs.on(
        "2026-11-09T09:00",
        &file("1,hot;warm,5,pro,fan\n"),
        "1 external-stage shop buyer fan
         1 send letters 1 send:two two
         1 wait letters 1 wait:1 day#2 2026-11-10T09:00:00+01:00",
    );
}

#[test]
fn after_missed_runs_waits_start_later_and_messages_do_not_pile_up() {
    let runs = Runs::new(JOURNEY);
    runs.on("2026-11-01T09:00", &file("1,hot,0,free,lead\n"), GIFT);
    runs.back(
        "2026-11-12T08:00",
        "1 send letters 1 send:two two\n1 wait letters 1 wait:1 day#2 2026-11-13T08:00:00+01:00",
    );
    runs.back("2026-11-12T23:00", "");
    runs.back(
        "2026-11-30T08:00",
        "1 send letters 1 send:three three\n1 end letters 1 completed finished",
    );
}

#[test]
fn a_clock_that_goes_back_is_refused_and_changes_nothing() {
    let runs = Runs::new(JOURNEY);
    let contacts = file("1,hot,0,free,lead\n");
    runs.on("2026-11-01T09:00", &contacts, GIFT);
    let before = runs.everything();
    for earlier in ["2026-11-01T08:59", "2026-10-31T09:00", "2025-12-31T23:59"] {
        let refused = runs.run(earlier, &contacts, &[]);
        assert_eq!(refused.code, Some(3), "{earlier}: {}", refused.err);
        assert!(
            refused
                .err
                .contains("the state is of 2026-11-01T09:00:00+01:00"),
            "{}",
            refused.err
        );
        assert_eq!(runs.everything(), before, "{earlier}");
    }
    // The same wall clock an hour later in the night of the change is no way back.
    let night = Runs::new(JOURNEY);
    night.on("2026-10-25T02:30+02:00", &file("1,,0,,\n"), "");
    night.on("2026-10-25T02:30+01:00", &file("1,,0,,\n"), "");
    assert_eq!(
        night
            .run("2026-10-25T02:30+02:00", &file("1,,0,,\n"), &[])
            .code,
        Some(3)
    );
}

#[test]
fn the_same_moment_again_changes_no_byte_of_output_and_state() {
    let runs = Runs::new(JOURNEY);
    let contacts = file("1,hot,0,free,lead\n2,hot,0,free,lead\n");
    let first = runs.run("2026-11-01T09:00", &contacts, &[]);
    assert_eq!(first.code, Some(0), "{}", first.err);
    let before = runs.everything();
    assert!(before.keys().any(|path| path.ends_with("run.json")));
    for more in [&[][..], &["--threads", "2"], &["--rejects", "bad.csv"]] {
        let again = runs.run("2026-11-01T09:00:59", &contacts, more);
        assert_eq!(
            (again.code, &again.out),
            (Some(0), &first.out),
            "{}",
            again.err
        );
        assert!(
            again.err.contains("holds this run already"),
            "{}",
            again.err
        );
        assert_eq!(runs.everything(), before, "{more:?}");
    }
}

#[test]
fn runs_within_one_step_of_the_schedule_are_one_run() {
    let runs = Runs::new(&format!("{JOURNEY}\nruns: {{ every: 1 h }}\n"));
    let contacts = file("1,,0,,\n");
    runs.on("2026-11-01T09:05", &contacts, "");
    let before = runs.everything();
    runs.on("2026-11-01T09:59", &contacts, "");
    assert_eq!(runs.everything(), before);
    runs.on("2026-11-01T10:00", &contacts, "");
    assert_ne!(runs.everything(), before);
}

#[test]
fn the_same_moment_with_new_input_goes_on_with_that_instant() {
    let runs = Runs::new(JOURNEY);
    runs.on("2026-11-01T09:00", &file("1,hot,0,free,lead\n"), GIFT);
    let frozen = runs.remembered("1");
    runs.on(
        "2026-11-01T09:00",
        &file("1,hot,0,free,lead\n2,hot,0,pro,fan\n"),
        LETTER_OF_2,
    );
    assert_eq!(runs.remembered("1"), frozen, "nothing new about 1");
    let before = runs.everything();
    runs.on(
        "2026-11-01T09:00",
        &file("1,hot,0,free,lead\n2,hot,0,pro,fan\n"),
        LETTER_OF_2,
    );
    assert_eq!(runs.everything(), before, "the run that the folder holds");
    // It entered `buyer` in this instant already: what the file takes back, the rule may not give
    // again before the next.
    runs.on(
        "2026-11-01T09:00",
        &file("1,hot;warm,5,pro,buyer\n2,hot,0,pro,fan\n"),
        "",
    );
    runs.on(
        "2026-11-01T09:00",
        &file("1,hot;warm,5,pro,lead\n2,hot,0,pro,fan\n"),
        "1 external-stage shop buyer lead\n1 defer shop buyer stage",
    );
    runs.on(
        "2026-11-01T09:01",
        &file("1,hot;warm,5,pro,lead\n2,hot,0,pro,fan\n"),
        "1 convert shop lead buyer",
    );
}

const LETTER_OF_2: &str = "2 start letters 1 condition
    2 send letters 1 send:one one
    2 wait letters 1 wait:1 day 2026-11-02T09:00:00+01:00";
