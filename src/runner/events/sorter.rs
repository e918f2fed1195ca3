//! Brings the events of a file in the order of their contacts: in memory while they are few, else
//! in sorted runs in an unnamed file that are merged in the end.
//!
//! What it holds does not grow with the file, and nothing is left on the disk, however the process
//! ends.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::atomic::Ordering;

use super::records::{Group, Records, order};
use super::table::{Place, Table, Writer};
use crate::runner::error::RunError;
use crate::runner::threads::Watch;

/// Where events are sorted that are more than may stay in memory.
#[derive(Clone, Copy, Debug)]
pub struct Spill<'a> {
    /// The folder; the files in it have no names and are gone when the run is.
    pub folder: &'a Path,
    /// From how many bytes of events on.
    pub above: usize,
}

impl<'a> Spill<'a> {
    /// How many bytes of events stay in memory, if nobody says otherwise.
    pub const ABOVE: usize = 32 << 20;

    /// Into `folder`, when it must be.
    pub fn into(folder: &'a Path) -> Self {
        Self {
            folder,
            above: Self::ABOVE,
        }
    }

    fn failed(self) -> impl Fn(io::Error) -> RunError + Copy + use<'a> {
        move |error| RunError::Spill {
            folder: self.folder.to_path_buf(),
            error,
        }
    }
}

/// Events that are being sorted.
#[derive(Debug)]
pub(super) struct Sorter<'a> {
    records: Records,
    spill: Option<Spill<'a>>,
    runs: Option<Runs>,
}

/// Sorted runs, one behind the other.
#[derive(Debug)]
struct Runs {
    file: File,
    places: Vec<Range<u64>>,
}

impl<'a> Sorter<'a> {
    /// All stays in memory where there is no `spill`.
    pub(super) fn new(spill: Option<Spill<'a>>) -> Self {
        Self {
            records: Records::default(),
            spill,
            runs: None,
        }
    }

    /// Adds events that follow in the file, sorted or not.
    pub(super) fn append(&mut self, later: &Records) -> Result<(), RunError> {
        self.records.append(later);
        match self.spill {
            Some(spill) if self.records.size() > spill.above => self.set_aside(spill),
            _ => Ok(()),
        }
    }

    /// Forgets all: the file is not to be used.
    pub(super) fn clear(&mut self) {
        self.records.clear();
        self.runs = None;
    }

    /// All events by contact.
    pub(super) fn finish(mut self, watch: &Watch<'_>) -> Result<Table, RunError> {
        let (Some(spill), true) = (self.spill, self.runs.is_some()) else {
            return Ok(in_memory(self.records));
        };
        self.set_aside(spill)?;
        drop(self.records);
        match self.runs {
            Some(runs) => merged(&runs, spill, watch),
            None => Ok(in_memory(Records::default())),
        }
    }

    fn set_aside(&mut self, spill: Spill<'_>) -> Result<(), RunError> {
        let failed = spill.failed();
        self.records.sort();
        let runs = match &mut self.runs {
            Some(runs) => runs,
            none => none.insert(Runs {
                file: tempfile::tempfile_in(spill.folder).map_err(failed)?,
                places: Vec::new(),
            }),
        };
        let start = runs.places.last().map_or(0, |run| run.end);
        let mut out = BufWriter::with_capacity(BUFFER, &runs.file);
        let mut end = start;
        let mut write = |group: &Group| group.write(&mut out).map(|length| end += length);
        self.records
            .each(&mut write)
            .and_then(|()| out.flush())
            .map_err(failed)?;
        runs.places.push(start..end);
        self.records.clear();
        Ok(())
    }
}

/// How much is read or written at once.
const BUFFER: usize = 256 << 10;

fn in_memory(mut records: Records) -> Table {
    records.sort();
    let mut writer = Writer::new(Vec::new());
    records
        .each(|group| writer.add(group))
        .expect("memory takes all bytes");
    let (bytes, index) = writer.finish();
    Table {
        place: Place::Memory(bytes),
        index,
    }
}

fn merged(runs: &Runs, spill: Spill<'_>, watch: &Watch<'_>) -> Result<Table, RunError> {
    let failed = spill.failed();
    let file = tempfile::tempfile_in(spill.folder).map_err(failed)?;
    let mut writer = Writer::new(BufWriter::with_capacity(BUFFER, file));
    let mut add = |group: &Group| {
        if watch.interrupted.load(Ordering::Relaxed) {
            return Err(RunError::Interrupted);
        }
        writer.add(group).map_err(failed)
    };
    merge(runs, &mut add, failed)?;
    let (out, index) = writer.finish();
    let file = out
        .into_inner()
        .map_err(|error| failed(error.into_error()))?;
    Ok(Table {
        place: Place::File {
            file,
            folder: spill.folder.to_path_buf(),
        },
        index,
    })
}

/// Visits the contacts of all runs in order; of one contact, earlier runs come first.
fn merge(
    runs: &Runs,
    visit: &mut impl FnMut(&Group) -> Result<(), RunError>,
    failed: impl Fn(io::Error) -> RunError + Copy,
) -> Result<(), RunError> {
    let room = (BUFFER * 16 / runs.places.len().max(1)).clamp(8 << 10, BUFFER);
    let mut heap = BinaryHeap::with_capacity(runs.places.len());
    for (number, place) in runs.places.iter().enumerate() {
        let section = Section {
            file: &runs.file,
            place: place.clone(),
        };
        let mut run = Run {
            number,
            group: Group::default(),
            reader: BufReader::with_capacity(room, section),
        };
        if run.advance().map_err(failed)? {
            heap.push(Reverse(run));
        }
    }
    let mut group = Group::default();
    while let Some(Reverse(first)) = heap.peek() {
        group.restart(&first.group.key);
        while let Some(mut top) = heap.peek_mut().filter(|top| top.0.group.key == group.key) {
            group.add(top.0.group.count, &top.0.group.body);
            if !top.0.advance().map_err(failed)? {
                std::collections::binary_heap::PeekMut::pop(top);
            }
        }
        visit(&group)?;
    }
    Ok(())
}

/// A run at one of its contacts.
struct Run<'a> {
    number: usize,
    group: Group,
    reader: BufReader<Section<'a>>,
}

/// A part of a file, read from the start to the end.
struct Section<'a> {
    file: &'a File,
    place: Range<u64>,
}

impl Run<'_> {
    /// Goes to the next contact; says whether there is one.
    fn advance(&mut self) -> io::Result<bool> {
        if self.reader.buffer().is_empty() && self.reader.get_ref().place.is_empty() {
            return Ok(false);
        }
        let length = number(&mut self.reader)?;
        read(&mut self.reader, length, &mut self.group.key)?;
        self.group.count = number(&mut self.reader)?;
        let length = number(&mut self.reader)?;
        read(&mut self.reader, length, &mut self.group.body)?;
        Ok(true)
    }
}

fn number(reader: &mut impl Read) -> io::Result<u64> {
    let (mut number, mut shift) = (0, 0);
    loop {
        let mut byte = [0];
        reader.read_exact(&mut byte)?;
        number |= u64::from(byte[0] & 0x7f)
            .checked_shl(shift)
            .ok_or(io::ErrorKind::InvalidData)?;
        if byte[0] & 0x80 == 0 {
            return Ok(number);
        }
        shift += 7;
    }
}

fn read(reader: &mut impl Read, length: u64, into: &mut Vec<u8>) -> io::Result<()> {
    into.clear();
    into.resize(
        usize::try_from(length).map_err(|_| io::ErrorKind::InvalidData)?,
        0,
    );
    reader.read_exact(into)
}

impl Read for Section<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.place.end - self.place.start).unwrap_or(usize::MAX);
        let room = left.min(buffer.len());
        let read = self.file.read_at(&mut buffer[..room], self.place.start)?;
        self.place.start += read as u64;
        Ok(read)
    }
}

impl Ord for Run<'_> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        order(&self.group.key, &other.group.key).then_with(|| self.number.cmp(&other.number))
    }
}

impl PartialOrd for Run<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Run<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Run<'_> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::disallowed_methods, reason = "a disk that is always full")]
    fn a_full_disk_is_told_with_the_folder() {
        let spill = Spill::into(Path::new("/here"));
        let full = File::options().write(true).open("/dev/full").unwrap();
        let mut sorter = Sorter::new(Some(spill));
        sorter.runs = Some(Runs {
            file: full,
            places: Vec::new(),
        });
        let event = crate::runner::contact::Occurrence {
            at: 0,
            event: crate::model::ids::Id::from_index(0),
            of: None,
            identity: 1,
            properties: Box::default(),
        };
        sorter.records.push("1", &event);
        let error = sorter.set_aside(spill).unwrap_err().to_string();
        assert_eq!(
            error,
            "cannot sort the events in `/here`: No space left on device (os error 28)"
        );
    }
}
