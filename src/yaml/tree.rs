//! The tree while it grows: open collections as a stack, so that it can be closed at any moment;
//! duplicate keys and merge keys are settled here.

use std::collections::HashMap;

use super::node::{Entry, Node, Scalar, Value};
use crate::diagnostic::{Diagnostic, codes};
use crate::source::{Span, Spanned};

/// The open collections, outermost first, and the document's node once it is finished.
#[derive(Default)]
pub(super) struct Tree {
    frames: Vec<Frame>,
    pub(super) root: Option<Node>,
}

/// An open collection.
pub(super) enum Frame {
    Sequence {
        span: Span,
        anchor: usize,
        flow: bool,
        items: Vec<Node>,
    },
    Mapping(Mapping),
}

/// An open mapping.
pub(super) struct Mapping {
    span: Span,
    anchor: usize,
    flow: bool,
    template: bool,
    entries: Vec<Entry>,
    places: HashMap<String, Span>,
    merged: Vec<Entry>,
    key: Option<Key>,
}

/// A key that waits for its value.
pub(super) enum Key {
    Named(Spanned<String>),
    Merge(Span),
    /// Reported already; the value goes nowhere.
    Refused(Span),
}

/// A collection that was closed.
pub(super) struct Closed {
    pub(super) node: Node,
    pub(super) anchor: usize,
    pub(super) template: bool,
}

impl Frame {
    pub(super) fn sequence(span: Span, anchor: usize, flow: bool) -> Self {
        Self::Sequence {
            span,
            anchor,
            flow,
            items: Vec::new(),
        }
    }

    pub(super) fn mapping(span: Span, anchor: usize, flow: bool, template: bool) -> Self {
        Self::Mapping(Mapping {
            span,
            anchor,
            flow,
            template,
            entries: Vec::new(),
            places: HashMap::new(),
            merged: Vec::new(),
            key: None,
        })
    }

    pub(super) fn span(&self) -> Span {
        match self {
            Self::Sequence { span, .. } => *span,
            Self::Mapping(mapping) => mapping.span,
        }
    }
}

impl Tree {
    pub(super) fn depth(&self) -> usize {
        self.frames.len()
    }

    /// Whether a key comes next.
    pub(super) fn at_key(&self) -> bool {
        matches!(self.frames.last(), Some(Frame::Mapping(mapping)) if mapping.key.is_none())
    }

    /// The key whose value comes next.
    pub(super) fn last_key(&self) -> Option<Span> {
        match self.frames.last() {
            Some(Frame::Mapping(mapping)) => mapping.key.as_ref().map(Key::span),
            Some(Frame::Sequence { .. }) | None => None,
        }
    }

    /// The innermost open collection that is written with a bracket; a key and value in a list in
    /// brackets are a mapping without any.
    pub(super) fn open_bracket(&self, text: &str) -> Option<Span> {
        let inside = self
            .frames
            .iter()
            .rev()
            .take_while(|frame| frame.is_flow())
            .map(Frame::span);
        inside
            .into_iter()
            .find(|span| text[span.range().start..].starts_with(['[', '{']))
    }

    /// Takes back a scalar that ends at `at`, and its key; tells where they started.
    pub(super) fn forget(&mut self, at: usize) -> Option<usize> {
        let ends_here =
            |node: &Node| node.span.range().end == at && matches!(node.value, Value::Scalar(_));
        match self.frames.last_mut()? {
            Frame::Sequence { items, .. } => items
                .pop_if(|item| ends_here(item))
                .map(|item| item.span.range().start),
            Frame::Mapping(mapping) => {
                let entry = mapping.entries.pop_if(|entry| ends_here(&entry.value))?;
                Some(entry.key.span.range().start)
            }
        }
    }

    pub(super) fn open(&mut self, frame: Frame) {
        self.frames.push(frame);
    }

    /// Closes the innermost collection. Block collections end with their last item, not with the
    /// spaces after it.
    pub(super) fn close(&mut self, end: Span) -> Option<Closed> {
        let frame = self.frames.pop()?;
        let last = frame.last();
        let end = if end.range().is_empty() {
            last.unwrap_or(end)
        } else {
            end
        };
        Some(frame.close(end))
    }

    /// Closes everything: what is cut ends where the unread rest begins, and where it began itself
    /// if all of it is unread.
    pub(super) fn cut(mut self, unread: Span) -> Option<Node> {
        while let Some(frame) = self.frames.pop() {
            let end = Span {
                end: unread.start.max(frame.span().start),
                ..unread
            };
            let Closed {
                mut node, template, ..
            } = frame.close(end);
            if template {
                node.value = Value::Scalar(Scalar {
                    text: "{{".to_owned(),
                    plain: false,
                });
            }
            // A collection that stood for a key is gone with its value, and a mistake of its own
            // has no say any more.
            if !self.at_key() {
                drop(self.place(node));
            }
        }
        self.root
    }

    /// Puts a node where the next one belongs.
    pub(super) fn place(&mut self, node: Node) -> Result<(), Box<Diagnostic>> {
        match self.frames.last_mut() {
            None => self.root = Some(node),
            Some(Frame::Sequence { items, .. }) => items.push(node),
            Some(Frame::Mapping(mapping)) => match mapping.key.take() {
                None => return mapping.take_key(node),
                Some(Key::Named(key)) => mapping.entries.push(Entry { key, value: node }),
                Some(Key::Merge(_)) => return mapping.merge(node),
                Some(Key::Refused(_)) => {}
            },
        }
        Ok(())
    }
}

impl Frame {
    fn is_flow(&self) -> bool {
        match self {
            Self::Sequence { flow, .. } => *flow,
            Self::Mapping(mapping) => mapping.flow,
        }
    }

    fn last(&self) -> Option<Span> {
        match self {
            Self::Sequence { items, .. } => items.last().map(|item| item.span),
            Self::Mapping(mapping) => mapping
                .entries
                .last()
                .map(|entry| entry.key.span.to(entry.value.span)),
        }
    }

    fn close(self, end: Span) -> Closed {
        match self {
            Self::Sequence {
                span,
                anchor,
                items,
                ..
            } => Closed {
                node: Node {
                    span: span.to(end),
                    value: Value::Sequence(items),
                },
                anchor,
                template: false,
            },
            Self::Mapping(mapping) => mapping.close(end),
        }
    }
}

impl Key {
    fn span(&self) -> Span {
        match self {
            Self::Named(key) => key.span,
            Self::Merge(span) | Self::Refused(span) => *span,
        }
    }
}

impl Mapping {
    fn take_key(&mut self, node: Node) -> Result<(), Box<Diagnostic>> {
        let Value::Scalar(scalar) = node.value else {
            self.key = Some(Key::Refused(node.span));
            let error = Diagnostic::new(codes::YAML_SYNTAX, node.span, "a key must be text")
                .at("a list or mapping");
            return Err(error.help("write a name before the `:`").into());
        };
        if scalar.plain && scalar.text.is_empty() {
            self.key = Some(Key::Refused(node.span));
            let error = Diagnostic::new(codes::YAML_SYNTAX, node.span, "a key is missing")
                .at("no key here");
            return Err(error.help("write a name before the `:`").into());
        }
        let merge = scalar.plain && scalar.text == "<<";
        if let Some(first) = self.places.insert(scalar.text.clone(), node.span) {
            self.places.insert(scalar.text.clone(), first);
            self.key = Some(Key::Refused(node.span));
            return Err(duplicate(&scalar.text, first, node.span).into());
        }
        self.key = Some(if merge {
            Key::Merge(node.span)
        } else {
            Key::Named(Spanned::new(scalar.text, node.span))
        });
        Ok(())
    }

    fn merge(&mut self, node: Node) -> Result<(), Box<Diagnostic>> {
        let sources = match node.value {
            Value::Sequence(items) => items,
            value @ (Value::Mapping(_) | Value::Scalar(_)) => vec![Node {
                span: node.span,
                value,
            }],
        };
        for source in sources {
            let Value::Mapping(entries) = source.value else {
                let error =
                    Diagnostic::new(codes::YAML_SYNTAX, source.span, "`<<` merges mappings only")
                        .at("not a mapping");
                return Err(error
                    .help("write an alias of a mapping: `<<: *name`, or a list of them")
                    .into());
            };
            self.merged.extend(entries);
        }
        Ok(())
    }

    /// Written keys win over merged ones, earlier merged ones over later ones.
    fn close(mut self, end: Span) -> Closed {
        for entry in std::mem::take(&mut self.merged) {
            if !self.places.contains_key(&entry.key.value) {
                self.places.insert(entry.key.value.clone(), entry.key.span);
                self.entries.push(entry);
            }
        }
        let node = Node {
            span: self.span.to(end),
            value: Value::Mapping(self.entries),
        };
        Closed {
            node,
            anchor: self.anchor,
            template: self.template,
        }
    }
}

/// The error for a key or id that is given twice.
pub(crate) fn duplicate(key: &str, first: Span, second: Span) -> Diagnostic {
    Diagnostic::new(
        codes::DUPLICATE_KEY,
        second,
        format!("`{key}` is given twice"),
    )
    .at("given again")
    .label(first, "first given here")
    .help("keep one of them, or rename one")
}
