//! One instant of one contact: the phases of section 7, in their order.
//!
//! Invariant: everything is read live, as the step before left it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_yaml::Value;

use super::clock::Clock;
use super::companies::Company;
use super::condition::{Counting, Look};
use super::contact::{Call, Contact, Limits};
use super::coverage::Coverage;
use super::metrics::Tally;
use super::project::Project;

pub(super) struct Instant<'a> {
    pub(super) project: &'a Project,
    pub(super) clock: &'a Clock,
    pub(super) coverage: &'a Coverage,
    pub(super) contact: &'a mut Contact,
    pub(super) records: &'a mut Records,
    /// Whether this pass changed anything.
    pub(super) changed: bool,
    /// The stages in which the contact came to rest in this pass, as `funnel/stage`.
    pub(super) arrivals: BTreeSet<String>,
    /// The campaigns that an event or `enroll` calls the contact into.
    pub(super) called: BTreeMap<String, Call>,
    /// The events that call the contact into a campaign, and when they happened.
    pub(super) occurrences: BTreeMap<String, Vec<(String, Timestamp)>>,
    /// The threads that ran in this phase.
    pub(super) passed: BTreeSet<(String, Vec<usize>)>,
    /// When the pass that runs was due.
    pub(super) pass_due: Timestamp,
    pub(super) companies: &'a BTreeMap<String, Company>,
    /// The fields that have a column in the file and that no step writes.
    pub(super) in_file: BTreeSet<String>,
    pub(super) run: u64,
    /// By published campaign: its state conditions, and the run that first found it published with
    /// each.
    pub(super) known_conditions: &'a BTreeMap<String, Vec<(Value, u64)>>,
    /// The campaigns that were looked at.
    pub(super) looked: BTreeSet<String>,
}

/// What a run tells about its contacts.
#[derive(Default)]
pub(super) struct Records {
    pub(super) actions: Vec<Vec<String>>,
    pub(super) journal: Vec<Vec<String>>,
    pub(super) tally: Tally,
}

/// Where something happened in a campaign.
#[derive(Clone, Default)]
pub(super) struct Place {
    pub(super) campaign: String,
    pub(super) entry: String,
    pub(super) step: String,
}

impl Instant<'_> {
    /// Section 7: phases 1 to 4, again until nothing changes, then 5.
    pub(super) fn play(&mut self) {
        loop {
            self.changed = false;
            self.settle_funnels();
            self.fire_triggers();
            self.visit_campaigns();
            self.run_due_steps();
            if !self.changed {
                break;
            }
        }
        self.show_experiences();
        self.tally_after();
        self.remember_written();
    }

    /// Section 13, "Instant": a run with the state's own time continues that instant.
    pub(super) fn begin(&mut self) {
        if self.contact.instant.at != self.clock.now {
            self.contact.instant = Limits::new(self.clock.now);
        }
        let now = self.clock.now;
        let campaigns = self.contact.campaigns.iter();
        let put_off =
            campaigns.filter(|(_, membership)| membership.put_off.is_some_and(|(at, _)| at == now));
        let told = put_off.map(|(id, _)| deferral(id, "", "", "", "campaign"));
        self.contact.instant.deferred = told.collect();
    }

    pub(super) fn look(&self) -> Look<'_> {
        Look {
            project: self.project,
            clock: self.clock,
            contact: self.contact,
            coverage: self.coverage,
            companies: self.companies,
            place: Counting::Ever,
        }
    }

    pub(super) fn holds(&self, condition: &Value) -> bool {
        self.look().holds(condition)
    }

    /// A condition within a campaign, where `since: entry` has a meaning.
    pub(super) fn holds_within(&mut self, campaign: &str, condition: &Value) -> bool {
        let since = self
            .membership(campaign)
            .active
            .as_ref()
            .map(|entry| entry.since);
        Look {
            place: Counting::Within {
                since,
                always: false,
            },
            ..self.look()
        }
        .holds(condition)
    }

    /// How goal and exit-when are read: events count from the entry, and before it there are none.
    pub(super) fn goal_look(&mut self, campaign: &str) -> Look<'_> {
        let since = self
            .membership(campaign)
            .active
            .as_ref()
            .map(|entry| entry.since);
        Look {
            place: Counting::Within {
                since,
                always: true,
            },
            ..self.look()
        }
    }

    /// A condition of a stage, where `since: stage` has a meaning.
    pub(super) fn holds_in_stage(&self, funnel: &str, condition: &Value) -> bool {
        let since = self.contact.since.get(funnel).copied();
        Look {
            place: Counting::InStage(since),
            ..self.look()
        }
        .holds(condition)
    }

    /// A row of the journal: docs/outputs.md, "journal.csv".
    pub(super) fn note(&mut self, event: &str, place: &Place, about: [&str; 4]) {
        let [subject, from, to, reason] = about;
        self.coverage.count(&format!("journal {event} {reason}"));
        self.changed = true;
        let at = self.clock.spell(self.clock.now);
        let Place {
            campaign,
            entry,
            step,
        } = place;
        let cells = [
            &self.contact.key,
            &at,
            event,
            campaign,
            entry,
            step,
            subject,
            from,
            to,
            reason,
        ];
        self.records.journal.push(cells.map(str::to_owned).to_vec());
    }

    /// Section 7: what a limit of the instant stops is journalled `deferred`, once.
    pub(super) fn defer(&mut self, place: &Place, subject: &str, to: &str, reason: &str) {
        let what = deferral(&place.campaign, &place.step, subject, to, reason);
        if self.contact.instant.deferred.insert(what) {
            let changed = self.changed;
            self.note("defer", place, [subject, "", to, reason]);
            self.changed = changed;
        }
    }

    fn remember_written(&mut self) {
        for stage in self.contact.stages.values_mut() {
            stage.written();
        }
        // What the row has comes first, also a tag that was taken away and given again.
        let shown = std::mem::take(&mut self.contact.shown_tags);
        let (mut there, added): (Vec<_>, Vec<_>) = std::mem::take(&mut self.contact.tag_order)
            .into_iter()
            .partition(|tag| shown.contains(tag));
        there.sort();
        self.contact.tag_order = [there, added].concat();
        self.contact.shown_tags = shown;
        for (tag, tracked) in &mut self.contact.tags {
            tracked.value = self.contact.tag_order.contains(tag);
            tracked.written();
        }
        self.contact.points.written();
        for tracked in self.contact.groups.values_mut() {
            tracked.written();
        }
        for tracked in self.contact.refuses.values_mut() {
            tracked.written();
        }
        for field in self.contact.fields.values_mut() {
            field.written();
        }
    }
}

/// What is told of a thing put off, to tell it once.
fn deferral(campaign: &str, step: &str, subject: &str, to: &str, reason: &str) -> String {
    format!("{campaign} {step} {subject} {to} {reason}")
}
