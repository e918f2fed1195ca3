//! The beginning of an instant: the file and what is remembered become one contact; an outside
//! change is journalled.

use super::executor::{BranchPosition, Executor, StagePosition, StepVisit};
use crate::model::ids::Id;
use crate::model::{FunnelId, StageId, TagId};
use crate::runner::contact::{Columns, Seen, Slot};
use crate::runner::effect::{Effect, Event};
use crate::runner::merge::{Merged, Tracked};
use crate::runner::state::{ContactState, Enrollment, Phase, StageMemory};

impl<'a> Executor<'a> {
    pub(super) fn load(
        &mut self,
        seen: &Seen<'a>,
        memory: Option<&'a ContactState>,
        columns: &Columns,
        effects: &mut Vec<Effect<'a>>,
    ) {
        self.reset();
        self.key = seen.key;
        self.fields.clone_from(&seen.fields);
        self.load_stages(seen, memory, columns, effects);
        self.load_tags(seen, memory, columns, effects);
        self.load_points(seen, memory, columns, effects);
        self.load_groups(seen, memory, columns, effects);
        self.load_fields(seen, memory, columns, effects);
        self.load_blocks(seen, memory, columns, effects);
        if self.load_company() {
            self.metrics.unknown_companies += 1;
        }
        if let Some(memory) = memory {
            self.load_members(memory);
        }
    }

    /// Takes in what the questions about a contact itself ask for, and nothing else.
    pub(super) fn look(&mut self, seen: &Seen<'a>, columns: &Columns) {
        self.key = seen.key;
        self.fields.clone_from(&seen.fields);
        self.tags.copy_from(&seen.tags);
        if !columns.tags {
            self.tags.clear();
        }
        self.other_tags = seen.other_tags;
        self.points = if columns.points { seen.points } else { 0 };
        self.groups.clone_from(&seen.groups);
        self.blocks = seen.blocks;
        self.values.clear();
    }

    fn reset(&mut self) {
        let program = self.program;
        self.members.clear();
        self.members
            .resize(program.campaigns.len(), Enrollment::default());
        self.active.clear();
        self.ways.clear();
        self.awaits.clear();
        self.tries.clear();
        self.enrolled.clear();
        self.step_visits.clear();
        self.events.clear();
        self.taken.clear();
        self.noted.clear();
        self.as_of.clear();
        self.delivered.clear();
        self.sent.clear();
        self.went_out.clear();
        self.sent_in_entry.clear();
        self.stays.clear();
        self.visits.clear();
        self.waiting.reset(program.condition_count);
        self.entered.reset(program.stage_count);
        self.passed.reset(program.stage_count);
        self.deferred_stages.reset(program.stage_count);
        self.deferred_campaigns.reset(program.campaigns.len());
        self.resumed.reset(program.campaigns.len());
        self.answers.reset(program.conditions.slots().len());
        self.open_funnels.fill(program.funnels.len());
        self.open_campaigns.words.clone_from(&program.open_at_first);
        self.arrivals = false;
        self.snapshots.clear();
        self.values.clear();
        self.members_by_hand.clear();
        self.sent_on.iter_mut().for_each(Vec::clear);
    }

    fn load_stages(
        &mut self,
        seen: &Seen<'a>,
        memory: Option<&ContactState>,
        columns: &Columns,
        effects: &mut Vec<Effect<'a>>,
    ) {
        self.stages.clear();
        self.known.stages.clear();
        for (index, &shown) in seen.stages.iter().enumerate() {
            let funnel = FunnelId::from_index(index);
            let shown = columns.stages[index].then_some(shown);
            match memory.filter(|memory| memory.has_read(|unread| unread.funnels.contains(&funnel)))
            {
                Some(memory) => self.merge_stage(funnel, shown, memory, effects),
                None => self.first_stage(shown.flatten()),
            }
        }
        // A run that is made again for the same moment goes on with the same instant, and with its
        // limits.
        if let Some(memory) = memory.filter(|memory| memory.limited == Some(self.program.now())) {
            for (funnel, stage) in &memory.entered {
                self.entered
                    .set(self.program.funnels[funnel.index()].first_stage + stage.index());
            }
        }
    }

    /// A stage that is read for the first time: its time begins, and it is no entering.
    fn first_stage(&mut self, shown: Option<StageId>) {
        let stage = shown.map(Id::index);
        let since = if stage.is_some() {
            self.program.now()
        } else {
            0
        };
        self.stages.push(StagePosition {
            stage,
            since,
            before: stage,
            ..StagePosition::default()
        });
        self.known.stages.push(Tracked::first(shown));
    }

    /// `shown` is absent where the file has no column.
    #[expect(
        clippy::option_option,
        reason = "no column is something else than no stage"
    )]
    fn merge_stage(
        &mut self,
        funnel: FunnelId,
        shown: Option<Option<StageId>>,
        memory: &ContactState,
        effects: &mut Vec<Effect<'a>>,
    ) {
        let found = memory
            .stages
            .binary_search_by_key(&funnel, |(id, _)| *id)
            .ok();
        let StageMemory {
            mut stage,
            mut since,
            left,
            in_audience,
        } = found
            .map(|at| memory.stages[at].1.clone())
            .unwrap_or_default();
        let from = stage.value;
        let mut fresh = false;
        if shown.is_some_and(|shown| stage.merge(shown) == Merged::Theirs) {
            let to = stage.value;
            effects.push(Effect {
                at: None,
                event: Event::ExternalStage { funnel, from, to },
            });
            since = if to.is_some() { self.program.now() } else { 0 };
            fresh = to.is_some();
            self.arrivals |= fresh;
            if let Some(to) = to {
                self.entered
                    .set(self.program.funnels[funnel.index()].first_stage + to.index());
            }
        }
        let present = stage.value.map(Id::index);
        let before = present;
        self.stages.push(StagePosition {
            stage: present,
            since,
            left,
            in_audience,
            before,
            converted: false,
            fresh,
        });
        self.known.stages.push(stage);
    }

    fn load_tags(
        &mut self,
        seen: &Seen<'a>,
        memory: Option<&ContactState>,
        columns: &Columns,
        effects: &mut Vec<Effect<'a>>,
    ) {
        self.seen_tags.copy_from(&seen.tags);
        self.other_tags = seen.other_tags;
        if !columns.tags {
            self.seen_tags.clear();
        }
        self.tags.copy_from(&self.seen_tags);
        self.added.clear();
        let origins = &mut self.known;
        origins.pending_tags.copy_from(&self.seen_tags);
        origins.pending_tags.clear();
        if let Some(memory) = memory.filter(|_| self.program.dependencies.writes_tags()) {
            self.merge_tags(memory, columns.tags, effects);
        }
        self.known.tags.copy_from(&self.tags);
    }

    /// Tags one by one: what we added or removed stays while the file has not agreed; anything else
    /// is the file's.
    fn merge_tags(
        &mut self,
        memory: &ContactState,
        has_column: bool,
        effects: &mut Vec<Effect<'a>>,
    ) {
        let pending = &mut self.known.pending_tags;
        memory
            .pending_tags
            .iter()
            .for_each(|tag| pending.set(tag.index(), true));
        self.tags.clear();
        memory
            .tags
            .iter()
            .for_each(|tag| self.tags.set(tag.index(), true));
        let count = if has_column {
            self.program.model().contacts.tags.names.len()
        } else {
            0
        };
        for tag in 0..count {
            let (ours, theirs) = (self.tags.has(tag), self.seen_tags.has(tag));
            if ours == theirs {
                self.known.pending_tags.set(tag, false);
            } else if !self.known.pending_tags.has(tag) {
                self.tags.set(tag, theirs);
                let tag = Id::from_index(tag);
                if memory.has_read(|unread| unread.tags.contains(&tag)) {
                    let event = Event::ExternalTag { tag, added: theirs };
                    effects.push(Effect { at: None, event });
                }
            }
        }
        let ours = |tag: &&TagId| self.tags.has(tag.index()) && !self.seen_tags.has(tag.index());
        self.added.extend(memory.tags.iter().filter(ours));
    }

    fn load_points(
        &mut self,
        seen: &Seen<'a>,
        memory: Option<&ContactState>,
        columns: &Columns,
        effects: &mut Vec<Effect<'a>>,
    ) {
        let shown = if columns.points { seen.points } else { 0 };
        let remembered = memory.filter(|memory| {
            self.program.dependencies.writes_points() && memory.has_read(|unread| unread.points)
        });
        self.known.points = match remembered {
            None => Tracked::first(shown),
            Some(memory) => memory.points.clone(),
        };
        let from = self.known.points.value;
        if columns.points && self.known.points.merge(shown) == Merged::Theirs {
            effects.push(Effect {
                at: None,
                event: Event::ExternalPoints {
                    group: None,
                    from,
                    to: shown,
                },
            });
        }
        self.points = self.known.points.value;
    }

    fn load_fields(
        &mut self,
        seen: &Seen<'a>,
        memory: Option<&'a ContactState>,
        columns: &Columns,
        effects: &mut Vec<Effect<'a>>,
    ) {
        self.known.fields.clear();
        for &index in &self.program.written_fields {
            let shown = columns.fields[index].then(|| seen.fields[index]);
            let field = Id::from_index(index);
            // A column that only events would change is the file's alone, whatever steps of an
            // earlier plan wrote.
            let ours = self.program.fields[index].set_by_step || self.program.update_columns;
            let remembered = memory.filter(|memory| {
                (ours || shown.is_none())
                    && memory.has_read(|unread| unread.fields.contains(&field))
            });
            let mut known = match remembered {
                None => Tracked::first(seen.fields[index]),
                Some(memory) => remembered_field(memory, index),
            };
            let from = known.value;
            let changed = shown.filter(|&shown| known.merge(shown) == Merged::Theirs);
            if let Some(to) = changed {
                effects.push(Effect {
                    at: None,
                    event: Event::ExternalField { field, from, to },
                });
            }
            self.fields[index] = known.value;
            self.known.fields.push((index, known));
            if self.program.fields[index].follows_events {
                self.load_as_of(field, remembered, changed.is_some());
            }
        }
    }

    fn load_members(&mut self, memory: &'a ContactState) {
        let program = self.program;
        let continues = memory.limited == Some(program.now());
        for (id, remembered) in &memory.members {
            let campaign = id.index();
            let place = program.campaign_place[campaign];
            let member = &mut self.members[campaign];
            *member = *remembered;
            member.started &= continues;
            if member.phase == Phase::Active {
                self.active.push(place);
            }
            if continues && member.arrived {
                self.deferred_campaigns.set(campaign);
            }
            self.open_campaigns.set(place);
        }
        for (id, token) in &memory.ways {
            let (campaign, token) = (id.index(), *token);
            let lane = program.campaigns[campaign]
                .steps
                .get(token.step)
                .and_then(|step| step.lane);
            self.ways.push(BranchPosition {
                campaign,
                lane,
                token,
            });
        }
        if !self.ways.is_empty() {
            self.tidy_ways();
        }
        self.awaits.extend_from_slice(&memory.awaits);
        self.tries.extend_from_slice(&memory.tries);
        for (id, step, count) in &memory.step_visits {
            self.step_visits.push(StepVisit {
                campaign: id.index(),
                step: *step,
                count: *count,
                now: false,
            });
        }
        self.assume_visits(memory);
        self.active.sort_unstable();
        for (id, condition) in &memory.waiting {
            self.waiting
                .set(program.campaigns[id.index()].first_condition + condition);
        }
        self.events.extend(&memory.events);
        self.taken.extend_from_slice(&memory.taken);
        self.sent.extend_from_slice(&memory.sent);
        self.delivered.extend_from_slice(&memory.delivered);
        self.went_out.extend_from_slice(&memory.went_out);
        self.sent_in_entry.extend_from_slice(&memory.sent_in_entry);
        self.members_by_hand
            .extend_from_slice(&memory.members_by_hand);
        for (channel, times) in &memory.sent_on {
            self.sent_on[*channel as usize].extend_from_slice(times);
        }
        self.stays.extend_from_slice(&memory.stays);
        self.visits.extend_from_slice(&memory.visits);
    }

    /// An entry that began before its campaign had a `goto` may have been at each step once, and no
    /// key is given out twice.
    fn assume_visits(&mut self, memory: &ContactState) {
        let program = self.program;
        for (id, member) in &memory.members {
            let rules = &program.campaigns[id.index()];
            if member.counts(program, *id) && !member.counted {
                let visit = |step| StepVisit {
                    campaign: id.index(),
                    step,
                    count: 1,
                    now: false,
                };
                self.step_visits.extend((0..rules.steps.len()).map(visit));
            }
        }
    }
}

fn remembered_field(memory: &ContactState, index: usize) -> Tracked<Slot<'_>> {
    let found = memory
        .fields
        .binary_search_by_key(&index, |(id, _)| id.index())
        .ok();
    found.map_or_else(Tracked::default, |at| memory.fields[at].1.slots())
}
