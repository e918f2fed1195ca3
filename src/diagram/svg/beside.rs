//! The campaigns beside the stages of a funnel, each next to the first stage with which it has to
//! do, and the lines between them.

use std::collections::BTreeMap;

use petgraph::graph::NodeIndex;

use super::card::{Content, Row};
use super::dress::{Counted, Dress};
use super::funnel::{self, Column, STAGE};
use super::lanes::Lanes;
use super::scene::{Card, Look, Scene};
use crate::diagram::drawing::{Shape, Stroke};
use crate::graph::{EdgeKind, Journey};

/// How wide the card of a campaign is.
const CAMPAIGN: i32 = 212;

/// How far apart campaigns stand.
const GAP: i32 = 16;

/// Lines that are no nearer than this are seen as two.
const CLEAR: i32 = 4;

/// What a campaign has to do with a card of the column.
#[derive(Clone, Copy, Debug)]
pub(super) struct Relation {
    pub(super) slot: usize,
    pub(super) kind: Tie,
    pub(super) broken: bool,
}

/// How a campaign hangs on a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Tie {
    /// It lets in who comes there.
    Comes,
    /// It lets in who is there.
    Here,
    /// It moves contacts there, or out of the funnel.
    Moves,
}

impl Tie {
    pub(super) fn of(kind: EdgeKind) -> Option<Self> {
        match kind {
            EdgeKind::Admits => Some(Self::Here),
            EdgeKind::Entered => Some(Self::Comes),
            EdgeKind::Moves | EdgeKind::Leaves => Some(Self::Moves),
            EdgeKind::Enters | EdgeKind::Places | EdgeKind::Converts | EdgeKind::BackTo => None,
            EdgeKind::Starts
            | EdgeKind::Next
            | EdgeKind::Yes
            | EdgeKind::No
            | EdgeKind::Branch
            | EdgeKind::Past => None,
            EdgeKind::Sends | EdgeKind::Shows | EdgeKind::Calls | EdgeKind::Asks => None,
        }
    }

    /// The how-manieth of the places on the edge of a card it uses.
    pub(super) fn place(self) -> i32 {
        match self {
            Self::Comes => 0,
            Self::Here => 1,
            Self::Moves => 2,
        }
    }

    fn stroke(self) -> Stroke {
        match self {
            Self::Here | Self::Comes => Stroke::Dotted,
            Self::Moves => Stroke::Thick,
        }
    }

    fn words(self, stage: Option<&str>) -> String {
        match (self, stage) {
            (Self::Here, Some(stage)) => format!("who is in {stage}"),
            (Self::Comes, Some(stage)) => format!("who comes to {stage}"),
            (Self::Moves, Some(stage)) => format!("moves to {stage}"),
            (Self::Here, None) => "who is in the funnel".to_owned(),
            (Self::Comes, None) => "who comes into the funnel".to_owned(),
            (Self::Moves, None) => "takes out of the funnel".to_owned(),
        }
    }
}

/// How far what was drawn goes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Reach {
    pub(super) right: i32,
    pub(super) bottom: i32,
}

/// Draws the campaigns and the lines to them.
pub(super) fn draw(
    journey: &Journey,
    column: &Column,
    campaigns: &[(NodeIndex, Vec<Relation>)],
    dress: &Dress<'_>,
    scene: &mut Scene,
) -> Reach {
    if campaigns.is_empty() {
        return Reach::default();
    }
    let mut sorted: Vec<_> = campaigns.iter().collect();
    sorted.sort_by_key(|(at, relations)| (relations[0].slot, relations[0].kind, *at));
    let ports: Vec<i32> = sorted
        .iter()
        .flat_map(|(_, relations)| relations.iter().map(|it| column.port(it)))
        .collect();
    let mut placed: Vec<Placed<'_>> = Vec::new();
    for (at, relations) in sorted {
        let (mut card, mut rows) = card(journey, *at, column, relations, dress);
        let above = placed.last().map_or(0, |it| it.card.area.bottom() + GAP);
        let own: Vec<i32> = relations.iter().map(|it| column.port(it)).collect();
        let top = free((own[0] - rows[0]).max(above), &rows, &own, &ports);
        card.shift(0, top);
        rows.iter_mut().for_each(|y| *y += top);
        placed.push(Placed {
            card,
            rows,
            relations,
        });
    }
    let left = lines(column, &placed, scene);
    let bottom = placed.last().map_or(0, |it| it.card.area.bottom());
    for Placed { mut card, .. } in placed {
        card.shift(left, 0);
        scene.card(card);
    }
    Reach {
        right: left + CAMPAIGN,
        bottom,
    }
}

/// A card with its height, and where the row of each relation is.
struct Placed<'a> {
    card: Card,
    rows: Vec<i32>,
    relations: &'a [Relation],
}

/// Draws the lines and says where the campaigns begin.
fn lines(column: &Column, placed: &[Placed<'_>], scene: &mut Scene) -> i32 {
    let mut bundles: BTreeMap<(i32, Tie), Vec<(i32, bool)>> = BTreeMap::new();
    for Placed {
        rows, relations, ..
    } in placed
    {
        for (relation, y) in relations.iter().zip(rows) {
            let bundle = bundles.entry((column.port(relation), relation.kind));
            bundle.or_default().push((*y, relation.broken));
        }
    }
    let mut lanes = Lanes::default();
    let mut asked = Vec::new();
    for ((port, kind), ends) in bundles {
        let ys = || ends.iter().map(|(y, _)| *y).chain([port]);
        let span = (ys().min().unwrap_or(port), ys().max().unwrap_or(port));
        asked.push((lanes.ask(span), port, kind, ends));
    }
    let places = lanes.places();
    let left = STAGE + places.room();
    for (lane, port, kind, ends) in asked {
        let x = STAGE + places.offset(lane);
        for (y, broken) in ends {
            let mut points = vec![(STAGE, port), (x, port), (x, y), (left, y)];
            if kind == Tie::Moves {
                points.reverse();
            }
            scene.0.push(funnel::line(points, kind.stroke(), broken));
        }
    }
    left
}

/// The card of a campaign at the corner, and the middle of the row of each relation.
fn card(
    journey: &Journey,
    at: NodeIndex,
    column: &Column,
    relations: &[Relation],
    dress: &Dress<'_>,
) -> (Card, Vec<i32>) {
    let node = &journey.graph[at];
    let mut content = Content::new(Look::Of(Shape::Campaign), node.label.clone());
    content.broken = node.broken;
    content.figure = dress.figure(Counted::Campaign, &node.id);
    content.link = dress.flow(node);
    for relation in relations {
        let stage = (relation.slot > 0).then(|| column.name(relation.slot));
        content.rows.push(Row::muted(relation.kind.words(stage)));
    }
    content.card(CAMPAIGN)
}

/// The first place at or below `wanted` where no line to the card runs along that of another stage.
fn free(wanted: i32, rows: &[i32], own: &[i32], ports: &[i32]) -> i32 {
    let clash = |top: i32| {
        rows.iter().zip(own).any(|(row, own)| {
            let y = top + row;
            ports
                .iter()
                .any(|port| port != own && (y - port).abs() < CLEAR)
        })
    };
    let most = i32::try_from(ports.len()).unwrap_or(i32::MAX / 8);
    (wanted..wanted + 8 * (most + 1) * CLEAR)
        .find(|top| !clash(*top))
        .unwrap_or(wanted)
}
