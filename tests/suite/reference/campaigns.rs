//! Phase 3: campaigns, in order; each leaves and enters before the next one.
//!
//! Invariant: a contact is in a campaign at most once at a time and starts it at most once within
//! an instant.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_yaml::Value;

use super::clock::duration;
use super::contact::{Awaiting, Call, Doing, Entry, Membership, Thread};
use super::flow::named;
use super::instant::{Instant, Place};
use super::project::{get, items, text, word};

impl Instant<'_> {
    pub(super) fn visit_campaigns(&mut self) {
        for (id, campaign) in self.project.in_order("campaigns") {
            self.contact
                .campaigns
                .entry(id.clone())
                .or_insert_with(|| Membership {
                    ready: vec![true; state_conditions(campaign).len()],
                    ..Membership::default()
                });
            let published = self.clock.published(campaign);
            if self.is_active(&id) {
                match self.pause_start(campaign) {
                    None => {
                        self.resume(&id);
                        if self.entry(&id).leaving {
                            self.end(&id, "", "exited", "removed");
                        } else {
                            self.leave_campaign(&id, campaign);
                        }
                    }
                    Some(_) if self.is_over(campaign) => self.end(&id, "", "exited", "after-until"),
                    Some(since) => self.pause(&id, since),
                }
            }
            let is_trigger = get(campaign, "at").is_some();
            if published && !is_trigger {
                self.look_first(&id, campaign);
            }
            let mut occurrences = self.occurrences.remove(&id).unwrap_or_default();
            let mut reason = Some("active");
            if !self.is_active(&id) && !is_trigger {
                reason = self.enter_campaign(&id, campaign, published);
            }
            if reason.is_none() && !occurrences.is_empty() {
                occurrences.remove(0);
            }
            for (event, at) in occurrences {
                self.lose(&id, &event, at, reason.unwrap_or("same-run"));
            }
            self.called.remove(&id);
        }
    }

    pub(super) fn membership(&mut self, campaign: &str) -> &mut Membership {
        self.contact
            .campaigns
            .get_mut(campaign)
            .expect("made when first visited")
    }

    fn is_active(&mut self, campaign: &str) -> bool {
        self.membership(campaign).active.is_some()
    }

    /// The entry that a contact is in.
    pub(super) fn entry(&mut self, campaign: &str) -> &mut Entry {
        self.membership(campaign)
            .active
            .as_mut()
            .expect("an active entry")
    }

    /// Where something happens in the entry that a contact is in.
    pub(super) fn here(&mut self, campaign: &str, step: &str) -> Place {
        let membership = self.membership(campaign);
        let begun = membership.active.as_ref().is_some_and(|entry| entry.begun);
        let entry = membership.entries + i64::from(!begun);
        Place {
            campaign: campaign.into(),
            entry: entry.to_string(),
            step: step.into(),
        }
    }

    /// Section 7, "Publishing": an unpublished campaign admits nobody and pauses. A pause lasts
    /// from the first instant that finds it so, or its `until`, if earlier.
    pub(super) fn pause_start(&self, campaign: &Value) -> Option<Timestamp> {
        if self.clock.published(campaign) {
            return None;
        }
        let until = self
            .clock
            .window_end(campaign)
            .filter(|_| !is_hidden(campaign));
        Some(until.map_or(self.clock.now, |until| until.min(self.clock.now)))
    }

    /// `after-until: exit` ends what is inside at the first instant after the end.
    fn is_over(&self, campaign: &Value) -> bool {
        let exits = get(campaign, "publish")
            .and_then(|window| text(window, "after-until"))
            .as_deref()
            == Some("exit");
        exits && !is_hidden(campaign) && self.clock.window_is_over(campaign)
    }

    fn pause(&mut self, id: &str, since: Timestamp) {
        if self.entry(id).paused.is_none() {
            self.entry(id).paused = Some(since);
            let place = self.here(id, "");
            self.note("pause", &place, ["", "", "", ""]);
        }
    }

    /// On return the rest of the waits is served. A date that is waited for does not move, and a
    /// step that was put off keeps the moment at which it was due.
    fn resume(&mut self, id: &str) {
        let Some(since) = self.entry(id).paused.take() else {
            return;
        };
        let now = self.clock.now;
        self.entry(id).resumed = Some(now);
        let served = |due: Timestamp| {
            if due > since {
                now + (due - since)
            } else {
                now
            }
        };
        for path in self.thread_paths(id) {
            let thread = self.thread(id, &path);
            if let Doing::Awaiting(Awaiting {
                deadline, settled, ..
            }) = &mut thread.doing
            {
                *deadline = deadline.map(served);
                if settled.is_some() {
                    continue;
                }
            }
            let awaits = matches!(thread.doing, Doing::Awaiting(_));
            let waits = matches!(thread.doing, Doing::Waiting)
                && thread
                    .ahead()
                    .is_some_and(|step| get(&step.body, "wait").is_some());
            if awaits || waits {
                thread.due = thread.due.map(served);
            }
        }
        let place = self.here(id, "");
        self.note("resume", &place, ["", "", "", ""]);
    }

    /// Section 6, "Leaving": goal, exit-when, on-leave in this order; the first is the outcome.
    fn leave_campaign(&mut self, id: &str, campaign: &Value) {
        if self.leave_for_goal(id, campaign) {
            return;
        }
        let exits = text(campaign, "on-leave").as_deref() == Some("exit");
        let conditions = state_conditions(campaign);
        let holds = conditions.iter().any(|condition| self.holds(condition));
        if exits && self.entry(id).by_condition && !holds {
            self.end(id, "", "exited", "on-leave");
        }
    }

    /// Goal and exit-when, read in phase 3 and before every `send`.
    pub(super) fn leave_for_goal(&mut self, id: &str, campaign: &Value) -> bool {
        for (key, outcome) in [("goal", "converted"), ("exit-when", "exited")] {
            if get(campaign, key).is_some_and(|condition| self.goal_look(id).holds(condition)) {
                self.end(id, "", outcome, key);
                return true;
            }
        }
        false
    }

    pub(super) fn end(&mut self, id: &str, step: &str, outcome: &str, reason: &str) {
        let place = self.here(id, step);
        self.note("end", &place, ["", "", outcome, reason]);
        self.records.tally.add(&format!("campaign {id} {outcome}"));
        let now = self.clock.now;
        let membership = self.membership(id);
        membership.active = None;
        membership.last_end = Some(now);
        membership.last_outcome = outcome.into();
    }

    /// Sections 6 and 13, "Entry". Tells why nothing started, if something should have.
    fn enter_campaign(
        &mut self,
        id: &str,
        campaign: &Value,
        published: bool,
    ) -> Option<&'static str> {
        let conditions = state_conditions(campaign);
        let holds: Vec<bool> = conditions
            .iter()
            .map(|condition| self.holds(condition))
            .collect();
        for (ready, holds) in self.membership(id).ready.iter_mut().zip(&holds) {
            *ready |= !holds;
        }
        let call = self.arrives(id, campaign);
        if !published {
            return Some("unpublished");
        }
        let able: Vec<bool> = self
            .membership(id)
            .ready
            .iter()
            .zip(&holds)
            .map(|(ready, holds)| *ready && *holds)
            .collect();
        let by_condition = able.contains(&true);
        if !(by_condition || call.is_some()) {
            return None;
        }
        if !self.is_open(id, campaign) {
            return Some("reenter");
        }
        if let Some(reason) = self.goal_holds(id, campaign) {
            for (ready, able) in self.membership(id).ready.iter_mut().zip(&able) {
                *ready &= !able;
            }
            return Some(reason);
        }
        if self.contact.instant.started.contains(id) {
            self.put_off(id, call.filter(|_| !by_condition));
            return Some("same-run");
        }
        self.admit(id, campaign, by_condition, call);
        None
    }

    /// What lets the contact in beside conditions: it came to rest in a stage of `{ entered: … }`,
    /// an event, `enroll`; now or in an instant that put it off.
    fn arrives(&mut self, id: &str, campaign: &Value) -> Option<Call> {
        let arrived = entered_stages(campaign)
            .iter()
            .any(|stage| self.arrivals.contains(stage));
        let put_off = self.membership(id).put_off.take().map(|(_, call)| call);
        let calls = [
            arrived.then_some(Call::Entered),
            self.called.get(id).copied(),
            put_off,
        ];
        calls.into_iter().flatten().max()
    }

    /// `existing: skip`: who meets a condition already when the campaign is first found published
    /// with it has to be seen outside of it first.
    fn look_first(&mut self, id: &str, campaign: &Value) {
        let is_first = self.looked.insert(id.to_owned());
        if !is_first || text(campaign, "existing").as_deref() != Some("skip") {
            return;
        }
        for (number, condition) in state_conditions(campaign).into_iter().enumerate() {
            let is_new = self.known_conditions[id][number].1 == self.run;
            if is_new && self.holds(condition) {
                self.membership(id).ready[number] = false;
            }
        }
    }

    /// Section 6: a new entry needs `reenter`, counted from the end of the last.
    fn is_open(&mut self, id: &str, campaign: &Value) -> bool {
        let Some(last) = self.membership(id).last_end else {
            return true;
        };
        let after = get(campaign, "reenter").and_then(|reenter| text(reenter, "after"));
        after.is_some_and(|after| self.clock.add(last, duration(&after)) <= self.clock.now)
    }

    /// The first of goal and exit-when that holds.
    pub(super) fn goal_holds(&mut self, id: &str, campaign: &Value) -> Option<&'static str> {
        ["goal", "exit-when"].into_iter().find(|key| {
            get(campaign, key).is_some_and(|condition| self.goal_look(id).holds(condition))
        })
    }

    /// Section 7: a campaign starts at most once within an instant. An event or `enroll` that this
    /// stops is lost.
    fn put_off(&mut self, id: &str, call: Option<Call>) {
        if matches!(call, Some(Call::Event | Call::Enrolled)) {
            self.coverage
                .count("occurrence lost in the instant of another start");
            return;
        }
        if let Some(call) = call {
            self.membership(id).put_off = Some((self.clock.now, call));
        }
        let place = self.here(id, "");
        self.defer(&place, "", "", "campaign");
    }

    /// Enough points let the contact in, once ever and without conditions.
    pub(super) fn begin_trigger(&mut self, id: &str) {
        self.contact
            .campaigns
            .insert(id.into(), Membership::default());
        let trigger = self.project.definition(&["campaigns", id]);
        let entry = self.new_entry(trigger, false, true);
        self.records.tally.add(&format!("campaign {id} entered"));
        self.membership(id).active = Some(entry);
        let place = self.here(id, "");
        self.note("start", &place, ["", "", "", "points"]);
        self.membership(id).entries = 1;
        self.entry(id).begun = true;
    }

    fn new_entry(&self, campaign: &Value, by_condition: bool, certain: bool) -> Entry {
        Entry {
            by_condition,
            certain,
            since: self.clock.now,
            begun: false,
            leaving: false,
            paused: None,
            resumed: None,
            root: Thread::new(named(&items(&campaign["steps"]), ""), self.clock.now),
            visits: BTreeMap::new(),
            went_out: BTreeMap::new(),
        }
    }

    fn admit(&mut self, id: &str, campaign: &Value, by_condition: bool, call: Option<Call>) {
        self.contact.instant.started.insert(id.into());
        let (reason, certain) = match call {
            _ if by_condition => ("condition", false),
            Some(Call::Entered) | None => ("entered", false),
            Some(Call::Event) => ("event", true),
            Some(Call::Enrolled) => ("enrolled", true),
        };
        let entry = self.new_entry(campaign, by_condition, certain);
        self.records.tally.add(&format!("campaign {id} entered"));
        let membership = self.membership(id);
        membership.ready.fill(false);
        membership.active = Some(entry);
        let place = self.here(id, "");
        self.note("start", &place, ["", "", "", reason]);
    }

    /// Before the first step at least one condition that can admit is read as true; else the entry
    /// is void.
    pub(super) fn begin_entry(&mut self, id: &str, campaign: &Value) -> bool {
        let conditions = state_conditions(campaign);
        let holds: Vec<bool> = conditions
            .iter()
            .map(|condition| self.holds(condition))
            .collect();
        let certain = self.entry(id).certain;
        if certain
            || holds.contains(&true)
            || entered_stages(campaign)
                .iter()
                .any(|stage| self.is_in(stage))
        {
            let membership = self.membership(id);
            membership.entries += 1;
            membership.active.as_mut().expect("an active entry").begun = true;
            return true;
        }
        let place = self.here(id, "");
        self.note("overtaken", &place, ["", "", "", ""]);
        self.records.tally.add(&format!("campaign {id} overtaken"));
        let membership = self.membership(id);
        membership.active = None;
        for (ready, holds) in membership.ready.iter_mut().zip(&holds) {
            *ready |= !holds;
        }
        false
    }

    fn is_in(&self, stage: &str) -> bool {
        let (funnel, stage) = stage.split_once('/').expect("funnel/stage");
        self.contact.stage(funnel).as_deref() == Some(stage)
    }
}

/// A state condition is anything but `event` and `entered`.
pub(super) fn state_conditions(campaign: &Value) -> Vec<&Value> {
    let enter = get(campaign, "enter")
        .map(items)
        .unwrap_or_default()
        .into_iter();
    enter
        .filter(|item| get(item, "entered").is_none() && get(item, "event").is_none())
        .collect()
}

fn entered_stages(campaign: &Value) -> Vec<String> {
    let enter = get(campaign, "enter").map(items).unwrap_or_default();
    enter
        .iter()
        .filter_map(|item| get(item, "entered"))
        .map(word)
        .collect()
}

fn is_hidden(definition: &Value) -> bool {
    get(definition, "published").and_then(Value::as_bool) == Some(false)
}
