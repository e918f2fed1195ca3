//! Changes of a project in the steps of one list.
//!
//! Invariant: a list keeps at least one step.

use std::collections::BTreeSet;

use serde_yaml::{Mapping, Value};

use super::flight::Flight;
use super::tree::{each_list, each_mapping, words_under};

/// The names that only the first has, and those that only the second has.
pub(super) fn steps_that_differ(old: &[String], new: &[String]) -> (Vec<String>, Vec<String>) {
    let without = |names: &[String], others: &[String]| {
        let others: BTreeSet<&String> = others.iter().collect();
        let mut seen = BTreeSet::new();
        let only = names
            .iter()
            .filter(|name| !others.contains(name) && seen.insert((*name).clone()));
        only.cloned().collect()
    };
    (without(old, new), without(new, old))
}

/// What a new step sends, by its first name; it is the only content of its kind.
pub(super) const SENT: &str = "banner";

/// What may stand in a list without a word about anything else.
const STEPS: [&str; 6] = [
    "add-tag: hot",
    "points: 7",
    "wait: 2 hours",
    "send: banner",
    "remove-tag: cold",
    "add-tag: new",
];

impl Flight<'_> {
    /// Changes one list that has enough steps.
    fn in_a_list(&mut self, least: usize, change: impl FnOnce(&mut Self, &mut Vec<Value>)) -> bool {
        let mut lists = Vec::new();
        let mut root = std::mem::take(&mut self.root);
        for section in ["campaigns", "blocks"] {
            let Some(section) = root.get_mut(section) else {
                continue;
            };
            each_list(section, &mut |steps| lists.push(steps.len() >= least));
        }
        let fitting: Vec<usize> = (0..lists.len()).filter(|list| lists[*list]).collect();
        let chosen = if fitting.is_empty() {
            usize::MAX
        } else {
            *self.random.pick(&fitting)
        };
        let mut number = 0;
        let mut change = Some(change);
        for section in ["campaigns", "blocks"] {
            let Some(section) = root.get_mut(section) else {
                continue;
            };
            each_list(section, &mut |steps| {
                if let Some(change) = change.take_if(|_| number == chosen) {
                    change(self, steps);
                }
                number += 1;
            });
        }
        self.root = root;
        change.is_none()
    }

    /// A step gets an id, another one, or loses its own.
    pub(super) fn rename_step(&mut self) -> bool {
        let targets = words_under(&self.root, "goto");
        let new = format!("step-{}", 9000 + self.number);
        let mut old = None;
        let done = self.in_a_list(1, |this, steps| {
            let step = this.random.below(steps.len());
            let step = steps[step].as_mapping_mut().expect("a step");
            old = step.get("id").and_then(Value::as_str).map(str::to_owned);
            let needs =
                step.contains_key("split") || old.as_ref().is_some_and(|old| targets.contains(old));
            if old.is_some() && !needs && this.random.chance(30) {
                step.remove("id");
            } else {
                step.insert("id".into(), new.clone().into());
            }
        });
        if let Some(old) = old {
            each_mapping(&mut self.root, &mut |entries| {
                if let Some(target) = entries
                    .get_mut("goto")
                    .filter(|target| target.as_str() == Some(&old))
                {
                    *target = new.clone().into();
                }
            });
        }
        done
    }

    pub(super) fn drop_step(&mut self) -> bool {
        let targets = words_under(&self.root, "goto");
        let mut done = false;
        self.in_a_list(2, |this, steps| {
            let step = this.random.below(steps.len());
            let id = steps[step]
                .get("id")
                .and_then(Value::as_str)
                .map(str::to_owned);
            // The first step may tell the branches of a split apart.
            if step > 0 && !id.is_some_and(|id| targets.contains(&id)) {
                steps.remove(step);
                done = true;
            }
        });
        done
    }

    pub(super) fn insert_step(&mut self) -> bool {
        self.in_a_list(1, |this, steps| {
            let place = this
                .random
                .between(usize::from(steps.len() > 1), steps.len());
            let step = this.random.pick(&STEPS);
            steps.insert(
                place.min(steps.len() - 1),
                serde_yaml::from_str(&format!("{{ {step} }}")).expect("a step"),
            );
        })
    }

    pub(super) fn swap_steps(&mut self) -> bool {
        self.in_a_list(3, |this, steps| {
            let place = this.random.between(1, steps.len() - 2);
            steps.swap(place, place + 1);
        })
    }

    /// Another length: who waits keeps the moment if the step has an id, and else the step has
    /// another name.
    pub(super) fn change_wait(&mut self) -> bool {
        let mut done = false;
        let other = *self.random.pick(&["5 minutes", "3 hours", "3 days"]);
        let mut left = self.random.between(1, 4);
        each_mapping(&mut self.root["campaigns"], &mut |entries| {
            if let Some(Value::String(long)) = entries.get_mut("wait").filter(|_| left > 0)
                && !long.starts_with('$')
            {
                left -= 1;
                other.clone_into(long);
                done = true;
            }
        });
        done
    }

    /// Steps with an id wait no more, or begin to.
    pub(super) fn do_something_else(&mut self) -> bool {
        let mut done = false;
        let targets = words_under(&self.root, "goto");
        let random = &mut *self.random;
        each_mapping(&mut self.root["campaigns"], &mut |entries| {
            let id = entries.get("id").cloned();
            let waits = ["wait", "wait-until", "send"]
                .iter()
                .any(|verb| entries.contains_key(*verb));
            let is_target = id
                .as_ref()
                .and_then(Value::as_str)
                .is_some_and(|id| targets.iter().any(|target| target == id));
            if let (true, false, Some(id)) = (waits && random.chance(60), is_target, id) {
                let step = random.pick(&STEPS);
                let new: Mapping = serde_yaml::from_str(&format!("{{ {step} }}")).expect("a step");
                *entries = new;
                entries.insert("id".into(), id);
                done = true;
            }
        });
        done
    }
}
