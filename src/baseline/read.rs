//! A baseline file to what it says; every mistake is told at its place, and what is right is kept.

use super::{Baseline, Entry, FORMAT};
use crate::diagnostic::{Diagnostic, codes};
use crate::source::{FileId, Span};
use crate::yaml::{self, Node, Value};

/// Reads the text of a file.
pub fn read(file: FileId, text: &str) -> (Baseline, Vec<Diagnostic>) {
    let parsed = yaml::parse(file, text);
    let mut reader = Reader {
        entries: Vec::new(),
        found: parsed.diagnostics,
    };
    match parsed.root {
        Some(root) => reader.file(&root),
        None if reader.found.is_empty() => reader.version(Span::new(file, 0..0), "nothing"),
        None => {}
    }
    (
        Baseline {
            entries: reader.entries,
        },
        reader.found,
    )
}

struct Reader {
    entries: Vec<Entry>,
    found: Vec<Diagnostic>,
}

impl Reader {
    fn file(&mut self, root: &Node) {
        match root.entry("baseline") {
            Some(entry) if scalar(&entry.value).is_some_and(|text| text == FORMAT.to_string()) => {}
            Some(entry) => {
                return self.version(
                    entry.value.span,
                    scalar(&entry.value).unwrap_or("something else"),
                );
            }
            None => {
                return self.version(
                    Span {
                        end: root.span.start,
                        ..root.span
                    },
                    "none",
                );
            }
        }
        for entry in entries(root) {
            match entry.key.value.as_str() {
                "baseline" => {}
                "warnings" => self.warnings(&entry.value),
                other => self.wrong(
                    entry.key.span,
                    format!("`{other}` says nothing in a baseline"),
                    "not known here",
                ),
            }
        }
    }

    fn version(&mut self, span: Span, found: &str) {
        let message =
            format!("the version of the baseline is `{found}`, this funnelc reads `{FORMAT}`");
        self.wrong(span, message, "expected the version");
    }

    fn warnings(&mut self, node: &Node) {
        if !matches!(node.value, Value::Mapping(_)) {
            self.wrong(
                node.span,
                "the warnings stand by code, then by what they are about".to_owned(),
                "no such list",
            );
        }
        for check in entries(node) {
            let code = check.key.value.as_str();
            if codes::find(code).is_some_and(|code| !code.may_change()) {
                self.wrong(
                    check.key.span,
                    format!("`{code}` is an error, and no error is left out"),
                    "always an error",
                );
                continue;
            }
            for thing in entries(&check.value) {
                let count = scalar(&thing.value)
                    .and_then(|text| text.parse().ok())
                    .filter(|count| *count > 0);
                let Some(count) = count else {
                    let told = scalar(&thing.value).unwrap_or("something else");
                    self.wrong(
                        thing.value.span,
                        format!("`{told}` is no number of warnings"),
                        "expected a number",
                    );
                    continue;
                };
                let (code, thing, span) =
                    (code.to_owned(), thing.key.value.clone(), thing.key.span);
                self.entries.push(Entry {
                    code,
                    thing,
                    count,
                    span,
                });
            }
        }
    }

    fn wrong(&mut self, span: Span, message: String, label: &str) {
        let help = "`funnelc check --write-baseline` writes the file anew";
        self.found.push(
            Diagnostic::new(codes::BAD_BASELINE, span, message)
                .at(label)
                .help(help),
        );
    }
}

fn entries(node: &Node) -> &[yaml::Entry] {
    match &node.value {
        Value::Mapping(entries) => entries,
        Value::Scalar(_) | Value::Sequence(_) => &[],
    }
}

fn scalar(node: &Node) -> Option<&str> {
    match &node.value {
        Value::Scalar(scalar) => Some(&scalar.text),
        Value::Sequence(_) | Value::Mapping(_) => None,
    }
}
