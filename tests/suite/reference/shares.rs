//! Who takes which branch of a split: docs/language.md, "A changed share moves as few as it can".
//!
//! Invariant: each of the hundred numbers belongs to one branch, and each branch has as many as its share.

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
pub(super) fn branches_by_number(split: &Value) -> BTreeMap<u64, String> {
    let branches = branches(split);
    let mut row: Vec<([u8; 8], &str, u64, usize)> = Vec::new();
    for (place, branch) in branches.iter().enumerate() {
        for number in 0..100 {
            let hash = blake3::hash(format!("{number}\n{}", branch.goes_by).as_bytes());
            row.push((hash.as_bytes()[..8].try_into().expect("eight bytes"), &branch.goes_by, number, place));
        }
    }
    row.sort_unstable();
    let mut by_name: Vec<usize> = (0..branches.len()).collect();
    by_name.sort_by_key(|place| &branches[*place].goes_by);
    let mut homes: BTreeMap<u64, usize> = BTreeMap::new();
    for (_, _, number, place) in &row {
        let order = by_name.iter().position(|other| other == place).expect("a branch");
        let even = 100 / branches.len() + usize::from(order < 100 % branches.len());
        if !homes.contains_key(number) && count(&homes, *place) < even {
            homes.insert(*number, *place);
        }
    }
    let mut taken: BTreeMap<u64, usize> = BTreeMap::new();
    for only_home in [true, false] {
        for (_, _, number, place) in &row {
            let may = !only_home || homes[number] == *place;
            if may && !taken.contains_key(number) && count(&taken, *place) < branches[*place].share {
                taken.insert(*number, *place);
            }
        }
    }
    taken.into_iter().map(|(number, place)| (number, branches[place].label.clone())).collect()
}

fn count(numbers: &BTreeMap<u64, usize>, place: usize) -> usize {
    numbers.values().filter(|of| **of == place).count()
}

fn branches(split: &Value) -> Vec<Branch> {
    let written = items(split);
    let called = |branch: &Value| -> String {
        name_all(&items(&branch["steps"]), "").iter().map(|name| format!("{name}\n")).collect()
    };
    let unnamed: Vec<String> = written.iter().filter(|it| text(it, "id").is_none()).map(|it| called(it)).collect();
    let labels = split_labels(&written);
    let branch = |(branch, label): (&&Value, String)| {
        let own = called(branch);
        let is_alone = unnamed.iter().filter(|other| **other == own).count() == 1;
        let goes_by = text(branch, "id").unwrap_or_else(|| if is_alone { own } else { label.clone() });
        Branch {
            label,
            goes_by,
            share: branch["share"].as_u64().and_then(|it| usize::try_from(it).ok()).expect("a share"),
        }
    };
    written.iter().zip(labels).map(branch).collect()
}
