//! Hashes of many rows, to find those that stand twice: kept in buckets by their first byte, so that
//! many threads can sort them.

use std::sync::{Mutex, PoisonError};

use crate::runner::together;

const BUCKETS: usize = 256;

/// Hashes, each with the line of its row.
#[derive(Debug)]
pub(crate) struct Hashes<H>(Vec<Vec<(H, u64)>>);

/// What rows are hashed to.
pub(crate) trait Hash: Copy + Ord + Send {
    /// The byte that comes first in its order.
    fn first_byte(self) -> u8;
}

impl Hash for u64 {
    fn first_byte(self) -> u8 {
        self.to_be_bytes()[0]
    }
}

impl Hash for u128 {
    fn first_byte(self) -> u8 {
        self.to_be_bytes()[0]
    }
}

impl<H> Default for Hashes<H> {
    fn default() -> Self {
        Self((0..BUCKETS).map(|_| Vec::new()).collect())
    }
}

impl<H: Hash> Hashes<H> {
    /// Adds those of more rows.
    pub(crate) fn extend(&mut self, hashes: impl IntoIterator<Item = (H, u64)>) {
        for (hash, line) in hashes {
            self.0[usize::from(hash.first_byte())].push((hash, line));
        }
    }

    /// The lines of each hash that stands twice or more, in order, on so many threads.
    pub(crate) fn repeated(mut self, threads: usize) -> Vec<Vec<u64>> {
        let found = Mutex::new(Vec::new());
        together::each(threads, &mut self.0, |bucket| {
            let lines = repeated(bucket);
            if !lines.is_empty() {
                found
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .extend(lines);
            }
        });
        let mut found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
        found.sort_unstable();
        found
    }
}

fn repeated<H: Hash>(bucket: &mut [(H, u64)]) -> Vec<Vec<u64>> {
    bucket.sort_unstable();
    bucket
        .chunk_by(|(a, _), (b, _)| a == b)
        .filter(|same| same.len() > 1)
        .map(|same| same.iter().map(|(_, line)| *line).collect())
        .collect()
}
