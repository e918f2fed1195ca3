//! The threads: each takes a block and works on its rows alone, parts are added in the order of the file; the first error stops all.

use std::sync::atomic::Ordering;
use std::sync::{Mutex, PoisonError};

use super::frame::{Frame, Survey};
use super::turns::Turns;
use super::{RunError, Watch};
use crate::runner::input::blocks::Blocks;

/// What is done with the rows of a file.
pub(crate) trait Work: Sync {
    /// What a chunk gives.
    type Part;
    /// What the parts add up to.
    type Sum: Send;

    /// Works on the rows of a chunk, of which the first begins in `line`.
    fn part(&self, chunk: &[u8], line: u64) -> Result<Self::Part, RunError>;

    /// Adds the next part, of a block of so many bytes with this hash.
    fn add(&self, sum: &mut Self::Sum, part: Self::Part, bytes: usize, hash: blake3::Hash) -> Result<(), RunError>;
}

/// Works on all blocks; `header` is the first row.
pub(crate) fn run<W: Work>(
    work: &W,
    (blocks, header): (&Blocks<'_>, &[u8]),
    sum: W::Sum,
    threads: usize,
    watch: &Watch<'_>,
) -> Result<W::Sum, RunError> {
    let frames = Turns::new(Frame::behind(header));
    let floor = Floor { work, blocks, frames, sum: Turns::new(sum), watch };
    let failure = Mutex::new(None);
    std::thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(|| {
                let _stop = StopOnPanic(&floor);
                if let Err(error) = floor.work() {
                    failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
                    floor.stop();
                }
            });
        }
    });
    let failure = failure.into_inner().unwrap_or_else(PoisonError::into_inner);
    failure.map_or_else(|| Ok(floor.sum.into_inner()), Err)
}

/// Where the threads work.
struct Floor<'a, 's, W: Work> {
    work: &'a W,
    blocks: &'a Blocks<'s>,
    frames: Turns<Frame>,
    sum: Turns<W::Sum>,
    watch: &'a Watch<'a>,
}

impl<W: Work> Floor<'_, '_, W> {
    /// Takes blocks until there are none.
    fn work(&self) -> Result<(), RunError> {
        let (mut block, mut chunk) = (Vec::new(), Vec::new());
        while let Some(ticket) = self.blocks.next(&mut block)? {
            if self.watch.interrupted.load(Ordering::Relaxed) {
                return Err(RunError::Interrupted);
            }
            let (survey, hash) = (Survey::of(&block), blake3::hash(&block));
            let cut = |frame: &mut Frame| frame.cut(&block, survey, ticket.last, &mut chunk);
            let Some(line) = self.frames.take(ticket.index, cut) else { return Ok(()) };
            let part = self.work.part(&chunk, line?);
            let add = |sum: &mut W::Sum| self.work.add(sum, part?, block.len(), hash);
            let Some(added) = self.sum.take(ticket.index, add) else { return Ok(()) };
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
struct StopOnPanic<'a, 'b, 's, W: Work>(&'a Floor<'b, 's, W>);

impl<W: Work> Drop for StopOnPanic<'_, '_, '_, W> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.stop();
        }
    }
}
