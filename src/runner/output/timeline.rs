//! Rows that are written contact by contact and read moment by moment: pieces go one behind the
//! other into memory, or into a file without a name where they are many, and are merged in the end.
//!
//! What is held in memory does not grow with the rows, and nothing is left on the disk, however the
//! process ends.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

/// Where pieces go.
#[derive(Debug)]
pub(crate) struct Timeline {
    /// Where the file lies when there must be one.
    folder: Option<PathBuf>,
    place: Mutex<Place>,
}

#[derive(Debug)]
enum Place {
    Memory(Vec<u8>),
    File(File, u64),
}

/// Rows of two files at moments that only grow, which are handed over when they are many.
#[derive(Debug)]
pub(crate) struct Piece<'t> {
    timeline: &'t Timeline,
    bytes: Vec<u8>,
    written: Vec<Range<u64>>,
}

/// Where the rows of some contacts stand, in the order of their moments.
pub(crate) type Strand = Vec<Range<u64>>;

/// So many bytes stay in memory.
const ABOVE: usize = 16 << 20;

/// So many bytes of one strand are collected.
const AT_ONCE: usize = 2 << 20;

/// How much of all strands is read ahead.
const BUFFER: usize = 16 << 20;

/// A moment, and how long its rows of both files are.
const HEAD: usize = 12;

impl Timeline {
    /// All stays in memory where there is no folder.
    pub(crate) fn new(folder: Option<PathBuf>) -> Self {
        Self {
            folder,
            place: Mutex::new(Place::Memory(Vec::new())),
        }
    }

    /// Begins the strand of some contacts.
    pub(crate) fn piece(&self) -> Piece<'_> {
        Piece {
            timeline: self,
            bytes: Vec::new(),
            written: Vec::new(),
        }
    }

    fn append(&self, bytes: &[u8]) -> io::Result<Range<u64>> {
        let mut place = self.place.lock().unwrap_or_else(PoisonError::into_inner);
        if let (Place::Memory(held), Some(folder)) = (&*place, &self.folder)
            && held.len() + bytes.len() > ABOVE
        {
            let file = tempfile::tempfile_in(folder)?;
            file.write_all_at(held, 0)?;
            *place = Place::File(file, held.len() as u64);
        }
        let start = match &mut *place {
            Place::Memory(held) => {
                let start = held.len() as u64;
                held.extend_from_slice(bytes);
                start
            }
            Place::File(file, end) => {
                file.write_all_at(bytes, *end)?;
                std::mem::replace(end, *end + bytes.len() as u64)
            }
        };
        Ok(start..start + bytes.len() as u64)
    }

    /// Visits the rows of all strands, moment by moment and in each in the order of the strands.
    pub(crate) fn merge(
        self,
        strands: Vec<Strand>,
        mut visit: impl FnMut(&[u8], &[u8]) -> io::Result<()>,
    ) -> io::Result<()> {
        let place = self
            .place
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        let room = (BUFFER / strands.len().max(1)).clamp(4 << 10, 256 << 10);
        let mut heads = BinaryHeap::with_capacity(strands.len());
        let mut readers: Vec<Reader<'_>> = strands
            .into_iter()
            .map(|strand| Reader::new(&place, strand, room))
            .collect();
        for (number, reader) in readers.iter_mut().enumerate() {
            heads.extend(
                reader
                    .head()?
                    .map(|(at, length)| Reverse((at, number, length))),
            );
        }
        let mut rows = Vec::new();
        while let Some(Reverse((_, number, (actions, journal)))) = heads.pop() {
            let reader = &mut readers[number];
            reader.take(actions + journal, &mut rows)?;
            visit(&rows[..actions], &rows[actions..])?;
            heads.extend(
                reader
                    .head()?
                    .map(|(at, length)| Reverse((at, number, length))),
            );
        }
        Ok(())
    }
}

impl Piece<'_> {
    /// Adds the rows of a moment, given by its place among all moments.
    pub(crate) fn add(&mut self, moment: u32, actions: &[u8], journal: &[u8]) -> io::Result<()> {
        let length = |rows: &[u8]| u32::try_from(rows.len()).map_err(io::Error::other);
        for number in [moment, length(actions)?, length(journal)?] {
            self.bytes.extend_from_slice(&number.to_le_bytes());
        }
        self.bytes.extend_from_slice(actions);
        self.bytes.extend_from_slice(journal);
        if self.bytes.len() > AT_ONCE {
            self.hand_over()?;
        }
        Ok(())
    }

    fn hand_over(&mut self) -> io::Result<()> {
        if !self.bytes.is_empty() {
            self.written.push(self.timeline.append(&self.bytes)?);
            self.bytes.clear();
        }
        Ok(())
    }

    /// Ends the strand.
    pub(crate) fn end(mut self) -> io::Result<Strand> {
        self.hand_over()?;
        Ok(self.written)
    }
}

/// A strand, read from the start to the end.
struct Reader<'p> {
    place: &'p Place,
    left: std::vec::IntoIter<Range<u64>>,
    now: Range<u64>,
    buffer: Vec<u8>,
    used: usize,
    room: usize,
}

impl<'p> Reader<'p> {
    fn new(place: &'p Place, strand: Strand, room: usize) -> Self {
        Self {
            place,
            left: strand.into_iter(),
            now: 0..0,
            buffer: Vec::new(),
            used: 0,
            room,
        }
    }

    /// The moment that comes next, and how long its rows are.
    fn head(&mut self) -> io::Result<Option<(u32, (usize, usize))>> {
        if self.used == self.buffer.len() && self.now.is_empty() {
            match self.left.next() {
                Some(next) => self.now = next,
                None => return Ok(None),
            }
        }
        let mut head = Vec::with_capacity(HEAD);
        self.take(HEAD, &mut head)?;
        let number = |at: usize| {
            let bytes = head[at..at + 4].try_into().map_err(io::Error::other)?;
            Ok::<_, io::Error>(u32::from_le_bytes(bytes))
        };
        Ok(Some((
            number(0)?,
            (number(4)? as usize, number(8)? as usize),
        )))
    }

    /// Fills `into` with the next bytes; a moment stands in one range.
    fn take(&mut self, length: usize, into: &mut Vec<u8>) -> io::Result<()> {
        into.clear();
        while into.len() < length {
            if self.used == self.buffer.len() {
                self.fill()?;
            }
            let part = (length - into.len()).min(self.buffer.len() - self.used);
            into.extend_from_slice(&self.buffer[self.used..self.used + part]);
            self.used += part;
        }
        Ok(())
    }

    fn fill(&mut self) -> io::Result<()> {
        let left = usize::try_from(self.now.end - self.now.start).unwrap_or(usize::MAX);
        let length = left.min(self.room);
        if length == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.buffer.resize(length, 0);
        match self.place {
            Place::Memory(held) => {
                let start = usize::try_from(self.now.start).map_err(io::Error::other)?;
                self.buffer.copy_from_slice(&held[start..start + length]);
            }
            Place::File(file, _) => file.read_exact_at(&mut self.buffer, self.now.start)?,
        }
        self.now.start += length as u64;
        self.used = 0;
        Ok(())
    }
}
