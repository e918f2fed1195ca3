//! One contact out of the files, taken through one instant by the kernel, as often as somebody
//! wants to know what would be if its row said something else; nothing is written.

mod cells;
mod find;
mod journal;
mod ways;

use jiff::tz::TimeZone;

pub(crate) use cells::with_cell;
pub(crate) use find::RowFound;
pub(crate) use journal::rows_about;
pub(crate) use ways::Ways;
pub(crate) use ways::ways;

use super::batch::{short_history, take_in_companies};
use super::contact::{Kept, Seen, TagSet};
use super::effect::{SkipReason, Unreached};
use super::error::RunError;
use super::events::{self, ChunkEvents, Events, For, Format, Spill};
use super::input::blocks::Source;
use super::input::layout::Layout;
use super::input::reader::Reader;
use super::input::row::Rows;
use super::input::state_line::{Remembered, nearer};
use super::input::state_store::Snapshot;
use super::kernel::{Answer, Worker};
use super::notice::RowError;
use super::output::rows::Writer;
use super::program::{Around, BindError, Program, floor_clock};
use super::state::{ContactState, Migration, Told};
use super::threads::{Options, Watch};
use crate::model::{Channel, Condition};
use crate::plan::Plan;

/// What is given to find a contact in.
#[derive(Default)]
pub(crate) struct Given<'s, 'a> {
    pub(crate) contacts: Option<Source<'s>>,
    pub(crate) state: Option<Snapshot>,
    pub(crate) companies: Option<&'a [u8]>,
    pub(crate) events: Option<(Source<'s>, Format)>,
    /// Where events are sorted that are many.
    pub(crate) spill: Option<Spill<'a>>,
}

/// When a contact is looked at.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Moment {
    At(i64),
    /// At the moment of the state, and without one at this.
    OfState(i64),
}

/// A contact as the files have it, and the plan at its moment.
pub(crate) struct OneContact {
    pub(crate) key: String,
    pub(crate) program: Program,
    pub(crate) zone: TimeZone,
    /// Absent where the contacts file lacks it, or there is none.
    pub(crate) row: Option<RowFound>,
    /// What the last run left of it.
    pub(crate) memory: Option<ContactState>,
    /// Whether it stands where the plan has nothing, and the project does not say what becomes of
    /// it.
    pub(crate) lost_its_place: bool,
    /// Whether another plan left the state.
    pub(crate) other_plan: bool,
    events: Option<Events>,
}

/// What could be found.
pub(crate) enum Found {
    Contact(Box<OneContact>),
    /// Nobody has the key; another key is spelt nearly like it.
    Nobody {
        near: Option<String>,
    },
}

/// A contact after an instant, and what it answers.
#[derive(Debug)]
pub(crate) struct Looked {
    /// By field, and behind them those of its company.
    pub(crate) values: Vec<Kept>,
    pub(crate) tags: TagSet,
    pub(crate) other_tags: bool,
    pub(crate) points: i64,
    pub(crate) groups: Vec<i64>,
    /// By segment: whether it is in.
    pub(crate) meets: Vec<bool>,
    /// What the questions say, in their order.
    pub(crate) answers: Vec<Answer>,
    /// By channel: what is in the way.
    pub(crate) in_the_way: [Option<Unreached>; Channel::ALL.len()],
    /// By campaign and step.
    pub(crate) steps: Vec<Vec<StepSeen>>,
    pub(crate) memory: ContactState,
    /// The rows of journal.csv, without a header.
    pub(crate) journal: Vec<u8>,
}

/// What a step would be for the contact.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StepSeen {
    /// Where the way of a `split` begins that it takes.
    pub(crate) way: Option<usize>,
    /// Why a message would be skipped.
    pub(crate) skips: Option<SkipReason>,
}

impl OneContact {
    /// Looks for a contact in the files, and binds the plan with these questions.
    pub(crate) fn find(
        plan: &Plan,
        key: &str,
        moment: Moment,
        given: Given<'_, '_>,
        asked: &[(Around, &Condition)],
        options: Options,
        watch: &Watch<'_>,
    ) -> Result<Found, RunError> {
        let model = plan.model();
        let remembered = given
            .state
            .map(|state| Remembered::find(&state, key))
            .transpose()?;
        let row = given
            .contacts
            .map(|contacts| find::find(contacts, (model, key), options, watch))
            .transpose()?;
        let is_remembered = remembered.as_ref().is_some_and(|it| it.line.is_some());
        if !is_remembered && !matches!(row, Some(Ok(_))) {
            let near = row.and_then(Result::err).flatten();
            let other = remembered.and_then(|remembered| remembered.near);
            let near = match other {
                Some(other) => nearer(key, near, &other),
                None => near,
            };
            return Ok(Found::Nobody { near });
        }
        let (header, line) = remembered.map(|it| (it.header, it.line)).unzip();
        let now = match moment {
            Moment::At(now) => now,
            Moment::OfState(clock) => header.as_ref().map_or(clock, |header| header.now),
        };
        let now = floor_clock(&model.timezone, model.every, now)?;
        let zone =
            TimeZone::get(&model.timezone).map_err(|_| BindError::Zone(model.timezone.clone()))?;
        let other = header
            .as_ref()
            .filter(|header| header.plan != plan.fingerprint());
        let migration = other.map(|header| Migration::new(model, header));
        let migrated = migration.as_ref().map(Migration::header);
        let before = migrated.as_ref().or(header.as_ref());
        let mut program = Program::bind_asking(plan, now, before, asked)?;
        take_in_companies(&mut program, &zone, given.companies)?;
        if program.conditions.asks_companies && program.companies.is_none() {
            return Err(RunError::NoCompanies);
        }
        let plan = For {
            model,
            zone: &zone,
            now,
        };
        let events = given
            .events
            .map(|file| events::read(file, &[plan], options, given.spill, watch))
            .transpose()?
            .and_then(|mut of_plans| of_plans.pop());
        let line = line.flatten();
        let read = line.map(|line| remembered_by(&program, migration.as_ref(), line));
        let (memory, lost_its_place) = read.transpose()?.unzip();
        Ok(Found::Contact(Box::new(Self {
            key: key.to_owned(),
            row: row.and_then(Result::ok),
            memory,
            lost_its_place: lost_its_place.unwrap_or(false),
            other_plan: other.is_some(),
            program,
            zone,
            events,
        })))
    }

    /// What of the past the plan asks for and the state does not know, a line each.
    pub(crate) fn short(&self) -> Vec<String> {
        short_history(&self.program, &self.zone)
    }

    /// Takes the contact through the instant as if this were its row; or says what is wrong with
    /// the row.
    pub(crate) fn look(&self, file: &RowFound) -> Result<Result<Looked, Vec<RowError>>, RunError> {
        let model = self.program.model();
        let (layout, _) = Layout::read(&file.header, model).map_err(RunError::Header)?;
        let rows = Rows::split(&file.row, file.line);
        let Some(row) = rows.iter().next() else {
            return Ok(Err(Vec::new()));
        };
        let news = ChunkEvents::of(self.events.as_ref(), model, rows.iter(), layout.key)?;
        let mut seen = Seen {
            tags: TagSet::with_room_for(model.contacts.tags.names.len()),
            ..Seen::default()
        };
        let (mut problems, mut effects) = (Vec::new(), Vec::new());
        Reader::new(model, &layout, &self.zone).read(row, &mut seen, &mut problems);
        if !problems.is_empty() {
            return Ok(Err(problems));
        }
        seen.news = news.of_row(0);
        let mut worker = Worker::new(&self.program);
        let after = worker.contact(&seen, self.memory.as_ref(), &layout.columns(), &mut effects);
        let mut journal = Vec::new();
        Writer::new(model, &layout, &self.zone, self.program.now())
            .for_comparison()
            .journal(seen.key, &effects, &mut journal);
        let (tags, points, groups) = (after.tags.clone(), after.points, after.groups.to_vec());
        let mut meets = Vec::new();
        worker.meets(&mut meets);
        let campaigns = self.program.campaigns.iter().enumerate();
        let steps = campaigns
            .map(|(campaign, rules)| {
                let seen = |step| StepSeen {
                    way: worker.way_at(campaign, step),
                    skips: worker.would_skip(campaign, step),
                };
                (0..rules.steps.len()).map(seen).collect()
            })
            .collect();
        Ok(Ok(Looked {
            values: worker
                .fields_and_company()
                .iter()
                .map(|slot| Kept::from(*slot))
                .collect(),
            tags,
            other_tags: worker.has_other_tags(),
            points,
            groups,
            meets,
            answers: worker.asked(),
            in_the_way: Channel::ALL.map(|channel| worker.in_the_way(channel)),
            steps,
            memory: worker.memory().clone(),
            journal,
        }))
    }
}

/// What a line of the state says, and whether the contact stands where this plan has nothing.
fn remembered_by(
    program: &Program,
    migration: Option<&Migration<'_>>,
    (number, line): (usize, String),
) -> Result<(ContactState, bool), RunError> {
    let mut told = Told::default();
    let migrated = migration
        .filter(|migration| migration.concerns(&line))
        .map(|migration| migration.line(&line, &mut told))
        .transpose();
    let read = migrated
        .and_then(|migrated| ContactState::decode(program, migrated.as_deref().unwrap_or(&line)));
    let memory = read.map_err(|error| RunError::State {
        line: number,
        error,
    })?;
    Ok((memory, !told.concerns.is_empty()))
}
