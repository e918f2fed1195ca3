//! One door into the model: what `check` says of a project with a fault, a plan file with the same
//! fault is refused with.
//!
//! Each fault of tests/fixtures/two-doors/faults.txt is written into a sound project and into its
//! plan.

use std::fmt::Write as _;

use funnelc::diagnostic::Severity;
use funnelc::plan::{Plan, PlanError, wire::File};

use crate::projects::{plan_of, sources};

const PROJECT: &str = include_str!("../fixtures/two-doors/project.yaml");
const FAULTS: &str = include_str!("../fixtures/two-doors/faults.txt");

/// A mistake, and how it stands in a project and in a plan.
struct Fault {
    name: &'static str,
    project: [String; 2],
    plan: [String; 2],
}

fn faults() -> Vec<Fault> {
    let more = (1..=68)
        .map(|at| format!("\"c{at}\""))
        .collect::<Vec<_>>()
        .join(",");
    let line = |text: &str| text.replace("${68}", &more);
    let fault = |block: &'static str| {
        let lines: Vec<_> = block.trim_end().lines().collect();
        let [name, from, to, wire_from, wire_to] = lines[..] else {
            panic!("not five lines: {block}")
        };
        Fault {
            name,
            project: [line(from), line(to)],
            plan: [line(wire_from), line(wire_to)],
        }
    };
    FAULTS
        .split("# ")
        .filter(|block| !block.is_empty())
        .map(fault)
        .collect()
}

fn with(text: &str, [from, to]: &[String; 2], name: &str) -> String {
    assert!(text.contains(from.as_str()), "{name}: there is no {from}");
    text.replace(from.as_str(), to)
}

/// What `check` calls errors, as a plan's refusal spells them.
fn told_by_check(project: &str) -> Vec<String> {
    let found = funnelc::compile(sources(&[("funnelc.yaml", project)])).diagnostics;
    let errors = found
        .into_iter()
        .filter(|finding| finding.severity == Severity::Error);
    errors
        .map(|finding| format!("{} ({})", finding.message, finding.code.name()))
        .collect()
}

/// Why a plan that was changed and sealed anew is refused.
fn refusal(plan: &str) -> Option<String> {
    let error = match Plan::from_json(plan) {
        Err(PlanError::Tampered { found, written }) => {
            Plan::from_json(&plan.replace(&written, &found)).err()?
        }
        Err(other) => other,
        Ok(_) => panic!("nothing was changed: {plan}"),
    };
    Some(error.to_string())
}

/// The plan of the project on one line.
fn sound_plan() -> String {
    let plan = plan_of(sources(&[("funnelc.yaml", PROJECT)])).to_json();
    serde_json::to_string(&serde_json::from_str::<File>(&plan).unwrap()).unwrap()
}

#[test]
fn what_only_a_plan_can_say_is_refused_where_it_means_nothing() {
    let plan = sound_plan();
    let faults = [
        (
            r#""points/many":{"priority":0"#,
            r#""points/many":{"priority":5"#,
            "points/triggers/many/priority: unknown key `priority`",
        ),
        (
            r#""funnels":{"#,
            r#""members":{"nobody":{"include":["1"]}},"funnels":{"#,
            "segments/nobody: the segment `nobody` does not say who belongs to it (missing-key)",
        ),
        (
            r#""operator":"at-least","operands":["7"]"#,
            r#""operator":"tag","operands":["hot"]"#,
            "segments/asks/where/any/1/operator: unknown key `operator`",
        ),
        (
            r#""label":"long","share""#,
            r#""label":"long","goes-by":"short","share""#,
            "campaigns/talk/steps/16/split/2/id: two branches of the split are called `short` \
                (duplicate-step)",
        ),
        (
            r#""name":"note","named":false"#,
            r#""name":"a\nb","named":false"#,
            "`a\nb` cannot be an id (bad-id)",
        ),
    ];
    for (from, to, words) in faults {
        let told =
            refusal(&with(&plan, &[from.to_owned(), to.to_owned()], words)).unwrap_or_default();
        assert!(told.contains(words), "{to}\n{told}");
    }
}

#[test]
fn of_very_many_faults_the_first_are_told() {
    let no_date = [
        r#""published":true}"#.to_owned(),
        r#""published":true,"from":"soon"}"#.to_owned(),
    ];
    let no_value = [
        r#""operands":[""#.to_owned(),
        r#""operands":["?"#.to_owned(),
    ];
    let told = refusal(&with(
        &with(&sound_plan(), &no_date, "dates"),
        &no_value,
        "values",
    ))
    .unwrap_or_default();
    let faults: Vec<_> = told.split("; ").collect();
    assert_eq!(faults.len(), 21, "{told}");
    assert!(
        faults[20].starts_with("and ") && faults[20].ends_with(" more"),
        "{told}"
    );
}

#[test]
fn a_plan_is_refused_with_the_words_that_check_has_for_its_fault() {
    let plan = sound_plan();
    let mut wrong = String::new();
    for Fault {
        name,
        project,
        plan: wire,
    } in faults()
    {
        let told = told_by_check(&with(PROJECT, &project, name));
        let refusal = refusal(&with(&plan, &wire, name)).unwrap_or_else(|| "nothing".to_owned());
        if told.is_empty() || told.iter().any(|words| !refusal.contains(words.as_str())) {
            writeln!(
                wrong,
                "{name}\n  check: {}\n  plan:  {refusal}",
                told.join("\n         ")
            )
            .unwrap();
        }
    }
    assert_eq!(
        wrong,
        "",
        "{} of {} faults are told in other words",
        wrong.matches("  plan:").count(),
        faults().len()
    );
}
