//! `run --history`: every run that the state knows of is kept, once and whole, whatever kills it;
//! nothing that is somebody else's is touched, and `why` reads it.

use std::fs;
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::io_beside::Place;
use crate::projects::{Run, funnelc_in};

/// The arguments of a run on a day of November.
fn arguments(day: u8, more: &[&str]) -> Vec<String> {
    let now = format!("2026-11-{day}T09:00");
    let mut all = vec!["run", "funnelc.yaml", "--contacts", "contacts.csv"];
    all.extend(["--now", &now, "--history", "history"]);
    let at = more.iter().position(|arg| *arg == "--out");
    let out = at.map_or("out", |at| more[at + 1]);
    if at.is_none() {
        all.extend(["--out", "out", "--state", "state"]);
    }
    let rejects = format!("{}.bad.csv", out.replace('/', "-"));
    all.extend(["--rejects", &rejects]);
    all.extend(more);
    all.into_iter().map(str::to_owned).collect()
}

fn kept(place: &Place, day: u8, more: &[&str]) -> Run {
    let args = arguments(day, more);
    let args: Vec<_> = args.iter().map(String::as_str).collect();
    funnelc_in(place.folder.path(), &args)
}

fn fine(place: &Place, day: u8, more: &[&str]) {
    let run = kept(place, day, more);
    assert_eq!(run.code, Some(0), "{}", run.err);
}

fn names(place: &Place) -> Vec<String> {
    let entries = fs::read_dir(place.path("history")).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != "funnelc-history")
        .collect();
    names.sort();
    names
}

/// The runs of a history, each held to be whole.
fn runs(place: &Place) -> Vec<Value> {
    let visible = names(place).into_iter().filter(|it| !it.starts_with('.'));
    let read = |name: String| {
        let folder = place.path("history").join(&name);
        let run: Value =
            serde_json::from_slice(&fs::read(folder.join("run.json")).unwrap()).unwrap();
        for file in ["journal.csv", "metrics.json"] {
            let hash = blake3::hash(&fs::read(folder.join(file)).unwrap());
            let written = run["outputs"][file]["hash"].as_str().unwrap();
            assert_eq!(hash.to_hex().as_str(), written, "{name}/{file}");
        }
        run
    };
    visible.map(read).collect()
}

/// Each run begins with the state of the one before, and the last one left the state that counts.
fn holds_what_the_state_knows(place: &Place) {
    let runs = runs(place);
    let mut before = Value::Null;
    for run in &runs {
        assert_eq!(run["state"]["before"], before, "{:?}", names(place));
        before = run["state"]["after"].clone();
    }
    let current = place.read("state/CURRENT");
    let hash = current.trim().strip_prefix("state-").unwrap();
    assert_eq!(before, hash.strip_suffix(".jsonl").unwrap());
}

#[test]
fn each_run_is_kept_once_and_for_its_owner_alone() {
    let place = Place::new();
    fine(&place, 21, &[]);
    fine(&place, 22, &["--journal", "changes"]);
    holds_what_the_state_knows(&place);
    let before = names(&place);
    assert_eq!(before.len(), 2);
    assert!(
        before[0].starts_with("2026-11-21T090000Z-001-"),
        "{before:?}"
    );
    for folder in [
        place.path("history"),
        place.path("history").join(&before[0]),
    ] {
        assert_eq!(fs::metadata(&folder).unwrap().mode() & 0o777, 0o700);
        for entry in fs::read_dir(folder).unwrap() {
            let metadata = entry.unwrap().metadata().unwrap();
            let mode = if metadata.is_dir() { 0o700 } else { 0o600 };
            assert_eq!(metadata.mode() & 0o777, mode);
        }
    }
    // The same command again does nothing, however it is to be written.
    fine(&place, 22, &[]);
    assert_eq!(names(&place), before);
    // A second run at the same moment is another one, behind the first.
    fine(&place, 22, &["--out", "other", "--state", "state"]);
    let after = names(&place);
    assert!(after[2].starts_with("2026-11-22T090000Z-002-"), "{after:?}");
    holds_what_the_state_knows(&place);
}

#[test]
fn a_run_without_a_state_is_kept_once_too() {
    let place = Place::new();
    for _ in 0..2 {
        fine(&place, 21, &["--out", "out"]);
        assert_eq!(names(&place).len(), 1);
    }
    place.write("contacts.csv", "id,orders\n1,1\n");
    fine(&place, 21, &["--out", "out"]);
    assert_eq!(names(&place).len(), 2, "other contacts are another run");
}

#[test]
fn a_run_that_comes_to_nothing_or_is_dry_is_not_kept() {
    let place = Place::new();
    fine(&place, 21, &["--dry-run"]);
    assert!(!place.path("history").exists());
    fine(&place, 21, &[]);
    let run = kept(&place, 22, &["--at-most", "0"]);
    assert_eq!(run.code, Some(0), "nothing goes out: {}", run.err);
    let run = kept(&place, 20, &[]);
    assert_eq!(run.code, Some(3), "the state is later: {}", run.err);
    assert_eq!(names(&place).len(), 2);
}

#[test]
fn what_a_killed_run_left_is_kept_if_the_state_knows_of_it_and_else_removed() {
    let place = Place::new();
    fine(&place, 21, &[]);
    let state = place.path("state");
    let old = place.path("old-state");
    fs::create_dir(&old).unwrap();
    for entry in fs::read_dir(&state).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), old.join(entry.file_name())).unwrap();
    }
    fine(&place, 22, &[]);
    let whole = names(&place);
    let hide = || {
        let name = &whole[1];
        let history = place.path("history");
        fs::rename(history.join(name), history.join(format!(".{name}"))).unwrap();
    };
    // Killed behind the state: a later run, and the same one, put it in its place.
    hide();
    fine(&place, 23, &[]);
    assert_eq!(names(&place)[..2], whole[..]);
    holds_what_the_state_knows(&place);
    // Killed before the state: the run never was.
    hide();
    fs::remove_dir_all(&state).unwrap();
    fs::rename(&old, &state).unwrap();
    let third = names(&place).pop().unwrap();
    fs::remove_dir_all(place.path("history").join(third)).unwrap();
    // Half of a copy, and half of what was taken away.
    place.write(
        "history/.2026-11-01T090000Z-001-0123456789abcdef/journal.csv",
        "",
    );
    place.write(
        "history/.gone-2026-11-01T090000Z-001-0123456789abcdef/run.json",
        "{}",
    );
    fine(&place, 24, &[]);
    let left = names(&place);
    assert_eq!(left.len(), 2, "{left:?}");
    assert!(left[1].starts_with("2026-11-24"), "{left:?}");
    holds_what_the_state_knows(&place);
}

#[test]
fn the_same_command_keeps_a_run_that_stands_and_is_not_in_the_history() {
    let place = Place::new();
    place.fine(21);
    fine(&place, 21, &[]);
    holds_what_the_state_knows(&place);
    assert_eq!(runs(&place).len(), 1);
}

#[test]
fn what_is_older_than_is_kept_is_removed_and_nothing_else() {
    let place = Place::new();
    for day in [21, 22, 25] {
        fine(&place, day, &[]);
    }
    place.write("elsewhere/journal.csv", "precious");
    let link = "2026-11-01T090000Z-001-0123456789abcdef";
    symlink(place.path("elsewhere"), place.path("history").join(link)).unwrap();
    place.write("history/notes.txt", "ours");
    let own = format!("history/{}/notes.txt", names(&place)[1]);
    place.write(&own, "ours");
    let run = kept_for(&place, "5 days");
    assert_eq!(run.code, Some(0), "{}", run.err);
    assert!(
        run.err.contains("cannot be removed: it holds `notes.txt`"),
        "{}",
        run.err
    );
    let left = names(&place);
    assert!(left.contains(&link.to_owned()) && left.contains(&"notes.txt".to_owned()));
    assert_eq!(place.read("elsewhere/journal.csv"), "precious");
    let days = |day| left.iter().filter(|name| name.starts_with(day)).count();
    let (gone, kept) = (days("2026-11-22"), days("2026-11-25") + days("2026-11-30"));
    assert_eq!((gone, kept), (0, 2), "five days old is not older: {left:?}");
    assert_eq!(place.read(&own), "ours");
    let run = kept_for(&place, "soon");
    assert_eq!(run.code, Some(2));
    assert!(run.err.contains("such as `400 days`"), "{}", run.err);
}

fn kept_for(place: &Place, keep: &str) -> Run {
    kept(place, 30, &["--history-keep", keep])
}

#[test]
fn a_history_takes_no_folder_that_holds_other_things_or_lies_in_another_one() {
    let place = Place::new();
    place.write("history/photo.jpg", "precious");
    let run = kept(&place, 21, &[]);
    assert_eq!(run.code, Some(3), "{}", run.err);
    assert!(
        run.err
            .contains("holds `photo.jpg`, which is not part of a history"),
        "{}",
        run.err
    );
    assert!(!place.path("out").exists() && !place.path("history/funnelc-history").exists());
    fs::remove_file(place.path("history/photo.jpg")).unwrap();
    let later = "funnelc keeps the history of runs here, format 2\n";
    place.write("history/funnelc-history", later);
    let run = kept(&place, 21, &[]);
    assert!(
        run.err.contains("written by a later funnelc"),
        "{}",
        run.err
    );
    fs::remove_file(place.path("history/funnelc-history")).unwrap();
    place.write("mark", "");
    symlink(place.path("mark"), place.path("history/funnelc-history")).unwrap();
    let run = kept(&place, 21, &[]);
    assert_eq!(run.code, Some(3), "{}", run.err);
    assert_eq!(place.read("mark"), "", "a link is not followed");
    let run = kept(&place, 21, &["--out", "history/out"]);
    assert_eq!(run.code, Some(2));
    assert!(run.err.contains("lie in each other"), "{}", run.err);
}

fn started(place: &Place, args: &[String]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_funnelc"))
        .args(args)
        .current_dir(place.folder.path())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

#[test]
fn runs_at_once_are_all_kept() {
    let place = Place::new();
    let run = |number: u8| {
        let (out, state) = (format!("out{number}"), format!("state{number}"));
        started(
            &place,
            &arguments(number, &["--out", &out, "--state", &state]),
        )
    };
    let mut children: Vec<_> = (11..17).map(run).collect();
    for child in &mut children {
        assert!(child.wait().unwrap().success());
    }
    assert_eq!(runs(&place).len(), 6);
    assert_eq!(names(&place).len(), 6, "nothing half is left");
}

#[test]
fn a_kill_at_any_moment_leaves_a_whole_history_and_the_next_run_goes_on() {
    let place = Place::new();
    let mut rows = "id,orders\n".to_owned();
    rows.extend((0..3_000).map(|id| format!("{id},{}\n", id % 2)));
    place.write("contacts.csv", &rows);
    fine(&place, 11, &[]);
    let mut killed = 0;
    for day in 12..20 {
        let mut child = started(&place, &arguments(day, &[]));
        let end = Instant::now() + Duration::from_mins(1);
        while child.try_wait().unwrap().is_none() && !reached(&place, day) && Instant::now() < end {
            std::hint::spin_loop();
        }
        let _ = child.kill();
        killed += u8::from(!child.wait().unwrap().success());
        runs(&place);
    }
    assert!(killed > 0, "no kill hit a live run");
    fine(&place, 20, &[]);
    holds_what_the_state_knows(&place);
    assert!(names(&place).iter().all(|name| !name.starts_with('.')));
}

/// The moment at which the run of a day is killed: each day another one.
fn reached(place: &Place, day: u8) -> bool {
    let of_day = format!("2026-11-{day}T");
    let in_history = |start: &str| {
        let start = format!("{start}{of_day}");
        names(place).iter().any(|name| name.starts_with(&start))
    };
    let part = || -> Option<PathBuf> {
        let name = names(place).into_iter().find(|it| it.starts_with('.'))?;
        Some(place.path("history").join(name))
    };
    match day % 4 {
        0 => in_history("."),
        1 => part().is_some_and(|part| part.join("run.json").exists()),
        2 => fs::read_to_string(place.path("out/run.json")).is_ok_and(|run| run.contains(&of_day)),
        _ => place.path("state/CURRENT.part").exists(),
    }
}
