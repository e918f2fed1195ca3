//! `cargo xtask new-check` writes all that the tests ask of a check, and CONTRIBUTING shows a check
//! as it is.
//!
//! Invariant: nothing is compiled here, so a test of what is written ends before a build of it
//! would begin.

use std::fs;
use std::path::Path;
use std::process::Command;

use funnelc::compile;
use funnelc::source::Sources;
use tempfile::TempDir;

use crate::projects::root;

#[path = "../../tools/xtask/src/new_check.rs"]
mod written;

/// The files that each check shares with the others.
const SHARED: [&str; 4] = [
    "src/check/mod.rs",
    "src/diagnostic/codes.rs",
    "docs/checks/README.md",
    "CHANGELOG.md",
];

#[test]
fn a_new_check_has_all_that_the_tests_of_checks_ask_for() {
    for (code, severity) in [
        ("late-parcel", "warning"),
        ("a-parcel-that-comes-late", "error"),
        ("zero-parcels", "off"),
    ] {
        let tree = tree();
        let files = written::write(tree.path(), code, severity).unwrap();
        let module = code.replace('-', "_");
        assert_eq!(files[0], format!("src/check/{module}.rs"));
        let source = text(tree.path(), &files[0]);
        assert!(source.starts_with("//! "), "{source}");
        assert!(
            source.contains(
                "pub(super) fn find(case: &CheckContext<'_>, rule: &Rule) -> Vec<Diagnostic> {"
            ),
            "{source}"
        );
        let page = text(tree.path(), &format!("docs/checks/{code}.md"));
        assert!(page.starts_with(&format!("# {code}\n")), "{page}");
        let row = format!("| [`{code}`]({code}.md) | {severity} |");
        assert!(
            text(tree.path(), "docs/checks/README.md").contains(&row),
            "no {row}"
        );
        is_listed(&text(tree.path(), "src/check/mod.rs"), code, &module);
        is_registered(
            &text(tree.path(), "src/diagnostic/codes.rs"),
            code,
            severity,
        );
        let mut sorted = files.clone();
        sorted.sort();
        sorted.dedup();
        assert_eq!(sorted.len(), 6, "{files:?}");
    }
}

/// With a Rust that has no rustfmt nobody can see it; CI's has.
#[test]
fn what_is_written_has_the_form_of_rustfmt() {
    let tree = tree();
    let files = written::write(tree.path(), "late-parcel", "warning").unwrap();
    let told = Command::new("rustfmt")
        .args(["--check", "--edition", "2024"])
        .arg(tree.path().join(&files[0]))
        .output();
    if let Ok(told) = told {
        let wrong = String::from_utf8_lossy(&told.stdout);
        assert!(told.status.success(), "{wrong}");
    }
}

/// In the lists of modules and of checks, as rustfmt has them.
fn is_listed(list: &str, code: &str, module: &str) {
    let modules: Vec<&str> = list
        .lines()
        .filter(|line| line.starts_with("mod ") && line.ends_with(';'))
        .collect();
    assert!(
        modules.is_sorted() && modules.contains(&&*format!("mod {module};")),
        "{modules:?}"
    );
    let row = format!(
        "    Rule::new(codes::{}, {module}::find),\n",
        code.to_uppercase().replace('-', "_")
    );
    assert!(list.contains(&row), "no {row}");
}

/// Among the codes, in their order.
fn is_registered(registry: &str, code: &str, severity: &str) {
    let rows = registry
        .split("registry! {\n")
        .nth(1)
        .unwrap()
        .split("\n}")
        .next()
        .unwrap();
    let codes: Vec<&str> = rows
        .lines()
        .map(|line| line.split('"').nth(1).unwrap())
        .collect();
    assert!(codes.is_sorted() && codes.contains(&code), "{codes:?}");
    let row = rows
        .lines()
        .find(|line| line.contains(&format!("\"{code}\"")))
        .unwrap();
    assert_eq!(
        row.split_whitespace().nth(2).unwrap().to_lowercase(),
        severity,
        "{row}"
    );
}

#[test]
fn what_was_there_stays_line_by_line() {
    let tree = tree();
    written::write(tree.path(), "late-parcel", "warning").unwrap();
    for (path, new) in SHARED.iter().zip([2, 1, 1, 1]) {
        let (before, after) = (text(&root(), path), text(tree.path(), path));
        let mut old = before.lines().peekable();
        let added: Vec<&str> = after
            .lines()
            .filter(|line| old.next_if_eq(line).is_none())
            .collect();
        assert!(old.next().is_none(), "{path} has lost something");
        assert_eq!(added.len(), new, "{path}: {added:?}");
    }
}

/// What the check says of its own pages only a build can tell; that no other check speaks of them
/// is seen here.
#[test]
fn the_projects_of_the_page_have_no_other_mistake() {
    let tree = tree();
    written::write(tree.path(), "late-parcel", "warning").unwrap();
    let page = text(tree.path(), "docs/checks/late-parcel.md");
    let projects: Vec<&str> = page
        .split("```yaml\n")
        .skip(1)
        .map(|part| part.split("```").next().unwrap())
        .collect();
    assert_eq!(projects.len(), 2);
    for project in projects {
        let mut sources = Sources::default();
        sources.add("funnelc.yaml", project);
        let compiled = compile(sources);
        assert!(
            compiled.plan.is_some() && compiled.diagnostics.is_empty(),
            "{:?}",
            compiled.diagnostics
        );
    }
}

#[test]
fn what_is_in_the_way_is_told_and_nothing_is_written() {
    let tree = tree();
    for code in [
        "dead-end",
        "reach",
        "Late",
        "late_parcel",
        "late--parcel",
        "-late",
        "9-lives",
        "",
        "../late",
        "loop",
    ] {
        let refused = written::write(tree.path(), code, "warning");
        assert!(refused.is_err(), "`{code}` was taken");
    }
    for path in SHARED {
        assert_eq!(text(tree.path(), path), text(&root(), path), "{path}");
    }
}

#[test]
fn the_check_that_contributing_shows_is_that_of_the_tree() {
    let page = text(&root(), "CONTRIBUTING.md");
    let diff = page
        .split("```diff\n")
        .nth(1)
        .unwrap()
        .split("\n```\n")
        .next()
        .unwrap();
    let mut files = Vec::new();
    for part in diff.split("+++ b/").skip(1) {
        let (path, lines) = part.split_once('\n').unwrap();
        let shown: Vec<&str> = lines
            .lines()
            .map(|line| line.strip_prefix('+').unwrap())
            .collect();
        let there = text(&root(), path);
        if path.starts_with("src/check/no_") || path.ends_with("no-next-stage.md") {
            assert_eq!(
                shown,
                there.lines().collect::<Vec<_>>(),
                "CONTRIBUTING.md, {path}"
            );
        }
        let missing: Vec<_> = shown
            .iter()
            .filter(|line| !there.lines().any(|other| other == **line))
            .collect();
        assert!(
            missing.is_empty(),
            "CONTRIBUTING.md shows what {path} does not have: {missing:?}"
        );
        files.push(path);
    }
    assert_eq!(files.len(), 6, "{files:?}");
}

/// A copy of what a new check changes, and of the names that are taken.
fn tree() -> TempDir {
    let tree = tempfile::tempdir().unwrap();
    for folder in ["src/check", "src/diagnostic", "docs/checks"] {
        fs::create_dir_all(tree.path().join(folder)).unwrap();
        for entry in fs::read_dir(root().join(folder)).unwrap() {
            let path = entry.unwrap().path();
            fs::copy(
                &path,
                tree.path().join(folder).join(path.file_name().unwrap()),
            )
            .unwrap();
        }
    }
    fs::copy(
        root().join("CHANGELOG.md"),
        tree.path().join("CHANGELOG.md"),
    )
    .unwrap();
    tree
}

fn text(root: &Path, path: &str) -> String {
    fs::read_to_string(root.join(path)).unwrap()
}
