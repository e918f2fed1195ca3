//! One contact's line under new names; what it held at a place that is gone is lost, and told once
//! for the contact.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::resolutions::{FieldFate, Resolution};
use super::told::{AppliedChange, UnhandledChange};
use super::{Migration, Told, UNREAD};
use crate::runner::state::{Knows, START, StateError, damaged, read};

/// The line for the plan of the migration.
pub(super) fn migrated(
    migration: &Migration<'_>,
    line: &str,
    told: &mut Told,
) -> Result<String, StateError> {
    let Value::Object(mut written) = serde_json::from_str(line).map_err(damaged)? else {
        return Err(damaged("it is no object"));
    };
    let mut contact = Contact {
        migration,
        concerns: BTreeSet::new(),
        deeds: BTreeSet::new(),
    };
    contact.others(&mut written);
    contact.stages(&mut written);
    contact.entered(&mut written);
    contact.stays(&mut written);
    contact.fields(&mut written);
    contact.as_of(&mut written);
    contact.tags(&mut written);
    contact.sent(&mut written);
    contact.campaigns(&mut written);
    contact.unread(&mut written)?;
    contact
        .concerns
        .into_iter()
        .for_each(|concern| *told.concerns.entry(concern).or_default() += 1);
    contact
        .deeds
        .into_iter()
        .for_each(|deed| *told.deeds.entry(deed).or_default() += 1);
    let key = written
        .remove("k")
        .ok_or_else(|| damaged("it has no key"))?;
    let rest = Value::Object(written).to_string();
    let comma = if rest == "{}" { "" } else { "," };
    Ok(format!("{START}{key}{comma}{}", &rest[1..]))
}

pub(super) struct Contact<'a> {
    pub(super) migration: &'a Migration<'a>,
    pub(super) concerns: BTreeSet<UnhandledChange>,
    pub(super) deeds: BTreeSet<AppliedChange>,
}

/// The stays of two stages as those of one: what goes on is what goes on in either.
fn joined(one: &Value, other: Value) -> Value {
    let number = |stay: &Value| stay["n"].as_u64().unwrap_or_default();
    let together = number(one) + number(&other);
    let mut stay = if one["i"] == true { one.clone() } else { other };
    stay["n"] = Value::from(together);
    stay
}

impl Contact<'_> {
    fn stages(&mut self, written: &mut Map<String, Value>) {
        let Some(Value::Object(stages)) = written.get_mut("s") else {
            return;
        };
        for (funnel, mut memory) in std::mem::take(stages) {
            let has_stage = memory.get("v").is_some_and(|stage| !stage.is_null());
            match self
                .migration
                .fates
                .funnels
                .get(&funnel)
                .cloned()
                .unwrap_or(Resolution::UnhandledChanges)
            {
                Resolution::Same => {
                    self.stage(&funnel, &mut memory);
                    stages.insert(funnel, memory);
                }
                Resolution::Now(name) => {
                    if has_stage {
                        self.deeds.insert(AppliedChange::Moved(
                            format!("funnel `{funnel}`"),
                            format!("`{name}`"),
                        ));
                    }
                    self.stage(&funnel, &mut memory);
                    stages.insert(name, memory);
                }
                Resolution::Dropped if has_stage => {
                    self.deeds
                        .insert(AppliedChange::Removed(format!("funnel `{funnel}`")));
                }
                Resolution::UnhandledChanges if has_stage => {
                    self.concerns.insert(UnhandledChange::Funnel(funnel));
                }
                Resolution::Dropped | Resolution::UnhandledChanges => {}
            }
        }
    }

    /// The stage, what the file last showed, and what was written in between.
    fn stage(&mut self, funnel: &str, memory: &mut Value) {
        let Some(memory) = memory.as_object_mut() else {
            return;
        };
        if let Some(Value::String(stage)) = memory.get("v").cloned() {
            match self.fate_of_stage(funnel, &stage) {
                Resolution::Same => {}
                Resolution::Now(name) => {
                    let from = format!("stage `{funnel}/{stage}`");
                    self.deeds
                        .insert(AppliedChange::Moved(from, format!("`{name}`")));
                }
                Resolution::Dropped => {
                    self.deeds
                        .insert(AppliedChange::Removed(format!("stage `{funnel}/{stage}`")));
                    memory.insert("l".to_owned(), Value::from(true));
                }
                Resolution::UnhandledChanges => {
                    self.concerns
                        .insert(UnhandledChange::Stage(funnel.to_owned(), stage));
                }
            }
        }
        for key in ["v", "r"] {
            if let Some(stage) = memory.get_mut(key) {
                self.rename_stage(funnel, stage);
            }
        }
        if let Some(Value::Array(earlier)) = memory.get_mut("b") {
            earlier
                .iter_mut()
                .for_each(|stage| self.rename_stage(funnel, stage));
        }
    }

    fn fate_of_stage(&self, funnel: &str, stage: &str) -> Resolution {
        let fate = self
            .migration
            .fates
            .stages
            .get(funnel)
            .and_then(|stages| stages.get(stage));
        fate.cloned().unwrap_or(Resolution::UnhandledChanges)
    }

    /// A stage that is gone becomes none.
    fn rename_stage(&self, funnel: &str, value: &mut Value) {
        let Value::String(stage) = value else { return };
        *value = match self.fate_of_stage(funnel, stage).name(stage) {
            Some(name) => Value::from(name),
            None => Value::Null,
        };
    }

    /// The stages entered in the instant whose limits are remembered.
    fn entered(&mut self, written: &mut Map<String, Value>) {
        let Some(Value::Object(entered)) = written.get_mut("e") else {
            return;
        };
        for (funnel, mut stages) in std::mem::take(entered) {
            let fate = self
                .migration
                .fates
                .funnels
                .get(&funnel)
                .cloned()
                .unwrap_or(Resolution::UnhandledChanges);
            let Some(name) = fate.name(&funnel) else {
                continue;
            };
            if let Value::Array(stages) = &mut stages {
                stages
                    .iter_mut()
                    .for_each(|stage| self.rename_stage(&funnel, stage));
                stages.retain(|stage| !stage.is_null());
            }
            entered.insert(name.to_owned(), stages);
        }
    }

    /// What was shown in stages with experiences; of stages that became one, the stays are counted
    /// together.
    fn stays(&mut self, written: &mut Map<String, Value>) {
        let Some(Value::Object(stays)) = written.get_mut("x") else {
            return;
        };
        for (name, mut stay) in std::mem::take(stays) {
            let Some((funnel, stage)) = name.split_once('/') else {
                continue;
            };
            let Some(present) = self
                .migration
                .fates
                .funnels
                .get(funnel)
                .and_then(|fate| fate.name(funnel))
            else {
                continue;
            };
            if let Some(stage) = self.fate_of_stage(funnel, stage).name(stage) {
                self.shown(&name, (present, stage), &mut stay);
                let together = stays
                    .remove(&format!("{present}/{stage}"))
                    .map(|other| joined(&stay, other));
                stays.insert(format!("{present}/{stage}"), together.unwrap_or(stay));
            }
        }
    }

    /// What is shown keeps its content until it is hidden; content or an experience that is gone is
    /// forgotten.
    fn shown(&self, was: &str, (funnel, stage): (&str, &str), stay: &mut Value) {
        let Some(stay) = stay.as_object_mut() else {
            return;
        };
        let path = format!("{funnel}/{stage}");
        if let Some(Value::Object(visits)) = stay.get_mut("v") {
            let now = std::mem::take(visits)
                .into_iter()
                .map(|(id, count)| (self.experience(was, &path, &id), count));
            *visits = now.collect();
        }
        let Some(Value::String(shown)) = stay.remove("c") else {
            return;
        };
        let before = self
            .migration
            .before
            .has
            .experiences
            .get(was)
            .and_then(|all| all.get(&shown));
        let experience = self.experience(was, &path, &shown);
        let content = match (stay.remove("w"), before) {
            (Some(Value::String(content)), _) => content,
            (_, Some(content)) => content.clone(),
            // Nobody wrote down what it was.
            (_, None) => self
                .migration
                .content_of(funnel, stage, &experience)
                .unwrap_or_default()
                .to_owned(),
        };
        let content = self.migration.fates.renamed.now("content", &content);
        let Some(present) = self.migration.content_of(funnel, stage, &experience) else {
            return;
        };
        if self.migration.fates.content.contains(&content) {
            return;
        }
        if content != present {
            stay.insert("w".to_owned(), Value::from(content));
        }
        stay.insert("c".to_owned(), Value::from(experience));
    }

    fn fields(&mut self, written: &mut Map<String, Value>) {
        let Some(Value::Object(fields)) = written.get_mut("f") else {
            return;
        };
        for (id, mut known) in std::mem::take(fields) {
            let fate = self
                .migration
                .fates
                .fields
                .get(&id)
                .copied()
                .unwrap_or(FieldFate::UnhandledChanges);
            let is_kept = match fate {
                FieldFate::Same => true,
                FieldFate::Widened => {
                    each_value(&mut known, |value| {
                        if value.is_number() {
                            *value = Value::from(value.to_string());
                        }
                    });
                    true
                }
                FieldFate::Choices => self.fits(&id, &mut known),
                FieldFate::Dropped => {
                    self.deeds
                        .insert(AppliedChange::Removed(format!("field `{id}`")));
                    false
                }
                FieldFate::UnhandledChanges => false,
            };
            if is_kept && self.migration.unwritten.contains(&id) {
                self.deeds.insert(AppliedChange::Field(id));
            } else if is_kept {
                fields.insert(id, known);
            } else if fate != FieldFate::Dropped {
                self.concerns.insert(UnhandledChange::Field(id));
            }
        }
    }

    /// Who forgets a field's values forgets when they were set.
    fn as_of(&self, written: &mut Map<String, Value>) {
        let Some(Value::Object(as_of)) = written.get_mut("a") else {
            return;
        };
        let fate = |id: &String| {
            self.migration
                .fates
                .fields
                .get(id)
                .copied()
                .unwrap_or(FieldFate::Same)
        };
        as_of.retain(|id, _| {
            !matches!(fate(id), FieldFate::Dropped | FieldFate::UnhandledChanges)
                && !self.migration.unwritten.contains(id)
        });
    }

    /// Whether every value is still one of the field's.
    fn fits(&self, id: &str, known: &mut Value) -> bool {
        let field = self
            .migration
            .model
            .contacts
            .fields
            .values()
            .find(|field| field.id == id);
        let mut fits = field.is_some();
        each_value(known, |value| {
            fits &= field.is_some_and(|field| read::kept(field, value).is_ok());
        });
        fits
    }

    fn tags(&mut self, written: &mut Map<String, Value>) {
        for key in ["g", "h"] {
            let Some(Value::Array(tags)) = written.get_mut(key) else {
                continue;
            };
            for tag in tags
                .iter()
                .filter_map(Value::as_str)
                .filter(|tag| self.migration.fates.tags.contains(*tag))
            {
                self.deeds.insert(AppliedChange::Tag(tag.to_owned()));
            }
            let is_gone = |tag: &Value| {
                tag.as_str()
                    .is_some_and(|tag| self.migration.fates.tags.contains(tag))
            };
            tags.retain(|tag| !is_gone(tag));
        }
    }

    fn sent(&mut self, written: &mut Map<String, Value>) {
        let Some(Value::Object(sent)) = written.get_mut("m") else {
            return;
        };
        for (content, at) in std::mem::take(sent) {
            if self.migration.fates.content.contains(&content) {
                self.deeds.insert(AppliedChange::Content(content));
            } else {
                sent.insert(content, at);
            }
        }
        if let Some(Value::Object(went_out)) = written.get_mut("n") {
            went_out.retain(|content, _| !self.migration.fates.content.contains(content));
        }
    }

    /// What this plan writes and the file never showed to a run that did.
    fn unread(&self, written: &mut Map<String, Value>) -> Result<(), StateError> {
        let before = written.remove(UNREAD).map(serde_json::from_value::<Knows>);
        let unread = self
            .migration
            .unread(&before.transpose().map_err(damaged)?.unwrap_or_default());
        if unread != Knows::default() {
            written.insert(
                UNREAD.to_owned(),
                serde_json::to_value(unread).map_err(damaged)?,
            );
        }
        Ok(())
    }
}

/// The value, what the file last showed, and what was written in between.
fn each_value(known: &mut Value, mut visit: impl FnMut(&mut Value)) {
    let Some(known) = known.as_object_mut() else {
        return;
    };
    for key in ["v", "r"] {
        known.get_mut(key).into_iter().for_each(&mut visit);
    }
    if let Some(Value::Array(earlier)) = known.get_mut("b") {
        earlier.iter_mut().for_each(visit);
    }
}
