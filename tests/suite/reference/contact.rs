//! What is known of one contact between runs.
//!
//! Invariant: things are named by id, and a value that funnelc writes too remembers what it last read and wrote.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_yaml::Value;

use super::value::Datum;

pub(super) struct Contact {
    pub(super) key: String,
    /// Fields that no step writes, as the file shows them.
    pub(super) cells: BTreeMap<String, Option<Datum>>,
    /// Fields that a step sets or clears.
    pub(super) fields: BTreeMap<String, Tracked<Option<Datum>>>,
    pub(super) points: Tracked<i64>,
    pub(super) tags: BTreeMap<String, Tracked<bool>>,
    /// The tags that the contact has, those of the file first, then in the order in which they came.
    pub(super) tag_order: Vec<String>,
    /// Do-not-contact per channel: `unsubscribed`, `complained`, `bounced`, or nothing.
    pub(super) refuses: BTreeMap<String, String>,
    /// The stage in each funnel.
    pub(super) stages: BTreeMap<String, Tracked<Option<String>>>,
    /// Since when the contact is in its stage of a funnel.
    pub(super) since: BTreeMap<String, Timestamp>,
    /// Funnels in which a stage was entered since the contact last rested there.
    pub(super) moving: BTreeSet<String>,
    /// Funnels that a `leave` step took the contact out of, until it was once outside the audience.
    pub(super) left: BTreeSet<String>,
    pub(super) campaigns: BTreeMap<String, Membership>,
    pub(super) sent: Vec<Sent>,
    pub(super) instant: Limits,
}

/// Section 7, "File and state": what the file last showed, what was written since both agreed, and the value now.
#[derive(Clone, Default)]
pub(super) struct Tracked<V> {
    pub(super) value: V,
    last_read: V,
    under_way: Vec<V>,
}

/// What may happen once within an instant: section 7.
pub(super) struct Limits {
    pub(super) at: Timestamp,
    pub(super) entered: BTreeSet<(String, String)>,
    pub(super) started: BTreeSet<String>,
    pub(super) deferred: BTreeSet<String>,
}

pub(super) struct Sent {
    pub(super) content: String,
    pub(super) campaign: String,
    pub(super) entry: i64,
    pub(super) at: Timestamp,
}

/// A contact's dealings with one campaign.
#[derive(Default)]
pub(super) struct Membership {
    /// Whether a published campaign has looked at the contact before.
    pub(super) looked: bool,
    /// Per state condition of `enter`: seen false since the end of the last entry.
    pub(super) ready: Vec<bool>,
    pub(super) entries: i64,
    pub(super) last_end: Option<Timestamp>,
    pub(super) active: Option<Entry>,
    /// When an occurrence of `entered` was put off to the next instant.
    pub(super) put_off: Option<Timestamp>,
}

pub(super) struct Entry {
    pub(super) by_condition: bool,
    pub(super) stand: Stand,
    pub(super) paused: bool,
    /// When the step ahead is due; of a `wait-until` on a field the moment that was last read.
    pub(super) due: Timestamp,
    /// When the step ahead was stopped by a limit of that instant.
    pub(super) deferred: Option<Timestamp>,
    /// The steps still to do: the innermost list last.
    pub(super) ahead: Vec<Vec<Step>>,
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Stand {
    /// Before the first step.
    Admitted,
    Begun,
    /// The step ahead is a wait that has begun.
    Waiting,
}

#[derive(Clone)]
pub(super) struct Step {
    pub(super) name: String,
    pub(super) body: Value,
}

impl Contact {
    pub(super) fn new(key: &str, now: Timestamp) -> Self {
        Contact {
            key: key.to_owned(),
            cells: BTreeMap::new(),
            fields: BTreeMap::new(),
            points: Tracked::default(),
            tags: BTreeMap::new(),
            tag_order: Vec::new(),
            refuses: BTreeMap::new(),
            stages: BTreeMap::new(),
            since: BTreeMap::new(),
            moving: BTreeSet::new(),
            left: BTreeSet::new(),
            campaigns: BTreeMap::new(),
            sent: Vec::new(),
            instant: Limits::new(now),
        }
    }

    pub(super) fn stage(&self, funnel: &str) -> Option<String> {
        self.stages.get(funnel)?.value.clone()
    }

    /// A field as it stands.
    pub(super) fn value(&self, field: &str) -> Option<Datum> {
        match self.fields.get(field) {
            Some(written) => written.value.clone(),
            None => self.cells.get(field).cloned().flatten(),
        }
    }

    pub(super) fn has_tag(&self, tag: &str) -> bool {
        self.tag_order.iter().any(|had| had == tag)
    }
}

impl Limits {
    pub(super) fn new(at: Timestamp) -> Self {
        Limits { at, entered: BTreeSet::new(), started: BTreeSet::new(), deferred: BTreeSet::new() }
    }
}

impl<V: Clone + PartialEq> Tracked<V> {
    /// The value as it is first read.
    pub(super) fn first(value: V) -> Self {
        Tracked { last_read: value.clone(), value, under_way: Vec::new() }
    }

    /// Sections 7 and 13, "Merge". True when somebody changed the value outside.
    pub(super) fn merge(&mut self, shown: V) -> bool {
        let under_way = self.last_read == shown || self.under_way.contains(&shown);
        let agreed = self.value == shown;
        self.last_read = shown.clone();
        if agreed {
            self.under_way.clear();
            return false;
        }
        if under_way {
            return false;
        }
        self.value = shown;
        self.under_way.clear();
        true
    }

    /// The run is over: its output shows the value.
    pub(super) fn written(&mut self) {
        if self.under_way.last().unwrap_or(&self.last_read) != &self.value {
            self.under_way.push(self.value.clone());
        }
    }
}
