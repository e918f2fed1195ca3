//! Scenarios of values: missing ones, days, writes, the file and the state.
//!
//! Invariant: each was worked by hand from the language's page.

use std::fmt::Write as _;

use super::super::{Input, Reference};
use super::{expect, play, project};

/// Section 3: a comparison with a missing value is false, except `is-not`, `not-in`, `has-none`.
#[test]
fn missing_values_compare_two_valued() {
    let yaml = "
contacts:
  key: id
  tags: { values: open }
  fields: { name: { type: text }, exact: { type: text, column: name, match-case: true }, plan: { type: choice, values: [a, b] }, hats: { type: choices, values: [a, b] } }
campaigns:
  c1: { enter: [ { field: name, is-not: x } ], on-leave: stay, steps: [ add-tag: is-not ] }
  c2: { enter: [ { field: plan, not-in: [a] } ], on-leave: stay, steps: [ add-tag: not-in ] }
  c3: { enter: [ { field: hats, has-none: [a] } ], on-leave: stay, steps: [ add-tag: has-none ] }
  c4: { enter: [ { not: { field: name, contains: x } } ], on-leave: stay, steps: [ add-tag: not ] }
  c5: { enter: [ { field: name, starts-with: \"ſTRA\" } ], on-leave: stay, steps: [ add-tag: folded ] }
  c6: { enter: [ { field: exact, is: x } ], on-leave: stay, steps: [ add-tag: never ] }
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

/// Section 13, "Fields" and "Cells": sums are cut, numbers written shortest, untouched cells stay
/// byte for byte.
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
           2 set c 1 set:orders orders 0 2
           2 set c 1 set:spent spent 0.5
           2 set c 1 set:meeting meeting 2026-10-25T02:30+01:00
           2 end c 1 completed finished
         id,orders,spent,seen,meeting,plan,tags,stage_shop
         1,5,12.5,2026-10-25,2026-10-25T02:30+01:00,,,
         2,2,0.5,2026-10-25,2026-10-25T02:30+01:00,,,
         3,\"3\",1.50,\"2025-01-01\",,free,vip,",
    );
}

/// Section 7, "File and state": stale files change nothing, outside changes win, tags are merged
/// one by one.
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

/// Section 7: a contact that the file lacks is frozen; the same time again changes nothing; figures
/// add up.
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
    let first = reference.run(&Input::of(both), "2026-06-01T09:59");
    assert_eq!(first, reference.run(&Input::of(both), "2026-06-01T09:00"));
    let second = reference.run(&Input::of("id,tags\n2,vip\n"), "2026-06-01T10:10");
    assert_eq!(second.contacts, "id,tags\n2,vip;done\n");
    assert_eq!(second.metrics["contacts"], 1);
    assert_eq!(second.metrics["segments"]["vips"], 1);
    assert_eq!(second.metrics["campaigns"]["c"]["active"], 0);
    let third = reference.run(&Input::of(both), "2026-06-09T10:00");
    assert_eq!(third.contacts, "id,tags\n1,vip;done\n2,vip;done\n");
    assert_eq!(
        third.metrics["campaigns"]["c"]["steps"]["add-tag:done"]["done"],
        1
    );
    assert!(reference.coverage.counts()["step add-tag"] == 2);
}
