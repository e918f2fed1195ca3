//! Waits: how long, until when, and what a moment that is over does.

use super::story;

fn waiting(steps: &str) -> String {
    format!(
        "campaigns:\n  talk:\n    enter: [{{ tag: hot }}]\n    on-leave: stay\n    steps: {steps}\n"
    )
}

fn file(webinar: &str) -> String {
    format!("id,tags,webinar\n1,hot,{webinar}\n")
}

#[test]
fn the_time_of_a_field_is_read_again_at_every_instant() {
    let yaml = waiting(
        "[{ id: w, wait-until: { field: webinar, offset: -1 day }, if-past: skip }, { send: bar }, \
            { add-tag: vip }]",
    );
    let begun = || {
        story(&yaml).on(
            "2026-11-01T09:00",
            &file("2026-11-10T18:00"),
            "start talk 1 condition\nwait talk 1 w 2026-11-09T18:00:00+01:00",
        )
    };
    let end = "add-tag talk 1 add-tag:vip vip\nend talk 1 completed finished";
    let sent = format!("send talk 1 send:bar bar\n{end}");
    let left_out = format!(
        "past talk 1 w 2026-11-03T18:00:00+01:00 skip\nskip talk 1 send:bar bar past\n{end}"
    );
    let moved = "wait talk 1 w 2026-11-09T18:00:00+01:00 2026-11-11T18:00:00+01:00";
    begun().on("2026-11-09T18:00", &file("2026-11-10T18:00"), &sent);
    begun().on("2026-11-20T18:00", &file("2026-11-10T18:00"), &sent);
    begun()
        .on("2026-11-09T18:00", &file("2026-11-12T18:00"), moved)
        .on("2026-11-11T18:00", &file("2026-11-12T18:00"), &sent);
    begun().on("2026-11-05T09:00", &file("2026-11-04T18:00"), &left_out);
    begun().on(
        "2026-11-05T09:00",
        &file(""),
        "past talk 1 w exit\nend talk 1 w exited exit",
    );
}

#[test]
fn a_missing_date_exits_continues_or_leaves_out_the_next_step() {
    let run = |if_missing: &str, journal: &str| {
        let steps = format!(
            "[{{ id: w, wait-until: {{ field: webinar }}{if_missing} }}, {{ send: bar }}, \
                {{ add-tag: vip }}]"
        );
        story(&waiting(&steps)).on(
            "2026-11-01T09:00",
            &file(""),
            &format!("start talk 1 condition\npast talk 1 w {journal}"),
        );
    };
    let rest = "add-tag talk 1 add-tag:vip vip\nend talk 1 completed finished";
    run("", "exit\nend talk 1 w exited exit");
    run(", if-past: skip", "exit\nend talk 1 w exited exit");
    run(", if-missing: exit", "exit\nend talk 1 w exited exit");
    run(
        ", if-missing: skip",
        &format!("skip\nskip talk 1 send:bar bar missing\n{rest}"),
    );
    run(
        ", if-missing: continue",
        &format!("continue\nsend talk 1 send:bar bar\n{rest}"),
    );
}

#[test]
fn a_moment_that_went_by_in_a_pause_is_past() {
    let campaign = |published: &str, until: &str, if_past: &str| {
        format!(
            "campaigns:\n  talk:\n    enter: [{{ tag: hot }}]\n    on-leave: stay\n    published: {published}\n    \
             steps: [{{ id: w, wait-until: {until}{if_past} }}, {{ send: bar }}]\n"
        )
    };
    for until in ["2026-11-05T09:00", "{ field: webinar }"] {
        for (if_past, journal) in [
            (
                "",
                "continue\nsend talk 1 send:bar bar\nend talk 1 completed finished",
            ),
            (
                ", if-past: skip",
                "skip\nskip talk 1 send:bar bar past\nend talk 1 completed finished",
            ),
            (", if-past: exit", "exit\nend talk 1 w exited exit"),
        ] {
            let story = story(&campaign("true", until, if_past)).on(
                "2026-11-01T09:00",
                &file("2026-11-05T09:00"),
                "start talk 1 condition\nwait talk 1 w 2026-11-05T09:00:00+01:00",
            );
            let paused = story.with(&campaign("false", until, if_past)).on(
                "2026-11-02T09:00",
                &file("2026-11-05T09:00"),
                "pause talk 1",
            );
            paused.with(&campaign("true", until, if_past)).on(
                "2026-11-20T09:00",
                &file("2026-11-05T09:00"),
                &format!("resume talk 1\npast talk 1 w 2026-11-05T09:00:00+01:00 {journal}"),
            );
        }
    }
}

#[test]
fn a_time_of_day_hours_and_days_move_the_end_of_a_wait() {
    let wait = |written: &str, until: &str| {
        story(&waiting(&format!(
            "[{{ id: w, {written} }}, {{ send: bar }}]"
        )))
        .on(
            "2026-11-05T10:30",
            "id,tags\n1,hot\n",
            &format!("start talk 1 condition\nwait talk 1 w {until}:00+01:00"),
        );
    };
    // 2026-11-05 is a Thursday.
    wait("wait: 2 days, at: '09:00'", "2026-11-07T09:00");
    wait("wait: 2 h, at: '09:00'", "2026-11-06T09:00");
    wait("wait: 2 h, at: '12:30'", "2026-11-05T12:30");
    wait("wait: 2 h, between: ['14:00', '16:00']", "2026-11-05T14:00");
    wait("wait: 2 h, between: ['09:00', '12:30']", "2026-11-05T12:30");
    wait("wait: 2 h, between: ['09:00', '12:29']", "2026-11-06T09:00");
    wait(
        "wait: 10 h, between: ['22:00', '06:00']",
        "2026-11-05T22:00",
    );
    wait(
        "wait: 18 h, between: ['22:00', '06:00']",
        "2026-11-06T04:30",
    );
    wait("wait: 1 day, days: [mon, sat]", "2026-11-07T10:30");
    wait("wait: 1 day, days: [fri]", "2026-11-06T10:30");
    wait("wait: 1 day, days: [sun, tue, wed]", "2026-11-08T10:30");
    wait("wait: 1 day, days: [thu]", "2026-11-12T10:30");
    wait("wait: 1 day, at: '09:00', days: [mon]", "2026-11-09T09:00");
    wait(
        "wait: 1 day, between: ['08:00', '10:00'], days: [mon]",
        "2026-11-09T08:00",
    );
    wait(
        "wait: 1 day, between: ['22:00', '06:00'], days: [mon]",
        "2026-11-09T00:00",
    );
    wait(
        "wait-until: 2026-11-07, at: '09:00', days: [mon]",
        "2026-11-09T09:00",
    );
    wait(
        "wait-until: 2026-11-07T12:00, between: ['08:00', '11:00']",
        "2026-11-08T08:00",
    );
}

#[test]
fn the_windows_are_those_of_the_contacts_clock() {
    let zone = |contract: &str| contract.replace("  addresses:", "  timezone: note\n  addresses:");
    let run = |written: &str, zone_of: &str, until: &str| {
        let yaml = format!(
            "{}{}",
            zone(super::CONTRACT),
            waiting(&format!("[{{ id: w, {written} }}, {{ send: bar }}]"))
        );
        super::story_of(&yaml).on(
            "2026-11-05T10:30",
            &format!("id,tags,note\n1,hot,{zone_of}\n"),
            &format!("start talk 1 condition\nwait talk 1 w {until}:00+01:00"),
        );
    };
    run(
        "wait: 1 h, between: ['09:00', '17:00']",
        "America/New_York",
        "2026-11-05T15:00",
    );
    run(
        "wait: 1 h, between: ['09:00', '17:00']",
        "Asia/Tokyo",
        "2026-11-06T01:00",
    );
    run(
        "wait: 1 h, between: ['09:00', '17:00']",
        "",
        "2026-11-05T11:30",
    );
    run(
        "wait-until: 2026-11-07, at: '09:00'",
        "America/New_York",
        "2026-11-07T15:00",
    );
    run("wait-until: 2026-11-07", "Asia/Tokyo", "2026-11-06T16:00");
    run(
        "wait: 1 day, days: [sat]",
        "Pacific/Auckland",
        "2026-11-07T10:30",
    );
}

#[test]
fn windows_hold_also_in_a_run_that_comes_late() {
    // 2026-11-05 is a Thursday. By step: until when it waits, when the late run comes, and until
    // when then.
    let cases = [
        (
            "wait: 1 day, between: ['09:00', '18:00']",
            "2026-11-06T10:30",
            "2026-11-06T22:00",
            "2026-11-07T09:00",
        ),
        (
            "wait-until: 2026-11-06T10:30, between: ['09:00', '18:00']",
            "2026-11-06T10:30",
            "2026-11-06T22:00",
            "2026-11-07T09:00",
        ),
        (
            "wait-until: { field: webinar }, between: ['09:00', '18:00']",
            "2026-11-06T10:30",
            "2026-11-06T22:00",
            "2026-11-07T09:00",
        ),
        (
            "wait-until: { field: webinar, offset: 2 h }, days: [fri]",
            "2026-11-06T12:30",
            "2026-11-07T08:00",
            "2026-11-13T08:00",
        ),
        (
            "wait-until: { field: last }, between: ['22:00', '06:00']",
            "2026-11-06T00:00",
            "2026-11-06T12:00",
            "2026-11-06T22:00",
        ),
        (
            "wait-until: { field: last }, days: [mon, fri], between: ['09:00', '18:00']",
            "2026-11-06T09:00",
            "2026-11-06T19:00",
            "2026-11-09T09:00",
        ),
    ];
    for (step, first, late, open) in cases {
        let lines =
            |webinar: &str, last: &str| format!("id,tags,webinar,last\n1,hot,{webinar},{last}\n");
        let yaml = waiting(&format!("[{{ id: w, {step} }}, {{ send: bar }}]"));
        let begins = format!("start talk 1 condition\nwait talk 1 w {first}:00+01:00");
        story(&yaml)
            .on(
                "2026-11-05T10:30",
                &lines("2026-11-06T10:30", "2026-11-06"),
                &begins,
            )
            .again(late, &format!("wait talk 1 w {open}:00+01:00"))
            // Once the moment is reached, what the field says now makes no difference.
            .on(
                &minutes_after(late),
                &lines("2026-11-01T10:30", "2026-11-01"),
                "",
            )
            .on(
                open,
                &lines("", ""),
                "send talk 1 send:bar bar\nend talk 1 completed finished",
            )
            .counts("/campaigns/talk/steps/w/done", 1);
    }
}

fn minutes_after(moment: &str) -> String {
    format!("{}:20", &moment[..moment.len() - 3])
}

#[test]
fn windows_hold_for_who_arrives_when_the_moment_is_over() {
    let arrives = |step: &str, webinar: &str, journal: &str| {
        story(&waiting(&format!(
            "[{{ id: w, {step} }}, {{ send: bar }}, {{ add-tag: vip }}]"
        )))
        .on(
            "2026-11-05T22:10",
            &file(webinar),
            &format!("start talk 1 condition\n{journal}"),
        )
    };
    let past = "past talk 1 w 2026-11-02T18:00:00+01:00 continue";
    let end =
        "send talk 1 send:bar bar\nadd-tag talk 1 add-tag:vip vip\nend talk 1 completed finished";
    let field = "wait-until: { field: webinar, offset: -1 day }";
    let waits = format!("{past}\nwait talk 1 w 2026-11-06T09:00:00+01:00");
    arrives(
        &format!("{field}, between: ['09:00', '18:00']"),
        "2026-11-03T18:00",
        &waits,
    )
    .again("2026-11-06T08:59", "")
    .again(
        "2026-11-06T18:01",
        "wait talk 1 w 2026-11-07T09:00:00+01:00",
    )
    .again("2026-11-07T09:00", end);
    arrives(
        &format!("{field}, at: '18:00', between: ['09:00', '18:00']"),
        "2026-11-03T09:00",
        &format!("{past}\nwait talk 1 w 2026-11-06T18:00:00+01:00"),
    )
    .again(
        "2026-11-06T22:00",
        "wait talk 1 w 2026-11-07T09:00:00+01:00",
    );
    arrives(
        &format!("{field}, at: '18:00'"),
        "2026-11-03T09:00",
        &format!("{past}\nwait talk 1 w 2026-11-06T18:00:00+01:00"),
    )
    .again("2026-11-06T22:00", end);
    let later = format!("{past}\nwait talk 1 w 2026-11-09T22:10:00+01:00");
    arrives(&format!("{field}, days: [mon]"), "2026-11-03T18:00", &later);
    let open = format!("past talk 1 w 2026-11-02T22:00:00+01:00 continue\n{end}");
    arrives(
        &format!("{field}, between: ['22:00', '06:00']"),
        "2026-11-03T22:00",
        &open,
    );
    let missing = "past talk 1 w continue\nwait talk 1 w 2026-11-06T09:00:00+01:00";
    arrives(
        &format!("{field}, if-missing: continue, between: ['09:00', '18:00']"),
        "",
        missing,
    );
    let exits = "past talk 1 w exit\nend talk 1 w exited exit";
    arrives(
        &format!("{field}, if-past: exit, between: ['09:00', '18:00']"),
        "",
        exits,
    );
}
