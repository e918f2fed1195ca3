//! The files of a new check: its source, its line in the list and that in the registry of codes,
//! its page with the row that leads there, and its line in the changelog.
//!
//! What is written compiles, and passes all tests: a check that finds campaigns called
//! `replace-me`. So whoever writes the real one begins with something that works. Nothing is
//! written where something is in the way.

use std::fs;
use std::path::Path;

const LIST: &str = "src/check/mod.rs";
const REGISTRY: &str = "src/diagnostic/codes.rs";
const INDEX: &str = "docs/checks/README.md";
const CHANGELOG: &str = "CHANGELOG.md";

/// Writes the files of the check `code` below `root`, and says which.
pub(crate) fn write(root: &Path, code: &str, severity: &str) -> Result<Vec<String>, String> {
    if !is_code(code) {
        return Err(format!(
            "`{code}` is no code of a check: write words of a-z and 0-9 with `-` between them, as \
                in `dead-end`"
        ));
    }
    let module = code.replace('-', "_");
    let source = format!("src/check/{module}.rs");
    let page = format!("docs/checks/{code}.md");
    for path in [&source, &page] {
        if root.join(path).exists() {
            return Err(format!(
                "`{path}` is there already: each check has a code of its own"
            ));
        }
    }
    let read = |path: &str| {
        fs::read_to_string(root.join(path))
            .map_err(|error| format!("cannot read `{path}`: {error}"))
    };
    let files = [
        (source, SOURCE.to_owned()),
        (LIST.to_owned(), listed(&read(LIST)?, code, &module)?),
        (
            REGISTRY.to_owned(),
            registered(&read(REGISTRY)?, code, severity)?,
        ),
        (page, PAGE.replace("CODE", code)),
        (INDEX.to_owned(), indexed(&read(INDEX)?, code, severity)?),
        (
            CHANGELOG.to_owned(),
            logged(&read(CHANGELOG)?, code, severity)?,
        ),
    ];
    for (path, text) in &files {
        fs::write(root.join(path), text)
            .map_err(|error| format!("cannot write `{path}`: {error}"))?;
    }
    Ok(files.into_iter().map(|(path, _)| path).collect())
}

fn is_code(code: &str) -> bool {
    let is_word = |word: &str| {
        !word.is_empty()
            && word
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    };
    // Of the words of Rust, which no module can be called, these could be codes.
    let taken = [
        "as", "async", "await", "break", "const", "continue", "crate", "do", "dyn", "else", "enum",
        "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro",
        "match", "mod", "move", "mut", "override", "pub", "ref", "return", "self", "static",
        "struct", "super", "trait", "true", "try", "type", "unsafe", "use", "virtual", "where",
        "while", "yield",
    ];
    code.starts_with(|c: char| c.is_ascii_lowercase())
        && code.split('-').all(is_word)
        && !taken.contains(&code)
}

/// The list with the module and its row, each before the first that comes after it in the alphabet.
fn listed(list: &str, code: &str, module: &str) -> Result<String, String> {
    let list = inserted(list, &format!("mod {module};\n"), |line| {
        line.strip_prefix("mod ")
            .and_then(|rest| rest.strip_suffix(';'))
            .map(|name| name > module)
    });
    let list = list.ok_or_else(|| format!("`{LIST}` has no list of modules"))?;
    let (before, rules) = list
        .split_once("pub const RULES")
        .ok_or_else(|| format!("`{LIST}` has no `RULES`"))?;
    let (rules, behind) = rules
        .split_once("\n];")
        .ok_or_else(|| format!("`RULES` in `{LIST}` has no end"))?;
    let starts: Vec<usize> = rules
        .match_indices("\n    Rule::")
        .map(|(at, _)| at + 1)
        .collect();
    let of = |at: usize| {
        rules[at..]
            .split("codes::")
            .nth(1)
            .and_then(|rest| rest.split(',').next())
            .unwrap_or_default()
    };
    let at = starts
        .into_iter()
        .find(|at| of(*at).to_lowercase().replace('_', "-").as_str() > code)
        .unwrap_or(rules.len());
    let row = format!("    Rule::new(codes::{}, {module}::find),", constant(code));
    let (before_it, behind_it) = rules.split_at(at);
    let row = if behind_it.is_empty() {
        format!("\n{row}")
    } else {
        format!("{row}\n")
    };
    Ok(format!(
        "{before}pub const RULES{before_it}{row}{behind_it}\n];{behind}"
    ))
}

/// The name of a code in Rust.
fn constant(code: &str) -> String {
    code.to_uppercase().replace('-', "_")
}

/// The registry with the code and what its findings count as.
fn registered(registry: &str, code: &str, severity: &str) -> Result<String, String> {
    let (first, rest) = severity.split_at(1);
    let row = format!(
        "    {} = {}{rest} \"{code}\"\n",
        constant(code),
        first.to_uppercase()
    );
    let found = inserted(registry, &row, |line| {
        line.split_once(" = ")
            .and_then(|(_, kind)| kind.strip_suffix('"')?.split_once('"'))
            .map(|(_, other)| other > code)
    });
    found.ok_or_else(|| format!("`{REGISTRY}` has no list of codes"))
}

/// The index with a row before the first that comes after it; those of checks are the first table.
fn indexed(index: &str, code: &str, severity: &str) -> Result<String, String> {
    let row = format!("| [`{code}`]({code}.md) | {severity} | a campaign called `replace-me` |\n");
    let (checks, reading) = index
        .split_once("\n\n## ")
        .ok_or_else(|| format!("`{INDEX}` has no second table"))?;
    let checks = format!("{checks}\n");
    let found = inserted(&checks, &row, |line| {
        line.strip_prefix("| [`")
            .and_then(|rest| rest.split('`').next())
            .map(|other| other > code)
    });
    let checks = found.ok_or_else(|| format!("`{INDEX}` has no table of checks"))?;
    Ok(format!("{checks}\n## {reading}"))
}

/// The changelog with a line at the end of what is not released yet.
fn logged(changelog: &str, code: &str, severity: &str) -> Result<String, String> {
    let article = match severity {
        "error" => "An error",
        "off" => "An opinion, which is off where no project asks for it,",
        _ => "A warning",
    };
    let line = format!("- {article} for a campaign called `replace-me`: `{code}`.\n");
    let start = changelog
        .find("## Unreleased")
        .ok_or_else(|| format!("`{CHANGELOG}` has no `## Unreleased`"))?;
    let end = changelog[start..]
        .find("\n## ")
        .filter(|at| *at > 0)
        .map_or(changelog.len(), |at| start + at);
    let (before, behind) = changelog.split_at(end);
    Ok(format!("{}\n{line}{behind}", before.trim_end()))
}

/// The text with a line before the first of its kind that comes after it, or behind the last;
/// `comes_after` says nothing of other lines.
fn inserted(text: &str, new: &str, comes_after: impl Fn(&str) -> Option<bool>) -> Option<String> {
    let mut at = None;
    let mut place = 0;
    for line in text.split_inclusive('\n') {
        match comes_after(line.trim_end()) {
            Some(true) => {
                at = Some(place);
                break;
            }
            Some(false) => at = Some(place + line.len()),
            None => {}
        }
        place += line.len();
    }
    at.map(|at| format!("{}{new}{}", &text[..at], &text[at..]))
}

const SOURCE: &str = r#"//! A campaign whose name says that it is still to be replaced.

use super::{CheckContext, Rule};
use crate::diagnostic::Diagnostic;

pub(super) fn find(case: &CheckContext<'_>, rule: &Rule) -> Vec<Diagnostic> {
    let left = case
        .model
        .campaigns
        .values()
        .filter(|campaign| campaign.id == "replace-me");
    left.map(|campaign| {
        let message = format!("the campaign `{}` is still to be replaced", campaign.id);
        rule.finding(campaign.span, message)
            .at("has no name yet")
            .help("call it by what it is for")
    })
    .collect()
}
"#;

const PAGE: &str = "# CODE

What is wrong, for whom it matters, and what to do about it: a campaign is called `replace-me`, so nobody who reads the outputs knows what it is for. Ann
gets a mail that stands there under a name which says nothing.

## Wrong

```yaml
version: 1
contacts:
  key: id
  tags: { values: [vip] }
content:
  gift: { kind: focus }
campaigns:
  replace-me:
    enter: { tag: vip }
    steps:
      - send: gift
```

## Right

```yaml
version: 1
contacts:
  key: id
  tags: { values: [vip] }
content:
  gift: { kind: focus }
campaigns:
  thanks:
    enter: { tag: vip }
    steps:
      - send: gift
```
";
