//! Another version of the project takes over contacts in flight: docs/in-flight.md.
//!
//! Invariant: nothing is carried over while a change that concerns a contact is not spoken of.

use std::collections::{BTreeMap, BTreeSet};

use serde_yaml::Value;

use jiff::Timestamp;

use super::Reference;
use super::campaigns::state_conditions;
use super::columns::Writes;
use super::contact::{Contact, Doing, Membership, Thread, Tracked};
use super::flight_places::is;
use super::flow::all_steps;
use super::lines::{Lines, Resolution};
use super::meaning::{normal, written_out};
use super::project::{Project, get, items, text};
use super::triggers::groups;
use super::value::Datum;

impl Reference {
    /// Another version of the project: things keep their identity by id, and what is remembered
    /// stays. Of what it says nothing is told, with the number of contacts; then all is as it was.
    pub(crate) fn change(&mut self, yaml: &str) -> Result<(), BTreeMap<String, u64>> {
        let new = Project::new(yaml, self.environment.as_deref());
        let lines = Lines::of(&new);
        let writes = Writes::of(&self.project);
        let mut concerns = BTreeMap::new();
        for contact in self.contacts.values() {
            for concern in concerns_of(&self.project, &writes, &lines, contact) {
                let (kind, about) = concern.split_once(' ').expect("a kind and a name");
                self.coverage.count(&format!("refused: {kind}"));
                *concerns.entry(about.to_owned()).or_insert(0) += 1;
            }
        }
        if !concerns.is_empty() {
            return Err(concerns);
        }
        let last = self
            .last
            .as_ref()
            .map_or(Timestamp::UNIX_EPOCH, |(_, last, _)| *last);
        let carrying = Carrying {
            old: &self.project,
            lines: &lines,
            last,
            coverage: &self.coverage,
        };
        self.known_conditions =
            carrying.known_conditions(std::mem::take(&mut self.known_conditions));
        let funnels = |project: &Project| {
            project
                .entries("funnels")
                .into_iter()
                .map(|(id, _)| id)
                .collect::<Vec<_>>()
        };
        let had: Vec<String> = funnels(&self.project)
            .iter()
            .filter_map(|id| is(lines.funnel(id)))
            .collect();
        let new_funnels: Vec<String> = funnels(&new)
            .into_iter()
            .filter(|id| !had.contains(id))
            .collect();
        let now = |tag: &String| lines.other("tag", tag).unwrap_or_else(|| tag.clone());
        let named_tags: BTreeSet<String> = writes.named_tags.iter().map(now).collect();
        let new_tags: Vec<String> = new.tags().difference(&named_tags).cloned().collect();
        for contact in self.contacts.values_mut() {
            carrying.others(contact);
            carrying.funnels(contact);
            carrying.campaigns(contact);
            carrying.fields(contact);
            contact.new_funnels.extend(new_funnels.iter().cloned());
            contact.unread_tags |= !writes.tags;
            contact.new_tags.extend(new_tags.iter().cloned());
            contact
                .unread_points
                .retain(|group| !writes.points.contains(group));
            let groups = std::iter::once(String::new()).chain(groups(&self.project));
            contact
                .unread_points
                .extend(groups.filter(|group| !writes.points.contains(group)));
        }
        self.forgot_events |= carrying.forgets_events();
        let files = std::mem::take(&mut self.project.files);
        self.project = new;
        self.project.files = files;
        self.last = None;
        Ok(())
    }
}

/// What of a contact the new version does not speak of.
fn concerns_of(
    old: &Project,
    writes: &Writes,
    lines: &Lines<'_>,
    contact: &Contact,
) -> BTreeSet<String> {
    let mut concerns: BTreeSet<String> = BTreeSet::new();
    for funnel in contact.stages.keys() {
        let Some(stage) = contact.stage(funnel) else {
            continue;
        };
        match lines.funnel(funnel) {
            Resolution::Unsaid => drop(concerns.insert(format!("funnel {funnel}"))),
            Resolution::Is(new)
                if matches!(lines.stage(funnel, &new, &stage), Resolution::Unsaid) =>
            {
                concerns.insert(format!("stage {funnel}/{stage}"));
            }
            Resolution::Is(_) | Resolution::Gone(_) => {}
        }
    }
    let mut taken = BTreeMap::new();
    for (id, membership) in contact
        .campaigns
        .iter()
        .filter(|(_, membership)| was_in(membership))
    {
        match lines.campaign(id) {
            Resolution::Unsaid => drop(concerns.insert(format!("campaign {id}"))),
            Resolution::Is(new) => {
                let root = membership
                    .active
                    .as_ref()
                    .filter(|entry| entry.begun && !entry.leaving)
                    .map(|entry| &entry.root);
                taken.entry(new).or_insert_with(Vec::new).push((id, root));
            }
            Resolution::Gone(_) => {}
        }
    }
    for (new, mut olds) in taken {
        // Where two became one, the one that kept its name comes first, and only one has places.
        olds.sort_by_key(|(id, _)| **id != new);
        concerns.extend(olds[1..].iter().map(|(id, _)| format!("both {id} {new}")));
        let (id, root) = &olds[0];
        let names = step_names(lines.new, &new);
        let unsaid = root
            .iter()
            .flat_map(|root| places(root, lines, &new, &names));
        concerns.extend(unsaid.map(|step| format!("step {step} {id}")));
    }
    // What steps and events write is remembered, also as the file showed it.
    for id in writes.fields.union(&writes.updated) {
        let remembers = contact
            .fields
            .get(id)
            .is_some_and(Tracked::remembers_something);
        if (remembers || contact.value(id).is_some())
            && !keeps(old, lines.new, id)
            && !lines.forgets(id)
        {
            concerns.insert(format!("field {id}"));
        }
    }
    concerns
}

/// A campaign concerns everybody who ever entered it.
fn was_in(membership: &Membership) -> bool {
    membership.entries > 0 || membership.active.is_some()
}

pub(super) fn step_names(project: &Project, campaign: &str) -> BTreeSet<String> {
    let steps = all_steps(
        &items(&project.definition(&["campaigns", campaign])["steps"]),
        "",
    );
    steps.into_iter().map(|step| step.name).collect()
}

/// The steps at which a contact is that are gone without a word; a fork that is gone is one place.
fn places(
    thread: &Thread,
    lines: &Lines<'_>,
    campaign: &str,
    names: &BTreeSet<String>,
) -> Vec<String> {
    let Some(step) = thread
        .ahead()
        .filter(|_| !matches!(thread.doing, Doing::Over))
    else {
        return Vec::new();
    };
    match (lines.step(campaign, names, &step.name), &thread.doing) {
        (Resolution::Unsaid, _) => vec![step.name.clone()],
        (Resolution::Is(_), Doing::Forked(ways)) => ways
            .iter()
            .flat_map(|way| places(way, lines, campaign, names))
            .collect(),
        _ => Vec::new(),
    }
}

/// The names of the steps of each campaign, in the order of the text.
pub(crate) fn step_names_of(yaml: &str) -> BTreeMap<String, Vec<String>> {
    let project = Project::new(yaml, None);
    let names = |campaign: &Value| {
        all_steps(&items(&campaign["steps"]), "")
            .into_iter()
            .map(|step| step.name)
    };
    project
        .entries("campaigns")
        .into_iter()
        .map(|(id, campaign)| (id, names(campaign).collect()))
        .collect()
}

/// Whether remembered values of a field are values of it still.
fn keeps(old: &Project, new: &Project, field: &str) -> bool {
    let kind = |project: &Project| {
        project
            .at(&["contacts", "fields", field])
            .and_then(|field| text(field, "type"))
    };
    let (Some(was), Some(is)) = (kind(old), kind(new)) else {
        return false;
    };
    was == is
        || matches!(
            (&*was, &*is),
            ("integer", "number") | ("text" | "email" | "choice", "text" | "email")
        )
}

/// State conditions, and the run that first found the campaign published with each.
type Conditions = Vec<(Value, u64)>;

pub(super) struct Carrying<'a> {
    pub(super) old: &'a Project,
    pub(super) lines: &'a Lines<'a>,
    /// The moment of the last run before the change.
    pub(super) last: Timestamp,
    pub(super) coverage: &'a super::Coverage,
}

impl Carrying<'_> {
    fn funnels(&self, contact: &mut Contact) {
        self.stays(contact);
        for (funnel, tracked) in std::mem::take(&mut contact.stages) {
            let Resolution::Is(new) = self.lines.funnel(&funnel) else {
                self.coverage.count("carried: funnel removed");
                continue;
            };
            if new != funnel && tracked.value.is_some() {
                self.coverage.count("carried: funnel moved");
            }
            let stage = |stage: &Option<String>| self.stage(&funnel, &new, stage.as_deref()?);
            let is = stage(&tracked.value);
            if tracked.value.is_some() && is != tracked.value {
                self.coverage.count(if is.is_some() {
                    "carried: stage moved"
                } else {
                    "carried: stage removed"
                });
            }
            if tracked.value.is_some() && is.is_none() {
                for kept in [&mut contact.moving, &mut contact.staying] {
                    kept.remove(&funnel);
                }
                contact.since.remove(&funnel);
                contact.shown.remove(&funnel);
                contact.left.insert(funnel.clone());
            }
            contact.stages.insert(new.clone(), tracked.map(stage));
        }
        let funnel = |id: String| match self.lines.funnel(&id) {
            Resolution::Is(new) => Some(new),
            Resolution::Gone(_) | Resolution::Unsaid => None,
        };
        for set in [
            &mut contact.inside,
            &mut contact.moving,
            &mut contact.left,
            &mut contact.staying,
            &mut contact.new_funnels,
        ] {
            *set = std::mem::take(set).into_iter().filter_map(funnel).collect();
        }
        contact.since = std::mem::take(&mut contact.since)
            .into_iter()
            .filter_map(|(id, since)| Some((funnel(id)?, since)))
            .collect();
        let mut shown = std::mem::take(&mut contact.shown);
        shown.retain(|_, shown| {
            let step = self.below_stage(&shown.step);
            shown.step = step.clone().unwrap_or_default();
            // Content that is gone cannot be hidden any more.
            step.is_some() && self.lines.new.at(&["content", &shown.content]).is_some()
        });
        contact.shown = shown
            .into_iter()
            .filter_map(|(id, shown)| Some((funnel(id)?, shown)))
            .collect();
        contact.instant.entered = std::mem::take(&mut contact.instant.entered)
            .into_iter()
            .filter_map(|(id, stage)| {
                let new = funnel(id.clone())?;
                Some((new.clone(), self.stage(&id, &new, &stage)?))
            })
            .collect();
    }

    /// The stays in stages that became one are counted together, and the present one goes on.
    fn stays(&self, contact: &mut Contact) {
        let before = std::mem::take(&mut contact.stays);
        let (times, mut shown) = (
            std::mem::take(&mut contact.times),
            std::mem::take(&mut contact.shown),
        );
        let put_off = std::mem::take(&mut contact.put_off);
        for (stage, stays) in &before {
            if let Some(new) = self.below_stage(stage) {
                *contact.stays.entry(new).or_default() += stays;
            }
        }
        let number = |step: &str, stay: i64| {
            let (funnel, rest) = step.split_once('/').expect("funnel/stage/experience");
            let stage = rest.split('/').next().expect("a stage");
            let old = format!("{funnel}/{stage}");
            let goes_on =
                contact.stage(funnel).as_deref() == Some(stage) && before.get(&old) == Some(&stay);
            let new = self.below_stage(&old).filter(|_| goes_on)?;
            Some(contact.stays[&new])
        };
        let carried = |((step, stay), times): ((String, i64), i64)| {
            Some(((self.below_stage(&step)?, number(&step, stay)?), times))
        };
        let times = times.into_iter().filter_map(carried).collect();
        let still = |((stage, stay), until): ((String, i64), Timestamp)| {
            Some(((self.below_stage(&stage)?, number(&stage, stay)?), until))
        };
        let put_off = put_off.into_iter().filter_map(still).collect();
        shown.retain(|_, shown| match number(&shown.step, shown.stay) {
            Some(stay) => {
                shown.stay = stay;
                true
            }
            None => false,
        });
        (contact.times, contact.shown, contact.put_off) = (times, shown, put_off);
    }

    fn stage(&self, funnel: &str, new: &str, stage: &str) -> Option<String> {
        match self.lines.stage(funnel, new, stage) {
            Resolution::Is(stage) => Some(stage),
            Resolution::Gone(_) | Resolution::Unsaid => None,
        }
    }

    /// `funnel/stage`, or `funnel/stage/experience`.
    fn below_stage(&self, path: &str) -> Option<String> {
        let parts: Vec<&str> = path.splitn(3, '/').collect();
        let Resolution::Is(funnel) = self.lines.funnel(parts[0]) else {
            return None;
        };
        let mut new = vec![funnel.clone(), self.stage(parts[0], &funnel, parts[1])?];
        if let Some(experience) = parts.get(2) {
            // One that is taken out of the project is forgotten.
            let stage = self
                .lines
                .new
                .definition(&["funnels", &funnel, "stages", &new[1]]);
            let there = get(stage, "experiences").map(items).unwrap_or_default();
            let before = format!("{}/{}", parts[0], parts[1]);
            let experience = self.experience([&before, &new.join("/")], experience);
            if !there
                .iter()
                .any(|known| text(known, "id").as_ref() == Some(&experience))
            {
                return None;
            }
            new.push(experience);
        }
        Some(new.join("/"))
    }

    /// The conditions that a campaign was published with; where two become one, those of the one
    /// that kept its name.
    fn known_conditions(
        &self,
        known: BTreeMap<String, Conditions>,
    ) -> BTreeMap<String, Conditions> {
        let mut carried: BTreeMap<String, Conditions> = BTreeMap::new();
        for (id, conditions) in known {
            let Resolution::Is(new) = self.lines.campaign(&id) else {
                continue;
            };
            if new != id && carried.contains_key(&new) {
                continue;
            }
            let was: Vec<Value> = conditions
                .iter()
                .map(|(condition, _)| condition.clone())
                .collect();
            let present = state_conditions(self.lines.new.definition(&["campaigns", &new]));
            let mut now: Conditions = Vec::new();
            let mut found = BTreeSet::new();
            for condition in present {
                if let Some(known) = self.known(&was, condition) {
                    found.insert(known);
                    now.push((condition.clone(), conditions[known].1));
                }
            }
            // A campaign that is not published now may have another one later.
            for (place, (mut condition, run)) in conditions.into_iter().enumerate() {
                if !found.contains(&place) {
                    self.rename(&mut condition);
                    now.push((condition, run));
                }
            }
            carried.insert(new, now);
        }
        carried
    }

    /// Which of these earlier conditions is this one: the one that says the same, or else one that
    /// means the same.
    pub(super) fn known(&self, was: &[Value], condition: &Value) -> Option<usize> {
        let says = was.iter().position(|was| {
            let mut was = was.clone();
            self.rename(&mut was);
            was == *condition
        });
        let meant = normal(&written_out(self.lines.new, condition), false);
        says.or_else(|| {
            was.iter().position(|was| {
                let mut was = written_out(self.old, was);
                self.rename(&mut was);
                normal(&was, false) == meant
            })
        })
    }

    fn campaigns(&self, contact: &mut Contact) {
        let new_name = |id: &str| match self.lines.campaign(id) {
            Resolution::Is(new) => Some(new),
            Resolution::Gone(_) | Resolution::Unsaid => None,
        };
        let mut carried: BTreeMap<String, Membership> = BTreeMap::new();
        // Where two become one, what is known of the one that kept its name comes first.
        let memberships = std::mem::take(&mut contact.campaigns).into_iter();
        let (kept, others): (Vec<_>, Vec<_>) =
            memberships.partition(|(id, _)| new_name(id).as_ref() == Some(id));
        for (id, membership) in kept.into_iter().chain(others) {
            let Some(new) = new_name(&id) else {
                self.coverage.count("carried: campaign removed");
                continue;
            };
            if new != id && was_in(&membership) {
                self.coverage.count("carried: campaign moved");
            }
            let is_new = !carried.contains_key(&new);
            if is_new || was_in(&membership) {
                let membership = self.membership(&id, &new, membership);
                carried.insert(new, membership);
            }
        }
        contact.campaigns = carried;
        for sent in &mut contact.sent {
            if let Some(new) = new_name(&sent.campaign) {
                sent.campaign = new;
            }
        }
        contact.instant.started = contact
            .instant
            .started
            .iter()
            .filter_map(|id| new_name(id))
            .collect();
        contact.instant.ran = std::mem::take(&mut contact.instant.ran)
            .into_iter()
            .filter_map(|(id, step)| {
                let new = new_name(&id)?;
                match self
                    .lines
                    .step(&new, &step_names(self.lines.new, &new), &step)
                {
                    Resolution::Is(step) => Some((new, step)),
                    Resolution::Gone(_) | Resolution::Unsaid => None,
                }
            })
            .collect();
    }

    /// Remembered values, as the new type has them; what is gone or of another type is forgotten.
    fn fields(&self, contact: &mut Contact) {
        for (id, tracked) in std::mem::take(&mut contact.fields) {
            if !keeps(self.old, self.lines.new, &id) {
                self.coverage.count("carried: field removed");
                contact.as_of.remove(&id);
                continue;
            }
            let kind = get(
                self.lines.new.definition(&["contacts", "fields", &id]),
                "type",
            )
            .and_then(|kind| kind.as_str());
            let as_text = matches!(kind, Some("text" | "email"));
            let tracked = tracked.map(|value| match value {
                Some(Datum::Choice(text)) if as_text => Some(Datum::Text(text.clone())),
                other => other.clone(),
            });
            contact.fields.insert(id, tracked);
        }
    }
}

impl<V: Clone + PartialEq> Tracked<V> {
    /// All that is known of the value, under other names.
    fn map(&self, name: impl Fn(&V) -> V) -> Self {
        Tracked {
            value: name(&self.value),
            last_read: name(&self.last_read),
            under_way: self.under_way.iter().map(name).collect(),
        }
    }
}
