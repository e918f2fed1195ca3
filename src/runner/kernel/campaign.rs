//! Phase 3: each campaign, in order, leaves and enters before the next one.
//!
//! # Pauses
//!
//! A campaign that is not published keeps those who are inside: nothing in it is due and nobody
//! leaves. For each contact the pause begins with the first instant that finds the campaign
//! unpublished, or with the end of its window if that was earlier, and ends with the first that
//! finds it published again. What it does to who waits depends on what they wait for:
//!
//! ```text
//!                                     pause                resume
//!   wait: 5 days         --- 2 days ---|. . . . . . . . . . .|--- 3 days --> goes on
//!   await, for: 5 days   the same; an event that comes in the pause still decides
//!   wait-until X         --------------|. . . . X . . . . . .| past: `if-past` decides
//!   wait-until X         --------------|. . . . . . . . . . .|------ X goes on
//!   put off by a limit   --- due ------|. . . . . . . . . . .| goes on, due since it was
//! ```
//!
//! So only a length of time has a rest that is served; a moment is a moment, whoever looks away.

use super::executor::Executor;
use crate::model::Outcome;
use crate::model::ids::Id;
use crate::runner::effect::{At, Cause, Effect, EndReason, Event, Loss};
use crate::runner::program::{CampaignProgram, END, Verb};
use crate::runner::state::{Admission, Hours, Phase, Position, WaitReason};

impl<'a> Executor<'a> {
    /// Tells the campaigns in which stages the contact has come to rest.
    pub(super) fn announce_arrivals(&mut self) {
        if !std::mem::take(&mut self.arrivals) {
            return;
        }
        for (standing, funnel) in self.stages.iter_mut().zip(&self.program.funnels) {
            let fresh = std::mem::take(&mut standing.fresh);
            let Some(stage) = standing.stage.filter(|_| fresh) else {
                continue;
            };
            for &place in &funnel.stages[stage].lets_in {
                self.members[self.program.campaign_order[place]].arrived = true;
                self.open_campaigns.set(place);
            }
        }
    }

    /// Lets contacts out of and into the campaigns which a change concerns.
    pub(super) fn visit_campaigns(&mut self, effects: &mut Vec<Effect<'a>>) {
        let mut from = 0;
        while let Some(place) = self.open_campaigns.next(from) {
            let campaign = self.program.campaign_order[place];
            self.open_campaigns.unset(place);
            if self.members[campaign].phase == Phase::Active {
                self.stay_or_leave(campaign, effects);
            }
            self.admit(campaign, effects);
            from = place + 1;
        }
    }

    /// Of who is inside: a window that is over lets go, a pause keeps, and who was at a step that
    /// is gone leaves.
    fn stay_or_leave(&mut self, campaign: usize, effects: &mut Vec<Effect<'a>>) {
        let rules = &self.program.campaigns[campaign];
        if rules.is_over {
            return self.end(
                campaign,
                self.at(campaign),
                Outcome::Exited,
                EndReason::AfterUntil,
                effects,
            );
        }
        self.pause_or_resume(campaign, effects);
        if rules.published && self.members[campaign].pending == WaitReason::Removed {
            return self.end(
                campaign,
                self.at(campaign),
                Outcome::Exited,
                EndReason::Removed,
                effects,
            );
        }
        self.leave(campaign, effects);
    }

    /// The campaign is over for the contact.
    pub(super) fn end(
        &mut self,
        campaign: usize,
        at: At,
        outcome: Outcome,
        reason: EndReason,
        effects: &mut Vec<Effect<'a>>,
    ) {
        let member = &mut self.members[campaign];
        member.phase = Phase::Ended(outcome);
        member.since = self.program.now();
        self.metrics.ended(campaign, outcome);
        self.changed(
            self.program
                .dependencies
                .of_campaign(Id::from_index(campaign)),
        );
        effects.push(Effect {
            at: Some(at),
            event: Event::End { outcome, reason },
        });
        self.forget_entry(campaign);
    }

    /// The entry was void: it leaves no number and starts no `reenter`, and its conditions were
    /// just seen false.
    pub(super) fn overtaken(&mut self, campaign: usize, effects: &mut Vec<Effect<'a>>) {
        let rules = &self.program.campaigns[campaign];
        for number in (rules.first_condition..).take(rules.enter.len()) {
            self.waiting.unset(number);
        }
        let at = self.at(campaign);
        let member = &mut self.members[campaign];
        (member.phase, member.since) = self.before_start[campaign];
        member.entries = member.entries.saturating_sub(1);
        self.metrics.overtaken(campaign);
        self.changed(
            self.program
                .dependencies
                .of_campaign(Id::from_index(campaign)),
        );
        effects.push(Effect {
            at: Some(at),
            event: Event::Overtaken,
        });
        self.forget_entry(campaign);
    }

    /// Ends the campaign if its goal or its `exit-when` holds.
    pub(super) fn ends_by_condition(
        &mut self,
        campaign: usize,
        effects: &mut Vec<Effect<'a>>,
    ) -> bool {
        let rules = &self.program.campaigns[campaign];
        let found = if rules.goal.is_some_and(|goal| self.eval(goal)) {
            (Outcome::Converted, EndReason::Goal)
        } else if rules.exit_when.is_some_and(|exit| self.eval(exit)) {
            (Outcome::Exited, EndReason::ExitWhen)
        } else {
            return false;
        };
        self.end(campaign, self.at(campaign), found.0, found.1, effects);
        true
    }

    /// Where things happen that belong to no step.
    pub(super) fn at(&self, campaign: usize) -> At {
        At {
            campaign: Id::from_index(campaign),
            entry: self.members[campaign].entries,
            step: None,
            visit: 0,
        }
    }

    fn forget_entry(&mut self, campaign: usize) {
        let place = self.program.campaign_place[campaign];
        self.active.retain(|&active| active != place);
        self.ways.retain(|way| way.campaign != campaign);
        self.awaits.retain(|(of, _)| of.index() != campaign);
        self.tries.retain(|(of, _, _)| of.index() != campaign);
        self.step_visits.retain(|visit| visit.campaign != campaign);
        self.sent_in_entry.retain(|(id, _)| id.index() != campaign);
        self.open_campaigns.set(place);
    }

    /// A pause lasts from the first instant that finds the campaign unpublished to the first that
    /// finds it published; then the rest of a wait is served, and a moment that went by is past.
    fn pause_or_resume(&mut self, campaign: usize, effects: &mut Vec<Effect<'a>>) {
        let rules = &self.program.campaigns[campaign];
        let (now, at) = (self.program.now(), self.at(campaign));
        let member = &mut self.members[campaign];
        match (rules.published, member.paused) {
            (false, None) => {
                member.paused = Some(rules.until.map_or(now, |until| until.min(now)));
                effects.push(Effect {
                    at: Some(at),
                    event: Event::Pause,
                });
            }
            (true, Some(since)) => {
                member.paused = None;
                self.resumed.set(campaign);
                let awaits = &self.awaits;
                let has_rest = |token: Position| {
                    let unsettled = awaits.iter().any(|(of, awaiting)| {
                        of.index() == campaign
                            && awaiting.step == token.step
                            && awaiting.settled.is_none()
                    });
                    match token.pending {
                        WaitReason::Wait => is_wait(rules, token.step),
                        WaitReason::Await => token.due < i64::MAX && unsettled,
                        // What was put off keeps the moment at which it was due.
                        WaitReason::Start
                        | WaitReason::Field
                        | WaitReason::Deferred
                        | WaitReason::Delayed(_) => false,
                        WaitReason::Fork | WaitReason::Ready | WaitReason::Removed => false,
                    }
                };
                let rest = |due: i64| now.saturating_add(due.saturating_sub(since).max(0));
                if has_rest(member.token()) {
                    member.due = rest(member.due);
                }
                for way in self
                    .ways
                    .iter_mut()
                    .filter(|way| way.campaign == campaign && has_rest(way.token))
                {
                    way.token.due = rest(way.token.due);
                }
                effects.push(Effect {
                    at: Some(at),
                    event: Event::Resume,
                });
            }
            (false, Some(_)) | (true, None) => {}
        }
    }

    fn leave(&mut self, campaign: usize, effects: &mut Vec<Effect<'a>>) {
        let rules = &self.program.campaigns[campaign];
        if !rules.published || self.ends_by_condition(campaign, effects) {
            return;
        }
        let concerned =
            rules.exit_on_leave && self.members[campaign].admission == Admission::Condition;
        if concerned && !rules.enter.iter().any(|way| self.eval(way.when)) {
            self.end(
                campaign,
                self.at(campaign),
                Outcome::Exited,
                EndReason::OnLeave,
                effects,
            );
        }
    }

    fn admit(&mut self, campaign: usize, effects: &mut Vec<Effect<'a>>) {
        let arrived = std::mem::take(&mut self.members[campaign].arrived);
        let noted = if self.noted.is_empty() {
            Vec::new()
        } else {
            self.take_noted(campaign)
        };
        let enrolled = !self.enrolled.is_empty() && self.is_enrolled(campaign);
        if self.members[campaign].phase == Phase::Active {
            self.lose_all(campaign, &noted, Loss::Active, effects);
            return self.skip_existing(campaign);
        }
        let rules = &self.program.campaigns[campaign];
        let ready = self.look_at_conditions(campaign) && rules.published;
        if !(ready || arrived || enrolled || !noted.is_empty()) {
            return;
        }
        if let Some(reason) = self.keeps_out(campaign) {
            self.lose_all(campaign, &noted, reason, effects);
        } else if !self.members[campaign].started {
            let causes = [
                (ready, Cause::Condition),
                (arrived, Cause::Entered),
                (!noted.is_empty(), Cause::Event),
            ];
            let cause = causes
                .into_iter()
                .find(|(is, _)| *is)
                .map_or(Cause::Enrolled, |(_, cause)| cause);
            self.start(campaign, cause, effects);
            self.lose_all(
                campaign,
                noted.get(1..).unwrap_or_default(),
                Loss::SameRun,
                effects,
            );
        } else {
            if ready || arrived {
                self.defer_start(campaign, arrived && !ready, effects);
            }
            self.lose_all(campaign, &noted, Loss::SameRun, effects);
        }
    }

    /// Why nobody comes in now, or not this contact.
    fn keeps_out(&mut self, campaign: usize) -> Option<Loss> {
        let rules = &self.program.campaigns[campaign];
        if !rules.published {
            return Some(Loss::Unpublished);
        }
        if !self.may_enter_again(campaign) {
            return Some(Loss::Reenter);
        }
        let reason = if rules.goal.is_some_and(|goal| self.eval(goal)) {
            Loss::Goal
        } else if rules.exit_when.is_some_and(|exit| self.eval(exit)) {
            Loss::ExitWhen
        } else {
            return None;
        };
        self.make_wait(campaign, true);
        Some(reason)
    }

    /// Whether a state condition is ready and true. One that is false is ready from now on.
    fn look_at_conditions(&mut self, campaign: usize) -> bool {
        let rules = &self.program.campaigns[campaign];
        let mut admits = false;
        for (number, way) in (rules.first_condition..).zip(&rules.enter) {
            if !self.eval(way.when) {
                self.waiting.unset(number);
            } else if self.first_pass && way.skips_existing {
                self.waiting.set(number);
            } else {
                admits |= !self.waiting.has(number);
            }
        }
        admits
    }

    /// Who is inside when a condition is new meets it already too.
    fn skip_existing(&mut self, campaign: usize) {
        let rules = &self.program.campaigns[campaign];
        for (number, way) in (rules.first_condition..).zip(&rules.enter) {
            if self.first_pass && way.skips_existing && self.eval(way.when) {
                self.waiting.set(number);
            }
        }
    }

    /// The state conditions, or only those that hold, must be seen false before they admit again.
    fn make_wait(&mut self, campaign: usize, only_true: bool) {
        let rules = &self.program.campaigns[campaign];
        for (number, way) in (rules.first_condition..).zip(&rules.enter) {
            if !only_true || self.eval(way.when) {
                self.waiting.set(number);
            }
        }
    }

    fn may_enter_again(&self, campaign: usize) -> bool {
        let member = &self.members[campaign];
        let over = |after| self.program.now() >= self.program.zone.add(member.since, after);
        match member.phase {
            Phase::Never => true,
            Phase::Active => false,
            Phase::Ended(_) => self.program.campaigns[campaign].reenter.is_some_and(over),
        }
    }

    fn defer_start(&mut self, campaign: usize, keep_arrival: bool, effects: &mut Vec<Effect<'a>>) {
        self.members[campaign].arrived = keep_arrival;
        if !self.deferred_campaigns.has(campaign) {
            self.deferred_campaigns.set(campaign);
            let at = At {
                entry: self.members[campaign].entries.saturating_add(1),
                ..self.at(campaign)
            };
            effects.push(Effect {
                at: Some(at),
                event: Event::DeferCampaign,
            });
        }
    }

    fn start(&mut self, campaign: usize, cause: Cause, effects: &mut Vec<Effect<'a>>) {
        let now = self.program.now();
        self.make_wait(campaign, false);
        let member = &mut self.members[campaign];
        self.before_start[campaign] = (member.phase, member.since);
        member.entries = member.entries.saturating_add(1);
        member.phase = Phase::Active;
        member.since = now;
        member.admission = match cause {
            Cause::Condition => Admission::Condition,
            Cause::Event | Cause::Enrolled => Admission::Occurrence,
            Cause::Entered | Cause::Points => Admission::Arrival,
        };
        member.started = true;
        member.step = if self.program.campaigns[campaign].steps.is_empty() {
            END
        } else {
            0
        };
        member.pending = WaitReason::Start;
        member.due = now;
        member.hours = Hours::default();
        let place = self.program.campaign_place[campaign];
        let at = self.active.partition_point(|&other| other < place);
        self.active.insert(at, place);
        self.metrics.entered(campaign);
        self.changed(
            self.program
                .dependencies
                .of_campaign(Id::from_index(campaign)),
        );
        effects.push(Effect {
            at: Some(self.at(campaign)),
            event: Event::Start { cause },
        });
    }
}

/// Only a `wait` of some length has a rest; a moment is a moment.
fn is_wait(rules: &CampaignProgram, step: usize) -> bool {
    matches!(
        rules.steps.get(step).map(|step| &step.verb),
        Some(Verb::Wait(_))
    )
}
