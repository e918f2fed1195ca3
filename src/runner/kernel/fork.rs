//! Where a contact stands in a campaign: at one place, or on each way of a fork at one; and how
//! often a step ran. A campaign without `fork` and `goto` pays nothing for it.
//!
//! # Forks and joins
//!
//! Where a contact stands is a token: a step, what it waits for there, and since when it is due.
//! The token of a campaign itself (its lane is `None`) lives in the `Enrollment`. At a `fork` it
//! stays at the fork and is never due, while each way has a token of its own in `ways`:
//!
//! ```text
//!   lane None          --> fork, Pending::Fork . . . . . . . . . . . join -->
//!   lane Some((f, 0))       +-> send --> wait 2 days --> send -> ends   ^
//!   lane Some((f, 1))       +-> wait 1 hour -> ends                     |
//!                                              the last one that ends --+
//! ```
//!
//! A fork on a way is the same once more: the token of the way stays at the inner fork. Tokens know
//! nothing of each other; all of them are compared for the earliest due step. An `exit`, the goal
//! and a `withdraw` let go of all of them together (`forget_entry`). What follows the join was due
//! when the last way was, which is what the `expires` of a message behind it counts from.

use super::executor::{BranchPosition, Executor, StepVisit};
use super::step::{Flow, Here, push};
use crate::model::ids::Id;
use crate::runner::effect::{Effect, Event};
use crate::runner::program::Lane;
use crate::runner::state::{Position, WaitReason};

impl<'a> Executor<'a> {
    /// The way of a fork on which a step stands.
    pub(super) fn lane(&self, here: Here) -> Lane {
        self.program.campaigns[here.campaign].steps[here.step].lane
    }

    /// Where the contact stands on a way.
    pub(super) fn token(&self, campaign: usize, lane: Lane) -> Position {
        if lane.is_none() {
            let member = &self.members[campaign];
            return member.token();
        }
        let found = self
            .ways
            .iter()
            .find(|way| way.campaign == campaign && way.lane == lane);
        found.map(|way| way.token).unwrap_or_default()
    }

    /// Puts the contact somewhere on a way.
    pub(super) fn stand(&mut self, campaign: usize, lane: Lane, token: Position) {
        if lane.is_none() {
            let member = &mut self.members[campaign];
            (member.step, member.pending, member.due) = (token.step, token.pending, token.due);
            member.hours = token.hours;
        } else if let Some(way) = self
            .ways
            .iter_mut()
            .find(|way| way.campaign == campaign && way.lane == lane)
        {
            way.token = token;
        }
    }

    /// All ways are due when the fork was.
    pub(super) fn fork(
        &mut self,
        here: Here,
        ways: &[usize],
        effects: &mut Vec<Effect<'a>>,
    ) -> Flow {
        push(effects, here, Event::Fork);
        let Position { due, hours, .. } = self.token(here.campaign, self.lane(here));
        for (way, &step) in ways.iter().enumerate() {
            let lane = Some((here.step, way));
            let token = Position {
                step,
                pending: WaitReason::Ready,
                due,
                hours,
            };
            self.ways.push(BranchPosition {
                campaign: here.campaign,
                lane,
                token,
            });
            self.ran
                .retain(|ran| *ran != (self.program.campaign_place[here.campaign], lane));
        }
        self.metrics.done(here.campaign, here.step);
        self.hold(here, WaitReason::Fork, due)
    }

    /// A way has no more steps. When it was the last one the fork goes on.
    pub(super) fn way_ended(
        &mut self,
        campaign: usize,
        (fork, way): (usize, usize),
        effects: &mut Vec<Effect<'a>>,
    ) -> Flow {
        let due = self.token(campaign, Some((fork, way))).due;
        self.ways
            .retain(|other| other.campaign != campaign || other.lane != Some((fork, way)));
        if self.has_ways(campaign, fork) {
            return Flow::Stop;
        }
        let here = self.here(campaign, fork);
        // The fork goes on with its last way, so its own place has had its turn in this round.
        self.ran
            .push((self.program.campaign_place[campaign], self.lane(here)));
        self.join(here, due, effects)
    }

    /// Whether a way of a fork has not ended.
    pub(super) fn has_ways(&self, campaign: usize, fork: usize) -> bool {
        let is_of_fork = |lane: Lane| lane.is_some_and(|(of, _)| of == fork);
        self.ways
            .iter()
            .any(|way| way.campaign == campaign && is_of_fork(way.lane))
    }

    /// All ways have ended.
    pub(super) fn join(&mut self, here: Here, due: i64, effects: &mut Vec<Effect<'a>>) -> Flow {
        self.hold(here, WaitReason::Fork, due);
        push(effects, here, Event::Join);
        Flow::On(self.program.campaigns[here.campaign].steps[here.step].next)
    }

    pub(super) fn go_to(&mut self, here: Here, to: usize, effects: &mut Vec<Effect<'a>>) -> Flow {
        let step = self.program.step_name(Id::from_index(here.campaign), to);
        push(effects, here, Event::Goto { step });
        self.metrics.done(here.campaign, here.step);
        Flow::On(to)
    }

    /// Lets go of places that belong to no fork at which the contact is; a changed plan may leave
    /// some.
    pub(super) fn tidy_ways(&mut self) {
        let ways = std::mem::take(&mut self.ways);
        for way in &ways {
            let stands = |fork: usize, token: &Position| {
                token.step == fork && token.pending == WaitReason::Fork
            };
            let in_way = |fork| {
                ways.iter()
                    .any(|other| other.campaign == way.campaign && stands(fork, &other.token))
            };
            let at_fork = |fork| stands(fork, &self.token(way.campaign, None)) || in_way(fork);
            let alone = !self
                .ways
                .iter()
                .any(|kept| kept.campaign == way.campaign && kept.lane == way.lane);
            if alone && way.lane.is_some_and(|(fork, _)| at_fork(fork)) {
                self.ways.push(*way);
            }
        }
    }

    /// Counts a visit of a step; says whether it may run, which it may once in an instant.
    pub(super) fn begin_visit(
        &mut self,
        campaign: usize,
        step: usize,
        effects: &mut Vec<Effect<'a>>,
    ) -> bool {
        if !self.program.campaigns[campaign].repeats {
            return true;
        }
        let Some(visit) = self
            .step_visits
            .iter_mut()
            .find(|visit| visit.campaign == campaign && visit.step == step)
        else {
            self.step_visits.push(StepVisit {
                campaign,
                step,
                count: 1,
                now: true,
            });
            return true;
        };
        visit.count = visit.count.saturating_add(1);
        if !std::mem::replace(&mut visit.now, true) {
            return true;
        }
        let here = self.here(campaign, step);
        push(effects, here, Event::DeferStep);
        let now = self.program.now();
        self.hold(here, WaitReason::Deferred, now);
        false
    }

    /// A visit that began in an earlier instant counts for this one's limit.
    pub(super) fn go_on_with_visit(&mut self, campaign: usize, step: usize) {
        let found = self
            .step_visits
            .iter_mut()
            .find(|visit| visit.campaign == campaign && visit.step == step);
        found.into_iter().for_each(|visit| visit.now = true);
    }

    /// Which visit of a step the present one is.
    pub(super) fn visit_of(&self, campaign: usize, step: usize) -> u32 {
        let found = self
            .step_visits
            .iter()
            .find(|visit| visit.campaign == campaign && visit.step == step);
        found.map_or(1, |visit| visit.count)
    }
}
