//! Plan files, sealed anew after every change, so that what stands behind the fingerprint is met: a
//! plan is refused, or it reads back, draws, compares and runs.

use funnelc::diff::Diff;
use funnelc::plan::{Plan, PlanError};
use funnelc::runner::{Options, run_bytes};
use serde_json::Value;

use super::projects::{drawn, pieces, readable, sources_of};
use super::rounds::{Target, fuzz};
use super::{corpus, files, json};

const NOW: i64 = 1_795_000_000;

/// Plans of projects that are small, and of some that are not.
pub(super) fn plans() -> Vec<Plan> {
    let small = pieces("tests/fixtures/sound.yaml");
    let whole = files(&[
        "examples/welcome/funnelc.yaml",
        "examples/b2b-leads/funnelc.yaml",
        "examples/webshop/funnelc.yaml",
    ]);
    let own = super::corpus("project");
    let all = small.into_iter().chain(own).chain(whole);
    all.filter_map(|text| funnelc::compile(sources_of(&text)).plan)
        .collect()
}

#[test]
fn plan() {
    let plans = plans();
    let text = |plan: &Plan| plan.to_json().into_bytes();
    let corpus = corpus("plan")
        .into_iter()
        .chain(plans.iter().map(text))
        .collect();
    let base = &plans[plans.len() - 1];
    let run = |input: &[u8]| sealed(input, base);
    fuzz(
        &Target {
            name: "plan",
            corpus,
            mutate: json::whole,
            run: &run,
        },
        200,
    );
}

fn sealed(input: &[u8], base: &Plan) -> String {
    let text = String::from_utf8_lossy(input);
    match Plan::from_json(&text) {
        Err(PlanError::Tampered { found, .. }) => {
            let mut tree: Value = serde_json::from_str(&text).unwrap();
            tree["fingerprint"] = Value::String(found);
            let again = Plan::from_json(&tree.to_string());
            assert!(
                !matches!(again, Err(PlanError::Tampered { .. })),
                "it cannot be sealed"
            );
            answered(again, base)
        }
        read => answered(read, base),
    }
}

fn answered(read: Result<Plan, PlanError>, base: &Plan) -> String {
    let plan = match read {
        Err(error) => return unquoted(&error.to_string()),
        Ok(plan) => plan,
    };
    readable(&plan);
    drawn(&plan);
    let differs = Diff::between(base, &plan).changes.len();
    let key = plan.model().contacts.key.clone();
    // Names of columns may hold what must be quoted.
    let contacts = format!("\"{}\"\nC1\nC2\n", key.replace('"', "\"\""));
    let ran = run_bytes(&plan, NOW, contacts.as_bytes(), None, Options::default());
    let ran = ran.map_or_else(
        |error| unquoted(&error.to_string()),
        |run| run.problems.rows.to_string(),
    );
    format!("read {} {ran}", differs.checked_ilog2().unwrap_or(0))
}

/// A message without what it quotes and counts.
pub(super) fn unquoted(message: &str) -> String {
    let kept: String = message.split('`').step_by(2).collect();
    kept.chars()
        .filter(|c| !c.is_ascii_digit())
        .take(120)
        .collect()
}
