//! The steps `enroll` and `withdraw`, which concern another campaign than their own.

use super::executor::Executor;
use super::step::{Flow, Here, push};
use crate::model::Outcome;
use crate::model::ids::Id;
use crate::runner::effect::{Effect, EndReason, Event};
use crate::runner::state::Phase;

impl<'a> Executor<'a> {
    /// The next look at campaigns lets the contact in, if it may enter.
    pub(super) fn enroll(
        &mut self,
        here: Here,
        campaign: usize,
        effects: &mut Vec<Effect<'a>>,
    ) -> Flow {
        push(
            effects,
            here,
            Event::Enroll {
                campaign: Id::from_index(campaign),
            },
        );
        if !self.enrolled.contains(&campaign) {
            self.enrolled.push(campaign);
        }
        self.open_campaigns
            .set(self.program.campaign_place[campaign]);
        self.done(here)
    }

    /// Whether a step lets into the campaign; what is not used at once is lost.
    pub(super) fn is_enrolled(&mut self, campaign: usize) -> bool {
        let enrolled = self.enrolled.contains(&campaign);
        self.enrolled.retain(|other| *other != campaign);
        enrolled
    }

    /// There and then; nothing for a contact that is not inside.
    pub(super) fn withdraw(
        &mut self,
        here: Here,
        campaign: usize,
        effects: &mut Vec<Effect<'a>>,
    ) -> Flow {
        if self.members[campaign].phase == Phase::Active {
            push(
                effects,
                here,
                Event::Withdraw {
                    campaign: Id::from_index(campaign),
                },
            );
            self.end(
                campaign,
                self.at(campaign),
                Outcome::Exited,
                EndReason::Withdrawn,
                effects,
            );
        }
        self.done(here)
    }
}
