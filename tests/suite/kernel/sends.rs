//! Sends: whom they reach, how often, and which reason is told.

use super::story_with_refusals as story;

const HEAD: &str = "id,email,opt_in,dnc,tags,orders\n";

fn campaign(content: &str, steps: &str) -> String {
    format!(
        "  news: {{ kind: email{content} }}\ncampaigns:\n  talk:\n    enter: [{{ tag: hot }}]\n    steps: {steps}\n"
    )
}

fn sent(content: &str, step: &str, row: &str, what: &str) {
    let journal = format!("start talk 1 condition\n{what}\nend talk 1 completed finished");
    story(&campaign(content, &format!("[{step}]"))).on("2026-11-21T09:00", &format!("{HEAD}{row}\n"), &journal);
}

#[test]
fn a_channel_needs_address_consent_and_no_do_not_contact() {
    let step = "{ id: it, send: news }";
    let (sends, skips) = ("send talk 1 it news email", |what: &str| format!("skip talk 1 it news {what} unreachable"));
    sent("", step, "1,a@x.pl,true,,hot,", sends);
    sent("", step, "1,,true,,hot,", &skips("address"));
    sent("", step, "1,,false,bounced,hot,", &skips("address"));
    sent("", step, "1,a@x.pl,false,,hot,", &skips("consent"));
    sent("", step, "1,a@x.pl,,,hot,", &skips("consent"));
    for block in ["unsubscribed", "true", "complained", "bounced"] {
        sent("", step, &format!("1,a@x.pl,true,{block},hot,"), &skips("do-not-contact"));
        sent("", step, &format!("1,a@x.pl,false,{block},hot,"), &skips("do-not-contact"));
    }
    sent("", "{ id: it, send: bar }", "1,,,,hot,", "send talk 1 it bar");
}

#[test]
fn transactional_ignores_consent_and_unsubscription_but_no_complaint_and_no_bounce() {
    let step = "{ id: it, send: news, transactional: true }";
    let (sends, skips) = ("send talk 1 it news email", "skip talk 1 it news do-not-contact unreachable");
    sent("", step, "1,a@x.pl,false,unsubscribed,hot,", sends);
    sent(", transactional: true", "{ id: it, send: news }", "1,a@x.pl,false,,hot,", sends);
    sent("", step, "1,a@x.pl,true,complained,hot,", skips);
    sent("", step, "1,a@x.pl,true,bounced,hot,", skips);
    sent("", step, "1,,true,,hot,", "skip talk 1 it news address unreachable");
}

#[test]
fn the_first_reason_is_told_unpublished_before_unreachable_before_already_sent() {
    sent(", published: false", "{ id: it, send: news }", "1,,,,hot,", "skip talk 1 it news unpublished");
    let twice = "[{ id: one, send: news }, { remove-tag: hot }, { id: two, send: news }]";
    story(&campaign("", twice)).on(
        "2026-11-21T09:00",
        &format!("{HEAD}1,a@x.pl,true,,hot,\n"),
        "start talk 1 condition
         send talk 1 one news email
         remove-tag talk 1 remove-tag:hot hot
         skip talk 1 two news already-sent
         end talk 1 completed finished",
    );
}

fn twice(once: &str) -> String {
    format!(
        "campaigns:
  talk:
    enter: [{{ tag: hot }}]
    reenter: {{ after: 1 day }}
    steps: [{{ id: it, send: hello{once} }}]
"
    )
}

#[test]
fn once_counts_in_the_entry_ever_or_for_so_long() {
    let (on, off) = (format!("{HEAD}1,a@x.pl,true,,hot,\n"), format!("{HEAD}1,a@x.pl,true,,,\n"));
    for (once, second) in [
        ("", "send talk 2 it hello email"),
        (", once: entry", "send talk 2 it hello email"),
        (", once: ever", "skip talk 2 it hello already-sent"),
        (", once: { after: 4 days }", "skip talk 2 it hello already-sent"),
        (", once: { after: 3 days }", "send talk 2 it hello email"),
    ] {
        story(&twice(once))
            .on(
                "2026-11-01T09:00",
                &on,
                "start talk 1 condition\nsend talk 1 it hello email\nend talk 1 completed finished",
            )
            .on("2026-11-02T09:00", &off, "")
            .on("2026-11-04T09:00", &on, &format!("start talk 2 condition\n{second}\nend talk 2 completed finished"));
    }
}

#[test]
fn goal_and_exit_are_read_before_every_send() {
    let yaml = |ends: &str| {
        format!(
            "campaigns:\n  talk:\n    enter: [{{ tag: hot }}]\n    {ends}\n    steps: [{{ set: orders, to: {{ add: 1 }} }}, {{ send: bar }}]\n"
        )
    };
    let journal = |end: &str| format!("start talk 1 condition\nset talk 1 set:orders orders 0 1\nend talk 1 {end}");
    let file = format!("{HEAD}1,,,,hot,0\n");
    story(&yaml("goal: { field: orders, is: 1 }")).on("2026-11-01T09:00", &file, &journal("converted goal"));
    story(&yaml("exit-when: { field: orders, is: 1 }")).on("2026-11-01T09:00", &file, &journal("exited exit-when"));
}

#[test]
fn on_skip_exit_ends_the_campaign_where_a_message_is_not_sent() {
    let file = format!("{HEAD}1,,true,,hot,\n");
    for (content, step) in
        [("", "{ id: it, send: news, on-skip: exit }"), (", on-skip: exit", "{ id: it, send: news }")]
    {
        story(&campaign(content, &format!("[{step}, {{ add-tag: cold }}]"))).on(
            "2026-11-21T09:00",
            &file,
            "start talk 1 condition\nskip talk 1 it news address unreachable\nend talk 1 it exited skipped",
        );
    }
    story(&campaign(", on-skip: exit", "[{ id: it, send: news, on-skip: continue }]")).on(
        "2026-11-21T09:00",
        &file,
        "start talk 1 condition\nskip talk 1 it news address unreachable\nend talk 1 completed finished",
    );
}

#[test]
fn a_message_expires_when_it_is_reached_later_than_that_after_it_was_due() {
    let file = format!("{HEAD}1,a@x.pl,true,,hot,\n");
    let late = |content: &str, step: &str, now: &str, what: &str| {
        let steps = format!("[{{ id: pause, wait: 1 day }}, {step}]");
        story(&campaign(content, &steps).replace("    steps", "    on-leave: stay\n    steps"))
            .on("2026-11-21T09:00", &file, "start talk 1 condition\nwait talk 1 pause 2026-11-22T09:00:00+01:00")
            .on(now, &file, &format!("{what}\nend talk 1 completed finished"));
    };
    let (sends, skips) = ("send talk 1 it news email", "skip talk 1 it news expired");
    late("", "{ id: it, send: news, expires: 12 h }", "2026-11-22T21:00", sends);
    late("", "{ id: it, send: news, expires: 12 h }", "2026-11-22T21:01", skips);
    late(", expires: 12 h", "{ id: it, send: news }", "2026-11-22T21:01", skips);
    late(", expires: 12 h", "{ id: it, send: news, expires: 2 days }", "2026-11-22T21:01", sends);
}

#[test]
fn the_first_send_of_an_entry_is_due_when_the_entry_begins() {
    story(&campaign("", "[{ id: it, send: news, expires: 1 minute }]")).on(
        "2026-11-21T09:00",
        &format!("{HEAD}1,a@x.pl,true,,hot,\n"),
        "start talk 1 condition\nsend talk 1 it news email\nend talk 1 completed finished",
    );
}

#[test]
fn reachable_asks_for_address_consent_and_no_do_not_contact() {
    let yaml = "campaigns:
  talk:
    enter: [{ tag: hot }]
    steps:
      - { if: { reachable: email }, then: [{ id: 'yes', add-tag: vip }], else: [{ id: 'no', add-tag: cold }] }
";
    for (row, way) in [
        ("1,a@x.pl,true,,hot,", "if talk 1 if then\nadd-tag talk 1 yes vip"),
        ("1,,true,,hot,", "if talk 1 if else\nadd-tag talk 1 no cold"),
        ("1,a@x.pl,false,,hot,", "if talk 1 if else\nadd-tag talk 1 no cold"),
        ("1,a@x.pl,true,unsubscribed,hot,", "if talk 1 if else\nadd-tag talk 1 no cold"),
    ] {
        let journal = format!("start talk 1 condition\n{way}\nend talk 1 completed finished");
        story(yaml).on("2026-11-21T09:00", &format!("{HEAD}{row}\n"), &journal);
    }
}
