//! Changes of a project between two runs, while contacts are in flight.
//!
//! Invariant: a change comes with the lines that say what becomes of everything that is gone.

use std::collections::BTreeMap;

use serde_yaml::{Mapping, Value};

use super::flight_names::is_of_a_file;
use super::flight_steps::steps_that_differ;
use super::random::Random;
use super::tree::{each_mapping, each_scalar, keys};
use crate::reference::step_names_of;

/// A project that changes.
pub(super) struct Flight<'a> {
    pub(super) random: &'a mut Random,
    pub(super) root: Value,
    /// Makes new names differ from all before.
    pub(super) number: usize,
    pub(super) moved: Vec<Value>,
    pub(super) removed: Vec<Value>,
    /// The present name of each campaign that has another one, or none any more.
    pub(super) campaigns: BTreeMap<String, Option<String>>,
}

/// Another version of a project, or nothing where this one has no place for the change that was
/// drawn.
pub(super) fn changed(random: &mut Random, root: &Value, number: usize) -> Option<Value> {
    let mut flight = Flight {
        random,
        root: root.clone(),
        number,
        moved: vec![],
        removed: vec![],
        campaigns: BTreeMap::new(),
    };
    flight.forget_old_lines();
    let is_renaming = flight.random.chance(50);
    let done = if is_renaming {
        flight.rename()
    } else {
        match flight.random.below(18) {
            0 | 1 => flight.drop_stage(),
            2 => flight.drop_funnel(),
            3 => flight.drop_campaign(),
            4 => flight.join_campaigns(),
            5 => flight.drop_field(),
            6 | 7 => flight.retype_field(),
            8..=11 => flight.drop_step(),
            12 => flight.insert_step(),
            13 => flight.swap_steps(),
            14 => flight.change_wait(),
            _ => flight.do_something_else(),
        }
    };
    if !done {
        return None;
    }
    if is_renaming {
        flight
            .random
            .chance(30)
            .then(|| flight.rename_what_nobody_is_at());
    } else {
        flight.name_tags();
        flight.name_content();
    }
    flight.forget_tags_that_are_gone();
    flight.say_of_steps(root, is_renaming);
    Some(flight.written())
}

/// A version that lacks some of the lines; nothing if it has none.
pub(super) fn unspoken(random: &mut Random, root: &Value) -> Option<Value> {
    let mut root = root.clone();
    let mut dropped = false;
    for key in ["moved", "removed"] {
        if let Some(Value::Sequence(lines)) = root.get_mut(key) {
            let before = lines.len();
            lines.retain(|_| !random.chance(60));
            dropped |= lines.len() < before;
        }
    }
    dropped.then_some(root)
}

impl Flight<'_> {
    fn rename(&mut self) -> bool {
        match self.random.below(12) {
            0 => self.rename_stage(),
            1 => self.rename_funnel(),
            2 => self.rename_campaign(),
            3 => self.rename_segment(),
            4 | 5 => self.write_out_segment(),
            6 => self.rename_content(),
            7 => self.say_otherwise(),
            8 | 9 => self.rename_step(),
            _ => self.rename_what_nobody_is_at(),
        }
    }

    fn rename_what_nobody_is_at(&mut self) -> bool {
        match self.random.below(3) {
            0 => self.rename_tag(),
            1 => self.rename_event(),
            _ => self.rename_experience(),
        }
    }

    /// Lines stay for stages, tags and events, whose old texts may stand in a file for long.
    fn forget_old_lines(&mut self) {
        for (key, kept) in [("moved", &mut self.moved), ("removed", &mut self.removed)] {
            let old = self.root.as_mapping_mut().expect("a project").remove(key);
            let is_of_file = |line: &Value| {
                let moved = line["from"]
                    .as_str()
                    .is_some_and(|from| from.contains('/') && !from.contains([':', ' ']));
                is_of_a_file(line)
                    || line.get("stage").is_some()
                    || moved && line.get("campaign").is_none()
            };
            kept.extend(
                old.iter()
                    .flat_map(|old| old.as_sequence().expect("a list").clone())
                    .filter(is_of_file),
            );
        }
    }

    fn written(mut self) -> Value {
        let root = self.root.as_mapping_mut().expect("a project");
        for (key, lines) in [("moved", self.moved), ("removed", self.removed)] {
            if !lines.is_empty() {
                root.insert(key.into(), lines.into());
            }
        }
        self.root
    }

    /// For each name of a step that is gone the line that it needs.
    fn say_of_steps(&mut self, old: &Value, is_renaming: bool) {
        let [old, new] = [old, &self.root].map(|root| step_names_of(&super::tree::yaml(root)));
        let mut joined: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (campaign, names) in old {
            let present = self
                .campaigns
                .get(&campaign)
                .cloned()
                .unwrap_or(Some(campaign));
            if let Some(present) = present {
                joined.entry(present).or_default().extend(names);
            }
        }
        for (campaign, names) in joined {
            let (mut gone, added) = steps_that_differ(&names, &new[&campaign]);
            gone.dedup();
            let renamed = is_renaming && gone.len() == added.len();
            for (number, name) in gone.into_iter().enumerate() {
                let mut line = Mapping::new();
                line.insert("campaign".into(), campaign.clone().into());
                if renamed {
                    line.insert("from".into(), name.into());
                    line.insert("to".into(), added[number].clone().into());
                    self.moved.push(line.into());
                } else {
                    line.insert("step".into(), name.into());
                    line.insert(
                        "then".into(),
                        (*self.random.pick(&["exit", "next", "next"])).into(),
                    );
                    self.removed.push(line.into());
                }
            }
        }
    }

    pub(super) fn say_moved(&mut self, from: &str, to: &str) {
        let line = [("from", from), ("to", to)].map(|(key, value)| (key.into(), value.into()));
        self.moved.push(Value::Mapping(Mapping::from_iter(line)));
    }

    pub(super) fn say_removed(&mut self, line: &[(&str, &str)]) {
        let line = line
            .iter()
            .map(|(key, value)| (Value::from(*key), Value::from(*value)));
        self.removed.push(Value::Mapping(line.collect()));
    }

    pub(super) fn pick_of(&mut self, section: &str) -> String {
        let names = keys(self.root.get(section));
        self.random.pick(&names).clone()
    }

    pub(super) fn rename_key(at: &mut Value, old: &str, new: &str) {
        let entries = at.as_mapping_mut().expect("a mapping");
        *entries = std::mem::take(entries)
            .into_iter()
            .map(|(key, value)| (if key == old { new.into() } else { key }, value))
            .collect();
    }

    fn lines_mut(&mut self) -> impl Iterator<Item = &mut Value> {
        self.moved.iter_mut().chain(&mut self.removed)
    }

    /// Replaces whole values everywhere.
    pub(super) fn replace(&mut self, with: impl Fn(&str) -> Option<String>) {
        let mut replaced = |scalar: &mut Value| {
            if let Some(new) = scalar.as_str().and_then(&with) {
                *scalar = new.into();
            }
        };
        each_scalar(&mut self.root, &mut replaced);
        for line in self.lines_mut() {
            // An old name stays what it was.
            if let Some(to) = line.get_mut("to") {
                let (kind, name) = to
                    .as_str()
                    .and_then(|to| to.split_once(' '))
                    .unwrap_or_default();
                match with(name).filter(|_| ["tag", "event"].contains(&kind)) {
                    Some(name) => *to = format!("{kind} {name}").into(),
                    None => replaced(to),
                }
            }
        }
    }

    fn rename_stage(&mut self) -> bool {
        let funnel = self.pick_of("funnels");
        let stages = keys(self.root["funnels"][&*funnel].get("stages"));
        let old = self.random.pick(&stages).clone();
        let new = format!("{}-{}", old.split('-').next().expect("a word"), self.number);
        let (from, to) = (format!("{funnel}/{old}"), format!("{funnel}/{new}"));
        self.replace(|text| (text == from).then(|| to.clone()));
        let definition = &mut self.root["funnels"][&*funnel];
        Self::rename_key(&mut definition["stages"], &old, &new);
        each_mapping(definition, &mut |entries| {
            for key in ["entry", "stage", "to", "back-to"] {
                if let Some(value) = entries.get_mut(key) {
                    each_scalar(value, &mut |scalar| {
                        if scalar.as_str() == Some(&old) {
                            *scalar = new.clone().into();
                        }
                    });
                }
            }
        });
        self.say_moved(&from, &to);
        true
    }

    /// Whoever was in the stage leaves, or is in another one.
    fn drop_stage(&mut self) -> bool {
        let funnel = self.pick_of("funnels");
        let stages = keys(self.root["funnels"][&*funnel].get("stages"));
        let definition = &self.root["funnels"][&*funnel];
        let place = self.random.between(1, stages.len() - 1);
        let old = &stages[place];
        let path = format!("{funnel}/{old}");
        let spoken = self
            .moved
            .iter()
            .any(|line| line["to"].as_str() == Some(&path));
        if stages.len() < 3
            || definition["entry"].as_str() == Some(old)
            || definition["stages"][&**old].get("value").is_some()
            || spoken
        {
            return false;
        }
        let other = if place + 1 < stages.len() && self.random.chance(50) {
            place + 1
        } else {
            place - 1
        };
        let other = stages[other].clone();
        let to = format!("{funnel}/{other}");
        self.replace(|text| (text == path).then(|| to.clone()));
        let definition = &mut self.root["funnels"][&*funnel];
        definition["stages"]
            .as_mapping_mut()
            .expect("stages")
            .remove(&**old);
        each_mapping(definition, &mut |entries| without(entries, old));
        if self.random.chance(60) {
            self.say_removed(&[("stage", &path), ("then", "leave")]);
        } else {
            self.say_moved(&path, &to);
        }
        true
    }

    fn rename_funnel(&mut self) -> bool {
        let old = self.pick_of("funnels");
        let new = format!("{}-{}", old.split('-').next().expect("a word"), self.number);
        let prefix = format!("{old}/");
        self.replace(|text| {
            let rest = text.strip_prefix(&prefix)?;
            (!rest.contains('/')).then(|| format!("{new}/{rest}"))
        });
        for line in self.lines_mut() {
            for key in ["from", "stage"] {
                let rest = line
                    .get(key)
                    .and_then(Value::as_str)
                    .and_then(|text| text.strip_prefix(&prefix));
                if let Some(path) = rest.map(|rest| format!("{new}/{rest}")) {
                    line[key] = path.into();
                }
            }
        }
        each_mapping(&mut self.root, &mut |entries| {
            for key in ["in-funnel", "leave"] {
                if let Some(value) = entries
                    .get_mut(key)
                    .filter(|value| value.as_str() == Some(&old))
                {
                    *value = new.clone().into();
                }
            }
        });
        Self::rename_key(&mut self.root["funnels"], &old, &new);
        let keeps_column = self.random.chance(60);
        let definition = self.root["funnels"][&*new]
            .as_mapping_mut()
            .expect("a funnel");
        if keeps_column && !definition.contains_key("column") {
            definition.insert(
                "column".into(),
                format!("stage_{}", old.replace('-', "_")).into(),
            );
        }
        self.say_moved(&old, &new);
        true
    }
}

/// Whatever leads to a stage is taken away.
fn without(entries: &mut Mapping, stage: &str) {
    for key in ["back-to", "converts", "place"] {
        if let Some(Value::Sequence(items)) = entries.get_mut(key) {
            let leads = |item: &Value| {
                [Some(item), item.get("to"), item.get("stage")]
                    .into_iter()
                    .flatten()
                    .any(|value| value.as_str() == Some(stage))
            };
            items.retain(|item| !leads(item));
            if items.is_empty() {
                entries.remove(key);
            }
        }
    }
}
