//! A project that differs from a case's first one in one thing, as one commit makes it.
//!
//! Invariant: the same seed gives the same neighbour.

use serde_yaml::Value;

use super::random::Random;
use super::tree::{each_mapping, each_scalar};
use super::{Case, campaigns, flight, tree};

/// Where something may change without making the contacts file another one.
const PLACES: [&str; 8] = [
    "content",
    "limits",
    "segments",
    "funnels",
    "campaigns",
    "points",
    "events",
    "contacts",
];

/// How many changes are drawn until one has a place.
const DRAWS: usize = 5;

impl Case {
    /// The first project as it was before an environment was made of parts of it, everything in it
    /// published, and a neighbour of it; nothing where no change of a few that were drawn has a
    /// place.
    pub(crate) fn neighbours(&self) -> Option<[String; 2]> {
        let mut random = Random::new(self.seed ^ 0x4E16_4B08);
        let published = tree::yaml(self.versions.plain()).replace(campaigns::SOMETIMES, "true");
        let root: Value = serde_yaml::from_str(&published).expect("a project");
        let mut drawn = || {
            if random.chance(45) {
                flight::changed(&mut random, &root, 1)
            } else {
                edited(&mut random, &root)
            }
        };
        let other = (0..DRAWS).find_map(|_| drawn().filter(|other| *other != root))?;
        Some([published, tree::yaml(&other)])
    }
}

/// One value is another one: of those that stand under the same key elsewhere, or another number.
fn edited(random: &mut Random, root: &Value) -> Option<Value> {
    let mut root = root.clone();
    let place = *random.pick(&PLACES);
    let others = pairs(&root);
    let section = root.get_mut(place)?;
    let here = pairs(section);
    if here.is_empty() {
        return None;
    }
    let (key, old) = random.pick(&here).clone();
    let new = if let Some(number) = old.as_i64() {
        Value::from(number + *random.pick(&[1, 2, 10, -1]))
    } else if let Some(longer) = old.as_str().and_then(|text| lengthened(random, text)) {
        longer
    } else {
        let same: Vec<_> = others
            .into_iter()
            .filter(|(other, value)| *other == key && *value != old)
            .collect();
        if same.is_empty() {
            return None;
        }
        random.pick(&same).1.clone()
    };
    let mut times = random.below(2);
    replace(section, &key, &old, &new, &mut times);
    Some(root)
}

/// `3 days` as `5 days`.
fn lengthened(random: &mut Random, text: &str) -> Option<Value> {
    let (number, unit) = text.split_once(' ')?;
    let number: u32 = number.parse().ok()?;
    Some(format!("{} {unit}", number + *random.pick(&[1, 2, 30])).into())
}

/// Every scalar with the key above it.
fn pairs(value: &Value) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    each_mapping(&mut value.clone(), &mut |entries| {
        for (key, value) in entries.iter() {
            let Some(key) = key.as_str() else { continue };
            match value {
                Value::Mapping(_) => {}
                Value::Sequence(items) => {
                    let scalars = items
                        .iter()
                        .filter(|item| !item.is_mapping() && !item.is_sequence());
                    found.extend(scalars.map(|item| (key.to_owned(), item.clone())));
                }
                scalar => found.push((key.to_owned(), scalar.clone())),
            }
        }
    });
    found
}

/// At the first or the second place where it stands under this key.
fn replace(value: &mut Value, key: &str, old: &Value, new: &Value, skip: &mut usize) {
    let mut done = false;
    each_mapping(value, &mut |entries| {
        let Some(found) = entries.get_mut(key).filter(|_| !done) else {
            return;
        };
        let mut visit = |scalar: &mut Value| {
            if scalar == old && !done && std::mem::take(skip) == 0 {
                *scalar = new.clone();
                done = true;
            }
        };
        match found {
            Value::Mapping(_) => {}
            Value::Sequence(items) => {
                items
                    .iter_mut()
                    .filter(|item| !item.is_mapping())
                    .for_each(|item| each_scalar(item, &mut visit));
            }
            scalar => visit(scalar),
        }
    });
}
