//! Random events: what is declared, what may be asked, and the files that tell what happened.
//!
//! Invariant: a row never has content of a kind that its event lacks, nor a property of another
//! type.

use jiff::{Timestamp, ToSpan};

use super::Draft;
use super::conditions::Scope;
use super::random::Random;
use super::rows::maybe_padded;

pub(super) const SECTION: &str = "events:
  purchased:
    properties: { amount: number, gift: boolean, at-shop: text, day: date }
    updates: { orders: { add: 1 }, seen: { set: event-time }, spent: { add: { property: amount } } }
    max-age: 2 days
  booked:
    properties: { seats: integer }
    updates: { meeting: { set: event-time }, name: { set: Anna }, orders: { set: { property: seats } } }
  opened: { max-age: 1 hour }
  clicked: { updates: { note: { set: NO } } }
";

/// What may happen with which content.
const EVENTS: [(&str, &[&str]); 12] = [
    ("purchased", &[""]),
    ("booked", &[""]),
    (
        "opened",
        &["hello", "weekly", "urgent", "bye", "brief", "any", ""],
    ),
    (
        "clicked",
        &[
            "hello", "weekly", "ping", "banner", "any", "nudge", "advert",
        ],
    ),
    ("replied", &["hello", "ping", "any", ""]),
    ("visited", &["page", ""]),
    ("downloaded", &["asset", ""]),
    ("submitted", &["form", ""]),
    ("unsubscribed", &["hello", "ping", "nudge", "any", ""]),
    ("complained", &["weekly", "any", ""]),
    ("bounced", &["hello", "any", ""]),
    (
        "delivered",
        &["hello", "weekly", "brief", "ping", "any", "nudge", ""],
    ),
];

/// The event that the project declares beside the built-in ones, by its first name.
pub(super) const OWN: &str = "booked";

const MINUTES: [i64; 14] = [
    -43_200, -2881, -2880, -1441, -1440, -720, -150, -90, -60, -30, -1, 0, 0, 60,
];

impl Draft<'_> {
    /// `{ event: … }` as it stands in conditions.
    pub(super) fn event_condition(&mut self, scope: Scope) -> String {
        let mut condition = format!("{{ {}", self.occurrence());
        let summed = condition.contains("event: purchased") && self.random.chance(60);
        if summed {
            condition += ", sum: amount";
        }
        if summed || self.random.chance(40) {
            let unit = if summed { 10 } else { 1 };
            let (first, second) = (unit * self.random.below(4), unit * self.random.below(4));
            condition += &match self.random.below(6) {
                0 => format!(", between: [{}, {}]", first.min(second), first.max(second)),
                1 => format!(", at-most: {first}"),
                2 => format!(", more-than: {first}"),
                3 => format!(", less-than: {}", first + 1),
                4 => format!(", is: {first}"),
                _ => format!(", at-least: {}", first + 1),
            };
        }
        if self.random.chance(30) {
            condition += &format!(
                ", within: {}",
                self.random
                    .pick(&["1 day", "7 days", "1 month", "90 minutes"])
            );
        }
        if let Some(since) = scope.since.filter(|_| self.random.chance(30)) {
            condition += &format!(", since: {}", self.random.pick(&[since, "ever"]));
        }
        condition + " }"
    }

    /// An event, with or without its content and a condition over its properties.
    pub(super) fn occurrence(&mut self) -> String {
        let often = if self.random.chance(35) {
            1
        } else {
            EVENTS.len()
        };
        let (event, contents) = *self.random.pick(&EVENTS[..often]);
        let mut written = format!("event: {event}");
        let of = *self.random.pick(contents);
        if !of.is_empty() && self.random.chance(60) {
            written += &format!(", of: {of}");
        }
        let wheres: &[&str] = match event {
            "purchased" => &[
                "{ property: amount, at-least: 10 }",
                "{ any: [ { property: gift, is: true }, { property: at-shop, is: wien } ] }",
                "{ all: [ { property: amount, less-than: 20 }, { not: { property: gift, exists: true } } ] }",
                "{ property: at-shop, matches: 'ss|ß' }",
                "{ property: day, within: 7 days }",
            ],
            "booked" => &[
                "{ property: seats, between: [2, 4] }",
                "{ property: seats, is-not: 1 }",
            ],
            "bounced" => &["{ property: hard, is: true }"],
            _ => &[],
        };
        if !wheres.is_empty() && self.random.chance(40) {
            written += &format!(", where: {}", self.random.pick(wheres));
        }
        written
    }
}

/// One thing that happened, as cells by column.
type Row = Vec<(&'static str, String)>;

/// The file of a run: new things, some late, some for later, and some that stood in the file
/// before. CSV or JSON lines. The project's own event goes by any of `names`, which it had so far.
pub(super) fn file(
    random: &mut Random,
    now: Timestamp,
    ever: &mut Vec<Row>,
    names: &[String],
) -> (String, bool) {
    let mut rows: Vec<Row> = ever.iter().filter(|_| random.chance(60)).cloned().collect();
    for _ in 0..random.between(5, 25) {
        // Nothing says which of two comes first that differ in nothing but properties and ids.
        let mut new = row(random, now);
        if names.len() > 1 && new[2].1 == OWN {
            new[2].1.clone_from(random.pick(names));
        }
        let own = |row: &Row| names.contains(&row[2].1);
        let same = |row: &Row| {
            row[..2] == new[..2] && row[3] == new[3] && (row[2] == new[2] || own(row) && own(&new))
        };
        if !ever.iter().any(same) {
            rows.push(new.clone());
            ever.push(new);
        }
    }
    rows.sort_by_cached_key(|_| random.below(1000));
    let as_lines = random.chance(40);
    (
        if as_lines {
            json_lines(random, &rows)
        } else {
            csv(random, &rows)
        },
        as_lines,
    )
}

fn row(random: &mut Random, now: Timestamp) -> Row {
    let at = now
        .checked_add(random.pick(&MINUTES).minutes())
        .expect("a time in range");
    let contact = if random.chance(3) {
        "nobody".to_owned()
    } else {
        format!("c{:02}", random.below(14))
    };
    let (event, contents) = *random.pick(&EVENTS);
    let event = if random.chance(2) {
        "unheard-of"
    } else {
        event
    };
    let mut row = vec![
        ("contact", contact),
        ("at", at.to_string()),
        ("event", event.to_owned()),
    ];
    row.push(("of", (*random.pick(contents)).to_owned()));
    let id = if random.chance(30) {
        format!("e{}", random.below(1_000_000_000))
    } else {
        String::new()
    };
    row.push(("id", id));
    let property = |random: &mut Random, values: &[&str]| {
        if random.chance(30) {
            String::new()
        } else {
            (*random.pick(values)).to_owned()
        }
    };
    match event {
        "purchased" => {
            row.push((
                "amount",
                property(
                    random,
                    &["0.5", "9.99", "10", "20", "-3", "12345678901234.5678"],
                ),
            ));
            row.push(("gift", property(random, &["true", "false"])));
            row.push(("at_shop", property(random, &["Wien", "Straße", "Bonn"])));
            row.push((
                "day",
                property(random, &["2026-10-03", "2026-03-28", "2026-06-01"]),
            ));
        }
        "booked" => row.push(("seats", property(random, &["1", "2", "4", "7"]))),
        "bounced" => row.push(("hard", property(random, &["true", "true", "false"]))),
        _ => {}
    }
    row
}

const COLUMNS: [&str; 12] = [
    "contact",
    "of",
    "at",
    "event",
    "id",
    "amount",
    "gift",
    "at_shop",
    "day",
    "seats",
    "hard",
    "nobody reads",
];

fn csv(random: &mut Random, rows: &[Row]) -> String {
    let mut file = COLUMNS.join(",") + "\n";
    for row in rows {
        let cell = |column: &&str| {
            row.iter()
                .find(|(name, _)| name == column)
                .map_or("", |(_, cell)| cell.as_str())
        };
        let cells: Vec<String> = COLUMNS
            .iter()
            .map(cell)
            .map(|cell| maybe_padded(random, cell))
            .collect();
        file += &(cells.join(",") + "\n");
    }
    file
}

/// Numbers and booleans stand without quotes.
fn json_lines(random: &mut Random, rows: &[Row]) -> String {
    let line = |row: &Row| {
        let cells = row
            .iter()
            .filter(|(_, cell)| !cell.is_empty())
            .map(|(column, cell)| match *column {
                "amount" | "gift" | "seats" | "hard" => format!("\"{column}\": {cell}"),
                column => format!("\"{column}\": \"{}\"", maybe_padded(random, cell)),
            });
        format!("{{ {} }}\n", cells.collect::<Vec<_>>().join(", "))
    };
    rows.iter().map(line).collect()
}
