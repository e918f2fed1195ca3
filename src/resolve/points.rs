//! Points: groups, rules and triggers; a trigger becomes a campaign that enough points start.

use super::pattern::Scope;
use super::{Resolver, about, sorted};
use crate::diagnostic::{Diagnostic, codes};
use crate::language::Verb;
use crate::model::points::{TRIGGERS, points_column_of};
use crate::model::{
    Arena, Campaign, Existing, Give, GroupId, PointGroup, PointRule, Publish, Scoring, StepKind,
    Threshold,
};
use crate::schema::{self, Keyed, Project, ScalarOr, Text};
use crate::source::Span;

impl Resolver {
    /// Groups and rules; the groups are known by [`Index`](super::names::Index) already.
    pub(super) fn scoring(&mut self, project: &Project) -> Scoring {
        let columns = project
            .contacts
            .as_ref()
            .and_then(|contacts| contacts.body.as_ref()?.points.as_ref());
        let groups = self.groups(columns.map_or(&[][..], |points| points.groups.0.as_slice()));
        let body = project
            .points
            .as_ref()
            .and_then(|points| points.body.as_ref());
        let rules = body.iter().flat_map(|points| sorted(&points.rules));
        let rules: Vec<_> = rules
            .map(|(id, rule)| self.point_rule(id, rule.body.as_ref()))
            .collect();
        Scoring {
            groups,
            rules: rules.into_iter().collect(),
        }
    }

    fn groups(&mut self, columns: &[(Keyed<Text>, Keyed<Text>)]) -> Arena<GroupId, PointGroup> {
        for (group, column) in columns {
            self.group_id(group);
            self.not_empty(Some(column), "column of the points");
        }
        let group = |(id, span): (&str, Span)| {
            let written = columns.iter().find(|(group, _)| group.value.0 == id);
            let column = written.map(|(_, column)| column.value.0.clone());
            PointGroup {
                id: id.to_owned(),
                span,
                column: column.unwrap_or_else(|| points_column_of(id)),
            }
        };
        self.index.groups.with_spans().map(group).collect()
    }

    fn point_rule(&mut self, id: &Keyed<Text>, written: Option<&schema::PointRule>) -> PointRule {
        let mut rule = PointRule {
            id: id.value.0.clone(),
            span: id.span,
            about: crate::model::Metadata::default(),
            each: None,
            give: Give {
                points: 0,
                group: None,
            },
            publish: Publish::default(),
        };
        let Some(written) = written else { return rule };
        rule.about = about(
            written.name.as_ref(),
            written.description.as_ref(),
            written.category.as_ref(),
            written.owner.as_ref(),
        );
        rule.each = if written.each.value.hole.is_some() {
            self.condition(&written.each);
            None
        } else if written.each.value.event.is_some() {
            self.event_pattern(&written.each, "each")
        } else {
            let message = format!(
                "the rule `{}` does not say for which event it gives points",
                rule.id
            );
            let help = "write `each: { event: opened }`";
            self.report(
                Diagnostic::new(codes::WRONG_VALUE, written.each.span, message)
                    .at("no event")
                    .help(help),
            );
            None
        };
        rule.give = Give {
            points: written.give.value,
            group: self.group(written.group.as_ref()),
        };
        rule.publish = self.publish(written.published.as_ref(), written.publish.as_ref());
        rule
    }

    /// The triggers, as campaigns.
    pub(super) fn triggers(&mut self, project: &Project) -> Vec<Campaign> {
        let body = project
            .points
            .as_ref()
            .and_then(|points| points.body.as_ref());
        let triggers = body.iter().flat_map(|points| sorted(&points.triggers));
        triggers
            .map(|(id, trigger)| self.trigger(id, trigger.body.as_ref()))
            .collect()
    }

    fn trigger(&mut self, id: &Keyed<Text>, written: Option<&schema::PointTrigger>) -> Campaign {
        let mut trigger = Campaign {
            id: format!("{TRIGGERS}{}", id.value.0),
            span: id.span,
            about: crate::model::Metadata::default(),
            priority: 0,
            publish: Publish::default(),
            enter: Vec::new(),
            reenter: None,
            on_leave: None,
            existing: Existing::Enter,
            goal: None,
            exit_when: None,
            exits_after_until: false,
            trigger: Some(Threshold {
                at: i64::MAX,
                group: None,
            }),
            steps: Vec::new(),
            broken: true,
        };
        let Some(written) = written else {
            return trigger;
        };
        let mistakes = self.errors;
        trigger.about = about(
            written.name.as_ref(),
            written.description.as_ref(),
            written.category.as_ref(),
            written.owner.as_ref(),
        );
        trigger.publish = self.publish(written.published.as_ref(), written.publish.as_ref());
        trigger.trigger = Some(Threshold {
            at: written.at.value,
            group: self.group(written.group.as_ref()),
        });
        trigger.steps = self.within(Scope::STEPS, |this| this.steps_of(&written.steps.value));
        self.at_once(&trigger);
        trigger.broken = self.errors > mistakes;
        trigger
    }

    /// The steps of a trigger run in the moment in which it fires.
    fn at_once(&mut self, trigger: &Campaign) {
        let mut waiting = Vec::new();
        trigger.each_step(|step| {
            if let Some(word) = takes_time(&step.kind) {
                waiting.push((word, step.span));
            }
        });
        for (word, span) in waiting {
            let message = format!(
                "`{word}` does not stand in a trigger: its steps run at once, for everybody alike"
            );
            let help =
                "let the trigger add a tag or enrol the contact, and write the rest in a campaign";
            self.report(
                Diagnostic::new(codes::STEP_KEYS, span, message)
                    .at("not in a trigger")
                    .help(help),
            );
        }
    }

    /// The value of the step `points`.
    pub(super) fn given(&mut self, written: &Keyed<ScalarOr<schema::Give>>) -> Option<Give> {
        match &written.value {
            ScalarOr::Other(give) => {
                let group = give.group.as_ref().map(|group| self.group_id(group));
                Some(Give {
                    points: give.give.value,
                    group: group.map_or(Some(None), |id| id.map(Some))?,
                })
            }
            ScalarOr::Scalar(text) => match text.0.trim().parse() {
                Ok(points) => Some(Give {
                    points,
                    group: None,
                }),
                Err(_) => {
                    let message = format!("`{}` is no number of points", text.0);
                    let help = "write a whole number, or `{ give: 10, group: loyalty }`";
                    self.report(
                        Diagnostic::new(codes::WRONG_VALUE, written.span, message)
                            .at("expected a whole number")
                            .help(help),
                    );
                    None
                }
            },
        }
    }

    fn group(&mut self, name: Option<&Keyed<Text>>) -> Option<GroupId> {
        name.and_then(|name| self.group_id(name))
    }
}

/// The word of a step that waits, chooses a way or ends the journey.
fn takes_time(kind: &StepKind) -> Option<&'static str> {
    match kind {
        StepKind::Action(_) | StepKind::If { .. } => None,
        StepKind::Wait(_) | StepKind::WaitUntil { .. } | StepKind::Await(_) => {
            kind.verb().map(Verb::word)
        }
        StepKind::Split(_) | StepKind::Fork(_) => kind.verb().map(Verb::word),
        StepKind::Goto { .. } | StepKind::Exit(_) | StepKind::Broken => kind.verb().map(Verb::word),
    }
}
