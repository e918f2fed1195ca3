//! All conditions of a model with what they are put together of, as questions for the engine; each
//! is known again by where it stands in the model.

use std::collections::HashMap;

use crate::model::ids::Id;
use crate::model::{Audience, Condition, ConditionKind, Enter, Model, StepKind};
use crate::runner::program::Around;

/// The questions, in order.
pub(super) struct Questions<'m> {
    pub(super) list: Vec<(Around, &'m Condition)>,
    places: HashMap<*const Condition, usize>,
}

impl<'m> Questions<'m> {
    /// All that a model asks.
    pub(super) fn of(model: &'m Model) -> Self {
        let mut questions = Self {
            list: Vec::new(),
            places: HashMap::new(),
        };
        for segment in model.segments.values() {
            questions.add(Around::Nothing, &segment.condition);
        }
        for channel in &model.contacts.channels {
            questions.add_all(Around::Nothing, channel.consent.as_ref());
        }
        questions.of_funnels(model);
        questions.of_campaigns(model);
        questions
    }

    /// The number of the question that a condition of the same model is.
    pub(super) fn number(&self, condition: &Condition) -> Option<usize> {
        self.places.get(&std::ptr::from_ref(condition)).copied()
    }

    fn of_funnels(&mut self, model: &'m Model) {
        for (id, funnel) in model.funnels.iter() {
            let around = Around::Funnel(id.index());
            if let Some(Audience::Of(who)) = &funnel.audience {
                self.add(around, who);
            }
            self.add_all(around, funnel.place.iter().map(|rule| &rule.when));
            for stage in funnel.stages.values() {
                self.add_all(around, stage.converts.iter().map(|it| &it.when));
                self.add_all(
                    around,
                    stage.experiences.iter().filter_map(|it| it.when.as_ref()),
                );
            }
        }
    }

    fn of_campaigns(&mut self, model: &'m Model) {
        for (id, campaign) in model.campaigns.iter() {
            let around = Around::Campaign(id.index());
            for way in &campaign.enter {
                if let Enter::Condition(condition) = way {
                    self.add(around, condition);
                }
            }
            self.add_all(around, campaign.goal.iter().chain(&campaign.exit_when));
            campaign.each_step(|step| {
                if let StepKind::If { when, .. } = &step.kind {
                    self.add(around, when);
                }
            });
        }
    }

    fn add_all(&mut self, around: Around, conditions: impl IntoIterator<Item = &'m Condition>) {
        conditions
            .into_iter()
            .for_each(|condition| self.add(around, condition));
    }

    fn add(&mut self, around: Around, condition: &'m Condition) {
        self.places
            .insert(std::ptr::from_ref(condition), self.list.len());
        self.list.push((around, condition));
        parts(condition)
            .iter()
            .for_each(|part| self.add(around, part));
    }
}

/// What a condition is put together of.
pub(super) fn parts(condition: &Condition) -> &[Condition] {
    match &condition.kind {
        ConditionKind::All(parts) | ConditionKind::Any(parts) => parts,
        ConditionKind::Not(inner) => std::slice::from_ref(inner),
        ConditionKind::Field { .. } | ConditionKind::Tag(_) | ConditionKind::Stage { .. } => &[],
        ConditionKind::Reached(_) | ConditionKind::InFunnel(_) | ConditionKind::Segment(_) => &[],
        ConditionKind::Reachable(_) | ConditionKind::Campaign { .. } => &[],
        ConditionKind::Event(_) | ConditionKind::Broken => &[],
    }
}
