//! Named values: `$name` as a whole value becomes what `variables` says, and keeps its own place.

use std::collections::{BTreeMap, BTreeSet};

use super::{Provenance, entries};
use crate::diagnostic::{Diagnostic, Guesses, codes};
use crate::schema::text::variable_name;
use crate::source::{Span, Spanned};
use crate::yaml::node::{Node, Scalar, Value};

/// The variables of a project, and what was asked of them.
#[derive(Debug)]
pub(super) struct Variables {
    /// By name: where the name stands, where the value stands, and the value.
    known: BTreeMap<String, (Span, Span, Option<Scalar>)>,
    used: BTreeSet<String>,
    /// Each with the block in whose steps it stands. Without a name where it may be a secret that
    /// begins with a dollar sign.
    unknown: Vec<(Spanned<String>, Option<String>)>,
    /// Of each such block: its parameters, and the unknown names that have been told, which each
    /// use of the block and each step of it would repeat.
    blocks: BTreeMap<String, (Vec<String>, BTreeSet<String>)>,
    /// How many bytes of values may still be put in.
    left: usize,
    /// The first use for which there was no room.
    too_much: Option<Span>,
}

/// A value is copied to each of its uses: so many bytes of all together.
const MOST_BYTES: usize = 4 << 20;

impl Variables {
    pub(super) fn of(root: &Node, found: &mut Vec<Diagnostic>) -> Self {
        let known = entries(root, "variables", found)
            .to_vec()
            .into_iter()
            .map(|entry| {
                let value = match entry.value.value {
                    Value::Scalar(scalar) if scalar.is_null() => Err("nothing"),
                    Value::Scalar(scalar) if variable_name(&scalar.text).is_some() => {
                        Err("another variable")
                    }
                    Value::Scalar(scalar) => Ok(scalar),
                    Value::Sequence(_) => Err("a list"),
                    Value::Mapping(_) => Err("a mapping"),
                };
                if let Err(what) = &value {
                    let message = format!("the variable `{}` is {what}", entry.key.value);
                    found.push(
                        Diagnostic::new(codes::WRONG_TYPE, entry.value.span, message)
                            .at("expected one value")
                            .help("a variable stands for one value, such as `3 days` or `500`"),
                    );
                }
                (
                    entry.key.value,
                    (entry.key.span, entry.value.span, value.ok()),
                )
            });
        Self {
            known: known.collect(),
            used: BTreeSet::new(),
            unknown: Vec::new(),
            blocks: BTreeMap::new(),
            left: MOST_BYTES,
            too_much: None,
        }
    }

    /// Replaces all variables below a node.
    pub(super) fn replace(&mut self, node: &mut Node, origins: &mut Provenance) {
        match &mut node.value {
            Value::Scalar(scalar) => {
                let Some(name) = variable_name(&scalar.text).map(str::to_owned) else {
                    return;
                };
                if let Some(value) = self.value(&name, node.span, None, origins) {
                    *scalar = value;
                }
            }
            Value::Sequence(items) => items
                .iter_mut()
                .for_each(|item| self.replace(item, origins)),
            Value::Mapping(entries) => entries.iter_mut().for_each(|entry| {
                let known = self.unknown.len();
                self.replace(&mut entry.value, origins);
                if entry.key.value == "secret" {
                    self.unknown[known..]
                        .iter_mut()
                        .for_each(|(name, _)| name.value.clear());
                }
            }),
        }
    }

    /// The value of a variable that is used at `place`, which may be in the steps of a block with
    /// these parameters.
    pub(super) fn value(
        &mut self,
        name: &str,
        place: Span,
        block: Option<(&str, &BTreeMap<String, Span>)>,
        origins: &mut Provenance,
    ) -> Option<Scalar> {
        self.used.insert(name.to_owned());
        let Some((_, end, value)) = self.known.get(name) else {
            self.note_unknown(name, place, block);
            return None;
        };
        let bytes = value.as_ref().map_or(0, |value| value.text.len());
        let Some(left) = self.left.checked_sub(bytes) else {
            self.too_much.get_or_insert(place);
            return None;
        };
        self.left = left;
        origins.note(place, *end, &format!("the value of `{name}`"));
        value.clone()
    }

    fn note_unknown(
        &mut self,
        name: &str,
        place: Span,
        block: Option<(&str, &BTreeMap<String, Span>)>,
    ) {
        if let Some((block, parameters)) = block {
            let names = || (parameters.keys().cloned().collect(), BTreeSet::new());
            let (_, told) = self.blocks.entry(block.to_owned()).or_insert_with(names);
            if !told.insert(name.to_owned()) {
                return;
            }
        }
        let block = block.map(|(block, _)| block.to_owned());
        self.unknown
            .push((Spanned::new(name.to_owned(), place), block));
    }

    /// Counts the uses below a node that is not filled in.
    pub(super) fn look_at(&mut self, node: &Node) {
        match &node.value {
            Value::Scalar(scalar) => self
                .used
                .extend(variable_name(&scalar.text).map(str::to_owned)),
            Value::Sequence(items) => items.iter().for_each(|item| self.look_at(item)),
            Value::Mapping(entries) => entries.iter().for_each(|entry| self.look_at(&entry.value)),
        }
    }

    /// The first use whose value is too much.
    pub(super) fn too_much(&self) -> Option<Diagnostic> {
        let message = format!(
            "the values of variables put in grow beyond {} MiB",
            MOST_BYTES >> 20
        );
        let finding = Diagnostic::new(codes::YAML_LIMIT, self.too_much?, message);
        Some(finding.at("one use too many").help(
            "a variable stands for one short value; long text stands in a file, as \
                `content: { news: { kind: email, body: news.html } }`",
        ))
    }

    pub(super) fn unknown(&self) -> Vec<Diagnostic> {
        let guesses = Guesses::default();
        let one = |(use_, block): &(Spanned<String>, Option<String>)| {
            let name = &use_.value;
            if name.is_empty() {
                return Diagnostic::new(
                    codes::UNKNOWN_VARIABLE,
                    use_.span,
                    "there is no such variable for a \
                    `secret`",
                )
                .at("unknown variable")
                .help(
                    "write `secret: { env: NAME }` and set the variable of the environment \
                        where the actions are delivered",
                );
            }
            let block = block.as_ref().and_then(|block| self.blocks.get(block));
            let parameters = block.into_iter().flat_map(|(parameters, _)| parameters);
            let meant = guesses.did_you_mean(
                name,
                parameters.chain(self.known.keys()).map(String::as_str),
            );
            let help = meant.map_or_else(
                || {
                    format!(
                        "define it under `variables:`; text that starts with a dollar sign has \
                    two: `$${name}`"
                    )
                },
                |meant| format!("did you mean `${meant}`?"),
            );
            Diagnostic::new(
                codes::UNKNOWN_VARIABLE,
                use_.span,
                format!("there is no variable `{name}`"),
            )
            .at("unknown variable")
            .help(help)
        };
        let mut found: Vec<_> = self.unknown.iter().map(one).collect();
        found.dedup();
        found
    }

    pub(super) fn unused(&self) -> Vec<Diagnostic> {
        let unused = self
            .known
            .iter()
            .filter(|(name, _)| !self.used.contains(*name));
        let one = |(name, (span, _, _)): (&String, &(Span, Span, Option<Scalar>))| {
            Diagnostic::new(
                codes::UNUSED_VARIABLE,
                *span,
                format!("the variable `{name}` is not used"),
            )
            .at("not used")
            .help(format!(
                "write `${name}` as a whole value where it should stand, or take it away"
            ))
        };
        unused.map(one).collect()
    }
}
