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
use super::value::{Datum, current, decimal, read_literal};

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
    /// Section 7: due steps, by due time, then campaign.
    pub(super) fn run_due_steps(&mut self) {
        let mut due: Vec<(Timestamp, usize, String, &Value)> = Vec::new();
        for (order, (id, campaign)) in self.project.in_order("campaigns").into_iter().enumerate() {
            let now = self.clock.now;
            self.read_wait_again(&id);
            let Some(entry) = &self.membership(&id).active else {
                continue;
            };
            let stopped = entry.paused || entry.deferred == Some(now);
            if entry.due <= now && !stopped {
                due.push((entry.due, order, id, campaign));
            }
        }
        due.sort_by_key(|(at, order, _, _)| (*at, *order));
        for (_, _, id, campaign) in due {
            self.run_steps(&id, campaign);
        }
    }

    /// Section 13, "Waits": the time of a `wait-until` on a field is read again while the contact waits.
    fn read_wait_again(&mut self, id: &str) {
        let now = self.clock.now;
        let Some(entry) = &self.membership(id).active else {
            return;
        };
        if entry.stand != Stand::Waiting {
            return;
        }
        let step = entry.ahead.last().expect("a list").first().expect("a wait").clone();
        if let Some(until) = get(&step.body, "wait-until").filter(|until| until.is_mapping()) {
            let moment = self.moment_of(until).unwrap_or(now);
            self.entry(id).due = moment;
        }
    }

    fn run_steps(&mut self, id: &str, campaign: &Value) {
        self.changed = true;
        if self.entry(id).stand == Stand::Admitted && !self.begin_entry(id, campaign) {
            return;
        }
        if self.entry(id).stand == Stand::Waiting {
            self.entry(id).stand = Stand::Begun;
            let step = self.take_step(id).expect("the wait");
            self.done(id, &step);
        }
        self.entry(id).deferred = None;
        while let Some(step) = self.take_step(id) {
            if let Then::Stop = self.run_step(id, campaign, &step) {
                return;
            }
        }
        self.end(id, "", "completed", "finished");
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
            "clear" => self.write_field(&place, "clear", &word(about), None),
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
        if let Some(moment) = moment.filter(|moment| *moment > self.clock.now) {
            return self.begin_wait(id, step, moment);
        }
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
        self.entry(id).deferred = Some(self.clock.now);
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
        let raw = self.contact.raw(field);
        let same = if value.is_some() { self.look().value(field) == value } else { raw.is_none() };
        if same {
            return;
        }
        let spell = |value: Option<&Datum>| spell_field(self.project, self.clock, field, value);
        let (from, to) = (spell(raw.as_ref()), spell(value.as_ref()));
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
