//! Changes of a project that change nothing: a segment with another name or written out in its
//! place, a condition in other words, content with another name.
//!
//! Invariant: what a condition means stays.

use serde_yaml::{Mapping, Value};

use super::flight::Flight;
use super::flight_steps::SENT;
use super::tree::{each_mapping, keys, words_under};

fn one(key: &str, value: Value) -> Mapping {
    Mapping::from_iter([(key.into(), value)])
}

impl Flight<'_> {
    /// With a word about it where steps put contacts in, and else perhaps.
    pub(super) fn rename_segment(&mut self) -> bool {
        let old = self.pick_of("segments");
        let new = format!("circle-{}", self.number);
        if keys(self.root.get("segments")).contains(&new) {
            return false;
        }
        let is_by_hand = self.is_by_hand(&old);
        self.replace(|text| (text == old).then(|| new.clone()));
        Self::rename_key(&mut self.root["segments"], &old, &new);
        if is_by_hand || self.random.chance(30) {
            self.say_moved(&format!("segment {old}"), &format!("segment {new}"));
        }
        true
    }

    /// In the ways into campaigns. What asks for an event stands in `all` there, for alone it would
    /// let in with each event.
    pub(super) fn write_out_segment(&mut self) -> bool {
        let old = self.pick_of("segments");
        let segment = &self.root["segments"][&*old];
        let Some(inside) = segment.get("where").and_then(Value::as_mapping).cloned() else {
            return false;
        };
        if segment.get("include").is_some()
            || segment.get("exclude").is_some()
            || self.is_by_hand(&old)
        {
            return false;
        }
        let asks_for_event = inside.contains_key("event");
        let inside = if asks_for_event {
            one("all", vec![Value::Mapping(inside)].into())
        } else {
            inside
        };
        let mut done = false;
        self.each_way_in(|entries| {
            if entries.get("segment").and_then(Value::as_str) == Some(&old) {
                *entries = inside.clone();
                done = true;
            }
        });
        done
    }

    /// `all` and `any` the other way round, `not` of a `not`, and what is said twice.
    pub(super) fn say_otherwise(&mut self) -> bool {
        let choice = self.random.below(3);
        let mut done = false;
        self.each_way_in(|entries| {
            for key in ["all", "any"] {
                let Some(Value::Sequence(parts)) = entries.get_mut(key) else {
                    continue;
                };
                parts.reverse();
                let first = parts[0].clone();
                match choice {
                    0 => {}
                    1 => parts.push(first),
                    _ => parts.push(Value::Mapping(one(
                        "not",
                        Value::Mapping(one("not", first)),
                    ))),
                }
                done = true;
            }
        });
        done
    }

    pub(super) fn rename_content(&mut self) -> bool {
        let old = self.pick_of("content");
        // Some are called like a kind.
        if words_under(&self.root, "kind").contains(&old) {
            return false;
        }
        let new = format!("text-{}", self.number);
        if keys(self.root.get("content")).contains(&new) {
            return false;
        }
        self.replace(|text| (text == old).then(|| new.clone()));
        Self::rename_key(&mut self.root["content"], &old, &new);
        self.say_moved(&format!("content {old}"), &format!("content {new}"));
        true
    }

    /// What a change sends by its first name it sends by its present one.
    pub(super) fn name_content(&mut self) {
        let content = self.root["content"].as_mapping().expect("content");
        let is_sent =
            |definition: &Value| definition.get("kind").and_then(Value::as_str) == Some("focus");
        let named = content
            .iter()
            .find(|(_, definition)| is_sent(definition))
            .and_then(|(id, _)| id.as_str());
        let present = named.expect("content for a place on a page").to_owned();
        each_mapping(&mut self.root, &mut |entries| {
            if let Some(content) = entries
                .get_mut("send")
                .filter(|content| content.as_str() == Some(SENT))
            {
                *content = present.clone().into();
            }
        });
    }

    fn is_by_hand(&mut self, segment: &str) -> bool {
        let mut found = false;
        each_mapping(&mut self.root, &mut |entries| {
            found |= ["add-to", "remove-from"]
                .iter()
                .any(|key| entries.get(*key).and_then(Value::as_str) == Some(segment));
        });
        found
    }

    fn each_way_in(&mut self, mut visit: impl FnMut(&mut Mapping)) {
        for campaign in keys(self.root.get("campaigns")) {
            if let Some(enter) = self.root["campaigns"][&*campaign].get_mut("enter") {
                each_mapping(enter, &mut visit);
            }
        }
    }
}
