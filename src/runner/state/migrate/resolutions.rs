//! What became of each thing that the earlier plan had: still there, called otherwise, given up in
//! so many words, or unspoken of.

use std::collections::{BTreeMap, BTreeSet};

use super::names::Names;
use crate::model::ids::Id;
use crate::model::{Campaign, Model, Moved, Removed};
use crate::runner::header::{Inventory, StepWas, holds, type_of};

/// What became of a thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Resolution {
    /// It is there under the same name.
    Same,
    /// It is there under this name.
    Now(String),
    /// It is gone, and the project says so.
    Dropped,
    /// It is gone, and the project does not speak of it.
    UnhandledChanges,
}

/// What became of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum StepFate {
    /// It is there under the same name.
    Same,
    /// It is there under this name, and perhaps does something else: then it runs when its contacts
    /// were due.
    Now { name: String, runs_anew: bool },
    /// It is gone, and its contacts go on with this step; without a name, with the end.
    Next(String),
    /// It is gone, and its contacts leave.
    Exit,
    /// It is gone, and the project does not speak of it.
    UnhandledChanges,
}

/// What became of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FieldFate {
    /// Its values are read as before.
    Same,
    /// Its whole numbers are decimals now.
    Widened,
    /// Other choices: each value is looked at.
    Choices,
    /// What is remembered of it is forgotten, and the project says so.
    Dropped,
    /// It is gone or has another type, and the project does not speak of it.
    UnhandledChanges,
}

/// What became of all things.
#[derive(Debug)]
pub(super) struct Fates {
    pub(super) funnels: BTreeMap<String, Resolution>,
    /// By the old name of the funnel.
    pub(super) stages: BTreeMap<String, BTreeMap<String, Resolution>>,
    pub(super) campaigns: BTreeMap<String, Resolution>,
    /// By the old name of the campaign.
    pub(super) steps: BTreeMap<String, BTreeMap<String, StepFate>>,
    pub(super) fields: BTreeMap<String, FieldFate>,
    /// Content and tags that are gone.
    pub(super) content: BTreeSet<String>,
    pub(super) tags: BTreeSet<String>,
    /// Of what nobody is at: its other names.
    pub(super) renamed: Names,
}

impl Fates {
    pub(super) fn of(model: &Model, had: &Inventory) -> Self {
        let funnels: BTreeMap<_, _> = had
            .funnels
            .keys()
            .map(|id| (id.clone(), funnel(model, id)))
            .collect();
        let campaigns: BTreeMap<_, _> = had
            .campaigns
            .keys()
            .map(|id| (id.clone(), campaign(model, id)))
            .collect();
        let stages = had.funnels.iter().map(|(id, stages)| {
            let fates = stages
                .iter()
                .map(|stage| (stage.clone(), self::stage(model, (id, &funnels[id]), stage)));
            (id.clone(), fates.collect())
        });
        let steps = had.campaigns.iter().filter_map(|(id, steps)| {
            let name = campaigns[id].name(id)?;
            let present = model
                .campaigns
                .values()
                .find(|campaign| campaign.id == name)?;
            Some((id.clone(), Steps::of(model, present, steps).fates()))
        });
        let renamed = Names::of(model);
        let is_gone = |id: &&String| {
            !renamed.has("content", id) && !model.content.values().any(|content| content.id == **id)
        };
        let is_no_tag = |id: &&String| {
            !renamed.has("tag", id) && !model.contacts.tags.names.values().any(|tag| tag.id == **id)
        };
        Self {
            stages: stages.collect(),
            steps: steps.collect(),
            fields: had
                .fields
                .iter()
                .map(|(id, type_)| (id.clone(), field(model, id, type_)))
                .collect(),
            content: had.content.iter().filter(is_gone).cloned().collect(),
            tags: had.tags.iter().filter(is_no_tag).cloned().collect(),
            renamed,
            funnels,
            campaigns,
        }
    }
}

impl Fates {
    /// Whether a contact may be at something that is gone, or in two campaigns that became one.
    pub(super) fn may_refuse(&self) -> bool {
        let things = self
            .funnels
            .values()
            .chain(self.campaigns.values())
            .chain(self.stages.values().flat_map(BTreeMap::values));
        let mut present: Vec<_> = self
            .campaigns
            .iter()
            .filter_map(|(id, fate)| fate.name(id))
            .collect();
        present.sort_unstable();
        let joined = present.windows(2).any(|pair| pair[0] == pair[1]);
        let fields = self
            .fields
            .values()
            .any(|fate| matches!(fate, FieldFate::UnhandledChanges | FieldFate::Choices));
        let steps = self
            .steps
            .values()
            .flat_map(BTreeMap::values)
            .any(|fate| *fate == StepFate::UnhandledChanges);
        joined
            || fields
            || steps
            || things
                .into_iter()
                .any(|fate| *fate == Resolution::UnhandledChanges)
    }
}

impl Resolution {
    /// The name that a thing has now, if it is there.
    pub(super) fn name<'a>(&'a self, old: &'a str) -> Option<&'a str> {
        match self {
            Self::Same => Some(old),
            Self::Now(name) => Some(name),
            Self::Dropped | Self::UnhandledChanges => None,
        }
    }
}

fn funnel(model: &Model, id: &str) -> Resolution {
    let moved = |moved: &Moved| match moved {
        Moved::Funnel { from, to } if from == id => Some(model.funnels[*to].id.clone()),
        Moved::Funnel { .. }
        | Moved::Stage { .. }
        | Moved::Step { .. }
        | Moved::Campaign { .. } => None,
        Moved::Other { .. } => None,
    };
    let removed = |removed: &Removed| matches!(removed, Removed::Funnel(gone) if gone == id);
    fate(
        model,
        model.funnels.values().any(|it| it.id == id),
        moved,
        removed,
    )
}

fn campaign(model: &Model, id: &str) -> Resolution {
    let moved = |moved: &Moved| match moved {
        Moved::Campaign { from, to } if from == id => Some(model.campaigns[*to].id.clone()),
        Moved::Campaign { .. }
        | Moved::Stage { .. }
        | Moved::Step { .. }
        | Moved::Funnel { .. } => None,
        Moved::Other { .. } => None,
    };
    let removed = |removed: &Removed| matches!(removed, Removed::Campaign(gone) if gone == id);
    fate(
        model,
        model.campaigns.values().any(|it| it.id == id),
        moved,
        removed,
    )
}

fn stage(model: &Model, (funnel, fate_of_funnel): (&str, &Resolution), id: &str) -> Resolution {
    let Some(present) = fate_of_funnel.name(funnel) else {
        return fate_of_funnel.clone();
    };
    let present = model.funnels.values().find(|it| it.id == present);
    let is_there = present.is_some_and(|it| it.stages.values().any(|stage| stage.id == id));
    let moved = |moved: &Moved| match moved {
        Moved::Stage {
            funnel: old,
            from,
            to,
        } if old == funnel && from == id => {
            Some(model.funnels[to.funnel].stages[to.stage].id.clone())
        }
        Moved::Stage { .. }
        | Moved::Step { .. }
        | Moved::Campaign { .. }
        | Moved::Funnel { .. } => None,
        Moved::Other { .. } => None,
    };
    let removed = |removed: &Removed| matches!(removed, Removed::Stage { funnel: old, stage } if old == funnel && stage == id);
    fate(model, is_there, moved, removed)
}

fn fate(
    model: &Model,
    is_there: bool,
    moved: impl Fn(&Moved) -> Option<String>,
    removed: impl Fn(&Removed) -> bool,
) -> Resolution {
    if is_there {
        Resolution::Same
    } else if let Some(name) = model.in_flight.moved.iter().find_map(moved) {
        Resolution::Now(name)
    } else if model.in_flight.removed.iter().any(removed) {
        Resolution::Dropped
    } else {
        Resolution::UnhandledChanges
    }
}

fn field(model: &Model, id: &str, old: &[String]) -> FieldFate {
    let present = model
        .contacts
        .fields
        .values()
        .find(|field| field.id == id)
        .map(type_of);
    let word = |type_: &[String]| type_.first().cloned().unwrap_or_default();
    let pair = present.as_deref().map(|present| (word(old), word(present)));
    let pair = pair
        .as_ref()
        .map(|(old, present)| (old.as_str(), present.as_str()));
    let is_text = |word: &str| matches!(word, "text" | "email");
    match pair {
        Some((before, now)) if before == now && present.as_deref() == Some(old) => FieldFate::Same,
        Some((before, now)) if is_text(before) && is_text(now) => FieldFate::Same,
        Some(("choice", now)) if is_text(now) => FieldFate::Same,
        Some(("integer", "number")) => FieldFate::Widened,
        _ if model
            .in_flight
            .removed
            .iter()
            .any(|gone| matches!(gone, Removed::Field(gone) if gone == id)) =>
        {
            FieldFate::Dropped
        }
        Some((before, now)) if before == now => FieldFate::Choices,
        Some(_) | None => FieldFate::UnhandledChanges,
    }
}

/// The steps of one campaign, as they were and as they are.
struct Steps<'a> {
    had: &'a [StepWas],
    /// The steps that are there, with what holds contacts at each.
    present: BTreeMap<&'a str, &'static str>,
    moved: BTreeMap<&'a str, &'a str>,
    removed: BTreeMap<&'a str, bool>,
}

impl<'a> Steps<'a> {
    fn of(model: &'a Model, campaign: &'a Campaign, had: &'a [StepWas]) -> Self {
        let (mut names, mut present) = (Vec::new(), BTreeMap::new());
        campaign.each_step(|step| {
            names.push(step.name.as_str());
            present.insert(step.name.as_str(), holds(step));
        });
        let here = |id: &crate::model::CampaignId| model.campaigns[*id].id == campaign.id;
        let moved = model
            .in_flight
            .moved
            .iter()
            .filter_map(|moved| match moved {
                Moved::Step { campaign, from, to } if here(campaign) => {
                    Some((from.as_str(), *names.get(to.index())?))
                }
                Moved::Step { .. }
                | Moved::Stage { .. }
                | Moved::Campaign { .. }
                | Moved::Funnel { .. } => None,
                Moved::Other { .. } => None,
            });
        let moved = moved.collect();
        let removed = model
            .in_flight
            .removed
            .iter()
            .filter_map(|removed| match removed {
                Removed::Step {
                    campaign,
                    step,
                    next,
                } if here(campaign) => Some((step.as_str(), *next)),
                Removed::Step { .. } | Removed::Stage { .. } | Removed::Campaign(_) => None,
                Removed::Funnel(_) | Removed::Field(_) => None,
            });
        Self {
            had,
            present,
            moved,
            removed: removed.collect(),
        }
    }

    fn fates(&self) -> BTreeMap<String, StepFate> {
        self.had
            .iter()
            .map(|was| (was.name.clone(), self.fate(was)))
            .collect()
    }

    fn fate(&self, was: &'a StepWas) -> StepFate {
        let name = was.name.as_str();
        let present = self.present(name);
        let runs_anew = present.is_some_and(|name| {
            self.present
                .get(name)
                .is_some_and(|holds| **holds != was.holds)
        });
        match present {
            Some(present) if present == name && !runs_anew => StepFate::Same,
            Some(present) => StepFate::Now {
                name: present.to_owned(),
                runs_anew,
            },
            None => match self.removed.get(name) {
                Some(true) => StepFate::Next(self.survivor(was.then.as_deref())),
                Some(false) => StepFate::Exit,
                None => StepFate::UnhandledChanges,
            },
        }
    }

    fn present(&self, name: &str) -> Option<&'a str> {
        let same = self.present.get_key_value(name).map(|(name, _)| *name);
        same.or_else(|| self.moved.get(name).copied())
    }

    /// The first step from here on, along the way that the contact would have gone, which is still
    /// there.
    fn survivor(&self, mut at: Option<&'a str>) -> String {
        for _ in 0..=self.had.len() {
            let Some(name) = at else { break };
            if let Some(present) = self.present(name) {
                return present.to_owned();
            }
            at = self
                .had
                .iter()
                .find(|was| was.name == name)
                .and_then(|was| was.then.as_deref());
        }
        String::new()
    }
}
