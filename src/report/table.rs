//! Tables for people: a name and figures to its right, in as many columns as the terminal has; no line is longer, whatever the ids.

use std::fmt::Write as _;

/// As wide as a table gets, and as it is where nobody says how wide the terminal is.
pub const WIDEST: usize = 80;

/// A figure has ten columns where there is room, and a name at least twice as many.
const FIGURE: usize = 10;
const NAME: usize = 20;

/// What a name keeps where there is little room.
const SHORTEST_NAME: usize = 12;

/// A table that grows row by row.
#[derive(Clone, Debug)]
pub(super) struct Table {
    width: usize,
    figures: usize,
    rows: Vec<(String, Vec<String>)>,
}

impl Table {
    /// A table of at most so many figures, `width` columns wide or less.
    pub(super) fn new(width: usize, figures: usize) -> Self {
        Self { width: width.min(WIDEST), figures, rows: Vec::new() }
    }

    /// A row of headings; one that is too long for its column is abbreviated.
    pub(super) fn head(&mut self, name: &str, headings: &[&str]) {
        let room = self.figure() - 1;
        self.row(name, headings.iter().map(|heading| abbreviated(heading, room)).collect());
    }

    /// A row; how far its name stands to the right shows what it belongs to.
    pub(super) fn row(&mut self, name: &str, figures: Vec<String>) {
        self.rows.push((name.to_owned(), figures));
    }

    /// The rows as text.
    pub(super) fn text(&self) -> String {
        let figure = self.figure();
        let room = |figures: usize| self.width.saturating_sub(figure * figures).max(2);
        let long = |(name, figures): &(String, Vec<String>)| name.chars().count().min(room(figures.len()));
        let full = self.rows.iter().filter(|(_, figures)| figures.len() == self.figures);
        let names = full.map(long).max().unwrap_or(0).max(NAME).min(room(self.figures));
        let mut text = String::new();
        for (name, figures) in &self.rows {
            let mut line = format!("{:<names$}", shortened(name, room(figures.len())));
            for cell in figures {
                write!(line, " {cell:>pad$}", pad = figure - 1).expect("writing to a string never fails");
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }

    fn figure(&self) -> usize {
        (self.width.saturating_sub(SHORTEST_NAME) / self.figures.max(1)).clamp(2, FIGURE)
    }
}

/// `conv.` for `converted`.
fn abbreviated(word: &str, room: usize) -> String {
    if word.chars().count() <= room {
        return word.to_owned();
    }
    word.chars().take(room.saturating_sub(1)).chain(['.']).collect()
}

/// With its beginning, where it is cut: that is what it belongs to.
fn shortened(name: &str, room: usize) -> String {
    if name.chars().count() <= room {
        return name.to_owned();
    }
    name.chars().take(room - 1).chain(['…']).collect()
}
