//! Makes the graph of a model: first every thing as a node, then what leads from one to another.

use std::collections::BTreeMap;

use petgraph::graph::{DiGraph, NodeIndex};

use super::conditions::{atoms, conditions};
use super::next::Ladder;
use super::steps::steps;
use super::{Edge, EdgeKind, EntityRef, Journey, Node, NodeKind, Verb, describe};
use crate::language::DestinationKind;
use crate::model::{
    Action, Audience, Campaign, CampaignId, Channel, Condition, ConditionKind, Enter, Funnel,
    FunnelId, Model, OnLeave, Stage, StageId, StageRef, Step, StepKind, Target,
};
use crate::source::Span;

pub(super) fn journey(model: &Model) -> Journey {
    let mut build = Build {
        model,
        graph: DiGraph::new(),
        places: BTreeMap::new(),
    };
    build.nodes();
    for (id, funnel) in model.funnels.iter() {
        build.funnel(id, funnel);
    }
    for (id, campaign) in model.campaigns.iter() {
        build.entries(id, campaign);
        steps(&mut build, id, campaign);
    }
    for (thing, condition) in conditions(model) {
        build.asks(thing, condition);
    }
    Journey {
        project: model.project.clone(),
        graph: build.graph,
        places: build.places,
    }
}

/// Whether part of a condition could not be understood.
pub(super) fn is_broken(condition: &Condition) -> bool {
    let mut broken = false;
    atoms(condition, &mut |atom| {
        broken |= atom.kind == ConditionKind::Broken;
    });
    broken
}

/// A graph in the making.
pub(super) struct Build<'a> {
    pub(super) model: &'a Model,
    graph: DiGraph<Node, Edge>,
    places: BTreeMap<EntityRef, NodeIndex>,
}

impl Build<'_> {
    /// Adds an edge; both ends are nodes, for every thing of the model became one.
    pub(super) fn edge(&mut self, from: EntityRef, to: EntityRef, edge: Edge) {
        if let (Some(from), Some(to)) = (self.places.get(&from), self.places.get(&to)) {
            self.graph.add_edge(*from, *to, edge);
        }
    }

    /// An edge under a condition.
    fn when(
        &mut self,
        from: EntityRef,
        to: EntityRef,
        kind: EdgeKind,
        condition: &Condition,
        span: Span,
    ) {
        let words = describe::condition(self.model, condition);
        self.edge(
            from,
            to,
            Edge {
                kind,
                words,
                span,
                broken: is_broken(condition),
            },
        );
    }

    fn add(&mut self, node: Node) {
        let thing = node.thing;
        let place = self.graph.add_node(node);
        self.places.insert(thing, place);
    }

    fn nodes(&mut self) {
        let model = self.model;
        for channel in Channel::ALL {
            let (thing, id) = (EntityRef::Channel(channel), channel.word().to_owned());
            self.add(Node {
                thing,
                label: id.clone(),
                id,
                face: NodeKind::Channel,
                spans: Vec::new(),
                broken: false,
            });
        }
        for (id, content) in model.content.iter() {
            let face = NodeKind::Content {
                kind: describe::kind(content),
            };
            let (label, broken) = (
                named(content.about.name.as_ref(), &content.id),
                content.kind.is_none(),
            );
            self.add(Node {
                thing: EntityRef::Content(id),
                id: content.id.clone(),
                label,
                face,
                spans: vec![content.span],
                broken,
            });
        }
        for (id, destination) in model.destinations.iter() {
            let kind = destination.kind.map(DestinationKind::word);
            self.add(Node {
                thing: EntityRef::Destination(id),
                id: destination.id.clone(),
                label: named(destination.about.name.as_ref(), &destination.id),
                face: NodeKind::Destination { kind },
                spans: vec![destination.span],
                broken: kind.is_none(),
            });
        }
        for (id, segment) in model.segments.iter() {
            let face = NodeKind::Segment {
                words: describe::segment(model, segment),
            };
            let (label, broken) = (
                named(segment.about.name.as_ref(), &segment.id),
                is_broken(&segment.condition),
            );
            self.add(Node {
                thing: EntityRef::Segment(id),
                id: segment.id.clone(),
                label,
                face,
                spans: vec![segment.span],
                broken,
            });
        }
        for (id, funnel) in model.funnels.iter() {
            self.funnel_nodes(id, funnel);
        }
        for (id, campaign) in model.campaigns.iter() {
            self.campaign_nodes(id, campaign);
        }
    }

    fn funnel_nodes(&mut self, id: FunnelId, funnel: &Funnel) {
        let label = named(funnel.about.name.as_ref(), &funnel.id);
        let Funnel {
            free, loose, drops, ..
        } = *funnel;
        let face = NodeKind::Funnel {
            free,
            loose,
            drops,
            closed: !funnel.publish.published,
        };
        let (thing, broken) = (EntityRef::Funnel(id), funnel.broken);
        self.add(Node {
            thing,
            id: funnel.id.clone(),
            label,
            face,
            spans: vec![funnel.span],
            broken,
        });
        let ladder = Ladder::of(funnel);
        for (stage, body) in funnel.stages.iter() {
            self.add(Node {
                thing: EntityRef::Stage(StageRef { funnel: id, stage }),
                id: format!("{}/{}", funnel.id, body.id),
                label: named(body.about.name.as_ref(), &body.id),
                face: stage_face(self.model, body),
                spans: stage_spans(&ladder, stage, body),
                broken: body.broken || body.weight.is_none(),
            });
        }
    }

    fn campaign_nodes(&mut self, id: CampaignId, campaign: &Campaign) {
        let trigger = campaign
            .trigger
            .map(|points| describe::threshold(self.model, points));
        let face = NodeKind::Campaign {
            enter: campaign
                .enter
                .iter()
                .map(|enter| describe::enter(self.model, enter))
                .chain(trigger)
                .collect(),
            again: campaign.reenter.map(|after| after.to_string()),
            goal: campaign
                .goal
                .as_ref()
                .map(|goal| describe::condition(self.model, goal)),
            exit_when: campaign
                .exit_when
                .as_ref()
                .map(|exit| describe::condition(self.model, exit)),
            drops: campaign
                .on_leave
                .filter(|_| admits_by_condition(campaign))
                .map(|on_leave| on_leave == OnLeave::Exit),
            closed: !campaign.publish.published,
        };
        let (label, broken) = (
            named(campaign.about.name.as_ref(), &campaign.id),
            campaign.broken,
        );
        let thing = EntityRef::Campaign(id);
        self.add(Node {
            thing,
            id: campaign.id.clone(),
            label,
            face,
            spans: vec![campaign.span],
            broken,
        });
        self.step_nodes(id, campaign, &campaign.steps, None);
    }

    fn step_nodes(
        &mut self,
        id: CampaignId,
        campaign: &Campaign,
        steps: &[Step],
        inside: Option<(EntityRef, &str)>,
    ) {
        for step in steps {
            let thing = EntityRef::Step(id, step.id);
            self.add(Node {
                thing,
                id: format!("{}/{}", campaign.id, step.name),
                label: describe::step(self.model, step),
                face: NodeKind::Step {
                    verb: verb(step),
                    inside: inside.map(|(around, word)| (around, word.to_owned())),
                    branches: branches(step),
                },
                spans: vec![step.span],
                broken: step_is_broken(step),
            });
            for branch in step.branches() {
                self.step_nodes(id, campaign, branch.steps, Some((thing, branch.word)));
            }
        }
    }

    fn funnel(&mut self, id: FunnelId, funnel: &Funnel) {
        let at = |stage| EntityRef::Stage(StageRef { funnel: id, stage });
        if let (Some(audience), Some(entry)) = (&funnel.audience, funnel.entry) {
            let span = funnel.entry_span.unwrap_or(Span::NOWHERE);
            match audience {
                Audience::Everyone => {
                    let edge = Edge {
                        kind: EdgeKind::Enters,
                        words: "everyone".to_owned(),
                        span,
                        broken: false,
                    };
                    self.edge(EntityRef::Funnel(id), at(entry), edge);
                }
                Audience::Of(condition) => {
                    self.when(
                        EntityRef::Funnel(id),
                        at(entry),
                        EdgeKind::Enters,
                        condition,
                        span,
                    );
                }
            }
        }
        for rule in &funnel.place {
            self.when(
                EntityRef::Funnel(id),
                at(rule.stage),
                EdgeKind::Places,
                &rule.when,
                rule.span,
            );
        }
        let ladder = Ladder::of(funnel);
        for (stage, body) in funnel.stages.iter() {
            for conversion in &body.converts {
                for target in targets(&ladder, stage, conversion.to) {
                    self.when(
                        at(stage),
                        at(target),
                        EdgeKind::Converts,
                        &conversion.when,
                        conversion.span,
                    );
                }
            }
            for experience in &body.experiences {
                let edge = Edge::plain(EdgeKind::Shows, experience.content_span);
                self.edge(at(stage), EntityRef::Content(experience.content), edge);
            }
            for (target, span) in &body.back_to {
                self.edge(at(stage), at(*target), Edge::plain(EdgeKind::BackTo, *span));
            }
        }
    }

    fn entries(&mut self, id: CampaignId, campaign: &Campaign) {
        for enter in &campaign.enter {
            match enter {
                Enter::Entered { stage, span } => {
                    self.edge(
                        EntityRef::Stage(*stage),
                        EntityRef::Campaign(id),
                        Edge::plain(EdgeKind::Entered, *span),
                    );
                }
                // What happens to people has no node of its own; the words of the campaign tell it.
                Enter::Event(_) => {}
                Enter::Condition(condition) => {
                    for thing in admitting(condition) {
                        self.when(
                            thing,
                            EntityRef::Campaign(id),
                            EdgeKind::Admits,
                            condition,
                            condition.span,
                        );
                    }
                }
            }
        }
    }

    fn asks(&mut self, thing: EntityRef, condition: &Condition) {
        let mut asked = Vec::new();
        atoms(condition, &mut |atom| match atom.kind {
            ConditionKind::Segment(segment) => asked.push((EntityRef::Segment(segment), atom.span)),
            ConditionKind::Reachable(channel) => {
                asked.push((EntityRef::Channel(channel), atom.span));
            }
            ConditionKind::Campaign { campaign, .. } => {
                asked.push((EntityRef::Campaign(campaign), atom.span));
            }
            ConditionKind::All(_)
            | ConditionKind::Any(_)
            | ConditionKind::Not(_)
            | ConditionKind::Field { .. } => {}
            ConditionKind::Tag(_) | ConditionKind::Stage { .. } | ConditionKind::Reached(_) => {}
            ConditionKind::InFunnel(_) | ConditionKind::Event(_) | ConditionKind::Broken => {}
        });
        for (asked, span) in asked {
            self.edge(thing, asked, Edge::plain(EdgeKind::Asks, span));
        }
    }
}

impl Edge {
    /// An edge without a condition.
    pub(super) fn plain(kind: EdgeKind, span: Span) -> Self {
        Self {
            kind,
            words: String::new(),
            span,
            broken: false,
        }
    }
}

/// The stages and segments that a contact must or may be in for the condition to hold; what stands
/// under `not` lets nobody in.
fn admitting(condition: &Condition) -> Vec<EntityRef> {
    match &condition.kind {
        ConditionKind::All(inner) | ConditionKind::Any(inner) => {
            inner.iter().flat_map(admitting).collect()
        }
        ConditionKind::Stage { stage, .. } => vec![EntityRef::Stage(*stage)],
        ConditionKind::Segment(segment) => vec![EntityRef::Segment(*segment)],
        ConditionKind::Not(_)
        | ConditionKind::Field { .. }
        | ConditionKind::Tag(_)
        | ConditionKind::Reached(_)
        | ConditionKind::InFunnel(_)
        | ConditionKind::Reachable(_)
        | ConditionKind::Campaign { .. }
        | ConditionKind::Event(_)
        | ConditionKind::Broken => Vec::new(),
    }
}

fn targets(ladder: &Ladder<'_>, from: StageId, to: Target) -> Vec<StageId> {
    match to {
        Target::Next => ladder.next(from).collect(),
        Target::Stage(target) => vec![target],
    }
}

/// A conversion that leads nowhere has no edge, so its place belongs to the stage.
fn stage_spans(ladder: &Ladder<'_>, id: StageId, stage: &Stage) -> Vec<Span> {
    let nowhere = stage
        .converts
        .iter()
        .filter(|conversion| targets(ladder, id, conversion.to).is_empty());
    [stage.span, stage.weight_span]
        .into_iter()
        .chain(nowhere.map(|conversion| conversion.span))
        .collect()
}

/// Whether some of its ways in can stop to hold for who is inside.
fn admits_by_condition(campaign: &Campaign) -> bool {
    campaign
        .enter
        .iter()
        .any(|way| matches!(way, Enter::Condition(_)))
}

fn named(name: Option<&String>, id: &str) -> String {
    name.filter(|name| !name.trim().is_empty())
        .map_or_else(|| id.to_owned(), Clone::clone)
}

fn stage_face(model: &Model, stage: &Stage) -> NodeKind {
    NodeKind::Stage {
        weight: stage.weight,
        color: stage.color.clone(),
        is_final: stage.is_final,
        closed: !stage.publish.published,
        criteria: stage.criteria.clone(),
        experiences: stage
            .experiences
            .iter()
            .map(|experience| describe::experience(model, experience))
            .collect(),
    }
}

fn verb(step: &Step) -> Verb {
    match step.kind {
        StepKind::Action(Action::Send { .. }) => Verb::Send,
        StepKind::Action(Action::Call(_)) => Verb::Call,
        StepKind::Action(Action::Move(_) | Action::Leave(_)) => Verb::Move,
        StepKind::Action(_) => Verb::Change,
        StepKind::Wait(_) | StepKind::WaitUntil { .. } => Verb::Wait,
        StepKind::If { .. } => Verb::Ask,
        StepKind::Split(_) | StepKind::Fork(_) => Verb::Split,
        StepKind::Goto { .. } => Verb::Goto,
        StepKind::Await(_) => Verb::Wait,
        StepKind::Exit(_) => Verb::Exit,
        StepKind::Broken => Verb::Unclear,
    }
}

/// The words of the branches that somebody can take; a wait without an end has no `else`.
fn branches(step: &Step) -> Vec<String> {
    let endless = matches!(&step.kind, StepKind::Await(awaiting) if awaiting.length.is_none());
    let branches = step.branches();
    let taken = branches
        .iter()
        .filter(|branch| !(endless && branch.word == "else" && branch.steps.is_empty()));
    taken.map(|branch| branch.word.to_owned()).collect()
}

fn step_is_broken(step: &Step) -> bool {
    match &step.kind {
        StepKind::Broken => true,
        StepKind::If { when, .. } => is_broken(when),
        StepKind::Wait(_) | StepKind::WaitUntil { .. } | StepKind::Split(_) | StepKind::Fork(_) => {
            false
        }
        StepKind::Await(awaiting) => awaiting.ways.iter().any(|way| {
            way.pattern
                .where_
                .as_ref()
                .is_some_and(|inner| is_broken(inner))
        }),
        StepKind::Action(_) => false,
        StepKind::Goto { .. } | StepKind::Exit(_) => false,
    }
}
