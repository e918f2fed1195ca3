//! What a picture shows, before it has a syntax: groups of boxes, and arrows between boxes. The
//! overview has one box for a campaign; its steps show when it is asked for.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::Direction;
use petgraph::graph::NodeIndex;
use petgraph::visit::EdgeRef;

use super::filter::Filter;
use super::order;
use super::paint::{self, Paint};
use super::parts::Parts;
use super::wrap::{at_most, wrap};
use crate::graph::describe::counted;
use crate::graph::{Edge, EdgeKind, Journey, Node, NodeKind, Verb};
use crate::screen::without_passwords;

/// A picture.
#[derive(Debug)]
pub(super) struct Drawing {
    pub(super) title: Option<String>,
    pub(super) groups: Vec<Group>,
    pub(super) arrows: Vec<Arrow>,
}

/// Boxes that belong together.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) kind: GroupKind,
    pub(super) name: String,
    pub(super) label: String,
    pub(super) broken: bool,
    pub(super) boxes: Vec<Box>,
}

/// What the boxes of a group are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum GroupKind {
    /// The door and the stages of a funnel, by weight.
    Funnel,
    /// A campaign and its steps.
    Steps,
    /// Campaigns, one box each.
    Overview,
}

/// A box.
#[derive(Debug)]
pub(super) struct Box {
    pub(super) name: String,
    pub(super) title: String,
    pub(super) lines: Vec<String>,
    pub(super) shape: Shape,
    pub(super) paint: Option<Paint>,
    pub(super) broken: bool,
}

/// What stands before the text of a thing with errors.
pub(super) const MARK: &str = "✗";

/// The text, with the mark where it belongs to a thing with errors.
pub(super) fn marked(text: &str, broken: bool) -> String {
    if broken {
        format!("{MARK} {text}").trim_end().to_owned()
    } else {
        text.to_owned()
    }
}

impl Box {
    /// The title, broken into lines and marked.
    pub(super) fn title_lines(&self) -> Vec<String> {
        at_most(3, wrap(&marked(&self.title, self.broken), 30))
    }
}

/// How wide the labels of arrows may be, in characters; the narrower, the closer stand the boxes.
const LABEL: usize = 16;

/// What a box looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Shape {
    Door,
    Stage,
    Campaign,
    Send,
    Move,
    Change,
    Wait,
    Ask,
    Exit,
    Unclear,
}

impl Shape {
    /// What the box of a step looks like.
    pub(super) fn of_step(verb: Verb) -> Self {
        match verb {
            Verb::Send | Verb::Call => Self::Send,
            Verb::Move => Self::Move,
            Verb::Change | Verb::Goto => Self::Change,
            Verb::Wait => Self::Wait,
            Verb::Ask | Verb::Split => Self::Ask,
            Verb::Exit => Self::Exit,
            Verb::Unclear => Self::Unclear,
        }
    }
}

/// An arrow.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Arrow {
    pub(super) from: String,
    pub(super) to: String,
    pub(super) stroke: Stroke,
    pub(super) lines: Vec<String>,
    pub(super) broken: bool,
}

/// How an arrow is drawn: the contact's own way plain, what a campaign does thick, what is only
/// allowed or asked dotted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stroke {
    /// Not seen: keeps one box above another.
    Order,
    Plain,
    Thick,
    Dotted,
}

/// Chooses what is drawn.
pub(super) fn drawing(journey: &Journey, filter: &Filter) -> Drawing {
    let parts = Parts::of(journey);
    let mut draft = Draft {
        journey,
        parts: &parts,
        boxes: BTreeMap::new(),
        groups: Vec::new(),
        arrows: Vec::new(),
    };
    for funnel in draft.funnels() {
        match (filter.funnel, filter.campaign) {
            (Some(chosen), _) if chosen != funnel => {}
            (Some(_), _) | (None, None) => draft.funnel(funnel, None),
            (None, Some(campaign)) => draft.funnel(funnel, Some(campaign)),
        }
    }
    for campaign in draft.campaigns() {
        if filter.campaign == Some(campaign) {
            draft.steps(campaign);
        }
    }
    let others: Vec<_> = draft
        .campaigns()
        .into_iter()
        .filter(|campaign| draft.is_overview(*campaign, filter))
        .collect();
    draft.overview(&others);
    draft.arrows();
    let mut arrows = order::unseen(&draft.groups, &draft.arrows);
    arrows.append(&mut draft.arrows);
    Drawing {
        title: journey.project.clone(),
        groups: draft.groups,
        arrows,
    }
}

struct Draft<'a> {
    journey: &'a Journey,
    parts: &'a Parts,
    /// The box in which each node that is drawn shows.
    boxes: BTreeMap<NodeIndex, String>,
    groups: Vec<Group>,
    arrows: Vec<Arrow>,
}

impl<'a> Draft<'a> {
    fn node(&self, at: NodeIndex) -> &Node {
        &self.journey.graph[at]
    }

    fn funnels(&self) -> Vec<NodeIndex> {
        self.nodes(|node| matches!(node.face, NodeKind::Funnel { .. }))
    }

    fn campaigns(&self) -> Vec<NodeIndex> {
        self.nodes(|node| matches!(node.face, NodeKind::Campaign { .. }))
    }

    fn nodes(&self, fits: impl Fn(&Node) -> bool) -> Vec<NodeIndex> {
        self.journey
            .graph
            .node_indices()
            .filter(|at| fits(self.node(*at)))
            .collect()
    }

    /// The steps of a campaign, in the order of the text.
    fn steps_of(&self, campaign: NodeIndex) -> &'a [NodeIndex] {
        self.parts.of_thing(&self.node(campaign).thing)
    }

    /// The stages and funnels that a campaign lets in from or acts on.
    fn touched(&self, campaign: NodeIndex) -> BTreeSet<NodeIndex> {
        let graph = &self.journey.graph;
        let from = graph.neighbors_directed(campaign, Direction::Incoming);
        let to = self
            .steps_of(campaign)
            .iter()
            .flat_map(|step| graph.neighbors_directed(*step, Direction::Outgoing));
        from.chain(to)
            .filter(|at| {
                matches!(
                    self.node(*at).face,
                    NodeKind::Stage { .. } | NodeKind::Funnel { .. }
                )
            })
            .collect()
    }

    fn is_overview(&self, campaign: NodeIndex, filter: &Filter) -> bool {
        match (filter.funnel, filter.campaign) {
            (_, Some(_)) => false,
            (None, None) => true,
            (Some(_), None) => self
                .touched(campaign)
                .iter()
                .any(|at| self.boxes.contains_key(at)),
        }
    }

    /// The stages of a funnel by weight; with a campaign, those that it touches.
    fn funnel(&mut self, funnel: NodeIndex, campaign: Option<NodeIndex>) {
        let touched = campaign.map(|campaign| self.touched(campaign));
        let mut stages = self.parts.of_thing(&self.node(funnel).thing).to_vec();
        stages.sort_by_key(|at| weight(self.node(*at)));
        let of = stages.len();
        let ranked = stages.into_iter().enumerate();
        let mut shown: Vec<_> = ranked
            .filter(|(_, at)| touched.as_ref().is_none_or(|touched| touched.contains(at)))
            .collect();
        if touched.is_some_and(|touched| shown.is_empty() && !touched.contains(&funnel)) || of == 0
        {
            return;
        }
        let mut boxes: Vec<Box> = self.door(funnel, campaign.is_some()).into_iter().collect();
        self.boxes
            .extend(boxes.iter().map(|door| (funnel, door.name.clone())));
        for (rank, at) in shown.drain(..) {
            let drawn = stage(self.node(at), rank, of);
            self.boxes.insert(at, drawn.name.clone());
            boxes.push(drawn);
        }
        let node = self.node(funnel);
        let label = format!("funnel {}", node.label);
        self.groups.push(Group {
            kind: GroupKind::Funnel,
            name: name(node),
            label,
            broken: node.broken,
            boxes,
        });
    }

    /// Where contacts come in; not drawn where nothing does, nor beside a single campaign that does
    /// not use it.
    fn door(&self, funnel: NodeIndex, beside_campaign: bool) -> Option<Box> {
        let graph = &self.journey.graph;
        let audience = graph
            .edges(funnel)
            .find(|edge| edge.weight().kind == EdgeKind::Enters);
        let left = graph
            .edges_directed(funnel, Direction::Incoming)
            .any(|edge| edge.weight().kind == EdgeKind::Leaves);
        let used = graph
            .edges(funnel)
            .any(|edge| edge.weight().kind == EdgeKind::Places)
            || audience.is_some();
        let title =
            audience.map_or_else(|| "no stage".to_owned(), |edge| edge.weight().words.clone());
        let shown = if beside_campaign { left } else { left || used };
        shown.then(|| Box {
            name: format!("{}_door", name(self.node(funnel))),
            title: at_most(2, wrap(&title, 28)).join(" "),
            lines: Vec::new(),
            shape: Shape::Door,
            paint: None,
            broken: false,
        })
    }

    fn steps(&mut self, campaign: NodeIndex) {
        let mut boxes = vec![self.campaign(campaign, false)];
        self.boxes.insert(campaign, boxes[0].name.clone());
        for at in self.steps_of(campaign) {
            let drawn = step(self.node(*at));
            self.boxes.insert(*at, drawn.name.clone());
            boxes.push(drawn);
        }
        let node = self.node(campaign);
        let label = format!("campaign {}", node.label);
        let name = format!("{}_steps", name(node));
        self.groups.push(Group {
            kind: GroupKind::Steps,
            name,
            label,
            broken: node.broken,
            boxes,
        });
    }

    fn overview(&mut self, campaigns: &[NodeIndex]) {
        if campaigns.is_empty() {
            return;
        }
        let mut boxes = Vec::new();
        for campaign in campaigns {
            let drawn = self.campaign(*campaign, true);
            self.boxes.insert(*campaign, drawn.name.clone());
            self.boxes.extend(
                self.steps_of(*campaign)
                    .iter()
                    .map(|step| (*step, drawn.name.clone())),
            );
            boxes.push(drawn);
        }
        let label = if boxes.len() == 1 {
            "campaign"
        } else {
            "campaigns"
        };
        let (name, label) = ("campaigns".to_owned(), label.to_owned());
        self.groups.push(Group {
            kind: GroupKind::Overview,
            name,
            label,
            broken: false,
            boxes,
        });
    }

    fn campaign(&self, at: NodeIndex, with_sum: bool) -> Box {
        let node = self.node(at);
        if !matches!(node.face, NodeKind::Campaign { .. }) {
            return step(node);
        }
        let mut lines: Vec<String> = rules(&node.face)
            .into_iter()
            .flat_map(|(words, most)| at_most(most, wrap(&words, 34)))
            .collect();
        lines.extend(with_sum.then(|| sum(self.journey, self.steps_of(at))));
        let hidden_fault = with_sum && self.steps_of(at).iter().any(|step| self.node(*step).broken);
        let (title, broken) = (node.label.clone(), node.broken || hidden_fault);
        Box {
            name: name(node),
            title,
            lines,
            shape: Shape::Campaign,
            paint: None,
            broken,
        }
    }

    fn arrows(&mut self) {
        let graph = &self.journey.graph;
        let mut seen = BTreeSet::new();
        let converts = graph
            .edge_references()
            .filter(|edge| edge.weight().kind == EdgeKind::Converts);
        let converts: BTreeSet<_> = converts
            .map(|edge| (edge.source(), edge.target()))
            .collect();
        for edge in graph.edge_references() {
            let (Some(from), Some(to)) = (
                self.boxes.get(&edge.source()),
                self.boxes.get(&edge.target()),
            ) else {
                continue;
            };
            let also_converts = converts.contains(&(edge.source(), edge.target()));
            let implied = edge.weight().kind == EdgeKind::BackTo && also_converts;
            let arrow = arrow(from, to, edge.weight())
                .filter(|arrow| !implied && seen.insert(arrow.clone()));
            self.arrows.extend(arrow);
        }
    }
}

/// `None` for what is no arrow of the picture, and for the order of steps inside the one box of a
/// campaign.
fn arrow(from: &str, to: &str, edge: &Edge) -> Option<Arrow> {
    let condition = || at_most(4, wrap(&edge.words, LABEL));
    let words = |words: &str| vec![words.to_owned()];
    let (stroke, lines) = match edge.kind {
        EdgeKind::Enters | EdgeKind::Starts | EdgeKind::Next => (Stroke::Plain, Vec::new()),
        EdgeKind::Places => (
            Stroke::Dotted,
            at_most(4, wrap(&format!("place: {}", edge.words), LABEL)),
        ),
        EdgeKind::Converts => (Stroke::Plain, condition()),
        EdgeKind::BackTo => (Stroke::Dotted, words("may go back")),
        EdgeKind::Moves => (Stroke::Thick, words("moves")),
        EdgeKind::Leaves => (Stroke::Thick, words("leaves")),
        EdgeKind::Admits => (Stroke::Dotted, words("who is here")),
        EdgeKind::Entered => (Stroke::Dotted, words("who comes here")),
        EdgeKind::Yes => (Stroke::Plain, words("yes")),
        EdgeKind::No => (Stroke::Plain, words("no")),
        EdgeKind::Branch => (Stroke::Plain, condition()),
        EdgeKind::Past => (Stroke::Plain, words("too late")),
        EdgeKind::Sends | EdgeKind::Shows | EdgeKind::Calls | EdgeKind::Asks => return None,
    };
    let inside = from == to && !matches!(edge.kind, EdgeKind::Converts | EdgeKind::BackTo);
    (!inside).then(|| Arrow {
        from: from.to_owned(),
        to: to.to_owned(),
        stroke,
        lines,
        broken: edge.broken,
    })
}

/// `4 steps, 2 messages`.
pub(super) fn sum(journey: &Journey, steps: &[NodeIndex]) -> String {
    let is_send = |at: &&NodeIndex| {
        matches!(
            journey.graph[**at].face,
            NodeKind::Step {
                verb: Verb::Send,
                ..
            }
        )
    };
    let sends = steps.iter().filter(is_send).count() as u64;
    let all = counted(steps.len() as u64, "step");
    if sends == 0 {
        all
    } else {
        format!("{all}, {}", counted(sends, "message"))
    }
}

/// Who comes into a campaign, and who leaves it before its last step; and on how many lines each of
/// it may stand.
pub(super) fn rules(face: &NodeKind) -> Vec<(String, usize)> {
    let NodeKind::Campaign {
        enter,
        again,
        goal,
        exit_when,
        drops,
        closed,
    } = face
    else {
        return Vec::new();
    };
    let mut rules: Vec<(String, usize)> = enter.iter().map(|words| (words.clone(), 3)).collect();
    let again = again.iter();
    rules.extend(again.map(|length| (format!("may come in again after {length}"), 2)));
    rules.extend(goal.iter().map(|words| (format!("goal: {words}"), 2)));
    let exit = exit_when.iter();
    rules.extend(exit.map(|words| (format!("leaves when {words}"), 2)));
    rules.extend(drops.map(|drops| {
        let what = if drops { "leaves" } else { "stays" };
        (format!("who no longer qualifies {what}"), 2)
    }));
    rules.extend(closed.then(|| ("not published".to_owned(), 1)));
    rules
}

/// What is said of a stage below its name.
pub(super) fn about_stage(
    weight: Option<i64>,
    is_final: bool,
    closed: bool,
) -> impl Iterator<Item = String> {
    let weight = weight.map_or_else(|| "no weight".to_owned(), |it| format!("weight {it}"));
    let more = [(is_final, "final"), (closed, "not published")];
    let more = more.into_iter().filter(|(is, _)| *is);
    std::iter::once(weight).chain(more.map(|(_, word)| word.to_owned()))
}

fn stage(node: &Node, rank: usize, of: usize) -> Box {
    let mut lines = Vec::new();
    let mut paint = None;
    if let NodeKind::Stage {
        weight,
        color,
        is_final,
        closed,
        ..
    } = &node.face
    {
        lines.extend(about_stage(*weight, *is_final, *closed));
        paint = Some(paint::stage(color.as_deref(), rank, of));
    }
    Box {
        name: name(node),
        title: node.label.clone(),
        lines,
        shape: Shape::Stage,
        paint,
        broken: node.broken,
    }
}

fn step(node: &Node) -> Box {
    let shape = match node.face {
        NodeKind::Step { verb, .. } => Shape::of_step(verb),
        NodeKind::Funnel { .. } | NodeKind::Stage { .. } | NodeKind::Segment { .. } => {
            Shape::Unclear
        }
        NodeKind::Campaign { .. }
        | NodeKind::Content { .. }
        | NodeKind::Destination { .. }
        | NodeKind::Channel => Shape::Unclear,
    };
    let text = if shape == Shape::Ask {
        node.label.trim_start_matches("if ")
    } else {
        &node.label
    };
    let mut lines = at_most(4, wrap(text, 26)).into_iter();
    let title = lines.next().unwrap_or_default();
    Box {
        name: name(node),
        title,
        lines: lines.collect(),
        shape,
        paint: None,
        broken: node.broken,
    }
}

pub(super) fn weight(node: &Node) -> (Option<i64>, String) {
    match node.face {
        NodeKind::Stage { weight, .. } => (weight, node.id.clone()),
        NodeKind::Funnel { .. } | NodeKind::Segment { .. } | NodeKind::Campaign { .. } => {
            (None, node.id.clone())
        }
        NodeKind::Step { .. }
        | NodeKind::Content { .. }
        | NodeKind::Destination { .. }
        | NodeKind::Channel => (None, node.id.clone()),
    }
}

/// A name that both syntaxes take, the same for the same id in every project: letters and digits of
/// ASCII stand for themselves.
fn name(node: &Node) -> String {
    let kind = match node.face {
        NodeKind::Funnel { .. } => "funnel",
        NodeKind::Stage { .. } => "stage",
        NodeKind::Segment { .. } => "segment",
        NodeKind::Campaign { .. } => "campaign",
        NodeKind::Step { .. } => "step",
        NodeKind::Content { .. } => "content",
        NodeKind::Destination { .. } => "destination",
        NodeKind::Channel => "channel",
    };
    let mut name = format!("{kind}_");
    for c in without_passwords(&node.id).chars() {
        match c {
            'a'..='z' | 'A'..='Z' | '0'..='9' => name.push(c),
            '-' => name.push('_'),
            '/' => name.push_str("__"),
            other => name.extend(["_u", &format!("{:x}", u32::from(other)), "_"]),
        }
    }
    name
}
