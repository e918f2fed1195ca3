//! `funnelc run --format json`: one document says what the same run says in words, each thing with
//! its code and its place.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::projects::{Run, funnelc_in, root};

const PROJECT: &str = "version: 1
timezone: UTC
contacts:
  key: id
  tags: { values: [hot] }
  fields: { email: { type: email }, n: { type: integer, min: 1, max: 9 }, size: { type: choice, values: [s, m] }, plan: { type: text } }
  addresses: { email: email }
content: { m: { kind: email } }
funnels: { club: { audience: everyone, stages: { visitor: { weight: 0 } } } }
campaigns: { c: { enter: [ { tag: hot } ], on-leave: stay, steps: [ { send: m }, { wait: 1 day }, { set: plan, to: x } ] } }
";

const CONTACTS: &str =
    "id,email,n,size,tags,stage_club,plan\n1,a@x.pl,1,s,hot,,\n2,b@x.pl,2,m,,,\n";

const EVENTS: &str = "\nevents: { bought: {} }
segments: { buyers: { for: reports, where: { event: bought, at-least: 1 } } }
";

const COMPANIES: &str =
    "\ncompanies: { key: name, contact-field: plan, fields: { kind: { type: text } } }
segments: { big: { for: reports, where: { company: kind, is: big } } }
";

/// A folder with a project and contacts.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        place.write("p.yaml", PROJECT);
        place.write("c.csv", CONTACTS);
        place
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn run(&self, more: &[&str]) -> Run {
        let mut args = vec!["run", "p.yaml", "--contacts", "c.csv"];
        if !more.contains(&"--now") {
            args.extend(["--now", "2026-11-21T09:00"]);
        }
        funnelc_in(self.path(), &[&args, more].concat())
    }

    /// The document of a run, after it was held against its schema.
    fn document(&self, more: &[&str]) -> Value {
        let run = self.run(&[more, &["--format", "json"]].concat());
        let document: Value =
            serde_json::from_str(&run.out).unwrap_or_else(|_| panic!("{}{}", run.out, run.err));
        assert_eq!(
            run.err, "",
            "{more:?}: what stands in the document is not said twice"
        );
        assert_eq!(
            document["exit"].as_i64(),
            run.code.map(i64::from),
            "{document:#}"
        );
        let faults: Vec<_> = validator()
            .iter_errors(&document)
            .map(|fault| fault.to_string())
            .collect();
        assert_eq!(faults, Vec::<String>::new(), "{document:#}");
        document
    }
}

fn schema() -> Value {
    serde_json::from_str(&fs::read_to_string(root().join("schema/run.schema.json")).unwrap())
        .unwrap()
}

fn validator() -> jsonschema::Validator {
    jsonschema::validator_for(&schema()).unwrap()
}

/// `error bad-rows`, in the order of the document.
fn codes(document: &Value) -> Vec<String> {
    let messages = document["messages"].as_array().unwrap().iter();
    messages
        .map(|it| {
            format!(
                "{} {}",
                it["severity"].as_str().unwrap(),
                it["code"].as_str().unwrap()
            )
        })
        .collect()
}

/// What is done to the folder before, the arguments, how it ends, and what is said beside the want
/// of a state.
type Case = (
    &'static str,
    fn(&Place),
    &'static [&'static str],
    u8,
    &'static [&'static str],
);

fn nothing(_: &Place) {}

fn contacts(place: &Place, from: &str, to: &str) {
    place.write("c.csv", &CONTACTS.replace(from, to));
}

fn project(place: &Place, more: &str) {
    place.write("p.yaml", &format!("{PROJECT}{more}"));
}

fn ran_before(place: &Place) {
    let run = place.run(&["--out", "before", "--state", "state"]);
    assert_eq!(run.code, Some(0), "{}", run.err);
}

const DRY: &[&str] = &["--dry-run"];
const KEPT: &[&str] = &["--out", "out", "--state", "state"];
const WITH_EVENTS: &[&str] = &["--dry-run", "--events", "e.csv"];
const WITH_COMPANIES: &[&str] = &["--dry-run", "--companies", "f.csv"];

const OF_THE_CONTACTS: &[Case] = &[
    ("nothing is amiss", nothing, KEPT, 0, &[]),
    ("no state", nothing, DRY, 0, &["warning no-state"]),
    (
        "no file",
        |at| fs::remove_file(at.path().join("c.csv")).unwrap(),
        KEPT,
        3,
        &["error cannot-read"],
    ),
    (
        "an empty first row",
        |at| at.write("c.csv", "\n1,\n"),
        KEPT,
        1,
        &["error no-header"],
    ),
    (
        "old Macs",
        |at| at.write("c.csv", &CONTACTS.replace('\n', "\r")),
        KEPT,
        1,
        &["error bad-header"],
    ),
    (
        "twice",
        |at| contacts(at, "size", "n"),
        KEPT,
        1,
        &["error duplicate-column"],
    ),
    (
        "no key",
        |at| contacts(at, "id", "ID"),
        KEPT,
        1,
        &["error missing-column"],
    ),
    (
        "no address",
        |at| contacts(at, "email", "mail"),
        KEPT,
        1,
        &["error deciding-column"],
    ),
    (
        "no size",
        |at| contacts(at, "size", "sizes"),
        KEPT,
        0,
        &["warning absent-column"],
    ),
    (
        "no rows",
        |at| at.write("c.csv", "id,email,n,size,tags,stage_club,plan\n"),
        KEPT,
        1,
        &["error no-rows"],
    ),
    (
        "no number",
        |at| contacts(at, ",1,s", ",x,s"),
        KEPT,
        1,
        &["error bad-rows", "error wrong-type"],
    ),
    (
        "too small",
        |at| contacts(at, ",1,s", ",0,s"),
        KEPT,
        1,
        &["error bad-rows", "error too-small"],
    ),
    (
        "too large",
        |at| contacts(at, ",1,s", ",10,s"),
        KEPT,
        1,
        &["error bad-rows", "error too-large"],
    ),
    (
        "no choice",
        |at| contacts(at, ",1,s", ",1,l"),
        KEPT,
        1,
        &["error bad-rows", "error unknown-choice"],
    ),
    (
        "no tag",
        |at| contacts(at, "hot", "cold"),
        KEPT,
        1,
        &["error bad-rows", "error unknown-tag"],
    ),
    (
        "no stage",
        |at| contacts(at, "hot,", "hot,bar"),
        KEPT,
        1,
        &["error bad-rows", "error unknown-stage"],
    ),
    (
        "no key in a row",
        |at| contacts(at, "\n1,", "\n,"),
        KEPT,
        1,
        &["error bad-rows", "error missing-key"],
    ),
    (
        "cells",
        |at| contacts(at, ",hot,,", ",hot"),
        KEPT,
        1,
        &["error bad-rows", "error cell-count"],
    ),
    (
        "quotes",
        |at| contacts(at, ",s,hot", ",s\",hot"),
        KEPT,
        1,
        &["error bad-rows", "error bad-quote"],
    ),
    (
        "NUL",
        |at| contacts(at, "hot", "h\0t"),
        KEPT,
        1,
        &["error bad-rows", "error bad-character"],
    ),
    (
        "a key twice",
        |at| contacts(at, "\n2,", "\n1,"),
        KEPT,
        1,
        &["error bad-rows", "error duplicate-key"],
    ),
    (
        "an address twice",
        |at| contacts(at, "b@", "a@"),
        KEPT,
        0,
        &["warning duplicate-address"],
    ),
    (
        "set aside",
        |at| contacts(at, ",1,s", ",x,s"),
        &["--out", "out", "--state", "state", "--rejects", "bad.csv"],
        0,
        &["note set-aside"],
    ),
    (
        "too many rejects",
        |at| contacts(at, ",1,s", ",x,s"),
        &[
            "--out",
            "out",
            "--state",
            "state",
            "--rejects",
            "bad.csv",
            "--rejects-at-most",
            "0",
        ],
        1,
        &["error too-many-rejects"],
    ),
    (
        "left as found",
        |at| {
            at.write(
                "p.yaml",
                &PROJECT.replace(
                    "key: id",
                    "key: id\n  on-bad-value: { skip-contact: { at-most: 1 } }",
                ),
            );
            contacts(at, ",1,s", ",x,s");
        },
        KEPT,
        0,
        &["warning skipped-contacts"],
    ),
    (
        "too many left as found",
        |at| {
            at.write(
                "p.yaml",
                &PROJECT.replace(
                    "key: id",
                    "key: id\n  on-bad-value: { skip-contact: { at-most: 0 } }",
                ),
            );
            contacts(at, ",1,s", ",x,s");
        },
        KEPT,
        3,
        &["error too-many-skipped"],
    ),
    (
        "too much",
        nothing,
        &["--out", "out", "--state", "state", "--at-most", "0"],
        4,
        &["error too-much"],
    ),
];

const OF_THE_REST: &[Case] = &[
    (
        "no moment",
        nothing,
        &["--out", "out", "--now", "soon"],
        2,
        &["error usage"],
    ),
    (
        "no project",
        |at| fs::remove_file(at.path().join("p.yaml")).unwrap(),
        KEPT,
        3,
        &["error cannot-read"],
    ),
    (
        "no events",
        |at| project(at, EVENTS),
        KEPT,
        3,
        &["error no-events"],
    ),
    (
        "a past",
        |at| {
            project(at, EVENTS);
            at.write("e.csv", "contact,at,event,odd\n1,2026-11-20T09:00,bought,\n9,2026-11-20T09:00,bought,\n1,2026-11-20T09:00,bougt,\n1,2026-11-22T09:00,bought,\n");
        },
        WITH_EVENTS,
        0,
        &[
            "warning no-state",
            "note past-only",
            "warning unread-columns",
            "warning unknown-event",
            "warning absent-contacts",
            "warning later-events",
        ],
    ),
    (
        "bad events",
        |at| {
            project(at, EVENTS);
            at.write("e.csv", "contact,at,event\n1,soon,bought\n");
        },
        WITH_EVENTS,
        1,
        &["warning no-state", "error bad-rows", "error wrong-type"],
    ),
    (
        "events without a moment",
        |at| {
            project(at, EVENTS);
            at.write("e.csv", "contact,event\n1,bought\n");
        },
        WITH_EVENTS,
        1,
        &["warning no-state", "error missing-column"],
    ),
    (
        "events that are no objects",
        |at| {
            project(at, EVENTS);
            at.write("e.jsonl", "[]\n");
        },
        &["--dry-run", "--events", "e.jsonl"],
        1,
        &["warning no-state", "error bad-rows", "error not-an-object"],
    ),
    (
        "no companies",
        |at| project(at, COMPANIES),
        KEPT,
        3,
        &["error no-companies"],
    ),
    (
        "companies that are not asked for",
        |at| at.write("f.csv", "name\n"),
        WITH_COMPANIES,
        1,
        &["warning no-state", "error companies-unasked"],
    ),
    (
        "a company that is not there",
        |at| {
            project(at, COMPANIES);
            at.write("f.csv", "name,kind\nthat,big\n");
            contacts(at, "hot,,", "hot,,this");
        },
        WITH_COMPANIES,
        0,
        &["warning no-state", "warning unknown-companies"],
    ),
    (
        "a member that is not there",
        |at| {
            at.write("some.csv", "id\n7\n");
            project(
                at,
                "segments: { some: { for: reports, include: [ some.csv ] } }\n",
            );
        },
        KEPT,
        0,
        &["warning unmet-members"],
    ),
    (
        "a state that is none",
        |at| at.write("state/mine.txt", ""),
        KEPT,
        3,
        &["error not-a-state"],
    ),
    (
        "a state without its name",
        |at| {
            ran_before(at);
            fs::remove_file(at.path().join("state/CURRENT")).unwrap();
        },
        KEPT,
        3,
        &["error state-damaged"],
    ),
    (
        "earlier than the state",
        ran_before,
        &[
            "--out",
            "out",
            "--state",
            "state",
            "--now",
            "2026-11-20T09:00",
        ],
        3,
        &["error state-later"],
    ),
    (
        "contacts that are gone",
        |at| {
            at.write("c.csv", &format!("{CONTACTS}3,,,,,,\n"));
            ran_before(at);
            at.write(
                "c.csv",
                "id,email,n,size,tags,stage_club,plan\n1,a@x.pl,1,s,hot,,\n",
            );
        },
        KEPT,
        1,
        &["error shrunken"],
    ),
    (
        "a step that is gone",
        |at| {
            ran_before(at);
            at.write("p.yaml", &PROJECT.replace("1 day", "2 days"));
        },
        KEPT,
        1,
        &["error in-flight"],
    ),
    (
        "a step that has another name",
        |at| {
            ran_before(at);
            let moved = "moved: [ { campaign: c, from: \"wait:1 day\", to: \"wait:2 days\" } ]\n";
            at.write(
                "p.yaml",
                &format!("{}{moved}", PROJECT.replace("1 day", "2 days")),
            );
        },
        KEPT,
        0,
        &["note moved"],
    ),
    (
        "a past that is not known",
        |at| {
            ran_before(at);
            project(at, EVENTS);
            at.write("e.csv", "contact,at,event\n");
        },
        &["--out", "out", "--state", "state", "--events", "e.csv"],
        1,
        &["error short-history"],
    ),
    (
        "not a run",
        |at| at.write("out/mine.txt", ""),
        KEPT,
        3,
        &["error not-a-run"],
    ),
    (
        "a run that was changed",
        |at| {
            ran_before(at);
            at.write("before/actions.csv", "");
        },
        &["--out", "before", "--state", "state"],
        3,
        &["error run-changed"],
    ),
    (
        "a file for a folder",
        |at| at.write("out", ""),
        KEPT,
        3,
        &["error not-replaceable"],
    ),
    (
        "rejects in the run",
        |at| at.write("out/run.json", ""),
        &["--out", "out", "--rejects", "out/bad.csv"],
        3,
        &["warning no-state", "error inside-out"],
    ),
    (
        "another form",
        ran_before,
        &["--out", "before", "--state", "state", "--defuse-formulas"],
        0,
        &["warning otherwise-written"],
    ),
    (
        "another journal",
        ran_before,
        &["--out", "before", "--state", "state", "--journal", "none"],
        0,
        &["warning otherwise-written"],
    ),
];

#[test]
fn each_thing_that_a_run_says_has_its_code() {
    let mut wrong = Vec::new();
    for (name, prepare, args, exit, expected) in OF_THE_CONTACTS.iter().chain(OF_THE_REST) {
        let place = Place::new();
        prepare(&place);
        let document = place.document(args);
        let found = (document["exit"].as_u64().unwrap(), codes(&document));
        if found
            != (
                u64::from(*exit),
                expected.iter().map(|&code| code.to_owned()).collect(),
            )
        {
            wrong.push(format!("{name}: {found:?}\n{document:#}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_words_and_the_document_say_the_same() {
    for (name, prepare, args, _, _) in OF_THE_CONTACTS.iter().chain(OF_THE_REST) {
        let (in_words, as_json) = (Place::new(), Place::new());
        prepare(&in_words);
        prepare(&as_json);
        let run = in_words.run(args);
        let err = run.err.replace(in_words.path().to_str().unwrap(), "FOLDER");
        let document = as_json.document(args);
        let shown = |text: &Value| {
            text.as_str()
                .unwrap_or_default()
                .replace(as_json.path().to_str().unwrap(), "FOLDER")
        };
        assert_eq!(run.code.map(i64::from), document["exit"].as_i64(), "{name}");
        for message in document["messages"].as_array().unwrap() {
            let (said, help) = (shown(&message["message"]), shown(&message["help"]));
            // In words the file stands between how many rows and that they are bad, and what to
            // write on lines of its own.
            let cut = if message["code"] == "bad-rows" {
                [" is bad", " are bad"]
            } else {
                ["; write ", "; write "]
            };
            let part = cut
                .iter()
                .fold(said.as_str(), |part, cut| part.split(cut).next().unwrap());
            assert!(err.contains(part), "{name}: `{part}` is not in\n{err}");
            assert!(err.contains(&help), "{name}: `{help}` is not in\n{err}");
        }
        assert_eq!(
            run.out.is_empty(),
            document["metrics"].is_null(),
            "{name}: tables come with figures"
        );
        assert_eq!(
            files(in_words.path()),
            files(as_json.path()),
            "{name}: both write the same"
        );
    }
}

/// The files below a folder with their bytes, but for locks.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            found.extend(
                files(&path)
                    .into_iter()
                    .map(|(inner, bytes)| (format!("{name}/{inner}"), bytes)),
            );
        } else if name != "lock" {
            found.insert(name, fs::read(&path).unwrap());
        }
    }
    found
}

#[test]
fn a_bad_value_is_told_with_its_place() {
    let place = Place::new();
    contacts(&place, ",2,m", ",many,m");
    let document = place.document(&["--out", "out", "--state", "state"]);
    assert_eq!(
        (
            &document["outcome"],
            &document["errors"],
            &document["metrics"]
        ),
        (&json!("failed"), &json!(2), &Value::Null)
    );
    let [rows, value] = document["messages"].as_array().unwrap().as_slice() else {
        panic!("{document:#}")
    };
    assert_eq!(rows["message"], "1 row is bad");
    assert_eq!(rows["help"], "`--rejects FILE` sets them aside and goes on");
    let expected = json!({
        "code": "wrong-type", "severity": "error", "message": "not an integer", "help": null,
        "file": "c.csv", "line": 3, "column": "n", "value": "many",
    });
    assert_eq!(*value, expected);
}

#[test]
fn the_figures_are_those_of_the_run() {
    let place = Place::new();
    let args = ["--out", "out", "--state", "state"];
    let tried = place.document(&["--dry-run", "--state", "state"]);
    let written = place.document(&args);
    let again = place.document(&args);
    let metrics: Value =
        serde_json::from_slice(&fs::read(place.path().join("out/metrics.json")).unwrap()).unwrap();
    for (document, outcome) in [
        (tried, "dry-run"),
        (written, "written"),
        (again, "repeated"),
    ] {
        assert_eq!(
            (&document["outcome"], &document["exit"]),
            (&json!(outcome), &json!(0))
        );
        assert_eq!(document["metrics"], metrics, "{outcome}");
    }
    let refused = place.document(&["--out", "other", "--at-most", "0"]);
    assert_eq!(
        (&refused["outcome"], &refused["exit"]),
        (&json!("failed"), &json!(4))
    );
    assert_eq!(refused["metrics"], metrics, "what would have gone out");
}

#[test]
fn the_findings_of_the_project_stand_in_the_document() {
    let place = Place::new();
    project(
        &place,
        "segments: { odd: { where: { field: nn, is: 1 } } }\n",
    );
    let document = place.document(&["--out", "out"]);
    assert_eq!(
        (
            &document["outcome"],
            &document["exit"],
            &document["messages"]
        ),
        (&json!("failed"), &json!(1), &json!([]))
    );
    let checked = funnelc_in(place.path(), &["check", "p.yaml", "--format", "json"]);
    let checked: Value = serde_json::from_str(&checked.out).unwrap();
    for key in ["findings", "errors", "warnings"] {
        assert_eq!(document[key], checked[key], "{key}");
    }
}

#[test]
fn the_page_has_each_code_and_no_other() {
    let schema = schema();
    let of_schema: BTreeSet<&str> = schema["definitions"]["NoticeCode"]["oneOf"]
        .as_array()
        .unwrap()
        .iter()
        .map(|code| code["const"].as_str().unwrap())
        .collect();
    let page = fs::read_to_string(root().join("docs/outputs.md")).unwrap();
    let section = page
        .split("## As JSON")
        .nth(1)
        .unwrap()
        .split("\n## ")
        .next()
        .unwrap();
    let rows = section
        .split("| code |")
        .nth(1)
        .unwrap()
        .lines()
        .filter(|line| line.starts_with("| `"));
    let of_page: BTreeSet<&str> = rows
        .flat_map(|row| row.split('|').nth(1).unwrap().split('`').skip(1).step_by(2))
        .collect();
    assert_eq!(of_page, of_schema);
}

#[test]
fn each_schema_can_be_asked_for() {
    for (of, file) in [
        ("project", "funnelc"),
        ("findings", "findings"),
        ("diff", "diff"),
        ("run", "run"),
        ("simulate", "simulate"),
        ("why", "why"),
        ("status", "status"),
        ("plan", "plan"),
    ] {
        let printed = funnelc_in(&root(), &["schema", of]);
        assert_eq!(
            printed.out,
            fs::read_to_string(root().join(format!("schema/{file}.schema.json"))).unwrap(),
            "{of}"
        );
    }
    assert_eq!(
        funnelc_in(&root(), &["schema"]).out,
        funnelc_in(&root(), &["schema", "project"]).out
    );
}
