//! Several files are one project: definitions merge by id, whatever is given twice is one error
//! with both places, and which file holds what does not show.

use funnelc::source::{Sources, Span};
use funnelc::yaml::{Node, Value};
use funnelc::{compile, schema, yaml};
use insta::assert_snapshot;

use crate::findings;

const FUNNEL: &str = "funnels:\n  shop:\n    audience: everyone\n    stages:\n      lead: \
    { weight: 0, converts: { field: orders, at-least: 1 } }\n      buyer: { weight: 10, final: true }\n";

fn sources(files: &[&str]) -> Sources {
    let mut sources = Sources::default();
    for (number, text) in files.iter().enumerate() {
        sources.add(format!("{number}.yaml"), *text);
    }
    sources
}

/// What merging finds.
fn found(files: &[&str]) -> String {
    let sources = sources(files);
    let roots = sources
        .files()
        .filter_map(|(file, source)| yaml::parse(file, &source.text).root)
        .collect();
    findings::show(&sources, schema::merge(roots).1)
}

#[test]
fn a_project_may_be_spread_over_files_in_any_order() {
    let head = "version: 1\ncontacts:\n  key: id\n  fields: { orders: { type: integer } }\n";
    let more = "version: 1\ncontacts:\n  fields: { email: { type: email } }\n  addresses: \
        { email: email }\n";
    let whole = compile(sources(&[&format!(
        "{head}    email: {{ type: email }}\n  addresses: {{ email: email }}\n{FUNNEL}"
    )
    .replace(
        "fields: { orders: { type: integer } }\n",
        "fields:\n    orders: { type: integer }\n",
    )]));
    let plan = whole.plan.map(|plan| plan.to_json());
    assert!(plan.is_some(), "{:?}", whole.diagnostics);
    for files in [
        [head, more, FUNNEL],
        [FUNNEL, head, more],
        [more, FUNNEL, head],
    ] {
        let parts = compile(sources(&files));
        assert_eq!(
            parts.plan.map(|plan| plan.to_json()),
            plan,
            "{:?}",
            parts.diagnostics
        );
    }
}

#[test]
fn what_is_given_twice_is_an_error_at_both_places() {
    let one = "version: 1\nproject: a\ninclude: [b.yaml]\ncontacts: \
        { key: id, fields: { a: { type: text } } }\nsegments:\n  a: { where: { tag: x } }\n";
    let two = "version: 1\nproject: a\ninclude: [c.yaml]\ncontacts: \
        { key: id, fields: { a: { type: text } } }\nsegments:\n  a: { where: { tag: x } }\n  b: { where: { tag: x } }\n";
    assert_snapshot!(found(&[one, two]));
}

#[test]
fn other_versions_and_other_kinds_do_not_merge() {
    assert_snapshot!(found(&[
        "version: 1\nsegments: {}\n",
        "version: 2\nsegments: [a]\n"
    ]));
}

#[test]
fn many_files_with_many_definitions_merge_fast() {
    let many = |from: usize| {
        (from..from + 20_000).fold(String::from("segments:\n"), |text, n| {
            text + &format!("  s{n}: {{ where: {{ tag: x }} }}\n")
        })
    };
    let (first, second) = (many(0), many(20_000));
    let sources = sources(&[&first, &second]);
    let roots = sources
        .files()
        .filter_map(|(file, source)| yaml::parse(file, &source.text).root)
        .collect();
    let (root, found) = schema::merge(roots);
    assert!(found.is_empty());
    let Some(Node {
        value: Value::Mapping(segments),
        ..
    }) = root.get("segments")
    else {
        panic!("no segments")
    };
    assert_eq!(segments.len(), 40_000);
}

#[test]
fn no_file_at_all_is_an_empty_project() {
    let (root, found) = schema::merge(Vec::new());
    assert_eq!(
        (root.value, root.span, found.len()),
        (Value::Mapping(Vec::new()), Span::NOWHERE, 0)
    );
}
