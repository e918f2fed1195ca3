//! A `wait-until` that does not wait: its moment is over or missing, or a later one on the same
//! date is over too; what is left out is journalled step by step.

use super::executor::Executor;
use super::step::{Flow, Here, push};
use crate::model::ids::Id;
use crate::model::{IfMissing, IfPast, Outcome};
use crate::runner::effect::{Effect, EndReason, Event, PastChoice, SkipReason};
use crate::runner::program::{Action, Verb, WaitFor};

impl<'a> Executor<'a> {
    /// The moment is over as the contact arrives, or while it waits was moved into the past or
    /// taken away.
    pub(super) fn past(
        &mut self,
        here: Here,
        until: Option<i64>,
        effects: &mut Vec<Effect<'a>>,
    ) -> Flow {
        let then = self.choice(here, until);
        push(effects, here, Event::Past { until, then });
        if then == PastChoice::Exit {
            self.metrics.done(here.campaign, here.step);
            self.end(
                here.campaign,
                here.at,
                Outcome::Exited,
                EndReason::Exit,
                effects,
            );
            return Flow::Stop;
        }
        if let Some(flow) = self.outdated(here, effects) {
            return flow;
        }
        if then == PastChoice::Continue
            && let Some(waits) = self.goes_on_when_open(here, effects)
        {
            return waits;
        }
        let on = self.wait_done(here);
        match then {
            PastChoice::Continue | PastChoice::Exit => on,
            PastChoice::Skip => self.leave_out_next(here, until, on, effects),
        }
    }

    fn choice(&self, here: Here, until: Option<i64>) -> PastChoice {
        let Verb::WaitUntil {
            until: waits_for,
            if_past,
            ..
        } = &self.program.campaigns[here.campaign].steps[here.step].verb
        else {
            return PastChoice::Continue;
        };
        match (waits_for, until) {
            (WaitFor::Field { if_missing, .. }, None) => match if_missing {
                IfMissing::Continue => PastChoice::Continue,
                IfMissing::Exit => PastChoice::Exit,
                IfMissing::Skip => PastChoice::Skip,
            },
            (WaitFor::Moment(_) | WaitFor::Day(_) | WaitFor::Field { .. }, _) => match if_past {
                None | Some(IfPast::Continue) => PastChoice::Continue,
                Some(IfPast::Exit) => PastChoice::Exit,
                Some(IfPast::Skip) => PastChoice::Skip,
            },
        }
    }

    /// Leaves out the next step of the list, if there is one.
    fn leave_out_next(
        &mut self,
        here: Here,
        until: Option<i64>,
        on: Flow,
        effects: &mut Vec<Effect<'a>>,
    ) -> Flow {
        let steps = &self.program.campaigns[here.campaign].steps;
        let Some(left_out) = steps[here.step].sibling else {
            return on;
        };
        let reason = if until.is_some() {
            SkipReason::Past
        } else {
            SkipReason::Missing
        };
        self.leave_out(here.campaign, left_out, reason, effects);
        Flow::On(steps[left_out].next)
    }

    /// Where the contact would come next to another wait on the same date which is over too, the
    /// steps up to there are left out, unless this one says `if-past: continue`.
    pub(super) fn outdated(&mut self, here: Here, effects: &mut Vec<Effect<'a>>) -> Option<Flow> {
        let steps = &self.program.campaigns[here.campaign].steps;
        let Verb::WaitUntil { until, if_past, .. } = &steps[here.step].verb else {
            return None;
        };
        if *if_past == Some(IfPast::Continue) {
            return None;
        }
        let mut between = Vec::new();
        let next = self.next_wait(here, &mut between)?;
        let Verb::WaitUntil { until: later, .. } = &steps[next].verb else {
            return None;
        };
        if !is_same_date(until, later) || !self.is_over(self.here(here.campaign, next), later) {
            return None;
        }
        self.metrics.done(here.campaign, here.step);
        for step in between {
            self.leave_out(here.campaign, step, SkipReason::Outdated, effects);
        }
        Some(Flow::On(next))
    }

    /// The `wait-until` to which the contact would come next, as its conditions stand now, if
    /// nothing else holds it or leads elsewhere before; and the steps up to there.
    fn next_wait(&mut self, here: Here, between: &mut Vec<usize>) -> Option<usize> {
        let steps = &self.program.campaigns[here.campaign].steps;
        let mut at = steps[here.step].next;
        loop {
            let step = steps.get(at)?;
            let next = match &step.verb {
                Verb::WaitUntil { .. } => return Some(at),
                Verb::If {
                    when,
                    then,
                    otherwise,
                } => {
                    if self.eval(*when) {
                        *then
                    } else {
                        *otherwise
                    }
                }
                Verb::Split(shares) => self.share_of(here.campaign, at, shares).first,
                Verb::Wait(_) | Verb::Await(_) | Verb::Fork(_) | Verb::Goto(_) | Verb::Exit(_) => {
                    return None;
                }
                Verb::Nothing => step.next,
                Verb::Action(_) => step.next,
            };
            between.push(at);
            at = next;
        }
    }

    /// Whether a contact that came to this `wait-until` now would go on at once.
    fn is_over(&self, here: Here, until: &WaitFor) -> bool {
        match (self.awaited(here), until) {
            (Some(moment), _) => moment <= self.program.now(),
            (None, WaitFor::Field { if_missing, .. }) => *if_missing == IfMissing::Continue,
            (None, WaitFor::Moment(_) | WaitFor::Day(_)) => false,
        }
    }

    fn leave_out(
        &mut self,
        campaign: usize,
        step: usize,
        reason: SkipReason,
        effects: &mut Vec<Effect<'a>>,
    ) {
        let verb = &self.program.campaigns[campaign].steps[step].verb;
        let content = if let Verb::Action(Action::Send { content, .. }) = verb {
            Some(Id::from_index(*content))
        } else {
            None
        };
        push(
            effects,
            self.here(campaign, step),
            Event::Skip { content, reason },
        );
        self.metrics.skipped(campaign, step, reason);
        if let Some(content) = content {
            self.note_try(campaign, content, false);
        }
    }
}

/// Two waits on one field, or two for fixed moments.
fn is_same_date(one: &WaitFor, other: &WaitFor) -> bool {
    match (one, other) {
        (WaitFor::Field { field, .. }, WaitFor::Field { field: later, .. }) => field == later,
        (WaitFor::Moment(_) | WaitFor::Day(_), WaitFor::Moment(_) | WaitFor::Day(_)) => true,
        (WaitFor::Field { .. }, WaitFor::Moment(_) | WaitFor::Day(_)) => false,
        (WaitFor::Moment(_) | WaitFor::Day(_), WaitFor::Field { .. }) => false,
    }
}
