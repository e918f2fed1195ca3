//! Tables for people: a name and figures to its right, in as many columns as the terminal has.

use std::fmt::Write as _;

use crate::screen::{one_line, shortened};

/// As wide as a table gets, and as it is where nobody says how wide the terminal is.
pub const WIDEST: usize = 80;

/// A figure has ten columns where there is room, and a name at least twice as many.
const FIGURE: usize = 10;
const NAME: usize = 20;

/// A table that grows row by row.
#[derive(Clone, Debug)]
pub(super) struct Table {
    width: usize,
    figures: usize,
    rows: Vec<Row>,
}

#[derive(Clone, Debug)]
struct Row {
    name: String,
    figures: Vec<String>,
    is_head: bool,
}

impl Table {
    /// A table of at most so many figures, `width` columns wide or less.
    pub(super) fn new(width: usize, figures: usize) -> Self {
        Self {
            width: width.min(WIDEST),
            figures,
            rows: Vec::new(),
        }
    }

    /// A row of headings; one that is too long for its column is abbreviated.
    pub(super) fn head(&mut self, name: &str, headings: &[&str]) {
        let figures = headings
            .iter()
            .map(|heading| (*heading).to_owned())
            .collect();
        self.rows.push(Row {
            name: name.to_owned(),
            figures,
            is_head: true,
        });
    }

    /// A row; how far its name stands to the right shows what it belongs to.
    pub(super) fn row(&mut self, name: &str, figures: Vec<String>) {
        self.rows.push(Row {
            name: one_line(name).into_owned(),
            figures,
            is_head: false,
        });
    }

    /// The rows as text.
    pub(super) fn text(&self) -> String {
        let figure = self.figure();
        let names = self.names(figure);
        let mut text = String::new();
        for row in &self.rows {
            // A name goes on over figures that its row does not have.
            let blank = row
                .figures
                .iter()
                .take_while(|cell| cell.is_empty())
                .count();
            let room = self
                .width
                .saturating_sub(figure * (row.figures.len() - blank))
                .max(2);
            let indent = names + figure * blank;
            let mut line = format!("{:<indent$}", shortened(&row.name, room.max(indent)));
            for cell in &row.figures[blank..] {
                let cell = if row.is_head {
                    abbreviated(cell, figure - 1)
                } else {
                    cell.clone()
                };
                write!(line, " {cell:>pad$}", pad = figure - 1)
                    .expect("writing to a string never fails");
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }

    /// How wide the names are: what the longest needs, as far as there is room.
    fn names(&self, figure: usize) -> usize {
        let room = self.width.saturating_sub(figure * self.figures).max(2);
        self.longest_name().max(NAME).min(room)
    }

    /// How wide a figure is. In a narrow terminal it leaves room to the names, as far as no figure
    /// is cut.
    fn figure(&self) -> usize {
        if self.width >= WIDEST {
            return FIGURE;
        }
        let cells = self
            .rows
            .iter()
            .filter(|row| !row.is_head)
            .flat_map(|row| &row.figures);
        let longest = cells.map(|cell| cell.chars().count()).max().unwrap_or(0);
        let left = self.width.saturating_sub(self.longest_name()) / self.figures.max(1);
        left.max(longest + 1).clamp(2, FIGURE)
    }

    /// Of the rows with all figures; others may be longer.
    fn longest_name(&self) -> usize {
        let full = self
            .rows
            .iter()
            .filter(|row| row.figures.first().is_some_and(|cell| !cell.is_empty()));
        full.map(|row| row.name.chars().count()).max().unwrap_or(0)
    }
}

/// `conv.` for `converted`.
fn abbreviated(word: &str, room: usize) -> String {
    if word.chars().count() <= room {
        return word.to_owned();
    }
    word.chars()
        .take(room.saturating_sub(1))
        .chain(['.'])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_a_line_whatever_it_is_called() {
        let mut table = Table::new(WIDEST, 1);
        table.row("a\nb\u{202e}", vec!["1".to_owned()]);
        assert_eq!(table.text(), format!("{:<20} {:>9}\n", r"a\nb\u202e", 1));
    }
}
