//! Phase 1: funnels, each until it rests; and what a move may do.
//!
//! Invariant: a contact has at most one stage per funnel and enters each at most once within an
//! instant.

use serde_yaml::Value;

use super::instant::{Instant, Place};
use super::project::{flag, get, items, number, pairs, text, word};

impl Instant<'_> {
    /// Section 13: within a funnel enter, place, convert follow each other until none moves.
    pub(super) fn settle_funnels(&mut self) {
        self.arrivals.clear();
        for (id, funnel) in self.project.in_order("funnels") {
            if !self.clock.published(funnel) {
                self.rest(&id);
                continue;
            }
            loop {
                self.drop_who_left(&id, funnel);
                let entered = self.enter_funnel(&id, funnel);
                let placed = self.place(&id, funnel);
                let converted = self.convert(&id, funnel);
                if !entered && !placed && !converted {
                    break;
                }
            }
            self.rest(&id);
        }
    }

    /// Section 13, "Stages": a contact rests where phase 1 leaves it.
    fn rest(&mut self, funnel: &str) {
        if self.contact.moving.remove(funnel)
            && let Some(stage) = self.contact.stage(funnel)
        {
            self.arrivals.insert(format!("{funnel}/{stage}"));
        }
    }

    /// `on-audience-left: leave`: a contact that was in the audience is no longer.
    fn drop_who_left(&mut self, id: &str, funnel: &Value) {
        let Some(audience) = get(funnel, "audience") else {
            return;
        };
        if self.look().audience(audience) {
            self.contact.inside.insert(id.into());
            return;
        }
        let was = self.contact.inside.remove(id);
        let leaves = text(funnel, "on-audience-left").as_deref() == Some("leave");
        if let Some(from) = self.contact.stage(id).filter(|_| was && leaves) {
            self.clear_stage(id, &from, "drop", &Place::default());
        }
    }

    /// The contact has no stage any more.
    pub(super) fn clear_stage(&mut self, funnel: &str, from: &str, event: &str, place: &Place) {
        self.tally_departure(funnel, Some(from), None, event);
        self.contact.stages.entry(funnel.into()).or_default().value = None;
        self.contact.moving.remove(funnel);
        self.contact.staying.remove(funnel);
        self.note(event, place, [funnel, from, "", ""]);
    }

    /// Section 5, `audience` and `entry`: who enters without being moved.
    fn enter_funnel(&mut self, id: &str, funnel: &Value) -> bool {
        let Some(audience) = get(funnel, "audience") else {
            return false;
        };
        if !self.look().audience(audience) {
            self.contact.left.remove(id);
            return false;
        }
        if self.contact.stage(id).is_some() || self.contact.left.contains(id) {
            return false;
        }
        let entry = text(funnel, "entry").unwrap_or_else(|| lightest(funnel));
        let open = self.clock.published(stage(funnel, &entry));
        open && self.put(id, &entry, "enter", &Place::default())
    }

    /// Sections 5 and 13, `place`: the first rule that holds names the target.
    fn place(&mut self, id: &str, funnel: &Value) -> bool {
        if let Some(audience) = get(funnel, "audience")
            && (!self.look().audience(audience) || self.contact.left.contains(id))
        {
            return false;
        }
        let rules = get(funnel, "place").map(items).unwrap_or_default();
        let Some(target) = self.first_that_holds(&rules, "stage") else {
            return false;
        };
        let present = self.contact.stage(id);
        if let Some(present) = &present {
            let heavier = weight(funnel, &target) > weight(funnel, present);
            if present == &target || !(heavier || lifted(funnel, present, &target)) {
                return false;
            }
        }
        let allowed = self.refusal(funnel, present.as_deref(), &target).is_none();
        allowed && self.put(id, &target, "place", &Place::default())
    }

    /// Section 5, `converts`. `strict`: the present stage decides. `loose`: of it and all heavier
    /// ones the heaviest that names a target heavier than the present stage.
    fn convert(&mut self, id: &str, funnel: &Value) -> bool {
        let Some(present) = self.contact.stage(id) else {
            return false;
        };
        let target = if text(funnel, "order").as_deref() == Some("loose") {
            self.loose_target(id, funnel, &present)
                .or_else(|| self.target(id, funnel, &present))
        } else {
            self.target(id, funnel, &present)
        };
        let Some(target) = target.filter(|target| target != &present) else {
            return false;
        };
        let allowed = self.refusal(funnel, Some(&present), &target).is_none();
        allowed && self.put(id, &target, "convert", &Place::default())
    }

    fn loose_target(&self, id: &str, funnel: &Value, present: &str) -> Option<String> {
        let here = weight(funnel, present);
        let mut deciding: Vec<(i64, String)> = pairs(&funnel["stages"])
            .into_iter()
            .map(|(stage, _)| (-weight(funnel, &stage), stage))
            .filter(|(lightness, stage)| -lightness > here || stage == present)
            .collect();
        deciding.sort();
        let mut targets = deciding
            .into_iter()
            .filter_map(|(_, stage)| self.target(id, funnel, &stage));
        targets.find(|target| weight(funnel, target) > here)
    }

    /// Where a stage converts to: a condition, or a list of which the first that holds counts.
    fn target(&self, id: &str, funnel: &Value, from: &str) -> Option<String> {
        let converts = get(stage(funnel, from), "converts")?;
        if converts.is_sequence() {
            let rules = items(converts);
            let rule = rules
                .iter()
                .find(|rule| self.holds_in_stage(id, &rule["when"]))?;
            return text(rule, "to").or_else(|| self.next_heavier(funnel, from));
        }
        self.holds_in_stage(id, converts)
            .then(|| self.next_heavier(funnel, from))?
    }

    fn first_that_holds(&self, rules: &[&Value], key: &str) -> Option<String> {
        let rule = rules.iter().find(|rule| self.holds(&rule["when"]))?;
        text(rule, key)
    }

    /// Section 5: the next heavier published stage.
    fn next_heavier(&self, funnel: &Value, present: &str) -> Option<String> {
        let mut heavier: Vec<(i64, String)> = pairs(&funnel["stages"])
            .into_iter()
            .filter(|(_, stage)| self.clock.published(stage))
            .map(|(id, _)| (weight(funnel, &id), id))
            .filter(|(candidate, _)| *candidate > weight(funnel, present))
            .collect();
        heavier.sort();
        Some(heavier.first()?.1.clone())
    }

    /// Sections 5 and 13: why a move is refused, the first of unpublished, final, lighter.
    pub(super) fn refusal(
        &self,
        funnel: &Value,
        present: Option<&str>,
        target: &str,
    ) -> Option<&'static str> {
        if !self.clock.published(funnel) || !self.clock.published(stage(funnel, target)) {
            return Some("unpublished");
        }
        let present = present?;
        if flag(stage(funnel, present), "final") && !back_to(funnel, present, target) {
            return Some("final");
        }
        let lighter = weight(funnel, target) < weight(funnel, present);
        (lighter && !lifted(funnel, present, target)).then_some("lighter")
    }

    /// The contact enters a stage, unless it already did within this instant: section 7.
    pub(super) fn put(&mut self, funnel: &str, target: &str, event: &str, place: &Place) -> bool {
        let entered = (funnel.to_owned(), target.to_owned());
        if self.contact.instant.entered.contains(&entered) {
            let told = self.contact.instant.deferred.len();
            self.defer(place, funnel, target, "stage");
            if place.campaign.is_empty() && self.contact.instant.deferred.len() > told {
                self.records
                    .tally
                    .add(&format!("stage {funnel}/{target} deferred"));
            }
            return false;
        }
        let from = self.contact.stage(funnel);
        self.tally_departure(funnel, from.as_deref(), Some(target), event);
        self.set_stage(funnel, target);
        let from = from.unwrap_or_default();
        self.note(event, place, [funnel, &from, target, ""]);
        true
    }

    /// The stage is entered now, whoever did it.
    pub(super) fn set_stage(&mut self, funnel: &str, target: &str) {
        let contact = &mut *self.contact;
        contact
            .instant
            .entered
            .insert((funnel.into(), target.into()));
        contact.stages.entry(funnel.into()).or_default().value = Some(target.into());
        contact.since.insert(funnel.into(), self.clock.now);
        contact.moving.insert(funnel.into());
        contact.staying.remove(funnel);
    }
}

pub(super) fn stage<'v>(funnel: &'v Value, id: &str) -> &'v Value {
    &funnel["stages"][id]
}

pub(super) fn weight(funnel: &Value, id: &str) -> i64 {
    number(stage(funnel, id), "weight").expect("a stage has a weight")
}

fn lightest(funnel: &Value) -> String {
    let stages = pairs(&funnel["stages"]);
    let lightest = stages.iter().min_by_key(|(id, _)| weight(funnel, id));
    lightest.expect("a funnel has stages").0.clone()
}

/// Whether the forward rule is lifted for this arrow.
fn lifted(funnel: &Value, present: &str, target: &str) -> bool {
    text(funnel, "moves").as_deref() == Some("free") || back_to(funnel, present, target)
}

fn back_to(funnel: &Value, present: &str, target: &str) -> bool {
    let arrows = get(stage(funnel, present), "back-to").map(items);
    arrows
        .unwrap_or_default()
        .iter()
        .any(|arrow| word(arrow) == target)
}
