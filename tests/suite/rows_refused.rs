//! Files that a run refuses because somebody would be written to against their wish, and the flag
//! or the line that says that it is meant so.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::projects::funnelc_in;

const PROJECT: &str = "version: 1
timezone: UTC
contacts:
  key: id
  fields: { email: { type: email }, opt-out: { type: boolean, column: opt_out }, n: { type: integer } }
  addresses: { email: email }
  consent: { email: { not: { segment: asked-out } } }
segments: { asked-out: { where: { field: opt-out, is: true } } }
content: { m: { kind: email } }
campaigns: { c: { enter: { reachable: email }, on-leave: stay, steps: [ { send: m } ] } }
";

const CONTACTS: &str = "id,email,opt_out,n\n1,a@example.com,true,1\n2,b@example.com,false,2\n";

struct Place(TempDir);

struct Told {
    code: Option<i32>,
    err: String,
}

impl Place {
    fn new(project: &str) -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        place.write("p.yaml", project);
        place
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path().join(name), text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path().join(name)).unwrap()
    }

    /// A run over these contacts.
    fn run(&self, contacts: &str, more: &[&str]) -> Told {
        self.write("c.csv", contacts);
        let mut args = vec![
            "run",
            "p.yaml",
            "--contacts",
            "c.csv",
            "--out",
            "out",
            "--now",
            "2026-03-01T09:00",
        ];
        args.extend(more);
        let ran = funnelc_in(self.path(), &args);
        // Without a state a run says so each time.
        let said = |line: &&str| !line.starts_with("warning: without `--state DIR`");
        let err = ran.err.split_inclusive('\n').filter(said).collect();
        Told {
            code: ran.code,
            err,
        }
    }

    /// To whom something went out.
    fn sent(&self) -> Vec<String> {
        self.read("out/actions.csv")
            .lines()
            .skip(1)
            .map(|line| line.split(',').nth(1).unwrap().to_owned())
            .collect()
    }
}

#[test]
fn a_column_that_decides_who_may_be_written_to_must_be_there() {
    let place = Place::new(PROJECT);
    let told = place.run(&CONTACTS.replace("opt_out", "OPT-OUT"), &[]);
    assert_eq!(told.code, Some(1));
    assert_eq!(
        told.err,
        "error: `c.csv`: the column `opt_out`, which holds what consent to `email` asks, is \
            missing; did you mean `OPT-OUT`? if files may lack it, write `default:` at the field `opt-out`\n"
    );
    let told = place.run(&CONTACTS.replace("email", "mail"), &[]);
    assert!(
        told.err
            .contains("the column `email`, which holds the address for `email`, is missing"),
        "{}",
        told.err
    );
    assert!(!place.path().join("out").exists());
    place.write(
        "p.yaml",
        &PROJECT.replace("column: opt_out", "column: opt_out, default: false"),
    );
    let told = place.run("id,email,n\n1,a@example.com,1\n", &[]);
    assert_eq!(
        (told.code, place.sent().len()),
        (Some(0), 1),
        "{}",
        told.err
    );
}

#[test]
fn the_column_of_do_not_contact_must_be_there_also_where_steps_write_it() {
    let refused = PROJECT
        .replace(
            "  addresses",
            "  do-not-contact: { email: { column: dnc } }\n  addresses",
        )
        .replace("[ { send: m } ]", "[ { send: m }, { unsubscribe: email } ]");
    let place = Place::new(&refused);
    let told = place.run(&CONTACTS.replace("opt_out,n", "opt_out,DNC"), &[]);
    assert_eq!(
        (told.code, told.err.as_str()),
        (
            Some(1),
            "error: `c.csv`: the column `dnc`, which holds who must not be contacted, is missing; \
                did you mean `DNC`? if files may lack it, write `do-not-contact: { email: { column: dnc, default: false } }`\n"
        )
    );
    place.write(
        "p.yaml",
        &refused.replace("column: dnc", "column: dnc, default: false"),
    );
    assert_eq!(place.run(CONTACTS, &[]).code, Some(0));
    assert_eq!(place.sent(), ["2"]);
    let bad = refused.replace("column: dnc", "column: dnc, default: true");
    let found = funnelc::compile(crate::projects::sources(&[("p.yaml", &bad)])).diagnostics;
    assert!(
        found.iter().any(|found| found.code.name() == "wrong-value"),
        "{found:?}"
    );
}

#[test]
fn line_ends_of_old_macs_are_refused_in_every_file() {
    let place = Place::new(&format!("{PROJECT}events: {{ bought: {{}} }}\n"));
    let ends =
        "its rows end with carriage returns alone, as on old Macs; write it anew with line feeds";
    let told = place.run(&CONTACTS.replace('\n', "\r"), &[]);
    assert_eq!(told.code, Some(1));
    assert!(
        told.err.ends_with(&format!("error: `c.csv`: {ends}\n")),
        "{}",
        told.err
    );
    place.write("e.csv", "contact,at,event\r1,2026-01-01,bought\r");
    let told = place.run(CONTACTS, &["--events", "e.csv"]);
    assert_eq!(told.code, Some(1));
    assert!(told.err.contains(ends), "{}", told.err);
    let wide = CONTACTS
        .bytes()
        .flat_map(|byte| [byte, 0])
        .collect::<Vec<u8>>();
    let told = place.run(&String::from_utf8(wide).unwrap(), &[]);
    assert!(
        told.err.contains("NUL bytes, as UTF-16 has"),
        "{}",
        told.err
    );
}

#[test]
fn a_project_that_asks_for_events_gets_a_file_or_a_word() {
    let asks = [
        (
            "campaigns: { c: { enter: { reachable: email }",
            "campaigns: { c: { enter: { event: bought }",
        ),
        (
            "steps: [ { send: m } ]",
            "steps: [ { await: { event: bought }, for: 1 day, then: [ { send: m } ] } ]",
        ),
        (
            "is: true } }",
            "is: true } }, buyers: { where: { event: bought } }",
        ),
        (
            "events: { bought: {} }",
            "events: { bought: { updates: { n: { add: 1 } } } }",
        ),
    ];
    let base = format!("{PROJECT}events: {{ bought: {{}} }}\n");
    let place = Place::new(&base);
    assert_eq!(
        place.run(CONTACTS, &[]).code,
        Some(0),
        "nothing asks for it"
    );
    for (from, to) in asks {
        let project = base.replace(from, to);
        assert_ne!(project, base, "{from}");
        place.write("p.yaml", &project);
        let told = place.run(CONTACTS, &[]);
        assert_eq!(told.code, Some(3), "{to}: {}", told.err);
        assert!(
            told.err
                .contains("error: the project asks for events, and no events file was given\n"),
            "{}",
            told.err
        );
        let told = place.run(CONTACTS, &["--no-events"]);
        assert_eq!(told.code, Some(0), "{to}: {}", told.err);
        let diff = [
            "diff",
            "p.yaml",
            "p.yaml",
            "--contacts",
            "c.csv",
            "--now",
            "2026-03-01T09:00",
        ];
        assert_eq!(funnelc_in(place.path(), &diff).code, Some(3));
        assert_eq!(
            funnelc_in(place.path(), &[&diff[..], &["--no-events"]].concat()).code,
            Some(0)
        );
    }
}

#[test]
fn a_file_that_lost_its_contacts_is_refused() {
    let place = Place::new(PROJECT);
    let told = place.run("id,email,opt_out,n\n", &[]);
    assert_eq!(told.code, Some(1));
    assert!(
        told.err
            .starts_with("error: `c.csv`: there is a header and no row below it\n"),
        "{}",
        told.err
    );
    assert_eq!(
        place
            .run("id,email,opt_out,n\n", &["--accept-shrunken"])
            .code,
        Some(0)
    );
    let of = |range: std::ops::Range<u32>| {
        range.fold("id,email,opt_out,n\n".to_owned(), |file, id| {
            format!("{file}{id},c{id}@example.com,,\n")
        })
    };
    let state = ["--state", "state"];
    assert_eq!(place.run(&of(0..10), &state).code, Some(0));
    let told = place.run(&of(0..4), &state);
    assert_eq!(told.code, Some(1));
    assert!(
        told.err.starts_with(
            "error: `c.csv`: of the contacts that the state knows, 6 of 10 are gone\n"
        ),
        "{}",
        told.err
    );
    assert_eq!(
        place.run(&of(10..30), &state).code,
        Some(1),
        "other keys are as good as gone"
    );
    assert_eq!(place.run(&of(0..5), &state).code, Some(0));
    assert_eq!(
        place
            .run(&of(0..1), &["--state", "state", "--accept-shrunken"])
            .code,
        Some(0)
    );
}

#[test]
fn rows_are_set_aside_up_to_a_bound() {
    let place = Place::new(PROJECT);
    let rows = |bad: u32, all: u32| {
        (0..all).fold("id,email,opt_out,n\n".to_owned(), |file, id| {
            format!(
                "{file}{id},c{id}@example.com,,{}\n",
                if id < bad { "x" } else { "1" }
            )
        })
    };
    let rejects = ["--rejects", "rej.csv"];
    assert_eq!(
        place.run(&rows(1, 2), &rejects).code,
        Some(0),
        "one of a hundred, rounded up"
    );
    let told = place.run(&rows(3, 200), &rejects);
    assert_eq!(told.code, Some(1));
    assert_eq!(
        told.err,
        "error: `c.csv`: 3 of 200 rows are bad, and `--rejects` sets 2 of them aside (1%) unless \
            told otherwise; the first: line 2, column `n`, `x`: not an integer\n  help: mend them, or allow that many with `--rejects-at-most 3`; nothing was written\n"
    );
    assert_eq!(
        place.read("rej.csv").lines().count(),
        2,
        "of the run before"
    );
    for at_most in ["3", "1.5%"] {
        assert_eq!(
            place
                .run(
                    &rows(3, 200),
                    &["--rejects", "rej.csv", "--rejects-at-most", at_most]
                )
                .code,
            Some(0)
        );
    }
    assert_eq!(
        place
            .run(
                &rows(3, 200),
                &["--rejects", "rej.csv", "--rejects-at-most", "many"]
            )
            .code,
        Some(2)
    );
}

#[test]
fn rejects_can_be_mended_and_given_again_whatever_the_columns_are_called() {
    for columns in ["note", "reason", "line,value,reason", "reject_line,column"] {
        let place = Place::new(PROJECT);
        let cells = ",z".repeat(columns.split(',').count());
        let file = format!(
            "id,email,opt_out,n,{columns}\n1,a@example.com,,x{cells}\n2,b@example.com,,2{cells}\n"
        );
        let options = ["--rejects", "rej.csv", "--state", "state"];
        assert_eq!(place.run(&file, &options).code, Some(0));
        assert_eq!(place.sent(), ["2"]);
        let mended = place
            .read("rej.csv")
            .replace(&format!(",x{cells}\n"), &format!(",1{cells}\n"));
        let told = place.run(&mended, &options);
        assert_eq!(told.code, Some(0), "{columns}: {}", told.err);
        assert_eq!(place.sent(), ["1"], "{columns}");
    }
}

#[test]
fn an_address_in_two_rows_is_told() {
    let place = Place::new(PROJECT);
    let told = place.run(
        "id,email,opt_out,n\n1,a@example.com,,\n2,b@example.com,,\n3,A@Example.com,,\n4,,,\n5,,,\n",
        &[],
    );
    assert_eq!(
        (told.code, told.err.as_str()),
        (
            Some(0),
            "warning: `c.csv`: line 4 has the address for `email` in `email` that line 2 has: each \
                is written to as a contact of its own\n"
        )
    );
    place.write("p.yaml", &PROJECT.replace("kind: email", "kind: focus"));
    assert_eq!(
        place
            .run(
                "id,email,opt_out,n\n1,a@example.com,,\n3,A@Example.com,,\n",
                &[]
            )
            .err,
        ""
    );
}

#[test]
fn numbers_of_json_are_exact_and_what_nothing_reads_is_passed_over() {
    let project = "version: 1
timezone: UTC
contacts: { key: id, fields: { total: { type: number, default: 0 } } }
events: { paid: { properties: { amount: number } } }
campaigns:
  big:
    enter: { any: [ { event: paid, sum: amount, is: 12345678901234.5678 } ] }
    on-leave: stay
    steps: [ { set: total, to: 1 } ]
";
    let place = Place::new(project);
    let contacts = "id,total\n12345678901234567890123,\nb,\nc,\n";
    let line = |contact: &str, amount: &str| {
        format!(
            "{{\"contact\":{contact},\"at\":\"2026-01-01\",\"event\":\"paid\",\"amount\":{amount},\"more\":{{\"a\":[1.5]}}}}\n"
        )
    };
    let exact = [
        line("12345678901234567890123", "12345678901234.5678"),
        line("\"b\"", "123456789012345678e-4"),
        line("\"c\"", "12345678901234.568"),
    ];
    for name in ["e.jsonl", "e.ndjson", "e.json"] {
        place.write(name, &exact.concat());
        let told = place.run(contacts, &["--events", name]);
        assert_eq!(told.code, Some(0), "{}", told.err);
        assert_eq!(
            place.read("out/contacts.csv"),
            "id,total\n12345678901234567890123,1\nb,1\nc,\n",
            "{name}"
        );
        assert!(told.err.contains("nothing reads `more`"), "{}", told.err);
    }
}

#[test]
fn words_for_nothing_are_missing_in_every_cell_and_on_one_field() {
    let project = PROJECT
        .replace(
            "  key: id\n",
            "  key: id\n  missing: [\"NULL\", \"(none)\"]\n",
        )
        .replace(
            "n: { type: integer }",
            "n: { type: integer, missing: [\"-\"] }",
        );
    let place = Place::new(&project.replace(
        "enter: { reachable: email }",
        "enter: { field: n, exists: false }",
    ));
    let file =
        "id,email,opt_out,n\n1,NULL,(none),-\n2, b@example.com, NULL , NULL\n3,c@example.com,,3\n";
    let told = place.run(file, &[]);
    assert_eq!(
        (told.code, place.sent()),
        (Some(0), vec!["2".to_owned()]),
        "{}",
        told.err
    );
    assert_eq!(place.read("out/contacts.csv"), file);
    let told = place.run("id,email,opt_out,n\nNULL,a@example.com,,\n", &[]);
    assert!(
        told.err.contains("line 2, column `id`: the key is missing"),
        "{}",
        told.err
    );
    let told = place.run("id,email,opt_out,n\n1,-,,\n", &[]);
    assert!(told.err.contains("not an email"), "{}", told.err);
    let bad = project.replace("missing: [\"-\"]", "default: 7, missing: [\"7\"]");
    let found = funnelc::compile(crate::projects::sources(&[("p.yaml", &bad)])).diagnostics;
    assert_eq!(
        found
            .iter()
            .map(|found| found.code.name())
            .collect::<Vec<_>>(),
        ["wrong-value"]
    );
}
