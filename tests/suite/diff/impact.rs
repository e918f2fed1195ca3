//! The impact, held against what two whole runs leave, compared here by their files and with no
//! code of ours.

use std::collections::{BTreeMap, BTreeSet};

use funnelc::report::diff::{LONGEST, markdown};
use funnelc::runner::compare::{Naming, compare_bytes};
use funnelc::runner::{Options, RunBytes, run_bytes};
use serde_json::Value;

use super::{Compared, NOW, compiled, edited, webshop};
use crate::projects::funnelc_in;

const SOME: &[(&str, &str)] = &[
    ("at-least: 500", "at-least: 50"),
    ("      - wait: 7 days\n", ""),
    ("- send: three-lines", "- send: we-miss-you"),
    ("weight: 30", "weight: 45"),
    (
        "  get-the-email:\n",
        "  get-the-email:\n    published: false\n",
    ),
];

/// The example's rows, many times over, each with a key of its own and every other one with more
/// spent.
fn many(contacts: &[u8], times: usize) -> Vec<u8> {
    let text = std::str::from_utf8(contacts).expect("UTF-8");
    let (header, rows) = text.split_once('\n').expect("a header");
    let mut all = format!("{header}\n");
    for round in 0..times {
        for row in rows.lines() {
            let row = if round % 2 == 1 {
                row.replacen(",0,2026", ",55,2026", 1)
            } else {
                row.to_owned()
            };
            all.push_str(&format!("{}{row}\n", round + 1));
        }
    }
    all.into_bytes()
}

/// A CSV file as rows of cells by column; the quotes of the test's files hold no line ends.
fn table(bytes: &[u8]) -> Vec<BTreeMap<String, String>> {
    let text = std::str::from_utf8(bytes).expect("UTF-8");
    let mut rows = text.lines().map(cells);
    let header = rows.next().expect("a header");
    rows.map(|row| header.iter().cloned().zip(row).collect())
        .collect()
}

fn cells(line: &str) -> Vec<String> {
    let (mut cells, mut quoted) = (vec![String::new()], false);
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(String::new()),
            c => cells.last_mut().expect("never empty").push(c),
        }
    }
    cells
}

/// By what is written in a column: the keys of the contacts with such a row.
fn who(
    rows: &[BTreeMap<String, String>],
    of: impl Fn(&BTreeMap<String, String>) -> Option<String>,
) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in rows {
        if let Some(what) = of(row) {
            found
                .entry(what)
                .or_default()
                .insert(row.get("contact").or(row.get("id")).expect("a key").clone());
        }
    }
    found
}

fn counts(base: Option<&BTreeSet<String>>, head: Option<&BTreeSet<String>>) -> [u64; 4] {
    let (none, size) = (BTreeSet::new(), |set: &BTreeSet<String>| set.len() as u64);
    let (base, head) = (base.unwrap_or(&none), head.unwrap_or(&none));
    let apart = |a: &BTreeSet<String>, b: &BTreeSet<String>| a.difference(b).count() as u64;
    [size(base), size(head), apart(head, base), apart(base, head)]
}

fn hold(impact: &Value, base: &RunBytes, head: &RunBytes) {
    let figures = |shift: &Value| {
        let at = |path| {
            shift
                .pointer(path)
                .and_then(Value::as_u64)
                .expect("a figure")
        };
        [
            at("/before"),
            at("/after"),
            at("/gained/contacts"),
            at("/lost/contacts"),
        ]
    };
    let list = |name: &str| impact[name].as_array().expect("a list").clone();
    let sends = |run: &RunBytes| who(&table(&run.actions), |row| Some(row["target"].clone()));
    let (left, right) = (sends(base), sends(head));
    for message in list("messages") {
        let id = message["now"]["id"].as_str().expect("an id");
        assert_eq!(
            figures(&message["now"]),
            counts(left.get(id), right.get(id)),
            "message {id}"
        );
    }
    let starts = |run: &RunBytes| {
        who(&table(&run.journal), |row| {
            (row["event"] == "start").then(|| row["campaign"].clone())
        })
    };
    let (left, right) = (starts(base), starts(head));
    for campaign in list("campaigns") {
        let id = campaign["entered"]["id"].as_str().expect("an id");
        assert_eq!(
            figures(&campaign["entered"]),
            counts(left.get(id), right.get(id)),
            "campaign {id}"
        );
    }
    let (left, right) = (table(&base.contacts), table(&head.contacts));
    let mut moves: BTreeMap<(String, String), u64> = BTreeMap::new();
    for (before, after) in left.iter().zip(&right) {
        *moves
            .entry((before["stage"].clone(), after["stage"].clone()))
            .or_default() += 1;
    }
    let stage = |stage: &Value| stage.as_str().unwrap_or_default().to_owned();
    let told = impact["funnels"][0]["matrix"]
        .as_array()
        .expect("a list")
        .iter();
    let told = told.map(|one| {
        (
            (stage(&one["before"]), stage(&one["after"])),
            one["contacts"]["contacts"].as_u64(),
        )
    });
    assert_eq!(
        told.collect::<BTreeMap<_, _>>(),
        moves
            .into_iter()
            .map(|(way, count)| (way, Some(count)))
            .collect()
    );
    let metrics =
        [base, head].map(|run| serde_json::from_str::<Value>(&run.metrics).expect("JSON"));
    for segment in list("segments") {
        let id = segment["id"].as_str().expect("an id");
        let [before, after, gained, lost] = figures(&segment);
        assert_eq!(metrics[0]["segments"][id], before, "segment {id}");
        assert_eq!(metrics[1]["segments"][id], after, "segment {id}");
        assert_eq!(before + gained, after + lost, "segment {id}");
    }
}

#[test]
fn impact_is_what_two_runs_leave() {
    let (yaml, contacts) = webshop();
    let contacts = many(&contacts, 40);
    let plan = |yaml: &str| compiled(yaml).plan.expect("no errors");
    let (base, head) = (plan(&yaml), plan(&edited(&yaml, SOME)));
    let week = NOW + 7 * 86_400;
    let run = |plan, now, state: Option<&[u8]>| {
        run_bytes(plan, now, &contacts, state, Options::default()).expect("the run goes through")
    };
    let first = run(&base, NOW, None);
    hold_impact(
        &base,
        &head,
        NOW,
        &contacts,
        None,
        (&first, &run(&head, NOW, None)),
    );
    let later = run(&base, week, Some(&first.state));
    assert!(
        later.actions.len() > 1000,
        "the coupons go out a week later"
    );
    hold_impact(
        &base,
        &base,
        week,
        &contacts,
        Some(&first.state),
        (&later, &later),
    );
}

fn hold_impact(
    base: &funnelc::plan::Plan,
    head: &funnelc::plan::Plan,
    now: i64,
    contacts: &[u8],
    state: Option<&[u8]>,
    runs: (&RunBytes, &RunBytes),
) {
    let compare = |threads, block_size| {
        compare_bytes(
            base,
            head,
            now,
            contacts,
            state,
            Options {
                threads,
                block_size,
            },
        )
        .expect("compared")
    };
    let impact = compare(1, 512 << 10);
    assert_eq!(
        compare(4, 1 << 10),
        impact,
        "the threads and the blocks do not show"
    );
    hold(
        &serde_json::to_value(&impact).expect("JSON"),
        runs.0,
        runs.1,
    );
}

#[test]
fn a_thing_against_itself_changes_nobody() {
    let (yaml, contacts) = webshop();
    let compared = Compared::new(&yaml, &yaml, &contacts);
    assert_eq!(compared.impact.affected, 0);
    assert_eq!((compared.impact.rows, compared.impact.contacts), (34, 34));
}

#[test]
fn the_way_back_mirrors_the_way_there() {
    let (yaml, contacts) = webshop();
    let other = edited(&yaml, SOME);
    let there = Compared::new(&yaml, &other, &contacts).impact;
    let back = Compared::new(&other, &yaml, &contacts).impact;
    assert_eq!(
        (there.affected, there.other_stages),
        (back.affected, back.other_stages)
    );
    let turned = |mut shift: funnelc::runner::compare::Shift| {
        std::mem::swap(&mut shift.before, &mut shift.after);
        std::mem::swap(&mut shift.gained, &mut shift.lost);
        shift
    };
    for (left, right) in there.segments.into_iter().zip(back.segments) {
        assert_eq!(left, turned(right));
    }
    for (left, right) in there.messages.into_iter().zip(back.messages) {
        assert_eq!((left.sooner, left.later), (right.later, right.sooner));
        assert_eq!(
            (left.now, left.on_the_way),
            (turned(right.now), turned(right.on_the_way))
        );
    }
}

#[test]
fn who_waits_where_the_head_has_no_step_loses_the_place() {
    let (yaml, contacts) = webshop();
    let base = compiled(&yaml).plan.expect("no errors");
    let head = compiled(&edited(&yaml, &[("wait: 7 days", "wait: 8 days")]))
        .plan
        .expect("no errors");
    let state = run_bytes(&base, NOW, &contacts, None, Options::default())
        .expect("the run goes through")
        .state;
    let later = NOW + 7 * 86_400;
    let impact = compare_bytes(
        &base,
        &head,
        later,
        &contacts,
        Some(&state),
        Options::default(),
    )
    .expect("compared");
    assert_eq!((impact.misplaced.before, impact.misplaced.after), (0, 8));
    let lost: u64 = impact
        .messages
        .iter()
        .map(|message| message.now.lost.contacts)
        .sum();
    assert!(lost > 0, "nobody who waits gets the coupon under the head");
}

#[test]
fn keys_show_only_when_asked_for() {
    let (yaml, contacts) = webshop();
    let compared = Compared::new(&yaml, &edited(&yaml, SOME), &contacts);
    let shown = serde_json::to_string(&compared.impact).expect("JSON");
    assert!(shown.contains("\"1013\""), "{shown}");
    let json = |by| serde_json::to_string(&compared.impact.clone().naming(by)).expect("JSON");
    let hidden = json(Naming::Nobody);
    assert!(
        !hidden.contains("\"10") && !hidden.contains("\"sample\":[\""),
        "{hidden}"
    );
    let [one, other] =
        [b"0123456789abcdef", b"0123456789abcdeg"].map(|secret| json(Naming::Hashes(secret)));
    assert!(
        !one.contains("\"1013\"") && one.contains("\"sample\":[\"") && one.len() == other.len(),
        "{one}"
    );
    assert_ne!(one, other, "who has not the secret cannot try keys out");
    assert!(!one.contains(&blake3::hash(b"1013").to_hex()[..8]), "{one}");
}

#[test]
fn the_document_is_as_its_schema_says() {
    let (yaml, contacts) = webshop();
    let document = Compared::new(&yaml, &edited(&yaml, SOME), &contacts).json();
    let schema: Value = serde_json::from_str(&funnelc::report::diff::json_schema()).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let faults: Vec<_> = validator
        .iter_errors(&document)
        .map(|fault| fault.to_string())
        .collect();
    assert_eq!(faults, Vec::<String>::new());
    assert_eq!(document["format"], 1);
}

#[test]
fn a_comment_is_never_too_long_and_says_what_was_cut() {
    // Letters that are one character and two units of UTF-16, which is how GitHub counts.
    let segments = |value: usize| -> String {
        let asked = "\u{1f45f}".repeat(20 + value);
        (0..1_000)
            .map(|at| format!("  s{at}: {{ where: {{ field: email, is: \"{asked}\" }} }}\n"))
            .collect()
    };
    let (yaml, contacts) = webshop();
    let with = |value| {
        yaml.replace(
            "\nsegments:\n",
            &format!("\nsegments:\n{}", segments(value)),
        )
    };
    let compared = Compared::new(&with(1), &with(2), &contacts);
    for longest in [1_000, LONGEST] {
        let shown = markdown(&compared.report(), longest);
        let length = shown.encode_utf16().count();
        assert!(
            length <= longest && length > longest * 3 / 4,
            "{length} of {longest}"
        );
        let told = shown.lines().nth(2).expect("a third line");
        assert!(
            told.starts_with("> **") && told.contains(" lines or pictures are left out**"),
            "{shown}"
        );
        assert!(shown.ends_with("</sub>\n"));
    }
}

/// With an open list every cell of the column that a project names is a tag, also where it holds
/// addresses.
#[test]
fn a_tag_that_no_plan_names_is_not_told() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    let base = "version: 1
contacts: { key: id, tags: { values: open, column: tags } }
campaigns: { c: { enter: { tag: vip }, on-leave: stay, steps: [{ add-tag: seen }] } }
";
    write("base.yaml", base);
    write("head.yaml", &base.replace("column: tags", "column: mail"));
    write(
        "contacts.csv",
        "id,mail,tags\n1,ann@example.com;bob@example.com,vip\n2,vip,\n",
    );
    for format in ["text", "markdown", "json"] {
        let args = [
            "diff",
            "base.yaml",
            "head.yaml",
            "--contacts",
            "contacts.csv",
        ];
        let args = [
            &args[..],
            &["--now", "2026-11-21T09:00", "--format", format],
        ]
        .concat();
        let told = funnelc_in(folder.path(), &args);
        assert!(!told.out.contains("example"), "{}", told.out);
        let named = if format == "json" {
            "\"id\": \"seen\""
        } else {
            "tag seen"
        };
        assert!(told.out.contains(named), "{}{}", told.out, told.err);
        if format != "json" {
            assert!(told.out.contains("tags of neither plan"), "{}", told.out);
        }
    }
}

/// A run of the head would take no such file, whatever the base reads as the key.
#[test]
fn a_key_of_the_head_that_stands_in_two_rows_fails_the_comparison() {
    let folder = tempfile::tempdir().expect("a folder");
    let project = |key: &str| format!("version: 1\ncontacts: {{ key: {key} }}\n");
    for key in ["id", "mail"] {
        std::fs::write(folder.path().join(format!("{key}.yaml")), project(key)).expect("written");
    }
    let contacts = "id,mail\n1,a@x.example\n2,a@x.example\n";
    std::fs::write(folder.path().join("contacts.csv"), contacts).expect("written");
    for pair in [["id.yaml", "mail.yaml"], ["mail.yaml", "id.yaml"]] {
        let arguments = [&["diff"], &pair[..], &["--contacts", "contacts.csv"]].concat();
        let told = funnelc_in(folder.path(), &arguments);
        assert_eq!(told.code, Some(1), "{pair:?}: {}", told.out);
        assert!(told.err.contains("line 2"), "{}", told.err);
    }
}
