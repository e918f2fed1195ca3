//! The exchange of an old run for a new one where the file system cannot do it in one step:
//! whatever a kill leaves between two steps is carried on by the next run.

use std::collections::BTreeMap;
use std::fs;

use crate::io_beside::{MARK, Place};
use crate::projects::{funnelc_in, run_arguments};

/// The files of a run, in the order in which they are moved.
const FILES: [&str; 5] = [
    "actions.csv",
    "contacts.csv",
    "journal.csv",
    "metrics.json",
    "run.json",
];

type Files = BTreeMap<String, String>;

/// Two runs, one after the other.
struct Runs {
    place: Place,
    old: [Files; 2],
    new: [Files; 2],
}

impl Runs {
    fn new() -> Self {
        let place = Place::new();
        place.fine(21);
        let old = ["out", "state"].map(|name| files(&place, name));
        place.fine(22);
        let new = ["out", "state"].map(|name| files(&place, name));
        assert!(old[0] != new[0] && old[1] != new[1]);
        Self { place, old, new }
    }

    /// The state as the first run left it, and beside `out` a run that was killed in its exchange.
    fn killed(&self, notes: &[&str]) {
        for name in ["out", "state", STAGING] {
            let _ = fs::remove_dir_all(self.place.path(name));
        }
        self.put("state", &self.old[1]);
        self.place.write(&format!("{STAGING}/funnelc-run"), MARK);
        for note in notes {
            self.place.write(&format!("{STAGING}/{note}"), "");
        }
    }

    fn put<'a>(&self, folder: &str, files: impl IntoIterator<Item = (&'a String, &'a String)>) {
        fs::create_dir_all(self.place.path(folder)).unwrap();
        for (name, text) in files {
            self.place.write(&format!("{folder}/{name}"), text);
        }
    }

    /// Holds what the next run finds and leaves to what is promised; `state` makes the folders
    /// anew.
    fn mended(&self, what: &str, found: &Files, state: impl Fn()) {
        state();
        let args = run_arguments("funnelc.yaml", "2026-11-22T09:00", &[]);
        let refused = funnelc_in(self.place.folder.path(), &args);
        assert_eq!(
            refused.code,
            Some(1),
            "{what}: it has a bad row: {}",
            refused.err
        );
        assert_eq!(files(&self.place, "out"), *found, "{what}");
        assert!(!self.place.path(STAGING).exists(), "{what}");
        state();
        self.place.fine(22);
        assert_eq!(
            ["out", "state"].map(|name| files(&self.place, name)),
            self.new,
            "{what}, the same command"
        );
        assert!(!self.place.path(STAGING).exists(), "{what}");
    }
}

/// Of a killed run.
const STAGING: &str = ".out.funnelc-1";

fn files(place: &Place, folder: &str) -> Files {
    let entries = fs::read_dir(place.path(folder))
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let read = |path: std::path::PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        (name, fs::read_to_string(path).unwrap())
    };
    entries.map(read).collect()
}

#[test]
fn an_exchange_of_folders_is_carried_on() {
    let runs = Runs::new();
    let ([old, _], [new, _]) = (&runs.old, &runs.new);
    let run = format!("{STAGING}/run");
    let away = format!("{STAGING}/old");
    runs.mended("not noted yet", old, || {
        runs.killed(&[]);
        runs.put("out", old);
        runs.put(&run, new);
    });
    runs.mended("noted", old, || {
        runs.killed(&["exchanging"]);
        runs.put("out", old);
        runs.put(&run, new);
    });
    runs.mended("the old one is away", new, || {
        runs.killed(&["exchanging"]);
        runs.put(&away, old);
        runs.put(&run, new);
    });
    runs.mended("the new one is there", new, || {
        runs.killed(&["exchanging"]);
        runs.put("out", new);
        runs.put(&away, old);
    });
    runs.mended("the old one is half removed", new, || {
        runs.killed(&["exchanging"]);
        runs.put("out", new);
        runs.put(&away, old.iter().skip(2));
    });
}

#[test]
fn an_exchange_of_files_is_carried_on() {
    let runs = Runs::new();
    let ([old, _], [new, _]) = (&runs.old, &runs.new);
    let run = format!("{STAGING}/run");
    let away = format!("{STAGING}/old");
    let notes = ["exchanging", "exchanging-files"];
    runs.mended("noted", old, || {
        runs.killed(&notes);
        runs.put("out", old);
        runs.put(&run, new);
        runs.put(&away, []);
    });
    for moved in 0..=FILES.len() {
        runs.mended(&format!("{moved} files are moved"), new, || {
            runs.killed(&notes);
            let is_moved = |name: &String| FILES[..moved].contains(&name.as_str());
            let (manifest, others): (Files, Files) = old
                .clone()
                .into_iter()
                .partition(|(name, _)| name == "run.json");
            runs.put("out", &others);
            runs.put("out", new.iter().filter(|(name, _)| is_moved(name)));
            runs.put(&run, new.iter().filter(|(name, _)| !is_moved(name)));
            runs.put(&away, &manifest);
        });
    }
}

#[test]
fn a_run_that_came_meanwhile_is_not_replaced_by_one_that_was_killed() {
    let runs = Runs::new();
    let ([old, _], [new, _]) = (&runs.old, &runs.new);
    runs.killed(&["exchanging"]);
    runs.put("out", old);
    runs.put(&format!("{STAGING}/old"), old);
    runs.put(&format!("{STAGING}/run"), new);
    let run = runs.place.on(22);
    assert_eq!(run.code, Some(0), "{}", run.err);
    assert!(
        run.err
            .contains("/old` holds the run that stood there before"),
        "{}",
        run.err
    );
    assert_eq!(
        files(&runs.place, &format!("{STAGING}/old")),
        *old,
        "nobody knows whether it is needed"
    );
    assert_eq!(files(&runs.place, "out"), *new);
}
