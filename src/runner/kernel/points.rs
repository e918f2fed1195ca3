//! Points: what steps and rules give, in groups or in none, and phase 2, in which enough of them
//! start a trigger, once ever.

use super::executor::Executor;
use crate::model::ids::Id;
use crate::model::{Give, GroupId, RuleId};
use crate::runner::contact::{Columns, Seen};
use crate::runner::effect::{At, Cause, Effect, Event};
use crate::runner::merge::{Merged, Tracked};
use crate::runner::program::END;
use crate::runner::state::{ContactState, Phase, WaitReason};

impl<'a> Executor<'a> {
    /// Gives points; what changes nothing is not journalled.
    pub(super) fn give(
        &mut self,
        at: Option<At>,
        rule: Option<RuleId>,
        give: Give,
        effects: &mut Vec<Effect<'a>>,
    ) {
        let dependencies = &self.program.dependencies;
        let (score, topic) = match give.group {
            None => (&mut self.points, dependencies.of_points()),
            Some(group) => (
                &mut self.groups[group.index()],
                dependencies.of_group(group),
            ),
        };
        let from = *score;
        let to = from.saturating_add(give.points);
        if from != to {
            *score = to;
            effects.push(Effect {
                at,
                event: Event::Points {
                    group: give.group,
                    rule,
                    from,
                    to,
                },
            });
            self.changed(topic);
        }
    }

    /// Phase 2: by threshold, then by id, until none fires any more.
    pub(super) fn fire_triggers(&mut self, effects: &mut Vec<Effect<'a>>) {
        let program = self.program;
        while let Some(&ready) = program
            .triggers
            .iter()
            .find(|&&trigger| self.is_ready(trigger))
        {
            self.fire(ready, effects);
        }
    }

    fn is_ready(&self, trigger: usize) -> bool {
        let rules = &self.program.campaigns[trigger];
        let score =
            |group: Option<GroupId>| group.map_or(self.points, |group| self.groups[group.index()]);
        let enough = rules
            .trigger
            .is_some_and(|threshold| score(threshold.group) >= threshold.at);
        enough && rules.published && self.members[trigger].entries == 0
    }

    /// Runs the steps at once. A move that a limit of the instant puts off holds the rest until a
    /// later one.
    fn fire(&mut self, trigger: usize, effects: &mut Vec<Effect<'a>>) {
        let now = self.program.now();
        let member = &mut self.members[trigger];
        member.entries = 1;
        member.phase = Phase::Active;
        member.since = now;
        member.started = true;
        member.step = if self.program.campaigns[trigger].steps.is_empty() {
            END
        } else {
            0
        };
        member.pending = WaitReason::Ready;
        member.due = now;
        let place = self.program.campaign_place[trigger];
        let at = self.active.partition_point(|&other| other < place);
        self.active.insert(at, place);
        self.metrics.entered(trigger);
        self.changed(
            self.program
                .dependencies
                .of_campaign(Id::from_index(trigger)),
        );
        effects.push(Effect {
            at: Some(self.at(trigger)),
            event: Event::Start {
                cause: Cause::Points,
            },
        });
        self.go_on(trigger, None, effects);
    }

    pub(super) fn load_groups(
        &mut self,
        seen: &Seen<'a>,
        memory: Option<&ContactState>,
        columns: &Columns,
        effects: &mut Vec<Effect<'a>>,
    ) {
        self.groups.clear();
        self.known.groups.clear();
        for (index, &shown) in seen.groups.iter().enumerate() {
            let group = GroupId::from_index(index);
            let writes = self.program.dependencies.writes_group(group);
            let remembered = memory.filter(|memory| {
                writes && memory.has_read(|unread| unread.groups.contains(&group))
            });
            let mut known = match remembered {
                None => Tracked::first(shown),
                Some(memory) => {
                    let found = memory
                        .groups
                        .binary_search_by_key(&group, |(id, _)| *id)
                        .ok();
                    found.map_or_else(Tracked::default, |at| memory.groups[at].1.clone())
                }
            };
            let from = known.value;
            if columns.groups[index] && known.merge(shown) == Merged::Theirs {
                effects.push(Effect {
                    at: None,
                    event: Event::ExternalPoints {
                        group: Some(group),
                        from,
                        to: shown,
                    },
                });
            }
            self.groups.push(known.value);
            self.known.groups.push(known);
        }
    }

    pub(super) fn save_groups(&mut self, memory: &mut ContactState) {
        memory.groups.clear();
        for (index, known) in self.known.groups.iter_mut().enumerate() {
            let group = GroupId::from_index(index);
            if !self.program.dependencies.writes_group(group) {
                continue;
            }
            known.write(self.groups[index]);
            if *known != Tracked::default() {
                memory.groups.push((group, known.clone()));
            }
        }
    }
}
