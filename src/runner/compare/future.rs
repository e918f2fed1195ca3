//! What a plan does to whoever stands at a step of a campaign, as one number for all that can follow; equal where the steps to come and all that they read are the same.
//!
//! What is only named in other parts of the plan does not count, so a change elsewhere leaves the number as it is.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::model::CampaignId;
use crate::plan::{Plan, wire};
use crate::runner::kernel::{Waits, mixed};
use crate::runner::program::{Program, Verb};

/// The numbers of a plan, by campaign and step.
#[derive(Clone, Debug, Default)]
pub(super) struct Futures {
    /// Of the wait at a step, if there is one.
    pub(super) waits: Waits,
    /// For whom the step is still to come.
    comes: Vec<Vec<u64>>,
    /// For who waits at the step already: its length counts no more.
    inside: Vec<Vec<u64>>,
}

impl Futures {
    /// Of a plan under the names that things have in reports; `program` is the same plan, compiled.
    pub(super) fn of(plan: &Plan, program: &Program) -> Self {
        let wire = plan.wire();
        let ground = ground(wire);
        let mut futures = Self::default();
        for ((id, campaign), compiled) in plan.model().campaigns.iter().zip(&program.campaigns) {
            let Some(written) = wire.campaigns.get(&campaign.id) else { continue };
            let mut steps = Vec::new();
            flatten(&written.steps, &mut steps);
            let frame = mixed(ground, frame(wire, written));
            let own: Vec<_> =
                steps.iter().enumerate().map(|(at, step)| own(wire, step, drawn(program, id, (at, step)))).collect();
            let links: Vec<_> = compiled.steps.iter().map(|step| (&step.verb, step.next)).collect();
            futures.add(&links, &own, frame);
            futures.waits.push(steps.iter().map(|step| wait(step)).collect());
        }
        futures
    }

    /// What follows for who stands at a step, or behind the last.
    pub(super) fn at(&self, campaign: usize, step: usize, waits: bool) -> u64 {
        let steps = if waits { &self.inside } else { &self.comes };
        steps[campaign].get(step).copied().unwrap_or(0)
    }

    /// From the last step to the first, since steps lead on to later ones; only a `goto` leads back, and then the whole campaign may follow.
    fn add(&mut self, links: &[(&Verb, usize)], own: &[Own], frame: u64) {
        let whole = own.iter().fold(frame, |sum, own| mixed(sum, own.whole));
        let (mut comes, mut inside) = (vec![frame; own.len()], vec![frame; own.len()]);
        for (at, (verb, next)) in links.iter().enumerate().rev() {
            let of = |step: usize| comes.get(step).copied().unwrap_or(frame);
            let follow = firsts(verb).into_iter().chain([*next]).fold(0, |sum, step| mixed(sum, of(step)));
            let follow = if matches!(verb, Verb::Goto(_)) { whole } else { follow };
            inside[at] = match verb {
                Verb::Wait(_) | Verb::WaitUntil { .. } | Verb::Await(_) => mixed(own[at].settled, follow),
                Verb::Fork(_) => of(*next),
                _ => mixed(own[at].whole, follow),
            };
            comes[at] = mixed(own[at].whole, follow);
        }
        self.comes.push(comes);
        self.inside.push(inside);
    }
}

/// The first steps of the lists inside a step.
fn firsts(verb: &Verb) -> Vec<usize> {
    match verb {
        Verb::If { then, otherwise, .. } => vec![*then, *otherwise],
        Verb::Split(split) => split.firsts().collect(),
        Verb::Fork(ways) => ways.clone(),
        Verb::Await(awaiting) => awaiting.ways.iter().map(|way| way.first).chain([awaiting.otherwise]).collect(),
        Verb::Send { .. } | Verb::Move { .. } | Verb::Leave { .. } | Verb::AddTag(_) | Verb::RemoveTag(_) => Vec::new(),
        Verb::Points(_) | Verb::Set { .. } | Verb::Clear(_) | Verb::Call(_) | Verb::List(_) => Vec::new(),
        Verb::Wait(_) | Verb::WaitUntil { .. } | Verb::Enroll(_) | Verb::Withdraw(_) => Vec::new(),
        Verb::Goto(_) | Verb::Exit(_) | Verb::Nothing => Vec::new(),
    }
}

/// A step by itself, as numbers.
struct Own {
    whole: u64,
    /// Without how long it waits.
    settled: u64,
}

/// Outer before inner, in the order of the text, as steps are numbered.
fn flatten<'p>(steps: &'p [wire::Step], flat: &mut Vec<&'p wire::Step>) {
    for step in steps {
        flat.push(step);
        match &step.verb {
            wire::Verb::If { then, r#else, .. } => {
                flatten(then, flat);
                flatten(r#else, flat);
            }
            wire::Verb::Split(shares) => shares.iter().for_each(|share| flatten(&share.steps, flat)),
            wire::Verb::Fork(ways) => ways.iter().for_each(|way| flatten(&way.steps, flat)),
            wire::Verb::Await { ways, r#else, .. } => {
                ways.iter().for_each(|way| flatten(&way.then, flat));
                flatten(r#else, flat);
            }
            _ => {}
        }
    }
}

/// By what a split draws: the names that the plan itself has, whatever they are in reports.
fn drawn(program: &Program, campaign: CampaignId, (at, step): (usize, &wire::Step)) -> u64 {
    if !matches!(step.verb, wire::Verb::Split(_)) {
        return 0;
    }
    let id = &program.model().campaigns[campaign].id;
    sum(&Value::from(format!("{id} {}", program.step_name(campaign, at))))
}

fn own(wire: &wire::Plan, step: &wire::Step, drawn: u64) -> Own {
    let whole = alone(value(&step.verb));
    let mut settled = whole.clone();
    if let Some(Value::Object(wait)) = settled.as_object_mut().and_then(|verb| verb.values_mut().next()) {
        ["length", "moment", "for"].iter().for_each(|key| drop(wait.remove(*key)));
    } else if matches!(step.verb, wire::Verb::Wait(_)) {
        settled = Value::Null;
    }
    let mut read = Read::of(wire, &whole);
    match &step.verb {
        wire::Verb::Move(stage) => read.funnel(stage.split('/').next().unwrap_or_default()),
        wire::Verb::Leave(funnel) => read.funnel(funnel),
        wire::Verb::Enroll(campaign) => read.insert("campaign", campaign, &wire.campaigns.get(campaign)),
        _ => {}
    }
    let read = mixed(read.sum(), drawn);
    Own { whole: mixed(sum(&whole), read), settled: mixed(sum(&settled), read) }
}

/// The wait at a step: its length or moment, and when it may end.
fn wait(step: &wire::Step) -> u64 {
    match &step.verb {
        wire::Verb::Wait(_) | wire::Verb::WaitIn { .. } => sum(&value(&step.verb)),
        wire::Verb::WaitUntil { .. } | wire::Verb::WaitUntilField { .. } => sum(&value(&step.verb)),
        wire::Verb::Await { r#for, .. } => sum(&value(r#for)),
        _ => 0,
    }
}

/// What holds for everybody in the campaign, whatever the step.
fn frame(wire: &wire::Plan, campaign: &wire::Campaign) -> u64 {
    let mut frame = value(campaign);
    if let Value::Object(map) = &mut frame {
        ["steps", "reenter", "existing", "trigger"].iter().for_each(|key| drop(map.remove(*key)));
        if campaign.on_leave != "exit" {
            map.remove("enter");
        }
    }
    mixed(sum(&frame), Read::of(wire, &frame).sum())
}

/// The calendar, and which fields say something about every contact.
fn ground(wire: &wire::Plan) -> u64 {
    let mut roles = value(&wire.contacts);
    if let Value::Object(map) = &mut roles {
        map.retain(|_, value| value.is_string());
        ["key", "points", "on-bad-value"].iter().for_each(|key| drop(map.remove(*key)));
    }
    mixed(sum(&roles), sum(&value(&wire.timezone)))
}

/// What is read of the plan, by kind and id.
struct Read<'p> {
    wire: &'p wire::Plan,
    found: BTreeMap<String, Value>,
}

impl<'p> Read<'p> {
    /// All that has a name which stands in `value`, and what stands in that. A name that two kinds of things bear counts for both.
    fn of(wire: &'p wire::Plan, value: &Value) -> Self {
        let mut read = Self { wire, found: BTreeMap::new() };
        read.names(value);
        read
    }

    fn names(&mut self, value: &Value) {
        match value {
            Value::String(name) => self.name(name),
            Value::Array(items) => items.iter().for_each(|item| self.names(item)),
            Value::Object(map) => map.values().for_each(|item| self.names(item)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn name(&mut self, name: &str) {
        let wire = self.wire;
        self.insert("content", name, &wire.content.get(name));
        self.insert("field", name, &wire.contacts.fields.get(name));
        self.insert("channel", name, &wire.contacts.channels.get(name));
        self.insert("segment", name, &wire.segments.get(name).map(|segment| (segment, wire.members.get(name))));
        self.insert("event", name, &wire.events.get(name));
        self.insert("destination", name, &wire.destinations.get(name));
        let companies = wire.companies.as_ref();
        self.insert("company", name, &companies.and_then(|companies| companies.fields.get(name)));
    }

    /// The rules of a funnel decide whether a move is let through and what follows from it.
    fn funnel(&mut self, id: &str) {
        self.insert("funnel", id, &self.wire.funnels.get(id));
    }

    fn insert(&mut self, kind: &str, id: &str, thing: &Option<impl Serialize>) {
        let key = format!("{kind} {id}");
        if thing.is_none() || self.found.contains_key(&key) {
            return;
        }
        let value = value(thing);
        self.found.insert(key, value.clone());
        if !matches!(kind, "funnel" | "campaign") {
            self.names(&value);
        }
    }

    fn sum(&self) -> u64 {
        sum(&value(&self.found))
    }
}

/// A step without the lists inside it, which have numbers of their own.
fn alone(verb: Value) -> Value {
    match verb {
        Value::Object(map) => {
            let inner = map.into_iter().filter(|(key, _)| !matches!(key.as_str(), "then" | "else" | "steps"));
            Value::Object(inner.map(|(key, value)| (key, alone(value))).collect::<Map<_, _>>())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(alone).collect()),
        other => other,
    }
}

fn value(thing: &impl Serialize) -> Value {
    serde_json::to_value(thing).expect("maps with text keys always serialise")
}

fn sum(value: &Value) -> u64 {
    let hash = blake3::hash(value.to_string().as_bytes());
    let first = hash.as_bytes().first_chunk().expect("a hash has 32 bytes");
    u64::from_le_bytes(*first)
}
