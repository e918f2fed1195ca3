//! What cannot hold at one time, whoever the contact is: asked of what conditions mean and of what
//! the project says about its data. A "cannot" is a proof; what takes too long is left open.

use std::collections::BTreeSet;

use super::laws::Laws;
use crate::model::ids::Id;
use crate::model::{
    CampaignId, Channel, CompanyFieldId, Condition, ConditionKind, EventId, FieldId, FunnelId,
    GroupId, Meanings, Model, PropertyId, SegmentId, Subject, TagId,
};

/// A condition, and whether it holds.
pub(super) type Asked<'a> = (&'a Condition, bool);

/// What an atom asks about; two that ask about different things never contradict each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Thing {
    Field(FieldId),
    Company(CompanyFieldId),
    Property(EventId, PropertyId),
    Points,
    Group(GroupId),
    Tag(TagId),
    Tags,
    Funnel(FunnelId),
    Event(EventId),
    Campaign(CampaignId),
    Reachable(Channel),
    /// Of a segment: who is on its lists.
    Members(SegmentId),
}

/// From where it is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum From {
    /// By a campaign, when funnels have had their turn.
    Campaign,
    /// By anything else.
    Elsewhere,
}

/// Of so many atoms, also in segments, what holds together is asked; nobody reads through more.
const MANY: usize = 64;

/// So many atoms are looked at in all, so that a large project is checked as fast as its files are
/// read.
const MOST: usize = 2_000_000;

/// What a condition comes to.
#[derive(Default)]
struct Found<'a> {
    atoms: Vec<&'a Condition>,
    /// Each as often as it is asked.
    segments: Vec<SegmentId>,
}

pub(super) struct Together<'a> {
    model: &'a Model,
    meanings: Meanings<'a>,
    laws: Laws<'a>,
    left: usize,
    /// By segment: whether something in it is decided, so that it is told there and nowhere else.
    decided: Vec<bool>,
}

impl<'a> Together<'a> {
    /// `order` has the segments, each after those that it asks; `full` are the funnels in which
    /// everybody has a stage when campaigns run.
    pub(super) fn new(model: &'a Model, order: &[SegmentId], full: BTreeSet<FunnelId>) -> Self {
        let mut decided = vec![true; model.segments.len()];
        order
            .iter()
            .for_each(|segment| decided[segment.index()] = false);
        Self {
            model,
            meanings: Meanings::of(model),
            laws: Laws::new(model, full),
            left: MOST,
            decided,
        }
    }

    /// From now on nothing is said of what asks this segment.
    pub(super) fn decide(&mut self, segment: SegmentId) {
        self.decided[segment.index()] = true;
    }

    /// Whether no contact can meet all of these at one time.
    pub(super) fn never(&mut self, asked: &[Asked<'_>], from: From) -> bool {
        let mut found = Found::default();
        for (condition, _) in asked {
            if self.collect(condition, &mut found).is_none() {
                return false;
            }
        }
        let atoms = found.atoms;
        let Some(left) = self.left.checked_sub(atoms.len()) else {
            return false;
        };
        if !self.may_contradict(&atoms, from) {
            return false;
        }
        self.left = left;
        let laws = self.laws.about(&atoms, &mut self.meanings, from);
        let mut parts = asked.to_vec();
        parts.extend(laws.iter().map(|law| (law, true)));
        self.meanings.exclude_each_other(&parts)
    }

    /// What a condition asks about, itself and through segments; nothing where that is too much or
    /// not clear.
    pub(super) fn things(&self, condition: &Condition) -> Option<BTreeSet<Thing>> {
        let mut found = Found::default();
        self.collect(condition, &mut found)?;
        let atoms = found.atoms.iter();
        let mut things: BTreeSet<Thing> = atoms.filter_map(|atom| thing(&atom.kind)).collect();
        things.extend(found.segments.into_iter().map(Thing::Members));
        things.extend(self.addresses(&found.atoms).map(Thing::Field));
        Some(things)
    }

    fn addresses<'b>(&'b self, atoms: &'b [&Condition]) -> impl Iterator<Item = FieldId> + 'b {
        atoms.iter().filter_map(|atom| {
            if let ConditionKind::Reachable(channel) = atom.kind {
                self.model.contacts.channels[channel as usize].address
            } else {
                None
            }
        })
    }

    /// All atoms of a condition, also those of the segments and consents that it asks; nothing where
    /// that is too much, as in a circle.
    fn collect<'b>(&self, condition: &'b Condition, found: &mut Found<'b>) -> Option<()>
    where
        'a: 'b,
    {
        let model: &'a Model = self.model;
        match &condition.kind {
            ConditionKind::All(parts) | ConditionKind::Any(parts) => {
                for part in parts {
                    self.collect(part, found)?;
                }
            }
            ConditionKind::Not(inside) => self.collect(inside, found)?,
            ConditionKind::Segment(segment) => {
                if self.decided[segment.index()] || found.segments.len() == MANY {
                    return None;
                }
                found.segments.push(*segment);
                self.collect(&model.segments[*segment].condition, found)?;
            }
            ConditionKind::Reachable(channel) => {
                found.atoms.push(condition);
                let consent = &model.contacts.channels[*channel as usize].consent;
                if let Some(consent) = consent.as_ref().filter(|_| found.atoms.len() <= MANY) {
                    self.collect(consent, found)?;
                }
            }
            ConditionKind::Broken => return None,
            ConditionKind::Field { .. }
            | ConditionKind::Tag(_)
            | ConditionKind::Stage { .. }
            | ConditionKind::Reached(_)
            | ConditionKind::InFunnel(_)
            | ConditionKind::Campaign { .. }
            | ConditionKind::Event(_) => found.atoms.push(condition),
        }
        (found.atoms.len() <= MANY).then_some(())
    }

    /// Whether two ask about one thing, or one can be decided by itself; most conditions are
    /// neither, and need no diagram.
    fn may_contradict(&self, atoms: &[&Condition], from: From) -> bool {
        let mut seen = BTreeSet::new();
        atoms.iter().any(|atom| {
            self.laws.may_decide(&atom.kind, from)
                || thing(&atom.kind).is_some_and(|thing| !seen.insert(thing))
        }) || self
            .addresses(atoms)
            .any(|field| seen.contains(&Thing::Field(field)))
            || seen.contains(&Thing::Tags)
    }
}

/// What an atom asks about; nothing where it is made of parts.
pub(super) fn thing(atom: &ConditionKind) -> Option<Thing> {
    Some(match atom {
        ConditionKind::Field { subject, .. } => match *subject {
            Subject::Field(field) => Thing::Field(field),
            Subject::Company(field) => Thing::Company(field),
            Subject::Property(event, property) => Thing::Property(event, property),
            Subject::Points => Thing::Points,
            Subject::Group(group) => Thing::Group(group),
            Subject::Tags => Thing::Tags,
        },
        ConditionKind::Tag(tag) => Thing::Tag(*tag),
        ConditionKind::Stage { stage, .. } | ConditionKind::Reached(stage) => {
            Thing::Funnel(stage.funnel)
        }
        ConditionKind::InFunnel(funnel) => Thing::Funnel(*funnel),
        ConditionKind::Reachable(channel) => Thing::Reachable(*channel),
        ConditionKind::Campaign { campaign, .. } => Thing::Campaign(*campaign),
        ConditionKind::Event(test) => Thing::Event(test.pattern.event),
        ConditionKind::All(_) | ConditionKind::Any(_) | ConditionKind::Not(_) => return None,
        ConditionKind::Segment(_) | ConditionKind::Broken => return None,
    })
}
