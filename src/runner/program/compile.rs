//! Conditions of the model to questions: dates become ranges of integers for the program's moment,
//! text is folded, segments stand after those that they ask.

use std::collections::HashMap;
use std::sync::Arc;

use super::condition::{Conditions, Node, NodeId};
use super::dependencies::{Dependencies, Reads};
use super::event::{Around, SinceProgram};
use super::ranges::{integers, joined};
use super::turning::{Moving, Source, anniversary, dates};
use super::zone::Zone;
use crate::model::fold::folded;
use crate::model::ids::Id;
use crate::model::pattern::Pattern;
use crate::model::{
    Channel, ChoiceId, Condition, ConditionKind, DateTest, Duration, FieldId, FieldTest, FieldType,
    Members, Model, SegmentId, StageRef, Subject, TextTest, When,
};

/// Turns conditions of the model into nodes.
pub(crate) struct Compiler<'m> {
    pub(super) model: &'m Model,
    pub(super) zone: &'m Zone,
    dependencies: &'m Dependencies,
    pub(super) now: i64,
    /// Where the conditions stand that are compiled now.
    pub(crate) around: Around,
    known: HashMap<Node, NodeId>,
    slot_of: HashMap<NodeId, usize>,
    pub(super) conditions: Conditions,
    /// What moves on with time is known by where it comes from, so that it has one place whatever
    /// the moment; and by what it says at this moment, for those who ask as of another one.
    sources: HashMap<Source, NodeId>,
    moving: HashMap<Node, NodeId>,
    all_moving: Vec<Moving>,
    /// Whether it compiles as of another moment.
    turned: bool,
    /// Each pattern once, by its text and whether it folds, and its place in `conditions`.
    patterns: HashMap<(String, bool), usize>,
}

/// Segments may ask each other this deep before they are asked in order.
const DEEP: usize = 100;

impl<'m> Compiler<'m> {
    pub(crate) fn new(
        model: &'m Model,
        zone: &'m Zone,
        dependencies: &'m Dependencies,
        now: i64,
    ) -> Self {
        let mut compiler = Self {
            model,
            zone,
            dependencies,
            now,
            around: Around::Nothing,
            known: HashMap::new(),
            slot_of: HashMap::new(),
            conditions: Conditions {
                asked_campaigns: vec![false; model.campaigns.len()],
                ..Conditions::default()
            },
            sources: HashMap::new(),
            moving: HashMap::new(),
            all_moving: Vec::new(),
            turned: false,
            patterns: HashMap::new(),
        };
        let nothing = compiler.intern(Node::Constant(false));
        compiler.conditions.segments = vec![nothing; model.segments.len()];
        compiler.segments();
        compiler.conditions.deep = model.segments.len() > DEEP;
        compiler
    }

    /// Each after those that it asks.
    fn segments(&mut self) {
        let model = self.model;
        self.around = Around::Nothing;
        for id in in_order(model) {
            let node = self.compile(&model.segments[id].condition);
            let node = self.with_members(id, node);
            let cached = self.cached(node);
            self.conditions.segments[id.index()] = cached;
            if let Node::Cached { slot, .. } = *self.conditions.node(cached) {
                self.conditions
                    .is_segment
                    .resize((slot + 1).max(self.conditions.is_segment.len()), false);
                if !std::mem::replace(&mut self.conditions.is_segment[slot], true) {
                    self.conditions.order.push(slot);
                }
            }
        }
    }

    /// Compiles as for another moment from now on; gives the segments as they are at this one.
    pub(super) fn turn_to(&mut self, moment: i64) -> Vec<NodeId> {
        self.now = moment;
        self.turned = true;
        let segments = self.conditions.segments.clone();
        self.segments();
        segments
    }

    /// The other way.
    pub(super) fn turn_back(&mut self, now: i64, segments: Vec<NodeId>) {
        self.now = now;
        self.turned = false;
        self.conditions.segments = segments;
    }

    /// Compiles questions of whoever looks at contacts, each where it stands.
    pub(super) fn ask(&mut self, asked: &[(Around, &Condition)]) {
        for (around, condition) in asked {
            self.around = *around;
            let node = self.compile(condition);
            self.conditions.asked.push(node);
        }
    }

    pub(crate) fn finish(self) -> Conditions {
        Conditions {
            moving: self.all_moving.into(),
            ..self.conditions
        }
    }

    pub(crate) fn reads(&self, node: NodeId) -> Reads {
        self.conditions.reads(node)
    }

    pub(crate) fn always(&mut self) -> NodeId {
        self.intern(Node::Constant(true))
    }

    pub(crate) fn compile(&mut self, condition: &Condition) -> NodeId {
        let node = match &condition.kind {
            ConditionKind::All(parts) => Node::All(self.each(parts)),
            ConditionKind::Any(parts) => Node::Any(self.each(parts)),
            ConditionKind::Not(inside) => Node::Not(self.compile(inside)),
            ConditionKind::Field { subject, test } => return self.field(*subject, test),
            ConditionKind::Tag(tag) => Node::Tag(tag.index()),
            ConditionKind::Stage {
                stage,
                at_least: Some(length),
            } => {
                let source = Source::Stage(*stage, *length);
                let node = self.stage(*stage, Some(*length));
                return self.moving(source, node);
            }
            ConditionKind::Stage { stage, at_least } => self.stage(*stage, *at_least),
            ConditionKind::Reached(stage) => self.reached(*stage),
            ConditionKind::InFunnel(funnel) => {
                let count = self.model.funnels[*funnel].stages.len();
                Node::InStages {
                    funnel: funnel.index(),
                    stages: bits(0..count, count),
                }
            }
            ConditionKind::Segment(segment) => return self.conditions.segments[segment.index()],
            ConditionKind::Reachable(channel) => self.reachable(*channel),
            ConditionKind::Campaign { campaign, state } => {
                self.conditions.asked_campaigns[campaign.index()] = true;
                Node::Campaign {
                    campaign: campaign.index(),
                    state: *state,
                }
            }
            ConditionKind::Event(test) => {
                let count = self.count(test);
                if let SinceProgram::Entry(campaign) = count.since {
                    self.conditions.asked_campaigns[campaign] = true;
                }
                self.conditions.counts.push(count);
                Node::Count(self.conditions.counts.len() - 1)
            }
            ConditionKind::Broken => Node::Constant(false),
        };
        self.intern(node)
    }

    /// `{ stage: … }` for a stage that stands elsewhere, such as in `{ entered: … }`.
    pub(crate) fn in_stage(&mut self, stage: StageRef) -> NodeId {
        let node = self.stage(stage, None);
        self.intern(node)
    }

    fn each(&mut self, parts: &[Condition]) -> Box<[NodeId]> {
        parts.iter().map(|part| self.compile(part)).collect()
    }

    fn intern(&mut self, node: Node) -> NodeId {
        if let Some(&id) = self.known.get(&node) {
            return id;
        }
        let id = self.push(node.clone());
        self.known.insert(node, id);
        id
    }

    fn push(&mut self, node: Node) -> NodeId {
        let id = NodeId(u32::try_from(self.conditions.nodes.len()).unwrap_or(u32::MAX));
        self.conditions.reads.push(self.reads_of(&node));
        self.conditions.nodes.push(node);
        id
    }

    /// A question whose operands move on with time; `node` is what it says at this moment.
    fn moving(&mut self, source: Source, node: Node) -> NodeId {
        if self.turned {
            return match self.moving.get(&node) {
                Some(id) => *id,
                None => self.intern(node),
            };
        }
        if let Some(&id) = self.sources.get(&source) {
            return id;
        }
        let id = self.push(node.clone());
        self.moving.entry(node).or_insert(id);
        self.sources.insert(source.clone(), id);
        self.all_moving.push(Moving { node: id, source });
        id
    }

    /// The same question, but asked once while nothing that it reads has changed.
    fn cached(&mut self, node: NodeId) -> NodeId {
        if matches!(self.conditions.node(node), Node::Cached { .. }) {
            return node;
        }
        if let Some(&slot) = self.slot_of.get(&node) {
            return self.intern(Node::Cached { slot, node });
        }
        let slot = self.conditions.slots.len();
        self.conditions.slots.push(node);
        self.slot_of.insert(node, slot);
        self.intern(Node::Cached { slot, node })
    }

    fn reads_of(&self, node: &Node) -> Reads {
        let field = |index: usize| self.dependencies.of_field(FieldId::from_index(index));
        match node {
            Node::Constant(_) | Node::Listed(_) => 0,
            Node::Count(index) => self.reads_of_count(self.conditions.counts[*index].since),
            Node::All(parts) | Node::Any(parts) => parts
                .iter()
                .fold(0, |reads, &part| reads | self.reads(part)),
            Node::Not(node) | Node::Cached { node, .. } => self.reads(*node),
            Node::Blocked(channel) => self.dependencies.of_channel(*channel),
            Node::ByHand { segment, node } => {
                self.reads(*node)
                    | self
                        .dependencies
                        .of_segment(SegmentId::from_index(*segment))
            }
            Node::Ranges { subject, .. } => self.dependencies.of_subject(*subject),
            Node::Exists(index) => field(*index),
            Node::Text { field: index, .. } | Node::Decimal { field: index, .. } => field(*index),
            Node::Boolean { field: index, .. } | Node::Choice { field: index, .. } => field(*index),
            Node::HasAny { field: index, .. } | Node::HasAll { field: index, .. } => field(*index),
            Node::HasNone { field: index, .. } => field(*index),
            Node::Pattern { field: index, .. } | Node::Anniversary { field: index, .. } => {
                field(*index)
            }
            Node::Campaign { campaign, .. } => {
                self.dependencies.of_campaign(Id::from_index(*campaign))
            }
            Node::Tag(tag) => self.dependencies.of_tag(Id::from_index(*tag)),
            Node::Tagged => self.dependencies.of_subject(Subject::Tags),
            Node::Stage { funnel, .. } | Node::InStages { funnel, .. } => {
                self.dependencies.of_funnel(Id::from_index(*funnel))
            }
        }
    }

    /// Who is excluded, else who is included, else the members by hand, come before the condition.
    fn with_members(&mut self, id: SegmentId, mut node: NodeId) -> NodeId {
        let segment = &self.model.segments[id];
        // Also where no step of this version does it: who was put in or taken out stays so.
        node = self.intern(Node::ByHand {
            segment: id.index(),
            node,
        });
        if !segment.include.is_empty() {
            let listed = self.listed(&segment.include);
            node = self.intern(Node::Any([listed, node].into()));
        }
        if !segment.exclude.is_empty() {
            let listed = self.listed(&segment.exclude);
            let others = self.intern(Node::Not(listed));
            node = self.intern(Node::All([others, node].into()));
        }
        node
    }

    fn listed(&mut self, members: &Members) -> NodeId {
        Arc::make_mut(&mut self.conditions.lists).push(members.clone());
        self.intern(Node::Listed(self.conditions.lists.len() - 1))
    }

    /// What happened is taken in before anything is asked; but an entry or a stage begins a count
    /// anew, and so few may be true again.
    fn reads_of_count(&self, since: SinceProgram) -> Reads {
        match since {
            SinceProgram::Ever => 0,
            SinceProgram::Entry(campaign) => {
                self.dependencies.of_campaign(Id::from_index(campaign))
            }
            SinceProgram::Stage(funnel) => self.dependencies.of_funnel(Id::from_index(funnel)),
        }
    }

    /// What a send asks, unless it is transactional.
    fn reachable(&mut self, channel: Channel) -> Node {
        let rules = &self.model.contacts.channels[channel as usize];
        let Some(address) = rules.address else {
            return Node::Constant(false);
        };
        let address = self.intern(Node::Exists(address.index()));
        let blocked = self.intern(Node::Blocked(channel as usize));
        let free = self.intern(Node::Not(blocked));
        let consent = rules.consent.as_ref().map(|consent| self.compile(consent));
        Node::All([address, free].into_iter().chain(consent).collect())
    }

    fn stage(&self, stage: StageRef, at_least: Option<Duration>) -> Node {
        let since = at_least.map_or(i64::MAX, |length| self.ago(length));
        Node::Stage {
            funnel: stage.funnel.index(),
            stage: stage.stage.index(),
            since,
        }
    }

    fn reached(&self, stage: StageRef) -> Node {
        let stages = &self.model.funnels[stage.funnel].stages;
        let weight = stages[stage.stage].weight;
        let heavy = stages
            .iter()
            .filter(|(_, other)| other.weight >= weight)
            .map(|(id, _)| id.index());
        Node::InStages {
            funnel: stage.funnel.index(),
            stages: bits(heavy, stages.len()),
        }
    }

    fn field(&mut self, subject: Subject, test: &FieldTest) -> NodeId {
        let node = match (subject, test) {
            (_, FieldTest::Exists(false)) => {
                let exists = self.field(subject, &FieldTest::Exists(true));
                Node::Not(exists)
            }
            (Subject::Points | Subject::Group(_), FieldTest::Number(test)) => {
                integers(subject, test)
            }
            (Subject::Points | Subject::Group(_), FieldTest::Exists(_)) => Node::Constant(true),
            (Subject::Tags, FieldTest::Exists(_)) => Node::Tagged,
            (Subject::Points | Subject::Group(_) | Subject::Tags | Subject::Property(..), _) => {
                Node::Constant(false)
            }
            (Subject::Field(field), test) => {
                let type_ = self.model.contacts.fields[field].type_.as_ref();
                self.field_test(subject, field.index(), type_, test)
            }
            (Subject::Company(field), test) => {
                self.conditions.asks_companies = true;
                let type_ = self
                    .model
                    .companies
                    .as_ref()
                    .and_then(|it| it.fields[field].type_.as_ref());
                self.field_test(
                    subject,
                    self.model.contacts.fields.len() + field.index(),
                    type_,
                    test,
                )
            }
        };
        let expensive = matches!(
            node,
            Node::Text { .. } | Node::Pattern { .. } | Node::Anniversary { .. }
        );
        let node = match (&node, test) {
            (Node::Ranges { .. } | Node::Anniversary { .. }, FieldTest::Date(test))
                if test.turns() =>
            {
                let source = Source::Date {
                    subject,
                    test: test.clone(),
                    whole_days: self.has_days(subject),
                };
                self.moving(source, node)
            }
            _ => self.intern(node),
        };
        if expensive { self.cached(node) } else { node }
    }

    /// `index` is the place among the fields of the contact, behind which those of its company
    /// stand.
    fn field_test(
        &mut self,
        subject: Subject,
        index: usize,
        type_: Option<&FieldType>,
        test: &FieldTest,
    ) -> Node {
        match test {
            FieldTest::Exists(_) => Node::Exists(index),
            FieldTest::Text(test) => {
                let fold = !matches!(type_, Some(FieldType::Text { match_case: true }));
                if let TextTest::Matches(pattern) = test {
                    return Node::Pattern {
                        field: index,
                        pattern: self.pattern(pattern, fold),
                    };
                }
                let spelt: fn(&str) -> String = if fold { folded } else { str::to_owned };
                Node::Text {
                    field: index,
                    fold,
                    test: text_test(test, spelt),
                }
            }
            FieldTest::Number(test) if type_ == Some(&FieldType::Integer) => {
                integers(subject, test)
            }
            FieldTest::Number(test) => Node::Decimal {
                field: index,
                test: test.clone(),
            },
            FieldTest::Boolean { is, negated } => Node::Boolean {
                field: index,
                is: *is,
                negated: *negated,
            },
            FieldTest::Choice { values, negated } => {
                let count = values
                    .iter()
                    .map(|value| value.index() + 1)
                    .max()
                    .unwrap_or(0);
                let values = bits(values.iter().map(|value| value.index()), count);
                Node::Choice {
                    field: index,
                    values,
                    negated: *negated,
                }
            }
            FieldTest::HasAny(values) => Node::HasAny {
                field: index,
                values: mask(values),
            },
            FieldTest::HasAll(values) => Node::HasAll {
                field: index,
                values: mask(values),
            },
            FieldTest::HasNone(values) => Node::HasNone {
                field: index,
                values: mask(values),
            },
            FieldTest::Date(DateTest::Anniversary(when)) => self.anniversary(index, *when),
            FieldTest::Date(test) => {
                let whole_days = type_ == Some(&FieldType::Date);
                let negated = matches!(test, DateTest::In { negated: true, .. });
                let ranges = joined(self.dates(test, whole_days));
                Node::Ranges {
                    subject,
                    ranges,
                    negated,
                }
            }
        }
    }

    /// The place of a pattern, which is compiled once whoever asks for it; one that a plan holds
    /// was tried when the plan was made or read.
    fn pattern(&mut self, text: &str, fold: bool) -> usize {
        let conditions = &mut self.conditions;
        *self
            .patterns
            .entry((text.to_owned(), fold))
            .or_insert_with(|| {
                conditions
                    .patterns
                    .push(Pattern::new(text, fold).ok().map(Arc::new));
                conditions.patterns.len() - 1
            })
    }

    /// The pattern itself; absent where it is none, which no plan has.
    pub(super) fn shared(&mut self, text: &str, fold: bool) -> Option<Arc<Pattern>> {
        let at = self.pattern(text, fold);
        self.conditions.patterns.get(at).cloned().flatten()
    }

    /// Whether the values of a field are whole days.
    fn has_days(&self, subject: Subject) -> bool {
        let type_ = match subject {
            Subject::Field(field) => self.model.contacts.fields[field].type_.as_ref(),
            Subject::Company(field) => {
                let companies = self.model.companies.as_ref();
                companies.and_then(|it| it.fields[field].type_.as_ref())
            }
            Subject::Points | Subject::Group(_) | Subject::Tags | Subject::Property(..) => None,
        };
        type_ == Some(&FieldType::Date)
    }

    pub(super) fn anniversary(&self, field: usize, when: When) -> Node {
        let (month, day, leap_too) = anniversary(self.zone, self.now, when);
        Node::Anniversary {
            field,
            month,
            day,
            leap_too,
        }
    }

    pub(super) fn dates(&self, test: &DateTest, whole_days: bool) -> Vec<(i64, i64)> {
        dates(self.zone, self.now, test, whole_days)
    }
}

/// Segments, each after those that it asks; those of a cycle, which no plan has, are left out.
fn in_order(model: &Model) -> Vec<SegmentId> {
    let mut asked_by: Vec<Vec<SegmentId>> = vec![Vec::new(); model.segments.len()];
    let mut open: Vec<usize> = vec![0; model.segments.len()];
    for (id, segment) in model.segments.iter() {
        each_segment(model, &segment.condition, &mut |asked| {
            asked_by[asked.index()].push(id);
            open[id.index()] += 1;
        });
    }
    let mut order: Vec<SegmentId> = model
        .segments
        .ids()
        .filter(|id| open[id.index()] == 0)
        .collect();
    let mut next = 0;
    while let Some(&done) = order.get(next) {
        next += 1;
        for &waiting in &asked_by[done.index()] {
            open[waiting.index()] -= 1;
            if open[waiting.index()] == 0 {
                order.push(waiting);
            }
        }
    }
    order
}

fn each_segment(model: &Model, condition: &Condition, visit: &mut impl FnMut(SegmentId)) {
    match &condition.kind {
        ConditionKind::All(parts) | ConditionKind::Any(parts) => {
            for part in parts {
                each_segment(model, part, visit);
            }
        }
        ConditionKind::Not(inside) => each_segment(model, inside, visit),
        ConditionKind::Segment(segment) => visit(*segment),
        ConditionKind::Reachable(channel) => {
            if let Some(consent) = &model.contacts.channels[*channel as usize].consent {
                each_segment(model, consent, visit);
            }
        }
        ConditionKind::Field { .. } | ConditionKind::Tag(_) | ConditionKind::Stage { .. } => {}
        ConditionKind::Event(_) => {}
        ConditionKind::Reached(_) | ConditionKind::InFunnel(_) | ConditionKind::Broken => {}
        ConditionKind::Campaign { .. } => {}
    }
}

pub(super) fn text_test(written: &TextTest, spelt: fn(&str) -> String) -> TextTest {
    let text = |text: &String| spelt(text);
    match written {
        TextTest::In { values, negated } => {
            let mut values: Vec<String> = values.iter().map(text).collect();
            values.sort_unstable();
            TextTest::In {
                values,
                negated: *negated,
            }
        }
        TextTest::Contains(part) => TextTest::Contains(text(part)),
        TextTest::StartsWith(part) => TextTest::StartsWith(text(part)),
        TextTest::EndsWith(part) => TextTest::EndsWith(text(part)),
        TextTest::Matches(pattern) => TextTest::Matches(pattern.clone()),
    }
}

pub(crate) fn mask(values: &[ChoiceId]) -> u64 {
    let bit = |value: &ChoiceId| {
        u32::try_from(value.index())
            .ok()
            .and_then(|at| 1_u64.checked_shl(at))
    };
    values
        .iter()
        .filter_map(bit)
        .fold(0, |mask, bit| mask | bit)
}

fn bits(set: impl Iterator<Item = usize>, count: usize) -> Box<[u64]> {
    let mut words = vec![0; count.div_ceil(64)];
    for index in set {
        words[index / 64] |= 1 << (index % 64);
    }
    words.into_boxed_slice()
}
