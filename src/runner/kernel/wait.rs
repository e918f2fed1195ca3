//! The steps `wait` and `wait-until`: until when, and whether the contact's clock lets them end.

use std::borrow::Cow;

use super::executor::Executor;
use super::step::{Flow, Here, push};
use crate::model::{Wait, Windows};
use crate::runner::contact::Slot;
use crate::runner::effect::{Effect, Event};
use crate::runner::program::{Verb, WaitFor, Zone, day_of_number};
use crate::runner::state::{Position, WaitReason};

impl<'a> Executor<'a> {
    pub(super) fn wait(&mut self, here: Here, wait: Wait, effects: &mut Vec<Effect<'a>>) -> Flow {
        let moment = self.program.zone.add(self.program.now(), wait.length);
        let until = self.within(&wait.windows, moment, !wait.length.is_calendar());
        push(effects, here, Event::Wait { until });
        self.hold(here, WaitReason::Wait, until)
    }

    pub(super) fn wait_until(
        &mut self,
        here: Here,
        until: &WaitFor,
        effects: &mut Vec<Effect<'a>>,
    ) -> Flow {
        let pending = match until {
            WaitFor::Moment(_) | WaitFor::Day(_) => WaitReason::Wait,
            WaitFor::Field { .. } => WaitReason::Field,
        };
        let moment = self.awaited(here);
        match moment.filter(|&moment| moment >= self.program.now()) {
            Some(until) => {
                push(effects, here, Event::Wait { until });
                self.hold(here, pending, until)
            }
            None => self.past(here, moment, effects),
        }
    }

    /// The moment for which a `wait-until` waits, as things stand now.
    pub(super) fn awaited(&self, here: Here) -> Option<i64> {
        let Verb::WaitUntil { until, windows, .. } =
            &self.program.campaigns[here.campaign].steps[here.step].verb
        else {
            return None;
        };
        let moment = match until {
            WaitFor::Moment(moment) => *moment,
            WaitFor::Day(day) => self.clock().start_of(*day),
            WaitFor::Field { field, offset, .. } => match self.fields[*field] {
                Slot::Moment(moment) => self.program.zone.add(moment, *offset),
                Slot::Day(day) => {
                    let clock = self.clock();
                    clock.add(clock.start_of(day_of_number(day)), *offset)
                }
                Slot::Missing | Slot::Text(_) | Slot::Integer(_) | Slot::Number(_) => return None,
                Slot::Boolean(_) | Slot::Choice(_) | Slot::Choices(_) => return None,
            },
        };
        Some(self.within(windows, moment, false))
    }

    /// Journals where a moment that is waited for was moved, in the order of the text.
    pub(super) fn note_moved(&mut self, effects: &mut Vec<Effect<'a>>) {
        for at in 0..self.active.len() {
            let campaign = self.program.campaign_order[self.active[at]];
            if self.members[campaign].paused.is_some()
                || !self.program.campaigns[campaign].published
            {
                continue;
            }
            let ways = self
                .ways
                .iter()
                .filter(|way| way.campaign == campaign)
                .map(|way| way.lane);
            let tokens = ways
                .chain([None])
                .map(|lane| (self.token(campaign, lane), lane));
            let mut waiting: Vec<_> = tokens
                .filter(|(token, _)| token.pending == WaitReason::Field)
                .collect();
            waiting.sort_unstable_by_key(|(token, _)| token.step);
            for (token, lane) in waiting {
                let here = self.here(campaign, token.step);
                let moment = self
                    .awaited(here)
                    .filter(|&moment| moment >= self.program.now() && moment != token.due);
                if let Some(until) = moment {
                    push(
                        effects,
                        here,
                        Event::WaitMoved {
                            from: token.due,
                            until,
                        },
                    );
                    self.stand(
                        campaign,
                        lane,
                        Position {
                            due: until,
                            ..token
                        },
                    );
                }
            }
        }
    }

    /// A wait is over, unless a later one on the same date is over too, or a run that comes late
    /// finds hours or a day at which it may not end.
    pub(super) fn wait_over(
        &mut self,
        here: Here,
        due: i64,
        effects: &mut Vec<Effect<'a>>,
    ) -> Flow {
        if self.went_by_in_a_pause(here, due) && self.is_for_fixed_moment(here) {
            return self.past(here, self.awaited(here), effects);
        }
        if let Some(flow) = self.outdated(here, effects) {
            return flow;
        }
        self.waits_for_opening(here, effects)
            .unwrap_or_else(|| self.wait_done(here))
    }

    /// Who waits for a field in this way waits for an opening alone.
    fn is_for_fixed_moment(&self, here: Here) -> bool {
        let verb = &self.program.campaigns[here.campaign].steps[here.step].verb;
        matches!(
            verb,
            Verb::WaitUntil {
                until: WaitFor::Moment(_) | WaitFor::Day(_),
                ..
            }
        )
    }

    /// What follows goes on in the windows of the wait.
    pub(super) fn wait_done(&mut self, here: Here) -> Flow {
        self.comes_from(here);
        self.done(here)
    }

    /// A moment that was waited for is reached; one that was changed to lie in the past, taken
    /// away, or went by in a pause is past.
    pub(super) fn field_reached(
        &mut self,
        here: Here,
        due: i64,
        effects: &mut Vec<Effect<'a>>,
    ) -> Flow {
        let moment = self.awaited(here);
        let in_a_pause = self.went_by_in_a_pause(here, due);
        let reached = moment
            .is_some_and(|moment| moment == due && !in_a_pause || moment == self.program.now());
        let verb = &self.program.campaigns[here.campaign].steps[here.step].verb;
        if !reached && matches!(verb, Verb::WaitUntil { .. }) {
            return self.past(here, moment, effects);
        }
        if let Some(flow) = self.outdated(here, effects) {
            return flow;
        }
        self.waits_for_opening(here, effects)
            .unwrap_or_else(|| self.wait_done(here))
    }

    /// Whether the end of a wait came while the campaign was paused, which it was until this
    /// instant.
    fn went_by_in_a_pause(&self, here: Here, due: i64) -> bool {
        self.resumed.has(here.campaign) && due < self.program.now()
    }

    /// Who arrives when the moment is over goes on at the next opening, where the wait has windows;
    /// `at` is one then.
    pub(super) fn goes_on_when_open(
        &mut self,
        here: Here,
        effects: &mut Vec<Effect<'a>>,
    ) -> Option<Flow> {
        let now = self.program.now();
        let until = self.within(self.windows_of(here)?, now, true);
        self.holds_until(here, until, effects)
    }

    fn waits_for_opening(&mut self, here: Here, effects: &mut Vec<Effect<'a>>) -> Option<Flow> {
        let windows = self.windows_of(here)?;
        let until = self.clock().open(windows, self.program.now());
        (until > self.program.now()).then(|| {
            push(effects, here, Event::Wait { until });
            self.waits_again(here, until)
        })
    }

    /// What is waited for now is the opening alone: a moment that was reached is not read again.
    fn holds_until(
        &mut self,
        here: Here,
        until: i64,
        effects: &mut Vec<Effect<'a>>,
    ) -> Option<Flow> {
        (until > self.program.now()).then(|| {
            push(effects, here, Event::Wait { until });
            self.hold(here, WaitReason::Wait, until)
        })
    }

    /// The windows of a wait; nothing where it may end at any time.
    pub(super) fn windows_of(&self, here: Here) -> Option<&'a Windows> {
        let (Verb::Wait(Wait { windows, .. }) | Verb::WaitUntil { windows, .. }) =
            &self.program.campaigns[here.campaign].steps[here.step].verb
        else {
            return None;
        };
        (!windows.is_open()).then_some(windows)
    }

    fn within(&self, windows: &Windows, moment: i64, exact: bool) -> i64 {
        if windows.is_open() {
            moment
        } else {
            self.clock().within(windows, moment, exact)
        }
    }

    /// The contact's own zone, or else the project's.
    pub(super) fn clock(&self) -> Cow<'a, Zone> {
        let field = self.program.model().contacts.timezone;
        let own = field.and_then(|field| {
            let Slot::Text(name) = self.fields[crate::model::ids::Id::index(field)] else {
                return None;
            };
            Zone::named(name.trim()).ok()
        });
        own.map_or(Cow::Borrowed(&self.program.zone), Cow::Owned)
    }
}
