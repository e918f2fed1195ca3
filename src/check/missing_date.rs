//! A `wait-until` on a field that may have no date, where the file does not say what then; what
//! `enter`, an `if` or a step before makes certain is not asked for again.

use std::collections::BTreeSet;

use super::{CheckContext, Rule};
use crate::diagnostic::Diagnostic;
use crate::model::ids::Id;
use crate::model::{
    Action, Campaign, Condition, ConditionKind, DateTest, Enter, FieldId, FieldTest, Model,
    SegmentId, Step, StepKind, Subject, Until,
};

pub(super) fn find(case: &CheckContext<'_>, rule: &Rule) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let segments = of_segments(case.model, &case.ground.order);
    for campaign in case
        .model
        .campaigns
        .values()
        .filter(|campaign| !campaign.broken)
    {
        let mut search = Search {
            rule,
            model: case.model,
            segments: &segments,
            found: &mut found,
        };
        let certain = search.at_start(campaign);
        search.list(&campaign.steps, certain);
    }
    found
}

/// The date fields that have a value.
type Certain = BTreeSet<FieldId>;

/// By segment: what is certain where it does not hold, and where it does.
type BySegment = Vec<[Certain; 2]>;

/// `order` has each segment after those that it asks; one in a circle makes nothing certain.
fn of_segments(model: &Model, order: &[SegmentId]) -> BySegment {
    let mut answers = vec![[Certain::new(), Certain::new()]; model.segments.len()];
    for id in order.iter().filter(|id| !model.segments[**id].is_listed()) {
        let condition = &model.segments[*id].condition;
        answers[id.index()] = [false, true].map(|holds| certain_if(condition, holds, &answers));
    }
    answers
}

/// The fields that have a value wherever a condition comes out as `holds`.
fn certain_if(condition: &Condition, holds: bool, segments: &BySegment) -> Certain {
    match &condition.kind {
        ConditionKind::All(parts) => joined(parts, holds, holds, segments),
        ConditionKind::Any(parts) => joined(parts, holds, !holds, segments),
        ConditionKind::Not(part) => certain_if(part, !holds, segments),
        ConditionKind::Field {
            subject: Subject::Field(field),
            test,
        } if needs_a_value(test, holds) => Certain::from([*field]),
        ConditionKind::Segment(id) => segments[id.index()][usize::from(holds)].clone(),
        ConditionKind::Field { .. } | ConditionKind::Tag(_) | ConditionKind::Stage { .. } => {
            Certain::new()
        }
        ConditionKind::Reached(_) | ConditionKind::InFunnel(_) | ConditionKind::Reachable(_) => {
            Certain::new()
        }
        ConditionKind::Campaign { .. } | ConditionKind::Event(_) | ConditionKind::Broken => {
            Certain::new()
        }
    }
}

/// All parts come out alike, or at least one of them.
fn joined(parts: &[Condition], holds: bool, all: bool, segments: &BySegment) -> Certain {
    let parts = parts.iter().map(|part| certain_if(part, holds, segments));
    parts
        .reduce(|one, other| if all { &one | &other } else { &one & &other })
        .unwrap_or_default()
}

struct Search<'a, 'f> {
    rule: &'a Rule,
    model: &'a Model,
    segments: &'a BySegment,
    found: &'f mut Vec<Diagnostic>,
}

impl Search<'_, '_> {
    /// What every way in makes certain.
    fn at_start(&self, campaign: &Campaign) -> Certain {
        let ways = campaign.enter.iter().map(|way| match way {
            Enter::Condition(condition) => certain_if(condition, true, self.segments),
            Enter::Entered { .. } => Certain::new(),
            Enter::Event(pattern) => self.model.events[pattern.event]
                .updates
                .iter()
                .map(|update| update.field)
                .collect(),
        });
        ways.reduce(|one, other| &one & &other).unwrap_or_default()
    }

    /// Goes through a list; `None` where no contact comes out of it.
    fn list(&mut self, steps: &[Step], mut certain: Certain) -> Option<Certain> {
        for step in steps {
            certain = self.after(step, certain)?;
        }
        Some(certain)
    }

    fn after(&mut self, step: &Step, mut certain: Certain) -> Option<Certain> {
        match &step.kind {
            StepKind::Action(Action::Set { field, .. }) => drop(certain.insert(*field)),
            StepKind::Action(Action::Clear(field)) => drop(certain.remove(field)),
            StepKind::WaitUntil {
                until: Until::Field {
                    field, if_missing, ..
                },
                ..
            } => {
                if if_missing.is_none() && !certain.contains(field) {
                    self.report(step, *field);
                }
                // Told once: the next wait for the date is the same question, unless this one lets
                // contacts go on without.
                if step.kind.ends_where_missing() {
                    certain.insert(*field);
                }
            }
            StepKind::If {
                when,
                then,
                otherwise,
            } => {
                let yes = &certain | &certain_if(when, true, self.segments);
                let no = &certain | &certain_if(when, false, self.segments);
                return meet(self.list(then, yes), self.list(otherwise, no));
            }
            StepKind::Goto { .. } | StepKind::Exit(_) => return None,
            StepKind::Split(_) | StepKind::Await(_) | StepKind::Fork(_) => {
                let ends = step
                    .branches()
                    .into_iter()
                    .map(|branch| self.list(branch.steps, certain.clone()));
                return ends.reduce(meet).unwrap_or(Some(certain));
            }
            StepKind::Wait(_)
            | StepKind::WaitUntil {
                until: Until::Moment(_),
                ..
            }
            | StepKind::Broken => {}
            StepKind::Action(_) => {}
        }
        Some(certain)
    }

    fn report(&mut self, step: &Step, field: FieldId) {
        let field = &self.model.contacts.fields[field];
        if field.required || field.default.is_some() {
            return;
        }
        let message = format!(
            "contacts without `{}` leave the campaign at `{}`, and the file does not say that they \
                should",
            field.id, step.name
        );
        let help = "write `if-missing: exit` beside it if that is meant, `if-missing: skip` to leave \
            out the next step, or `if-missing: continue` to go on at once";
        let finding = self
            .rule
            .finding(step.span, message)
            .at("no `if-missing`")
            .label(field.span, "may be missing");
        self.found.push(finding.help(help));
    }
}

fn meet(one: Option<Certain>, other: Option<Certain>) -> Option<Certain> {
    match (one, other) {
        (Some(one), Some(other)) => Some(&one & &other),
        (one, other) => one.or(other),
    }
}

/// Whether a test of a date that comes out as `holds` shows that there is one.
fn needs_a_value(test: &FieldTest, holds: bool) -> bool {
    match test {
        FieldTest::Exists(wanted) => *wanted == holds,
        FieldTest::Date(DateTest::In { negated, .. }) => *negated != holds,
        FieldTest::Date(_) => holds,
        FieldTest::Text(_)
        | FieldTest::Number(_)
        | FieldTest::Boolean { .. }
        | FieldTest::Choice { .. } => false,
        FieldTest::HasAny(_) | FieldTest::HasAll(_) | FieldTest::HasNone(_) => false,
    }
}
