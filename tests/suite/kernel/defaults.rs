//! What may be left out means the same when it is written, and columns may be spelt as the file spells them.

use super::{story, story_of};

/// The head of a small project of its own.
const HEAD: &str = "version: 1\ntimezone: Europe/Warsaw\ncontacts:\n  key: id\n";

#[test]
fn defaults_may_be_written() {
    let yaml = |funnel: &str, campaign: &str, step: &str| {
        format!(
            "
funnels:
  shop:
    audience: everyone{funnel}
    stages:
      lead:  {{ weight: 0, converts: {{ field: orders, at-least: 1 }} }}
      buyer: {{ weight: 10 }}
campaigns:
  talk:
    enter: [{{ field: orders, at-least: 1 }}]{campaign}
    steps: [{{ move: shop/lead }}, {{ send: bar{step} }}]
"
        )
    };
    let journal = "enter shop lead\nconvert shop lead buyer\nstart talk 1 condition\n\
        refuse talk 1 move:shop/lead shop buyer lead lighter\nsend talk 1 send:bar bar\n\
        end talk 1 completed finished";
    let written = yaml(
        "\n    entry: lead\n    order: strict\n    moves: forward\n    priority: 0",
        "\n    existing: enter\n    reenter: never\n    published: true",
        ", once: entry, transactional: false",
    );
    for yaml in [yaml("", "", ""), written] {
        story(&yaml).on("2026-11-21T09:00", "id,orders\n1,1\n", journal);
    }
}

#[test]
fn columns_and_stages_are_spelt_as_the_file_spells_them() {
    let yaml = format!(
        "{HEAD}  fields: {{ town: {{ type: text, column: Miasto }} }}
funnels:
  shop:
    audience: {{ field: town, is: Łódź }}
    column: Etap
    stages:
      lead:  {{ weight: 0, value: Lead 1, converts: {{ field: town, exists: true }} }}
      buyer: {{ weight: 10, value: Klient }}
"
    );
    story_of(&yaml)
        .on(
            "2026-11-21T09:00",
            "id,Etap,Miasto\n1,,Łódź\n2,Lead 1,Kraków\n",
            "enter shop lead\nconvert shop lead buyer\n2 convert shop lead buyer",
        )
        .writes("id,Etap,Miasto\n1,Klient,Łódź\n2,Klient,Kraków\n");
}

#[test]
fn letters_count_where_the_field_says_so() {
    let yaml = format!(
        "{HEAD}  fields: {{ code: {{ type: text, match-case: true, required: true }} }}
segments:
  exact: {{ where: {{ field: code, is: aB }} }}
  part:  {{ where: {{ field: code, contains: b }} }}
"
    );
    story_of(&yaml)
        .on("2026-11-21T09:00", "id,code\n1,aB\n2,ab\n3,AB\n", "")
        .counts("/segments/exact", 1)
        .counts("/segments/part", 1);
}

#[test]
fn a_bad_value_may_count_as_missing() {
    let yaml = format!(
        "{HEAD}  on-bad-value: missing
  fields: {{ orders: {{ type: integer }} }}
segments:
  none: {{ where: {{ field: orders, exists: false }} }}
"
    );
    story_of(&yaml)
        .on("2026-11-21T09:00", "id,orders\n1,many\n2,3\n", "")
        .counts("/segments/none", 1)
        .writes("id,orders\n1,many\n2,3\n");
}

#[test]
fn the_clock_is_floored_to_the_schedule() {
    let yaml = "
runs: { every: 6 h }
campaigns:
  talk:
    enter: [{ tag: hot }]
    on-leave: stay
    steps: [{ id: w, wait: 1 day }, { send: bar }]
";
    story(yaml)
        .on("2026-11-01T11:59", "id,tags\n1,hot\n", "start talk 1 condition\nwait talk 1 w 2026-11-02T06:00:00+01:00")
        .again("2026-11-02T06:10", "send talk 1 send:bar bar\nend talk 1 completed finished");
}

#[test]
fn each_kind_that_can_be_sent_goes_out_on_its_channel() {
    let yaml = format!(
        "{HEAD}  fields: {{ email: {{ type: email }}, phone: {{ type: text }}, device: {{ type: text }} }}
  addresses: {{ email: email, sms: phone, push: device }}
content:
  a-mail:   {{ kind: email }}
  a-text:   {{ kind: sms }}
  a-push:   {{ kind: push }}
  a-bar:    {{ kind: focus }}
  a-banner: {{ kind: ad }}
  a-place:  {{ kind: dynamic }}
  a-post:   {{ kind: social }}
campaigns:
  all:
    enter: [{{ field: email, exists: true }}]
    steps:
      - send: a-mail
      - send: a-text
      - send: a-push
      - send: a-bar
      - send: a-banner
      - send: a-place
      - send: a-post
"
    );
    let sent = "start all 1 condition
        send all 1 send:a-mail a-mail email
        send all 1 send:a-text a-text sms
        skip all 1 send:a-push a-push address unreachable
        send all 1 send:a-bar a-bar
        send all 1 send:a-banner a-banner
        send all 1 send:a-place a-place
        send all 1 send:a-post a-post
        end all 1 completed finished";
    story_of(&yaml).on("2026-11-21T09:00", "id,email,phone,device\n1,a@x.pl,600,\n", sent);
}

#[test]
fn a_content_says_for_all_its_steps_how_often_and_from_when_it_is_sent() {
    let yaml = |content: &str| {
        format!(
            "  news: {{ kind: focus, {content} }}
campaigns:
  a: {{ enter: [{{ tag: hot }}], steps: [{{ send: news }}] }}
  b: {{ enter: [{{ tag: hot }}], steps: [{{ send: news }}] }}
"
        )
    };
    let run = |content: &str, first: &str, second: &str| {
        let journal = ["a", "b"].map(|campaign| {
            let how = if campaign == "a" { first } else { second };
            let (verb, reason) =
                how.split_once(' ').map_or((how, String::new()), |(verb, why)| (verb, format!(" {why}")));
            format!("{verb} {campaign} 1 send:news news{reason}\nend {campaign} 1 completed finished")
        });
        let journal = format!("start a 1 condition\nstart b 1 condition\n{}", journal.join("\n"));
        story(&yaml(content)).on("2026-11-21T09:00", "id,tags\n1,hot\n", &journal);
    };
    run("once: entry", "send", "send");
    run("published: false, on-skip: continue", "skip unpublished", "skip unpublished");
    run("once: ever", "send", "skip already-sent");
    run("once: { after: 1 day }", "send", "skip already-sent");
    run("published: false", "skip unpublished", "skip unpublished");
    run("publish: { from: 2026-11-22 }", "skip unpublished", "skip unpublished");
    run("publish: { from: 2026-11-21, until: 2026-11-21 }", "send", "send");
}

#[test]
fn exit_ends_a_campaign_as_it_says() {
    for outcome in ["completed", "exited", "converted"] {
        let yaml = format!(
            "campaigns:\n  talk: {{ enter: [{{ tag: hot }}], steps: [{{ id: x, exit: {outcome} }}, {{ send: bar }}] }}\n"
        );
        story(&yaml)
            .on("2026-11-21T09:00", "id,tags\n1,hot\n", &format!("start talk 1 condition\nend talk 1 x {outcome} exit"))
            .counts(&format!("/campaigns/talk/{outcome}"), 1);
    }
}
