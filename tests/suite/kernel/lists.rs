//! Steps that put contacts on lists: who must not be written to on a channel, and who is a member of a segment by hand.

use super::{CONTRACT, story, story_of, story_with_refusals};

const HEAD: &str = "id,email,opt_in,dnc,tags\n";

fn asks(steps: &str) -> String {
    format!(
        "campaigns:\n  talk:\n    enter: [{{ tag: hot }}]\n    reenter: {{ after: 1 minute }}\n    steps: {steps}\n"
    )
}

#[test]
fn unsubscribe_forbids_the_channel_and_resubscribe_lifts_nothing_else() {
    let steps = "[{ unsubscribe: email }, { id: no, send: hello }, { unsubscribe: email }, { resubscribe: email }, { resubscribe: email }, { id: yes, send: hello }]";
    story_with_refusals(&asks(steps))
        .on(
            "2026-11-21T09:00",
            &format!("{HEAD}1,a@x.pl,true,,hot\n2,b@x.pl,true,complained,hot\n"),
            "start talk 1 condition
             unsubscribe talk 1 unsubscribe:email email unsubscribed
             skip talk 1 no hello do-not-contact unreachable
             resubscribe talk 1 resubscribe:email email unsubscribed
             send talk 1 yes hello email
             end talk 1 completed finished
             2 start talk 1 condition
             2 skip talk 1 no hello do-not-contact unreachable
             2 skip talk 1 yes hello do-not-contact unreachable
             2 end talk 1 completed finished",
        )
        .writes(&format!("{HEAD}1,a@x.pl,true,,hot\n2,b@x.pl,true,complained,hot\n"));
}

#[test]
fn do_not_contact_is_written_back_and_a_change_outside_wins() {
    let unsubscribed = format!("{HEAD}1,a@x.pl,true,unsubscribed,hot\n");
    story_with_refusals(&asks("[{ unsubscribe: email }]"))
        .on(
            "2026-11-21T09:00",
            &format!("{HEAD}1,a@x.pl,true,,hot\n"),
            "start talk 1 condition\nunsubscribe talk 1 unsubscribe:email email unsubscribed\nend talk 1 completed finished",
        )
        .writes(&unsubscribed)
        .again("2026-11-22T09:00", "")
        .writes(&unsubscribed)
        .back("2026-11-23T09:00", "")
        .on(
            "2026-11-24T09:00",
            &format!("{HEAD}1,a@x.pl,true,bounced,hot\n"),
            "external-do-not-contact email unsubscribed bounced",
        )
        .on("2026-11-25T09:00", &format!("{HEAD}1,a@x.pl,true,,hot\n"), "external-do-not-contact email bounced");
}

#[test]
fn do_not_contact_is_known_without_a_column_and_appended_where_one_is_named() {
    let steps = asks("[{ unsubscribe: email }, { wait: 1 day }, { id: it, send: hello }]")
        .replace("    steps", "    on-leave: stay\n    steps");
    let begins = "start talk 1 condition
        unsubscribe talk 1 unsubscribe:email email unsubscribed
        wait talk 1 wait:1 day 2026-11-22T09:00:00+01:00";
    let ends = "skip talk 1 it hello do-not-contact unreachable\nend talk 1 completed finished";
    let file = "id,email,opt_in,tags,stage\n1,a@x.pl,true,hot,\n";
    story(&steps).on("2026-11-21T09:00", file, begins).writes(file).again("2026-11-22T09:00", ends);
    story_with_refusals(&steps)
        .on("2026-11-21T09:00", file, begins)
        .writes("id,email,opt_in,tags,stage,dnc\n1,a@x.pl,true,hot,,unsubscribed\n")
        .again("2026-11-22T09:00", ends);
}

#[test]
fn reachable_is_asked_anew_when_a_step_unsubscribes() {
    let yaml = format!(
        "{}  talked:\n    enter: {{ not: {{ reachable: email }} }}\n    steps: [{{ add-tag: cold }}]\n",
        asks("[{ unsubscribe: email }]")
    );
    story(&yaml).on(
        "2026-11-21T09:00",
        "id,email,opt_in,tags\n1,a@x.pl,true,hot\n",
        "start talk 1 condition
         unsubscribe talk 1 unsubscribe:email email unsubscribed
         end talk 1 completed finished
         start talked 1 condition
         add-tag talked 1 add-tag:cold cold
         end talked 1 completed finished",
    );
}

#[test]
fn the_latest_step_decides_on_a_member_before_the_condition_is_asked() {
    let yaml = format!(
        "{CONTRACT}segments:\n  big: {{ where: {{ field: orders, at-least: 5 }} }}\n{}",
        asks(
            "
      - { if: { segment: big }, then: [{ id: was, points: 1 }] }
      - add-to: big
      - { if: { segment: big }, then: [{ id: is, points: 1 }] }
      - add-to: big
      - { id: out, remove-from: big }
      - { id: asked, if: { segment: big }, then: [{ id: never, points: 1 }] }"
        )
    );
    story_of(&yaml)
        .on(
            "2026-11-21T09:00",
            "id,orders,tags,points\n1,1,hot,0\n",
            "start talk 1 condition
             if talk 1 if else
             add-to talk 1 add-to:big big
             if talk 1 if#2 then
             points talk 1 is 0 1
             remove-from talk 1 out big
             if talk 1 asked else
             end talk 1 completed finished",
        )
        .counts("/segments/big", 0)
        .on("2026-11-22T09:00", "id,orders,tags,points\n1,9,,1\n", "")
        .counts("/segments/big", 0);
}

#[test]
fn who_becomes_a_member_by_hand_is_let_in_by_the_segment() {
    let yaml = format!(
        "{CONTRACT}segments:\n  big: {{ where: {{ field: orders, at-least: 5 }} }}\n{}  more:\n    enter: {{ segment: big }}\n    steps: [{{ points: 1 }}]\n",
        asks("[{ add-to: big }]")
    );
    story_of(&yaml).on(
        "2026-11-21T09:00",
        "id,orders,tags,points\n1,1,hot,0\n",
        "start talk 1 condition
         add-to talk 1 add-to:big big
         end talk 1 completed finished
         start more 1 condition
         points more 1 points:1 0 1
         end more 1 completed finished",
    );
}
