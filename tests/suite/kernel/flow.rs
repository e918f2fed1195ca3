//! The ways through a campaign: shares.

use super::story;

fn campaign(steps: &str) -> String {
    format!("campaigns:\n  talk:\n    enter: [{{ tag: hot }}]\n    on-leave: stay\n    steps:\n{steps}")
}

/// A contact's number of a hundred, as docs/language.md promises it stays.
fn number(contact: &str, step: &str) -> u64 {
    let hash = blake3::hash(format!("{contact}\ntalk\n{step}").as_bytes());
    u64::from_be_bytes(hash.as_bytes()[..8].try_into().unwrap()) % 100
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
        let way = if number(contact, "test") < 70 {
            format!(
                "{start}split talk 1 test 70\n{start}send talk 1 test/70/send:bar bar\n{start}add-tag talk 1 add-tag:vip vip\n{start}end talk 1 completed finished\n"
            )
        } else {
            format!("{start}split talk 1 test control\n{start}end talk 1 test/control/exit:completed completed exit\n")
        };
        journal.push_str(&way);
    }
    let controls = contacts.iter().filter(|contact| number(contact, "test") >= 70).count() as u64;
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
            let lines = if number(&contact, "test") < 50 {
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
