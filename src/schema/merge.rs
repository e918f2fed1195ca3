//! The trees of several files to one: definitions merge by id, and what is given twice is an error that points at both places.
//!
//! The result never depends on the order of the files, but for which of two places is called the first.

use std::collections::HashMap;

use crate::diagnostic::Diagnostic;
use crate::source::{Span, Spanned};
use crate::yaml::node::{Entry, Node, Value};
use crate::yaml::tree::duplicate;

/// Merges the trees of a project's files, given in the order of their paths.
pub fn merge(files: Vec<Node>) -> (Node, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let mut files = files.into_iter();
    let Some(first) = files.next() else {
        return (Node { span: Span::NOWHERE, value: Value::Mapping(Vec::new()) }, diagnostics);
    };
    let merged = files.fold(first, |merged, file| join_files(merged, file, &mut diagnostics));
    (merged, diagnostics)
}

/// What merges within a mapping: its keys, and for each what merges within its value in turn.
struct Merging {
    keys: &'static [(&'static str, Option<&'static Merging>)],
    /// Given alike in several places it counts as given once.
    repeatable: &'static [&'static str],
}

const CONTACTS: Merging = Merging {
    keys: &[("fields", None), ("addresses", None), ("consent", None), ("do-not-contact", None)],
    repeatable: &[],
};

const COMPANIES: Merging = Merging { keys: &[("fields", None)], repeatable: &[] };

const POINTS: Merging = Merging { keys: &[("rules", None), ("triggers", None)], repeatable: &[] };

const PROJECT: Merging = Merging {
    keys: &[
        ("contacts", Some(&CONTACTS)),
        ("companies", Some(&COMPANIES)),
        ("points", Some(&POINTS)),
        ("content", None),
        ("events", None),
        ("destinations", None),
        ("limits", None),
        ("segments", None),
        ("funnels", None),
        ("campaigns", None),
        ("variables", None),
        ("environments", None),
        ("blocks", None),
        ("checks", None),
        ("tests", None),
    ],
    repeatable: &["version"],
};

/// A file that is no mapping stays as it is when it is alone, so that its shape is reported; beside others it holds nothing.
fn join_files(merged: Node, file: Node, diagnostics: &mut Vec<Diagnostic>) -> Node {
    match (merged.value, file.value) {
        (Value::Mapping(entries), Value::Mapping(more)) => {
            let value = Value::Mapping(join(entries, more, &PROJECT, diagnostics));
            Node { span: merged.span, value }
        }
        (value @ (Value::Scalar(_) | Value::Sequence(_)), _) => Node { span: merged.span, value },
        (Value::Mapping(_), value) => Node { span: file.span, value },
    }
}

fn join(mut entries: Vec<Entry>, more: Vec<Entry>, merging: &Merging, diagnostics: &mut Vec<Diagnostic>) -> Vec<Entry> {
    let places: HashMap<String, usize> = entries.iter().map(|entry| entry.key.value.clone()).zip(0..).collect();
    for entry in more {
        let Some(known) = places.get(&entry.key.value).map(|at| &mut entries[*at]) else {
            entries.push(entry);
            continue;
        };
        let repeatable = merging.repeatable.contains(&entry.key.value.as_str());
        if repeatable && same_text(&known.value, &entry.value) {
            continue;
        }
        match merging.keys.iter().find(|(key, _)| *key == entry.key.value) {
            Some((_, inner)) => join_values(&mut known.value, &known.key, entry, *inner, diagnostics),
            None => diagnostics.push(duplicate(&entry.key.value, known.key.span, entry.key.span)),
        }
    }
    entries
}

fn join_values(
    known: &mut Node,
    key: &Spanned<String>,
    entry: Entry,
    inner: Option<&Merging>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    const BY_ID: Merging = Merging { keys: &[], repeatable: &[] };
    match (&mut known.value, entry.value.value) {
        (Value::Mapping(entries), Value::Mapping(more)) => {
            *entries = join(std::mem::take(entries), more, inner.unwrap_or(&BY_ID), diagnostics);
        }
        (Value::Mapping(_) | Value::Sequence(_) | Value::Scalar(_), _) => {
            diagnostics.push(duplicate(&key.value, key.span, entry.key.span));
        }
    }
}

fn same_text(a: &Node, b: &Node) -> bool {
    match (&a.value, &b.value) {
        (Value::Scalar(a), Value::Scalar(b)) => a.text == b.text,
        _ => false,
    }
}
