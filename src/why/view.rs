//! A contact while it is explained: the model, what the engine answered, and how things are spelt.

use rust_decimal::Decimal;

use super::document::{Spot, Tree};
use super::questions::{Questions, parts};
use crate::graph::describe;
use crate::model::ids::Id;
use crate::model::{CampaignState, Condition, ConditionKind, EventTest, FunnelId, Model, Subject};
use crate::runner::contact::Slot;
use crate::runner::effect::Unreached;
use crate::runner::one::{Looked, OneContact};
use crate::runner::output::text::{push_moment, push_slot};
use crate::runner::state::{ContactState, Enrollment, Phase, StageMemory};
use crate::screen::{one_line, shortened};
use crate::source::{Sources, Span};

/// As much of a value as is told, in characters.
const LONGEST_VALUE: usize = 60;

/// The contact, and all that is known of it.
#[derive(Clone, Copy)]
pub(super) struct View<'a> {
    pub(super) model: &'a Model,
    pub(super) one: &'a OneContact,
    pub(super) questions: &'a Questions<'a>,
    /// Absent where there is no row, and so nothing can be asked.
    pub(super) looked: Option<&'a Looked>,
    /// What is remembered of it.
    pub(super) memory: &'a ContactState,
    /// The files of the project; absent for a plan file.
    pub(super) sources: Option<&'a Sources>,
}

impl View<'_> {
    /// Whether a condition of the model holds.
    pub(super) fn holds(&self, condition: &Condition) -> Option<bool> {
        let number = self.questions.number(condition)?;
        Some(self.looked?.answers.get(number)?.holds)
    }

    /// A condition with what it says.
    pub(super) fn tree(&self, condition: &Condition) -> Tree {
        let found = condition.is_atom().then(|| self.found(condition)).flatten();
        Tree {
            holds: self.holds(condition),
            asks: self.asks(condition),
            found,
            place: self.spot(condition.span),
            parts: parts(condition)
                .iter()
                .map(|part| self.tree(part))
                .collect(),
        }
    }

    /// What a condition asks, without its parts.
    pub(super) fn asks(&self, condition: &Condition) -> String {
        let word = match &condition.kind {
            ConditionKind::All(_) => "all of",
            ConditionKind::Any(_) => "any of",
            ConditionKind::Not(_) => "not",
            ConditionKind::Field { .. } | ConditionKind::Tag(_) | ConditionKind::Stage { .. } => "",
            ConditionKind::Reached(_) | ConditionKind::InFunnel(_) => "",
            ConditionKind::Segment(_) | ConditionKind::Reachable(_) => "",
            ConditionKind::Campaign { .. } | ConditionKind::Event(_) => "",
            ConditionKind::Broken => "",
        };
        if word.is_empty() {
            describe::condition(self.model, condition)
        } else {
            word.to_owned()
        }
    }

    /// The values in which one question was found; nothing where it cannot be asked.
    pub(super) fn found(&self, condition: &Condition) -> Option<String> {
        let looked = self.looked?;
        Some(match &condition.kind {
            ConditionKind::Field { subject, .. } => self.value(looked, *subject),
            ConditionKind::Tag(_) => format!("tags are {}", self.tags(looked)),
            ConditionKind::Stage { stage, .. } | ConditionKind::Reached(stage) => {
                self.stage_words(stage.funnel)
            }
            ConditionKind::InFunnel(funnel) => self.stage_words(*funnel),
            ConditionKind::Segment(segment) => {
                let inside = looked.meets.get(segment.index()).copied().unwrap_or(false);
                format!("is {}", if inside { "in" } else { "out" })
            }
            ConditionKind::Reachable(channel) => {
                unreached(looked.in_the_way[*channel as usize]).to_owned()
            }
            ConditionKind::Campaign { campaign, .. } => self.enrollment_words(campaign.index()),
            ConditionKind::Event(test) => self.counted(condition, test),
            ConditionKind::All(_) | ConditionKind::Any(_) | ConditionKind::Not(_) => return None,
            ConditionKind::Broken => return None,
        })
    }

    fn value(&self, looked: &Looked, subject: Subject) -> String {
        let fields = self.model.contacts.fields.len();
        let slot = |at: usize| {
            looked
                .values
                .get(at)
                .map_or(Slot::Missing, |kept| kept.slot())
        };
        let mut text = String::new();
        let name = match subject {
            Subject::Points => {
                text = looked.points.to_string();
                "points".to_owned()
            }
            Subject::Group(group) => {
                text = looked
                    .groups
                    .get(group.index())
                    .map(i64::to_string)
                    .unwrap_or_default();
                format!("points of {}", self.model.points.groups[group].id)
            }
            Subject::Tags => return format!("tags are {}", self.tags(looked)),
            Subject::Field(field) => {
                let of = &self.model.contacts.fields[field];
                push_slot(
                    &mut text,
                    slot(field.index()),
                    of.type_.as_ref(),
                    &self.one.zone,
                );
                of.id.clone()
            }
            Subject::Company(field) => {
                let Some(companies) = &self.model.companies else {
                    return String::new();
                };
                let (of, at) = (&companies.fields[field], fields + field.index());
                push_slot(&mut text, slot(at), of.type_.as_ref(), &self.one.zone);
                format!("company {}", of.id)
            }
            // A property is asked of an event only, which is one question.
            Subject::Property(..) => return String::new(),
        };
        if text.is_empty() {
            format!("{name} is missing")
        } else {
            format!("{name} is {}", shown(&text))
        }
    }

    fn tags(&self, looked: &Looked) -> String {
        let names = &self.model.contacts.tags.names;
        let mut tags: Vec<_> = names
            .iter()
            .filter(|(id, _)| looked.tags.has(id.index()))
            .map(|(_, tag)| tag.id.as_str())
            .collect();
        if looked.other_tags {
            tags.push("others that the project does not name");
        }
        if tags.is_empty() {
            return "none".to_owned();
        }
        shown(&tags.join(", "))
    }

    /// `is in shop/lead since …`.
    pub(super) fn stage_words(&self, funnel: FunnelId) -> String {
        let id = &self.model.funnels[funnel].id;
        match self.stage(funnel) {
            Some((stage, since)) => format!("is in {id}/{stage} since {}", self.moment(since)),
            None => format!("is in no stage of {id}"),
        }
    }

    /// The stage in a funnel, and since when.
    pub(super) fn stage(&self, funnel: FunnelId) -> Option<(&str, i64)> {
        let known = self.stage_memory(funnel)?;
        let stage = known.stage.value?;
        Some((
            self.model.funnels[funnel].stages[stage].id.as_str(),
            known.since,
        ))
    }

    /// What is remembered of the stage in a funnel.
    pub(super) fn stage_memory(&self, funnel: FunnelId) -> Option<&StageMemory> {
        let found = self.memory.stages.iter().find(|(id, _)| *id == funnel);
        found.map(|(_, known)| known)
    }

    /// How the contact stands with a campaign.
    pub(super) fn enrollment(&self, campaign: usize) -> Enrollment {
        let members = &self.memory.members;
        let found = members.iter().find(|(id, _)| id.index() == campaign);
        found.map(|(_, member)| *member).unwrap_or_default()
    }

    fn enrollment_words(&self, campaign: usize) -> String {
        let member = self.enrollment(campaign);
        match member.phase {
            Phase::Never => "was never in it".to_owned(),
            Phase::Active => format!("is in it since {}", self.moment(member.since)),
            Phase::Ended(outcome) => {
                let word = CampaignState::Ended(outcome).word();
                format!("{word} on {}", self.moment(member.since))
            }
        }
    }

    /// How often, or how much.
    fn counted(&self, condition: &Condition, test: &EventTest) -> String {
        let number = self.questions.number(condition);
        let answer = number.and_then(|number| self.looked?.answers.get(number));
        let Some(counted) = answer.and_then(|answer| answer.counted) else {
            return format!("no {} begun, from which it counts", test.since.word());
        };
        if test.sum.is_some() {
            return format!("the sum is {}", counted.normalize());
        }
        if counted.is_zero() {
            "did not happen".to_owned()
        } else if counted == Decimal::ONE {
            "happened once".to_owned()
        } else {
            format!("happened {counted} times")
        }
    }

    /// A moment as outputs have it.
    pub(super) fn moment(&self, moment: i64) -> String {
        let mut text = String::new();
        push_moment(&mut text, moment, &self.one.zone);
        text
    }

    /// Where something is written.
    pub(super) fn spot(&self, span: Span) -> Option<Spot> {
        let sources = self.sources?;
        let file = sources.file(span.file)?;
        Some(Spot {
            file: file.path.clone(),
            line: sources.line_column(span).line,
        })
    }
}

/// A value on one line, with its end cut where it is long.
pub(super) fn shown(text: &str) -> String {
    one_line(&shortened(text, LONGEST_VALUE)).into_owned()
}

/// What is in the way of a channel.
pub(super) fn unreached(what: Option<Unreached>) -> &'static str {
    match what {
        None => "can be reached",
        Some(Unreached::Address) => "has no address",
        Some(Unreached::DoNotContact) => "must not be contacted",
        Some(Unreached::Consent) => "has not consented",
    }
}
