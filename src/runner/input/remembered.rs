//! The state that an earlier run left, found by key; lines are decoded only where their contact is in the file.

use std::hash::{DefaultHasher, Hasher};
use std::ops::Range;

use crate::model::Model;
use crate::runner::program::Program;
use crate::runner::state::{Header, Memory, Migration, StateError, Told, Unspoken, key_of};

/// A state in memory.
#[derive(Debug)]
pub(crate) struct Remembered {
    text: String,
    header: Header,
    lines: Vec<Range<usize>>,
    /// Hashes of the keys with the positions of their lines, sorted.
    index: Vec<(u64, usize)>,
}

/// Why a state cannot become one of another plan.
#[derive(Debug)]
pub(crate) enum NotMigrated {
    /// A line cannot be read.
    Damage(Damage),
    /// The project does not say what becomes of contacts.
    Unspoken(Unspoken),
}

/// A state that cannot be read, and the line, counted from 1.
pub(crate) type Damage = (usize, StateError);

impl Remembered {
    /// Reads a whole state.
    pub(crate) fn read(bytes: Vec<u8>) -> Result<Self, Damage> {
        let text = String::from_utf8(bytes).map_err(|_| (1, StateError::Damaged("not UTF-8".to_owned())))?;
        if !text.ends_with('\n') {
            let line = text.lines().count().max(1);
            return Err((line, StateError::Damaged("the line has no end".to_owned())));
        }
        let mut lines = Vec::new();
        let mut start = 0;
        for end in memchr::memchr_iter(b'\n', text.as_bytes()) {
            lines.push(start..end);
            start = end + 1;
        }
        let header = Header::decode(&text[lines.remove(0)]).map_err(|error| (1, error))?;
        let mut index = Vec::with_capacity(lines.len());
        for (position, line) in lines.iter().enumerate() {
            let key = key_of(&text[line.clone()]).map_err(|error| (position + 2, error))?;
            index.push((hash(&key), position));
        }
        index.sort_unstable();
        Ok(Self { text, header, lines, index })
    }

    /// Its first line.
    pub(crate) fn header(&self) -> &Header {
        &self.header
    }

    /// The same state as if the plan of `model` had left it, and what was done for that; or what the project does not speak of.
    pub(crate) fn migrated(self, model: &Model) -> Result<(Self, Told), NotMigrated> {
        let migration = Migration::new(model, &self.header);
        let (mut text, mut lines, mut told) = (String::new(), Vec::with_capacity(self.lines.len()), Told::default());
        for position in 0..self.lines.len() {
            let line = self.line(position);
            let start = text.len();
            if migration.concerns(line) {
                text += &migration.line(line, &mut told).map_err(|error| NotMigrated::Damage((position + 2, error)))?;
            } else {
                text += line;
            }
            lines.push(start..text.len());
        }
        match migration.unspoken(&told) {
            Some(unspoken) => Err(NotMigrated::Unspoken(unspoken)),
            None => Ok((Self { header: migration.header(), text, lines, index: self.index }, told)),
        }
    }

    /// What is known of a contact, and the position of its line.
    pub(crate) fn find(&self, program: &Program, key: &str) -> Result<Option<(usize, Memory)>, Damage> {
        let Some((position, line)) = self.line_of(key)? else { return Ok(None) };
        let memory = Memory::decode(program, line).map_err(|error| (position + 2, error))?;
        Ok(Some((position, memory)))
    }

    /// The line of a contact, and its position.
    pub(crate) fn line_of(&self, key: &str) -> Result<Option<(usize, &str)>, Damage> {
        let hash = hash(key);
        let from = self.index.partition_point(|(other, _)| *other < hash);
        for (_, position) in self.index[from..].iter().take_while(|(other, _)| *other == hash) {
            let line = self.line(*position);
            if key_of(line).map_err(|error| (position + 2, error))? == key {
                return Ok(Some((*position, line)));
            }
        }
        Ok(None)
    }

    /// How many contacts it knows.
    pub(crate) fn len(&self) -> usize {
        self.lines.len()
    }

    /// A contact's line, without its end.
    pub(crate) fn line(&self, position: usize) -> &str {
        &self.text[self.lines[position].clone()]
    }
}

/// With fixed keys, though nothing that is written depends on it.
fn hash(key: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(key.as_bytes());
    hasher.finish()
}
