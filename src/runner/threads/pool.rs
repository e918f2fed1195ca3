//! The threads: each takes a block and works on its rows alone, parts are added in the order of the
//! file; the first error stops all.

use std::sync::atomic::Ordering;
use std::sync::{Mutex, PoisonError};
use std::thread::Builder;

use super::Watch;
use super::sequencer::Sequencer;
use super::splitter::{ChunkSplitter, Survey};
use crate::runner::error::RunError;
use crate::runner::input::blocks::Blocks;

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
    together(threads, Builder::new, || {
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

/// Does the work on so many threads, of which this is one; where the system gives no more, those
/// that there are do all of it.
fn together(threads: usize, builder: impl Fn() -> Builder, work: impl Fn() + Sync) {
    let work = &work;
    std::thread::scope(|scope| {
        let mut others = 1..threads;
        while others
            .next()
            .is_some_and(|_| builder().spawn_scoped(scope, work).is_ok())
        {}
        work();
    });
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::Barrier;
    use std::thread::{self, ThreadId};

    use super::*;

    /// On which threads work is done.
    fn workers(threads: usize, builder: impl Fn() -> Builder, meet: &Barrier) -> BTreeSet<String> {
        let seen = Mutex::new(BTreeSet::new());
        together(threads, builder, || {
            meet.wait();
            let name = |id: ThreadId| format!("{id:?}");
            seen.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .insert(name(thread::current().id()));
        });
        seen.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    #[test]
    fn as_many_threads_work_as_were_asked_for() {
        assert_eq!(workers(3, Builder::new, &Barrier::new(3)).len(), 3);
    }

    #[test]
    fn where_no_thread_can_be_started_this_one_works_alone() {
        // No machine has so much memory for a stack, so the system refuses.
        let refused = || Builder::new().stack_size(usize::MAX / 4);
        let own = format!("{:?}", thread::current().id());
        assert_eq!(workers(8, refused, &Barrier::new(1)), BTreeSet::from([own]));
    }

    #[test]
    fn some_that_are_refused_leave_the_work_to_the_others() {
        let asked = Mutex::new(0);
        let one_only = || {
            let mut asked = asked.lock().unwrap_or_else(PoisonError::into_inner);
            *asked += 1;
            if *asked == 1 {
                Builder::new()
            } else {
                Builder::new().stack_size(usize::MAX / 4)
            }
        };
        assert_eq!(workers(8, one_only, &Barrier::new(2)).len(), 2);
        assert_eq!(
            *asked.lock().unwrap_or_else(PoisonError::into_inner),
            2,
            "no more is asked for after a refusal"
        );
    }
}
