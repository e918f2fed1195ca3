//! One contact's line under new names; what it held at a place that is gone is lost, and told once for the contact.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::fates::{Fate, FieldFate, StepFate};
use super::told::{Concern, Deed};
use super::{Migration, Told, UNREAD};
use crate::model::{Step, StepKind};
use crate::runner::state::{Knows, START, StateError, damaged, read};

/// The line for the plan of the migration.
pub(super) fn migrated(migration: &Migration<'_>, line: &str, told: &mut Told) -> Result<String, StateError> {
    let Value::Object(mut written) = serde_json::from_str(line).map_err(damaged)? else {
        return Err(damaged("it is no object"));
    };
    let mut contact = Contact { migration, concerns: BTreeSet::new(), deeds: BTreeSet::new() };
    contact.stages(&mut written);
    contact.entered(&mut written);
    contact.stays(&mut written);
    contact.fields(&mut written);
    contact.tags(&mut written);
    contact.sent(&mut written);
    contact.campaigns(&mut written);
    contact.unread(&mut written)?;
    contact.concerns.into_iter().for_each(|concern| *told.concerns.entry(concern).or_default() += 1);
    contact.deeds.into_iter().for_each(|deed| *told.deeds.entry(deed).or_default() += 1);
    let key = written.remove("k").ok_or_else(|| damaged("it has no key"))?;
    let rest = Value::Object(written).to_string();
    let comma = if rest == "{}" { "" } else { "," };
    Ok(format!("{START}{key}{comma}{}", &rest[1..]))
}

struct Contact<'a> {
    migration: &'a Migration<'a>,
    concerns: BTreeSet<Concern>,
    deeds: BTreeSet<Deed>,
}

/// The stays of two stages as those of one: what goes on is what goes on in either.
fn joined(one: &Value, other: Value) -> Value {
    let number = |stay: &Value| stay["n"].as_u64().unwrap_or_default();
    let together = number(one) + number(&other);
    let mut stay = if one["i"] == true { one.clone() } else { other };
    stay["n"] = Value::from(together);
    stay
}

/// The step ahead does something else: it is due when its contact was, as a message is that a limit kept back, and as soon as then.
fn run_anew(member: &mut Map<String, Value>) {
    if !matches!(member.get("w").and_then(Value::as_str), Some("deferred" | "delayed")) {
        let due = member.get("d").cloned().unwrap_or(Value::from(0));
        member.insert("w".to_owned(), Value::from("delayed"));
        member.insert("y".to_owned(), due);
    }
}

impl Contact<'_> {
    fn stages(&mut self, written: &mut Map<String, Value>) {
        let Some(Value::Object(stages)) = written.get_mut("s") else { return };
        for (funnel, mut memory) in std::mem::take(stages) {
            let has_stage = memory.get("v").is_some_and(|stage| !stage.is_null());
            match self.migration.fates.funnels.get(&funnel).cloned().unwrap_or(Fate::Unspoken) {
                Fate::Same => {
                    self.stage(&funnel, &mut memory);
                    stages.insert(funnel, memory);
                }
                Fate::Now(name) => {
                    if has_stage {
                        self.deeds.insert(Deed::Moved(format!("funnel `{funnel}`"), format!("`{name}`")));
                    }
                    self.stage(&funnel, &mut memory);
                    stages.insert(name, memory);
                }
                Fate::Dropped if has_stage => {
                    self.deeds.insert(Deed::Removed(format!("funnel `{funnel}`")));
                }
                Fate::Unspoken if has_stage => {
                    self.concerns.insert(Concern::Funnel(funnel));
                }
                Fate::Dropped | Fate::Unspoken => {}
            }
        }
    }

    /// The stage, what the file last showed, and what was written in between.
    fn stage(&mut self, funnel: &str, memory: &mut Value) {
        let Some(memory) = memory.as_object_mut() else { return };
        if let Some(Value::String(stage)) = memory.get("v").cloned() {
            match self.fate_of_stage(funnel, &stage) {
                Fate::Same => {}
                Fate::Now(name) => {
                    let from = format!("stage `{funnel}/{stage}`");
                    self.deeds.insert(Deed::Moved(from, format!("`{name}`")));
                }
                Fate::Dropped => {
                    self.deeds.insert(Deed::Removed(format!("stage `{funnel}/{stage}`")));
                    memory.insert("l".to_owned(), Value::from(true));
                }
                Fate::Unspoken => {
                    self.concerns.insert(Concern::Stage(funnel.to_owned(), stage));
                }
            }
        }
        for key in ["v", "r"] {
            if let Some(stage) = memory.get_mut(key) {
                self.rename_stage(funnel, stage);
            }
        }
        if let Some(Value::Array(earlier)) = memory.get_mut("b") {
            earlier.iter_mut().for_each(|stage| self.rename_stage(funnel, stage));
        }
    }

    fn fate_of_stage(&self, funnel: &str, stage: &str) -> Fate {
        let fate = self.migration.fates.stages.get(funnel).and_then(|stages| stages.get(stage));
        fate.cloned().unwrap_or(Fate::Unspoken)
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
        let Some(Value::Object(entered)) = written.get_mut("e") else { return };
        for (funnel, mut stages) in std::mem::take(entered) {
            let fate = self.migration.fates.funnels.get(&funnel).cloned().unwrap_or(Fate::Unspoken);
            let Some(name) = fate.name(&funnel) else { continue };
            if let Value::Array(stages) = &mut stages {
                stages.iter_mut().for_each(|stage| self.rename_stage(&funnel, stage));
                stages.retain(|stage| !stage.is_null());
            }
            entered.insert(name.to_owned(), stages);
        }
    }

    /// What was shown in stages with experiences; of stages that became one, the stays are counted together.
    fn stays(&mut self, written: &mut Map<String, Value>) {
        let Some(Value::Object(stays)) = written.get_mut("x") else { return };
        for (name, mut stay) in std::mem::take(stays) {
            let Some((funnel, stage)) = name.split_once('/') else { continue };
            let Some(present) = self.migration.fates.funnels.get(funnel).and_then(|fate| fate.name(funnel)) else {
                continue;
            };
            if let Some(stage) = self.fate_of_stage(funnel, stage).name(stage) {
                self.shown(&name, (present, stage), &mut stay);
                let together = stays.remove(&format!("{present}/{stage}")).map(|other| joined(&stay, other));
                stays.insert(format!("{present}/{stage}"), together.unwrap_or(stay));
            }
        }
    }

    /// What is shown keeps its content until it is hidden; content or an experience that is gone is forgotten.
    fn shown(&self, was: &str, (funnel, stage): (&str, &str), stay: &mut Value) {
        let Some(stay) = stay.as_object_mut() else { return };
        let Some(Value::String(experience)) = stay.remove("c") else { return };
        let before = self.migration.before.has.experiences.get(was).and_then(|all| all.get(&experience));
        let content = match (stay.remove("w"), before) {
            (Some(Value::String(content)), _) => content,
            (_, Some(content)) => content.clone(),
            // Nobody wrote down what it was.
            (_, None) => self.migration.content_of(funnel, stage, &experience).unwrap_or_default().to_owned(),
        };
        let Some(present) = self.migration.content_of(funnel, stage, &experience) else { return };
        if self.migration.fates.content.contains(&content) {
            return;
        }
        if content != present {
            stay.insert("w".to_owned(), Value::from(content));
        }
        stay.insert("c".to_owned(), Value::from(experience));
    }

    fn fields(&mut self, written: &mut Map<String, Value>) {
        let Some(Value::Object(fields)) = written.get_mut("f") else { return };
        for (id, mut known) in std::mem::take(fields) {
            let fate = self.migration.fates.fields.get(&id).copied().unwrap_or(FieldFate::Unspoken);
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
                    self.deeds.insert(Deed::Removed(format!("field `{id}`")));
                    false
                }
                FieldFate::Unspoken => false,
            };
            if is_kept && self.migration.unwritten.contains(&id) {
                self.deeds.insert(Deed::Field(id));
            } else if is_kept {
                fields.insert(id, known);
            } else if fate != FieldFate::Dropped {
                self.concerns.insert(Concern::Field(id));
            }
        }
    }

    /// Whether every value is still one of the field's.
    fn fits(&self, id: &str, known: &mut Value) -> bool {
        let field = self.migration.model.contacts.fields.values().find(|field| field.id == id);
        let mut fits = field.is_some();
        each_value(known, |value| fits &= field.is_some_and(|field| read::kept(field, value).is_ok()));
        fits
    }

    fn tags(&mut self, written: &mut Map<String, Value>) {
        for key in ["g", "h"] {
            let Some(Value::Array(tags)) = written.get_mut(key) else { continue };
            for tag in tags.iter().filter_map(Value::as_str).filter(|tag| self.migration.fates.tags.contains(*tag)) {
                self.deeds.insert(Deed::Tag(tag.to_owned()));
            }
            let is_gone = |tag: &Value| tag.as_str().is_some_and(|tag| self.migration.fates.tags.contains(tag));
            tags.retain(|tag| !is_gone(tag));
        }
    }

    fn sent(&mut self, written: &mut Map<String, Value>) {
        let Some(Value::Object(sent)) = written.get_mut("m") else { return };
        for (content, at) in std::mem::take(sent) {
            if self.migration.fates.content.contains(&content) {
                self.deeds.insert(Deed::Content(content));
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
        let unread = self.migration.unread(&before.transpose().map_err(damaged)?.unwrap_or_default());
        if unread != Knows::default() {
            written.insert(UNREAD.to_owned(), serde_json::to_value(unread).map_err(damaged)?);
        }
        Ok(())
    }

    fn campaigns(&mut self, written: &mut Map<String, Value>) {
        let Some(Value::Object(members)) = written.get_mut("c") else { return };
        let mut before = std::mem::take(members);
        // One that kept its name comes first, so that it stays where two become one.
        let ids: Vec<String> = before.keys().cloned().collect();
        let fate = |id: &String| self.migration.fates.campaigns.get(id).cloned().unwrap_or(Fate::Unspoken);
        let (kept, others): (Vec<_>, Vec<_>) = ids.into_iter().partition(|id| fate(id) == Fate::Same);
        for id in kept.into_iter().chain(others) {
            let Some(Value::Object(mut member)) = before.remove(&id) else { continue };
            let was_in = ever_in(&member);
            match fate(&id) {
                Fate::Same => {
                    self.member(&id, &id, &mut member);
                    members.insert(id, Value::Object(member));
                }
                Fate::Now(name) if was_in && members.get(&name).and_then(Value::as_object).is_some_and(ever_in) => {
                    self.concerns.insert(Concern::Both(id, name));
                }
                // It had nothing to remember either, but conditions of its own.
                Fate::Now(name) if !was_in && self.migration.fates.campaigns.contains_key(&name) => {}
                Fate::Now(name) if !was_in && members.contains_key(&name) => {}
                Fate::Now(name) => {
                    self.deeds.insert(Deed::Moved(format!("campaign `{id}`"), format!("`{name}`")));
                    self.member(&id, &name, &mut member);
                    members.insert(name, Value::Object(member));
                }
                Fate::Dropped if was_in => {
                    self.deeds.insert(Deed::Removed(format!("campaign `{id}`")));
                }
                Fate::Unspoken if was_in => {
                    self.concerns.insert(Concern::Campaign(id));
                }
                Fate::Dropped | Fate::Unspoken => {}
            }
        }
    }

    fn member(&mut self, old: &str, present: &str, member: &mut Map<String, Value>) {
        if let Some(Value::Array(sent)) = member.get_mut("s") {
            sent.retain(|content| !content.as_str().is_some_and(|id| self.migration.fates.content.contains(id)));
        }
        if let (Some(Value::Array(waiting)), Some(marks)) = (member.get_mut("q"), self.migration.marks.get(old)) {
            for mark in waiting {
                if let Some(new) = mark.as_str().and_then(|mark| marks.get(mark)) {
                    *mark = Value::from(new.as_str());
                }
            }
        }
        self.place(old, present, member);
        self.ways(old, present, member);
        // A step that does something else is no other step, but nothing is awaited there any more.
        for (key, runs_on) in [("v", false), ("j", true)] {
            if let Some(Value::Object(steps)) = member.get_mut(key) {
                let named = |(step, value)| Some((self.named(old, step, runs_on)?, value));
                *steps = std::mem::take(steps).into_iter().filter_map(named).collect();
            }
        }
        let is_awaited = |step: &str| {
            let ways = member.get("b").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object);
            let awaits = |token: &Map<String, Value>| token.get("w").is_some_and(|held| held == "await");
            std::iter::once(&*member)
                .chain(ways)
                .any(|token| awaits(token) && token.get("p").is_some_and(|at| at == step))
        };
        let awaits = member.get("j").and_then(Value::as_object).cloned().unwrap_or_default();
        let awaits: Map<String, Value> = awaits.into_iter().filter(|(step, _)| is_awaited(step)).collect();
        if awaits.is_empty() {
            member.remove("j");
        } else {
            member.insert("j".to_owned(), Value::Object(awaits));
        }
        if let Some(Value::Object(tries)) = member.get_mut("h") {
            tries.retain(|content, _| !self.migration.fates.content.contains(content));
        }
    }

    /// The places on the ways of forks; one whose way has no more steps has ended.
    fn ways(&mut self, old: &str, present: &str, member: &mut Map<String, Value>) {
        let Some(Value::Array(ways)) = member.remove("b") else { return };
        // Where the fork is gone, the contact is at one place again.
        if member.get("w").and_then(Value::as_str) != Some("fork") {
            return;
        }
        let (mut kept, mut has_ended) = (Vec::new(), false);
        for mut way in ways {
            let Some(token) = way.as_object_mut() else { continue };
            self.place(old, present, token);
            match (token.get("w").and_then(Value::as_str), token.get("p").and_then(Value::as_str)) {
                (Some("removed"), _) => return leave(member),
                (_, Some("")) => has_ended = true,
                _ => kept.push(way),
            }
        }
        let placed = kept.len();
        self.stay_on_their_forks(present, member, &mut kept);
        if has_ended || kept.len() < placed {
            // A fork whose last way ended so joins as who goes on behind a step that is gone does: at a later time.
            let later = Value::from(self.migration.before.now.saturating_add(1));
            let tokens = kept.iter_mut().filter_map(Value::as_object_mut);
            for token in std::iter::once(&mut *member).chain(tokens) {
                if token.get("w").and_then(Value::as_str) == Some("fork") {
                    token.insert("d".to_owned(), later.clone());
                }
            }
        }
        if !kept.is_empty() {
            member.insert("b".to_owned(), Value::Array(kept));
        }
    }

    /// A way whose step stands elsewhere now, on no fork at which the contact is, has ended.
    fn stay_on_their_forks(&self, campaign: &str, member: &Map<String, Value>, ways: &mut Vec<Value>) {
        let campaign = self.migration.model.campaigns.values().find(|it| it.id == campaign);
        let fork_of =
            |token: &Value| campaign.and_then(|campaign| fork_around(&campaign.steps, None, token["p"].as_str()?));
        loop {
            let forks = ways.iter().filter(|way| way["w"] == "fork").filter_map(|way| way["p"].as_str());
            let forks: BTreeSet<String> =
                forks.chain(member.get("p").and_then(Value::as_str)).map(str::to_owned).collect();
            let before = ways.len();
            ways.retain(|way| fork_of(way).is_some_and(|fork| forks.contains(fork)));
            if ways.len() == before {
                return;
            }
        }
    }

    /// What a step is called now, if it is still there; with `runs_on` only if it does the same.
    fn named(&self, old: &str, step: String, runs_on: bool) -> Option<String> {
        let fate = self.migration.fates.steps.get(old).and_then(|steps| steps.get(&step));
        match fate {
            Some(StepFate::Same) => Some(step),
            Some(StepFate::Now { name, runs_anew }) if !(*runs_anew && runs_on) => Some(name.clone()),
            Some(StepFate::Now { .. } | StepFate::Next(_) | StepFate::Exit | StepFate::Unspoken) | None => None,
        }
    }

    /// The step at which the contact is.
    fn place(&mut self, old: &str, present: &str, member: &mut Map<String, Value>) {
        let Some(Value::String(step)) = member.get("p").cloned() else { return };
        if member.get("w").and_then(Value::as_str) == Some("start") {
            return self.begin(present, member);
        }
        // It leaves or is behind the last step, and only a pause keeps it inside.
        if step.is_empty() {
            return;
        }
        let fate = self.migration.fates.steps.get(old).and_then(|steps| steps.get(&step));
        match fate.cloned().unwrap_or(StepFate::Unspoken) {
            StepFate::Same => {}
            StepFate::Now { name, runs_anew } => {
                if name != step {
                    self.deeds.insert(Deed::Moved(format!("step `{step}` of `{present}`"), format!("`{name}`")));
                }
                member.insert("p".to_owned(), Value::from(name));
                if runs_anew {
                    // What was waited for is over: there is no moment at which it would have been due.
                    if member.get("w").and_then(Value::as_str) == Some("await") {
                        member.insert("d".to_owned(), Value::from(self.migration.before.now));
                    }
                    run_anew(member);
                }
            }
            StepFate::Next(name) => {
                self.deeds.insert(Deed::Removed(format!("step `{step}` of `{present}`")));
                member.insert("p".to_owned(), Value::from(name));
                member.insert("w".to_owned(), Value::from("deferred"));
                member.insert("d".to_owned(), Value::from(self.migration.before.now));
            }
            StepFate::Exit => {
                self.deeds.insert(Deed::Removed(format!("step `{step}` of `{present}`")));
                leave(member);
            }
            StepFate::Unspoken => {
                self.concerns.insert(Concern::Step(old.to_owned(), step));
                leave(member);
            }
        }
    }

    /// An entry that has not begun to run begins with the step that is the first now.
    fn begin(&self, present: &str, member: &mut Map<String, Value>) {
        let campaign = self.migration.model.campaigns.values().find(|it| it.id == present);
        let first = campaign.and_then(|it| it.steps.first()).map_or("", |step| step.name.as_str());
        member.insert("p".to_owned(), Value::from(first));
    }
}

/// The fork on whose ways a step stands, the innermost; none where it stands on no way, or nowhere.
fn fork_around<'s>(steps: &'s [Step], around: Option<&'s str>, name: &str) -> Option<&'s str> {
    steps.iter().find_map(|step| {
        if step.name == name {
            return around;
        }
        let inside = if matches!(step.kind, StepKind::Fork(_)) { Some(step.name.as_str()) } else { around };
        step.branches().into_iter().find_map(|branch| fork_around(branch.steps, inside, name))
    })
}

/// The next instant ends the campaign for the contact.
fn leave(member: &mut Map<String, Value>) {
    member.insert("p".to_owned(), Value::from(""));
    member.insert("w".to_owned(), Value::from("removed"));
    member.remove("d");
}

/// The value, what the file last showed, and what was written in between.
fn each_value(known: &mut Value, mut visit: impl FnMut(&mut Value)) {
    let Some(known) = known.as_object_mut() else { return };
    for key in ["v", "r"] {
        known.get_mut(key).into_iter().for_each(&mut visit);
    }
    if let Some(Value::Array(earlier)) = known.get_mut("b") {
        earlier.iter_mut().for_each(visit);
    }
}

/// Whether the contact ever entered; who was only looked at did not.
fn ever_in(member: &Map<String, Value>) -> bool {
    member.contains_key("n") || member.contains_key("p")
}
