//! What the pages of the documentation point at is there: files, headings, examples and tests.
//!
//! Invariant: a page names no test that the binary does not have.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::projects::root;

#[test]
fn links_lead_somewhere() {
    let mut broken = Vec::new();
    for page in pages() {
        let text = without_blocks(&fs::read_to_string(&page).unwrap());
        for link in links(&text).filter(|link| !link.contains("://")) {
            let (path, heading) = link
                .split_once('#')
                .map_or((link, None), |(path, heading)| (path, Some(heading)));
            let target = if path.is_empty() {
                page.clone()
            } else {
                page.parent().unwrap().join(path)
            };
            let found = target.exists()
                && heading.is_none_or(|heading| headings(&target).contains(heading));
            if !found {
                broken.push(format!("{}: {link}", page.display()));
            }
        }
    }
    assert!(
        broken.is_empty(),
        "links that lead nowhere:\n{}",
        broken.join("\n")
    );
}

#[test]
fn tests_that_are_named_exist() {
    let listed = Command::new(std::env::current_exe().unwrap())
        .arg("--list")
        .output()
        .unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    let tests: BTreeSet<&str> = listed
        .lines()
        .filter_map(|line| line.strip_suffix(": test"))
        .collect();
    let mut missing = Vec::new();
    for page in pages()
        .into_iter()
        .filter(|page| !page.ends_with("ARCHITECTURE.md"))
    {
        let text = fs::read_to_string(&page).unwrap();
        let named = text.split('`').filter(|code| is_test(code));
        missing.extend(
            named
                .filter(|name| !tests.contains(name))
                .map(|name| format!("{}: {name}", page.display())),
        );
    }
    assert!(missing.is_empty(), "no such test:\n{}", missing.join("\n"));
}

#[test]
fn tests_of_the_action_that_are_named_exist() {
    let audit = fs::read_to_string(root().join("docs/audit.md")).unwrap();
    let rows = audit
        .lines()
        .filter_map(|line| line.split_once(".test.mjs`: "));
    let mut named = 0;
    for (before, titles) in rows {
        let file = format!(
            "tools/action/test/{}.test.mjs",
            before.rsplit('`').next().unwrap()
        );
        let tests = fs::read_to_string(root().join(&file)).unwrap();
        for title in titles.split('"').skip(1).step_by(2) {
            assert!(
                tests.contains(&format!("test(\"{title}\"")),
                "{file} has no test \"{title}\""
            );
            named += 1;
        }
    }
    assert!(named > 5, "{named} tests are named");
}

#[test]
fn files_that_the_architecture_names_exist() {
    let page = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let is_file = |code: &&str| {
        let is_path = code.contains('/') && !code.contains(char::is_whitespace);
        is_path
            && Path::new(code)
                .extension()
                .is_some_and(|extension| extension == "rs")
    };
    let is_there = |name: &str| {
        ["", "src", "src/runner"]
            .iter()
            .any(|folder| root().join(folder).join(name).exists())
    };
    let named: Vec<&str> = page.split('`').filter(is_file).collect();
    let missing: Vec<_> = named.iter().filter(|name| !is_there(name)).collect();
    assert!(named.len() > 30, "{named:?}");
    assert!(
        missing.is_empty(),
        "ARCHITECTURE.md names files that are not there: {missing:?}"
    );
}

/// The column that says what a word is called in the code.
#[test]
fn names_of_the_code_in_the_glossary_exist() {
    let page = fs::read_to_string(root().join("docs/glossary.md")).unwrap();
    let sources: Vec<String> = crate::imports::sources()
        .iter()
        .map(|file| fs::read_to_string(root().join(file)).unwrap())
        .collect();
    let rows = page
        .lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| ---"));
    let cells = rows.filter_map(|row| row.rsplit('|').nth(1));
    let names: Vec<&str> = cells
        .flat_map(|cell| cell.split('`').skip(1).step_by(2))
        .collect();
    let is_there = |name: &str| {
        sources
            .iter()
            .flat_map(|text| text.lines())
            .any(|line| declares(line, name))
    };
    let missing: Vec<_> = names
        .iter()
        .filter(|name| !is_there(name.rsplit("::").next().unwrap()))
        .collect();
    assert!(names.len() > 30, "{names:?}");
    assert!(
        missing.is_empty(),
        "docs/glossary.md names what the code does not have: {missing:?}"
    );
}

/// Whether a line of code says what a name is: an item, a field or a variant.
fn declares(line: &str, name: &str) -> bool {
    let words: Vec<&str> = line
        .split(|c: char| !(c.is_alphanumeric() || c == '_'))
        .collect();
    let items = ["struct", "enum", "type", "trait", "fn", "mod"];
    let is_item = words
        .windows(2)
        .any(|pair| items.contains(&pair[0]) && pair[1] == name);
    let rest = line
        .trim_start()
        .trim_start_matches("pub(crate) ")
        .trim_start_matches("pub ")
        .strip_prefix(name);
    is_item || rest.is_some_and(|rest| rest.starts_with([',', ':', '(', ' ']))
}

#[test]
fn every_page_is_linked_from_the_index() {
    let index = fs::read_to_string(root().join("docs/README.md")).unwrap();
    let linked: BTreeSet<PathBuf> = links(&index)
        .map(|link| root().join("docs").join(link).canonicalize().unwrap())
        .collect();
    let docs = root().join("docs");
    let lost: Vec<_> = pages()
        .into_iter()
        .filter(|page| {
            page.parent() == Some(&docs) && page.file_name() != Some("README.md".as_ref())
        })
        .filter(|page| !linked.contains(&page.canonicalize().unwrap()))
        .collect();
    assert!(lost.is_empty(), "docs/README.md does not link {lost:?}");
}

/// The Markdown files that people read.
fn pages() -> Vec<PathBuf> {
    let folders = ["docs", "examples"].map(|folder| walkdir::WalkDir::new(root().join(folder)));
    let files = folders
        .into_iter()
        .flatten()
        .map(|entry| entry.unwrap().into_path());
    let mut pages: Vec<_> = files
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .collect();
    pages.extend(
        [
            "README.md",
            "ARCHITECTURE.md",
            "CONTRIBUTING.md",
            "CODE_OF_CONDUCT.md",
            "CHANGELOG.md",
            "SECURITY.md",
        ]
        .map(|name| root().join(name)),
    );
    pages
}

/// The lines that are not code: what looks like a link there may be one of another page.
fn without_blocks(text: &str) -> String {
    let mut is_code = false;
    let is_prose = |line: &&str| {
        let is_fence = line.starts_with("```");
        is_code ^= is_fence;
        !is_code && !is_fence
    };
    text.lines().filter(is_prose).collect::<Vec<_>>().join("\n")
}

fn links(text: &str) -> impl Iterator<Item = &str> {
    text.split("](")
        .skip(1)
        .filter_map(|rest| rest.split_once(')').map(|(link, _)| link))
}

/// The anchors of a page's headings, as GitHub and GitLab make them.
fn headings(page: &Path) -> BTreeSet<String> {
    let text = fs::read_to_string(page).unwrap_or_default();
    let titles = text
        .lines()
        .filter_map(|line| line.strip_prefix('#'))
        .map(|line| line.trim_start_matches('#').trim());
    titles.map(anchor).collect()
}

/// The anchor of a heading.
pub(crate) fn anchor(title: &str) -> String {
    let kept = title
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| {
        if c == ' ' {
            '-'
        } else {
            c.to_ascii_lowercase()
        }
    })
    .collect()
}

/// `module::test_name`; the architecture is left out, since it speaks of the program's own modules.
fn is_test(code: &str) -> bool {
    let is_name = |part: &str| {
        !part.is_empty()
            && part
                .chars()
                .all(|c| c.is_ascii_lowercase() || c == '_' || c.is_ascii_digit())
    };
    let parts: Vec<&str> = code.split("::").collect();
    parts.len() > 1
        && parts.iter().all(|part| is_name(part))
        && parts.last().is_some_and(|name| name.contains('_'))
}
