//! Each example does what a person worked out by hand, and does it the same way every time.
//!
//! The tables in tests/fixtures/examples were reasoned from the language, never copied from a run. A contact that a table does not list at a time must be as it was before and get nothing.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const EXAMPLES: [&str; 4] = ["webshop", "lifecycle", "product-lines", "webinar"];

#[test]
fn webshop_moves_and_sends_what_the_table_says() {
    assert_table("webshop");
}

#[test]
fn lifecycle_moves_and_sends_what_the_table_says() {
    assert_table("lifecycle");
}

#[test]
fn product_lines_move_and_send_what_the_table_says() {
    assert_table("product-lines");
}

#[test]
fn webinar_moves_and_sends_what_the_table_says() {
    assert_table("webinar");
}

#[test]
fn check_says_what_the_readmes_say() {
    for example in EXAMPLES {
        let check =
            funnelc(&["check".as_ref(), "--format".as_ref(), "json".as_ref(), example_folder(example).as_os_str()]);
        let report: serde_json::Value = serde_json::from_slice(&check.stdout).expect("the report is JSON");
        let findings = report["findings"].as_array().expect("the report has findings");
        let codes: Vec<_> =
            findings.iter().map(|finding| finding["code"].as_str().expect("a finding has a code")).collect();
        let promised: &[&str] = if example == "lifecycle" { &["move-may-be-refused"] } else { &[] };
        assert_eq!(codes, promised, "{example}");
    }
}

#[test]
fn threads_and_repetition_change_no_byte() {
    for example in EXAMPLES {
        let first = files_of_a_run(example, 1);
        for threads in [1, 2, 8] {
            assert!(first == files_of_a_run(example, threads), "{example} differs with {threads} threads");
        }
    }
}

#[test]
fn the_same_time_again_does_nothing() {
    for example in EXAMPLES {
        let place = tempfile::tempdir().expect("a temporary folder");
        let journey = Journey { example, place: place.path() };
        let (now, contacts) = (table(example).times[0].clone(), example_folder(example).join("contacts.csv"));
        journey.run(&contacts, &now, 2);
        let once = all_files(&journey.place.join("out"));
        let state = all_files(&journey.place.join("state"));
        journey.run(&contacts, &now, 2);
        assert!(once == all_files(&journey.place.join("out")), "{example}: the outputs changed");
        assert!(state == all_files(&journey.place.join("state")), "{example}: the state changed");
    }
}

#[test]
fn the_plan_is_the_same_twice() {
    for example in EXAMPLES {
        let plan = || funnelc(&["plan".as_ref(), example_folder(example).as_os_str()]).stdout;
        assert!(!plan().is_empty());
        assert_eq!(plan(), plan(), "{example}");
    }
}

/// Runs the example at each time of its table, in two ways that must not differ: feeding back the written contacts, and exporting the old ones again.
fn assert_table(example: &str) {
    let table = table(example);
    let export = Sheet::read(&example_folder(example).join("contacts.csv"));
    for feed_back in [true, false] {
        let place = tempfile::tempdir().expect("a temporary folder");
        let journey = Journey { example, place: place.path() };
        let mut input = export.clone();
        let mut expected: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
        let mut wrong = Vec::new();
        for now in &table.times {
            input.change(&table.changes, now);
            let file = place.path().join("contacts.csv");
            fs::write(&file, input.to_csv()).expect("the contacts are written");
            journey.run(&file, now, 2);
            let written = Sheet::read(&place.path().join("out/contacts.csv"));
            let sent = journey.sent();
            assert_untouched(&input, &written, &table.columns);
            for key in written.column("id") {
                let listed = table.rows.get(&(now.clone(), key.clone()));
                if let Some(row) = listed {
                    expected.insert(key.clone(), row.cells.clone());
                }
                let cells =
                    expected.get(&key).unwrap_or_else(|| panic!("{example}: {key} is missing in the table at {now}"));
                let actual = table.columns.iter().map(|column| (column.clone(), written.cell(&key, column))).collect();
                let messages = sent.get(&key).cloned().unwrap_or_default().join(";");
                let due = listed.map_or("", |row| row.sent.as_str());
                if *cells != actual || messages != due {
                    let why = listed.map_or("as before", |row| row.why.as_str());
                    wrong.push(format!("{key} at {now} ({why})\n  expected {cells:?} sent `{due}`\n  was      {actual:?} sent `{messages}`"));
                }
            }
            if feed_back {
                input = written;
            }
        }
        assert!(wrong.is_empty(), "{example}, feeding back: {feed_back}\n{}", wrong.join("\n"));
    }
}

/// Columns that no table speaks of pass through, in their order.
fn assert_untouched(input: &Sheet, written: &Sheet, columns: &[String]) {
    assert!(written.rows[0].starts_with(&input.rows[0]), "the columns keep their order: {:?}", written.rows[0]);
    for column in input.rows[0].iter().filter(|column| !columns.contains(column)) {
        assert_eq!(input.column(column), written.column(column), "column {column}");
    }
}

fn files_of_a_run(example: &str, threads: usize) -> BTreeMap<PathBuf, Vec<u8>> {
    let place = tempfile::tempdir().expect("a temporary folder");
    let journey = Journey { example, place: place.path() };
    journey.run(&example_folder(example).join("contacts.csv"), &table(example).times[0], threads);
    all_files(place.path())
}

struct Journey<'a> {
    example: &'a str,
    place: &'a Path,
}

impl Journey<'_> {
    fn run(&self, contacts: &Path, now: &str, threads: usize) {
        let (out, state, threads) = (self.place.join("out"), self.place.join("state"), threads.to_string());
        let project = example_folder(self.example);
        let output = funnelc(&[
            "run".as_ref(),
            project.as_os_str(),
            "--contacts".as_ref(),
            contacts.as_os_str(),
            "--out".as_ref(),
            out.as_os_str(),
            "--state".as_ref(),
            state.as_os_str(),
            "--now".as_ref(),
            now.as_ref(),
            "--threads".as_ref(),
            threads.as_ref(),
        ]);
        assert!(output.status.success(), "{} at {now}: {}", self.example, String::from_utf8_lossy(&output.stderr));
    }

    /// What each contact was sent in the last run, in order.
    fn sent(&self) -> BTreeMap<String, Vec<String>> {
        let actions = Sheet::read(&self.place.join("out/actions.csv"));
        let mut sent: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (contact, target) in actions.column("contact").into_iter().zip(actions.column("target")) {
            sent.entry(contact).or_default().push(target);
        }
        sent
    }
}

fn funnelc(arguments: &[&std::ffi::OsStr]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_funnelc")).args(arguments).output().expect("funnelc starts")
}

fn example_folder(example: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(example)
}

fn all_files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in walkdir::WalkDir::new(folder) {
        let entry = entry.expect("the folder is read");
        if entry.file_type().is_file() {
            let name = entry.path().strip_prefix(folder).expect("it lies in the folder").to_owned();
            files.insert(name, fs::read(entry.path()).expect("the file is read"));
        }
    }
    files
}

/// What must happen, by time and contact.
struct Table {
    times: Vec<String>,
    columns: Vec<String>,
    rows: BTreeMap<(String, String), Row>,
    /// Time, contact, column and new value of what changes in the contacts file between runs.
    changes: Vec<[String; 4]>,
}

struct Row {
    cells: BTreeMap<String, String>,
    sent: String,
    why: String,
}

fn table(example: &str) -> Table {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/examples");
    let sheet = Sheet::read(&fixtures.join(format!("{example}.csv")));
    let columns: Vec<String> = sheet.rows[0]
        .iter()
        .filter(|name| !["contact", "now", "sent", "why"].contains(&name.as_str()))
        .cloned()
        .collect();
    let mut table = Table { times: Vec::new(), columns, rows: BTreeMap::new(), changes: Vec::new() };
    for row in &sheet.rows[1..] {
        let cell = |name: &str| row[sheet.position(name).expect("the table has the column")].clone();
        let cells = table.columns.iter().map(|column| (column.clone(), cell(column))).collect();
        let now = cell("now");
        if !table.times.contains(&now) {
            table.times.push(now.clone());
        }
        let replaced = table.rows.insert((now, cell("contact")), Row { cells, sent: cell("sent"), why: cell("why") });
        assert!(replaced.is_none(), "{example}: {} stands twice", cell("contact"));
    }
    let changes = Sheet::read(&fixtures.join(format!("{example}-changes.csv")));
    table.changes =
        changes.rows[1..].iter().map(|row| [row[0].clone(), row[1].clone(), row[2].clone(), row[3].clone()]).collect();
    table
}

/// A CSV file with its header as the first row; read without the library, so that a mistake there shows.
#[derive(Clone)]
struct Sheet {
    rows: Vec<Vec<String>>,
}

impl Sheet {
    fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let mut rows = vec![vec![String::new()]];
        let mut quoted = false;
        let mut characters = text.chars().peekable();
        while let Some(character) = characters.next() {
            let row = rows.last_mut().expect("there is a row");
            let cell = row.last_mut().expect("there is a cell");
            match character {
                '"' if quoted && characters.peek() == Some(&'"') => {
                    cell.push(characters.next().expect("it was peeked at"));
                }
                '"' => quoted = !quoted,
                ',' if !quoted => row.push(String::new()),
                '\n' if !quoted => rows.push(vec![String::new()]),
                other => cell.push(other),
            }
        }
        rows.pop_if(|row| row.as_slice() == [""]);
        Self { rows }
    }

    fn to_csv(&self) -> String {
        let cell = |text: &String| {
            if text.contains([',', '"', '\n']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.clone() }
        };
        self.rows.iter().map(|row| row.iter().map(cell).collect::<Vec<_>>().join(",") + "\n").collect()
    }

    fn position(&self, column: &str) -> Option<usize> {
        self.rows[0].iter().position(|name| name == column)
    }

    fn column(&self, name: &str) -> Vec<String> {
        let position = self.position(name).unwrap_or_else(|| panic!("no column {name} in {:?}", self.rows[0]));
        self.rows[1..].iter().map(|row| row[position].clone()).collect()
    }

    fn cell(&self, key: &str, column: &str) -> String {
        let position = self.position(column).unwrap_or_else(|| panic!("no column {column} in {:?}", self.rows[0]));
        self.rows.iter().find(|row| row[0] == key).map(|row| row[position].clone()).unwrap_or_default()
    }

    /// Makes the changes that the table's file of changes has for this time.
    fn change(&mut self, changes: &[[String; 4]], now: &str) {
        for [_, key, column, value] in changes.iter().filter(|change| change[0] == now) {
            let position = self.position(column).unwrap_or_else(|| panic!("no column {column}"));
            let row = self.rows.iter_mut().find(|row| row[0] == *key).unwrap_or_else(|| panic!("no contact {key}"));
            row[position].clone_from(value);
        }
    }
}
