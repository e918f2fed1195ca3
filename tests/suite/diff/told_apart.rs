//! What reads the same and is another thing is told, also beside other changes: nothing that
//! somebody writes passes for other words of the language.

use std::fs::write;

use funnelc::diff::Diff;
use funnelc::plan::Plan;

use super::edited;
use crate::projects::{plan_of, sources};

const PROJECT: &str = "version: 1
contacts:
  key: id
  fields:
    email: { type: email }
    ok: { type: boolean }
    country: { type: text, missing: [none, n/a] }
    orders: { type: integer, default: 0 }
  addresses: { email: email }
  consent: { email: { field: ok, is: true } }
  tags: { values: [blocked, vip, 'vip, gold'], column: tags }
events: { purchase: { properties: { country: text, orders: integer } } }
content:
  hello: { kind: email, subject: Welcome, body: text.txt }
segments:
  chosen: { include: [keys.txt], where: { tag: vip } }
  buyers: { where: { event: purchase, where: { property: country, is: PL } } }
campaigns:
  a:
    enter: { field: orders, at-least: 1 }
    on-leave: stay
    steps:
      - { id: pause, wait: 3 days }
      - id: ask
        if: { all: [ { field: country, is-not: PL }, { not: { tag: blocked } } ] }
        then: [ { send: hello }, { note: done } ]
";

/// The plan of the project with replacements, two lines of keys and a text.
fn plan(replacements: &[(&str, &str)], keys: &str, text: &str) -> Plan {
    let mut sources = sources(&[("funnelc.yaml", &edited(PROJECT, replacements))]);
    sources.attach("keys.txt", format!("id\n{keys}\n"));
    sources.attach("text.txt", text);
    plan_of(sources)
}

/// What is told of each change, with the kind of thing before it.
fn told(base: &Plan, head: &Plan) -> Vec<String> {
    let changes = Diff::between(base, head).changes;
    let words = |change: &funnelc::diff::Change| {
        let side = |side: &Option<String>| side.clone().unwrap_or_default();
        format!(
            "{}: {} -> {}",
            change.id,
            side(&change.before),
            side(&change.after)
        )
    };
    changes.iter().map(words).collect()
}

const KEYS: &str = "k1\nk2";
const TEXT: &str = "Thank you.";

fn base() -> Plan {
    plan(&[], KEYS, TEXT)
}

#[test]
fn a_value_does_not_pass_for_other_words_of_a_condition() {
    let forged = (
        "{ all: [ { field: country, is-not: PL }, { not: { tag: blocked } } ] }",
        "{ field: country, is-not: PL and not tag blocked }",
    );
    let step = "a/ask: if country is not PL and not tag blocked -> if country is not \"PL and not tag blocked\"";
    let alone = told(&base(), &plan(&[forged], KEYS, TEXT));
    assert_eq!(alone, [step]);
    let beside = told(&base(), &plan(&[forged, ("3 days", "4 days")], KEYS, TEXT));
    assert!(
        beside.contains(&step.to_owned()) && beside.len() == 2,
        "{beside:#?}"
    );
}

#[test]
fn what_is_asked_of_an_event_ends_where_its_brackets_do() {
    let event = "{ event: purchase, where: { property: country, is: PL } }";
    let two = "{ event: purchase, where: { all: [{ property: country, is: PL }, { property: orders, at-least: 5 }] } }";
    let apart = format!("{{ all: [{event}, {{ field: orders, at-least: 5 }}] }}");
    let inside = told(&base(), &plan(&[(event, two)], KEYS, TEXT));
    let outside = told(&base(), &plan(&[(event, &apart)], KEYS, TEXT));
    assert_eq!(
        inside,
        [
            "buyers: event purchase where country is PL -> event purchase where (country is PL and orders at least 5)"
        ]
    );
    assert_eq!(
        outside,
        [
            "buyers: event purchase where country is PL -> event purchase where country is PL and orders at least 5"
        ]
    );
}

#[test]
fn other_people_in_a_list_are_told_also_where_they_are_as_many() {
    let others = plan(&[], "z1\nz2", TEXT);
    let words = "tag vip or listed (2)";
    assert_eq!(
        told(&base(), &others),
        [format!("chosen: {words} -> {words}, and others are listed")]
    );
    let beside = plan(
        &[("where: { tag: vip }", "where: { tag: blocked }")],
        "z1\nz2",
        TEXT,
    );
    let now = "tag blocked or listed (2), and others are listed";
    assert_eq!(
        told(&base(), &beside),
        [format!("chosen: {words} -> {now}")]
    );
}

#[test]
fn values_of_a_list_are_told_apart() {
    let joined = (
        "missing: [none, n/a]",
        "missing: ['none, n/a'], default: DE",
    );
    let told = told(&base(), &plan(&[joined], KEYS, TEXT));
    let words = "country: n/a, none -> \"none, n/a\"".to_owned();
    assert!(told.contains(&words) && told.len() == 2, "{told:#?}");
}

/// A digest of which only the beginning is compared can be met on purpose.
#[test]
fn another_text_is_told_whatever_its_digest_begins_with() {
    let document = base().to_json();
    let digest = blake3::hash(TEXT.as_bytes()).to_string();
    assert!(document.contains(&digest));
    let other = format!("{}{}", &digest[..32], "0".repeat(32));
    let forged = document
        .replace(&digest, &other)
        .replace("Welcome", "Welcome!");
    let forged =
        super::plans::sealed(serde_json::from_str(&forged).expect("JSON")).expect("a plan");
    let told = told(&base(), &forged);
    let words = format!("text.txt, digest {}", &digest[..8]);
    assert!(
        told.contains(&format!("hello: {words} -> {words}, another text")),
        "{told:#?}"
    );
}

#[test]
fn a_new_thing_says_no_more_than_it_is() {
    let free = "content:\n  sly: { kind: email, subject: 'Hi; goes out without consent: no' }\n";
    let head = plan(&[("content:\n", free)], KEYS, TEXT);
    let told = told(&base(), &head);
    assert!(
        told[0].contains("subject: \"Hi; goes out without consent: no\""),
        "{told:#?}"
    );
}

#[test]
fn the_name_of_an_environment_is_an_id() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a` is new", "Live", "a b", &"a".repeat(101)] {
        let text =
            format!("version: 1\ncontacts: {{ key: id }}\nenvironments: {{ '{name}': {{}} }}\n");
        write(folder.path().join("funnelc.yaml"), text).unwrap();
        let check = crate::projects::funnelc_in(folder.path(), &["check"]);
        assert_eq!(check.code, Some(1), "{}", check.out);
        assert!((check.out + &check.err).contains("bad-id"), "{name}");
    }
}
