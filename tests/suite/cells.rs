//! What a cell says, in every file that is read: its text without the white space around it, and an
//! email of one shape.

use funnelc::runner::events::Format;
use funnelc::runner::{Inputs, Options, RunBytes, run_inputs};

use crate::projects::{plan_of, sources};

const CONTRACT: &str = "version: 1
timezone: UTC
contacts:
  key: id
  tags: { values: [vip, hot], column: tags, separator: \",\" }
  fields: { email: { type: email }, city: { type: text }, n: { type: integer }, plan: { type: choice, values: [pro] }, boss: { type: email }, firm: { type: text } }
  owner: boss
  addresses: { email: email }
  consent: { email: { field: email, exists: true } }
companies: { key: id, contact-field: firm, fields: { city: { type: text } } }
events: { bought: { properties: { shop: text } } }
content: { hello: { kind: email } }
";

const NOW: i64 = 1_767_258_000;

fn run(rest: &str, contacts: &str, events: Option<(&str, Format)>) -> RunBytes {
    let plan = plan_of(sources(&[("funnelc.yaml", &format!("{CONTRACT}{rest}"))]));
    let companies = "id,city\n a1 ,  Bonn \n".as_bytes();
    let events = events.map(|(text, format)| (text.as_bytes(), format));
    let inputs = Inputs {
        contacts: contacts.as_bytes(),
        companies: Some(companies),
        events,
        ..Inputs::default()
    };
    run_inputs(&plan, NOW, inputs, None, Options::default()).unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn campaign(condition: &str) -> String {
    format!(
        "campaigns: {{ c: {{ enter: {condition}, on-leave: stay, steps: [ {{ send: hello }} ] }} }}\n"
    )
}

/// The contacts that enter under a condition.
fn who(condition: &str, contacts: &str) -> Vec<String> {
    let ran = run(&campaign(condition), contacts, None);
    assert_eq!(text(&ran.contacts), contacts, "cells keep their bytes");
    let journal = text(&ran.journal);
    let starts = journal.lines().filter(|line| line.contains(",start,"));
    starts
        .map(|line| line.split(',').next().unwrap().to_owned())
        .collect()
}

const PADDED: &str = "id,email,city,n,plan,boss,firm,tags
 1 ,ann@example.com   ,\" Bonn \", 3 , pro ,x@example.com , a1\t,\" vip , hot \"
2,   ,   ,  \t,\u{a0},\"  \", ,\"  \"
3,,,,,,,
";

#[test]
fn padding_is_no_part_of_a_cell_and_a_cell_of_spaces_is_empty() {
    for condition in [
        "{ field: email, is: ann@example.com }",
        "{ field: city, is: Bonn }",
        "{ field: city, ends-with: nn }",
        "{ field: n, is: 3 }",
        "{ field: plan, is: pro }",
        "{ reachable: email }",
        "{ company: city, is: Bonn }",
        "{ all: [ { tag: vip }, { tag: hot } ] }",
        "{ field: city, exists: true }",
    ] {
        assert_eq!(who(condition, PADDED), ["1"], "{condition}");
    }
    for field in ["email", "city", "n", "plan", "boss", "firm"] {
        assert_eq!(
            who(&format!("{{ field: {field}, exists: false }}"), PADDED),
            ["2", "3"],
            "{field}"
        );
    }
}

#[test]
fn padded_keys_and_addresses_go_out_without_padding_and_nobody_is_sent_to_spaces() {
    let steps = "[ { send: hello }, { notify: owner, message: hi }, { set: city, to: \" Ulm \" } ]";
    let yaml =
        format!("campaigns: {{ c: {{ enter: {{ not: {{ tag: hot }} }}, steps: {steps} }} }}\n");
    let header = "id,email,city,n,plan,boss,firm,tags";
    let rows = " 1 , ann@example.com ,x,,, x@example.com ,,\n2,   ,,,,   ,,";
    let ran = run(&yaml, &format!("{header}\n{rows}\n"), None);
    let actions = text(&ran.actions);
    let sent: Vec<Vec<&str>> = actions
        .lines()
        .skip(1)
        .map(|line| line.split(',').skip(1).take(5).collect())
        .collect();
    assert_eq!(sent[0], ["1", "send", "hello", "email", "ann@example.com"]);
    assert_eq!(
        sent[1],
        ["1", "notify", "owner", "", "x@example.com"],
        "{actions}"
    );
    assert_eq!(sent.len(), 2, "{actions}");
    assert!(
        text(&ran.contacts).contains("\n 1 , ann@example.com ,Ulm,"),
        "{}",
        text(&ran.contacts)
    );
}

#[test]
fn events_find_their_contact_whatever_stands_around_its_key() {
    let yaml = campaign("{ all: [ { event: bought, where: { property: shop, is: Bonn } } ] }");
    let contacts = "id,email,city,n,plan,boss,firm,tags\n 7 ,a@example.com,,,,,,\n";
    for (file, format) in [
        (
            "contact,at,event,shop\n 7, 2025-12-01T10:00 , bought ,  Bonn \n",
            Format::Csv,
        ),
        (
            "{\"contact\":\" 7\",\"at\":\" 2025-12-01T10:00\",\"event\":\"bought \",\"shop\":\" Bonn\"}\n",
            Format::JsonLines,
        ),
    ] {
        let ran = run(&yaml, contacts, Some((file, format)));
        assert!(
            text(&ran.journal).contains("7,2026-01-01T09:00:00+00:00,start,"),
            "{file}{}",
            text(&ran.journal)
        );
    }
}

#[test]
fn two_keys_that_differ_in_padding_are_one() {
    let ran = run(
        &campaign("{ reachable: email }"),
        "id,email\n1,a@example.com\n 1 ,b@example.com\n",
        None,
    );
    assert_eq!(ran.duplicates, 1);
}

#[test]
fn an_email_is_one_address_and_rows_with_strange_bytes_are_bad() {
    let bad = |row: &str| {
        let ran = run(
            &campaign("{ reachable: email }"),
            &format!("id,email\n{row}\n9,z@example.com\n"),
            None,
        );
        ran.problems
            .first
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
    };
    for cell in [
        "ann",
        "a@example.com;b@example.com",
        "a b@example.com",
        "Ann <a@example.com>",
        "a@b@example.com",
        "@example.com",
        "a@",
    ] {
        assert_eq!(
            bad(&format!("1,{cell}")),
            [format!("line 2, column `email`, `{cell}`: not an email")]
        );
    }
    assert_eq!(bad("1,root@localhost"), Vec::<String>::new());
    assert_eq!(
        bad("1,a\0@example.com"),
        ["line 2: a NUL byte; text has none"]
    );
    // A name behind the mark would be another one.
    let joined = "line 2: a byte order mark before its first cell, as files leave one that were put \
                  together; take it out";
    for row in ["\u{feff}1,a@example.com", "\"\u{feff}1\",a@example.com"] {
        assert_eq!(bad(row), [joined]);
    }
    let returns = "line 2: a carriage return outside quotes; a row ends with a line feed";
    assert_eq!(bad("1,a@example.com\r2,b@example.com"), [returns]);
    assert_eq!(bad("\"1\",a@example.com\r2,b@example.com"), [returns]);
}
