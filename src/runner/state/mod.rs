//! What is remembered between runs, as lines of JSON: one header, then one line for each contact. Things stand by id, never by position.

mod due;
mod events;
mod inventory;
mod memory;
mod migrate;
mod read;
mod write;

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use thiserror::Error;

pub(crate) use due::dues;
pub use inventory::{Inventory, StepWas};
pub use memory::Memory;
pub use migrate::Unspoken;
pub(crate) use migrate::{Migration, Told};

pub(crate) use memory::{
    Admission, AsOf, Awaiting, Delivery, Hours, Member, Pending, Phase, StageMemory, Stay, Token, Try, Unread, Write,
};
pub use read::key_of;

use crate::model::Model;
use crate::runner::program::{Program, Topics};

/// The number of the form in which this funnelc writes a state; it reads the earlier ones as well.
///
/// 2 added the channels on which messages went out.
pub const FORMAT: u64 = 2;

/// The first line of a state.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The fingerprint of the plan that left it.
    pub plan: String,
    /// The moment of the run that left it, in seconds since 1970-01-01T00:00Z.
    pub now: i64,
    /// By campaign that was published once: since when, and the entry conditions that were known.
    pub campaigns: BTreeMap<String, Opened>,
    /// Of what it remembers the last values, of each contact whose line does not say otherwise.
    pub knows: Knows,
    /// By event, and by `event/property`: since when it is known, where conditions read it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub events: BTreeMap<String, KnownSince>,
    /// What the plan had.
    pub has: Inventory,
}

/// Since when something that happens is known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownSince {
    /// The first moment from which on it is known; absent: from the beginning.
    pub since: Option<i64>,
    /// How far back the plan asked: `ever`, `entry`, or a length of time.
    pub reads: String,
}

/// Since when a campaign is known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opened {
    /// The first moment at which a run found it published.
    pub since: i64,
    /// Its state conditions, each as a short digest of what it says.
    pub enter: Vec<String>,
    /// By that digest: what the condition means, whatever it says; states of earlier versions do not know it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub means: BTreeMap<String, String>,
}

/// Things that the file and funnelc both write, by id.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Knows {
    /// Funnels.
    pub funnels: Vec<String>,
    /// Fields that steps write.
    pub fields: Vec<String>,
    /// Tags, if steps write some.
    pub tags: Vec<String>,
    /// The points, if steps give some.
    pub points: bool,
    /// Why channels must not be used.
    #[serde(default)]
    pub blocks: bool,
    /// The groups of points to which steps or rules give some.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
}

/// Why a line of a state cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum StateError {
    /// It is not what funnelc writes.
    #[error("not a line of a funnelc state: {0}")]
    Damaged(String),
    /// It was written by a later funnelc.
    #[error("the state has format {0}, this funnelc reads format {FORMAT} and older")]
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

#[derive(Serialize)]
struct HeaderLine<'a> {
    #[serde(rename = "funnelc-state")]
    format: u64,
    #[serde(flatten)]
    header: &'a Header,
}

impl HeaderLine<'_> {
    fn text(&self) -> String {
        serde_json::to_string(self).expect("maps with text keys always serialise")
    }
}

#[derive(Deserialize)]
struct FormatLine {
    #[serde(rename = "funnelc-state")]
    format: u64,
}

impl Header {
    /// As a line, without the line end.
    pub fn encode(&self) -> String {
        HeaderLine { format: FORMAT, header: self }.text()
    }

    /// Reads a line, without the line end.
    pub fn decode(line: &str) -> Result<Self, StateError> {
        let FormatLine { format } = serde_json::from_str(line).map_err(damaged)?;
        if format == 0 || format > FORMAT {
            return Err(StateError::Format(format));
        }
        serde_json::from_str(line).map_err(damaged)
    }
}

impl Knows {
    pub(crate) fn of(model: &Model, topics: &Topics) -> Self {
        let fields = model.contacts.fields.iter().filter(|(id, _)| topics.writes_field(*id));
        let tags = model.contacts.tags.names.values().filter(|_| topics.writes_tags());
        let groups = model.points.groups.iter().filter(|(id, _)| topics.writes_group(*id));
        Self {
            funnels: model.funnels.values().map(|funnel| funnel.id.clone()).collect(),
            fields: fields.map(|(_, field)| field.id.clone()).collect(),
            tags: tags.map(|tag| tag.id.clone()).collect(),
            points: topics.writes_points(),
            blocks: true,
            groups: groups.map(|(_, group)| group.id.clone()).collect(),
        }
    }

    /// Each kind of these beside the same kind of `others`.
    fn with(
        &self,
        others: &Self,
        ids: impl Fn(&[String], &[String]) -> Vec<String>,
        whole: impl Fn(bool, bool) -> bool,
    ) -> Self {
        Self {
            funnels: ids(&self.funnels, &others.funnels),
            fields: ids(&self.fields, &others.fields),
            tags: ids(&self.tags, &others.tags),
            points: whole(self.points, others.points),
            blocks: whole(self.blocks, others.blocks),
            groups: ids(&self.groups, &others.groups),
        }
    }

    fn without(&self, others: &Self) -> Self {
        let ids =
            |these: &[String], others: &[String]| these.iter().filter(|id| !others.contains(id)).cloned().collect();
        self.with(others, ids, |this, other| this && !other)
    }

    fn and(&self, others: &Self) -> Self {
        let ids = |these: &[String], others: &[String]| {
            let new = others.iter().filter(|id| !these.contains(id));
            these.iter().chain(new).cloned().collect()
        };
        self.with(others, ids, |this, other| this || other)
    }

    fn within(&self, others: &Self) -> Self {
        let ids =
            |these: &[String], others: &[String]| these.iter().filter(|id| others.contains(id)).cloned().collect();
        self.with(others, ids, |this, other| this && other)
    }
}

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

fn damaged(error: impl std::fmt::Display) -> StateError {
    StateError::Damaged(error.to_string())
}

type Text<'a> = Cow<'a, str>;
