//! Segments, content, tags, events and experiences that have another name: what is remembered of
//! each is remembered under the new one.
//!
//! Where two become one, what is remembered of both is: of times the later, of lists each name
//! once.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::line::Contact;
use crate::model::Model;

/// New names by kind and old name.
#[derive(Debug)]
pub(super) struct Names(BTreeMap<(&'static str, String), String>);

impl Names {
    pub(super) fn of(model: &Model) -> Self {
        let others = model.in_flight.others();
        Self(
            others
                .map(|(from, to)| ((to.kind(), from.to_owned()), to.name(model)))
                .collect(),
        )
    }

    pub(super) fn has(&self, kind: &'static str, name: &str) -> bool {
        self.get(kind, name).is_some()
    }

    pub(super) fn get(&self, kind: &'static str, name: &str) -> Option<&str> {
        self.0.get(&(kind, name.to_owned())).map(String::as_str)
    }

    /// What a thing is called now.
    pub(super) fn now(&self, kind: &'static str, name: &str) -> String {
        self.get(kind, name).unwrap_or(name).to_owned()
    }

    /// The old names as they stand in a line.
    pub(super) fn old(&self) -> impl Iterator<Item = String> {
        self.0
            .keys()
            .map(|(kind, name)| match (*kind, name.rsplit_once('/')) {
                ("experience", Some((_, id))) => id.to_owned(),
                _ => name.clone(),
            })
    }

    /// What is known of an event, or of `event/property`.
    pub(super) fn known(&self, what: &str) -> String {
        match what.split_once('/') {
            Some((event, property)) => format!("{}/{property}", self.now("event", event)),
            None => self.now("event", what),
        }
    }

    /// The names of a list, each once.
    fn list(&self, kind: &'static str, list: &mut Value) {
        let Value::Array(names) = list else { return };
        let mut now: Vec<Value> = Vec::with_capacity(names.len());
        for name in std::mem::take(names) {
            let name = name
                .as_str()
                .map_or(name.clone(), |name| Value::from(self.now(kind, name)));
            if !now.contains(&name) {
                now.push(name);
            }
        }
        *names = now;
    }

    /// The keys of an object; of two values under one key the larger, and of deliveries what was
    /// told before what was only presumed.
    fn keys(&self, kind: &'static str, object: &mut Value) {
        let Value::Object(entries) = object else {
            return;
        };
        for (name, value) in std::mem::take(entries) {
            let name = self.now(kind, &name);
            let larger = entries
                .get(&name)
                .filter(|other| rank(other) > rank(&value))
                .cloned();
            entries.insert(name, larger.unwrap_or(value));
        }
    }

    /// An event that happened, or that wrote a field, and its content.
    fn event(&self, event: &mut Value) {
        for (key, kind) in [("n", "event"), ("o", "content")] {
            if let Some(Value::String(name)) = event.get_mut(key) {
                *name = self.now(kind, name);
            }
        }
    }
}

/// Of what is remembered twice, the larger stays.
fn rank(value: &Value) -> (bool, Option<i64>) {
    let is_told = value.get("p").is_none();
    (is_told, value.as_i64().or_else(|| value.get("t")?.as_i64()))
}

impl Contact<'_> {
    /// What is remembered of what nobody is at.
    pub(super) fn others(&self, written: &mut Map<String, Value>) {
        let names = &self.migration.fates.renamed;
        for key in ["g", "h"] {
            written
                .get_mut(key)
                .into_iter()
                .for_each(|tags| names.list("tag", tags));
        }
        for key in ["m", "n", "d"] {
            written
                .get_mut(key)
                .into_iter()
                .for_each(|content| names.keys("content", content));
        }
        written
            .get_mut("u")
            .into_iter()
            .for_each(|segments| names.keys("segment", segments));
        for event in written
            .get_mut("o")
            .and_then(Value::as_array_mut)
            .into_iter()
            .flatten()
        {
            names.event(event);
        }
        for as_of in written
            .get_mut("a")
            .and_then(Value::as_object_mut)
            .into_iter()
            .flat_map(Map::values_mut)
        {
            names.event(as_of);
            as_of
                .get_mut("d")
                .and_then(Value::as_array_mut)
                .into_iter()
                .flatten()
                .for_each(|added| names.event(added));
        }
        for member in written
            .get_mut("c")
            .and_then(Value::as_object_mut)
            .into_iter()
            .flat_map(Map::values_mut)
        {
            member
                .get_mut("s")
                .into_iter()
                .for_each(|content| names.list("content", content));
            member
                .get_mut("h")
                .into_iter()
                .for_each(|content| names.keys("content", content));
        }
    }

    /// What an experience of a stage is called now, by the names that both had or have.
    pub(super) fn experience(&self, was: &str, now: &str, experience: &str) -> String {
        let names = &self.migration.fates.renamed;
        let found = [was, now]
            .into_iter()
            .find_map(|stage| names.get("experience", &format!("{stage}/{experience}")));
        found
            .and_then(|path| path.rsplit('/').next())
            .unwrap_or(experience)
            .to_owned()
    }
}
