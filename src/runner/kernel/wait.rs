//! The steps `wait` and `wait-until`: until when, and whether the contact's clock lets them end.

use std::borrow::Cow;

use super::live::Live;
use super::step::{Flow, Here, push};
use crate::model::{IfPast, Wait, Windows};
use crate::runner::contact::Slot;
use crate::runner::effect::{Effect, Event};
use crate::runner::program::{Verb, WaitFor, Zone, day_of_number};
use crate::runner::state::Pending;

impl<'a> Live<'a> {
    pub(super) fn wait(&mut self, here: Here, wait: Wait, effects: &mut Vec<Effect<'a>>) -> Flow {
        let moment = self.program.zone.add(self.program.now(), wait.length);
        let until = self.within(&wait.windows, moment, !wait.length.is_calendar());
        push(effects, here, Event::Wait { until });
        self.hold(here, Pending::Wait, until)
    }

    pub(super) fn wait_until(
        &mut self,
        here: Here,
        until: &WaitFor,
        if_past: IfPast,
        effects: &mut Vec<Effect<'a>>,
    ) -> Flow {
        let pending = match until {
            WaitFor::Moment(_) | WaitFor::Day(_) => Pending::Wait,
            WaitFor::Field { .. } => Pending::Field,
        };
        let moment = self.awaited(here);
        match moment.filter(|&moment| moment >= self.program.now()) {
            Some(until) => {
                push(effects, here, Event::Wait { until });
                self.hold(here, pending, until)
            }
            None => self.past(here, moment, if_past, effects),
        }
    }

    /// The moment for which a `wait-until` waits, as things stand now.
    pub(super) fn awaited(&self, here: Here) -> Option<i64> {
        let Verb::WaitUntil { until, windows, .. } = &self.program.campaigns[here.campaign].steps[here.step].verb
        else {
            return None;
        };
        let moment = match until {
            WaitFor::Moment(moment) => *moment,
            WaitFor::Day(day) => self.clock().start_of(*day),
            WaitFor::Field { field, offset } => match self.fields[*field] {
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

    /// A wait is over, unless a run that comes late finds hours or a day at which it may not end.
    pub(super) fn wait_over(&mut self, here: Here, effects: &mut Vec<Effect<'a>>) -> Flow {
        self.waits_for_opening(here, Pending::Wait, effects).unwrap_or_else(|| self.done(here))
    }

    /// A moment that was waited for is reached; one that was changed to lie in the past, or taken away, is past.
    pub(super) fn field_reached(&mut self, here: Here, due: i64, effects: &mut Vec<Effect<'a>>) -> Flow {
        let moment = self.awaited(here);
        let reached = moment.is_some_and(|moment| moment == due || moment == self.program.now());
        match &self.program.campaigns[here.campaign].steps[here.step].verb {
            Verb::WaitUntil { if_past, .. } if !reached => self.past(here, moment, *if_past, effects),
            _ => self.waits_for_opening(here, Pending::Field, effects).unwrap_or_else(|| self.done(here)),
        }
    }

    fn waits_for_opening(&mut self, here: Here, pending: Pending, effects: &mut Vec<Effect<'a>>) -> Option<Flow> {
        let (Verb::Wait(Wait { windows, .. }) | Verb::WaitUntil { windows, .. }) =
            &self.program.campaigns[here.campaign].steps[here.step].verb
        else {
            return None;
        };
        if windows.is_open() {
            return None;
        }
        let now = self.program.now();
        let until = self.clock().open(windows, now);
        (until > now).then(|| {
            push(effects, here, Event::Wait { until });
            self.hold(here, pending, until)
        })
    }

    fn within(&self, windows: &Windows, moment: i64, exact: bool) -> i64 {
        if windows.is_open() { moment } else { self.clock().within(windows, moment, exact) }
    }

    /// The contact's own zone, or else the project's.
    fn clock(&self) -> Cow<'a, Zone> {
        let field = self.program.model().contacts.timezone;
        let own = field.and_then(|field| match self.fields[crate::model::ids::Id::index(field)] {
            Slot::Text(name) => Zone::named(name.trim()).ok(),
            _ => None,
        });
        own.map_or(Cow::Borrowed(&self.program.zone), Cow::Owned)
    }
}
