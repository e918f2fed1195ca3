//! What a plan does to whoever stands at a step of a campaign, as one number for all that can
//! follow; equal where the steps to come and all that they read are the same.
//!
//! What is only named in other parts of the plan does not count, so a change elsewhere leaves the
//! number as it is. A condition counts by its meaning.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;

use crate::model::meaning::{Meaning, Meanings};
use crate::model::{Campaign, CampaignId, StepKind};
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
        let meant = plan.meant();
        let plans = Plans {
            written: plan.wire(),
            meant: meant.wire(),
        };
        let (ground, mut meanings) = (ground(plans.written), Meanings::of(plan.model()));
        let mut futures = Self::default();
        for ((id, campaign), compiled) in plan.model().campaigns.iter().zip(&program.campaigns) {
            let steps = [plans.written, plans.meant]
                .map(|wire| wire::Step::flat(&wire.campaigns[&campaign.id].steps));
            let [written, meant] = &steps;
            let asked = asked(campaign, &mut meanings);
            let own = |at: usize| {
                let drawn = drawn(program, id, (at, written[at]));
                plans.own(written[at], meant[at], asked[at], drawn)
            };
            let own: Vec<_> = (0..written.len()).map(own).collect();
            let links: Vec<_> = compiled
                .steps
                .iter()
                .map(|step| (&step.verb, step.next))
                .collect();
            futures.add(&links, &own, mixed(ground, plans.frame(&campaign.id)));
            futures
                .waits
                .push(written.iter().map(|step| wait(step)).collect());
        }
        futures
    }

    /// What follows for who stands at a step, or behind the last.
    pub(super) fn at(&self, campaign: usize, step: usize, waits: bool) -> u64 {
        let steps = if waits { &self.inside } else { &self.comes };
        steps[campaign].get(step).copied().unwrap_or(0)
    }

    /// From the last step to the first, since steps lead on to later ones; only a `goto` leads
    /// back, and then the whole campaign may follow.
    fn add(&mut self, links: &[(&Verb, usize)], own: &[Own], frame: u64) {
        let whole = own.iter().fold(frame, |sum, own| mixed(sum, own.whole));
        let (mut comes, mut inside) = (vec![frame; own.len()], vec![frame; own.len()]);
        for (at, (verb, next)) in links.iter().enumerate().rev() {
            let of = |step: usize| comes.get(step).copied().unwrap_or(frame);
            let mut follow = firsts(verb);
            if own[at].turned {
                follow.reverse();
            }
            let follow = follow
                .into_iter()
                .chain([*next])
                .fold(0, |sum, step| mixed(sum, of(step)));
            let follow = if matches!(verb, Verb::Goto(_)) {
                whole
            } else {
                follow
            };
            inside[at] = match verb {
                Verb::Wait(_) | Verb::WaitUntil { .. } | Verb::Await(_) => {
                    mixed(own[at].settled, follow)
                }
                Verb::Fork(_) => of(*next),
                Verb::Action(_)
                | Verb::If { .. }
                | Verb::Split(_)
                | Verb::Goto(_)
                | Verb::Exit(_)
                | Verb::Nothing => mixed(own[at].whole, follow),
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
        Verb::If {
            then, otherwise, ..
        } => vec![*then, *otherwise],
        Verb::Split(split) => split.firsts().collect(),
        Verb::Fork(ways) => ways.clone(),
        Verb::Await(awaiting) => awaiting
            .ways
            .iter()
            .map(|way| way.first)
            .chain([awaiting.otherwise])
            .collect(),
        Verb::Wait(_) | Verb::WaitUntil { .. } => Vec::new(),
        Verb::Action(_) => Vec::new(),
        Verb::Goto(_) | Verb::Exit(_) | Verb::Nothing => Vec::new(),
    }
}

/// A step by itself, as numbers.
struct Own {
    whole: u64,
    /// Without how long it waits.
    settled: u64,
    /// Whether its number is that of the opposite question, with the branches swapped.
    turned: bool,
}

/// What each step of a campaign asks, and the opposite.
fn asked(campaign: &Campaign, meanings: &mut Meanings<'_>) -> Vec<Option<(Meaning, Meaning)>> {
    let mut asked = Vec::new();
    campaign.each_step(|step| {
        let StepKind::If { when, .. } = &step.kind else {
            return asked.push(None);
        };
        asked.push(Some((meanings.condition(when), meanings.opposite(when))));
    });
    asked
}

/// By what a split draws: the names that the plan itself has, whatever they are in reports.
fn drawn(program: &Program, campaign: CampaignId, (at, step): (usize, &wire::Step)) -> u64 {
    if !matches!(step.verb, wire::Verb::Split(_)) {
        return 0;
    }
    let id = &program.model().campaigns[campaign].id;
    sum(&Value::from(format!(
        "{id} {}",
        program.step_name(campaign, at)
    )))
}

/// A plan as it is written, which says what is read, and with conditions as their meanings, which
/// says what that is.
#[derive(Clone, Copy)]
struct Plans<'p> {
    written: &'p wire::Plan,
    meant: &'p wire::Plan,
}

impl Plans<'_> {
    fn own(
        self,
        written: &wire::Step,
        meant: &wire::Step,
        asked: Option<(Meaning, Meaning)>,
        drawn: u64,
    ) -> Own {
        let whole = match asked {
            Some((meaning, opposite)) => Value::from(meaning.min(opposite).to_string()),
            None => meant.alone(),
        };
        let mut settled = whole.clone();
        if let Some(Value::Object(wait)) = settled
            .as_object_mut()
            .and_then(|verb| verb.values_mut().next())
        {
            ["length", "moment", "for"]
                .iter()
                .for_each(|key| drop(wait.remove(*key)));
        } else if matches!(meant.verb, wire::Verb::Wait(_)) {
            settled = Value::Null;
        }
        let mut read = Read::of(self, &written.alone());
        if let wire::Verb::Move(stage) = &meant.verb {
            read.funnel(stage.split('/').next().unwrap_or_default());
        } else if let wire::Verb::Leave(funnel) = &meant.verb {
            read.funnel(funnel);
        } else if let wire::Verb::Enroll(campaign) = &meant.verb {
            read.insert("campaign", campaign, &self.meant.campaigns.get(campaign));
        }
        let read = mixed(read.sum(), drawn);
        let turned = asked.is_some_and(|(meaning, opposite)| opposite < meaning);
        Own {
            whole: mixed(sum(&whole), read),
            settled: mixed(sum(&settled), read),
            turned,
        }
    }

    /// What holds for everybody in the campaign, whatever the step.
    fn frame(self, id: &str) -> u64 {
        let [written, meant] = [self.written, self.meant].map(|wire| {
            let campaign = &wire.campaigns[id];
            let mut frame = value(campaign);
            if let Value::Object(map) = &mut frame {
                ["steps", "reenter", "existing", "trigger"]
                    .iter()
                    .for_each(|key| drop(map.remove(*key)));
                if campaign.on_leave != "exit" {
                    map.remove("enter");
                }
            }
            frame
        });
        mixed(sum(&meant), Read::of(self, &written).sum())
    }
}

/// The wait at a step: its length or moment, and when it may end.
fn wait(step: &wire::Step) -> u64 {
    if let wire::Verb::Wait(_)
    | wire::Verb::WaitIn { .. }
    | wire::Verb::WaitUntil { .. }
    | wire::Verb::WaitUntilField { .. } = &step.verb
    {
        sum(&value(&step.verb))
    } else if let wire::Verb::Await { r#for, .. } = &step.verb {
        sum(&value(r#for))
    } else {
        0
    }
}

/// The calendar, and which fields say something about every contact.
fn ground(wire: &wire::Plan) -> u64 {
    let mut roles = value(&wire.contacts);
    if let Value::Object(map) = &mut roles {
        map.retain(|_, value| value.is_string());
        ["key", "points", "on-bad-value"]
            .iter()
            .for_each(|key| drop(map.remove(*key)));
    }
    mixed(sum(&roles), sum(&value(&wire.timezone)))
}

/// What is read of the plan, by kind and id.
struct Read<'p> {
    plans: Plans<'p>,
    found: BTreeMap<String, Value>,
    /// The segments whose conditions were looked through.
    segments: BTreeSet<&'p str>,
}

impl<'p> Read<'p> {
    /// All that has a name which stands in `value`, and what stands in that. A name that two kinds
    /// of things bear counts for both.
    fn of(plans: Plans<'p>, value: &Value) -> Self {
        let mut read = Self {
            plans,
            found: BTreeMap::new(),
            segments: BTreeSet::new(),
        };
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
        let Plans { written, meant } = self.plans;
        self.insert("content", name, &meant.content.get(name));
        self.insert("field", name, &meant.contacts.fields.get(name));
        self.insert("event", name, &meant.events.get(name));
        self.insert("destination", name, &meant.destinations.get(name));
        let companies = meant.companies.as_ref();
        self.insert(
            "company",
            name,
            &companies.and_then(|companies| companies.fields.get(name)),
        );
        if let (Some(channel), false) = (
            written.contacts.channels.get(name),
            self.has("channel", name),
        ) {
            self.insert("channel", name, &meant.contacts.channels.get(name));
            self.names(&value(&channel.consent));
        }
        // The meaning of who asks says who belongs to it.
        if let Some((id, segment)) = written.segments.get_key_value(name)
            && self.segments.insert(id)
        {
            self.names(&value(segment));
        }
    }

    fn has(&self, kind: &str, id: &str) -> bool {
        self.found.contains_key(&format!("{kind} {id}"))
    }

    /// The rules of a funnel decide whether a move is let through and what follows from it.
    fn funnel(&mut self, id: &str) {
        self.insert("funnel", id, &self.plans.meant.funnels.get(id));
    }

    fn insert(&mut self, kind: &str, id: &str, thing: &Option<impl Serialize>) {
        if thing.is_none() || self.has(kind, id) {
            return;
        }
        let value = value(thing);
        self.found.insert(format!("{kind} {id}"), value.clone());
        if !matches!(kind, "funnel" | "campaign") {
            self.names(&value);
        }
    }

    fn sum(&self) -> u64 {
        sum(&value(&self.found))
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
