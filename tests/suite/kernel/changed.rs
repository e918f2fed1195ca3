//! What is shown, put off or known of a contact when the plan changes under it.

use super::in_flight::talk;
use super::{Story, story};

const HEAD: &str = "id,tags,note\n";

/// A funnel with one experience in each of two stages.
fn news(visitor: &str, reader: &str) -> String {
    format!(
        "
funnels:
  news:
    audience: everyone
    stages:
      visitor: {{ weight: 0, converts: [{{ when: {{ tag: cold }}, to: reader }}], experiences: [{visitor}] }}
      reader: {{ weight: 10, back-to: [visitor], experiences: [{reader}] }}
"
    )
}

fn shown() -> Story {
    story(&news("{ id: top, content: banner }", "{ id: top, content: bar }")).on(
        "2026-11-01T09:00",
        &format!("{HEAD}1,,\n"),
        "enter news visitor\nshow 1 news/visitor/top banner",
    )
}

#[test]
fn other_content_of_what_is_shown_is_hidden_as_what_it_was_and_shown_anew() {
    shown()
        .with(&news("{ id: top, content: bar }", "{ id: top, content: bar }"))
        .again("2026-11-02T09:00", "hide 1 news/visitor/top banner\nshow 1 news/visitor/top bar")
        .again("2026-11-03T09:00", "");
}

#[test]
fn who_was_not_in_the_file_meanwhile_has_the_first_content_hidden() {
    let [first, second] = ["bar", "hello"].map(|content| {
        news(&format!("{{ id: top, content: {content}, when: {{ tag: hot }} }}"), "{ id: top, content: bar }")
    });
    shown().with(&first).on("2026-11-02T09:00", HEAD, "").with(&second).on(
        "2026-11-03T09:00",
        &format!("{HEAD}1,,\n"),
        "hide 1 news/visitor/top banner",
    );
}

#[test]
fn stays_in_stages_that_become_one_are_counted_together() {
    let story = shown().on(
        "2026-11-02T09:00",
        &format!("{HEAD}1,cold,\n"),
        "convert news visitor reader\nhide 1 news/visitor/top banner\nshow 1 news/reader/top bar",
    );
    let one = "
funnels:
  news: { audience: everyone, stages: { visitor: { weight: 0, experiences: [{ id: top, content: banner }] } } }
moved: [{ from: news/reader, to: news/visitor }]
";
    // The stay goes on, and no number of it was given out before.
    story
        .with(one)
        .again("2026-11-03T09:00", "hide 2 news/visitor/top bar\nshow 2 news/visitor/top banner")
        .again("2026-11-04T09:00", "");
}

/// A campaign that skips whom it finds, with some ways in.
fn skipping(enter: &str) -> String {
    format!(
        "\ncampaigns:\n  talk: {{ enter: [{enter}], existing: skip, on-leave: stay, reenter: {{ after: 1 h }}, steps: [{{ id: pause, wait: 1 day }}] }}\n"
    )
}

#[test]
fn a_new_way_in_skips_also_who_is_inside() {
    story(&skipping("{ tag: hot }"))
        .on("2026-11-01T09:00", &format!("{HEAD}1,,\n"), "")
        .on(
            "2026-11-02T09:00",
            &format!("{HEAD}1,hot;vip,\n"),
            "start talk 1 condition\nwait talk 1 pause 2026-11-03T09:00:00+01:00",
        )
        .with(&skipping("{ tag: hot }, { tag: vip }"))
        .again("2026-11-02T10:00", "")
        .again("2026-11-03T09:00", "end talk 1 completed finished")
        .again("2026-11-03T12:00", "")
        .on("2026-11-04T09:00", &format!("{HEAD}1,,\n"), "")
        .on(
            "2026-11-05T09:00",
            &format!("{HEAD}1,vip,\n"),
            "start talk 2 condition\nwait talk 2 pause 2026-11-06T09:00:00+01:00",
        );
}

#[test]
fn a_way_whose_step_stands_on_another_fork_now_has_ended() {
    let steps = |forks: &str| talk(&format!("{forks}, {{ send: bar }}"));
    let [one, two] = [
        "{ fork: [{ steps: [{ id: long, wait: 5 days }] }, { steps: [{ add-tag: cold }] }] }",
        "{ fork: [{ steps: [{ add-tag: vip }] }, { steps: [{ id: short, wait: 1 day }] }] }",
    ];
    story(&steps(&format!("{one}, {two}")))
        .on(
            "2026-11-01T09:00",
            &format!("{HEAD}1,hot,\n"),
            "start talk 1 condition
             fork talk 1 fork
             wait talk 1 long 2026-11-06T09:00:00+01:00
             add-tag talk 1 fork/2/add-tag:cold cold",
        )
        // Without an id they are called by their order, so each has the place of the other.
        .with(&steps(&format!("{two}, {one}")))
        .again("2026-11-01T09:00", "")
        .again(
            "2026-11-01T10:00",
            "join talk 1 fork
             fork talk 1 fork#2
             wait talk 1 long 2026-11-06T10:00:00+01:00",
        )
        .again("2026-11-06T10:00", "join talk 1 fork#2\nsend talk 1 send:bar bar\nend talk 1 completed finished");
}

#[test]
fn a_wait_that_had_not_begun_when_its_campaign_paused_begins_when_it_is_back() {
    let steps = |published: bool, steps: &str| {
        format!(
            "\ncampaigns:\n  talk: {{ enter: {{ tag: hot }}, on-leave: stay, published: {published}, steps: [{steps}, {{ id: rest, wait: 2 days }}] }}\n"
        )
    };
    let gone = "removed: [{ campaign: talk, step: pause, then: next }]\n";
    let pause = "{ id: pause, wait: 1 day }";
    story(&steps(true, pause))
        .on(
            "2026-11-01T09:00",
            &format!("{HEAD}1,hot,\n"),
            "start talk 1 condition\nwait talk 1 pause 2026-11-02T09:00:00+01:00",
        )
        .with(&steps(false, pause))
        .again("2026-11-01T10:00", "pause talk 1")
        .with(&(steps(false, "{ add-tag: vip }") + gone))
        .again("2026-11-01T11:00", "")
        .with(&(steps(true, "{ add-tag: vip }") + gone))
        .again("2026-11-05T09:00", "resume talk 1\nwait talk 1 rest 2026-11-07T09:00:00+01:00");
}

#[test]
fn a_column_that_only_events_would_change_is_the_files_whatever_a_step_wrote_before() {
    let project = |steps: &str| {
        format!(
            "\nevents: {{ called: {{ updates: {{ note: {{ set: called }} }} }} }}\ncampaigns:\n  talk: {{ enter: {{ tag: hot }}, on-leave: stay, steps: [{steps}{{ if: {{ field: note, exists: true }}, then: [{{ send: bar }}] }}] }}\n"
        )
    };
    let file = format!("{HEAD}1,hot,\n");
    story(&project("{ id: one, set: note, to: mine }, { id: two, wait: 1 day }, "))
        .on(
            "2026-11-01T09:00",
            &file,
            "start talk 1 condition\nset talk 1 one note mine\nwait talk 1 two 2026-11-02T09:00:00+01:00",
        )
        .with(&project("{ id: two, wait: 1 day }, "))
        // The file has not taken `mine` over, and nobody would write it any more.
        .on("2026-11-02T09:00", &file, "if talk 1 if else\nend talk 1 completed finished")
        .writes(&file);
}
