//! What single steps do to a contact: moves, tags, points, fields, channels, segments, other
//! campaigns.
//!
//! Invariant: what changes nothing is not journalled.

use rust_decimal::Decimal;
use serde_yaml::Value;

use super::columns::spell_field;
use super::contact::{Call, Doing, Step};
use super::flow::{Path, Then};
use super::instant::{Instant, Place};
use super::project::{entry_among, get, text, word};
use super::value::{Datum, current, decimal, default_of, read_literal};

impl Instant<'_> {
    /// The steps that always go on at once. False for one that was skipped.
    pub(super) fn act(&mut self, place: &Place, step: &Step, verb: &str, about: &Value) -> bool {
        match verb {
            "leave" => self.leave_funnel(place, &word(about)),
            "add-tag" => self.add_tag(place, &word(about)),
            "remove-tag" => self.remove_tag(place, &word(about)),
            "points" if about.is_mapping() => {
                let group = text(about, "group").unwrap_or_default();
                self.give_points(
                    place,
                    &group,
                    about["give"].as_i64().expect("an integer"),
                    "",
                );
            }
            "points" => self.give_points(place, "", about.as_i64().expect("an integer"), ""),
            "set" => self.set(place, &word(about), &step.body["to"]),
            "clear" => self.clear(place, &word(about)),
            "add-to" | "remove-from" => self.put_in_segment(place, &word(about), verb),
            "enroll" => self.enroll(place, &word(about)),
            "withdraw" => self.withdraw(place, &word(about)),
            "unsubscribe" | "resubscribe" => self.subscribe(place, &word(about), verb),
            "note" => self.note("note", place, [&word(about), "", "", ""]),
            "notify" | "webhook" | "push-to" => return self.post(place, step, verb, &word(about)),
            other => panic!("no step: `{other}`"),
        }
        true
    }

    /// Manual members of a segment; the latest of these steps counts.
    fn put_in_segment(&mut self, place: &Place, segment: &str, verb: &str) {
        let inside = verb == "add-to";
        if self.contact.manual.insert(segment.into(), inside) != Some(inside) {
            self.note(verb, place, [segment, "", "", ""]);
        }
    }

    /// An occurrence that phase 3 of this instant looks at.
    fn enroll(&mut self, place: &Place, campaign: &str) {
        self.note("enroll", place, [campaign, "", "", ""]);
        self.call(campaign, Call::Enrolled);
    }

    pub(super) fn call(&mut self, campaign: &str, call: Call) {
        let strongest = self.called.get(campaign).copied().unwrap_or(call).max(call);
        self.called.insert(campaign.into(), strongest);
    }

    fn withdraw(&mut self, place: &Place, campaign: &str) {
        if self
            .contact
            .campaigns
            .get(campaign)
            .is_some_and(|membership| membership.active.is_some())
        {
            self.note("withdraw", place, [campaign, "", "", ""]);
            if !self.entry(campaign).begun {
                self.membership(campaign).entries += 1;
                self.entry(campaign).begun = true;
            }
            self.end(campaign, "", "exited", "withdrawn");
        }
    }

    /// `resubscribe` lifts an unsubscription only.
    fn subscribe(&mut self, place: &Place, channel: &str, verb: &str) {
        let from = self
            .contact
            .refuses
            .get(channel)
            .map_or(String::new(), |refusal| refusal.value.clone());
        let to = match (verb, from.as_str()) {
            ("unsubscribe", "") => "unsubscribed",
            ("resubscribe", "unsubscribed") => "",
            _ => return,
        };
        self.contact
            .refuses
            .entry(channel.into())
            .or_default()
            .value = to.into();
        self.note(verb, place, [channel, &from, to, ""]);
    }

    /// Section 5: a refused move is recorded with its reason and the campaign goes on.
    pub(super) fn move_to(&mut self, id: &str, path: &Path, step: &Step, target: &str) -> Then {
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
        self.put_off_step(id, path, Doing::Held)
    }

    /// The step `leave: shop` clears the stage.
    fn leave_funnel(&mut self, place: &Place, funnel: &str) {
        let Some(from) = self.contact.stage(funnel) else {
            return;
        };
        self.contact.left.insert(funnel.into());
        self.clear_stage(funnel, &from, "leave", place);
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

    /// The points, or those of a group.
    pub(super) fn give_points(&mut self, place: &Place, group: &str, given: i64, reason: &str) {
        let points = match group {
            "" => &mut self.contact.points,
            group => self.contact.groups.entry(group.into()).or_default(),
        };
        let from = points.value;
        points.value += given;
        let to = (from + given).to_string();
        if given != 0 {
            self.note("points", place, [group, &from.to_string(), &to, reason]);
        }
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
        self.write_field(place, "set", field, value, "");
        match get(to, "add") {
            Some(add) => self.note_added(field, self.written_now(), decimal(&word(add))),
            None => self.set_now(field),
        }
    }

    /// The step `clear` leaves nothing but the default.
    fn clear(&mut self, place: &Place, field: &str) {
        let definition = self.project.definition(&["contacts", "fields", field]);
        self.write_field(
            place,
            "clear",
            field,
            default_of(self.clock, definition),
            "",
        );
        self.set_now(field);
    }

    /// Section 13, "Fields": a missing number counts as its default or 0; results are cut to `min`
    /// and `max`.
    pub(super) fn added(&self, field: &str, definition: &Value, add: Decimal) -> Datum {
        plus(definition, self.look().value(field).as_ref(), add)
    }

    /// What changes nothing is not journalled.
    pub(super) fn write_field(
        &mut self,
        place: &Place,
        event: &str,
        field: &str,
        value: Option<Datum>,
        reason: &str,
    ) {
        let before = self.contact.value(field);
        if before == value {
            return;
        }
        let spell = |value: Option<&Datum>| spell_field(self.project, self.clock, field, value);
        let (from, to) = (spell(before.as_ref()), spell(value.as_ref()));
        self.contact.fields.entry(field.into()).or_default().value = value;
        self.note(event, place, [field, &from, &to, reason]);
    }
}

/// The old number, or nothing, and another one, within the bounds.
pub(super) fn plus(definition: &Value, old: Option<&Datum>, add: Decimal) -> Datum {
    let present = match old {
        Some(Datum::Number(number)) => *number,
        _ => Decimal::ZERO,
    };
    let bound = |key| text(definition, key).map(|bound| decimal(&bound));
    let mut sum = present + add;
    sum = bound("max").map_or(sum, |max| sum.min(max));
    sum = bound("min").map_or(sum, |min| sum.max(min));
    Datum::Number(sum)
}

fn is_time(definition: &Value) -> bool {
    matches!(
        super::value::type_of(definition).as_str(),
        "date" | "datetime"
    )
}

/// The verb of a step and what it is about.
pub(super) fn verb_of(step: &Value) -> (&str, &Value) {
    const VERBS: [&str; 26] = [
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
        "await",
        "split",
        "fork",
        "enroll",
        "withdraw",
        "notify",
        "webhook",
        "push-to",
        "note",
        "unsubscribe",
        "resubscribe",
        "add-to",
        "remove-from",
    ];
    entry_among(step, |key| VERBS.contains(&key))
}
