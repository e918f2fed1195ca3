//! The plan's file form back to a model, by the door that projects come through: what a plan says
//! is said as a project, and read as one.
//!
//! Nothing is judged here. Whatever is wrong with a plan is found where it is found in a project,
//! and told in the same words.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value as Json;

use super::{said, wire};
use crate::check::{self, Checked};
use crate::diagnostic::{Diagnostic, Severity, in_order};
use crate::model::Model;
use crate::model::template::Part;
use crate::resolve;
use crate::schema;
use crate::screen::shortened;
use crate::source::{FileId, Sources, Span, Spanned};
use crate::yaml::node::{Entry, Node, Scalar, Value};

/// The model of a plan; or what is wrong with it, each in a line with its way in the project that
/// the plan says.
pub(super) fn checked(plan: &wire::Plan) -> Result<Checked, Vec<String>> {
    let said = said::project(plan);
    let mut tree = Tree { places: None };
    let (model, found) = read(plan, &tree.node(&said, None));
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
    let (model, mut found) = read(plan, &tree.node(&said, None));
    found.extend(check::run(model, &found).1);
    let mut errors = in_order(found);
    errors.retain(is_error);
    let more = errors.split_off(errors.len().min(MOST_TOLD)).len();
    let mut told: Vec<_> = errors.iter().map(|finding| tree.told(finding)).collect();
    told.extend((more > 0).then(|| format!("and {more} more")));
    Err(told)
}

/// Somebody who mends a plan by hand looks at it again after some.
const MOST_TOLD: usize = 20;

fn read(plan: &wire::Plan, root: &Node) -> (Model, Vec<Diagnostic>) {
    let mut sources = Sources::default();
    said::attach(plan, &mut sources);
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
        for part in &mut Arc::make_mut(&mut body.tokens).parts {
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
struct Tree<'a> {
    /// Of each node that has a place, the last step of the way to it; absent where none shall have
    /// a place. A whole way for each node would be the length of an id times what stands below it.
    places: Option<Vec<Step<'a>>>,
}

/// A step of the way to a node.
struct Step<'a> {
    /// The place of the node around it; the plan itself stands in none.
    around: Option<usize>,
    name: Cow<'a, str>,
}

/// The most signs of a step in a way that is told.
const LONGEST_STEP: usize = 120;

/// The places of nodes are files of their own, behind those that a project may have.
const FIRST: u32 = 1 << 30;

impl<'a> Tree<'a> {
    fn node(&mut self, said: &'a Json, step: Option<Step<'a>>) -> Node {
        let (span, at) = self.place(step);
        let scalar = |text: String, plain| Value::Scalar(Scalar { text, plain });
        let value = match said {
            // A dollar sign stands for itself.
            Json::String(text) if text.starts_with('$') => scalar(format!("${text}"), false),
            Json::String(text) => scalar(text.clone(), false),
            Json::Null | Json::Bool(_) | Json::Number(_) => scalar(said.to_string(), true),
            Json::Array(items) => {
                let item = |(number, item): (usize, &'a Json)| {
                    self.inside(item, Cow::Owned((number + 1).to_string()), at)
                };
                Value::Sequence(items.iter().enumerate().map(item).collect())
            }
            Json::Object(entries) => {
                let entries = entries.iter().filter(|(_, value)| !value.is_null());
                let entry = |(key, value): (&'a String, &'a Json)| {
                    let value = self.inside(value, Cow::Borrowed(key.as_str()), at);
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

    fn inside(&mut self, said: &'a Json, name: Cow<'a, str>, around: Option<usize>) -> Node {
        self.node(said, Some(Step { around, name }))
    }

    /// A place of its own for a node; the plan itself has none.
    fn place(&mut self, step: Option<Step<'a>>) -> (Span, Option<usize>) {
        let (Some(places), Some(step)) = (&mut self.places, step) else {
            return (Span::NOWHERE, None);
        };
        places.push(step);
        let file = u32::try_from(places.len())
            .ok()
            .and_then(|number| FIRST.checked_add(number));
        let span = file.map_or(Span::NOWHERE, |file| Span::new(FileId(file), 0..0));
        (span, Some(places.len() - 1))
    }

    /// The way to a place, in the words of a project.
    fn way(&self, place: usize) -> String {
        let places = self.places.as_deref().unwrap_or_default();
        let mut names = Vec::new();
        let mut next = places.get(place);
        while let Some(step) = next {
            names.push(shortened(&step.name, LONGEST_STEP));
            next = step.around.and_then(|around| places.get(around));
        }
        names.reverse();
        names.join("/")
    }

    fn told(&self, finding: &Diagnostic) -> String {
        let place = finding
            .primary
            .span
            .file
            .0
            .checked_sub(FIRST + 1)
            .and_then(|at| usize::try_from(at).ok());
        let way = place.map(|at| self.way(at)).filter(|way| !way.is_empty());
        way.map_or_else(
            || words(finding),
            |way| format!("{way}: {}", words(finding)),
        )
    }
}
