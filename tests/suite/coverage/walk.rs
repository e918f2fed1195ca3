//! Which constructs of the language a piece of YAML uses, by walking it beside the JSON schema.
//!
//! Invariant: a key counts at the place that the schema gives it, never by its name alone.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, LazyLock, Mutex};

use serde_json::Value;

/// The published schema.
pub(super) static SCHEMA: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(&funnelc::schema::json_schema()).unwrap());

/// The name of the whole, which the schema does not list among its definitions.
pub(super) const PROJECT: &str = "Project";

/// The keywords of the schema that lead to more rules for the same value.
const ALTERNATIVES: [&str; 5] = ["allOf", "anyOf", "oneOf", "then", "else"];

/// The constructs that the files of one project use.
pub(super) fn constructs(files: &[String]) -> BTreeSet<String> {
    let trees: Vec<Value> = files
        .iter()
        .filter_map(|text| serde_yaml::from_str(text).ok())
        .collect();
    let mut walk = Walk {
        types: types(&trees),
        used: BTreeSet::new(),
    };
    for tree in &trees {
        walk.value(tree, &SCHEMA, PROJECT);
    }
    walk.used
}

/// A rule of the schema, with the name of the place that it is about.
type Rule = (&'static Value, String);

/// The rules that stand at a place of the schema for one value: itself, and what it refers to; with
/// the name of the definition where there is one.
pub(super) fn rules(rule: &'static Value, place: &str) -> Vec<Rule> {
    let mut all = vec![(rule, place.to_owned())];
    if let Some(name) = rule["$ref"]
        .as_str()
        .and_then(|path| path.strip_prefix("#/definitions/"))
    {
        let definition = &SCHEMA["definitions"][name];
        let place = if definition["properties"].is_object() {
            name
        } else {
            place
        };
        all.extend(rules(definition, place));
    }
    for alternative in ALTERNATIVES.iter().filter_map(|keyword| rule.get(keyword)) {
        match alternative {
            Value::Array(several) => all.extend(several.iter().flat_map(|rule| rules(rule, place))),
            one => all.extend(rules(one, place)),
        }
    }
    all
}

/// The same, looked up: thousands of values stand at each place. A rule is known by where it lies
/// in the schema, which stays.
fn rules_once(rule: &'static Value, place: &str) -> Arc<[Rule]> {
    type Known = Mutex<HashMap<(usize, String), Arc<[Rule]>>>;
    static KNOWN: LazyLock<Known> = LazyLock::new(Mutex::default);
    let key = (std::ptr::from_ref(rule).addr(), place.to_owned());
    let mut known = KNOWN.lock().unwrap();
    Arc::clone(
        known
            .entry(key)
            .or_insert_with(|| rules(rule, place).into()),
    )
}

struct Walk {
    /// The type of each field of contacts.
    types: BTreeMap<String, String>,
    used: BTreeSet<String>,
}

impl Walk {
    fn value(&mut self, value: &Value, rule: &'static Value, place: &str) {
        for (rule, place) in &*rules_once(rule, place) {
            match value {
                Value::Object(entries) => {
                    if place == "Condition" {
                        self.operator(value);
                    }
                    for (key, entry) in entries {
                        self.entry(key, entry, rule, place);
                    }
                }
                Value::Array(items) => {
                    for item in items {
                        self.value(item, &rule["items"], place);
                    }
                }
                Value::String(word) if has_word(rule, word) => {
                    self.used.insert(format!("{place}: {word}"));
                }
                _ => {}
            }
        }
    }

    fn entry(&mut self, key: &str, entry: &Value, rule: &'static Value, place: &str) {
        let known = &rule["properties"][key];
        if known.is_object() {
            let name = format!("{place}.{key}");
            self.used.insert(name.clone());
            self.used.extend(super::words::of(&name, entry));
            self.value(entry, known, &name);
        } else if rule["additionalProperties"].is_object() {
            self.value(entry, &rule["additionalProperties"], place);
        }
    }

    /// Which operator a comparison has, by the type of its field.
    fn operator(&mut self, condition: &Value) {
        let Some(field) = condition["field"].as_str() else {
            return;
        };
        let declared = self.types.get(field).map(String::as_str);
        let Some(kind) = (if field == "points" {
            Some("points")
        } else {
            declared
        }) else {
            return;
        };
        for operator in condition
            .as_object()
            .into_iter()
            .flatten()
            .map(|(key, _)| key)
            .filter(|key| *key != "field")
        {
            self.used.insert(super::words::operator(kind, operator));
        }
    }
}

fn has_word(rule: &Value, word: &str) -> bool {
    rule["enum"]
        .as_array()
        .is_some_and(|words| words.iter().any(|known| known == word))
        || rule["const"] == word
}

fn types(trees: &[Value]) -> BTreeMap<String, String> {
    let fields = trees
        .iter()
        .filter_map(|tree| tree["contacts"]["fields"].as_object())
        .flatten();
    fields
        .filter_map(|(name, field)| Some((name.clone(), field["type"].as_str()?.to_owned())))
        .collect()
}
