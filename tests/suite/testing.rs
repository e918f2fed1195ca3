//! `funnelc test`: what its words mean, and that it looks at the contact at every moment that
//! matters.

use std::sync::atomic::{AtomicBool, Ordering};

use funnelc::model::pattern::cost;
use funnelc::plan::Plan;
use funnelc::testing::{self, Limits, MOST_INSTANTS, MOST_SEARCHES, Verdict};

use crate::projects::{compiled, sources};

const SHOP: &str = r#"
version: 1
project: shop
timezone: Europe/Warsaw
contacts:
  key: id
  tags: { values: [hot, cold], column: tags, separator: ";" }
  fields:
    email:     { type: email }
    orders:    { type: integer, default: 0 }
    plan:      { type: choice, values: [free, pro] }
    likes:     { type: choices, values: [shoes, hats], separator: "|" }
    last-seen: { type: datetime }
    trial-end: { type: date }
  addresses: { email: email }
content:
  hello: { kind: email }
  again: { kind: email }
events:
  purchased: { updates: { orders: { add: 1 } } }
funnels:
  shop:
    audience: everyone
    stages:
      lead:  { weight: 0, converts: { field: orders, at-least: 1 } }
      buyer: { weight: 10, converts: { stage: shop/buyer, for: 90 minutes } }
      fan:   { weight: 20 }
campaigns:
  greet:
    enter: { stage: shop/lead }
    on-leave: exit
    steps:
      - send: hello
      - wait: 36 hours
      - send: again
  trial-over:
    enter: { field: trial-end, before: today }
    steps:
      - add-tag: cold
  reward:
    enter: { entered: shop/buyer }
    on-leave: stay
    goal: { stage: shop/fan }
    steps:
      - wait: 3 days
      - send: again
"#;

fn plan(compiled: &funnelc::Compiled) -> &Plan {
    compiled.plan.as_ref().expect("the project has no errors")
}

/// The verdicts on the tests of the shop.
fn verdicts(tests: &str) -> Vec<Verdict> {
    let compiled = compiled(sources(&[(
        "funnelc.yaml",
        &format!("{SHOP}tests:\n{tests}"),
    )]));
    assert!(compiled.plan.is_some(), "{:?}", compiled.diagnostics);
    testing::run(plan(&compiled), &compiled.model.tests, None)
}

/// What failed in a single test.
fn failures(test: &str) -> Vec<String> {
    let verdicts = verdicts(&format!("  one:\n{test}"));
    verdicts[0]
        .failures
        .iter()
        .map(|failure| failure.message.clone())
        .collect()
}

const NOTHING: [&str; 0] = [];

#[test]
fn everything_that_can_be_expected_comes_true() {
    let test = r"
    description: a lead is greeted, buys, and becomes a fan
    contact: { id: 7, email: a@example.com, likes: [shoes, hats], plan: free, tags: [hot], points: 3, stage: { shop: lead } }
    from: 2026-06-01T09:00
    changes:
      - { at: 2026-06-02T20:00, set: { orders: 2, plan: pro, points: 5, likes: [hats] }, add-tags: [cold], remove-tags: [hot] }
    expect:
      - { at: 2026-06-01T09:00, sent: [hello], not-sent: [again], that: { all: [{ stage: shop/lead }, { tag: hot }, { field: points, is: 3 }] } }
      - { at: 2026-06-02T20:59, not-sent: [again], that: { stage: shop/buyer } }
      - { at: 2026-06-02T21:29, that: { stage: shop/buyer } }
      - { at: 2026-06-02T21:30, that: { stage: shop/fan } }
      - { at: 2026-06-04, not-sent: [again], that: { all: [{ tag: cold }, { not: { tag: hot } }, { field: plan, is: pro }, { field: likes, has-none: [shoes] }, { field: points, is: 5 }] } }
    outcome: [{ campaign: greet, is: exited }, { campaign: reward, is: converted }]
";
    assert_eq!(failures(test), NOTHING);
}

#[test]
fn whatever_did_not_come_true_is_told_with_the_story() {
    let test = r"
    contact: { email: a@example.com }
    from: 2026-06-01T09:00
    expect:
      - { at: 2026-06-01T09:00, sent: [again], not-sent: [hello], that: { stage: shop/buyer } }
    outcome:
      - { campaign: greet, is: exited }
      - { campaign: trial-over, is: completed }
";
    let verdicts = verdicts(&format!("  one:\n{test}"));
    let said: Vec<_> = verdicts[0]
        .failures
        .iter()
        .map(|failure| failure.message.as_str())
        .collect();
    let expected = [
        "this is not true after 2026-06-01T09:00",
        "`again` was not sent by 2026-06-01T09:00",
        "`hello` was sent by 2026-06-01T09:00",
        "`greet` did not end as exited",
        "`trial-over` did not end as completed",
    ];
    assert_eq!(said, expected);
    let story = verdicts[0].failures[0].help.as_deref().unwrap();
    assert!(
        story.starts_with("what happened:\n  2026-06-01T09:00  enter shop lead\n"),
        "{story}"
    );
}

#[test]
fn a_step_runs_when_it_is_due_though_no_time_of_the_test_says_so() {
    let test = r"
    contact: { email: a@example.com }
    from: 2026-06-01T09:00
    expect: [{ at: 2026-06-10, sent: [again] }]
    outcome: { campaign: greet, is: completed }
";
    assert_eq!(failures(test), NOTHING);
}

#[test]
fn a_day_that_begins_is_noticed() {
    let test = r"
    contact: { trial-end: 2026-06-03 }
    from: 2026-06-01T09:00
    expect:
      - { at: 2026-06-03T23:59, that: { not: { tag: cold } } }
      - { at: 2026-06-04, that: { tag: cold } }
";
    assert_eq!(failures(test), NOTHING);
}

#[test]
fn an_event_updates_a_field_that_the_test_gave() {
    let test = r"
    contact: { email: a@example.com, orders: 0 }
    from: 2026-06-01T09:00
    events:
      - { at: 2026-06-01T09:00, event: purchased }
      - { at: 2026-06-02T10:00, event: purchased }
    changes:
      - { at: 2026-06-03, set: { orders: 7 } }
    expect:
      - { at: 2026-06-01T09:00, that: { field: orders, is: 1 } }
      - { at: 2026-06-02T10:00, that: { field: orders, is: 2 } }
      - { at: 2026-06-03, that: { field: orders, is: 7 } }
";
    assert_eq!(failures(test), NOTHING);
}

#[test]
fn events_are_taken_in_at_their_time() {
    let test = r"
    contact: { email: a@example.com }
    from: 2026-06-01T09:00
    events:
      - { at: 2026-06-01T10:00, event: opened, of: hello }
      - { at: 2026-06-02T10:00, event: bounced, of: hello, properties: { hard: true } }
    expect:
      - { at: 2026-06-01T09:59, that: { not: { event: opened, of: hello } } }
      - { at: 2026-06-01T10:00, that: { event: opened, of: hello } }
      - { at: 2026-06-02T09:59, that: { reachable: email } }
      - { at: 2026-06-02T10:00, that: { not: { reachable: email } } }
      - { at: 2026-06-05, not-sent: [again] }
";
    assert_eq!(failures(test), NOTHING);
}

#[test]
fn what_a_test_asks_is_no_segment_of_the_project() {
    let tests = "  one: { contact: { orders: 1 }, from: 2026-06-01, expect: [{ at: 2026-06-01, that: { stage: shop/buyer } }] }\n";
    let strict = format!(
        "{tests}checks: {{ unused-segment: error, always-true: error, never-true: error }}\n"
    );
    assert_eq!(
        verdicts(&strict)
            .iter()
            .map(|verdict| verdict.failures.len())
            .collect::<Vec<_>>(),
        [0]
    );
}

#[test]
fn only_the_tests_that_are_asked_for_run() {
    let tests =
        "  a b: { contact: { email: a@example.com }, from: 2026-06-01, expect: [{ at: 2026-06-01, sent: [hello] }] }
  b c: { contact: { orders: 1 }, from: 2026-06-01, expect: [{ at: 2026-06-01, that: { stage: shop/buyer } }] }\n";
    let compiled = compiled(sources(&[(
        "funnelc.yaml",
        &format!("{SHOP}tests:\n{tests}"),
    )]));
    let names = |filter| -> Vec<String> {
        testing::run(plan(&compiled), &compiled.model.tests, filter)
            .into_iter()
            .map(|verdict| verdict.name)
            .collect()
    };
    assert_eq!(names(None), ["a b", "b c"]);
    assert_eq!(names(Some("b c")), ["b c"]);
    assert!(
        testing::run(plan(&compiled), &compiled.model.tests, None)
            .iter()
            .all(|verdict| verdict.failures.is_empty())
    );
}

const FIRM: &str = r"
version: 1
contacts:
  key: id
  tags: { values: [large, small], column: tags }
  fields: { company-id: { type: text, column: firm } }
companies:
  key: id
  contact-field: company-id
  fields:
    employees: { type: integer, min: 1 }
    likes:     { type: choices, values: [tea, cake], separator: ',' }
campaigns:
  large:
    enter: { all: [{ company: employees, more-than: 50 }, { company: likes, has-any: [cake] }] }
    steps: [{ add-tag: large }]
tests:
  one:
";

/// What is wrong with a test of the firm, or what failed in it.
fn firm(test: &str) -> Vec<String> {
    let files = sources(&[("funnelc.yaml", &format!("{FIRM}{test}"))]);
    crate::projects::record(&files);
    let compiled = funnelc::compile(files);
    if compiled.plan.is_none() {
        return compiled
            .diagnostics
            .iter()
            .map(|found| format!("{}: {}", found.code.name(), found.message))
            .collect();
    }
    let compiled = crate::projects::compiled(compiled.sources);
    testing::run(plan(&compiled), &compiled.model.tests, None)[0]
        .failures
        .iter()
        .map(|failure| failure.message.clone())
        .collect()
}

#[test]
fn the_contact_of_a_test_may_belong_to_a_company_whose_values_change() {
    let rest = "
    from: 2026-06-01
    changes: [{ at: 2026-06-03, company: { employees: 80 } }]
    expect:
      - { at: 2026-06-02, that: { all: [{ not: { tag: large } }, { company: employees, is: 20 }] } }
      - { at: 2026-06-03, that: { tag: large } }
";
    for contact in [
        "    contact: {}\n    company: { employees: 20, likes: [tea, cake] }",
        "    contact: {}\n    company: { id: acme, employees: 20, likes: cake }",
        "    contact: { company-id: acme }\n    company: { employees: 20, likes: [cake] }",
        "    contact: { company-id: ' acme' }\n    company: \
            { id: acme, employees: 20, likes: [cake] }",
    ] {
        let contact = contact.replace("likes: cake", "likes: [cake]");
        assert_eq!(firm(&format!("{contact}{rest}")), NOTHING, "{contact}");
        let other = contact
            .replace("cake", "tea")
            .replace("[tea, tea]", "[tea]");
        assert_eq!(
            firm(&format!("{other}{rest}")),
            ["this is not true after 2026-06-03"],
            "{contact}"
        );
    }
    let none = "    contact: { company-id: acme }\n    from: 2026-06-01\n    expect: \
        [{ at: 2026-06-01, that: { company: employees, exists: false } }]\n";
    assert_eq!(firm(none), NOTHING, "without `company` it belongs to none");
}

#[test]
fn a_mistake_in_the_company_of_a_test_is_found() {
    let expect = "\n    from: 2026-06-01\n    expect: [{ at: 2026-06-01, that: { tag: large } }]\n";
    for (test, found) in [
        (
            "    contact: {}\n    company: { employes: 20 }",
            "unknown-field: there is no company field `employes`",
        ),
        (
            "    contact: {}\n    company: { employees: many }",
            "wrong-value: `many` is not a whole number",
        ),
        (
            "    contact: { company-id: other }\n    company: { id: acme }",
            "bad-test: the contact belongs to `other`, and the company is `acme`",
        ),
    ] {
        assert_eq!(firm(&format!("{test}{expect}")), [found]);
    }
    let bad = firm(&format!(
        "    contact: {{}}\n    company: {{ employees: 0 }}{expect}"
    ));
    assert!(
        bad[0].starts_with("the test `one` cannot run") && bad[0].contains("`0`"),
        "{bad:?}"
    );
    let test = "tests: { one: { contact: {}, company: { employees: 5 }, from: 2026-06-01, expect: [{ at: 2026-06-01, sent: [hello] }] } }\n";
    let compiled = funnelc::compile(sources(&[("funnelc.yaml", &format!("{SHOP}{test}"))]));
    let found: Vec<_> = compiled
        .diagnostics
        .iter()
        .map(|found| found.message.as_str())
        .collect();
    assert!(found.contains(&"the project has no companies"), "{found:?}");
}

/// Every column that the project names is in the row of a test, so that the runner finds all that
/// it needs.
#[test]
fn a_test_says_who_must_not_be_contacted_and_how_many_points_of_a_group_there_are() {
    let project = r"
version: 1
contacts:
  key: id
  tags: { values: [fan], column: tags }
  fields: { email: { type: email }, phone: { type: text } }
  addresses: { email: email, sms: phone }
  do-not-contact: { email: { column: dnc }, sms: { column: dnc-sms } }
content: { hello: { kind: message } }
points: { groups: [loyalty], triggers: { fan: { at: 10, group: loyalty, steps: [{ add-tag: fan }] } } }
campaigns:
  hello: { enter: { event: purchased }, steps: [{ send: hello }, { points: { give: 4, group: loyalty } }] }
tests:
  one:
    from: 2026-06-01
    events: [{ at: 2026-06-02, event: purchased }]
";
    let failures = |rest: &str| {
        let compiled = funnelc::compile(sources(&[("funnelc.yaml", &format!("{project}{rest}"))]));
        let found = compiled
            .diagnostics
            .iter()
            .map(|found| found.message.clone())
            .filter(|_| compiled.plan.is_none());
        let verdicts = compiled
            .plan
            .as_ref()
            .map(|plan| testing::run(plan, &compiled.model.tests, None))
            .unwrap_or_default();
        let failed = verdicts.into_iter().flat_map(|verdict| verdict.failures);
        found
            .chain(failed.map(|failure| failure.message))
            .collect::<Vec<_>>()
    };
    let contact = "    contact: { email: a@b.c, phone: '7', points/loyalty: 6, do-not-contact: { email: unsubscribed } }\n";
    let expect = "    expect: [{ at: 2026-06-02, sent: [hello], that: { all: [{ tag: fan }, { field: points/loyalty, is: 10 }, { not: { reachable: email } }, { reachable: sms }] } }]\n";
    assert_eq!(failures(&format!("{contact}{expect}")), NOTHING);
    let changed = "    contact: { email: a@b.c, phone: '7' }\n    changes: \
        [{ at: 2026-06-01T12:00, set: { points/loyalty: 6, do-not-contact: { email: complained } } }]\n";
    assert_eq!(failures(&format!("{changed}{expect}")), NOTHING);
    let both = contact.replace("email: unsubscribed", "email: bounced, sms: bounced");
    assert_eq!(
        failures(&format!("{both}{expect}")).len(),
        2,
        "it is not sent, and sms is not reachable"
    );
    for (from, to, message) in [
        (
            "email: unsubscribed",
            "email: maybe",
            "`maybe` is not understood here",
        ),
        (
            "email: unsubscribed",
            "post: bounced",
            "`post` is not understood here",
        ),
        (
            "email: unsubscribed",
            "push: bounced",
            "no column says who must not be contacted by push",
        ),
        (
            "points/loyalty",
            "points/loyal",
            "there is no group of points `loyal`",
        ),
    ] {
        assert_eq!(
            failures(&format!("{}{expect}", contact.replace(from, to))),
            [message]
        );
    }
}

/// A contact that goes round once a minute, and a test that looks at it so late.
fn round_and_round(every: &str, expect: &str) -> funnelc::Compiled {
    let compiled = compiled(sources(&[(
        "funnelc.yaml",
        &format!(
            "version: 1
timezone: Europe/Warsaw
runs: {{ every: {every} }}
contacts: {{ key: id, tags: {{ values: [done], column: tags }} }}
campaigns:
  round:
    enter: {{ not: {{ tag: done }} }}
    on-leave: stay
    steps:
      - {{ id: pause, wait: 1 minute }}
      - if: {{ tag: done }}
        then: [{{ exit: exited }}]
      - goto: pause
tests:
  late:
    contact: {{}}
    from: 2026-06-01T09:00
    expect: [{{ at: {expect}, that: {{ not: {{ tag: done }} }} }}]
"
        ),
    )]));
    assert!(compiled.plan.is_some(), "{:?}", compiled.diagnostics);
    compiled
}

fn of_round(every: &str, expect: &str) -> Verdict {
    let (compiled, interrupted) = (round_and_round(every, expect), AtomicBool::new(false));
    let limits = Limits {
        instants: 61,
        searches: MOST_SEARCHES,
        interrupted: &interrupted,
    };
    testing::run_within(plan(&compiled), &compiled.model.tests, None, limits)
        .and_then(|mut verdicts| verdicts.pop())
        .expect("there is a test")
}

#[test]
fn a_test_with_too_many_runs_fails_and_says_how_far_it_came() {
    let fits = of_round("1 minute", "2026-06-01T10:00");
    assert_eq!((fits.instants, fits.failures.len()), (61, 0));
    let too_long = of_round("1 minute", "9999-12-30");
    assert_eq!(too_long.instants, 61);
    let [failure] = too_long.failures.as_slice() else {
        panic!("{:?}", too_long.failures)
    };
    assert_eq!(
        failure.message,
        "the test `late` has more than 61 runs, and the last of them is at 2026-06-01T10:00"
    );
    assert_eq!(failure.primary.span, too_long.span);
    let help = failure.help.as_deref().unwrap_or_default();
    assert!(
        help.starts_with("let what it expects end by `2026-06-01T10:00`"),
        "{help}"
    );
    assert!(help.ends_with("write `runs: { every: 1 h }`"), "{help}");
    assert_eq!(
        of_round("1 h", "2026-06-01T20:00").instants,
        12,
        "fewer runs reach further"
    );
    let hourly = of_round("1 h", "9999-12-30");
    assert!(
        hourly.failures[0]
            .help
            .as_ref()
            .is_some_and(|help| !help.contains("every")),
        "it is once an hour already"
    );
}

#[test]
fn the_limit_is_that_of_the_page() {
    assert!(include_str!("../../docs/testing.md").contains("**A test has at most 50,000 runs**"));
    assert_eq!(MOST_INSTANTS, 50_000);
    assert!(include_str!("../../docs/testing.md").contains("may cost 500,000,000 in all tests"));
    assert_eq!(MOST_SEARCHES, 500_000_000);
}

/// Tests whose contact has so many letters, in which a pattern is searched for that nothing short of
/// all its 2,000 places finds.
fn searched(letters: usize, tests: &[&str]) -> funnelc::Compiled {
    let text = "ab".repeat(letters / 2);
    let test = |name: &&str| {
        format!(
            "  {name}:
    contact: {{ word: {text} }}
    from: 2026-06-01T09:00
    expect: [{{ at: 2026-06-20, that: {{ not: {{ tag: done }} }} }}]
"
        )
    };
    let tests: String = tests.iter().map(test).collect();
    let compiled = funnelc::compile(sources(&[(
        "funnelc.yaml",
        &format!(
            "version: 1
contacts: {{ key: id, tags: {{ values: [done, met] }}, fields: {{ word: {{ type: text }} }} }}
campaigns:
  a: {{ enter: {{ field: word, matches: '[ab]*a[ab]{{2000}}c' }}, steps: [{{ add-tag: done }}] }}
  b: {{ enter: {{ field: word, matches: 'ab|c' }}, on-leave: stay, steps: [{{ wait: 2 days }}, {{ add-tag: met }}] }}
tests:
{tests}"
        ),
    )]));
    assert!(compiled.plan.is_some(), "{:?}", compiled.diagnostics);
    compiled
}

#[test]
fn a_test_that_searches_long_texts_for_dear_patterns_fails_and_says_so() {
    let run = |letters, searches| {
        let (compiled, interrupted) = (searched(letters, &["one", "two"]), AtomicBool::new(false));
        let limits = Limits {
            instants: MOST_INSTANTS,
            searches,
            interrupted: &interrupted,
        };
        testing::run_within(plan(&compiled), &compiled.model.tests, None, limits).unwrap()
    };
    let messages = |verdicts: &[Verdict]| -> Vec<String> {
        let failures = verdicts.iter().flat_map(|verdict| &verdict.failures);
        failures.map(|failure| failure.message.clone()).collect()
    };
    let enough = 4_000 * cost("[ab]*a[ab]{2000}c").unwrap();
    let fits = run(4_000, enough);
    assert_eq!(
        messages(&fits),
        [""; 0],
        "it is searched for once, in all runs and tests"
    );
    assert!(fits.iter().all(|verdict| verdict.instants > 1));
    let too_dear = run(4_000, enough - 1);
    let message = "the test `one` cannot run: its texts are so long for the patterns that are \
        searched for in them that all tests together would take too long";
    assert_eq!(
        messages(&too_dear),
        [message, &message.replace("one", "two")]
    );
    assert_eq!(messages(&run(200_000, 0)).len(), 2);
    assert_eq!(messages(&run(100, enough)), [""; 0]);
}

#[test]
fn an_everyday_pattern_costs_no_test_anything() {
    let text = "Zażółć gęślą jaźń, ".repeat(2_000);
    let compiled = funnelc::compile(sources(&[(
        "funnelc.yaml",
        &format!(
            "version: 1
contacts: {{ key: id, tags: {{ values: [done] }}, fields: {{ word: {{ type: text }} }} }}
campaigns:
  a: {{ enter: {{ field: word, matches: '^[^@\\s]+@(\\w+\\.)+\\w{{2,}}$' }}, steps: [{{ add-tag: done }}] }}
tests:
  one:
    contact: {{ word: \"{text}\" }}
    from: 2026-06-01T09:00
    expect: [{{ at: 2026-06-02, that: {{ not: {{ tag: done }} }} }}]
"
        ),
    )]));
    let (plan, interrupted) = (plan(&compiled), AtomicBool::new(false));
    let limits = Limits {
        instants: MOST_INSTANTS,
        searches: 0,
        interrupted: &interrupted,
    };
    let verdicts = testing::run_within(plan, &compiled.model.tests, None, limits).unwrap();
    assert!(
        verdicts[0].failures.is_empty(),
        "{:?}",
        verdicts[0].failures
    );
}

#[test]
fn an_interrupted_test_gives_no_verdict() {
    let (compiled, interrupted) = (
        round_and_round("1 minute", "2026-06-01T10:00"),
        AtomicBool::new(false),
    );
    let limits = Limits {
        instants: MOST_INSTANTS,
        searches: MOST_SEARCHES,
        interrupted: &interrupted,
    };
    assert!(testing::run_within(plan(&compiled), &compiled.model.tests, None, limits).is_some());
    interrupted.store(true, Ordering::Relaxed);
    assert!(testing::run_within(plan(&compiled), &compiled.model.tests, None, limits).is_none());
}
