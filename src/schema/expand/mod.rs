//! The tree as it is meant: the environment laid over it, variables replaced by their values,
//! blocks put in where they are used; done before the types are read, so that a value is read by
//! the type that its place expects.
//!
//! Every node keeps the place where it is written; [`Provenance`] knows the other end.

mod blocks;
mod environment;
mod provenance;
mod unfilled;
mod variables;

use super::campaign::{CALLED, EXPANDED, GOES_BY};
use super::de::repair::HOLE;
use crate::diagnostic::{Diagnostic, codes};
use crate::source::Span;
use crate::yaml::node::{Entry, Node, Value};

pub use provenance::Provenance;

use variables::Variables;

/// A tree without variables, environments and uses of blocks that are still to be filled in.
#[derive(Debug)]
pub struct Expanded {
    /// The tree.
    pub root: Node,
    /// Where values came from.
    pub origins: Provenance,
    /// What was found on the way.
    pub diagnostics: Vec<Diagnostic>,
}

/// Expands a project's tree for an environment; `whole` says that all of its text was read.
pub fn expand(mut root: Node, environment: Option<&str>, whole: bool) -> Expanded {
    let mut found = Vec::new();
    without_made(&mut root, &mut found);
    environment::apply(&mut root, environment, &mut found);
    let mut variables = Variables::of(&root, &mut found);
    let mut origins = Provenance::default();
    if let Some(environments) = root.get("environments") {
        variables.look_at(environments);
    }
    if let Value::Mapping(entries) = &mut root.value {
        entries.retain(|entry| !["variables", "environments"].contains(&entry.key.value.as_str()));
    }
    let definitions = blocks::take(&mut root, &mut found);
    variables.replace(&mut root, &mut origins);
    blocks::expand(
        &mut root,
        definitions,
        &mut variables,
        &mut origins,
        &mut found,
    );
    if let Value::Mapping(entries) = &mut root.value {
        let holds_steps = |entry: &&mut Entry| {
            ["campaigns", "points", "blocks"].contains(&entry.key.value.as_str())
        };
        entries
            .iter_mut()
            .filter(holds_steps)
            .for_each(|entry| unfilled::set_aside(&mut entry.value));
    }
    let unknown = variables.unknown();
    if whole && unknown.is_empty() {
        found.extend(variables.unused());
    }
    found.extend(unknown);
    found.extend(variables.too_much());
    Expanded {
        root,
        origins,
        diagnostics: found,
    }
}

/// Keys that stand only in trees that were mended or made here or of a plan.
const MADE: [&str; 4] = [HOLE, EXPANDED, CALLED, GOES_BY];

/// Takes such keys out where somebody has written them, and says so.
fn without_made(node: &mut Node, found: &mut Vec<Diagnostic>) {
    match &mut node.value {
        Value::Scalar(_) => {}
        Value::Sequence(items) => items.iter_mut().for_each(|item| without_made(item, found)),
        Value::Mapping(entries) => {
            let is_made = |entry: &Entry| MADE.contains(&entry.key.value.as_str());
            for Entry { key, .. } in entries
                .extract_if(.., |entry| is_made(entry))
                .collect::<Vec<_>>()
            {
                let message = format!("unknown key `{}`", key.value);
                found
                    .push(Diagnostic::new(codes::UNKNOWN_KEY, key.span, message).at("unknown key"));
            }
            entries
                .iter_mut()
                .for_each(|entry| without_made(&mut entry.value, found));
        }
    }
}

/// The entries of a mapping; anything else under such a key is a mistake.
fn entries<'a>(root: &'a Node, key: &str, found: &mut Vec<Diagnostic>) -> &'a [Entry] {
    match root.entry(key).map(|entry| &entry.value) {
        None => &[],
        Some(Node {
            value: Value::Mapping(entries),
            ..
        }) => entries,
        Some(node) => {
            found.push(no_mapping(key, node.span));
            &[]
        }
    }
}

fn no_mapping(key: &str, span: Span) -> Diagnostic {
    Diagnostic::new(
        codes::WRONG_TYPE,
        span,
        format!("`{key}` is a mapping of names to what they stand for"),
    )
    .at("expected a mapping")
    .help(format!(
        "write the names below `{key}:`, each with a colon after it"
    ))
}
