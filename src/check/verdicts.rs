//! Which conditions, and parts of them, come out one way for every contact there can be; a verdict is a proof, and what is not proved is not told.

use std::collections::{BTreeMap, BTreeSet};

use super::cells::{Cells, Region, Topic, all_atoms, name, topics_of};
use crate::graph::conditions;
use crate::model::ids::Id;
use crate::model::{Condition, ConditionKind, Model, SegmentId};
use crate::source::Span;

/// A part of a condition that always or never holds, and what about a contact proves it.
pub(super) struct Verdict<'a> {
    pub(super) condition: &'a Condition,
    pub(super) holds: bool,
    pub(super) about: String,
    /// Of what never holds: the parts that contradict each other, where two do.
    pub(super) against: Vec<Span>,
}

/// The smallest parts that explain what is proved, in the order of the model.
pub(super) fn verdicts<'a>(model: &'a Model, order: &[SegmentId]) -> Vec<Verdict<'a>> {
    let search = Search::new(model, order);
    let asked: Vec<&Condition> = conditions(model).into_iter().map(|(_, condition)| condition).collect();
    let mut by_topic: BTreeMap<Topic, Vec<&Condition>> = BTreeMap::new();
    for condition in &asked {
        search.topics(condition).into_iter().for_each(|topic| by_topic.entry(topic).or_default().push(condition));
    }
    let mut proofs = Proofs::new();
    for (topic, conditions) in by_topic {
        if let Some(view) = search.view(topic) {
            conditions.into_iter().for_each(|condition| view.prove(condition, topic, &mut proofs));
        }
    }
    let mut found = Vec::new();
    asked.into_iter().for_each(|condition| explain(model, condition, &proofs, &mut found));
    found
}

/// By place in memory: how a part always comes out, and why.
type Proofs = BTreeMap<usize, Proof>;

struct Proof {
    holds: bool,
    topic: Topic,
    against: Vec<Span>,
}

fn place(condition: &Condition) -> usize {
    std::ptr::from_ref(condition).addr()
}

fn inner(condition: &Condition) -> &[Condition] {
    match &condition.kind {
        ConditionKind::All(inner) | ConditionKind::Any(inner) => inner,
        ConditionKind::Not(inner) => std::slice::from_ref(inner),
        ConditionKind::Field { .. } | ConditionKind::Tag(_) | ConditionKind::Stage { .. } => &[],
        ConditionKind::Reached(_) | ConditionKind::InFunnel(_) | ConditionKind::Segment(_) => &[],
        ConditionKind::Reachable(_) | ConditionKind::Campaign { .. } | ConditionKind::Event(_) => &[],
        ConditionKind::Broken => &[],
    }
}

/// A part is told where no part of it alone explains the same.
fn explain<'a>(model: &Model, condition: &'a Condition, proofs: &Proofs, found: &mut Vec<Verdict<'a>>) {
    let proved = proofs.get(&place(condition));
    let part_is =
        |holds: bool| inner(condition).iter().any(|part| proofs.get(&place(part)).is_some_and(|it| it.holds == holds));
    let is_explained = match &condition.kind {
        ConditionKind::All(_) => part_is(false),
        ConditionKind::Any(_) => part_is(true),
        ConditionKind::Not(_) => part_is(false) || part_is(true),
        ConditionKind::Field { .. } | ConditionKind::Tag(_) | ConditionKind::Stage { .. } => false,
        ConditionKind::Reached(_) | ConditionKind::InFunnel(_) | ConditionKind::Segment(_) => false,
        ConditionKind::Reachable(_) | ConditionKind::Campaign { .. } | ConditionKind::Event(_) => false,
        ConditionKind::Broken => false,
    };
    match proved {
        Some(Proof { holds, topic, against }) if !is_explained => {
            found.push(Verdict { condition, holds: *holds, about: name(model, *topic), against: against.clone() });
        }
        Some(_) | None => inner(condition).iter().for_each(|part| explain(model, part, proofs, found)),
    }
}

struct Search<'a, 'o> {
    model: &'a Model,
    /// Segments, each after those that it asks.
    order: &'o [SegmentId],
    /// By segment: what it asks about, itself and through others.
    topics: Vec<BTreeSet<Topic>>,
    atoms: BTreeMap<Topic, Vec<&'a Condition>>,
}

impl<'a, 'o> Search<'a, 'o> {
    fn new(model: &'a Model, order: &'o [SegmentId]) -> Self {
        let mut atoms: BTreeMap<Topic, Vec<&Condition>> = BTreeMap::new();
        for atom in all_atoms(conditions(model).into_iter().map(|(_, condition)| condition)) {
            for topic in topics_of(model, atom) {
                atoms.entry(topic).or_default().push(atom);
            }
        }
        let mut search = Self { model, order, topics: vec![BTreeSet::new(); model.segments.len()], atoms };
        for segment in search.order {
            let topics = search.topics(&model.segments[*segment].condition);
            search.topics[segment.index()] = topics;
        }
        search
    }

    fn topics(&self, condition: &Condition) -> BTreeSet<Topic> {
        let mut found = BTreeSet::new();
        for atom in all_atoms(std::iter::once(condition)) {
            found.extend(topics_of(self.model, atom));
            if let ConditionKind::Segment(segment) = atom.kind {
                found.extend(&self.topics[segment.index()]);
            }
        }
        found
    }

    /// What the project can tell about a topic.
    fn view(&self, topic: Topic) -> Option<View<'a>> {
        let cells = Cells::of(self.model, topic, self.atoms.get(&topic)?)?;
        let mut view = View { model: self.model, cells, segments: BTreeMap::new() };
        for segment in self.order.iter().filter(|segment| self.topics[segment.index()].contains(&topic)) {
            let body = &self.model.segments[*segment];
            if body.is_listed() {
                continue;
            }
            let condition = &body.condition;
            let regions = [view.possible(condition, false), view.possible(condition, true)];
            // One that is decided is told of itself, and not of all that ask it.
            if regions.iter().all(|region| region.contains(&true)) {
                view.segments.insert(*segment, regions);
            }
        }
        Some(view)
    }
}

/// All conditions as seen from one topic.
struct View<'a> {
    model: &'a Model,
    cells: Cells,
    /// Where each segment does not hold, and where it does; absent where it says nothing.
    segments: BTreeMap<SegmentId, [Region; 2]>,
}

impl View<'_> {
    /// The cells with which a condition can come out as `holds`.
    fn possible(&self, condition: &Condition, holds: bool) -> Region {
        match &condition.kind {
            ConditionKind::All(parts) => self.joined(parts, holds, holds),
            ConditionKind::Any(parts) => self.joined(parts, holds, !holds),
            ConditionKind::Not(part) => self.possible(part, !holds),
            ConditionKind::Segment(segment) => match self.segments.get(segment) {
                Some(regions) => regions[usize::from(holds)].clone(),
                None => self.cells.anything(),
            },
            atom @ (ConditionKind::Field { .. } | ConditionKind::Tag(_) | ConditionKind::Stage { .. }) => {
                self.cells.possible(self.model, atom, holds)
            }
            atom @ (ConditionKind::Reached(_) | ConditionKind::InFunnel(_)) => {
                self.cells.possible(self.model, atom, holds)
            }
            ConditionKind::Reachable(_) | ConditionKind::Campaign { .. } | ConditionKind::Event(_) => {
                self.cells.anything()
            }
            ConditionKind::Broken => self.cells.anything(),
        }
    }

    /// `all` must come out alike, or at least one of them.
    fn joined(&self, parts: &[Condition], holds: bool, all: bool) -> Region {
        let regions = parts.iter().map(|part| self.possible(part, holds));
        let joined = regions.reduce(|sum, part| {
            sum.iter().zip(&part).map(|(one, other)| if all { *one && *other } else { *one || *other }).collect()
        });
        joined.unwrap_or_else(|| self.cells.anything())
    }

    /// The places of two parts that cannot hold together.
    fn contradiction(&self, condition: &Condition, topic: Topic) -> Vec<Span> {
        let ConditionKind::All(parts) = &condition.kind else { return Vec::new() };
        for (at, one) in parts.iter().enumerate() {
            let region = self.possible(one, true);
            let excludes = |other: &&Condition| {
                let there = self.possible(other, true);
                !region.iter().zip(&there).any(|(here, there)| *here && *there)
            };
            if let Some(other) = parts[at + 1..].iter().find(excludes) {
                return [one, other].into_iter().flat_map(|part| self.places(part, topic)).collect();
            }
        }
        Vec::new()
    }

    /// Where a part says something about a topic, also in the segments that it asks.
    fn places(&self, part: &Condition, topic: Topic) -> Vec<Span> {
        let mut found = vec![part.span];
        let mut open = vec![part];
        let mut seen = BTreeSet::new();
        while let Some(condition) = open.pop() {
            for atom in all_atoms(std::iter::once(condition)) {
                if let ConditionKind::Segment(segment) = atom.kind
                    && seen.insert(segment)
                {
                    open.push(&self.model.segments[segment].condition);
                }
                if topics_of(self.model, atom).contains(&topic) && !found.contains(&atom.span) {
                    found.push(atom.span);
                }
            }
        }
        found
    }

    fn prove(&self, condition: &Condition, topic: Topic, proofs: &mut Proofs) {
        for holds in [true, false] {
            if !self.possible(condition, holds).contains(&true) {
                let against = if holds { self.contradiction(condition, topic) } else { Vec::new() };
                proofs.entry(place(condition)).or_insert(Proof { holds: !holds, topic, against });
            }
        }
        inner(condition).iter().for_each(|part| self.prove(part, topic, proofs));
    }
}
