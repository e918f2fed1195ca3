//! What is not published, and what happens when it comes back.

use super::story;

fn campaign(publish: &str) -> String {
    format!(
        "
campaigns:
  talk:
    enter: [{{ tag: hot }}]
    on-leave: stay
    {publish}
    steps: [{{ wait: 10 days }}, {{ send: bar }}]
"
    )
}

#[test]
fn an_unpublished_campaign_pauses_and_on_return_the_rest_of_a_wait_is_served() {
    let file = "id,tags\n1,hot\n";
    story(&campaign(""))
        .on("2026-11-01T09:00", file, "start talk 1 condition\nwait talk 1 wait:10 days 2026-11-11T09:00:00+01:00")
        .with(&campaign("published: false"))
        .again("2026-11-05T09:00", "pause talk 1")
        .counts("/campaigns/talk/active", 1)
        .again("2026-11-20T09:00", "")
        .with(&campaign(""))
        .again("2026-11-25T09:00", "resume talk 1")
        .again("2026-12-01T08:59", "")
        .again("2026-12-01T09:00", "send talk 1 send:bar bar\nend talk 1 completed finished");
}

#[test]
fn a_pause_begins_where_the_window_ended_if_that_is_earlier() {
    let file = "id,tags\n1,hot\n";
    story(&campaign("publish: { until: 2026-11-04T09:00 }"))
        .on("2026-11-01T09:00", file, "start talk 1 condition\nwait talk 1 wait:10 days 2026-11-11T09:00:00+01:00")
        .again("2026-11-20T09:00", "pause talk 1")
        .with(&campaign(""))
        .again("2026-11-25T09:00", "resume talk 1")
        .again("2026-12-02T08:59", "")
        .again("2026-12-02T09:00", "send talk 1 send:bar bar\nend talk 1 completed finished");
}

#[test]
fn with_after_until_exit_contacts_inside_leave_when_the_window_is_over() {
    let window = "publish: { until: 2026-11-04, after-until: exit }";
    story(&campaign(window))
        .on(
            "2026-11-01T09:00",
            "id,tags\n1,hot\n",
            "start talk 1 condition\nwait talk 1 wait:10 days 2026-11-11T09:00:00+01:00",
        )
        .again("2026-11-04T23:59", "")
        .again("2026-11-05T00:00", "end talk 1 exited after-until")
        .counts("/campaigns/talk/exited", 1)
        .again("2026-11-20T09:00", "");
    // Who paused before the end leaves, too; another campaign pauses on.
    story(&campaign(window))
        .on(
            "2026-11-01T09:00",
            "id,tags\n1,hot\n",
            "start talk 1 condition\nwait talk 1 wait:10 days 2026-11-11T09:00:00+01:00",
        )
        .with(&campaign(&format!("{window}\n    published: false")))
        .again("2026-11-03T09:00", "pause talk 1")
        .again("2026-11-06T09:00", "end talk 1 exited after-until");
    story(&campaign("publish: { until: 2026-11-04, after-until: pause }"))
        .on(
            "2026-11-01T09:00",
            "id,tags\n1,hot\n",
            "start talk 1 condition\nwait talk 1 wait:10 days 2026-11-11T09:00:00+01:00",
        )
        .again("2026-11-05T00:00", "pause talk 1");
}

#[test]
fn nobody_enters_an_unpublished_campaign_and_who_qualifies_on_its_first_day_does() {
    story(&campaign("publish: { from: 2026-11-10 }"))
        .on("2026-11-01T09:00", "id,tags\n1,hot\n", "")
        .again("2026-11-10T00:00", "start talk 1 condition\nwait talk 1 wait:10 days 2026-11-20T00:00:00+01:00");
}

#[test]
fn an_unpublished_funnel_stands_still_and_takes_nobody_in() {
    let rest = |more: &str| {
        format!(
            "
funnels:
  shop:
    audience: {{ tag: hot }}
    on-audience-left: leave
    place: [{{ stage: loyal, when: {{ tag: vip }} }}]
    {more}
    stages:
      known: {{ weight: 10, converts: {{ tag: other }} }}
      buyer: {{ weight: 20 }}
      loyal: {{ weight: 30 }}
campaigns:
  push: {{ enter: {{ tag: cold }}, steps: [{{ move: shop/loyal }}] }}
  pull: {{ enter: {{ tag: VIP }}, steps: [{{ leave: shop }}] }}
"
        )
    };
    let refused = "start push 1 condition
                   refuse push 1 move:shop/loyal shop known loyal unpublished
                   end push 1 completed finished";
    story(&rest(""))
        .on("2026-11-01T09:00", "id,tags\n1,hot\n", "enter shop known")
        .with(&rest("published: false"))
        .on("2026-11-02T09:00", "id,tags\n1,hot;vip;other\n", "")
        .on("2026-11-03T09:00", "id,tags\n1,cold\n", refused)
        .with(&rest("publish: { from: 2026-11-05 }"))
        .on("2026-11-04T09:00", "id,tags\n1,\n", "")
        .again("2026-11-05T00:00", "drop shop known")
        .on("2026-11-06T09:00", "id,tags\n1,hot\n", "enter shop known")
        .with(&rest("publish: { until: 2026-11-06 }"))
        .on("2026-11-07T09:00", "id,tags\n1,hot;other\n", "")
        .on(
            "2026-11-08T09:00",
            "id,tags\n1,VIP\n",
            "start pull 1 condition\nleave pull 1 leave:shop shop known\nend pull 1 completed finished",
        );
}

#[test]
fn a_contact_stays_in_an_unpublished_stage() {
    let funnel = |more: &str| {
        format!(
            "\nfunnels: {{ shop: {{ stages: {{ known: {{ weight: 10{more}, converts: {{ tag: hot }} }}, buyer: {{ weight: 20 }} }} }} }}\n"
        )
    };
    story(&funnel(", published: false")).on("2026-11-01T09:00", "id,tags,stage_shop\n1,,known\n", "").on(
        "2026-11-02T09:00",
        "id,tags,stage_shop\n1,hot,known\n",
        "convert shop known buyer",
    );
}
