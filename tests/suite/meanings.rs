//! Which conditions mean the same: those of one paragraph of a fixture, and of two paragraphs
//! never.

use std::fmt::Write as _;

use funnelc::Compiled;
use funnelc::model::{Meaning, Meanings};

use crate::projects::sources;

const PROJECT: &str = include_str!("../fixtures/meanings/project.yaml");
const CONDITIONS: &str = include_str!("../fixtures/meanings/conditions.txt");

/// The project with a segment for each condition.
fn compiled(conditions: &[&str]) -> Compiled {
    let mut segments = String::from("segments:\n");
    for (at, condition) in conditions.iter().enumerate() {
        let _ = writeln!(segments, "  it-{at}: {{ where: {condition} }}");
    }
    let project = PROJECT.replace("segments:\n", &segments);
    let mut sources = sources(&[("funnelc.yaml", &project)]);
    sources.attach("friends.txt", "1\n2\n");
    let compiled = funnelc::compile(sources);
    let mistakes = ["unknown", "wrong", "bad", "schema", "missing", "yaml"];
    let told: Vec<_> = compiled
        .diagnostics
        .iter()
        .filter(|it| mistakes.iter().any(|m| it.code.name().starts_with(m)))
        .collect();
    assert!(told.is_empty(), "{told:#?}");
    compiled
}

fn meanings(conditions: &[&str]) -> Vec<Meaning> {
    let compiled = compiled(conditions);
    let mut meanings = Meanings::of(&compiled.model);
    let segment = |at: usize| {
        compiled
            .model
            .segments
            .find(|it| it.id == format!("it-{at}"))
            .unwrap()
    };
    (0..conditions.len())
        .map(|at| meanings.segment(segment(at)))
        .collect()
}

#[test]
fn conditions_of_one_paragraph_and_no_others_mean_the_same() {
    let paragraphs = CONDITIONS
        .split("\n\n")
        .map(|it| it.lines().filter(|line| !line.starts_with('#')));
    let conditions: Vec<(usize, &str)> = paragraphs
        .enumerate()
        .flat_map(|(number, lines)| lines.map(move |line| (number, line)))
        .collect();
    let meanings = meanings(&conditions.iter().map(|(_, line)| *line).collect::<Vec<_>>());
    let mut wrong = Vec::new();
    for (at, (paragraph, one)) in conditions.iter().enumerate() {
        for (other_at, (other_paragraph, other)) in conditions.iter().enumerate().skip(at + 1) {
            let (same, should) = (
                meanings[at] == meanings[other_at],
                paragraph == other_paragraph,
            );
            if same != should {
                wrong.push(format!(
                    "{one}\n{other}\nsame: {same}, and should be {should}"
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn a_list_too_long_to_think_through_still_knows_its_parts_in_any_order() {
    let pair = |at: usize| {
        format!(
            "{{ all: [{{ field: country, contains: a{at} }}, {{ field: code, contains: b{at} }}] }}"
        )
    };
    let mut parts: Vec<String> = (0..16).map(pair).collect();
    let one = format!("{{ any: [{}] }}", parts.join(", "));
    parts.reverse();
    let other = format!("{{ not: {{ not: {{ any: [{}] }} }} }}", parts.join(", "));
    let opposites: Vec<String> = parts
        .iter()
        .map(|part| format!("{{ not: {part} }}"))
        .collect();
    let third = format!("{{ not: {{ all: [{}] }} }}", opposites.join(", "));
    let shorter = format!("{{ any: [{}] }}", parts[1..].join(", "));
    let meanings = meanings(&[&one, &other, &third, &shorter]);
    assert_eq!(meanings[0], meanings[1]);
    assert_eq!(meanings[0], meanings[2]);
    assert_ne!(meanings[0], meanings[3]);
}

#[test]
fn two_campaigns_that_ask_the_same_in_other_words_compete() {
    let project = |other: &str| {
        format!(
            "version: 1
contacts: {{ key: id, fields: {{ orders: {{ type: integer }}, seen: {{ type: date }} }} }}
segments: {{ silent: {{ where: {{ field: seen, before: 90 days ago }} }} }}
funnels:
  shop: {{ audience: everyone, moves: free, stages: {{ shopper: {{ weight: 0 }}, cold: {{ weight: 10 }}, lost: {{ weight: 20 }} }} }}
campaigns:
  cool-down: {{ enter: {{ segment: silent }}, steps: [{{ move: shop/cold }}] }}
  give-up: {{ enter: {other}, steps: [{{ move: shop/lost }}] }}
"
        )
    };
    let told = |other: &str| {
        let compiled = funnelc::compile(sources(&[("funnelc.yaml", &project(other))]));
        compiled
            .diagnostics
            .iter()
            .any(|it| it.code.name() == "campaigns-compete")
    };
    assert!(told("{ field: seen, until: 91 days ago }"));
    assert!(told(
        "{ all: [{ field: seen, exists: true }, { not: { field: seen, since: 90 days ago } }] }"
    ));
    assert!(
        !told("{ not: { field: seen, since: 90 days ago } }"),
        "that lets in those who were never seen, too"
    );
}
