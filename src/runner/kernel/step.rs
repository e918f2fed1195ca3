//! Phase 4: due steps, by due time, then campaign, then step; each goes on to the next wait.

use super::cause::Cause;
use super::executor::Executor;
use super::funnel::refusal;
use crate::model::Outcome;
use crate::model::ids::Id;
use crate::runner::effect::{At, Effect, EndReason, Event};
use crate::runner::program::{Action, END, Lane, Verb};
use crate::runner::state::{Admission, Hours, Position, WaitReason};

/// What follows a step.
pub(super) enum Flow {
    /// This step.
    On(usize),
    /// This step, to which the contact came before.
    Again(usize),
    /// Nothing in this pass.
    Stop,
}

/// A step that is due; the smallest comes first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Due {
    moment: i64,
    place: usize,
    step: usize,
    lane: Lane,
}

/// A step of a campaign that is being run.
#[derive(Clone, Copy)]
pub(super) struct Here {
    pub(super) campaign: usize,
    pub(super) step: usize,
    pub(super) at: At,
}

impl<'a> Executor<'a> {
    /// Runs what is due, each place of a contact once; says whether there was any.
    pub(super) fn run_due_steps(&mut self, effects: &mut Vec<Effect<'a>>) -> bool {
        self.ran.clear();
        self.note_moved(effects);
        while let Some(next) = self.next_due() {
            self.go_on(self.program.campaign_order[next.place], next.lane, effects);
            self.ran.push((next.place, next.lane));
        }
        !self.ran.is_empty()
    }

    /// The earliest due step that has not run in this pass: by due time, campaign and step.
    fn next_due(&self) -> Option<Due> {
        let mut earliest = None;
        for index in 0..self.active.len() {
            let place = self.active[index];
            let campaign = self.program.campaign_order[place];
            self.compare(place, None, &mut earliest);
            if self.members[campaign].pending == WaitReason::Fork {
                for way in 0..self.ways.len() {
                    if self.ways[way].campaign == campaign {
                        self.compare(place, self.ways[way].lane, &mut earliest);
                    }
                }
            }
        }
        earliest
    }

    fn compare(&self, place: usize, lane: Lane, earliest: &mut Option<Due>) {
        if self.ran.contains(&(place, lane)) {
            return;
        }
        let campaign = self.program.campaign_order[place];
        if let Some(due) = self.due(campaign, lane) {
            let found = Due {
                moment: due,
                place,
                step: self.token(campaign, lane).step,
                lane,
            };
            *earliest = Some(earliest.map_or(found, |earliest| earliest.min(found)));
        }
    }

    /// When the pending step of a campaign was due, if it is due by now.
    fn due(&self, campaign: usize, lane: Lane) -> Option<i64> {
        let now = self.program.now();
        if self.members[campaign].paused.is_some() || !self.program.campaigns[campaign].published {
            return None;
        }
        let token = self.token(campaign, lane);
        let due = match token.pending {
            WaitReason::Start
            | WaitReason::Wait
            | WaitReason::Ready
            | WaitReason::Delayed(_)
            | WaitReason::Await => token.due,
            // What a limit of an instant put off is due at the next one, never once more in the
            // same.
            WaitReason::Deferred => return (token.due < now).then_some(token.due),
            WaitReason::Fork if self.has_ways(campaign, token.step) => return None,
            // A fork without ways has lost them to a change of the plan: it goes on by itself.
            WaitReason::Fork => token.due,
            WaitReason::Removed => return None,
            // A date that has gone missing is dealt with now: `if-missing` decides.
            WaitReason::Field => self.awaited(self.here(campaign, token.step)).unwrap_or(now),
        };
        (due <= now).then_some(due)
    }

    /// Runs a campaign from a pending step to the next wait on its way.
    pub(super) fn go_on(&mut self, campaign: usize, mut lane: Lane, effects: &mut Vec<Effect<'a>>) {
        let mut flow = self.resume_at(campaign, lane, effects);
        loop {
            flow = match (flow, lane) {
                (Flow::Stop, _) => return,
                (Flow::On(END), None) => {
                    self.end(
                        campaign,
                        self.at(campaign),
                        Outcome::Completed,
                        EndReason::Finished,
                        effects,
                    );
                    return;
                }
                (Flow::On(END), Some(way)) => {
                    lane = self.program.campaigns[campaign].steps[way.0].lane;
                    self.way_ended(campaign, way, effects)
                }
                (Flow::On(step), _) if !self.begin_visit(campaign, step, effects) => return,
                (Flow::On(step), _) => self.step(self.here(campaign, step), effects),
                (Flow::Again(step), _) => {
                    self.go_on_with_visit(campaign, step);
                    self.step(self.here(campaign, step), effects)
                }
            };
        }
    }

    pub(super) fn here(&self, campaign: usize, step: usize) -> Here {
        let visit = self.visit_of(campaign, step);
        let at = At {
            step: Some(Id::from_index(step)),
            visit,
            ..self.at(campaign)
        };
        Here { campaign, step, at }
    }

    fn resume_at(&mut self, campaign: usize, lane: Lane, effects: &mut Vec<Effect<'a>>) -> Flow {
        let Position {
            pending, step, due, ..
        } = self.token(campaign, lane);
        match pending {
            WaitReason::Start => {
                let admits = &self.program.campaigns[campaign].admits;
                if self.members[campaign].admission == Admission::Occurrence
                    || admits.iter().any(|&node| self.eval(node))
                {
                    return Flow::On(step);
                }
                self.overtaken(campaign, effects);
                Flow::Stop
            }
            WaitReason::Delayed(_) => Flow::Again(step),
            WaitReason::Deferred if step != END => Flow::Again(step),
            WaitReason::Ready | WaitReason::Deferred => Flow::On(step),
            WaitReason::Await => self.await_over(self.here(campaign, step), effects),
            WaitReason::Fork => self.join(self.here(campaign, step), due, effects),
            WaitReason::Removed => Flow::Stop,
            WaitReason::Wait => self.wait_over(self.here(campaign, step), due, effects),
            WaitReason::Field => self.field_reached(self.here(campaign, step), due, effects),
        }
    }

    fn step(&mut self, here: Here, effects: &mut Vec<Effect<'a>>) -> Flow {
        match &self.program.campaigns[here.campaign].steps[here.step].verb {
            Verb::Action(action) => self.act(here, action, effects),
            Verb::Wait(wait) => self.wait(here, *wait, effects),
            Verb::WaitUntil { until, .. } => self.wait_until(here, until, effects),
            Verb::If {
                when,
                then,
                otherwise,
            } => {
                let eval = self.eval(*when);
                push(effects, here, Event::If { then: eval });
                self.metrics.done(here.campaign, here.step);
                Flow::On(if eval { *then } else { *otherwise })
            }
            Verb::Split(shares) => {
                let share = self.share_of(here.campaign, here.step, shares);
                push(
                    effects,
                    here,
                    Event::Split {
                        label: &share.label,
                    },
                );
                self.metrics.done(here.campaign, here.step);
                Flow::On(share.first)
            }
            Verb::Await(awaiting) => self.await_event(here, awaiting, effects),
            Verb::Fork(ways) => self.fork(here, ways, effects),
            Verb::Goto(to) => self.go_to(here, *to, effects),
            Verb::Exit(outcome) => {
                self.metrics.done(here.campaign, here.step);
                self.end(here.campaign, here.at, *outcome, EndReason::Exit, effects);
                Flow::Stop
            }
            Verb::Nothing => self.done(here),
        }
    }

    fn act(&mut self, here: Here, action: &'a Action, effects: &mut Vec<Effect<'a>>) -> Flow {
        match action {
            Action::Send { content, rules } => self.send(here, *content, *rules, effects),
            Action::Move { funnel, stage } => self.move_to(here, *funnel, *stage, effects),
            Action::Leave { funnel } => {
                if let Some(from) = self.clear_stage(*funnel) {
                    push(
                        effects,
                        here,
                        Event::Leave {
                            funnel: Id::from_index(*funnel),
                            from,
                        },
                    );
                }
                self.done(here)
            }
            Action::AddTag(tag) => self.add_tag(here, *tag, effects),
            Action::RemoveTag(tag) => self.remove_tag(here, *tag, effects),
            Action::Points(give) => {
                self.give(Some(here.at), None, *give, effects);
                self.done(here)
            }
            Action::Set { field, to } => self.set(here, *field, to, effects),
            Action::Clear(field) => self.clear(here, *field, effects),
            Action::Call(call) => self.call(here, call, effects),
            Action::Note(text) => {
                push(effects, here, Event::Note { text });
                self.done(here)
            }
            Action::List(listing) => self.list(here, *listing, effects),
            Action::Enroll(campaign) => self.enroll(here, *campaign, effects),
            Action::Withdraw(campaign) => self.withdraw(here, *campaign, effects),
        }
    }

    /// The step ran; on to the next.
    pub(super) fn done(&mut self, here: Here) -> Flow {
        self.metrics.done(here.campaign, here.step);
        Flow::On(self.program.campaigns[here.campaign].steps[here.step].next)
    }

    fn move_to(
        &mut self,
        here: Here,
        funnel: usize,
        to: usize,
        effects: &mut Vec<Effect<'a>>,
    ) -> Flow {
        let rules = &self.program.funnels[funnel];
        let from = self.stages[funnel].stage;
        if from == Some(to) {
            return self.done(here);
        }
        if let Some(reason) = refusal(rules, from, to) {
            let (from, to) = (from.map(Id::from_index), Id::from_index(to));
            push(
                effects,
                here,
                Event::Refuse {
                    funnel: Id::from_index(funnel),
                    from,
                    to,
                    reason,
                },
            );
            self.metrics.refused(here.campaign, here.step, reason);
            return Flow::On(self.program.campaigns[here.campaign].steps[here.step].next);
        }
        if self.enter_stage(funnel, to, Cause::Move(here.at), effects) {
            return self.done(here);
        }
        self.hold(here, WaitReason::Deferred, self.program.now())
    }

    /// Keeps the contact at this step. What a limit of the instant puts off stays in the hours of
    /// the wait before it.
    pub(super) fn hold(&mut self, here: Here, pending: WaitReason, due: i64) -> Flow {
        let lane = self.lane(here);
        let after = if pending == WaitReason::Deferred {
            self.token(here.campaign, lane).hours.after
        } else {
            None
        };
        let hours = Hours { after, times: 0 };
        self.stand(
            here.campaign,
            lane,
            Position {
                step: here.step,
                pending,
                due,
                hours,
            },
        );
        Flow::Stop
    }
}

/// Journals what happens at a step.
pub(super) fn push<'a>(effects: &mut Vec<Effect<'a>>, here: Here, event: Event<'a>) {
    effects.push(Effect {
        at: Some(here.at),
        event,
    });
}
