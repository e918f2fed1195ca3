//! run.json: which run a folder holds, without a word about who made it where and when.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::file::Content;
use super::journal::Journal;

/// The content of run.json.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Manifest {
    /// 1; another meaning is another number.
    pub(crate) format: u32,
    /// The version of funnelc.
    pub(crate) funnelc: String,
    /// The version of the zone data.
    pub(crate) tzdata: String,
    /// The plan's fingerprint.
    pub(crate) plan: String,
    /// The moment of the run.
    pub(crate) now: String,
    /// Of a simulation what it went through; absent of a run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) simulated: Option<Simulated>,
    /// Whether formulas were defused; absent where not.
    #[serde(
        rename = "formulas-defused",
        default,
        skip_serializing_if = "std::ops::Not::not"
    )]
    pub(crate) formulas_defused: bool,
    /// What the journal holds; absent where that is all.
    #[serde(default, skip_serializing_if = "Journal::is_all")]
    pub(crate) journal: Journal,
    /// What was read.
    pub(crate) inputs: Inputs,
    /// What is remembered.
    pub(crate) state: StateHashes,
    /// The other files of the folder.
    pub(crate) outputs: BTreeMap<String, Content>,
}

/// What a simulation went through: the instants of a chain of runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Simulated {
    /// The first instant.
    pub from: String,
    /// The last one.
    pub until: String,
    /// How far apart they are: what `--every` said, or else the schedule of the project.
    pub every: String,
    /// How many there are.
    pub instants: u64,
    /// At how many of them something could happen to somebody.
    pub visited: u64,
    /// How often a contact was looked at.
    pub visits: u64,
    /// How many events were drawn and happened, by event; empty where nothing was assumed.
    #[serde(default)]
    pub drawn: BTreeMap<String, u64>,
    /// The days of the project's zone on which something happened.
    pub days: Vec<Day>,
}

/// What happened on a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Day {
    /// The day, such as `2026-11-21`.
    pub day: String,
    /// How many rows of actions.csv there are.
    pub out: u64,
    /// How often a step or an experience was skipped.
    pub skipped: u64,
    /// How many entries into campaigns began.
    pub entered: u64,
    /// How many ended, or were overtaken.
    pub ended: u64,
    /// How often a contact came to a stage or left its funnel.
    pub moved: u64,
    /// How often each content was sent.
    pub sent: BTreeMap<String, u64>,
}

/// What was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Inputs {
    /// The contacts file.
    pub(crate) contacts: RowFile,
    /// The companies file, where one was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) companies: Option<WholeFile>,
    /// The events file, where one was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) events: Option<EventFile>,
}

/// A file that was read whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct WholeFile {
    /// How many bytes.
    pub(crate) bytes: u64,
    /// BLAKE3 of them.
    pub(crate) hash: String,
    /// How many rows below the header.
    pub(crate) rows: u64,
}

/// A file of rows that was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RowFile {
    /// How many bytes.
    pub(crate) bytes: u64,
    /// BLAKE3 over the hashes of its blocks of 512 KiB.
    pub(crate) hash: String,
    /// How many rows below the header.
    pub(crate) rows: u64,
    /// How many of them were set aside.
    pub(crate) rejected: u64,
}

/// An events file that was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct EventFile {
    /// How many bytes.
    pub(crate) bytes: u64,
    /// BLAKE3 over the hashes of its blocks of 512 KiB.
    pub(crate) hash: String,
    /// How many events.
    pub(crate) rows: u64,
}

/// The hashes of the state before and after; absent where there is none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StateHashes {
    pub(crate) before: Option<String>,
    pub(crate) after: Option<String>,
}

impl Manifest {
    /// The format that this funnelc writes.
    pub(crate) const FORMAT: u32 = 1;

    /// The text of run.json.
    pub(crate) fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).expect("a manifest is plain data");
        text.push('\n');
        text
    }

    /// Whether `earlier` is the run that left the state from which this one starts, and read the
    /// same: then there is nothing to do. That it was to be written in another way does not count:
    /// the state knows what went out, and to run again would put an empty outbox in the place of
    /// it.
    pub(crate) fn repeats(&self, earlier: &Self) -> bool {
        let same_work =
            (&self.plan, &self.now, &self.inputs) == (&earlier.plan, &earlier.now, &earlier.inputs);
        let same_tool = (self.format, &self.funnelc, &self.tzdata)
            == (earlier.format, &earlier.funnelc, &earlier.tzdata);
        same_work
            && same_tool
            && self.state.before.is_some()
            && self.state.before == earlier.state.after
    }
}
