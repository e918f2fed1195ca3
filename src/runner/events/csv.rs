//! An events file of rows: which column holds what is made out once, then blocks are read on any
//! number of threads.

use std::marker::PhantomData;

use super::record::{Cells, Column, Reading, column_of};
use super::told::{Gathered, Part};
use crate::diagnostic::did_you_mean;
use crate::model::EventId;
use crate::model::ids::Id;
use crate::runner::error::RunError;
use crate::runner::input::blocks::{Blocks, Source};
use crate::runner::input::row::{BYTE_ORDER_MARK, Row, Rows, without_line_end};
use crate::runner::notice::{FileFault, HeaderFault, Hint, Reason, RowError};
use crate::runner::threads::pool::{self, ChunkJob};
use crate::runner::threads::{Options, Watch};

/// Reads a file as each of `readings` says, and adds to what stands at the same place in `sums`.
pub(super) fn read<'a>(
    source: Source<'_>,
    readings: &[Reading<'_>],
    sums: Vec<Gathered<'a>>,
    options: Options,
    watch: &Watch<'_>,
) -> Result<Vec<Gathered<'a>>, RunError> {
    let blocks = Blocks::new(source, options.block_size);
    let header = blocks.header().map_err(super::json::unreadable)?;
    let layouts = readings
        .iter()
        .map(|reading| Layout::read(&header, reading))
        .collect::<Result<Vec<_>, _>>()?;
    let work = Job {
        readings,
        layouts: &layouts,
        sums: PhantomData,
    };
    let sum = Sum {
        gathered: sums,
        hasher: blake3::Hasher::new(),
    };
    let sum = pool::run(&work, (&blocks, &header), sum, options.threads, watch)
        .map_err(super::json::of_events)?;
    let (mut gathered, hash) = (sum.gathered, sum.hasher.finalize().to_hex().to_string());
    for (gathered, layout) in gathered.iter_mut().zip(&layouts) {
        gathered.told.hash.clone_from(&hash);
        gathered.told.unread.clone_from(&layout.unread);
    }
    Ok(gathered)
}

struct Job<'a, 's> {
    readings: &'a [Reading<'a>],
    layouts: &'a [Layout],
    sums: PhantomData<fn(Sum<'s>)>,
}

/// By reading, and of the bytes that are the same for all.
struct Sum<'a> {
    gathered: Vec<Gathered<'a>>,
    hasher: blake3::Hasher,
}

/// Which column holds what.
struct Layout {
    names: Vec<String>,
    columns: [Option<usize>; Column::ALL.len()],
    /// By event and property.
    properties: Vec<Vec<Option<usize>>>,
    unread: Vec<String>,
}

impl Layout {
    fn read(header: &[u8], reading: &Reading<'_>) -> Result<Self, RunError> {
        let header = header.strip_prefix(BYTE_ORDER_MARK).unwrap_or(header);
        let rows = Rows::split(header, 1);
        let first = rows
            .iter()
            .next()
            .filter(|row| !without_line_end(row.whole()).0.is_empty());
        let row = first.ok_or_else(|| bad(HeaderFault::Absent))?;
        let width = row
            .width()
            .map_err(|reason| bad(HeaderFault::Unreadable(reason)))?;
        let names: Vec<String> = (0..width).map(|at| row.text(at).to_owned()).collect();
        let twice = names
            .iter()
            .enumerate()
            .find(|(at, name)| !name.is_empty() && names[..*at].contains(name));
        if let Some((_, name)) = twice {
            return Err(bad(HeaderFault::Twice {
                column: name.clone(),
                at: None,
            }));
        }
        let find = |wanted: &str| names.iter().position(|name| name == wanted);
        let columns = Column::ALL.map(|column| find(column.word()));
        let missing: Vec<HeaderFault> = [Column::Contact, Column::At, Column::Event]
            .into_iter()
            .filter(|column| columns[*column as usize].is_none())
            .map(|column| {
                let near = did_you_mean(column.word(), names.iter().map(String::as_str));
                let hint = near.map_or(Hint::Nothing, |near| Hint::Near(near.to_owned()));
                HeaderFault::Missing {
                    column: column.word().to_owned(),
                    holds: None,
                    hint,
                }
            })
            .collect();
        if !missing.is_empty() {
            return Err(RunError::Events(FileFault::Header(missing)));
        }
        let events = reading.events.values();
        let properties: Vec<Vec<_>> = events
            .map(|event| {
                event
                    .properties
                    .values()
                    .map(|it| find(&column_of(it)))
                    .collect()
            })
            .collect();
        let is_read = |at: &usize| {
            columns.contains(&Some(*at)) || properties.iter().flatten().any(|it| *it == Some(*at))
        };
        let unread = (0..names.len())
            .filter(|at| !is_read(at))
            .map(|at| names[at].clone())
            .collect();
        Ok(Self {
            names,
            columns,
            properties,
            unread,
        })
    }
}

fn bad(header: HeaderFault) -> RunError {
    RunError::Events(FileFault::Header(vec![header]))
}

struct RowCells<'a, 'r> {
    layout: &'a Layout,
    row: Row<'r>,
}

impl<'r> Cells<'r> for RowCells<'_, 'r> {
    fn text(&self, column: Column) -> &'r str {
        self.layout.columns[column as usize].map_or("", |at| self.row.text(at))
    }

    fn property(&self, event: EventId, property: usize) -> &'r str {
        self.layout.properties[event.index()][property].map_or("", |at| self.row.text(at))
    }

    fn name(&self, event: EventId, property: usize) -> String {
        self.layout.properties[event.index()][property]
            .map_or_else(String::new, |at| self.layout.names[at].clone())
    }
}

impl Layout {
    fn part(&self, reading: &Reading<'_>, rows: &Rows<'_>) -> Part {
        let mut part = Part::default();
        let (mut problems, mut strange) = (Vec::new(), Vec::new());
        for row in rows.iter().filter(|row| !row.is_blank()) {
            let fits = match row.width() {
                Ok(found) if found == self.names.len() => None,
                Ok(found) => Some(Reason::CellCount {
                    expected: self.names.len(),
                    found,
                }),
                Err(reason) => Some(reason),
            };
            if let Some(reason) = fits {
                let problem = RowError {
                    line: row.line(),
                    column: None,
                    value: String::new(),
                    reason,
                };
                part.problems.add_row([problem]);
                part.told.rows += 1;
                continue;
            }
            let cells = RowCells { layout: self, row };
            let found = reading.row(row.line(), &cells, &mut problems, &mut strange);
            part.add(found);
            part.take(&mut problems, &mut strange);
        }
        part.records.sort();
        part
    }
}

impl<'s> ChunkJob for Job<'_, 's> {
    type Part = Vec<Part>;
    type Sum = Sum<'s>;

    fn part(&self, chunk: &[u8], line: u64) -> Result<Vec<Part>, RunError> {
        let rows = Rows::split(chunk, line);
        Ok(self
            .readings
            .iter()
            .zip(self.layouts)
            .map(|(reading, layout)| layout.part(reading, &rows))
            .collect())
    }

    fn add(
        &self,
        sum: &mut Sum<'s>,
        parts: Vec<Part>,
        bytes: usize,
        hash: blake3::Hash,
    ) -> Result<(), RunError> {
        sum.hasher.update(hash.as_bytes());
        for (gathered, part) in sum.gathered.iter_mut().zip(parts) {
            gathered.told.bytes += bytes as u64;
            gathered.append(part)?;
        }
        Ok(())
    }
}
