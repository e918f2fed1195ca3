//! When a contact at rest must be looked at again: when a step is due, a campaign may be entered
//! again, hours open, or the answer to a question turns.

use super::executor::Executor;
use crate::model::StageRef;
use crate::model::ids::Id;
use crate::runner::program::{Bound, Days, Turns};
use crate::runner::state::{Phase, Position, WaitReason};

/// What a contact at rest comes to next by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Next {
    /// The tick at which an answer turns.
    pub(crate) tick: Option<u32>,
    /// The moment at which something is due.
    pub(crate) moment: Option<i64>,
}

impl Executor<'_> {
    /// What comes next of the contact after this tick.
    pub(super) fn next(&self, turns: &Turns, tick: u32) -> Next {
        let found = [
            self.date_turns(turns, tick),
            self.stage_turns(turns, tick),
            self.anniversary_turns(turns, tick),
            self.count_turns(turns, tick),
        ];
        Next {
            tick: found.into_iter().flatten().min(),
            moment: self.due_next(),
        }
    }

    fn date_turns(&self, turns: &Turns, tick: u32) -> Option<u32> {
        let of = |(subject, ranges): &(_, Vec<_>)| {
            let value = self.whole(*subject)?;
            let bounds = ranges.iter().flat_map(|(low, high): &(Bound, Bound)| {
                [low.reaches(value.saturating_add(1)), high.reaches(value)]
            });
            bounds.flatten().filter(|turn| *turn > tick).min()
        };
        turns.dates.iter().filter_map(of).min()
    }

    fn stage_turns(&self, turns: &Turns, tick: u32) -> Option<u32> {
        let of = |(stage, bound): &(StageRef, Bound)| {
            let standing = &self.stages[stage.funnel.index()];
            let here = standing.stage == Some(stage.stage.index());
            bound.reaches(standing.since).filter(|_| here)
        };
        let all = turns.stages.iter().filter_map(of);
        all.filter(|turn| *turn > tick).min()
    }

    fn anniversary_turns(&self, turns: &Turns, tick: u32) -> Option<u32> {
        let of = |(subject, days): &(_, Days)| {
            let day = self.day_of(self.place_of(*subject)?)?;
            let times = days.get(&(day.month(), day.day()))?;
            let turns = times.iter().flat_map(|(from, to)| [*from, *to]);
            turns.filter(|turn| *turn > tick).min()
        };
        turns.anniversaries.iter().filter_map(of).min()
    }

    /// When what happened is too long ago to count.
    fn count_turns(&self, turns: &Turns, tick: u32) -> Option<u32> {
        let of = |(event, bound): &(_, Bound)| {
            let known = self.events.iter().filter(|known| known.event == *event);
            let leaves = known.filter_map(|known| bound.reaches(known.at.saturating_add(1)));
            leaves.filter(|turn| *turn > tick).min()
        };
        turns.counts.iter().filter_map(of).min()
    }

    fn due_next(&self) -> Option<i64> {
        let steps = self.active.iter().flat_map(|&place| {
            let campaign = self.program.campaign_order[place];
            let ways = self.ways.iter().filter(move |way| way.campaign == campaign);
            let tokens = ways.map(|way| way.token);
            tokens
                .chain([self.members[campaign].token()])
                .filter_map(move |token| self.due_of(campaign, token))
        });
        let again = self.members.iter().enumerate().filter_map(|(at, member)| {
            let after = self.program.campaigns[at].reenter?;
            let over = self.program.zone.add(member.since, after);
            let ended = matches!(member.phase, Phase::Ended(_));
            (ended && over > self.program.now()).then_some(over)
        });
        let present = self.stays.iter().filter(|(_, stay)| stay.inside);
        let hours = present.filter_map(|(_, stay)| stay.until);
        steps.chain(again).chain(hours).min()
    }

    /// When a place in a campaign is looked at again, whether it runs then or not.
    fn due_of(&self, campaign: usize, token: Position) -> Option<i64> {
        if self.members[campaign].paused.is_some() || !self.program.campaigns[campaign].published {
            return None;
        }
        match token.pending {
            WaitReason::Start
            | WaitReason::Wait
            | WaitReason::Ready
            | WaitReason::Delayed(_)
            | WaitReason::Await
            | WaitReason::Deferred => Some(token.due),
            // While it has ways these are due, and without any it goes on at once.
            WaitReason::Fork | WaitReason::Removed => None,
            WaitReason::Field => {
                let moment = self.awaited(self.here(campaign, token.step));
                Some(moment.unwrap_or(self.program.now()))
            }
        }
    }
}
