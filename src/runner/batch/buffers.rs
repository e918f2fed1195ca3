//! The room of parts that were written, for those to come: a large buffer that is freed and grown
//! anew for each chunk costs more than what fills it.

use std::sync::{Mutex, PoisonError};

use super::part::Part;
use crate::runner::kernel::Ways;
use crate::runner::metrics::Metrics;
use crate::runner::output::forms::Forms;
use crate::runner::program::Program;

/// Empty parts with room; there are never more of them than threads.
#[derive(Debug, Default)]
pub(super) struct BufferPool {
    parts: Mutex<Vec<Part>>,
}

impl BufferPool {
    /// An empty part.
    pub(super) fn take(&self) -> Part {
        self.parts
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop()
            .unwrap_or_default()
    }

    /// Takes a part back.
    pub(super) fn give(&self, mut part: Part) {
        part.clear();
        self.parts
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(part);
    }
}

/// The ways that contacts went in the chunks before, with the forms of their rows, of each thread
/// its own.
#[derive(Debug)]
pub(super) struct WayPool<'p> {
    program: &'p Program,
    ways: Mutex<Vec<(Ways<'p>, Forms)>>,
}

impl<'p> WayPool<'p> {
    pub(super) fn new(program: &'p Program) -> Self {
        Self {
            program,
            ways: Mutex::default(),
        }
    }

    /// Some that no other thread has; nothing where contacts are not known by their answers.
    pub(super) fn take(&self) -> Option<(Ways<'p>, Forms)> {
        let known = self
            .ways
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        known.or_else(|| Some((Ways::of(self.program)?, Forms::default())))
    }

    /// Takes them back.
    pub(super) fn give(&self, ways: Option<(Ways<'p>, Forms)>) {
        self.ways
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend(ways);
    }

    /// Adds what was counted of all who went known ways.
    pub(super) fn count(&self, metrics: &mut Metrics) {
        let ways = self.ways.lock().unwrap_or_else(PoisonError::into_inner);
        ways.iter().for_each(|(ways, _)| ways.count(metrics));
    }
}
