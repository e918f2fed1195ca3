//! Each example does what a person worked out by hand, and does it the same way every time.
//!
//! The tables in tests/fixtures/examples were reasoned from the language, never copied from a run.
//! The tool and the reference interpreter are both held to them.

mod leaving;
mod sheet;
mod table;

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::reference::{Input, Reference};
use sheet::Sheet;
use table::Table;

const EXAMPLES: [&str; 6] = [
    "webshop",
    "lifecycle",
    "product-lines",
    "webinar",
    "welcome",
    "b2b-leads",
];

/// What an example may have beside its contacts, with the option that takes it.
const MORE: [(&str, &str); 2] = [("--companies", "companies.csv"), ("--events", "events.csv")];

#[test]
fn webshop_does_what_the_table_says() {
    assert_table("webshop", &mut Tool::new("webshop"));
}

#[test]
fn lifecycle_does_what_the_table_says() {
    assert_table("lifecycle", &mut Tool::new("lifecycle"));
}

#[test]
fn product_lines_do_what_the_table_says() {
    assert_table("product-lines", &mut Tool::new("product-lines"));
}

#[test]
fn webinar_does_what_the_table_says() {
    assert_table("webinar", &mut Tool::new("webinar"));
}

#[test]
fn welcome_does_what_the_table_says() {
    assert_table("welcome", &mut Tool::new("welcome"));
}

#[test]
fn b2b_leads_do_what_the_table_says() {
    assert_table("b2b-leads", &mut Tool::new("b2b-leads"));
}

#[test]
fn the_reference_interpreter_agrees_with_the_tables() {
    // `welcome` reuses steps and values, which the reference does not know.
    for example in EXAMPLES.into_iter().filter(|example| *example != "welcome") {
        let yaml = fs::read_to_string(folder(example).join("funnelc.yaml")).unwrap();
        assert_table(
            example,
            &mut Interpreter {
                example,
                reference: Reference::new(&yaml),
                yaml,
            },
        );
    }
}

#[test]
fn check_says_what_the_readmes_say() {
    for example in EXAMPLES {
        let project = folder(example);
        let check = funnelc(&[
            OsStr::new("check"),
            "--format".as_ref(),
            "json".as_ref(),
            project.as_ref(),
        ]);
        let report: serde_json::Value = serde_json::from_slice(&check.stdout).unwrap();
        let findings = report["findings"].as_array().unwrap();
        let codes: Vec<_> = findings
            .iter()
            .map(|finding| finding["code"].as_str().unwrap())
            .collect();
        let promised: &[&str] = if example == "lifecycle" {
            &["move-may-be-refused"]
        } else {
            &[]
        };
        assert_eq!(codes, promised, "{example}");
    }
}

#[test]
fn the_tests_that_stand_beside_a_journey_pass() {
    let mut count = 0;
    for example in EXAMPLES.into_iter().filter(|example| {
        fs::read_to_string(folder(example).join("funnelc.yaml"))
            .unwrap()
            .contains("\ntests:")
    }) {
        let ran = funnelc(&["test".as_ref(), folder(example).as_ref()]);
        assert!(
            ran.status.success(),
            "{example}: {}",
            String::from_utf8_lossy(&ran.stdout)
        );
        count += 1;
    }
    assert!(count > 0, "an example shows tests");
}

#[test]
fn refusals_are_on_record() {
    let refused = |example: &'static str| {
        let mut tool = Tool::new(example);
        tool.run(
            &Sheet::read(&folder(example).join("contacts.csv")),
            &Table::of(example).times[0],
        );
        let journal = Sheet::read(&tool.place.path().join("out/journal.csv"));
        let at = |row: &[String], column: &str| row[journal.position(column)].clone();
        let line = |row: &Vec<String>| {
            ["contact", "from", "to", "reason"]
                .map(|column| at(row, column))
                .join(" ")
        };
        journal
            .rows
            .iter()
            .filter(|row| at(row, "event") == "refuse")
            .map(line)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        refused("lifecycle"),
        [
            "L29 ambassador mql final",
            "L30 customer mql lighter",
            "L37 ambassador mql final"
        ]
    );
    assert_eq!(
        refused("product-lines"),
        ["P06 quoted early-bird unpublished"]
    );
    assert!(refused("webshop").is_empty() && refused("webinar").is_empty());
}

#[test]
fn the_plan_is_the_same_twice() {
    for example in EXAMPLES {
        let project = folder(example);
        let plan = || funnelc(&[OsStr::new("plan"), project.as_ref()]).stdout;
        assert!(!plan().is_empty());
        assert_eq!(plan(), plan(), "{example}");
    }
}

#[test]
fn threads_and_repetition_change_no_byte() {
    for example in EXAMPLES {
        let files = |threads: &str| {
            let tool = Tool::new(example);
            tool.start(
                &folder(example).join("contacts.csv"),
                &Table::of(example).times[0],
                threads,
            );
            all_files(tool.place.path())
        };
        let first = files("1");
        for threads in ["1", "2", "8"] {
            assert!(
                first == files(threads),
                "{example} differs with {threads} threads"
            );
        }
    }
}

#[test]
fn the_same_time_again_does_nothing() {
    for example in EXAMPLES {
        let tool = Tool::new(example);
        let once = || {
            tool.start(
                &folder(example).join("contacts.csv"),
                &Table::of(example).times[0],
                "2",
            );
            all_files(tool.place.path())
        };
        assert!(once() == once(), "{example}");
    }
}

/// What executes a journey: one run, and what it gives out.
trait Engine {
    /// Forgets what it knows of contacts.
    fn forget(&mut self);
    fn run(&mut self, contacts: &Sheet, now: &str) -> Written;
}

struct Written {
    contacts: Sheet,
    /// What each contact was sent, in order.
    sent: BTreeMap<String, Vec<String>>,
}

/// Runs the example at each time of its table, in two ways that must not differ: feeding back the
/// written contacts, and exporting the old ones again.
fn assert_table(example: &str, engine: &mut impl Engine) {
    let table = Table::of(example);
    for feed_back in [true, false] {
        engine.forget();
        let mut wrong = Vec::new();
        let mut input = Sheet::read(&folder(example).join("contacts.csv"));
        let mut expected = BTreeMap::new();
        for now in &table.times {
            table.change(&mut input, now);
            let written = engine.run(&input, now);
            assert_untouched(&input, &written.contacts, &table.columns);
            wrong.extend(differences(&table, now, &written, &mut expected));
            if feed_back {
                input = written.contacts;
            }
        }
        assert!(
            wrong.is_empty(),
            "{example}, feeding back: {feed_back}\n{}",
            wrong.join("\n")
        );
    }
}

/// `expected` holds what the table said last of each contact.
fn differences(
    table: &Table,
    now: &str,
    written: &Written,
    expected: &mut BTreeMap<String, BTreeMap<String, String>>,
) -> Vec<String> {
    let mut wrong = Vec::new();
    for key in written.contacts.column("id") {
        let row = table.row(now, &key);
        if let Some(row) = row {
            expected.insert(key.clone(), row.cells.clone());
        }
        let cells = expected
            .get(&key)
            .unwrap_or_else(|| panic!("{key} is missing in the table at {now}"));
        let actual = table
            .columns
            .iter()
            .map(|column| (column.clone(), written.contacts.cell(&key, column)))
            .collect();
        let sent = written
            .sent
            .get(&key)
            .map(|sent| sent.join(";"))
            .unwrap_or_default();
        let (due, why) = row.map_or(("", "as before"), |row| {
            (row.sent.as_str(), row.why.as_str())
        });
        if *cells != actual || sent != due {
            wrong.push(format!(
                "{key} at {now}: {why}\n  expected {cells:?} sent `{due}`\n  was      {actual:?} \
                    sent `{sent}`"
            ));
        }
    }
    wrong
}

/// Columns that the table does not speak of pass through, in their order.
fn assert_untouched(input: &Sheet, written: &Sheet, columns: &[String]) {
    assert!(
        written.header().starts_with(input.header()),
        "{:?}",
        written.header()
    );
    for column in input
        .header()
        .iter()
        .filter(|column| !columns.contains(column))
    {
        assert_eq!(
            input.column(column),
            written.column(column),
            "column {column}"
        );
    }
}

/// The command line, with its own folder for outputs and state.
struct Tool {
    example: &'static str,
    place: tempfile::TempDir,
}

impl Tool {
    fn new(example: &'static str) -> Self {
        Self {
            example,
            place: tempfile::tempdir().unwrap(),
        }
    }

    fn start(&self, contacts: &Path, now: &str, threads: &str) {
        let (project, out, state) = (
            folder(self.example),
            self.place.path().join("out"),
            self.place.path().join("state"),
        );
        let files = [
            OsStr::new("run"),
            project.as_ref(),
            "--contacts".as_ref(),
            contacts.as_ref(),
            "--out".as_ref(),
            out.as_ref(),
        ];
        let rest = [
            OsStr::new("--state"),
            state.as_ref(),
            "--now".as_ref(),
            now.as_ref(),
            "--threads".as_ref(),
            threads.as_ref(),
        ];
        let beside =
            MORE.map(|(option, name)| (OsStr::new(option), folder(self.example).join(name)));
        let beside = beside.iter().filter(|(_, path)| path.exists());
        let beside: Vec<&OsStr> = beside
            .flat_map(|(option, path)| [*option, path.as_ref()])
            .collect();
        let output = funnelc(&[&files[..], &rest, &beside].concat());
        assert!(
            output.status.success(),
            "{} at {now}: {}",
            self.example,
            String::from_utf8_lossy(&output.stderr)
        );
    }
}

impl Engine for Tool {
    fn forget(&mut self) {
        *self = Self::new(self.example);
    }

    fn run(&mut self, contacts: &Sheet, now: &str) -> Written {
        let file = self.place.path().join("contacts.csv");
        fs::write(&file, contacts.to_csv()).unwrap();
        self.start(&file, now, "2");
        let actions = Sheet::read(&self.place.path().join("out/actions.csv"));
        let mut sent: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (contact, target) in actions
            .column("contact")
            .into_iter()
            .zip(actions.column("target"))
        {
            sent.entry(contact).or_default().push(target);
        }
        Written {
            contacts: Sheet::read(&self.place.path().join("out/contacts.csv")),
            sent,
        }
    }
}

struct Interpreter {
    example: &'static str,
    reference: Reference,
    yaml: String,
}

impl Engine for Interpreter {
    fn forget(&mut self) {
        self.reference = Reference::new(&self.yaml);
    }

    fn run(&mut self, contacts: &Sheet, now: &str) -> Written {
        let more = |name: &str| fs::read_to_string(folder(self.example).join(name)).ok();
        let (companies, events) = (
            more("companies.csv"),
            more("events.csv").into_iter().collect(),
        );
        let input = Input {
            companies,
            events,
            ..Input::of(&contacts.to_csv())
        };
        let outcome = self.reference.run(&input, now);
        let mut sent: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for action in outcome.actions {
            sent.entry(action[1].clone())
                .or_default()
                .push(action[3].clone());
        }
        Written {
            contacts: Sheet::parse(&outcome.contacts),
            sent,
        }
    }
}

fn funnelc(arguments: &[&OsStr]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_funnelc"))
        .args(arguments)
        .output()
        .unwrap()
}

fn folder(example: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("examples")
        .join(example)
}

fn all_files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let entries = walkdir::WalkDir::new(folder)
        .into_iter()
        .map(Result::unwrap);
    entries
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            (
                entry.path().strip_prefix(folder).unwrap().to_owned(),
                fs::read(entry.path()).unwrap(),
            )
        })
        .collect()
}
