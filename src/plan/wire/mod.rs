//! The plan as a file: what stands in plan.json, key by key. Things refer to each other by id, maps
//! are sorted by id, every default is written out, and each operand is text that means the same on
//! every machine: decimals in digits, dates and durations in the words of the language.
//!
//! This is a promise: a change of meaning is a new [`FORMAT`].

mod campaign;
mod condition;
mod contacts;
mod content;
mod funnel;
mod in_flight;
mod points;
mod step;

use std::collections::{BTreeMap, HashSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use campaign::{Campaign, Enter};
pub use condition::Condition;
pub use contacts::{Channel, Companies, Contacts, Field, Limit, OnBadValue, Operand, Tags};
pub use content::{Body, Content, Destination, Event, Members, Setting, UpdateChange};
pub use funnel::{Audience, Experience, Funnel, Rule, Stage};
pub use in_flight::{Moved, Removed};
pub use points::{Give, PointRule, Scoring, Threshold};
pub use step::{AwaitWay, NewValue, Share, Step, Verb, Way, Windows};

/// The version of the file's format.
pub const FORMAT: u32 = 1;

/// A plan file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct File {
    /// The version of the format.
    pub format: u32,
    /// BLAKE3 of the plan's canonical bytes: the value of `plan` without white space, in
    /// hexadecimal.
    pub fingerprint: String,
    /// The plan.
    pub plan: Plan,
}

/// A compiled project.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Plan {
    /// The IANA name of the zone in which dates turn.
    pub timezone: String,
    /// The clock is floored to multiples of this many seconds from local midnight.
    pub every_seconds: u32,
    /// The data contract.
    pub contacts: Contacts,
    /// The companies to which contacts may belong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub companies: Option<Companies>,
    /// What can be sent or touched.
    pub content: BTreeMap<String, Content>,
    /// The events that the project declares.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub events: BTreeMap<String, Event>,
    /// Other systems to which actions go.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub destinations: BTreeMap<String, Destination>,
    /// Named conditions.
    pub segments: BTreeMap<String, Condition>,
    /// By segment: who belongs to it, or does not, whatever its condition says.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub members: BTreeMap<String, Members>,
    /// Funnels.
    pub funnels: BTreeMap<String, Funnel>,
    /// Groups and rules for points.
    #[serde(default, skip_serializing_if = "Scoring::is_empty")]
    pub points: Scoring,
    /// Campaigns, and the triggers of points, which are called `points/` and their id.
    pub campaigns: BTreeMap<String, Campaign>,
    /// How much one run may let go out: by channel, `messages` and `actions`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub run_at_most: BTreeMap<String, u64>,
    /// What has another name than in an earlier plan.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub moved: Vec<Moved>,
    /// What an earlier plan had and this one has not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub removed: Vec<Removed>,
}

impl Plan {
    /// Holds lists of members that are the same only once.
    pub(crate) fn share_members(&mut self) {
        let mut met = HashSet::new();
        for Members { include, exclude } in self.members.values_mut() {
            include.share(&mut met);
            exclude.share(&mut met);
        }
    }
}

/// When a thing is published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Publish {
    /// `false` turns it off whatever the window says.
    pub published: bool,
    /// From here on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Until here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
}
