//! Whom an event of a `message` keeps from which channel: told by the kernel and by the reference
//! interpreter alike.

use super::{Story, story_of};
use crate::reference::{Input, Reference};

const PROJECT: &str = "
version: 1
project: story
timezone: Europe/Warsaw
contacts:
  key: id
  tags: { values: [hot], column: tags }
  fields:
    email:  { type: email }
    phone:  { type: text }
    device: { type: text }
    likes:  { type: choice, values: [email, sms, push] }
  preferred-channel: likes
  addresses: { email: email, sms: phone, push: device }
content:
  any:   { kind: message }
  texts: { kind: message, prefer: [push, sms] }
  bar:   { kind: focus }
campaigns:
  talk:
    enter: { tag: hot }
    reenter: { after: 1 hour }
    steps: [{ send: any }, { send: texts }]
";

const HEAD: &str = "id,email,phone,device,likes,tags\n";
const EVENTS: &str = "contact,at,event,of,hard\n";

/// What the contact's events set after the message was sent with the contact liking each of these
/// channels in turn.
fn blocked(likes: &[&str], event: &str) -> Vec<String> {
    let mut story = story_of(PROJECT);
    let mut reference = Reference::new(PROJECT);
    let mut day = 1;
    for likes in likes {
        for tag in ["hot", ""] {
            let file = format!("{HEAD}1,a@x.pl,7,d,{likes},{tag}\n");
            story = run(story, &mut reference, day, &file, None).0;
            day += 1;
        }
    }
    let (file, events) = (
        format!("{HEAD}1,a@x.pl,7,d,,\n"),
        format!("{EVENTS}{event}\n"),
    );
    run(story, &mut reference, day, &file, Some(events)).1
}

/// A run of both, which must say the same.
fn run(
    mut story: Story,
    reference: &mut Reference,
    day: u32,
    file: &str,
    events: Option<String>,
) -> (Story, Vec<String>) {
    let now = format!("2026-11-{day:02}T09:00");
    file.clone_into(&mut story.contacts);
    story.events.clone_from(&events);
    let ran = story
        .run(&now)
        .unwrap_or_else(|error| panic!("{now}: {error}"));
    let told = super::told(&ran);
    let input = Input {
        events: events.into_iter().collect(),
        ..Input::of(file)
    };
    let row = |row: &Vec<String>| {
        let cells = row
            .iter()
            .skip(2)
            .filter(|cell| !cell.is_empty())
            .map(String::as_str);
        cells.collect::<Vec<_>>().join(" ")
    };
    let expected: Vec<String> = reference
        .run(&input, &now)
        .journal
        .iter()
        .map(row)
        .collect();
    assert_eq!(told, expected, "the reference says otherwise at {now}");
    story.state = Some(ran.state);
    (story, told)
}

#[test]
fn an_event_of_a_message_concerns_the_channel_on_which_it_last_went_out() {
    for (likes, event, set) in [
        (
            &["sms"][..],
            "1,2026-11-02T12:00,unsubscribed,any,",
            "sms unsubscribed",
        ),
        (
            &["push"],
            "1,2026-11-02T12:00,unsubscribed,any,",
            "push unsubscribed",
        ),
        (
            &["email"],
            "1,2026-11-02T12:00,complained,any,",
            "email complained",
        ),
        (
            &["email"],
            "1,2026-11-02T12:00,bounced,any,true",
            "email bounced",
        ),
        (
            &["sms", "email"],
            "1,2026-11-04T12:00,unsubscribed,any,",
            "email unsubscribed",
        ),
        (
            &["email", "sms"],
            "1,2026-11-04T12:00,unsubscribed,any,",
            "sms unsubscribed",
        ),
        // Each message has a channel of its own.
        (
            &["email"],
            "1,2026-11-02T12:00,unsubscribed,texts,",
            "push unsubscribed",
        ),
        (
            &["sms"],
            "1,2026-11-02T12:00,unsubscribed,texts,",
            "sms unsubscribed",
        ),
    ] {
        assert_eq!(
            blocked(likes, event),
            [format!("do-not-contact {set}")],
            "{likes:?} {event}"
        );
    }
}

#[test]
fn where_it_never_went_out_so_the_first_channel_counts_that_can_have_the_event() {
    for (likes, event, set) in [
        (
            &[][..],
            "1,2026-11-01T08:00,unsubscribed,any,",
            "email unsubscribed",
        ),
        (
            &[],
            "1,2026-11-01T08:00,unsubscribed,texts,",
            "push unsubscribed",
        ),
        // Nobody complains of a text message, and none bounces.
        (
            &["sms"],
            "1,2026-11-02T12:00,complained,any,",
            "email complained",
        ),
        (
            &["sms"],
            "1,2026-11-02T12:00,bounced,any,true",
            "email bounced",
        ),
        // What cannot happen to the content is taken in as of none.
        (
            &["sms"],
            "1,2026-11-02T12:00,complained,texts,",
            "email complained",
        ),
        (
            &["sms"],
            "1,2026-11-02T12:00,unsubscribed,bar,",
            "email unsubscribed",
        ),
    ] {
        assert_eq!(
            blocked(likes, event),
            [format!("do-not-contact {set}")],
            "{likes:?} {event}"
        );
    }
}

#[test]
fn a_state_that_does_not_know_the_channel_is_read_as_if_it_had_not_gone_out() {
    let hot = format!("{HEAD}1,a@x.pl,7,d,sms,hot\n");
    let mut reference = Reference::new(PROJECT);
    let (mut story, _) = run(story_of(PROJECT), &mut reference, 1, &hot, None);
    let state = String::from_utf8(story.state.take().unwrap()).unwrap();
    let channels = ",\"n\":{\"any\":\"sms\",\"texts\":\"sms\"}";
    assert!(state.contains(channels), "{state}");
    let older = state
        .replace("\"funnelc-state\":2", "\"funnelc-state\":1")
        .replace(channels, "");
    story.state = Some(older.into_bytes());
    story
        .hears(&format!("{EVENTS}1,2026-11-01T12:00,unsubscribed,any,\n"))
        .again("2026-11-02T09:00", "do-not-contact email unsubscribed");
}

#[test]
fn a_message_is_forgotten_with_its_content() {
    let hot = format!("{HEAD}1,a@x.pl,7,d,sms,hot\n");
    let mut reference = Reference::new(PROJECT);
    let (story, _) = run(story_of(PROJECT), &mut reference, 1, &hot, None);
    let without = PROJECT
        .replace("  texts: { kind: message, prefer: [push, sms] }\n", "")
        .replace(", { send: texts }", "");
    story
        .with_project(&without)
        .hears(&format!("{EVENTS}1,2026-11-01T12:00,unsubscribed,any,\n"))
        .again("2026-11-02T09:00", "do-not-contact sms unsubscribed");
}
