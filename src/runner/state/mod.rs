//! What is remembered between runs, as lines of JSON: one header, then one line for each contact. Things stand by id, never by position.

use std::borrow::Cow;
use std::collections::BTreeMap;

use thiserror::Error;

use crate::runner::program::Program;

/// The first line of a state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// The fingerprint of the plan that left it.
    pub plan: String,
    /// The moment of the run that left it, in seconds since 1970-01-01T00:00Z.
    pub now: i64,
    /// By campaign that was published once: the first moment at which a run found it so, and the entry conditions that were known.
    pub campaigns: BTreeMap<String, Opened>,
}

/// Since when a campaign is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Opened {
    /// The first moment at which a run found it published.
    pub since: i64,
    /// Its state conditions, by what they say.
    pub enter: Vec<String>,
}

/// What is remembered of one contact. The default is that of a contact which was seen and left nothing to remember.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Memory {}

/// Why a line of a state cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum StateError {
    /// It is not what funnelc writes.
    #[error("not a line of a funnelc state: {0}")]
    Damaged(String),
    /// It was written by a later funnelc.
    #[error("the state has format `{0}`, this funnelc reads `1`")]
    Format(u64),
    /// It names a thing that the plan does not know.
    #[error("the state knows {kind} `{id}`, the plan does not")]
    Unknown {
        /// What kind of thing.
        kind: &'static str,
        /// Its id.
        id: String,
    },
}

impl Header {
    /// As a line, without the line end.
    pub fn encode(&self) -> String {
        String::new()
    }

    /// Reads a line, without the line end.
    pub fn decode(line: &str) -> Result<Self, StateError> {
        let _ = line;
        Ok(Self::default())
    }
}

impl Memory {
    /// Appends the contact's line, without the line end.
    pub fn encode(&self, program: &Program, key: &str, line: &mut Vec<u8>) {
        let _ = (program, key, line);
    }

    /// Reads a line, without the line end.
    pub fn decode(program: &Program, line: &str) -> Result<Self, StateError> {
        let _ = (program, line);
        Ok(Self::default())
    }
}

/// The key of the contact whose line this is, without reading the rest of it.
pub fn key_of(line: &str) -> Result<Cow<'_, str>, StateError> {
    Ok(Cow::Borrowed(line))
}
