//! Tricky rules of the language, each worked by hand from its page and held against the interpreter.
//!
//! Invariant: what is expected stands beside what is given, as text.

use std::fmt::Write as _;

use super::Reference;

/// Runs a project and tells the journal of each run and the last contacts.
fn play(yaml: &str, runs: &[(&str, &str)]) -> String {
    let mut reference = Reference::new(&format!("timezone: Europe/Warsaw\n{yaml}"));
    let mut told = String::new();
    let mut contacts = String::new();
    for (now, csv) in runs {
        let outcome = reference.run(&csv.replace(' ', ""), now);
        told.push_str(&[now, "\n"].concat());
        for row in &outcome.journal {
            let cells: Vec<&str> = row.iter().enumerate().filter(|(at, _)| *at != 1).map(|(_, cell)| &**cell).collect();
            writeln!(told, "  {}", cells.join(" ").split_whitespace().collect::<Vec<_>>().join(" ")).unwrap();
        }
        contacts = outcome.contacts;
    }
    told + &contacts
}

fn expect(told: &str, expected: &str) {
    let strip = |text: &str| {
        text.lines().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect::<Vec<_>>()
    };
    assert_eq!(strip(told), strip(expected), "\n{told}");
}

const FUNNEL: &str = "
contacts:
  key: id
  tags: { values: [vip, warm, hot], column: tags }
  points: { column: points }
  fields:
    email: { type: email }
    orders: { type: integer, default: 0, min: 0, max: 5 }
    spent: { type: number }
    plan: { type: choice, values: [free, pro] }
    seen: { type: date }
    meeting: { type: datetime }
    opt-in: { type: boolean }
  addresses: { email: email }
  consent: { email: { field: opt-in, is: true } }
content:
  hello: { kind: email }
  bye: { kind: email, once: ever }
  urgent: { kind: email, transactional: true }
  gone: { kind: email, published: false }
  banner: { kind: focus }
funnels:
  shop:
    stages:
      cold: { weight: 0 }
      warm: { weight: 10, back-to: [cold] }
      tepid: { weight: 10 }
      bought: { weight: 20 }
      closed: { weight: 30, published: false }
      done: { weight: 40, final: true, back-to: [warm] }
";

fn project(rest: &str) -> String {
    format!("{FUNNEL}{rest}")
}

/// Section 5: heavier moves, lighter is refused, equal weight moves, the same stage is nothing, `back-to` and `final`.
#[test]
fn a_move_goes_forward() {
    let yaml = project(
        "
campaigns:
  c:
    enter: [ { in-funnel: shop } ]
    on-leave: stay
    steps: [ move: shop/warm, move: shop/cold, move: shop/tepid, move: shop/warm, move: shop/closed, move: shop/bought ]
",
    );
    let csv = "id,stage_shop,tags,points\n1,cold,,\n2,bought,,\n3,done,,\n4,,,\n";
    expect(
        &play(&yaml, &[("2026-06-01T09:00", csv)]),
        "2026-06-01T09:00
           1 start c 1 condition
           1 move c 1 move:shop/warm shop cold warm
           1 move c 1 move:shop/cold shop warm cold
           1 move c 1 move:shop/tepid shop cold tepid
           1 defer c 1 move:shop/warm#2 shop warm stage
           2 start c 1 condition
           2 refuse c 1 move:shop/warm shop bought warm lighter
           2 refuse c 1 move:shop/cold shop bought cold lighter
           2 refuse c 1 move:shop/tepid shop bought tepid lighter
           2 refuse c 1 move:shop/warm#2 shop bought warm lighter
           2 refuse c 1 move:shop/closed shop bought closed unpublished
           2 end c 1 completed finished
           3 start c 1 condition
           3 move c 1 move:shop/warm shop done warm
           3 move c 1 move:shop/cold shop warm cold
           3 move c 1 move:shop/tepid shop cold tepid
           3 defer c 1 move:shop/warm#2 shop warm stage
         id,stage_shop,tags,points
         1,tepid,,
         2,bought,,
         3,tepid,,
         4,,,",
    );
}

/// Sections 5 and 13: the first rule that holds names the target, and only a heavier one moves.
#[test]
fn placement_only_goes_to_the_heavier() {
    let yaml = "
contacts: { key: id, fields: { orders: { type: integer } } }
funnels:
  shop:
    audience: { field: orders, exists: true }
    place: [ { stage: warm, when: { field: orders, at-least: 1 } }, { stage: bought, when: { field: orders, at-least: 5 } } ]
    stages: { cold: { weight: 0 }, warm: { weight: 10 }, tepid: { weight: 10 }, bought: { weight: 20 } }
";
    let csv = "id,orders,stage_shop\n1,0,\n2,7,\n3,7,tepid\n4,,cold\n";
    expect(
        &play(yaml, &[("2026-06-01T09:00", csv)]),
        "2026-06-01T09:00
           1 enter shop cold
           2 enter shop cold
           2 place shop cold warm
         id,orders,stage_shop
         1,0,cold
         2,7,warm
         3,7,tepid
         4,,cold",
    );
}

/// Sections 7 and 13: a contact rests where phase 1 leaves it; only there `entered` admits.
#[test]
fn only_the_stage_of_rest_is_entered() {
    let yaml = "
contacts: { key: id, tags: { values: open }, fields: { orders: { type: integer } } }
funnels:
  shop:
    audience: everyone
    stages:
      cold: { weight: 0, converts: { field: orders, at-least: 1 } }
      warm: { weight: 10, converts: [ { when: { field: orders, at-least: 2 }, to: bought } ] }
      bought: { weight: 20 }
campaigns:
  a: { enter: [ { entered: shop/warm } ], steps: [ add-tag: a ] }
  b: { enter: [ { entered: shop/bought } ], steps: [ add-tag: b ] }
";
    let csv = "id,orders,stage_shop\n1,1,\n2,2,\n3,0,warm\n";
    expect(
        &play(yaml, &[("2026-06-01T09:00", csv)]),
        "2026-06-01T09:00
           1 enter shop cold
           1 convert shop cold warm
           1 start a 1 entered
           1 add-tag a 1 add-tag:a a
           1 end a 1 completed finished
           2 enter shop cold
           2 convert shop cold warm
           2 convert shop warm bought
           2 start b 1 entered
           2 add-tag b 1 add-tag:b b
           2 end b 1 completed finished
         id,orders,stage_shop,tags
         1,1,warm,a
         2,2,bought,b
         3,0,warm,",
    );
}

/// Section 7: each stage at most once within an instant; the rest is put off.
#[test]
fn a_circle_of_conversions_rests() {
    let yaml = "
contacts: { key: id, fields: { orders: { type: integer } } }
funnels:
  shop:
    stages:
      cold: { weight: 0, converts: { field: orders, is: 1 } }
      warm: { weight: 10, back-to: [cold], converts: [ { when: { field: orders, is: 1 }, to: cold } ] }
";
    let csv = "id,orders,stage_shop\n1,1,cold\n";
    expect(
        &play(yaml, &[("2026-06-01T09:00", csv), ("2026-06-01T10:00", csv)]),
        "2026-06-01T09:00
           1 convert shop cold warm
           1 convert shop warm cold
           1 defer shop warm stage
         2026-06-01T10:00
           1 convert shop cold warm
           1 convert shop warm cold
           1 defer shop warm stage
         id,orders,stage_shop
         1,1,cold",
    );
}

/// Sections 3 and 7: a wait of days keeps the clock time over a change of daylight saving and counts from when the step
/// before really ran; an hour is exact.
#[test]
fn waits_count_from_the_step_before() {
    let yaml = project(
        "
campaigns:
  c:
    enter: [ { tag: vip } ]
    on-leave: stay
    steps: [ wait: 1 day, wait: 2 h, points: 1 ]
",
    );
    let csv = "id,tags,points\n1,vip,\n";
    let runs = [
        ("2026-03-28T09:00", csv),
        ("2026-03-29T08:59", csv),
        ("2026-03-29T10:30", csv),
        ("2026-03-29T12:30", csv),
        ("2026-04-10T12:30", csv),
    ];
    expect(
        &play(&yaml, &runs),
        "2026-03-28T09:00
           1 start c 1 condition
           1 wait c 1 wait:1 day 2026-03-29T09:00:00+02:00
         2026-03-29T08:59
         2026-03-29T10:30
           1 wait c 1 wait:2 hours 2026-03-29T12:30:00+02:00
         2026-03-29T12:30
           1 points c 1 points:1 0 1
           1 end c 1 completed finished
         2026-04-10T12:30
         id,tags,points,stage_shop
         1,vip,1,",
    );
}

/// Section 7, "File and state": stale files change nothing, outside changes win, tags are merged one by one.
#[test]
fn the_file_and_the_state_are_merged() {
    let yaml = project(
        "
campaigns:
  c:
    enter: [ { tag: vip } ]
    on-leave: stay
    steps: [ add-tag: warm, points: 5, move: shop/bought, set: plan, wait: 1 day, remove-tag: warm ]
",
    )
    .replace("set: plan,", "{ set: plan, to: pro },");
    let first = "id,tags,points,stage_shop,plan\n1,vip,,cold,free\n";
    let outside = "id,tags,points,stage_shop,plan\n1,hot,7,warm,\n";
    let late = "id,tags,points,stage_shop,plan\n1,hot;warm,7,warm,\n";
    let runs = [
        ("2026-06-01T09:00", first),
        ("2026-06-01T10:00", first),
        ("2026-06-01T11:00", outside),
        ("2026-06-02T09:00", outside),
        ("2026-06-02T10:00", late),
    ];
    expect(
        &play(&yaml, &runs),
        "2026-06-01T09:00
           1 start c 1 condition
           1 add-tag c 1 add-tag:warm warm
           1 points c 1 points:5 0 5
           1 move c 1 move:shop/bought shop cold bought
           1 set c 1 set:plan plan free pro
           1 wait c 1 wait:1 day 2026-06-02T09:00:00+02:00
         2026-06-01T10:00
         2026-06-01T11:00
           1 external-stage shop bought warm
           1 external-tag hot added
           1 external-tag vip removed
           1 external-points 5 7
           1 external-field plan pro
         2026-06-02T09:00
           1 remove-tag c 1 remove-tag:warm warm
           1 end c 1 completed finished
         2026-06-02T10:00
         id,tags,points,stage_shop,plan
         1,hot,7,warm,",
    );
}

/// Section 3: a comparison with a missing value is false, except `is-not`, `not-in`, `has-none`.
#[test]
fn missing_values_compare_two_valued() {
    let yaml = "
contacts:
  key: id
  tags: { values: open }
  fields: { name: { type: text }, plan: { type: choice, values: [a, b] }, hats: { type: choices, values: [a, b] } }
campaigns:
  c1: { enter: [ { field: name, is-not: x } ], on-leave: stay, steps: [ add-tag: is-not ] }
  c2: { enter: [ { field: plan, not-in: [a] } ], on-leave: stay, steps: [ add-tag: not-in ] }
  c3: { enter: [ { field: hats, has-none: [a] } ], on-leave: stay, steps: [ add-tag: has-none ] }
  c4: { enter: [ { not: { field: name, contains: x } } ], on-leave: stay, steps: [ add-tag: not ] }
  c5: { enter: [ { field: name, starts-with: \"ſTRA\" } ], on-leave: stay, steps: [ add-tag: folded ] }
  c6: { enter: [ { field: name, is: \"\", match-case: true } ], on-leave: stay, steps: [ add-tag: never ] }
";
    let csv = "id,name,plan,hats\n1,,,\n2,X,a,b;a\n3,STRAßE,b,b\n";
    let told = play(yaml, &[("2026-06-01T09:00", csv)]);
    let contacts = told.split_once("id,").unwrap().1;
    expect(
        contacts,
        "name,plan,hats,tags
         1,,,,is-not;not-in;has-none;not
         2,X,a,b;a,
         3,STRAßE,b,b,is-not;not-in;has-none;not;folded",
    );
}

/// Section 13, "A day against a datetime".
#[test]
fn a_day_is_the_whole_day() {
    let mut campaigns = String::new();
    for operator in ["before", "since", "until", "after", "is"] {
        writeln!(campaigns, "  {operator}: {{ enter: [ {{ field: meeting, {operator}: 2026-03-29 }} ], on-leave: stay, steps: [ add-tag: {operator} ] }}").unwrap();
    }
    let yaml = format!(
        "contacts: {{ key: id, tags: {{ values: open }}, fields: {{ meeting: {{ type: datetime }} }} }}\ncampaigns:\n{campaigns}"
    );
    let csv = "id,meeting\n1,2026-03-28T23:59\n2,2026-03-29T00:00\n3,2026-03-29T23:59:59\n4,2026-03-30T00:00\n";
    let told = play(&yaml, &[("2026-06-01T09:00", csv)]);
    expect(
        told.split_once("id,").unwrap().1,
        "meeting,tags
         1,2026-03-28T23:59,before;until
         2,2026-03-29T00:00,is;since;until
         3,2026-03-29T23:59:59,is;since;until
         4,2026-03-30T00:00,after;since",
    );
}

/// Sections 6 and 13: a new entry needs `reenter` and that the condition was false in between.
#[test]
fn an_entry_again_needs_a_false_in_between() {
    let yaml = "
contacts: { key: id, tags: { values: open }, points: { column: points } }
campaigns:
  c: { enter: [ { tag: vip } ], reenter: { after: 2 days }, on-leave: stay, steps: [ points: 1 ] }
  new: { enter: [ { tag: vip } ], existing: skip, on-leave: stay, steps: [ points: 100 ] }
";
    let with = "id,tags,points\n1,vip,\n";
    let without = "id,tags,points\n1,,\n";
    let runs = [
        ("2026-06-01T09:00", with),
        ("2026-06-04T09:00", with),
        ("2026-06-05T09:00", without),
        ("2026-06-06T09:00", with),
        ("2026-06-06T10:00", without),
        ("2026-06-07T09:00", with),
        ("2026-06-08T09:00", "id,tags,points\n1,vip,\n2,vip,\n"),
    ];
    expect(
        &play(yaml, &runs),
        "2026-06-01T09:00
           1 start c 1 condition
           1 points c 1 points:1 0 1
           1 end c 1 completed finished
         2026-06-04T09:00
         2026-06-05T09:00
         2026-06-06T09:00
           1 start c 2 condition
           1 start new 1 condition
           1 points c 2 points:1 1 2
           1 end c 2 completed finished
           1 points new 1 points:100 2 102
           1 end new 1 completed finished
         2026-06-06T10:00
         2026-06-07T09:00
         2026-06-08T09:00
           1 start c 3 condition
           1 points c 3 points:1 102 103
           1 end c 3 completed finished
           2 start c 1 condition
           2 start new 1 condition
           2 points c 1 points:1 0 1
           2 end c 1 completed finished
           2 points new 1 points:100 1 101
           2 end new 1 completed finished
         id,tags,points
         1,vip,103
         2,vip,101",
    );
}

/// Section 6: before the first step the condition is read again; a void entry has no number.
#[test]
fn an_overtaken_entry_is_void() {
    let yaml = "
contacts: { key: id, tags: { values: open } }
campaigns:
  first: { priority: 1, enter: [ { tag: vip } ], on-leave: stay, steps: [ remove-tag: vip ] }
  second: { enter: [ { tag: vip } ], on-leave: stay, steps: [ add-tag: seen ] }
";
    let runs = [("2026-06-01T09:00", "id,tags\n1,vip;x\n")];
    expect(
        &play(yaml, &runs),
        "2026-06-01T09:00
           1 start first 1 condition
           1 start second 1 condition
           1 remove-tag first 1 remove-tag:vip vip
           1 end first 1 completed finished
           1 overtaken second
         id,tags
         1,x",
    );
}

/// Section 6, "Leaving": goal, exit-when, on-leave in this order, the goal also before every `send`.
#[test]
fn a_contact_leaves_by_the_first_reason() {
    let yaml = project(
        "
campaigns:
  c:
    enter: [ { field: plan, is: free } ]
    on-leave: exit
    goal: { tag: hot }
    exit-when: { tag: warm }
    steps: [ wait: 1 day, add-tag: hot, send: hello ]
",
    );
    let first = "id,tags,points,plan\n1,,,free\n2,,,free\n3,,,free\n4,warm,,free\n5,,,free\n";
    let later = "id,tags,points,plan\n1,,,pro\n2,warm,,pro\n3,hot;warm,,free\n4,warm,,free\n5,,,free\n";
    expect(
        &play(&yaml, &[("2026-06-01T09:00", first), ("2026-06-02T09:00", later)]),
        "2026-06-01T09:00
           1 start c 1 condition
           1 wait c 1 wait:1 day 2026-06-02T09:00:00+02:00
           2 start c 1 condition
           2 wait c 1 wait:1 day 2026-06-02T09:00:00+02:00
           3 start c 1 condition
           3 wait c 1 wait:1 day 2026-06-02T09:00:00+02:00
           5 start c 1 condition
           5 wait c 1 wait:1 day 2026-06-02T09:00:00+02:00
         2026-06-02T09:00
           1 end c 1 exited on-leave
           2 external-tag warm added
           2 end c 1 exited exit-when
           3 external-tag hot added
           3 external-tag warm added
           3 end c 1 converted goal
           5 add-tag c 1 add-tag:hot hot
           5 end c 1 send:hello converted goal
         id,tags,points,plan,stage_shop
         1,,,pro,
         2,warm,,pro,
         3,hot;warm,,free,
         4,warm,,free,
         5,hot,,free,",
    );
}

/// Sections 6 and 13, `wait-until`: past with each `if-past`, a missing date, a gap of daylight saving.
#[test]
fn a_moment_may_be_past() {
    let yaml = project(
        "
campaigns:
  c:
    enter: [ { tag: vip } ]
    on-leave: stay
    steps:
      - { wait-until: 2026-03-29T02:30, if-past: skip }
      - send: hello
      - if: { field: seen, exists: true }
        then:
          - { wait-until: { field: seen, offset: -1 day }, if-past: exit }
          - points: 1
      - { wait-until: { field: meeting } }
      - points: 10
",
    );
    let csv = "id,tags,points,seen,meeting\n1,vip,,,\n2,vip,,2026-04-03,\n3,vip,,2026-04-02,\n";
    expect(
        &play(&yaml, &[("2026-03-28T09:00", "id,tags,points,seen,meeting\n1,vip,,,\n"), ("2026-04-01T09:00", csv)]),
        "2026-03-28T09:00
           1 start c 1 condition
           1 wait c 1 wait-until:2026-03-29T02:30 2026-03-29T03:00:00+02:00
         2026-04-01T09:00
           1 skip c 1 send:hello hello unreachable
           1 if c 1 if else
           1 past c 1 wait-until:meeting continue
           1 points c 1 points:10 0 10
           1 end c 1 completed finished
           2 start c 1 condition
           2 past c 1 wait-until:2026-03-29T02:30 2026-03-29T03:00:00+02:00 skip
           2 skip c 1 send:hello hello past
           2 if c 1 if then
           2 wait c 1 if/then/wait-until:seen 2026-04-02T00:00:00+02:00
           3 start c 1 condition
           3 past c 1 wait-until:2026-03-29T02:30 2026-03-29T03:00:00+02:00 skip
           3 skip c 1 send:hello hello past
           3 if c 1 if then
           3 past c 1 if/then/wait-until:seen 2026-04-01T00:00:00+02:00 exit
           3 end c 1 if/then/wait-until:seen exited exit
         id,tags,points,seen,meeting,stage_shop
         1,vip,10,,,
         2,vip,,2026-04-03,,
         3,vip,,2026-04-02,,",
    );
}

/// Section 6 and 13, "Sends": reachable, already sent, unpublished, transactional; a kind without a channel.
#[test]
fn a_send_may_be_skipped() {
    let yaml = project(
        "
campaigns:
  c:
    enter: [ { field: email, exists: true } ]
    on-leave: stay
    steps: [ send: gone, send: hello, send: hello, send: urgent, send: banner, send: bye ]
  d: { enter: [ { field: email, exists: true } ], on-leave: stay, steps: [ send: hello, send: bye ] }
",
    );
    let csv = "id,email,opt_in\n1,a@x.org,YES\n2,b@x.org,\n";
    expect(
        &play(&yaml, &[("2026-06-01T09:00", csv)]),
        "2026-06-01T09:00
           1 start c 1 condition
           1 start d 1 condition
           1 skip c 1 send:gone gone unpublished
           1 send c 1 send:hello hello email
           1 skip c 1 send:hello#2 hello already-sent
           1 send c 1 send:urgent urgent email
           1 send c 1 send:banner banner
           1 send c 1 send:bye bye email
           1 end c 1 completed finished
           1 send d 1 send:hello hello email
           1 skip d 1 send:bye bye already-sent
           1 end d 1 completed finished
           2 start c 1 condition
           2 start d 1 condition
           2 skip c 1 send:gone gone unpublished
           2 skip c 1 send:hello hello unreachable
           2 skip c 1 send:hello#2 hello unreachable
           2 send c 1 send:urgent urgent email
           2 send c 1 send:banner banner
           2 skip c 1 send:bye bye unreachable
           2 end c 1 completed finished
           2 skip d 1 send:hello hello unreachable
           2 skip d 1 send:bye bye unreachable
           2 end d 1 completed finished
         id,email,opt_in,stage_shop
         1,a@x.org,YES,
         2,b@x.org,,",
    );
}

/// Section 13, "Fields" and "Cells": sums are cut, numbers written shortest, untouched cells stay byte for byte.
#[test]
fn fields_are_set_and_cut() {
    let yaml = project(
        "
campaigns:
  c:
    enter: [ { not: { tag: vip } } ]
    on-leave: stay
    steps: [ { set: orders, to: { add: 2 } }, { set: spent, to: { add: 0.50 } }, { set: seen, to: today }, { set: meeting, to: now }, clear: plan ]
",
    );
    let csv = "id,orders,spent,seen,meeting,plan,tags\n1,4,12.00,,,pro,\n2,,,2026-10-25,,,\n3,\"3\",1.50,\"2025-01-01\",,free,vip\n";
    expect(
        &play(&yaml, &[("2026-10-25T02:30:20+01:00", csv)]),
        "2026-10-25T02:30:20+01:00
           1 start c 1 condition
           1 set c 1 set:orders orders 4 5
           1 set c 1 set:spent spent 12 12.5
           1 set c 1 set:seen seen 2026-10-25
           1 set c 1 set:meeting meeting 2026-10-25T02:30+01:00
           1 clear c 1 clear:plan plan pro
           1 end c 1 completed finished
           2 start c 1 condition
           2 set c 1 set:orders orders 2
           2 set c 1 set:spent spent 0.5
           2 set c 1 set:meeting meeting 2026-10-25T02:30+01:00
           2 end c 1 completed finished
         id,orders,spent,seen,meeting,plan,tags,stage_shop
         1,5,12.5,2026-10-25,2026-10-25T02:30+01:00,,,
         2,2,0.5,2026-10-25,2026-10-25T02:30+01:00,,,
         3,\"3\",1.50,\"2025-01-01\",,free,vip,",
    );
}

/// Section 7: a contact that the file lacks is frozen; the same time again changes nothing; figures add up.
#[test]
fn a_missing_contact_is_frozen() {
    let yaml = "
runs: { every: 1 h }
contacts: { key: id, tags: { values: open } }
segments: { vips: { where: { tag: vip } } }
campaigns:
  c: { enter: [ { segment: vips } ], on-leave: stay, steps: [ wait: 1 h, add-tag: done ] }
";
    let mut reference = Reference::new(yaml);
    let both = "id,tags\n1,vip\n2,vip\n";
    let first = reference.run(both, "2026-06-01T09:59");
    assert_eq!(first, reference.run(both, "2026-06-01T09:00"));
    let second = reference.run("id,tags\n2,vip\n", "2026-06-01T10:10");
    assert_eq!(second.contacts, "id,tags\n2,vip;done\n");
    assert_eq!(second.metrics["contacts"], 1);
    assert_eq!(second.metrics["segments"]["vips"], 1);
    assert_eq!(second.metrics["campaigns"]["c"]["active"], 0);
    let third = reference.run(both, "2026-06-09T10:00");
    assert_eq!(third.contacts, "id,tags\n1,vip;done\n2,vip;done\n");
    assert_eq!(third.metrics["campaigns"]["c"]["steps"]["add-tag:done"]["done"], 1);
    assert!(reference.coverage.counts()["step add-tag"] == 2);
}
