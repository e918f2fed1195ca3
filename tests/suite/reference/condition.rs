//! Conditions, two-valued, read live from one contact.
//!
//! Invariant: reading a condition changes nothing but the counts of what was read.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde_yaml::Value;

use super::clock::{Clock, When, duration};
use super::companies::{Company, company_key};
use super::contact::Contact;
use super::coverage::Coverage;
use super::project::{Project, entry_among, flag, get, items, number, text, word};
use super::value::{Datum, decimal, folded, type_of};

/// Everything that a condition may look at.
pub(super) struct Look<'a> {
    pub(super) project: &'a Project,
    pub(super) clock: &'a Clock,
    pub(super) contact: &'a Contact,
    pub(super) coverage: &'a Coverage,
    pub(super) companies: &'a BTreeMap<String, Company>,
    pub(super) place: Counting,
}

/// From where a condition at this place counts events.
#[derive(Clone, Copy)]
pub(super) enum Counting {
    Ever,
    /// In a campaign: since when the contact is in it, and whether events count from there unless
    /// something else is said.
    Within {
        since: Option<Timestamp>,
        always: bool,
    },
    /// In a stage: since when.
    InStage(Option<Timestamp>),
}

/// Reads what stands under the key of a condition, with the whole of it.
type Reading<L> = fn(&L, &Value, &Value) -> bool;

const OPERATORS: [&str; 25] = [
    "is",
    "is-not",
    "in",
    "not-in",
    "at-least",
    "at-most",
    "more-than",
    "less-than",
    "between",
    "contains",
    "starts-with",
    "ends-with",
    "matches",
    "exists",
    "anniversary",
    "before",
    "after",
    "since",
    "until",
    "within",
    "within-next",
    "during",
    "has-any",
    "has-all",
    "has-none",
];

impl Look<'_> {
    /// Section 3: a condition is a mapping with exactly one of these keys.
    pub(super) fn holds(&self, condition: &Value) -> bool {
        let known: [(&str, Reading<Self>); 14] = [
            ("field", |look, named, all| look.field(&word(named), all)),
            ("company", |look, named, all| {
                look.company(&word(named), all)
            }),
            ("campaign", |look, named, all| {
                look.campaign(&word(named), all)
            }),
            ("event", |look, _, all| look.event(all)),
            ("reachable", |look, named, _| {
                look.reachable(&word(named), false)
            }),
            ("tag", |look, named, _| look.contact.has_tag(&word(named))),
            ("tags", |look, named, _| {
                look.has_tags() == (word(named) == "any")
            }),
            ("stage", |look, named, all| look.stage(&word(named), all)),
            ("reached", |look, named, _| look.reached(&word(named))),
            ("in-funnel", |look, named, _| {
                look.contact.stage(&word(named)).is_some()
            }),
            ("segment", |look, named, _| look.segment(&word(named))),
            ("all", |look, named, _| {
                items(named).iter().all(|item| look.holds(item))
            }),
            ("any", |look, named, _| {
                items(named).iter().any(|item| look.holds(item))
            }),
            ("not", |look, named, _| !look.holds(named)),
        ];
        let (key, named) = entry_among(condition, |name| known.iter().any(|(key, _)| *key == name));
        let (_, read) = known
            .iter()
            .find(|(known, _)| *known == key)
            .expect("just found");
        let truth = read(self, named, condition);
        self.coverage.count(&format!("condition {key} {truth}"));
        truth
    }

    /// With `values: open` whichever it is; else one that the project does not know is a bad value,
    /// and so missing.
    fn has_tags(&self) -> bool {
        let open = self
            .project
            .at(&["contacts", "tags", "values"])
            .and_then(Value::as_str)
            == Some("open");
        let known = self.project.tags();
        self.contact
            .tag_order
            .iter()
            .any(|tag| open || known.contains(tag))
    }

    /// Section 5: `everyone`, a segment id or a condition.
    pub(super) fn audience(&self, audience: &Value) -> bool {
        match audience.as_str() {
            Some("everyone") => true,
            Some(segment) => self.segment(segment),
            None => self.holds(audience),
        }
    }

    /// Section 4: a segment is its definition, evaluated at the moment it is asked; before it stand
    /// the files and the steps.
    pub(super) fn segment(&self, id: &str) -> bool {
        let segment = self.project.definition(&["segments", id]);
        let listed = |key| {
            let files = get(segment, key).map(items).unwrap_or_default();
            files
                .into_iter()
                .any(|file| self.project.file_lists(&word(file), &self.contact.key))
        };
        let by_name = if listed("exclude") {
            Some(false)
        } else if listed("include") {
            Some(true)
        } else {
            None
        };
        if get(segment, "exclude")
            .or(get(segment, "include"))
            .is_some()
        {
            self.coverage.count(&format!("member by name {by_name:?}"));
        }
        if let Some(inside) = by_name {
            return inside;
        }
        if let Some(inside) = self.contact.manual.get(id) {
            return *inside;
        }
        let look = Look {
            place: Counting::Ever,
            ..*self
        };
        get(segment, "where").is_some_and(|condition| look.holds(condition))
    }

    /// `{ campaign: x }`: has ever entered; with `state` the latest entry.
    fn campaign(&self, id: &str, condition: &Value) -> bool {
        let Some(membership) = self.contact.campaigns.get(id) else {
            return false;
        };
        let active = membership.active.is_some();
        let truth = match text(condition, "state").as_deref() {
            None => active || membership.entries > 0,
            Some("active") => active,
            Some(state) => !active && membership.last_outcome == state,
        };
        let state = text(condition, "state").unwrap_or_default();
        self.coverage.count(&format!("campaign {state} {truth}"));
        truth
    }

    /// Section 3, `reachable`: has the address, consent, and no do-not-contact. `transactional`
    /// ignores consent and unsubscription, never a complaint or a hard bounce.
    pub(super) fn reachable(&self, channel: &str, transactional: bool) -> bool {
        if channel.is_empty() {
            return true;
        }
        let consent = self.project.at(&["contacts", "consent", channel]);
        let look = Look {
            place: Counting::Ever,
            ..*self
        };
        let consents = consent.is_none_or(|condition| look.holds(condition));
        let refuses = self
            .contact
            .refuses
            .get(channel)
            .map_or("", |refusal| &refusal.value);
        let allowed = match refuses {
            "" => consents || transactional,
            "unsubscribed" => transactional,
            _ => false,
        };
        allowed && self.address(channel).is_some()
    }

    /// Docs/outputs.md, "journal.csv": why a channel does not reach the contact; the further in
    /// this order, the further it came.
    pub(super) fn what_is_in_the_way(&self, channel: &str, transactional: bool) -> &'static str {
        let refuses = self
            .contact
            .refuses
            .get(channel)
            .map_or("", |refusal| &refusal.value);
        let is_open = refuses.is_empty() || transactional && refuses == "unsubscribed";
        if self.address(channel).is_none() {
            "address"
        } else if !is_open {
            "do-not-contact"
        } else {
            "consent"
        }
    }

    pub(super) fn address(&self, channel: &str) -> Option<String> {
        let field = word(self.project.at(&["contacts", "addresses", channel])?);
        match self.value(&field)? {
            Datum::Text(address) => Some(address),
            other => panic!("no address: {other:?}"),
        }
    }

    /// `{ stage: shop/loyal }`, plus `for`: in whole calendar days, or exact hours and minutes.
    fn stage(&self, named: &str, condition: &Value) -> bool {
        let (funnel, stage) = named.split_once('/').expect("funnel/stage");
        if self.contact.stage(funnel).as_deref() != Some(stage) {
            return false;
        }
        let Some(long) = text(condition, "for") else {
            return true;
        };
        let since = self.contact.since[funnel];
        let truth = match self.clock.shifted(-duration(&long)) {
            When::Day(day) => since <= self.clock.start(day),
            When::Exact(moment) => since <= moment,
        };
        self.coverage.count(&format!("condition for {truth}"));
        truth
    }

    /// `{ reached: shop/purchased }`: the stage there weighs at least as much.
    fn reached(&self, named: &str) -> bool {
        let (funnel, stage) = named.split_once('/').expect("funnel/stage");
        let weight = |stage: &str| {
            let path = ["funnels", funnel, "stages", stage];
            number(self.project.definition(&path), "weight").expect("a stage has a weight")
        };
        let present = self.contact.stage(funnel);
        present.is_some_and(|present| weight(&present) >= weight(stage))
    }

    fn field(&self, id: &str, condition: &Value) -> bool {
        let definition = self.project.at(&["contacts", "fields", id]);
        let kind = definition.map_or("points".into(), type_of);
        let truth = self.compared(&kind, definition, self.value(id).as_ref(), condition);
        if id.starts_with("points/") {
            self.coverage.count(&format!("points of a group {truth}"));
        }
        truth
    }

    /// The same on the contact's company.
    fn company(&self, id: &str, condition: &Value) -> bool {
        let definition = self.project.definition(&["companies", "fields", id]);
        let value = company_key(self).and_then(|key| self.companies.get(&key)?.get(id)?.clone());
        self.compared(
            &type_of(definition),
            Some(definition),
            value.as_ref(),
            condition,
        )
    }

    /// Section 3: a comparison with a missing value is false, except `is-not`, `not-in`,
    /// `has-none`.
    pub(super) fn compared(
        &self,
        kind: &str,
        definition: Option<&Value>,
        value: Option<&Datum>,
        condition: &Value,
    ) -> bool {
        let (operator, operand) = entry_among(condition, |key| OPERATORS.contains(&key));
        let missing = if value.is_none() { " missing" } else { "" };
        let exact = definition.is_some_and(|definition| flag(definition, "match-case"));
        let truth = match (operator, value) {
            ("exists", value) => value.is_some() == operand.as_bool().expect("true or false"),
            ("is-not" | "not-in" | "has-none", None) => true,
            (_, None) => false,
            (operator, Some(value)) => self.compares(operator, operand, value, exact),
        };
        self.coverage
            .count(&format!("{kind} {operator}{missing} {truth}"));
        truth
    }

    /// The value now.
    pub(super) fn value(&self, id: &str) -> Option<Datum> {
        if id == "points" {
            return Some(Datum::Number(Decimal::from(self.contact.points.value)));
        }
        if let Some(group) = id.strip_prefix("points/") {
            let points = self
                .contact
                .groups
                .get(group)
                .map_or(0, |points| points.value);
            return Some(Datum::Number(Decimal::from(points)));
        }
        self.contact.value(id)
    }

    fn compares(&self, operator: &str, operand: &Value, value: &Datum, exact: bool) -> bool {
        match value {
            Datum::Text(value) if operator == "matches" => {
                let pattern = regex::RegexBuilder::new(&word(operand))
                    .case_insensitive(!exact)
                    .build();
                pattern.expect("a pattern").is_match(value)
            }
            Datum::Text(value) => compare_text(operator, value, operand, exact),
            Datum::Number(value) => compare_number(operator, *value, operand),
            Datum::Flag(value) => {
                let same = operand.as_bool() == Some(*value);
                same == (operator == "is")
            }
            Datum::Choice(value) => {
                let among = items(operand).iter().any(|item| &word(item) == value);
                among == matches!(operator, "is" | "in")
            }
            Datum::Choices(value) => compare_choices(operator, value, operand),
            Datum::Day(day) if operator == "anniversary" => {
                self.is_anniversary(*day, &word(operand))
            }
            Datum::At(at) if operator == "anniversary" => {
                self.is_anniversary(self.clock.local(*at).date(), &word(operand))
            }
            Datum::Day(day) => self.compare_time(operator, &Point::Day(*day), operand),
            Datum::At(at) => self.compare_time(operator, &Point::At(*at), operand),
        }
    }

    /// The same month and day; 29 February also on the 28th of a year without a 29th.
    fn is_anniversary(&self, day: Date, operand: &str) -> bool {
        let When::Day(then) = self.clock.when(operand) else {
            panic!("an anniversary is a day")
        };
        let in_that_year = day.with().year(then.year()).build();
        let celebrated = in_that_year.or_else(|_| day.with().year(then.year()).day(28).build());
        celebrated.expect("28 February exists") == then
    }

    /// Section 13, "A day against a datetime".
    fn compare_time(&self, operator: &str, value: &Point, operand: &Value) -> bool {
        let one = || self.clock.when(&word(operand));
        let listed = || {
            items(operand)
                .into_iter()
                .map(|item| self.clock.when(&word(item)))
        };
        match operator {
            "is" => self.is(value, &one()),
            "is-not" => !self.is(value, &one()),
            "in" => listed().any(|when| self.is(value, &when)),
            "not-in" => !listed().any(|when| self.is(value, &when)),
            "before" => self.before(value, &one()),
            "since" => !self.before(value, &one()),
            "after" => self.after(value, &one()),
            "until" => !self.after(value, &one()),
            "between" => {
                let ends: Vec<When> = listed().collect();
                !self.before(value, &ends[0]) && !self.after(value, &ends[1])
            }
            "within" => {
                let from = self.clock.shifted(-duration(&word(operand)));
                !self.before(value, &from) && !self.after(value, &self.now(value))
            }
            "within-next" => {
                let until = self.clock.shifted(duration(&word(operand)));
                !self.before(value, &self.now(value)) && !self.after(value, &until)
            }
            "during" => {
                let (first, last) = self.clock.period(&word(operand));
                !self.before(value, &When::Day(first)) && !self.after(value, &When::Day(last))
            }
            other => panic!("`{other}` on a time"),
        }
    }

    /// Now, for a date the whole of today.
    fn now(&self, value: &Point) -> When {
        match value {
            Point::Day(_) => When::Day(self.clock.today()),
            Point::At(_) => When::Exact(self.clock.now),
        }
    }

    fn is(&self, value: &Point, when: &When) -> bool {
        !self.before(value, when) && !self.after(value, when)
    }

    /// Before a day is before its start.
    fn before(&self, value: &Point, when: &When) -> bool {
        match (value, when) {
            (Point::Day(value), When::Day(day)) => value < day,
            (Point::At(value), When::Day(day)) => *value < self.clock.start(*day),
            (Point::At(value), When::Exact(moment)) => value < moment,
            (Point::Day(_), When::Exact(_)) => panic!("a date compares with whole days only"),
        }
    }

    /// After a day is after its end.
    fn after(&self, value: &Point, when: &When) -> bool {
        match (value, when) {
            (Point::Day(value), When::Day(day)) => value > day,
            (Point::At(value), When::Day(day)) => *value >= self.clock.end(*day),
            (Point::At(value), When::Exact(moment)) => value > moment,
            (Point::Day(_), When::Exact(_)) => panic!("a date compares with whole days only"),
        }
    }
}

enum Point {
    Day(Date),
    At(Timestamp),
}

fn compare_text(operator: &str, value: &str, operand: &Value, exact: bool) -> bool {
    let shape = |text: &str| if exact { text.to_owned() } else { folded(text) };
    let value = shape(value);
    let operands: Vec<String> = items(operand)
        .iter()
        .map(|item| shape(&word(item)))
        .collect();
    match operator {
        "is" | "in" => operands.contains(&value),
        "is-not" | "not-in" => !operands.contains(&value),
        "contains" => value.contains(&operands[0]),
        "starts-with" => value.starts_with(&operands[0]),
        "ends-with" => value.ends_with(&operands[0]),
        other => panic!("`{other}` on text"),
    }
}

pub(super) fn compare_number(operator: &str, value: Decimal, operand: &Value) -> bool {
    let operands: Vec<Decimal> = items(operand)
        .iter()
        .map(|item| decimal(&word(item)))
        .collect();
    match operator {
        "is" | "in" => operands.contains(&value),
        "is-not" | "not-in" => !operands.contains(&value),
        "at-least" => value >= operands[0],
        "at-most" => value <= operands[0],
        "more-than" => value > operands[0],
        "less-than" => value < operands[0],
        "between" => value >= operands[0] && value <= operands[1],
        other => panic!("`{other}` on a number"),
    }
}

fn compare_choices(operator: &str, value: &[String], operand: &Value) -> bool {
    let asked: Vec<String> = items(operand).into_iter().map(word).collect();
    match operator {
        "has-any" => asked.iter().any(|choice| value.contains(choice)),
        "has-all" => asked.iter().all(|choice| value.contains(choice)),
        "has-none" => !asked.iter().any(|choice| value.contains(choice)),
        other => panic!("`{other}` on choices"),
    }
}
