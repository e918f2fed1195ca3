//! What is remembered between runs, as lines of JSON: one header, then one line for each contact.
//! Things stand by id, never by position.

mod contact_state;
mod due;
mod events;
mod migrate;
mod read;
mod write;

use std::borrow::Cow;

pub use contact_state::ContactState;
pub(crate) use due::dues;
pub use migrate::UnhandledChanges;
pub(crate) use migrate::{Migration, Told};

pub(crate) use contact_state::{
    Admission, AsOf, Awaiting, Delivery, Enrollment, Hours, Phase, Position, SendAttempt,
    StageMemory, StageVisit, Unread, WaitReason, Write,
};
pub use read::key_of;

pub use super::header::{
    FORMAT, Header, Inventory, KnownSince, Knows, Opened, StateError, StepWas,
};

use super::header::damaged;
use super::program::Program;

impl ContactState {
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
