//! Phase 2: point triggers.
//!
//! Invariant: a trigger fires once per contact, ever.

use serde_yaml::Value;

use super::contact::Step;
use super::flow::named;
use super::instant::{Instant, Place};
use super::names::inner_lists;
use super::project::{get, items, number, pairs, text, word};
use super::steps::verb_of;

impl Instant<'_> {
    /// Those whose points are reached, in the order of `at`, then id.
    pub(super) fn fire_triggers(&mut self) {
        let mut triggers = self.project.at(&["points", "triggers"]).map(pairs).unwrap_or_default();
        triggers.sort_by_key(|(id, trigger)| (number(trigger, "at"), id.clone()));
        for (id, trigger) in triggers {
            let points = match text(trigger, "group") {
                None => self.contact.points.value,
                Some(group) => self.contact.groups.get(&group).map_or(0, |points| points.value),
            };
            let reached = Some(points) >= number(trigger, "at");
            if reached && self.clock.published(trigger) && self.contact.fired.insert(id.clone()) {
                let place = Place { campaign: format!("points/{id}"), entry: "1".into(), step: String::new() };
                self.note("start", &place, ["", "", "", "points"]);
                self.run_all(&id, &named(&items(&trigger["steps"]), ""));
            }
        }
    }

    fn run_all(&mut self, trigger: &str, steps: &[Step]) {
        for step in steps {
            let (verb, about) = verb_of(&step.body);
            let place = Place { campaign: format!("points/{trigger}"), entry: "1".into(), step: step.name.clone() };
            self.coverage.count(&format!("trigger step {verb}"));
            match verb {
                "if" => self.choose(trigger, &place, step, about),
                "move" => self.move_at_once(&place, &word(about)),
                "send" => {
                    let now = self.clock.now;
                    self.try_send(&place, &step.body, &word(about), 1, now);
                }
                _ => {
                    self.act(&place, step, verb, about);
                }
            }
        }
    }

    fn choose(&mut self, trigger: &str, place: &Place, step: &Step, condition: &Value) {
        let branch = if self.holds(condition) { "then" } else { "else" };
        self.note("if", place, ["", "", branch, ""]);
        for (label, steps) in inner_lists(step) {
            if label == branch {
                self.run_all(trigger, &named(&steps, &format!("{}/{label}/", step.name)));
            }
        }
    }

    /// A move that nothing can put off to a later instant.
    fn move_at_once(&mut self, place: &Place, target: &str) {
        let (funnel_id, target) = target.split_once('/').expect("funnel/stage");
        let funnel = self.project.definition(&["funnels", funnel_id]);
        let present = self.contact.stage(funnel_id);
        if present.as_deref() == Some(target) {
            return;
        }
        match self.refusal(funnel, present.as_deref(), target) {
            Some(reason) => self.note("refuse", place, [funnel_id, &present.unwrap_or_default(), target, reason]),
            None => {
                self.put(funnel_id, target, "move", place);
            }
        }
    }
}

/// The groups of points, declared.
pub(super) fn groups(project: &super::project::Project) -> Vec<String> {
    let groups = project.at(&["points"]).and_then(|points| get(points, "groups")).map(items);
    groups.unwrap_or_default().into_iter().map(word).collect()
}
