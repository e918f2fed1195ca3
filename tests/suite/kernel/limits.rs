//! Limits of channels and messages that go out on the channel which a contact prefers.

use super::{CONTRACT, story_of};

const TEXTS: &str = "  one: { kind: email }\n  two: { kind: email }\n  three: { kind: email }\n";
const FILE: &str = "id,email,opt_in,tags\n1,a@x.pl,true,hot\n";

fn mails(limits: &str, steps: &str) -> super::Story {
    story_of(&format!(
        "{CONTRACT}{TEXTS}limits: {limits}\ncampaigns:\n  talk:\n    enter: [{{ tag: hot }}]\n    \
            on-leave: stay\n    exit-when: {{ tag: other }}\n    steps: {steps}\n"
    ))
}

const CHANNELS: &str = "
version: 1
project: story
timezone: Europe/Warsaw
contacts:
  key: id
  tags: { values: open }
  fields:
    email:  { type: email }
    phone:  { type: text }
    device: { type: text }
    likes:  { type: choice, values: [email, sms, push, post] }
    opt-in: { type: boolean }
  preferred-channel: likes
  addresses: { email: email, sms: phone, push: device }
  consent: { email: { field: opt-in, is: true } }
content:
  any:  { kind: message }
  some: { kind: message, prefer: [sms, email] }
campaigns:
  talk:
    enter: [{ tag: hot }]
    steps: [{ send: any }, { send: some }]
";

#[test]
fn a_message_goes_out_on_the_preferred_channel_or_the_first_that_reaches_the_contact() {
    for (row, any, some) in [
        ("a@x.pl,7,d,,true", "email", "sms"),
        ("a@x.pl,7,d,push,true", "push", "sms"),
        ("a@x.pl,7,d,email,true", "email", "email"),
        ("a@x.pl,7,d,email,false", "sms", "sms"),
        ("a@x.pl,7,d,post,true", "email", "sms"),
        ("a@x.pl,,d,sms,true", "email", "email"),
        (",,d,sms,true", "push", ""),
        (",,,,true", "", ""),
    ] {
        let told = |content: &str, channel: &str| match channel {
            "" => format!("skip talk 1 send:{content} {content} address unreachable"),
            channel => format!("send talk 1 send:{content} {content} {channel}"),
        };
        let journal = format!(
            "start talk 1 condition\n{}\n{}\nend talk 1 completed finished",
            told("any", any),
            told("some", some)
        );
        let story = story_of(CHANNELS).on(
            "2026-11-21T09:00",
            &format!("id,email,phone,device,likes,opt_in,tags\n1,{row},hot\n"),
            &journal,
        );
        let actions = String::from_utf8(story.last.expect("it ran").actions).expect("text");
        let address = match any {
            "email" => "a@x.pl",
            "sms" => "7",
            "push" => "d",
            _ => continue,
        };
        assert!(
            actions.contains(&format!(",send,any,{any},{address},talk,1,send:any,1,")),
            "{actions}"
        );
    }
}

// 2026-11-05 is a Thursday.
#[test]
fn a_limit_puts_off_into_the_hours_of_the_channel_and_of_the_wait() {
    let sent =
        "send talk 1 send:two two email\ndelay talk 1 send:three three 2026-11-06T08:00:00+01:00";
    let puts_off_until = |limits: &str, wait: &str, until: &str, late: &str| {
        let begins = "start talk 1 condition
             send talk 1 send:one one email
             wait talk 1 w 2026-11-05T11:00:00+01:00";
        mails(
            &format!("{{ email: {{ at-most: 1, within: 10 h{limits} }} }}"),
            &format!(
                "[{{ send: one }}, {{ id: w, wait: 1 h{wait} }}, {{ send: two }}, \
                {{ send: three }}]"
            ),
        )
        .on("2026-11-05T10:00", FILE, begins)
        .again(
            "2026-11-05T11:00",
            &format!("delay talk 1 send:two two {until}:00+01:00"),
        )
        .again("2026-11-05T22:00", late);
    };
    puts_off_until("", "", "2026-11-05T20:00", sent);
    puts_off_until("", ", between: ['09:00', '18:00']", "2026-11-06T09:00", "");
    // The run comes late, and finds the hours of the wait closed again.
    let again = "delay talk 1 send:two two 2026-11-07T11:00:00+01:00";
    puts_off_until(
        "",
        ", between: ['11:00', '21:00'], days: [thu, sat]",
        "2026-11-05T20:00",
        again,
    );
    puts_off_until(", between: ['08:00', '19:00']", "", "2026-11-06T08:00", "");
    puts_off_until(
        ", between: ['08:00', '12:00']",
        ", between: ['10:00', '18:00']",
        "2026-11-06T10:00",
        "",
    );
    puts_off_until(
        ", between: ['08:00', '19:00']",
        ", days: [thu, mon]",
        "2026-11-09T08:00",
        "",
    );
    // They are never open together.
    puts_off_until(
        ", between: ['08:00', '10:30']",
        ", between: ['11:00', '18:00']",
        "2026-11-06T08:00",
        "",
    );
}
