//! The events file: rows or JSON lines in any order become the events of each contact, by time.
//!
//! What is kept of it are the known events up to the moment of the run, and nothing of a row but
//! what the plan declares; of that as much in memory as [`Spill`] allows, the rest in a file
//! without a name.

mod chunk;
mod codec;
mod csv;
mod exact;
mod json;
mod record;
mod records;
mod sorter;
mod table;
mod told;

pub(crate) use chunk::ChunkEvents;
pub(crate) use record::{known_by, property_value};
pub use sorter::Spill;
pub(crate) use told::Told;

use std::sync::Arc;

use jiff::tz::TimeZone;

use crate::model::ids::Id;
use crate::model::{ContentId, EventId, EventType, Model};
use crate::runner::contact::Occurrence;
use crate::runner::error::RunError;
use crate::runner::input::blocks::Source;
use crate::runner::threads::{Options, Watch};
use record::Reading;
use table::{Finder, Table};
use told::Gathered;

/// How an events file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Rows under a header.
    Csv,
    /// One JSON object a line.
    JsonLines,
}

impl Format {
    /// That of a file with this name: JSON lines in `*.jsonl`, `*.ndjson` and `*.json`, else CSV.
    pub fn of(path: &std::path::Path) -> Self {
        let is = |word: &&str| {
            path.extension()
                .is_some_and(|extension| extension.eq_ignore_ascii_case(word))
        };
        if ["jsonl", "ndjson", "json"].iter().any(is) {
            Self::JsonLines
        } else {
            Self::Csv
        }
    }
}

/// For whom a file is read.
#[derive(Clone, Copy)]
pub(crate) struct For<'a> {
    pub(crate) model: &'a Model,
    pub(crate) zone: &'a TimeZone,
    /// Later events are left alone.
    pub(crate) now: i64,
}

/// The events of a file, as one plan knows them.
#[derive(Debug)]
pub(crate) struct Events {
    table: Arc<Table>,
    pub(crate) told: Told,
    /// By what an event is of in the table: what that is in the plan, where the table is not read
    /// for it alone.
    content: Option<Vec<Option<ContentId>>>,
}

/// Finds the events of contacts.
#[derive(Debug)]
pub(crate) struct Lookup<'e> {
    model: &'e Model,
    events: &'e Events,
    finder: Finder<'e>,
}

/// Reads a whole file, once, for some plans; those that declare the same events share what is kept
/// of it.
pub(crate) fn read(
    (source, format): (Source<'_>, Format),
    plans: &[For<'_>],
    options: Options,
    spill: Option<Spill<'_>>,
    watch: &Watch<'_>,
) -> Result<Vec<Events>, RunError> {
    let (readings, of_plan) = readings(plans);
    let sums = readings.iter().map(|_| Gathered::new(spill)).collect();
    let gathered = match format {
        Format::Csv => csv::read(source, &readings, sums, options, watch)?,
        Format::JsonLines => json::read(source, &readings, sums, options, watch)?,
    };
    let mut tables = Vec::with_capacity(gathered.len());
    for gathered in gathered {
        let (table, told) = gathered.finish(watch)?;
        tables.push((Arc::new(table), told));
    }
    let events = plans.iter().zip(&of_plan).map(|(plan, reading)| {
        let (table, told) = &tables[*reading];
        let shared = of_plan.iter().filter(|other| *other == reading).count() > 1;
        let content = shared.then(|| {
            readings[*reading]
                .content
                .iter()
                .map(|(id, _)| plan.model.content.find(|content| content.id == **id))
                .collect()
        });
        Events {
            table: Arc::clone(table),
            told: told.clone(),
            content,
        }
    });
    Ok(events.collect())
}

/// As few readings as serve all plans, and which serves which.
fn readings<'a>(plans: &[For<'a>]) -> (Vec<Reading<'a>>, Vec<usize>) {
    let mut readings: Vec<Reading<'a>> = Vec::new();
    let mut of_plan = Vec::with_capacity(plans.len());
    for plan in plans {
        let serves = |reading: &Reading<'_>| {
            (reading.now, reading.zone) == (plan.now, plan.zone)
                && reading.events.len() == plan.model.events.len()
                && reading
                    .events
                    .values()
                    .zip(plan.model.events.values())
                    .all(|(a, b)| are_same(a, b))
        };
        let at = readings.iter().position(serves).unwrap_or_else(|| {
            readings.push(Reading {
                events: &plan.model.events,
                content: Vec::new(),
                model: plan.model,
                zone: plan.zone,
                now: plan.now,
            });
            readings.len() - 1
        });
        readings[at].take_content(plan.model);
        of_plan.push(at);
    }
    (readings, of_plan)
}

/// Whether rows of one are read like rows of the other.
fn are_same(a: &EventType, b: &EventType) -> bool {
    let properties = |event: &EventType| -> Vec<_> {
        event
            .properties
            .values()
            .map(|property| (property.id.clone(), property.type_.clone()))
            .collect()
    };
    a.id == b.id && properties(a) == properties(b)
}

impl<'a> Reading<'a> {
    /// What the first plan has keeps its number.
    fn take_content(&mut self, model: &'a Model) {
        for content in model.content.values() {
            match self.content.iter_mut().find(|(id, _)| *id == content.id) {
                Some((_, of_plans)) => of_plans.push(content),
                None => self.content.push((&content.id, vec![content])),
            }
        }
    }
}

impl Events {
    /// For contacts that are asked for one after the other.
    pub(crate) fn lookup<'e>(&'e self, model: &'e Model) -> Lookup<'e> {
        Lookup {
            model,
            events: self,
            finder: Finder::new(&self.table),
        }
    }

    /// How many contacts have events.
    pub(crate) fn contacts(&self) -> u64 {
        self.table.contacts()
    }

    /// How many events there are.
    pub(crate) fn count(&self) -> u64 {
        self.table.events()
    }
}

/// In which order the events of a contact are taken in.
pub(crate) fn in_order(one: &Occurrence) -> (i64, EventId, Option<ContentId>, u64) {
    (one.at, one.event, one.of, one.identity)
}

impl Lookup<'_> {
    /// Appends the events of a contact in the order in which they are taken in, and says its number
    /// and how many they are.
    pub(crate) fn find(
        &mut self,
        key: &str,
        into: &mut Vec<Occurrence>,
    ) -> Result<Option<(usize, u64)>, RunError> {
        let before = into.len();
        let found = self.finder.find(key, into)?;
        let news = &mut into[before..];
        if let Some(content) = &self.events.content {
            for occurrence in &mut *news {
                let event = &self.model.events[occurrence.event];
                let of = occurrence.of.and_then(|of| content[of.index()]);
                occurrence.of = of.filter(|id| event.happens_to(&self.model.content[*id]));
            }
        }
        // Where nothing tells two apart, the file does.
        news.sort_by_key(in_order);
        Ok(found)
    }
}
