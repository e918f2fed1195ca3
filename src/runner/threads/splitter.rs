//! Cuts blocks into chunks of whole rows, in the order of the file; what is left of a block goes in
//! front of the next.

use memchr::memchr_iter;

use crate::runner::error::RunError;
use crate::runner::input::blocks::LONGEST_ROW;
use crate::runner::input::framing::{Place, Scan, guess_holds, scan};

/// What of a block is known without those before it, and so can be found out by many threads at
/// once.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Survey {
    guess: Scan,
    feeds: u64,
}

/// How far the file was cut.
#[derive(Debug)]
pub(crate) struct ChunkSplitter {
    place: Place,
    rest: Vec<u8>,
    /// The line of the first byte of the rest.
    line: u64,
    /// How many bytes of the header are still to come.
    header: usize,
}

impl Survey {
    /// Looks at a block on its own.
    pub(crate) fn of(block: &[u8]) -> Self {
        Self {
            guess: scan(block, Place::Bare),
            feeds: feeds(block),
        }
    }
}

impl ChunkSplitter {
    /// Starts behind a header.
    pub(crate) fn behind(header: &[u8]) -> Self {
        Self {
            place: Place::CellStart,
            rest: Vec::new(),
            line: 1 + feeds(header),
            header: header.len(),
        }
    }

    /// Fills `chunk` with the rows that end in the next block, and says in which line the first
    /// begins.
    pub(crate) fn cut(
        &mut self,
        block: &[u8],
        survey: Survey,
        last: bool,
        chunk: &mut Vec<u8>,
    ) -> Result<u64, RunError> {
        let header = self.header.min(block.len());
        self.header -= header;
        let body = &block[header..];
        // A block nearly always begins outside of quotes, so it was scanned as if it did before its
        // turn came; where not, it is scanned again here, in turn.
        let guessed = header == 0 && guess_holds(block, self.place);
        let found = if guessed {
            survey.guess
        } else {
            scan(body, self.place)
        };
        self.place = found.place;
        chunk.clear();
        let line = self.line;
        let Some(end) = (if last {
            Some(body.len())
        } else {
            found.last_end
        }) else {
            self.rest.extend_from_slice(body);
            return if self.rest.len() > LONGEST_ROW {
                Err(RunError::LongRow { line })
            } else {
                Ok(line)
            };
        };
        self.line +=
            feeds(&self.rest) + survey.feeds - feeds(&block[..header]) - feeds(&body[end..]);
        chunk.append(&mut self.rest);
        chunk.extend_from_slice(&body[..end]);
        self.rest.extend_from_slice(&body[end..]);
        Ok(line)
    }
}

fn feeds(bytes: &[u8]) -> u64 {
    memchr_iter(b'\n', bytes).count() as u64
}
