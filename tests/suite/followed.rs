//! What `check` says of contacts on their way through a campaign, and what it leaves open because
//! somebody may come there.

use crate::projects::sources;

/// The codes of what is found in a campaign that says this, beside what all such projects have.
fn told(campaign: &str) -> Vec<&'static str> {
    let steps = campaign.replace('\n', "\n    ");
    let project = format!(
        "
version: 1
contacts:
  key: id
  tags: {{ values: [met] }}
  points: {{ column: points }}
  fields:
    mail:    {{ type: email }}
    mail-ok: {{ type: boolean }}
    orders:  {{ type: integer, default: 0, min: 0 }}
    plan:    {{ type: choice, values: [free, pro] }}
  addresses: {{ email: mail }}
  consent: {{ email: {{ field: mail-ok, is: true }} }}
content:
  hello: {{ kind: email }}
  bar:   {{ kind: focus }}
segments:
  on-hand: {{ where: {{ tag: met }} }}
campaigns:
  other:
    enter: {{ tag: met }}
    steps:
      - send: hello
      - add-tag: met
      - if: {{ tag: met }}
        then: [{{ send: bar }}]
        else: [{{ remove-tag: met }}]
  asked:
    {steps}
"
    );
    let compiled = funnelc::compile(sources(&[("funnelc.yaml", &project)]));
    let codes = compiled
        .diagnostics
        .iter()
        .map(|finding| finding.code.name());
    codes.filter(|code| !code.starts_with("unused")).collect()
}

/// The project has one branch that nobody takes, so that none of these passes for want of looking.
#[track_caller]
fn is_told(campaign: &str, code: &str) {
    let found: Vec<_> = told(campaign).into_iter().skip(1).collect();
    assert_eq!(found, [code], "{campaign}");
}

#[track_caller]
fn is_left_open(campaign: &str) {
    assert_eq!(told(campaign), ["dead-branch"], "{campaign}");
}

#[test]
fn a_branch_that_nobody_takes_is_told() {
    for (enter, before, question) in [
        (
            "{ field: orders, at-least: 1 }",
            "note: here",
            "{ field: orders, is: 0 }",
        ),
        (
            "{ field: orders, at-least: 1 }",
            "add-tag: met",
            "{ not: { tag: met } }",
        ),
        (
            "{ field: points, is: 0 }",
            "points: 5",
            "{ field: points, more-than: 5 }",
        ),
        (
            "{ event: purchased }",
            "send: bar",
            "{ event: purchased, since: entry }",
        ),
        (
            "{ field: plan, is: free }",
            "unsubscribe: email",
            "{ reachable: email }",
        ),
    ] {
        is_told(
            &format!(
                "enter: {enter}\nsteps:\n  - {before}\n  - if: {question}\n    then: [{{ send: bar }}]"
            ),
            "dead-branch",
        );
    }
}

#[test]
fn a_branch_that_somebody_may_take_is_left_open() {
    for (way, between) in [
        // While contacts wait, what let them in may end.
        (
            "enter: { field: orders, at-least: 1 }\non-leave: stay",
            "wait: 1 day",
        ),
        // A step has changed it.
        (
            "enter: { field: orders, at-least: 1 }",
            "{ set: orders, to: 0 }",
        ),
        // Others come in by an event.
        (
            "enter: [{ field: orders, at-least: 1 }, { event: purchased }]",
            "note: here",
        ),
        // What one campaign enrolls in another may take its turn now.
        ("enter: { field: orders, at-least: 1 }", "enroll: other"),
    ] {
        is_left_open(&format!(
            "{way}\nsteps:\n  - {between}\n  - if: {{ field: orders, is: 0 }}\n    then: [{{ send: bar }}]"
        ));
    }
}

#[test]
fn what_holds_again_behind_a_wait_is_known_there() {
    is_told(
        "enter: { field: orders, at-least: 1 }\non-leave: exit\nsteps:\n  - wait: 1 day\n  - if: { field: orders, is: 0 }\n    then: [{ send: bar }]",
        "dead-branch",
    );
}

#[test]
fn a_goal_that_all_have_reached_is_told_and_no_other() {
    let with = |goal: &str| {
        format!("enter: {{ field: orders, at-least: 5 }}\n{goal}\nsteps:\n  - send: bar")
    };
    is_told(
        &with("goal: { field: orders, at-least: 2 }"),
        "goal-at-entry",
    );
    is_told(
        &with("exit-when: { field: orders, is-not: 3 }"),
        "goal-at-entry",
    );
    is_left_open(&with("goal: { field: orders, at-least: 6 }"));
    is_left_open(&with("goal: { event: purchased, at-most: 0 }"));
}

#[test]
fn a_message_that_reaches_nobody_is_told_and_no_other() {
    let with = |enter: &str, before: &str| {
        format!("enter: {enter}\nsteps:\n  - {before}\n  - send: hello")
    };
    let free = "{ field: plan, is: free }";
    is_told(
        &with("{ field: mail, exists: false }", "note: here"),
        "never-sent",
    );
    is_told(
        &with("{ field: mail-ok, is: false }", "note: here"),
        "never-sent",
    );
    is_told(&with(free, "unsubscribe: email"), "never-sent");
    is_told(&with(free, "{ set: mail-ok, to: false }"), "never-sent");
    is_left_open(&with(free, "resubscribe: email"));
    is_left_open(&with(
        "{ field: mail-ok, is: false }",
        "{ set: mail-ok, to: true }",
    ));
}

#[test]
fn what_makes_its_own_contacts_leave_is_told() {
    let with = |way: &str, step: &str| {
        format!("{way}\nsteps:\n  - {step}\n  - wait: 3 days\n  - send: bar")
    };
    is_told(
        &with(
            "enter: { segment: on-hand }\non-leave: exit",
            "remove-from: on-hand",
        ),
        "leaves-itself",
    );
    is_told(
        &with(
            "enter: { field: points, is: 0 }\non-leave: exit",
            "points: 10",
        ),
        "leaves-itself",
    );
    is_told(
        &with(
            "enter: { event: purchased }\nexit-when: { tag: met }",
            "add-tag: met",
        ),
        "leaves-itself",
    );
    is_left_open(&with(
        "enter: { field: points, at-most: 20 }\non-leave: exit",
        "points: 10",
    ));
    is_left_open(&with(
        "enter: { segment: on-hand }\non-leave: stay",
        "remove-from: on-hand",
    ));
}

#[test]
fn two_campaigns_that_pass_contacts_to_each_other_for_ever_are_told() {
    let project = |back: &str| {
        format!(
            "
version: 1
contacts: {{ key: id, fields: {{ plan: {{ type: choice, values: [free, pro] }} }} }}
content: {{ bar: {{ kind: focus }} }}
campaigns:
  up:
    enter: {{ field: plan, is: free }}
    reenter: {{ after: 1 day }}
    steps: [{{ set: plan, to: pro }}, {{ send: bar }}]
  down:
    enter: {{ field: plan, is: pro }}
    {back}
    steps: [{{ set: plan, to: free }}]
"
        )
    };
    let found = |back: &str| -> Vec<&'static str> {
        let compiled = funnelc::compile(sources(&[("funnelc.yaml", &project(back))]));
        let findings = compiled.diagnostics.iter();
        findings.map(|finding| finding.code.name()).collect()
    };
    assert_eq!(found("reenter: { after: 1 day }"), ["campaigns-compete"]);
    assert_eq!(found("existing: enter"), Vec::<&str>::new());
}
