//! The rows of a file on any number of threads: blocks are cut into chunks of whole rows, and what
//! comes of these is added in the order of the file.
//!
//! How many threads there are, and how large the blocks, shows in nothing that is written.

pub(crate) mod pool;
mod sequencer;
mod splitter;

use std::sync::atomic::AtomicBool;

/// How a run is made; none of it shows in what it writes.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// On how many threads.
    pub threads: usize,
    /// In blocks of how many bytes.
    pub block_size: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            threads: 1,
            block_size: 512 << 10,
        }
    }
}

/// What watches a run.
pub(crate) struct Watch<'a> {
    /// Set when it should stop.
    pub(crate) interrupted: &'a AtomicBool,
    /// Is told of the bytes that are done.
    pub(crate) progress: &'a (dyn Fn(u64) + Sync),
}
