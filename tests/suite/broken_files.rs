//! A mistake in a file is one finding of the whole compilation: what it hides raises no others.

use funnelc::compile;
use funnelc::source::Sources;

use crate::findings;

const PROJECT: &str = include_str!("../../examples/webshop/funnelc.yaml");

fn errors(text: &str) -> Vec<String> {
    let mut sources = Sources::default();
    sources.add("funnelc.yaml", text);
    let compiled = compile(sources);
    compiled
        .diagnostics
        .iter()
        .map(|finding| findings::show(&compiled.sources, vec![finding.clone()]))
        .collect()
}

#[test]
fn a_mistake_of_syntax_on_any_line_is_the_only_finding() {
    let mut wrong = String::new();
    for mistake in ["@", "- [", "{", "\"", "\t- x", "a b: c: d", "}"] {
        for (line, _) in PROJECT.lines().enumerate() {
            let mut lines: Vec<&str> = PROJECT.lines().collect();
            let indent = lines[line].len() - lines[line].trim_start().len();
            let added = format!("{}{mistake}", " ".repeat(indent));
            lines.insert(line, &added);
            let found = errors(&(lines.join("\n") + "\n"));
            if found.len() != 1 {
                wrong += &format!("`{mistake}` before line {}:\n{}", line + 1, found.concat());
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn a_value_of_another_kind_on_any_line_is_the_only_finding() {
    let mut wrong = String::new();
    for value in ["~", "[[x]]", "$name"] {
        for (line, _) in PROJECT.lines().enumerate() {
            let mut lines: Vec<String> = PROJECT.lines().map(str::to_owned).collect();
            let Some((key, old)) = lines[line].split_once(": ") else {
                continue;
            };
            if key.contains(['#', '{']) || old.starts_with('#') || key.trim() == "description" {
                continue;
            }
            lines[line] = format!("{key}: {value}");
            let found = errors(&(lines.join("\n") + "\n"));
            if found.len() != 1 {
                wrong += &format!("{}:\n{}", lines[line], found.concat());
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// As deep as the parser lets pass, on the stack of a test's thread; every part of the compiler
/// walks down there.
#[test]
fn conditions_may_be_as_deep_as_lists_and_mappings() {
    for (open, close) in [
        ("{ not: ", " }"),
        ("{ all: [", "] }"),
        ("{ any: [{ tag: x }, ", "] }"),
    ] {
        let levels = if close.contains(']') { 29 } else { 59 };
        let condition = format!(
            "{}{{ tag: x }}{}",
            open.repeat(levels),
            close.repeat(levels)
        );
        let text = format!(
            "version: 1\ncontacts: {{ key: id, tags: {{ values: open }} }}\nsegments: \
                {{ a: {{ where: {condition} }} }}\nfunnels: {{ f: {{ audience: a, stages: {{ s: {{ weight: 1, final: true }} }} }} }}\n"
        );
        assert_eq!(errors(&text), Vec::<String>::new(), "{open}");
    }
}
