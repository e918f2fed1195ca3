//! The events of each contact, by time; found by the contact's key.

use std::collections::{BTreeMap, HashMap};

use super::record::Found;
use crate::runner::contact::Occurrence;
use crate::runner::input::problem::{Problem, Problems};

/// What was read of a file.
#[derive(Debug)]
pub(crate) struct Events {
    /// By contact, then by time, event, content and identity.
    occurrences: Vec<Occurrence>,
    /// By key: where the contact's events stand.
    contacts: HashMap<Box<str>, usize>,
    /// Where the events of each contact begin, and of one more that is not there.
    starts: Vec<usize>,
    pub(crate) told: Told,
}

/// What is worth telling of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) rows: u64,
    pub(crate) bytes: u64,
    pub(crate) hash: String,
    /// Events after the moment of the run.
    pub(crate) later: u64,
    /// By name: events that the project does not know.
    pub(crate) unknown: BTreeMap<String, u64>,
    /// Event and content that do not go together, which count without content.
    pub(crate) strange: BTreeMap<String, u64>,
    /// Columns that nothing reads.
    pub(crate) unread: Vec<String>,
}

/// What a part of a file gives, or all of it before it is in order.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    pub(super) events: Vec<(Box<str>, Occurrence)>,
    pub(super) problems: Problems,
    pub(super) told: Told,
}

impl Gathered {
    /// Adds what a row turned out to be.
    pub(super) fn add(&mut self, found: Found<'_>) {
        self.told.rows += 1;
        match found {
            Found::Event(key, occurrence) => self.events.push((key.into(), occurrence)),
            Found::Later => self.told.later += 1,
            Found::Unknown(name) => *self.told.unknown.entry(name.to_owned()).or_default() += 1,
            Found::Bad => {}
        }
    }

    /// Adds what was wrong or strange about a row.
    pub(super) fn take(&mut self, problems: &mut Vec<Problem>, strange: &mut Vec<String>) {
        if !problems.is_empty() {
            self.problems.add_row(problems.drain(..));
        }
        strange.drain(..).for_each(|what| *self.told.strange.entry(what).or_default() += 1);
    }

    /// Adds the part that follows.
    pub(super) fn append(&mut self, mut part: Self) {
        self.events.append(&mut part.events);
        self.problems.append(part.problems);
        self.told.rows += part.told.rows;
        self.told.later += part.told.later;
        for (mine, theirs) in [(&mut self.told.unknown, part.told.unknown), (&mut self.told.strange, part.told.strange)]
        {
            theirs.into_iter().for_each(|(name, count)| *mine.entry(name).or_default() += count);
        }
    }

    /// Puts all in order, unless a row is bad: then every problem, a line each.
    pub(super) fn finish(self) -> Result<Events, Vec<String>> {
        if self.problems.rows > 0 {
            return Err(words(&self.problems));
        }
        let mut contacts: HashMap<Box<str>, usize> = HashMap::new();
        let mut events: Vec<(usize, Occurrence)> = Vec::with_capacity(self.events.len());
        for (key, occurrence) in self.events {
            let next = contacts.len();
            events.push((*contacts.entry(key).or_insert(next), occurrence));
        }
        events.sort_by(|(contact, a), (other, b)| (contact, place(a)).cmp(&(other, place(b))));
        let mut starts = vec![0; contacts.len() + 1];
        events.iter().for_each(|(contact, _)| starts[contact + 1] += 1);
        (1..starts.len()).for_each(|at| starts[at] += starts[at - 1]);
        let occurrences = events.into_iter().map(|(_, occurrence)| occurrence).collect();
        Ok(Events { occurrences, contacts, starts, told: self.told })
    }
}

impl Events {
    /// The events of a contact by time, and its number.
    pub(crate) fn of(&self, key: &str) -> Option<(usize, &[Occurrence])> {
        let contact = *self.contacts.get(key)?;
        Some((contact, &self.occurrences[self.starts[contact]..self.starts[contact + 1]]))
    }

    /// How many contacts have events.
    pub(crate) fn contacts(&self) -> usize {
        self.contacts.len()
    }

    /// How many events a contact has.
    pub(crate) fn count(&self, contact: usize) -> usize {
        self.starts[contact + 1] - self.starts[contact]
    }
}

/// The order in which a contact's events are taken in.
fn place(occurrence: &Occurrence) -> (i64, crate::model::EventId, Option<crate::model::ContentId>, u64) {
    (occurrence.at, occurrence.event, occurrence.of, occurrence.identity)
}

fn words(problems: &Problems) -> Vec<String> {
    let mut lines: Vec<String> = problems.first.iter().take(Problems::SHOWN).map(ToString::to_string).collect();
    if problems.rows > Problems::SHOWN as u64 || problems.first.len() > Problems::SHOWN {
        lines.push("and more".to_owned());
    }
    let are = if problems.rows == 1 { "row is" } else { "rows are" };
    lines.insert(0, format!("{} {are} bad", problems.rows));
    lines
}
