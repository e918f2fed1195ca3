//! The identity of what a condition means: free of places, of words and of the names of segments,
//! and the same in every plan.
//!
//! Two conditions with one [`Meaning`] hold for the same contacts, whoever they are. The other way
//! round it holds as far as each question is about one thing: what follows only from knowing two
//! things together, or from what a field may hold, is not seen.

mod atoms;
mod dates;
mod diagram;
mod meant;
mod names;
mod turned;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::condition::{Condition, ConditionKind};
use super::ids::SegmentId;
use super::{Enter, EventPattern, Members, Model, Segment};
use diagram::{Diagram, Diagrams};
use names::Names;

/// What a condition means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Meaning([u8; 16]);

/// 32 hexadecimal digits.
impl fmt::Display for Meaning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// The meanings of one model's conditions; each segment is thought through once.
#[derive(Debug)]
pub struct Meanings<'m> {
    model: &'m Model,
    names: Names<'m>,
    diagrams: Diagrams,
    segments: BTreeMap<SegmentId, Diagram>,
}

impl<'m> Meanings<'m> {
    /// Of a model by itself.
    pub fn of(model: &'m Model) -> Self {
        Self::with(Names::of(model))
    }

    /// Of an earlier model, with the names that a later one gave to what it says was moved, so that
    /// both can be compared.
    pub fn seen_from(earlier: &'m Model, later: &'m Model) -> Self {
        Self::with(Names::seen_from(earlier, later))
    }

    /// Of a model by itself, with the names that things had before it moved them.
    pub fn formerly(model: &'m Model) -> Self {
        Self::with(Names::formerly(model))
    }

    /// The same, with the last of their names where things had several.
    pub fn lately(model: &'m Model) -> Self {
        Self::with(Names::lately(model))
    }

    fn with(names: Names<'m>) -> Self {
        Self {
            model: names.model(),
            names,
            diagrams: Diagrams::default(),
            segments: BTreeMap::new(),
        }
    }

    /// What a condition means.
    pub fn condition(&mut self, condition: &Condition) -> Meaning {
        let diagram = self.diagram(condition);
        self.diagrams.meaning(diagram)
    }

    /// What the opposite of a condition means.
    pub fn opposite(&mut self, condition: &Condition) -> Meaning {
        let diagram = self.diagram(condition);
        let opposite = self.diagrams.not(diagram);
        self.diagrams.meaning(opposite)
    }

    /// Whether nobody meets all of these: conditions, each with whether it holds. What would take
    /// too long counts as possible.
    pub fn exclude_each_other(&mut self, asked: &[(&Condition, bool)]) -> bool {
        let mut parts = Vec::with_capacity(asked.len());
        for (condition, holds) in asked {
            let diagram = self.diagram(condition);
            parts.push(if *holds {
                diagram
            } else {
                self.diagrams.not(diagram)
            });
        }
        self.diagrams.all(parts) == diagram::NEVER
    }

    /// Whom a way lets into a campaign.
    pub fn enter(&mut self, way: &Enter) -> Meaning {
        match way {
            Enter::Condition(condition) => self.condition(condition),
            Enter::Entered { stage, .. } => {
                diagram::digest(&["entered", &self.names.stage(*stage)])
            }
            Enter::Event(pattern) => self.pattern(pattern),
        }
    }

    /// Which occurrences are meant.
    pub fn pattern(&mut self, pattern: &EventPattern) -> Meaning {
        let of = pattern
            .of
            .map(|content| self.names.content(content))
            .unwrap_or_default();
        let inner = pattern
            .where_
            .as_ref()
            .map(|inner| self.condition(inner).to_string())
            .unwrap_or_default();
        diagram::digest(&["event", &self.names.event(pattern.event), &of, &inner])
    }

    /// Who belongs to a segment.
    pub fn segment(&mut self, segment: SegmentId) -> Meaning {
        let diagram = self.segment_diagram(segment);
        self.diagrams.meaning(diagram)
    }

    fn diagram(&mut self, condition: &Condition) -> Diagram {
        self.prepare(condition);
        self.built(condition)
    }

    fn segment_diagram(&mut self, segment: SegmentId) -> Diagram {
        let model = self.model;
        self.prepare(&model.segments[segment].condition);
        self.known_segment(segment)
    }

    /// Thinks the segments through that a condition asks, one after those that it asks itself,
    /// however deep they stand in each other.
    fn prepare(&mut self, condition: &Condition) {
        let model = self.model;
        let mut open: Vec<(SegmentId, bool)> = Vec::new();
        each_segment(condition, &mut |asked| open.push((asked, false)));
        let mut begun = BTreeSet::new();
        while let Some((segment, is_ready)) = open.pop() {
            if self.segments.contains_key(&segment) {
                continue;
            }
            if is_ready {
                self.known_segment(segment);
            } else if begun.insert(segment) {
                open.push((segment, true));
                each_segment(&model.segments[segment].condition, &mut |asked| {
                    open.push((asked, false));
                });
            }
        }
    }

    fn known_segment(&mut self, id: SegmentId) -> Diagram {
        if let Some(known) = self.segments.get(&id) {
            return *known;
        }
        let model = self.model;
        let segment = &model.segments[id];
        let asked = self.built(&segment.condition);
        let diagram = self.with_members(id, segment, asked);
        self.segments.insert(id, diagram);
        diagram
    }

    /// Who is excluded is out, else who is included is in, else the latest step decides, else the
    /// condition.
    fn with_members(&mut self, id: SegmentId, segment: &Segment, asked: Diagram) -> Diagram {
        let diagrams = &mut self.diagrams;
        let mut diagram = asked;
        if segment.by_hand {
            let name = format!("segment:{}", self.names.segment(id));
            let is_set = diagrams.exists(&name);
            let is_in = diagrams.flag(&name, "in");
            diagram = diagrams.choose(is_set, is_in, diagram);
        }
        if !segment.include.is_empty() {
            let listed = listed(diagrams, &segment.include);
            diagram = diagrams.any(vec![listed, diagram]);
        }
        if !segment.exclude.is_empty() {
            let listed = listed(diagrams, &segment.exclude);
            let others = diagrams.not(listed);
            diagram = diagrams.all(vec![others, diagram]);
        }
        diagram
    }

    /// The diagram of a condition whose segments are known; one that asks itself, which no plan
    /// has, is a question like others.
    fn built(&mut self, condition: &Condition) -> Diagram {
        match &condition.kind {
            ConditionKind::All(parts) => {
                let parts = parts.iter().map(|part| self.built(part)).collect();
                self.diagrams.all(parts)
            }
            ConditionKind::Any(parts) => {
                let parts = parts.iter().map(|part| self.built(part)).collect();
                self.diagrams.any(parts)
            }
            ConditionKind::Not(inside) => {
                let inside = self.built(inside);
                self.diagrams.not(inside)
            }
            ConditionKind::Segment(segment) => {
                self.segments.get(segment).copied().unwrap_or_else(|| {
                    let name = format!("segment:{}", self.model.segments[*segment].id);
                    self.diagrams.flag(&name, "met")
                })
            }
            ConditionKind::Field { .. }
            | ConditionKind::Tag(_)
            | ConditionKind::Stage { .. }
            | ConditionKind::Reached(_)
            | ConditionKind::InFunnel(_)
            | ConditionKind::Reachable(_)
            | ConditionKind::Campaign { .. }
            | ConditionKind::Event(_)
            | ConditionKind::Broken => self.atom(condition),
        }
    }
}

/// So many members stand key by key in the diagram of a segment: it would be as long as they are,
/// and with it each that is made of it.
const MOST_MEMBERS: usize = 64;

/// Whether a contact is among these; many of them are a question of their own.
fn listed(diagrams: &mut Diagrams, members: &Members) -> Diagram {
    let keys = members.keys();
    if keys.len() <= MOST_MEMBERS {
        return diagrams.one_of("key", "", &keys);
    }
    let all = diagram::digest(&keys).to_string();
    diagrams.flag("members", &all)
}

/// Each segment that a condition asks itself.
fn each_segment(condition: &Condition, visit: &mut impl FnMut(SegmentId)) {
    match &condition.kind {
        ConditionKind::All(parts) | ConditionKind::Any(parts) => {
            parts.iter().for_each(|part| each_segment(part, visit));
        }
        ConditionKind::Not(inside) => each_segment(inside, visit),
        ConditionKind::Segment(segment) => visit(*segment),
        ConditionKind::Field { .. } | ConditionKind::Tag(_) | ConditionKind::Stage { .. } => {}
        ConditionKind::Reached(_) | ConditionKind::InFunnel(_) | ConditionKind::Reachable(_) => {}
        ConditionKind::Campaign { .. } | ConditionKind::Event(_) | ConditionKind::Broken => {}
    }
}
