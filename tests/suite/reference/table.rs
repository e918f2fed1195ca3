//! The contacts file: cells that keep their bytes, and what is written over them.
//!
//! Section 2, "How cells are read": what a cell says has no white space around it.
//!
//! Invariant: what is not replaced is written back byte for byte, quotes and line ends included.

use std::collections::BTreeMap;

pub(super) struct Table {
    pub(super) header: Record,
    pub(super) rows: Vec<Record>,
}

#[derive(Clone, Default)]
pub(super) struct Record {
    cells: Vec<Cell>,
    line_end: String,
    /// That of the header, for a last row without one.
    usual_end: String,
}

#[derive(Clone, Default)]
struct Cell {
    raw: String,
    value: String,
}

impl Table {
    pub(super) fn read(csv: &str) -> Self {
        let mut records = records(csv);
        let header = records.remove(0);
        if header.line_end == "\r\n" {
            records
                .iter_mut()
                .for_each(|row| row.usual_end.clone_from(&header.line_end));
        }
        Table {
            header,
            rows: records,
        }
    }

    /// The rows as columns and cells.
    pub(super) fn named_rows(&self) -> Vec<BTreeMap<String, String>> {
        let names: Vec<&str> = self.header.cells.iter().map(|cell| &*cell.value).collect();
        let named = |row: &Record| {
            names
                .iter()
                .zip(&row.cells)
                .map(|(name, cell)| ((*name).to_owned(), cell.value.clone()))
                .collect()
        };
        self.rows.iter().map(named).collect()
    }

    /// Empties the cells of a column, or of all, that say nothing but one of these words; what is
    /// written back is as it was.
    pub(super) fn empty(&mut self, column: Option<&str>, words: &[String]) {
        let names: Vec<String> = self
            .header
            .cells
            .iter()
            .map(|cell| cell.value.clone())
            .collect();
        for row in &mut self.rows {
            for (cell, name) in row.cells.iter_mut().zip(&names) {
                if column.is_none_or(|column| column == name) && words.contains(&cell.value) {
                    cell.value.clear();
                }
            }
        }
    }

    pub(super) fn position(&self, column: &str) -> Option<usize> {
        self.header
            .cells
            .iter()
            .position(|cell| cell.value == column)
    }
}

impl Record {
    pub(super) fn value(&self, position: usize) -> &str {
        &self.cells[position].value
    }

    /// The row with some cells replaced and others appended. A row keeps its line end; a last one
    /// without any gets that of the header when it changes.
    pub(super) fn written(
        &self,
        replaced: &BTreeMap<usize, String>,
        appended: &[String],
    ) -> String {
        let kept = self.cells.iter().enumerate();
        let mut cells: Vec<String> = kept
            .map(|(position, cell)| match replaced.get(&position) {
                Some(value) => quoted(value),
                None => cell.raw.clone(),
            })
            .collect();
        cells.extend(appended.iter().map(|value| quoted(value)));
        let unchanged = replaced.is_empty() && appended.is_empty();
        let usual = if self.usual_end.is_empty() {
            "\n"
        } else {
            &self.usual_end
        };
        let line_end = if self.line_end.is_empty() && !unchanged {
            usual
        } else {
            &self.line_end
        };
        cells.join(",") + line_end
    }
}

/// docs/outputs.md: quotes only around a cell that contains `,`, `"`, a carriage return or a line
/// feed.
fn quoted(value: &str) -> String {
    if value.contains([',', '"', '\r', '\n']) {
        format!("\"{}\"", value.replace('"', "\"\""))
    } else {
        value.to_owned()
    }
}

fn records(csv: &str) -> Vec<Record> {
    let mut records = Vec::new();
    let mut record = Record::default();
    let mut raw = String::new();
    let mut inside = false;
    for letter in csv.chars() {
        if letter == '"' {
            inside = !inside;
        }
        match letter {
            ',' if !inside => record.cells.push(cell(&std::mem::take(&mut raw))),
            '\n' if !inside => {
                record.line_end = if raw.ends_with('\r') { "\r\n" } else { "\n" }.into();
                let last = std::mem::take(&mut raw);
                record.cells.push(cell(last.trim_end_matches('\r')));
                records.push(std::mem::take(&mut record));
            }
            _ => raw.push(letter),
        }
    }
    if !raw.is_empty() || !record.cells.is_empty() {
        record.cells.push(cell(&raw));
        records.push(record);
    }
    records
}

fn cell(raw: &str) -> Cell {
    let inner = raw
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    let value = inner.map_or(raw.to_owned(), |inner| inner.replace("\"\"", "\""));
    Cell {
        raw: raw.to_owned(),
        value: value.trim().to_owned(),
    }
}
