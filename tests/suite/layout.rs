//! Holds the sources to ARCHITECTURE.md: who may use whom, where input and output live, and that
//! every module says what it is for.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::imports::{imports_of, place_of, sources};
use crate::projects::root;

const TABLE_HEADING: &str = "Who may use whom";

/// Where a file may be opened or a clock be read, and nowhere else.
const EDGE: &[&str] = &[
    "src/main.rs",
    "src/cli",
    "src/runner/input",
    "src/runner/events",
    "src/runner/output",
];

#[test]
fn modules_use_only_what_the_table_allows() {
    let table = Table::read();
    let mut wrong = Vec::new();
    for file in sources() {
        let Some(module) = module_of(&file) else {
            continue;
        };
        for used in modules_used(&file) {
            if used != module && !table.allows(&module, &used) {
                wrong.push(format!(
                    "{}: `{module}` may not use `{used}`",
                    file.display()
                ));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "ARCHITECTURE.md, \"{TABLE_HEADING}\":\n{}",
        wrong.join("\n")
    );
}

#[test]
fn the_table_allows_nothing_that_nobody_needs() {
    let mut used: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in sources() {
        let Some(module) = module_of(&file) else {
            continue;
        };
        used.entry(module).or_default().extend(modules_used(&file));
    }
    let mut idle = Vec::new();
    for (module, allowed) in Table::read().may_use {
        let Allowed::These(allowed) = allowed else {
            continue;
        };
        idle.extend(
            allowed
                .difference(&used[&module])
                .map(|other| format!("`{module}` does not use `{other}`")),
        );
    }
    assert!(
        idle.is_empty(),
        "ARCHITECTURE.md, \"{TABLE_HEADING}\", allows too much:\n{}",
        idle.join("\n")
    );
}

#[test]
fn the_table_names_each_module_and_no_other() {
    let modules: BTreeSet<_> = sources()
        .iter()
        .filter_map(|file| module_of(file))
        .collect();
    assert_eq!(
        Table::read().modules(),
        modules,
        "ARCHITECTURE.md, \"{TABLE_HEADING}\", beside the folders of src"
    );
}

#[test]
fn only_resolve_makes_a_model() {
    let text = |file: &PathBuf| fs::read_to_string(root().join(file)).unwrap();
    let makes = |source: &str| {
        let mut pieces = source.split("Model {");
        let mut before = pieces.next().unwrap_or_default();
        pieces.any(|after| {
            let line = before.rsplit('\n').next().unwrap_or_default();
            before = after;
            let (inside, _) = after.split_once('}').unwrap_or((after, ""));
            // With `..` it is taken apart, or one that resolve made is taken over.
            !["struct ", "impl ", "->"]
                .iter()
                .any(|word| line.contains(word))
                && !inside.contains("..")
        })
    };
    let made: Vec<_> = sources()
        .into_iter()
        .filter(|file| makes(&text(file)))
        .collect();
    assert_eq!(
        made,
        [PathBuf::from("src/resolve/mod.rs")],
        "what makes a model knows none of the rules of resolve"
    );
}

#[test]
fn every_module_says_what_it_is_for() {
    let silent: Vec<_> = sources()
        .into_iter()
        .filter(|file| {
            !fs::read_to_string(root().join(file))
                .unwrap()
                .starts_with("//! ")
        })
        .map(|file| file.display().to_string())
        .collect();
    assert!(
        silent.is_empty(),
        "no `//!` sentence at the top of:\n{}",
        silent.join("\n")
    );
}

#[test]
fn io_and_the_clock_stay_at_the_edge() {
    let excused: Vec<_> = sources()
        .into_iter()
        .filter(|file| {
            !EDGE
                .iter()
                .any(|place| file.with_extension("").starts_with(place) || file.starts_with(place))
        })
        .filter(|file| {
            fs::read_to_string(root().join(file))
                .unwrap()
                .contains("clippy::disallowed_methods")
        })
        .map(|file| file.display().to_string())
        .collect();
    assert!(
        excused.is_empty(),
        "only {EDGE:?} may do input and output, not:\n{}",
        excused.join("\n")
    );
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
        let section = page
            .split(TABLE_HEADING)
            .nth(1)
            .expect("the section of the table");
        let section = section.split("\n#").next().unwrap();
        let mut table = Self {
            free_for_all: BTreeSet::new(),
            may_use: BTreeMap::new(),
        };
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
        self.free_for_all
            .iter()
            .chain(self.may_use.keys())
            .cloned()
            .collect()
    }
}

/// The module names in backticks; names of types start with a capital.
fn names_in(cell: &str) -> BTreeSet<String> {
    let quoted = cell.split('`').skip(1).step_by(2);
    quoted
        .filter(|name| name.starts_with(char::is_lowercase))
        .map(str::to_owned)
        .collect()
}

/// `model` for src/model.rs and everything below src/model; nothing for the roots, which see
/// everything.
fn module_of(file: &Path) -> Option<String> {
    place_of(file).into_iter().next()
}

/// The modules directly below the crate's root that a file uses.
fn modules_used(file: &Path) -> BTreeSet<String> {
    imports_of(file)
        .into_iter()
        .filter_map(|path| path.into_iter().next())
        .filter(|name| is_module(name))
        .collect()
}

/// What the crate's root gives on by another name is no module.
fn is_module(name: &str) -> bool {
    let below = |ending: &str| -> PathBuf { root().join("src").join(format!("{name}{ending}")) };
    below(".rs").exists() || below("/mod.rs").exists()
}
