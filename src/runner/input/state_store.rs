//! The state that an earlier run left, found by key; lines are read and decoded only where their
//! contact is in the file.
//!
//! In memory are a hash and a place of each contact, and the lines at hand; the snapshot itself
//! stays where it is.

use std::fs::File;
use std::hash::{DefaultHasher, Hasher};
use std::io::{self, BufRead, BufReader};
use std::os::unix::fs::FileExt;

use crate::model::Model;
use crate::runner::program::Program;
use crate::runner::state::{
    ContactState, Header, Migration, StateError, Told, UnhandledChanges, key_of,
};

/// Where the bytes of a state are.
#[derive(Debug)]
pub(crate) enum Snapshot {
    /// In memory.
    Bytes(Vec<u8>),
    /// In a file, which nobody changes: it may lose its name, but not its bytes.
    File(File),
}

/// A state.
#[derive(Debug)]
pub(crate) struct StateStore {
    snapshot: Snapshot,
    header: Header,
    /// Where the line of each contact begins, and where the last ends.
    starts: Vec<u64>,
    /// Hashes of the keys with the positions of their lines, sorted.
    index: Vec<(u64, usize)>,
}

/// Reads lines of a state, of which those that stand side by side share a read.
#[derive(Debug)]
pub(crate) struct StateCursor<'r> {
    remembered: &'r StateStore,
    /// Where in the file the bytes stand.
    start: u64,
    bytes: Vec<u8>,
}

/// Why a state cannot become one of another plan.
#[derive(Debug)]
pub(crate) enum NotMigrated {
    /// A line cannot be read.
    StateReadError(StateReadError),
    /// The project does not say what becomes of contacts.
    UnhandledChanges(UnhandledChanges),
}

/// A state that cannot be read, and the line, counted from 1.
pub(crate) type StateReadError = (usize, StateError);

/// How much of a file is read at once where lines are asked for in their order, unless a line is
/// longer.
const WINDOW: u64 = 64 << 10;

impl StateStore {
    /// Looks through a whole state.
    pub(crate) fn read(snapshot: Snapshot) -> Result<Self, StateReadError> {
        let (header, starts, index) = match &snapshot {
            Snapshot::Bytes(bytes) => survey(bytes.as_slice())?,
            Snapshot::File(file) => survey(BufReader::with_capacity(256 << 10, file))?,
        };
        Ok(Self {
            snapshot,
            header,
            starts,
            index,
        })
    }

    /// Its first line.
    pub(crate) fn header(&self) -> &Header {
        &self.header
    }

    /// The same state as if the plan of `model` had left it, and what was done for that; or what
    /// the project does not speak of. It is in memory until the run is over.
    pub(crate) fn migrated(self, model: &Model) -> Result<(Self, Told), NotMigrated> {
        let migration = Migration::new(model, &self.header);
        let (mut bytes, mut starts, mut told) = (Vec::new(), vec![0], Told::default());
        let mut lines = self.lines();
        for position in 0..self.len() {
            let line = lines.line(position).map_err(NotMigrated::StateReadError)?;
            if migration.concerns(line) {
                let line = migration.line(line, &mut told);
                bytes.extend(
                    line.map_err(|error| NotMigrated::StateReadError((position + 2, error)))?
                        .into_bytes(),
                );
            } else {
                bytes.extend_from_slice(line.as_bytes());
            }
            bytes.push(b'\n');
            starts.push(bytes.len() as u64);
        }
        match migration.unspoken(&told) {
            Some(unspoken) => Err(NotMigrated::UnhandledChanges(unspoken)),
            None => {
                let (snapshot, header) = (Snapshot::Bytes(bytes), migration.header());
                Ok((
                    Self {
                        snapshot,
                        header,
                        starts,
                        index: self.index,
                    },
                    told,
                ))
            }
        }
    }

    /// For lines that are asked for one after the other.
    pub(crate) fn lines(&self) -> StateCursor<'_> {
        StateCursor {
            remembered: self,
            start: 0,
            bytes: Vec::new(),
        }
    }

    /// How many contacts it knows.
    pub(crate) fn len(&self) -> usize {
        self.starts.len() - 1
    }
}

impl StateCursor<'_> {
    /// What is known of a contact, and the position of its line.
    pub(crate) fn find(
        &mut self,
        program: &Program,
        key: &str,
    ) -> Result<Option<(usize, ContactState)>, StateReadError> {
        let Some((position, line)) = self.line_of(key)? else {
            return Ok(None);
        };
        let memory = ContactState::decode(program, line).map_err(|error| (position + 2, error))?;
        Ok(Some((position, memory)))
    }

    /// The line of a contact, and its position.
    pub(crate) fn line_of(&mut self, key: &str) -> Result<Option<(usize, &str)>, StateReadError> {
        let (hash, index) = (hash(key), &self.remembered.index);
        let from = index.partition_point(|(other, _)| *other < hash);
        for (_, position) in index[from..].iter().take_while(|(other, _)| *other == hash) {
            let known = key_of(self.line(*position)?).map_err(|error| (position + 2, error))?;
            if known == key {
                return Ok(Some((*position, self.line(*position)?)));
            }
        }
        Ok(None)
    }

    /// A contact's line, without its end.
    pub(crate) fn line(&mut self, position: usize) -> Result<&str, StateReadError> {
        let starts = &self.remembered.starts;
        let (start, end) = (starts[position], starts[position + 1] - 1);
        let damaged = |what: String| (position + 2, StateError::Damaged(what));
        let bytes = match &self.remembered.snapshot {
            Snapshot::Bytes(bytes) => &bytes[in_memory(start)..in_memory(end)],
            Snapshot::File(file) => {
                let there = self.start..=self.start + self.bytes.len() as u64;
                if !there.contains(&start) || !there.contains(&end) {
                    // Contacts in another order than last time ask for lines far apart: then no
                    // more than the line is worth reading.
                    let near =
                        there.contains(&start.saturating_sub(WINDOW)) || there.contains(&start);
                    let last = starts[starts.len() - 1];
                    let ahead = if near {
                        (start + WINDOW).clamp(end, last)
                    } else {
                        end
                    };
                    self.start = start;
                    self.bytes.resize(in_memory(ahead - start), 0);
                    if let Err(error) = file.read_exact_at(&mut self.bytes, start) {
                        self.bytes.clear();
                        return Err(damaged(format!("it cannot be read: {error}")));
                    }
                }
                &self.bytes[in_memory(start - self.start)..in_memory(end - self.start)]
            }
        };
        std::str::from_utf8(bytes).map_err(|_| damaged("not UTF-8".to_owned()))
    }
}

/// The header, where lines begin, and which keys they have.
type Survey = (Header, Vec<u64>, Vec<(u64, usize)>);

fn survey(mut reader: impl BufRead) -> Result<Survey, StateReadError> {
    let (mut line, mut end, mut number) = (Vec::new(), 0, 0);
    let (mut header, mut starts, mut index, mut damage) = (None, Vec::new(), Vec::new(), None);
    let broken = |number: usize, what: &str| (number.max(1), StateError::Damaged(what.to_owned()));
    loop {
        line.clear();
        let unreadable =
            |error: io::Error| broken(number + 1, &format!("it cannot be read: {error}"));
        if reader.read_until(b'\n', &mut line).map_err(unreadable)? == 0 {
            break;
        }
        number += 1;
        end += line.len() as u64;
        let text = std::str::from_utf8(&line).map_err(|_| broken(number, "not UTF-8"))?;
        let Some(text) = text.strip_suffix('\n') else {
            return Err(broken(number, "the line has no end"));
        };
        let read = match header {
            None => Header::decode(text).map(|read| header = Some(read)),
            Some(_) => key_of(text).map(|key| index.push((hash(&key), starts.len() - 1))),
        };
        if let Err(error) = read {
            damage.get_or_insert((number, error));
            header.get_or_insert_default();
        }
        starts.push(end);
    }
    match (damage, header) {
        (Some(damage), _) => Err(damage),
        (None, None) => Err(broken(1, "the line has no end")),
        (None, Some(header)) => {
            index.sort_unstable();
            Ok((header, starts, index))
        }
    }
}

/// With fixed keys, though nothing that is written depends on it.
fn hash(key: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(key.as_bytes());
    hasher.finish()
}

/// What fits in memory.
fn in_memory(size: u64) -> usize {
    usize::try_from(size).expect("lines fit in memory")
}

#[cfg(test)]
mod tests {
    use std::io::{Seek, Write};

    use super::*;

    /// A state of lines of many lengths, of which one is longer than what is read at once.
    fn state() -> String {
        let header = Header::default().encode();
        let line = |number: usize| {
            let long = if number == 700 {
                200_000
            } else {
                number * 37 % 900
            };
            format!("{{\"k\":\"c{number}\",\"z\":\"{}\"}}\n", "x".repeat(long))
        };
        (0..1_000).fold(format!("{header}\n"), |text, number| text + &line(number))
    }

    fn in_file(text: &str) -> Snapshot {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        file.rewind().unwrap();
        Snapshot::File(file)
    }

    #[test]
    fn a_file_gives_the_same_lines_as_memory_in_any_order() {
        let text = state();
        let memory = StateStore::read(Snapshot::Bytes(text.clone().into_bytes())).unwrap();
        let file = StateStore::read(in_file(&text)).unwrap();
        assert_eq!([memory.len(), file.len()], [1_000, 1_000]);
        let (mut of_memory, mut of_file) = (memory.lines(), file.lines());
        let orders: [fn(usize) -> usize; 3] = [|at| at, |at| 999 - at, |at| at * 617 % 1_000];
        for order in orders {
            for number in (0..1_000).map(order) {
                let key = format!("c{number}");
                let found = of_file.line_of(&key).unwrap().expect("it is there");
                assert_eq!(found.0, number);
                assert_eq!(Some(found), of_memory.line_of(&key).unwrap());
            }
        }
        assert_eq!(of_file.line_of("c1000").unwrap(), None);
    }

    #[test]
    fn damage_is_told_with_its_line_wherever_the_state_is() {
        let text = state();
        let broken = text.replace("{\"k\":\"c3\"", "[\"c3\"");
        let cut = text.trim_end_matches('\n');
        for text in [broken.as_str(), cut, ""] {
            let told = |snapshot| StateStore::read(snapshot).map(|_| ()).unwrap_err();
            let (memory, file) = (
                told(Snapshot::Bytes(text.as_bytes().to_vec())),
                told(in_file(text)),
            );
            assert_eq!(
                (memory.0, memory.1.to_string()),
                (file.0, file.1.to_string())
            );
        }
        assert_eq!(
            StateStore::read(in_file(&broken))
                .map(|_| ())
                .unwrap_err()
                .0,
            5
        );
        assert_eq!(
            StateStore::read(in_file(cut)).map(|_| ()).unwrap_err().0,
            1_001
        );
    }
}
