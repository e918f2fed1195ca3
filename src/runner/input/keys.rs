//! Finds keys that stand in two rows. Keys that ascend as integers cannot; all others are compared
//! by 128 bits of a cryptographic hash.
//!
//! While keys ascend about two bytes of each are kept, to be told apart from those that come after
//! the first that does not.

use super::hashes::Hashes;
use crate::runner::notice::{Reason, RowError};

/// The keys of one chunk, in order, with their lines.
#[derive(Clone, Debug)]
pub(crate) enum ChunkKeys {
    /// Integers in their shortest spelling, each greater than the one before.
    Ascending(Vec<(u64, u64)>),
    /// Any keys, hashed.
    Hashed(Vec<(u128, u64)>),
}

impl Default for ChunkKeys {
    fn default() -> Self {
        Self::Ascending(Vec::new())
    }
}

impl ChunkKeys {
    /// Adds the key of the next row.
    pub(crate) fn push(&mut self, key: &str, line: u64) {
        if let Self::Ascending(keys) = self {
            match integer(key) {
                Some(number) if keys.last().is_none_or(|(last, _)| *last < number) => {
                    return keys.push((number, line));
                }
                Some(_) | None => {}
            }
            *self = Self::Hashed(
                keys.iter()
                    .map(|(number, line)| (hash(&number.to_string()), *line))
                    .collect(),
            );
        }
        if let Self::Hashed(keys) = self {
            keys.push((hash(key), line));
        }
    }

    fn into_hashed(self) -> Vec<(u128, u64)> {
        match self {
            Self::Ascending(keys) => keys
                .into_iter()
                .map(|(number, line)| (hash(&number.to_string()), line))
                .collect(),
            Self::Hashed(keys) => keys,
        }
    }
}

/// The keys of a file.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    ascending: Steps,
    hashed: Option<Hashes<u128>>,
}

impl Keys {
    /// Adds those of the next chunk.
    pub(crate) fn add(&mut self, chunk: ChunkKeys) {
        if let (None, ChunkKeys::Ascending(keys)) = (&self.hashed, &chunk)
            && keys
                .first()
                .is_none_or(|(first, _)| self.ascending.is_below(*first))
        {
            for (key, line) in keys {
                self.ascending.push(*key, *line);
            }
            return;
        }
        let ascending = std::mem::take(&mut self.ascending);
        let hashed = self.hashed.get_or_insert_default();
        hashed.extend(ascending.hashed());
        hashed.extend(chunk.into_hashed());
    }

    /// The rows whose key stands in an earlier row too, in order of their lines; found on so many
    /// threads.
    pub(crate) fn duplicates(self, threads: usize) -> Vec<Duplicate> {
        let Some(hashed) = self.hashed else {
            return Vec::new();
        };
        let mut duplicates = Vec::new();
        for lines in hashed.repeated(threads) {
            let first_line = lines[0];
            let later = lines[1..].iter();
            duplicates.extend(later.map(|&line| Duplicate { first_line, line }));
        }
        duplicates.sort_unstable_by_key(|duplicate| duplicate.line);
        duplicates
    }
}

/// A key that stands in two rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Duplicate {
    pub(crate) first_line: u64,
    pub(crate) line: u64,
}

impl Duplicate {
    /// As a problem of the later row.
    pub(crate) fn problem(self, column: &str) -> RowError {
        let reason = Reason::DuplicateKey {
            first_line: self.first_line,
        };
        RowError {
            line: self.line,
            column: Some(column.to_owned()),
            value: String::new(),
            reason,
        }
    }
}

/// Pairs of ascending numbers, kept as differences in seven bits a byte.
#[derive(Debug, Default)]
struct Steps {
    bytes: Vec<u8>,
    last: Option<(u64, u64)>,
}

impl Steps {
    fn is_below(&self, key: u64) -> bool {
        self.last.is_none_or(|(last, _)| last < key)
    }

    fn push(&mut self, key: u64, line: u64) {
        let (last_key, last_line) = self.last.unwrap_or_default();
        for mut step in [key - last_key, line - last_line] {
            while step >= 0x80 {
                self.bytes.push(0x80 | low_bits(step));
                step >>= 7;
            }
            self.bytes.push(low_bits(step));
        }
        self.last = Some((key, line));
    }

    fn hashed(self) -> Vec<(u128, u64)> {
        let (mut key, mut line, mut bytes) = (0, 0, self.bytes.iter());
        let mut hashed = Vec::new();
        while !bytes.as_slice().is_empty() {
            key += step(&mut bytes);
            line += step(&mut bytes);
            hashed.push((hash(&key.to_string()), line));
        }
        hashed
    }
}

fn low_bits(step: u64) -> u8 {
    step.to_le_bytes()[0] & 0x7f
}

fn step(bytes: &mut std::slice::Iter<'_, u8>) -> u64 {
    let (mut step, mut shift) = (0, 0);
    for byte in bytes {
        step |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            break;
        }
        shift += 7;
    }
    step
}

/// The number, if this is its shortest spelling: `7` and `07` are two keys.
fn integer(key: &str) -> Option<u64> {
    let shortest = key == "0"
        || key
            .as_bytes()
            .first()
            .is_some_and(|first| (b'1'..=b'9').contains(first));
    if shortest { key.parse().ok() } else { None }
}

fn hash(key: &str) -> u128 {
    let digest = blake3::hash(key.as_bytes());
    let mut half = [0; 16];
    half.copy_from_slice(&digest.as_bytes()[..16]);
    u128::from_le_bytes(half)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn duplicates(chunks: &[&[&str]]) -> Vec<(u64, u64)> {
        let (mut keys, mut line) = (Keys::default(), 1);
        for chunk in chunks {
            let mut of_chunk = ChunkKeys::default();
            for key in *chunk {
                line += 1;
                of_chunk.push(key, line);
            }
            keys.add(of_chunk);
        }
        keys.duplicates(2)
            .into_iter()
            .map(|found| (found.first_line, found.line))
            .collect()
    }

    #[test]
    fn duplicates_are_found_wherever_they_stand() {
        assert_eq!(
            duplicates(&[
                &["1", "2", "300"],
                &["301", "70000", "18446744073709551615"]
            ]),
            []
        );
        assert_eq!(
            duplicates(&[&["1", "2", "300"], &["299", "5"], &["300", "1"]]),
            [(4, 7), (2, 8)]
        );
        assert_eq!(duplicates(&[&["1", "2", "2"], &["2"]]), [(3, 4), (3, 5)]);
        assert_eq!(duplicates(&[&["1", "01", "a", "A", "1 "]]), []);
        assert_eq!(duplicates(&[&["5"], &["6", "x"], &["5"]]), [(2, 5)]);
    }
}
