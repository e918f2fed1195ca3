//! All nodes of a YAML text in the order in which they are written, for whoever asks what stands
//! where: keys that are given twice, what is merged and what an alias means are there as they are
//! written.
//!
//! Invariant: an alias is one node, so an outline is no larger than the text; of a text with a
//! mistake it holds what stands before that.

use std::collections::HashMap;
use std::ops::Range;

use granit_parser::{Event, Parser, ScalarStyle, options};

use super::budget::{MAX_BYTES, MAX_NODES};
use super::unquoted;

/// The nodes, and what is no node.
pub(super) struct Outline<'t> {
    text: &'t str,
    pub(super) nodes: Vec<Node>,
    pub(super) comments: Vec<Range<usize>>,
    /// Whether this is the whole text.
    pub(super) whole: bool,
}

/// A node as it is written.
pub(super) struct Node {
    pub(super) place: Range<usize>,
    /// The tag before it, where it is not one of text.
    pub(super) tag: Option<Range<usize>>,
    pub(super) kind: Kind,
    /// For the value of a mapping, its key.
    pub(super) key: Option<usize>,
    /// What it stands in.
    pub(super) parent: Option<usize>,
    /// The first node behind it and all that is in it.
    pub(super) end: usize,
    /// The outermost key around it.
    pub(super) section: Option<usize>,
}

/// What a node is.
pub(super) enum Kind {
    /// Its text, where that is not what is written.
    Scalar(Option<Box<str>>),
    Sequence,
    Mapping,
    /// Of a node before it.
    Alias(Option<usize>),
}

/// A collection that is open: its node, and in a mapping the key whose value comes next.
struct Open {
    node: usize,
    is_mapping: bool,
    key: Option<usize>,
}

impl<'t> Outline<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        let mut outline = Self {
            text,
            nodes: Vec::new(),
            comments: Vec::new(),
            whole: false,
        };
        if text.len() as u64 <= MAX_BYTES {
            outline.read();
        }
        outline
    }

    /// What a scalar says, also through an alias.
    pub(super) fn scalar(&self, node: usize) -> Option<&str> {
        let node = self.nodes.get(node)?;
        match &node.kind {
            Kind::Scalar(Some(text)) => Some(text),
            Kind::Scalar(None) => self.text.get(node.place.clone()),
            Kind::Alias(Some(anchored)) => match &self.nodes.get(*anchored)?.kind {
                Kind::Scalar(_) => self.scalar(*anchored),
                Kind::Sequence | Kind::Mapping | Kind::Alias(_) => None,
            },
            Kind::Sequence | Kind::Mapping | Kind::Alias(None) => None,
        }
    }

    /// What stands directly in a collection.
    pub(super) fn inside(&self, node: usize) -> impl Iterator<Item = usize> {
        let end = self.nodes.get(node).map_or(node, |it| it.end);
        let mut next = node + 1;
        std::iter::from_fn(move || {
            let at = next;
            next = self.nodes.get(at).filter(|_| at < end)?.end;
            Some(at)
        })
    }

    fn read(&mut self) {
        let skipped = self.text.len() - self.text.trim_start_matches('\u{feff}').len();
        let options = options! { emit_unresolved_aliases: true, emit_anchor_events: true };
        let (mut open, mut anchors, mut read_to) = (Vec::<Open>::new(), HashMap::new(), skipped);
        for next in Parser::new_from_str_with_options(&self.text[skipped..], options) {
            let Ok((event, span)) = next else {
                return self.close(&open);
            };
            if self.nodes.len() > MAX_NODES {
                return self.close(&open);
            }
            let range = |span: granit_parser::Span| {
                let range = span.byte_range().unwrap_or_default();
                range.start + skipped..range.end + skipped
            };
            let place = range(span);
            self.take(
                &event,
                (
                    place.clone(),
                    tag_of(&event).and_then(|()| span.tag_span()).map(range),
                ),
                (&mut open, &mut anchors),
                read_to,
            );
            read_to = read_to.max(place.end);
        }
        self.whole = true;
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "the kinds are the parser's")]
    fn take(
        &mut self,
        event: &Event<'_>,
        (place, tag): (Range<usize>, Option<Range<usize>>),
        (open, anchors): (&mut Vec<Open>, &mut HashMap<usize, usize>),
        read_to: usize,
    ) {
        match event {
            Event::Scalar(text, style, anchor, _) => {
                let swallowed = (*style == ScalarStyle::Plain && place.is_empty())
                    .then(|| unquoted::value_in_comment(self.text, read_to.min(place.start)))
                    .flatten();
                let place = swallowed.unwrap_or(place);
                let is_written = self.text.get(place.clone()) == Some(&**text);
                let text = if is_written {
                    None
                } else {
                    Some((**text).into())
                };
                anchors.insert(*anchor, self.add((place, tag), Kind::Scalar(text), open));
            }
            Event::SequenceStart(_, anchor, _) | Event::MappingStart(_, anchor, _) => {
                let is_mapping = matches!(event, Event::MappingStart(..));
                let kind = if is_mapping {
                    Kind::Mapping
                } else {
                    Kind::Sequence
                };
                let node = self.add((place, tag), kind, open);
                anchors.insert(*anchor, node);
                open.push(Open {
                    node,
                    is_mapping,
                    key: None,
                });
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(Open { node, .. }) = open.pop() else {
                    return;
                };
                let end = self.nodes.len();
                if let Some(node) = self.nodes.get_mut(node) {
                    (node.end, node.place.end) = (end, place.end);
                }
            }
            Event::Alias(id) => {
                let anchored = anchors.get(id).copied();
                self.add((place, None), Kind::Alias(anchored), open);
            }
            Event::UnresolvedAlias(_) => {
                self.add((place, None), Kind::Alias(None), open);
            }
            // Where nothing else stands, the name was meant as the value.
            Event::Anchor(..) => {
                if let Some(last) = self.nodes.last_mut().filter(|node| node.place.is_empty()) {
                    last.place = place;
                }
            }
            Event::Comment(..) => self.comments.push(place),
            _ => {}
        }
    }

    fn add(
        &mut self,
        (place, tag): (Range<usize>, Option<Range<usize>>),
        kind: Kind,
        open: &mut [Open],
    ) -> usize {
        let at = self.nodes.len();
        let key = open.last().and_then(|around| around.key);
        let parent = open.last().map(|around| around.node);
        let around = parent
            .and_then(|parent| self.nodes.get(parent))
            .and_then(|parent| parent.section);
        let section = around.or(if open.len() == 1 { key } else { None });
        if let Some(around) = open.last_mut().filter(|around| around.is_mapping) {
            around.key = if key.is_none() { Some(at) } else { None };
        }
        self.nodes.push(Node {
            place,
            tag,
            kind,
            key,
            parent,
            end: at + 1,
            section,
        });
        at
    }

    /// What is open ends where reading does.
    fn close(&mut self, open: &[Open]) {
        let end = self.nodes.len();
        for open in open {
            if let Some(node) = self.nodes.get_mut(open.node) {
                node.end = end;
            }
        }
    }
}

/// Whether an event has a tag that says more than that it is text.
#[expect(clippy::wildcard_enum_match_arm, reason = "the kinds are the parser's")]
fn tag_of(event: &Event<'_>) -> Option<()> {
    let tag = match event {
        Event::Scalar(_, _, _, tag)
        | Event::SequenceStart(_, _, tag)
        | Event::MappingStart(_, _, tag) => tag.as_ref()?,
        _ => return None,
    };
    (tag.core_suffix() != Some("str")).then_some(())
}
