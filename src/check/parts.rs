//! The parts of all conditions by what they ask about, so that whoever looks at one thing about a
//! contact walks the parts that ask about it, and no others.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::partition::{Variable, topics_of};
use crate::graph::{EntityRef, conditions};
use crate::model::ids::Id;
use crate::model::{Condition, ConditionKind, Model, SegmentId, Subject};
use crate::source::Span;

/// The parts of all conditions, outer before inner; what a segment asks stands behind all that ask
/// the segment.
pub(super) struct Parts<'a> {
    pub(super) all: Vec<Part<'a>>,
    /// By topic: the atoms that ask about it, themselves or through a segment.
    pub(super) asking: BTreeMap<Variable, Vec<usize>>,
    /// By segment: where its condition stands.
    segments: BTreeMap<SegmentId, usize>,
}

pub(super) struct Part<'a> {
    pub(super) condition: &'a Condition,
    /// The part around it.
    pub(super) within: Option<usize>,
    /// The segment that it is the condition of.
    pub(super) segment: Option<SegmentId>,
    /// Behind the last part inside it.
    end: usize,
}

pub(super) fn inner(condition: &Condition) -> &[Condition] {
    match &condition.kind {
        ConditionKind::All(inner) | ConditionKind::Any(inner) => inner,
        ConditionKind::Not(inner) => std::slice::from_ref(inner),
        ConditionKind::Field { .. } | ConditionKind::Tag(_) | ConditionKind::Stage { .. } => &[],
        ConditionKind::Reached(_) | ConditionKind::InFunnel(_) | ConditionKind::Segment(_) => &[],
        ConditionKind::Reachable(_) | ConditionKind::Campaign { .. } | ConditionKind::Event(_) => {
            &[]
        }
        ConditionKind::Broken => &[],
    }
}

/// So many questions of one condition for any tag are looked at: there is no reason for a second.
const MOST_ANY: usize = 4;

/// What an atom asks about, itself or through a segment.
fn asked_by(model: &Model, topics: &[BTreeSet<Variable>], atom: &Condition) -> Vec<Variable> {
    let mut asked = topics_of(model, atom);
    if let ConditionKind::Segment(segment) = atom.kind {
        asked.extend(&topics[segment.index()]);
    }
    asked
}

impl<'a> Parts<'a> {
    /// `order` has the segments, each after those that it asks, and `topics` what each comes to.
    pub(super) fn of(model: &'a Model, order: &[SegmentId], topics: &[BTreeSet<Variable>]) -> Self {
        let places: BTreeMap<SegmentId, usize> = order.iter().rev().copied().zip(1..).collect();
        let mut roots: Vec<_> = conditions(model)
            .into_iter()
            .map(|(thing, condition)| {
                (
                    if let EntityRef::Segment(id) = thing {
                        Some(id)
                    } else {
                        None
                    },
                    condition,
                )
            })
            .collect();
        roots.sort_by_key(|(segment, _)| {
            segment
                .and_then(|id| places.get(&id))
                .copied()
                .unwrap_or_default()
        });
        let mut parts = Self {
            all: Vec::new(),
            asking: BTreeMap::new(),
            segments: BTreeMap::new(),
        };
        for (segment, condition) in roots {
            let start = parts.all.len();
            parts.segments.extend(segment.map(|id| (id, start)));
            parts.add(
                model,
                topics,
                Part {
                    condition,
                    within: None,
                    segment,
                    end: 0,
                },
            );
            parts.ask_for_any_tag(model, topics, start);
        }
        parts
            .asking
            .values_mut()
            .for_each(|asking| asking.sort_unstable());
        parts
    }

    /// Whether a contact has any tag says something about each tag that the same condition asks
    /// about.
    fn ask_for_any_tag(&mut self, model: &Model, topics: &[BTreeSet<Variable>], start: usize) {
        let is_any = |at: &usize| {
            matches!(
                self.all[*at].condition.kind,
                ConditionKind::Field {
                    subject: Subject::Tags,
                    ..
                }
            )
        };
        let any: Vec<usize> = (start..self.all.len())
            .filter(is_any)
            .take(MOST_ANY)
            .collect();
        if any.is_empty() {
            return;
        }
        let asked = self.all[start..]
            .iter()
            .flat_map(|part| asked_by(model, topics, part.condition));
        let tags: BTreeSet<Variable> = asked
            .filter(|topic| matches!(topic, Variable::Tag(_)))
            .collect();
        for tag in tags {
            let asking = self.asking.entry(tag).or_default();
            asking.extend(&any);
        }
    }

    fn add(&mut self, model: &'a Model, topics: &[BTreeSet<Variable>], part: Part<'a>) {
        let (here, condition) = (self.all.len(), part.condition);
        self.all.push(part);
        for topic in asked_by(model, topics, condition) {
            self.asking.entry(topic).or_default().push(here);
        }
        for part in inner(condition) {
            self.add(
                model,
                topics,
                Part {
                    condition: part,
                    within: Some(here),
                    segment: None,
                    end: 0,
                },
            );
        }
        self.all[here].end = self.all.len();
    }

    /// Where a part says something about a topic, also in the segments that it asks; no more places
    /// than `most`.
    pub(super) fn places(&self, part: usize, topic: Variable, most: usize) -> Vec<Span> {
        let (mut found, mut seen) = (vec![self.all[part].condition.span], BTreeSet::new());
        let mut open = vec![part];
        while let Some(part) = open.pop() {
            for atom in self.asking_in(part..self.all[part].end, topic) {
                let atom = self.all[*atom].condition;
                if let ConditionKind::Segment(segment) = atom.kind {
                    open.extend(self.segments.get(&segment).filter(|_| seen.insert(segment)));
                } else if found.len() == most {
                    return found;
                } else if !found.contains(&atom.span) {
                    found.push(atom.span);
                }
            }
        }
        found
    }

    fn asking_in(&self, parts: Range<usize>, topic: Variable) -> &[usize] {
        let asking = self.asking.get(&topic).map_or(&[][..], Vec::as_slice);
        let at = |part: usize| asking.partition_point(|atom| *atom < part);
        &asking[at(parts.start)..at(parts.end)]
    }
}
