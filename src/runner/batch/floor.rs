//! Threads that take blocks, run them and hand on what they gave in the order of the file.

use std::io::Write;
use std::sync::atomic::Ordering;
use std::sync::{Mutex, PoisonError};

use super::frame::{Frame, Survey};
use super::gathered::Gathered;
use super::part::Part;
use super::turns::Turns;
use super::{Job, RunError, Watch};
use crate::runner::input::blocks::Blocks;

/// Where the threads work.
pub(super) struct Floor<'a, 's, W> {
    job: &'a Job<'a>,
    blocks: &'a Blocks<'s>,
    frames: Turns<Frame>,
    gathered: Turns<Gathered<W>>,
    watch: &'a Watch<'a>,
}

impl<'a, 's, W: Write + Send> Floor<'a, 's, W> {
    /// Ready for the first block; `header` is the first row.
    pub(super) fn new(
        job: &'a Job<'a>,
        blocks: &'a Blocks<'s>,
        header: &[u8],
        gathered: Gathered<W>,
        watch: &'a Watch<'a>,
    ) -> Self {
        let frames = Turns::new(Frame::behind(header));
        Self { job, blocks, frames, gathered: Turns::new(gathered), watch }
    }

    /// Works until all blocks are done.
    pub(super) fn run(self, threads: usize) -> Result<Gathered<W>, RunError> {
        let failure = Mutex::new(None);
        std::thread::scope(|scope| {
            for _ in 0..threads.max(1) {
                scope.spawn(|| {
                    let _stop = StopOnPanic(&self);
                    if let Err(error) = self.work() {
                        failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
                        self.stop();
                    }
                });
            }
        });
        let failure = failure.into_inner().unwrap_or_else(PoisonError::into_inner);
        failure.map_or_else(|| Ok(self.gathered.into_inner()), Err)
    }

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
            let part = Part::run(self.job, &chunk, line?);
            let add = |gathered: &mut Gathered<W>| gathered.add(part?, block.len(), hash);
            let Some(added) = self.gathered.take(ticket.index, add) else { return Ok(()) };
            added?;
            (self.watch.progress)(block.len() as u64);
        }
        Ok(())
    }

    fn stop(&self) {
        self.frames.stop();
        self.gathered.stop();
    }
}

/// A thread that dies must not leave the others waiting.
struct StopOnPanic<'a, 'b, 's, W: Write + Send>(&'a Floor<'b, 's, W>);

impl<W: Write + Send> Drop for StopOnPanic<'_, '_, '_, W> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.stop();
        }
    }
}
