//! A funnel: its stages in one column, the lightest first, and beside them the campaigns that let
//! in from them or act on them. Lines between stages run on the left of the column, those to
//! campaigns between the two columns; there nothing else stands, so no line crosses a card.

use std::collections::BTreeMap;

use petgraph::Direction;
use petgraph::graph::NodeIndex;
use petgraph::visit::EdgeRef;

use super::beside::{self, Relation};
use super::card::{Content, ROW, Row};
use super::lanes::Lanes;
use super::scene::{Area, Card, Item, Line, Look, Scene};
use super::{Counted, Dress, Panel};
use crate::diagram::drawing::{self, Shape, Stroke};
use crate::diagram::paint;
use crate::diagram::parts::Parts;
use crate::graph::{EdgeKind, EntityRef, Journey, NodeKind};

/// How wide the card of a stage is.
pub(super) const STAGE: i32 = 232;

/// How far apart stages stand.
const GAP: i32 = 24;

/// Where a line comes into a card: so far below its upper edge, which no row of its texts is.
const HEAD: i32 = 12;

/// Where a line to a campaign meets a card, as far below its upper edge; others of another kind are
/// below it, as rows are, so that most lines are straight.
const PORT: i32 = 10;

/// What a funnel looks like; nothing for one without stages.
pub(super) fn panel(
    journey: &Journey,
    parts: &Parts,
    at: NodeIndex,
    dress: &Dress<'_>,
) -> Option<Panel> {
    let node = &journey.graph[at];
    let mut stages = parts.of_thing(&node.thing).to_vec();
    stages.sort_by_key(|stage| drawing::weight(&journey.graph[*stage]));
    if stages.is_empty() {
        return None;
    }
    let column = Column::of(journey, at, &stages, dress);
    let mut scene = Scene::default();
    let left = column.lines(&mut scene);
    let campaigns = relations(journey, &column.places);
    let beside = beside::draw(journey, &column, &campaigns, dress, &mut scene);
    let bottom = column.bottom().max(beside.bottom);
    scene
        .0
        .extend(column.slots.into_iter().map(|slot| Item::Card(slot.card)));
    Some(Panel {
        id: node.id.clone(),
        kind: "funnel",
        heading: node.label.clone(),
        broken: node.broken,
        note: String::new(),
        area: Area {
            x: 0,
            y: 0,
            width: left + beside.right.max(STAGE),
            height: bottom,
        },
        scene: scene.moved(left, 0),
    })
}

/// The door and the stages, one below the other.
pub(super) struct Column {
    pub(super) slots: Vec<Slot>,
    /// Which slot is whose.
    places: BTreeMap<NodeIndex, usize>,
    names: Vec<String>,
}

/// A card of the column, and the lines that leave it on its left.
pub(super) struct Slot {
    pub(super) card: Card,
    ways: Vec<Way>,
}

/// A line from one card of the column to another.
struct Way {
    to: usize,
    stroke: Stroke,
    /// Where it leaves the card.
    y: i32,
    broken: bool,
}

/// A row of a card, before it has a place: its words and the lines that leave it.
struct Leaving {
    row: Row,
    to: Vec<usize>,
    stroke: Stroke,
    broken: bool,
}

impl Column {
    fn of(journey: &Journey, funnel: NodeIndex, stages: &[NodeIndex], dress: &Dress<'_>) -> Self {
        let door = [funnel];
        let all: Vec<NodeIndex> = door.iter().chain(stages).copied().collect();
        let places: BTreeMap<NodeIndex, usize> = all.iter().copied().zip(0..).collect();
        let mut column = Self {
            slots: Vec::new(),
            places,
            names: all
                .iter()
                .map(|at| journey.graph[*at].label.clone())
                .collect(),
        };
        for (rank, at) in all.iter().enumerate() {
            let top = column
                .slots
                .last()
                .map_or(0, |slot| slot.card.area.bottom() + GAP);
            let slot = if rank == 0 {
                column.door(journey, *at, dress)
            } else {
                column.stage(journey, *at, (rank - 1, stages.len()), dress)
            };
            column.slots.push(slot.moved(top));
        }
        column
    }

    fn bottom(&self) -> i32 {
        self.slots.last().map_or(0, |slot| slot.card.area.bottom())
    }

    /// Where contacts come in, and where those are who have no stage.
    fn door(&self, journey: &Journey, at: NodeIndex, dress: &Dress<'_>) -> Slot {
        let node = &journey.graph[at];
        let enters = journey
            .graph
            .edges(at)
            .find(|edge| edge.weight().kind == EdgeKind::Enters);
        let name = enters.map_or("no stage", |edge| edge.weight().words.as_str());
        let mut content = Content::new(Look::Of(Shape::Door), name);
        content.figure = dress.figure(Counted::Outside, &node.id);
        content.link = dress.link(node);
        let mut leaving = self.placing(journey, at);
        if let Some(edge) = enters
            && let Some(to) = self.places.get(&edge.target())
        {
            // The first stage is right below; to another one leads a line of its own.
            let words = journey.graph[edge.target()].label.clone();
            let row = (*to != 1).then(|| Row::plain(format!("↓ {words}")));
            leaving.extend(row.map(|row| Leaving {
                row,
                to: vec![*to],
                stroke: Stroke::Plain,
                broken: edge.weight().broken,
            }));
        }
        let straight = enters.is_some_and(|edge| self.places.get(&edge.target()) == Some(&1));
        let mut slot = slot(content, &leaving);
        slot.ways.extend(straight.then_some(Way {
            to: 1,
            stroke: Stroke::Plain,
            y: HEAD,
            broken: false,
        }));
        slot
    }

    fn placing(&self, journey: &Journey, at: NodeIndex) -> Vec<Leaving> {
        let mut places: Vec<_> = journey
            .graph
            .edges(at)
            .filter(|edge| edge.weight().kind == EdgeKind::Places)
            .collect();
        places.sort_by_key(EdgeRef::id);
        let leaving = places.into_iter().filter_map(|edge| {
            let to = *self.places.get(&edge.target())?;
            let target = &journey.graph[edge.target()].label;
            Some(Leaving {
                row: Row::plain(format!("↓ {target} if {}", edge.weight().words)),
                to: vec![to],
                stroke: Stroke::Dotted,
                broken: edge.weight().broken,
            })
        });
        leaving.collect()
    }

    fn stage(
        &self,
        journey: &Journey,
        at: NodeIndex,
        (rank, of): (usize, usize),
        dress: &Dress<'_>,
    ) -> Slot {
        let node = &journey.graph[at];
        let mut content = Content::new(Look::Of(Shape::Stage), node.label.clone());
        if let NodeKind::Stage {
            weight,
            color,
            is_final,
            closed,
            ..
        } = &node.face
        {
            let words: Vec<_> = drawing::about_stage(*weight, *is_final, *closed).collect();
            content.rows.push(Row::muted(words.join(" · ")));
            content.color = Some(paint::stage(color.as_deref(), rank, of).fill);
        }
        content.rows.extend(dress.rows(Counted::Stage, &node.id));
        content.figure = dress.figure(Counted::Stage, &node.id);
        content.id.clone_from(&node.id);
        content.link = dress.link(node);
        content.broken = node.broken;
        slot(content, &self.leading(journey, at, dress))
    }

    /// What leads from a stage to others.
    fn leading(&self, journey: &Journey, at: NodeIndex, dress: &Dress<'_>) -> Vec<Leaving> {
        let here = self.places[&at];
        let graph = &journey.graph;
        let mut edges: Vec<_> = graph.edges(at).collect();
        edges.sort_by_key(EdgeRef::id);
        let (mut leaving, mut back): (Vec<Leaving>, Vec<usize>) = (Vec::new(), Vec::new());
        let (mut names, mut broken) = (Vec::new(), false);
        let converts: Vec<_> = edges
            .iter()
            .filter(|edge| edge.weight().kind == EdgeKind::Converts)
            .map(EdgeRef::target)
            .collect();
        for edge in &edges {
            let Some(to) = self.places.get(&edge.target()).copied() else {
                continue;
            };
            let target = &graph[edge.target()];
            match edge.weight().kind {
                EdgeKind::Converts => {
                    let sign = if to > here { '↓' } else { '↑' };
                    let words = format!("{sign} {} if {}", target.label, edge.weight().words);
                    let figure = dress.along(Counted::Stage, &graph[at].id, &target.id);
                    leaving.push(Leaving {
                        row: Row::plain(words).counted(figure),
                        to: vec![to],
                        stroke: Stroke::Plain,
                        broken: edge.weight().broken,
                    });
                }
                EdgeKind::BackTo if !converts.contains(&edge.target()) => {
                    back.push(to);
                    names.push(target.label.as_str());
                    broken |= edge.weight().broken;
                }
                EdgeKind::BackTo
                | EdgeKind::Enters
                | EdgeKind::Places
                | EdgeKind::Moves
                | EdgeKind::Leaves
                | EdgeKind::Admits
                | EdgeKind::Entered
                | EdgeKind::Starts => {}
                EdgeKind::Next
                | EdgeKind::Yes
                | EdgeKind::No
                | EdgeKind::Branch
                | EdgeKind::Past
                | EdgeKind::Sends
                | EdgeKind::Shows
                | EdgeKind::Calls
                | EdgeKind::Asks => {}
            }
        }
        if !back.is_empty() {
            leaving.push(Leaving {
                row: Row::muted(format!("may go back to {}", names.join(", "))),
                to: back,
                stroke: Stroke::Dotted,
                broken,
            });
        }
        leaving
    }

    /// Draws the lines between the cards and says how much room they take on the left.
    fn lines(&self, scene: &mut Scene) -> i32 {
        let mut bundles: BTreeMap<(usize, Stroke), Vec<(i32, bool)>> = BTreeMap::new();
        let mut straight: BTreeMap<usize, bool> = BTreeMap::new();
        for (here, slot) in self.slots.iter().enumerate() {
            for way in &slot.ways {
                if way.to == here + 1 && way.stroke == Stroke::Plain {
                    *straight.entry(here).or_default() |= way.broken;
                } else {
                    let bundle = bundles.entry((way.to, way.stroke)).or_default();
                    bundle.push((way.y, way.broken));
                }
            }
        }
        for (here, broken) in straight {
            let (upper, lower) = (self.slots[here].card.area, self.slots[here + 1].card.area);
            let points = vec![(STAGE / 2, upper.bottom()), (STAGE / 2, lower.y)];
            scene.0.push(line(points, Stroke::Plain, broken));
        }
        let mut lanes = Lanes::default();
        let mut drawn = Vec::new();
        for ((to, stroke), from) in &bundles {
            let head = self.head(*to, *stroke);
            let ys = || from.iter().map(|(y, _)| *y).chain([head]);
            let span = (ys().min().unwrap_or(head), ys().max().unwrap_or(head));
            drawn.push((lanes.ask(span), from, head, *stroke));
        }
        let places = lanes.places();
        for (lane, from, head, stroke) in drawn {
            let x = -places.offset(lane);
            for (y, broken) in from {
                scene.0.push(line(
                    vec![(0, *y), (x, *y), (x, head), (0, head)],
                    stroke,
                    *broken,
                ));
            }
        }
        places.room()
    }

    /// Where lines of a kind come into a card from the left.
    fn head(&self, to: usize, stroke: Stroke) -> i32 {
        self.slots[to].card.area.y + HEAD + if stroke == Stroke::Dotted { 8 } else { 0 }
    }

    /// What a card of the column is called.
    pub(super) fn name(&self, slot: usize) -> &str {
        &self.names[slot]
    }

    /// Where lines of a kind meet a card on its right.
    pub(super) fn port(&self, relation: &Relation) -> i32 {
        self.slots[relation.slot].card.area.y + PORT + ROW * relation.kind.place()
    }
}

pub(super) fn line(points: Vec<(i32, i32)>, stroke: Stroke, broken: bool) -> Item {
    Item::Line(Line {
        points,
        stroke,
        head: true,
        broken,
    })
}

fn slot(mut content: Content, leaving: &[Leaving]) -> Slot {
    let before = content.rows.len();
    content.rows.extend(leaving.iter().map(|it| it.row.clone()));
    let (card, middles) = content.card(STAGE);
    let ways = leaving.iter().zip(&middles[before..]).flat_map(|(it, y)| {
        it.to.iter().map(|to| Way {
            to: *to,
            stroke: it.stroke,
            y: *y,
            broken: it.broken,
        })
    });
    Slot {
        ways: ways.collect(),
        card,
    }
}

impl Slot {
    fn moved(mut self, down: i32) -> Self {
        self.card.shift(0, down);
        self.ways.iter_mut().for_each(|way| way.y += down);
        self
    }
}

/// The campaigns that have to do with the funnel, in the order of the project, each with how.
fn relations(
    journey: &Journey,
    places: &BTreeMap<NodeIndex, usize>,
) -> Vec<(NodeIndex, Vec<Relation>)> {
    let graph = &journey.graph;
    let mut found: BTreeMap<NodeIndex, Vec<Relation>> = BTreeMap::new();
    for (at, slot) in places {
        let both = [Direction::Outgoing, Direction::Incoming];
        for edge in both.iter().flat_map(|way| graph.edges_directed(*at, *way)) {
            let Some(kind) = beside::Tie::of(edge.weight().kind) else {
                continue;
            };
            let other = if edge.source() == *at {
                edge.target()
            } else {
                edge.source()
            };
            if let Some(campaign) = campaign_of(journey, other) {
                let relation = Relation {
                    slot: *slot,
                    kind,
                    broken: edge.weight().broken,
                };
                found.entry(campaign).or_default().push(relation);
            }
        }
    }
    for relations in found.values_mut() {
        relations.sort_by_key(|it| (it.slot, it.kind, !it.broken));
        relations.dedup_by_key(|it| (it.slot, it.kind));
    }
    found.into_iter().collect()
}

/// The campaign that a node is, or of which it is a step.
fn campaign_of(journey: &Journey, at: NodeIndex) -> Option<NodeIndex> {
    match journey.graph[at].thing {
        EntityRef::Campaign(_) => Some(at),
        EntityRef::Step(campaign, _) => journey.node(EntityRef::Campaign(campaign)),
        EntityRef::Funnel(_) | EntityRef::Stage(_) | EntityRef::Segment(_) => None,
        EntityRef::Content(_) | EntityRef::Destination(_) | EntityRef::Channel(_) => None,
    }
}
