//! Tags, events and content under other names, where more than the name stands in the state or in a file: texts of cells, what wrote a field, what others delivered.

use super::story_of;

const PROJECT: &str = "version: 1
timezone: Europe/Warsaw
contacts:
  key: id
  tags: { values: [vip, seen], column: tags }
  fields: { email: { type: email }, note: { type: text } }
  addresses: { email: email }
events:
  walked: { updates: { note: { set: feet } } }
  drove: { updates: { note: { set: wheels } } }
content: { hello: { kind: email, once: ever } }
campaigns:
  talk: { enter: { tag: seen }, on-leave: stay, steps: [ { id: greet, send: hello }, { remove-tag: seen } ] }
";

fn renamed(from: &str, to: &str, kind: &str) -> String {
    format!("{}moved: [ {{ from: {kind} {from}, to: {kind} {to} }} ]\n", PROJECT.replace(from, to))
}

#[test]
fn the_old_text_of_a_tag_is_replaced_where_nothing_else_changes() {
    story_of(PROJECT)
        .on("2026-06-01T09:00", "id,tags,email\n1,vip,\n2,,\n", "")
        .with_project(&renamed("vip", "gold", "tag"))
        .on("2026-06-02T09:00", "id,tags,email\n1,vip,\n2,,\n", "")
        .writes("id,tags,email\n1,gold,\n2,,\n")
        .on("2026-06-03T09:00", "id,tags,email\n1,vip;gold,\n2,,\n", "")
        .writes("id,tags,email\n1,gold,\n2,,\n");
}

#[test]
fn what_an_event_wrote_stands_in_the_order_of_its_new_name() {
    let walked = "contact,at,event\n1,2026-06-02T08:00,walked\n";
    let drove = "contact,at,event\n1,2026-06-02T08:00,drove\n";
    let before = |name: &str| {
        story_of(PROJECT)
            .on("2026-06-01T09:00", "id,tags,email\n1,,\n", "")
            .hears(walked)
            .again("2026-06-02T09:00", "update note feet walked")
            .with_project(&renamed("walked", name, "event"))
            .hears(drove)
    };
    // At one moment, events are taken in by their names.
    before("ambled").again("2026-06-03T09:00", "update note feet wheels drove");
    before("strolled").again("2026-06-03T09:00", "late note 2026-06-02T08:00:00+02:00 drove");
}

#[test]
fn what_others_delivered_was_delivered_under_its_new_name() {
    story_of(PROJECT)
        .hears("contact,at,event,of\n1,2026-05-01T08:00,delivered,hello\n")
        .on("2026-06-01T09:00", "id,tags,email\n1,,a@x.org\n", "")
        .with_project(&renamed("hello", "welcome", "content"))
        .hears("contact,at,event\n")
        .on(
            "2026-06-02T09:00",
            "id,tags,email\n1,seen,a@x.org\n",
            "external-tag seen added\nstart talk 1 condition\nskip talk 1 greet welcome already-sent\nremove-tag talk 1 remove-tag:seen seen\nend talk 1 completed finished",
        );
}

#[test]
fn a_condition_about_what_was_moved_twice_lets_nobody_in_again() {
    let with = |tag: &str, moved: &str| {
        let again = "steps: [ { id: greet, send: hello } ], reenter: { after: 1 hour } }";
        let project = PROJECT.replace("steps: [ { id: greet, send: hello }, { remove-tag: seen } ] }", again);
        let project = project.replace("once: ever", "once: entry");
        format!("{}{moved}", project.replace("seen", tag))
    };
    let first = "moved: [ { from: tag seen, to: tag met } ]\n";
    let second = "moved: [ { from: tag seen, to: tag known }, { from: tag met, to: tag known } ]\n";
    let let_in = "start talk 1 condition\nsend talk 1 greet hello email\nend talk 1 completed finished";
    story_of(&with("seen", ""))
        .on("2026-06-01T09:00", "id,tags,email\n1,seen,a@x.org\n", let_in)
        .with_project(&with("met", first))
        .on("2026-06-02T09:00", "id,tags,email\n1,met,a@x.org\n", "")
        // In other words, so that only what it means is the same.
        .with_project(
            &with("known", second).replace("enter: { tag: known }", "enter: { not: { not: { tag: known } } }"),
        )
        .on("2026-06-03T09:00", "id,tags,email\n1,known,a@x.org\n", "");
}
