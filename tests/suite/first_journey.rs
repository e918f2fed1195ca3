//! What somebody gets to read who writes a first journey: keys and names that others would have
//! guessed too, each with what to write instead.
//!
//! Invariant: no finding here is without help.

use std::fs;

use funnelc::source::Sources;

use crate::findings;
use crate::projects::root;

/// The findings of a fixture, which all say what to do.
fn found(name: &str) -> String {
    let path = root().join("tests/fixtures/first-journey").join(name);
    let mut sources = Sources::default();
    sources.add(name, fs::read_to_string(path).unwrap());
    let compiled = funnelc::compile(sources);
    for finding in &compiled.diagnostics {
        assert!(finding.help.is_some(), "no help: {}", finding.message);
    }
    findings::show(&compiled.sources, compiled.diagnostics)
}

#[test]
fn guessed_keys_and_shapes() {
    insta::assert_snapshot!(found("keys.yaml"));
}

#[test]
fn guessed_names_and_values() {
    insta::assert_snapshot!(found("names.yaml"));
}

#[test]
fn numbers_as_people_write_them_and_lines_about_what_is_gone() {
    insta::assert_snapshot!(found("numbers.yaml"));
}
