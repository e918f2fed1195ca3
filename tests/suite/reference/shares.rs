//! Who takes which branch of a split: docs/language.md, "A changed share moves as few as it can".
//!
//! Invariant: each of the hundred numbers belongs to one branch, and each branch has as many as its
//! share.

use std::collections::BTreeMap;

use serde_yaml::Value;

use super::names::{name_all, split_labels};
use super::project::{items, text};

struct Branch {
    label: String,
    goes_by: String,
    share: usize,
}

/// By number: the label of its branch.
pub(crate) fn branches_by_number(name: &str, split: &Value) -> BTreeMap<u64, String> {
    let branches = branches(name, split);
    let mut row: Vec<([u8; 8], &str, u64, usize)> = Vec::new();
    for (place, branch) in branches.iter().enumerate() {
        for number in 0..100 {
            let hash = blake3::hash(format!("{number}\n{}", branch.goes_by).as_bytes());
            row.push((
                hash.as_bytes()[..8].try_into().expect("eight bytes"),
                &branch.goes_by,
                number,
                place,
            ));
        }
    }
    row.sort_unstable();
    let mut by_name: Vec<usize> = (0..branches.len()).collect();
    by_name.sort_by_key(|place| &branches[*place].goes_by);
    let mut homes: BTreeMap<u64, usize> = BTreeMap::new();
    for (_, _, number, place) in &row {
        let order = by_name
            .iter()
            .position(|other| other == place)
            .expect("a branch");
        let even = 100 / branches.len() + usize::from(order < 100 % branches.len());
        if !homes.contains_key(number) && count(&homes, *place) < even {
            homes.insert(*number, *place);
        }
    }
    let mut taken: BTreeMap<u64, usize> = BTreeMap::new();
    for only_home in [true, false] {
        for (_, _, number, place) in &row {
            let may = !only_home || homes[number] == *place;
            if may && !taken.contains_key(number) && count(&taken, *place) < branches[*place].share
            {
                taken.insert(*number, *place);
            }
        }
    }
    taken
        .into_iter()
        .map(|(number, place)| (number, branches[place].label.clone()))
        .collect()
}

fn count(numbers: &BTreeMap<u64, usize>, place: usize) -> usize {
    numbers.values().filter(|of| **of == place).count()
}

fn branches(name: &str, split: &Value) -> Vec<Branch> {
    let written = items(split);
    let labels = split_labels(&written);
    // Steps out of a block are called by the whole way to them.
    let called = |(branch, label): (&&Value, &String)| -> String {
        let way = format!("{name}/{label}/");
        let names = name_all(&items(&branch["steps"]), "");
        names
            .iter()
            .map(|name| format!("{}\n", name.strip_prefix(&way).unwrap_or(name)))
            .collect()
    };
    let own: Vec<String> = written.iter().zip(&labels).map(called).collect();
    let is_named: Vec<bool> = written
        .iter()
        .map(|branch| text(branch, "id").is_some())
        .collect();
    let alike = |place: usize| {
        (0..own.len())
            .filter(|it| !is_named[*it] && own[*it] == own[place])
            .count()
            > 1
    };
    let branch = |place: usize| {
        let by_label = is_named[place] || alike(place);
        let goes_by = if by_label {
            &labels[place]
        } else {
            &own[place]
        }
        .clone();
        let share = written[place]["share"]
            .as_u64()
            .and_then(|it| usize::try_from(it).ok())
            .expect("a share");
        Branch {
            label: labels[place].clone(),
            goes_by,
            share,
        }
    };
    (0..written.len()).map(branch).collect()
}
