//! The ways through a campaign: shares, ways side by side, and ways back.

use funnelc::plan::{Plan, PlanError};

use super::story;
use crate::reference::branches_by_number;

fn campaign(steps: &str) -> String {
    format!("campaigns:\n  talk:\n    enter: [{{ tag: hot }}]\n    on-leave: stay\n    steps:\n{steps}")
}

/// A contact's number of a hundred, as docs/language.md promises it stays.
fn number(contact: &str, step: &str) -> u64 {
    let hash = blake3::hash(format!("{contact}\ntalk\n{step}").as_bytes());
    u64::from_be_bytes(hash.as_bytes()[..8].try_into().unwrap()) % 100
}

/// The branch of the only split of `steps` that a contact takes, as the reference reads docs/language.md.
fn branch(contact: &str, steps: &str) -> String {
    let steps: serde_yaml::Value = serde_yaml::from_str(steps).unwrap();
    branches_by_number("test", &steps[0]["split"])[&number(contact, "test")].clone()
}

const TWO: &str = "      - id: test
        split:
          - { share: 70, steps: [{ send: bar }] }
          - { id: control, share: 30, steps: [{ exit: completed }] }
      - add-tag: vip
";

#[test]
fn a_split_sends_each_share_its_way_and_goes_on_behind_it() {
    let contacts: Vec<String> = (1..=40).map(|contact| contact.to_string()).collect();
    let (mut file, mut journal) = ("id,tags\n".to_owned(), String::new());
    for contact in &contacts {
        file.push_str(&format!("{contact},hot\n"));
        let start = if contact == "1" { String::new() } else { format!("{contact} ") };
        journal.push_str(&format!("{start}start talk 1 condition\n"));
        let way = if branch(contact, TWO) == "70" {
            format!(
                "{start}split talk 1 test 70\n{start}send talk 1 test/70/send:bar bar\n{start}add-tag talk 1 add-tag:vip vip\n{start}end talk 1 completed finished\n"
            )
        } else {
            format!("{start}split talk 1 test control\n{start}end talk 1 test/control/exit:completed completed exit\n")
        };
        journal.push_str(&way);
    }
    let controls = contacts.iter().filter(|contact| branch(contact, TWO) == "control").count() as u64;
    assert!(0 < controls && controls < 40);
    story(&campaign(TWO))
        .on("2026-11-01T09:00", &file, &journal)
        .counts("/campaigns/talk/steps/test/done", 40)
        .counts("/campaigns/talk/steps/test~1control~1exit:completed/done", controls);
}

#[test]
fn the_order_of_the_branches_reshuffles_nobody() {
    let there = "      - { id: test, split: [{ share: 50, steps: [{ send: bar }] }, { share: 50, steps: [{ add-tag: vip }, { exit: exited }] }] }\n";
    let back = "      - { id: test, split: [{ share: 50, steps: [{ add-tag: vip }, { exit: exited }] }, { share: 50, steps: [{ send: bar }] }] }\n      - add-tag: other\n";
    for contact in 1..=20 {
        let contact = contact.to_string();
        let way = |rest: &str| {
            let who = if contact == "1" { String::new() } else { format!("{contact} ") };
            let lines = if branch(&contact, there) == "50" {
                "start talk 1 condition\nsplit talk 1 test 50\nadd-tag talk 1 test/50/add-tag:vip vip\nend talk 1 test/50/exit:exited exited exit".to_owned()
            } else {
                format!(
                    "start talk 1 condition\nsplit talk 1 test 50#2\nsend talk 1 test/50#2/send:bar bar\n{rest}end talk 1 completed finished"
                )
            };
            lines.lines().map(|line| format!("{who}{line}\n")).collect::<String>()
        };
        let file = format!("id,tags\n{contact},hot\n");
        story(&campaign(there)).on("2026-11-01T09:00", &file, &way(""));
        story(&campaign(back)).on("2026-11-01T09:00", &file, &way("add-tag talk 1 add-tag:other other\n"));
    }
}

#[test]
fn whoever_is_in_a_branch_stays_there_until_it_is_done() {
    let steps = "      - { id: test, split: [{ share: 100, steps: [{ wait: 1 day }, { send: bar }] }] }\n      - add-tag: vip\n";
    story(&campaign(steps))
        .on(
            "2026-11-01T09:00",
            "id,tags\n1,hot\n",
            "start talk 1 condition\nsplit talk 1 test 100\nwait talk 1 test/100/wait:1 day 2026-11-02T09:00:00+01:00",
        )
        .counts("/campaigns/talk/steps/test~1100~1wait:1 day/waiting", 1)
        .again(
            "2026-11-02T09:00",
            "send talk 1 test/100/send:bar bar\nadd-tag talk 1 add-tag:vip vip\nend talk 1 completed finished",
        );
}

const FORK: &str = "      - id: both
        fork:
          - steps: [{ wait: 1 day }, { send: bar }]
          - { id: tag, steps: [{ add-tag: vip }, { id: later, wait: 2 days }] }
      - add-tag: other
";

#[test]
fn a_fork_goes_on_when_all_its_ways_have_ended() {
    story(&campaign(FORK))
        .on(
            "2026-11-01T09:00",
            "id,tags\n1,hot\n",
            "start talk 1 condition
             fork talk 1 both
             wait talk 1 both/1/wait:1 day 2026-11-02T09:00:00+01:00
             add-tag talk 1 both/tag/add-tag:vip vip
             wait talk 1 later 2026-11-03T09:00:00+01:00",
        )
        .counts("/campaigns/talk/active", 1)
        .counts("/campaigns/talk/steps/both/waiting", 0)
        .counts("/campaigns/talk/steps/both/done", 1)
        .counts("/campaigns/talk/steps/both~11~1wait:1 day/waiting", 1)
        .counts("/campaigns/talk/steps/later/waiting", 1)
        .again("2026-11-02T09:00", "send talk 1 both/1/send:bar bar")
        .counts("/campaigns/talk/steps/later/waiting", 1)
        .again(
            "2026-11-03T09:00",
            "join talk 1 both\nadd-tag talk 1 add-tag:other other\nend talk 1 completed finished",
        )
        .counts("/campaigns/talk/active", 0);
}

#[test]
fn ways_take_turns_by_due_time_and_then_as_written() {
    let steps = |first: &str, second: &str| {
        format!(
            "      - fork: [{{ steps: [{{ wait: {first} }}, {{ add-tag: vip }}] }}, {{ steps: [{{ wait: {second} }}, {{ add-tag: other }}] }}]\n"
        )
    };
    let rows = |first: &str, second: &str, order: [&str; 2]| {
        let [one, two] = order;
        story(&campaign(&steps(first, second)))
            .on(
                "2026-11-01T09:00",
                "id,tags\n1,hot\n",
                &format!(
                    "start talk 1 condition\nfork talk 1 fork\nwait talk 1 fork/1/wait:{first} {one}\nwait talk 1 fork/2/wait:{second} {two}"
                ),
            )
    };
    rows("2 days", "1 day", ["2026-11-03T09:00:00+01:00", "2026-11-02T09:00:00+01:00"]).again(
        "2026-11-05T09:00",
        "add-tag talk 1 fork/2/add-tag:other other\nadd-tag talk 1 fork/1/add-tag:vip vip\njoin talk 1 fork\nend talk 1 completed finished",
    );
    rows("1 day", "24 hours", ["2026-11-02T09:00:00+01:00", "2026-11-02T09:00:00+01:00"]).again(
        "2026-11-05T09:00",
        "add-tag talk 1 fork/1/add-tag:vip vip\nadd-tag talk 1 fork/2/add-tag:other other\njoin talk 1 fork\nend talk 1 completed finished",
    );
}

#[test]
fn an_exit_on_one_way_ends_the_campaign_for_all() {
    let steps = "      - fork:
          - steps: [{ wait: 1 day }, { exit: converted }]
          - steps: [{ wait: 3 days }, { send: bar }]
";
    let begun = || {
        story(&campaign(steps)).on(
            "2026-11-01T09:00",
            "id,tags\n1,hot\n",
            "start talk 1 condition
             fork talk 1 fork
             wait talk 1 fork/1/wait:1 day 2026-11-02T09:00:00+01:00
             wait talk 1 fork/2/wait:3 days 2026-11-04T09:00:00+01:00",
        )
    };
    begun().again("2026-11-02T09:00", "end talk 1 fork/1/exit:converted converted exit").again("2026-11-05T09:00", "");
    begun().again("2026-11-09T09:00", "end talk 1 fork/1/exit:converted converted exit");
}

#[test]
fn forks_stand_inside_forks_and_waits_keep_their_rest_over_a_pause() {
    let yaml = |published: bool| {
        format!(
            "campaigns:\n  talk:\n    enter: [{{ tag: hot }}]\n    on-leave: stay\n    published: {published}\n    steps:
      - fork:
          - steps: [{{ id: inner, fork: [{{ steps: [{{ id: short, wait: 1 day }}] }}, {{ steps: [{{ id: long, wait: 3 days }}] }}] }}, {{ send: bar }}]
          - steps: [{{ add-tag: vip }}]
      - add-tag: other\n"
        )
    };
    story(&yaml(true))
        .on(
            "2026-11-01T09:00",
            "id,tags\n1,hot\n",
            "start talk 1 condition
             fork talk 1 fork
             fork talk 1 inner
             wait talk 1 short 2026-11-02T09:00:00+01:00
             wait talk 1 long 2026-11-04T09:00:00+01:00
             add-tag talk 1 fork/2/add-tag:vip vip",
        )
        .with(&yaml(false))
        .again("2026-11-02T08:00", "pause talk 1")
        .with(&yaml(true))
        .again("2026-11-10T08:00", "resume talk 1")
        .again("2026-11-10T09:00", "")
        .counts("/campaigns/talk/steps/short/done", 1)
        .again("2026-11-12T08:59", "")
        .again(
            "2026-11-12T09:00",
            "join talk 1 inner
             send talk 1 fork/1/send:bar bar
             join talk 1 fork
             add-tag talk 1 add-tag:other other
             end talk 1 completed finished",
        );
}

const ROUND: &str = "      - { id: again, send: bar, once: { after: 1 hour } }
      - wait: 1 day
      - if: { not: { tag: vip } }
        then: [{ goto: again }]
";

#[test]
fn a_goto_goes_round_and_every_visit_has_a_key_of_its_own() {
    let story = story(&campaign(ROUND))
        .on(
            "2026-11-01T09:00",
            "id,tags\n1,hot\n",
            "start talk 1 condition\nsend talk 1 again bar\nwait talk 1 wait:1 day 2026-11-02T09:00:00+01:00",
        )
        .acts("1 send bar talk 1 again 1")
        .again(
            "2026-11-02T09:00",
            "if talk 1 if then
             goto talk 1 if/then/goto:again again
             send talk 1 again bar
             wait talk 1 wait:1 day 2026-11-03T09:00:00+01:00",
        )
        .acts("1 send bar talk 1 again 2");
    let keys = |story: &super::Story| {
        let actions = String::from_utf8(story.last.as_ref().unwrap().actions.clone()).unwrap();
        actions.lines().skip(1).map(|line| line[..32].to_owned()).collect::<Vec<_>>()
    };
    let second = keys(&story);
    let story = story.again(
        "2026-11-03T09:00",
        "if talk 1 if then
         goto talk 1 if/then/goto:again again
         send talk 1 again bar
         wait talk 1 wait:1 day 2026-11-04T09:00:00+01:00",
    );
    assert_ne!(keys(&story), second);
    story.on("2026-11-04T09:00", "id,tags\n1,hot;vip\n", "if talk 1 if else\nend talk 1 completed finished");
}

#[test]
fn a_new_entry_counts_its_visits_anew() {
    let yaml = campaign(ROUND).replace("on-leave: stay", "on-leave: exit\n    reenter: { after: 1 hour }");
    let wait = |day: u8| format!("wait talk {{}} wait:1 day 2026-11-{day:02}T09:00:00+01:00");
    let on = |entry: u8, day: u8| wait(day).replace("{}", &entry.to_string());
    story(&yaml)
        .on(
            "2026-11-01T09:00",
            "id,tags\n1,hot\n",
            &format!("start talk 1 condition\nsend talk 1 again bar\n{}", on(1, 2)),
        )
        .on(
            "2026-11-02T09:00",
            "id,tags\n1,hot\n",
            &format!("if talk 1 if then\ngoto talk 1 if/then/goto:again again\nsend talk 1 again bar\n{}", on(1, 3)),
        )
        .on("2026-11-02T12:00", "id,tags\n1,\n", "end talk 1 exited on-leave")
        .on(
            "2026-11-05T09:00",
            "id,tags\n1,hot\n",
            &format!("start talk 2 condition\nsend talk 2 again bar\n{}", on(2, 6)),
        )
        .acts("1 send bar talk 2 again 1");
}

#[test]
fn a_plan_that_was_edited_by_hand_into_a_loop_without_a_wait_is_refused() {
    let plan = super::story(&campaign(ROUND)).plan;
    let mut file: serde_json::Value = serde_json::from_str(&plan.to_json()).unwrap();
    file["plan"]["campaigns"]["talk"]["steps"][1]["do"] = serde_json::json!({ "add-tag": "cold" });
    let Err(PlanError::Tampered { found, .. }) = Plan::from_json(&file.to_string()) else {
        panic!("the plan was changed");
    };
    file["fingerprint"] = serde_json::Value::from(found);
    let Err(PlanError::Faulty(why)) = Plan::from_json(&file.to_string()) else { panic!("it goes round for ever") };
    assert_eq!(why, "`if/then/goto:again` goes back to `again` without a `wait` on the way (endless-loop)");
}
