//! Where constructs are used: in the documentation, in tests that run, in random projects.
//!
//! Invariant: only YAML that some test compiles or runs is counted.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::ops::Range;
use std::path::Path;
use std::process::Command;

use super::walk::constructs;
use crate::generate::Case;
use crate::projects::root;

/// How many random projects are looked at.
const SEEDS: u64 = 400;

/// The tests that run projects over contacts.
const RUNS: [&str; 4] = ["contract::", "kernel::", "reuse::", "trial::"];

/// Those of them that are about amounts: they take long, and show no construct that others do not.
const AMOUNTS: [&str; 4] = ["--skip", "blocks_that_multiply", "--skip", "a_long_chain"];

/// For each construct the place that shows it best: a page that says it with the fewest others, the guide before all.
pub(super) type Places = BTreeMap<String, String>;

/// The pages of the documentation whose examples are tested.
pub(super) fn pages() -> Places {
    let mut uses = Vec::new();
    for page in names("docs").into_iter().filter(|name| name.ends_with("md")) {
        let path = format!("docs/{page}");
        let rank = if page == "language.md" { 0 } else { 2 };
        let blocks = blocks(&read(&path));
        if blocks.first().is_some_and(|first| first.starts_with("version: 1") || first.contains("\nversion: 1")) {
            uses.push((path, rank, constructs(&blocks)));
        }
    }
    for example in names("examples") {
        let path = format!("examples/{example}/funnelc.yaml");
        uses.push((format!("examples/{example}/README.md"), 1, constructs(&[read(&path)])));
    }
    for page in names("docs/checks").into_iter().filter(|page| page != "README.md") {
        let path = format!("docs/checks/{page}");
        let right = read(&path).split_once("## Right").map(|(_, right)| right.to_owned()).unwrap_or_default();
        for (place, block) in blocks(&right).into_iter().enumerate() {
            uses.push((path.clone(), 3 + place, constructs(&[block])));
        }
    }
    best(uses)
}

/// The tests that run such a project. They are run here, and write down what they compile.
pub(super) fn tests() -> Places {
    let folder = tempfile::tempdir().unwrap();
    // Whether they pass is their own affair.
    Command::new(std::env::current_exe().unwrap())
        .args(RUNS)
        .args(AMOUNTS)
        .arg("--quiet")
        .env(crate::projects::RECORD, folder.path())
        .output()
        .unwrap();
    let mut uses = Vec::new();
    for entry in fs::read_dir(folder.path()).unwrap() {
        let path = entry.unwrap().path();
        let test = path.file_stem().unwrap().to_str().unwrap().split('@').next().unwrap().to_owned();
        let files: Vec<String> = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        uses.push((test, 0, constructs(&files)));
    }
    best(uses)
}

/// The random projects on which kernel and reference interpreter agree.
pub(super) fn random() -> BTreeSet<String> {
    let projects = |case: Case| [0, case.runs.len() - 1].map(|run| constructs(&[case.project(run)]));
    let of = |seeds: Range<u64>| seeds.flat_map(|seed| projects(Case::new(seed))).flatten().collect::<BTreeSet<_>>();
    std::thread::scope(|scope| {
        let half = scope.spawn(|| of(0..SEEDS / 2));
        &of(SEEDS / 2..SEEDS) | &half.join().expect("the cases are drawn")
    })
}

fn best(mut uses: Vec<(String, usize, BTreeSet<String>)>) -> Places {
    uses.sort_by_key(|(name, rank, used)| (*rank, used.len(), name.clone()));
    let mut places = Places::new();
    for (name, _, used) in uses {
        for construct in used {
            places.entry(construct).or_insert_with(|| name.clone());
        }
    }
    places
}

fn names(folder: &str) -> Vec<String> {
    let entries = fs::read_dir(root().join(folder)).unwrap();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn read(path: impl AsRef<Path>) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

/// The blocks of a page that are marked `yaml` and nothing else.
fn blocks(text: &str) -> Vec<String> {
    text.split("```yaml\n")
        .skip(1)
        .filter_map(|rest| rest.split_once("```").map(|(block, _)| block.to_owned()))
        .collect()
}
