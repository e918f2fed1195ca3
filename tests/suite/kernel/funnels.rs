//! Stages: enter, place, convert, move, leave, and what refuses them.

use super::story;

const HEAD: &str = "id,email,orders,tags,stage_shop\n";

#[test]
fn enter_place_and_convert_follow_each_other_until_none_moves() {
    story(
        "
funnels:
  shop:
    audience: everyone
    place: [{ stage: buyer, when: { field: orders, at-least: 1 } }]
    stages:
      stranger: { weight: 0, converts: { field: email, exists: true } }
      known:    { weight: 10 }
      buyer:    { weight: 20, converts: { field: orders, at-least: 5 } }
      loyal:    { weight: 30 }
",
    )
    .on(
        "2026-11-21T09:00",
        &format!("{HEAD}1,a@x.pl,6,,\n"),
        "enter shop stranger\nplace shop stranger buyer\nconvert shop buyer loyal",
    )
    .counts("/funnels/shop/stages/stranger/passed", 1)
    .counts("/funnels/shop/stages/buyer/passed", 1)
    .counts("/funnels/shop/stages/loyal/entered", 1)
    .back("2026-11-22T09:00", "")
    .counts("/funnels/shop/stages/loyal/reach", 1)
    .counts("/funnels/shop/stages/loyal/entered", 0);
}

#[test]
fn the_first_rule_of_place_names_the_target_and_no_later_one_is_tried() {
    let funnel = "
funnels:
  shop:
    place:
      - { stage: known, when: { tag: cold } }
      - { stage: loyal, when: { tag: vip } }
    stages:
      known: { weight: 10 }
      buyer: { weight: 20 }
      loyal: { weight: 30 }
";
    story(funnel).on("2026-11-21T09:00", &format!("{HEAD}1,,,cold;vip,buyer\n"), "").on(
        "2026-11-22T09:00",
        &format!("{HEAD}1,,,vip,buyer\n"),
        "place shop buyer loyal",
    );
    story(funnel).on("2026-11-21T09:00", &format!("{HEAD}1,,,cold;vip,\n"), "place shop known");
}

#[test]
fn place_goes_back_along_an_arrow_or_where_moves_are_free() {
    let funnel = |more: &str, lifted: &str| {
        format!(
            "
funnels:
  shop:
    {more}
    place: [{{ stage: known, when: {{ tag: cold }} }}]
    stages:
      known: {{ weight: 10 }}
      loyal: {{ weight: 30{lifted} }}
"
        )
    };
    let contacts = format!("{HEAD}1,,,cold,loyal\n");
    let placed = "place shop loyal known";
    story(&funnel("", "")).on("2026-11-21T09:00", &contacts, "");
    story(&funnel("", ", back-to: [known]")).on("2026-11-21T09:00", &contacts, placed);
    story(&funnel("moves: free", "")).on("2026-11-21T09:00", &contacts, placed);
    story(&funnel("moves: free", ", final: true")).on("2026-11-21T09:00", &contacts, "");
    story(&funnel("", ", final: true, back-to: [known]")).on("2026-11-21T09:00", &contacts, placed);
}

#[test]
fn place_and_entry_concern_only_the_audience() {
    story(
        "
funnels:
  shop:
    audience: { field: email, exists: true }
    place: [{ stage: loyal, when: { tag: vip } }]
    stages:
      known: { weight: 10 }
      loyal: { weight: 30 }
",
    )
    .on("2026-11-21T09:00", &format!("{HEAD}1,,,vip,\n"), "")
    .counts("/funnels/shop/none", 1)
    .on("2026-11-22T09:00", &format!("{HEAD}1,a@x.pl,,,\n"), "enter shop known")
    .on("2026-11-23T09:00", &format!("{HEAD}1,,,vip,known\n"), "");
}

#[test]
fn the_first_conversion_that_holds_counts_even_when_it_is_refused() {
    story(
        "
funnels:
  shop:
    stages:
      known: { weight: 10 }
      buyer:
        weight: 20
        converts:
          - { when: { tag: hot }, to: closed }
          - { when: { tag: vip }, to: loyal }
      closed: { weight: 25, published: false }
      loyal:  { weight: 30 }
",
    )
    .on("2026-11-21T09:00", &format!("{HEAD}1,,,hot;vip,buyer\n"), "")
    .on("2026-11-22T09:00", &format!("{HEAD}1,,,vip,buyer\n"), "convert shop buyer loyal");
}

#[test]
fn without_a_target_it_is_the_next_heavier_published_stage() {
    story(
        "
funnels:
  shop:
    stages:
      known:  { weight: 10, converts: { tag: hot } }
      closed: { weight: 15, publish: { until: 2026-11-20 } }
      buyer:  { weight: 20 }
",
    )
    .on("2026-11-21T09:00", &format!("{HEAD}1,,,hot,known\n"), "convert shop known buyer");
}

const MOVES: &str = "
funnels:
  shop:
    stages:
      known:  { weight: 10 }
      equal:  { weight: 10 }
      buyer:  { weight: 20, back-to: [known] }
      loyal:  { weight: 30 }
      closed: { weight: 40, publish: { from: 2026-12-01, until: 2026-12-24 } }
      done:   { weight: 50, final: true, back-to: [loyal] }
campaigns:
";

fn mover(to: &str) -> String {
    format!(
        "{MOVES}  push:\n    enter: [{{ tag: hot }}]\n    steps: [{{ id: go, move: shop/{to} }}, {{ add-tag: vip }}]\n"
    )
}

#[test]
fn a_move_needs_a_published_target_that_is_not_lighter() {
    let cases = [
        ("loyal", "buyer", "move push 1 go shop buyer loyal"),
        ("equal", "known", "move push 1 go shop known equal"),
        ("known", "buyer", "move push 1 go shop buyer known"),
        ("buyer", "loyal", "refuse push 1 go shop loyal buyer lighter"),
        ("buyer", "", "move push 1 go shop buyer"),
        ("buyer", "buyer", ""),
        ("closed", "loyal", "refuse push 1 go shop loyal closed unpublished"),
        ("closed", "done", "refuse push 1 go shop done closed unpublished"),
        ("buyer", "done", "refuse push 1 go shop done buyer final"),
        ("loyal", "done", "move push 1 go shop done loyal"),
    ];
    for (to, from, journal) in cases {
        let journal =
            format!("start push 1 condition\n{journal}\nadd-tag push 1 add-tag:vip vip\nend push 1 completed finished");
        story(&mover(to)).on("2026-11-21T09:00", &format!("{HEAD}1,,,hot,{from}\n"), &journal);
    }
}

#[test]
fn both_ends_of_a_window_belong_to_it_and_a_day_counts_whole() {
    for (now, moves) in [
        ("2026-11-30T23:59", false),
        ("2026-12-01T00:00", true),
        ("2026-12-24T23:59", true),
        ("2026-12-25T00:00", false),
    ] {
        let moved =
            if moves { "move push 1 go shop loyal closed" } else { "refuse push 1 go shop loyal closed unpublished" };
        let journal =
            format!("start push 1 condition\n{moved}\nadd-tag push 1 add-tag:vip vip\nend push 1 completed finished");
        story(&mover("closed")).on(now, &format!("{HEAD}1,,,hot,loyal\n"), &journal);
    }
}

#[test]
fn a_stage_is_entered_once_in_an_instant_and_what_this_stops_is_due_at_the_next() {
    story(
        "
funnels:
  shop:
    stages:
      off: { weight: 10, converts: { tag: hot } }
      on:  { weight: 20, back-to: [off], converts: [{ when: { tag: hot }, to: off }] }
",
    )
    .on(
        "2026-11-21T09:00",
        &format!("{HEAD}1,,,hot,off\n"),
        "convert shop off on\nconvert shop on off\ndefer shop on stage",
    )
    .back("2026-11-21T09:01", "convert shop off on\nconvert shop on off\ndefer shop on stage")
    .counts("/funnels/shop/stages/on/passed", 1)
    .counts("/funnels/shop/stages/on/deferred", 1)
    .counts("/funnels/shop/stages/off/reach", 1);
}

#[test]
fn a_move_that_the_limit_stops_waits_for_the_next_instant() {
    let story = story(
        "
funnels:
  shop:
    moves: free
    stages:
      off: { weight: 10 }
      on:  { weight: 20 }
campaigns:
  blink:
    enter: [{ tag: hot }]
    steps:
      - move: shop/on
      - move: shop/off
      - id: twice
        move: shop/on
      - add-tag: vip
",
    )
    .on(
        "2026-11-21T09:00",
        &format!("{HEAD}1,,,hot,off\n"),
        "start blink 1 condition
         move blink 1 move:shop/on shop off on
         move blink 1 move:shop/off shop on off
         defer blink 1 twice shop on stage",
    )
    .counts("/campaigns/blink/steps/twice/waiting", 1)
    .back("2026-11-21T09:00", "");
    story.back(
        "2026-11-21T09:01",
        "move blink 1 twice shop off on
         add-tag blink 1 add-tag:vip vip
         end blink 1 completed finished",
    );
}

#[test]
fn after_leave_entry_and_place_wait_until_the_contact_was_outside() {
    story(
        "
funnels:
  shop:
    audience: { tag: hot }
    place: [{ stage: loyal, when: { tag: vip } }]
    stages:
      known: { weight: 10 }
      loyal: { weight: 30 }
campaigns:
  out:
    enter: [{ tag: cold }]
    steps: [{ leave: shop }]
",
    )
    .on(
        "2026-11-21T09:00",
        &format!("{HEAD}1,,,hot;cold,loyal\n"),
        "start out 1 condition\nleave out 1 leave:shop shop loyal\nend out 1 completed finished",
    )
    .counts("/funnels/shop/stages/loyal/left", 1)
    .counts("/funnels/shop/stages/loyal/converted", 0)
    .on("2026-11-22T09:00", &format!("{HEAD}1,,,hot;vip,\n"), "")
    .on("2026-11-23T09:00", &format!("{HEAD}1,,,vip,\n"), "")
    .on("2026-11-24T09:00", &format!("{HEAD}1,,,hot;vip,\n"), "enter shop known\nplace shop known loyal");
}

#[test]
fn funnels_run_by_priority_then_id() {
    story(
        "
funnels:
  alpha: { audience: everyone, stages: { one: { weight: 0 } } }
  beta:  { audience: { in-funnel: alpha }, priority: 5, stages: { one: { weight: 0 } } }
  gamma: { audience: { in-funnel: alpha }, stages: { one: { weight: 0 } } }
",
    )
    .on("2026-11-21T09:00", "id\n1\n", "enter alpha one\nenter gamma one\nenter beta one");
}

#[test]
fn an_unpublished_entry_admits_nobody() {
    story("funnels: { shop: { audience: everyone, stages: { known: { weight: 10, published: false }, loyal: { weight: 30 } } } }")
        .on("2026-11-21T09:00", &format!("{HEAD}1,,,,\n"), "");
}
