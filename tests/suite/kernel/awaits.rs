//! Waiting for events: what decides, when nothing came in time, and what stands between a campaign and another.
//!
//! Also the order of things that happen at one moment, as docs/language.md tells it.

use super::story;

const HEAD: &str = "contact,at,event,of,id\n";

/// A campaign for those with the tag `hot`; `bar` needs no address.
fn campaign(rest: &str) -> String {
    format!("events: {{ called: {{}} }}\ncampaigns:\n  talk:\n    enter: [{{ tag: hot }}]\n    on-leave: stay\n{rest}")
}

const CLICK: &str = "    steps:
      - send: bar
      - id: clicked
        await: { event: clicked, of: bar }
        for: 3 days
        then: [{ add-tag: vip }]
        else: [{ add-tag: cold }]
      - add-tag: other
";

const BEGUN: &str = "start talk 1 condition\nsend talk 1 send:bar bar\nawait talk 1 clicked 2026-11-05T09:00:00+01:00";
const THEN: &str = "awaited talk 1 clicked then\nadd-tag talk 1 clicked/then/add-tag:vip vip\nadd-tag talk 1 add-tag:other other\nend talk 1 completed finished";
const ELSE: &str = "awaited talk 1 clicked else\nadd-tag talk 1 clicked/else/add-tag:cold cold\nadd-tag talk 1 add-tag:other other\nend talk 1 completed finished";

fn begun() -> super::Story {
    story(&campaign(CLICK)).on("2026-11-02T09:00", "id,tags\n1,hot\n", BEGUN)
}

fn click(at: &str) -> String {
    format!("{HEAD}1,{at},clicked,bar,\n")
}

#[test]
fn an_event_decides_and_the_deadline_itself_is_in_time() {
    begun()
        .counts("/campaigns/talk/steps/clicked/waiting", 1)
        .hears(&click("2026-11-03T10:00"))
        .again("2026-11-03T12:00", THEN)
        .counts("/campaigns/talk/steps/clicked/done", 1);
    begun().hears(&click("2026-11-05T09:00")).again("2026-11-05T09:00", THEN);
    begun().hears(&click("2026-11-05T09:00")).again("2026-11-09T09:00", THEN);
    begun().hears(&click("2026-11-05T09:01")).again("2026-11-09T09:00", ELSE);
}

#[test]
fn without_the_event_else_follows_at_the_deadline_and_a_late_one_changes_nothing() {
    begun()
        .again("2026-11-05T08:59", "")
        .again("2026-11-05T09:00", ELSE)
        .hears(&click("2026-11-04T09:00"))
        .again("2026-11-06T09:00", "");
}

#[test]
fn what_is_not_the_event_or_was_before_the_message_does_not_count() {
    let others =
        format!("{HEAD}1,2026-11-02T09:00,clicked,bar,\n1,2026-11-03T09:00,clicked,,\n1,2026-11-03T09:00,called,,\n");
    begun().hears(&others).again("2026-11-04T09:00", "").again("2026-11-05T09:00", ELSE);
}

#[test]
fn an_event_since_the_message_decides_at_once() {
    let steps = "    steps: [{ send: bar }, { wait: 1 day }, { id: clicked, await: { event: clicked, of: bar }, for: 3 days, then: [{ add-tag: vip }] }]\n";
    let begun = "start talk 1 condition\nsend talk 1 send:bar bar\nwait talk 1 wait:1 day 2026-11-03T09:00:00+01:00";
    story(&campaign(steps))
        .on("2026-11-02T09:00", "id,tags\n1,hot\n", begun)
        .hears(&click("2026-11-02T12:00"))
        .again("2026-11-02T13:00", "")
        .again(
            "2026-11-03T09:00",
            "awaited talk 1 clicked then\nadd-tag talk 1 clicked/then/add-tag:vip vip\nend talk 1 completed finished",
        );
}

#[test]
fn after_a_skipped_message_else_follows_at_once() {
    let steps = CLICK.replace("send: bar", "send: hello").replace("of: bar", "of: hello");
    story(&campaign(&steps)).on(
        "2026-11-02T09:00",
        "id,tags\n1,hot\n",
        &format!("start talk 1 condition\nskip talk 1 send:hello hello address unreachable\n{ELSE}"),
    );
}

const SEVERAL: &str = "    steps:
      - id: answer
        await:
          - { when: { event: clicked, of: bar }, then: [{ add-tag: vip }] }
          - { when: { event: called }, then: [{ add-tag: cold }] }
        for: 1 day
";

#[test]
fn of_several_events_the_earliest_decides_and_of_equal_ones_the_first_as_written() {
    let run = |events: &str, journal: &str| {
        story(&campaign(SEVERAL))
            .on(
                "2026-11-02T09:00",
                "id,tags\n1,hot\n",
                "start talk 1 condition\nawait talk 1 answer 2026-11-03T09:00:00+01:00",
            )
            .hears(&format!("{HEAD}{events}"))
            .again("2026-11-03T12:00", &format!("{journal}\nend talk 1 completed finished"));
    };
    let (clicked, called) = (
        "awaited talk 1 answer then\nadd-tag talk 1 answer/then/add-tag:vip vip",
        "awaited talk 1 answer then-2\nadd-tag talk 1 answer/then-2/add-tag:cold cold",
    );
    run("1,2026-11-02T11:00,clicked,bar,\n1,2026-11-02T10:00,called,,\n", called);
    run("1,2026-11-02T11:00,called,,\n1,2026-11-02T11:00,clicked,bar,\n", clicked);
    run("1,2026-11-03T09:01,clicked,bar,\n", "awaited talk 1 answer else");
}

#[test]
fn a_pause_stops_the_deadline_and_not_the_events() {
    let yaml = |published: &str| campaign(&format!("    published: {published}\n{CLICK}"));
    let begun = || {
        story(&yaml("true"))
            .on("2026-11-02T09:00", "id,tags\n1,hot\n", BEGUN)
            .with(&yaml("false"))
            .again("2026-11-03T09:00", "pause talk 1")
    };
    begun()
        .with(&yaml("true"))
        .again("2026-11-10T09:00", "resume talk 1")
        .again("2026-11-12T08:59", "")
        .again("2026-11-12T09:00", ELSE);
    begun()
        .hears(&click("2026-11-08T09:00"))
        .again("2026-11-09T09:00", "")
        .with(&yaml("true"))
        .again("2026-11-10T09:00", &format!("resume talk 1\n{THEN}"));
}

#[test]
fn without_a_deadline_it_waits_without_end() {
    let steps = "    steps: [{ await: { event: called }, then: [{ add-tag: vip }] }]\n";
    story(&campaign(steps))
        .on("2026-11-02T09:00", "id,tags\n1,hot\n", "start talk 1 condition\nawait talk 1 await:called")
        .again("2027-11-02T09:00", "")
        .hears(&format!("{HEAD}1,2027-11-03T09:00,called,,\n"))
        .again(
            "2027-11-04T09:00",
            "awaited talk 1 await:called then\nadd-tag talk 1 await:called/then/add-tag:vip vip\nend talk 1 completed finished",
        );
}

#[test]
fn each_way_of_a_fork_awaits_for_itself() {
    let steps = "    steps:
      - fork:
          - steps: [{ id: one, await: { event: called }, for: 1 day }]
          - steps: [{ id: two, await: { event: called }, for: 3 days, then: [{ add-tag: vip }] }]
";
    story(&campaign(steps))
        .on(
            "2026-11-02T09:00",
            "id,tags\n1,hot\n",
            "start talk 1 condition
             fork talk 1 fork
             await talk 1 one 2026-11-03T09:00:00+01:00
             await talk 1 two 2026-11-05T09:00:00+01:00",
        )
        .hears(&format!("{HEAD}1,2026-11-04T09:00,called,,\n"))
        .again(
            "2026-11-04T10:00",
            "awaited talk 1 one else
             awaited talk 1 two then
             add-tag talk 1 fork/2/add-tag:vip vip
             join talk 1 fork
             end talk 1 completed finished"
                .replace("fork/2/add-tag:vip", "two/then/add-tag:vip")
                .as_str(),
        );
}

const TWO: &str = "
campaigns:
  call:
    enter: [{ tag: hot }]
    on-leave: stay
    steps: [{ enroll: club }, { wait: 1 day }, { withdraw: club }, { wait: 1 day }, { withdraw: club }, { enroll: club }]
  club:
    steps: [{ send: bar }, { wait: 10 days }, { add-tag: vip }]
";

#[test]
fn a_step_lets_into_another_campaign_and_takes_out_of_it() {
    story(TWO)
        .on(
            "2026-11-02T09:00",
            "id,tags\n1,hot\n",
            "start call 1 condition
             enroll call 1 enroll:club club
             wait call 1 wait:1 day 2026-11-03T09:00:00+01:00
             start club 1 enrolled
             send club 1 send:bar bar
             wait club 1 wait:10 days 2026-11-12T09:00:00+01:00",
        )
        .again(
            "2026-11-03T09:00",
            "withdraw call 1 withdraw:club club
             end club 1 exited withdrawn
             wait call 1 wait:1 day#2 2026-11-04T09:00:00+01:00",
        )
        .again("2026-11-04T09:00", "enroll call 1 enroll:club#2 club\nend call 1 completed finished")
        .counts("/campaigns/call/steps/withdraw:club#2/done", 1);
}

#[test]
fn who_cannot_enter_is_not_let_in_by_a_step() {
    let yaml = TWO.replace("  club:\n", "  club:\n    exit-when: { tag: cold }\n");
    story(&yaml).on(
        "2026-11-02T09:00",
        "id,tags\n1,hot;cold\n",
        "start call 1 condition\nenroll call 1 enroll:club club\nwait call 1 wait:1 day 2026-11-03T09:00:00+01:00",
    );
}

/// Two events at one moment are taken in by name, then content, then identity; so the second `set` stays.
#[test]
fn events_at_one_moment_are_taken_in_by_name() {
    let yaml = "events: { alpha: { updates: { note: { set: first } } }, beta: { updates: { note: { set: second } } } }\nsegments: { s: { where: { event: alpha } } }\n";
    for rows in [
        "1,2026-11-03T09:00,beta,,\n1,2026-11-03T09:00,alpha,,\n",
        "1,2026-11-03T09:00,alpha,,\n1,2026-11-03T09:00,beta,,\n",
    ] {
        story(yaml)
            .on("2026-11-02T09:00", "id\n1\n", "")
            .hears(&format!("{HEAD}{rows}"))
            .again("2026-11-03T09:00", "update note first alpha\nupdate note first second beta");
    }
}

/// The goal is looked at before the step that is due, so the message stays.
#[test]
fn a_goal_that_is_met_while_a_message_is_due_comes_first() {
    let yaml = campaign("    goal: { event: called }\n    steps: [{ wait: 1 day }, { send: bar }]\n");
    let begun = "start talk 1 condition\nwait talk 1 wait:1 day 2026-11-03T09:00:00+01:00";
    story(&yaml)
        .on("2026-11-02T09:00", "id,tags\n1,hot\n", begun)
        .hears(&format!("{HEAD}1,2026-11-03T09:00,called,,\n"))
        .again("2026-11-03T09:00", "end talk 1 converted goal");
    story(&yaml)
        .on("2026-11-02T09:00", "id,tags\n1,hot\n", begun)
        .again("2026-11-03T09:00", "send talk 1 send:bar bar\nend talk 1 completed finished");
}

/// The file is read first, then the step adds the tag again; our tag stays while the file has not agreed.
#[test]
fn a_tag_that_the_file_loses_while_a_step_adds_it_is_there_in_the_end() {
    let yaml = campaign("    steps: [{ wait: 1 day }, { add-tag: vip }]\n");
    story(&yaml)
        .on(
            "2026-11-02T09:00",
            "id,tags\n1,hot;vip\n",
            "start talk 1 condition\nwait talk 1 wait:1 day 2026-11-03T09:00:00+01:00",
        )
        .on(
            "2026-11-03T09:00",
            "id,tags\n1,hot\n",
            "external-tag vip removed\nadd-tag talk 1 add-tag:vip vip\nend talk 1 completed finished",
        )
        .writes("id,tags\n1,hot;vip\n")
        .again("2026-11-04T09:00", "")
        .writes("id,tags\n1,hot;vip\n");
}
