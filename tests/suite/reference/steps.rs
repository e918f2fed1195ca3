//! Phase 4: due steps, each through to its next wait.
//!
//! Invariant: a wait ends the pass of its campaign, every other step goes on at once.

use jiff::Timestamp;
use jiff::civil::Time;
use rust_decimal::Decimal;
use serde_yaml::Value;

use super::clock::{When, duration};
use super::columns::spell_field;
use super::contact::{Stand, Step};
use super::instant::{Instant, Place};
use super::names::name_all;
use super::project::{get, items, text, word};
use super::value::{Datum, current, decimal, default_of, read_literal};

/// What becomes of the campaign after a step.
pub(super) enum Then {
    GoOn,
    /// The step waits, stands deferred, or the campaign is over.
    Stop,
}

/// A list of steps with their names.
pub(super) fn named(steps: &[&Value], prefix: &str) -> Vec<Step> {
    let names = name_all(steps, prefix);
    let pairs = names.into_iter().zip(steps);
    pairs.map(|(name, body)| Step { name, body: (*body).clone() }).collect()
}

impl Instant<'_> {
    /// Section 7: due steps, by due time, then campaign; each campaign once, and what is due is read live.
    pub(super) fn run_due_steps(&mut self) {
        let mut ran: Vec<String> = Vec::new();
        loop {
            let mut due: Vec<(Timestamp, usize, String, &Value)> = Vec::new();
            for (order, (id, campaign)) in self.project.in_order("campaigns").into_iter().enumerate() {
                if let Some(at) = self.due(&id).filter(|_| !ran.contains(&id)) {
                    due.push((at, order, id, campaign));
                }
            }
            due.sort_by_key(|(at, order, _, _)| (*at, *order));
            let Some((_, _, id, campaign)) = due.into_iter().next() else {
                return;
            };
            self.run_steps(&id, campaign);
            ran.push(id);
        }
    }

    /// Section 13, "Waits": the time of a `wait-until` on a field is read again while the contact waits.
    fn due(&mut self, id: &str) -> Option<Timestamp> {
        let now = self.clock.now;
        let entry = self.membership(id).active.as_ref()?;
        if entry.paused || entry.deferred == Some(now) {
            return None;
        }
        let mut due = entry.due;
        if let Some(field) = self.awaited_field(id) {
            due = self.moment_of(&field).unwrap_or(now);
            if due > now {
                self.entry(id).due = due;
            }
        }
        (due <= now).then_some(due)
    }

    /// The field, with its offset, for which the contact waits.
    fn awaited_field(&mut self, id: &str) -> Option<Value> {
        let entry = self.entry(id);
        let step = (entry.stand == Stand::Waiting).then(|| entry.ahead.last()?.first())??;
        get(&step.body, "wait-until").filter(|until| until.is_mapping()).cloned()
    }

    fn run_steps(&mut self, id: &str, campaign: &Value) {
        self.changed = true;
        if self.entry(id).stand == Stand::Admitted && !self.begin_entry(id, campaign) {
            return;
        }
        if let Then::Stop = self.end_wait(id) {
            return;
        }
        self.entry(id).deferred = None;
        while let Some(step) = self.take_step(id) {
            if let Then::Stop = self.run_step(id, campaign, &step) {
                return;
            }
        }
        self.end(id, "", "completed", "finished");
    }

    /// The moment for which the contact waited has come. One that was changed to lie in the past, or taken away, is past.
    fn end_wait(&mut self, id: &str) -> Then {
        if self.entry(id).stand != Stand::Waiting {
            return Then::GoOn;
        }
        let field = self.awaited_field(id);
        self.entry(id).stand = Stand::Begun;
        let step = self.take_step(id).expect("the wait");
        if let Some(field) = field {
            let moment = self.moment_of(&field);
            let due = self.entry(id).due;
            if moment != Some(due) && moment != Some(self.clock.now) {
                return self.past(id, &step, moment);
            }
        }
        self.done(id, &step);
        Then::GoOn
    }

    /// The next step, out of the innermost list that still has one.
    fn take_step(&mut self, id: &str) -> Option<Step> {
        let ahead = &mut self.entry(id).ahead;
        while ahead.last().is_some_and(Vec::is_empty) {
            ahead.pop();
        }
        Some(ahead.last_mut()?.remove(0))
    }

    /// The step stays ahead.
    fn keep_step(&mut self, id: &str, step: &Step) {
        let ahead = &mut self.entry(id).ahead;
        ahead.last_mut().expect("its list").insert(0, step.clone());
    }

    pub(super) fn done(&mut self, id: &str, step: &Step) {
        self.records.tally.add(&format!("step {id} {} done", step.name));
    }

    pub(super) fn skipped(&mut self, id: &str, step: &Step, reason: &str) {
        self.records.tally.add(&format!("step {id} {} skipped {reason}", step.name));
    }

    /// Section 6, "Steps": exactly one verb each.
    fn run_step(&mut self, id: &str, campaign: &Value, step: &Step) -> Then {
        let (verb, about) = verb_of(&step.body);
        self.coverage.count(&format!("step {verb}"));
        let place = self.here(id, &step.name);
        match verb {
            "send" => return self.send(id, campaign, step, &word(about)),
            "wait" => return self.wait(id, step, &word(about)),
            "wait-until" => return self.wait_until(id, step, about),
            "move" => return self.move_to(id, step, &word(about)),
            "if" => self.branch(id, step, about),
            "exit" => {
                self.done(id, step);
                self.end(id, &step.name, &word(about), "exit");
                return Then::Stop;
            }
            "leave" => self.leave_funnel(&place, &word(about)),
            "add-tag" => self.add_tag(&place, &word(about)),
            "remove-tag" => self.remove_tag(&place, &word(about)),
            "points" => self.give_points(&place, about.as_i64().expect("an integer")),
            "set" => self.set(&place, &word(about), &step.body["to"]),
            "clear" => self.clear(&place, &word(about)),
            other => panic!("no step: `{other}`"),
        }
        self.done(id, step);
        Then::GoOn
    }

    /// A wait ends the pass. It counts from when the step before it really ran: section 7, "Clock".
    fn wait(&mut self, id: &str, step: &Step, long: &str) -> Then {
        let until = self.clock.add(self.clock.now, duration(long));
        self.begin_wait(id, step, until)
    }

    fn begin_wait(&mut self, id: &str, step: &Step, until: Timestamp) -> Then {
        let place = self.here(id, &step.name);
        let to = self.clock.spell(until);
        self.note("wait", &place, ["", "", &to, ""]);
        self.keep_step(id, step);
        let entry = self.entry(id);
        entry.due = until;
        entry.stand = Stand::Waiting;
        Then::Stop
    }

    /// Section 6, `wait-until` with `if-past`: `continue`, `exit` or `skip`.
    fn wait_until(&mut self, id: &str, step: &Step, until: &Value) -> Then {
        let moment = self.moment_of(until);
        if let Some(moment) = moment.filter(|moment| *moment >= self.clock.now) {
            return self.begin_wait(id, step, moment);
        }
        self.past(id, step, moment)
    }

    fn past(&mut self, id: &str, step: &Step, moment: Option<Timestamp>) -> Then {
        let policy = text(&step.body, "if-past").unwrap_or("continue".into());
        let to = moment.map_or(String::new(), |moment| self.clock.spell(moment));
        let place = self.here(id, &step.name);
        self.note("past", &place, ["", "", &to, &policy]);
        self.done(id, step);
        match policy.as_str() {
            "continue" => {}
            "skip" => self.leave_out_next(id),
            "exit" => {
                self.end(id, &step.name, "exited", "exit");
                return Then::Stop;
            }
            other => panic!("no policy: `{other}`"),
        }
        Then::GoOn
    }

    /// `skip` leaves out the next step of the list.
    fn leave_out_next(&mut self, id: &str) {
        let list = self.entry(id).ahead.last_mut().expect("the list of the wait");
        if list.is_empty() {
            return;
        }
        let left_out = list.remove(0);
        let content = text(&left_out.body, "send").unwrap_or_default();
        let place = self.here(id, &left_out.name);
        self.note("skip", &place, [&content, "", "", "past"]);
        self.skipped(id, &left_out, "past");
    }

    /// The moment of a `wait-until`: a date, a datetime, or a field with an offset.
    fn moment_of(&self, until: &Value) -> Option<Timestamp> {
        let Some(field) = text(until, "field") else {
            return Some(match self.clock.when(&word(until)) {
                When::Day(day) => self.clock.start(day),
                When::Exact(moment) => moment,
            });
        };
        let moment = match self.look().value(&field)? {
            Datum::Day(day) => self.clock.resolve(day.to_datetime(Time::midnight())),
            Datum::At(moment) => moment,
            other => panic!("no time: {other:?}"),
        };
        let offset = text(until, "offset");
        Some(offset.map_or(moment, |offset| self.clock.add(moment, duration(&offset))))
    }

    /// Section 5: a refused move is recorded with its reason and the campaign goes on.
    fn move_to(&mut self, id: &str, step: &Step, target: &str) -> Then {
        let place = self.here(id, &step.name);
        let (funnel_id, target) = target.split_once('/').expect("funnel/stage");
        let funnel = self.project.definition(&["funnels", funnel_id]);
        let present = self.contact.stage(funnel_id);
        if present.as_deref() == Some(target) {
            self.done(id, step);
            return Then::GoOn;
        }
        if let Some(reason) = self.refusal(funnel, present.as_deref(), target) {
            let from = present.unwrap_or_default();
            self.note("refuse", &place, [funnel_id, &from, target, reason]);
            self.skipped(id, step, reason);
            return Then::GoOn;
        }
        if self.put(funnel_id, target, "move", &place) {
            self.done(id, step);
            return Then::GoOn;
        }
        self.keep_step(id, step);
        let now = self.clock.now;
        let entry = self.entry(id);
        entry.deferred = Some(now);
        entry.due = now;
        Then::Stop
    }

    fn branch(&mut self, id: &str, step: &Step, condition: &Value) {
        let branch = if self.holds(condition) { "then" } else { "else" };
        let place = self.here(id, &step.name);
        self.note("if", &place, ["", "", branch, ""]);
        let steps = get(&step.body, branch).map(items).unwrap_or_default();
        let prefix = format!("{}/{branch}/", step.name);
        self.entry(id).ahead.push(named(&steps, &prefix));
    }

    /// The step `leave: shop` clears the stage.
    fn leave_funnel(&mut self, place: &Place, funnel: &str) {
        let Some(from) = self.contact.stage(funnel) else {
            return;
        };
        self.tally_departure(funnel, Some(&from), None, "leave");
        self.contact.stages.entry(funnel.into()).or_default().value = None;
        self.contact.moving.remove(funnel);
        self.contact.left.insert(funnel.into());
        self.note("leave", place, [funnel, &from, "", ""]);
    }

    fn add_tag(&mut self, place: &Place, tag: &str) {
        if !self.contact.has_tag(tag) {
            self.contact.tags.entry(tag.into()).or_default();
            self.contact.tag_order.push(tag.into());
            self.note("add-tag", place, [tag, "", "", ""]);
        }
    }

    fn remove_tag(&mut self, place: &Place, tag: &str) {
        if self.contact.has_tag(tag) {
            self.contact.tag_order.retain(|had| had != tag);
            self.note("remove-tag", place, [tag, "", "", ""]);
        }
    }

    fn give_points(&mut self, place: &Place, given: i64) {
        let from = self.contact.points.value;
        self.contact.points.value += given;
        let to = (from + given).to_string();
        self.note("points", place, ["", &from.to_string(), &to, ""]);
    }

    /// Section 6, `set`: a literal, `{ add: 1 }`, or `today` and `now` for dates.
    fn set(&mut self, place: &Place, field: &str, to: &Value) {
        let definition = self.project.definition(&["contacts", "fields", field]);
        let value = if let Some(add) = get(to, "add") {
            Some(self.added(field, definition, decimal(&word(add))))
        } else if let Some(word @ ("today" | "now")) = to.as_str().filter(|_| is_time(definition)) {
            Some(current(self.clock, definition, word))
        } else {
            read_literal(self.clock, definition, to)
        };
        self.write_field(place, "set", field, value);
    }

    /// The step `clear` leaves nothing but the default.
    fn clear(&mut self, place: &Place, field: &str) {
        let definition = self.project.definition(&["contacts", "fields", field]);
        self.write_field(place, "clear", field, default_of(self.clock, definition));
    }

    /// Section 13, "Fields": a missing number counts as its default or 0; results are cut to `min` and `max`.
    fn added(&self, field: &str, definition: &Value, add: Decimal) -> Datum {
        let present = match self.look().value(field) {
            Some(Datum::Number(number)) => number,
            _ => Decimal::ZERO,
        };
        let bound = |key| text(definition, key).map(|bound| decimal(&bound));
        let mut sum = present + add;
        sum = bound("max").map_or(sum, |max| sum.min(max));
        sum = bound("min").map_or(sum, |min| sum.max(min));
        Datum::Number(sum)
    }

    /// What changes nothing is not journalled.
    fn write_field(&mut self, place: &Place, event: &str, field: &str, value: Option<Datum>) {
        let before = self.contact.value(field);
        if before == value {
            return;
        }
        let spell = |value: Option<&Datum>| spell_field(self.project, self.clock, field, value);
        let (from, to) = (spell(before.as_ref()), spell(value.as_ref()));
        self.contact.fields.entry(field.into()).or_default().value = value;
        self.note(event, place, [field, &from, &to, ""]);
    }
}

fn is_time(definition: &Value) -> bool {
    matches!(super::value::type_of(definition).as_str(), "date" | "datetime")
}

/// The verb of a step and what it is about.
pub(super) fn verb_of(step: &Value) -> (&'static str, &Value) {
    const VERBS: [&str; 13] = [
        "send",
        "wait",
        "wait-until",
        "move",
        "leave",
        "add-tag",
        "remove-tag",
        "points",
        "set",
        "clear",
        "if",
        "exit",
        "goto",
    ];
    VERBS.into_iter().find_map(|verb| Some((verb, get(step, verb)?))).unwrap_or_else(|| panic!("no verb in {step:?}"))
}
