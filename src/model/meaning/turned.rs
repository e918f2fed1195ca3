//! A question and its opposite with the branches swapped are one step: the base asks what the head
//! asks.

use std::collections::{BTreeMap, BTreeSet};

use super::{Meaning, Meanings};
use crate::model::{Campaign, Condition, ConditionKind, Model, Step, StepKind};

impl Model {
    /// This project with each `if` turned over that a later one asks the other way round.
    #[must_use]
    pub fn turned_as_in(&self, head: &Self) -> Self {
        turned(self, head, true)
    }

    /// The same in names alone: each step stays where it is, and is called as it would be there.
    #[must_use]
    pub fn named_as_turned_in(&self, head: &Self) -> Self {
        turned(self, head, false)
    }
}

fn turned(base: &Model, head: &Model, swaps: bool) -> Model {
    let (asked, mut meanings) = (asked(head), Meanings::of(base));
    let mut model = base.clone();
    for id in model.campaigns.ids() {
        let Campaign { id, steps, .. } = &mut model.campaigns[id];
        let Some(asked) = asked.get(id) else { continue };
        turn(steps, swaps, &mut |when| {
            !asked.contains(&meanings.condition(when)) && asked.contains(&meanings.opposite(when))
        });
    }
    model
}

/// What the steps of each campaign ask.
fn asked(model: &Model) -> BTreeMap<String, BTreeSet<Meaning>> {
    let mut meanings = Meanings::of(model);
    let of = |campaign: &Campaign| {
        let mut asked = BTreeSet::new();
        campaign.each_step(|step| {
            if let StepKind::If { when, .. } = &step.kind {
                asked.insert(meanings.condition(when));
            }
        });
        (campaign.id.clone(), asked)
    };
    model.campaigns.values().map(of).collect()
}

fn turn(steps: &mut [Step], swaps: bool, turns: &mut impl FnMut(&Condition) -> bool) {
    for step in steps {
        if let StepKind::If {
            when,
            then,
            otherwise,
        } = &mut step.kind
            && is_free(then)
            && is_free(otherwise)
            && turns(when)
        {
            let [yes, no] = ["then", "else"].map(|word| format!("{}/{word}/", step.name));
            then.iter_mut().for_each(|inner| rename(inner, &yes, &no));
            otherwise
                .iter_mut()
                .for_each(|inner| rename(inner, &no, &yes));
            if swaps {
                *when = Condition {
                    span: when.span,
                    kind: ConditionKind::Not(Box::new(when.clone())),
                };
                std::mem::swap(then, otherwise);
            }
        }
        step.lists_mut()
            .into_iter()
            .for_each(|steps| turn(steps, swaps, turns));
    }
}

/// Whether the names of steps do nothing: nobody stands at one, and no split draws by one.
fn is_free(steps: &[Step]) -> bool {
    let mut is_free = true;
    let mut visit = |step: &Step| {
        is_free &= !matches!(
            step.kind,
            StepKind::Wait(_)
                | StepKind::WaitUntil { .. }
                | StepKind::Await(_)
                | StepKind::Split(_)
                | StepKind::Goto { .. }
        );
    };
    steps.iter().for_each(|step| step.each(&mut visit));
    is_free
}

fn rename(step: &mut Step, from: &str, to: &str) {
    if let Some(rest) = step.name.strip_prefix(from) {
        step.name = format!("{to}{rest}");
    }
    step.lists_mut()
        .into_iter()
        .flatten()
        .for_each(|inner| rename(inner, from, to));
}
