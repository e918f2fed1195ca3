//! What the state remembers of events: what conditions read of them, whose identity was taken in,
//! and that a longer look back is refused and not counted as zero.

use super::{Past, RunError, story};

const BOUGHT: &str = "contact,at,event,amount,shop\n1,2026-11-01T10:00,purchased,5,Lodz\n1,2026-11-19T10:00,purchased,7,Lodz\n";

fn project(condition: &str) -> String {
    format!(
        "events: {{ purchased: {{ properties: {{ amount: number, shop: text }} }}, booked: {{}} }}
segments: {{ asked: {{ where: {condition} }}, other: {{ where: {{ event: booked }} }} }}"
    )
}

#[test]
fn only_what_conditions_read_is_kept_and_nothing_older() {
    let after = story(&project(
        "{ event: purchased, sum: amount, at-least: 6, within: 1 week }",
    ))
    .hears(BOUGHT)
    .on("2026-11-20T09:00", "id\n1\n", "");
    let state = String::from_utf8(after.state.clone().unwrap()).unwrap();
    let line = state.lines().nth(1).unwrap();
    assert!(
        line.contains("\"o\":[{\"n\":\"purchased\",\"t\":1795078800,\"i\":"),
        "{line}"
    );
    assert!(
        line.contains(",\"d\":{\"amount\":\"7\"}}],\"y\":[\""),
        "{line}"
    );
    assert!(!line.contains("Lodz"), "{line}");
    after
        .again("2026-11-25T09:00", "")
        .counts("/segments/asked", 1)
        .again("2026-11-27T09:00", "")
        .counts("/segments/asked", 0);
}

#[test]
fn what_is_not_taken_in_now_is_taken_in_later() {
    let told = story(&project("{ event: purchased }"))
        .hears("contact,at,event,colour\n1,2026-11-20T10:00,purchased,red\n2,2026-11-19T10:00,purchased,\n1,2026-11-19T10:00,danced,\n")
        .on("2026-11-20T09:00", "id\n1\n", "")
        .counts("/events/taken", 0)
        .counts("/events/later", 1)
        .counts("/events/unknown-contacts", 1)
        .counts("/events/unknown-events", 1);
    assert_eq!(
        told.last
            .as_ref()
            .unwrap()
            .event_warnings
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>(),
        [
            "nothing reads `colour`",
            "1 event of `danced`, which the project does not know, not taken in and not kept: give \
                it again",
            "1 event of 1 contact that the contacts file lacks, not taken in and not kept: give it again",
            "1 event later than this run, not taken in and not kept: give it again",
        ]
    );
    told.on("2026-11-20T10:00", "id\n1\n2\n", "")
        .counts("/events/taken", 2)
        .counts("/segments/asked", 2);
}

#[test]
fn an_event_of_content_that_it_cannot_have_counts_without_it() {
    let told =
        story("segments: { asked: { where: { event: opened } }, hello: { where: { event: opened, of: hello } } }")
            .hears("contact,at,event,of\n1,2026-11-19T10:00,opened,gone\n1,2026-11-19T10:00,opened,bar\n")
            .on("2026-11-20T09:00", "id\n1\n", "")
            .counts("/segments/asked", 1)
            .counts("/segments/hello", 0);
    let warnings = &told.last.as_ref().unwrap().event_warnings;
    assert_eq!(
        warnings[0].to_string(),
        "1 event `opened of bar`: no such content for it, so taken in without it"
    );
}

#[test]
fn a_bad_row_spoils_the_run_and_all_are_told() {
    let bad = story(&project("{ event: purchased }")).hears(
        "contact,at,event,amount\n1,yesterday,purchased,\n,2026-11-19T10:00,purchased,\n1,2026-11-19T10:00,purchased,much\n1,2026-11-19\n1,2026-11-18T10:00,danced,much\n",
    );
    let Err(error) = bad.run("2026-11-20T09:00") else {
        panic!("it ran")
    };
    assert_eq!(
        error.to_string(),
        "4 rows are bad\n\
         line 2, column `at`, `yesterday`: not a moment\n\
         line 3, column `contact`: a value is required\n\
         line 4, column `amount`, `much`: not a number\n\
         line 5: 2 cells where the header has 4"
    );
}

#[test]
fn a_longer_look_back_is_refused_until_it_is_accepted_and_then_not_again() {
    let week = project("{ event: purchased, within: 1 week }");
    let month = project("{ event: purchased, within: 1 month, at-least: 2 }");
    let told = story(&week)
        .hears(BOUGHT)
        .on("2026-11-20T09:00", "id\n1\n", "")
        .with(&month);
    let Err(error @ RunError::ShortHistory(_)) = told.run("2026-11-21T09:00") else {
        panic!("it ran")
    };
    assert_eq!(
        error.to_string(),
        "the plan asks for more of the past than the state has kept\n  \
         `purchased` is known since 2026-11-13T00:00:00+01:00, the plan asks for 1 month"
    );
    told.with_past(Past {
        accept_short_history: true,
        ..Past::default()
    })
    .again("2026-11-21T09:00", "")
    .counts("/segments/asked", 0)
    .with_past(Past::default())
    .again("2026-11-22T09:00", "");
}

#[test]
fn an_event_or_property_that_was_not_read_before_is_not_known() {
    let told =
        story(&project("{ event: purchased }"))
            .hears(BOUGHT)
            .on("2026-11-20T09:00", "id\n1\n", "");
    let more = told.with(&project(
        "{ all: [{ event: opened }, { event: purchased, sum: amount, at-least: 1 }] }",
    ));
    let Err(error) = more.run("2026-11-21T09:00") else {
        panic!("it ran")
    };
    assert_eq!(
        error.to_string(),
        "the plan asks for more of the past than the state has kept\n  \
         `opened` is known since 2026-11-20T09:00:00+01:00, the plan asks for all of it\n  \
         `amount` of `purchased` is known since 2026-11-20T09:00:00+01:00, the plan asks for all of it"
    );
}
