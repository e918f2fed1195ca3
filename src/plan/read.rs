//! The plan's file form back to a model, by the door that projects come through: what a plan says
//! is said as a project, and read as one.
//!
//! Nothing is judged here. Whatever is wrong with a plan is found where it is found in a project,
//! and told in the same words.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::{said, wire};
use crate::check::{self, Checked};
use crate::diagnostic::{Diagnostic, Severity, in_order};
use crate::model::Model;
use crate::model::template::Part;
use crate::resolve;
use crate::schema;
use crate::source::{FileId, Sources, Span, Spanned};
use crate::yaml::node::{Entry, Node, Scalar, Value};

/// The model of a plan; or what is wrong with it, each in a line with its way in the project that
/// the plan says.
pub(super) fn checked(plan: &wire::Plan) -> Result<Checked, Vec<String>> {
    let said = said::project(plan);
    let mut tree = Tree { places: None };
    let (model, found) = read(plan, &tree.node(&said, &mut String::new()));
    let is_error = |finding: &Diagnostic| finding.severity == Severity::Error;
    if !found.iter().any(is_error)
        && let (Ok(checked), _) = check::run(model, &found)
    {
        return match unnamed_tag(plan, checked.model()) {
            None => Ok(checked),
            Some(told) => Err(vec![told]),
        };
    }
    // Once more with places, which a model of a plan has not.
    tree.places = Some(Vec::new());
    let (model, mut found) = read(plan, &tree.node(&said, &mut String::new()));
    found.extend(check::run(model, &found).1);
    let mut told: Vec<_> = in_order(found)
        .iter()
        .filter_map(|finding| tree.told(finding))
        .collect();
    let more = told.split_off(told.len().min(MOST_TOLD)).len();
    told.extend((more > 0).then(|| format!("and {more} more")));
    Err(told)
}

/// Somebody who mends a plan by hand looks at it again after some.
const MOST_TOLD: usize = 20;

fn read(plan: &wire::Plan, root: &Node) -> (Model, Vec<Diagnostic>) {
    let mut sources = Sources::default();
    for (name, text) in said::files(plan) {
        sources.attach(name, text);
    }
    let (project, mut found) = schema::decode(root, &[]);
    let (mut model, more) = resolve::resolve(&project, &sources, &[]);
    found.extend(more);
    as_in_their_files(&mut model, plan);
    (model, found)
}

/// An open list of tags is that of the tags that the plan names, which no project can say
/// otherwise.
fn unnamed_tag(plan: &wire::Plan, model: &Model) -> Option<String> {
    let named = model.contacts.tags.names.values().map(|tag| &tag.id);
    let (named, listed): (BTreeSet<_>, BTreeSet<_>) =
        (named.collect(), plan.contacts.tags.values.iter().collect());
    let tag = named.symmetric_difference(&listed).next()?;
    let told = if named.contains(tag) {
        format!("contacts/tags/values: the plan names the tag `{tag}`, which is not listed")
    } else {
        format!(
            "contacts/tags/values: lists the tag `{tag}`, which an open list has only where the plan names it"
        )
    };
    Some(told)
}

/// Of the texts of content a plan has only where they stand, and a digest.
fn as_in_their_files(model: &mut Model, plan: &wire::Plan) {
    let ids: Vec<_> = model.content.ids().collect();
    for id in ids {
        let content = &mut model.content[id];
        let written = plan
            .content
            .get(&content.id)
            .and_then(|written| written.body.as_ref());
        let (Some(body), Some(written)) = (&mut content.body, written) else {
            continue;
        };
        (body.file, body.digest) = (written.file.clone(), written.digest.clone());
        for part in &mut body.tokens.parts {
            if let Part::Value { span, .. } = part {
                *span = Span::NOWHERE;
            }
        }
    }
}

/// A finding in a line.
pub(super) fn words(finding: &Diagnostic) -> String {
    format!("{} ({})", finding.message, finding.code.name())
}

/// Makes a tree, as of a file, of what a plan says.
struct Tree {
    /// The way to each node that has a place; absent where none shall have one.
    places: Option<Vec<String>>,
}

/// The places of nodes are files of their own, behind those that a project may have.
const FIRST: u32 = 1 << 30;

impl Tree {
    fn node(&mut self, said: &Json, way: &mut String) -> Node {
        let span = self.place(way);
        let scalar = |text: String, plain| Value::Scalar(Scalar { text, plain });
        let value = match said {
            // A dollar sign stands for itself.
            Json::String(text) if text.starts_with('$') => scalar(format!("${text}"), false),
            Json::String(text) => scalar(text.clone(), false),
            Json::Null | Json::Bool(_) | Json::Number(_) => scalar(said.to_string(), true),
            Json::Array(items) => {
                let item =
                    |(at, item): (usize, &Json)| self.inside(item, &(at + 1).to_string(), way);
                Value::Sequence(items.iter().enumerate().map(item).collect())
            }
            Json::Object(entries) => {
                let entries = entries.iter().filter(|(_, value)| !value.is_null());
                let entry = |(key, value): (&String, &Json)| {
                    let value = self.inside(value, key, way);
                    Entry {
                        key: Spanned::new(key.clone(), value.span),
                        value,
                    }
                };
                Value::Mapping(entries.map(entry).collect())
            }
        };
        Node { span, value }
    }

    fn inside(&mut self, said: &Json, step: &str, way: &mut String) -> Node {
        let around = way.len();
        way.push('/');
        way.push_str(step);
        let node = self.node(said, way);
        way.truncate(around);
        node
    }

    fn place(&mut self, way: &str) -> Span {
        let Some(places) = &mut self.places else {
            return Span::NOWHERE;
        };
        places.push(way.trim_start_matches('/').to_owned());
        let file = u32::try_from(places.len())
            .ok()
            .and_then(|number| FIRST.checked_add(number));
        file.map_or(Span::NOWHERE, |file| Span::new(FileId(file), 0..0))
    }

    fn told(&self, finding: &Diagnostic) -> Option<String> {
        let place = finding
            .primary
            .span
            .file
            .0
            .checked_sub(FIRST + 1)
            .and_then(|at| usize::try_from(at).ok());
        let way = place
            .and_then(|at| self.places.as_ref()?.get(at))
            .filter(|way| !way.is_empty());
        let told = way.map_or_else(
            || words(finding),
            |way| format!("{way}: {}", words(finding)),
        );
        (finding.severity == Severity::Error).then_some(told)
    }
}
