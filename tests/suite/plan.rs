//! The plan file: what it says is read back as the same, and a file that lies is refused.

use funnelc::plan::Plan;

use crate::projects::{EXAMPLES, example, plan_of};

#[test]
fn a_plan_is_read_back_as_it_was_written() {
    for name in EXAMPLES {
        let plan = plan_of(example(name));
        let read = Plan::from_json(&plan.to_json()).expect("our own plan is read");
        assert_eq!(read.to_json(), plan.to_json(), "{name}");
        assert_eq!(read.model().campaigns.len(), plan.model().campaigns.len(), "{name}");
    }
}

#[test]
fn a_plan_that_was_edited_is_refused() {
    let json = plan_of(example("webshop")).to_json();
    let edited = json.replacen("\"weight\": 10", "\"weight\": 11", 1);
    assert_ne!(json, edited, "the example has a weight of 10");
    let refusal = Plan::from_json(&edited).expect_err("edited plans are refused").to_string();
    assert!(refusal.starts_with("the plan was changed after it was made"), "{refusal}");
}

#[test]
fn a_newer_plan_and_no_plan_are_refused_by_name() {
    let json = plan_of(example("webshop")).to_json();
    let refusal = |text: &str| Plan::from_json(text).expect_err("refused").to_string();
    let newer = refusal(&json.replacen("\"format\": 1", "\"format\": 7", 1));
    assert_eq!(newer, "the plan has format 7, this funnelc reads format 1 and older");
    assert!(refusal("{}").starts_with("this is no plan file"), "{}", refusal("{}"));
    assert!(refusal("version: 1").starts_with("this is no plan file"));
}

#[test]
fn neither_the_order_of_definitions_nor_comments_show_in_a_plan() {
    let yaml = "version: 1\nsegments:\n  a: { where: { tag: x } }\n  b: { where: { segment: a } }\n";
    let turned = "version: 1 # a comment\nsegments:\n  b: { where: { segment: a }, description: second }\n  a: { where: { tag: x } }\n";
    let plan = |text: &str| plan_of(crate::projects::sources(&[("funnelc.yaml", text)])).to_json();
    assert_eq!(plan(yaml), plan(turned));
}
