//! Points: groups of their own, triggers that fire once, and the column that each group shares with the file.

use super::{story, story_of};
use crate::contract::found;

const GROUPS: &str = "
points:
  groups: [loyalty, other]
  triggers:
    loyal: { at: 30, group: loyalty, steps: [{ add-tag: vip }, { points: { give: 5, group: loyalty } }, { send: bar }] }
    known: { at: 10, steps: [{ points: 20 }] }
    hot:   { at: 30, steps: [{ if: { field: points/loyalty, at-least: 35 }, then: [{ add-tag: hot }], else: [{ add-tag: cold }] }] }
segments:
  loyal: { where: { field: points/loyalty, more-than: 34 } }
campaigns:
  gift: { enter: { tag: other }, steps: [{ points: { give: 30, group: loyalty } }, { points: { give: -1, group: other } }] }
";

#[test]
fn a_trigger_fires_once_by_threshold_and_id_and_may_set_off_the_next() {
    story(GROUPS)
        .on(
            "2026-11-21T09:00",
            "id,points,points_loyalty,points_other,tags\n1,10,30,,\n",
            "
            start points/known 1 points
            points points/known 1 points:20 10 30
            end points/known 1 completed finished
            start points/hot 1 points
            if points/hot 1 if else
            add-tag points/hot 1 if/else/add-tag:cold cold
            end points/hot 1 completed finished
            start points/loyal 1 points
            add-tag points/loyal 1 add-tag:vip vip
            points points/loyal 1 points:5 loyalty loyalty 30 35
            send points/loyal 1 send:bar bar
            end points/loyal 1 completed finished",
        )
        .writes("id,points,points_loyalty,points_other,tags\n1,30,35,,cold;vip\n")
        .counts("/segments/loyal", 1)
        .counts("/campaigns/points~1loyal/entered", 1)
        .back("2026-11-22T09:00", "")
        .on(
            "2026-11-23T09:00",
            "id,points,points_loyalty,points_other,tags\n1,0,0,7,cold;vip\n",
            "external-points 30 0\nexternal-points loyalty 35 0\nexternal-points other 0 7",
        )
        .on(
            "2026-11-24T09:00",
            "id,points,points_loyalty,points_other,tags\n1,99,99,7,cold;vip\n",
            "external-points 0 99\nexternal-points loyalty 0 99",
        );
}

#[test]
fn the_points_of_a_group_are_kept_where_the_file_has_no_column() {
    story(GROUPS)
        .on(
            "2026-11-21T09:00",
            "id,tags\n1,other\n",
            "
            start gift 1 condition
            points gift 1 points:30 loyalty loyalty 0 30
            points gift 1 points:-1 other other 0 -1
            end gift 1 completed finished
            start points/loyal 1 points
            add-tag points/loyal 1 add-tag:vip vip
            points points/loyal 1 points:5 loyalty loyalty 30 35
            send points/loyal 1 send:bar bar
            end points/loyal 1 completed finished",
        )
        .writes("id,tags,points,points_loyalty,points_other\n1,other;vip,0,35,-1\n")
        .again("2026-11-22T09:00", "")
        .counts("/segments/loyal", 1)
        .on("2026-11-23T09:00", "id,tags,points_loyalty\n1,other;vip,30\n", "external-points loyalty 35 30")
        .counts("/segments/loyal", 0);
}

#[test]
fn a_tag_that_only_a_trigger_names_is_a_tag_where_the_list_is_open() {
    let yaml = "
version: 1
contacts: { key: id, tags: { values: open } }
points: { triggers: { rider: { at: 10, steps: [{ if: { tag: lapsed }, then: [{ add-tag: back }], else: [{ add-tag: rider }] }] } } }
";
    story_of(yaml)
        .on(
            "2026-11-21T09:00",
            "id,points,tags\n1,10,lapsed\n",
            "start points/rider 1 points
             if points/rider 1 if then
             add-tag points/rider 1 if/then/add-tag:back back
             end points/rider 1 completed finished",
        )
        .writes("id,points,tags\n1,10,lapsed;back\n");
}

#[test]
fn a_message_that_a_limit_puts_off_holds_the_trigger_there() {
    let yaml = "
limits: { email: { at-most: 1, within: 1 day } }
points: { triggers: { two: { at: 10, steps: [{ send: hello }, { send: again }, { add-tag: vip }] } } }
";
    story(yaml)
        .on(
            "2026-11-21T09:00",
            "id,points,email,opt_in,tags\n1,10,a@x.pl,true,\n",
            "start points/two 1 points
             send points/two 1 send:hello hello email
             delay points/two 1 send:again again 2026-11-22T09:00:00+01:00",
        )
        .again(
            "2026-11-22T09:00",
            "send points/two 1 send:again again email
             add-tag points/two 1 add-tag:vip vip
             end points/two 1 completed finished",
        );
}

#[test]
fn a_trigger_waits_for_its_publication() {
    let yaml = "
points:
  triggers:
    late:  { at: 5, publish: { from: 2026-11-22 }, steps: [{ add-tag: vip }] }
    never: { at: 5, published: false, steps: [{ add-tag: hot }] }
";
    story(yaml).on("2026-11-21T23:59", "id,points,tags\n1,5,\n", "").again(
        "2026-11-22T00:00",
        "start points/late 1 points\nadd-tag points/late 1 add-tag:vip vip\nend points/late 1 completed finished",
    );
}

#[test]
fn a_rule_gives_for_each_occurrence_that_is_taken_in() {
    let yaml = "
events: { purchased: { properties: { amount: number } } }
points:
  groups: [loyalty]
  rules:
    b-any:   { each: { event: purchased }, give: 10, group: loyalty }
    a-large: { each: { event: purchased, where: { property: amount, at-least: 100 } }, give: 5 }
    c-opens: { each: { event: opened, of: hello }, give: 2 }
    d-off:   { each: { event: purchased }, give: 99, published: false }
    e-past:  { each: { event: purchased }, give: 99, publish: { until: 2026-11-20 } }
  triggers:
    loyal: { at: 20, group: loyalty, steps: [{ add-tag: vip }] }
";
    let events = "contact,at,event,of,id,amount
1,2026-11-21T08:00,purchased,,p1,99.99
1,2026-11-21T08:30,opened,again,,
1,2026-11-21T08:30,opened,hello,,
1,2026-11-21T07:00,purchased,,p2,100
";
    story(yaml)
        .on("2026-11-20T09:00", "id\n1\n", "")
        .hears(events)
        .again(
            "2026-11-21T09:00",
            "
            points 0 5 a-large
            points loyalty 0 10 b-any
            points loyalty 10 20 b-any
            points 5 7 c-opens
            start points/loyal 1 points
            add-tag points/loyal 1 add-tag:vip vip
            end points/loyal 1 completed finished",
        )
        .writes("id,tags,points,points_loyalty\n1,vip,7,20\n")
        .again("2026-11-22T09:00", "");
    story(yaml).hears(events).on("2026-11-21T09:00", "id\n1\n", "").writes("id,tags,points,points_loyalty\n1,,0,0\n");
}

/// A move that the limit of the instant puts off holds the rest of the steps.
#[test]
fn a_trigger_keeps_to_the_limits_of_an_instant() {
    let yaml = "
funnels:
  shop: { audience: everyone, moves: free, stages: { low: { weight: 0 }, high: { weight: 1, final: false } } }
points:
  triggers:
    back: { at: 5, steps: [{ move: shop/high }, { move: shop/low }, { add-tag: vip }] }
";
    story(yaml)
        .on(
            "2026-11-21T09:00",
            "id,points,tags,stage_shop\n1,5,,\n",
            "
            enter shop low
            start points/back 1 points
            move points/back 1 move:shop/high shop low high
            defer points/back 1 move:shop/low shop low stage",
        )
        .again(
            "2026-11-21T09:01",
            "
            move points/back 1 move:shop/low shop high low
            add-tag points/back 1 add-tag:vip vip
            end points/back 1 completed finished",
        );
}

#[test]
fn each_group_may_name_its_column() {
    let yaml = "
version: 1
contacts: { key: id, tags: { values: [vip] }, points: { groups: { loyalty: stars } } }
points: { groups: [loyalty], triggers: { vip: { at: 5, group: loyalty, steps: [{ add-tag: vip }, { points: { give: 1, group: loyalty } }] } } }
";
    story_of(yaml)
        .on(
            "2026-11-21T09:00",
            "id,stars\n1,5\n",
            "
            start points/vip 1 points
            add-tag points/vip 1 add-tag:vip vip
            points points/vip 1 points:1 loyalty loyalty 5 6
            end points/vip 1 completed finished",
        )
        .writes("id,stars,tags\n1,6,vip\n");
}

#[test]
fn what_a_project_says_of_points_must_fit() {
    let yaml = "
version: 1
contacts: { key: id, points: { groups: { loyalti: stars } } }
content: { hello: { kind: focus } }
points:
  groups: [loyalty]
  rules:
    a: { each: { tag: vip }, give: 1 }
    b: { each: { event: opened, at-least: 2 }, give: 1, group: loyal }
  triggers:
    c: { at: 1, steps: [ { send: hello }, { wait: 1 day }, { exit: completed } ] }
    d: { at: 1, steps: [ { enroll: points/c }, { points: many }, { points: { give: 1, group: loyalt } } ] }
segments:
  e: { where: { field: points/loyalt, at-least: 1 } }
  f: { where: { field: points/loyalty, contains: a } }
";
    insta::assert_snapshot!(found(yaml), @r"
    unknown-group at 3:42 loyalti
      there is no group of points `loyalti` (unknown group of points)
      help: did you mean `loyalty`?
    wrong-value at 8:16 { tag: vip }
      the rule `a` does not say for which event it gives points (no event)
      help: write `each: { event: opened }`
    condition-keys at 9:33 at-least
      `at-least` does not go with an event in `each` (only `of` and `where`)
      9:25 opened (the event)
      help: name the event, and with `of` and `where` which of its occurrences
    unknown-group at 9:64 loyal
      there is no group of points `loyal` (unknown group of points)
      help: list it under `points: { groups: [ … ] }`
    step-keys at 11:51 1 day
      `wait` does not stand in a trigger: its steps run at once, for everybody alike (not in a trigger)
      help: let the trigger add a tag or enrol the contact, and write the rest in a campaign
    step-keys at 11:68 completed
      `exit` does not stand in a trigger: its steps run at once, for everybody alike (not in a trigger)
      help: let the trigger add a tag or enrol the contact, and write the rest in a campaign
    step-keys at 12:36 points/c
      `points/c` is a trigger of points (no campaign)
      help: it fires by itself when there are enough points; to begin something here, name a campaign
    wrong-value at 12:58 many
      `many` is no number of points (expected a whole number)
      help: write a whole number, or `{ give: 10, group: loyalty }`
    unknown-group at 12:94 loyalt
      there is no group of points `loyalt` (unknown group of points)
      help: did you mean `loyalty`?
    unknown-group at 14:24 points/loyalt
      there is no group of points `loyalt` (unknown group of points)
      help: did you mean `loyalty`?
    operator-type at 15:40 contains
      `contains` does not go with `points/loyalty`, which is an integer (not for this type)
      help: an integer takes `is`, `is-not`, `in`, `not-in`, `at-least`, `at-most`, `more-than`, `less-than`, `between`, `exists`
    ");
}

/// The plan's words and the graph say when a trigger fires and what gives points.
#[test]
fn rules_and_triggers_are_told_in_words() {
    let story = story(
        "points: { groups: [loyalty], rules: { reads: { each: { event: opened, of: hello }, give: 2, group: loyalty } }, triggers: { keen: { at: 7, group: loyalty, steps: [{ add-tag: vip }] } } }\n",
    );
    let words = funnelc::report::words::plan(&story.plan);
    for line in [
        "points\n  reads: give 2 points of loyalty for each event opened of hello\n",
        "campaign points/keen\n  in: once ever, at 7 points of loyalty\n  - add tag vip\n",
    ] {
        assert!(words.contains(line), "{words}");
    }
}
