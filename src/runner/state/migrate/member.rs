//! Where a contact is in campaigns, under their new names: at the same steps, behind those that are
//! gone, or on its way out.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::conditions;
use super::line::Contact;
use super::resolutions::{Resolution, StepFate};
use super::told::{AppliedChange, UnhandledChange};
use crate::model::{Step, StepKind};

impl Contact<'_> {
    pub(super) fn campaigns(&mut self, written: &mut Map<String, Value>) {
        let Some(Value::Object(members)) = written.get_mut("c") else {
            return;
        };
        let mut before = std::mem::take(members);
        // One that kept its name comes first, so that it stays where two become one.
        let ids: Vec<String> = before.keys().cloned().collect();
        let fate = |id: &String| {
            self.migration
                .fates
                .campaigns
                .get(id)
                .cloned()
                .unwrap_or(Resolution::UnhandledChanges)
        };
        let (kept, others): (Vec<_>, Vec<_>) =
            ids.into_iter().partition(|id| fate(id) == Resolution::Same);
        for id in kept.into_iter().chain(others) {
            let Some(Value::Object(mut member)) = before.remove(&id) else {
                continue;
            };
            let was_in = ever_in(&member);
            match fate(&id) {
                Resolution::Same => {
                    self.member(&id, &id, &mut member);
                    members.insert(id, Value::Object(member));
                }
                Resolution::Now(name)
                    if was_in
                        && members
                            .get(&name)
                            .and_then(Value::as_object)
                            .is_some_and(ever_in) =>
                {
                    self.concerns.insert(UnhandledChange::Both(id, name));
                }
                // One that had the name before has conditions of its own, also where it had nothing
                // to remember.
                Resolution::Now(name)
                    if !was_in
                        && (members.contains_key(&name)
                            || self.migration.fates.campaigns.contains_key(&name)) => {}
                Resolution::Now(name) => {
                    self.deeds.insert(AppliedChange::Moved(
                        format!("campaign `{id}`"),
                        format!("`{name}`"),
                    ));
                    self.member(&id, &name, &mut member);
                    members.insert(name, Value::Object(member));
                }
                Resolution::Dropped if was_in => {
                    self.deeds
                        .insert(AppliedChange::Removed(format!("campaign `{id}`")));
                }
                Resolution::UnhandledChanges if was_in => {
                    self.concerns.insert(UnhandledChange::Campaign(id));
                }
                Resolution::Dropped | Resolution::UnhandledChanges => {}
            }
        }
    }

    fn member(&mut self, old: &str, present: &str, member: &mut Map<String, Value>) {
        if let Some(Value::Array(sent)) = member.get_mut("s") {
            sent.retain(|content| {
                !content
                    .as_str()
                    .is_some_and(|id| self.migration.fates.content.contains(id))
            });
        }
        self.waiting(old, present, member);
        self.place(old, present, member);
        self.ways(old, present, member);
        for key in ["v", "j"] {
            if let Some(Value::Object(steps)) = member.get_mut(key) {
                let named = |(step, value)| Some((self.named(old, step)?, value));
                *steps = std::mem::take(steps)
                    .into_iter()
                    .filter_map(named)
                    .collect();
            }
        }
        let awaited = awaited(member);
        if let Some(Value::Object(awaits)) = member.get_mut("j") {
            awaits.retain(|step, _| awaited.contains(step));
        }
        if let Some(Value::Object(tries)) = member.get_mut("h") {
            tries.retain(|content, _| !self.migration.fates.content.contains(content));
        }
    }

    /// The conditions that have let it in, which must be seen false before they do so again.
    fn waiting(&mut self, old: &str, present: &str, member: &mut Map<String, Value>) {
        let (Some(Value::Array(waiting)), Some(marks)) =
            (member.get_mut("q"), self.migration.marks.get(old))
        else {
            return;
        };
        let before: Vec<&str> = waiting.iter().filter_map(Value::as_str).collect();
        let now: BTreeSet<String> = before
            .iter()
            .flat_map(|mark| conditions::now(Some(marks), mark))
            .collect();
        if now.is_empty() && self.migration.may_enter_again(present) {
            self.deeds.insert(AppliedChange::Enter(present.to_owned()));
        }
        *waiting = now.into_iter().map(Value::from).collect();
    }

    /// The places on the ways of forks; one whose way has no more steps has ended.
    fn ways(&mut self, old: &str, present: &str, member: &mut Map<String, Value>) {
        let Some(Value::Array(ways)) = member.remove("b") else {
            return;
        };
        // Where the fork is gone, the contact is at one place again.
        if member.get("w").and_then(Value::as_str) != Some("fork") {
            return;
        }
        let (mut kept, mut has_ended, mut is_unspoken) = (Vec::new(), false, false);
        for mut way in ways {
            let Some(token) = way.as_object_mut() else {
                continue;
            };
            let is_fork = token.get("w").and_then(Value::as_str) == Some("fork");
            let spoken = self.place(old, present, token);
            match (
                token.get("w").and_then(Value::as_str),
                token.get("p").and_then(Value::as_str),
            ) {
                // The other ways are looked at too, so that all that has to be said is told at
                // once; behind a fork come its own, which are one place with it.
                (Some("removed"), _) if !spoken && !is_fork => is_unspoken = true,
                (Some("removed"), _) => return leave(member),
                (_, Some("")) => has_ended = true,
                _ => kept.push(way),
            }
        }
        if is_unspoken {
            return leave(member);
        }
        let placed = kept.len();
        self.stay_on_their_forks(present, member, &mut kept);
        if has_ended || kept.len() < placed {
            // A fork whose last way ended so joins as who goes on behind a step that is gone does:
            // at a later time.
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
    fn stay_on_their_forks(
        &self,
        campaign: &str,
        member: &Map<String, Value>,
        ways: &mut Vec<Value>,
    ) {
        let campaign = self
            .migration
            .model
            .campaigns
            .values()
            .find(|it| it.id == campaign);
        let fork_of = |token: &Value| {
            campaign.and_then(|campaign| fork_around(&campaign.steps, None, token["p"].as_str()?))
        };
        loop {
            let forks = ways
                .iter()
                .filter(|way| way["w"] == "fork")
                .filter_map(|way| way["p"].as_str());
            let forks: BTreeSet<String> = forks
                .chain(member.get("p").and_then(Value::as_str))
                .map(str::to_owned)
                .collect();
            let before = ways.len();
            ways.retain(|way| fork_of(way).is_some_and(|fork| forks.contains(fork)));
            if ways.len() == before {
                return;
            }
        }
    }

    /// What a step is called now, if it is still there.
    fn named(&self, old: &str, step: String) -> Option<String> {
        let fate = self
            .migration
            .fates
            .steps
            .get(old)
            .and_then(|steps| steps.get(&step));
        match fate {
            Some(StepFate::Same) => Some(step),
            Some(StepFate::Now { name, .. }) => Some(name.clone()),
            Some(StepFate::Next(_) | StepFate::Exit | StepFate::UnhandledChanges) | None => None,
        }
    }

    /// The step at which the contact is; false where it is gone and nobody said what becomes of it.
    fn place(&mut self, old: &str, present: &str, member: &mut Map<String, Value>) -> bool {
        let Some(Value::String(step)) = member.get("p").cloned() else {
            return true;
        };
        if member.get("w").and_then(Value::as_str) == Some("start") {
            self.begin(present, member);
            return true;
        }
        if let Some(Value::String(wait)) = member.remove("l")
            && let Some(wait) = self.named(old, wait)
        {
            member.insert("l".to_owned(), Value::from(wait));
        }
        // It leaves or is behind the last step, and only a pause keeps it inside.
        if step.is_empty() {
            return true;
        }
        let fate = self
            .migration
            .fates
            .steps
            .get(old)
            .and_then(|steps| steps.get(&step));
        match fate.cloned().unwrap_or(StepFate::UnhandledChanges) {
            StepFate::Same => {}
            StepFate::Now { name, runs_anew } => {
                if name != step {
                    self.deeds.insert(AppliedChange::Moved(
                        format!("step `{step}` of `{present}`"),
                        format!("`{name}`"),
                    ));
                }
                member.insert("p".to_owned(), Value::from(name));
                if runs_anew {
                    // What was waited for is over: there is no moment at which it would have been
                    // due.
                    if member.get("w").and_then(Value::as_str) == Some("await") {
                        member.insert("d".to_owned(), Value::from(self.migration.before.now));
                    }
                    run_anew(member);
                }
            }
            StepFate::Next(name) => {
                self.deeds.insert(AppliedChange::Removed(format!(
                    "step `{step}` of `{present}`"
                )));
                member.remove("m");
                member.insert("p".to_owned(), Value::from(name));
                member.insert("w".to_owned(), Value::from("deferred"));
                member.insert("d".to_owned(), Value::from(self.migration.before.now));
            }
            StepFate::Exit => {
                self.deeds.insert(AppliedChange::Removed(format!(
                    "step `{step}` of `{present}`"
                )));
                leave(member);
            }
            StepFate::UnhandledChanges => {
                self.concerns
                    .insert(UnhandledChange::Step(old.to_owned(), step));
                leave(member);
                return false;
            }
        }
        true
    }

    /// An entry that has not begun to run begins with the step that is the first now.
    fn begin(&self, present: &str, member: &mut Map<String, Value>) {
        let campaign = self
            .migration
            .model
            .campaigns
            .values()
            .find(|it| it.id == present);
        let first = campaign
            .and_then(|it| it.steps.first())
            .map_or("", |step| step.name.as_str());
        member.insert("p".to_owned(), Value::from(first));
    }
}

/// The step ahead does something else: it is due when its contact was, as a message is that a limit
/// kept back, and as soon as then.
fn run_anew(member: &mut Map<String, Value>) {
    member.remove("m");
    if !matches!(
        member.get("w").and_then(Value::as_str),
        Some("deferred" | "delayed")
    ) {
        let due = member.get("d").cloned().unwrap_or(Value::from(0));
        member.insert("w".to_owned(), Value::from("delayed"));
        member.insert("y".to_owned(), due);
    }
}

/// The steps at which it waits for an event; one that does something else now awaits none.
fn awaited(member: &Map<String, Value>) -> BTreeSet<String> {
    let ways = member
        .get("b")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_object);
    let awaiting = std::iter::once(member)
        .chain(ways)
        .filter(|token| token.get("w").is_some_and(|held| held == "await"));
    awaiting
        .filter_map(|token| token.get("p")?.as_str())
        .map(str::to_owned)
        .collect()
}

/// The fork on whose ways a step stands, the innermost; none where it stands on no way, or nowhere.
fn fork_around<'s>(steps: &'s [Step], around: Option<&'s str>, name: &str) -> Option<&'s str> {
    steps.iter().find_map(|step| {
        if step.name == name {
            return around;
        }
        let inside = if matches!(step.kind, StepKind::Fork(_)) {
            Some(step.name.as_str())
        } else {
            around
        };
        step.branches()
            .into_iter()
            .find_map(|branch| fork_around(branch.steps, inside, name))
    })
}

/// The next instant ends the campaign for the contact.
fn leave(member: &mut Map<String, Value>) {
    member.insert("p".to_owned(), Value::from(""));
    member.insert("w".to_owned(), Value::from("removed"));
    member.remove("d");
}

/// Whether the contact ever entered; who was only looked at did not.
fn ever_in(member: &Map<String, Value>) -> bool {
    member.contains_key("n") || member.contains_key("p")
}
