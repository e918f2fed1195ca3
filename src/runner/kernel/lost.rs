//! What lets into a campaign and starts nothing: each is journalled with its reason and counted, so
//! that nothing is lost in silence.

use super::executor::Executor;
use crate::model::EventId;
use crate::model::ids::Id;
use crate::runner::contact::Occurrence;
use crate::runner::effect::{At, Effect, Event, Loss};
use crate::runner::program::MissedDay;
use crate::runner::state::Phase;

impl<'a> Executor<'a> {
    pub(super) fn lose(
        &mut self,
        campaign: usize,
        event: Option<EventId>,
        happened: i64,
        reason: Loss,
        effects: &mut Vec<Effect<'a>>,
    ) {
        let at = At {
            campaign: Id::from_index(campaign),
            entry: 0,
            step: None,
            visit: 0,
        };
        self.metrics.lost(campaign, reason);
        effects.push(Effect {
            at: Some(at),
            event: Event::Lost {
                event,
                happened,
                reason,
            },
        });
    }

    pub(super) fn lose_all(
        &mut self,
        campaign: usize,
        occurrences: &[&'a Occurrence],
        reason: Loss,
        effects: &mut Vec<Effect<'a>>,
    ) {
        for occurrence in occurrences {
            self.lose(
                campaign,
                Some(occurrence.event),
                occurrence.at,
                reason,
                effects,
            );
        }
    }

    /// Who would have come in on a day on which no run was made, and does not come in now, is told;
    /// once for each campaign.
    pub(super) fn note_missed_days(&mut self, effects: &mut Vec<Effect<'a>>) {
        let program = self.program;
        let mut told = None;
        for missed in &program.missed {
            if told != Some(missed.campaign) && self.has_missed(missed) {
                told = Some(missed.campaign);
                self.lose(
                    missed.campaign,
                    None,
                    missed.start,
                    Loss::MissedDay,
                    effects,
                );
            }
        }
    }

    fn has_missed(&mut self, missed: &MissedDay) -> bool {
        let program = self.program;
        let rules = &program.campaigns[missed.campaign];
        let member = &self.members[missed.campaign];
        let over = |after| missed.start >= program.zone.add(member.since, after);
        let is_open = match member.phase {
            Phase::Never => true,
            Phase::Active => false,
            Phase::Ended(_) => rules.reenter.is_some_and(over),
        };
        let ways = &missed.ways;
        is_open
            && ways.iter().any(|(way, then)| {
                !self.waiting.has(rules.first_condition + way) && self.eval(*then)
            })
            && !rules.enter.iter().any(|way| self.eval(way.when))
            && !rules
                .goal
                .into_iter()
                .chain(rules.exit_when)
                .any(|node| self.eval(node))
    }
}
