//! More events than stay in memory: they are sorted on the disk, which shows in no output and
//! leaves nothing.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use funnelc::runner::compare::compare_inputs;
use funnelc::runner::events::{Format, Spill};
use funnelc::runner::{Inputs, Options, run_inputs};

use crate::projects::{plan_of, sources};

const PROJECT: &str = "
version: 1
contacts:
  key: id
  fields:
    orders: { type: integer, default: 0 }
    note:   { type: text }
content:
  news:  { kind: email }
  offer: { kind: email }
events:
  purchased:
    properties: { amount: number, word: text }
    updates: { orders: { add: 1 }, note: { set: { property: word } } }
segments:
  readers: { where: { event: opened, of: news } }
  buyers:  { where: { event: purchased, sum: amount, at-least: 20 } }
campaigns:
  thanks:
    enter: { event: purchased }
    steps:
      - add-tag: seen
";

const NOW: i64 = 1_795_000_000;

/// Keys of many lengths, with some that begin alike.
fn keys() -> Vec<String> {
    let numbers = (0..150).map(|number| (number * 37 % 1500).to_string());
    let words = (0..150).map(|number| format!("customer-{}-{number}", "x".repeat(number % 40)));
    numbers
        .chain(words)
        .chain([String::from("ü"), String::from("a"), "long".repeat(900)])
        .collect()
}

/// Events in no order: some come twice, some differ in nothing by which they are ordered, some are
/// of nobody.
fn events() -> String {
    let mut text = String::from("contact,at,event,of,id,amount,word\n");
    let keys = keys();
    for number in 0..4000_usize {
        let key = &keys[number * 7919 % keys.len()];
        let at = format!("2026-11-{:02}T{:02}:00Z", 1 + number * 31 % 17, number % 24);
        match number % 5 {
            0 => writeln!(
                text,
                "{key},{at},opened,{},,,",
                ["news", "news", "offer", "gone"][number / 5 % 4]
            ),
            1 => writeln!(text, "{key},{at},purchased,,,{}.50,", number % 9),
            2 => writeln!(
                text,
                "{key},2026-11-02T10:00Z,purchased,,same,{},w{number}",
                number % 4
            ),
            3 => writeln!(text, "nobody-{},{at},purchased,,,-0.0,", number / 5 % 70),
            _ => writeln!(text, "{key},{at},unheard-of,,,,"),
        }
        .unwrap();
    }
    text
}

fn contacts() -> String {
    let rows: String = keys().iter().rev().map(|key| format!("{key}\n")).collect();
    format!("id\n{rows}")
}

fn as_json(csv: &str) -> String {
    let mut lines = csv.lines();
    let names: Vec<&str> = lines.next().unwrap().split(',').collect();
    let object = |line: &str| {
        let pairs = names
            .iter()
            .zip(line.split(','))
            .filter(|(_, cell)| !cell.is_empty());
        let pairs: Vec<String> = pairs
            .map(|(name, cell)| format!("\"{name}\":\"{cell}\""))
            .collect();
        format!("{{{}}}\n", pairs.join(","))
    };
    lines.map(object).collect()
}

fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).unwrap().next().is_none()
}

#[test]
fn what_does_not_fit_in_memory_shows_in_nothing() {
    let (plan, contacts, rows) = (
        plan_of(sources(&[("a.yaml", PROJECT)])),
        contacts(),
        events(),
    );
    let objects = as_json(&rows);
    let folder = tempfile::tempdir().unwrap();
    let run = |events: (&str, Format), above: Option<usize>, (threads, block_size)| {
        let events = Some((events.0.as_bytes(), events.1));
        let spill = above.map(|above| Spill {
            folder: folder.path(),
            above,
        });
        let inputs = Inputs {
            contacts: contacts.as_bytes(),
            events,
            spill,
            ..Inputs::default()
        };
        let inputs = Inputs {
            past: funnelc::runner::batch::Past {
                replay: true,
                ..inputs.past
            },
            ..inputs
        };
        let run = run_inputs(
            &plan,
            NOW,
            inputs,
            None,
            Options {
                threads,
                block_size,
            },
        )
        .unwrap();
        assert!(is_empty(folder.path()));
        let files = [run.contacts, run.actions, run.journal, run.state]
            .map(|file| String::from_utf8(file).unwrap());
        (files, run.metrics, run.event_warnings)
    };
    let expected = run((&rows, Format::Csv), None, (1, 1 << 20));
    assert!(expected.0[2].lines().count() > 1000, "{}", expected.0[2]);
    assert!(
        expected.2.iter().any(|line| line
            .to_string()
            .contains("of 70 contacts that the contacts file lacks")),
        "{:?}",
        expected.2
    );
    for above in [0, 1, 20_000] {
        for size in [(1, 1 << 20), (1, 500), (2, 5000), (8, 300)] {
            assert!(
                run((&rows, Format::Csv), Some(above), size) == expected,
                "{above} {size:?}"
            );
        }
        assert!(
            run((&objects, Format::JsonLines), Some(above), (2, 700)) == expected,
            "{above}"
        );
    }
}

#[test]
fn plans_share_what_they_read_alike_and_each_sees_its_own() {
    let alike = PROJECT
        .replace("  news:  {", "  about: { kind: email }\n  news:  {")
        .replace("of: news", "of: offer");
    let other_kind = PROJECT
        .replace("news:  { kind: email }", "news:  { kind: page }")
        .replace("opened, of: news", "visited");
    let other_events = PROJECT.replace("word: text }", "word: text, extra: integer }");
    let (contacts, events, folder) = (contacts(), events(), tempfile::tempdir().unwrap());
    let plan = |text: &str| plan_of(sources(&[("a.yaml", text)]));
    let members = |project: &str| {
        let events = Some((events.as_bytes(), Format::Csv));
        let inputs = Inputs {
            contacts: contacts.as_bytes(),
            events,
            ..Inputs::default()
        };
        let run = run_inputs(&plan(project), NOW, inputs, None, Options::default()).unwrap();
        let metrics: serde_json::Value = serde_json::from_str(&run.metrics).unwrap();
        metrics["segments"]["readers"].as_u64().unwrap()
    };
    let (news, offer) = (members(PROJECT), members(&alike));
    assert!(news > 0 && offer > 0 && news != offer, "{news} {offer}");
    for head in [alike, other_kind, other_events] {
        let both = |above: Option<usize>, threads| {
            let events = Some((events.as_bytes(), Format::Csv));
            let spill = above.map(|above| Spill {
                folder: folder.path(),
                above,
            });
            let inputs = Inputs {
                contacts: contacts.as_bytes(),
                events,
                spill,
                ..Inputs::default()
            };
            let options = Options {
                threads,
                block_size: 3000,
            };
            compare_inputs(&plan(PROJECT), &plan(&head), NOW, inputs, None, options).unwrap()
        };
        let shown = both(None, 1);
        let readers = shown.segments.iter().find(|shift| shift.id == "readers");
        let (before, after) = readers.map_or((news, news), |shift| (shift.before, shift.after));
        assert_eq!((before, after), (news, members(&head)), "{head}");
        assert_eq!(format!("{:?}", both(Some(1000), 3)), format!("{shown:?}"));
        assert!(is_empty(folder.path()));
    }
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let (plan, contacts, events) = (
        plan_of(sources(&[("a.yaml", PROJECT)])),
        contacts(),
        events(),
    );
    let run = |above| {
        let spill = Some(Spill {
            folder: Path::new("/no/such/folder"),
            above,
        });
        let events = Some((events.as_bytes(), Format::Csv));
        let inputs = Inputs {
            contacts: contacts.as_bytes(),
            events,
            spill,
            ..Inputs::default()
        };
        run_inputs(&plan, NOW, inputs, None, Options::default())
    };
    assert!(run(1 << 20).is_ok());
    let error = run(1000).unwrap_err().to_string();
    assert!(
        error.starts_with("cannot sort the events in `/no/such/folder`: No such file or directory"),
        "{error}"
    );
}
