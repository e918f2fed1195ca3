//! The reference interpreter: the language as its pages say it, slow and obvious, to hold the
//! kernel against.
//!
//! Invariant: it uses nothing of the crate `funnelc`. It was written from the language's page and
//! `docs/outputs.md`.
//!
//! It decides nothing: where a page was silent, what was decided is a sentence of the page now.

mod awaits;
mod campaigns;
mod clock;
mod columns;
mod companies;
mod condition;
mod contact;
mod coverage;
mod events;
mod experiences;
mod flight;
mod flight_others;
mod flight_places;
mod flow;
mod instant;
mod lines;
mod lost;
mod meaning;
mod merge;
mod metrics;
mod misfits;
mod names;
mod outbox;
mod project;
mod reuse;
mod scenarios;
mod sends;
mod shares;
mod stages;
mod steps;
mod table;
mod triggers;
mod updates;
mod value;
mod waits;

pub(crate) use shares::branches_by_number;
use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_yaml::Value;

use self::campaigns::state_conditions;
use self::clock::Clock;
use self::columns::{Writes, written_header, written_row};
use self::companies::read_companies;
use self::contact::Contact;
pub(crate) use self::coverage::Coverage;
use self::events::read_events;
pub(crate) use self::flight::step_names_of;
use self::instant::{Instant, Records};
use self::project::Project;
use self::table::Table;

/// A project and what is known of its contacts.
pub(crate) struct Reference {
    project: Project,
    environment: Option<String>,
    contacts: BTreeMap<String, Contact>,
    /// By campaign: its state conditions in the last run that found it published, and the run that
    /// first did so with each.
    known_conditions: BTreeMap<String, Vec<(Value, u64)>>,
    runs: u64,
    last: Option<(Input, Timestamp, Outcome)>,
    /// When the last run was, of whatever version of the project.
    before: Option<Timestamp>,
    /// Whether events were forgotten, so that the past of an event may be short: docs/events.md,
    /// "The past".
    pub(crate) forgot_events: bool,
    pub(crate) coverage: Coverage,
}

/// What a run is given beside its time.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Input {
    pub(crate) contacts: String,
    pub(crate) companies: Option<String>,
    pub(crate) events: Vec<String>,
    pub(crate) replay: bool,
}

impl Input {
    pub(crate) fn of(contacts: &str) -> Self {
        Input {
            contacts: contacts.to_owned(),
            ..Input::default()
        }
    }
}

/// What a run gives out.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Outcome {
    pub(crate) contacts: String,
    pub(crate) actions: Vec<Vec<String>>,
    pub(crate) journal: Vec<Vec<String>>,
    pub(crate) metrics: serde_json::Value,
}

impl Reference {
    pub(crate) fn new(yaml: &str) -> Self {
        Self::within(yaml, None)
    }

    /// Of the project in an environment.
    pub(crate) fn within(yaml: &str, environment: Option<&str>) -> Self {
        Reference {
            project: Project::new(yaml, environment),
            environment: environment.map(str::to_owned),
            contacts: BTreeMap::new(),
            known_conditions: BTreeMap::new(),
            runs: 0,
            last: None,
            before: None,
            forgot_events: false,
            coverage: Coverage::default(),
        }
    }

    /// The files that the project names, by path.
    pub(crate) fn with_files(mut self, files: &[(String, String)]) -> Self {
        self.project.files = files.iter().cloned().collect();
        self
    }

    /// One instant for every contact of the file. Section 7: the same time again without new input
    /// changes nothing.
    pub(crate) fn run(&mut self, input: &Input, now: &str) -> Outcome {
        let clock = Clock::new(&self.project, now);
        if self.repeats(input, now)
            && let Some((_, _, outcome)) = &self.last
        {
            return outcome.clone();
        }
        self.runs += 1;
        for (id, campaign) in self.project.entries("campaigns") {
            if clock.published(campaign) {
                let known = self.known_conditions.remove(&id).unwrap_or_default();
                let first = |condition: &Value| {
                    known
                        .iter()
                        .find(|(it, _)| it == condition)
                        .map_or(self.runs, |it| it.1)
                };
                let conditions = state_conditions(campaign)
                    .into_iter()
                    .map(|it| (it.clone(), first(it)))
                    .collect();
                self.known_conditions.insert(id, conditions);
            }
        }
        let outcome = self.instants(&clock, input);
        self.last = Some((input.clone(), clock.now, outcome.clone()));
        self.before = Some(clock.now);
        outcome
    }

    /// Whether a run would be the last one again.
    pub(crate) fn repeats(&self, input: &Input, now: &str) -> bool {
        let at = Clock::new(&self.project, now).now;
        self.last
            .as_ref()
            .is_some_and(|(before, last, _)| (before, *last) == (input, at))
    }

    /// How many rows name a stage or a tag that nobody knows, where the project does not say what
    /// to do then; such a file is not run.
    pub(crate) fn bad_rows(&self, input: &Input) -> u64 {
        let policy = self.project.at(&["contacts", "on-bad-value"]);
        if policy.is_some_and(|policy| policy.as_str() != Some("fail")) {
            return 0;
        }
        let table =
            columns::with_missing(self.project.at(&["contacts"]), Table::read(&input.contacts));
        let is_bad = |row: &&table::Record| {
            misfits::has_unknown_stage(&self.project, &table, row)
                || misfits::has_unknown_tag(&self.project, &table, row)
        };
        table.rows.iter().filter(is_bad).count() as u64
    }

    fn instants(&mut self, clock: &Clock, input: &Input) -> Outcome {
        let table =
            columns::with_missing(self.project.at(&["contacts"]), Table::read(&input.contacts));
        let companies = input
            .companies
            .as_ref()
            .map(|file| read_companies(&self.project, clock, file));
        let companies = companies.unwrap_or_default();
        let writes = Writes::of(&self.project);
        let key = self.project.definition(&["contacts", "key"]);
        let key = table
            .position(&project::word(key))
            .expect("the file has the key");
        let mut records = Records::default();
        let mut events = read_events(&self.project, clock, &input.events, &mut records.tally);
        let mut contacts = written_header(&self.project, &writes, &table);
        for row in &table.rows {
            let id = row.value(key).to_owned();
            if misfits::skips_contacts(&self.project)
                && misfits::is_misfit(&self.project, clock, &table, row)
            {
                records.tally.add("skipped");
                contacts += &columns::unchanged_row(&self.project, &writes, &table, row);
                events.remove(&id);
                continue;
            }
            let known = self.contacts.remove(&id);
            let is_known = known.is_some();
            let mut contact = known.unwrap_or_else(|| Contact::new(&id, clock.now));
            contact.forget_others(&self.project, &self.coverage);
            let mut instant = Instant {
                project: &self.project,
                clock,
                coverage: &self.coverage,
                contact: &mut contact,
                records: &mut records,
                companies: &companies,
                in_file: columns::fields_of(&self.project, &table)
                    .difference(&writes.fields)
                    .cloned()
                    .collect(),
                changed: false,
                called: BTreeMap::new(),
                occurrences: BTreeMap::new(),
                passed: BTreeSet::new(),
                pass_due: clock.now,
                arrivals: BTreeSet::new(),
                run: self.runs,
                looked: BTreeSet::new(),
                known_conditions: &self.known_conditions,
            };
            instant.begin();
            instant.merge(&writes, &table, row, is_known);
            instant.tally_before();
            instant.take_in(
                events.remove(&id).unwrap_or_default(),
                self.runs == 1 && !input.replay,
            );
            if let Some(before) = self.before.filter(|_| is_known) {
                instant.note_missed_days(before);
            }
            instant.play();
            contacts += &written_row(&self.project, clock, &writes, &table, row, &contact);
            self.contacts.insert(id, contact);
        }
        for _ in events.values().flatten() {
            records.tally.add("events unknown-contacts");
        }
        let mut metrics = metrics::render(&self.project, &records.tally);
        if misfits::skips_contacts(&self.project) {
            metrics["skipped"] = records.tally.of("skipped").into();
            self.coverage.count(if records.tally.of("skipped") > 0 {
                "contacts skipped"
            } else {
                "no contact skipped"
            });
        }
        if !input.events.is_empty() {
            metrics["events"] = metrics::render_events(&records.tally);
        }
        Outcome {
            contacts,
            actions: records.actions,
            journal: records.journal,
            metrics,
        }
    }
}
