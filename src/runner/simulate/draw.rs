//! The events that contacts are assumed to cause: drawn when something happens to a contact, kept
//! until their time comes, and written as rows of an events file.
//!
//! Invariant: a row is read by a run as the very event that the simulation took in.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use super::assumed::{After, Assumption, Assumptions, Followed};
use crate::model::contacts::column_of;
use crate::model::ids::Id;
use crate::model::{Duration, Model};
use crate::runner::contact::{Kept, Occurrence};
use crate::runner::effect::Effect;
use crate::runner::events::{in_order, known_by};
use crate::runner::output::text::{push_cell, push_moment};
use crate::runner::program::Zone;

/// What draws events, for all contacts.
#[derive(Debug)]
pub(super) struct Drawing<'a> {
    assumptions: &'a Assumptions,
    model: &'a Model,
    zone: &'a Zone,
    /// The same for the output.
    clock: &'a TimeZone,
    /// By assumption: how many are like it before it.
    copies: Vec<u64>,
    /// The columns of properties, in order.
    columns: Vec<String>,
}

/// An event that comes, or came.
#[derive(Debug)]
struct Drawn {
    occurrence: Occurrence,
    row: Box<[u8]>,
}

/// What was drawn of a contact.
#[derive(Debug, Default)]
pub(super) struct Coming {
    /// What has not happened yet, by time.
    ahead: Vec<Drawn>,
    /// The rows of what has.
    pub(super) rows: Vec<u8>,
}

/// So many of a million are all.
const ALL: u64 = 1_000_000;

impl<'a> Drawing<'a> {
    pub(super) fn new(
        assumptions: &'a Assumptions,
        model: &'a Model,
        (zone, clock): (&'a Zone, &'a TimeZone),
    ) -> Self {
        let people = &assumptions.people;
        let copies = people.iter().enumerate().map(|(at, one)| {
            let before = people[..at].iter().filter(|other| one.is_like(other));
            before.count() as u64
        });
        let mut columns: Vec<String> = people
            .iter()
            .flat_map(|one| one.properties.iter().map(|(id, _)| (one.event, *id)))
            .map(|(event, id)| column_of(&model.events[event].properties[id].id))
            .collect();
        columns.sort();
        columns.dedup();
        Self {
            assumptions,
            model,
            zone,
            clock,
            copies: copies.collect(),
            columns,
        }
    }

    /// The first row of the file.
    pub(super) fn header(&self) -> Vec<u8> {
        let mut header = b"contact,at,event,of,id".to_vec();
        for column in &self.columns {
            header.push(b',');
            push_cell(&mut header, column);
        }
        header.push(b'\n');
        header
    }

    /// Counts events by name.
    pub(super) fn count(&self, events: &[Occurrence], into: &mut BTreeMap<String, u64>) {
        for one in events {
            let name = &self.model.events[one.event].id;
            *into.entry(name.clone()).or_default() += 1;
        }
    }

    /// Draws what a contact does between two moments though nothing happens to it.
    pub(super) fn over_time(&self, key: &str, (from, until): (i64, i64), coming: &mut Coming) {
        for (at, one) in self.assumptions.people.iter().enumerate() {
            let After::Nothing(every) = one.after else {
                continue;
            };
            let mut start = from;
            for number in 1.. {
                if start >= until {
                    break;
                }
                let end = self.zone.add(from, times(every, number)).max(start + 1);
                self.draw((at, one), (key, 0), Followed::Time, (start, end), coming);
                start = end;
            }
        }
    }

    /// Draws what a contact does behind what happened to it at a moment.
    pub(super) fn behind(&self, key: &str, now: i64, effects: &[Effect<'_>], coming: &mut Coming) {
        let followed: Vec<Followed> = effects.iter().filter_map(Followed::of).collect();
        for (place, &what) in followed.iter().enumerate() {
            // Of the same at one moment each draws by itself.
            let number = followed[..place].iter().filter(|it| **it == what).count() as u64;
            for (at, one) in self.assumptions.people.iter().enumerate() {
                if one.follows(self.model, what) {
                    let end = self.zone.add(now, one.after.within()).max(now + 1);
                    self.draw((at, one), (key, number), what, (now, end), coming);
                }
            }
        }
    }

    /// Draws whether it happens, and when: behind the first of two moments, and not behind the
    /// second.
    fn draw(
        &self,
        (at, one): (usize, &Assumption),
        (key, number): (&str, u64),
        followed: Followed,
        (from, end): (i64, i64),
        coming: &mut Coming,
    ) {
        let of = one.of(self.model, followed);
        let event = &self.model.events[one.event].id;
        let asked = one.of.map_or("", |of| &self.model.content[of].id);
        let [kind, first, second] = followed.names(self.model);
        let numbers = [self.assumptions.seed, self.copies[at], number];
        let [chance, delay, id, values] =
            words(&[key, event, asked, kind, first, second], &numbers, from);
        if chance % ALL >= u64::from(one.chance) {
            return;
        }
        let length = u64::try_from(end - from).unwrap_or(1).max(1);
        let later = i64::try_from(1 + delay % length).unwrap_or(1);
        let moment = from.saturating_add(later);
        let id = format!("assumed-{id:016x}");
        let (properties, cells) = self.carried(one, values);
        let occurrence = Occurrence {
            at: moment,
            event: one.event,
            of,
            identity: known_by(&id),
            properties,
        };
        let of = of.map_or("", |of| &self.model.content[of].id);
        let mut at = String::new();
        push_moment(&mut at, moment, self.clock);
        let row = row([key, &at, event, of, &id].into_iter().chain(cells));
        coming.add(Drawn { occurrence, row });
    }

    /// What an event carries, and the cells of its row that say so.
    fn carried<'t>(&self, one: &'t Assumption, drawn: u64) -> (Box<[Kept]>, Vec<&'t str>) {
        let known = &self.model.events[one.event].properties;
        let mut properties = vec![Kept::Missing; known.len()];
        let mut cells = vec![""; self.columns.len()];
        for (property, choices) in &one.properties {
            let name = &known[*property].id;
            let [word, ..] = words(&[name], &[drawn], 0);
            let among = usize::try_from(word % choices.len().max(1) as u64).unwrap_or(0);
            let Some(chosen) = choices.get(among) else {
                continue;
            };
            properties[property.index()] = chosen.value.clone();
            if let Ok(column) = self.columns.binary_search(&column_of(name)) {
                cells[column] = &chosen.text;
            }
        }
        (properties.into(), cells)
    }
}

impl Coming {
    fn add(&mut self, drawn: Drawn) {
        let order = in_order(&drawn.occurrence);
        let place = |other: &Drawn| in_order(&other.occurrence) <= order;
        self.ahead.insert(self.ahead.partition_point(place), drawn);
    }

    /// When the next one happens.
    pub(super) fn next(&self) -> Option<i64> {
        self.ahead.first().map(|drawn| drawn.occurrence.at)
    }

    /// Takes what happened by now, and notes its rows.
    pub(super) fn by(&mut self, now: i64) -> Vec<Occurrence> {
        let done = self
            .ahead
            .partition_point(|drawn| drawn.occurrence.at <= now);
        let taken = self.ahead.drain(..done).map(|drawn| {
            self.rows.extend_from_slice(&drawn.row);
            drawn.occurrence
        });
        taken.collect()
    }
}

fn row<'t>(cells: impl Iterator<Item = &'t str>) -> Box<[u8]> {
    let mut row = Vec::new();
    for cell in cells {
        if !row.is_empty() {
            row.push(b',');
        }
        push_cell(&mut row, cell);
    }
    row.push(b'\n');
    row.into()
}

fn times(length: Duration, number: i32) -> Duration {
    Duration {
        months: length.months.saturating_mul(number),
        days: length.days.saturating_mul(number),
        seconds: length.seconds.saturating_mul(i64::from(number)),
    }
}

/// Four numbers by chance, which are the same wherever these are.
fn words(texts: &[&str], numbers: &[u64], moment: i64) -> [u64; 4] {
    let mut hasher = blake3::Hasher::new();
    for text in texts {
        hasher.update(&(text.len() as u64).to_le_bytes());
        hasher.update(text.as_bytes());
    }
    for number in numbers {
        hasher.update(&number.to_le_bytes());
    }
    hasher.update(&moment.to_le_bytes());
    let hash = hasher.finalize();
    let word = |at: usize| std::array::from_fn(|byte| hash.as_bytes()[at * 8 + byte]);
    std::array::from_fn(|at| u64::from_le_bytes(word(at)))
}
