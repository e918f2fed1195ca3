//! File and state: whose value counts, and what is journalled.

use super::story;

const SHOP: &str = "
funnels:
  shop:
    stages:
      known: { weight: 10, converts: { tag: hot } }
      buyer: { weight: 20, converts: { tag: vip } }
      loyal: { weight: 30 }
campaigns:
";

#[test]
fn a_stage_that_the_file_has_not_taken_over_yet_stays_ours() {
    let file = |tags: &str, stage: &str| format!("id,tags,stage_shop\n1,{tags},{stage}\n");
    story(&format!("{SHOP}  idle: {{ enter: [{{ tag: cold }}], steps: [{{ send: bar }}] }}\n"))
        .on("2026-11-01T09:00", &file("hot", "known"), "convert shop known buyer")
        .on("2026-11-02T09:00", &file("", "known"), "")
        .writes(&file("", "buyer"))
        .on("2026-11-03T09:00", &file("vip", "known"), "convert shop buyer loyal")
        .on("2026-11-04T09:00", &file("", "buyer"), "")
        .writes(&file("", "loyal"))
        .on("2026-11-05T09:00", &file("", "loyal"), "")
        .on("2026-11-06T09:00", &file("", "known"), "external-stage shop loyal known")
        .counts("/funnels/shop/stages/known/reach", 1)
        .counts("/funnels/shop/stages/loyal/left", 0)
        .on("2026-11-07T09:00", &file("", ""), "external-stage shop known");
}

#[test]
fn without_a_column_the_state_alone_knows() {
    story(&format!("{SHOP}  gift: {{ enter: [{{ in-funnel: shop }}], steps: [{{ add-tag: vip }}, {{ points: 5 }}, {{ set: note, to: hi }}] }}
  push: {{ enter: [{{ field: orders, at-least: 1 }}], steps: [{{ move: shop/known }}, {{ add-tag: cold }}] }}
"))
        .on(
            "2026-11-01T09:00",
            "id,orders\n1,1\n",
            "start push 1 condition
             move push 1 move:shop/known shop known
             add-tag push 1 add-tag:cold cold
             end push 1 completed finished
             start gift 1 condition
             add-tag gift 1 add-tag:vip vip
             points gift 1 points:5 0 5
             set gift 1 set:note note hi
             end gift 1 completed finished",
        )
        .writes("id,orders,stage_shop,tags,points,note\n1,1,known,cold;vip,5,hi\n")
        .again("2026-11-02T09:00", "")
        .writes("id,orders,stage_shop,tags,points,note\n1,1,known,cold;vip,5,hi\n")
        .back("2026-11-03T09:00", "")
        .on("2026-11-04T09:00", "id,orders,stage_shop,tags,points,note\n1,1,known,cold,9,hey\n", "external-tag vip removed\nexternal-points 5 9\nexternal-field note hi hey");
}

#[test]
fn tags_are_merged_one_by_one() {
    let file = |tags: &str| format!("id,orders,tags\n1,1,{tags}\n");
    story(&format!("{SHOP}  gift: {{ enter: [{{ field: orders, at-least: 1 }}], steps: [{{ add-tag: vip }}, {{ remove-tag: hot }}] }}\n"))
        .on(
            "2026-11-01T09:00",
            &file("hot;other"),
            "start gift 1 condition
             add-tag gift 1 add-tag:vip vip
             remove-tag gift 1 remove-tag:hot hot
             end gift 1 completed finished",
        )
        .writes("id,orders,tags,stage_shop\n1,1,other;vip,\n")
        .on("2026-11-02T09:00", &file("hot;other;cold"), "external-tag cold added")
        .writes("id,orders,tags,stage_shop\n1,1,other;cold;vip,\n")
        .on("2026-11-03T09:00", &file("other;cold;vip"), "")
        .on("2026-11-04T09:00", &file("hot"), "external-tag cold removed\nexternal-tag hot added\nexternal-tag other removed\nexternal-tag vip removed");
}

#[test]
fn values_are_compared_not_spellings() {
    let file = |spent: &str, points: &str| format!("id,tags,spent,points\n1,hot,{spent},{points}\n");
    story(&format!(
        "{SHOP}  gift: {{ enter: [{{ tag: hot }}], steps: [{{ set: spent, to: 12.5 }}, {{ points: 3 }}] }}\n"
    ))
    .on(
        "2026-11-01T09:00",
        &file("1.50", ""),
        "start gift 1 condition
             set gift 1 set:spent spent 1.5 12.5
             points gift 1 points:3 0 3
             end gift 1 completed finished",
    )
    .on("2026-11-02T09:00", &file("1.5", "0"), "")
    .writes("id,tags,spent,points,stage_shop\n1,hot,12.5,3,\n")
    .on("2026-11-03T09:00", &file("12.500", "03"), "")
    .writes("id,tags,spent,points,stage_shop\n1,hot,12.500,03,\n")
    .on("2026-11-04T09:00", &file("1.5", "3"), "external-field spent 12.5 1.5");
}

#[test]
fn a_contact_that_the_file_lacks_is_frozen_and_goes_on_when_it_is_back() {
    let file = |rows: &str| format!("id,tags\n{rows}");
    story(&format!(
        "{SHOP}  gift: {{ enter: [{{ tag: hot }}], on-leave: stay, steps: [{{ wait: 2 days }}, {{ send: bar }}] }}\n"
    ))
    .on(
        "2026-11-01T09:00",
        &file("1,hot\n"),
        "start gift 1 condition\nwait gift 1 wait:2 days 2026-11-03T09:00:00+01:00",
    )
    .on("2026-11-04T09:00", &file("2,\n"), "")
    .counts("/contacts", 1)
    .counts("/campaigns/gift/active", 0)
    .on("2026-11-09T09:00", &file("1,hot\n"), "send gift 1 send:bar bar\nend gift 1 completed finished");
}

#[test]
fn the_limits_of_an_instant_do_not_hold_a_contact_that_was_frozen_in_it() {
    let file = |rows: &str| format!("id,tags,stage_shop\n{rows}");
    story(&format!("{SHOP}  idle: {{ enter: [{{ tag: cold }}], steps: [{{ send: bar }}] }}\n"))
        .on("2026-11-01T09:00", &file("1,hot,known\n"), "convert shop known buyer")
        .on("2026-11-02T09:00", &file("2,,\n"), "")
        .on("2026-11-02T09:00", &file("1,,buyer\n"), "")
        .on("2026-11-02T09:00", &file("1,hot,known\n"), "external-stage shop buyer known\nconvert shop known buyer");
}

#[test]
fn the_same_moment_again_changes_nothing() {
    let story = story(&format!("{SHOP}  gift: {{ enter: [{{ tag: hot }}], on-leave: stay, steps: [{{ send: bar }}, {{ wait: 2 days }}, {{ send: bar }}] }}\n"))
        .on(
            "2026-11-01T09:00",
            "id,tags,stage_shop\n1,hot,known\n",
            "convert shop known buyer
             start gift 1 condition
             send gift 1 send:bar bar
             wait gift 1 wait:2 days 2026-11-03T09:00:00+01:00",
        );
    let state = story.state.clone();
    let story = story.again("2026-11-01T09:00", "");
    assert_eq!(story.state, state);
}
