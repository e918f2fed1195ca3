//! The trees of several files to one: definitions merge by id, and what is given twice is an error
//! that points at both places.
//!
//! The result never depends on the order of the files, but for which of two places is called the
//! first.

use std::collections::HashMap;

use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::yaml::node::{Entry, Node, Value};
use crate::yaml::tree::duplicate;

/// Merges the trees of a project's files, given in the order of their paths.
pub fn merge(files: Vec<Node>) -> (Node, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let (mut span, mut mappings) = (None, Vec::with_capacity(files.len()));
    for file in files {
        match file.value {
            Value::Mapping(entries) => {
                span.get_or_insert(file.span);
                mappings.push(entries);
            }
            // A file that is no mapping stays as it is, so that its shape is reported.
            value @ (Value::Scalar(_) | Value::Sequence(_)) => {
                join(mappings, &PROJECT, &mut diagnostics);
                return (
                    Node {
                        span: file.span,
                        value,
                    },
                    diagnostics,
                );
            }
        }
    }
    let value = Value::Mapping(join(mappings, &PROJECT, &mut diagnostics));
    (
        Node {
            span: span.unwrap_or(Span::NOWHERE),
            value,
        },
        diagnostics,
    )
}

/// What merges within a mapping: its keys, and for each what merges within its value in turn.
struct Merging {
    keys: &'static [(&'static str, Option<&'static Merging>)],
    /// Given alike in several places it counts as given once.
    repeatable: &'static [&'static str],
}

const CONTACTS: Merging = Merging {
    keys: &[
        ("fields", None),
        ("addresses", None),
        ("consent", None),
        ("do-not-contact", None),
    ],
    repeatable: &[],
};

const COMPANIES: Merging = Merging {
    keys: &[("fields", None)],
    repeatable: &[],
};

const POINTS: Merging = Merging {
    keys: &[("rules", None), ("triggers", None)],
    repeatable: &[],
};

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

/// An entry, and what other files add to its mapping.
struct Joined {
    entry: Entry,
    more: Vec<Vec<Entry>>,
}

/// The entries of all mappings; each key is looked up once, however many files there are.
fn join(
    mappings: Vec<Vec<Entry>>,
    merging: &Merging,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Entry> {
    const BY_ID: Merging = Merging {
        keys: &[],
        repeatable: &[],
    };
    let mut joined: Vec<Joined> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for entry in mappings.into_iter().flatten() {
        match places.get(&entry.key.value) {
            Some(at) => add(&mut joined[*at], entry, merging, diagnostics),
            None => {
                places.insert(entry.key.value.clone(), joined.len());
                joined.push(Joined {
                    entry,
                    more: Vec::new(),
                });
            }
        }
    }
    let whole = |Joined { mut entry, more }: Joined| {
        let inner = merging
            .keys
            .iter()
            .find(|(key, _)| *key == entry.key.value)
            .and_then(|(_, inner)| *inner);
        if let (Value::Mapping(entries), false) = (&mut entry.value.value, more.is_empty()) {
            let all = std::iter::once(std::mem::take(entries))
                .chain(more)
                .collect();
            *entries = join(all, inner.unwrap_or(&BY_ID), diagnostics);
        }
        entry
    };
    joined.into_iter().map(whole).collect()
}

/// Takes in what another file says under a key.
fn add(known: &mut Joined, entry: Entry, merging: &Merging, diagnostics: &mut Vec<Diagnostic>) {
    let key = &entry.key.value;
    let is_same =
        merging.repeatable.contains(&key.as_str()) && same_text(&known.entry.value, &entry.value);
    let merges = merging.keys.iter().any(|(merging, _)| merging == key);
    match (&known.entry.value.value, entry.value.value) {
        (_, _) if is_same => {}
        (Value::Mapping(_), Value::Mapping(more)) if merges => known.more.push(more),
        (Value::Mapping(_) | Value::Sequence(_) | Value::Scalar(_), _) => {
            diagnostics.push(duplicate(
                &known.entry.key.value,
                known.entry.key.span,
                entry.key.span,
            ));
        }
    }
}

fn same_text(a: &Node, b: &Node) -> bool {
    match (&a.value, &b.value) {
        (Value::Scalar(a), Value::Scalar(b)) => a.text == b.text,
        _ => false,
    }
}
