//! One chunk of the contacts file through both plans; knows nothing of the other chunks.

use super::outcome::Outcome;
use super::tally::{Both, Tally};
use super::{Job, Side};
use crate::runner::contact::{Seen, TagSet};
use crate::runner::effect::Effect;
use crate::runner::error::RunError;
use crate::runner::events::ChunkEvents;
use crate::runner::input::keys::ChunkKeys;
use crate::runner::input::row::{Row, Rows};
use crate::runner::input::state_store::StateCursor;
use crate::runner::kernel::{Coming, Place, Worker};
use crate::runner::notice::RowError;
use crate::runner::state::{ContactState, StateError, Told};

pub(super) struct Part;

/// What a plan can take over of what is remembered.
struct Settled {
    memory: ContactState,
    /// Whether the contact was where the plan has nothing, and the project does not say what
    /// becomes of it.
    lost_its_place: bool,
}

/// One plan at work on a chunk, and its buffers.
struct Runs<'a> {
    side: &'a Side<'a>,
    worker: Worker<'a>,
    seen: Seen<'a>,
    problems: Vec<RowError>,
    effects: Vec<Effect<'a>>,
    news: &'a ChunkEvents,
    meets: Vec<bool>,
    ahead: Vec<Coming>,
    places: Vec<Place>,
    outcome: Outcome,
}

/// What both plans remember of a contact.
type Memories = Option<(Settled, Settled)>;

impl Part {
    /// Runs the rows of a chunk, of which the first begins in `line`, through both plans.
    pub(super) fn run(
        job: &Job<'_>,
        chunk: &[u8],
        line: u64,
    ) -> Result<(Tally, [ChunkKeys; 2]), RunError> {
        let rows = Rows::split(chunk, line);
        let memories = memories(job, &rows)?;
        let news = |side: &Side<'_>| {
            ChunkEvents::of(side.events, side.program.model(), rows.iter(), side.key)
        };
        let (news, news_head) = (news(&job.base)?, news(&job.head)?);
        let mut tally = Tally::new(job.names);
        let mut keys = <[ChunkKeys; 2]>::default();
        let (mut base, mut head) = (
            Runs::new(&job.base, &news),
            Runs::new(&job.head, &news_head),
        );
        for (number, row) in rows.iter().enumerate() {
            if row.is_blank() {
                continue;
            }
            tally.rows += 1;
            let memories = memories.get(number).and_then(Option::as_ref);
            let (memory, memory_head) =
                (memories.map(|both| &both.0), memories.map(|both| &both.1));
            let fine = base.run((number, row), memory.map(|settled| &settled.memory));
            let fine_head = head.run((number, row), memory_head.map(|settled| &settled.memory));
            if row.width() == Ok(job.base.width) {
                // A run of either takes no file that has a key twice.
                let other = (job.head.key != job.base.key).then_some(job.head.key);
                for (column, keys) in [Some(job.base.key), other].into_iter().zip(&mut keys) {
                    match column.map(|column| row.text(column)) {
                        None | Some("") => {}
                        Some(key) => keys.push(key, row.line()),
                    }
                }
            }
            let key = row.text(job.base.key);
            tally.bad.count(!fine, !fine_head, key);
            let lost =
                |settled: Option<&Settled>| settled.is_some_and(|settled| settled.lost_its_place);
            tally.misplaced.count(lost(memory), lost(memory_head), key);
            if fine && fine_head {
                let both = Both {
                    base: &base.outcome,
                    head: &head.outcome,
                    key,
                    row: row.whole(),
                };
                tally.count(both, job.names, job.cells);
            }
        }
        Ok((tally, keys))
    }
}

/// What both plans remember of each row's contact, if there is a state.
fn memories(job: &Job<'_>, rows: &Rows<'_>) -> Result<Vec<Memories>, RunError> {
    let Some(remembered) = job.remembered else {
        return Ok(Vec::new());
    };
    let mut lines = remembered.lines();
    rows.iter()
        .map(|row| memories_of(job, row, &mut lines))
        .collect()
}

fn memories_of(
    job: &Job<'_>,
    row: Row<'_>,
    lines: &mut StateCursor<'_>,
) -> Result<Memories, RunError> {
    let key = row.text(job.base.key);
    if row.is_blank() || key.is_empty() {
        return Ok(None);
    }
    let Some((position, line)) = lines.line_of(key)? else {
        return Ok(None);
    };
    let settled = |side: &Side<'_>| {
        settle(side, line).map_err(|error| RunError::State {
            line: position + 2,
            error,
        })
    };
    Ok(Some((settled(&job.base)?, settled(&job.head)?)))
}

fn settle(side: &Side<'_>, line: &str) -> Result<Settled, StateError> {
    let Some(migration) = side
        .migration
        .as_ref()
        .filter(|migration| migration.concerns(line))
    else {
        return Ok(Settled {
            memory: ContactState::decode(side.program, line)?,
            lost_its_place: false,
        });
    };
    let mut told = Told::default();
    let memory = ContactState::decode(side.program, &migration.line(line, &mut told)?)?;
    Ok(Settled {
        memory,
        lost_its_place: !told.concerns.is_empty(),
    })
}

impl<'a> Runs<'a> {
    fn new(side: &'a Side<'a>, news: &'a ChunkEvents) -> Self {
        let tags = TagSet::with_room_for(side.program.model().contacts.tags.names.len());
        Self {
            side,
            worker: Worker::new(side.program),
            seen: Seen {
                tags,
                ..Seen::default()
            },
            problems: Vec::new(),
            effects: Vec::new(),
            news,
            meets: Vec::new(),
            ahead: Vec::new(),
            places: Vec::new(),
            outcome: Outcome::default(),
        }
    }

    /// Says whether the row could be run.
    fn run(&mut self, (number, row): (usize, Row<'a>), memory: Option<&'a ContactState>) -> bool {
        self.problems.clear();
        self.side
            .reader
            .read(row, &mut self.seen, &mut self.problems);
        if !self.problems.is_empty() {
            return false;
        }
        self.seen.news = self.news.of_row(number);
        self.effects.clear();
        let after = self
            .worker
            .contact(&self.seen, memory, &self.side.columns, &mut self.effects);
        let Side {
            observer,
            writer,
            futures,
            ..
        } = self.side;
        let outcome = &mut self.outcome;
        observer.observe(&after, &self.effects, outcome);
        writer.changed_row(row, &self.seen, &after, &mut outcome.row);
        writer.actions(
            row,
            self.seen.key,
            &after,
            &self.effects,
            &mut outcome.actions,
        );
        self.worker.meets(&mut self.meets);
        self.worker.ahead(&futures.waits, &mut self.ahead);
        self.worker.places(&futures.waits, &mut self.places);
        observer.meets(&self.meets, outcome);
        observer.ahead(&self.ahead, &self.places, outcome);
        true
    }
}
