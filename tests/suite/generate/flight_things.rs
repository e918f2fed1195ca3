//! Changes of a project: funnels and fields that are gone, campaigns with another name, fields of
//! another type.
//!
//! Invariant: nothing names what is gone.

use serde_yaml::{Mapping, Value};

use super::flight::Flight;
use super::tree::{each_mapping, each_scalar, keys};

/// The fields that are nothing but fields, and the type that each may get, with the same operators.
const FIELDS: [(&str, &str); 5] = [
    ("orders", "number"),
    ("plan", "text"),
    ("seen", "datetime"),
    ("hats", "choices"),
    ("spent", "number"),
];

impl Flight<'_> {
    pub(super) fn drop_funnel(&mut self) -> bool {
        if keys(self.root.get("funnels")).len() < 2 {
            return false;
        }
        let old = self.pick_of("funnels");
        let prefix = format!("{old}/");
        if self.is_argument(|text| text.starts_with(&prefix) || text == old) {
            return false;
        }
        self.root["funnels"]
            .as_mapping_mut()
            .expect("funnels")
            .remove(&*old);
        self.take_uses(|entries| {
            let asks = |key: &str| entries.get(key).and_then(Value::as_str);
            let within = ["stage", "reached", "entered", "move"]
                .into_iter()
                .filter_map(asks);
            let whole = ["in-funnel", "leave"].into_iter().filter_map(asks);
            within.into_iter().any(|path| path.starts_with(&prefix))
                || whole.into_iter().any(|funnel| funnel == old)
        });
        let is_about = |line: &Value| {
            ["from", "to", "stage"].iter().any(|key| {
                line.get(*key)
                    .and_then(Value::as_str)
                    .is_some_and(|path| path.starts_with(&prefix))
            })
        };
        self.moved.retain(|line| !is_about(line));
        self.removed.retain(|line| !is_about(line));
        self.say_removed(&[("funnel", &old)]);
        true
    }

    pub(super) fn rename_campaign(&mut self) -> bool {
        let old = self.pick_of("campaigns");
        let new = format!("action-{}", self.number);
        self.replace(|text| (text == old).then(|| new.clone()));
        Self::rename_key(&mut self.root["campaigns"], &old, &new);
        self.campaigns.insert(old.clone(), Some(new.clone()));
        self.say_moved(&old, &new);
        true
    }

    pub(super) fn drop_campaign(&mut self) -> bool {
        let Some(old) = self.take_campaign() else {
            return false;
        };
        self.campaigns.insert(old.clone(), None);
        self.say_removed(&[("campaign", &old)]);
        true
    }

    /// Two campaigns become one.
    pub(super) fn join_campaigns(&mut self) -> bool {
        let Some(old) = self.take_campaign() else {
            return false;
        };
        let other = self.pick_of("campaigns");
        self.campaigns.insert(old.clone(), Some(other.clone()));
        self.say_moved(&old, &other);
        true
    }

    fn take_campaign(&mut self) -> Option<String> {
        if keys(self.root.get("campaigns")).len() < 2 {
            return None;
        }
        let old = self.pick_of("campaigns");
        if self.is_argument(|text| text == old) {
            return None;
        }
        self.root["campaigns"]
            .as_mapping_mut()
            .expect("campaigns")
            .remove(&*old);
        self.take_uses(|entries| {
            let names = |key: &str| entries.get(key).and_then(Value::as_str) == Some(&old);
            ["campaign", "enroll", "withdraw"].into_iter().any(names)
        });
        Some(old)
    }

    pub(super) fn drop_field(&mut self) -> bool {
        let (old, _) = *self.random.pick(&FIELDS);
        let fields = self.root["contacts"]["fields"]
            .as_mapping_mut()
            .expect("fields");
        if fields.remove(old).is_none() {
            return false;
        }
        let token = format!("{{{{ {old} ");
        self.take_uses(|entries| {
            let names = |key: &str| entries.get(key).and_then(Value::as_str) == Some(old);
            let posts = || {
                entries
                    .get("message")
                    .and_then(Value::as_str)
                    .is_some_and(|text| text.contains(&token))
            };
            let body = || {
                let mut uses = false;
                let mut body = entries.get("body").cloned().unwrap_or_default();
                each_scalar(&mut body, &mut |field| uses |= field.as_str() == Some(old));
                uses
            };
            let until = || {
                entries
                    .get("wait-until")
                    .and_then(|until| until.get("field")?.as_str())
                    == Some(old)
            };
            ["field", "set", "clear"].into_iter().any(names) || posts() || body() || until()
        });
        for (_, content) in self.root["content"]
            .as_mapping_mut()
            .expect("content")
            .iter_mut()
        {
            let asks = content
                .get("subject")
                .and_then(Value::as_str)
                .is_some_and(|text| text.contains(&token));
            asks.then(|| {
                content
                    .as_mapping_mut()
                    .map(|content| content.remove("subject"))
            });
        }
        for (_, event) in self.root["events"]
            .as_mapping_mut()
            .expect("events")
            .iter_mut()
        {
            let updates = event.get_mut("updates").and_then(Value::as_mapping_mut);
            updates
                .into_iter()
                .for_each(|updates| drop(updates.remove(old)));
        }
        self.say_removed(&[("field", old)]);
        true
    }

    /// To a type that keeps the values, or to one that forgets them.
    pub(super) fn retype_field(&mut self) -> bool {
        let (field, kind) = *self.random.pick(&FIELDS[..5]);
        let Some(definition) = self.root["contacts"]["fields"].get_mut(field) else {
            return false;
        };
        let was = definition["type"].as_str().expect("a type").to_owned();
        if was == kind {
            return false;
        }
        let definition = definition.as_mapping_mut().expect("a field");
        definition.insert("type".into(), kind.into());
        definition.remove("values");
        definition.remove("match-case");
        // A parameter of the old type may stand for a value of the field.
        if let Some(blocks) = self.root.get_mut("blocks") {
            each_mapping(blocks, &mut |entries| {
                if let Some(parameters) = entries.get_mut("parameters") {
                    each_scalar(parameters, &mut |type_| {
                        if type_.as_str() == Some(&was) {
                            *type_ = kind.into();
                        }
                    });
                }
            });
        }
        if !matches!(
            (&*was, kind),
            ("integer", "number") | ("choice" | "email", "text")
        ) {
            self.say_removed(&[("field", field)]);
        }
        true
    }

    /// Whether a use of a block is given such a value.
    fn is_argument(&self, names: impl Fn(&str) -> bool) -> bool {
        let mut is_given = false;
        each_mapping(&mut self.root.clone(), &mut |entries| {
            if let Some(with) = entries.get_mut("with") {
                each_scalar(with, &mut |argument| {
                    is_given |= argument.as_str().is_some_and(&names);
                });
            }
        });
        is_given
    }

    /// In place of whatever names a thing that is gone stands something about a tag.
    fn take_uses(&mut self, names: impl Fn(&Mapping) -> bool) {
        const VERBS: [&str; 10] = [
            "move",
            "leave",
            "enroll",
            "withdraw",
            "set",
            "clear",
            "notify",
            "webhook",
            "wait-until",
            "wait",
        ];
        each_mapping(&mut self.root, &mut |entries| {
            if !names(entries) || entries.contains_key("from") {
                return;
            }
            let id = entries.get("id").cloned();
            let is_step = VERBS.iter().any(|verb| entries.contains_key(*verb));
            entries.clear();
            entries.extend(id.map(|id| ("id".into(), id)));
            entries.insert(if is_step { "add-tag" } else { "tag" }.into(), "vip".into());
        });
        // A way in that became a condition needs a word about who leaves.
        for (_, campaign) in self.root["campaigns"]
            .as_mapping_mut()
            .expect("campaigns")
            .iter_mut()
        {
            let campaign = campaign.as_mapping_mut().expect("a campaign");
            campaign.entry("on-leave".into()).or_insert("stay".into());
        }
    }
}
