//! When a message may go out: by the limit and the hours of its channel, and by the wait from which
//! the contact came; hours are read on the contact's clock.
//!
//! Nobody is sent anything while one of these hours is closed, whatever put the message off.

use super::executor::Executor;
use super::step::{Flow, Here, push};
use crate::model::{Channel, ContentId, Windows};
use crate::runner::effect::{Effect, Event};
use crate::runner::program::first_open;
use crate::runner::state::{Hours, Position, WaitReason};

impl<'a> Executor<'a> {
    /// When the message of a step may go out, if not now.
    pub(super) fn put_off(&self, here: Here, channel: Option<Channel>) -> Option<i64> {
        let now = self.program.now();
        let limited = channel.and_then(|channel| self.limited_until(channel));
        let until = self.opens(limited.unwrap_or(now), channel, Some(here));
        (until > now).then_some(until)
    }

    /// Whether hours keep the message of a step back; an experience has no step.
    pub(super) fn is_closed(&self, channel: Option<Channel>, here: Option<Here>) -> bool {
        let now = self.program.now();
        self.opens(now, channel, here) > now
    }

    /// The first moment from one on at which the hours of the channel are open, and those of the
    /// wait before the step.
    pub(super) fn opens(&self, from: i64, channel: Option<Channel>, here: Option<Here>) -> i64 {
        let of_channel =
            channel.and_then(|channel| self.program.channels[channel as usize].hours.as_ref());
        let of_wait = here.and_then(|here| self.hours_of_wait(here));
        if of_channel.is_none() && of_wait.is_none() {
            return from;
        }
        let clock = self.clock();
        first_open(&clock, of_channel, of_wait, from)
    }

    fn hours_of_wait(&self, here: Here) -> Option<&'a Windows> {
        let wait = self.token(here.campaign, self.lane(here)).hours.after?;
        self.windows_of(self.here(here.campaign, wait as usize))
    }

    /// From now on the windows of this wait hold for messages, until the contact waits again.
    pub(super) fn comes_from(&mut self, here: Here) {
        let after = self
            .windows_of(here)
            .and_then(|_| u32::try_from(here.step).ok());
        let lane = self.lane(here);
        let token = self.token(here.campaign, lane);
        let hours = Hours { after, times: 0 };
        if token.hours != hours {
            self.stand(here.campaign, lane, Position { hours, ..token });
        }
    }

    /// Keeps a message back, and counts how often it found its hours closed when it was to go.
    pub(super) fn delay(
        &mut self,
        here: Here,
        (content, channel, until): (ContentId, Option<Channel>, i64),
        effects: &mut Vec<Effect<'a>>,
    ) -> Flow {
        push(effects, here, Event::Delay { content, until });
        let lane = self.lane(here);
        let token = self.token(here.campaign, lane);
        let again = token.step == here.step && matches!(token.pending, WaitReason::Delayed(_));
        let mut hours = Hours {
            times: if again { token.hours.times } else { 0 },
            ..token.hours
        };
        if self.is_closed(channel, Some(here)) {
            if hours.times > 0 {
                self.metrics.closed_again(hours.times);
            }
            hours.times = hours.times.saturating_add(1);
        }
        let pending = WaitReason::Delayed(self.due_at_first(here));
        self.stand(
            here.campaign,
            lane,
            Position {
                step: here.step,
                pending,
                due: until,
                hours,
            },
        );
        Flow::Stop
    }

    /// A wait that finds its windows closed at its end waits for the next opening.
    pub(super) fn waits_again(&mut self, here: Here, until: i64) -> Flow {
        let lane = self.lane(here);
        let times = self
            .token(here.campaign, lane)
            .hours
            .times
            .saturating_add(1);
        self.metrics.closed_again(times);
        let hours = Hours { after: None, times };
        self.stand(
            here.campaign,
            lane,
            Position {
                step: here.step,
                pending: WaitReason::Wait,
                due: until,
                hours,
            },
        );
        Flow::Stop
    }
}
