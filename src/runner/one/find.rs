//! The row of one contact in a contacts file, on any number of threads; of the other rows only
//! their keys are looked at.

use crate::model::Model;
use crate::runner::error::RunError;
use crate::runner::input::blocks::{Blocks, Source};
use crate::runner::input::layout::Layout;
use crate::runner::input::row::Rows;
use crate::runner::input::state_line::nearer;
use crate::runner::threads::pool::{self, ChunkJob};
use crate::runner::threads::{Options, Watch};

/// A contact's row.
#[derive(Clone, Debug)]
pub(crate) struct RowFound {
    /// The header row of its file.
    pub(crate) header: Vec<u8>,
    /// Its bytes, line end included.
    pub(crate) row: Vec<u8>,
    /// The line in which it begins.
    pub(crate) line: u64,
    /// How many rows have this key; a run takes no file in which there are several.
    pub(crate) rows: u64,
}

/// A contact's row, or a key that is spelt nearly like its key.
pub(crate) type RowOrNear = Result<RowFound, Option<String>>;

/// What is looked for.
struct Search<'k> {
    key: &'k str,
    column: usize,
    width: usize,
}

/// What was found so far.
#[derive(Default)]
struct Hits {
    first: Option<(Vec<u8>, u64)>,
    rows: u64,
    near: Option<String>,
}

/// Looks for a contact's row.
pub(crate) fn find(
    source: Source<'_>,
    (model, key): (&Model, &str),
    options: Options,
    watch: &Watch<'_>,
) -> Result<RowOrNear, RunError> {
    let blocks = Blocks::new(source, options.block_size);
    let header = blocks.header()?;
    let (layout, _) = Layout::read(&header, model).map_err(RunError::Header)?;
    let search = Search {
        key,
        column: layout.key,
        width: layout.width(),
    };
    let found = pool::run(
        &search,
        (&blocks, &header),
        Hits::default(),
        options.threads,
        watch,
    )?;
    Ok(match found.first {
        Some((row, line)) => Ok(RowFound {
            header,
            row,
            line,
            rows: found.rows,
        }),
        None => Err(found.near),
    })
}

impl ChunkJob for Search<'_> {
    type Part = Hits;
    type Sum = Hits;

    fn part(&self, chunk: &[u8], line: u64) -> Result<Hits, RunError> {
        let rows = Rows::split(chunk, line);
        let mut hits = Hits::default();
        for row in rows.iter().filter(|row| row.width() == Ok(self.width)) {
            let key = row.text(self.column);
            if key == self.key {
                hits.rows += 1;
                hits.first
                    .get_or_insert_with(|| (row.whole().to_vec(), row.line()));
            } else {
                hits.near = nearer(self.key, hits.near.take(), key);
            }
        }
        Ok(hits)
    }

    fn add(&self, sum: &mut Hits, part: Hits, _: usize, _: blake3::Hash) -> Result<(), RunError> {
        sum.first = sum.first.take().or(part.first);
        sum.rows += part.rows;
        if let Some(near) = part.near {
            sum.near = nearer(self.key, sum.near.take(), &near);
        }
        Ok(())
    }
}
