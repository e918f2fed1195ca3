//! A campaign as a flow: steps one below the other, branches side by side. Every list of steps has
//! a strip of its own from top to bottom, into which nothing else is drawn; so no line crosses a
//! step and no text stands over another.

use petgraph::graph::NodeIndex;

use super::card::{Content, ROW, Row};
use super::measure::{self, LINE};
use super::scene::{Anchor, Area, Card, Item, Kind, Look, Scene, Text};
use super::tree::{self, Branch, Step};
use super::{Counted, Dress, Panel};
use crate::diagram::drawing::{self, Shape, Stroke};
use crate::diagram::parts::Parts;
use crate::graph::{Journey, Node, NodeKind, Verb};

/// How wide a step is.
const STEP: i32 = 220;

/// How long the lines between steps are.
const GAP: i32 = 24;

/// How far apart branches stand.
const APART: i32 = 20;

/// How far a line goes down before it turns to a branch.
const TURN: i32 = 12;

/// What a campaign looks like.
pub(super) fn panel(journey: &Journey, parts: &Parts, at: NodeIndex, dress: &Dress<'_>) -> Panel {
    let node = &journey.graph[at];
    let all = parts.of_thing(&node.thing);
    let tree = tree::steps(journey, all);
    let flow = Flow { journey, dress };
    let mut strip = flow.start(node);
    flow.follow(&mut strip, &tree);
    if strip.open {
        let mut end = Content::new(Look::Branch, "end");
        end.figure = dress.figure(Counted::End, &node.id);
        let end = chip(&end);
        strip.arrow(GAP);
        strip.put(end);
    }
    Panel {
        id: node.id.clone(),
        kind: "campaign",
        heading: node.label.clone(),
        broken: node.broken,
        note: drawing::sum(journey, all),
        area: Area {
            x: 0,
            y: 0,
            width: strip.left + strip.right,
            height: strip.bottom,
        },
        scene: strip.scene.moved(strip.left, 0),
    }
}

struct Flow<'a> {
    journey: &'a Journey,
    dress: &'a Dress<'a>,
}

/// What is drawn of a list of steps so far. Its line goes down at `x = 0`.
struct Strip {
    scene: Scene,
    /// How far it goes to both sides of its line.
    left: i32,
    right: i32,
    /// Where it ends so far.
    bottom: i32,
    /// Whether somebody comes out of it.
    open: bool,
}

impl Strip {
    fn new() -> Self {
        Self {
            scene: Scene::default(),
            left: 0,
            right: 0,
            bottom: 0,
            open: true,
        }
    }

    /// The line from what was last to what comes next, so many pixels long.
    fn arrow(&mut self, length: i32) {
        let to = self.bottom + length;
        if self.open {
            let points = vec![(0, self.bottom), (0, to)];
            self.scene.line(points, Stroke::Plain, true);
        }
        self.bottom = to;
    }

    /// A card in the middle of the strip.
    fn put(&mut self, mut card: Card) {
        let half = card.area.width / 2;
        self.left = self.left.max(half);
        self.right = self.right.max(card.area.width - half);
        card.shift(-half, self.bottom);
        self.bottom = card.area.bottom();
        self.scene.card(card);
    }
}

impl Flow<'_> {
    /// Who comes in.
    fn start(&self, node: &Node) -> Strip {
        let mut content = Content::new(Look::Of(Shape::Campaign), "who comes in");
        let rules = drawing::rules(&node.face);
        content.rows = rules
            .into_iter()
            .map(|(words, _)| Row::plain(words))
            .collect();
        if matches!(node.face, NodeKind::Campaign { .. }) && content.rows.is_empty() {
            content.rows.push(Row::muted("nobody"));
        }
        content.figure = self.dress.figure(Counted::Campaign, &node.id);
        content
            .rows
            .extend(self.dress.rows(Counted::Campaign, &node.id));
        content.id.clone_from(&node.id);
        content.link = self.dress.link(node);
        content.broken = node.broken;
        let mut strip = Strip::new();
        strip.put(content.card(STEP).0);
        strip
    }

    /// The steps below what is there.
    fn follow(&self, strip: &mut Strip, steps: &[Step]) {
        let mut skipping = None;
        for (place, step) in steps.iter().enumerate() {
            strip.arrow(GAP);
            let top = strip.bottom;
            self.step(strip, step);
            if let Some(from) = skipping.take() {
                pass(strip, from);
            }
            if step.skips && place + 1 < steps.len() {
                skipping = Some(top + ROW);
            }
        }
    }

    fn step(&self, strip: &mut Strip, step: &Step) {
        let node = &self.journey.graph[step.at];
        let look = look(node);
        let mut content = Content::new(look, node.label.clone());
        content.figure = self.dress.figure(Counted::Step, &node.id);
        content.rows = self.dress.rows(Counted::Step, &node.id);
        content.id.clone_from(&node.id);
        content.link = self.dress.link(node);
        content.broken = node.broken;
        strip.put(content.card(STEP).0);
        if step.branches.is_empty() {
            strip.open = !ends(node);
        } else {
            self.branches(strip, node, &step.branches);
        }
    }

    /// The branches of a step side by side, each with its word at its top.
    fn branches(&self, strip: &mut Strip, node: &Node, branches: &[Branch]) {
        let lanes: Vec<Strip> = branches
            .iter()
            .map(|branch| self.branch(node, branch))
            .collect();
        let gaps = APART * i32::try_from(lanes.len()).unwrap_or(1).saturating_sub(1);
        let whole: i32 = lanes.iter().map(|lane| lane.left + lane.right).sum::<i32>() + gaps;
        // The lines part and meet in the middle of the outer two.
        let first = lanes.first().map_or(0, |lane| lane.left);
        let last = lanes.last().map_or(0, |lane| lane.right);
        let start = -(first + (whole - last)) / 2;
        let (from, top) = (strip.bottom, strip.bottom + TURN);
        let meet = top + lanes.iter().map(|lane| lane.bottom).max().unwrap_or(0) + TURN;
        let (mut x, mut open) = (start, false);
        for lane in lanes {
            let middle = x + lane.left;
            strip.scene.line(
                vec![(0, from), (0, top), (middle, top), (middle, top + TURN)],
                Stroke::Plain,
                false,
            );
            if lane.open {
                let points = vec![(middle, top + lane.bottom), (middle, meet), (0, meet)];
                strip.scene.line(points, Stroke::Plain, false);
            }
            open |= lane.open;
            x = middle + lane.right + APART;
            strip.scene.put(lane.scene.moved(middle, top));
        }
        strip.left = strip.left.max(-start);
        strip.right = strip.right.max(start + whole);
        (strip.bottom, strip.open) = (if open { meet } else { meet - TURN }, open);
    }

    fn branch(&self, node: &Node, branch: &Branch) -> Strip {
        let word = match (verb(node), branch.word.as_str()) {
            (Some(Verb::Ask), "then") => "yes",
            (Some(Verb::Ask), "else") => "no",
            (_, word) => word,
        };
        let mut content = Content::new(Look::Branch, word);
        content.figure = self.dress.along(Counted::Step, &node.id, &branch.word);
        let mut strip = Strip::new();
        strip.bottom = TURN;
        strip.put(chip(&content));
        self.follow(&mut strip, &branch.steps);
        strip
    }
}

/// The way past a step for who comes too late: on its right, from the step before it.
fn pass(strip: &mut Strip, from: i32) {
    const WORDS: &str = "too late";
    let room = measure::width(WORDS, LINE) + 8;
    let x = (strip.right + 12).max(STEP / 2 + room);
    let to = strip.bottom + TURN;
    let around = vec![(STEP / 2, from), (x, from), (x, to), (0, to)];
    strip.scene.line(around, Stroke::Plain, false);
    if strip.open {
        let points = vec![(0, strip.bottom), (0, to)];
        strip.scene.line(points, Stroke::Plain, false);
    }
    strip.scene.0.push(Item::Text(Text {
        x: STEP / 2 + 4,
        y: from - 4,
        anchor: Anchor::Start,
        kind: Kind::Muted,
        words: WORDS.to_owned(),
    }));
    strip.right = x + 4;
    (strip.bottom, strip.open) = (to, true);
}

/// A small card with one text in its middle.
fn chip(content: &Content) -> Card {
    let text = match &content.figure {
        Some(figure) => format!("{} · {figure}", content.name),
        None => content.name.clone(),
    };
    let lines = measure::lines(&text, LINE, STEP - 40, 2);
    let widest = lines.iter().map(|line| measure::width(line, LINE)).max();
    let width = (widest.unwrap_or(0) + 20).max(36) / 2 * 2;
    let height = ROW * i32::try_from(lines.len().max(1)).unwrap_or(1) + 6;
    let texts = lines.into_iter().zip(0..).map(|(words, row)| Text {
        x: width / 2,
        y: row * ROW + 15,
        anchor: Anchor::Middle,
        kind: Kind::Muted,
        words,
    });
    Card {
        area: Area {
            x: 0,
            y: 0,
            width,
            height,
        },
        look: Look::Branch,
        icon: None,
        color: None,
        texts: texts.collect(),
        tip: text,
        id: String::new(),
        link: None,
        broken: content.broken,
    }
}

fn verb(node: &Node) -> Option<Verb> {
    if let NodeKind::Step { verb, .. } = node.face {
        Some(verb)
    } else {
        None
    }
}

/// Whether nobody goes on to the step below.
fn ends(node: &Node) -> bool {
    matches!(verb(node), Some(Verb::Exit | Verb::Goto))
}

fn look(node: &Node) -> Look {
    Look::Of(verb(node).map_or(Shape::Unclear, Shape::of_step))
}
