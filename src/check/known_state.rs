//! What a campaign's own steps make certain about a contact: tags, fields, stages; what they do not
//! settle stays unknown.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::positions::Positions;
use super::stage_flow::{Entry, Flow, Ground, Here, either};
use crate::model::{
    Action, Campaign, Condition, ConditionKind, FieldId, FieldTest, FunnelId, Model, NewValue,
    SegmentId, Step, StepKind, Subject, TagId, Value,
};

/// What is known at some step.
#[derive(Clone)]
pub(super) struct Facts<'a> {
    tags: BTreeMap<TagId, bool>,
    fields: BTreeMap<FieldId, Known>,
    stages: BTreeMap<FunnelId, (Rc<Flow<'a>>, Here)>,
}

/// What is known about a field.
#[derive(Clone, PartialEq)]
enum Known {
    /// It has no value.
    Missing,
    /// It has this value.
    Is(Value),
    /// It was changed, and nothing more.
    Something,
}

impl<'a> Facts<'a> {
    /// What is known before the first step; of stages only in these funnels.
    pub(super) fn at_start(
        ground: &'a Ground<'a>,
        campaign: &'a Campaign,
        funnels: BTreeSet<FunnelId>,
    ) -> Self {
        let entry = Entry::of(ground, campaign);
        let flows = funnels
            .into_iter()
            .map(|funnel| Rc::new(Flow::new(&entry, funnel)));
        let stages = flows
            .map(|flow| (flow.funnel, (Rc::clone(&flow), flow.start.clone())))
            .collect();
        Self {
            tags: BTreeMap::new(),
            fields: BTreeMap::new(),
            stages,
        }
    }

    /// What is known after a step that is no `if`.
    pub(super) fn after(mut self, model: &Model, step: &Step) -> Self {
        for (flow, here) in self.stages.values_mut() {
            *here = flow.after_leaf(step, std::mem::take(here));
        }
        match &step.kind {
            StepKind::Action(Action::AddTag(tag)) => drop(self.tags.insert(*tag, true)),
            StepKind::Action(Action::RemoveTag(tag)) => drop(self.tags.insert(*tag, false)),
            StepKind::Action(Action::Clear(field)) => {
                self.fields.insert(*field, cleared(model, *field));
            }
            StepKind::Action(Action::Set { field, to }) => {
                self.fields.insert(*field, known(to));
            }
            StepKind::Broken => {
                self = Self {
                    tags: BTreeMap::new(),
                    fields: BTreeMap::new(),
                    ..self
                }
            }
            StepKind::Wait(_)
            | StepKind::WaitUntil { .. }
            | StepKind::If { .. }
            | StepKind::Split(_) => {}
            StepKind::Await(_) => {}
            StepKind::Action(_) => {}
            StepKind::Fork(_) | StepKind::Goto { .. } | StepKind::Exit(_) => {}
        }
        self
    }

    /// What is known where two branches meet.
    pub(super) fn meet(mut self, other: &Self) -> Self {
        self.tags
            .retain(|tag, has| other.tags.get(tag) == Some(has));
        self.fields
            .retain(|field, known| other.fields.get(field) == Some(known));
        for (funnel, (_, here)) in &mut self.stages {
            if let Some((_, there)) = other.stages.get(funnel) {
                *here = either(here, there);
            }
        }
        self
    }

    /// What is settled about each of these conditions. `segments` are those that they ask, each
    /// after those that it asks itself.
    pub(super) fn verdicts(
        &self,
        model: &Model,
        segments: &[SegmentId],
        asked: &[&Condition],
    ) -> Vec<Option<bool>> {
        let mut judge = Judge {
            model,
            facts: self,
            answers: BTreeMap::new(),
        };
        for segment in segments {
            let body = &model.segments[*segment];
            let answer = judge.verdict(&body.condition).filter(|_| !body.is_listed());
            judge.answers.insert(*segment, answer);
        }
        asked
            .iter()
            .map(|condition| judge.verdict(condition))
            .collect()
    }
}

/// A field with a default reads as that when it has no value.
fn cleared(model: &Model, field: FieldId) -> Known {
    if model.contacts.fields[field].default.is_some() {
        Known::Something
    } else {
        Known::Missing
    }
}

fn known(to: &NewValue) -> Known {
    match to {
        NewValue::Value(value) => Known::Is(value.clone()),
        NewValue::Add(_) | NewValue::Today | NewValue::Now => Known::Something,
    }
}

struct Judge<'a> {
    model: &'a Model,
    facts: &'a Facts<'a>,
    /// What is settled about segments; one in a circle is not.
    answers: BTreeMap<SegmentId, Option<bool>>,
}

impl Judge<'_> {
    fn verdict(&self, condition: &Condition) -> Option<bool> {
        match &condition.kind {
            ConditionKind::All(inner) => self.joined(inner, true),
            ConditionKind::Any(inner) => self.joined(inner, false),
            ConditionKind::Not(inner) => self.verdict(inner).map(|holds| !holds),
            ConditionKind::Tag(tag) => self.facts.tags.get(tag).copied(),
            ConditionKind::Stage { stage, at_least } => {
                let here = self.positions(stage.funnel)?;
                let certain = at_least.is_none() && *here == Positions::only(stage.stage);
                if here.stages.contains(stage.stage) {
                    certain.then_some(true)
                } else {
                    Some(false)
                }
            }
            ConditionKind::InFunnel(funnel) => {
                let here = self.positions(*funnel)?;
                if here.stages.is_empty() {
                    Some(false)
                } else {
                    (!here.nowhere).then_some(true)
                }
            }
            ConditionKind::Reached(stage) => {
                let weight = self.model.funnels[stage.funnel].stages[stage.stage].weight?;
                let here = self.positions(stage.funnel)?;
                let moves = self.facts.stages.get(&stage.funnel)?.0.moves();
                if here.stages.meets(moves.unweighted()) {
                    return None;
                }
                let lighter = moves.lighter(weight);
                if here.stages.except(&lighter).is_empty() {
                    Some(false)
                } else {
                    (!here.nowhere && !here.stages.meets(&lighter)).then_some(true)
                }
            }
            ConditionKind::Field {
                subject: Subject::Field(field),
                test,
            } => of_field(self.facts.fields.get(field)?, test),
            ConditionKind::Field {
                subject: Subject::Tags,
                test,
            } => {
                let has_one = self.facts.tags.values().any(|has| *has);
                has_one.then_some(*test == FieldTest::Exists(true))
            }
            ConditionKind::Field {
                subject:
                    Subject::Points | Subject::Group(_) | Subject::Company(_) | Subject::Property(..),
                ..
            } => None,
            ConditionKind::Event(_)
            | ConditionKind::Reachable(_)
            | ConditionKind::Campaign { .. } => None,
            ConditionKind::Broken => None,
            ConditionKind::Segment(segment) => self.answers.get(segment).copied().flatten(),
        }
    }

    fn joined(&self, inner: &[Condition], all: bool) -> Option<bool> {
        let verdicts: Vec<_> = inner.iter().map(|inner| self.verdict(inner)).collect();
        if verdicts.contains(&Some(!all)) {
            Some(!all)
        } else {
            verdicts
                .iter()
                .all(|verdict| *verdict == Some(all))
                .then_some(all)
        }
    }

    /// Nothing is known of a funnel that the campaign cannot come from.
    fn positions(&self, funnel: FunnelId) -> Option<&Positions> {
        self.facts
            .stages
            .get(&funnel)
            .map(|(_, here)| &here.expected)
            .filter(|here| !here.is_empty())
    }
}

/// Only what needs neither a clock nor the rules of text is told; the runner's kernel is the one
/// that evaluates.
fn of_field(known: &Known, test: &FieldTest) -> Option<bool> {
    match (test, known) {
        (_, Known::Something) => None,
        (FieldTest::Exists(wanted), known) => Some(*wanted == (*known != Known::Missing)),
        (test, Known::Missing) => is_negated(test),
        (FieldTest::Boolean { is, negated }, Known::Is(Value::Boolean(value))) => {
            Some((is == value) != *negated)
        }
        (FieldTest::Choice { values, negated }, Known::Is(Value::Choice(value))) => {
            Some(values.contains(value) != *negated)
        }
        (
            FieldTest::Boolean { .. } | FieldTest::Choice { .. } | FieldTest::Text(_),
            Known::Is(_),
        ) => None,
        (FieldTest::Number(_) | FieldTest::Date(_) | FieldTest::HasAny(_), Known::Is(_)) => None,
        (FieldTest::HasAll(_) | FieldTest::HasNone(_), Known::Is(_)) => None,
    }
}

/// How a test with a missing value comes out: false, and the negated ones true.
fn is_negated(test: &FieldTest) -> Option<bool> {
    match test {
        FieldTest::Boolean { negated, .. } | FieldTest::Choice { negated, .. } => Some(*negated),
        FieldTest::HasNone(_) => Some(true),
        FieldTest::HasAny(_) | FieldTest::HasAll(_) => Some(false),
        FieldTest::Text(_) | FieldTest::Number(_) | FieldTest::Date(_) | FieldTest::Exists(_) => {
            None
        }
    }
}
