//! `funnelc run` as people meet it: a run stands whole or not at all, whatever kills it, and the
//! same command mends what a kill left.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::projects::cases;

const JOURNEY: &str = "
version: 1
contacts:
  key: id
  tags: { values: [warm], separator: ';' }
  fields:
    email:  { type: email }
    orders: { type: integer, default: 0 }
  addresses: { email: email }
content:
  hello: { kind: email }
  again: { kind: email }
segments:
  buyers: { where: { field: orders, at-least: 1 } }
funnels:
  shop:
    audience: everyone
    stages:
      lead:  { weight: 0, converts: { segment: buyers } }
      buyer: { weight: 10, final: true }
campaigns:
  welcome:
    enter: [ { entered: shop/buyer } ]
    steps:
      - send: hello
      - wait: 1 day
      - add-tag: warm
      - send: again
";

/// A project, contacts and the places of a run in a folder of their own.
struct Place {
    folder: TempDir,
}

impl Place {
    fn new(contacts: &str) -> Self {
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("funnelc.yaml"), JOURNEY).unwrap();
        fs::write(folder.path().join("contacts.csv"), contacts).unwrap();
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The command of a run at `now`; what it prints is kept.
    fn command(&self, now: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_funnelc"));
        command.current_dir(self.folder.path()).args([
            "run",
            "funnelc.yaml",
            "--contacts",
            "contacts.csv",
            "--out",
            "out",
        ]);
        command
            .args(["--state", "state", "--now", now])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    fn run(&self, now: &str) -> Output {
        self.command(now).output().unwrap()
    }

    fn fine(&self, now: &str) -> String {
        let output = self.run(now);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        text(&output.stdout)
    }

    /// Everything in the folder that a run may write, by name.
    fn files(&self, name: &str) -> BTreeMap<String, Vec<u8>> {
        let Ok(entries) = fs::read_dir(self.path(name)) else {
            return BTreeMap::new();
        };
        let entries = entries.map(|entry| entry.unwrap().path());
        let read = |path: PathBuf| {
            (
                path.file_name().unwrap().to_str().unwrap().to_owned(),
                fs::read(path).unwrap(),
            )
        };
        entries.map(read).collect()
    }

    /// What is left of killed runs beside the output folder.
    fn leftovers(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().path());
        entries
            .filter(|path| {
                path.file_name()
                    .unwrap()
                    .to_str()
                    .unwrap()
                    .starts_with(".out.funnelc-")
            })
            .collect()
    }

    fn replace(&self, name: &str, files: &BTreeMap<String, Vec<u8>>) {
        let folder = self.path(name);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir(&folder).unwrap();
        for (file, bytes) in files {
            fs::write(folder.join(file), bytes).unwrap();
        }
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Contacts of which two of three bought.
fn contacts(rows: usize) -> String {
    let mut text = "id,email,orders,tags,note\n".to_owned();
    for id in 0..rows {
        writeln!(text, "{id},c{id}@example.com,{},,\"note, {id}\"", id % 3).unwrap();
    }
    text
}

/// Waits, busily, until something is so; whatever it is takes a fraction of the time allowed.
fn until<T>(what: &str, mut found: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = found() {
            return found;
        }
        assert!(
            start.elapsed() < Duration::from_mins(1),
            "{what} did not come about"
        );
        std::thread::yield_now();
    }
}

#[test]
fn a_run_prints_a_table_of_80_columns_and_writes_five_files() {
    let place = Place::new(&contacts(9));
    let table = place.fine("2026-11-21T09:00");
    assert!(
        table.lines().all(|line| line.chars().count() <= 80),
        "{table}"
    );
    insta::assert_snapshot!(table, @r"
    9 contacts

    goes out               channel       out   skipped
      welcome
        send:hello           email         6         0
      (all)                                6         0

    shop                     reach   entered      left converted      rate       now
      lead                       3         3         0         0     0.0 %         3
      buyer                      6         6         0         0     0.0 %         6
      (none)                                                                       0

    campaigns              entered overtaken    active completed converted    exited
      welcome                    6         0         6         0         0         0

    segments              contacts
      buyers                     6
    ");
    assert_eq!(
        place.files("out").into_keys().collect::<Vec<_>>(),
        [
            "actions.csv",
            "contacts.csv",
            "journal.csv",
            "metrics.json",
            "run.json"
        ]
    );
    let manifest: serde_json::Value =
        serde_json::from_slice(&place.files("out")["run.json"]).unwrap();
    assert_eq!(manifest["now"], "2026-11-21T09:00:00+00:00");
    assert_eq!(manifest["inputs"]["contacts"]["rows"], 9);
    for (name, bytes) in place.files("out") {
        if name != "run.json" {
            assert_eq!(
                manifest["outputs"][&name]["hash"],
                blake3::hash(&bytes).to_hex().to_string(),
                "{name}"
            );
            assert_eq!(manifest["outputs"][&name]["bytes"], bytes.len(), "{name}");
        }
    }
}

#[test]
fn a_second_run_goes_on_and_the_same_run_again_changes_nothing() {
    let place = Place::new(&contacts(9));
    let first = place.fine("2026-11-21T09:00");
    let actions = |place: &Place| {
        text(&place.files("out")["actions.csv"])
            .lines()
            .skip(1)
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let sent = actions(&place);
    assert_eq!(sent.len(), 6);
    let before = (place.files("out"), place.files("state"));
    assert_eq!(place.fine("2026-11-21T09:00"), first);
    assert_eq!((place.files("out"), place.files("state")), before);
    fs::copy(
        place.path("out").join("contacts.csv"),
        place.path("contacts.csv"),
    )
    .unwrap();
    place.fine("2026-11-22T09:00");
    let next = actions(&place);
    assert_eq!(next.len(), 6);
    assert!(
        next.iter()
            .all(|row| row.contains(",again,") && !sent.contains(row)),
        "{next:?}"
    );
    assert!(
        text(&place.files("out")["contacts.csv"])
            .contains("\n1,c1@example.com,1,warm,\"note, 1\",buyer\n")
    );
    let refused = place.run("2026-11-21T09:00");
    assert_eq!(refused.status.code(), Some(3));
    assert!(
        text(&refused.stderr).contains("the state is of 2026-11-22T09:00:00+00:00"),
        "{}",
        text(&refused.stderr)
    );
    assert_eq!(
        place.files("state").len(),
        3,
        "one snapshot, CURRENT and the lock"
    );
}

#[test]
fn a_plan_file_and_standard_input_give_the_same_run() {
    let place = Place::new(&contacts(50));
    place.fine("2026-11-21T09:00");
    let expected = place.files("out");
    let funnelc = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_funnelc"));
        command
            .current_dir(place.folder.path())
            .stdin(Stdio::null());
        command
    };
    assert!(
        funnelc()
            .args(["plan", "funnelc.yaml", "-o", "plan.json"])
            .output()
            .unwrap()
            .status
            .success()
    );
    let input = fs::File::open(place.path("contacts.csv")).unwrap();
    let run = [
        "run",
        "plan.json",
        "--contacts",
        "-",
        "--out",
        "new/out",
        "--state",
        "new-state",
        "--threads",
        "2",
    ];
    let output = funnelc()
        .args(run)
        .args(["--now", "2026-11-21T09:00"])
        .stdin(input)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(place.files("new/out"), expected);
}

#[test]
fn bad_rows_fail_the_run_unless_they_are_set_aside() {
    let place = Place::new("id,email,orders\n1,a@example.com,x\n2,b@example.com,1\n");
    let output = place.run("2026-11-21");
    assert_eq!(output.status.code(), Some(1));
    assert!(
        text(&output.stderr).contains("  line 2, column `orders`, `x`: not an integer\n"),
        "{}",
        text(&output.stderr)
    );
    assert_eq!(
        (place.files("out"), place.leftovers()),
        (BTreeMap::new(), vec![])
    );
    let output = place
        .command("2026-11-21")
        .args(["--rejects", "bad.csv"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(
        text(&output.stdout).starts_with("1 contact, 1 bad row set aside\n"),
        "{}",
        text(&output.stdout)
    );
    assert_eq!(
        fs::read_to_string(place.path("bad.csv")).unwrap(),
        "line,column,value,reason,id,email,orders\n2,orders,x,not an integer,1,a@example.com,x\n"
    );
    assert_eq!(
        place
            .command("2026-11-22")
            .args(["--rejects", "/dev/null"])
            .output()
            .unwrap()
            .status
            .code(),
        Some(0)
    );
    assert!(
        !fs::metadata("/dev/null").unwrap().is_file(),
        "a device stays what it is"
    );
    fs::write(place.path("contacts.csv"), "id,email,orders\n7,,\n7,,\n").unwrap();
    let output = place
        .command("2026-11-22")
        .args(["--rejects", "bad.csv"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        text(&output.stderr).contains("line 3, column `id`: the same key as in line 2"),
        "{}",
        text(&output.stderr)
    );
}

#[test]
fn only_an_earlier_run_is_replaced() {
    let place = Place::new(&contacts(3));
    place.fine("2026-11-21");
    fs::write(place.path("out").join("mine.txt"), "precious").unwrap();
    let output = place.run("2026-11-22");
    assert_eq!(output.status.code(), Some(3));
    assert!(
        text(&output.stderr).contains("holds `mine.txt`"),
        "{}",
        text(&output.stderr)
    );
    fs::remove_file(place.path("out").join("mine.txt")).unwrap();
    fs::remove_file(place.path("out").join("run.json")).unwrap();
    let output = place.run("2026-11-22");
    assert!(
        text(&output.stderr).contains("holds `actions.csv`"),
        "{}",
        text(&output.stderr)
    );
    fs::remove_dir_all(place.path("out")).unwrap();
    fs::create_dir(place.path("out")).unwrap();
    place.fine("2026-11-22");
    fs::copy(
        place.path("contacts.csv"),
        place.path("out").join("contacts.csv"),
    )
    .unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_funnelc"))
        .current_dir(place.folder.path())
        .args([
            "run",
            "funnelc.yaml",
            "--contacts",
            "out/contacts.csv",
            "--out",
            "out",
            "--now",
            "2026-11-22",
        ])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert!(
        text(&output.stderr).contains("lies in the output folder"),
        "{}",
        text(&output.stderr)
    );
}

#[test]
fn a_state_that_was_damaged_or_is_in_use_is_an_error() {
    let place = Place::new(&contacts(3));
    place.fine("2026-11-21");
    let snapshot = place
        .files("state")
        .into_keys()
        .find(|name| name.starts_with("state-"))
        .unwrap();
    let path = place.path("state").join(snapshot);
    let whole = fs::read(&path).unwrap();
    fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    let output = place.run("2026-11-22");
    assert_eq!(output.status.code(), Some(3));
    assert!(
        text(&output.stderr).contains("is damaged"),
        "{}",
        text(&output.stderr)
    );
    fs::write(&path, &whole).unwrap();
    let lock = fs::File::open(place.path("state").join("lock")).unwrap();
    lock.lock().unwrap();
    let output = place.run("2026-11-22");
    assert_eq!(output.status.code(), Some(3));
    assert!(
        text(&output.stderr).contains("another run uses the state"),
        "{}",
        text(&output.stderr)
    );
}

#[test]
fn a_full_disk_leaves_nothing() {
    let place = Place::new(&contacts(20_000));
    let funnelc = env!("CARGO_BIN_EXE_funnelc");
    let script = format!(
        "ulimit -f 200; exec '{funnelc}' run funnelc.yaml --contacts contacts.csv --out out \
            --state state"
    );
    let output = Command::new("sh")
        .args(["-c", &script])
        .current_dir(place.folder.path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(3), "{}", text(&output.stderr));
    assert!(
        text(&output.stderr).contains("cannot write contacts.csv: File too large"),
        "{}",
        text(&output.stderr)
    );
    assert_eq!(
        (place.files("out"), place.leftovers()),
        (BTreeMap::new(), vec![])
    );
    assert!(
        !place.path("state").exists(),
        "a state that was never written"
    );
}

#[test]
fn ctrl_c_leaves_nothing() {
    let place = Place::new("");
    let mut command = Command::new(env!("CARGO_BIN_EXE_funnelc"));
    command.current_dir(place.folder.path()).args([
        "run",
        "funnelc.yaml",
        "--contacts",
        "-",
        "--out",
        "out",
    ]);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let block = contacts(20_000);
    stdin.write_all(block.as_bytes()).unwrap();
    until("a staging folder", || {
        (!place.leftovers().is_empty()).then_some(())
    });
    signal(&child, "INT");
    // Standard input stays open: the run cannot have ended by itself.
    let (_, rows) = block.split_once('\n').unwrap();
    while stdin.write_all(rows.as_bytes()).is_ok() {}
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{}", text(&output.stderr));
    assert_eq!(
        (place.files("out"), place.leftovers()),
        (BTreeMap::new(), vec![])
    );
}

fn signal(child: &Child, name: &str) {
    assert!(
        Command::new("kill")
            .args(["-s", name, &child.id().to_string()])
            .status()
            .unwrap()
            .success()
    );
}

#[test]
fn a_reader_that_goes_away_is_no_panic() {
    let place = Place::new(&contacts(3));
    let mut child = place.command("2026-11-21").spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(
        !text(&output.stderr).contains("panicked"),
        "{}",
        text(&output.stderr)
    );
}

#[test]
fn a_run_that_stands_is_not_interrupted() {
    let place = Place::new(&contacts(9));
    let (mut reader, mut writer) = std::io::pipe().unwrap();
    // As much as a pipe holds: the table has to wait, and with it the end of the run.
    writer.write_all(&vec![b'.'; 65_536]).unwrap();
    let child = place
        .command("2026-11-21T09:00")
        .stdout(writer)
        .spawn()
        .unwrap();
    until("a state", || {
        place.path("state/CURRENT").exists().then_some(())
    });
    for name in ["INT", "INT", "TERM", "TERM"] {
        signal(&child, name);
    }
    let mut table = Vec::new();
    std::io::Read::read_to_end(&mut reader, &mut table).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(text(&table).contains("welcome"), "the whole table");
}

#[test]
fn a_run_that_stands_is_no_failure_when_its_table_cannot_be_printed() {
    let place = Place::new(&contacts(9));
    let full = || fs::File::options().write(true).open("/dev/full").unwrap();
    let output = place
        .command("2026-11-21T09:00")
        .stdout(full())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(
        text(&output.stderr).contains(
            "warning: the run stands, but its table is not on standard output: cannot write"
        ),
        "{}",
        text(&output.stderr)
    );
    assert_eq!(
        text(&place.files("out")["actions.csv"]).lines().count(),
        7,
        "the outbox, to be delivered"
    );
    let dry = place
        .command("2026-11-23T09:00")
        .arg("--dry-run")
        .stdout(full())
        .output()
        .unwrap();
    assert_eq!(
        dry.status.code(),
        Some(3),
        "the table is all there is of a dry run"
    );
}

#[test]
fn a_killed_run_leaves_the_old_or_the_new_and_is_mended_by_the_same_command() {
    let few = 2 + u32::try_from(cases() / 100).unwrap();
    let kills: u32 = std::env::var("FUNNELC_KILLS").map_or(few, |kills| kills.parse().unwrap());
    let place = Place::new(&contacts(6_000));
    place.fine("2026-11-21T09:00");
    let old = (place.files("out"), place.files("state"));
    place.fine("2026-11-22T09:00");
    let new = (place.files("out"), place.files("state"));
    let (mut hits, mut attempts) = (0, 0);
    while hits < kills {
        attempts += 1;
        assert!(
            attempts <= 20 * kills,
            "only {hits} of {attempts} kills hit a live run"
        );
        place.replace("out", &old.0);
        place.replace("state", &old.1);
        if !kill_once(&place, new.0["contacts.csv"].len() as u64, attempts) {
            continue;
        }
        hits += 1;
        let left = place.files("out");
        assert!(
            left == old.0 || left == new.0,
            "kill {hits} left something half"
        );
        place.fine("2026-11-22T09:00");
        assert!(
            place.files("out") == new.0 && place.files("state") == new.1,
            "kill {hits} was not mended"
        );
        assert_eq!(place.leftovers(), Vec::<PathBuf>::new());
    }
}

/// Kills a run at one of many moments between its first file and its end; says whether it was still
/// alive.
fn kill_once(place: &Place, size: u64, attempt: u32) -> bool {
    let mut child = place.command("2026-11-22T09:00").spawn().unwrap();
    let staging = place.path(&format!(".out.funnelc-{}/run", child.id()));
    // A golden ratio spreads the moments evenly, however many there are.
    let moment = f64::from(attempt) * 0.618_033_988_749_894_9 % 1.0;
    let ended = |child: &mut Child| child.try_wait().unwrap().is_some();
    until("the moment of the kill", || {
        (reached(&staging, place, moment, size) || ended(&mut child)).then_some(())
    });
    let _ = child.kill();
    child.wait().unwrap().signal() == Some(9)
}

/// The first seven tenths of the moments lie in the writing, the others in its end: run.json, the
/// exchange, the new snapshot.
fn reached(staging: &Path, place: &Place, moment: f64, size: u64) -> bool {
    let written =
        |file: &str| fs::metadata(staging.join(file)).map_or(0, |metadata| metadata.len());
    #[expect(clippy::cast_precision_loss, reason = "a moment need not be exact")]
    match moment {
        0.0..0.7 => {
            staging.exists() && written("contacts.csv") as f64 >= moment / 0.7 * size as f64
        }
        0.7..0.8 => staging.join("run.json").exists(),
        0.8..0.9 => {
            staging.exists()
                && fs::read(place.path("out/run.json"))
                    .is_ok_and(|now| text(&now).contains("11-22T"))
        }
        _ => fs::read_dir(place.path("state"))
            .unwrap()
            .filter(|entry| {
                entry
                    .as_ref()
                    .unwrap()
                    .file_name()
                    .to_str()
                    .unwrap()
                    .starts_with("state-")
            })
            .count()
            .gt(&1),
    }
}
