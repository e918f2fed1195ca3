//! The project as written: its YAML text read into a generic tree, looked up by name whenever it is
//! needed.
//!
//! Invariant: nothing is compiled or remembered; each answer comes from the tree.

use std::collections::{BTreeMap, BTreeSet};

use serde_yaml::Value;

use super::reuse::expand;
use super::table::Table;

pub(super) struct Project {
    root: Value,
    /// Files that the project names, by path.
    pub(super) files: BTreeMap<String, String>,
}

impl Project {
    /// The project as it is in an environment.
    pub(super) fn new(yaml: &str, environment: Option<&str>) -> Self {
        let mut root = expand(
            serde_yaml::from_str(yaml).expect("the project is valid YAML"),
            environment,
        );
        stand_as_campaigns(&mut root);
        Project {
            root,
            files: BTreeMap::new(),
        }
    }

    /// Whether a file of keys lists one: a CSV with the contacts' key as a column, or one key a
    /// line.
    pub(super) fn file_lists(&self, path: &str, key: &str) -> bool {
        let file = self
            .files
            .get(path)
            .unwrap_or_else(|| panic!("the project has {path}"));
        if !file.contains(key) {
            return false;
        }
        let column = word(self.definition(&["contacts", "key"]));
        let table = Table::read(file);
        if table.position(&column).is_some() {
            return table
                .named_rows()
                .iter()
                .any(|row| row[&column].trim() == key);
        }
        file.lines().any(|line| line.trim() == key)
    }

    pub(super) fn at(&self, path: &[&str]) -> Option<&Value> {
        path.iter()
            .try_fold(&self.root, |value, key| get(value, key))
    }

    /// The definitions of a section, by id.
    pub(super) fn entries(&self, section: &str) -> Vec<(String, &Value)> {
        self.at(&[section]).map(pairs).unwrap_or_default()
    }

    /// The definitions of a section of `contacts`, by id.
    pub(super) fn entries_of_contacts(&self, section: &str) -> Vec<(String, &Value)> {
        self.at(&["contacts", section])
            .map(pairs)
            .unwrap_or_default()
    }

    /// Section 1: "in order" always means `priority` (higher first, default 0), then id.
    pub(super) fn in_order(&self, section: &str) -> Vec<(String, &Value)> {
        let mut entries = self.entries(section);
        entries.sort_by_cached_key(|(id, definition)| {
            let priority = number(definition, "priority").unwrap_or(0);
            (-priority, id.clone())
        });
        entries
    }

    /// The tags that the project names: declared ones, and those of its conditions and steps.
    pub(super) fn tags(&self) -> BTreeSet<String> {
        let mut tags = BTreeSet::new();
        if let Some(Value::Sequence(declared)) = self.at(&["contacts", "tags", "values"]) {
            tags.extend(declared.iter().map(word));
        }
        for section in ["segments", "funnels", "campaigns"] {
            gather_tags(self.at(&[section]), &mut tags);
        }
        tags
    }

    /// The definition of a thing that the project must have.
    pub(super) fn definition(&self, path: &[&str]) -> &Value {
        self.at(path)
            .unwrap_or_else(|| panic!("the project has {path:?}"))
    }
}

/// Section 6, "Points": a trigger stands where a campaign stands, as `points/` and its id. It is
/// known by its `at`.
fn stand_as_campaigns(root: &mut Value) {
    let triggers = get(root, "points")
        .and_then(|points| get(points, "triggers"))
        .map(pairs)
        .unwrap_or_default();
    let triggers: Vec<(String, Value)> = triggers
        .into_iter()
        .map(|(id, trigger)| (id, trigger.clone()))
        .collect();
    for (id, trigger) in triggers {
        root["campaigns"][format!("{TRIGGERS}{id}")] = trigger;
    }
}

/// What the names of triggers begin with, where they stand among campaigns.
pub(super) const TRIGGERS: &str = "points/";

/// Whatever stands under a key that names a tag, at any depth.
fn gather_tags(value: Option<&Value>, tags: &mut BTreeSet<String>) {
    match value {
        Some(Value::Sequence(items)) => items.iter().for_each(|item| gather_tags(Some(item), tags)),
        Some(Value::Mapping(mapping)) => {
            for (key, value) in mapping {
                match key.as_str() {
                    Some("tag" | "add-tag" | "remove-tag") => {
                        tags.extend(value.as_str().map(str::to_owned));
                    }
                    _ => gather_tags(Some(value), tags),
                }
            }
        }
        _ => {}
    }
}

pub(super) fn get<'v>(value: &'v Value, key: &str) -> Option<&'v Value> {
    value.as_mapping()?.get(key)
}

/// The one entry of a mapping whose key is of some kind.
pub(super) fn entry_among(value: &Value, is_one: impl Fn(&str) -> bool) -> (&str, &Value) {
    let mut entries = value.as_mapping().expect("a mapping").iter();
    let found =
        entries.find_map(|(key, value)| Some((key.as_str().filter(|key| is_one(key))?, value)));
    found.unwrap_or_else(|| panic!("no such key in {value:?}"))
}

/// The entries of a mapping, sorted by key.
pub(super) fn pairs(value: &Value) -> Vec<(String, &Value)> {
    let mapping = value.as_mapping().expect("a mapping");
    let mut pairs: Vec<(String, &Value)> = mapping
        .iter()
        .map(|(key, value)| (word(key), value))
        .collect();
    pairs.sort_by(|a, b| a.0.cmp(&b.0));
    pairs
}

/// The items of a list; a value that is no list is a list of one.
pub(super) fn items(value: &Value) -> Vec<&Value> {
    match value {
        Value::Sequence(items) => items.iter().collect(),
        other => vec![other],
    }
}

/// The text of a scalar.
pub(super) fn word(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Bool(flag) => flag.to_string(),
        other => panic!("a scalar was expected, not {other:?}"),
    }
}

pub(super) fn text(value: &Value, key: &str) -> Option<String> {
    get(value, key).map(word)
}

pub(super) fn number(value: &Value, key: &str) -> Option<i64> {
    get(value, key).and_then(Value::as_i64)
}

/// A flag that is false unless written.
pub(super) fn flag(value: &Value, key: &str) -> bool {
    get(value, key).and_then(Value::as_bool).unwrap_or(false)
}
