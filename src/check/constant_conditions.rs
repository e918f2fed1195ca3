//! Which conditions, and parts of them, come out one way for every contact there can be; a verdict
//! is a proof, and what is not proved is not told.

use std::collections::{BTreeMap, BTreeSet};

use super::partition::{Partition, Variable, all_atoms, cleared, name, topics_of};
use super::parts::{Parts, inner};
use super::region::Region;
use super::together::{From, Together};
use crate::graph::{EntityRef, conditions};
use crate::model::ids::Id;
use crate::model::{Condition, ConditionKind, FieldId, Model, SegmentId};
use crate::source::Span;

/// A part of a condition that always or never holds, and what about a contact proves it.
pub(super) struct Verdict<'a> {
    pub(super) condition: &'a Condition,
    pub(super) holds: bool,
    /// What proves it; absent where that is more than one thing.
    pub(super) about: Option<String>,
    /// Of what never holds: the parts that contradict each other, where two do.
    pub(super) against: Vec<Span>,
}

/// The smallest parts that explain what is proved: first for one thing at a time, then for what
/// they mean together.
pub(super) fn verdicts<'a>(
    model: &'a Model,
    order: &[SegmentId],
    together: &mut Together<'a>,
) -> Vec<Verdict<'a>> {
    let search = Search::new(model, order);
    let parts = Parts::of(model, order, &search.topics);
    let mut proofs = Proofs::new();
    for (topic, asking) in &parts.asking {
        if let Some(cells) = search.cells(*topic) {
            View {
                model,
                parts: &parts,
                cells,
                segments: BTreeMap::new(),
            }
            .prove(asking, &mut proofs);
        }
    }
    let mut found = Vec::new();
    let mut roots = conditions(model);
    let rank: BTreeMap<SegmentId, usize> = order.iter().copied().zip(0..).collect();
    let segment = |thing: &EntityRef| {
        if let EntityRef::Segment(id) = thing {
            Some(*id)
        } else {
            None
        }
    };
    // Segments come first, each after those that it asks.
    roots.sort_by_key(|(thing, _)| {
        let rank = segment(thing).and_then(|id| rank.get(&id));
        rank.copied().unwrap_or(usize::MAX)
    });
    for (thing, condition) in roots {
        let before = found.len();
        explain(model, condition, &proofs, &mut found);
        Weighed {
            proofs: &proofs,
            together: &mut *together,
            from: from(&thing),
            found: &mut found,
        }
        .look(condition);
        if let Some(segment) = segment(&thing).filter(|_| found.len() > before) {
            together.decide(segment);
        }
    }
    found
}

fn from(thing: &EntityRef) -> From {
    match thing {
        EntityRef::Campaign(_) | EntityRef::Step(..) => From::Campaign,
        EntityRef::Funnel(_) | EntityRef::Stage(_) | EntityRef::Segment(_) => From::Elsewhere,
        EntityRef::Content(_) | EntityRef::Destination(_) | EntityRef::Channel(_) => {
            From::Elsewhere
        }
    }
}

/// Conditions by what they mean, where one thing alone proves nothing.
struct Weighed<'s, 'a> {
    proofs: &'s Proofs,
    together: &'s mut Together<'a>,
    from: From,
    found: &'s mut Vec<Verdict<'a>>,
}

/// So many parts of a list are held against each other to say which two contradict.
const MOST_PARTS: usize = 12;

impl<'a> Weighed<'_, 'a> {
    /// Whether a condition or a part of it is decided; inner ones are told, outer ones not.
    fn look(&mut self, condition: &'a Condition) -> bool {
        let mut is_decided = self.proofs.contains_key(&place(condition));
        let inside = match &condition.kind {
            ConditionKind::Event(test) => test.pattern.where_.as_deref(),
            ConditionKind::All(_) | ConditionKind::Any(_) | ConditionKind::Not(_) => None,
            ConditionKind::Field { .. } | ConditionKind::Tag(_) | ConditionKind::Stage { .. } => {
                return is_decided;
            }
            ConditionKind::Reached(_) | ConditionKind::InFunnel(_) => None,
            ConditionKind::Segment(_) | ConditionKind::Broken => return is_decided,
            ConditionKind::Reachable(_) | ConditionKind::Campaign { .. } => None,
        };
        for part in inner(condition).iter().chain(inside) {
            is_decided |= self.look(part);
        }
        if is_decided || matches!(condition.kind, ConditionKind::Not(_)) {
            return is_decided;
        }
        let Some(holds) = [false, true]
            .into_iter()
            .find(|holds| self.together.never(&[(condition, !holds)], self.from))
        else {
            return false;
        };
        let parts = inner(condition);
        let is_all = matches!(condition.kind, ConditionKind::All(_));
        let against = if is_all && !holds {
            self.pair(parts)
        } else {
            Vec::new()
        };
        self.found.push(Verdict {
            condition,
            holds,
            about: None,
            against,
        });
        true
    }

    /// The places of two parts that cannot hold together.
    fn pair(&mut self, parts: &[Condition]) -> Vec<Span> {
        for (at, one) in parts.iter().enumerate().take(MOST_PARTS) {
            for other in parts[at + 1..].iter().take(MOST_PARTS) {
                if self
                    .together
                    .never(&[(one, true), (other, true)], self.from)
                {
                    return vec![one.span, other.span];
                }
            }
        }
        Vec::new()
    }
}

/// By place in memory: how a part always comes out, and why.
type Proofs = BTreeMap<usize, Proof>;

struct Proof {
    holds: bool,
    topic: Variable,
    against: Vec<Span>,
}

fn place(condition: &Condition) -> usize {
    std::ptr::from_ref(condition).addr()
}

/// A part is told where no part of it alone explains the same.
fn explain<'a>(
    model: &Model,
    condition: &'a Condition,
    proofs: &Proofs,
    found: &mut Vec<Verdict<'a>>,
) {
    let proved = proofs.get(&place(condition));
    let part_is = |holds: bool| {
        inner(condition)
            .iter()
            .any(|part| proofs.get(&place(part)).is_some_and(|it| it.holds == holds))
    };
    let is_explained = match &condition.kind {
        ConditionKind::All(_) => part_is(false),
        ConditionKind::Any(_) => part_is(true),
        ConditionKind::Not(_) => part_is(false) || part_is(true),
        ConditionKind::Field { .. } | ConditionKind::Tag(_) | ConditionKind::Stage { .. } => false,
        ConditionKind::Reached(_) | ConditionKind::InFunnel(_) | ConditionKind::Segment(_) => false,
        ConditionKind::Reachable(_) | ConditionKind::Campaign { .. } | ConditionKind::Event(_) => {
            false
        }
        ConditionKind::Broken => false,
    };
    match proved {
        Some(Proof {
            holds,
            topic,
            against,
        }) if !is_explained => {
            found.push(Verdict {
                condition,
                holds: *holds,
                about: Some(name(model, *topic)),
                against: against.clone(),
            });
        }
        Some(_) | None => inner(condition)
            .iter()
            .for_each(|part| explain(model, part, proofs, found)),
    }
}

/// So many places of a part that contradicts another are noted; fewer are shown.
const MOST_PLACES: usize = 8;

/// Of so many things a segment may ask, itself and through others, to be looked into where another
/// asks it. Nobody reads through more, and layers upon layers would be looked through once for each
/// thing at their ground.
const MANY: usize = 64;

struct Search<'a> {
    model: &'a Model,
    /// By segment: what it asks about, itself and through others; nothing where that is too much.
    topics: Vec<BTreeSet<Variable>>,
    atoms: BTreeMap<Variable, Vec<&'a Condition>>,
    cleared: BTreeSet<FieldId>,
}

impl<'a> Search<'a> {
    /// `order` has the segments, each after those that it asks.
    fn new(model: &'a Model, order: &[SegmentId]) -> Self {
        let mut atoms: BTreeMap<Variable, Vec<&Condition>> = BTreeMap::new();
        for atom in all_atoms(
            conditions(model)
                .into_iter()
                .map(|(_, condition)| condition),
        ) {
            for topic in topics_of(model, atom) {
                atoms.entry(topic).or_default().push(atom);
            }
        }
        let topics = vec![BTreeSet::new(); model.segments.len()];
        let mut search = Self {
            model,
            topics,
            atoms,
            cleared: cleared(model),
        };
        for segment in order {
            let topics = search.topics(&model.segments[*segment].condition);
            if topics.len() <= MANY {
                search.topics[segment.index()] = topics;
            }
        }
        search
    }

    fn topics(&self, condition: &Condition) -> BTreeSet<Variable> {
        let mut found = BTreeSet::new();
        for atom in all_atoms(std::iter::once(condition)) {
            found.extend(topics_of(self.model, atom));
            if let ConditionKind::Segment(segment) = atom.kind {
                found.extend(&self.topics[segment.index()]);
            }
        }
        found
    }

    fn cells(&self, topic: Variable) -> Option<Partition> {
        Partition::of(self.model, topic, self.atoms.get(&topic)?, &self.cleared)
    }
}

/// All conditions as seen from one topic.
struct View<'a> {
    model: &'a Model,
    parts: &'a Parts<'a>,
    cells: Partition,
    /// Where each segment does not hold, and where it does; absent where it says nothing.
    segments: BTreeMap<SegmentId, [Region; 2]>,
}

/// The parts directly inside another that ask about the topic, the last first, and with which cells
/// each does not hold, or does.
#[derive(Default)]
struct Inside {
    parts: Vec<usize>,
    regions: [Vec<Region>; 2],
}

impl View<'_> {
    /// Proves what it can from the atoms that ask about the topic outwards. What does not ask about
    /// it can come out either way.
    fn prove(&mut self, asking: &[usize], proofs: &mut Proofs) {
        let mut open: BTreeMap<usize, Inside> = asking
            .iter()
            .map(|atom| (*atom, Inside::default()))
            .collect();
        while let Some((at, mut inside)) = open.pop_last() {
            let part = &self.parts.all[at];
            let regions = [false, true].map(|holds| self.possible(part.condition, holds, &inside));
            for holds in [true, false] {
                if regions[usize::from(holds)].is_empty() {
                    let topic = self.cells.topic;
                    proofs.entry(place(part.condition)).or_insert_with(|| {
                        let against = if holds {
                            self.contradiction(part.condition, &mut inside)
                        } else {
                            Vec::new()
                        };
                        Proof {
                            holds: !holds,
                            topic,
                            against,
                        }
                    });
                }
            }
            if let Some(around) = part.within {
                let around = open.entry(around).or_default();
                around.parts.push(at);
                around
                    .regions
                    .iter_mut()
                    .zip(regions)
                    .for_each(|(all, region)| all.push(region));
            } else if let Some(segment) = part.segment
                && !self.model.segments[segment].is_listed()
                // One that is decided is told of itself, and not of all that ask it.
                && regions.iter().all(|region| !region.is_empty())
            {
                self.segments.insert(segment, regions);
            }
        }
    }

    /// The cells with which a condition can come out as `holds`.
    fn possible(&self, condition: &Condition, holds: bool, inside: &Inside) -> Region {
        match &condition.kind {
            ConditionKind::All(parts) => self.joined(parts.len(), holds, holds, inside),
            ConditionKind::Any(parts) => self.joined(parts.len(), holds, !holds, inside),
            ConditionKind::Not(_) => self.joined(1, !holds, true, inside),
            ConditionKind::Segment(segment) => match self.segments.get(segment) {
                Some(regions) => regions[usize::from(holds)].clone(),
                None => self.cells.anything(),
            },
            atom @ (ConditionKind::Field { .. }
            | ConditionKind::Tag(_)
            | ConditionKind::Stage { .. }) => self.cells.possible(self.model, atom, holds),
            atom @ (ConditionKind::Reached(_) | ConditionKind::InFunnel(_)) => {
                self.cells.possible(self.model, atom, holds)
            }
            ConditionKind::Reachable(_)
            | ConditionKind::Campaign { .. }
            | ConditionKind::Event(_) => self.cells.anything(),
            ConditionKind::Broken => self.cells.anything(),
        }
    }

    /// `all` of so many parts must come out alike, or at least one of them.
    fn joined(&self, parts: usize, holds: bool, all: bool, inside: &Inside) -> Region {
        let regions = &inside.regions[usize::from(holds)];
        if all && !regions.is_empty() {
            Region::all(regions)
        } else if regions.len() == parts && parts > 0 {
            Region::any(regions)
        } else {
            self.cells.anything()
        }
    }

    /// The places of two parts that cannot hold together.
    fn contradiction(&self, condition: &Condition, inside: &mut Inside) -> Vec<Span> {
        if !matches!(condition.kind, ConditionKind::All(_)) {
            return Vec::new();
        }
        inside.parts.reverse();
        inside.regions[1].reverse();
        let pair = contradicting(&inside.regions[1], self.cells.count());
        let told = pair.map(|(one, other)| [inside.parts[one], inside.parts[other]]);
        told.into_iter()
            .flatten()
            .flat_map(|part| self.parts.places(part, self.cells.topic, MOST_PLACES))
            .collect()
    }
}

/// The first of some regions that has no cell in common with a later one, and that one. Two that
/// have more cells than there are have one in common.
fn contradicting(regions: &[Region], cells: usize) -> Option<(usize, usize)> {
    let sizes: Vec<usize> = regions.iter().map(Region::cells).collect();
    let mut least = sizes.clone();
    for at in (1..least.len()).rev() {
        least[at - 1] = least[at - 1].min(least[at]);
    }
    let fits = |one: usize, other: usize| {
        sizes[one] + sizes[other] <= cells && !regions[one].meets(&regions[other])
    };
    (0..regions.len()).find_map(|one| {
        least
            .get(one + 1)
            .filter(|least| sizes[one] + **least <= cells)?;
        let other = (one + 1..regions.len()).find(|other| fits(one, *other))?;
        Some((one, other))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn region(ranges: &[(usize, usize)]) -> Region {
        Region::of(ranges.iter().map(|(from, end)| *from..*end))
    }

    #[test]
    fn the_first_pair_that_shares_nothing_is_told() {
        let ranges: [&[(usize, usize)]; 5] = [
            &[(0, 10)],
            &[(0, 3), (5, 7)],
            &[(2, 6)],
            &[(3, 5), (8, 10)],
            &[(7, 8)],
        ];
        let regions = ranges.map(region);
        assert_eq!(contradicting(&regions, 10), Some((1, 3)));
        assert_eq!(contradicting(&regions[..3], 10), None);
        assert_eq!(contradicting(&[region(&[]), region(&[])], 10), Some((0, 1)));
        assert_eq!(contradicting(&[], 10), None);
    }
}
