//! What a place of a project is about: the definition around it, by ids, so that it is called the same wherever its lines move.

use crate::source::{Sources, Span};
use crate::yaml::{Entry, Node, Value};

/// How deep a definition that is given in parts may lie: the section, the id, a section in it, its id.
const PARTS: usize = 4;

/// The things of a project.
pub(super) struct Things<'a> {
    tree: &'a Node,
    sources: &'a Sources,
}

impl<'a> Things<'a> {
    /// Those of a tree into which the files were merged.
    pub(super) fn new(tree: &'a Node, sources: &'a Sources) -> Self {
        Self { tree, sources }
    }

    /// What stands at a place: `campaigns/win-back`, `funnels/shop/stages/lead`, `contacts/tags/values/vip`, the path of
    /// another file, or the `project`.
    pub(super) fn of(&self, span: Span) -> String {
        if let Some(file) = self.sources.file(span.file).filter(|file| file.attached) {
            return file.path.clone();
        }
        let mut path: Vec<&str> = Vec::new();
        let mut node = self.tree;
        while let Some((name, inside)) = step(node, span, &path) {
            path.extend(name);
            node = inside;
        }
        if path.is_empty() { "project".to_owned() } else { path.join("/") }
    }
}

/// The part of a node that holds a place, and what it adds to the name.
fn step<'a>(node: &'a Node, span: Span, path: &[&str]) -> Option<(Option<&'a str>, &'a Node)> {
    match &node.value {
        Value::Mapping(entries) => {
            let entry = entries.iter().find(|entry| holds(entry, span, PARTS))?;
            let key = entry.key.value.as_str();
            Some((names(path, key).then_some(key), &entry.value))
        }
        Value::Sequence(items) => {
            let item = items.iter().find(|item| covers(item.span, span))?;
            let name = match &item.value {
                // A tag or a group is a thing of its own.
                Value::Scalar(scalar) if matches!(path, ["contacts" | "points", ..]) => Some(scalar.text.as_str()),
                Value::Mapping(_) => item.get("id").and_then(|id| match &id.value {
                    Value::Scalar(scalar) => Some(scalar.text.as_str()),
                    Value::Sequence(_) | Value::Mapping(_) => None,
                }),
                Value::Scalar(_) | Value::Sequence(_) => None,
            };
            Some((name, item))
        }
        Value::Scalar(_) => None,
    }
}

/// Whether a key is part of the name: the section and the id, and where definitions lie in definitions theirs.
fn names(path: &[&str], key: &str) -> bool {
    match path {
        [] | [_] => true,
        ["contacts" | "companies" | "points" | "environments", _] => true,
        ["funnels", _] => key == "stages",
        ["funnels", _, "stages"] => true,
        _ => false,
    }
}

fn holds(entry: &Entry, span: Span, depth: usize) -> bool {
    if covers(entry.key.span, span) || covers(entry.value.span, span) {
        return true;
    }
    // What is given in several files has the place of one of them.
    match &entry.value.value {
        Value::Mapping(entries) if depth > 1 => entries.iter().any(|entry| holds(entry, span, depth - 1)),
        Value::Mapping(_) | Value::Scalar(_) | Value::Sequence(_) => false,
    }
}

fn covers(outer: Span, inner: Span) -> bool {
    outer.file == inner.file && outer.start <= inner.start && inner.end <= outer.end
}
