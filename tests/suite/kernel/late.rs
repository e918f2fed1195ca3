//! Events that come in late: what they change no more, what they start no more, and what others had
//! sent before.

use super::{Past, story};

const MOVED: &str = "events:
  moved: { properties: { note: text }, updates: { note: { set: { property: note } }, last: { set: event-time } } }
  counted: { properties: { orders: integer }, updates: { orders: { set: { property: orders } } } }
  bought: { updates: { orders: { add: 1 } } }
";

fn moved(rest: &str) -> String {
    format!("{MOVED}segments: {{ all: {{ where: {{ event: moved }} }} }}\n{rest}")
}

/// Counts and the numbers added to them, each alone and in every order: the value is that of one
/// file.
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
        let story = story(&moved(""))
            .on("2026-06-01T09:00", "id\n1\n", "")
            .hears(&file);
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

#[test]
fn of_two_occurrences_in_one_run_the_second_is_lost_and_so_is_what_a_replay_finds_too_old() {
    let journey = "events: { booked: {} }
campaigns: { talk: { enter: { event: booked }, reenter: { after: 1 h }, steps: [{ add-tag: vip }] } }";
    let events = "contact,at,event\n1,2026-11-18T10:00,booked\n1,2026-11-20T10:00,booked\n1,2026-11-20T10:30,booked\n";
    let past = Past {
        replay: true,
        ..Past::default()
    };
    story(journey).with_past(past).hears(events).on(
        "2026-11-20T11:00",
        "id\n1\n",
        "lost talk booked 2026-11-18T10:00:00+01:00 too-old
         start talk 1 event
         lost talk booked 2026-11-20T10:30:00+01:00 same-run
         add-tag talk 1 add-tag:vip vip
         end talk 1 completed finished",
    );
    story(journey)
        .hears(events)
        .on("2026-11-20T11:00", "id\n1\n", "");
}
