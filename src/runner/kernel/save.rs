//! The end of an instant: what must be known of the contact at the next one; what is as if it had
//! never been is left out.

use super::executor::{Executor, StagePosition};
use crate::model::TagId;
use crate::model::ids::Id;
use crate::runner::merge::Tracked;
use crate::runner::state::{AsOf, ContactState, Enrollment, Phase, StageMemory};

impl Executor<'_> {
    pub(super) fn save(&mut self, memory: &mut ContactState) {
        self.save_stages(memory);
        self.save_tags(memory);
        self.save_values(memory);
        self.save_members(memory);
        self.save_lists(memory);
        let limits = !memory.entered.is_empty()
            || self
                .members
                .iter()
                .any(|member| member.started || member.arrived);
        memory.limited = limits.then_some(self.program.now());
    }

    fn save_stages(&mut self, memory: &mut ContactState) {
        memory.stages.clear();
        memory.entered.clear();
        for (index, standing) in self.stages.iter().enumerate() {
            let known = &mut self.known.stages[index];
            known.write(standing.id());
            let StagePosition {
                since,
                left,
                in_audience,
                ..
            } = *standing;
            let remembered = StageMemory {
                stage: known.clone(),
                since,
                left,
                in_audience,
            };
            if remembered != StageMemory::default() {
                memory.stages.push((Id::from_index(index), remembered));
            }
        }
        let funnels = if self.entered.any() {
            self.program.funnels.as_slice()
        } else {
            &[]
        };
        for (index, funnel) in funnels.iter().enumerate() {
            let of_funnel = (0..funnel.stages.len())
                .filter(|stage| self.entered.has(funnel.first_stage + stage));
            memory
                .entered
                .extend(of_funnel.map(|stage| (Id::from_index(index), Id::from_index(stage))));
        }
    }

    fn save_tags(&mut self, memory: &mut ContactState) {
        memory.tags.clear();
        memory.pending_tags.clear();
        if !self.program.dependencies.writes_tags() {
            return;
        }
        memory.tags.extend(
            self.seen_tags
                .iter()
                .filter(|&tag| self.tags.has(tag))
                .map(TagId::from_index),
        );
        memory.tags.extend_from_slice(&self.added);
        let count = self.program.model().contacts.tags.names.len();
        let wrote = |tag: &usize| self.tags.has(*tag) != self.known.tags.has(*tag);
        let pending = (0..count).filter(|tag| self.known.pending_tags.has(*tag) || wrote(tag));
        memory.pending_tags.extend(pending.map(TagId::from_index));
    }

    fn save_values(&mut self, memory: &mut ContactState) {
        memory.fields.clear();
        for (index, known) in &mut self.known.fields {
            known.write(self.fields[*index]);
            let kept = known.kept();
            if kept != Tracked::default() {
                memory.fields.push((Id::from_index(*index), kept));
            }
        }
        memory.as_of.clear();
        memory.as_of.extend(
            self.as_of
                .iter()
                .filter(|(_, as_of)| *as_of != AsOf::default())
                .cloned(),
        );
        memory.as_of.sort_unstable_by_key(|(field, _)| *field);
        self.save_groups(memory);
        memory.points = std::mem::take(&mut self.known.points);
        if self.program.dependencies.writes_points() {
            memory.points.write(self.points);
        } else {
            memory.points = Tracked::default();
        }
    }

    fn save_members(&mut self, memory: &mut ContactState) {
        memory.members.clear();
        let remembered = self
            .members
            .iter()
            .enumerate()
            .filter(|(_, member)| **member != Enrollment::default());
        memory
            .members
            .extend(remembered.map(|(campaign, member)| (Id::from_index(campaign), tidy(*member))));
        memory.waiting.clear();
        let campaigns = if self.waiting.any() {
            self.program.campaigns.as_slice()
        } else {
            &[]
        };
        for (index, campaign) in campaigns.iter().enumerate() {
            let waiting = (0..campaign.enter.len())
                .filter(|at| self.waiting.has(campaign.first_condition + at));
            memory
                .waiting
                .extend(waiting.map(|at| (Id::from_index(index), at)));
        }
        memory.stays.clone_from(&self.stays);
        memory.visits.clone_from(&self.visits);
        memory.ways.clear();
        memory.ways.extend(
            self.ways
                .iter()
                .map(|way| (Id::from_index(way.campaign), way.token)),
        );
        memory
            .ways
            .sort_unstable_by_key(|(campaign, token)| (*campaign, token.step));
        memory.awaits.clone_from(&self.awaits);
        memory
            .awaits
            .sort_unstable_by_key(|(campaign, awaiting)| (*campaign, awaiting.step));
        memory.tries.clone_from(&self.tries);
        memory
            .tries
            .sort_unstable_by_key(|(campaign, content, _)| (*campaign, *content));
        memory.step_visits.clear();
        memory.step_visits.extend(
            self.step_visits
                .iter()
                .map(|visit| (Id::from_index(visit.campaign), visit.step, visit.count)),
        );
        memory.step_visits.sort_unstable();
        self.remembered_events(&mut memory.events);
        memory.taken.clone_from(&self.taken);
        memory.sent.clone_from(&self.sent);
        memory.delivered.clone_from(&self.delivered);
        memory.went_out.clone_from(&self.went_out);
        memory.sent_in_entry.clone_from(&self.sent_in_entry);
    }
}

/// Nothing of an entry outlives it, so that equal memories are equal.
fn tidy(member: Enrollment) -> Enrollment {
    if member.phase == Phase::Active {
        return member;
    }
    let Enrollment {
        entries,
        phase,
        since,
        arrived,
        started,
        ..
    } = member;
    Enrollment {
        entries,
        phase,
        since,
        arrived,
        started,
        ..Enrollment::default()
    }
}
