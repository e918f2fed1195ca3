//! The questions of a program: each different one once, its operands ready to compare, and for each
//! what it reads.

use std::sync::Arc;

use super::dependencies::Reads;
use super::event::{Around, CountProgram, PatternProgram};
use super::turning::Moving;
use crate::model::patience::Patience;
use crate::model::pattern::Pattern;
use crate::model::{CampaignState, Members, NumberTest, Subject, TextTest};

/// A question in [`Conditions`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct NodeId(pub(super) u32);

/// A question with its operands ready to compare.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Node {
    Constant(bool),
    All(Box<[NodeId]>),
    Any(Box<[NodeId]>),
    Not(NodeId),
    /// Asked once while nothing that it reads has changed.
    Cached {
        slot: usize,
        node: NodeId,
    },
    Exists(usize),
    Text {
        field: usize,
        fold: bool,
        test: TextTest,
    },
    /// A whole number, a day or a moment in one of the ranges, both ends included, which stand in
    /// order and apart.
    Ranges {
        subject: Subject,
        ranges: Box<[(i64, i64)]>,
        negated: bool,
    },
    Decimal {
        field: usize,
        test: NumberTest,
    },
    Boolean {
        field: usize,
        is: bool,
        negated: bool,
    },
    Choice {
        field: usize,
        values: Box<[u64]>,
        negated: bool,
    },
    HasAny {
        field: usize,
        values: u64,
    },
    HasAll {
        field: usize,
        values: u64,
    },
    HasNone {
        field: usize,
        values: u64,
    },
    /// Must not be contacted on the channel.
    Blocked(usize),
    /// Stands in this list of keys.
    Listed(usize),
    /// A member of the segment by hand, or not; else what the node says.
    ByHand {
        segment: usize,
        node: NodeId,
    },
    Tag(usize),
    /// Has a tag, whichever.
    Tagged,
    /// Text in which a pattern is found, by its place in [`Conditions`].
    Pattern {
        field: usize,
        pattern: usize,
    },
    /// A day of this month and day, in any year.
    Anniversary {
        field: usize,
        month: i8,
        day: i8,
        /// Whether 29 February is remembered too.
        leap_too: bool,
    },
    /// Ever entered, or with the latest entry in this state.
    Campaign {
        campaign: usize,
        state: Option<CampaignState>,
    },
    /// In the stage, since this moment or longer.
    Stage {
        funnel: usize,
        stage: usize,
        since: i64,
    },
    /// So many happened, or so much: a position in [`Conditions::counts`].
    Count(usize),
    /// In one of the stages.
    InStages {
        funnel: usize,
        stages: Box<[u64]>,
    },
}

/// All questions of a program.
#[derive(Clone, Debug, Default)]
pub(crate) struct Conditions {
    pub(super) nodes: Vec<Node>,
    /// Who stands in a file or a plan.
    pub(super) lists: Arc<Vec<Members>>,
    pub(super) reads: Vec<Reads>,
    /// Absent where one is no pattern, which no plan has.
    pub(super) patterns: Vec<Option<Arc<Pattern>>>,
    /// Whether a question is about the contact's company.
    pub(crate) asks_companies: bool,
    /// By campaign: whether a question is about it.
    pub(super) asked_campaigns: Vec<bool>,
    pub(crate) counts: Vec<CountProgram>,
    /// What is waited for, and where.
    pub(super) awaited: Vec<(PatternProgram, Around)>,
    /// By cache slot: what is asked, and what it reads.
    pub(super) slots: Vec<NodeId>,
    /// By segment.
    pub(super) segments: Vec<NodeId>,
    /// What is asked from outside, in the order in which it was given.
    pub(super) asked: Vec<NodeId>,
    /// The slots of the segments, a segment after those that it asks.
    pub(super) order: Vec<usize>,
    /// By slot: whether a segment stands there.
    pub(super) is_segment: Vec<bool>,
    /// The questions whose operands move on with time.
    pub(super) moving: Arc<[Moving]>,
    /// Whether a question about a property of an event does so: then the program is compiled anew
    /// for each moment.
    pub(crate) pinned: bool,
    /// Whether segments ask each other so deep that they are better asked in order than by
    /// recursion.
    pub(crate) deep: bool,
}

impl Conditions {
    pub(crate) fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0 as usize]
    }

    pub(crate) fn reads(&self, id: NodeId) -> Reads {
        self.reads[id.0 as usize]
    }

    pub(crate) fn matches(&self, pattern: usize, text: &str) -> bool {
        self.patterns[pattern]
            .as_ref()
            .is_some_and(|pattern| pattern.is_match(text))
    }

    /// Searches for patterns count from now on.
    pub(crate) fn limit_searches(&self, patience: &Arc<Patience>) {
        let patterns = self.patterns.iter().flatten();
        patterns.for_each(|pattern| pattern.limit(patience));
    }

    /// Whether a key stands in a list.
    pub(crate) fn lists(&self, list: usize, key: &str) -> bool {
        self.lists[list].contains(key)
    }

    pub(crate) fn slots(&self) -> &[NodeId] {
        &self.slots
    }

    pub(crate) fn segments(&self) -> &[NodeId] {
        &self.segments
    }

    pub(crate) fn asked(&self) -> &[NodeId] {
        &self.asked
    }

    pub(crate) fn is_segment(&self, slot: usize) -> bool {
        self.is_segment.get(slot).is_some_and(|&it| it)
    }

    /// The slots of the segments, a segment after those that it asks.
    pub(crate) fn order(&self) -> &[usize] {
        &self.order
    }
}
