//! Events in memory under the keys of their contacts, to be sorted by key; those of one contact
//! stay in the order of the file.
//!
//! Shorter keys come first: so ascending numbers are in order, and a contacts file that is sorted
//! by them finds what it asks for side by side.

use std::cmp::Ordering;
use std::io::{self, Write};

use super::codec;
use crate::runner::contact::Occurrence;

/// Events as bytes.
#[derive(Debug, Default)]
pub(super) struct Records {
    /// Of each event, its key and then what is coded of it.
    bytes: Vec<u8>,
    entries: Vec<Entry>,
}

/// Where an event stands, and the first bytes of its key, by which most keys are told apart.
#[derive(Clone, Copy, Debug)]
struct Entry {
    at: usize,
    prefix: u64,
    key: u32,
    body: u32,
}

/// The events of one contact.
#[derive(Debug, Default)]
pub(super) struct Group {
    pub(super) key: Vec<u8>,
    pub(super) count: u64,
    pub(super) body: Vec<u8>,
}

/// The order of the keys.
pub(super) fn order(a: &[u8], b: &[u8]) -> Ordering {
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

impl Records {
    /// Adds an event.
    pub(super) fn push(&mut self, key: &str, occurrence: &Occurrence) {
        let at = self.bytes.len();
        self.bytes.extend_from_slice(key.as_bytes());
        codec::push(&mut self.bytes, occurrence);
        let body = small(self.bytes.len() - at - key.len());
        self.entries.push(Entry {
            at,
            prefix: prefix(key.as_bytes()),
            key: small(key.len()),
            body,
        });
    }

    /// Adds those that follow in the file.
    pub(super) fn append(&mut self, later: &Self) {
        let from = self.bytes.len();
        self.bytes.extend_from_slice(&later.bytes);
        self.entries.extend(later.entries.iter().map(|entry| Entry {
            at: from + entry.at,
            ..*entry
        }));
    }

    /// Puts the keys in order.
    pub(super) fn sort(&mut self) {
        let key = |entry: &Entry| &self.bytes[entry.at..entry.at + entry.key as usize];
        self.entries.sort_by(|a, b| {
            let first = (a.key, a.prefix).cmp(&(b.key, b.prefix));
            if a.key as usize <= size_of::<u64>() {
                first
            } else {
                first.then_with(|| key(a).cmp(key(b)))
            }
        });
    }

    /// How many bytes they take.
    pub(super) fn size(&self) -> usize {
        self.bytes.len() + self.entries.len() * size_of::<Entry>()
    }

    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.entries.clear();
    }

    /// The contacts in order, when the keys are.
    pub(super) fn each<E>(&self, mut visit: impl FnMut(&Group) -> Result<(), E>) -> Result<(), E> {
        let key = |entry: &Entry| &self.bytes[entry.at..entry.at + entry.key as usize];
        let mut group = Group::default();
        for equal in self.entries.chunk_by(|a, b| key(a) == key(b)) {
            group.restart(key(&equal[0]));
            for entry in equal {
                let start = entry.at + entry.key as usize;
                group.add(1, &self.bytes[start..start + entry.body as usize]);
            }
            visit(&group)?;
        }
        Ok(())
    }
}

impl Group {
    /// Makes it that of another contact, without events.
    pub(super) fn restart(&mut self, key: &[u8]) {
        self.key.clear();
        self.key.extend_from_slice(key);
        self.count = 0;
        self.body.clear();
    }

    /// Adds events that follow in the file.
    pub(super) fn add(&mut self, count: u64, body: &[u8]) {
        self.count += count;
        self.body.extend_from_slice(body);
    }

    /// Writes it, and says how long it was.
    pub(super) fn write(&self, out: &mut impl Write) -> io::Result<u64> {
        let mut front = Vec::with_capacity(self.key.len() + 16);
        codec::push_number(&mut front, self.key.len() as u64);
        front.extend_from_slice(&self.key);
        codec::push_number(&mut front, self.count);
        codec::push_number(&mut front, self.body.len() as u64);
        out.write_all(&front)?;
        out.write_all(&self.body)?;
        Ok((front.len() + self.body.len()) as u64)
    }
}

/// The first bytes, of which the highest counts most.
fn prefix(key: &[u8]) -> u64 {
    let mut first = [0; size_of::<u64>()];
    let length = key.len().min(first.len());
    first[..length].copy_from_slice(&key[..length]);
    u64::from_be_bytes(first)
}

/// A row is never so long.
fn small(length: usize) -> u32 {
    u32::try_from(length).expect("a row has at most 16 MiB")
}
