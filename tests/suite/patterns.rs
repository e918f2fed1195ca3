//! Patterns of `matches` have a budget: what all different ones of a project cost together is told
//! where it is too much, in a project and in a plan.

use funnelc::model::pattern::{MOST, cost};
use funnelc::plan::{Plan, PlanError, wire::File};

use crate::projects::{compiled, plan_of, sources};

/// A project with a segment for each condition about a text; `event` asks a property in one of
/// them.
fn project(conditions: &[String], event: Option<&str>) -> String {
    let one = |(at, condition): (usize, &String)| {
        format!("  s{at:04}: {{ where: {{ field: note, {condition} }} }}\n")
    };
    let segments: String = conditions.iter().enumerate().map(one).collect();
    let asks = event.map(|condition| {
        format!("  t: {{ where: {{ event: buy, where: {{ property: what, {condition} }}, at-least: 1 }} }}\n")
    });
    let used: Vec<_> = (0..conditions.len())
        .map(|at| format!("{{ segment: s{at:04} }}"))
        .collect();
    format!(
        "version: 1
contacts: {{ key: id, fields: {{ note: {{ type: text }} }}, tags: {{ values: [hot] }} }}
events: {{ buy: {{ properties: {{ what: text }} }} }}
segments:
{segments}{}campaigns:
  talk: {{ enter: {{ any: [{}, {{ event: buy }}] }}, on-leave: stay, steps: [{{ add-tag: hot }}] }}
",
        asks.unwrap_or_default(),
        used.join(", ")
    )
}

/// What is said of patterns, each with its line.
fn refused(text: &str) -> Vec<(usize, String)> {
    let found = funnelc::compile(sources(&[("funnelc.yaml", text)]));
    let bad = found
        .diagnostics
        .iter()
        .filter(|finding| finding.code.name() == "bad-pattern");
    bad.map(|it| {
        (
            found.sources.line_column(it.primary.span).line,
            it.message.clone(),
        )
    })
    .collect()
}

fn matches(pattern: &str) -> String {
    format!("matches: '{pattern}'")
}

#[test]
fn patterns_that_together_cost_too_much_are_told_where_they_do() {
    let (large, small) = (r"\w{18}", "^[A-Z]{2}-[0-9]+$");
    let fit = usize::try_from(MOST / cost(&format!("{large}10")).unwrap()).unwrap();
    let mut conditions: Vec<String> = (10..fit + 12)
        .map(|at| matches(&format!("{large}{at}")))
        .collect();
    // What is small fits still, and a pattern that was paid for is paid for, also where an event
    // asks it.
    conditions.extend([matches(small), matches(&format!("{large}10"))]);
    let told = refused(&project(&conditions, Some(&matches(&format!("{large}11")))));
    let first_line = 5;
    assert_eq!(
        told.iter()
            .map(|(line, _)| line - first_line)
            .collect::<Vec<_>>(),
        [fit, fit + 1],
        "{told:?}"
    );
    let left = MOST - fit as u64 * 9203;
    assert_eq!(
        told[0].1,
        format!(
            r"`\w{{18}}{}` costs 9203, and the patterns before it leave {left} of the 200000 that all of a project may cost",
            fit + 10
        )
    );
}

#[test]
fn a_pattern_costs_once_however_often_it_is_asked_and_none_is_compiled_that_cannot_be_paid() {
    let often = vec![matches(r"\w{18}"); 500];
    compiled(sources(&[("funnelc.yaml", &project(&often, None))]));
    let told = refused(&project(&vec![matches(r"(\w{50}){5}"); 2], None));
    assert!(
        told.len() == 2 && told.iter().all(|(_, it)| it.ends_with("it is too large")),
        "{told:?}"
    );
    // A text of millions of letters has no tree that fits into memory.
    let long = r"\w".repeat(1_000_000);
    let told = refused(&project(&[matches(&long)], None));
    assert!(
        told.len() == 1 && told[0].1.ends_with("it is too large"),
        "{told:?}"
    );
}

#[test]
fn hundreds_of_plain_patterns_cost_little() {
    let plain = (0..800)
        .map(|at| matches(&format!("^[A-Z]{{2}}-.*{at}[0-9]+$")))
        .collect::<Vec<_>>();
    compiled(sources(&[("funnelc.yaml", &project(&plain, None))]));
    let addresses = (0..60).map(|at| matches(&format!(r"^[^@\s]+@(\w+\.)+shop{at}\.\w{{2,4}}$")));
    compiled(sources(&[(
        "funnelc.yaml",
        &project(&addresses.collect::<Vec<_>>(), None),
    )]));
}

#[test]
fn a_plan_that_was_made_by_hand_is_held_to_the_budget() {
    let plain: Vec<String> = (10..60)
        .map(|at| format!(r"contains: '\w{{18}}{at}'"))
        .collect();
    let plan = plan_of(sources(&[("funnelc.yaml", &project(&plain, None))])).to_json();
    let plan = serde_json::to_string(&serde_json::from_str::<File>(&plan).unwrap()).unwrap();
    let by_hand = plan.replace(r#""operator":"contains""#, r#""operator":"matches""#);
    assert_ne!(plan, by_hand);
    let Err(PlanError::Tampered { found, written }) = Plan::from_json(&by_hand) else {
        panic!("it was changed")
    };
    let refusal = Plan::from_json(&by_hand.replace(&written, &found))
        .unwrap_err()
        .to_string();
    let expected = r"segments/s0021/where/matches: `\w{18}31` costs 9203, and the patterns before it leave 6737 of the 200000";
    assert!(
        refusal.contains(expected) && refusal.contains("(bad-pattern)"),
        "{refusal}"
    );
}
