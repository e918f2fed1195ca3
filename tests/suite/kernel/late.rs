//! Events that come in late: what they change no more, what they start no more, and what others had sent before.

use super::{Past, story};

const MOVED: &str = "events:
  moved: { properties: { note: text }, updates: { note: { set: { property: note } }, last: { set: event-time } } }
  counted: { properties: { orders: integer }, updates: { orders: { set: { property: orders } } } }
  bought: { updates: { orders: { add: 1 } } }
";

fn moved(rest: &str) -> String {
    format!("{MOVED}segments: {{ all: {{ where: {{ event: moved }} }} }}\n{rest}")
}

#[test]
fn an_event_of_the_past_does_not_turn_back_what_a_later_one_has_set() {
    story(&moved(""))
        .on("2026-06-01T09:00", "id\n1\n", "")
        .hears("contact,at,event,note\n1,2026-06-09T10:00,moved,Rome\n")
        .again("2026-06-10T09:00", "update last 2026-06-09 moved\nupdate note Rome moved")
        .hears("contact,at,event,note\n1,2026-01-05T10:00,moved,Oslo\n")
        .again(
            "2026-06-11T09:00",
            "late last 2026-06-09T10:00:00+02:00 moved\nlate note 2026-06-09T10:00:00+02:00 moved",
        )
        .hears("contact,at,event,note\n1,2026-06-10T10:00,moved,Bonn\n")
        .again("2026-06-12T09:00", "update last 2026-06-09 2026-06-10 moved\nupdate note Rome Bonn moved");
}

/// Counts and the numbers added to them, each alone and in every order: the value is that of one file.
#[test]
fn the_same_events_in_one_file_or_in_many_give_the_same() {
    let events = [
        "1,2026-06-01T10:00,bought,",
        "1,2026-06-02T10:00,counted,5",
        "1,2026-06-02T10:00,counted,4",
        "1,2026-06-02T10:00,bought,",
        "1,2026-06-03T10:00,bought,",
    ];
    let value = |order: &[usize]| {
        let mut story = story(&moved("")).on("2026-06-01T09:00", "id\n1\n", "");
        for (day, event) in (10..).zip(order) {
            story = story.hears(&format!("contact,at,event,orders\n{}\n", events[*event]));
            story = story.goes_on(&format!("2026-06-{day}T09:00"));
        }
        story.remembers("orders")
    };
    let whole = {
        let file = format!("contact,at,event,orders\n{}\n", events.join("\n"));
        let story = story(&moved("")).on("2026-06-01T09:00", "id\n1\n", "").hears(&file);
        story.goes_on("2026-06-10T09:00").remembers("orders")
    };
    let mut orders = vec![vec![]];
    for event in 0..events.len() {
        orders = orders
            .into_iter()
            .flat_map(|order: Vec<usize>| {
                (0..=order.len()).map(move |at| [&order[..at], &[event], &order[at..]].concat())
            })
            .collect();
    }
    assert_eq!(orders.len(), 120);
    for order in orders {
        assert_eq!(value(&order), whole, "in the order {order:?}");
    }
}

const STEPS: &str = "campaigns:
  reset: { enter: { tag: hot }, on-leave: stay, steps: [{ set: orders, to: 0 }, { set: note, to: reset }] }
";

#[test]
fn a_step_and_somebody_outside_set_a_field_as_of_their_run() {
    story(&moved(STEPS))
        .on("2026-06-01T09:00", "id,tags,note\n1,,Rome\n", "")
        .on(
            "2026-06-02T09:00",
            "id,tags,note\n1,hot,Rome\n",
            "start reset 1 condition
             set reset 1 set:note note Rome reset
             end reset 1 completed finished",
        )
        .hears("contact,at,event,note\n1,2026-06-02T08:00,moved,Oslo\n1,2026-06-02T08:00,bought,\n")
        .again(
            "2026-06-03T09:00",
            "late orders 2026-06-02T09:00:00+02:00 bought
             update last 2026-06-02 moved
             late note 2026-06-02T09:00:00+02:00 moved",
        )
        .on("2026-06-04T09:00", "id,tags,note\n1,hot,Bonn\n", "external-field note reset Bonn")
        .hears("contact,at,event,note\n1,2026-06-03T12:00,moved,Kiel\n")
        .again(
            "2026-06-05T09:00",
            "update last 2026-06-02 2026-06-03 moved
             late note 2026-06-04T09:00:00+02:00 moved",
        );
}

#[test]
fn a_field_that_steps_write_too_goes_on_to_count_when_the_written_file_is_given_back() {
    story(&moved(STEPS))
        .on("2026-06-01T09:00", "id,tags\n1,\n", "")
        .hears("contact,at,event\n1,2026-06-01T10:00,bought\n")
        .again("2026-06-02T09:00", "update orders 0 1 bought")
        .writes("id,tags,note,orders\n1,,,1\n")
        .hears("contact,at,event\n1,2026-06-02T10:00,bought\n")
        .back("2026-06-03T09:00", "update orders 1 2 bought")
        .back("2026-06-04T09:00", "");
}

const WELCOME: &str = "campaigns:
  welcome: { enter: { tag: hot }, on-leave: stay, steps: [{ send: rare }, { send: hello }] }
  month: { enter: { tag: cold }, on-leave: stay, steps: [{ send: again, once: { after: 30 days } }] }
limits: { email: { at-most: 1, within: 7 days } }
";

#[test]
fn what_others_delivered_counts_as_sent_at_its_time() {
    let events = "contact,at,event,of
1,2026-01-01T10:00,delivered,rare
2,2026-05-20T10:00,opened,rare
3,2026-05-20T10:00,delivered,again
3,2026-05-01T10:00,opened,again
4,2026-05-31T10:00,delivered,hello
5,2026-05-20T10:00,bounced,rare
";
    let contacts = "id,email,opt_in,tags
1,a@example.com,true,hot
2,a@example.com,true,hot
3,a@example.com,true,cold
4,a@example.com,true,hot
5,a@example.com,true,hot
";
    story(WELCOME).hears(events).on(
        "2026-06-01T09:00",
        contacts,
        "start welcome 1 condition
         skip welcome 1 send:rare rare already-sent
         send welcome 1 send:hello hello email
         end welcome 1 completed finished
         2 start welcome 1 condition
         2 skip welcome 1 send:rare rare already-sent
         2 send welcome 1 send:hello hello email
         2 end welcome 1 completed finished
         3 start month 1 condition
         3 skip month 1 send:again again already-sent
         3 end month 1 completed finished
         4 start welcome 1 condition
         4 delay welcome 1 send:rare rare 2026-06-07T10:00:00+02:00
         5 start welcome 1 condition
         5 send welcome 1 send:rare rare email
         5 delay welcome 1 send:hello hello 2026-06-08T09:00:00+02:00",
    );
}

#[test]
fn what_happens_to_a_message_of_ours_does_not_count_again() {
    let journey = "campaigns: { c: { enter: { tag: hot }, reenter: { after: 1 day }, on-leave: stay, steps: [{ send: again, once: { after: 2 days } }] } }";
    let (on, off) =
        ("id,email,opt_in,tags\n1,a@example.com,true,hot\n", "id,email,opt_in,tags\n1,a@example.com,true,\n");
    let sent = |entry: u8| {
        format!("start c {entry} condition\nsend c {entry} send:again again email\nend c {entry} completed finished")
    };
    story(journey)
        .on("2026-06-01T09:00", on, &sent(1))
        .hears("contact,at,event,of\n1,2026-06-01T12:00,delivered,again\n1,2026-06-02T12:00,opened,again\n")
        .on("2026-06-02T13:00", off, "")
        .on("2026-06-03T09:00", on, &sent(2));
}

#[test]
fn an_unsubscription_that_comes_in_late_counts_after_a_resubscription() {
    let journey = "campaigns: { back: { enter: { tag: hot }, on-leave: stay, steps: [{ resubscribe: email }] } }";
    story(journey)
        .on("2026-06-01T09:00", "id,tags\n1,\n", "")
        .hears("contact,at,event,of\n1,2026-06-01T10:00,unsubscribed,hello\n")
        .on(
            "2026-06-02T09:00",
            "id,tags\n1,hot\n",
            "do-not-contact email unsubscribed
             start back 1 condition
             resubscribe back 1 resubscribe:email email unsubscribed
             end back 1 completed finished",
        )
        .hears("contact,at,event,of\n1,2026-06-01T11:00,unsubscribed,again\n")
        .again("2026-06-03T09:00", "do-not-contact email unsubscribed");
}

#[test]
fn a_day_without_a_run_is_told_of_whoever_would_have_come_in() {
    let journey = "segments: { born: { where: { field: last, anniversary: today } } }
campaigns:
  birthday: { enter: { segment: born }, reenter: { after: 300 days }, steps: [{ send: bar }] }
  soon: { enter: { field: webinar, within-next: 1 day }, on-leave: stay, steps: [{ send: banner }] }
  not-yet: { enter: { field: last, anniversary: today }, publish: { from: 2026-03-09 }, steps: [{ send: banner }] }
";
    let contacts = "id,last,webinar
1,1990-03-07,
2,1990-03-08,2026-03-08T12:00
3,1990-03-09,2026-03-09T12:00
4,1990-03-10,
";
    story(journey)
        .on("2026-03-06T06:00", contacts, "")
        .again(
            "2026-03-09T06:00",
            "lost birthday 2026-03-07T00:00:00+01:00 missed-day
             2 lost birthday 2026-03-08T00:00:00+01:00 missed-day
             2 lost soon 2026-03-07T00:00:00+01:00 missed-day
             3 start birthday 1 condition
             3 start not-yet 1 condition
             3 start soon 1 condition
             3 send birthday 1 send:bar bar
             3 end birthday 1 completed finished
             3 send not-yet 1 send:banner banner
             3 end not-yet 1 completed finished
             3 send soon 1 send:banner banner
             3 end soon 1 completed finished",
        )
        .counts("/campaigns/birthday/lost/missed-day", 2)
        .again(
            "2026-03-10T06:00",
            "4 start birthday 1 condition
             4 start not-yet 1 condition
             4 send birthday 1 send:bar bar
             4 end birthday 1 completed finished
             4 send not-yet 1 send:banner banner
             4 end not-yet 1 completed finished",
        );
}

#[test]
fn of_two_occurrences_in_one_run_the_second_is_lost_and_so_is_what_a_replay_finds_too_old() {
    let journey = "events: { booked: {} }
campaigns: { talk: { enter: { event: booked }, reenter: { after: 1 h }, steps: [{ add-tag: vip }] } }";
    let events = "contact,at,event\n1,2026-11-18T10:00,booked\n1,2026-11-20T10:00,booked\n1,2026-11-20T10:30,booked\n";
    let past = Past { replay: true, ..Past::default() };
    story(journey).with_past(past).hears(events).on(
        "2026-11-20T11:00",
        "id\n1\n",
        "lost talk booked 2026-11-18T10:00:00+01:00 too-old
         start talk 1 event
         lost talk booked 2026-11-20T10:30:00+01:00 same-run
         add-tag talk 1 add-tag:vip vip
         end talk 1 completed finished",
    );
    story(journey).hears(events).on("2026-11-20T11:00", "id\n1\n", "");
}
