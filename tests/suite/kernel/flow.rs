//! The ways through a campaign: shares, ways side by side, and ways back.

use funnelc::plan::{Plan, PlanError};

use super::story;
use crate::reference::branches_by_number;

fn campaign(steps: &str) -> String {
    format!(
        "campaigns:\n  talk:\n    enter: [{{ tag: hot }}]\n    on-leave: stay\n    steps:\n{steps}"
    )
}

/// A contact's number of a hundred, as docs/language.md promises it stays.
fn number(contact: &str, step: &str) -> u64 {
    let hash = blake3::hash(format!("{contact}\ntalk\n{step}").as_bytes());
    u64::from_be_bytes(hash.as_bytes()[..8].try_into().unwrap()) % 100
}

/// The branch of the only split of `steps` that a contact takes, as the reference reads
/// docs/language.md.
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
        let start = if contact == "1" {
            String::new()
        } else {
            format!("{contact} ")
        };
        journal.push_str(&format!("{start}start talk 1 condition\n"));
        let way = if branch(contact, TWO) == "70" {
            format!(
                "{start}split talk 1 test 70\n{start}send talk 1 test/70/send:bar \
                    bar\n{start}add-tag talk 1 add-tag:vip vip\n{start}end talk 1 completed finished\n"
            )
        } else {
            format!(
                "{start}split talk 1 test control\n{start}end talk 1 test/control/exit:completed \
                    completed exit\n"
            )
        };
        journal.push_str(&way);
    }
    let controls = contacts
        .iter()
        .filter(|contact| branch(contact, TWO) == "control")
        .count() as u64;
    assert!(0 < controls && controls < 40);
    story(&campaign(TWO))
        .on("2026-11-01T09:00", &file, &journal)
        .counts("/campaigns/talk/steps/test/done", 40)
        .counts(
            "/campaigns/talk/steps/test~1control~1exit:completed/done",
            controls,
        );
}

#[test]
fn the_order_of_the_branches_reshuffles_nobody() {
    let there = "      - { id: test, split: [{ share: 50, steps: [{ send: bar }] }, { share: 50, steps: [{ add-tag: vip }, { exit: exited }] }] }\n";
    let back = "      - { id: test, split: [{ share: 50, steps: [{ add-tag: vip }, { exit: exited }] }, { share: 50, steps: [{ send: bar }] }] }\n      - add-tag: other\n";
    for contact in 1..=20 {
        let contact = contact.to_string();
        let way = |rest: &str| {
            let who = if contact == "1" {
                String::new()
            } else {
                format!("{contact} ")
            };
            let lines = if branch(&contact, there) == "50" {
                "start talk 1 condition\nsplit talk 1 test 50\nadd-tag talk 1 test/50/add-tag:vip \
                    vip\nend talk 1 test/50/exit:exited exited exit"
                    .to_owned()
            } else {
                format!(
                    "start talk 1 condition\nsplit talk 1 test 50#2\nsend talk 1 \
                        test/50#2/send:bar bar\n{rest}end talk 1 completed finished"
                )
            };
            lines
                .lines()
                .map(|line| format!("{who}{line}\n"))
                .collect::<String>()
        };
        let file = format!("id,tags\n{contact},hot\n");
        story(&campaign(there)).on("2026-11-01T09:00", &file, &way(""));
        story(&campaign(back)).on(
            "2026-11-01T09:00",
            &file,
            &way("add-tag talk 1 add-tag:other other\n"),
        );
    }
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
            "start talk 1 condition\nsend talk 1 again bar\nwait talk 1 wait:1 day \
                2026-11-02T09:00:00+01:00",
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
        actions
            .lines()
            .skip(1)
            .map(|line| line[..32].to_owned())
            .collect::<Vec<_>>()
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
    story.on(
        "2026-11-04T09:00",
        "id,tags\n1,hot;vip\n",
        "if talk 1 if else\nend talk 1 completed finished",
    );
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
    let Err(PlanError::Faulty(why)) = Plan::from_json(&file.to_string()) else {
        panic!("it goes round for ever")
    };
    let loops =
        "`if/then/goto:again` goes back to `again` without a `wait` on the way (endless-loop)";
    assert_eq!(why, format!("campaigns/talk/steps/3/then/1/goto: {loops}"));
}
