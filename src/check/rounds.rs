//! Whether rules of stages move some contact round and round: they are followed for an imagined
//! contact, of which as much is settled as they ask, one answer after the other.
//!
//! A round that is told has a contact that shows it, as far as single fields, tags and stages go;
//! where the search takes too long nothing is told.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use super::moments::Scale;
use super::partition::{Class, Partition, Variable, all_atoms, cleared, topics_of};
use super::weights::{is_back_to, refusal};
use crate::graph::{atoms, conditions, describe, possible_next};
use crate::model::ids::Id;
use crate::model::{
    Audience, Condition, ConditionKind, FieldId, FieldTest, Funnel, FunnelId, Model, Segment,
    SegmentId, Since, StageId, StageRef, Target,
};
use crate::source::Span;

/// So often the rules are followed for one beginning.
const PATIENCE: usize = 1000;

/// So much is asked in a whole project: each beginning has its own patience, and there may be a
/// thousand of them.
const QUESTIONS: usize = 100_000;

/// So many questions a segment may come to that is looked into.
const LARGEST: usize = 64;

/// What a rule does with the contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Move {
    pub(super) funnel: FunnelId,
    pub(super) from: Option<StageId>,
    pub(super) to: Option<StageId>,
    pub(super) span: Span,
}

/// What must be settled before a question can be answered.
enum Open {
    Variable(Variable),
    Words(String, String),
    /// Nothing: two questions about one thing may exclude each other, so a run is left to tell.
    Never,
}

/// What is settled about the imagined contact.
#[derive(Default)]
struct Facts {
    cells: BTreeMap<Variable, usize>,
    /// By what is asked about: the question in words, and the answer.
    words: BTreeMap<String, (String, bool)>,
}

impl Facts {
    fn is_empty(&self) -> bool {
        self.cells.is_empty() && self.words.is_empty()
    }

    /// Whether a day is settled, beside which nothing else is.
    fn is_of_a_day(&self) -> bool {
        self.cells.keys().any(is_day)
    }
}

/// How long ago a day is, is asked by itself only: with more it is hardly known how long a contact
/// goes round.
fn is_day(topic: &Variable) -> bool {
    matches!(topic, Variable::Moment(..))
}

/// The contact while the rules are followed.
struct Scene<'f> {
    facts: &'f Facts,
    at: BTreeMap<FunnelId, Option<StageId>>,
    entered: BTreeSet<(FunnelId, StageId)>,
}

pub(super) struct Rounds<'a> {
    model: &'a Model,
    cells: BTreeMap<Variable, Partition>,
    /// By segment: whether it is looked into. One that builds on very many others is true or false
    /// as a whole, and one in a circle.
    is_open: Vec<bool>,
    /// So much may still be asked.
    left: Cell<usize>,
}

impl<'a> Rounds<'a> {
    /// `order` has each segment after those that it asks.
    pub(super) fn new(model: &'a Model, order: &[SegmentId]) -> Self {
        let mut atoms: BTreeMap<Variable, Vec<&Condition>> = BTreeMap::new();
        for atom in all_atoms(
            conditions(model)
                .into_iter()
                .map(|(_, condition)| condition),
        ) {
            topics_of(model, atom)
                .into_iter()
                .for_each(|topic| atoms.entry(topic).or_default().push(atom));
        }
        let cleared = cleared(model);
        let cells = atoms.into_iter().filter_map(|(topic, asked)| {
            Some((topic, Partition::of(model, topic, &asked, &cleared)?))
        });
        let mut cells: BTreeMap<Variable, Partition> = cells.collect();
        only_from_today(&mut cells);
        Self {
            model,
            cells,
            is_open: small(model, order),
            left: Cell::new(QUESTIONS),
        }
    }

    /// A round that some contact is taken on by the rules of these funnels, which take their turns
    /// in this order.
    pub(super) fn find(&self, funnels: &[FunnelId]) -> Option<Vec<Move>> {
        self.beginnings(funnels).into_iter().find_map(|start| {
            let mut patience = PATIENCE;
            self.follow(funnels, &start, &mut Facts::default(), &mut patience)
        })
    }

    /// Each question costs the same; when all are asked nothing can be told any more.
    fn spend(&self) -> Result<(), Open> {
        self.left
            .set(self.left.get().checked_sub(1).ok_or(Open::Never)?);
        Ok(())
    }

    /// Every place in each funnel; with many there is no search.
    fn beginnings(&self, funnels: &[FunnelId]) -> Vec<BTreeMap<FunnelId, Option<StageId>>> {
        let mut starts = vec![BTreeMap::new()];
        for id in funnels {
            let places: Vec<_> = self.model.funnels[*id]
                .stages
                .ids()
                .map(Some)
                .chain([None])
                .collect();
            if starts.len() * places.len() > PATIENCE {
                return Vec::new();
            }
            let with = |start: &BTreeMap<_, _>, place| {
                start.clone().into_iter().chain([(*id, place)]).collect()
            };
            starts = starts
                .iter()
                .flat_map(|start| places.iter().map(move |place| with(start, *place)))
                .collect();
        }
        starts
    }

    /// Settles what the rules ask, until they come to rest or go round.
    fn follow(
        &self,
        funnels: &[FunnelId],
        start: &BTreeMap<FunnelId, Option<StageId>>,
        facts: &mut Facts,
        patience: &mut usize,
    ) -> Option<Vec<Move>> {
        *patience = patience.checked_sub(1)?;
        self.spend().ok()?;
        let scene = Scene {
            facts,
            at: start.clone(),
            entered: BTreeSet::new(),
        };
        match self.play(funnels, scene) {
            Ok(round) => round,
            Err(_) if facts.is_of_a_day() => None,
            Err(Open::Variable(topic)) if is_day(&topic) && !facts.is_empty() => None,
            Err(Open::Variable(topic)) => {
                let found = (0..self.cells[&topic].count()).find_map(|cell| {
                    facts.cells.insert(topic, cell);
                    self.follow(funnels, start, facts, patience)
                });
                facts.cells.remove(&topic);
                found
            }
            Err(Open::Never) => None,
            Err(Open::Words(about, words)) => {
                let found = [true, false].into_iter().find_map(|holds| {
                    facts.words.insert(about.clone(), (words.clone(), holds));
                    self.follow(funnels, start, facts, patience)
                });
                facts.words.remove(&about);
                found
            }
        }
    }

    /// One instant of the funnels, without the limit that a stage is entered once; what enters one
    /// again is a round.
    fn play(&self, funnels: &[FunnelId], mut scene: Scene<'_>) -> Result<Option<Vec<Move>>, Open> {
        let mut trail: Vec<Move> = Vec::new();
        loop {
            let before = trail.len();
            for funnel in funnels {
                loop {
                    let rested = trail.len();
                    for rule in [Self::drops, Self::enters, Self::places, Self::converts] {
                        let Some((to, span)) = rule(self, *funnel, &scene)? else {
                            continue;
                        };
                        let from = scene.at.insert(*funnel, to).flatten();
                        let made = Move {
                            funnel: *funnel,
                            from,
                            to,
                            span,
                        };
                        if to.is_some_and(|to| !scene.entered.insert((*funnel, to))) {
                            let first = trail
                                .iter()
                                .position(|other| (other.funnel, other.to) == (*funnel, to));
                            trail.push(made);
                            return Ok(first.map(|first| trail.split_off(first + 1)));
                        }
                        trail.push(made);
                    }
                    if trail.len() == rested {
                        break;
                    }
                }
            }
            if trail.len() == before {
                return Ok(None);
            }
        }
    }

    fn drops(
        &self,
        id: FunnelId,
        scene: &Scene<'_>,
    ) -> Result<Option<(Option<StageId>, Span)>, Open> {
        let funnel = &self.model.funnels[id];
        if !funnel.drops || scene.at[&id].is_none() || self.is_in_audience(funnel, scene)? {
            return Ok(None);
        }
        Ok(Some((None, funnel.span)))
    }

    fn enters(
        &self,
        id: FunnelId,
        scene: &Scene<'_>,
    ) -> Result<Option<(Option<StageId>, Span)>, Open> {
        let funnel = &self.model.funnels[id];
        let entry = funnel
            .entry
            .filter(|_| funnel.audience.is_some() && scene.at[&id].is_none());
        if entry.is_none() || !self.is_in_audience(funnel, scene)? {
            return Ok(None);
        }
        Ok(Some((entry, funnel.entry_span.unwrap_or(funnel.span))))
    }

    fn places(
        &self,
        id: FunnelId,
        scene: &Scene<'_>,
    ) -> Result<Option<(Option<StageId>, Span)>, Open> {
        let funnel = &self.model.funnels[id];
        if funnel.place.is_empty() || !self.is_in_audience(funnel, scene)? {
            return Ok(None);
        }
        for rule in &funnel.place {
            if self.holds(&rule.when, scene)? {
                let moves = scene.at[&id]
                    .is_none_or(|from| from != rule.stage && is_placed(funnel, from, rule.stage));
                return Ok(moves.then_some((Some(rule.stage), rule.span)));
            }
        }
        Ok(None)
    }

    fn converts(
        &self,
        id: FunnelId,
        scene: &Scene<'_>,
    ) -> Result<Option<(Option<StageId>, Span)>, Open> {
        let funnel = &self.model.funnels[id];
        let Some(from) = scene.at[&id] else {
            return Ok(None);
        };
        let target = if funnel.loose {
            self.loose_target(funnel, from, scene)?
        } else {
            None
        };
        let target = if target.is_some() {
            target
        } else {
            self.target(funnel, from, scene)?
        };
        let allowed =
            |(to, _): &(StageId, Span)| *to != from && refusal(funnel, from, *to).is_none();
        Ok(target.filter(allowed).map(|(to, span)| (Some(to), span)))
    }

    fn loose_target(
        &self,
        funnel: &Funnel,
        present: StageId,
        scene: &Scene<'_>,
    ) -> Result<Option<(StageId, Span)>, Open> {
        let weight = |id: StageId| funnel.stages[id].weight;
        let mut asked: Vec<StageId> = funnel
            .stages
            .ids()
            .filter(|id| *id == present || weight(*id) > weight(present))
            .collect();
        asked.sort_by(|one, other| {
            (weight(*other), &funnel.stages[*one].id)
                .cmp(&(weight(*one), &funnel.stages[*other].id))
        });
        for stage in asked {
            let target = self.target(funnel, stage, scene)?;
            if let Some(target) = target.filter(|(to, _)| weight(*to) > weight(present)) {
                return Ok(Some(target));
            }
        }
        Ok(None)
    }

    /// Where the first conversion of a stage that holds leads.
    fn target(
        &self,
        funnel: &Funnel,
        stage: StageId,
        scene: &Scene<'_>,
    ) -> Result<Option<(StageId, Span)>, Open> {
        self.spend()?;
        for conversion in &funnel.stages[stage].converts {
            if self.holds(&conversion.when, scene)? {
                let to = match conversion.to {
                    Target::Next => possible_next(funnel, stage).first().copied(),
                    Target::Stage(to) => Some(to),
                };
                return Ok(to.map(|to| (to, conversion.span)));
            }
        }
        Ok(None)
    }

    fn is_in_audience(&self, funnel: &Funnel, scene: &Scene<'_>) -> Result<bool, Open> {
        match &funnel.audience {
            None | Some(Audience::Everyone) => Ok(true),
            Some(Audience::Of(condition)) => self.holds(condition, scene),
        }
    }

    fn holds(&self, condition: &Condition, scene: &Scene<'_>) -> Result<bool, Open> {
        self.spend()?;
        match &condition.kind {
            ConditionKind::All(parts) => self.joined(parts, false, scene),
            ConditionKind::Any(parts) => self.joined(parts, true, scene),
            ConditionKind::Not(part) => self.holds(part, scene).map(|holds| !holds),
            ConditionKind::Segment(id) if self.is_open[id.index()] => {
                self.holds(&self.model.segments[*id].condition, scene)
            }
            ConditionKind::Stage { stage, at_least } if scene.at.contains_key(&stage.funnel) => {
                let is_here = scene.at[&stage.funnel] == Some(stage.stage);
                // Who came in just now has not been there for long.
                let is_fresh = scene.entered.contains(&(stage.funnel, stage.stage));
                if is_here && at_least.is_some() && !is_fresh {
                    return self.known(condition, scene);
                }
                Ok(is_here && at_least.is_none())
            }
            ConditionKind::Reached(stage) if scene.at.contains_key(&stage.funnel) => {
                Ok(self.reached(*stage, scene))
            }
            ConditionKind::InFunnel(funnel) if scene.at.contains_key(funnel) => {
                Ok(scene.at[funnel].is_some())
            }
            ConditionKind::Event(test)
                if test.since == Since::Stage && !scene.entered.is_empty() =>
            {
                Ok(false)
            }
            ConditionKind::Event(test) if test.within.is_some() => Err(Open::Never),
            ConditionKind::Field {
                test: FieldTest::Date(_),
                ..
            } => self.known_day(condition, scene),
            ConditionKind::Segment(_) | ConditionKind::Field { .. } | ConditionKind::Tag(_) => {
                self.known(condition, scene)
            }
            ConditionKind::Stage { .. }
            | ConditionKind::Reached(_)
            | ConditionKind::InFunnel(_) => self.known(condition, scene),
            ConditionKind::Reachable(_)
            | ConditionKind::Campaign { .. }
            | ConditionKind::Event(_) => self.known(condition, scene),
            ConditionKind::Broken => Ok(false),
        }
    }

    /// A part that decides is enough, also where another is still open.
    fn joined(&self, parts: &[Condition], decides: bool, scene: &Scene<'_>) -> Result<bool, Open> {
        let mut open = None;
        for part in parts {
            match self.holds(part, scene) {
                Ok(holds) if holds == decides => return Ok(decides),
                Ok(_) => {}
                Err(asked) if matches!(open, None | Some(Open::Never)) => open = Some(asked),
                Err(_) => {}
            }
        }
        open.map_or(Ok(!decides), Err)
    }

    fn reached(&self, stage: StageRef, scene: &Scene<'_>) -> bool {
        let stages = &self.model.funnels[stage.funnel].stages;
        scene.at[&stage.funnel]
            .is_some_and(|here| stages[here].weight >= stages[stage.stage].weight)
    }

    /// Of a day the cell alone tells: in other words it may exclude what else is asked of it.
    fn known_day(&self, atom: &Condition, scene: &Scene<'_>) -> Result<bool, Open> {
        let mut topics = topics_of(self.model, atom).into_iter();
        let known = topics.find_map(|topic| Some((topic, self.cells.get(&topic)?)));
        let (topic, cells) = known.ok_or(Open::Never)?;
        let cell = scene.facts.cells.get(&topic).ok_or(Open::Variable(topic))?;
        cells
            .answer_at(self.model, &atom.kind, *cell)
            .ok_or(Open::Never)
    }

    /// By what is settled; what no topic tells is true or false as a whole, by its words.
    fn known(&self, atom: &Condition, scene: &Scene<'_>) -> Result<bool, Open> {
        for topic in topics_of(self.model, atom) {
            let Some(cells) = self.cells.get(&topic) else {
                continue;
            };
            let cell = scene.facts.cells.get(&topic).ok_or(Open::Variable(topic))?;
            if let Some(holds) = cells.answer_at(self.model, &atom.kind, *cell) {
                return Ok(holds);
            }
        }
        let (about, words) = (about(&atom.kind), describe::condition(self.model, atom));
        match scene.facts.words.get(&about) {
            None => Err(Open::Words(about, words)),
            Some((asked, holds)) if *asked == words => Ok(*holds),
            Some(_) => Err(Open::Never),
        }
    }
}

/// What an atom asks about: two different questions about one thing are never both settled.
fn about(atom: &ConditionKind) -> String {
    match atom {
        ConditionKind::Field { subject, .. } => format!("{subject:?}"),
        ConditionKind::Event(test) => format!("{:?}", test.pattern.event),
        ConditionKind::Campaign { campaign, .. } => format!("{campaign:?}"),
        ConditionKind::Stage { stage, .. } | ConditionKind::Reached(stage) => {
            format!("{:?}", stage.funnel)
        }
        ConditionKind::InFunnel(funnel) => format!("{funnel:?}"),
        ConditionKind::Segment(segment) => format!("{segment:?}"),
        ConditionKind::Tag(tag) => format!("{tag:?}"),
        ConditionKind::Reachable(channel) => channel.word().to_owned(),
        ConditionKind::All(_)
        | ConditionKind::Any(_)
        | ConditionKind::Not(_)
        | ConditionKind::Broken => String::new(),
    }
}

/// Leaves the days of a field where all are counted from today: how those of a calendar lie to them
/// depends on when one asks, and one contact has both.
fn only_from_today(cells: &mut BTreeMap<Variable, Partition>) {
    let fields: Vec<FieldId> = cells
        .keys()
        .filter_map(|topic| {
            if let Variable::Moment(field, Scale::Calendar) = topic {
                Some(*field)
            } else {
                None
            }
        })
        .collect();
    for field in fields {
        let calendar = cells.remove(&Variable::Moment(field, Scale::Calendar));
        if calendar.is_some_and(|days| {
            days.all
                .iter()
                .filter(|day| **day != Class::Missing)
                .count()
                > 1
        }) {
            cells.remove(&Variable::Moment(field, Scale::FromToday));
        }
    }
}

/// The segments that come to at most so many questions where those that they build on are written
/// out, and have no members by name: a few lines can stand for billions.
fn small(model: &Model, order: &[SegmentId]) -> Vec<bool> {
    let mut sizes: Vec<Option<usize>> = vec![None; model.segments.len()];
    for id in order {
        let mut size = Some(0_usize);
        atoms(&model.segments[*id].condition, &mut |atom| {
            let asked = if let ConditionKind::Segment(asked) = atom.kind {
                sizes[asked.index()]
            } else {
                Some(1)
            };
            size = size
                .zip(asked)
                .map(|(size, asked)| size.saturating_add(asked));
        });
        sizes[id.index()] = size;
    }
    let fits = |(id, segment): (SegmentId, &Segment)| {
        !segment.is_listed() && sizes[id.index()].is_some_and(|size| size <= LARGEST)
    };
    model.segments.iter().map(fits).collect()
}

/// Whether `place` moves from one stage to another: to a heavier one, or along an arrow that is
/// lifted.
fn is_placed(funnel: &Funnel, from: StageId, to: StageId) -> bool {
    let (here, there) = (&funnel.stages[from], &funnel.stages[to]);
    let lifted_or_heavier = funnel.free || is_back_to(here, to) || there.weight > here.weight;
    lifted_or_heavier && refusal(funnel, from, to).is_none()
}
