//! The bytes of the contacts file in blocks at fixed offsets, whoever asks and however many; each
//! block is read once.
#![expect(
    clippy::disallowed_methods,
    reason = "this is where the contacts file is read"
)]

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use thiserror::Error;

use crate::runner::notice::NoticeCode;

use super::framing::row_end;

/// Where the bytes come from.
pub(crate) enum Source<'a> {
    /// A file of a known length.
    File { file: File, length: u64 },
    /// Memory.
    Bytes(&'a [u8]),
    /// What can only be read once and in order.
    Stream(Mutex<Stream<'a>>),
}

/// A stream and what was read of it ahead.
pub(crate) struct Stream<'a> {
    reader: Box<dyn Read + Send + 'a>,
    ahead: Vec<u8>,
    ended: bool,
}

/// Why the bytes cannot be had.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum ReadError {
    #[error("cannot read the contacts: {0}")]
    Io(#[from] io::Error),
    #[error("the contacts file ended at byte {byte}, but had {length} bytes when the run began")]
    Short { byte: u64, length: u64 },
    #[error("the contacts file has no header: no row ends within its first {0} bytes")]
    NoHeader(usize),
}

impl ReadError {
    /// Its kind.
    pub fn code(&self) -> NoticeCode {
        match self {
            Self::Io(_) => NoticeCode::CannotRead,
            Self::Short { .. } => NoticeCode::FileChanged,
            Self::NoHeader(_) => NoticeCode::NoHeader,
        }
    }
}

/// Hands out blocks.
pub(crate) struct Blocks<'a> {
    source: Source<'a>,
    size: usize,
    next: AtomicU64,
}

/// Which block was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ticket {
    pub(crate) index: u64,
    pub(crate) last: bool,
}

/// Longer rows are refused: behind a quote that is never closed a whole file would be one.
pub(crate) const LONGEST_ROW: usize = 16 << 20;

impl<'a> Source<'a> {
    /// The file at `path`, or a stream where it is a pipe.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        if metadata.is_dir() {
            return Err(io::Error::from(io::ErrorKind::IsADirectory));
        }
        let length = metadata.len();
        Ok(if metadata.is_file() {
            Self::File { file, length }
        } else {
            Self::stream(file)
        })
    }

    /// A stream, such as standard input.
    pub(crate) fn stream(reader: impl Read + Send + 'a) -> Self {
        Self::Stream(Mutex::new(Stream {
            reader: Box::new(reader),
            ahead: Vec::new(),
            ended: false,
        }))
    }

    /// How many bytes there are, where that is known.
    pub(crate) fn length(&self) -> Option<u64> {
        match self {
            Self::File { length, .. } => Some(*length),
            Self::Bytes(bytes) => Some(bytes.len() as u64),
            Self::Stream(_) => None,
        }
    }
}

impl<'a> Blocks<'a> {
    /// Blocks of `size` bytes, the last one shorter.
    pub(crate) fn new(source: Source<'a>, size: usize) -> Self {
        Self {
            source,
            size: size.max(1),
            next: AtomicU64::new(0),
        }
    }

    /// The first row, line end included; it is part of the first blocks all the same.
    pub(crate) fn header(&self) -> Result<Vec<u8>, ReadError> {
        let mut bytes = Vec::new();
        let mut block = Vec::new();
        loop {
            let last = match &self.source {
                Source::Stream(stream) => {
                    let mut stream = stream.lock().unwrap_or_else(PoisonError::into_inner);
                    let last = stream.read_ahead(self.size)?;
                    bytes.clone_from(&stream.ahead);
                    last
                }
                Source::File { .. } | Source::Bytes(_) => {
                    let index = (bytes.len() / self.size) as u64;
                    let last = self.read_at(index, &mut block)?;
                    bytes.extend_from_slice(&block);
                    last
                }
            };
            let (end, _) = row_end(&bytes);
            if last || end < bytes.len() || bytes.ends_with(b"\n") && closed(&bytes) {
                bytes.truncate(end);
                return Ok(bytes);
            }
            if bytes.len() > LONGEST_ROW {
                return Err(ReadError::NoHeader(LONGEST_ROW));
            }
        }
    }

    /// Reads the next block, in which `None` says that all were taken.
    pub(crate) fn next(&self, block: &mut Vec<u8>) -> Result<Option<Ticket>, ReadError> {
        if let Source::Stream(stream) = &self.source {
            let mut stream = stream.lock().unwrap_or_else(PoisonError::into_inner);
            let index = self.next.load(Ordering::Relaxed);
            if stream.ended {
                return Ok(None);
            }
            stream.read(self.size, block)?;
            self.next.store(index + 1, Ordering::Relaxed);
            return Ok(Some(Ticket {
                index,
                last: stream.ended,
            }));
        }
        let index = self.next.fetch_add(1, Ordering::Relaxed);
        if index > 0 && index >= self.count() {
            return Ok(None);
        }
        let last = self.read_at(index, block)?;
        Ok(Some(Ticket { index, last }))
    }

    fn count(&self) -> u64 {
        self.source.length().unwrap_or(0).div_ceil(self.size as u64)
    }

    /// Says whether it is the last one.
    fn read_at(&self, index: u64, block: &mut Vec<u8>) -> Result<bool, ReadError> {
        let length = self.source.length().unwrap_or(0);
        let start = (index * self.size as u64).min(length);
        let end = (start + self.size as u64).min(length);
        let size = usize::try_from(end - start).unwrap_or(self.size);
        block.resize(size, 0);
        match &self.source {
            Source::File { file, .. } => exactly(file, block, start, length)?,
            Source::Bytes(bytes) => {
                let start = usize::try_from(start).unwrap_or(bytes.len());
                block.copy_from_slice(&bytes[start..start + size]);
            }
            Source::Stream(_) => {}
        }
        Ok(end == length)
    }
}

fn exactly(file: &File, block: &mut [u8], start: u64, length: u64) -> Result<(), ReadError> {
    file.read_exact_at(block, start).map_err(|error| {
        if error.kind() == io::ErrorKind::UnexpectedEof {
            ReadError::Short {
                byte: file.metadata().map_or(start, |metadata| metadata.len()),
                length,
            }
        } else {
            ReadError::Io(error)
        }
    })
}

/// Whether the bytes, which end with a line feed, end outside quotes.
fn closed(bytes: &[u8]) -> bool {
    super::framing::scan(bytes, super::framing::Place::CellStart).last_end == Some(bytes.len())
}

impl Stream<'_> {
    /// Reads `size` more bytes to be handed out later; says whether there is nothing behind them.
    fn read_ahead(&mut self, size: usize) -> io::Result<bool> {
        let read = self
            .reader
            .by_ref()
            .take(size as u64)
            .read_to_end(&mut self.ahead)?;
        Ok(read < size)
    }

    fn read(&mut self, size: usize, block: &mut Vec<u8>) -> io::Result<()> {
        block.clear();
        let ahead = self.ahead.len().min(size);
        block.extend(self.ahead.drain(..ahead));
        let wanted = size - ahead;
        self.reader
            .by_ref()
            .take(wanted as u64)
            .read_to_end(block)?;
        self.ended = block.len() < size;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(source: Source<'_>, size: usize) -> (Vec<u8>, Vec<(u64, usize, bool)>) {
        let blocks = Blocks::new(source, size);
        let header = blocks.header().unwrap();
        let (mut block, mut seen, mut bytes) = (Vec::new(), Vec::new(), Vec::new());
        while let Some(ticket) = blocks.next(&mut block).unwrap() {
            seen.push((ticket.index, block.len(), ticket.last));
            bytes.extend_from_slice(&block);
        }
        assert!(bytes.starts_with(&header));
        (header, seen)
    }

    #[test]
    fn memory_and_streams_give_the_same_bytes() {
        let text = b"id,\"a\n\"\n1,2\n3,4\n";
        for size in 1..20 {
            let (header, blocks) = all(Source::Bytes(text), size);
            let (streamed_header, streamed) = all(Source::stream(&text[..]), size);
            assert_eq!(header, b"id,\"a\n\"\n", "{size}");
            assert_eq!(header, streamed_header, "{size}");
            assert_eq!(blocks.last().map(|block| block.2), Some(true));
            assert_eq!(
                blocks.iter().map(|block| block.1).sum::<usize>(),
                text.len()
            );
            assert_eq!(
                streamed.iter().map(|block| block.1).sum::<usize>(),
                text.len()
            );
        }
        assert_eq!(all(Source::Bytes(b""), 4).1, [(0, 0, true)]);
        assert_eq!(all(Source::stream(&b""[..]), 4).1, [(0, 0, true)]);
    }

    #[test]
    fn a_file_cut_while_it_is_read_names_the_byte() {
        let file = tempfile::tempfile().unwrap();
        file.set_len(10).unwrap();
        let blocks = Blocks::new(
            Source::File {
                file: file.try_clone().unwrap(),
                length: 10,
            },
            4,
        );
        file.set_len(6).unwrap();
        let mut block = Vec::new();
        assert!(blocks.next(&mut block).unwrap().is_some());
        let error = blocks.next(&mut block).unwrap_err().to_string();
        assert_eq!(
            error,
            "the contacts file ended at byte 6, but had 10 bytes when the run began"
        );
    }
}
