//! What happens to contacts: the order in which it is taken in, what it changes, which campaigns it
//! starts, and what conditions count.

use super::{Past, story};

const EVENTS: &str = "
events:
  purchased:
    properties: { amount: number, items: integer, gift: boolean, shop: text, on: date }
    updates: { orders: { add: 1 }, last: { set: event-time }, spent: { add: { property: amount } } }
  booked: { properties: { seats: integer }, updates: { note: { set: yes }, orders: { set: { property: seats } } }, max-age: 3 hours }
";

fn events(rest: &str) -> String {
    format!("{EVENTS}{rest}")
}

#[test]
fn the_past_of_a_first_run_counts_and_does_nothing_else() {
    let journey = events(
        "segments: { bought: { where: { event: purchased } } }
campaigns: { thanks: { enter: { event: purchased }, steps: [{ send: bar }] } }",
    );
    let told = || story(&journey).hears("contact,at,event\n1,2026-11-20T10:00,purchased\n");
    told()
        .on("2026-11-20T12:00", "id\n1\n", "")
        .counts("/segments/bought", 1)
        .again("2026-11-20T13:00", "")
        .counts("/events/duplicates", 1);
    told()
        .with_past(Past {
            replay: true,
            ..Past::default()
        })
        .on(
            "2026-11-20T12:00",
            "id\n1\n",
            "update last 2026-11-20 purchased
         update orders 0 1 purchased
         start thanks 1 event
         send thanks 1 send:bar bar
         end thanks 1 completed finished",
        );
}
