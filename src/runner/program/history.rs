//! What a plan must know of the past: which events, how far back, with which properties; what no
//! condition reads is not remembered.

use std::collections::BTreeMap;

use super::event::{Around, CountProgram, Where};
use super::zone::Zone;
use super::{Conditions, PatternProgram};
use crate::model::calendar::Sign;
use crate::model::ids::Id;
use crate::model::{Duration, EventId, Model, PropertyId, When};
use crate::runner::header::{Header, KnownSince};

/// What is remembered of an event that conditions read.
#[derive(Clone, Debug)]
pub(crate) struct Keeps {
    /// How far back it is asked for: older occurrences are forgotten. Absent: none is.
    within: Option<Vec<Duration>>,
    /// By property: whether its values are remembered.
    pub(crate) properties: Vec<bool>,
}

impl Keeps {
    /// The first moment of which occurrences are remembered.
    pub(super) fn from(&self, zone: &Zone, now: i64) -> i64 {
        let ago = |length: &Duration| zone.span(When::Ago(*length), now).0;
        let lengths = self.within.iter().flatten();
        lengths.map(ago).min().unwrap_or(i64::MIN)
    }
}

/// A question about the past.
#[derive(Clone, Debug)]
pub(super) struct Need {
    event: EventId,
    properties: Vec<PropertyId>,
    reach: Reach,
}

/// How far back a question goes.
#[derive(Clone, Copy, Debug)]
enum Reach {
    Ever,
    Within(Duration),
    /// To the contact's entry into a campaign, or into a stage of a funnel.
    Entry(Around),
}

/// What a state lacks that a plan reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Short {
    /// The event, and behind a `/` the property if it is one that is not known.
    pub what: String,
    /// The first moment of which it is known.
    pub since: i64,
    /// How far back the plan asks.
    pub asked: String,
}

impl Need {
    fn of(count: &CountProgram) -> Self {
        let mut properties: Vec<PropertyId> = count.sum.into_iter().collect();
        count
            .pattern
            .where_
            .iter()
            .for_each(|inner| asked(inner, &mut properties));
        let reach = match (count.within, count.since.around()) {
            (_, around @ (Around::Campaign(_) | Around::Funnel(_))) => Reach::Entry(around),
            (Some(length), Around::Nothing) => Reach::Within(length),
            (None, Around::Nothing) => Reach::Ever,
        };
        Self {
            event: count.pattern.event,
            properties,
            reach,
        }
    }

    fn awaited((pattern, around): &(PatternProgram, Around)) -> Self {
        let mut properties = Vec::new();
        pattern
            .where_
            .iter()
            .for_each(|inner| asked(inner, &mut properties));
        Self {
            event: pattern.event,
            properties,
            reach: Reach::Entry(*around),
        }
    }

    /// The first moment that is asked about, of a contact that is anywhere already.
    fn from(&self, model: &Model, zone: &Zone, now: i64, before: &Header) -> i64 {
        match self.reach {
            Reach::Ever | Reach::Entry(Around::Nothing) => i64::MIN,
            Reach::Within(length) => zone.span(When::Ago(length), now).0,
            Reach::Entry(Around::Campaign(campaign)) => {
                let id = &model.campaigns[Id::from_index(campaign)].id;
                before.campaigns.get(id).map_or(now, |opened| opened.since)
            }
            Reach::Entry(Around::Funnel(funnel)) => {
                let id = &model.funnels[Id::from_index(funnel)].id;
                if before.knows.funnels.contains(id) {
                    i64::MIN
                } else {
                    now
                }
            }
        }
    }

    fn words(&self) -> String {
        match self.reach {
            Reach::Ever => "ever".to_owned(),
            Reach::Within(length) => length.to_string(),
            Reach::Entry(_) => "entry".to_owned(),
        }
    }
}

/// All questions about the past.
pub(super) fn needs(conditions: &Conditions) -> Vec<Need> {
    conditions
        .counts
        .iter()
        .map(Need::of)
        .chain(conditions.awaited.iter().map(Need::awaited))
        .collect()
}

/// By event: what is remembered.
pub(super) fn keeps(model: &Model, needs: &[Need]) -> Vec<Option<Keeps>> {
    let mut kept: Vec<Option<Keeps>> = vec![None; model.events.len()];
    for need in needs {
        let count = model.events[need.event].properties.len();
        let keeps = kept[need.event.index()].get_or_insert_with(|| Keeps {
            within: Some(Vec::new()),
            properties: vec![false; count],
        });
        match (need.reach, &mut keeps.within) {
            (Reach::Within(length), Some(lengths)) => lengths.push(length),
            (Reach::Within(_), None) => {}
            (Reach::Ever | Reach::Entry(_), within) => *within = None,
        }
        need.properties
            .iter()
            .for_each(|property| keeps.properties[property.index()] = true);
    }
    kept
}

/// Since when each thing that is read is known, after this run.
pub(super) fn known(
    model: &Model,
    zone: &Zone,
    now: i64,
    needs: &[Need],
    kept: &[Option<Keeps>],
    before: Option<&Header>,
) -> BTreeMap<String, KnownSince> {
    let mut all: BTreeMap<String, KnownSince> = BTreeMap::new();
    for need in needs {
        for (what, _) in things(model, need) {
            let old = before.map(|header| (header.now, header.events.get(&what)));
            let since = match old {
                None => None,
                Some((state, None)) => Some(state),
                Some((_, Some(old))) => old.since,
            };
            let pruned = kept[need.event.index()]
                .as_ref()
                .map(|keeps| keeps.from(zone, now))
                .filter(|from| *from > i64::MIN);
            let since =
                since.max(pruned.filter(|pruned| since.is_none_or(|since| since < *pruned)));
            let reads = need.words();
            let entry = all.entry(what).or_insert_with(|| KnownSince {
                since,
                reads: reads.clone(),
            });
            if reaches(&reads, zone, now) < reaches(&entry.reads, zone, now) {
                entry.reads = reads;
            }
        }
    }
    all
}

/// What the state of an earlier run does not know and the plan reads.
pub(super) fn short(
    model: &Model,
    zone: &Zone,
    now: i64,
    needs: &[Need],
    before: &Header,
) -> Vec<Short> {
    let mut found: Vec<Short> = Vec::new();
    for need in needs {
        let from = need.from(model, zone, now, before);
        for (what, _) in things(model, need) {
            let old = before.events.get(&what);
            let since = old.map_or(Some(before.now), |old| old.since);
            let accepted = old.is_some_and(|old| {
                reaches(&old.reads, zone, now) <= reaches(&need.words(), zone, now)
            });
            let lacking = since.filter(|since| *since > from && !accepted);
            found.extend(lacking.map(|since| Short {
                what,
                since,
                asked: need.words(),
            }));
        }
    }
    found.sort_by(|a, b| (&a.what, &a.asked).cmp(&(&b.what, &b.asked)));
    found.dedup();
    found
}

/// How far back each event is asked for, in the words of the language: `ever`, `90 days`, `entry`.
pub(super) fn look_back(model: &Model, zone: &Zone, needs: &[Need]) -> BTreeMap<String, String> {
    let mut all: BTreeMap<String, String> = BTreeMap::new();
    for need in needs {
        let words = need.words();
        let entry = all
            .entry(model.events[need.event].id.clone())
            .or_insert_with(|| words.clone());
        if reaches(&words, zone, 0) < reaches(entry, zone, 0) {
            *entry = words;
        }
    }
    all
}

/// The event, and each of its properties that is read.
fn things(model: &Model, need: &Need) -> Vec<(String, Option<PropertyId>)> {
    let event = &model.events[need.event];
    let of = |property: &PropertyId| {
        (
            format!("{}/{}", event.id, event.properties[*property].id),
            Some(*property),
        )
    };
    std::iter::once((event.id.clone(), None))
        .chain(need.properties.iter().map(of))
        .collect()
}

/// The first moment that the words of a look-back reach; an entry reaches as far as there are
/// entries.
fn reaches(words: &str, zone: &Zone, now: i64) -> i64 {
    match words {
        "ever" => i64::MIN,
        "entry" => i64::MIN + 1,
        length => Duration::parse(length, Sign::Positive)
            .map_or(i64::MIN, |length| zone.span(When::Ago(length), now).0),
    }
}

fn asked(inner: &Where, properties: &mut Vec<PropertyId>) {
    match inner {
        Where::Constant(_) => {}
        Where::All(parts) | Where::Any(parts) => {
            parts.iter().for_each(|part| asked(part, properties));
        }
        Where::Not(part) => asked(part, properties),
        Where::Exists(property) => properties.push(*property),
        Where::Text { property, .. }
        | Where::Ranges { property, .. }
        | Where::Decimal { property, .. } => {
            properties.push(*property);
        }
        Where::Boolean { property, .. }
        | Where::Matches { property, .. }
        | Where::Anniversary { property, .. } => {
            properties.push(*property);
        }
    }
}
