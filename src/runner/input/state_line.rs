//! A state read line after line; nothing but the header and the line at hand stays in memory.

use std::io::{BufRead, BufReader};

use super::state_store::{Snapshot, StateReadError};
use crate::diagnostic::did_you_mean;
use crate::runner::state::{Header, StateError, key_of};

/// A state while it is read.
pub(crate) struct StateLines<'s> {
    pub(crate) header: Header,
    reader: Box<dyn BufRead + 's>,
    text: Vec<u8>,
    /// The number of the line at hand, counted from 1.
    number: usize,
}

/// What a state holds of one contact.
#[derive(Debug)]
pub(crate) struct Remembered {
    pub(crate) header: Header,
    /// The line and its number, counted from 1.
    pub(crate) line: Option<(usize, String)>,
    /// The key of another contact that is spelt nearly like it.
    pub(crate) near: Option<String>,
}

impl<'s> StateLines<'s> {
    /// Reads the header.
    pub(crate) fn begin(snapshot: &'s Snapshot) -> Result<Self, StateReadError> {
        let mut reader: Box<dyn BufRead + 's> = match snapshot {
            Snapshot::Bytes(bytes) => Box::new(bytes.as_slice()),
            Snapshot::File(file) => Box::new(BufReader::with_capacity(256 << 10, file)),
        };
        let mut text = Vec::new();
        let first = next(&mut reader, &mut text, 1)?;
        let first =
            first.ok_or_else(|| (1, StateError::Damaged("the line has no end".to_owned())))?;
        let header = Header::decode(first).map_err(|error| (1, error))?;
        Ok(Self {
            header,
            reader,
            text,
            number: 1,
        })
    }

    /// The line of the next contact and its number, counted from 1.
    pub(crate) fn next(&mut self) -> Result<Option<(usize, &str)>, StateReadError> {
        self.number += 1;
        let line = next(&mut self.reader, &mut self.text, self.number)?;
        Ok(line.map(|line| (self.number, line)))
    }
}

impl Remembered {
    /// Looks for a contact.
    pub(crate) fn find(snapshot: &Snapshot, key: &str) -> Result<Self, StateReadError> {
        let mut lines = StateLines::begin(snapshot)?;
        let (mut found, mut near) = (None, None);
        while let Some((number, line)) = lines.next()? {
            let known = key_of(line).map_err(|error| (number, error))?;
            if known == key {
                found = Some((number, line.to_owned()));
                break;
            }
            near = nearer(key, near, &known);
        }
        Ok(Self {
            header: lines.header,
            near: near.filter(|_| found.is_none()),
            line: found,
        })
    }
}

/// Of two keys the one that is spelt more like a third, if one of them is spelt nearly like it.
pub(crate) fn nearer(key: &str, near: Option<String>, other: &str) -> Option<String> {
    let nearest = did_you_mean(key, near.as_deref().into_iter().chain([other]))?;
    if near.as_deref() == Some(nearest) {
        return near;
    }
    Some(nearest.to_owned())
}

/// The next line, without its end; nothing behind the last.
fn next<'t>(
    reader: &mut dyn BufRead,
    text: &'t mut Vec<u8>,
    number: usize,
) -> Result<Option<&'t str>, StateReadError> {
    let damaged = |what: String| (number, StateError::Damaged(what));
    text.clear();
    let read = reader
        .read_until(b'\n', text)
        .map_err(|error| damaged(format!("it cannot be read: {error}")))?;
    if read == 0 {
        return Ok(None);
    }
    let line = std::str::from_utf8(text).map_err(|_| damaged("not UTF-8".to_owned()))?;
    line.strip_suffix('\n')
        .map(Some)
        .ok_or_else(|| damaged("the line has no end".to_owned()))
}
