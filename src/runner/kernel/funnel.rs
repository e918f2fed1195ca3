//! Phase 1: each funnel, in order, until it rests: drop, enter, place, convert. In one that is not
//! published nothing moves by itself.

use super::cause::Cause;
use super::executor::Executor;
use crate::model::ids::Id;
use crate::runner::effect::{Effect, Event, Refusal};
use crate::runner::program::FunnelProgram;

impl<'a> Executor<'a> {
    /// Lets the funnels rest which a change concerns.
    pub(super) fn settle_funnels(&mut self, effects: &mut Vec<Effect<'a>>) {
        let mut from = 0;
        while let Some(place) = self.open_funnels.next(from) {
            let funnel = self.program.funnel_order[place];
            if self.program.funnels[funnel].published {
                while self.settle(funnel, effects) {}
            }
            self.open_funnels.unset(place);
            from = place + 1;
        }
    }

    fn settle(&mut self, funnel: usize, effects: &mut Vec<Effect<'a>>) -> bool {
        let dropped = self.program.funnels[funnel].drops && self.drop_out(funnel, effects);
        dropped
            | self.enter(funnel, effects)
            | self.place(funnel, effects)
            | self.convert(funnel, effects)
    }

    /// Whoever was in the audience and is no longer leaves the funnel.
    fn drop_out(&mut self, funnel: usize, effects: &mut Vec<Effect<'a>>) -> bool {
        let Some(audience) = self.program.funnels[funnel].audience else {
            return false;
        };
        let inside = self.eval(audience);
        let was_inside = std::mem::replace(&mut self.stages[funnel].in_audience, inside);
        if inside || !was_inside {
            return false;
        }
        let Some(from) = self.clear_stage(funnel) else {
            return false;
        };
        self.stages[funnel].left = false;
        effects.push(Effect {
            at: None,
            event: Event::Drop {
                funnel: Id::from_index(funnel),
                from,
            },
        });
        true
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
        let named = rules
            .place
            .iter()
            .find(|(_, when)| self.eval(*when))
            .map(|(stage, _)| *stage);
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
        let Some(from) = self.stages[funnel].stage else {
            return false;
        };
        let target = if rules.loose.is_empty() {
            self.target(funnel, from)
        } else {
            self.loose_target(funnel, from)
        };
        match target {
            Some(to) if to != from && refusal(rules, Some(from), to).is_none() => {
                self.enter_stage(funnel, to, Cause::Convert, effects)
            }
            _ => false,
        }
    }

    /// Where the first conversion of a stage that holds leads.
    fn target(&mut self, funnel: usize, stage: usize) -> Option<usize> {
        let conversions = &self.program.funnels[funnel].stages[stage].converts;
        conversions
            .iter()
            .find(|(when, _)| self.eval(*when))
            .and_then(|(_, to)| *to)
    }

    /// The target of the heaviest stage, from the present one up, that leads to a heavier one than
    /// the present; where there is none, the present stage's own.
    fn loose_target(&mut self, funnel: usize, present: usize) -> Option<usize> {
        let rules = &self.program.funnels[funnel];
        let weight = rules.stages[present].weight;
        for &stage in rules
            .loose
            .iter()
            .filter(|&&stage| stage == present || rules.stages[stage].weight > weight)
        {
            let target = self
                .target(funnel, stage)
                .filter(|&to| rules.stages[to].weight > weight);
            if target.is_some() {
                return target;
            }
        }
        self.target(funnel, present)
    }

    /// Whether entry and placement concern the contact: it is in the audience, if there is one, and
    /// a `leave` does not keep it out.
    fn may_come_in(&mut self, funnel: usize) -> bool {
        let Some(audience) = self.program.funnels[funnel].audience else {
            return true;
        };
        let inside = self.eval(audience);
        let standing = &mut self.stages[funnel];
        standing.left &= inside;
        inside && !standing.left
    }
}

/// Why a move to another stage is not allowed, if it is not: the first reason counts.
pub(super) fn refusal(rules: &FunnelProgram, from: Option<usize>, to: usize) -> Option<Refusal> {
    let target = &rules.stages[to];
    if !rules.published || !target.published {
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
