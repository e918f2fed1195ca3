//! Two plans over the same contacts at the same moment, contact by contact; nothing is written, and
//! what is kept does not grow with the file.

mod future;
mod names;
mod outcome;
mod part;
mod report;
mod tally;
mod written;

use std::sync::atomic::AtomicBool;

use jiff::tz::TimeZone;

pub use report::{
    ActionShift, CampaignShift, Columns as ColumnShift, Comparison, DataShift, FunnelShift,
    MessageShift, Move, Naming, Refusal, Samples, Shift,
};
pub use written::DataKind;

use super::batch::{Inputs, short_history, take_in_companies};
use super::contact::Columns;
use super::error::RunError;
use super::events::{self, Events, For, Format, Spill};
use super::input::blocks::{Blocks, Source};
use super::input::layout::Layout;
use super::input::reader::Reader;
use super::input::state_store::{Snapshot, StateStore};
use super::output::rows::Writer;
use super::output::text::push_moment;
use super::program::{BindError, Program, floor_clock};
use super::state::{Header, Migration, Told, UnhandledChanges};
use super::threads::pool::{self, ChunkJob};
use super::threads::{Options, Watch};
use crate::model::{Model, Moved, Renamed};
use crate::plan::Plan;
use crate::runner::input::keys::{ChunkKeys, Duplicate, Keys};
use future::Futures;
use names::Names;
use outcome::Observer;
use part::Part;
use tally::Tally;
use written::Cells;

/// Compares what `base` and `head` do to `contacts` at `now` (seconds since 1970-01-01T00:00Z);
/// both go on from the same `state`.
pub fn compare_bytes(
    base: &Plan,
    head: &Plan,
    now: i64,
    contacts: &[u8],
    state: Option<&[u8]>,
    options: Options,
) -> Result<Comparison, RunError> {
    compare_inputs(
        base,
        head,
        now,
        Inputs {
            contacts,
            ..Inputs::default()
        },
        state,
        options,
    )
}

/// The same with more files than that of the contacts.
pub fn compare_inputs(
    base: &Plan,
    head: &Plan,
    now: i64,
    inputs: Inputs<'_>,
    state: Option<&[u8]>,
    options: Options,
) -> Result<Comparison, RunError> {
    let watch = Watch {
        interrupted: &AtomicBool::new(false),
        progress: &|_| {},
    };
    let events = inputs
        .events
        .map(|(bytes, format)| (Source::Bytes(bytes), format));
    let pair = Pair::new(
        base,
        head,
        now,
        state.map(|state| Snapshot::Bytes(state.to_vec())),
    )?
    .with_companies(inputs.companies)?;
    let pair = pair.with_events(events, options, inputs.spill, &watch)?;
    pair.compare(Source::Bytes(inputs.contacts), options, &watch)
}

/// Two plans at a moment, with what an earlier run left.
pub(crate) struct Pair {
    base: Bound,
    head: Bound,
    remembered: Option<StateStore>,
    names: Names,
    /// Whether a file is refused that lacks a column that decides who may be written to.
    pub(crate) demands_columns: bool,
}

/// A plan at a moment.
struct Bound {
    program: Program,
    /// The plan under the names that things have in the report: those of the head.
    named: Model,
    futures: Futures,
    zone: TimeZone,
    events: Option<Events>,
    /// The header of a state that another plan left.
    other: Option<Header>,
}

/// What all chunks share.
struct Job<'a> {
    base: Side<'a>,
    head: Side<'a>,
    remembered: Option<&'a StateStore>,
    names: &'a Names,
    cells: &'a Cells,
}

/// One plan and how it reads the file.
struct Side<'a> {
    program: &'a Program,
    events: Option<&'a Events>,
    /// How it takes over the state, if another plan left it.
    migration: Option<Migration<'a>>,
    reader: Reader<'a>,
    columns: Columns,
    observer: Observer<'a>,
    writer: Writer<'a>,
    futures: &'a Futures,
    key: usize,
    /// How many cells a row has.
    width: usize,
}

impl Pair {
    /// Binds both plans to `now`, each floored to its own schedule. The state may be that of
    /// another plan: each takes from it what it knows.
    pub(crate) fn new(
        base: &Plan,
        head: &Plan,
        now: i64,
        state: Option<Snapshot>,
    ) -> Result<Self, RunError> {
        let remembered = state.map(StateStore::read).transpose()?;
        let header = remembered.as_ref().map(StateStore::header);
        let named = base.under_names_of(head);
        let named = named.with_model(named.model().named_as_turned_in(head.model()));
        let mut bound = Bound::new(base, &named, now, header)?;
        bound.understand_old_tags(head.model());
        Ok(Self {
            base: bound,
            head: Bound::new(head, head, now, header)?,
            names: Names::of(named.model(), head.model()),
            remembered,
            demands_columns: false,
        })
    }

    /// Takes in a companies file, each side as it describes it; a side that describes none does not
    /// look at it.
    pub(crate) fn with_companies(mut self, bytes: Option<&[u8]>) -> Result<Self, RunError> {
        for side in [&mut self.base, &mut self.head] {
            let bytes = bytes.filter(|_| side.program.model().companies.is_some());
            take_in_companies(&mut side.program, &side.zone, bytes)?;
            if side.program.conditions.asks_companies && side.program.companies.is_none() {
                return Err(RunError::NoCompanies);
            }
        }
        Ok(self)
    }

    /// Whether one of the plans asks what happened.
    pub(crate) fn asks_events(&self) -> bool {
        self.base.program.asks_events() || self.head.program.asks_events()
    }

    /// Gives both plans the same events; all of them stay in memory where there is no `spill`.
    pub(crate) fn with_events(
        mut self,
        file: Option<(Source<'_>, Format)>,
        options: Options,
        spill: Option<Spill<'_>>,
        watch: &Watch<'_>,
    ) -> Result<Self, RunError> {
        let Some(file) = file else { return Ok(self) };
        let plans = [&self.base, &self.head].map(|bound| {
            let program = &bound.program;
            For {
                model: program.model(),
                zone: &bound.zone,
                now: program.now(),
            }
        });
        let mut of_plans = events::read(file, &plans, options, spill, watch)?.into_iter();
        (self.base.events, self.head.events) = (of_plans.next(), of_plans.next());
        Ok(self)
    }

    /// What each plan asks of the past that the state does not know, a line each.
    pub(crate) fn short(&self) -> Vec<String> {
        let of = |bound: &Bound| short_history(&bound.program, &bound.zone);
        let mut lines = of(&self.base);
        lines.extend(of(&self.head));
        lines.sort();
        lines.dedup();
        lines
    }

    /// Runs and compares all rows of `source`.
    pub(crate) fn compare(
        &self,
        source: Source<'_>,
        options: Options,
        watch: &Watch<'_>,
    ) -> Result<Comparison, RunError> {
        let blocks = Blocks::new(source, options.block_size);
        let header = blocks.header()?;
        let layout =
            |bound: &Bound| Layout::read(&header, bound.program.model()).map_err(RunError::Header);
        let ((base, _), (head, _)) = (layout(&self.base)?, layout(&self.head)?);
        if let (true, Some(lacking)) = (
            self.demands_columns,
            [&base, &head].into_iter().find(|it| !it.lacking.is_empty()),
        ) {
            return Err(RunError::Header(lacking.lacking.clone()));
        }
        let cells = Cells::of((&self.base.named, &base), (&self.head.named, &head));
        let job = Job {
            cells: &cells,
            base: self.base.side(&base, &self.names, names::Which::Base),
            head: self.head.side(&head, &self.names, names::Which::Head),
            remembered: self.remembered.as_ref(),
            names: &self.names,
        };
        let sum = (Tally::new(&self.names), <[Keys; 2]>::default());
        let (tally, keys) = pool::run(&job, (&blocks, &header), sum, options.threads, watch)?;
        for keys in keys {
            let duplicates = keys.duplicates(options.threads);
            if let Some(Duplicate { first_line, line }) = duplicates.first().copied() {
                return Err(RunError::DuplicateKey {
                    line,
                    first_line,
                    more: duplicates.len() - 1,
                });
            }
        }
        let now = [self.base.now(), self.head.now()];
        let comparison = report::comparison(tally, &self.names, now);
        Ok(Comparison {
            columns: report::columns(cells.columns),
            refused: self.refused()?,
            ..comparison
        })
    }
}

impl Pair {
    /// What a run of the head would refuse; it looks at everybody in the state, also at those whom
    /// the file lacks.
    fn refused(&self) -> Result<Vec<Refusal>, RunError> {
        let (Some(remembered), Some(header)) = (&self.remembered, &self.head.other) else {
            return Ok(Vec::new());
        };
        let migration = Migration::new(self.head.program.model(), header);
        if !migration.may_refuse() {
            return Ok(Vec::new());
        }
        let (mut told, mut lines) = (Told::default(), remembered.lines());
        for position in 0..remembered.len() {
            let line = lines.line(position)?;
            if migration.concerns(line) {
                migration
                    .line(line, &mut told)
                    .map_err(|error| RunError::State {
                        line: position + 2,
                        error,
                    })?;
            }
        }
        let unspoken = migration.unspoken(&told);
        let items = unspoken.iter().flat_map(UnhandledChanges::items);
        Ok(items
            .map(|(what, write)| Refusal {
                what: what.to_owned(),
                write: write.to_vec(),
            })
            .collect())
    }
}

impl Bound {
    fn new(plan: &Plan, named: &Plan, now: i64, header: Option<&Header>) -> Result<Self, RunError> {
        let model = plan.model();
        let now = floor_clock(&model.timezone, model.every, now)?;
        let other = header.filter(|header| header.plan != plan.fingerprint());
        let migrated = other.map(|header| Migration::new(model, header).header());
        let program = Program::bind(plan, now, migrated.as_ref().or(header))?;
        let zone =
            TimeZone::get(&model.timezone).map_err(|_| BindError::Zone(model.timezone.clone()))?;
        let futures = Futures::of(named, &program);
        Ok(Self {
            named: named.model().clone(),
            futures,
            program,
            zone,
            events: None,
            other: other.cloned(),
        })
    }

    /// The file shows the base's own names of tags, and what is written has those of the head.
    fn understand_old_tags(&mut self, head: &Model) {
        for (from, to) in head.in_flight.others() {
            let Renamed::Tag(tag) = to else { continue };
            let name = &head.contacts.tags.names[*tag].id;
            if let Some(tag) = self.named.contacts.tags.names.find(|it| it.id == *name) {
                self.named.in_flight.moved.push(Moved::Other {
                    from: from.to_owned(),
                    to: Renamed::Tag(tag),
                });
            }
        }
    }

    fn side<'a>(&'a self, layout: &'a Layout, names: &'a Names, which: names::Which) -> Side<'a> {
        Side {
            program: &self.program,
            events: self.events.as_ref(),
            migration: self
                .other
                .as_ref()
                .map(|header| Migration::new(self.program.model(), header)),
            reader: Reader::new(self.program.model(), layout, &self.zone),
            columns: layout.columns(),
            observer: Observer::new(names, which, &self.named, &self.futures),
            writer: Writer::new(&self.named, layout, &self.zone, self.program.now())
                .for_comparison(),
            futures: &self.futures,
            key: layout.key,
            width: layout.width(),
        }
    }

    fn now(&self) -> String {
        let mut text = String::new();
        push_moment(&mut text, self.program.now(), &self.zone);
        text
    }
}

impl ChunkJob for Job<'_> {
    type Part = (Tally, [ChunkKeys; 2]);
    type Sum = (Tally, [Keys; 2]);

    fn part(&self, chunk: &[u8], line: u64) -> Result<Self::Part, RunError> {
        Part::run(self, chunk, line)
    }

    fn add(
        &self,
        sum: &mut Self::Sum,
        part: Self::Part,
        _: usize,
        _: blake3::Hash,
    ) -> Result<(), RunError> {
        sum.0.add(part.0);
        for (keys, more) in sum.1.iter_mut().zip(part.1) {
            keys.add(more);
        }
        Ok(())
    }
}
