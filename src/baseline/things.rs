//! What a place of a project is about: the definition around it, by ids, so that it is called the
//! same wherever its lines move.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::rc::Rc;

use crate::source::{Sources, Span};
use crate::yaml::{Node, Value};

/// The things of a project.
pub(super) struct Things<'a> {
    sources: &'a Sources,
    /// Whatever stands in the tree, what is outside before what is inside it.
    all: Vec<Thing>,
}

struct Thing {
    span: Span,
    name: Rc<str>,
    /// The innermost one around it.
    around: Option<usize>,
}

impl<'a> Things<'a> {
    /// Those of a tree into which the files were merged.
    pub(super) fn new(tree: &Node, sources: &'a Sources) -> Self {
        let mut found = Found::default();
        found.node(tree, &mut Vec::new(), &"project".into());
        let mut all: Vec<Thing> = Vec::with_capacity(found.0.len());
        let mut last = None;
        for (span, name) in found.0.into_values() {
            while let Some(at) = last.filter(|at: &usize| !covers(all[*at].span, span)) {
                last = all[at].around;
            }
            all.push(Thing {
                span,
                name,
                around: last,
            });
            last = Some(all.len() - 1);
        }
        Self { sources, all }
    }

    /// What stands at a place: `campaigns/win-back`, `funnels/shop/stages/lead`,
    /// `contacts/tags/values/vip`, the path of another file, or the `project`.
    pub(super) fn of(&self, span: Span) -> String {
        if let Some(file) = self.sources.file(span.file).filter(|file| file.attached) {
            return file.path.clone();
        }
        let before = self.all.partition_point(|thing| {
            (thing.span.file, thing.span.start) <= (span.file, span.start)
        });
        let mut at = before.checked_sub(1);
        while let Some(thing) = at.map(|at| &self.all[at]) {
            if covers(thing.span, span) {
                return thing.name.to_string();
            }
            at = thing.around;
        }
        "project".to_owned()
    }
}

/// The places of a tree with what they are about, by where they begin, and the longer before the
/// shorter.
#[derive(Default)]
struct Found(BTreeMap<Place, (Span, Rc<str>)>);

type Place = (u32, u32, Reverse<u32>);

impl Found {
    /// What stands inside a node of this name, which has these parts.
    fn node<'t>(&mut self, node: &'t Node, path: &mut Vec<&'t str>, name: &Rc<str>) {
        match &node.value {
            Value::Mapping(entries) => {
                for entry in entries {
                    let key = entry.key.value.as_str();
                    let part = names(path, key).then_some(key);
                    let inside = self.add(entry.key.span, path, part, name);
                    self.add(entry.value.span, path, part, name);
                    self.inside(&entry.value, path, part, &inside);
                }
            }
            Value::Sequence(items) => {
                // A list that is given in several files has the place of one of them.
                for item in items.iter().filter(|item| covers(node.span, item.span)) {
                    let part = name_of(item, path);
                    let inside = self.add(item.span, path, part, name);
                    self.inside(item, path, part, &inside);
                }
            }
            Value::Scalar(_) => {}
        }
    }

    fn inside<'t>(
        &mut self,
        node: &'t Node,
        path: &mut Vec<&'t str>,
        part: Option<&'t str>,
        name: &Rc<str>,
    ) {
        path.extend(part);
        self.node(node, path, name);
        path.truncate(path.len() - usize::from(part.is_some()));
    }

    /// Adds a place; of copies of one the first counts.
    fn add(&mut self, span: Span, path: &[&str], part: Option<&str>, around: &Rc<str>) -> Rc<str> {
        let name = match part {
            Some(part) => path
                .iter()
                .copied()
                .chain([part])
                .collect::<Vec<_>>()
                .join("/")
                .into(),
            None => around.clone(),
        };
        let place = (span.file.0, span.start, Reverse(span.end));
        let (_, first) = self
            .0
            .entry(place)
            .or_insert_with(|| (span, Rc::clone(&name)));
        if name.starts_with(&**first) {
            *first = Rc::clone(&name);
        }
        name
    }
}

/// The part of the name that an item of a list adds.
fn name_of<'t>(item: &'t Node, path: &[&str]) -> Option<&'t str> {
    match &item.value {
        // A tag or a group is a thing of its own.
        Value::Scalar(scalar) if matches!(path, ["contacts" | "points", ..]) => {
            Some(scalar.text.as_str())
        }
        Value::Mapping(_) => item.get("id").and_then(|id| match &id.value {
            Value::Scalar(scalar) => Some(scalar.text.as_str()),
            Value::Sequence(_) | Value::Mapping(_) => None,
        }),
        Value::Scalar(_) | Value::Sequence(_) => None,
    }
}

/// Whether a key is part of the name: the section and the id, and where definitions lie in
/// definitions theirs.
fn names(path: &[&str], key: &str) -> bool {
    match path {
        [] | [_] => true,
        ["contacts" | "companies" | "points" | "environments", _] => true,
        ["funnels", _] => key == "stages",
        ["funnels", _, "stages"] => true,
        _ => false,
    }
}

fn covers(outer: Span, inner: Span) -> bool {
    outer.file == inner.file && outer.start <= inner.start && inner.end <= outer.end
}
