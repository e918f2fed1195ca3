//! Holds the sources to ARCHITECTURE.md: who may use whom, where input and output live, and that every module says what it is for.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Who may use whom. `source` and `diagnostic` are free for all and stand on no right side; `*` is everything.
const MAY_USE: &[(&str, &[&str])] = &[
    ("source", &[]),
    ("diagnostic", &[]),
    ("yaml", &[]),
    ("schema", &["yaml"]),
    ("model", &[]),
    ("resolve", &["schema", "model"]),
    ("graph", &["model", "plan"]),
    ("solve", &["model"]),
    ("check", &["model", "graph", "solve"]),
    // Of `check` only `Checked`: without it nothing is lowered.
    ("plan", &["model", "check"]),
    // The plan is a model that was checked and frozen: its ids and conditions are the model's.
    ("runner", &["model", "plan"]),
    ("diagram", &["graph"]),
    ("report", &["*"]),
    ("cli", &["*"]),
];

const FREE_FOR_ALL: &[&str] = &["source", "diagnostic"];

/// Where a file may be opened or a clock be read, and nowhere else.
const EDGE: &[&str] = &["src/main.rs", "src/cli", "src/runner/input", "src/runner/output"];

#[test]
fn modules_use_only_what_the_table_allows() {
    let mut wrong = Vec::new();
    for file in sources() {
        let Some(module) = module_of(&file) else { continue };
        let allowed = allowed(&module);
        for used in uses(&code_of(&file), depth_of(&file)) {
            let free = used == module || FREE_FOR_ALL.contains(&used.as_str());
            if !free && !allowed.contains(&"*") && !allowed.contains(&used.as_str()) {
                wrong.push(format!("{}: `{module}` may not use `{used}`", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "ARCHITECTURE.md, \"Who may use whom\":\n{}", wrong.join("\n"));
}

#[test]
fn every_module_says_what_it_is_for() {
    let silent: Vec<_> = sources()
        .into_iter()
        .filter(|file| !fs::read_to_string(file).unwrap().starts_with("//! "))
        .map(|file| file.display().to_string())
        .collect();
    assert!(silent.is_empty(), "no `//!` sentence at the top of:\n{}", silent.join("\n"));
}

#[test]
fn io_and_the_clock_stay_at_the_edge() {
    let excused: Vec<_> = sources()
        .into_iter()
        .filter(|file| !EDGE.iter().any(|place| file.with_extension("").starts_with(place) || file.starts_with(place)))
        .filter(|file| fs::read_to_string(file).unwrap().contains("clippy::disallowed_methods"))
        .map(|file| file.display().to_string())
        .collect();
    assert!(excused.is_empty(), "only {EDGE:?} may do input and output, not:\n{}", excused.join("\n"));
}

#[test]
fn the_scan_sees_each_way_to_name_a_module() {
    let cases: &[(&str, usize, &[&str])] = &[
        ("use crate::model::Stage;", 1, &["model"]),
        ("use crate::{model::{Stage, Weight}, yaml, plan::*};", 1, &["model", "plan", "yaml"]),
        ("use crate::{\n    graph::Journey,\n    solve,\n};", 2, &["graph", "solve"]),
        ("fn f(x: &crate::runner::Program) -> crate::plan::Plan { x }", 1, &["plan", "runner"]),
        ("use super::super::resolve;", 2, &["resolve"]),
        ("use super::{model, yaml};", 1, &["model", "yaml"]),
        ("use super::sibling;", 2, &[]),
        ("// see crate::cli\npub(crate) fn f() {}", 1, &[]),
        ("use crate::yaml;\n#[cfg(test)]\nmod tests {\n    use crate::cli;\n}", 1, &["yaml"]),
    ];
    for (code, depth, expected) in cases {
        let found = uses(&without_tests_and_comments(code), *depth);
        assert_eq!(found.iter().map(String::as_str).collect::<Vec<_>>(), *expected, "{code}");
    }
}

fn allowed(module: &str) -> &'static [&'static str] {
    let row = MAY_USE.iter().find(|(name, _)| *name == module);
    row.unwrap_or_else(|| panic!("`{module}` has no row in the table of ARCHITECTURE.md and in MAY_USE")).1
}

/// Every source file, relative to the repository, sorted.
fn sources() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files: Vec<_> = walkdir::WalkDir::new(root.join("src"))
        .into_iter()
        .map(|entry| entry.unwrap().into_path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .map(|path| path.strip_prefix(root).unwrap().to_path_buf())
        .collect();
    files.sort();
    assert!(files.len() >= 2, "found no sources below {}", root.display());
    files
}

/// `model` for src/model.rs and everything below src/model; nothing for the roots, which see everything.
fn module_of(file: &Path) -> Option<String> {
    let first = file.strip_prefix("src").unwrap().components().next().unwrap();
    let name = Path::new(first.as_os_str()).file_stem().unwrap().to_str().unwrap().to_owned();
    (name != "lib" && name != "main").then_some(name)
}

/// How many `super` lead from the file's own module to the crate's root.
fn depth_of(file: &Path) -> usize {
    let below_src = file.components().count() - 1;
    if file.ends_with("mod.rs") { below_src - 1 } else { below_src }
}

fn code_of(file: &Path) -> String {
    without_tests_and_comments(&fs::read_to_string(file).unwrap())
}

/// Unit tests may build their input with any module; they stand last in their file.
fn without_tests_and_comments(text: &str) -> String {
    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    code.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

/// The names directly below the crate's root that the code mentions, as `crate::…` or by as many `super::` as lead there.
fn uses(code: &str, depth: usize) -> BTreeSet<String> {
    let to_root = "super::".repeat(depth);
    let mut found = BTreeSet::new();
    for prefix in ["crate::", to_root.as_str()] {
        for (at, _) in code.match_indices(prefix) {
            let starts_a_path =
                !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':' || c == '$');
            if starts_a_path {
                found.extend(names(&code[at + prefix.len()..]));
            }
        }
    }
    found
}

/// The first name of a path, or those of each branch of `{a::b, c}`.
fn names(path: &str) -> Vec<String> {
    let Some(group) = path.strip_prefix('{') else { return vec![first_name(path)] };
    let mut branches = vec![String::new()];
    let mut nesting = 0_u32;
    for c in group.chars() {
        match c {
            '}' if nesting == 0 => break,
            ',' if nesting == 0 => branches.push(String::new()),
            _ => branches.last_mut().unwrap().push(c),
        }
        nesting = if c == '{' { nesting + 1 } else { nesting - u32::from(c == '}') };
    }
    branches.iter().map(|branch| first_name(branch)).filter(|name| !name.is_empty()).collect()
}

fn first_name(path: &str) -> String {
    path.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}
