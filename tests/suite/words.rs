//! The lists of the language's words that people keep by hand have each of them, so that a new word
//! is told of where one reads.
//!
//! Invariant: the words come from `language`, or from the match that spells them; never from a list
//! of this file.

use std::collections::BTreeSet;
use std::fs;

use funnelc::language::{Question, Verb};
use serde_json::Value;

use crate::agreement::EVENTS;
use crate::projects::root;

#[test]
fn the_guide_says_of_each_verb_what_it_does() {
    // What stands behind `with` are keys beside the verb.
    let rows: Vec<String> = table("docs/language.md", "| step | does |")
        .iter()
        .map(|row| row.split(" with ").next().unwrap().to_owned())
        .collect();
    // `use` puts steps in and does nothing itself: it stands with the blocks.
    let of_page: BTreeSet<String> = words(&rows, 1)
        .into_iter()
        .filter_map(|written| written.split_once(':').map(|(verb, _)| verb.to_owned()))
        .chain([Verb::Use.word().to_owned()])
        .collect();
    let verbs = Verb::ALL.map(|verb| verb.word().to_owned());
    assert_same(&of_page, &verbs.into(), "the steps of docs/language.md");
}

#[test]
fn the_schema_lists_each_verb_and_each_question() {
    let schema: Value = serde_json::from_str(&read("schema/funnelc.schema.json")).unwrap();
    let listed = |definition: &str| -> BTreeSet<String> {
        let described = &schema["definitions"][definition]["description"];
        words(&[described.as_str().unwrap().to_owned()], 0)
    };
    let verbs = Verb::ALL.map(|verb| verb.word().to_owned());
    assert_same(
        &listed("Step"),
        &verbs.into(),
        "the comment of schema::Step",
    );
    // A property is asked of an event, and `entered` lets into a campaign.
    let questions = Question::ALL.map(Question::word).into_iter();
    let of_contacts = questions.filter(|word| !["property", "entered"].contains(word));
    let of_contacts: BTreeSet<String> = of_contacts.map(str::to_owned).collect();
    let place = "the comment of schema::Condition";
    assert_same(&listed("Condition"), &of_contacts, place);
}

#[test]
fn the_page_of_the_journal_has_each_event() {
    let source = read("src/runner/output/words.rs");
    let body = source.split("fn event(").nth(1).unwrap();
    let body = body.split("\n}\n").next().unwrap();
    let mut events: BTreeSet<String> = body
        .split('"')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect();
    let of_page = words(&table("docs/outputs.md", "| event | when |"), 1);
    // Some lines have the word of their verb, which the match asks for.
    let verbs = Verb::ALL.map(|verb| verb.word().to_owned());
    events.extend(verbs.into_iter().filter(|verb| of_page.contains(verb)));
    let place = "the journal in docs/outputs.md and src/runner/output/words.rs";
    assert_same(&of_page, &events, place);
    let met = EVENTS.map(|(event, _)| event.to_owned());
    let place = "the journal in docs/outputs.md and tests/suite/agreement.rs";
    assert_same(&of_page, &met.into(), place);
}

/// A failure names the words alone that only one of the two has.
fn assert_same(one: &BTreeSet<String>, other: &BTreeSet<String>, place: &str) {
    let differ: Vec<&String> = one.symmetric_difference(other).collect();
    assert!(differ.is_empty(), "{place} differ in {differ:?}");
}

/// The rows of the table of a page that has this head.
fn table(page: &str, head: &str) -> Vec<String> {
    let text = read(page);
    let rows = text.split(&format!("\n{head}")).nth(1).unwrap();
    rows.lines()
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .map(str::to_owned)
        .collect()
}

/// What stands in backticks in a cell of each row.
fn words(rows: &[String], cell: usize) -> BTreeSet<String> {
    rows.iter()
        .flat_map(|row| {
            row.split('|')
                .nth(cell)
                .unwrap()
                .split('`')
                .skip(1)
                .step_by(2)
        })
        .map(str::to_owned)
        .collect()
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}
