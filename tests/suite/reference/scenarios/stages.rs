//! Scenarios of stages: moves, placement, conversion, the limits of an instant.
//!
//! Invariant: each was worked by hand from the language's page.

use super::{expect, play, project};

/// Section 5: heavier moves, lighter is refused, equal weight moves, the same stage is nothing,
/// `back-to` and `final`.
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
        &play(
            yaml,
            &[("2026-06-01T09:00", csv), ("2026-06-01T10:00", csv)],
        ),
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

/// Sections 3 and 13: whole days in a stage, exact hours, from when it was first seen or changed
/// outside.
#[test]
fn time_in_a_stage_counts_whole_days() {
    let yaml = "
contacts: { key: id, tags: { values: open } }
funnels: { shop: { stages: { cold: { weight: 0 }, warm: { weight: 10 } } } }
campaigns:
  day: { enter: [ { stage: shop/cold, for: 1 day } ], on-leave: stay, steps: [ add-tag: day ] }
  hour: { enter: [ { stage: shop/cold, for: 1 h } ], on-leave: stay, steps: [ add-tag: hour ] }
";
    let cold = "id,stage_shop\n1,cold\n";
    let runs = [
        ("2026-06-01T09:00", "id,stage_shop\n1,warm\n"),
        ("2026-06-01T10:00", cold),
        ("2026-06-01T10:59", cold),
        ("2026-06-01T11:00", cold),
        ("2026-06-02T23:59", cold),
        ("2026-06-03T00:00", cold),
    ];
    expect(
        &play(yaml, &runs),
        "2026-06-01T09:00
         2026-06-01T10:00
           1 external-stage shop warm cold
         2026-06-01T10:59
         2026-06-01T11:00
           1 start hour 1 condition
           1 add-tag hour 1 add-tag:hour hour
           1 end hour 1 completed finished
         2026-06-02T23:59
         2026-06-03T00:00
           1 start day 1 condition
           1 add-tag day 1 add-tag:day day
           1 end day 1 completed finished
         id,stage_shop,tags
         1,cold,hour;day",
    );
}
