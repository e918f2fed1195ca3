//! A question and its opposite with the branches swapped are one step: the base asks what the head asks.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::meaning::{Meaning, Meanings};
use crate::model::{Campaign, Condition, ConditionKind, Model, Step, StepKind};
use crate::plan::Plan;

/// The base with each `if` turned over that the head asks the other way round.
pub(super) fn as_in(base: &Plan, head: &Plan) -> Plan {
    let asked = asked(head.model());
    let mut meanings = Meanings::of(base.model());
    let mut model = base.model().clone();
    let mut is_turned = false;
    for id in model.campaigns.ids() {
        let Campaign { id, steps, .. } = &mut model.campaigns[id];
        let Some(asked) = asked.get(id) else { continue };
        turn(steps, &mut |when| {
            let (meaning, opposite) = (meanings.condition(when), meanings.opposite(when));
            let turns = !asked.contains(&meaning) && asked.contains(&opposite);
            is_turned |= turns;
            turns
        });
    }
    if is_turned { base.with_model(model) } else { base.clone() }
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

fn turn(steps: &mut [Step], turns: &mut impl FnMut(&Condition) -> bool) {
    for step in steps {
        if let StepKind::If { when, then, otherwise } = &mut step.kind
            && is_free(then)
            && is_free(otherwise)
            && turns(when)
        {
            *when = Condition { span: when.span, kind: ConditionKind::Not(Box::new(when.clone())) };
            std::mem::swap(then, otherwise);
            then.iter_mut()
                .for_each(|inner| rename(inner, &format!("{}/else/", step.name), &format!("{}/then/", step.name)));
            otherwise
                .iter_mut()
                .for_each(|inner| rename(inner, &format!("{}/then/", step.name), &format!("{}/else/", step.name)));
        }
        step.lists_mut().into_iter().for_each(|steps| turn(steps, turns));
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
    step.lists_mut().into_iter().flatten().for_each(|inner| rename(inner, from, to));
}
