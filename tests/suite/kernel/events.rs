//! What happens to contacts: the order in which it is taken in, what it changes, which campaigns it starts, and what conditions count.

use super::{Past, story};

const EVENTS: &str = "
events:
  purchased:
    properties: { amount: number, items: integer, gift: boolean, shop: text, on: date }
    updates: { orders: { add: 1 }, last: { set: event-time }, spent: { add: { property: amount } } }
  booked: { properties: { seats: integer }, updates: { note: { set: yes }, orders: { set: { property: seats } } }, max-age: 3 hours }
";

const HEAD: &str = "contact,at,event,of,id,amount,items,gift,shop,on,seats\n";

fn events(rest: &str) -> String {
    format!("{EVENTS}{rest}")
}

#[test]
fn an_event_changes_the_fields_that_the_file_does_not_hold_in_the_order_of_time() {
    story(&events("segments: { all: { where: { event: purchased } } }"))
        .on("2026-11-20T09:00", "id,spent\n1,5\n", "")
        .hears(&format!(
            "{HEAD}1,2026-11-20T23:30:00Z,purchased,,,10.50,,,,,\n1,2026-11-20T10:00,booked,,,,,,,,4\n1,2026-11-20T11:00,booked,,,,,,,,\n"
        ))
        .again(
            "2026-11-21T09:00",
            "update note yes booked
             update orders 0 4 booked
             update last 2026-11-21 purchased
             update orders 4 5 purchased",
        )
        .writes("id,spent\n1,5\n")
        .counts("/events/taken", 3)
        .again("2026-11-22T09:00", "")
        .counts("/events/taken", 0)
        .counts("/events/duplicates", 3);
}

#[test]
fn a_field_goes_on_from_what_the_file_last_showed_when_its_column_is_gone() {
    let purchased = |day: u8| format!("{HEAD}1,2026-11-{day}T08:00,purchased,,,,,,,,\n");
    story(&events("segments: { all: { where: { event: booked } } }"))
        .on("2026-11-20T09:00", "id,orders,last\n1,5,2026-01-01\n", "")
        .hears(&purchased(21))
        .again("2026-11-21T09:00", "")
        .hears(&purchased(22))
        .on("2026-11-22T09:00", "id,last\n1,2026-01-01\n", "update orders 5 6 purchased")
        // The file counts again, as if for the first time.
        .on("2026-11-23T09:00", "id,orders,last\n1,2,2026-01-01\n", "")
        .hears(&purchased(24))
        .on("2026-11-24T09:00", "id,last\n1,2026-01-01\n", "update orders 2 3 purchased");
}

#[test]
fn updates_keep_to_the_bounds_of_the_field() {
    let eleven: String = (10..21).map(|hour| format!("1,2026-11-20T{hour}:00,purchased,,,,,,,,\n")).collect();
    let journal: Vec<String> = (0..10)
        .map(|orders| {
            let last = if orders == 0 { "update last 2026-11-20 purchased\n" } else { "" };
            format!("{last}update orders {orders} {} purchased\n", orders + 1)
        })
        .collect();
    story(&events("segments: { all: { where: { event: booked } } }"))
        .on("2026-11-20T09:00", "id\n1\n", "")
        .hears(&format!("{HEAD}{eleven}"))
        .again("2026-11-21T09:00", &journal.concat());
}

#[test]
fn an_event_starts_a_campaign_once_for_each_occurrence_that_is_young_enough() {
    let journey = events(
        "campaigns: { thanks: { enter: { event: booked, where: { property: seats, at-least: 2 } }, reenter: { after: 1 h }, steps: [{ send: bar }] } }",
    );
    let start = "start thanks 1 event\nsend thanks 1 send:bar bar\nend thanks 1 completed finished";
    let updates = |seats: &str| format!("update note yes booked\nupdate orders 0 {seats} booked\n");
    story(&journey)
        .on("2026-11-20T09:00", "id\n1\n2\n3\n", "")
        .hears(&format!(
            "{HEAD}1,2026-11-20T09:00,booked,,,,,,,,2\n2,2026-11-20T08:59,booked,,,,,,,,2\n3,2026-11-20T12:00,booked,,,,,,,,1\n"
        ))
        .again(
            "2026-11-20T12:00",
            &format!(
                "{}{start}\n2 update note yes booked\n2 update orders 0 2 booked\n2 lost thanks booked 2026-11-20T08:59:00+01:00 too-old\n3 update note yes booked\n3 update orders 0 1 booked",
                updates("2")
            ),
        );
}

#[test]
fn who_comes_in_by_an_event_stays_when_conditions_end_and_cannot_be_overtaken() {
    let journey = events(
        "campaigns:
           first: { priority: 2, enter: { tag: hot }, on-leave: stay, steps: [{ remove-tag: hot }] }
           care: { enter: [{ tag: hot }, { event: purchased }], on-leave: exit, steps: [{ wait: 1 day }, { send: bar }] }",
    );
    story(&journey)
        .on("2026-11-20T09:00", "id,orders,last,spent,tags\n1,1,2026-01-01,1,\n", "")
        .hears("contact,at,event\n1,2026-11-20T10:00,purchased\n")
        .again("2026-11-20T12:00", "start care 1 event\nwait care 1 wait:1 day 2026-11-21T12:00:00+01:00")
        .again("2026-11-21T12:00", "send care 1 send:bar bar\nend care 1 completed finished");
}

#[test]
fn an_occurrence_that_finds_the_campaign_active_or_closed_is_lost() {
    let journey = "events: { booked: {} }
campaigns:
  talk: { enter: { event: booked }, reenter: { after: 1 day }, goal: { tag: vip }, steps: [{ wait: 1 h }] }
  shut: { published: false, enter: { event: booked }, steps: [{ send: bar }] }";
    story(journey)
        .on("2026-11-20T09:00", "id,tags\n1,\n2,vip\n", "")
        .hears("contact,at,event\n1,2026-11-20T10:00,booked\n2,2026-11-20T10:00,booked\n")
        .again(
            "2026-11-20T10:00",
            "lost shut booked 2026-11-20T10:00:00+01:00 unpublished
             start talk 1 event
             wait talk 1 wait:1 hour 2026-11-20T11:00:00+01:00
             2 lost shut booked 2026-11-20T10:00:00+01:00 unpublished
             2 lost talk booked 2026-11-20T10:00:00+01:00 goal",
        )
        .counts("/campaigns/talk/lost/goal", 1)
        .counts("/campaigns/shut/lost/unpublished", 2)
        .hears("contact,at,event\n1,2026-11-20T10:30,booked\n")
        .again(
            "2026-11-20T10:30",
            "lost shut booked 2026-11-20T10:30:00+01:00 unpublished\nlost talk booked 2026-11-20T10:30:00+01:00 active",
        )
        .again("2026-11-20T11:00", "end talk 1 completed finished")
        .hears("contact,at,event\n1,2026-11-20T12:00,booked\n1,2026-11-20T12:00:01,booked\n")
        .again(
            "2026-11-20T12:00:01",
            "lost shut booked 2026-11-20T12:00:00+01:00 unpublished
             lost talk booked 2026-11-20T12:00:00+01:00 reenter",
        );
}

#[test]
fn conditions_count_sum_and_look_into_properties() {
    let asked = [
        ("once", "{ event: purchased }", true),
        ("thrice", "{ event: purchased, at-least: 3 }", false),
        ("two", "{ event: purchased, is: 2 }", true),
        ("few", "{ event: purchased, at-most: 1 }", false),
        ("more", "{ event: purchased, more-than: 1 }", true),
        ("less", "{ event: purchased, less-than: 2 }", false),
        ("range", "{ event: purchased, between: [1, 2] }", true),
        ("sum", "{ event: purchased, sum: amount, is: 30.5 }", true),
        ("items", "{ event: purchased, sum: items, at-least: 4 }", false),
        ("day", "{ event: purchased, within: 1 day, is: 1 }", true),
        ("week", "{ event: purchased, within: 1 week, is: 2 }", true),
        ("hours", "{ event: purchased, within: 2 hours }", false),
        ("big", "{ event: purchased, where: { property: amount, more-than: 20 } }", true),
        ("gift", "{ event: purchased, where: { property: gift, is: true } }", false),
        ("no-gift", "{ event: purchased, where: { property: gift, is-not: true }, is: 2 }", true),
        ("shop", "{ event: purchased, where: { property: shop, in: [WARSAW, Lodz] }, is: 1 }", true),
        ("match", "{ event: purchased, where: { property: shop, matches: ^war }, is: 1 }", true),
        ("on", "{ event: purchased, where: { property: on, before: 2026-11-01 } }", true),
        ("yearly", "{ event: purchased, where: { property: on, anniversary: today } }", false),
        ("none", "{ event: purchased, where: { property: on, exists: false }, is: 1 }", true),
        (
            "both",
            "{ event: purchased, where: { all: [{ property: items, is: 3 }, { not: { property: amount, exists: false } }] } }",
            true,
        ),
        (
            "either",
            "{ event: purchased, where: { any: [{ property: items, is: 7 }, { property: items, is: 8 }] } }",
            false,
        ),
        ("other", "{ event: booked }", false),
    ];
    let segments: String =
        asked.iter().map(|(name, condition, _)| format!("  {name}: {{ where: {condition} }}\n")).collect();
    let mut told = story(&events(&format!("segments:\n{segments}"))).hears(&format!(
        "{HEAD}1,2026-11-20T00:00,purchased,,,20.5,3,,Warsaw,2026-10-01,\n1,2026-11-16T10:00,purchased,,,10,,false,,,\n2,2026-11-20T10:00,booked,,,,,,,,1\n"
    ));
    told = told.on("2026-11-21T09:00", "id\n1\n", "");
    for (name, _, holds) in asked {
        told = told.counts(&format!("/segments/{name}"), u64::from(holds));
    }
}

#[test]
fn a_late_event_counts_at_its_own_time() {
    story("events: { booked: {} }\nsegments: { today: { where: { event: booked, within: 2 hours } }, ever: { where: { event: booked } } }")
        .on("2026-11-21T09:00", "id\n1\n", "")
        .hears("contact,at,event\n1,2026-11-20T10:00,booked\n")
        .again("2026-11-21T10:00", "")
        .counts("/segments/today", 0)
        .counts("/segments/ever", 1);
}

#[test]
fn goals_count_from_the_entry_and_steps_from_ever() {
    let journey = "events: { booked: {} }
campaigns:
  talk:
    enter: { tag: hot }
    on-leave: stay
    goal: { event: booked }
    steps:
      - { wait: 1 h }
      - { if: { event: booked, is: 1 }, then: [{ add-tag: vip }] }
      - { if: { event: booked, since: entry }, then: [{ add-tag: cold }] }
      - { wait: 1 day }";
    story(journey)
        .hears("contact,at,event\n1,2026-11-20T08:00,booked\n1,2026-11-20T11:30,booked\n")
        .on(
            "2026-11-20T09:00",
            "id,tags\n1,hot\n",
            "start talk 1 condition\nwait talk 1 wait:1 hour 2026-11-20T10:00:00+01:00",
        )
        .again(
            "2026-11-20T10:00",
            "if talk 1 if then
             add-tag talk 1 if/then/add-tag:vip vip
             if talk 1 if#2 else
             wait talk 1 wait:1 day 2026-11-21T10:00:00+01:00",
        )
        .again("2026-11-20T12:00", "end talk 1 converted goal");
}

#[test]
fn an_event_at_the_moment_of_the_entry_is_before_it() {
    let journey = "events: { booked: {} }
campaigns: { talk: { enter: { tag: hot }, on-leave: stay, goal: { event: booked }, steps: [{ wait: 1 day }] } }";
    story(journey)
        .hears("contact,at,event\n1,2026-11-20T09:00,booked\n")
        .on(
            "2026-11-20T09:00",
            "id,tags\n1,hot\n",
            "start talk 1 condition\nwait talk 1 wait:1 day 2026-11-21T09:00:00+01:00",
        )
        .again("2026-11-20T12:00", "");
}

#[test]
fn a_stage_counts_from_when_the_contact_came_in() {
    let journey = "events: { booked: {} }
funnels: { shop: { audience: everyone, stages: { a: { weight: 0, converts: { event: booked, since: stage } }, b: { weight: 1 } } } }";
    story(journey)
        .hears("contact,at,event\n1,2026-11-20T08:00,booked\n")
        .on("2026-11-20T09:00", "id\n1\n", "enter shop a")
        .hears("contact,at,event\n1,2026-11-20T08:00,booked\n1,2026-11-20T10:00,booked\n")
        .again("2026-11-20T11:00", "convert shop a b");
}

#[test]
fn a_complaint_blocks_at_once_and_a_soft_bounce_does_not() {
    let journey = "segments: { reached: { where: { reachable: email } } }
campaigns: { talk: { enter: { tag: hot }, steps: [{ send: hello, transactional: true }] } }";
    let contacts = "id,email,opt_in,tags\n1,a@b.c,true,hot\n2,a@b.c,true,hot\n3,a@b.c,true,hot\n4,a@b.c,true,hot\n";
    let sent = |id: &str| {
        format!(
            "{id}start talk 1 condition\n{id}send talk 1 send:hello hello email\n{id}end talk 1 completed finished\n"
        )
    };
    let held = |id: &str| {
        format!(
            "{id}start talk 1 condition\n{id}skip talk 1 send:hello hello do-not-contact unreachable\n{id}end talk 1 completed finished\n"
        )
    };
    story(journey)
        .hears(
            "contact,at,event,of,hard\n1,2026-11-20T08:00,complained,hello,\n2,2026-11-20T08:00,bounced,hello,false\n\
             3,2026-11-20T08:00,bounced,,true\n4,2026-11-20T08:00,unsubscribed,hello,\n",
        )
        .on(
            "2026-11-20T09:00",
            contacts,
            &[
                "do-not-contact email complained\n".to_owned(),
                held(""),
                sent("2 "),
                "3 do-not-contact email bounced\n".to_owned(),
                held("3 "),
                "4 do-not-contact email unsubscribed\n".to_owned(),
                sent("4 "),
            ]
            .concat(),
        )
        .again("2026-11-21T09:00", "")
        .counts("/segments/reached", 1);
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
    told().with_past(Past { replay: true, ..Past::default() }).on(
        "2026-11-20T12:00",
        "id\n1\n",
        "update last 2026-11-20 purchased
         update orders 0 1 purchased
         start thanks 1 event
         send thanks 1 send:bar bar
         end thanks 1 completed finished",
    );
}

#[test]
fn pages_forms_and_assets_are_touched() {
    let yaml = "  prices: { kind: page }
  sign-up: { kind: form }
  paper: { kind: asset }
segments:
  looked: { where: { event: visited, of: prices, at-least: 2 } }
  loaded: { where: { event: downloaded, of: paper } }
campaigns:
  thanks: { enter: { event: submitted, of: sign-up }, steps: [{ send: bar }] }
";
    story(yaml)
        .on("2026-11-20T09:00", "id\n1\n2\n", "")
        .hears(
            "contact,at,event,of\n1,2026-11-20T10:00,visited,prices\n1,2026-11-20T10:05,visited,prices\n\
             2,2026-11-20T10:00,visited,prices\n2,2026-11-20T11:00,downloaded,paper\n1,2026-11-20T12:00,submitted,sign-up\n",
        )
        .again(
            "2026-11-20T13:00",
            "start thanks 1 event\nsend thanks 1 send:bar bar\nend thanks 1 completed finished",
        )
        .counts("/segments/looked", 1)
        .counts("/segments/loaded", 1);
}
