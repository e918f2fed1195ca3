//! Ten changes of a plan between two runs with state, each as the file says; of what the file does not speak, the run refuses to start.

use super::{Story, story};

const FILE: &str = "id,tags\n1,hot\n";

/// A campaign whose contact waits at its first step.
pub(super) fn talk(steps: &str) -> String {
    format!("\ncampaigns:\n  talk: {{ enter: {{ tag: hot }}, on-leave: stay, steps: [{steps}] }}\n")
}

/// The contact waits at `pause` until the eleventh.
fn waiting(steps: &str) -> Story {
    story(&talk(steps)).on(
        "2026-11-01T09:00",
        FILE,
        "start talk 1 condition\nwait talk 1 pause 2026-11-11T09:00:00+01:00",
    )
}

const STEPS: &str = "{ id: pause, wait: 10 days }, { send: bar }, { add-tag: vip }";

/// What the last steps tell.
const REST: &str = "send talk 1 send:bar bar\nadd-tag talk 1 add-tag:vip vip\nend talk 1 completed finished";

#[test]
fn a_step_inserted_before_is_not_made_up_for() {
    waiting(STEPS)
        .with(&talk("{ add-tag: cold }, { id: pause, wait: 10 days }, { send: bar }, { add-tag: vip }"))
        .again("2026-11-02T09:00", "")
        .again("2026-11-11T09:00", REST);
}

#[test]
fn a_step_inserted_after_runs() {
    waiting(STEPS)
        .with(&talk("{ id: pause, wait: 10 days }, { add-tag: cold }, { send: bar }, { add-tag: vip }"))
        .again("2026-11-11T09:00", &format!("add-tag talk 1 add-tag:cold cold\n{REST}"));
}

#[test]
fn a_removed_step_is_refused_until_the_file_says_what_becomes_of_its_contacts() {
    let story = waiting(STEPS).with(&talk("{ send: bar }, { add-tag: vip }"));
    let refusal = story.refuses("2026-11-02T09:00");
    assert_eq!(
        refusal,
        "the project does not say what becomes of contacts in flight\n  \
         1 contact waits at the step `pause` of the campaign `talk`, which is gone; write\n    \
         moved: [ { campaign: talk, from: pause, to: STEP } ]\n    \
         or removed: [ { campaign: talk, step: pause, then: exit } ]\n    \
         or removed: [ { campaign: talk, step: pause, then: next } ]"
    );
}

#[test]
fn from_a_removed_step_a_contact_leaves() {
    waiting(STEPS)
        .with(&(talk("{ send: bar }, { add-tag: vip }") + "removed: [{ campaign: talk, step: pause, then: exit }]\n"))
        .again("2026-11-02T09:00", "end talk 1 exited removed")
        .counts("/campaigns/talk/exited", 1)
        .again("2026-11-12T09:00", "");
}

#[test]
fn from_a_removed_step_of_a_paused_campaign_a_contact_leaves_when_it_is_back() {
    let removed = |published: bool, steps: &str| {
        let campaign = format!("enter: {{ tag: hot }}, on-leave: stay, published: {published}, steps: [{steps}]");
        format!("\ncampaigns:\n  talk: {{ {campaign} }}\nremoved: [{{ campaign: talk, step: pause, then: exit }}]\n")
    };
    waiting(STEPS)
        .with(&removed(false, "{ send: bar }, { add-tag: vip }"))
        .again("2026-11-02T09:00", "pause talk 1")
        .with(&removed(false, "{ send: bar }"))
        .again("2026-11-03T09:00", "")
        .with(&removed(true, "{ send: bar }"))
        .again("2026-11-04T09:00", "resume talk 1\nend talk 1 exited removed");
}

#[test]
fn from_a_removed_step_a_contact_goes_on_with_the_one_that_followed() {
    waiting(STEPS)
        .with(&(talk("{ send: bar }, { add-tag: vip }") + "removed: [{ campaign: talk, step: pause, then: next }]\n"))
        .again("2026-11-02T09:00", REST);
}

#[test]
fn the_step_that_followed_is_the_next_one_that_is_still_there() {
    waiting("{ id: pause, wait: 10 days }, { send: bar }, { id: last, add-tag: vip }")
        .with(
            &(talk("{ add-tag: cold }, { id: last, add-tag: vip }")
                + "removed: [{ campaign: talk, step: pause, then: next }]\n"),
        )
        .again("2026-11-02T09:00", "add-tag talk 1 last vip\nend talk 1 completed finished");
}

#[test]
fn from_a_removed_branch_a_contact_goes_on_behind_it_and_not_in_the_other() {
    let branches = |then: &str| {
        talk(&format!(
            "{{ id: ask, if: {{ tag: hot }}, then: [{then}], else: [{{ add-tag: cold }}] }}, {{ add-tag: vip }}"
        ))
    };
    story(&branches("{ id: pause, wait: 10 days }"))
        .on(
            "2026-11-01T09:00",
            FILE,
            "start talk 1 condition\nif talk 1 ask then\nwait talk 1 pause 2026-11-11T09:00:00+01:00",
        )
        .with(&(branches("{ send: bar }") + "removed: [{ campaign: talk, step: pause, then: next }]\n"))
        .again("2026-11-02T09:00", "add-tag talk 1 add-tag:vip vip\nend talk 1 completed finished");
}

#[test]
fn behind_the_last_step_that_is_gone_comes_the_end() {
    waiting("{ id: pause, wait: 10 days }")
        .with(&(talk("{ add-tag: cold }") + "removed: [{ campaign: talk, step: pause, then: next }]\n"))
        .again("2026-11-02T09:00", "end talk 1 completed finished");
}

#[test]
fn a_step_moved_elsewhere_takes_its_contacts_along() {
    waiting(STEPS)
        .with(&talk("{ send: bar }, { id: pause, wait: 10 days }, { add-tag: vip }"))
        .again("2026-11-11T09:00", "add-tag talk 1 add-tag:vip vip\nend talk 1 completed finished");
}

#[test]
fn a_renamed_step_is_found_again() {
    let renamed = "{ id: patience, wait: 10 days }, { send: bar }, { add-tag: vip }";
    let story = waiting(STEPS).with(&talk(renamed));
    let refusal = story.refuses("2026-11-02T09:00");
    assert!(refusal.contains("moved: [ { campaign: talk, from: pause, to: patience } ]"), "{refusal}");
    story
        .with(&(talk(renamed) + "moved: [{ campaign: talk, from: pause, to: patience }]\n"))
        .again("2026-11-02T09:00", "")
        .again("2026-11-11T09:00", REST);
}

#[test]
fn who_waits_already_keeps_the_moment_when_a_wait_is_shortened() {
    waiting(STEPS)
        .with(&talk("{ id: pause, wait: 1 day }, { send: bar }, { add-tag: vip }"))
        .again("2026-11-05T09:00", "")
        .again("2026-11-11T09:00", REST);
}

#[test]
fn a_wait_without_an_id_is_another_step_when_its_length_changes() {
    let story = story(&talk("{ wait: 10 days }, { send: bar }, { add-tag: vip }"))
        .on("2026-11-01T09:00", FILE, "start talk 1 condition\nwait talk 1 wait:10 days 2026-11-11T09:00:00+01:00")
        .with(&talk("{ wait: 1 day }, { send: bar }, { add-tag: vip }"));
    let refusal = story.refuses("2026-11-02T09:00");
    let line = "moved: [ { campaign: talk, from: \"wait:10 days\", to: \"wait:1 day\" } ]";
    assert!(refusal.contains(line), "{refusal}");
    story
        .with(&(talk("{ wait: 1 day }, { send: bar }, { add-tag: vip }") + line + "\n"))
        .again("2026-11-05T09:00", "")
        .again("2026-11-11T09:00", REST);
}

#[test]
fn a_step_that_does_something_else_now_runs_when_its_contacts_were_due() {
    waiting(STEPS)
        .with(&talk("{ id: pause, add-tag: cold }, { send: bar }, { add-tag: vip }"))
        .again("2026-11-11T08:59", "")
        .again("2026-11-11T09:00", &format!("add-tag talk 1 pause cold\n{REST}"));
}

#[test]
fn an_unpublished_campaign_holds_its_contacts_and_they_come_back_one_by_one() {
    let published = |published: bool| {
        format!(
            "\ncampaigns:\n  talk:\n    enter: {{ tag: hot }}\n    on-leave: stay\n    published: {published}\n    steps:\n      - {{ id: pause, wait: 10 days }}\n      - {{ id: mail, send: bar }}\n      - {{ id: rest, wait: 1 day }}\n      - {{ id: more, send: bar, once: {{ after: 1 h }} }}\n"
        )
    };
    story(&published(true))
        .on("2026-11-01T09:00", FILE, "start talk 1 condition\nwait talk 1 pause 2026-11-11T09:00:00+01:00")
        .on(
            "2026-11-08T09:00",
            "id,tags\n1,hot\n2,hot\n",
            "2 start talk 1 condition\n2 wait talk 1 pause 2026-11-18T09:00:00+01:00",
        )
        .with(&published(false))
        .again("2026-11-09T09:00", "pause talk 1\n2 pause talk 1")
        .with(&published(true))
        .again("2026-12-24T09:00", "resume talk 1\n2 resume talk 1")
        .again("2026-12-26T09:00", "send talk 1 mail bar\nwait talk 1 rest 2026-12-27T09:00:00+01:00")
        .again("2026-12-27T09:00", "send talk 1 more bar\nend talk 1 completed finished")
        .again("2027-01-02T09:00", "2 send talk 1 mail bar\n2 wait talk 1 rest 2027-01-03T09:00:00+01:00");
}

/// A funnel and a campaign that lets in who is in its stage.
fn shop(stages: &str, asks: &str) -> String {
    format!(
        "\nfunnels: {{ shop: {{ stages: {{ lead: {{ weight: 0 }}, {stages} }} }} }}\ncampaigns:\n  talk: {{ enter: {{ stage: {asks} }}, on-leave: stay, reenter: {{ after: 1 day }}, steps: [{{ send: bar }}] }}\n"
    )
}

const LOYAL: &str = "id,stage_shop\n1,loyal\n";
const TALKED: &str = "start talk 1 condition\nsend talk 1 send:bar bar\nend talk 1 completed finished";

#[test]
fn a_renamed_stage_keeps_its_contacts_and_the_file_is_brought_up_to_date() {
    let story = story(&shop("loyal: { weight: 10 }", "shop/loyal")).on("2026-11-01T09:00", LOYAL, TALKED);
    let story = story.with(&shop("fan: { weight: 10 }", "shop/fan"));
    let refusal = story.refuses("2026-11-05T09:00");
    assert!(refusal.contains("1 contact is in the stage `shop/loyal`, which is gone"), "{refusal}");
    assert!(refusal.contains("moved: [ { from: shop/loyal, to: shop/fan } ]"), "{refusal}");
    story
        .with(&(shop("fan: { weight: 10 }", "shop/fan") + "moved: [{ from: shop/loyal, to: shop/fan }]\n"))
        // The condition says the same under the new name, so nobody comes in again.
        .again("2026-11-05T09:00", "")
        .writes("id,stage_shop\n1,fan\n")
        .back("2026-11-06T09:00", "")
        .writes("id,stage_shop\n1,fan\n");
}

#[test]
fn a_removed_stage_lets_its_contacts_leave() {
    let story = story(&shop("loyal: { weight: 10 }", "shop/loyal")).on("2026-11-01T09:00", LOYAL, TALKED);
    let story = story.with(&shop("other: { weight: 20 }, third: { weight: 30 }", "shop/other"));
    let refusal = story.refuses("2026-11-05T09:00");
    assert!(refusal.contains("removed: [ { stage: shop/loyal, then: leave } ]"), "{refusal}");
    story
        .with(
            &(shop("other: { weight: 20 }, third: { weight: 30 }", "shop/other")
                + "removed: [{ stage: shop/loyal, then: leave }]\n"),
        )
        .again("2026-11-05T09:00", "")
        .writes("id,stage_shop\n1,\n")
        .back("2026-11-06T09:00", "");
}

#[test]
fn a_removed_funnel_is_refused_until_the_file_says_so() {
    let funnel = "funnels: { old: { audience: everyone, stages: { only: { weight: 0, final: true } } } }\n";
    let story = story(funnel).on("2026-11-01T09:00", FILE, "enter old only").with("");
    let refusal = story.refuses("2026-11-02T09:00");
    assert!(refusal.contains("removed: [ { funnel: old } ]"), "{refusal}");
    story.with("removed: [{ funnel: old }]\n").again("2026-11-02T09:00", "");
}

/// A campaign that writes the field `note`, which is of this type.
fn noted(type_: &str, value: &str) -> String {
    format!(
        "\ncampaigns:\n  talk: {{ enter: {{ tag: hot }}, on-leave: stay, steps: [{{ set: note, to: {value} }}, {{ id: pause, wait: 10 days }}] }}\n"
    )
    .replace("\ncampaigns", &format!("# {type_}\ncampaigns"))
}

#[test]
fn a_retyped_field_is_refused_until_the_file_says_that_its_values_are_forgotten() {
    let first = noted("text", "seven");
    let story = story(&first).on(
        "2026-11-01T09:00",
        FILE,
        "start talk 1 condition\nset talk 1 set:note note seven\nwait talk 1 pause 2026-11-11T09:00:00+01:00",
    );
    let retyped = |more: &str| story_project("note:    { type: integer }", &(noted("integer", "8") + more));
    let story = story.with_project(&retyped(""));
    let refusal = story.refuses("2026-11-02T09:00");
    assert!(
        refusal.contains("1 contact has a value of the field `note`, which is gone or has another type"),
        "{refusal}"
    );
    story
        .with_project(&retyped("removed: [{ field: note }]\n"))
        .on("2026-11-02T09:00", "id,tags,note\n1,hot,7\n", "")
        .again("2026-11-11T09:00", "end talk 1 completed finished")
        .writes("id,tags,note\n1,hot,7\n");
}

#[test]
fn a_whole_number_may_become_a_decimal() {
    let campaign = "\ncampaigns:\n  talk: { enter: { tag: hot }, on-leave: stay, steps: [{ set: note, to: 7 }] }\n";
    let typed = |type_: &str| story_project(&format!("note:    {{ type: {type_} }}"), campaign);
    super::story_of(&typed("integer"))
        .on(
            "2026-11-01T09:00",
            FILE,
            "start talk 1 condition\nset talk 1 set:note note 7\nend talk 1 completed finished",
        )
        .with_project(&typed("number"))
        .again("2026-11-02T09:00", "")
        .writes("id,tags,note\n1,hot,7\n");
}

/// The stories' project with another declaration of the field `note`.
fn story_project(note: &str, rest: &str) -> String {
    format!("{}{rest}", super::CONTRACT).replace("note:    { type: text }", note)
}

#[test]
fn a_campaign_that_is_gone_and_one_that_is_renamed() {
    let project = |name: &str, more: &str| talk(STEPS).replace("talk:", &format!("{name}:")) + more;
    let story = waiting(STEPS).with(&project("chat", ""));
    let refusal = story.refuses("2026-11-02T09:00");
    assert!(refusal.contains("moved: [ { from: talk, to: chat } ]"), "{refusal}");
    assert!(refusal.contains("removed: [ { campaign: talk } ]"), "{refusal}");
    let story = story.with(&project("chat", "moved: [{ from: talk, to: chat }]\n"));
    story.again("2026-11-02T09:00", "").again("2026-11-11T09:00", &REST.replace(" talk ", " chat "));
    waiting(STEPS)
        .with(&project("chat", "removed: [{ campaign: talk }]\n"))
        .again("2026-11-02T09:00", "start chat 1 condition\nwait chat 1 pause 2026-11-12T09:00:00+01:00");
}

#[test]
fn a_renamed_funnel_keeps_its_contacts() {
    let funnel = |name: &str| {
        format!(
            "\nfunnels: {{ {name}: {{ audience: everyone, column: stage, stages: {{ lead: {{ weight: 0 }} }} }} }}\n"
        )
    };
    let story = story(&funnel("shop")).on("2026-11-01T09:00", "id\n1\n", "enter shop lead").with(&funnel("store"));
    let refusal = story.refuses("2026-11-02T09:00");
    assert!(refusal.contains("moved: [ { from: shop, to: store } ]"), "{refusal}");
    story.with(&(funnel("store") + "moved: [{ from: shop, to: store }]\n")).again("2026-11-02T09:00", "");
}

#[test]
fn a_removed_funnel_is_forgotten() {
    let funnel = |name: &str| {
        format!("\nfunnels: {{ {name}: {{ audience: everyone, stages: {{ lead: {{ weight: 0 }} }} }} }}\n")
    };
    story(&funnel("shop"))
        .on("2026-11-01T09:00", "id\n1\n", "enter shop lead")
        .with(&(funnel("club") + "removed: [{ funnel: shop }]\n"))
        .again("2026-11-02T09:00", "enter club lead");
}

#[test]
fn every_concern_is_listed_at_once_and_the_contacts_are_counted() {
    let two = "id,tags,stage_shop\n1,hot,loyal\n2,hot,loyal\n";
    let story = story(&(shop("loyal: { weight: 10 }", "shop/loyal").replace("steps: [{ send: bar }]", "steps: [{ wait: 5 days }]")))
        .on(
            "2026-11-01T09:00",
            two,
            "start talk 1 condition\nwait talk 1 wait:5 days 2026-11-06T09:00:00+01:00\n2 start talk 1 condition\n2 wait talk 1 wait:5 days 2026-11-06T09:00:00+01:00",
        )
        .with(&shop("fan: { weight: 10 }", "shop/fan"));
    let refusal = story.refuses("2026-11-02T09:00");
    assert!(refusal.contains("2 contacts are in the stage `shop/loyal`"), "{refusal}");
    assert!(refusal.contains("2 contacts wait at the step `wait:5 days`"), "{refusal}");
}

#[test]
fn what_was_sent_of_content_that_is_gone_is_forgotten_with_a_word() {
    let story = story(&talk("{ send: bar }")).on(
        "2026-11-01T09:00",
        FILE,
        "start talk 1 condition\nsend talk 1 send:bar bar\nend talk 1 completed finished",
    );
    let renamed = format!("{}{}", super::CONTRACT.replace("bar:   ", "baz:   "), talk("{ send: baz }"));
    let story = story.with_project(&renamed).again("2026-11-02T09:00", "");
    assert_eq!(story.last.unwrap().migrated, ["content `bar` is gone; that 1 contact got it is forgotten"]);
}

#[test]
fn a_contact_that_the_file_lacks_is_taken_along() {
    let both = "id,tags\n1,hot\n2,hot\n";
    let waits = |id: &str| format!("{id}start talk 1 condition\n{id}wait talk 1 pause 2026-11-11T09:00:00+01:00");
    story(&talk(STEPS))
        .on("2026-11-01T09:00", both, &format!("{}\n{}", waits(""), waits("2 ")))
        .with(
            &(talk("{ id: patience, wait: 10 days }, { send: bar }, { add-tag: vip }")
                + "moved: [{ campaign: talk, from: pause, to: patience }]\n"),
        )
        .on("2026-11-02T09:00", FILE, "")
        .on(
            "2026-11-11T09:00",
            "id,tags\n2,hot\n",
            &REST.lines().map(|line| format!("2 {line}\n")).collect::<String>(),
        );
}

/// The contact waits on both ways of a fork.
fn forked(ways: &str) -> String {
    talk(&format!("{{ id: both, fork: [{ways}] }}, {{ add-tag: vip }}"))
}

fn on_both_ways() -> Story {
    story(&forked("{ steps: [{ id: short, wait: 1 day }, { add-tag: cold }] }, { steps: [{ id: long, wait: 5 days }] }")).on(
        "2026-11-01T09:00",
        FILE,
        "start talk 1 condition\nfork talk 1 both\nwait talk 1 short 2026-11-02T09:00:00+01:00\nwait talk 1 long 2026-11-06T09:00:00+01:00",
    )
}

#[test]
fn on_the_ways_of_a_fork_each_place_is_taken_over() {
    let renamed =
        forked("{ steps: [{ id: brief, wait: 1 day }, { add-tag: cold }] }, { steps: [{ id: long, wait: 5 days }] }");
    let story = on_both_ways().with(&renamed);
    assert!(story.refuses("2026-11-02T09:00").contains("from: short, to: brief"));
    story
        .with(&(renamed + "moved: [{ campaign: talk, from: short, to: brief }]\n"))
        .again("2026-11-02T09:00", "add-tag talk 1 both/1/add-tag:cold cold")
        .again("2026-11-06T09:00", "join talk 1 both\nadd-tag talk 1 add-tag:vip vip\nend talk 1 completed finished");
}

#[test]
fn a_way_whose_last_step_is_gone_has_ended() {
    on_both_ways()
        .with(
            &(forked("{ steps: [{ id: short, wait: 1 day }, { add-tag: cold }] }, { steps: [{ remove-tag: other }] }")
                + "removed: [{ campaign: talk, step: long, then: next }]\n"),
        )
        .again(
            "2026-11-02T09:01",
            "add-tag talk 1 both/1/add-tag:cold cold\njoin talk 1 both\nadd-tag talk 1 add-tag:vip vip\nend talk 1 completed finished",
        );
}

#[test]
fn who_leaves_from_one_way_leaves_all_and_a_fork_that_is_gone_is_left_as_one_place() {
    on_both_ways()
        .with(
            &(forked("{ steps: [{ id: short, wait: 1 day }, { add-tag: cold }] }, { steps: [{ remove-tag: other }] }")
                + "removed: [{ campaign: talk, step: long, then: exit }]\n"),
        )
        .again("2026-11-01T10:00", "end talk 1 exited removed")
        .again("2026-11-06T09:00", "");
    on_both_ways()
        .with(&(talk("{ add-tag: vip }") + "removed: [{ campaign: talk, step: both, then: next }]\n"))
        .again("2026-11-01T10:00", "add-tag talk 1 add-tag:vip vip\nend talk 1 completed finished");
}

const CALLED: &str = "contact,at,event\n1,2026-11-03T09:00,called\n";

/// The contact is on both ways of a fork: it waits for an event on one, for a day on the other.
fn awaiting(await_: &str, pause: &str) -> String {
    let steps = format!(
        "{{ id: both, fork: [{{ steps: [{{ id: {await_}, await: {{ event: called }}, for: 9 days, then: [{{ add-tag: vip }}] }}] }}, {{ steps: [{{ id: {pause}, wait: 5 days }}] }}] }}, {{ send: bar }}"
    );
    format!("events: {{ called: {{}} }}{}", talk(&steps))
}

fn awaiting_and_pausing() -> Story {
    story(&awaiting("called", "pause")).on(
        "2026-11-01T09:00",
        FILE,
        "start talk 1 condition
         fork talk 1 both
         await talk 1 called 2026-11-10T09:00:00+01:00
         wait talk 1 pause 2026-11-06T09:00:00+01:00",
    )
}

#[test]
fn steps_on_the_ways_of_a_fork_are_renamed_and_an_event_still_decides() {
    let moved = "moved: [{ campaign: talk, from: called, to: rang }, { campaign: talk, from: pause, to: rest }]\n";
    awaiting_and_pausing()
        .with(&(awaiting("rang", "rest") + moved))
        .hears(CALLED)
        .again("2026-11-04T09:00", "awaited talk 1 rang then\nadd-tag talk 1 rang/then/add-tag:vip vip")
        .again("2026-11-06T09:00", "join talk 1 both\nsend talk 1 send:bar bar\nend talk 1 completed finished");
}

#[test]
fn a_way_of_a_fork_whose_last_step_is_gone_has_ended() {
    let steps = "{ id: both, fork: [{ steps: [{ id: called, await: { event: called }, for: 9 days, then: [{ add-tag: vip }] }] }, { steps: [{ add-tag: cold }] }] }, { send: bar }";
    let project =
        format!("events: {{ called: {{}} }}{}removed: [{{ campaign: talk, step: pause, then: next }}]\n", talk(steps));
    awaiting_and_pausing().with(&project).again("2026-11-02T09:00", "").hears(CALLED).again(
        "2026-11-04T09:00",
        "awaited talk 1 called then
             add-tag talk 1 called/then/add-tag:vip vip
             join talk 1 both
             send talk 1 send:bar bar
             end talk 1 completed finished",
    );
}

#[test]
fn a_removed_way_on_which_a_contact_leaves_ends_the_campaign_for_it() {
    let steps = "{ id: both, fork: [{ steps: [{ id: called, await: { event: called }, for: 9 days, then: [{ add-tag: vip }] }] }, { steps: [{ add-tag: cold }] }] }, { send: bar }";
    let project =
        format!("events: {{ called: {{}} }}{}removed: [{{ campaign: talk, step: pause, then: exit }}]\n", talk(steps));
    awaiting_and_pausing().with(&project).again("2026-11-02T09:00", "end talk 1 exited removed");
}

#[test]
fn who_waits_for_an_event_is_found_again_under_the_new_name_of_the_step() {
    let asks = |id: &str| {
        talk(&format!(
            "{{ send: bar }}, {{ id: {id}, await: {{ event: clicked, of: bar }}, for: 3 days, then: [{{ add-tag: vip }}] }}"
        ))
    };
    let begun = || {
        story(&asks("seen")).on(
            "2026-11-01T09:00",
            FILE,
            "start talk 1 condition\nsend talk 1 send:bar bar\nawait talk 1 seen 2026-11-04T09:00:00+01:00",
        )
    };
    let story = begun().with(&asks("clicked"));
    assert!(story.refuses("2026-11-02T09:00").contains("waits at the step `seen`"));
    story
        .with(&(asks("clicked") + "moved: [{ campaign: talk, from: seen, to: clicked }]\n"))
        .hears("contact,at,event,of\n1,2026-11-02T08:00,clicked,bar\n")
        .again(
            "2026-11-02T09:00",
            "awaited talk 1 clicked then\nadd-tag talk 1 clicked/then/add-tag:vip vip\nend talk 1 completed finished",
        );
    // An `await` that became a `wait` begins to wait.
    begun()
        .with(&talk("{ send: bar }, { id: seen, wait: 1 day }"))
        .again("2026-11-02T09:00", "wait talk 1 seen 2026-11-03T09:00:00+01:00");
}

#[test]
fn of_a_field_that_nothing_writes_any_more_the_file_alone_counts_and_that_is_said() {
    let campaign = |steps: &str| talk(steps) + "segments: { lucky: { where: { field: note, is: seven } } }\n";
    let story = story(&campaign("{ set: note, to: seven }, { id: pause, wait: 10 days }"))
        .on(
            "2026-11-01T09:00",
            FILE,
            "start talk 1 condition\nset talk 1 set:note note seven\nwait talk 1 pause 2026-11-11T09:00:00+01:00",
        )
        .with(&campaign("{ id: pause, wait: 10 days }"))
        .again("2026-11-02T09:00", "");
    let told = "nothing writes the field `note` any more; for 1 contact the contacts file alone says what it is";
    assert_eq!(story.last.unwrap().migrated, [told]);
}

#[test]
fn two_campaigns_become_one_for_who_was_in_one_of_them_only() {
    let both = |talk: &str, more: &str| {
        format!(
            "\ncampaigns:\n{talk}  chat: {{ enter: {{ tag: hot }}, goal: {{ field: note, exists: false }}, on-leave: stay, steps: [{{ id: pause, wait: 10 days }}, {{ send: bar }}] }}\n{more}"
        )
    };
    let talk = "  talk: { enter: { tag: hot }, on-leave: stay, steps: [{ id: pause, wait: 10 days }] }\n";
    // The goal of `chat` keeps the contact out of it; that it was looked at is no stay.
    story(&both(talk, ""))
        .on("2026-11-01T09:00", FILE, "start talk 1 condition\nwait talk 1 pause 2026-11-11T09:00:00+01:00")
        .with(&both("", "moved: [{ from: talk, to: chat }]\n"))
        .on("2026-11-02T09:00", "id,tags,note\n1,hot,seven\n", "")
        .again("2026-11-11T09:00", "send chat 1 send:bar bar\nend chat 1 completed finished");
}

#[test]
fn who_was_put_into_a_segment_stays_in_it_when_no_step_does_that_any_more() {
    let segment = "segments: { lucky: { where: { field: note, is: seven } } }\n";
    let later = "  later: { enter: { segment: lucky }, on-leave: stay, steps: [{ add-tag: cold }] }\n";
    story(&(segment.to_owned() + &talk("{ add-to: lucky }")))
        .on(
            "2026-11-01T09:00",
            FILE,
            "start talk 1 condition\nadd-to talk 1 add-to:lucky lucky\nend talk 1 completed finished",
        )
        .with(&(segment.to_owned() + &talk("{ send: bar }") + later))
        .again(
            "2026-11-02T09:00",
            "start later 1 condition\nadd-tag later 1 add-tag:cold cold\nend later 1 completed finished",
        );
}
