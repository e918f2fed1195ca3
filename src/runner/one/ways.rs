//! The ways that contacts took in a run, counted from its journal: between stages, and into the
//! branches of steps. Only sums are kept.

use std::collections::BTreeMap;

use super::journal::headed;
use crate::runner::error::RunError;
use crate::runner::input::blocks::Source;
use crate::runner::input::row::{Row, Rows};
use crate::runner::threads::pool::{self, ChunkJob};
use crate::runner::threads::{Options, Watch};

/// What the journal of a run counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ways {
    /// By funnel, stage before and stage after, each empty for none, and the event that moved.
    pub stages: BTreeMap<[String; 4], u64>,
    /// By campaign, step and word of the branch.
    pub branches: BTreeMap<[String; 3], u64>,
}

/// Counts the ways in a journal.
pub(crate) fn ways(
    source: Source<'_>,
    options: Options,
    watch: &Watch<'_>,
) -> Result<Ways, RunError> {
    let (blocks, header) = headed(source, options)?;
    let sum = Ways::default();
    pool::run(&Counting, (&blocks, &header), sum, options.threads, watch)
}

struct Counting;

impl ChunkJob for Counting {
    type Part = Ways;
    type Sum = Ways;

    fn part(&self, chunk: &[u8], line: u64) -> Result<Ways, RunError> {
        let mut part = Ways::default();
        Rows::split(chunk, line)
            .iter()
            .for_each(|row| part.count(row));
        Ok(part)
    }

    fn add(&self, sum: &mut Ways, part: Ways, _: usize, _: blake3::Hash) -> Result<(), RunError> {
        for (way, count) in part.stages {
            *sum.stages.entry(way).or_default() += count;
        }
        for (way, count) in part.branches {
            *sum.branches.entry(way).or_default() += count;
        }
        Ok(())
    }
}

impl Ways {
    /// The columns are those of docs/outputs.md: event, campaign, step, subject, from and to.
    fn count(&mut self, row: Row<'_>) {
        let [event, campaign, step] = [2, 3, 5].map(|column| row.text(column));
        let [subject, from, to] = [6, 7, 8].map(|column| row.text(column).to_owned());
        match event {
            "enter" | "place" | "convert" | "drop" | "move" | "leave" | "external-stage" => {
                let way = [subject, from, to, event.to_owned()];
                *self.stages.entry(way).or_default() += 1;
            }
            "if" | "split" | "awaited" => {
                let way = [campaign.to_owned(), step.to_owned(), to];
                *self.branches.entry(way).or_default() += 1;
            }
            _ => {}
        }
    }
}
