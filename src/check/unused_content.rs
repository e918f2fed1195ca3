//! Content that can be sent, and that no step sends, no experience shows and no event is asked of;
//! pages, forms and assets are touched, not sent, so nothing is said of them.

use std::collections::BTreeSet;

use petgraph::Direction;

use super::{CheckContext, Rule};
use crate::diagnostic::Diagnostic;
use crate::graph::{EdgeKind, EntityRef, patterns};
use crate::model::{ContentId, ContentKind};

pub(super) fn find(case: &CheckContext<'_>, rule: &Rule) -> Vec<Diagnostic> {
    let content = case
        .model
        .content
        .iter()
        .filter(|(_, content)| content.kind.is_some_and(ContentKind::can_be_sent));
    let asked: BTreeSet<_> = patterns(case.model)
        .into_iter()
        .filter_map(|pattern| pattern.of)
        .collect();
    content
        .filter(|(id, _)| !is_sent(case, *id) && !asked.contains(id))
        .map(|(_, content)| {
            let message = format!("no campaign sends `{}`, and no stage shows it", content.id);
            rule.finding(content.span, message)
                .at("is never sent")
                .help(format!(
                    "send it (`- send: {}`), name it in `experiences` of a stage, or remove it",
                    content.id
                ))
        })
        .collect()
}

/// Whether a step sends it, or an experience shows it.
pub(super) fn is_sent(case: &CheckContext<'_>, content: ContentId) -> bool {
    let node = case.journey.node(EntityRef::Content(content));
    node.is_some_and(|node| {
        let graph = &case.journey.graph;
        graph
            .edges_directed(node, Direction::Incoming)
            .any(|edge| matches!(edge.weight().kind, EdgeKind::Sends | EdgeKind::Shows))
    })
}
