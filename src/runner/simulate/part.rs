//! One chunk of the contacts file through all instants of a simulation: at each those of its
//! contacts who have something to come, by the kernel of a run.
//!
//! Invariant: a contact is passed over at an instant only where the one before left it as it was
//! and did nothing, nothing new is told of it, and no answer turned; a run would do nothing either.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::sync::atomic::Ordering;

use super::Simulation;
use super::days::Days;
use super::draw::Coming;
use crate::runner::batch::Job;
use crate::runner::batch::part::{Part, memories};
use crate::runner::contact::{Occurrence, Seen, TagSet};
use crate::runner::error::RunError;
use crate::runner::events::{ChunkEvents, in_order};
use crate::runner::input::row::{Row, Rows};
use crate::runner::kernel::Worker;
use crate::runner::metrics::Metrics;
use crate::runner::output::copying::Copying;
use crate::runner::output::rows::{Files, Writer};
use crate::runner::output::timeline::{Piece, Strand};
use crate::runner::program::Program;
use crate::runner::state::ContactState;

/// What a chunk gives.
pub(super) struct Passed {
    pub(super) part: Part,
    /// What was counted at the last instant alone.
    pub(super) last: Metrics,
    pub(super) days: Days,
    pub(super) strand: Strand,
    /// The rows of what people did as it was assumed, contact by contact.
    pub(super) events: Vec<u8>,
    /// How many these are, by event.
    pub(super) drawn: BTreeMap<String, u64>,
    /// Bits by tick: where somebody was looked at.
    pub(super) visited: Vec<u64>,
    pub(super) visits: u64,
}

/// A contact on its way.
struct Traveller<'r> {
    row: Row<'r>,
    seen: Seen<'r>,
    /// What is told of it and not taken in yet, by time.
    news: &'r [Occurrence],
    /// What it is going to do.
    coming: Coming,
    /// How many bytes of who does not travel come before its row.
    before: usize,
    /// Where its row ends among those of the travellers.
    end: usize,
}

/// The contacts of a chunk and what they leave.
struct Travel<'t, 'p, 'r> {
    simulation: &'t Simulation<'t>,
    job: &'t Job<'p>,
    writer: Writer<'p>,
    travellers: Vec<Traveller<'r>>,
    memories: Vec<Option<Box<ContactState>>>,
    /// Who is looked at next, and when.
    queue: BinaryHeap<Reverse<(u32, usize)>>,
    metrics: Metrics,
    last: Metrics,
    days: Days,
    piece: Piece<'t>,
    visited: Vec<u64>,
    visits: u64,
    drawn: BTreeMap<String, u64>,
    files: Files,
}

/// Takes the rows of a chunk through all instants.
pub(super) fn run(
    simulation: &Simulation<'_>,
    job: &Job<'_>,
    chunk: &[u8],
    line: u64,
) -> Result<Passed, RunError> {
    let mut part = Part::default();
    let rows = Rows::split(chunk, line);
    let remembered = memories(job, &rows)?;
    let mut news = ChunkEvents::of(job.events, job.program.model(), rows.iter(), job.layout.key)?;
    part.told_of = std::mem::take(&mut news.contacts);
    let mut travel = Travel::new(simulation, job);
    let (mut problems, mut remembered) = (Vec::new(), remembered.into_iter());
    for (index, row) in rows.iter().enumerate() {
        let memory = remembered.next().flatten();
        let tags = TagSet::with_room_for(job.program.model().contacts.tags.names.len());
        let mut seen = Seen {
            tags,
            news: news.of_row(index),
            ..Seen::default()
        };
        let mut copying = Copying::of_row(row);
        if part.admits(job, row, &mut seen, &mut problems, &mut copying) {
            part.remembered
                .extend(memory.iter().map(|(position, _)| *position));
            travel.add(row, seen, memory.map(|(_, memory)| memory), &part);
        } else {
            copying.up_to(row.place().end, &mut part.files.contacts);
        }
    }
    travel.go()?;
    travel.end(part)
}

/// What is seen of a contact together with what it did, if it did something.
fn hearing<'s, 'h>(seen: &'s Seen<'h>, heard: Option<&'h Vec<Occurrence>>) -> Cow<'s, Seen<'h>> {
    match heard.filter(|heard| !heard.is_empty()) {
        Some(news) => Cow::Owned(Seen {
            news,
            ..seen.clone()
        }),
        None => Cow::Borrowed(seen),
    }
}

impl<'t, 'p, 'r> Travel<'t, 'p, 'r> {
    fn new(simulation: &'t Simulation<'t>, job: &'t Job<'p>) -> Self {
        let ticks = &simulation.moments.ticks;
        Self {
            simulation,
            job,
            writer: job.writer.clone(),
            travellers: Vec::new(),
            memories: Vec::new(),
            queue: BinaryHeap::new(),
            metrics: Metrics::new(job.program),
            last: Metrics::new(job.program),
            days: Days::new(job.program.model(), ticks),
            piece: simulation.timeline.piece(),
            visited: vec![0; (ticks.count() as usize).div_ceil(64)],
            visits: 0,
            drawn: BTreeMap::new(),
            files: Files::default(),
        }
    }

    fn add(
        &mut self,
        row: Row<'r>,
        seen: Seen<'r>,
        memory: Option<Box<ContactState>>,
        part: &Part,
    ) {
        self.queue.push(Reverse((0, self.travellers.len())));
        let mut coming = Coming::default();
        if let Some(drawing) = &self.simulation.drawing {
            let ticks = &self.simulation.moments.ticks;
            let times = (ticks.moment(0), ticks.moment(ticks.last()));
            drawing.over_time(seen.key, times, &mut coming);
        }
        self.travellers.push(Traveller {
            row,
            news: seen.news,
            seen,
            coming,
            before: part.files.contacts.len(),
            end: 0,
        });
        self.memories.push(memory);
    }

    /// From instant to instant.
    fn go(&mut self) -> Result<(), RunError> {
        let mut due = Vec::new();
        while let Some(Reverse((tick, _))) = self.queue.peek().copied() {
            if self.simulation.interrupted.load(Ordering::Relaxed) {
                return Err(RunError::Interrupted);
            }
            due.clear();
            while let Some(Reverse((_, who))) =
                self.queue.peek().copied().filter(|it| it.0.0 == tick)
            {
                self.queue.pop();
                due.push(who);
            }
            self.visited[tick as usize / 64] |= 1 << (tick % 64);
            self.visits += due.len() as u64;
            self.visit(tick, &due)?;
        }
        Ok(())
    }

    /// Takes those who are due through an instant.
    fn visit(&mut self, tick: u32, due: &[usize]) -> Result<(), RunError> {
        let simulation = self.simulation;
        let program = simulation.moments.at(tick)?;
        self.writer.turn_to(program.now());
        let heard = self.heard(program.now(), due);
        let changed = self.look_at(&program, tick, (due, &heard));
        for (who, memory) in changed {
            self.memories[who] = Some(memory);
        }
        if !(self.files.actions.is_empty() && self.files.journal.is_empty()) {
            self.piece
                .add(tick, &self.files.actions, &self.files.journal)
                .map_err(super::unsorted)?;
            self.files.actions.clear();
            self.files.journal.clear();
        }
        Ok(())
    }

    /// What each of them does at an instant as it was assumed, and what is told of it, together;
    /// nothing where there is only the latter.
    fn heard(&mut self, now: i64, due: &[usize]) -> Vec<Vec<Occurrence>> {
        let Some(drawing) = &self.simulation.drawing else {
            return Vec::new();
        };
        let (travellers, drawn) = (&mut self.travellers, &mut self.drawn);
        let mut of = |who: &usize| {
            let Traveller { news, coming, .. } = &mut travellers[*who];
            let mut heard = coming.by(now);
            if !heard.is_empty() {
                drawing.count(&heard, drawn);
                let told = news.partition_point(|one| one.at <= now);
                heard.extend_from_slice(&news[..told]);
                heard.sort_by_key(in_order);
            }
            heard
        };
        due.iter().map(&mut of).collect()
    }

    /// The instant, for each of them; gives what must be remembered where that is something else
    /// than before.
    fn look_at(
        &mut self,
        program: &Program,
        tick: u32,
        (due, heard): (&[usize], &[Vec<Occurrence>]),
    ) -> Vec<(usize, Box<ContactState>)> {
        let Self {
            simulation,
            job,
            writer,
            travellers,
            memories,
            queue,
            days,
            files,
            ..
        } = self;
        let moments = &simulation.moments;
        let (day, is_last) = (moments.ticks.day_number(tick), tick == moments.ticks.last());
        let (mut worker, mut effects, mut changed) = (Worker::new(program), Vec::new(), Vec::new());
        for (place, &who) in due.iter().enumerate() {
            let traveller = &mut travellers[who];
            let told = traveller
                .news
                .partition_point(|one| one.at <= program.now());
            let (fresh, later) = traveller.news.split_at(told);
            (traveller.seen.news, traveller.news) = (fresh, later);
            let memory = memories[who].as_deref();
            effects.clear();
            let row = traveller.row;
            let seen = &*hearing(&traveller.seen, heard.get(place));
            let after = worker.contact(seen, memory, &job.columns, &mut effects);
            writer.happened_to(row, seen.key, &after, &effects, files);
            days.count(day, &effects);
            if is_last {
                writer.only_row(row, seen, &after, &mut files.contacts);
                traveller.end = files.contacts.len();
                continue;
            }
            if let Some(drawing) = &simulation.drawing {
                drawing.behind(seen.key, program.now(), &effects, &mut traveller.coming);
            }
            let kept = worker.memory_for_later();
            let same = memory == Some(&*kept);
            if !same {
                changed.push((who, Box::new(std::mem::take(kept))));
            }
            let told = later.first().map(|one| one.at);
            let told = told.into_iter().chain(traveller.coming.next()).min();
            let next = if same && effects.is_empty() {
                simulation.next(tick, worker.next(&moments.turns, tick), told)
            } else {
                tick + 1
            };
            queue.push(Reverse((next, who)));
        }
        let counted = worker.into_metrics();
        self.metrics.add(&counted);
        if is_last {
            self.last = counted;
        }
        changed
    }

    fn end(self, mut part: Part) -> Result<Passed, RunError> {
        part.metrics = self.metrics;
        let (others, rows) = (&part.files.contacts, &self.files.contacts);
        let mut contacts = Vec::with_capacity(others.len() + rows.len());
        let (mut passed, mut written) = (0, 0);
        for traveller in &self.travellers {
            contacts.extend_from_slice(&others[passed..traveller.before]);
            contacts.extend_from_slice(&rows[written..traveller.end]);
            (passed, written) = (traveller.before, traveller.end);
        }
        contacts.extend_from_slice(&others[passed..]);
        part.files.contacts = contacts;
        let rows = self.travellers.iter().map(|it| it.coming.rows.as_slice());
        let events = rows.collect::<Vec<_>>().concat();
        if self.simulation.drawing.is_some() {
            part.metrics.events.get_or_insert_default();
        }
        Ok(Passed {
            part,
            last: self.last,
            days: self.days,
            events,
            drawn: self.drawn,
            strand: self.piece.end().map_err(super::unsorted)?,
            visited: self.visited,
            visits: self.visits,
        })
    }
}
