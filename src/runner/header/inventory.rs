//! What a plan had that contacts can be at or hold, by id; a later plan holds it against what it
//! has itself.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::{
    Campaign, Experience, Field, FieldType, Funnel, Model, Stage, Step, StepKind, Until,
};

/// What there was. Steps stand with the one that followed each, because a later plan may lack it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inventory {
    /// The stages of each funnel.
    pub funnels: BTreeMap<String, Vec<String>>,
    /// By `funnel/stage` with experiences: the content of each.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub experiences: BTreeMap<String, BTreeMap<String, String>>,
    /// The steps of each campaign in the order of the text.
    pub campaigns: BTreeMap<String, Vec<StepWas>>,
    /// The type of each field, then its choices.
    pub fields: BTreeMap<String, Vec<String>>,
    /// Content.
    pub content: Vec<String>,
    /// Tags.
    pub tags: Vec<String>,
}

/// A step that there was.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepWas {
    /// Its name.
    #[serde(rename = "n")]
    pub name: String,
    /// What holds contacts at it, if it does: see `holds`.
    #[serde(rename = "h", default, skip_serializing_if = "String::is_empty")]
    pub holds: String,
    /// The step after it; absent after the last.
    #[serde(rename = "t", default, skip_serializing_if = "Option::is_none")]
    pub then: Option<String>,
}

impl Inventory {
    /// What a model has.
    pub(crate) fn of(model: &Model) -> Self {
        let stages = |funnel: &Funnel| {
            funnel
                .stages
                .values()
                .map(|stage| stage.id.clone())
                .collect()
        };
        Self {
            funnels: model
                .funnels
                .values()
                .map(|funnel| (funnel.id.clone(), stages(funnel)))
                .collect(),
            experiences: experiences(model),
            campaigns: model
                .campaigns
                .values()
                .map(|campaign| (campaign.id.clone(), steps(campaign)))
                .collect(),
            fields: model
                .contacts
                .fields
                .values()
                .map(|field| (field.id.clone(), type_of(field)))
                .collect(),
            content: model
                .content
                .values()
                .map(|content| content.id.clone())
                .collect(),
            tags: model
                .contacts
                .tags
                .names
                .values()
                .map(|tag| tag.id.clone())
                .collect(),
        }
    }
}

fn experiences(model: &Model) -> BTreeMap<String, BTreeMap<String, String>> {
    let stages = model
        .funnels
        .values()
        .flat_map(|funnel| funnel.stages.values().map(move |stage| (funnel, stage)));
    let with_some = stages.filter(|(_, stage)| !stage.experiences.is_empty());
    let content = |it: &Experience| (it.id.clone(), model.content[it.content].id.clone());
    let written = |(funnel, stage): (&Funnel, &Stage)| {
        (
            format!("{}/{}", funnel.id, stage.id),
            stage.experiences.iter().map(content).collect(),
        )
    };
    with_some.map(written).collect()
}

/// The type of a field, then its choices.
pub(crate) fn type_of(field: &Field) -> Vec<String> {
    let word = field.type_.as_ref().map_or("", FieldType::word).to_owned();
    let choices = match &field.type_ {
        Some(FieldType::Choice(values) | FieldType::Choices { values, .. }) => values.as_slice(),
        Some(
            FieldType::Text { .. } | FieldType::Email | FieldType::Integer | FieldType::Number,
        )
        | None => &[],
        Some(FieldType::Boolean | FieldType::Date | FieldType::Datetime) => &[],
    };
    std::iter::once(word)
        .chain(choices.iter().cloned())
        .collect()
}

/// A word for what holds contacts at a step; empty where it runs through.
pub(crate) fn holds(step: &Step) -> &'static str {
    match &step.kind {
        StepKind::Wait(_) => "wait",
        StepKind::WaitUntil {
            until: Until::Moment(_),
            ..
        } => "moment",
        StepKind::WaitUntil {
            until: Until::Field { .. },
            ..
        } => "field",
        StepKind::Fork(_) => "fork",
        StepKind::Await(awaits) if awaits.ways.len() > 1 => "await-several",
        StepKind::Await(_) => "await",
        StepKind::Action(_) => "",
        StepKind::If { .. } | StepKind::Split(_) | StepKind::Goto { .. } => "",
        StepKind::Exit(_) | StepKind::Broken => "",
    }
}

fn steps(campaign: &Campaign) -> Vec<StepWas> {
    let mut steps = Vec::new();
    list(&campaign.steps, None, &mut steps);
    steps
}

fn list(steps: &[Step], after: Option<&str>, found: &mut Vec<StepWas>) {
    for (at, step) in steps.iter().enumerate() {
        let next = steps
            .get(at + 1)
            .map_or(after, |next| Some(next.name.as_str()));
        let holds = holds(step).to_owned();
        found.push(StepWas {
            name: step.name.clone(),
            holds,
            then: next.map(str::to_owned),
        });
        // A way of a fork ends by itself.
        let behind = if matches!(step.kind, StepKind::Fork(_)) {
            None
        } else {
            next
        };
        for branch in step.branches() {
            list(branch.steps, behind, found);
        }
    }
}
