//! What the checks say of contacts that never come to rest, and of dates that may be missing; and
//! what they leave alone because nobody meets it.

use funnelc::diagnostic::Severity;

use crate::projects::{funnelc_in, run_arguments, sources};

const HEAD: &str = "
version: 1
contacts:
  key: id
  tags: { values: [hot, cold] }
  fields:
    plan:  { type: choice, values: [free, pro] }
    quiet: { type: boolean }
    n:     { type: integer }
    last:  { type: date }
    at:    { type: datetime }
    sure:  { type: datetime, required: true }
events: { booked: { updates: { at: { set: event-time } } } }
content: { bar: { kind: focus } }
segments:
  paying: { where: { field: plan, is: pro } }
  risk:   { where: { all: [ { segment: paying }, { field: quiet, is: true } ] } }
";

/// How often a check finds something.
fn count(code: &str, rest: &str) -> usize {
    let compiled = funnelc::compile(sources(&[("funnelc.yaml", &format!("{HEAD}{rest}"))]));
    let errors: Vec<_> = compiled
        .diagnostics
        .iter()
        .filter(|found| found.severity == Severity::Error)
        .collect();
    assert!(errors.is_empty(), "{errors:#?}\n{rest}");
    compiled
        .diagnostics
        .iter()
        .filter(|found| found.code.name() == code)
        .count()
}

/// A funnel `f` of three stages: its rules, and what each stage says besides its weight.
fn funnel(rules: &str, [low, middle, high]: [&str; 3]) -> String {
    format!(
        "funnels:\n  f:\n    {rules}\n    stages:\n      low: {{ weight: 0{low} }}\n      middle: \
            {{ weight: 10{middle} }}\n      high: {{ weight: 20{high} }}\n"
    )
}

#[test]
fn rules_that_pull_against_each_other_are_told() {
    let back = ", back-to: middle, converts: [{ when: { not: { segment: risk } }, to: middle }]";
    for (rules, stages) in [
        (
            "place: [{ when: { segment: paying }, stage: middle }]",
            ["", ", converts: { segment: risk }", back],
        ),
        (
            "audience: everyone",
            [
                "",
                ", converts: { field: n, at-least: 5 }",
                ", back-to: middle, converts: [{ when: { field: n, at-most: 9 }, to: middle }]",
            ],
        ),
        (
            "moves: free",
            [
                ", converts: { tag: hot }",
                ", converts: [{ when: { tag: cold }, to: low }]",
                "",
            ],
        ),
        (
            "audience: { not: { stage: f/middle } }\n    on-audience-left: leave",
            [", converts: { tag: hot }", "", ""],
        ),
    ] {
        let rest = funnel(rules, stages);
        assert_eq!(count("never-at-rest", &rest), 1, "{rest}");
    }
}

#[test]
fn two_funnels_that_ask_for_each_other_may_go_round() {
    let pair = |when: &str| {
        format!(
            "funnels:
  f:
    moves: free
    stages:
      off: {{ weight: 0, converts: [{{ when: {{ stage: g/left }}, to: on }}] }}
      on:  {{ weight: 10, converts: [{{ when: {when}, to: off }}] }}
  g:
    moves: free
    stages:
      left:  {{ weight: 0, converts: [{{ when: {{ stage: f/on }}, to: right }}] }}
      right: {{ weight: 10, converts: [{{ when: {{ stage: f/off }}, to: left }}] }}
"
        )
    };
    assert_eq!(count("never-at-rest", &pair("{ stage: g/right }")), 1);
    assert_eq!(
        count(
            "never-at-rest",
            &pair("{ all: [{ stage: g/right }, { stage: g/left }] }")
        ),
        0
    );
}

#[test]
fn one_patience_is_there_for_the_whole_project() {
    let round = "z:\n    moves: free\n    stages: \
        { a: { weight: 0, converts: [{ when: { tag: hot }, to: b }] }, b: { weight: 1, converts: [{ when: { tag: hot }, to: a }] } }\n";
    let before = |stages: usize| {
        let exclusive = |at: usize| {
            let to = (at * 7 + 1) % stages;
            format!(
                "      s{at}: {{ weight: {at}, converts: [{{ when: {{ all: [{{ field: n, is: {at} }}, {{ tag: hot }}] }}, to: s{to} }}] }}\n"
            )
        };
        let stages: String = (0..stages).map(exclusive).collect();
        format!("funnels:\n  a:\n    moves: free\n    stages:\n{stages}  {round}")
    };
    assert_eq!(count("never-at-rest", &before(5)), 1);
    assert_eq!(count("never-at-rest", &before(300)), 0);
}

#[test]
fn rules_that_exclude_each_other_come_to_rest() {
    let back =
        |when: &str| format!(", back-to: middle, converts: [{{ when: {when}, to: middle }}]");
    for (rules, middle, high) in [
        (
            "audience: everyone",
            "{ segment: risk }",
            back("{ not: { segment: risk } }"),
        ),
        (
            "audience: everyone",
            "{ field: n, at-least: 5 }",
            back("{ field: n, at-most: 4 }"),
        ),
        (
            "audience: everyone",
            "{ field: last, before: 90 days ago }",
            back("{ field: last, within: 30 days }"),
        ),
        (
            "audience: everyone",
            "{ event: booked, at-least: 2 }",
            back("{ not: { event: booked, at-least: 2 } }"),
        ),
        (
            "audience: everyone",
            "{ event: booked, at-least: 5 }",
            back("{ not: { event: booked, at-least: 2 } }"),
        ),
        (
            "audience: everyone",
            "{ event: booked, within: 7 days }",
            back("{ not: { event: booked, within: 90 days } }"),
        ),
        (
            "audience: everyone",
            "{ tag: hot }",
            back("{ stage: f/high, for: 3 days }"),
        ),
        (
            "audience: everyone",
            "{ tag: hot }",
            back("{ event: booked, since: stage }"),
        ),
        (
            "place: [{ when: { all: [{ segment: paying }, { not: { segment: risk } }] }, stage: middle }]",
            "{ segment: risk }",
            back("{ not: { segment: risk } }"),
        ),
        (
            "place: [{ when: { segment: paying }, stage: middle }]",
            "{ segment: risk }",
            String::new(),
        ),
    ] {
        let rest = funnel(rules, ["", &format!(", converts: {middle}"), &high]);
        assert_eq!(count("never-at-rest", &rest), 0, "{rest}");
    }
}

fn waits(enter: &str, steps: &str) -> String {
    format!(
        "campaigns:\n  talk:\n    enter: {enter}\n    on-leave: stay\n    steps: [{steps}, \
            {{ send: bar }}]\n"
    )
}

#[test]
fn a_date_that_may_be_missing_is_told_where_nothing_says_what_then() {
    for (enter, steps, found) in [
        ("{ tag: hot }", "{ wait-until: { field: at } }", 1),
        (
            "{ tag: hot }",
            "{ wait-until: { field: at }, if-past: skip }",
            1,
        ),
        (
            "{ tag: hot }",
            "{ wait-until: { field: at }, if-missing: exit }",
            0,
        ),
        ("{ tag: hot }", "{ wait-until: { field: sure } }", 0),
        ("{ tag: hot }", "{ wait-until: 2026-12-24 }", 0),
        (
            "{ field: at, exists: true }",
            "{ wait-until: { field: at } }",
            0,
        ),
        (
            "{ field: at, is-not: 2026-01-01 }",
            "{ wait-until: { field: at } }",
            1,
        ),
        (
            "{ not: { field: at, is-not: 2026-01-01 } }",
            "{ wait-until: { field: at } }",
            0,
        ),
        (
            "{ all: [{ tag: hot }, { field: at, within-next: 3 days }] }",
            "{ wait-until: { field: at } }",
            0,
        ),
        (
            "{ any: [{ tag: hot }, { field: at, within-next: 3 days }] }",
            "{ wait-until: { field: at } }",
            1,
        ),
        (
            "[{ field: at, exists: true }, { tag: hot }]",
            "{ wait-until: { field: at } }",
            1,
        ),
        ("[{ event: booked }]", "{ wait-until: { field: at } }", 0),
        (
            "{ tag: hot }",
            "{ set: at, to: now }, { wait-until: { field: at } }",
            0,
        ),
        (
            "{ field: at, exists: true }",
            "{ clear: at }, { wait-until: { field: at } }",
            1,
        ),
        (
            "{ tag: hot }",
            "{ if: { field: at, exists: true }, then: [{ wait-until: { field: at } }] }",
            0,
        ),
        (
            "{ tag: hot }",
            "{ if: { field: at, exists: false }, then: [{ exit: exited }] }, \
                { wait-until: { field: at } }",
            0,
        ),
        (
            "{ tag: hot }",
            "{ wait-until: { field: at } }, { points: 1 }, \
                { wait-until: { field: at, offset: 1 day } }",
            1,
        ),
        (
            "{ tag: hot }",
            "{ wait-until: { field: at }, if-missing: continue }, { points: 1 }, \
                { wait-until: { field: at, offset: 1 day } }",
            1,
        ),
    ] {
        let rest = waits(enter, steps);
        assert_eq!(count("missing-date", &rest), found, "{rest}");
    }
}

#[test]
fn if_missing_does_not_go_with_a_fixed_moment() {
    let rest = waits(
        "{ tag: hot }",
        "{ wait-until: 2026-12-24, if-missing: skip }",
    );
    let compiled = funnelc::compile(sources(&[("funnelc.yaml", &format!("{HEAD}{rest}"))]));
    let told: Vec<_> = compiled
        .diagnostics
        .iter()
        .map(|found| (found.code.name(), found.message.as_str()))
        .collect();
    assert_eq!(
        told,
        [(
            "step-keys",
            "`if-missing` does not go with a fixed moment, which is never missing"
        )]
    );
}

#[test]
fn a_few_lines_of_segments_that_stand_for_billions_of_questions_cost_little() {
    let segment = |at: usize| {
        format!(
            "  s{at}: {{ where: {{ any: [{{ segment: s{0} }}, {{ all: [{{ segment: s{0} }}, {{ tag: t{at} }}] }}] }} }}\n",
            at - 1
        )
    };
    let layers: String = (1..=40).map(segment).collect();
    let project = format!(
        "version: 1\ncontacts: {{ key: id, tags: {{ values: open }}, fields: {{ quiet: {{ type: boolean }} }} }}\n\
         segments:\n  s0: {{ where: {{ tag: a }} }}\n{layers}\
         funnels:\n  shop:\n    audience: {{ segment: s40 }}\n    place: [{{ stage: b, when: {{ field: quiet, is: true }} }}]\n    \
         stages: {{ a: {{ weight: 1, converts: {{ field: quiet, is: true }} }}, b: {{ weight: 2, back-to: a, converts: [{{ when: {{ field: quiet, is-not: true }}, to: a }}] }} }}\n"
    );
    let compiled = funnelc::compile(crate::projects::sources(&[("funnelc.yaml", &project)]));
    let errors: Vec<_> = compiled
        .diagnostics
        .iter()
        .map(|found| found.code.name())
        .collect();
    assert!(compiled.plan.is_some(), "{errors:?}");
    // What consent asks is looked for through segments too.
    let folder = tempfile::tempdir().unwrap();
    let asks = "addresses: { email: mail }, consent: { email: { segment: s40 } }";
    let project = project.replace("fields: { quiet", "fields: { mail: { type: email }, quiet");
    let project = project.replace(
        "contacts: { key: id,",
        &format!("contacts: {{ key: id, {asks},"),
    );
    std::fs::write(folder.path().join("funnelc.yaml"), project).unwrap();
    std::fs::write(
        folder.path().join("contacts.csv"),
        "id,tags,mail,quiet,points,shop\n1,a,a@b.example,true,,\n",
    )
    .unwrap();
    let args = run_arguments(".", "2026-11-01T09:00", &[]);
    let ran = funnelc_in(folder.path(), &args);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
}
