//! Mistakes of shape: what the JSON Schema finds wrong, each translated into a message of ours at
//! its place in the span tree; one mistake, one error.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jsonschema::error::ValidationErrorKind;
use jsonschema::paths::Location;
use jsonschema::{ValidationError, Validator};
use serde_json::Value as Json;

use super::de::is_cut;
use super::elsewhere;
use super::lookup::{keys, schema};
use super::meant::{self, Declared};
use super::text::{as_flag, as_integer};
use super::wording;
use crate::diagnostic::{Diagnostic, codes, did_you_mean};
use crate::language::Operator;
use crate::source::Span;
use crate::yaml::node::{Entry, Node, Value};

/// How many mistakes are told in one run; nobody reads on, and a file full of nonsense must not
/// take minutes.
const MOST: usize = 200;

const A_CONDITION: &str = "a condition is a mapping, such as `{ field: …, at-least: … }`, `{ segment: … }` or \
    `{ tag: … }`";

/// Every mistake in the shape of a tree.
pub(super) fn mistakes(root: &Node, unread: &[Span]) -> Vec<Diagnostic> {
    let json = to_json(root);
    let mut places: BTreeMap<Vec<Step<'_>>, Vec<ValidationError<'_>>> = BTreeMap::new();
    for error in VALIDATOR.iter_errors(&json).take(MOST) {
        places
            .entry(steps(root, error.instance_path()))
            .or_default()
            .push(error);
    }
    let mut found = Vec::new();
    for (path, errors) in places {
        found.extend(Place::of(root, &path, &errors, unread).explain());
    }
    found
}

static VALIDATOR: LazyLock<Validator> = LazyLock::new(|| {
    jsonschema::validator_for(schema()).expect("the schema of our own types is valid")
});

/// The tree as JSON; a scalar becomes a flag or a number only where `schema::de` would read it as
/// one.
fn to_json(node: &Node) -> Json {
    match &node.value {
        Value::Scalar(scalar) if scalar.is_null() => Json::Null,
        Value::Scalar(scalar) => match (as_flag(scalar), as_integer(scalar)) {
            (Some(flag), _) => Json::from(flag),
            (None, Some(number)) => Json::from(number),
            (None, None) => Json::from(scalar.text.as_str()),
        },
        Value::Sequence(items) => items.iter().map(to_json).collect(),
        Value::Mapping(entries) => Json::Object(
            entries
                .iter()
                .map(|entry| (entry.key.value.clone(), to_json(&entry.value)))
                .collect(),
        ),
    }
}

/// A step down the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Step<'a> {
    Item(usize),
    Key(&'a str),
}

/// The way to an instance, in the tree's own words.
fn steps<'a>(root: &'a Node, path: &Location) -> Vec<Step<'a>> {
    let mut node = root;
    let mut steps = Vec::new();
    // Not the library's own segments: a key made of digits would be an index there.
    for segment in path.as_str().split('/').skip(1) {
        let step = match &node.value {
            Value::Sequence(items) => {
                let index = segment.parse().ok();
                index.and_then(|index| items.get(index).map(|item| (Step::Item(index), item)))
            }
            Value::Mapping(_) => {
                let key = segment.replace("~1", "/").replace("~0", "~");
                node.entry(&key)
                    .map(|entry| (Step::Key(&entry.key.value), &entry.value))
            }
            Value::Scalar(_) => None,
        };
        let Some((step, next)) = step else { break };
        steps.push(step);
        node = next;
    }
    steps
}

/// A node with what is wrong about it.
struct Place<'a> {
    node: &'a Node,
    /// The mapping around the node's key.
    around: Option<&'a Node>,
    declared: Declared<'a>,
    /// The nearest key above or at the node.
    owner: Option<&'a Entry>,
    /// Whether the node is an item of the owner's list.
    item: bool,
    errors: &'a [ValidationError<'a>],
    cut: bool,
}

impl<'a> Place<'a> {
    fn of(
        root: &'a Node,
        path: &[Step<'_>],
        errors: &'a [ValidationError<'a>],
        unread: &[Span],
    ) -> Self {
        let (mut node, mut owner, mut item, mut around) = (root, None, false, None);
        for step in path {
            let next = match (&node.value, step) {
                (Value::Sequence(items), Step::Item(index)) => items.get(*index),
                (_, Step::Key(key)) => node.entry(key).map(|entry| {
                    (owner, around) = (Some(entry), Some(node));
                    &entry.value
                }),
                (Value::Scalar(_) | Value::Mapping(_), Step::Item(_)) => None,
            };
            item = matches!(step, Step::Item(_));
            node = next.unwrap_or(node);
        }
        let (declared, cut) = (Declared(root), is_cut(node.span, unread));
        Self {
            node,
            around,
            declared,
            owner,
            item,
            errors,
            cut,
        }
    }

    fn explain(&self) -> Vec<Diagnostic> {
        let first = |wanted: fn(&ValidationErrorKind) -> bool| {
            self.errors.iter().find(|error| wanted(error.kind()))
        };
        if let Some(error) = first(|kind| matches!(kind, ValidationErrorKind::Type { .. })) {
            // A list or mapping that was cut off may have begun by the same mistake.
            return if self.cut {
                Vec::new()
            } else {
                vec![self.wrong_type(error)]
            };
        }
        let word = |kind: &ValidationErrorKind| {
            matches!(
                kind,
                ValidationErrorKind::Enum { .. } | ValidationErrorKind::Constant { .. }
            )
        };
        if let Some(error) = first(word) {
            return vec![self.unknown_value(error)];
        }
        let unknown = self.unknown_keys();
        let mut found = self.missing_keys(&unknown);
        found.extend(unknown.into_iter().map(|(_, _, diagnostic)| diagnostic));
        found.extend(self.bad_ids());
        let empty = first(|kind| matches!(kind, ValidationErrorKind::MinItems { .. }))
            .filter(|_| !self.cut);
        found.extend(empty.map(|error| self.empty_list(&Self::type_name(error))));
        found
    }

    /// The name of the type that is written here, as the schema calls it.
    fn type_name(error: &ValidationError<'_>) -> String {
        let path = error.schema_path().as_str();
        let name = path
            .strip_prefix("/definitions/")
            .and_then(|rest| rest.split('/').next());
        name.unwrap_or("Project").to_owned()
    }

    fn key(&self) -> Option<&'a str> {
        self.owner.map(|entry| entry.key.value.as_str())
    }

    /// Where to point when the node itself has no characters, or far too many.
    fn head(&self) -> Span {
        match (self.owner, &self.node.value) {
            (Some(owner), _) if !self.item => owner.key.span,
            (_, Value::Mapping(entries)) => entries
                .first()
                .map_or(self.node.span, |entry| entry.key.span),
            (_, Value::Sequence(_) | Value::Scalar(_)) => self.node.span,
        }
    }

    fn wrong_type(&self, error: &ValidationError<'_>) -> Diagnostic {
        let place = Self::type_name(error);
        let expected = wording::expected(error.evaluation_path());
        if self.node.is_null() {
            return self.empty_value(&place, &expected);
        }
        let span = match &self.node.value {
            Value::Scalar(_) => self.node.span,
            Value::Sequence(_) | Value::Mapping(_) => self.head(),
        };
        let found = wording::found(self.node);
        Diagnostic::new(
            codes::WRONG_TYPE,
            span,
            format!("expected {expected}, found {found}"),
        )
        .at(wording::label(self.node, &expected))
        .maybe_help(self.type_help(&place, &expected))
    }

    fn type_help(&self, place: &str, expected: &str) -> Option<String> {
        let general = || wording::type_help(self.node, place, self.key(), expected);
        self.in_our_words(place, expected).or_else(general)
    }

    /// What a sentence, a list or a mapping means where something else stands.
    fn in_our_words(&self, place: &str, expected: &str) -> Option<String> {
        let key = self.key().unwrap_or_default();
        match (place, &self.node.value) {
            ("Condition", Value::Scalar(scalar)) if expected.contains(wording::MAPPING) => {
                let sentence = || scalar.text.contains(' ').then(|| A_CONDITION.to_owned());
                meant::of_condition_text(&scalar.text, self.key(), self.declared).or_else(sentence)
            }
            ("Condition", Value::Sequence(items)) if !expected.contains(wording::MAPPING) => {
                let type_ = self.around.and_then(|around| self.declared.type_of(around));
                meant::of_condition_list(key, items, type_)
            }
            ("Condition", Value::Sequence(items)) if !items.is_empty() => {
                let list = meant::flow(self.node)?;
                Some(format!(
                    "write `{key}: {{ any: {list} }}` or `{key}: {{ all: {list} }}`"
                ))
            }
            ("Step", Value::Scalar(_)) if key == "exit" => {
                Some("write `exit: completed`, `exit: exited` or `exit: converted`".to_owned())
            }
            ("Step", Value::Scalar(scalar)) if expected == wording::MAPPING => {
                meant::of_step_text(&scalar.text, self.declared)
            }
            ("Step", Value::Scalar(scalar))
                if expected == wording::LIST && ["then", "else"].contains(&key) =>
            {
                let help = meant::of_step_text(&scalar.text, self.declared)?;
                let step = help.strip_prefix("write `")?.strip_suffix('`')?.to_owned();
                Some(format!("write `{key}: [{{ {step} }}]`"))
            }
            ("Step", Value::Sequence(_) | Value::Mapping(_)) if expected == wording::SINGLE => {
                meant::of_step_list(key, self.node)
            }
            (_, Value::Scalar(_) | Value::Sequence(_) | Value::Mapping(_)) => None,
        }
    }

    fn empty_value(&self, place: &str, expected: &str) -> Diagnostic {
        let span = if self.node.span.range().is_empty() {
            self.head()
        } else {
            self.node.span
        };
        let error = wording::empty(span, self.key(), expected);
        if place == "Condition" && self.key().and_then(Operator::of).is_some() {
            return error.help("to ask for a missing value, write `exists: false`");
        }
        let key = self.key().filter(|_| !self.item);
        error.help(wording::fill(place, key, "a value"))
    }

    fn unknown_value(&self, error: &ValidationError<'_>) -> Diagnostic {
        let options = if let ValidationErrorKind::Enum { options } = error.kind() {
            options.as_array().cloned().unwrap_or_default()
        } else if let ValidationErrorKind::Constant { expected_value } = error.kind() {
            vec![(**expected_value).clone()]
        } else {
            Vec::new()
        };
        let options: Vec<&str> = options.iter().filter_map(Json::as_str).collect();
        let Value::Scalar(scalar) = &self.node.value else {
            return Diagnostic::new(codes::WRONG_TYPE, self.head(), "expected one word")
                .at("not one word");
        };
        let key = self.key().unwrap_or_default();
        Diagnostic::new(
            codes::UNKNOWN_VALUE,
            self.node.span,
            format!("unknown value `{}` of `{key}`", scalar.text),
        )
        .at("unknown value")
        .help(wording::suggestion(&scalar.text, &options))
    }

    /// The unknown keys of a mapping: the key, what was probably meant, and what to say.
    fn unknown_keys(&self) -> Vec<(String, Option<String>, Diagnostic)> {
        let mut found = Vec::new();
        for error in self.errors {
            let ValidationErrorKind::AdditionalProperties { unexpected } = error.kind() else {
                continue;
            };
            let place = Self::type_name(error);
            let allowed = keys(&place);
            let free: Vec<_> = allowed
                .iter()
                .copied()
                .filter(|name| self.node.get(name).is_none())
                .collect();
            let entries = unexpected
                .iter()
                .take(MOST)
                .filter_map(|key| self.node.entry(key));
            found.extend(entries.filter_map(|entry| self.unknown_key(&place, entry, &free)));
        }
        found
    }

    fn unknown_key(
        &self,
        place: &str,
        entry: &Entry,
        free: &[&str],
    ) -> Option<(String, Option<String>, Diagnostic)> {
        let key = &entry.key;
        let is_conversion = place == "Condition" && self.node.get("when").is_some();
        if is_conversion && key.value == "to" {
            return None; // told with `when`
        }
        let ours = match place {
            // Told with `operator`.
            "Condition" if key.value == "value" && self.node.get("operator").is_some() => {
                return None;
            }
            "Condition" => meant::of_condition_key(self.node, entry, self.declared),
            "Step" => meant::of_step_key(self.node, entry),
            _ => None,
        };
        let ours = ours.filter(|_| !is_conversion);
        let guessed = || did_you_mean(&key.value, free.iter().copied());
        let meant = if is_conversion || ours.is_some() {
            None
        } else {
            guessed()
        };
        let help = match meant {
            None if ours.is_some() => ours.unwrap_or_default(),
            _ if is_conversion => {
                "`when` and `to` stand in a list: `[{ when: …, to: … }]`".to_owned()
            }
            Some(meant) => format!("did you mean `{meant}`?"),
            None => self.instead_of(place, entry),
        };
        let error = Diagnostic::new(
            codes::UNKNOWN_KEY,
            key.span,
            format!("unknown key `{}`", key.value),
        );
        Some((
            key.value.clone(),
            meant.map(str::to_owned),
            error.at("unknown key").help(help),
        ))
    }

    /// What to write where a key is like none that may stand there.
    fn instead_of(&self, place: &str, entry: &Entry) -> String {
        let key = &entry.key.value;
        if let Some(help) = elsewhere::of_fraction(self.node, entry) {
            return help;
        }
        match self
            .key()
            .filter(|owner| !self.item && wording::belongs_beside(key, owner))
        {
            Some(owner) => {
                format!("`{key}` stands beside `{owner}`, not inside: indent both alike")
            }
            None if wording::has_leader(place, self.node) => wording::allowed(place, self.node),
            None => elsewhere::of_key(place, entry)
                .unwrap_or_else(|| wording::allowed(place, self.node)),
        }
    }

    /// What is missing, but for what was misspelt.
    fn missing_keys(&self, unknown: &[(String, Option<String>, Diagnostic)]) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        for error in self.errors {
            let ValidationErrorKind::Required { property } = error.kind() else {
                continue;
            };
            let (place, key) = (
                Self::type_name(error),
                property.as_str().unwrap_or_default(),
            );
            let misspelt = unknown
                .iter()
                .any(|(_, meant, _)| meant.as_deref() == Some(key));
            if !misspelt && !self.cut {
                found.push(self.missing_key(&place, key));
            }
        }
        found
    }

    fn missing_key(&self, place: &str, key: &str) -> Diagnostic {
        let who = match self.key() {
            Some(owner) if self.item => format!("an item of `{owner}`"),
            Some(owner) => format!("`{owner}`"),
            None => "the project".to_owned(),
        };
        Diagnostic::new(
            codes::MISSING_KEY,
            self.head(),
            format!("{who} lacks the key `{key}`"),
        )
        .at(format!("`{key}` is missing"))
        .help(wording::add_key(place, key))
    }

    fn bad_ids(&self) -> Vec<Diagnostic> {
        let names = self.errors.iter().filter_map(|error| {
            let ValidationErrorKind::PropertyNames { error } = error.kind() else {
                return None;
            };
            error.instance().as_str().map(str::to_owned)
        });
        // A name may be wrong in its form and in its length.
        let mut names: Vec<_> = names.collect();
        names.dedup();
        names
            .iter()
            .filter_map(|name| self.node.entry(name))
            .map(|entry| wording::bad_id(&entry.key.value, entry.key.span))
            .collect()
    }

    fn empty_list(&self, place: &str) -> Diagnostic {
        let key = self.key().unwrap_or("list");
        Diagnostic::new(
            codes::EMPTY_LIST,
            self.node.span,
            format!("`{key}` needs at least one item"),
        )
        .at("no items")
        .help(wording::fill(place, self.key(), "an item"))
    }
}
