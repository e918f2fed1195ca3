//! A CSV file in memory, read and written without the library, so that a mistake there shows.

use std::fs;
use std::path::Path;

/// The header is the first row.
#[derive(Clone)]
pub(super) struct Sheet {
    pub(super) rows: Vec<Vec<String>>,
}

impl Sheet {
    pub(super) fn read(path: &Path) -> Self {
        Self::parse(
            &fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display())),
        )
    }

    pub(super) fn parse(text: &str) -> Self {
        let mut rows = vec![vec![String::new()]];
        let mut quoted = false;
        let mut characters = text.chars().peekable();
        while let Some(character) = characters.next() {
            let row = rows.last_mut().unwrap();
            let cell = row.last_mut().unwrap();
            match character {
                '"' if quoted && characters.peek() == Some(&'"') => cell.extend(characters.next()),
                '"' => quoted = !quoted,
                ',' if !quoted => row.push(String::new()),
                '\n' if !quoted => rows.push(vec![String::new()]),
                other => cell.push(other),
            }
        }
        rows.pop_if(|row| row.as_slice() == [""]);
        Self { rows }
    }

    pub(super) fn to_csv(&self) -> String {
        let row = |row: &Vec<String>| {
            row.iter()
                .map(|cell| quote(cell))
                .collect::<Vec<_>>()
                .join(",")
                + "\n"
        };
        self.rows.iter().map(row).collect()
    }

    pub(super) fn header(&self) -> &[String] {
        &self.rows[0]
    }

    pub(super) fn position(&self, column: &str) -> usize {
        let position = self.header().iter().position(|name| name == column);
        position.unwrap_or_else(|| panic!("no column {column} in {:?}", self.header()))
    }

    pub(super) fn column(&self, name: &str) -> Vec<String> {
        let position = self.position(name);
        self.rows[1..]
            .iter()
            .map(|row| row[position].clone())
            .collect()
    }

    /// A cell of the row whose first cell is the key.
    pub(super) fn cell(&self, key: &str, column: &str) -> String {
        let row = self
            .rows
            .iter()
            .find(|row| row[0] == key)
            .unwrap_or_else(|| panic!("no contact {key}"));
        row[self.position(column)].clone()
    }

    pub(super) fn set(&mut self, key: &str, column: &str, value: &str) {
        let position = self.position(column);
        let row = self
            .rows
            .iter_mut()
            .find(|row| row[0] == key)
            .unwrap_or_else(|| panic!("no contact {key}"));
        value.clone_into(&mut row[position]);
    }
}

fn quote(cell: &str) -> String {
    if cell.contains([',', '"', '\n']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}
