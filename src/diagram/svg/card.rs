//! A card around what it says; its height follows from its texts, which stand in rows of sixteen
//! pixels.

use super::icon::Icon;
use super::measure::{self, LINE, NAME};
use super::scene::{Anchor, Area, Card, Kind, Look, Text};
use crate::diagram::drawing::marked;
use crate::screen::without_passwords;

/// How high a row of text is.
pub(super) const ROW: i32 = 16;

/// The room between the edge of a card and what it says.
const PAD: i32 = 8;

/// The most lines of a name, and of each of the texts below it.
const NAME_LINES: usize = 3;
const TEXT_LINES: usize = 4;

/// What a card says.
#[derive(Clone, Debug)]
pub(super) struct Content {
    pub(super) look: Look,
    pub(super) name: String,
    pub(super) rows: Vec<Row>,
    /// A count that stands beside the name.
    pub(super) figure: Option<String>,
    pub(super) color: Option<String>,
    pub(super) id: String,
    pub(super) link: Option<String>,
    pub(super) broken: bool,
}

/// A text below the name.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) text: String,
    pub(super) kind: Kind,
    /// A count that stands at its end.
    pub(super) figure: Option<String>,
}

impl Row {
    pub(super) fn plain(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            kind: Kind::Plain,
            figure: None,
        }
    }

    pub(super) fn muted(text: impl Into<String>) -> Self {
        Self {
            kind: Kind::Muted,
            ..Self::plain(text)
        }
    }

    pub(super) fn counted(self, figure: Option<String>) -> Self {
        Self { figure, ..self }
    }
}

impl Content {
    /// A card that only has a name.
    pub(super) fn new(look: Look, name: impl Into<String>) -> Self {
        Self {
            look,
            name: name.into(),
            rows: Vec::new(),
            figure: None,
            color: None,
            id: String::new(),
            link: None,
            broken: false,
        }
    }

    /// The card, so many pixels wide, at the corner of the plane; and the middle of the first line
    /// of each row.
    pub(super) fn card(self, width: i32) -> (Card, Vec<i32>) {
        let icon = Icon::of(self.look);
        let left = PAD + if icon.is_some() { 22 } else { 6 };
        let mut setting = Setting {
            texts: Vec::new(),
            left,
            right: width - PAD - 2,
            y: PAD,
        };
        let name = marked(&self.name, self.broken);
        setting.text(&name, Kind::Name, self.figure.as_deref(), NAME_LINES);
        let mut middles = Vec::new();
        for row in &self.rows {
            middles.push(setting.y + ROW / 2);
            setting.text(&row.text, row.kind, row.figure.as_deref(), TEXT_LINES);
        }
        let tip = self.tip();
        let card = Card {
            area: Area {
                x: 0,
                y: 0,
                width,
                height: setting.y + PAD,
            },
            look: self.look,
            icon,
            color: self.color,
            texts: setting.texts,
            tip,
            id: self.id,
            link: self.link,
            broken: self.broken,
        };
        (card, middles)
    }

    fn tip(&self) -> String {
        let with_figure = |text: &str, figure: &Option<String>| match figure {
            Some(figure) => format!("{text} ({figure})"),
            None => text.to_owned(),
        };
        let rows = self
            .rows
            .iter()
            .map(|row| with_figure(&row.text, &row.figure));
        let name = with_figure(&marked(&self.name, self.broken), &self.figure);
        let all: Vec<_> = std::iter::once(name).chain(rows).collect();
        all.join("; ")
    }
}

/// Where the next text goes.
struct Setting {
    texts: Vec<Text>,
    left: i32,
    right: i32,
    y: i32,
}

impl Setting {
    /// Sets a text with its count; it has at least one line.
    fn text(&mut self, text: &str, kind: Kind, figure: Option<&str>, most: usize) {
        let font = if kind == Kind::Name { NAME } else { LINE };
        let taken = figure.map_or(0, |figure| measure::width(figure, NAME) + 8);
        if let Some(figure) = figure {
            self.put(
                self.right,
                Anchor::End,
                Kind::Figure,
                figure.to_owned(),
                self.y,
            );
        }
        let room = self.right - self.left - taken;
        let lines = measure::lines(&without_passwords(text), font, room, most);
        for line in lines {
            self.put(self.left, Anchor::Start, kind, line, self.y);
            self.y += ROW;
        }
        if text.trim().is_empty() {
            self.y += ROW;
        }
    }

    fn put(&mut self, x: i32, anchor: Anchor, kind: Kind, words: String, top: i32) {
        self.texts.push(Text {
            x,
            y: top + 12,
            anchor,
            kind,
            words,
        });
    }
}
