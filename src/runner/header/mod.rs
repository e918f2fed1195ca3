//! The first line of a state: which plan left it when, and what that plan knew, had and read of the
//! past, by id.
//!
//! It stands below the plan bound to a moment, which asks an earlier header what is new, and below
//! the lines of contacts.

mod inventory;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::runner::notice::NoticeCode;

pub use inventory::{Inventory, StepWas};
pub(crate) use inventory::{holds, type_of};

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
    /// By that digest: what the condition means, whatever it says; states of earlier versions do
    /// not know it.
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

impl StateError {
    /// Its kind.
    pub fn code(&self) -> NoticeCode {
        match self {
            Self::Damaged(_) | Self::Unknown { .. } => NoticeCode::StateDamaged,
            Self::Format(_) => NoticeCode::LaterFormat,
        }
    }
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
        HeaderLine {
            format: FORMAT,
            header: self,
        }
        .text()
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

    pub(crate) fn without(&self, others: &Self) -> Self {
        let ids = |these: &[String], others: &[String]| {
            these
                .iter()
                .filter(|id| !others.contains(id))
                .cloned()
                .collect()
        };
        self.with(others, ids, |this, other| this && !other)
    }

    pub(crate) fn and(&self, others: &Self) -> Self {
        let ids = |these: &[String], others: &[String]| {
            let new = others.iter().filter(|id| !these.contains(id));
            these.iter().chain(new).cloned().collect()
        };
        self.with(others, ids, |this, other| this || other)
    }

    pub(crate) fn within(&self, others: &Self) -> Self {
        let ids = |these: &[String], others: &[String]| {
            these
                .iter()
                .filter(|id| others.contains(id))
                .cloned()
                .collect()
        };
        self.with(others, ids, |this, other| this && other)
    }
}

/// What is not as funnelc writes it.
pub(crate) fn damaged(error: impl std::fmt::Display) -> StateError {
    StateError::Damaged(error.to_string())
}
