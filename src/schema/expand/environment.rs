//! An environment laid over the project: mappings merge deep, anything else replaces; what it names
//! must be there.

use std::collections::HashMap;

use super::entries;
use crate::diagnostic::{Diagnostic, Guesses, codes, did_you_mean};
use crate::schema::{bad_id, is_id};
use crate::source::{FileId, Span};
use crate::yaml::node::{Entry, Node, Value};

/// Where the keys are names of definitions; `*` stands for any name.
const DEFINED: &[&[&str]] = &[
    &["variables", "*"],
    &["content", "*"],
    &["segments", "*"],
    &["funnels", "*"],
    &["funnels", "*", "stages", "*"],
    &["campaigns", "*"],
    &["blocks", "*"],
    &["events", "*"],
    &["destinations", "*"],
    &["contacts", "fields", "*"],
    &["companies", "fields", "*"],
    &["points", "rules", "*"],
    &["points", "triggers", "*"],
];

/// So many environments a project may have: each costs as much as the project.
const MOST: usize = 32;

/// What is the same everywhere.
const FIXED: &[&str] = &["version", "include", "environments"];

/// Lays the environment of this name over the tree. What all environments name is looked for, also
/// where none is asked for.
pub(super) fn apply(root: &mut Node, name: Option<&str>, found: &mut Vec<Diagnostic>) {
    let environments = entries(root, "environments", found).to_vec();
    if let Some(first) = environments.get(MOST) {
        let message = format!(
            "there are {} environments, and a project has {MOST} at most",
            environments.len()
        );
        found.push(
            Diagnostic::new(codes::YAML_LIMIT, first.key.span, message)
                .at("one too many")
                .help("each is checked and compared like a project of its own; keep apart what differs much"),
        );
    }
    let mut known = Known::default();
    for environment in &environments {
        // It stands in what is said of a change, so it says nothing but what it is.
        if !is_id(&environment.key.value) {
            found.push(bad_id(&environment.key.value, environment.key.span));
        }
        match &environment.value.value {
            Value::Mapping(_) => look(
                &environment.value,
                root,
                &mut Vec::new(),
                (found, &mut known),
            ),
            Value::Scalar(_) | Value::Sequence(_) => {
                found.push(super::no_mapping(
                    &environment.key.value,
                    environment.value.span,
                ));
            }
        }
    }
    let Some(name) = name else { return };
    match environments
        .iter()
        .find(|environment| environment.key.value == name)
    {
        Some(environment) => lay(root, &environment.value),
        None => found.push(unknown(root, name, &environments)),
    }
}

fn unknown(root: &Node, name: &str, known: &[Entry]) -> Diagnostic {
    let start = if root.span == Span::NOWHERE {
        Span::new(FileId(0), 0..0)
    } else {
        Span {
            end: root.span.start,
            ..root.span
        }
    };
    let place = root
        .entry("environments")
        .map_or(start, |entry| entry.key.span);
    let names = known.iter().map(|entry| entry.key.value.as_str());
    let meant = did_you_mean(name, names.clone()).map(|meant| format!("did you mean `{meant}`?"));
    let help = meant.unwrap_or_else(|| match known {
        [] => "the project has no `environments`; leave `--env` out".to_owned(),
        _ => format!(
            "the project has {}",
            names
                .map(|name| format!("`{name}`"))
                .collect::<Vec<_>>()
                .join(", ")
        ),
    });
    Diagnostic::new(
        codes::UNKNOWN_OVERRIDE,
        place,
        format!("there is no environment `{name}`"),
    )
    .at("not one of these")
    .help(help)
}

fn lay(base: &mut Node, over: &Node) {
    match (&mut base.value, &over.value) {
        (Value::Mapping(entries), Value::Mapping(more)) => {
            let by_key = more.iter().map(|entry| (entry.key.value.as_str(), entry));
            let mut left: HashMap<&str, &Entry> = by_key.collect();
            for known in entries.iter_mut() {
                if let Some(entry) = left.remove(known.key.value.as_str()) {
                    lay(&mut known.value, &entry.value);
                }
            }
            let others = more
                .iter()
                .filter(|entry| left.contains_key(entry.key.value.as_str()));
            entries.extend(others.cloned());
        }
        (Value::Mapping(_) | Value::Scalar(_) | Value::Sequence(_), _) => *base = over.clone(),
    }
}

/// What environments look for in the project; each mapping is put in order once for all of them.
#[derive(Default)]
struct Known<'a> {
    mappings: HashMap<*const Node, HashMap<&'a str, &'a Node>>,
    guesses: Guesses,
}

impl<'a> Known<'a> {
    fn get(&mut self, mapping: &'a Node, key: &str) -> Option<&'a Node> {
        let in_order = || {
            let entries: &[Entry] = match &mapping.value {
                Value::Mapping(entries) => entries,
                Value::Scalar(_) | Value::Sequence(_) => &[],
            };
            entries
                .iter()
                .map(|entry| (entry.key.value.as_str(), &entry.value))
                .collect()
        };
        let entries = self.mappings.entry(mapping).or_insert_with(in_order);
        entries.get(key).copied()
    }
}

fn look<'a>(
    over: &'a Node,
    base: &'a Node,
    path: &mut Vec<&'a str>,
    (found, known): (&mut Vec<Diagnostic>, &mut Known<'a>),
) {
    let Value::Mapping(overrides) = &over.value else {
        return;
    };
    for entry in overrides {
        let key = entry.key.value.as_str();
        path.push(key);
        match known.get(base, key) {
            _ if path.len() == 1 && FIXED.contains(&key) => {
                let message = format!("`{key}` is the same in all environments");
                found.push(
                    Diagnostic::new(codes::UNKNOWN_OVERRIDE, entry.key.span, message)
                        .at("cannot differ")
                        .help("write it once, at the top of the project"),
                );
            }
            None if is_defined_by_name(path) || path.len() == 1 && !is_top_level(key) => {
                found.push(missing(entry, base, &known.guesses));
            }
            None => look(&entry.value, &NOTHING, path, (found, known)),
            Some(base) => look(&entry.value, base, path, (found, known)),
        }
        path.pop();
    }
}

/// A mapping without entries.
static NOTHING: Node = Node {
    span: Span::NOWHERE,
    value: Value::Mapping(Vec::new()),
};

/// Whether the last part of a path is the name of a definition.
fn is_defined_by_name(path: &[&str]) -> bool {
    let fits = |pattern: &&[&str]| {
        pattern.len() == path.len()
            && pattern
                .iter()
                .zip(path)
                .all(|(known, part)| *known == "*" || known == part)
    };
    DEFINED.iter().any(fits)
}

fn is_top_level(key: &str) -> bool {
    let properties = crate::schema::lookup::schema().get("properties");
    properties
        .and_then(|properties| properties.get(key))
        .is_some()
}

fn missing(entry: &Entry, base: &Node, guesses: &Guesses) -> Diagnostic {
    let known: &[Entry] = match &base.value {
        Value::Mapping(entries) => entries,
        Value::Scalar(_) | Value::Sequence(_) => &[],
    };
    let meant = guesses.did_you_mean(
        &entry.key.value,
        known.iter().map(|known| known.key.value.as_str()),
    );
    let meant = meant.map(|meant| format!("did you mean `{meant}`?"));
    let help = meant.unwrap_or_else(|| {
        "an environment changes what the project has; define it there first".to_owned()
    });
    Diagnostic::new(
        codes::UNKNOWN_OVERRIDE,
        entry.key.span,
        format!("there is no `{}` to change", entry.key.value),
    )
    .at("nothing of that name")
    .help(help)
}
