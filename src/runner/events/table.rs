//! The events of a file by contact, in memory or in a file without a name; of that only what is
//! asked for is read, a few pages at once.
//!
//! The index has a bounded number of marks, so it does not grow with the file either.

use std::fs::File;
use std::io::{self, Write};
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;

use super::codec;
use super::records::{Group, order};
use crate::runner::contact::Occurrence;
use crate::runner::error::RunError;

/// All events of a file.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) place: Place,
    pub(super) index: Index,
}

/// Where the bytes are.
#[derive(Debug)]
pub(super) enum Place {
    Memory(Vec<u8>),
    File { file: File, folder: PathBuf },
}

/// Which contact stands at which byte, for some of them.
#[derive(Debug, Default)]
pub(super) struct Index {
    marks: Vec<Mark>,
    end: u64,
    contacts: u64,
    events: u64,
    /// How many bytes stand between two marks, unless one contact alone has more.
    stride: u64,
}

#[derive(Debug)]
struct Mark {
    key: Box<[u8]>,
    at: u64,
    /// How many contacts stand before it.
    contact: u64,
}

/// Writes a table, contact by contact in order.
#[derive(Debug)]
pub(super) struct Writer<W> {
    out: W,
    index: Index,
}

/// Finds contacts in a table; those that stand side by side share a read.
#[derive(Debug)]
pub(super) struct Finder<'e> {
    table: &'e Table,
    /// The mark behind which the bytes stand.
    mark: Option<usize>,
    bytes: Vec<u8>,
}

/// More marks than that are thinned out.
const MARKS: usize = 1 << 16;

impl Table {
    /// How many contacts have events.
    pub(super) fn contacts(&self) -> u64 {
        self.index.contacts
    }

    /// How many events there are.
    pub(super) fn events(&self) -> u64 {
        self.index.events
    }
}

impl<W: Write> Writer<W> {
    pub(super) fn new(out: W) -> Self {
        Self {
            out,
            index: Index {
                stride: 4 << 10,
                ..Index::default()
            },
        }
    }

    /// Adds the contact that comes next.
    pub(super) fn add(&mut self, group: &Group) -> io::Result<()> {
        let length = group.write(&mut self.out)?;
        self.index.add(group, length);
        Ok(())
    }

    pub(super) fn finish(self) -> (W, Index) {
        (self.out, self.index)
    }
}

impl Index {
    fn add(&mut self, group: &Group, length: u64) {
        if self
            .marks
            .last()
            .is_none_or(|mark| self.end + length > mark.at + self.stride)
        {
            self.marks.push(Mark {
                key: group.key.as_slice().into(),
                at: self.end,
                contact: self.contacts,
            });
        }
        self.end += length;
        self.contacts += 1;
        self.events += group.count;
        if self.marks.len() > MARKS {
            self.thin_out();
        }
    }

    /// Leaves every second mark.
    fn thin_out(&mut self) {
        let mut stays = false;
        self.marks.retain(|_| {
            stays = !stays;
            stays
        });
        self.stride *= 2;
    }

    /// The last mark that is not behind the key.
    fn mark(&self, key: &[u8]) -> Option<usize> {
        self.marks
            .partition_point(|mark| order(&mark.key, key).is_le())
            .checked_sub(1)
    }

    fn range(&self, mark: usize) -> Range<u64> {
        self.marks[mark].at..self.marks.get(mark + 1).map_or(self.end, |next| next.at)
    }
}

impl<'e> Finder<'e> {
    pub(super) fn new(table: &'e Table) -> Self {
        Self {
            table,
            mark: None,
            bytes: Vec::new(),
        }
    }

    /// Appends the events of a contact in the order of the file, and says its number and how many
    /// they are.
    pub(super) fn find(
        &mut self,
        key: &str,
        into: &mut Vec<Occurrence>,
    ) -> Result<Option<(usize, u64)>, RunError> {
        let (table, key) = (self.table, key.as_bytes());
        let Some(mark) = table.index.mark(key) else {
            return Ok(None);
        };
        let range = table.index.range(mark);
        let mut bytes = match &table.place {
            Place::Memory(bytes) => &bytes[in_memory(range.start)..in_memory(range.end)],
            Place::File { file, folder } => {
                if self.mark != Some(mark) {
                    self.bytes.resize(in_memory(range.end - range.start), 0);
                    let read = file.read_exact_at(&mut self.bytes, range.start);
                    read.map_err(|error| RunError::Spill {
                        folder: folder.clone(),
                        error,
                    })?;
                    self.mark = Some(mark);
                }
                &self.bytes
            }
        };
        let mut contact = in_memory(table.index.marks[mark].contact);
        while let Some((other, count, body)) = group(&mut bytes) {
            match order(other, key) {
                std::cmp::Ordering::Less => contact += 1,
                std::cmp::Ordering::Equal => {
                    events(body, into);
                    return Ok(Some((contact, count)));
                }
                std::cmp::Ordering::Greater => break,
            }
        }
        Ok(None)
    }
}

/// The key of a contact, how many events it has, and these.
fn group<'b>(bytes: &mut &'b [u8]) -> Option<(&'b [u8], u64, &'b [u8])> {
    let length = codec::take_size(bytes)?;
    let key = codec::take_bytes(bytes, length)?;
    let count = codec::take_number(bytes)?;
    let length = codec::take_size(bytes)?;
    Some((key, count, codec::take_bytes(bytes, length)?))
}

fn events(mut body: &[u8], into: &mut Vec<Occurrence>) {
    while !body.is_empty() {
        into.push(codec::take(&mut body).expect("what is read is what was written"));
    }
}

/// What fits in memory.
fn in_memory(size: u64) -> usize {
    usize::try_from(size).expect("one part of a table fits in memory")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::EventId;
    use crate::model::ids::Id;

    #[test]
    fn all_are_found_though_the_index_is_bounded() {
        let mut writer = Writer::new(Vec::new());
        writer.index.stride = 1;
        let mut group = Group::default();
        let keys = |number: u64| (number * 3).to_string();
        let count = 3 * MARKS as u64;
        for number in 0..count {
            let occurrence = Occurrence {
                at: number.cast_signed(),
                event: EventId::from_index(0),
                of: None,
                identity: number,
                properties: Box::default(),
            };
            let mut body = Vec::new();
            codec::push(&mut body, &occurrence);
            group.restart(keys(number).as_bytes());
            group.add(1, &body);
            writer.add(&group).unwrap();
        }
        let (bytes, index) = writer.finish();
        assert!(
            index.marks.len() <= MARKS && index.marks.len() > MARKS / 4,
            "{}",
            index.marks.len()
        );
        let table = Table {
            place: Place::Memory(bytes),
            index,
        };
        assert_eq!((table.contacts(), table.events()), (count, count));
        let (mut finder, mut found) = (Finder::new(&table), Vec::new());
        for number in (0..count).chain((0..count).rev().step_by(7)) {
            found.clear();
            let place = finder.find(&keys(number), &mut found).unwrap();
            assert_eq!(place, Some((in_memory(number), 1)));
            assert_eq!(found[0].identity, number);
        }
        for key in ["", "1", "03", "x", "99999999999"] {
            assert_eq!(finder.find(key, &mut found).unwrap(), None, "{key}");
        }
    }
}
