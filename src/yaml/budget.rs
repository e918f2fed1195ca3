//! The budget of a file: bytes, levels and nodes; a copy made for an alias costs as much as what is
//! written, so no text can make the tree larger than the budget.

use std::collections::HashMap;

use super::node::{Node, Value};
use crate::diagnostic::{Diagnostic, codes};
use crate::source::{FileId, Span};

/// How many bytes a file may have.
pub const MAX_BYTES: u64 = 16 << 20;
/// With the copies that aliases make.
const MAX_TEXT: usize = 32 << 20;
/// How many lists and mappings may stand inside each other. Two of them, as of an `if`, are at most
/// four levels of a plan, of whose JSON 127 can be read.
pub const MAX_DEPTH: usize = 64;
pub(super) const MAX_NODES: usize = 1_000_000;

/// What has been spent, and the anchored nodes that aliases may copy.
#[derive(Default)]
pub(super) struct Budget {
    spent: Size,
    anchors: HashMap<usize, (Node, Size)>,
}

#[derive(Clone, Copy, Default)]
struct Size {
    nodes: usize,
    bytes: usize,
    height: usize,
}

/// The error for a file that is too large to be looked at.
pub fn too_large(file: FileId, bytes: u64) -> Diagnostic {
    let message = format!("the file has {bytes} bytes, {MAX_BYTES} (16 MiB) are allowed");
    let error = Diagnostic::new(codes::YAML_LIMIT, Span::new(file, 0..0), message).at("not read");
    error.help("split the project into several files, see `include`")
}

/// The error for collections inside collections without end.
pub(super) fn too_deep(span: Span) -> Diagnostic {
    let message = format!("more than {MAX_DEPTH} levels of lists and mappings inside each other");
    Diagnostic::new(codes::YAML_LIMIT, span, message)
        .at("one level too many")
        .help("give the inner part a name of its own")
}

impl Budget {
    /// Pays for a scalar that is written below `depth` open collections.
    pub(super) fn scalar(
        &mut self,
        bytes: usize,
        depth: usize,
        span: Span,
    ) -> Result<(), Box<Diagnostic>> {
        self.pay(
            Size {
                nodes: 1,
                bytes,
                height: 0,
            },
            depth,
            span,
        )
    }

    /// Pays for a collection that is opened below `depth` others.
    pub(super) fn collection(&mut self, depth: usize, span: Span) -> Result<(), Box<Diagnostic>> {
        self.pay(
            Size {
                nodes: 1,
                bytes: 0,
                height: 1,
            },
            depth,
            span,
        )
    }

    /// Keeps a copy for aliases.
    pub(super) fn keep(&mut self, anchor: usize, node: &Node) -> Result<(), Box<Diagnostic>> {
        let size = measure(node);
        self.pay(size, 0, node.span)?;
        self.anchors.insert(anchor, (node.clone(), size));
        Ok(())
    }

    /// A copy for an alias; nothing while its anchor is still open.
    pub(super) fn copy(
        &mut self,
        anchor: usize,
        depth: usize,
        span: Span,
    ) -> Result<Option<Node>, Box<Diagnostic>> {
        let Some(size) = self.anchors.get(&anchor).map(|(_, size)| *size) else {
            return Ok(None);
        };
        self.pay(size, depth, span)?;
        Ok(self.anchors.get(&anchor).map(|(node, _)| node.clone()))
    }

    fn pay(&mut self, size: Size, depth: usize, span: Span) -> Result<(), Box<Diagnostic>> {
        if depth + size.height > MAX_DEPTH {
            return Err(too_deep(span).into());
        }
        self.spent.nodes += size.nodes;
        self.spent.bytes += size.bytes;
        let (limit, what) = match (self.spent.nodes > MAX_NODES, self.spent.bytes > MAX_TEXT) {
            (true, _) => (MAX_NODES, "values"),
            (false, true) => (MAX_TEXT, "bytes of text"),
            (false, false) => return Ok(()),
        };
        let message = format!("more than {limit} {what} in one file, counting what aliases repeat");
        let error = Diagnostic::new(codes::YAML_LIMIT, span, message).at("here it is too much");
        Err(error
            .help("use fewer aliases, or split the project into several files")
            .into())
    }
}

/// How many lists and mappings stand inside each other in a node.
pub fn height(node: &Node) -> usize {
    measure(node).height
}

/// The recursion is bounded: no node is higher than the budget of levels, or than twice that where
/// the arguments of a block have been put in.
fn measure(node: &Node) -> Size {
    match &node.value {
        Value::Scalar(scalar) => Size {
            nodes: 1,
            bytes: scalar.text.len(),
            height: 0,
        },
        Value::Sequence(items) => around(items.iter().map(measure)),
        Value::Mapping(entries) => around(entries.iter().map(|entry| {
            let value = measure(&entry.value);
            Size {
                nodes: value.nodes + 1,
                bytes: value.bytes + entry.key.value.len(),
                ..value
            }
        })),
    }
}

fn around(parts: impl Iterator<Item = Size>) -> Size {
    let empty = Size {
        nodes: 1,
        bytes: 0,
        height: 1,
    };
    parts.fold(empty, |all, part| Size {
        nodes: all.nodes + part.nodes,
        bytes: all.bytes + part.bytes,
        height: all.height.max(part.height + 1),
    })
}
