//! The room of parts that were written, for those to come: a large buffer that is freed and grown
//! anew for each chunk costs more than what fills it.

use std::sync::{Mutex, PoisonError};

use super::part::Part;

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
