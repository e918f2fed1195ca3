//! Phase 1: each funnel, in order, until it rests: enter, place, convert.

use super::cause::Cause;
use super::live::Live;
use crate::runner::effect::{Effect, Refusal};
use crate::runner::program::FunnelProgram;

impl<'a> Live<'a> {
    /// Lets the funnels rest which a change concerns.
    pub(super) fn settle_funnels(&mut self, effects: &mut Vec<Effect<'a>>) {
        let mut from = 0;
        while let Some(place) = self.open_funnels.next(from) {
            let funnel = self.program.funnel_order[place];
            while self.enter(funnel, effects) | self.place(funnel, effects) | self.convert(funnel, effects) {}
            self.open_funnels.unset(place);
            from = place + 1;
        }
    }

    /// Whoever is in the audience and in no stage enters at the entry.
    fn enter(&mut self, funnel: usize, effects: &mut Vec<Effect<'a>>) -> bool {
        let rules = &self.program.funnels[funnel];
        let in_audience = rules.audience.is_some() && self.may_come_in(funnel);
        match rules.entry {
            Some(entry) if in_audience && self.stages[funnel].stage.is_none() => {
                self.enter_stage(funnel, entry, Cause::Enter, effects)
            }
            _ => false,
        }
    }

    /// The first rule that holds names the target; if that one is not to be had, nothing moves.
    fn place(&mut self, funnel: usize, effects: &mut Vec<Effect<'a>>) -> bool {
        let rules = &self.program.funnels[funnel];
        if rules.place.is_empty() || !self.may_come_in(funnel) {
            return false;
        }
        let named = rules.place.iter().find(|(_, when)| self.holds(*when)).map(|(stage, _)| *stage);
        let from = self.stages[funnel].stage;
        match named {
            Some(to) if Some(to) != from && places(rules, from, to) => {
                self.enter_stage(funnel, to, Cause::Place, effects)
            }
            _ => false,
        }
    }

    /// The first conversion that holds counts; if its target is refused, nothing moves.
    fn convert(&mut self, funnel: usize, effects: &mut Vec<Effect<'a>>) -> bool {
        let rules = &self.program.funnels[funnel];
        let Some(from) = self.stages[funnel].stage else { return false };
        let conversions = &rules.stages[from].converts;
        let target = conversions.iter().find(|(when, _)| self.holds(*when)).and_then(|(_, to)| *to);
        match target {
            Some(to) if to != from && refusal(rules, Some(from), to).is_none() => {
                self.enter_stage(funnel, to, Cause::Convert, effects)
            }
            _ => false,
        }
    }

    /// Whether entry and placement concern the contact: it is in the audience, if there is one, and a `leave` does not keep it out.
    fn may_come_in(&mut self, funnel: usize) -> bool {
        let Some(audience) = self.program.funnels[funnel].audience else { return true };
        let inside = self.holds(audience);
        let standing = &mut self.stages[funnel];
        standing.left &= inside;
        inside && !standing.left
    }
}

/// Why a move to another stage is not allowed, if it is not: the first reason counts.
pub(super) fn refusal(rules: &FunnelProgram, from: Option<usize>, to: usize) -> Option<Refusal> {
    let target = &rules.stages[to];
    if !target.published {
        return Some(Refusal::Unpublished);
    }
    let present = &rules.stages[from?];
    if present.back_to.contains(&to) {
        None
    } else if present.is_final {
        Some(Refusal::Final)
    } else {
        (!rules.free && target.weight < present.weight).then_some(Refusal::Lighter)
    }
}

/// Whether `place` moves: to a strictly heavier stage, or along an arrow that is lifted.
fn places(rules: &FunnelProgram, from: Option<usize>, to: usize) -> bool {
    let lifted_or_heavier = from.is_none_or(|from| {
        let present = &rules.stages[from];
        rules.stages[to].weight > present.weight || rules.free || present.back_to.contains(&to)
    });
    lifted_or_heavier && refusal(rules, from, to).is_none()
}
