//! What the checks say about moves, in one funnel of four stages: where a contact can be at a step,
//! what is refused for certain, and what leads where.

use funnelc::compile;

use crate::projects::{self, sources};

/// The funnel: `a` 0, `b` 10, `c` 20, `d` 30 (final); each stage converts to the next. `BACK` is
/// what stands on `c` besides.
const FUNNEL: &str = "
    audience: everyone
    stages:
      a: { weight: 0, converts: { field: n, is: 1 } }
      b: { weight: 10, converts: { field: n, is: 2 } }
      c: { weight: 20, converts: { field: n, is: 3 }BACK }
      d: { weight: 30, final: true }
";

/// Campaigns by their `enter` and `steps`, and the codes that are found.
const CAMPAIGNS: &[(&str, &str, &str, &[&str])] = &[
    (
        "from one heavier stage",
        "{ stage: f/c }",
        "[{ move: f/b }]",
        &["backward-move"],
    ),
    (
        "from a final stage",
        "{ stage: f/d }",
        "[{ move: f/b }]",
        &["final-exit"],
    ),
    (
        "from a lighter stage",
        "{ stage: f/a }",
        "[{ move: f/b }]",
        &[],
    ),
    (
        "from the same stage",
        "{ stage: f/b }",
        "[{ move: f/b }]",
        &["move-without-effect"],
    ),
    (
        "on coming to rest",
        "{ entered: f/c }",
        "[{ move: f/b }]",
        &["backward-move"],
    ),
    (
        "after reaching",
        "{ reached: f/c }",
        "[{ move: f/a }]",
        &["backward-move"],
    ),
    (
        "from some heavier stages",
        "{ reached: f/b }",
        "[{ move: f/c }]",
        &["move-may-be-refused"],
    ),
    (
        "from anywhere",
        "{ field: n, is: 9 }",
        "[{ move: f/b }]",
        &["move-may-be-refused"],
    ),
    (
        "to the heaviest from anywhere",
        "{ field: n, is: 9 }",
        "[{ move: f/d }]",
        &[],
    ),
    (
        "from no stage",
        "{ not: { in-funnel: f } }",
        "[{ move: f/a }]",
        &[],
    ),
    (
        "from any stage",
        "{ in-funnel: f }",
        "[{ move: f/a }]",
        &["move-may-be-refused"],
    ),
    (
        "all narrows",
        "{ all: [{ reached: f/b }, { not: { reached: f/c } }] }",
        "[{ move: f/c }]",
        &[],
    ),
    (
        "any widens",
        "{ any: [{ stage: f/a }, { stage: f/c }] }",
        "[{ move: f/b }]",
        &["move-may-be-refused"],
    ),
    (
        "several ways in widen",
        "[{ stage: f/a }, { stage: f/c }]",
        "[{ move: f/b }]",
        &["move-may-be-refused"],
    ),
    (
        "not narrows",
        "{ not: { any: [{ stage: f/c }, { stage: f/d }] } }",
        "[{ move: f/b }]",
        &[],
    ),
    (
        "a stage for some time is that stage",
        "{ stage: f/c, for: 3 days }",
        "[{ move: f/b }]",
        &["backward-move"],
    ),
    (
        "not for some time may be that stage",
        "{ not: { stage: f/d, for: 3 days } }",
        "[{ move: f/c }]",
        &["move-may-be-refused"],
    ),
    (
        "then narrows",
        "{ field: n, is: 9 }",
        "[{ if: { stage: f/a }, then: [{ move: f/b }] }]",
        &[],
    ),
    (
        "else narrows",
        "{ field: n, is: 9 }",
        "[{ if: { reached: f/b }, then: [{ exit: exited }] }, { move: f/b }]",
        &[],
    ),
    (
        "then, certainly refused",
        "{ field: n, is: 9 }",
        "[{ if: { stage: f/c }, then: [{ move: f/b }] }]",
        &["backward-move"],
    ),
    (
        "branches meet",
        "{ stage: f/a }",
        "[{ if: { field: n, is: 1 }, then: [{ move: f/c }] }, { move: f/b }]",
        &["move-may-be-refused"],
    ),
    (
        "where no contact comes, nothing is said",
        "{ stage: f/a }",
        "[{ if: { stage: f/c }, then: [{ move: f/b }] }]",
        &[],
    ),
    (
        "a move after a move",
        "{ stage: f/a }",
        "[{ move: f/b }, { move: f/c }]",
        &[],
    ),
    (
        "a move back after a move",
        "{ stage: f/a }",
        "[{ move: f/c }, { move: f/b }]",
        &["backward-move"],
    ),
    (
        "after leaving any stage will do",
        "{ stage: f/c }",
        "[{ leave: f }, { move: f/a }]",
        &[],
    ),
    (
        "while waiting all can change",
        "{ entered: f/a }",
        "[{ wait: 1 day }, { move: f/c }]",
        &["move-may-be-refused"],
    ),
];

#[test]
fn a_step_knows_where_its_contacts_can_be() {
    for (what, enter, steps, expected) in CAMPAIGNS {
        let mut found = codes(&project(FUNNEL, "", &campaign(enter, "", steps)));
        found.retain(|code| !["always-true", "dead-branch"].contains(code));
        assert_eq!(found, *expected, "{what}: enter {enter}, steps {steps}");
    }
}

/// Steps between a question for `f` and a move in it that do not concern `f`, each with what a move
/// to `b` after them is then said to be.
const BETWEEN: &[(&str, &str, &[&str])] = &[
    (
        "actions",
        "{ points: 1 }, { set: s, to: true }, { move: g/b }",
        &[],
    ),
    (
        "a wait",
        "{ points: 1 }, { wait: 1 day }, { points: 1 }",
        &["move-may-be-refused"],
    ),
    (
        "a wait on one branch",
        "{ if: { stage: g/a }, then: [{ wait: 1 day }] }",
        &["move-may-be-refused"],
    ),
    (
        "an end on one branch",
        "{ if: { stage: g/a }, then: [{ wait: 1 day }, { exit: exited }] }",
        &[],
    ),
    (
        "an end that may be left out",
        "{ wait-until: 2026-12-24, if-past: skip }, { exit: exited }",
        &["move-may-be-refused"],
    ),
    (
        "shares",
        "{ id: h, split: [{ share: 50, steps: [{ move: g/b }] }, { share: 50, steps: [{ exit: exited }] }] }",
        &[],
    ),
    (
        "ways side by side",
        "{ fork: [{ id: l, steps: [{ move: g/b }] }, { id: r, steps: [{ points: 1 }] }] }",
        &[],
    ),
    (
        "ways side by side, one with a wait",
        "{ fork: [{ id: l, steps: [{ id: w, wait: 1 day }] }, { id: r, steps: [{ move: g/b }] }] }",
        &["move-may-be-refused"],
    ),
    (
        "an event",
        "{ await: { event: e }, then: [{ move: g/b }] }",
        &["move-may-be-refused"],
    ),
    (
        "a loop",
        "{ id: w, wait: 1 day }, { if: { stage: g/a }, then: [{ goto: w }] }",
        &["move-may-be-refused"],
    ),
];

#[test]
fn steps_that_do_not_concern_a_funnel_are_passed_as_what_they_come_to() {
    let other = "
    audience: everyone
    stages: { a: { weight: 0, converts: { field: n, is: 7 } }, b: { weight: 10 } }
events: { e: {} }";
    for (what, steps, expected) in BETWEEN {
        let steps = format!("[{{ if: {{ stage: f/a }}, then: [{steps}, {{ move: f/b }}] }}]");
        let text = project(
            FUNNEL,
            "",
            &campaign("{ field: n, is: 9 }", "on-leave: stay", &steps),
        );
        let text = text.replace("campaigns:", &format!("  g:{other}\ncampaigns:"));
        let mut found = codes(&text);
        found.retain(|code| {
            [
                "move-may-be-refused",
                "backward-move",
                "move-without-effect",
            ]
            .contains(code)
        });
        assert_eq!(found, *expected, "{what}: {steps}");
    }
}

/// A campaign that moves contacts in so many funnels, with as many loops; in the last funnel a move
/// is certainly refused.
fn loops(count: usize) -> String {
    let funnel = |at| {
        format!(
            "  f{at}: {{ audience: everyone, stages: {{ a: {{ weight: 1, converts: {{ field: n, is: 1 }} }}, b: {{ weight: 2 }} }} }}\n"
        )
    };
    let steps = |at| {
        format!(
            "{{ id: w{at}, wait: 1 day }}, \
                {{ if: {{ field: n, is: 2 }}, then: [{{ goto: w{at} }}] }}, {{ move: f{at}/b }}, "
        )
    };
    let funnels: String = (0..count).map(funnel).collect();
    let steps: String = (0..count).map(steps).collect();
    let last = count - 1;
    let refused = format!("{{ if: {{ stage: f{last}/b }}, then: [{{ move: f{last}/a }}] }}");
    format!(
        "version: 1\ncontacts: {{ key: id, fields: {{ n: {{ type: integer }} }} }}\nfunnels:\n{funnels}campaigns:\n  x: {{ enter: {{ field: n, is: 9 }}, on-leave: stay, steps: [{steps}{refused}] }}\n"
    )
}

#[test]
fn of_too_many_loops_in_too_many_funnels_it_is_said_that_they_are_not_looked_at() {
    let told = |count| {
        let compiled = compile(sources(&[("funnelc.yaml", &loops(count))]));
        let not_looked_at = compiled
            .diagnostics
            .iter()
            .filter(|finding| finding.message.contains("is not looked at"));
        not_looked_at
            .map(|finding| finding.message.clone())
            .collect::<Vec<_>>()
    };
    assert!(codes(&loops(50)).contains(&"backward-move"));
    assert_eq!(told(50), [""; 0]);
    assert!(!codes(&loops(600)).contains(&"backward-move"));
    assert_eq!(
        told(600),
        [
            "which contacts the moves of `x` are refused for is not looked at: it has too many `goto` \
            for so many moves"
        ]
    );
}

#[test]
fn of_too_many_steps_and_questions_it_is_said_that_they_are_not_looked_at() {
    let told = |count: usize| {
        // Two questions each, which are three to answer.
        let asked = |at| format!("{{ all: [{{ field: s, is: true }}, {{ field: n, is: {at} }}] }}");
        let enter: Vec<_> = (0..count).map(asked).collect();
        let steps = format!(
            "[{} {{ exit: exited }}]",
            "{ set: s, to: false }, { wait: 1 day },".repeat(500)
        );
        let enter = format!("[{}]", enter.join(", "));
        let text = project(FUNNEL, "", &campaign(&enter, "on-leave: exit", &steps));
        let compiled = compile(sources(&[("funnelc.yaml", &text)]));
        let of_it = compiled
            .diagnostics
            .iter()
            .filter(|finding| finding.code.name() == "leaves-itself");
        of_it
            .map(|finding| finding.primary.text.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(told(300), ["ends the entry condition"]);
    assert_eq!(told(340), ["is not looked at"]);
}

#[test]
fn a_way_back_is_no_mistake() {
    let steps = campaign("{ stage: f/c }", "", "[{ move: f/b }]");
    assert_eq!(codes(&project(FUNNEL, ", back-to: [b]", &steps)), [""; 0]);
    assert_eq!(
        codes(&project(FUNNEL, ", back-to: [a]", &steps)),
        ["backward-move"]
    );
    let free = FUNNEL.replace("audience: everyone", "audience: everyone\n    moves: free");
    assert_eq!(codes(&project(&free, "", &steps)), [""; 0]);
    let out_of_final = campaign("{ stage: f/d }", "", "[{ move: f/b }]");
    assert_eq!(
        codes(&project(&free, "", &out_of_final)),
        ["final-exit"],
        "`free` does not open a final stage"
    );
}

#[test]
fn waiting_with_on_leave_keeps_to_the_entry_condition() {
    let steps = "[{ wait: 1 day }, { move: f/c }]";
    let leaving = campaign("{ not: { reached: f/c } }", "on-leave: exit", steps);
    assert_eq!(codes(&project(FUNNEL, "", &leaving)), [""; 0]);
    let staying = campaign("{ not: { reached: f/c } }", "on-leave: stay", steps);
    assert_eq!(
        codes(&project(FUNNEL, "", &staying)),
        ["move-may-be-refused"]
    );
}

#[test]
fn a_move_that_is_put_off_may_come_from_anywhere() {
    // Had the contact been in `b` in this instant before, the move to it waits for the next
    // instant; by then the contact may stand elsewhere, and so nothing after it is a certain
    // mistake.
    let steps = "[{ move: f/b }, { if: { not: { in-funnel: f } }, then: [{ move: f/a }], else: [{ move: f/a }] }]";
    let found = codes(&project(FUNNEL, "", &campaign("{ stage: f/a }", "", steps)));
    assert_eq!(
        found,
        ["same-branches", "always-true", "backward-move"],
        "refused from `b`, `c` and `d`; the branch that nobody takes is silent"
    );
}

#[test]
fn a_stage_is_reached_by_any_way_that_can_succeed() {
    let funnel = |d: &str, more: &str| {
        format!(
            "
    audience: everyone
    {more}
    stages:
      a: {{ weight: 0, converts: {{ field: n, is: 1 }} }}
      b: {{ weight: 10, final: true }}
      c: {{ weight: 20, {d} }}
"
        )
    };
    let by_nothing = funnel("final: true", "");
    assert_eq!(codes(&project(&by_nothing, "", "")), ["unreachable-stage"]);
    let by_place = funnel(
        "final: true",
        "place: [{ stage: c, when: { field: n, is: 5 } }]",
    );
    assert_eq!(codes(&project(&by_place, "", "")), [""; 0]);
    let by_step = campaign("{ stage: f/a }", "", "[{ move: f/c }]");
    assert_eq!(codes(&project(&by_nothing, "", &by_step)), [""; 0]);
    let from_final = campaign("{ stage: f/b }", "", "[{ move: f/c }]");
    assert_eq!(
        codes(&project(&by_nothing, "", &from_final)),
        ["final-exit"],
        "its own error says enough"
    );
    let closed = funnel("final: true, published: false", "");
    assert_eq!(
        codes(&project(&closed, "", "")),
        [""; 0],
        "closed on purpose"
    );
}

#[test]
fn a_funnel_that_nobody_enters_is_told_once() {
    let funnel = FUNNEL.replace("audience: everyone", "priority: 1");
    assert_eq!(codes(&project(&funnel, "", "")), ["unreachable-stage"]);
    let moved = campaign(
        "{ field: n, is: 1 }",
        "",
        "[{ if: { not: { in-funnel: f } }, then: [{ move: f/a }] }]",
    );
    assert_eq!(codes(&project(&funnel, "", &moved)), [""; 0]);
}

#[test]
fn a_stage_without_a_way_on_is_a_dead_end() {
    let funnel = FUNNEL.replace(", final: true", "");
    assert_eq!(codes(&project(&funnel, "", "")), ["dead-end"]);
    let left = campaign("{ stage: f/d }", "", "[{ leave: f }]");
    assert_eq!(
        codes(&project(&funnel, "", &left)),
        [""; 0],
        "a step takes the stage away"
    );
}

#[test]
fn a_campaign_that_ends_its_own_condition_is_told() {
    let on_leave = "on-leave: exit";
    let tag = |steps: &str| {
        codes(&project(
            FUNNEL,
            "",
            &campaign("{ tag: t }", on_leave, steps),
        ))
    };
    assert_eq!(
        tag("[{ remove-tag: t }, { wait: 1 day }, { points: 1 }]"),
        ["leaves-itself"]
    );
    assert_eq!(
        tag("[{ remove-tag: t }, { wait: 1 day }]"),
        [""; 0],
        "nothing comes after the wait"
    );
    assert_eq!(
        tag("[{ remove-tag: t }, { add-tag: t }, { wait: 1 day }, { points: 1 }]"),
        [""; 0],
        "it holds again"
    );
    assert_eq!(
        tag("[{ wait: 1 day }, { remove-tag: t }, { points: 1 }]"),
        [""; 0],
        "no wait comes after it"
    );
    let branch =
        "[{ if: { field: n, is: 1 }, then: [{ remove-tag: t }] }, { wait: 1 day }, { points: 1 }]";
    assert_eq!(tag(branch), [""; 0], "not for everybody");
    let both = "[{ if: { field: n, is: 1 }, then: [{ remove-tag: t }], else: [{ remove-tag: t }] }, \
        { wait: 1 day }, { points: 1 }]";
    assert_eq!(tag(both), ["same-branches", "leaves-itself"]);
    let enter =
        |enter: &str, steps: &str| codes(&project(FUNNEL, "", &campaign(enter, on_leave, steps)));
    let later = "{ wait: 1 day }, { points: 1 }]";
    assert_eq!(
        enter("{ stage: f/a }", &format!("[{{ move: f/b }}, {later}")),
        ["leaves-itself"]
    );
    assert_eq!(
        enter("{ in-funnel: f }", &format!("[{{ move: f/d }}, {later}")),
        ["always-true"],
        "still in the funnel, as everybody is"
    );
    assert_eq!(
        enter(
            "{ field: s, is: true }",
            &format!("[{{ set: s, to: false }}, {later}")
        ),
        ["leaves-itself"]
    );
    assert_eq!(
        enter(
            "{ field: n, exists: true }",
            &format!("[{{ clear: n }}, {later}")
        ),
        ["leaves-itself"]
    );
    assert_eq!(
        enter(
            "[{ stage: f/a }, { stage: f/b }]",
            &format!("[{{ move: f/b }}, {later}")
        ),
        [""; 0],
        "the other way in holds"
    );
    assert_eq!(
        enter(
            "[{ stage: f/a }, { entered: f/a }]",
            &format!("[{{ move: f/b }}, {later}")
        ),
        [""; 0],
        "`entered` never ends"
    );
}

#[test]
fn steps_after_the_end_are_told_once_for_each_list() {
    let steps = |steps: &str| {
        codes(&project(
            FUNNEL,
            "",
            &campaign("{ field: n, is: 1 }", "on-leave: stay", steps),
        ))
    };
    assert_eq!(
        steps("[{ exit: completed }, { points: 1 }, { points: 2 }]"),
        ["unreachable-step"]
    );
    assert_eq!(
        steps("[{ if: { field: n, is: 1 }, then: [{ exit: exited }] }, { points: 1 }]"),
        [""; 0]
    );
    assert_eq!(
        steps(
            "[{ if: { field: n, is: 1 }, then: [{ exit: exited }, { points: 2 }] }, { points: 1 }]"
        ),
        ["unreachable-step"]
    );
    let skips = "[{ wait-until: 2026-12-24, if-past: skip }, { exit: completed }, { points: 1 }]";
    assert_eq!(
        steps(skips),
        [""; 0],
        "`if-past: skip` leaves out the `exit`"
    );
}

#[test]
fn of_very_many_some_are_told() {
    let stages: String = (0..20)
        .map(|at| format!("      s{at:02}: {{ weight: {at} }}\n"))
        .collect();
    let funnel = format!("\n    audience: everyone\n    stages:\n{stages}");
    let one = |at: usize| {
        format!(
            "  c{at:02}: {{ enter: {{ field: n, is: 1 }}, on-leave: stay, steps: [{{ move: f/s{at:02} }}] }}\n"
        )
    };
    let campaigns: String = (0..20).map(one).collect();
    let text = project(&funnel, "", &format!("campaigns:\n{campaigns}"));
    let compiled = compile(projects::sources(&[("funnelc.yaml", &text)]));
    let told = |code: &str| {
        let found = compiled
            .diagnostics
            .iter()
            .filter(|finding| finding.code.name() == code);
        found
            .map(|finding| finding.message.clone())
            .collect::<Vec<_>>()
    };
    let refused = told("move-may-be-refused");
    assert_eq!(refused.len(), 19);
    assert!(
        refused[0].ends_with("`s11`, `s12` and 7 more"),
        "{}",
        refused[0]
    );
    assert!(refused[7].ends_with(
        "in `s08`, `s09`, `s10`, `s11`, `s12`, `s13`, `s14`, `s15`, `s16`, `s17`, `s18`, `s19`"
    ));
    assert_eq!(
        told("campaigns-compete").len(),
        (1..20).map(|earlier: usize| earlier.min(10)).sum::<usize>()
    );
}

fn project(funnel: &str, back: &str, campaigns: &str) -> String {
    let funnel = funnel.replace("BACK", back);
    format!(
        "
version: 1
contacts:
  key: id
  tags: {{ values: open }}
  fields: {{ n: {{ type: integer }}, s: {{ type: boolean }} }}
funnels:
  f:{funnel}
{campaigns}
"
    )
}

fn campaign(enter: &str, more: &str, steps: &str) -> String {
    format!("campaigns:\n  x:\n    enter: {enter}\n    {more}\n    steps: {steps}\n")
}

fn codes(text: &str) -> Vec<&'static str> {
    let compiled = compile(projects::sources(&[("funnelc.yaml", text)]));
    compiled
        .diagnostics
        .iter()
        .map(|finding| finding.code.name())
        .collect()
}
