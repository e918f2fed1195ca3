//! The journey as a graph: what leads where and under which condition; it can be made of any model,
//! also a faulty one, and marks what is broken.
//!
//! Nodes and edges stand in order of the model's ids, so that the same project gives the same
//! graph.

mod build;
mod conditions;
pub mod describe;
mod next;
mod steps;

use std::collections::BTreeMap;

use petgraph::graph::{DiGraph, NodeIndex};

pub(crate) use conditions::{atoms, conditions, patterns};
pub(crate) use next::{Ladder, possible_next};

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::{
    CampaignId, Channel, ContentId, DestinationId, FunnelId, Model, SegmentId, StageRef, StepId,
};
use crate::source::{FileId, Span};

/// A project as a graph.
#[derive(Clone, Debug)]
pub struct Journey {
    /// The project's name.
    pub project: Option<String>,
    /// The graph.
    pub graph: DiGraph<Node, Edge>,
    places: BTreeMap<EntityRef, NodeIndex>,
}

/// What a node stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EntityRef {
    /// A funnel, and the door through which contacts come into it.
    Funnel(FunnelId),
    /// A stage.
    Stage(StageRef),
    /// A segment.
    Segment(SegmentId),
    /// A campaign.
    Campaign(CampaignId),
    /// A step of a campaign.
    Step(CampaignId, StepId),
    /// Content.
    Content(ContentId),
    /// A destination.
    Destination(DestinationId),
    /// A channel with its consent.
    Channel(Channel),
}

/// A node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// What it stands for.
    pub thing: EntityRef,
    /// Its id in the project: `shop`, `shop/loyal`, `win-back/send:we-miss-you`.
    pub id: String,
    /// What people read: the name, or else the id, or the step in words.
    pub label: String,
    /// What sets its kind apart.
    pub face: NodeKind,
    /// Where it is written: its id or operand first, then what belongs to it and is no edge.
    pub spans: Vec<Span>,
    /// Whether something about it is wrong.
    pub broken: bool,
}

/// What sets the kinds of nodes apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NodeKind {
    /// A funnel.
    Funnel {
        /// Whether contacts may move to lighter stages.
        free: bool,
        /// Whether heavier stages than the present one convert, too.
        loose: bool,
        /// Whether who leaves the audience leaves the funnel.
        drops: bool,
        /// Whether `published: false` closes it.
        closed: bool,
    },
    /// A stage.
    Stage {
        /// Orders the stages; absent where it is broken.
        weight: Option<i64>,
        /// As `#rrggbb`.
        color: Option<String>,
        /// Whether nobody is moved out.
        is_final: bool,
        /// Whether `published: false` closes it.
        closed: bool,
        /// What it means for people.
        criteria: Vec<String>,
        /// What contacts in it get to see or are sent, in words and in order.
        experiences: Vec<String>,
    },
    /// A segment, with its condition in words.
    Segment {
        /// The condition.
        words: String,
    },
    /// A campaign.
    Campaign {
        /// The ways in, in words.
        enter: Vec<String>,
        /// After how long after the end of a time somebody may come in again, in words; absent for
        /// never.
        again: Option<String>,
        /// The goal, in words.
        goal: Option<String>,
        /// Who leaves, in words.
        exit_when: Option<String>,
        /// Whether who came in by a condition and no longer meets one leaves; absent where that is
        /// not said, or no condition lets in.
        drops: Option<bool>,
        /// Whether `published: false` closes it.
        closed: bool,
    },
    /// A step.
    Step {
        /// What it does.
        verb: Verb,
        /// The step around it, and the word of the branch in which it stands.
        inside: Option<(EntityRef, String)>,
        /// The words of its own branches, also of those without a step.
        branches: Vec<String>,
    },
    /// Content, with the word for its kind.
    Content {
        /// The kind.
        kind: Option<&'static str>,
    },
    /// A destination, with the word for its kind.
    Destination {
        /// The kind.
        kind: Option<&'static str>,
    },
    /// A channel.
    Channel,
}

/// What a step does, as far as a picture tells it apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Puts a message in the outbox.
    Send,
    /// Moves to a stage or out of a funnel.
    Move,
    /// Calls a colleague or another system.
    Call,
    /// Changes the contact.
    Change,
    /// Waits.
    Wait,
    /// Asks.
    Ask,
    /// Sends contacts different ways without a question.
    Split,
    /// Goes on elsewhere.
    Goto,
    /// Ends the campaign.
    Exit,
    /// Could not be understood.
    Unclear,
}

/// An edge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge {
    /// What it means.
    pub kind: EdgeKind,
    /// Under which condition, in words; empty for none.
    pub words: String,
    /// Where it is written.
    pub span: Span,
    /// Whether something about it is wrong.
    pub broken: bool,
}

/// What an edge means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EdgeKind {
    /// From a funnel to its entry: the audience comes in.
    Enters,
    /// From a funnel to a stage: a rule of placement.
    Places,
    /// From a stage to a stage: a conversion.
    Converts,
    /// From a stage to a stage: a way back that is allowed.
    BackTo,
    /// From a step to a stage: a move.
    Moves,
    /// From a step to a funnel: the stage is cleared.
    Leaves,
    /// From a stage or segment to a campaign: who is in it may come in.
    Admits,
    /// From a stage to a campaign: who comes to rest in it comes in.
    Entered,
    /// From a campaign to its first step.
    Starts,
    /// From a step to the one after it.
    Next,
    /// From an `if` to the step where it holds.
    Yes,
    /// From an `if` to the step where it does not hold.
    No,
    /// From a step with branches to the first step of one; the words are the branch's.
    Branch,
    /// From a `wait-until` to the step after the one that is left out when the moment is over.
    Past,
    /// From a step to content.
    Sends,
    /// From a stage to content: an experience.
    Shows,
    /// From a step to a destination.
    Calls,
    /// To a segment or channel that is asked.
    Asks,
}

impl EdgeKind {
    /// Whether it leads from a step to one that comes after it.
    pub fn is_order(self) -> bool {
        matches!(
            self,
            Self::Starts | Self::Next | Self::Yes | Self::No | Self::Branch | Self::Past
        )
    }
}

impl Journey {
    /// The graph of a project.
    pub fn of(model: &Model) -> Self {
        build::journey(model)
    }

    /// The node of a thing.
    pub fn node(&self, thing: EntityRef) -> Option<NodeIndex> {
        self.places.get(&thing).copied()
    }

    /// Marks the nodes and edges at which errors were found; for an edge that no picture shows, the
    /// node that it leaves.
    pub fn marked(mut self, findings: &[Diagnostic]) -> Self {
        let wrong = Wrong::of(findings);
        let hit = |span: Span| wrong.overlaps(span);
        for node in self.graph.node_weights_mut() {
            node.broken |= node.spans.iter().any(|span| hit(*span));
        }
        for at in self.graph.edge_indices() {
            let edge = &mut self.graph[at];
            edge.broken |= hit(edge.span);
            let hidden = matches!(
                edge.kind,
                EdgeKind::Asks | EdgeKind::Sends | EdgeKind::Shows | EdgeKind::Calls
            ) && edge.broken;
            if let Some((asking, _)) = self.graph.edge_endpoints(at).filter(|_| hidden) {
                self.graph[asking].broken = true;
            }
        }
        self
    }
}

/// Where errors are, by file: their starts in order, and with each the last end so far.
struct Wrong(BTreeMap<FileId, Vec<(u32, u32)>>);

impl Wrong {
    fn of(findings: &[Diagnostic]) -> Self {
        let mut errors: Vec<Span> = findings
            .iter()
            .filter(|finding| finding.severity == Severity::Error)
            .map(|finding| finding.primary.span)
            .collect();
        errors.sort_unstable_by_key(|span| (span.file, span.start));
        let mut by_file: BTreeMap<FileId, Vec<(u32, u32)>> = BTreeMap::new();
        for span in errors {
            let of_file = by_file.entry(span.file).or_default();
            let end = of_file
                .last()
                .map_or(span.end, |(_, end)| span.end.max(*end));
            of_file.push((span.start, end));
        }
        Self(by_file)
    }

    /// Whether an error has a place in common with a span.
    fn overlaps(&self, span: Span) -> bool {
        let of_file = self.0.get(&span.file).filter(|_| span != Span::NOWHERE);
        let before =
            of_file.map(|errors| &errors[..errors.partition_point(|(start, _)| *start < span.end)]);
        before
            .and_then(<[_]>::last)
            .is_some_and(|(_, end)| span.start < *end)
    }
}
