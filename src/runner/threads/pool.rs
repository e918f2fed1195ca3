//! The threads: each takes a block and works on its rows alone, parts are added in the order of the
//! file; the first error stops all.

use std::sync::atomic::Ordering;
use std::sync::{Mutex, PoisonError};

use super::Watch;
use super::sequencer::Sequencer;
use super::splitter::{ChunkSplitter, Survey};
use crate::runner::error::RunError;
use crate::runner::input::blocks::Blocks;
use crate::runner::together::together;

/// What is done with the rows of a file.
pub(crate) trait ChunkJob: Sync {
    /// What a chunk gives.
    type Part;
    /// What the parts add up to.
    type Sum: Send;

    /// Works on the rows of a chunk, of which the first begins in `line`.
    fn part(&self, chunk: &[u8], line: u64) -> Result<Self::Part, RunError>;

    /// Adds the next part, of a block of so many bytes with this hash.
    fn add(
        &self,
        sum: &mut Self::Sum,
        part: Self::Part,
        bytes: usize,
        hash: blake3::Hash,
    ) -> Result<(), RunError>;
}

/// Works on all blocks; `header` is the first row.
pub(crate) fn run<W: ChunkJob>(
    work: &W,
    (blocks, header): (&Blocks<'_>, &[u8]),
    sum: W::Sum,
    threads: usize,
    watch: &Watch<'_>,
) -> Result<W::Sum, RunError> {
    let frames = Sequencer::new(ChunkSplitter::behind(header));
    let floor = ChunkPool {
        work,
        blocks,
        frames,
        sum: Sequencer::new(sum),
        watch,
    };
    let failure = Mutex::new(None);
    together(threads, || {
        let _stop = StopOnPanic(&floor);
        if let Err(error) = floor.work() {
            failure
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .get_or_insert(error);
            floor.stop();
        }
    });
    let failure = failure.into_inner().unwrap_or_else(PoisonError::into_inner);
    failure.map_or_else(|| Ok(floor.sum.into_inner()), Err)
}

/// Where the threads work.
struct ChunkPool<'a, 's, W: ChunkJob> {
    work: &'a W,
    blocks: &'a Blocks<'s>,
    frames: Sequencer<ChunkSplitter>,
    sum: Sequencer<W::Sum>,
    watch: &'a Watch<'a>,
}

impl<W: ChunkJob> ChunkPool<'_, '_, W> {
    /// Takes blocks until there are none.
    fn work(&self) -> Result<(), RunError> {
        let (mut block, mut chunk) = (Vec::new(), Vec::new());
        while let Some(ticket) = self.blocks.next(&mut block)? {
            if self.watch.interrupted.load(Ordering::Relaxed) {
                return Err(RunError::Interrupted);
            }
            let (survey, hash) = (Survey::of(&block), blake3::hash(&block));
            let cut =
                |frame: &mut ChunkSplitter| frame.cut(&block, survey, ticket.last, &mut chunk);
            let Some(line) = self.frames.take(ticket.index, cut) else {
                return Ok(());
            };
            let part = self.work.part(&chunk, line?);
            let add = |sum: &mut W::Sum| self.work.add(sum, part?, block.len(), hash);
            let Some(added) = self.sum.take(ticket.index, add) else {
                return Ok(());
            };
            added?;
            (self.watch.progress)(block.len() as u64);
        }
        Ok(())
    }

    fn stop(&self) {
        self.frames.stop();
        self.sum.stop();
    }
}

/// A thread that dies must not leave the others waiting.
struct StopOnPanic<'a, 'b, 's, W: ChunkJob>(&'a ChunkPool<'b, 's, W>);

impl<W: ChunkJob> Drop for StopOnPanic<'_, '_, '_, W> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.stop();
        }
    }
}
