//! What is known of one contact between runs.
//!
//! Invariant: things are named by id, and a value that funnelc writes too remembers what it last
//! read and wrote.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use rust_decimal::Decimal;
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
    /// Nothing wrote the tags when the contact was last seen, so none are remembered.
    pub(super) unread_tags: bool,
    /// Funnels that the project did not have when the contact was last seen.
    pub(super) new_funnels: BTreeSet<String>,
    /// Tags that no version of the project named when the contact was last seen.
    pub(super) new_tags: BTreeSet<String>,
    /// The groups of points that nothing wrote when the contact was last seen.
    pub(super) unread_points: BTreeSet<String>,
    /// The tags that the file shows now, in its order.
    pub(super) shown_tags: Vec<String>,
    /// The tags that the contact has, those of the file first, then in the order in which they
    /// came.
    pub(super) tag_order: Vec<String>,
    /// Of fields that events change: when they were last set, and what was added.
    pub(super) as_of: BTreeMap<String, AsOf>,
    /// Deliveries of messages that funnelc had not sent, by channel.
    pub(super) delivered: Vec<(String, Timestamp)>,
    /// The points of each group.
    pub(super) groups: BTreeMap<String, Tracked<i64>>,
    /// Do-not-contact per channel: `unsubscribed`, `complained`, `bounced`, or nothing.
    pub(super) refuses: BTreeMap<String, Tracked<String>>,
    /// The segments that a step added the contact to (true) or removed it from.
    pub(super) manual: BTreeMap<String, bool>,
    /// What happened to the contact, as it was taken in.
    pub(super) events: Vec<Occurrence>,
    /// The point triggers that fired.
    pub(super) fired: BTreeSet<String>,
    /// The stage in each funnel.
    pub(super) stages: BTreeMap<String, Tracked<Option<String>>>,
    /// Since when the contact is in its stage of a funnel.
    pub(super) since: BTreeMap<String, Timestamp>,
    /// How many stays there were in each stage, by `funnel/stage`; one begins where an instant
    /// leaves the contact.
    pub(super) stays: BTreeMap<String, i64>,
    /// The funnels in which the contact has not left its stage since the stay there began.
    pub(super) staying: BTreeSet<String>,
    /// The experience shown in each funnel.
    pub(super) shown: BTreeMap<String, Shown>,
    /// How often each experience was shown or tried in each stay, by `funnel/stage/experience`.
    pub(super) times: BTreeMap<(String, i64), i64>,
    /// By stage and stay: when an experience may be sent that hours put off.
    pub(super) put_off: BTreeMap<(String, i64), Timestamp>,
    /// Funnels in whose audience the contact was when last seen.
    pub(super) inside: BTreeSet<String>,
    /// Funnels in which a stage was entered since the contact last rested there.
    pub(super) moving: BTreeSet<String>,
    /// Funnels that a `leave` step took the contact out of, until it was once outside the audience.
    pub(super) left: BTreeSet<String>,
    pub(super) campaigns: BTreeMap<String, Membership>,
    pub(super) sent: Vec<Sent>,
    pub(super) instant: Limits,
}

/// Section 7, "File and state": what the file last showed, what was written since both agreed, and
/// the value now.
#[derive(Clone, Default)]
pub(super) struct Tracked<V> {
    pub(super) value: V,
    pub(super) last_read: V,
    pub(super) under_way: Vec<V>,
}

/// When something is written to a field. What comes from a step or from outside follows the events
/// of that moment, which follow each other by name, content and identity.
pub(super) type Written = (Timestamp, bool, String, String, String);

/// As of when a field has its value.
#[derive(Clone, Default)]
pub(super) struct AsOf {
    pub(super) set: Option<Written>,
    pub(super) added: Vec<(Written, Decimal)>,
}

/// Something that happened to a contact.
#[derive(Clone)]
pub(super) struct Occurrence {
    pub(super) at: Timestamp,
    pub(super) event: String,
    pub(super) of: String,
    pub(super) identity: String,
    pub(super) properties: BTreeMap<String, Datum>,
}

/// An experience that is shown now.
#[derive(Clone, PartialEq)]
pub(super) struct Shown {
    /// `funnel/stage/experience`.
    pub(super) step: String,
    pub(super) content: String,
    pub(super) stay: i64,
    /// Which time it is in this stay.
    pub(super) visit: i64,
}

/// What may happen once within an instant: section 7.
pub(super) struct Limits {
    pub(super) at: Timestamp,
    pub(super) entered: BTreeSet<(String, String)>,
    pub(super) started: BTreeSet<String>,
    /// The steps that ran: the campaign and the name.
    pub(super) ran: BTreeSet<(String, String)>,
    pub(super) deferred: BTreeSet<String>,
}

pub(super) struct Sent {
    pub(super) content: String,
    pub(super) campaign: String,
    pub(super) entry: i64,
    pub(super) at: Timestamp,
    /// The channel, where it counts for the limits.
    pub(super) limited: Option<String>,
    pub(super) channel: String,
}

/// A contact's dealings with one campaign.
#[derive(Default)]
pub(super) struct Membership {
    /// Per state condition of `enter`: seen false since the end of the last entry.
    pub(super) ready: Vec<bool>,
    pub(super) entries: i64,
    pub(super) last_end: Option<Timestamp>,
    pub(super) last_outcome: String,
    pub(super) active: Option<Entry>,
    /// When an occurrence was put off to the next instant, and as what it counts.
    pub(super) put_off: Option<(Timestamp, Call)>,
}

/// What lets a contact in beside a state condition, the strongest last.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Call {
    Enrolled,
    Event,
    Entered,
}

#[expect(
    clippy::struct_excessive_bools,
    reason = "they are independent facts about one entry"
)]
pub(super) struct Entry {
    pub(super) by_condition: bool,
    /// Let in by an event or by `enroll`, so that nothing can overtake it.
    pub(super) certain: bool,
    pub(super) since: Timestamp,
    pub(super) begun: bool,
    /// The step was removed, and the contact leaves.
    pub(super) leaving: bool,
    /// Since when the campaign is unpublished.
    pub(super) paused: Option<Timestamp>,
    /// When the latest pause ended.
    pub(super) resumed: Option<Timestamp>,
    pub(super) root: Thread,
    /// How often each step was reached.
    pub(super) visits: BTreeMap<String, i64>,
    /// Whether the latest send of each content went out.
    pub(super) went_out: BTreeMap<String, bool>,
}

/// A place in the steps of a campaign; a fork has several.
pub(super) struct Thread {
    pub(super) doing: Doing,
    /// When the step ahead is due; of a `wait-until` on a field the moment that was last read.
    /// None: never by itself.
    pub(super) due: Option<Timestamp>,
    /// The wait from which the contact came in this pass, or in the one that was put off.
    pub(super) came_from: Option<String>,
    /// How often the step ahead found its hours closed when it was to go on.
    pub(super) closed: i64,
    /// The wait ahead is for the next opening alone: its moment is reached, or was over.
    pub(super) opening: bool,
    /// When the step ahead was stopped by a limit of that instant.
    pub(super) deferred: Option<Timestamp>,
    /// When the delayed send ahead was first due.
    pub(super) first_due: Option<Timestamp>,
    /// The lists that the thread is in: the innermost last.
    pub(super) frames: Vec<Frame>,
}

#[derive(Clone)]
pub(super) struct Frame {
    pub(super) steps: Vec<Step>,
    pub(super) next: usize,
}

pub(super) enum Doing {
    Ready,
    /// The step ahead was reached before, and could not happen yet.
    Held,
    /// The step ahead is a wait that has begun.
    Waiting,
    Awaiting(Awaiting),
    /// The step ahead is a fork, and these are its branches.
    Forked(Vec<Thread>),
    /// A branch without steps ahead.
    Over,
}

#[derive(Clone)]
pub(super) struct Awaiting {
    /// Per way, since when an event decides.
    pub(super) from: Vec<Timestamp>,
    pub(super) deadline: Option<Timestamp>,
    /// The event that decided: when, and for which way.
    pub(super) settled: Option<(Timestamp, usize)>,
}

#[derive(Clone)]
pub(super) struct Step {
    pub(super) name: String,
    pub(super) body: Value,
}

impl Thread {
    pub(super) fn new(steps: Vec<Step>, due: Timestamp) -> Self {
        Thread {
            doing: Doing::Ready,
            due: Some(due),
            came_from: None,
            closed: 0,
            opening: false,
            deferred: None,
            first_due: None,
            frames: vec![Frame { steps, next: 0 }],
        }
    }

    /// The step ahead.
    pub(super) fn ahead(&self) -> Option<&Step> {
        self.frames
            .iter()
            .rev()
            .find_map(|frame| frame.steps.get(frame.next))
    }
}

impl Contact {
    pub(super) fn new(key: &str, now: Timestamp) -> Self {
        Contact {
            key: key.to_owned(),
            cells: BTreeMap::new(),
            fields: BTreeMap::new(),
            points: Tracked::default(),
            tags: BTreeMap::new(),
            unread_tags: false,
            new_funnels: BTreeSet::new(),
            new_tags: BTreeSet::new(),
            unread_points: BTreeSet::new(),
            shown_tags: Vec::new(),
            tag_order: Vec::new(),
            as_of: BTreeMap::new(),
            delivered: Vec::new(),
            groups: BTreeMap::new(),
            refuses: BTreeMap::new(),
            manual: BTreeMap::new(),
            events: Vec::new(),
            fired: BTreeSet::new(),
            stages: BTreeMap::new(),
            since: BTreeMap::new(),
            stays: BTreeMap::new(),
            staying: BTreeSet::new(),
            shown: BTreeMap::new(),
            times: BTreeMap::new(),
            put_off: BTreeMap::new(),
            inside: BTreeSet::new(),
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
        Limits {
            at,
            entered: BTreeSet::new(),
            started: BTreeSet::new(),
            ran: BTreeSet::new(),
            deferred: BTreeSet::new(),
        }
    }
}

impl Tracked<Option<Datum>> {
    /// Whether there is a value, or the file still shows one that was taken away.
    pub(super) fn remembers_something(&self) -> bool {
        self.value.is_some() || self.last_read.is_some() || !self.under_way.is_empty()
    }
}

impl<V: Clone + PartialEq> Tracked<V> {
    /// The value as it is first read.
    pub(super) fn first(value: V) -> Self {
        Tracked {
            last_read: value.clone(),
            value,
            under_way: Vec::new(),
        }
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
