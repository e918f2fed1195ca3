//! What lies beside and in the folders of a run: nothing that is somebody else's is emptied,
//! removed, written over or opened to more people.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::projects::{Run, funnelc_in};

const JOURNEY: &str = "
version: 1
contacts: { key: id, fields: { orders: { type: integer, default: 0 } } }
content: { hello: { kind: focus } }
segments: { buyers: { where: { field: orders, at-least: 1 } } }
campaigns: { welcome: { enter: [ { segment: buyers } ], steps: [ { send: hello } ] } }
";

/// A project, its contacts and the folders of its runs.
pub(crate) struct Place {
    pub(crate) folder: TempDir,
}

impl Place {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let place = Self { folder };
        place.write("funnelc.yaml", JOURNEY);
        place.write("contacts.csv", "id,orders\n1,0\n2,1\nx,y\n");
        place
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        fs::write(self.path(name), text).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    fn mode(&self, name: &str) -> u32 {
        fs::metadata(self.path(name)).unwrap().mode() & 0o777
    }

    fn close(&self, name: &str, mode: u32) {
        fs::set_permissions(self.path(name), Permissions::from_mode(mode)).unwrap();
    }

    /// A run on a day of November.
    pub(crate) fn on(&self, day: u8) -> Run {
        let now = format!("2026-11-{day}T09:00");
        let args = [
            "run",
            "funnelc.yaml",
            "--contacts",
            "contacts.csv",
            "--out",
            "out",
            "--state",
            "state",
        ];
        funnelc_in(
            self.folder.path(),
            &[&args[..], &["--rejects", "bad.csv", "--now", &now]].concat(),
        )
    }

    pub(crate) fn fine(&self, day: u8) {
        let run = self.on(day);
        assert_eq!(run.code, Some(0), "{}", run.err);
    }

    fn refused(&self, day: u8, why: &str) {
        let run = self.on(day);
        assert_eq!(run.code, Some(3), "{}", run.err);
        assert!(run.err.contains(why), "{}", run.err);
    }
}

/// Like the folder of a run that was killed while it wrote.
fn killed(place: &Place, name: &str) {
    place.write(&format!("{name}/funnelc-run"), MARK);
    place.write(&format!("{name}/run/contacts.csv"), "half of it");
}

/// What stands in the mark.
pub(crate) const MARK: &str =
    "funnelc writes a run here; the next run to the same place clears it away.\n";

#[test]
fn only_what_a_run_wrote_is_replaced() {
    let place = Place::new();
    place.write("out/run.json", "{}");
    place.write("out/contacts.csv/only-copy", "precious");
    place.refused(21, "run.json` is not that of a run of funnelc");
    assert_eq!(place.read("out/contacts.csv/only-copy"), "precious");
    fs::remove_dir_all(place.path("out")).unwrap();
    place.fine(21);
    let run = place.read("out/run.json");
    place.write("out/actions.csv", "corrected by hand\n");
    place.refused(
        22,
        "holds an earlier run whose `actions.csv` was changed since, and would be lost",
    );
    assert!(
        place.on(22).err.contains("out.kept`"),
        "{}",
        place.on(22).err
    );
    assert_eq!(place.read("out/actions.csv"), "corrected by hand\n");
    // Where the outbox was taken away to be delivered nothing is lost.
    fs::remove_file(place.path("out/actions.csv")).unwrap();
    place.fine(22);
    place.write(
        "out/run.json",
        &place
            .read("out/run.json")
            .replace("\"format\": 1", "\"format\": 99"),
    );
    place.refused(23, "holds a run of a later funnelc, of format 99");
    place.write("out/run.json", &run);
    place.refused(23, "was changed since");
    fs::remove_dir_all(place.path("out")).unwrap();
    place.fine(23);
    fs::rename(place.path("out/contacts.csv"), place.path("elsewhere.csv")).unwrap();
    symlink("../elsewhere.csv", place.path("out/contacts.csv")).unwrap();
    place.refused(24, "whose `contacts.csv` was changed since");
}

#[test]
fn a_folder_beside_is_removed_only_if_a_killed_run_left_it() {
    let place = Place::new();
    killed(&place, ".out.funnelc-1");
    killed(&place, ".out.funnelc-backup");
    killed(&place, ".out.funnelc-2-kept");
    killed(&place, "out.funnelc-3");
    killed(&place, ".other.funnelc-4");
    place.write(".out.funnelc-5/contacts.csv", "precious");
    place.write(".out.funnelc-6/funnelc-run", "my notes about funnelc-run");
    place.write(".out.funnelc-7", "precious");
    place.write(".out.funnelc-note", "precious");
    killed(&place, "elsewhere");
    symlink("elsewhere", place.path(".out.funnelc-8")).unwrap();
    place.fine(21);
    assert!(
        !place.path(".out.funnelc-1").exists(),
        "what a killed run left"
    );
    for kept in [
        ".out.funnelc-backup/run/contacts.csv",
        ".out.funnelc-2-kept/run/contacts.csv",
        "out.funnelc-3/run/contacts.csv",
        ".other.funnelc-4/run/contacts.csv",
        ".out.funnelc-5/contacts.csv",
        ".out.funnelc-6/funnelc-run",
        ".out.funnelc-7",
        ".out.funnelc-note",
        "elsewhere/run/contacts.csv",
    ] {
        assert!(place.path(kept).is_file(), "{kept}");
    }
}

#[test]
fn a_folder_beside_that_cannot_be_looked_at_stops_the_run() {
    let place = Place::new();
    place.fine(21);
    killed(&place, ".out.funnelc-1");
    // Nobody may write to a program that runs, and so nobody can lock it as a run does.
    fs::copy("/bin/sleep", place.path(".out.funnelc-1/funnelc-run")).unwrap();
    let mut busy = std::process::Command::new(place.path(".out.funnelc-1/funnelc-run"))
        .arg("600")
        .spawn()
        .unwrap();
    let run = place.on(22);
    busy.kill().unwrap();
    busy.wait().unwrap();
    assert_eq!(
        run.code,
        Some(3),
        "it may hold the run that was put away: {}",
        run.err
    );
    assert!(run.err.contains(".out.funnelc-1`: "), "{}", run.err);
    place.fine(22);
    assert!(
        place.path(".out.funnelc-1/run/contacts.csv").exists(),
        "that mark is not ours"
    );
}

#[test]
fn what_cannot_be_removed_is_a_warning_and_stays() {
    let place = Place::new();
    killed(&place, ".out.funnelc-1");
    place.write(".out.funnelc-1/run/mine.txt", "precious");
    for day in [21, 22] {
        let run = place.on(day);
        assert_eq!(run.code, Some(0), "{}", run.err);
        let told = "warning: the run stands, but `";
        assert!(
            run.err.contains(told) && run.err.contains(".out.funnelc-1`, left of a run"),
            "{}",
            run.err
        );
    }
    assert_eq!(place.read(".out.funnelc-1/run/mine.txt"), "precious");
    if fs::metadata(place.folder.path()).unwrap().uid() == 0 {
        killed(&place, ".out.funnelc-2");
        chown(place.path(".out.funnelc-2"), Some(4_242), Some(4_242)).unwrap();
        place.fine(23);
        assert!(
            place.path(".out.funnelc-2/run/contacts.csv").is_file(),
            "of another user"
        );
    }
}

#[test]
fn a_live_run_is_no_leftover() {
    let place = Place::new();
    killed(&place, ".out.funnelc-1");
    let mark = fs::File::open(place.path(".out.funnelc-1/funnelc-run")).unwrap();
    mark.lock().unwrap();
    place.fine(21);
    assert!(place.path(".out.funnelc-1/run/contacts.csv").is_file());
    drop(mark);
    place.fine(22);
    assert!(!place.path(".out.funnelc-1").exists());
}

#[test]
fn a_state_takes_no_folder_that_holds_other_things() {
    for name in [
        "lock",
        "new",
        "CURRENT.part",
        "notes.txt",
        "state-1.jsonl",
        ".hidden",
    ] {
        let place = Place::new();
        place.write(&format!("state/{name}"), "precious");
        place.refused(21, &format!("holds `{name}`, which is not part of a state"));
        assert!(
            place.on(21).err.contains("state/funnelc`"),
            "{}",
            place.on(21).err
        );
        assert_eq!(place.read(&format!("state/{name}")), "precious");
        assert_eq!(
            fs::read_dir(place.path("state")).unwrap().count(),
            1,
            "{name}: nothing is added"
        );
        assert!(!place.path("out").exists(), "{name}");
    }
    let place = Place::new();
    place.fine(21);
    place.write("state/notes.txt", "precious");
    place.refused(22, "holds `notes.txt`");
    fs::remove_file(place.path("state/notes.txt")).unwrap();
    place.write("state/lock", "precious");
    place.refused(22, "holds `lock`");
    assert_eq!(place.read("state/lock"), "precious");
}

#[test]
fn a_link_in_the_place_of_the_lock_is_not_followed() {
    let place = Place::new();
    place.write("victim", "precious");
    fs::create_dir(place.path("state")).unwrap();
    symlink("../victim", place.path("state/lock")).unwrap();
    place.refused(21, "holds `lock`");
    fs::write(place.path("victim"), "").unwrap();
    place.refused(21, "holds `lock`");
    assert_eq!(place.read("victim"), "");
}

#[test]
fn what_a_killed_run_left_in_its_state_is_swept() {
    let place = Place::new();
    place.fine(21);
    let lock = place.read("state/lock");
    assert_eq!(lock, "funnelc keeps a state here\n");
    let snapshot = place.read("state/CURRENT");
    let count = || fs::read_dir(place.path("state")).unwrap().count();
    place.write("state/new", "half");
    place.write("state/CURRENT.part", "half");
    place.write(
        &format!("state/state-{}.jsonl", "0".repeat(64)),
        "not yet the one that counts",
    );
    place.fine(22);
    assert_eq!(count(), 3, "one snapshot, CURRENT and the lock");
    // A first run that was killed has no CURRENT yet, but its lock says whose it is.
    fs::remove_dir_all(place.path("state")).unwrap();
    place.write("state/lock", &lock);
    place.write("state/new", "half");
    place.fine(21);
    // Killed between its snapshot and CURRENT.
    fs::rename(
        place.path("state/CURRENT"),
        place.path("state/CURRENT.part"),
    )
    .unwrap();
    fs::remove_dir_all(place.path("out")).unwrap();
    place.fine(21);
    assert_eq!((place.read("state/CURRENT"), count()), (snapshot, 3));
}

#[test]
fn a_state_without_current_is_damaged_and_not_new() {
    let place = Place::new();
    place.fine(21);
    fs::remove_file(place.path("state/CURRENT")).unwrap();
    place.refused(
        22,
        "is damaged: `CURRENT` is missing, which names the snapshot that counts",
    );
    place.refused(22, "is damaged");
    let args = [
        "run",
        "funnelc.yaml",
        "--contacts",
        "contacts.csv",
        "--state",
        "state",
        "--dry-run",
    ];
    let dry = funnelc_in(place.folder.path(), &args);
    assert!(
        dry.code == Some(3) && dry.err.contains("is damaged"),
        "{}",
        dry.err
    );
}

#[test]
fn what_is_new_is_closed_and_what_is_replaced_stays_as_it_was() {
    let place = Place::new();
    place.fine(21);
    assert_eq!([place.mode("out"), place.mode("state")], [0o700, 0o700]);
    let snapshot = |place: &Place| format!("state/{}", place.read("state/CURRENT").trim_end());
    let files = [
        "out/contacts.csv",
        "out/actions.csv",
        "out/run.json",
        "bad.csv",
        "state/CURRENT",
        "state/lock",
    ];
    for name in files.into_iter().chain([snapshot(&place).as_str()]) {
        assert_eq!(place.mode(name), 0o600, "{name}");
    }
    let opened = [
        ("out", 0o750),
        ("out/contacts.csv", 0o640),
        ("bad.csv", 0o644),
        ("state/CURRENT", 0o640),
    ];
    for (name, mode) in opened {
        place.close(name, mode);
    }
    place.close(&snapshot(&place), 0o640);
    let is_root = fs::metadata(place.folder.path()).unwrap().uid() == 0;
    if is_root {
        for name in ["out", "out/contacts.csv", "bad.csv"] {
            chown(place.path(name), Some(4_242), Some(4_243)).unwrap();
        }
    }
    place.fine(22);
    for (name, mode) in opened {
        assert_eq!(place.mode(name), mode, "{name}");
    }
    assert_eq!(
        [place.mode("out/actions.csv"), place.mode(&snapshot(&place))],
        [0o600, 0o640]
    );
    for name in ["out", "out/contacts.csv", "bad.csv"] {
        let metadata = fs::metadata(place.path(name)).unwrap();
        assert_eq!(
            (metadata.uid(), metadata.gid()) == (4_242, 4_243),
            is_root,
            "{name}"
        );
    }
}

#[test]
fn a_plan_is_as_open_as_the_umask_says_and_stays_as_it_is() {
    let place = Place::new();
    let plan = || {
        assert_eq!(
            funnelc_in(
                place.folder.path(),
                &["plan", "funnelc.yaml", "-o", "plan.json"]
            )
            .code,
            Some(0)
        );
    };
    plan();
    assert_eq!(
        place.mode("plan.json"),
        place.mode("funnelc.yaml"),
        "it holds no personal data"
    );
    place.close("plan.json", 0o600);
    plan();
    assert_eq!(place.mode("plan.json"), 0o600);
}

#[test]
fn what_is_in_the_way_of_a_file_is_not_written_over() {
    let place = Place::new();
    place.write("victim", "precious");
    symlink("victim", place.path(".bad.csv.funnelc-part")).unwrap();
    place.refused(21, ".bad.csv.funnelc-part` is in the way");
    assert_eq!(place.read("victim"), "precious");
    fs::remove_file(place.path(".bad.csv.funnelc-part")).unwrap();
    place.write(".bad.csv.funnelc-part", "half of a killed run");
    let part = fs::File::open(place.path(".bad.csv.funnelc-part")).unwrap();
    part.lock().unwrap();
    place.refused(21, "another funnelc is writing it");
    drop(part);
    place.fine(21);
    assert!(!place.path(".bad.csv.funnelc-part").exists());
}

#[test]
fn a_folder_that_is_a_link_leading_nowhere_yet_is_followed() {
    let place = Place::new();
    fs::create_dir(place.path("disk")).unwrap();
    for (link, to) in [("out", "disk/runs/today"), ("state", "disk/state")] {
        symlink(to, place.path(link)).unwrap();
    }
    place.fine(21);
    for link in ["out", "state"] {
        assert!(place.path(link).is_symlink(), "{link}");
    }
    assert!(
        place.path("disk/runs/today/run.json").is_file()
            && place.path("disk/state/CURRENT").is_file()
    );
    place.fine(22);
    symlink("loop", place.path("loop")).unwrap();
    let args = [
        "run",
        "funnelc.yaml",
        "--contacts",
        "contacts.csv",
        "--rejects",
        "bad.csv",
        "--out",
        "loop",
    ];
    let run = funnelc_in(place.folder.path(), &args);
    assert!(
        run.code == Some(3) && run.err.contains("cannot write `loop`: Too many levels"),
        "{}",
        run.err
    );
    assert!(Path::new(&place.path("loop")).is_symlink());
}
