//! The step `await`: the earliest event later than its start and not later than its deadline
//! decides; without one `else` follows.

use super::executor::Executor;
use super::step::{Flow, Here, push};
use crate::model::ids::Id;
use crate::model::{CampaignId, ContentId};
use crate::runner::contact::Occurrence;
use crate::runner::effect::{Effect, Event};
use crate::runner::program::{AwaitProgram, Verb};
use crate::runner::state::{Awaiting, Phase, Position, SendAttempt, WaitReason};

impl<'a> Executor<'a> {
    pub(super) fn await_event(
        &mut self,
        here: Here,
        awaiting: &'a AwaitProgram,
        effects: &mut Vec<Effect<'a>>,
    ) -> Flow {
        let tried = |content: ContentId| self.tried(here.at.campaign, content);
        if awaiting
            .ways
            .iter()
            .all(|way| way.pattern.of.is_some_and(|of| tried(of).skipped))
        {
            return self.decide(here, awaiting, None, effects);
        }
        let now = self.program.now();
        let from: Vec<i64> = awaiting
            .ways
            .iter()
            .map(|way| way.pattern.of.and_then(|of| tried(of).sent).unwrap_or(now))
            .collect();
        if let Some(way) = self.known_way(awaiting, &from) {
            return self.decide(here, awaiting, Some(way), effects);
        }
        let until = awaiting
            .length
            .map(|length| self.program.zone.add(now, length));
        push(effects, here, Event::Await { until });
        self.awaits.push((
            here.at.campaign,
            Awaiting {
                step: here.step,
                from,
                settled: None,
            },
        ));
        self.hold(here, WaitReason::Await, until.unwrap_or(i64::MAX))
    }

    /// The way that an event decides which is known already.
    fn known_way(&self, awaiting: &AwaitProgram, from: &[i64]) -> Option<usize> {
        let first = |way: usize| {
            let meant = |one: &&&Occurrence| {
                one.at > from[way] && awaiting.ways[way].pattern.fits(one, &self.program.zone)
            };
            self.events.iter().find(meant).map(|one| (one.at, way))
        };
        (0..awaiting.ways.len())
            .filter_map(first)
            .min()
            .map(|(_, way)| way)
    }

    /// An event that is taken in decides what is still open at its time; the deadline stands still
    /// while the campaign does.
    pub(super) fn settle_awaits(&mut self, occurrence: &Occurrence) {
        for at in 0..self.awaits.len() {
            let (id, step) = (self.awaits[at].0, self.awaits[at].1.step);
            let campaign = id.index();
            let rules = &self.program.campaigns[campaign];
            let Verb::Await(awaiting) = &rules.steps[step].verb else {
                continue;
            };
            let lane = rules.steps[step].lane;
            let token = self.token(campaign, lane);
            if token.pending != WaitReason::Await
                || token.step != step
                || self.members[campaign].phase != Phase::Active
            {
                continue;
            }
            let open = &self.awaits[at].1;
            let best = open.settled.map(|way| (token.due, way));
            let in_time = best.is_some()
                || occurrence.at <= token.due
                || self.stands_still(campaign, token.due);
            let decides = |way: &usize| {
                let later = open
                    .from
                    .get(*way)
                    .is_some_and(|from| occurrence.at > *from);
                later
                    && awaiting.ways[*way]
                        .pattern
                        .fits(occurrence, &self.program.zone)
            };
            let found = (0..awaiting.ways.len())
                .find(decides)
                .map(|way| (occurrence.at, way));
            if let Some((due, way)) =
                found.filter(|found| in_time && best.is_none_or(|best| *found < best))
            {
                self.awaits[at].1.settled = Some(way);
                self.stand(campaign, lane, Position { due, ..token });
            }
        }
    }

    /// Whether the campaign was paused before this deadline.
    fn stands_still(&self, campaign: usize, deadline: i64) -> bool {
        let rules = &self.program.campaigns[campaign];
        let now = self.program.now();
        let closed = (!rules.published).then(|| rules.until.map_or(now, |until| until.min(now)));
        self.members[campaign]
            .paused
            .or(closed)
            .is_some_and(|since| deadline > since)
    }

    /// An event came, or the deadline did.
    pub(super) fn await_over(&mut self, here: Here, effects: &mut Vec<Effect<'a>>) -> Flow {
        let is_here = |(campaign, awaiting): &(CampaignId, Awaiting)| {
            *campaign == here.at.campaign && awaiting.step == here.step
        };
        let at = self.awaits.iter().position(is_here);
        let settled = at.and_then(|at| self.awaits.swap_remove(at).1.settled);
        if let Verb::Await(awaiting) = &self.program.campaigns[here.campaign].steps[here.step].verb
        {
            self.decide(here, awaiting, settled, effects)
        } else {
            self.done(here)
        }
    }

    fn decide(
        &mut self,
        here: Here,
        awaiting: &'a AwaitProgram,
        way: Option<usize>,
        effects: &mut Vec<Effect<'a>>,
    ) -> Flow {
        let way = way.and_then(|way| awaiting.ways.get(way));
        let (label, first) = way.map_or(("else", awaiting.otherwise), |way| {
            (way.label.as_str(), way.first)
        });
        push(effects, here, Event::Awaited { label });
        self.metrics.done(here.campaign, here.step);
        Flow::On(first)
    }

    fn tried(&self, campaign: CampaignId, content: ContentId) -> SendAttempt {
        let found = self
            .tries
            .iter()
            .find(|(of, what, _)| (*of, *what) == (campaign, content));
        found.map(|(_, _, tried)| *tried).unwrap_or_default()
    }

    /// Remembers what became of a send, where an `await` asks about it.
    pub(super) fn note_try(&mut self, campaign: usize, content: ContentId, sent: bool) {
        if self.program.campaigns[campaign]
            .awaits
            .binary_search(&content.index())
            .is_err()
        {
            return;
        }
        let (id, now) = (CampaignId::from_index(campaign), self.program.now());
        let at = self
            .tries
            .iter()
            .position(|(of, what, _)| (*of, *what) == (id, content));
        let at = at.unwrap_or_else(|| {
            self.tries.push((id, content, SendAttempt::default()));
            self.tries.len() - 1
        });
        let tried = &mut self.tries[at].2;
        tried.skipped = !sent;
        if sent {
            tried.sent = Some(now);
        }
    }
}
