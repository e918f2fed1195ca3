//! Phase 2: point triggers.
//!
//! Invariant: a trigger fires once per contact, ever.

use super::instant::Instant;
use super::project::{get, items, number, text, word};

impl Instant<'_> {
    /// The first whose points are reached, in the order of `at`, then id; then the first of those
    /// that are left.
    pub(super) fn fire_triggers(&mut self) {
        while let Some(id) = self.ready_trigger() {
            self.fire(&id);
        }
    }

    fn ready_trigger(&self) -> Option<String> {
        let campaigns = self.project.entries("campaigns").into_iter();
        let mut triggers: Vec<_> = campaigns
            .filter_map(|(id, trigger)| Some((number(trigger, "at")?, id, trigger)))
            .collect();
        triggers.sort_by_key(|(at, id, _)| (*at, id.clone()));
        let ready = triggers.into_iter().find(|(at, id, trigger)| {
            let points = match text(trigger, "group") {
                None => self.contact.points.value,
                Some(group) => self
                    .contact
                    .groups
                    .get(&group)
                    .map_or(0, |points| points.value),
            };
            points >= *at && self.clock.published(trigger) && !self.contact.fired.contains(id)
        });
        ready.map(|(_, id, _)| id)
    }

    /// Its steps run at once; what a limit puts off waits there, as in a campaign.
    fn fire(&mut self, id: &str) {
        self.contact.fired.insert(id.into());
        self.begin_trigger(id);
        self.run_thread(id, Vec::new(), self.clock.now);
    }
}

/// The groups of points, declared.
pub(super) fn groups(project: &super::project::Project) -> Vec<String> {
    let groups = project
        .at(&["points"])
        .and_then(|points| get(points, "groups"))
        .map(items);
    groups.unwrap_or_default().into_iter().map(word).collect()
}
