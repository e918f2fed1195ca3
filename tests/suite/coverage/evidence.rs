//! Where constructs are used: in the documentation, in journeys and other tests that run, in random
//! projects.
//!
//! Invariant: only YAML that some test compiles or runs is counted.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::walk::constructs;
use crate::generate::Case;
use crate::pages::anchor;
use crate::projects::root;

/// Of so many random projects those are found that are looked at.
const SEEDS: u64 = 400;

/// Seeds of random projects that together show whatever random projects show: few, since each is
/// written and read again.
const SHOWING: &str = "tests/fixtures/coverage-seeds.txt";

/// The tests in Rust that run projects over contacts.
const RUNS: [&str; 4] = ["contract::", "kernel::", "reuse::", "testing::"];

/// Those of them that are about amounts: they take long, and show no construct that others do not.
const AMOUNTS: [&str; 6] = [
    "--skip",
    "blocks_that_multiply",
    "--skip",
    "a_long_chain",
    "--skip",
    "in_one_file_or_in_many",
];

/// For each construct the place that shows it best: a page that says it with the fewest others, the
/// guide before all.
pub(super) type Places = BTreeMap<String, String>;

/// The pages of the documentation whose examples are tested.
pub(super) fn pages() -> Places {
    let mut uses = Vec::new();
    for page in names("docs")
        .into_iter()
        .filter(|name| name.ends_with("md"))
    {
        let path = format!("docs/{page}");
        let rank = if page == "language.md" { 0 } else { 2 };
        let blocks = blocks(&read(&path));
        if blocks
            .first()
            .is_some_and(|first| first.starts_with("version: 1") || first.contains("\nversion: 1"))
        {
            uses.push((path, rank, constructs(&blocks)));
        }
    }
    for example in names("examples") {
        let path = format!("examples/{example}/funnelc.yaml");
        uses.push((
            format!("examples/{example}/README.md"),
            1,
            constructs(&[read(&path)]),
        ));
    }
    for page in names("docs/checks")
        .into_iter()
        .filter(|page| page != "README.md")
    {
        let path = format!("docs/checks/{page}");
        let right = read(&path)
            .split_once("## Right")
            .map(|(_, right)| right.to_owned())
            .unwrap_or_default();
        for (place, block) in blocks(&right).into_iter().enumerate() {
            uses.push((path.clone(), 3 + place, constructs(&[block])));
        }
    }
    best(uses)
}

/// A name, its rank, and what it uses.
type Use = (String, usize, BTreeSet<String>);

/// What runs such a project, as links from docs/: the journeys before the tests that are written in
/// Rust.
pub(super) fn tests() -> Places {
    let mut uses = journeys();
    uses.extend(recorded());
    best(uses)
}

fn journeys() -> Vec<Use> {
    let head = read("tests/journeys/head.yaml");
    let mut uses = Vec::new();
    let pages = names("tests/journeys")
        .into_iter()
        .filter(|name| name.ends_with("md") && name != "README.md");
    for page in pages {
        for journey in read(format!("tests/journeys/{page}"))
            .split("\n## ")
            .skip(1)
        {
            let title = journey.lines().next().unwrap();
            let whole = |block: String| {
                if block.starts_with("version:") {
                    block
                } else {
                    format!("{head}{block}")
                }
            };
            let projects: Vec<String> = blocks(journey).into_iter().map(whole).collect();
            let used = projects
                .into_iter()
                .flat_map(|project| constructs(&[project]))
                .collect();
            uses.push((
                format!("[{title}](../tests/journeys/{page}#{})", anchor(title)),
                0,
                used,
            ));
        }
    }
    uses
}

/// The tests that are written in Rust are run here, and write down what they compile. They are told
/// in words, with the file that they stand in.
fn recorded() -> Vec<Use> {
    let folder = tempfile::tempdir().unwrap();
    // Whether they pass is their own affair.
    Command::new(std::env::current_exe().unwrap())
        .args(RUNS)
        .args(AMOUNTS)
        .arg("--quiet")
        .env(crate::projects::RECORD, folder.path())
        .output()
        .unwrap();
    let one = |path: PathBuf| {
        let test = path
            .file_stem()
            .unwrap()
            .to_str()
            .unwrap()
            .split('@')
            .next()
            .unwrap();
        let (module, name) = test.rsplit_once("::").unwrap();
        let file = format!("tests/suite/{}.rs", module.replace("::", "/"));
        let files: Vec<String> = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        let words = format!(
            "{}{}",
            name[..1].to_uppercase(),
            name[1..].replace('_', " ")
        );
        (format!("[{words}](../{file})"), 1, constructs(&files))
    };
    fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| one(entry.unwrap().path()))
        .collect()
}

/// The random projects on which kernel and reference interpreter agree.
pub(super) fn random() -> BTreeSet<String> {
    let seeds = read(SHOWING);
    seeds
        .split_whitespace()
        .flat_map(|seed| shown(seed.parse().expect("a seed")))
        .collect()
}

/// Finds the seeds anew: each that shows what none before it does, without those that later ones
/// made needless.
pub(super) fn find_seeds() {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut seeds = Vec::new();
    for seed in 0..SEEDS {
        let shown = shown(seed);
        if shown
            .iter()
            .any(|construct| !counts.contains_key(construct))
        {
            shown
                .iter()
                .for_each(|construct| *counts.entry(construct.clone()).or_default() += 1);
            seeds.push((seed, shown));
        }
    }
    seeds.retain(|(_, shown)| {
        let is_needed = shown.iter().any(|construct| counts[construct] == 1);
        if !is_needed {
            shown
                .iter()
                .for_each(|construct| *counts.get_mut(construct).unwrap() -= 1);
        }
        is_needed
    });
    let lines: String = seeds.iter().map(|(seed, _)| format!("{seed}\n")).collect();
    fs::write(root().join(SHOWING), lines).unwrap();
}

/// What the first and the last project of a case use.
fn shown(seed: u64) -> BTreeSet<String> {
    let case = Case::new(seed);
    [0, case.runs.len() - 1]
        .into_iter()
        .flat_map(|run| constructs(&[case.project(run)]))
        .collect()
}

fn best(mut uses: Vec<Use>) -> Places {
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
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
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
