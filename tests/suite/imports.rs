//! What the sources import from one another, read as text: every path that begins with `crate::` or
//! `super::`.
//!
//! Invariant: unit tests and comments do not count, for both may speak of anything.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::projects::root;

/// Where a module stands in the crate: `["runner", "batch"]`.
pub(crate) type Place = Vec<String>;

/// Every source file, relative to the repository, sorted.
pub(crate) fn sources() -> Vec<PathBuf> {
    let mut files: Vec<_> = walkdir::WalkDir::new(root().join("src"))
        .into_iter()
        .map(|entry| entry.unwrap().into_path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .map(|path| path.strip_prefix(root()).unwrap().to_path_buf())
        .collect();
    files.sort();
    assert!(
        files.len() >= 2,
        "found no sources below {}",
        root().display()
    );
    files
}

/// The place of a file's module; that of the crate's roots, which see everything, is empty.
pub(crate) fn place_of(file: &Path) -> Place {
    let below_src = file.strip_prefix("src").unwrap().with_extension("");
    let names = below_src
        .components()
        .map(|part| part.as_os_str().to_str().unwrap().to_owned());
    let mut place: Place = names.filter(|name| name != "mod").collect();
    if place == ["lib"] || place == ["main"] {
        place.clear();
    }
    place
}

/// The paths from the crate's root that a file names.
pub(crate) fn imports_of(file: &Path) -> BTreeSet<Place> {
    let code = without_tests_and_comments(&fs::read_to_string(root().join(file)).unwrap());
    imports(&code, &place_of(file))
}

/// Unit tests stand last in their file.
fn without_tests_and_comments(text: &str) -> String {
    let code = text
        .split("#[cfg(test)]\nmod tests {")
        .next()
        .unwrap_or_default();
    code.lines()
        .map(|line| line.split("//").next().unwrap_or_default())
        .collect::<Vec<_>>()
        .join("\n")
}

fn imports(code: &str, place: &[String]) -> BTreeSet<Place> {
    let mut found = BTreeSet::new();
    for word in ["crate::", "super::"] {
        for (at, _) in code.match_indices(word) {
            let starts_a_path = !code[..at]
                .ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':' || c == '$');
            if starts_a_path {
                found.extend(absolute(&code[at..], place));
            }
        }
    }
    found
}

/// What a path that begins with `crate::` or some `super::` leads to.
fn absolute(path: &str, place: &[String]) -> Vec<Place> {
    let mut rest = path;
    let mut base = place.to_vec();
    if let Some(behind) = rest.strip_prefix("crate::") {
        (rest, base) = (behind, Vec::new());
    }
    while let Some(behind) = rest.strip_prefix("super::") {
        rest = behind;
        base.pop();
    }
    ends(rest)
        .into_iter()
        .map(|end| base.iter().cloned().chain(end).collect())
        .collect()
}

/// The names of a path, or those of each branch of `{a::b, c}`.
fn ends(path: &str) -> Vec<Place> {
    let path = path.trim_start();
    if let Some(group) = path.strip_prefix('{') {
        return branches(group)
            .iter()
            .flat_map(|branch| ends(branch))
            .filter(|names| !names.is_empty())
            .collect();
    }
    let name: String = path
        .chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .collect();
    let behind = path[name.len()..].strip_prefix("::");
    let first: Place = if name.is_empty() {
        Vec::new()
    } else {
        vec![name]
    };
    let Some(behind) = behind else {
        return vec![first];
    };
    ends(behind)
        .into_iter()
        .map(|end| first.iter().cloned().chain(end).collect())
        .collect()
}

/// What stands between the commas of a group, up to its end.
fn branches(group: &str) -> Vec<String> {
    let mut branches = vec![String::new()];
    let mut nesting = 0_u32;
    for c in group.chars() {
        match c {
            '}' if nesting == 0 => break,
            ',' if nesting == 0 => branches.push(String::new()),
            _ => branches.last_mut().unwrap().push(c),
        }
        nesting = if c == '{' {
            nesting + 1
        } else {
            nesting - u32::from(c == '}')
        };
    }
    branches
}

#[test]
fn the_scan_sees_each_way_to_name_a_module() {
    let cases: &[(&str, &str, &[&str])] = &[
        ("use crate::model::Stage;", "a", &["model::Stage"]),
        (
            "use crate::{model::{Stage, Weight}, yaml, plan::*};",
            "a",
            &["model::Stage", "model::Weight", "plan", "yaml"],
        ),
        (
            "use crate::{\n    graph::Journey,\n    solve,\n};",
            "a/b",
            &["graph::Journey", "solve"],
        ),
        (
            "fn f(x: &crate::runner::Program) -> crate::plan::Plan { x }",
            "a",
            &["plan::Plan", "runner::Program"],
        ),
        ("use super::super::resolve;", "a/b", &["resolve"]),
        ("use super::{model, yaml};", "a", &["model", "yaml"]),
        ("use super::sibling;", "a/b", &["a::sibling"]),
        ("use crate::a::{self, B};", "c", &["a::B", "a::self"]),
        ("// see crate::cli\npub(crate) fn f() {}", "a", &[]),
        (
            "use crate::yaml;\n#[cfg(test)]\nmod tests {\n    use crate::cli;\n}",
            "a",
            &["yaml"],
        ),
    ];
    for (code, place, expected) in cases {
        let place: Place = place.split('/').map(str::to_owned).collect();
        let found: Vec<String> = imports(&without_tests_and_comments(code), &place)
            .iter()
            .map(|path| path.join("::"))
            .collect();
        assert_eq!(found, *expected, "{code}");
    }
}
