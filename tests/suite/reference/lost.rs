//! What lets into a campaign and starts nothing: docs/outputs.md, `lost`.
//!
//! Invariant: it changes nothing but the journal and the figures.

use jiff::Timestamp;

use super::campaigns::state_conditions;
use super::clock::{Clock, duration};
use super::condition::Look;
use super::contact::Membership;
use super::instant::{Instant, Place};
use super::project::{get, text};

impl Instant<'_> {
    pub(super) fn lose(&mut self, campaign: &str, event: &str, happened: Timestamp, reason: &str) {
        let place = Place {
            campaign: campaign.into(),
            ..Place::default()
        };
        let from = self.clock.spell(happened);
        let changed = self.changed;
        self.note("lost", &place, [event, &from, "", reason]);
        self.changed = changed;
        self.records
            .tally
            .add(&format!("campaign {campaign} lost {reason}"));
    }

    /// Who would have come in on a day on which no run was made, and does not come in now.
    pub(super) fn note_missed_days(&mut self, last: Timestamp) {
        for (id, campaign) in self.project.in_order("campaigns") {
            if !self.clock.published(campaign) || get(campaign, "at").is_some() {
                continue;
            }
            self.contact
                .campaigns
                .entry(id.clone())
                .or_insert_with(|| Membership {
                    ready: vec![true; state_conditions(campaign).len()],
                    ..Membership::default()
                });
            let mut day = self
                .clock
                .local(last)
                .date()
                .tomorrow()
                .expect("a day in range");
            while day < self.clock.today() {
                let start = self.clock.start(day);
                if self.would_have_entered(&id, campaign, start) {
                    self.lose(&id, "", start, "missed-day");
                    break;
                }
                day = day.tomorrow().expect("a day in range");
            }
        }
    }

    fn would_have_entered(
        &mut self,
        id: &str,
        campaign: &serde_yaml::Value,
        start: Timestamp,
    ) -> bool {
        let then = Clock {
            zone: self.clock.zone.clone(),
            now: start,
        };
        let membership = self.membership(id);
        let after = get(campaign, "reenter").and_then(|reenter| text(reenter, "after"));
        let is_open = match membership.last_end {
            None => true,
            Some(end) => after.is_some_and(|after| then.add(end, duration(&after)) <= start),
        };
        if membership.active.is_some() || !is_open || !then.published(campaign) {
            return false;
        }
        let ready = membership.ready.clone();
        let known = &self.known_conditions[id];
        let conditions = state_conditions(campaign);
        let was_true = conditions.iter().enumerate().any(|(number, condition)| {
            let was_known = known[number].1 < self.run;
            was_known
                && ready[number]
                && Look {
                    clock: &then,
                    ..self.look()
                }
                .holds(condition)
        });
        was_true
            && !conditions.iter().any(|condition| self.holds(condition))
            && self.goal_holds(id, campaign).is_none()
    }
}
