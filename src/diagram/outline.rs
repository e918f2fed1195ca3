//! The journey as an outline for a terminal of eighty columns; nothing is left out, long lines are
//! wrapped.

use petgraph::Direction;
use petgraph::graph::NodeIndex;
use petgraph::visit::EdgeRef;

use super::drawing::MARK;
use super::filter::Filter;
use super::parts::Parts;
use super::wrap::wrap;
use crate::graph::{Edge, EdgeKind, EntityRef, Journey, Node, NodeKind};

/// The journey as an outline.
pub fn text(journey: &Journey, filter: &Filter) -> String {
    let mut out = Outline {
        journey,
        parts: Parts::of(journey),
        lines: Vec::new(),
    };
    let graph = &journey.graph;
    let everything = filter.funnel.is_none() && filter.campaign.is_none();
    let wanted = |chosen: Option<NodeIndex>, at: NodeIndex| chosen == Some(at) || everything;
    for at in graph.node_indices() {
        match &graph[at].face {
            NodeKind::Funnel { .. } if wanted(filter.funnel, at) => out.funnel(at),
            NodeKind::Campaign { .. } if wanted(filter.campaign, at) => out.campaign(at),
            NodeKind::Funnel { .. }
            | NodeKind::Campaign { .. }
            | NodeKind::Stage { .. }
            | NodeKind::Segment { .. } => {}
            NodeKind::Step { .. }
            | NodeKind::Content { .. }
            | NodeKind::Destination { .. }
            | NodeKind::Channel => {}
        }
    }
    if everything {
        out.segments();
    }
    out.lines.join("\n").trim_start().to_owned() + "\n"
}

const WIDTH: usize = 80;

struct Outline<'a> {
    journey: &'a Journey,
    parts: Parts,
    lines: Vec<String>,
}

impl Outline<'_> {
    /// A line with its continuation lines hanging below the text.
    fn line(&mut self, lead: &str, text: &str) {
        let indent = lead.chars().count();
        let rows = wrap(text, WIDTH.saturating_sub(indent).max(20));
        for (at, row) in rows.iter().enumerate() {
            let lead = if at == 0 {
                lead.to_owned()
            } else {
                " ".repeat(indent)
            };
            self.lines
                .push(format!("{lead}{row}").trim_end().to_owned());
        }
    }

    fn head(&mut self, kind: &str, node: &Node) {
        self.lines.push(String::new());
        let name = if node.label == node.id {
            String::new()
        } else {
            format!(" · {}", node.label)
        };
        self.line(
            "",
            &format!("{kind} {}{name}{}", node.id, mark(node.broken)),
        );
    }

    fn edges(&self, at: NodeIndex, kinds: &[EdgeKind]) -> Vec<(Edge, NodeIndex)> {
        let graph = &self.journey.graph;
        let mut found: Vec<_> = graph
            .edges(at)
            .filter(|edge| kinds.contains(&edge.weight().kind))
            .collect();
        found.sort_by_key(EdgeRef::id);
        found
            .into_iter()
            .map(|edge| (edge.weight().clone(), edge.target()))
            .collect()
    }

    /// The id within the funnel.
    fn short(&self, stage: NodeIndex) -> &str {
        let id = self.journey.graph[stage].id.as_str();
        id.split_once('/').map_or(id, |(_, stage)| stage)
    }

    fn funnel(&mut self, funnel: NodeIndex) {
        let node = self.journey.graph[funnel].clone();
        self.head("funnel", &node);
        for (edge, entry) in self.edges(funnel, &[EdgeKind::Enters]) {
            let text = format!("{}, at {}", edge.words, self.short(entry));
            self.line("  enter  ", &text);
        }
        for (edge, stage) in self.edges(funnel, &[EdgeKind::Places]) {
            let text = format!(
                "{} when {}{}",
                self.short(stage),
                edge.words,
                mark(edge.broken)
            );
            self.line("  place  ", &text);
        }
        self.rules_of(&node.face);
        let mut stages = self.parts.of_thing(&node.thing).to_vec();
        stages.sort_by_key(|at| weight(&self.journey.graph[*at]));
        for stage in stages {
            self.stage(stage);
        }
    }

    /// What holds for a whole funnel, where it is not what holds for most.
    fn rules_of(&mut self, face: &NodeKind) {
        let NodeKind::Funnel {
            free,
            loose,
            drops,
            closed,
        } = *face
        else {
            return;
        };
        let rules = [
            (closed, "  ", "not published"),
            (
                drops,
                "  leave  ",
                "who leaves the audience leaves the funnel",
            ),
            (free, "  moves  ", "free: also to lighter stages"),
            (
                loose,
                "  order  ",
                "loose: the heaviest stage that leads on decides",
            ),
        ];
        for (_, lead, text) in rules.into_iter().filter(|(holds, _, _)| *holds) {
            self.line(lead, text);
        }
    }

    fn stage(&mut self, at: NodeIndex) {
        let node = self.journey.graph[at].clone();
        let NodeKind::Stage {
            weight,
            is_final,
            closed,
            criteria,
            experiences,
            ..
        } = &node.face
        else {
            return;
        };
        let mut text = self.short(at).to_owned();
        if node.label != text {
            text = format!("{text} · {}", node.label);
        }
        text += if *is_final { " (final)" } else { "" };
        text += if *closed { " (not published)" } else { "" };
        let weight = weight.map_or_else(|| "?".to_owned(), |weight| weight.to_string());
        self.line(
            &format!("{weight:>6}  "),
            &format!("{text}{}", mark(node.broken)),
        );
        if !criteria.is_empty() {
            self.line("          ", &criteria.join(", "));
        }
        for words in experiences {
            self.line("          ◦ ", words);
        }
        for (edge, target) in self.edges(at, &[EdgeKind::Converts]) {
            let text = format!(
                "{} when {}{}",
                self.short(target),
                edge.words,
                mark(edge.broken)
            );
            self.line("          → ", &text);
        }
        let converts: Vec<_> = self
            .edges(at, &[EdgeKind::Converts])
            .into_iter()
            .map(|(_, target)| target)
            .collect();
        let back = self
            .edges(at, &[EdgeKind::BackTo])
            .into_iter()
            .filter(|(_, target)| !converts.contains(target));
        for (edge, target) in back {
            let text = format!("may go back to {}{}", self.short(target), mark(edge.broken));
            self.line("          ← ", &text);
        }
        for (edge, campaign) in self.edges(at, &[EdgeKind::Admits, EdgeKind::Entered]) {
            let text = format!(
                "campaign {}{}",
                self.journey.graph[campaign].id,
                mark(edge.broken)
            );
            self.line("          » ", &text);
        }
        self.movers(at);
    }

    /// The campaigns that move contacts here.
    fn movers(&mut self, stage: NodeIndex) {
        let graph = &self.journey.graph;
        let moves = graph
            .edges_directed(stage, Direction::Incoming)
            .filter(|edge| edge.weight().kind == EdgeKind::Moves);
        let mut names: Vec<_> = moves
            .map(|edge| {
                graph[edge.source()]
                    .id
                    .split('/')
                    .next()
                    .unwrap_or("")
                    .to_owned()
            })
            .collect();
        names.sort();
        names.dedup();
        for name in names {
            self.line("          « ", &format!("moved by campaign {name}"));
        }
    }

    fn campaign(&mut self, at: NodeIndex) {
        let node = self.journey.graph[at].clone();
        self.head("campaign", &node);
        self.who(&node.face);
        let graph = &self.journey.graph;
        let steps: Vec<_> = self
            .parts
            .of_thing(&node.thing)
            .iter()
            .map(|step| graph[*step].clone())
            .collect();
        self.steps(&steps, None, 2);
    }

    /// Who comes into a campaign, and who leaves it before its last step.
    fn who(&mut self, face: &NodeKind) {
        let NodeKind::Campaign {
            enter,
            again,
            goal,
            exit_when,
            drops,
            closed,
        } = face
        else {
            return;
        };
        if *closed {
            self.line("  ", "not published");
        }
        for words in enter {
            self.line("  enter  ", words);
        }
        if let Some(length) = again {
            self.line("  again  ", &format!("after {length}"));
        }
        if let Some(words) = goal {
            self.line("  goal   ", words);
        }
        if let Some(words) = exit_when {
            self.line("  leave  ", &format!("when {words}"));
        }
        if let Some(drops) = drops {
            self.line(
                if *drops { "  leave  " } else { "  stay   " },
                "who no longer qualifies",
            );
        }
    }

    /// The steps of one list, numbered, and below a step its branches.
    fn steps(&mut self, all: &[Node], inside: Option<&(EntityRef, String)>, indent: usize) {
        let here = all.iter().filter(|node| around(node) == inside);
        for (at, step) in here.enumerate() {
            let lead = format!("{}{}. ", " ".repeat(indent), at + 1);
            self.line(&lead, &format!("{}{}", step.label, mark(step.broken)));
            let mut places: Vec<_> = all
                .iter()
                .filter_map(around)
                .filter(|(thing, _)| *thing == step.thing)
                .collect();
            places.dedup();
            for place in places {
                self.lines
                    .push(format!("{}{}", " ".repeat(indent + 3), place.1));
                self.steps(all, Some(place), indent + 5);
            }
        }
    }

    fn segments(&mut self) {
        let graph = &self.journey.graph;
        let segments: Vec<_> = graph
            .node_weights()
            .filter(|node| matches!(node.face, NodeKind::Segment { .. }))
            .cloned()
            .collect();
        if segments.is_empty() {
            return;
        }
        self.lines.push(String::new());
        self.lines.push("segments".to_owned());
        let width = segments
            .iter()
            .map(|node| node.id.chars().count())
            .max()
            .unwrap_or(0)
            .min(24);
        for node in segments {
            if let NodeKind::Segment { words } = &node.face {
                self.line(
                    &format!("  {:<width$}  ", node.id),
                    &format!("{words}{}", mark(node.broken)),
                );
            }
        }
    }
}

fn around(node: &Node) -> Option<&(EntityRef, String)> {
    match &node.face {
        NodeKind::Step { inside, .. } => inside.as_ref(),
        NodeKind::Funnel { .. } | NodeKind::Stage { .. } | NodeKind::Segment { .. } => None,
        NodeKind::Campaign { .. }
        | NodeKind::Content { .. }
        | NodeKind::Destination { .. }
        | NodeKind::Channel => None,
    }
}

fn weight(node: &Node) -> (Option<i64>, &str) {
    match node.face {
        NodeKind::Stage { weight, .. } => (weight, &node.id),
        NodeKind::Funnel { .. } | NodeKind::Segment { .. } | NodeKind::Campaign { .. } => {
            (None, &node.id)
        }
        NodeKind::Step { .. }
        | NodeKind::Content { .. }
        | NodeKind::Destination { .. }
        | NodeKind::Channel => (None, &node.id),
    }
}

fn mark(broken: bool) -> String {
    if broken {
        format!("  {MARK} error")
    } else {
        String::new()
    }
}
