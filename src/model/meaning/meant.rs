//! A project in which each condition stands as its meaning, so that two that mean the same are
//! equal however they are written; for comparing, never for running.

use std::collections::BTreeMap;

use super::{Meaning, Meanings};
use crate::model::ids::Id;
use crate::model::{
    Audience, Condition, ConditionKind, Enter, EventPattern, Funnel, Members, Metadata, Model,
    Segment, SegmentId, Step, StepKind,
};
use crate::source::Span;

impl Model {
    /// This project with each condition as a question for a segment that has its meaning as its id;
    /// whatever has an id keeps it.
    #[must_use]
    pub fn meant(&self) -> Self {
        let (mut meanings, mut known) = (Meanings::of(self), BTreeMap::new());
        let mut model = self.clone();
        for id in model.campaigns.ids() {
            // Each way lets in by itself, so their order says nothing.
            model.campaigns[id]
                .enter
                .sort_by_key(|way| meanings.enter(way));
        }
        each_condition(&mut model, &mut |condition| {
            let next = SegmentId::from_index(self.segments.len() + known.len());
            let segment = *known.entry(meanings.condition(condition)).or_insert(next);
            condition.kind = ConditionKind::Segment(segment);
        });
        let mut new: Vec<(Meaning, SegmentId)> = known.into_iter().collect();
        new.sort_by_key(|(_, at)| *at);
        let of_meanings = new.into_iter().map(|(meaning, _)| named(meaning));
        model.segments = model
            .segments
            .values()
            .cloned()
            .chain(of_meanings)
            .collect();
        model
    }
}

fn named(meaning: Meaning) -> Segment {
    Segment {
        id: meaning.to_string(),
        span: Span::NOWHERE,
        about: Metadata::default(),
        condition: Condition {
            span: Span::NOWHERE,
            kind: ConditionKind::All(Vec::new()),
        },
        for_reports: false,
        by_hand: false,
        include: Members::default(),
        exclude: Members::default(),
    }
}

/// Each condition as a whole.
fn each_condition(model: &mut Model, visit: &mut impl FnMut(&mut Condition)) {
    model
        .contacts
        .channels
        .iter_mut()
        .filter_map(|channel| channel.consent.as_mut())
        .for_each(&mut *visit);
    for id in model.segments.ids() {
        visit(&mut model.segments[id].condition);
    }
    for id in model.points.rules.ids() {
        model.points.rules[id]
            .each
            .iter_mut()
            .for_each(|pattern| of_pattern(pattern, visit));
    }
    for id in model.funnels.ids() {
        of_funnel(&mut model.funnels[id], visit);
    }
    for id in model.campaigns.ids() {
        let campaign = &mut model.campaigns[id];
        for way in &mut campaign.enter {
            match way {
                Enter::Condition(condition) => visit(condition),
                Enter::Event(pattern) => of_pattern(pattern, visit),
                Enter::Entered { .. } => {}
            }
        }
        [&mut campaign.goal, &mut campaign.exit_when]
            .into_iter()
            .flatten()
            .for_each(&mut *visit);
        of_steps(&mut campaign.steps, visit);
    }
}

fn of_funnel(funnel: &mut Funnel, visit: &mut impl FnMut(&mut Condition)) {
    if let Some(Audience::Of(condition)) = &mut funnel.audience {
        visit(condition);
    }
    funnel
        .place
        .iter_mut()
        .for_each(|rule| visit(&mut rule.when));
    for id in funnel.stages.ids() {
        let stage = &mut funnel.stages[id];
        stage
            .converts
            .iter_mut()
            .for_each(|conversion| visit(&mut conversion.when));
        stage
            .experiences
            .iter_mut()
            .filter_map(|experience| experience.when.as_mut())
            .for_each(&mut *visit);
    }
}

fn of_steps(steps: &mut [Step], visit: &mut impl FnMut(&mut Condition)) {
    for step in steps {
        match &mut step.kind {
            StepKind::If { when, .. } => visit(when),
            StepKind::Await(awaiting) => awaiting
                .ways
                .iter_mut()
                .for_each(|way| of_pattern(&mut way.pattern, visit)),
            StepKind::Action(_)
            | StepKind::Wait(_)
            | StepKind::WaitUntil { .. }
            | StepKind::Split(_)
            | StepKind::Fork(_)
            | StepKind::Goto { .. }
            | StepKind::Exit(_)
            | StepKind::Broken => {}
        }
        step.lists_mut()
            .into_iter()
            .for_each(|steps| of_steps(steps, visit));
    }
}

fn of_pattern(pattern: &mut EventPattern, visit: &mut impl FnMut(&mut Condition)) {
    if let Some(condition) = &mut pattern.where_ {
        visit(condition);
    }
}
