//! YAML and whole projects: whatever is written, findings lie in it; and what compiles is a plan
//! that can be read, drawn and compared.
//!
//! An input may hold several files: a line `#= a.yaml` begins another file of the project, `#+
//! a.csv` one that it names.

use std::fmt::Write as _;

use funnelc::diagnostic::Diagnostic;
use funnelc::diagram::Filter;
use funnelc::diff::Diff;
use funnelc::graph::Journey;
use funnelc::plan::Plan;
use funnelc::report::json::Findings;
use funnelc::report::text::Style;
use funnelc::source::{Sources, Span};
use funnelc::yaml::{self, Node, Value};
use funnelc::{Compiled, compile};

use super::rounds::{Target, fuzz};
use super::{corpus, files, mutate};

const PROJECTS: [&str; 9] = [
    "tests/fixtures/every-key.yaml",
    "tests/fixtures/awkward.yaml",
    "tests/fixtures/several-mistakes.yaml",
    "examples/b2b-leads/funnelc.yaml",
    "examples/leaving-a-segment/funnelc.yaml",
    "examples/lifecycle/funnelc.yaml",
    "examples/webinar/funnelc.yaml",
    "examples/webshop/funnelc.yaml",
    "examples/welcome/funnelc.yaml",
];

#[test]
fn yaml() {
    let corpus = [
        corpus("yaml"),
        files(&PROJECTS),
        files(&["tests/fixtures/yaml-mistakes.txt"]),
    ]
    .concat();
    fuzz(
        &Target {
            name: "yaml",
            corpus,
            mutate: mutate::text,
            run: &parsed,
        },
        1000,
    );
}

#[test]
fn project() {
    let whole = files(&PROJECTS);
    let small = pieces("tests/fixtures/sound.yaml")
        .into_iter()
        .chain(pieces("tests/fixtures/beginners.yaml"));
    let corpus = corpus("project")
        .into_iter()
        .chain(small)
        .chain(whole)
        .collect();
    fuzz(
        &Target {
            name: "project",
            corpus,
            mutate: mutate::text,
            run: &project_of,
        },
        40,
    );
}

/// The projects of a fixture that holds several.
pub(super) fn pieces(file: &str) -> Vec<Vec<u8>> {
    let text = String::from_utf8(files(&[file]).remove(0)).unwrap();
    text.split("=====\n")
        .map(|piece| piece.as_bytes().to_vec())
        .collect()
}

fn parsed(input: &[u8]) -> String {
    let mut sources = Sources::default();
    let text = String::from_utf8_lossy(input);
    let file = sources.add("a.yaml", &*text);
    let parsed = yaml::parse(file, &text);
    findings_lie_in(&parsed.diagnostics, &sources);
    parsed
        .unread
        .into_iter()
        .for_each(|span| lies_in(span, &sources));
    let mut count = 0;
    if let Some(root) = &parsed.root {
        nodes_lie_in(root, &sources, &mut count);
    }
    assert!(
        parsed.root.is_some() || !parsed.diagnostics.is_empty() || is_empty(&text),
        "silent on {text:?}"
    );
    format!(
        "{} {} {}",
        codes(&parsed.diagnostics),
        parsed.unread.is_some(),
        count.checked_ilog2().unwrap_or(0)
    )
}

/// Whether nothing stands in a file but comments, directives, marks of documents and names for what
/// is not there.
fn is_empty(text: &str) -> bool {
    // The name of an anchor ends at a space or a tab, and at no other sign.
    let names_nothing = |line: &str| {
        let behind = line
            .split_once([' ', '\t'])
            .map_or("", |(_, behind)| behind);
        let behind = behind.trim_start_matches([' ', '\t']);
        line.starts_with('&') && (behind.is_empty() || behind.starts_with('#'))
    };
    let is_mark = |line: &str| line.starts_with(['#', '%']) || ["---", "..."].contains(&line);
    let says_nothing = |line: &str| line.is_empty() || is_mark(line) || names_nothing(line);
    let text = text.trim_start_matches('\u{feff}');
    text.lines().all(|line| says_nothing(line.trim()))
        || serde_yaml::from_str::<serde_yaml::Value>(text).is_ok_and(|value| value.is_null())
}

fn nodes_lie_in(node: &Node, sources: &Sources, count: &mut u32) {
    *count += 1;
    lies_in(node.span, sources);
    match &node.value {
        Value::Scalar(_) => {}
        Value::Sequence(items) => items
            .iter()
            .for_each(|item| nodes_lie_in(item, sources, count)),
        Value::Mapping(entries) => {
            for entry in entries {
                lies_in(entry.key.span, sources);
                nodes_lie_in(&entry.value, sources, count);
            }
        }
    }
}

fn lies_in(span: Span, sources: &Sources) {
    let file = sources
        .file(span.file)
        .unwrap_or_else(|| panic!("{span:?} is in no file"));
    assert!(
        file.text.get(span.range()).is_some(),
        "{span:?} lies not in its file"
    );
}

fn findings_lie_in(findings: &[Diagnostic], sources: &Sources) {
    for finding in findings {
        let nowhere = |span: &Span| *span == Span::NOWHERE;
        let labels = finding.labels.iter().map(|label| label.span);
        labels
            .chain([finding.primary.span])
            .filter(|span| !nowhere(span))
            .for_each(|span| lies_in(span, sources));
    }
}

fn codes(findings: &[Diagnostic]) -> String {
    let mut codes: Vec<&str> = findings.iter().map(|finding| finding.code.name()).collect();
    codes.sort_unstable();
    codes.dedup();
    codes.join(" ")
}

/// The files of an input.
pub(super) fn sources_of(input: &[u8]) -> Sources {
    let text = String::from_utf8_lossy(input);
    let mut files = vec![(String::from("funnelc.yaml"), String::new(), false)];
    for line in text.split_inclusive('\n') {
        let begins = |mark| {
            line.strip_prefix(mark)
                .map(|name: &str| name.trim().to_owned())
        };
        match (begins("#= "), begins("#+ ")) {
            (Some(name), _) => files.push((name, String::new(), false)),
            (_, Some(name)) => files.push((name, String::new(), true)),
            _ => files.last_mut().unwrap().1.push_str(line),
        }
    }
    let mut sources = Sources::default();
    for (name, text, named) in files {
        if named {
            sources.attach(name, text)
        } else {
            sources.add(name, text)
        };
    }
    sources
}

fn project_of(input: &[u8]) -> String {
    let compiled = compile(sources_of(input));
    findings_lie_in(&compiled.diagnostics, &compiled.sources);
    compiled
        .unread
        .iter()
        .for_each(|span| lies_in(*span, &compiled.sources));
    let mut answer = codes(&compiled.diagnostics);
    if input.len().is_multiple_of(8) {
        reported(&compiled);
    }
    if let Some(plan) = &compiled.plan {
        readable(plan);
        drawn(plan);
        write!(answer, " plan {}", plan.model().campaigns.len().min(3)).unwrap();
    }
    answer
}

/// In every form that a finding has.
fn reported(compiled: &Compiled) {
    let Compiled {
        diagnostics,
        sources,
        ..
    } = compiled;
    let text = funnelc::report::text::findings(
        diagnostics,
        sources,
        Style {
            width: 100,
            color: false,
        },
    );
    assert_eq!(text.is_empty(), diagnostics.is_empty());
    let found = Findings::new(diagnostics.iter().map(|finding| (finding, sources)));
    serde_json::from_str::<serde_json::Value>(&found.to_json()).unwrap();
    serde_json::from_str::<serde_json::Value>(&funnelc::report::sarif::log(&found)).unwrap();
    funnelc::report::github::commands(&found);
    let journey = Journey::of(&compiled.model).marked(diagnostics);
    funnelc::diagram::text(&journey, &Filter::everything());
}

/// A plan reads back to the same bytes.
pub(super) fn readable(plan: &Plan) {
    let written = plan.to_json();
    let read =
        Plan::from_json(&written).unwrap_or_else(|error| panic!("its plan is refused: {error}"));
    assert_eq!(read.to_json(), written);
    assert!(
        Diff::between(plan, &read).is_empty(),
        "a plan differs from itself"
    );
}

pub(super) fn drawn(plan: &Plan) {
    let (journey, everything) = (Journey::of(plan.model()), Filter::everything());
    funnelc::diagram::mermaid(&journey, &everything);
    funnelc::diagram::dot(&journey, &everything);
    funnelc::diagram::text(&journey, &everything);
    funnelc::report::words::plan(plan);
}
