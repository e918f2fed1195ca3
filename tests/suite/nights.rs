//! Four weeks of a project with hours, limits, contacts all over the world and events at any time:
//! first a run a day, then one an hour.
//!
//! What went out is looked at without funnelc: on the contact's own clock, message by message.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use funnelc::runner::batch::{Inputs, Options, run_inputs};
use funnelc::runner::events::Format;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use crate::projects::{plan_of, root, sources};

const ZONES: [&str; 8] = [
    "",
    "America/New_York",
    "Asia/Tokyo",
    "Asia/Kolkata",
    "Pacific/Auckland",
    "Europe/Berlin",
    "America/Los_Angeles",
    "Australia/Lord_Howe",
];

/// A message as it left the house.
#[derive(Debug)]
struct Sent {
    at: Timestamp,
    contact: usize,
    content: String,
    channel: String,
    campaign: String,
}

/// Over both changes of the clock there are: in March in Berlin and New York, in April in Auckland.
#[test]
fn nobody_is_mailed_at_night_twice_or_in_heaps() {
    let sent = four_weeks("2026-03-16T00:00:00Z".parse().unwrap());
    for message in &sent {
        is_in_its_hours(message);
    }
    let mut by_contact: BTreeMap<(usize, &str), Vec<&Sent>> = BTreeMap::new();
    for message in sent.iter().filter(|message| message.content != "receipt") {
        by_contact
            .entry((message.contact, &message.channel))
            .or_default()
            .push(message);
    }
    for ((contact, channel), messages) in &by_contact {
        if *channel == "email" {
            for three in messages.windows(3) {
                assert!(
                    three[2].at >= three[0].at + 20.hours(),
                    "more than the limit to {contact}: {three:#?}"
                );
            }
        }
        let series = messages
            .windows(2)
            .filter(|two| two[0].campaign == two[1].campaign && two[0].at == two[1].at);
        assert_eq!(series.count(), 0, "two of a series at once to {contact}");
    }
    let contents: BTreeSet<&str> = sent
        .iter()
        .map(|message| message.content.as_str())
        .collect();
    let all = [
        "after", "any", "cross", "gift", "hello", "more", "night", "receipt", "reminder", "thanks",
        "tips",
    ];
    assert_eq!(
        contents.into_iter().collect::<Vec<_>>(),
        all,
        "some message never comes"
    );
    let once = [
        "hello", "tips", "more", "any", "night", "reminder", "after", "gift", "thanks",
    ];
    for content in once {
        let to: Vec<usize> = sent
            .iter()
            .filter(|sent| sent.content == content)
            .map(|sent| sent.contact)
            .collect();
        assert_eq!(
            to.len(),
            to.iter().collect::<BTreeSet<_>>().len(),
            "`{content}` twice to somebody"
        );
    }
    assert_eq!(
        sent.iter().filter(|sent| sent.content == "hello").count(),
        contacts().len(),
        "not all were welcomed"
    );
}

fn is_in_its_hours(message: &Sent) {
    let zone = Some(ZONES[message.contact % ZONES.len()])
        .filter(|zone| !zone.is_empty())
        .unwrap_or("Europe/Berlin");
    let local = message.at.to_zoned(TimeZone::get(zone).unwrap());
    let (minute, day) = (
        i32::from(local.hour()) * 60 + i32::from(local.minute()),
        local.weekday().to_monday_zero_offset(),
    );
    let is_open = match (message.content.as_str(), message.channel.as_str()) {
        ("receipt", _) => true,
        (_, "email") => day < 5 && (540..=1080).contains(&minute),
        (_, "sms") => !(121..1320).contains(&minute),
        other => panic!("{other:?}"),
    };
    assert!(is_open, "out of its hours, at {local}: {message:?}");
}

fn contacts() -> Vec<String> {
    let demo = |number: usize| match number % 4 {
        0 => String::new(),
        1 => "2026-02-01T10:00".to_owned(),
        _ => format!("2026-03-{}T{:02}:30", 18 + number % 10, number % 24),
    };
    let row = |number: usize| {
        format!(
            "c{number},lead,0,c{number}@example.com,+4912{number},{},{}\n",
            ZONES[number % ZONES.len()],
            demo(number)
        )
    };
    (0..24).map(row).collect()
}

/// Purchases at any time of day, of everybody.
fn purchases(begin: Timestamp, until: Timestamp) -> String {
    let mut rows = "contact,event,at,id,amount\n".to_owned();
    for number in 0..72_usize {
        let at = begin + (i64::try_from(number).unwrap() * 9 * 60 + 17).minutes();
        if at <= until {
            rows += &format!("c{},purchased,{at},e{number},5\n", number % 24);
        }
    }
    rows
}

fn four_weeks(begin: Timestamp) -> Vec<Sent> {
    let yaml = fs::read_to_string(root().join("tests/fixtures/nights/funnelc.yaml")).unwrap();
    let plan = plan_of(sources(&[("funnelc.yaml", &yaml)]));
    let file = format!(
        "id,tags,points,email,phone,zone,demo\n{}",
        contacts().concat()
    );
    // Each day at another hour, so that each zone meets its hours on some days and misses them on
    // others.
    let daily = (0..14_i64).map(|day| begin + (day * 24 + (day * 5) % 24).hours());
    let hourly = (14 * 24..28 * 24_i64).map(|hour| begin + hour.hours());
    let (mut state, mut sent, mut keys) = (None::<Vec<u8>>, Vec::new(), BTreeSet::new());
    for now in daily.chain(hourly) {
        let events = purchases(begin, now);
        let inputs = Inputs {
            contacts: file.as_bytes(),
            events: Some((events.as_bytes(), Format::Csv)),
            ..Inputs::default()
        };
        let ran = run_inputs(
            &plan,
            now.as_second(),
            inputs,
            state.as_deref(),
            Options::default(),
        )
        .unwrap();
        for row in String::from_utf8(ran.actions).unwrap().lines().skip(1) {
            let cells: Vec<&str> = row.split(',').collect();
            assert!(keys.insert(cells[0].to_owned()), "a key twice: {row}");
            sent.push(Sent {
                at: now,
                contact: cells[1][1..].parse().unwrap(),
                content: cells[3].to_owned(),
                channel: cells[4].to_owned(),
                campaign: cells[6].to_owned(),
            });
        }
        state = Some(ran.state);
    }
    sent
}
