//! What is drawn, with its place in whole pixels: cards, lines and texts. A scene can be moved and
//! put into another; nothing in it is markup yet.

use super::icon::Icon;
use crate::diagram::drawing::{Shape, Stroke};

/// Things at places; where one thing stands over another, the later one is in front.
#[derive(Clone, Debug, Default)]
pub(super) struct Scene(pub(super) Vec<Item>);

/// A thing at a place.
#[derive(Clone, Debug)]
pub(super) enum Item {
    /// A box that stands for something of the project.
    Card(Card),
    /// An arrow, or a part of one.
    Line(Line),
    /// A text that belongs to no card.
    Text(Text),
    /// What surrounds the other things of a panel.
    Frame(Area),
}

/// A rectangle.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Area {
    pub(super) x: i32,
    pub(super) y: i32,
    pub(super) width: i32,
    pub(super) height: i32,
}

/// A box with texts in it.
#[derive(Clone, Debug)]
pub(super) struct Card {
    pub(super) area: Area,
    pub(super) look: Look,
    pub(super) icon: Option<Icon>,
    /// The colour of the edge on its left, where it has one of its own.
    pub(super) color: Option<String>,
    pub(super) texts: Vec<Text>,
    /// All that it says, whole.
    pub(super) tip: String,
    /// What it stands for, `win-back/send:we-miss-you`; empty for what has no id.
    pub(super) id: String,
    /// Where a click leads.
    pub(super) link: Option<String>,
    pub(super) broken: bool,
}

/// What a card looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    Of(Shape),
    /// The word of a branch.
    Branch,
}

/// A text on one line; `y` is its base line.
#[derive(Clone, Debug)]
pub(super) struct Text {
    pub(super) x: i32,
    pub(super) y: i32,
    pub(super) anchor: Anchor,
    pub(super) kind: Kind,
    pub(super) words: String,
}

/// Where a text is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// How a text is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Of a panel.
    Heading,
    /// Of a card.
    Name,
    /// A line below it.
    Plain,
    /// One that matters less.
    Muted,
    /// A count of the overlay.
    Figure,
}

/// Straight pieces between points, with a head at the end or without.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) points: Vec<(i32, i32)>,
    pub(super) stroke: Stroke,
    pub(super) head: bool,
    pub(super) broken: bool,
}

impl Scene {
    /// All of it so much further to the right and further down.
    #[must_use]
    pub(super) fn moved(mut self, right: i32, down: i32) -> Self {
        self.0.iter_mut().for_each(|item| item.shift(right, down));
        self
    }

    pub(super) fn card(&mut self, card: Card) {
        self.0.push(Item::Card(card));
    }

    pub(super) fn line(&mut self, points: Vec<(i32, i32)>, stroke: Stroke, head: bool) {
        self.0.push(Item::Line(Line {
            points,
            stroke,
            head,
            broken: false,
        }));
    }

    pub(super) fn put(&mut self, other: Self) {
        self.0.extend(other.0);
    }
}

impl Item {
    fn shift(&mut self, right: i32, down: i32) {
        match self {
            Self::Card(card) => card.shift(right, down),
            Self::Text(text) => text.shift(right, down),
            Self::Frame(area) => area.shift(right, down),
            Self::Line(line) => {
                for (x, y) in &mut line.points {
                    *x += right;
                    *y += down;
                }
            }
        }
    }
}

impl Card {
    pub(super) fn shift(&mut self, right: i32, down: i32) {
        self.area.shift(right, down);
        self.texts
            .iter_mut()
            .for_each(|text| text.shift(right, down));
    }
}

impl Area {
    fn shift(&mut self, right: i32, down: i32) {
        self.x += right;
        self.y += down;
    }

    pub(super) fn right(self) -> i32 {
        self.x + self.width
    }

    pub(super) fn bottom(self) -> i32 {
        self.y + self.height
    }
}

impl Text {
    fn shift(&mut self, right: i32, down: i32) {
        self.x += right;
        self.y += down;
    }
}
