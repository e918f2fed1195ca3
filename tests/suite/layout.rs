//! Holds the sources to ARCHITECTURE.md: who may use whom, where input and output live, and that every module says what it is for.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

const TABLE_HEADING: &str = "Who may use whom";

/// Where a file may be opened or a clock be read, and nowhere else.
const EDGE: &[&str] = &["src/main.rs", "src/cli", "src/runner/input", "src/runner/output"];

#[test]
fn modules_use_only_what_the_table_allows() {
    let table = Table::read();
    let mut wrong = Vec::new();
    for file in sources() {
        let Some(module) = module_of(&file) else { continue };
        for used in uses(&code_of(&file), depth_of(&file)) {
            if used != module && !table.allows(&module, &used) {
                wrong.push(format!("{}: `{module}` may not use `{used}`", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "ARCHITECTURE.md, \"{TABLE_HEADING}\":\n{}", wrong.join("\n"));
}

#[test]
fn the_table_names_each_module_and_no_other() {
    let modules: BTreeSet<_> = sources().iter().filter_map(|file| module_of(file)).collect();
    assert_eq!(Table::read().modules(), modules, "ARCHITECTURE.md, \"{TABLE_HEADING}\", beside the folders of src");
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

/// Who may use whom, as ARCHITECTURE.md has it.
struct Table {
    free_for_all: BTreeSet<String>,
    may_use: BTreeMap<String, Allowed>,
}

enum Allowed {
    All,
    These(BTreeSet<String>),
}

impl Table {
    fn read() -> Self {
        let page = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
        let section = page.split(TABLE_HEADING).nth(1).expect("the section of the table");
        let section = section.split("\n#").next().unwrap();
        let mut table = Self { free_for_all: BTreeSet::new(), may_use: BTreeMap::new() };
        for row in section.lines().filter(|line| line.starts_with("| `")) {
            let cells: Vec<_> = row.split('|').map(str::trim).collect();
            table.add(names_in(cells[1]), cells[2]);
        }
        assert!(table.may_use.len() > 5, "found no table in ARCHITECTURE.md");
        table
    }

    fn add(&mut self, modules: BTreeSet<String>, what: &str) {
        for module in modules {
            match what {
                "are used by all" => drop(self.free_for_all.insert(module)),
                "all" => drop(self.may_use.insert(module, Allowed::All)),
                _ => drop(self.may_use.insert(module, Allowed::These(names_in(what)))),
            }
        }
    }

    fn allows(&self, module: &str, used: &str) -> bool {
        self.free_for_all.contains(used)
            || match self.may_use.get(module) {
                Some(Allowed::All) => true,
                Some(Allowed::These(modules)) => modules.contains(used),
                None => false,
            }
    }

    fn modules(&self) -> BTreeSet<String> {
        self.free_for_all.iter().chain(self.may_use.keys()).cloned().collect()
    }
}

/// The module names in backticks; names of types start with a capital.
fn names_in(cell: &str) -> BTreeSet<String> {
    let quoted = cell.split('`').skip(1).step_by(2);
    quoted.filter(|name| name.starts_with(char::is_lowercase)).map(str::to_owned).collect()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every source file, relative to the repository, sorted.
fn sources() -> Vec<PathBuf> {
    let mut files: Vec<_> = walkdir::WalkDir::new(root().join("src"))
        .into_iter()
        .map(|entry| entry.unwrap().into_path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .map(|path| path.strip_prefix(root()).unwrap().to_path_buf())
        .collect();
    files.sort();
    assert!(files.len() >= 2, "found no sources below {}", root().display());
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
