//! A state that another plan left becomes one of this plan: names that changed are followed, what
//! the project gives up is dropped, and of what it does not speak it is told.
//!
//! Only text and names are looked at, and a line that names nothing which changed stays byte for
//! byte.
//!
//! ```text
//!   the header: what the earlier plan had        the new plan, with `moved` and `removed`
//!                              \                /
//!   fates.rs           of each thing that there was
//!                 +--------------+--------------+-----------------+
//!               Same           Now(name)      Dropped          Unspoken
//!                 |              |              |                 |
//!   line.rs    stays as       gets its       is forgotten      is forgotten, and
//!   member.rs  it is          new name       as `removed`      noted as a concern
//!                                            says                 |
//!   told.rs                                        contacts are there? the run is refused,
//!                                                  with the lines to write into `moved` or `removed`
//! ```
//!
//! Fates are worked out once, lines are many. So each line is searched for the names that changed
//! before it is parsed at all; a name that is found where it means something else costs a parse and
//! changes nothing, since the parsed line is looked at place by place.

mod conditions;
mod line;
mod member;
mod names;
mod resolutions;
mod told;

use std::collections::{BTreeMap, BTreeSet};

use memchr::memmem::Finder;

use super::{Header, Knows, Opened, StateError};
use crate::model::Model;
use crate::runner::program::Dependencies;
use conditions::{Conditions, Marks};
use resolutions::{Fates, FieldFate, Resolution, StepFate};
pub(crate) use told::Told;
pub use told::UnhandledChanges;

/// The key of what is not remembered of a contact.
const UNREAD: &str = "z";

/// The way from an earlier plan's state to this plan.
#[derive(Debug)]
pub(crate) struct Migration<'m> {
    model: &'m Model,
    before: &'m Header,
    fates: Fates,
    /// By the old name of a campaign: its entry conditions that are others now.
    marks: BTreeMap<String, Marks>,
    /// The fields that steps wrote, and that nothing writes any more.
    unwritten: BTreeSet<String>,
    /// What this plan and the contacts file both write.
    writes: Knows,
    /// What this plan writes and the earlier one did not.
    fresh: Knows,
    /// What a line must hold to be concerned.
    changed: Vec<Finder<'static>>,
}

impl<'m> Migration<'m> {
    /// From the state under `before` to the plan of `model`.
    pub(crate) fn new(model: &'m Model, before: &'m Header) -> Self {
        let fates = Fates::of(model, &before.has);
        let conditions = Conditions::of(model);
        let marks = before.campaigns.iter().filter_map(|(id, opened)| {
            let marks = conditions.carried(fates.campaigns.get(id)?.name(id)?, opened);
            (!marks.is_empty()).then(|| (id.clone(), marks))
        });
        let marks = marks.collect();
        let writes = Dependencies::of(model).knows(model);
        let unwritten = unwritten(model, &before.knows, &writes);
        let mut names = changed(&fates, &marks, &unwritten);
        names.extend(stages_with_other_content(model, before));
        let changed = finders(names);
        let fresh = writes.without(&known(&fates, &before.knows));
        Self {
            model,
            before,
            fates,
            marks,
            unwritten,
            writes,
            fresh,
            changed,
        }
    }

    /// The header as this plan would have left it.
    pub(crate) fn header(&self) -> Header {
        let mut header = self.before.clone();
        header.campaigns.clear();
        // Where two become one, the conditions of the one that kept its name are known.
        let (kept, others): (Vec<_>, Vec<_>) = self
            .before
            .campaigns
            .iter()
            .partition(|(id, _)| self.present(id) == Some(id));
        for (id, opened) in kept.into_iter().chain(others) {
            let Some(name) = self.present(id) else {
                continue;
            };
            let now = |mark: &String| conditions::now(self.marks.get(id), mark);
            let means = opened
                .means
                .iter()
                .flat_map(|(mark, means)| now(mark).map(move |now| (now, means.clone())));
            let (enter, means) = (opened.enter.iter().flat_map(now).collect(), means.collect());
            let opened = Opened {
                since: opened.since,
                enter,
                means,
            };
            let known = header
                .campaigns
                .entry(name.to_owned())
                .or_insert_with(|| opened.clone());
            known.since = known.since.min(opened.since);
        }
        header.knows = known(&self.fates, &self.before.knows);
        let events = std::mem::take(&mut header.events).into_iter();
        header.events = events
            .map(|(what, since)| (self.fates.renamed.known(&what), since))
            .collect();
        header
    }

    /// What a campaign is called now, if it is still there.
    fn present<'s>(&'s self, campaign: &'s str) -> Option<&'s str> {
        self.fates
            .campaigns
            .get(campaign)
            .and_then(|fate| fate.name(campaign))
    }

    /// Whether a campaign lets contacts in more than once, and by a condition.
    fn may_enter_again(&self, campaign: &str) -> bool {
        let campaign = self.model.campaigns.values().find(|it| it.id == campaign);
        campaign.is_some_and(|it| it.reenter.is_some() && it.conditions().next().is_some())
    }

    /// The content of an experience, if it is still there.
    fn content_of(&self, funnel: &str, stage: &str, experience: &str) -> Option<&str> {
        content_of(self.model, funnel, stage, experience)
    }

    /// What is not remembered of a contact, if the earlier plan's line said `unread`.
    fn unread(&self, unread: &Knows) -> Knows {
        known(&self.fates, unread)
            .and(&self.fresh)
            .within(&self.writes)
    }

    /// Whether a line may name something that changed.
    pub(crate) fn concerns(&self, line: &str) -> bool {
        self.fresh != Knows::default()
            || self
                .changed
                .iter()
                .any(|finder| finder.find(line.as_bytes()).is_some())
    }

    /// The line for this plan. What the project does not speak of is lost, and told.
    pub(crate) fn line(&self, line: &str, told: &mut Told) -> Result<String, StateError> {
        line::migrated(self, line, told)
    }

    /// Whether something is gone of which the project does not speak, or two things became one;
    /// else nothing can be refused.
    pub(crate) fn may_refuse(&self) -> bool {
        self.fates.may_refuse()
    }

    /// What the project does not speak of, if there is anything.
    pub(crate) fn unspoken(&self, told: &Told) -> Option<UnhandledChanges> {
        told.unspoken(self.model, &self.fates)
    }
}

fn content_of<'m>(
    model: &'m Model,
    funnel: &str,
    stage: &str,
    experience: &str,
) -> Option<&'m str> {
    let funnel = model.funnels.values().find(|it| it.id == funnel)?;
    let stage = funnel.stages.values().find(|it| it.id == stage)?;
    let experience = stage.experiences.iter().find(|it| it.id == experience)?;
    Some(&model.content[experience.content].id)
}

/// The stages of which an experience has other content than before.
fn stages_with_other_content(model: &Model, before: &Header) -> Vec<String> {
    let is_other = |(path, experiences): &(&String, &BTreeMap<String, String>)| {
        let Some((funnel, stage)) = path.split_once('/') else {
            return false;
        };
        experiences
            .iter()
            .any(|(id, content)| content_of(model, funnel, stage, id) != Some(content))
    };
    before
        .has
        .experiences
        .iter()
        .filter(is_other)
        .map(|(path, _)| path.clone())
        .collect()
}

/// What the earlier plan's state remembers, by its present names; a field of another type is not
/// remembered.
fn known(fates: &Fates, before: &Knows) -> Knows {
    let funnel = |id: &String| Some(fates.funnels.get(id)?.name(id)?.to_owned());
    let is_kept = |id: &&String| match fates.fields.get(*id) {
        Some(FieldFate::Same | FieldFate::Widened | FieldFate::Choices) => true,
        Some(FieldFate::Dropped | FieldFate::UnhandledChanges) | None => false,
    };
    Knows {
        funnels: before.funnels.iter().filter_map(funnel).collect(),
        fields: before.fields.iter().filter(is_kept).cloned().collect(),
        tags: before
            .tags
            .iter()
            .map(|tag| fates.renamed.now("tag", tag))
            .collect(),
        ..before.clone()
    }
}

fn unwritten(model: &Model, before: &Knows, writes: &Knows) -> BTreeSet<String> {
    let is_there = |id: &&String| model.contacts.fields.values().any(|field| field.id == **id);
    before
        .fields
        .iter()
        .filter(is_there)
        .filter(|id| !writes.fields.contains(id))
        .cloned()
        .collect()
}

/// Every name whose bearer is not what it was, as it stands in a line.
fn changed(
    fates: &Fates,
    marks: &BTreeMap<String, Marks>,
    unwritten: &BTreeSet<String>,
) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let things = fates
        .funnels
        .iter()
        .chain(&fates.campaigns)
        .chain(fates.stages.values().flatten());
    names.extend(
        things
            .filter(|(_, fate)| **fate != Resolution::Same)
            .map(|(name, _)| name.clone()),
    );
    let stages = fates
        .stages
        .iter()
        .flat_map(|(funnel, stages)| stages.iter().map(move |stage| (funnel, stage)));
    let other = |funnel: &String, fate: &Resolution| {
        *fate != Resolution::Same || fates.funnels[funnel] != Resolution::Same
    };
    names.extend(
        stages
            .filter(|(funnel, (_, fate))| other(funnel, fate))
            .map(|(funnel, (id, _))| format!("{funnel}/{id}")),
    );
    let steps = fates
        .steps
        .values()
        .flatten()
        .filter(|(_, fate)| **fate != StepFate::Same);
    names.extend(steps.map(|(name, _)| name.clone()));
    names.extend(
        fates
            .fields
            .iter()
            .filter(|(_, fate)| **fate != FieldFate::Same)
            .map(|(name, _)| name.clone()),
    );
    names.extend(
        fates
            .content
            .iter()
            .chain(&fates.tags)
            .chain(unwritten)
            .cloned(),
    );
    names.extend(fates.renamed.old());
    names.extend(marks.values().flat_map(BTreeMap::keys).cloned());
    // Whoever is on a fork, whose ways may have other steps now.
    names.extend([UNREAD, "fork"].map(str::to_owned));
    names
}

/// What a line holds that names one of these.
fn finders(mut names: Vec<String>) -> Vec<Finder<'static>> {
    names.sort_unstable();
    names.dedup();
    let quoted = names
        .into_iter()
        .map(|name| serde_json::Value::from(name.as_str()).to_string());
    quoted
        .map(|name| Finder::new(name.as_bytes()).into_owned())
        .collect()
}
