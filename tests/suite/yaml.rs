//! Reading YAML: the tree agrees with another reader, every text is read in bounded time, and each
//! mistake has its message.

use std::fmt::Write as _;

use funnelc::source::{Sources, Span, Spanned};
use funnelc::yaml::{Entry, Node, Parsed, Value, parse};
use proptest::prelude::*;

use crate::findings;

fn root(text: &str) -> Node {
    let parsed = parse_alone(text);
    assert_eq!(parsed.diagnostics, [], "{text}");
    parsed.root.unwrap()
}

fn parse_alone(text: &str) -> Parsed {
    let mut sources = Sources::default();
    let file = sources.add("funnelc.yaml", text);
    parse(file, text)
}

/// Whether our tree says what another reader says; it types scalars, we keep their text.
fn agrees(node: &Node, other: &serde_yaml::Value) -> bool {
    match (&node.value, other) {
        (Value::Scalar(scalar), serde_yaml::Value::Null) => scalar.is_null(),
        (Value::Scalar(scalar), serde_yaml::Value::Bool(flag)) => {
            scalar.plain && scalar.text == flag.to_string()
        }
        (Value::Scalar(scalar), serde_yaml::Value::Number(number)) => {
            scalar.plain && scalar.text.parse::<f64>().ok() == number.as_f64()
        }
        (Value::Scalar(scalar), serde_yaml::Value::String(text)) => scalar.text == *text,
        (Value::Sequence(items), serde_yaml::Value::Sequence(others)) => {
            items.len() == others.len()
                && items
                    .iter()
                    .zip(others)
                    .all(|(item, other)| agrees(item, other))
        }
        (Value::Mapping(entries), serde_yaml::Value::Mapping(others)) => {
            let same = |entry: &Entry| {
                others
                    .get(entry.key.value.as_str())
                    .is_some_and(|other| agrees(&entry.value, other))
            };
            entries.len() == others.len() && entries.iter().all(same)
        }
        _ => false,
    }
}

/// Documents as another writer writes them: text of any script, numbers, flags, nothing, lists and
/// mappings.
fn documents() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        any::<i32>().prop_map(serde_json::Value::from),
        any::<bool>().prop_map(serde_json::Value::from),
        Just(serde_json::Value::Null),
        texts().prop_map(serde_json::Value::from),
    ];
    let node = leaf.prop_recursive(5, 48, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(serde_json::Value::from),
            prop::collection::btree_map(texts(), inner, 0..6)
                .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
        ]
    });
    prop::collection::btree_map("[a-z-]{1,8}", node, 1..6)
        .prop_map(|map| serde_json::Value::Object(map.into_iter().collect()))
}

fn texts() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-zA-Z0-9 :#,'\"{}\\[\\]&*!|>%@`~.-]{0,12}",
        "[ąćęłńóśźżäöüßжшщ中文字한글עבר😀 ]{1,10}",
        "[a-z]{1,5}\n[a-z ]{0,5}\n?",
        Just("null".to_owned()),
        Just("007".to_owned()),
        Just("yes".to_owned()),
        Just("1.10".to_owned()),
    ]
    .prop_filter("a merge key is another matter", |text| text != "<<")
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn another_reader_sees_the_same(document in documents()) {
        let block = serde_yaml::to_string(&document).unwrap();
        let flow = serde_json::to_string(&document).unwrap();
        let windows = block.replace('\n', "\r\n");
        for text in [&block, &flow, &format!("\u{feff}{block}"), &windows] {
            // One more line break at the end of a block scalar is all that CRLF may change for the
            // other reader.
            let other: serde_yaml::Value = serde_yaml::from_str(text.trim_start_matches('\u{feff}')).unwrap();
            prop_assert!(agrees(&root(text), &other), "{text}\n{other:?}\n{:?}", root(text));
        }
    }

    #[test]
    fn places_hold_what_is_said_there(document in documents()) {
        let text = serde_yaml::to_string(&document).unwrap();
        let mut sources = Sources::default();
        let file = sources.add("funnelc.yaml", text.as_str());
        let root = parse(file, &text).root.unwrap();
        each(&root, &mut |node, key| {
            if let Some(key) = key && !key.value.contains('\n') {
                let written = sources.text(key.span);
                assert!(written == key.value || written.starts_with(['\'', '"']), "{written} is not {}", key.value);
            }
            if let Value::Scalar(scalar) = &node.value && scalar.plain && !scalar.text.contains('\n') {
                assert_eq!(sources.text(node.span), scalar.text);
            }
        });
    }

    #[test]
    fn merged_keys_are_those_of_another_reader(base in small_maps(), more in small_maps(), own in small_maps()) {
        let json = |map: &_| serde_json::to_string(map).unwrap();
        let inside = json(&own);
        let inside = inside.trim_start_matches('{').trim_end_matches('}');
        for merge in ["*a", "[*a, *b]"] {
            let text = format!("a: &a {}\nb: &b {}\nc: {{<<: {merge}, {inside}}}\n", json(&base), json(&more));
            let mut other: serde_yaml::Value = serde_yaml::from_str(&text).unwrap();
            other.apply_merge().unwrap();
            prop_assert!(agrees(&root(&text), &other), "{text}");
        }
    }

    /// Whatever stands in a file: no panic, places on character boundaries, one mistake of syntax
    /// at most.
    #[test]
    fn any_text_can_be_read(text in "[a-c:#,'\"{}\\[\\]&*!|>%@`~.\\-\t\r\n ?<ą😀]{0,60}") {
        let mut sources = Sources::default();
        let file = sources.add("funnelc.yaml", text.as_str());
        let parsed = parse(file, &text);
        let cuts = parsed.diagnostics.iter().filter(|d| ["several-documents", "yaml-limit"].contains(&d.code.name())).count();
        prop_assert!(cuts <= 1);
        prop_assert!(parsed.unread.is_none() || !parsed.diagnostics.is_empty());
        for finding in findings::read(file, &text) {
            let range = finding.primary.span.range();
            prop_assert!(text.get(range.clone()).is_some(), "{range:?} in {text:?}");
        }
        each(parsed.root.as_ref().unwrap_or(&nothing()), &mut |node, _| {
            assert!(text.get(node.span.range()).is_some(), "{:?} in {text:?}", node.span);
        });
    }
}

fn small_maps() -> impl Strategy<Value = std::collections::BTreeMap<String, u8>> {
    prop::collection::btree_map("[a-e]", any::<u8>(), 1..4)
}

fn nothing() -> Node {
    Node {
        span: Span::NOWHERE,
        value: Value::Sequence(Vec::new()),
    }
}

/// Calls `look` with every node below `node`, and its key where it has one.
fn each(node: &Node, look: &mut impl FnMut(&Node, Option<&Spanned<String>>)) {
    match &node.value {
        Value::Scalar(_) => {}
        Value::Sequence(items) => items.iter().for_each(|item| {
            look(item, None);
            each(item, look);
        }),
        Value::Mapping(entries) => entries.iter().for_each(|entry| {
            look(&entry.value, Some(&entry.key));
            each(&entry.value, look);
        }),
    }
}

#[test]
fn empty_files_hold_nothing() {
    for text in [
        "",
        "\n",
        "# words\n",
        "\u{feff}",
        "---\n",
        "---\n# words\n...\n",
        "  \r\n",
    ] {
        let parsed = parse_alone(text);
        assert_eq!((parsed.root, parsed.unread), (None, None), "{text:?}");
        assert_eq!(parsed.diagnostics, [], "{text:?}");
    }
}

#[test]
fn only_what_yaml_1_2_says_is_nothing() {
    for (text, nothing) in [
        ("a:", true),
        ("a: ~", true),
        ("a: null", true),
        ("a: \"\"", false),
        ("a: no", false),
    ] {
        assert_eq!(root(text).get("a").unwrap().is_null(), nothing, "{text}");
    }
}

#[test]
fn what_stands_before_a_mistake_stays() {
    let text = "segments:\n  a: { where: { tag: x } }\n  b: { where: { tag: [ } }\n  c: \
        { where: { tag: y } }\n";
    let parsed = parse_alone(text);
    let segments = parsed.root.unwrap();
    let segments = segments.get("segments").unwrap();
    assert!(segments.get("a").is_some() && segments.get("c").is_none());
    let unread = &text[parsed.unread.unwrap().range()];
    assert!(unread.contains("c:") && !unread.contains("a:"), "{unread}");
}

/// The files of `tests/fixtures/NAME`, which are separated by lines of equals signs, each with what
/// is found in it.
pub(crate) fn all_cases(name: &str) -> String {
    let path = format!("{}/tests/fixtures/{name}", env!("CARGO_MANIFEST_DIR"));
    let cases = std::fs::read_to_string(path).unwrap();
    let mut shown = String::new();
    for case in cases.split("=====\n") {
        let found = findings::in_file(case);
        assert!(!found.is_empty(), "nothing is wrong with\n{case}");
        write!(shown, "{case}-----\n{found}\n").unwrap();
    }
    shown
}

#[test]
fn mistakes_of_syntax() {
    insta::assert_snapshot!(all_cases("yaml-mistakes.txt"));
}

mod limits {
    use super::*;

    /// What must come of a text that no budget allows: one error, and no more memory or time than
    /// the budget allows: without it these would not end.
    fn refused(text: &str) {
        let mut sources = Sources::default();
        let file = sources.add("funnelc.yaml", text);
        let found = findings::read(file, text);
        let codes: Vec<_> = found.iter().map(|finding| finding.code.name()).collect();
        assert_eq!(codes, ["yaml-limit"]);
    }

    #[test]
    fn levels_in_brackets() {
        refused(&format!("segments: {}", "[".repeat(100_000)));
        refused(&format!("segments: {}", "{a: ".repeat(100_000)));
        refused(&format!(
            "segments: {}{}",
            "[".repeat(100_000),
            "]".repeat(100_000)
        ));
    }

    #[test]
    fn levels_in_lines() {
        // Indentation by one space a level: the text grows with the square, so the levels that 16
        // MiB hold are fewer.
        let mut text = String::new();
        for level in 0..5_000 {
            writeln!(text, "{}a:", " ".repeat(level)).unwrap();
        }
        refused(&text);
        refused(&"- ".repeat(100_000));
        refused(&"? ".repeat(100_000));
    }

    #[test]
    fn an_alias_bomb() {
        let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for level in 1..10 {
            let inside = format!("*a{}, ", level - 1).repeat(10);
            writeln!(text, "a{level}: &a{level} [{inside}]").unwrap();
        }
        refused(&text);
    }

    #[test]
    fn a_bomb_of_long_text() {
        let long = "x".repeat(1 << 20);
        refused(&format!("a: &a {long}\nb: [{}]", "*a, ".repeat(10_000)));
    }

    #[test]
    fn aliases_that_make_it_deep() {
        let mut text = String::from("a0: &a0 [x]\n");
        for level in 1..200 {
            writeln!(text, "a{level}: &a{level} [*a{}]", level - 1).unwrap();
        }
        refused(&text);
    }

    #[test]
    fn a_file_of_50_megabytes() {
        refused(&"# words\n".repeat(50 << 17));
    }

    #[test]
    fn a_million_values() {
        refused(&format!("segments: [{}]", "x, ".repeat(1_000_001)));
    }

    /// Inside the budget, but wrong in as many places as fit.
    #[test]
    fn many_mistakes_are_told() {
        let keys = |start: &str| {
            (0..20_000).fold(String::new(), |text, n| {
                text + start + &n.to_string() + ": 1\n"
            })
        };
        for text in [
            keys("key-"),
            format!("segments:\n{}", keys("  segment-")),
            "a: 1\n".repeat(200_000),
            keys("K "),
        ] {
            let mut sources = Sources::default();
            let file = sources.add("funnelc.yaml", text.as_str());
            assert!(!findings::read(file, &text).is_empty());
        }
    }

    #[test]
    fn a_condition_of_all_levels_that_are_allowed() {
        let deep = |levels: usize| {
            let open = "{ not: ".repeat(levels);
            let close = " }".repeat(levels);
            format!("segments: {{ a: {{ where: {open}{{ tag: x }}{close} }} }}")
        };
        assert_eq!(findings::in_file(&deep(60)), "");
        assert!(findings::in_file(&deep(61)).starts_with("yaml-limit"));
    }
}
