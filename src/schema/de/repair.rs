//! What fits of a value that does not fit: it is read again without the entries that are wrong, and
//! marked as a hole, so that the rest is looked at in the same run.
//!
//! A value that was repaired is always a failure too; nothing with a hole is ever compiled.

use serde::de::value::U32Deserializer;
use serde::de::{DeserializeSeed, SeqAccess};

use super::{Places, ShapeError, TreeDeserializer, is_cut};
use crate::source::{Span, Spanned};
use crate::yaml::node::{Entry, Node, Scalar, Value};

/// The key by which a condition, a step or a definition is told that a part of it is lost; a type
/// without it cannot be repaired.
pub(in crate::schema) const HOLE: &str = "$hole";
/// How often a value is read again in one document; without a bound, mistakes inside mistakes would
/// double the work on each level.
pub(super) const REPAIRS: usize = 200;

/// The places of a value, then the value itself: each time that it does not fit and is asked for
/// again, less of it.
pub(super) struct Repair<'a> {
    places: Places,
    inner: TreeDeserializer<'a>,
    /// Whether the type that asks goes on where nothing fits, so that the failure has to be written
    /// down.
    lenient: bool,
    /// What is read instead of the value as it stands.
    part: Option<Node>,
    next: Next,
    first: Option<ShapeError>,
}

/// What is tried next, if it has to be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    /// The mapping, without an entry or with one more.
    Less,
    /// A single hole.
    Hole,
    /// A list with a hole.
    Holes,
    Nothing,
}

impl<'a> Repair<'a> {
    pub(super) fn new(
        inner: TreeDeserializer<'a>,
        spans: [Option<Span>; 2],
        lenient: bool,
    ) -> Self {
        let places = Places { spans, next: 0 };
        Self {
            places,
            inner,
            lenient,
            part: None,
            next: Next::Less,
            first: None,
        }
    }

    fn failed(&mut self, error: &ShapeError) {
        self.first.get_or_insert_with(|| error.clone());
        let context = self.inner.context;
        self.part = if is_cut(self.inner.node.span, context.unread) {
            None
        } else {
            self.less(error)
        };
        if self.part.is_none() {
            self.next = Next::Nothing;
            self.first
                .clone()
                .filter(|_| self.lenient)
                .into_iter()
                .for_each(|error| context.fail(error));
        }
    }

    fn less(&mut self, error: &ShapeError) -> Option<Node> {
        if self.next == Next::Less {
            if error.entry.is_some() || error.lacks.is_some() {
                return self
                    .inner
                    .context
                    .may_repair()
                    .then(|| self.mended(error))
                    .flatten();
            }
            self.next = Next::Hole;
        }
        let span = self.inner.node.span;
        match self.next {
            Next::Hole => {
                self.next = Next::Holes;
                Some(hole(span))
            }
            Next::Holes => {
                self.next = Next::Nothing;
                Some(Node {
                    span,
                    value: Value::Sequence(vec![hole(span)]),
                })
            }
            Next::Less | Next::Nothing => None,
        }
    }

    /// The mapping without the entry that does not fit, or with the one that is missing.
    fn mended(&self, error: &ShapeError) -> Option<Node> {
        let node = self.part.as_ref().unwrap_or(self.inner.node);
        let Value::Mapping(entries) = &node.value else {
            return None;
        };
        let mut entries = entries.clone();
        let span = node.span;
        match (error.lacks, error.entry) {
            (Some(key), _) => entries.push(made(key, Value::Sequence(vec![hole(span)]), span)),
            (None, Some(Span::NOWHERE)) => {
                // A hole that does not fit: a list of them was tried where the key was missing.
                let tried = entries
                    .iter_mut()
                    .find(|entry| entry.key.span == Span::NOWHERE && entry.key.value != HOLE)?;
                if matches!(tried.value.value, Value::Scalar(_)) {
                    return None;
                }
                tried.value.value = Value::Scalar(Scalar {
                    text: "…".to_owned(),
                    plain: true,
                });
            }
            (None, entry) => entries.retain(|it| Some(it.key.span) != entry),
        }
        if !entries.iter().any(|entry| entry.key.value == HOLE) {
            entries.push(mark(span));
        }
        Some(Node {
            span,
            value: Value::Mapping(entries),
        })
    }
}

impl<'de> SeqAccess<'de> for Repair<'_> {
    type Error = ShapeError;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, ShapeError> {
        if let Some(number) = self.places.next_number() {
            return seed.deserialize(U32Deserializer::new(number)).map(Some);
        }
        if self.first.is_some() && self.part.is_none() {
            return Ok(None);
        }
        let TreeDeserializer { node, context, .. } = self.inner;
        let read = self.part.as_ref().unwrap_or(node);
        let value = seed.deserialize(TreeDeserializer {
            node: read,
            ..self.inner
        });
        if self.lenient && is_cut(node.span, context.unread) {
            // Whatever was read, more of it follows.
            let error = ShapeError::at(node.span, "the rest was not read");
            (self.first, self.part) = (Some(error.clone()), None);
            return Err(error);
        }
        match value {
            Ok(value) => {
                self.first
                    .take()
                    .into_iter()
                    .for_each(|error| context.fail(error));
                Ok(Some(value))
            }
            Err(error) => {
                let error = error.within(node.span);
                self.failed(&error);
                Err(error)
            }
        }
    }
}

fn made(key: &str, value: Value, span: Span) -> Entry {
    Entry {
        key: Spanned::new(key.to_owned(), Span::NOWHERE),
        value: Node { span, value },
    }
}

fn mark(span: Span) -> Entry {
    made(
        HOLE,
        Value::Scalar(Scalar {
            text: "true".to_owned(),
            plain: true,
        }),
        span,
    )
}

fn hole(span: Span) -> Node {
    Node {
        span,
        value: Value::Mapping(vec![mark(span)]),
    }
}
