//! Events: the file, phase 0 in which each is taken in, and the conditions that count them.
//!
//! Invariant: each event is taken in once, whatever files it stands in.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde_yaml::Value;

use super::awaits::event_ways;
use super::clock::{Clock, When, duration};
use super::condition::{Counting, Look};
use super::contact::{Call, Occurrence};
use super::instant::{Instant, Place};
use super::lines::Lines;
use super::metrics::Tally;
use super::project::{Project, get, items, number, pairs, text, word};
use super::sends::CHANNELS;
use super::table::Table;
use super::value::{Datum, read_cell, type_of};

const BUILT_IN: [&str; 12] = [
    "delivered",
    "opened",
    "clicked",
    "replied",
    "bounced",
    "failed",
    "unsubscribed",
    "complained",
    "submitted",
    "visited",
    "downloaded",
    "purchased",
];

/// The events of the files, by contact; those that are not known or not yet due are only counted.
pub(super) fn read_events(
    project: &Project,
    clock: &Clock,
    files: &[String],
    tally: &mut Tally,
) -> BTreeMap<String, Vec<Occurrence>> {
    let mut events: BTreeMap<String, Vec<Occurrence>> = BTreeMap::new();
    for file in files {
        for row in rows(file) {
            let written = row.get("event").cloned().unwrap_or_default();
            let name = present(project, ("events", "event"), written.clone());
            let (contact, event) = occurrence(project, clock, &row, &written, &name);
            if event.at > clock.now {
                tally.add("events later");
                continue;
            }
            if !knows_event(project, &name) {
                tally.add("events unknown-events");
                continue;
            }
            events.entry(contact).or_default().push(event);
        }
    }
    events
}

/// A CSV file with a header, or one JSON object a line.
fn rows(file: &str) -> Vec<BTreeMap<String, String>> {
    if !file.starts_with('{') {
        return Table::read(file).named_rows();
    }
    let objects = file.lines().filter(|line| !line.trim().is_empty());
    // As text, for a float would round them.
    let number = regex::Regex::new(r#"": *(-?[0-9][^,} ]*)"#).expect("a pattern");
    let objects = objects.map(|line| number.replace_all(line, r#"": "$1""#));
    let objects = objects
        .map(|line| serde_json::from_str::<serde_json::Map<_, _>>(&line).expect("an object"));
    let cell = |value: serde_json::Value| match value {
        serde_json::Value::Null => String::new(),
        serde_json::Value::String(text) => text.trim().to_owned(),
        other => other.to_string(),
    };
    objects
        .map(|object| {
            object
                .into_iter()
                .map(|(key, value)| (key, cell(value)))
                .collect()
        })
        .collect()
}

/// One event; it is told from others by what is written.
fn occurrence(
    project: &Project,
    clock: &Clock,
    row: &BTreeMap<String, String>,
    written: &str,
    name: &str,
) -> (String, Occurrence) {
    let cell = |column: &str| {
        row.get(column)
            .map_or(String::new(), |cell| cell.trim().to_owned())
    };
    let (contact, at, of) = (cell("contact"), clock.moment(&cell("at")), cell("of"));
    let mut properties = BTreeMap::new();
    for (id, definition) in properties_of(project, name) {
        if let Some(value) = read_cell(
            clock,
            &definition,
            &row.get(&id.replace('-', "_")).cloned().unwrap_or_default(),
        ) {
            properties.insert(id, value);
        }
    }
    let identity = match cell("id") {
        id if id.is_empty() => format!("{contact}\n{at}\n{written}\n{of}\n{properties:?}"),
        id => id,
    };
    let of = present(project, ("content", "content"), of);
    (
        contact,
        Occurrence {
            at,
            event: name.into(),
            of,
            identity,
            properties,
        },
    )
}

/// Events and content may stand there under old names.
fn present(project: &Project, (section, kind): (&str, &str), name: String) -> String {
    let is_there = project.at(&[section, &name]).is_some();
    let renamed = if is_there {
        None
    } else {
        Lines::of(project).other(kind, &name)
    };
    renamed.unwrap_or(name)
}

/// Whether a version of the project has an event.
pub(super) fn knows_event(project: &Project, name: &str) -> bool {
    BUILT_IN.contains(&name) || project.at(&["events", name]).is_some()
}

/// The properties of an event, each as a definition with a type.
fn properties_of(project: &Project, event: &str) -> Vec<(String, Value)> {
    let mut properties: Vec<(String, Value)> = Vec::new();
    if event == "bounced" {
        properties.push(("hard".into(), typed("boolean")));
    }
    for (id, kind) in project
        .at(&["events", event, "properties"])
        .map(pairs)
        .unwrap_or_default()
    {
        properties.push((id, typed(&word(kind))));
    }
    properties
}

fn typed(kind: &str) -> Value {
    serde_yaml::from_str(&format!("type: {kind}")).expect("a definition")
}

impl Instant<'_> {
    /// Phase 0: new events by time; at one moment by event name, then `of`, then identity.
    pub(super) fn take_in(&mut self, mut events: Vec<Occurrence>, counts_only: bool) {
        events.sort_by_key(|event| {
            (
                event.at,
                event.event.clone(),
                event.of.clone(),
                event.identity.clone(),
            )
        });
        for event in events {
            let known = self
                .contact
                .events
                .iter()
                .any(|taken| taken.identity == event.identity);
            self.records.tally.add(if known {
                "events duplicates"
            } else {
                "events taken"
            });
            if known {
                continue;
            }
            self.contact.events.push(event.clone());
            self.coverage.count(&format!("event {}", event.event));
            self.refuse_contact(&event);
            self.note_delivery(&event);
            if !counts_only {
                self.give_for(&event);
                self.update_for(&event);
                self.settle_awaits(&event);
                self.note_for_entries(&event);
            }
        }
    }

    /// Section 8: `unsubscribed`, `complained` and a hard bounce set do-not-contact; a graver one
    /// replaces.
    fn refuse_contact(&mut self, event: &Occurrence) {
        let hard = event.properties.get("hard") == Some(&Datum::Flag(true));
        let refusal = match event.event.as_str() {
            "unsubscribed" => "unsubscribed",
            "complained" => "complained",
            "bounced" if hard => "bounced",
            _ => return,
        };
        let channel = self.channel_of(event);
        let tracked = self.contact.refuses.entry(channel.clone()).or_default();
        let from = tracked.value.clone();
        let grave = |refusal: &str| {
            ["", "unsubscribed", "bounced", "complained"]
                .iter()
                .position(|word| *word == refusal)
        };
        if grave(refusal) > grave(&from) {
            tracked.value = refusal.into();
            self.note(
                "do-not-contact",
                &Place::default(),
                [&channel, &from, refusal, ""],
            );
        }
    }

    /// The channel of an event is that of its content; without `of`, or where it does not happen to
    /// that content, email. A message concerns that on which it last went out, if such an event
    /// happens there, else the first where it does.
    pub(super) fn channel_of(&self, event: &Occurrence) -> String {
        let content = self.project.at(&["content", &event.of]);
        let kind = content
            .and_then(|content| text(content, "kind"))
            .unwrap_or_default();
        let happens = |channel: &String| match event.event.as_str() {
            "unsubscribed" | "delivered" => CHANNELS.contains(&channel.as_str()),
            _ => channel == "email",
        };
        let channels = if kind == "message" {
            let sent = self
                .contact
                .sent
                .iter()
                .rfind(|sent| sent.content == event.of);
            sent.map(|sent| sent.channel.clone())
                .into_iter()
                .chain(self.prefers(&event.of))
                .collect()
        } else {
            vec![kind]
        };
        channels
            .into_iter()
            .find(happens)
            .unwrap_or_else(|| "email".into())
    }

    /// Section 8: point rules, by id.
    fn give_for(&mut self, event: &Occurrence) {
        for (id, rule) in self
            .project
            .at(&["points", "rules"])
            .map(pairs)
            .unwrap_or_default()
        {
            if self.clock.published(rule) && self.look().matches_event(&rule["each"], event) {
                let group = text(rule, "group").unwrap_or_default();
                let given = number(rule, "give").expect("an integer");
                self.give_points(&Place::default(), &group, given, &id);
            }
        }
    }

    /// An occurrence starts a campaign only within the event's `max-age`; else it is lost.
    fn note_for_entries(&mut self, event: &Occurrence) {
        let age = self
            .project
            .at(&["events", &event.event])
            .and_then(|definition| text(definition, "max-age"));
        let end = self
            .clock
            .add(event.at, duration(&age.unwrap_or("1 day".into())));
        for (id, campaign) in self.project.in_order("campaigns") {
            if !event_ways(campaign)
                .into_iter()
                .any(|way| self.look().matches_event(way, event))
            {
                continue;
            }
            if end < self.clock.now {
                self.lose(&id, &event.event, event.at, "too-old");
                continue;
            }
            self.call(&id, Call::Event);
            self.occurrences
                .entry(id)
                .or_default()
                .push((event.event.clone(), event.at));
        }
    }
}

impl Look<'_> {
    /// `{ event, of, where }`.
    pub(super) fn matches_event(&self, condition: &Value, event: &Occurrence) -> bool {
        let of = text(condition, "of");
        word(&condition["event"]) == event.event
            && of.is_none_or(|of| of == event.of)
            && get(condition, "where").is_none_or(|condition| self.where_holds(condition, event))
    }

    /// A condition over the properties of an event.
    fn where_holds(&self, condition: &Value, event: &Occurrence) -> bool {
        if let Some(all) = get(condition, "all") {
            return items(all).iter().all(|item| self.where_holds(item, event));
        }
        if let Some(any) = get(condition, "any") {
            return items(any).iter().any(|item| self.where_holds(item, event));
        }
        if let Some(not) = get(condition, "not") {
            return !self.where_holds(not, event);
        }
        let id = word(&condition["property"]);
        let properties = properties_of(self.project, &event.event);
        let (_, definition) = properties
            .iter()
            .find(|(known, _)| *known == id)
            .expect("a property of the event");
        let kind = format!("property {}", type_of(definition));
        self.compared(
            &kind,
            Some(definition),
            event.properties.get(&id),
            condition,
        )
    }

    /// So often, or so much of a property, since where the place says, and within a span.
    pub(super) fn event(&self, condition: &Value) -> bool {
        let written = text(condition, "since");
        let since = match (written.as_deref(), self.place) {
            (Some("ever"), _)
            | (
                None,
                Counting::Ever | Counting::InStage(_) | Counting::Within { always: false, .. },
            ) => None,
            (Some("entry") | None, Counting::Within { since, .. })
            | (Some("stage"), Counting::InStage(since)) => {
                let Some(since) = since else {
                    return false;
                };
                Some(since)
            }
            other => panic!("no place for {:?}", other.0),
        };
        let earliest =
            text(condition, "within").map(|within| match self.clock.shifted(-duration(&within)) {
                When::Day(day) => self.clock.start(day),
                When::Exact(moment) => moment,
            });
        let counted: Vec<&Occurrence> = self
            .contact
            .events
            .iter()
            .filter(|event| since.is_none_or(|since| event.at > since))
            .filter(|event| earliest.is_none_or(|earliest| event.at >= earliest))
            .filter(|event| self.matches_event(condition, event))
            .collect();
        let what = match text(condition, "sum") {
            None => Decimal::from(counted.len()),
            Some(property) => sum(&counted, &property),
        };
        self.count_compares(condition, what)
    }

    fn count_compares(&self, condition: &Value, what: Decimal) -> bool {
        let operators = [
            "at-least",
            "at-most",
            "more-than",
            "less-than",
            "is",
            "between",
        ];
        let operator = operators
            .into_iter()
            .find(|operator| get(condition, operator).is_some());
        let of = if get(condition, "sum").is_some() {
            "sum"
        } else {
            "count"
        };
        let one = Value::from(1);
        let operand = operator.map_or(&one, |operator| &condition[operator]);
        let truth = super::condition::compare_number(operator.unwrap_or("at-least"), what, operand);
        self.coverage
            .count(&format!("{of} {} {truth}", operator.unwrap_or("once")));
        truth
    }
}

fn sum(events: &[&Occurrence], property: &str) -> Decimal {
    let amounts = events
        .iter()
        .filter_map(|event| match event.properties.get(property) {
            Some(Datum::Number(number)) => Some(*number),
            _ => None,
        });
    amounts.sum()
}
