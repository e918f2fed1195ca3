//! Changes of JSON as a tree, so that what comes out is JSON again.
//!
//! Invariant: no tree grows beyond what [`super::rounds::LONGEST`] cuts off, which then is no JSON
//! any more.

use serde_json::{Map, Value};

use super::mutate::drawn;
use super::rounds::Pool;
use crate::random::Random;

/// Changes one place of a tree; `others` lends pieces.
pub(super) fn change(random: &mut Random, tree: &mut Value, pool: &Pool) {
    let mut places = Vec::new();
    pointers(tree, &mut String::new(), &mut places);
    let place = random.pick(&places).clone();
    let lender: &String = random.pick(&places);
    let donor = tree.pointer(lender).cloned().unwrap_or_default();
    let Some(node) = tree.pointer_mut(&place) else {
        return;
    };
    match node {
        Value::Object(entries) if random.chance(80) => object(random, entries, donor, pool),
        Value::Array(items) if random.chance(80) => array(random, items, donor),
        _ if random.chance(30) => *node = donor,
        Value::String(text) if random.chance(30) => {
            let at = random.below(text.len() + 1);
            let at = (0..=at)
                .rev()
                .find(|&at| text.is_char_boundary(at))
                .unwrap_or(0);
            text.insert_str(at, &String::from_utf8_lossy(&drawn(random, pool)));
        }
        _ => *node = scalar(random, pool),
    }
}

fn object(random: &mut Random, entries: &mut Map<String, Value>, donor: Value, pool: &Pool) {
    let keys: Vec<String> = entries.keys().cloned().collect();
    let new = String::from_utf8_lossy(&drawn(random, pool)).into_owned();
    if keys.is_empty() || random.chance(20) {
        entries.insert(new, donor);
        return;
    }
    let key = random.pick(&keys).clone();
    match random.below(3) {
        0 => drop(entries.remove(&key)),
        1 => {
            let value = entries.remove(&key).unwrap_or_default();
            entries.insert(new, value);
        }
        _ => drop(entries.insert(key, donor)),
    }
}

fn array(random: &mut Random, items: &mut Vec<Value>, donor: Value) {
    if items.is_empty() {
        items.push(donor);
        return;
    }
    let at = random.below(items.len());
    match random.below(4) {
        0 => drop(items.remove(at)),
        1 => items.insert(at, donor),
        2 => items.insert(at, items[at].clone()),
        _ => {
            let with = random.below(items.len());
            items.swap(at, with);
        }
    }
}

fn scalar(random: &mut Random, pool: &Pool) -> Value {
    let text = String::from_utf8_lossy(&drawn(random, pool)).into_owned();
    match random.below(4) {
        0 => serde_json::from_str(&text).unwrap_or(Value::Null),
        1 => Value::from(*random.pick(&[
            0_i64,
            1,
            -1,
            2,
            7,
            100,
            1 << 32,
            i64::MAX,
            i64::MIN,
            1_795_000_000,
        ])),
        _ => Value::String(text),
    }
}

fn pointers(tree: &Value, here: &mut String, places: &mut Vec<String>) {
    places.push(here.clone());
    let length = here.len();
    let mut below = |step: String, value: &Value| {
        here.push('/');
        here.push_str(&step);
        pointers(value, here, places);
        here.truncate(length);
    };
    match tree {
        Value::Object(entries) => {
            entries
                .iter()
                .for_each(|(key, value)| below(key.replace('~', "~0").replace('/', "~1"), value));
        }
        Value::Array(items) => items
            .iter()
            .enumerate()
            .for_each(|(at, value)| below(at.to_string(), value)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// A file that is one tree.
pub(super) fn whole(random: &mut Random, input: Vec<u8>, pool: &Pool) -> Vec<u8> {
    let Ok(mut tree) = serde_json::from_slice::<Value>(&input) else {
        return super::mutate::text(random, input, pool);
    };
    if random.chance(3) {
        return super::mutate::text(random, input, pool);
    }
    change(random, &mut tree, pool);
    serde_json::to_vec(&tree).unwrap()
}

/// A file of which each line is a tree.
pub(super) fn of_lines(random: &mut Random, input: Vec<u8>, pool: &Pool) -> Vec<u8> {
    if random.chance(25) {
        return if random.chance(60) {
            super::mutate::lines(random, &input, pool)
        } else {
            super::mutate::bytes(random, input)
        };
    }
    let mut lines: Vec<Vec<u8>> = input
        .split_inclusive(|byte| *byte == b'\n')
        .map(<[u8]>::to_vec)
        .collect();
    if lines.is_empty() {
        return input;
    }
    let line = random.below(lines.len());
    let Ok(mut tree) = serde_json::from_slice::<Value>(&lines[line]) else {
        return super::mutate::insert(random, input, pool);
    };
    // The key of a contact stands first in its line, whatever a map of JSON makes of the order.
    let key = tree.as_object_mut().and_then(|line| line.remove("k"));
    change(random, &mut tree, pool);
    let mut text = serde_json::to_string(&tree).unwrap();
    if let Some(key) = key {
        let rest = text.strip_prefix('{').unwrap_or("}");
        let comma = if rest == "}" { "" } else { "," };
        text = format!("{{\"k\":{key}{comma}{rest}");
    }
    lines[line] = (text + "\n").into_bytes();
    lines.concat()
}
