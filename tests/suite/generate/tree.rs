//! A project as a tree, to be rewritten: its lists of steps, and its scalars.
//!
//! Invariant: a walk meets everything in the order in which it is written.

use serde_yaml::{Mapping, Value};

/// The keys that hold lists of steps.
const LISTS: [&str; 3] = ["steps", "then", "else"];

/// Every list of steps below a value, outer ones first.
pub(super) fn each_list(value: &mut Value, visit: &mut dyn FnMut(&mut Vec<Value>)) {
    match value {
        Value::Sequence(items) => items.iter_mut().for_each(|item| each_list(item, visit)),
        Value::Mapping(entries) => {
            for (key, entry) in entries.iter_mut() {
                let is_list = key.as_str().is_some_and(|key| LISTS.contains(&key));
                if let (true, Value::Sequence(steps)) = (is_list, &mut *entry) {
                    visit(steps);
                }
                each_list(entry, visit);
            }
        }
        _ => {}
    }
}

/// Every mapping below a value, the value itself first.
pub(super) fn each_mapping(value: &mut Value, visit: &mut dyn FnMut(&mut Mapping)) {
    match value {
        Value::Sequence(items) => items.iter_mut().for_each(|item| each_mapping(item, visit)),
        Value::Mapping(entries) => {
            visit(entries);
            entries
                .iter_mut()
                .for_each(|(_, entry)| each_mapping(entry, visit));
        }
        _ => {}
    }
}

/// Every scalar that is a value.
pub(super) fn each_scalar(value: &mut Value, visit: &mut dyn FnMut(&mut Value)) {
    match value {
        Value::Sequence(items) => items.iter_mut().for_each(|item| each_scalar(item, visit)),
        // `tags: any` names nothing, though a content is called so.
        Value::Mapping(entries) => {
            let names = entries
                .iter_mut()
                .filter(|(key, entry)| *key != "tags" || !entry.is_string());
            names.for_each(|(_, entry)| each_scalar(entry, visit));
        }
        scalar => visit(scalar),
    }
}

/// Whatever stands under a key, at any depth, as text.
pub(super) fn words_under(value: &Value, key: &str) -> Vec<String> {
    let mut words = Vec::new();
    each_mapping(&mut value.clone(), &mut |entries| {
        words.extend(entries.get(key).and_then(Value::as_str).map(str::to_owned));
    });
    words
}

/// The names of the entries of a mapping.
pub(super) fn keys(value: Option<&Value>) -> Vec<String> {
    let entries = value.and_then(Value::as_mapping).into_iter().flatten();
    entries
        .filter_map(|(key, _)| key.as_str().map(str::to_owned))
        .collect()
}

pub(super) fn yaml(root: &Value) -> String {
    serde_yaml::to_string(root).expect("a tree can be written")
}
