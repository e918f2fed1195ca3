//! What is remembered between runs, as lines of JSON: one header, then one line for each contact. Things stand by id, never by position.

mod due;
mod events;
mod memory;
mod migrate;
mod read;
mod write;

use std::borrow::Cow;

pub(crate) use due::dues;
pub use memory::Memory;
pub use migrate::Unspoken;
pub(crate) use migrate::{Migration, Told};

pub(crate) use memory::{
    Admission, AsOf, Awaiting, Delivery, Hours, Member, Pending, Phase, StageMemory, Stay, Token, Try, Unread, Write,
};
pub use read::key_of;

pub use super::header::{FORMAT, Header, Inventory, KnownSince, Knows, Opened, StateError, StepWas};

use super::header::damaged;
use super::program::Program;

impl Memory {
    /// Appends the contact's line, without the line end.
    pub fn encode(&self, program: &Program, key: &str, line: &mut Vec<u8>) {
        write::line(self, program, key, line);
    }

    /// Reads a line, without the line end.
    pub fn decode(program: &Program, line: &str) -> Result<Self, StateError> {
        read::line(program, line)
    }
}

/// The start of each contact's line, before the key.
const START: &str = "{\"k\":";

type Text<'a> = Cow<'a, str>;
