//! Campaigns: who is admitted, when an entry is void, who leaves with which outcome, and when one may come again.

use super::story;

const HEAD: &str = "id,email,orders,tags,stage_shop\n";

/// The file took the tag away, or gave it; a campaign of the story writes tags, so it is told.
const LOST: &str = "external-tag hot removed";
const GAINED: &str = "external-tag hot added\n";

const SHOP: &str = "
funnels:
  shop:
    moves: free
    stages:
      known: { weight: 10 }
      buyer: { weight: 20 }
      loyal: { weight: 30 }
campaigns:
";

#[test]
fn a_state_condition_admits_when_it_becomes_true_and_again_after_reenter_and_a_time_of_false() {
    let story = story(&format!(
        "{SHOP}  gift:\n    enter: [{{ tag: hot }}]\n    reenter: {{ after: 2 days }}\n    steps: [{{ add-tag: vip }}]\n"
    ));
    let (hot, not) = (format!("{HEAD}1,,,hot;vip,\n"), format!("{HEAD}1,,,vip,\n"));
    let once = |entry| format!("start gift {entry} condition\nend gift {entry} completed finished");
    story
        .on("2026-11-01T09:00", &hot, &once(1))
        .on("2026-11-05T09:00", &hot, "")
        .on("2026-11-06T09:00", &not, LOST)
        .on("2026-11-07T09:00", &hot, &format!("{GAINED}{}", once(2)))
        .on("2026-11-08T08:00", &not, LOST)
        .on("2026-11-08T09:00", &hot, GAINED)
        .on("2026-11-09T08:59", &hot, "")
        .on("2026-11-09T09:00", &hot, &once(3))
        .counts("/campaigns/gift/completed", 1);
}

#[test]
fn without_reenter_nobody_comes_twice() {
    let story = story(&format!("{SHOP}  gift:\n    enter: [{{ tag: hot }}]\n    steps: [{{ add-tag: vip }}]\n"));
    story
        .on(
            "2026-11-01T09:00",
            &format!("{HEAD}1,,,hot;vip,\n"),
            "start gift 1 condition\nend gift 1 completed finished",
        )
        .on("2026-11-02T09:00", &format!("{HEAD}1,,,vip,\n"), LOST)
        .on("2027-11-02T09:00", &format!("{HEAD}1,,,hot;vip,\n"), GAINED);
}

#[test]
fn who_has_reached_the_goal_does_not_enter_and_must_be_seen_outside_first() {
    let story = story(&format!(
        "{SHOP}  gift:\n    enter: [{{ tag: hot }}]\n    goal: {{ field: orders, at-least: 1 }}\n    exit-when: {{ tag: cold }}\n    steps: [{{ add-tag: vip }}]\n"
    ));
    story
        .on("2026-11-01T09:00", &format!("{HEAD}1,,1,hot;vip,\n"), "")
        .on("2026-11-02T09:00", &format!("{HEAD}1,,0,hot;vip,\n"), "")
        .on("2026-11-03T09:00", &format!("{HEAD}1,,0,vip,\n"), LOST)
        .on("2026-11-04T09:00", &format!("{HEAD}1,,0,hot;cold;vip,\n"), &format!("external-tag cold added\n{GAINED}"))
        .on("2026-11-05T09:00", &format!("{HEAD}1,,0,vip,\n"), &format!("external-tag cold removed\n{LOST}"))
        .on(
            "2026-11-06T09:00",
            &format!("{HEAD}1,,0,hot;vip,\n"),
            &format!("{GAINED}start gift 1 condition\nend gift 1 completed finished"),
        );
}

#[test]
fn entered_admits_who_comes_to_rest_and_not_who_is_found_there() {
    let yaml = "
funnels:
  shop:
    stages:
      known: { weight: 10, converts: { tag: hot } }
      buyer: { weight: 20, converts: { tag: vip } }
      loyal: { weight: 30 }
campaigns:
  greet-buyer: { enter: [{ entered: shop/buyer }], reenter: { after: 1 minute }, steps: [{ send: bar }] }
  greet-loyal: { enter: [{ entered: shop/loyal }], steps: [{ send: bar }] }
";
    let greeted = |campaign: &str| {
        format!("start {campaign} 1 entered\nsend {campaign} 1 send:bar bar\nend {campaign} 1 completed finished")
    };
    story(yaml).on("2026-11-21T09:00", &format!("{HEAD}1,,,,buyer\n"), "").on(
        "2026-11-22T09:00",
        &format!("{HEAD}1,,,vip,buyer\n"),
        &format!("convert shop buyer loyal\n{}", greeted("greet-loyal")),
    );
    story(yaml).on(
        "2026-11-21T09:00",
        &format!("{HEAD}1,,,hot;vip,known\n"),
        &format!("convert shop known buyer\nconvert shop buyer loyal\n{}", greeted("greet-loyal")),
    );
    story(yaml).on("2026-11-21T09:00", &format!("{HEAD}1,,,,loyal\n"), "").on(
        "2026-11-22T09:00",
        &format!("{HEAD}1,,,,buyer\n"),
        &format!("external-stage shop loyal buyer\n{}", greeted("greet-buyer")),
    );
}

#[test]
fn an_occurrence_that_finds_the_campaign_active_is_lost() {
    let story = story(
        "
funnels:
  shop:
    stages:
      known: { weight: 10, converts: { tag: hot } }
      buyer: { weight: 20 }
campaigns:
  greet: { enter: [{ entered: shop/buyer }], reenter: { after: 1 minute }, steps: [{ wait: 2 days }] }
",
    );
    story
        .on(
            "2026-11-01T09:00",
            &format!("{HEAD}1,,,hot,known\n"),
            "convert shop known buyer\nstart greet 1 entered\nwait greet 1 wait:2 days 2026-11-03T09:00:00+01:00",
        )
        .on("2026-11-02T09:00", &format!("{HEAD}1,,,,loyal\n").replace("loyal", "known"), "")
        .on("2026-11-02T10:00", &format!("{HEAD}1,,,,buyer\n"), "")
        .back("2026-11-03T09:00", "end greet 1 completed finished")
        .back("2026-11-05T09:00", "");
}

#[test]
fn an_entry_whose_condition_no_longer_holds_before_the_first_step_is_void() {
    let story = story(&format!(
        "{SHOP}  first:
    priority: 9
    enter: [{{ tag: hot }}]
    reenter: {{ after: 1 minute }}
    steps: [{{ remove-tag: hot }}]
  second:
    enter: [{{ tag: hot }}]
    steps: [{{ add-tag: vip }}]
"
    ));
    let first = |entry| {
        format!(
            "start first {entry} condition\nstart second 1 condition\nremove-tag first {entry} remove-tag:hot hot\nend first {entry} completed finished\novertaken second 1"
        )
    };
    story
        .on("2026-11-01T09:00", &format!("{HEAD}1,,,hot,\n"), &first(1))
        .counts("/campaigns/second/overtaken", 1)
        .counts("/campaigns/second/active", 0)
        .back("2026-11-02T09:00", "")
        .on(
            "2026-11-03T09:00",
            &format!("{HEAD}1,,,hot;cold,\n"),
            &format!("external-tag cold added\n{GAINED}{}", first(2)),
        );
}

#[test]
fn a_campaign_starts_once_in_an_instant_and_again_at_the_next() {
    let story = story(&format!(
        "{SHOP}  a-takes:
    enter: [{{ tag: hot }}]
    steps: [{{ remove-tag: hot }}, {{ add-tag: cold }}]
  b-late:
    enter: [{{ tag: hot }}]
    steps: [{{ add-tag: vip }}]
  c-gives:
    enter: [{{ tag: cold }}]
    steps: [{{ add-tag: hot }}]
"
    ));
    story
        .on(
            "2026-11-01T09:00",
            &format!("{HEAD}1,,,hot,\n"),
            "start a-takes 1 condition
             start b-late 1 condition
             remove-tag a-takes 1 remove-tag:hot hot
             add-tag a-takes 1 add-tag:cold cold
             end a-takes 1 completed finished
             overtaken b-late 1
             start c-gives 1 condition
             add-tag c-gives 1 add-tag:hot hot
             end c-gives 1 completed finished
             defer b-late 1 campaign",
        )
        .back("2026-11-01T09:00", "defer b-late 1 campaign")
        .back(
            "2026-11-01T09:01",
            "start b-late 1 condition\nadd-tag b-late 1 add-tag:vip vip\nend b-late 1 completed finished",
        );
}

#[test]
fn goal_comes_before_exit_when_and_that_before_on_leave() {
    let yaml = format!(
        "{SHOP}  talk:
    enter: [{{ tag: hot }}]
    on-leave: exit
    goal: {{ field: orders, at-least: 1 }}
    exit-when: {{ tag: cold }}
    steps: [{{ wait: 9 days }}]
"
    );
    let begun = || {
        story(&yaml).on(
            "2026-11-01T09:00",
            &format!("{HEAD}1,,0,hot,\n"),
            "start talk 1 condition\nwait talk 1 wait:9 days 2026-11-10T09:00:00+01:00",
        )
    };
    begun().on("2026-11-02T09:00", &format!("{HEAD}1,,1,cold,\n"), "end talk 1 converted goal");
    begun().on("2026-11-02T09:00", &format!("{HEAD}1,,0,cold,\n"), "end talk 1 exited exit-when");
    begun().on("2026-11-02T09:00", &format!("{HEAD}1,,0,,\n"), "end talk 1 exited on-leave");
    begun()
        .on("2026-11-02T09:00", &format!("{HEAD}1,,0,hot,\n"), "")
        .counts("/campaigns/talk/steps/wait:9 days/waiting", 1);
}

#[test]
fn on_leave_concerns_only_those_whom_a_state_condition_let_in() {
    let yaml = format!(
        "{SHOP}  push: {{ enter: [{{ tag: vip }}], steps: [{{ move: shop/buyer }}] }}
  talk:
    enter: [{{ tag: hot }}, {{ entered: shop/buyer }}]
    on-leave: exit
    steps: [{{ wait: 9 days }}]
"
    );
    story(&yaml)
        .on(
            "2026-11-01T09:00",
            &format!("{HEAD}1,,,vip,\n"),
            "start push 1 condition
             move push 1 move:shop/buyer shop buyer
             end push 1 completed finished
             start talk 1 entered
             wait talk 1 wait:9 days 2026-11-10T09:00:00+01:00",
        )
        .back("2026-11-02T09:00", "");
    story(&yaml)
        .on(
            "2026-11-01T09:00",
            &format!("{HEAD}1,,,vip;hot,\n"),
            "start push 1 condition
             start talk 1 condition
             move push 1 move:shop/buyer shop buyer
             end push 1 completed finished
             wait talk 1 wait:9 days 2026-11-10T09:00:00+01:00",
        )
        .on("2026-11-02T09:00", &format!("{HEAD}1,,,vip,buyer\n"), "end talk 1 exited on-leave");
}

#[test]
fn existing_skip_leaves_out_who_qualifies_at_first_but_not_who_comes_later() {
    let story = story(&format!(
        "{SHOP}  gift:\n    enter: [{{ tag: hot }}]\n    existing: skip\n    steps: [{{ add-tag: vip }}]\n"
    ));
    let entered = |contact: &str| {
        format!(
            "{contact}start gift 1 condition\n{contact}add-tag gift 1 add-tag:vip vip\n{contact}end gift 1 completed finished"
        )
    };
    story
        .on("2026-11-01T09:00", &format!("{HEAD}1,,,hot,\n"), "")
        .on("2026-11-02T09:00", &format!("{HEAD}1,,,hot,\n2,,,hot,\n"), &entered("2 "))
        .on("2026-11-03T09:00", &format!("{HEAD}1,,,,\n"), "external-tag hot removed")
        .on("2026-11-04T09:00", &format!("{HEAD}1,,,hot,\n"), &format!("external-tag hot added\n{}", entered("")));
}

#[test]
fn what_a_step_changes_is_seen_by_funnels_and_campaigns_in_the_same_instant() {
    story(
        "
funnels:
  shop:
    stages:
      known: { weight: 10, converts: { tag: hot } }
      buyer: { weight: 20 }
campaigns:
  warm: { enter: [{ stage: shop/known }], steps: [{ add-tag: hot }] }
  greet: { enter: [{ entered: shop/buyer }], steps: [{ send: bar }] }
",
    )
    .on(
        "2026-11-21T09:00",
        &format!("{HEAD}1,,,,known\n"),
        "start warm 1 condition
         add-tag warm 1 add-tag:hot hot
         end warm 1 completed finished
         convert shop known buyer
         start greet 1 entered
         send greet 1 send:bar bar
         end greet 1 completed finished",
    );
}

#[test]
fn campaigns_run_by_priority_then_id_and_due_steps_by_due_time() {
    let story = story(&format!(
        "{SHOP}  a: {{ enter: [{{ tag: hot }}], on-leave: stay, steps: [{{ wait: 3 days }}, {{ send: bar }}] }}
  b: {{ priority: 5, enter: [{{ tag: hot }}], on-leave: stay, steps: [{{ wait: 4 days }}, {{ send: bar }}] }}
  c: {{ enter: [{{ tag: hot }}], on-leave: stay, steps: [{{ wait: 3 days }}, {{ send: bar }}] }}
"
    ));
    story
        .on(
            "2026-11-01T09:00",
            &format!("{HEAD}1,,,hot,\n"),
            "start b 1 condition
             start a 1 condition
             start c 1 condition
             wait b 1 wait:4 days 2026-11-05T09:00:00+01:00
             wait a 1 wait:3 days 2026-11-04T09:00:00+01:00
             wait c 1 wait:3 days 2026-11-04T09:00:00+01:00",
        )
        .back(
            "2026-11-09T09:00",
            "send a 1 send:bar bar
             end a 1 completed finished
             send c 1 send:bar bar
             end c 1 completed finished
             send b 1 send:bar bar
             end b 1 completed finished",
        );
}

#[test]
fn steps_branch_and_exit() {
    let story = story(&format!(
        "{SHOP}  gift:
    enter: [{{ tag: hot }}]
    steps:
      - if: {{ field: orders, at-least: 5 }}
        then:
          - add-tag: vip
          - exit: converted
        else:
          - points: 10
      - points: 10
"
    ));
    story
        .on(
            "2026-11-01T09:00",
            "id,orders,tags,points,stage_shop\n1,5,hot,,\n2,1,hot,7,\n",
            "start gift 1 condition
             if gift 1 if then
             add-tag gift 1 if/then/add-tag:vip vip
             end gift 1 if/then/exit:converted converted exit
             2 start gift 1 condition
             2 if gift 1 if else
             2 points gift 1 if/else/points:10 7 17
             2 points gift 1 points:10 17 27
             2 end gift 1 completed finished",
        )
        .writes("id,orders,tags,points,stage_shop\n1,5,hot;vip,,\n2,1,hot,27,\n");
}

#[test]
fn who_is_enrolled_where_an_entry_was_overtaken_in_the_same_run_does_not_come_in_later() {
    let campaigns = "
campaigns:
  first:  { priority: 3, enter: { tag: hot }, on-leave: stay, steps: [{ remove-tag: hot }] }
  second: { priority: 2, enter: { tag: hot }, on-leave: stay, steps: [{ add-tag: vip }] }
  third:  { priority: 1, enter: { not: { tag: hot } }, on-leave: stay, steps: [{ enroll: second }] }
";
    story(campaigns)
        .on(
            "2026-11-21T09:00",
            "id,tags\n1,hot\n",
            "start first 1 condition
             start second 1 condition
             remove-tag first 1 remove-tag:hot hot
             end first 1 completed finished
             overtaken second 1
             start third 1 condition
             enroll third 1 enroll:second second
             end third 1 completed finished",
        )
        .again("2026-11-22T09:00", "");
}
