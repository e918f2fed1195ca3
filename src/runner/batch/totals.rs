//! What the parts of a run add up to, in the order of the file.

use std::io::Write;

use super::part::Part;
use super::{Job, RunError, Streams, Summary, failed};
use crate::diagnostic::Guesses;
use crate::model::{BadValue, Model};
use crate::runner::events::{Events, Told};
use crate::runner::input::addresses::AllAddresses;
use crate::runner::input::keys::Keys;
use crate::runner::input::members::AllMet;
use crate::runner::input::state_store::StateStore;
use crate::runner::metrics::Metrics;
use crate::runner::notice::{Problems, Warning};
use crate::runner::output::rejects;
use crate::runner::output::rejects::begins_so;

/// What the parts add up to, in the order of the file.
pub(crate) struct RunTotals<W> {
    streams: Streams<W>,
    metrics: Metrics,
    problems: Problems,
    skipped: Problems,
    keys: Keys,
    met: Option<AllMet>,
    addresses: AllAddresses,
    remembered: Vec<bool>,
    told_of: ToldOf,
    /// Contacts that were left as found or set aside, and how many events they have.
    passed_over: (u64, u64),
    hasher: blake3::Hasher,
    rows: u64,
    bytes: u64,
}

/// The contacts of the events file that stand in the contacts file.
#[derive(Default)]
struct ToldOf {
    seen: Vec<bool>,
    contacts: u64,
    /// How many events they have.
    events: u64,
}

impl ToldOf {
    fn of(events: Option<&Events>) -> Self {
        let contacts = events.map_or(0, Events::contacts);
        Self {
            seen: vec![false; usize::try_from(contacts).unwrap_or(usize::MAX)],
            ..Self::default()
        }
    }

    /// A contact may stand in two rows of which one is bad.
    fn add(&mut self, contacts: &[(usize, u64)]) {
        for (contact, events) in contacts {
            if !std::mem::replace(&mut self.seen[*contact], true) {
                self.contacts += 1;
                self.events += events;
            }
        }
    }
}

impl<W: Write> RunTotals<W> {
    /// Writes the first rows.
    pub(crate) fn begin(
        job: &Job<'_>,
        mut streams: Streams<W>,
        fingerprint: &str,
    ) -> Result<Self, RunError> {
        let files = job.writer.headers();
        let mut state = job.program.header(fingerprint).encode();
        state.push('\n');
        let header = job
            .layout
            .header
            .strip_prefix(b"\xef\xbb\xbf")
            .unwrap_or(&job.layout.header);
        let rejects = [rejects::added(&job.layout.names).as_bytes(), header].concat();
        streams.write(&files, state.as_bytes(), &rejects)?;
        Ok(Self {
            streams,
            metrics: Metrics::new(job.program),
            problems: Problems::default(),
            skipped: Problems::default(),
            keys: Keys::default(),
            addresses: AllAddresses::default(),
            met: job.named.as_ref().map(AllMet::new),
            remembered: vec![false; job.remembered.map_or(0, StateStore::len)],
            told_of: ToldOf::of(job.events),
            passed_over: (0, 0),
            hasher: blake3::Hasher::new(),
            rows: 0,
            bytes: 0,
        })
    }

    /// Adds the next part.
    pub(crate) fn add(
        &mut self,
        part: &mut Part,
        bytes: usize,
        hash: blake3::Hash,
    ) -> Result<(), RunError> {
        self.hasher.update(hash.as_bytes());
        self.rows += part.rows;
        self.bytes += bytes as u64;
        self.metrics.add(&part.metrics);
        self.metrics.rejected += part.problems.rows;
        self.keys.add(std::mem::take(&mut part.keys));
        self.met.iter_mut().for_each(|met| met.add(&mut part.met));
        self.addresses.add(&mut part.addresses);
        self.problems.append(std::mem::take(&mut part.problems));
        self.skipped.append(std::mem::take(&mut part.skipped));
        for position in &part.remembered {
            self.remembered[*position] = true;
        }
        self.told_of.add(&part.told_of);
        self.passed_over.0 += part.passed_over.0;
        self.passed_over.1 += part.passed_over.1;
        let spoilt = self.problems.rows > 0 && self.streams.rejects.is_none();
        if spoilt {
            return Ok(());
        }
        self.streams.write(&part.files, &part.state, &part.rejects)
    }

    /// What was added up is that of many runs, of which this is what the last one counted.
    pub(crate) fn end_chain(&mut self, last: &Metrics) {
        self.metrics.end_chain(last);
    }

    /// Where the rows go.
    pub(crate) fn streams(&mut self) -> &mut Streams<W> {
        &mut self.streams
    }

    /// Contacts that the file lacks keep what is known of them.
    pub(crate) fn end(
        mut self,
        job: &Job<'_>,
        mut warnings: Vec<Warning>,
    ) -> Result<(Summary, Streams<W>), RunError> {
        job.ways.count(&mut self.metrics);
        if let (Some(remembered), Some(state)) = (job.remembered, &mut self.streams.state) {
            let absent = self
                .remembered
                .iter()
                .enumerate()
                .filter(|(_, present)| !**present);
            let mut lines = remembered.lines();
            for (position, _) in absent {
                writeln!(state, "{}", lines.line(position)?).map_err(failed("the state"))?;
            }
        }
        if let (Some(named), Some(met)) = (&job.named, &self.met) {
            warnings.extend(named.unmet(job.program.model(), met));
        }
        warnings.extend(losses(&self.metrics));
        let addresses = std::mem::take(&mut self.addresses);
        warnings.extend(job.used.told(job.program.model(), addresses, job.threads));
        warnings.extend(unknown_companies(self.metrics.unknown_companies));
        if let BadValue::SkipContact { at_most } = job.program.model().contacts.on_bad_value {
            warnings.extend(self.skip(at_most)?);
        }
        let found = self.remembered.iter().filter(|present| **present).count() as u64;
        let key = &job.layout.names[job.layout.key];
        let event_warnings = job
            .events
            .map(|events| self.count_events(events, job.program.model()))
            .unwrap_or_default();
        let duplicates = self.keys.duplicates(job.threads);
        self.problems.first.extend(
            duplicates
                .iter()
                .take(Problems::SHOWN)
                .map(|found| found.problem(key)),
        );
        self.problems.first.sort_by_key(|problem| problem.line);
        let summary = Summary {
            metrics: self.metrics,
            problems: self.problems,
            duplicates: duplicates.len() as u64,
            rows: self.rows,
            // Rows that were set aside and are given again are a part of a file, and lack nobody.
            of_known: job
                .remembered
                .filter(|_| !begins_so(&job.layout.header))
                .map(|known| (found, known.len() as u64)),
            bytes: self.bytes,
            hash: self.hasher.finalize().to_hex().to_string(),
            warnings,
            event_warnings,
        };
        Ok((summary, self.streams))
    }

    /// Counts what was not taken in, and says it.
    fn count_events(&mut self, events: &Events, model: &Model) -> Vec<Warning> {
        let (contacts, of_missing) = (
            events.contacts() - self.told_of.contacts,
            events.count() - self.told_of.events,
        );
        let told = &events.told;
        let counts = self.metrics.events.get_or_insert_default();
        counts.unknown_contacts = of_missing;
        counts.unknown_events = told.unknown.values().sum();
        counts.later = told.later;
        let known: Vec<&str> = model
            .events
            .values()
            .map(|event| event.id.as_str())
            .collect();
        event_warnings(told, &known, [(contacts, of_missing), self.passed_over])
    }
}

/// `absent` and `passed_over` are contacts and how many events they have.
fn event_warnings(
    told: &Told,
    known: &[&str],
    [absent, passed_over]: [(u64, u64); 2],
) -> Vec<Warning> {
    let unread = (!told.unread.is_empty()).then(|| Warning::UnreadColumns(told.unread.clone()));
    let guesses = Guesses::default();
    let unknown = told.unknown.iter().map(|(name, count)| {
        let meant = guesses
            .did_you_mean(name, known.iter().copied())
            .map(str::to_owned);
        Warning::UnknownEvent {
            name: name.clone(),
            count: *count,
            meant,
        }
    });
    let strange = told
        .strange
        .iter()
        .map(|(what, count)| Warning::UnknownContent {
            what: what.clone(),
            count: *count,
        });
    let mut warnings: Vec<Warning> = unread.into_iter().chain(unknown).chain(strange).collect();
    let some = |(contacts, events): (u64, u64)| (events > 0).then_some((contacts, events));
    warnings.extend(
        some(absent).map(|(contacts, events)| Warning::AbsentContacts { contacts, events }),
    );
    warnings.extend(
        some(passed_over)
            .map(|(contacts, events)| Warning::PassedOverContacts { contacts, events }),
    );
    warnings.extend((told.later > 0).then_some(Warning::LaterEvents(told.later)));
    warnings
}

impl<W> RunTotals<W> {
    /// Counts the contacts that were left as they are, or says that there are too many.
    fn skip(&mut self, at_most: u64) -> Result<Option<Warning>, RunError> {
        let skipped = self.skipped.rows;
        self.metrics.skipped = Some(skipped);
        if skipped > at_most {
            return Err(RunError::Skipped {
                skipped,
                at_most,
                first: told(&self.skipped),
            });
        }
        Ok((skipped > 0).then(|| Warning::Skipped {
            contacts: skipped,
            first: told(&self.skipped),
        }))
    }
}

/// The first of some problems.
fn told(problems: &Problems) -> String {
    let first = problems
        .first
        .first()
        .map(ToString::to_string)
        .unwrap_or_default();
    if problems.first.len() > 1 {
        format!("{first}, and more")
    } else {
        first
    }
}

/// What started no campaign.
fn losses(metrics: &Metrics) -> Option<Warning> {
    let losses: Vec<_> = metrics
        .losses()
        .map(|(reason, count)| (reason.word(), count))
        .collect();
    losses
        .iter()
        .any(|(_, count)| *count > 0)
        .then_some(Warning::Lost(losses))
}

fn unknown_companies(contacts: u64) -> Option<Warning> {
    (contacts > 0).then_some(Warning::UnknownCompanies { contacts })
}
