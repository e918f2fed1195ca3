//! Twelve changes that somebody makes to a web shop, as a reviewer reads them.

use funnelc::runner::compare::Naming;

use super::{Compared, edited, webshop};

/// The last letter went only to those with five orders, after a week of waiting.
const FILTER: (&str, &str) = (
    "        else:\n          - send: coupon-10\n",
    "        else:\n          - exit: exited\n      - send: one-last-thing\n",
);
const NO_FILTER: (&str, &str) = (
    "        else:\n          - send: coupon-10\n",
    "      - send: one-last-thing\n",
);
const LOYAL: &str = "      loyal: # a level";

fn check(name: &str, base: &[(&str, &str)], head: &[(&str, &str)]) -> Compared {
    let (yaml, contacts) = webshop();
    let compared = Compared::new(&edited(&yaml, base), &edited(&yaml, head), &contacts);
    let (text, markdown) = (compared.text(), compared.markdown());
    assert!(
        text.lines().all(|line| line.chars().count() <= 80),
        "{text}"
    );
    insta::assert_snapshot!(format!("{name}_as_text"), text);
    insta::assert_snapshot!(format!("{name}_as_markdown"), markdown);
    compared
}

#[test]
fn nothing() {
    let compared = check("nothing", &[], &[]);
    assert!(compared.diff.is_empty());
    assert_eq!(compared.impact.affected, 0);
    assert_eq!(
        compared.text(),
        "Nothing changes\n".to_owned() + &compared.text()["Nothing changes\n".len()..]
    );
}

#[test]
fn a_description_is_edited() {
    let compared = check(
        "description",
        &[],
        &[(
            "Used to buy, silent for 90 days.",
            "Bought before, silent now.",
        )],
    );
    assert!(compared.diff.is_empty());
    assert_eq!(compared.diff.cosmetic.len(), 1);
    assert!(
        compared
            .text()
            .starts_with("Nothing that a contact would notice"),
        "{}",
        compared.text()
    );
}

#[test]
fn a_threshold_falls() {
    let compared = check("threshold", &[], &[("at-least: 500", "at-least: 50")]);
    assert_eq!(compared.diff.changes.len(), 1);
    assert_eq!(compared.impact.other_stages, 4);
}

#[test]
fn a_wait_is_removed() {
    check("wait_removed", &[], &[("      - wait: 7 days\n", "")]);
}

#[test]
fn a_message_is_swapped() {
    check(
        "message_swapped",
        &[],
        &[("- send: three-lines", "- send: we-miss-you")],
    );
}

#[test]
fn an_edge_is_redirected_past_a_filter() {
    let compared = check("edge_redirected", &[FILTER], &[NO_FILTER]);
    let message = compared
        .impact
        .messages
        .iter()
        .find(|it| it.now.id == "one-last-thing")
        .expect("it is compared");
    assert_eq!(
        message.on_the_way.gained.contacts, 4,
        "those with less than five orders who consent"
    );
    for shown in [compared.text(), compared.markdown()] {
        let first = shown.lines().next().expect("a headline");
        assert!(
            first.contains("4 of 34 contacts are newly on the way to `one-last-thing`"),
            "{first}"
        );
    }
    assert!(compared.diff.reaches[0].wider);
    let page = std::fs::read_to_string(crate::projects::root().join("docs/diff.md"))
        .expect("the page is there");
    let unnamed = Compared {
        impact: compared.impact.naming(Naming::Nobody),
        ..compared
    }
    .text();
    assert!(
        page.contains(&unnamed),
        "docs/diff.md shows another output than:\n{unnamed}"
    );
}

#[test]
fn a_stage_is_added() {
    let stage = "      vip:\n        weight: 35\n";
    check("stage_added", &[], &[(LOYAL, &format!("{stage}{LOYAL}"))]);
}

#[test]
fn a_stage_is_removed() {
    let (yaml, _) = webshop();
    let start = yaml.find("      reactivate-2:\n").expect("there");
    let end = yaml.find("\ncampaigns:").expect("there");
    let stage = &yaml[start..end];
    let compared = check(
        "stage_removed",
        &[],
        &[(stage, ""), ("      - move: shop/reactivate-2\n", "")],
    );
    assert!(
        compared.impact.bad_rows.gained.contacts > 0,
        "the file has contacts in that stage"
    );
}

#[test]
fn a_stage_is_renamed() {
    let renames = [
        ("      loyal:", "      faithful:"),
        ("entered: shop/loyal }", "entered: shop/faithful }"),
    ];
    let compared = check("stage_renamed", &[], &renames);
    assert_eq!(compared.diff.renames.len(), 1);
}

#[test]
fn two_weights_are_swapped() {
    check(
        "weights_swapped",
        &[],
        &[
            ("weight: 40", "weight: 0?"),
            ("weight: 50", "weight: 40"),
            ("weight: 0?", "weight: 50"),
        ],
    );
}

#[test]
fn a_segment_is_negated() {
    let negated = "silent:       { where: { not: { field: last-active, before: 90 days ago } } }";
    check(
        "segment_negated",
        &[],
        &[(
            "silent:       { where: { field: last-active, before: 90 days ago } }",
            negated,
        )],
    );
}

#[test]
fn a_campaign_is_unpublished() {
    check(
        "unpublished",
        &[],
        &[("  wake-up:\n", "  wake-up:\n    published: false\n")],
    );
}
