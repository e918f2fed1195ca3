//! What may be written: each mistake of shape is one error at its place, and serde and the
//! published types' schema never disagree about a document.

use funnelc::schema;
use funnelc::source::{Sources, Span, Spanned};
use funnelc::yaml::{Entry, Node, Scalar, Value, parse};
use proptest::prelude::*;
use proptest::sample::Index;

use crate::findings;
use crate::projects::cases;
use crate::yaml::all_cases;

#[test]
fn mistakes_of_shape() {
    insta::assert_snapshot!(all_cases("shape-mistakes.txt"));
}

/// A project in which every key of the language that is there stands at least once.
const EVERYTHING: &str = include_str!("../fixtures/every-key.yaml");

fn everything() -> Node {
    let mut sources = Sources::default();
    let file = sources.add("funnelc.yaml", EVERYTHING);
    parse(file, EVERYTHING).root.unwrap()
}

#[test]
fn every_key_can_be_written() {
    assert_eq!(findings::in_file(EVERYTHING), "");
    let schema: serde_json::Value = serde_json::from_str(&schema::json_schema()).unwrap();
    let missing: Vec<_> = keys_of(&schema)
        .into_iter()
        .filter(|key| !EVERYTHING.contains(&format!("{key}:")))
        .collect();
    assert!(
        missing.is_empty(),
        "tests/fixtures/every-key.yaml lacks {missing:?}"
    );
}

#[test]
fn the_published_schema_takes_every_key() {
    let schema: serde_json::Value = serde_json::from_str(&schema::json_schema()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let project: serde_json::Value = serde_yaml::from_str(EVERYTHING).unwrap();
    let errors: Vec<_> = validator
        .iter_errors(&project)
        .map(|error| error.to_string())
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

/// The exclusiveness that editors see: each of these is refused at exactly one key.
#[test]
fn the_published_schema_says_which_keys_go_together() {
    let schema: serde_json::Value = serde_json::from_str(&schema::json_schema()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for condition in [
        "{ tag: a, stage: b/c }",
        "{ tag: a, is: 3 }",
        "{ segment: a, for: 3 days }",
        "{ is: 3 }",
        "{}",
    ] {
        let project: serde_json::Value =
            serde_yaml::from_str(&format!("segments: {{ a: {{ where: {condition} }} }}")).unwrap();
        assert_eq!(validator.iter_errors(&project).count(), 1, "{condition}");
    }
    for step in [
        "{ send: a, wait: 3 days }",
        "{ wait: 3 days, to: 3 }",
        "{ id: a }",
        "{ exit: exited, then: [ { wait: 1 h } ] }",
    ] {
        let text = format!("campaigns: {{ a: {{ enter: {{ tag: a }}, steps: [ {step} ] }} }}");
        let project: serde_json::Value = serde_yaml::from_str(&text).unwrap();
        assert_eq!(validator.iter_errors(&project).count(), 1, "{step}");
    }
}

fn keys_of(schema: &serde_json::Value) -> Vec<String> {
    let definitions = schema["definitions"]
        .as_object()
        .unwrap()
        .values()
        .chain([schema]);
    definitions
        .filter_map(|definition| definition["properties"].as_object())
        .flat_map(|properties| properties.keys().cloned())
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: u32::try_from(cases()).expect("a number of tests"), failure_persistence: None, ..ProptestConfig::default() })]

    /// Every few changes of a valid project: dropped and renamed keys, values of another kind.
    #[test]
    fn serde_and_the_schema_agree(changes in prop::collection::vec((any::<Index>(), change()), 1..4)) {
        let mut root = everything();
        for (place, change) in &changes {
            let count = count(&root);
            apply(&mut root, &mut place.index(count), change);
        }
        prop_assert!(schema::decode::verdicts_agree(&root), "{changes:?}\n{root:?}");
        let (_, found) = schema::decode(&root, &[]);
        let repeated = found.iter().enumerate().any(|(n, one)| one.primary.span != Span::NOWHERE && found[..n].contains(one));
        prop_assert!(!repeated, "{found:?}");
    }
}

#[test]
fn changes_make_both_verdicts() {
    let mut root = everything();
    assert!(schema::decode(&root, &[]).1.is_empty());
    apply(&mut root, &mut 0, &Change::Put(Value::Sequence(Vec::new())));
    assert!(!schema::decode(&root, &[]).1.is_empty());
}

#[derive(Clone, Debug)]
enum Change {
    Drop,
    Rename(String),
    Put(Value),
}

fn change() -> impl Strategy<Value = Change> {
    let scalar = |text: &'static str, plain| {
        Value::Scalar(Scalar {
            text: text.to_owned(),
            plain,
        })
    };
    let item = move |text| Node {
        span: Span::NOWHERE,
        value: scalar(text, true),
    };
    let entry = move |key: &str| Entry {
        key: Spanned::new(key.to_owned(), Span::NOWHERE),
        value: item("a"),
    };
    let texts = [
        "",
        "~",
        "a",
        "3",
        "-3",
        "3.0",
        "0x10",
        "99999999999999999999",
        "true",
        "yes",
        "$name",
        "$$name",
        "exit",
        "email",
    ];
    let scalars = (prop::sample::select(texts.to_vec()), any::<bool>())
        .prop_map(move |(text, plain)| scalar(text, plain));
    let keys = [
        "field", "tag", "where", "weight", "send", "id", "type", "foo", "Foo", "entered", "column",
        "to",
    ];
    prop_oneof![
        Just(Change::Drop),
        prop::sample::select(keys.to_vec()).prop_map(|key| Change::Rename(key.to_owned())),
        scalars.prop_map(Change::Put),
        Just(Change::Put(Value::Sequence(Vec::new()))),
        Just(Change::Put(Value::Sequence(vec![item("a"), item("")]))),
        Just(Change::Put(Value::Mapping(Vec::new()))),
        prop::sample::select(keys.to_vec())
            .prop_map(move |key| Change::Put(Value::Mapping(vec![entry(key)]))),
    ]
}

/// How many nodes stand below a node.
fn count(node: &Node) -> usize {
    match &node.value {
        Value::Scalar(_) => 0,
        Value::Sequence(items) => items.iter().map(|item| 1 + count(item)).sum(),
        Value::Mapping(entries) => entries.iter().map(|entry| 1 + count(&entry.value)).sum(),
    }
}

/// Changes the `place`-th node below a node.
fn apply(node: &mut Node, place: &mut usize, change: &Change) -> bool {
    match &mut node.value {
        Value::Scalar(_) => false,
        Value::Sequence(items) => {
            let Some(at) = items
                .iter_mut()
                .position(|item| reached(place) || apply(item, place, change))
            else {
                return false;
            };
            if *place == usize::MAX {
                *place = 0;
                match change {
                    Change::Drop => drop(items.remove(at)),
                    Change::Rename(_) => {}
                    Change::Put(value) => items[at].value = value.clone(),
                }
            }
            true
        }
        Value::Mapping(entries) => {
            let taken: Vec<_> = entries
                .iter()
                .map(|entry| entry.key.value.clone())
                .collect();
            let found = entries
                .iter_mut()
                .position(|entry| reached(place) || apply(&mut entry.value, place, change));
            let Some(at) = found else { return false };
            if *place == usize::MAX {
                *place = 0;
                match change {
                    Change::Drop => drop(entries.remove(at)),
                    Change::Rename(name) if taken.contains(name) => {}
                    Change::Rename(name) => entries[at].key.value.clone_from(name),
                    Change::Put(value) => entries[at].value.value = value.clone(),
                }
            }
            true
        }
    }
}

/// Counts down to the node that is meant, and marks that it was found.
fn reached(place: &mut usize) -> bool {
    let here = *place == 0;
    *place = if here { usize::MAX } else { *place - 1 };
    here
}

/// What people write who have not read the page is answered by what to write, not by all that they
/// might.
#[test]
fn a_near_miss_is_told_what_to_write() {
    for (rest, help) in [
        (
            "segments: { young: { field: age, less-than: 30 } }",
            "a condition stands under `where`: `where: { field: … }`",
        ),
        (
            "segments: { old: { where: { age: { more-than: 60 } } } }",
            "for a field write `{ field: age, more-than: 60 }`",
        ),
        (
            "segments: { old: { where: { age: 60 } } }",
            "for a field write `{ field: age, is: 60 }`",
        ),
        (
            "segments: { old: { where: { vip: } } }",
            "for a field write `{ field: vip, is: … }`, for a tag `{ tag: vip }`",
        ),
        (
            "campaigns: { c: { enter: { tag: x }, steps: { send: hi } } }",
            "begin each item of a list with a dash: `- send: hi`",
        ),
        (
            "campaigns: { c: { enter: { tag: x }, steps: [{ email: hi }] } }",
            "write `send: hi`",
        ),
        (
            "companies: { key: id, contact-field: firm, fields: { size: integer } }",
            "write `{ type: integer }`",
        ),
    ] {
        let mut sources = funnelc::source::Sources::default();
        sources.add(
            "funnelc.yaml",
            format!("version: 1\ncontacts: {{ key: id }}\n{rest}\n"),
        );
        let found = funnelc::compile(sources).diagnostics;
        assert!(
            found
                .iter()
                .any(|finding| finding.help.as_deref() == Some(help)),
            "{rest}: {found:#?}"
        );
    }
    let mut sources = funnelc::source::Sources::default();
    sources.add(
        "funnelc.yaml",
        "version: 1\ncampaigns: { c: { enter: { tag: x }, steps: [{ xyzzy: hi }] } }\n",
    );
    let found = funnelc::compile(sources).diagnostics;
    let help = found
        .iter()
        .filter_map(|finding| finding.help.as_deref())
        .find(|help| help.starts_with("write one of"));
    assert!(
        !help.expect("told").contains('$'),
        "what only funnelc writes is no choice: {help:?}"
    );
}
