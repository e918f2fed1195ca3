//! The contacts file of a test: a header and one row, edited between runs.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::Model;
use crate::model::test::{Cell, Edit, Happening, Test};
use crate::runner::input::row::Rows;
use crate::runner::output::text::push_cell;

/// The cells of the contact by column; every column of the data contract is there.
pub(super) struct Row {
    cells: BTreeMap<String, String>,
    /// The same of its company, if it belongs to one.
    company: BTreeMap<String, String>,
}

impl Row {
    pub(super) fn new(model: &Model, test: &Test) -> Self {
        let contacts = &model.contacts;
        let fields = contacts.fields.values().map(|field| &field.column);
        let funnels = model.funnels.values().map(|funnel| &funnel.column);
        let groups = model.points.groups.values().map(|group| &group.column);
        let blocks = contacts
            .channels
            .iter()
            .filter_map(|channel| channel.do_not_contact.as_ref());
        let columns = fields.chain(funnels).chain(groups).chain(blocks);
        let columns = columns.chain([
            &contacts.key,
            &contacts.tags.column,
            &contacts.points.column,
        ]);
        let cells = columns
            .map(|column| (column.clone(), String::new()))
            .collect();
        let mut row = Self {
            cells,
            company: BTreeMap::new(),
        };
        put(&mut row.cells, &test.contact);
        put(&mut row.company, &test.company);
        row
    }

    /// The text of every cell.
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        self.cells.values().map(String::as_str)
    }

    pub(super) fn edit(&mut self, model: &Model, edit: &Edit) {
        put(&mut self.cells, &edit.set);
        if !self.company.is_empty() {
            put(&mut self.company, &edit.company);
        }
        let tags = &model.contacts.tags;
        let held = self.cells.entry(tags.column.clone()).or_default();
        let mut names: Vec<String> = held
            .split(tags.separator.as_str())
            .map(|tag| tag.trim().to_owned())
            .collect();
        names.retain(|tag| !tag.is_empty() && !edit.remove_tags.contains(tag));
        for tag in &edit.add_tags {
            if !names.contains(tag) {
                names.push(tag.clone());
            }
        }
        *held = names.join(&tags.separator);
    }

    /// The file.
    pub(super) fn file(&self) -> Vec<u8> {
        let header: Vec<&str> = self.cells.keys().map(String::as_str).collect();
        let row: Vec<&str> = self.texts().collect();
        let mut file = line(&header);
        file.extend(line(&row));
        file
    }

    /// The events file of the contact; each event counts, even where two look alike.
    pub(super) fn events(&self, model: &Model, events: &[Happening]) -> Vec<u8> {
        let cells = events.iter().flat_map(|event| &event.cells);
        let names: BTreeSet<&str> = cells
            .map(|cell| cell.column.as_str())
            .chain(["event"])
            .collect();
        let key = self
            .cells
            .get(&model.contacts.key)
            .map_or("", String::as_str);
        let mut file = line(
            &["contact", "at", "id"]
                .into_iter()
                .chain(names.iter().copied())
                .collect::<Vec<_>>(),
        );
        for (id, event) in events.iter().enumerate() {
            let id = id.to_string();
            let at = event.at.to_string();
            let text = |name: &&str| {
                let cell = event.cells.iter().find(|cell| cell.column == **name);
                cell.map_or("", |cell| cell.text.as_str())
            };
            let row: Vec<&str> = [key, &at, &id]
                .into_iter()
                .chain(names.iter().map(text))
                .collect();
            file.extend(line(&row));
        }
        file
    }

    /// The companies file of a project that has one: that of the contact stands in it, if it
    /// belongs to one.
    pub(super) fn companies(&self, model: &Model) -> Option<Vec<u8>> {
        let companies = model.companies.as_ref()?;
        let fields = companies.fields.values().map(|field| field.column.as_str());
        let columns: BTreeSet<&str> = fields.chain([companies.key.as_str()]).collect();
        let columns: Vec<&str> = columns.into_iter().collect();
        let mut file = line(&columns);
        if !self.company.is_empty() {
            let cells = columns
                .iter()
                .map(|column| self.company.get(*column).map_or("", String::as_str));
            file.extend(line(&cells.collect::<Vec<_>>()));
        }
        Some(file)
    }

    /// Takes over what a run wrote.
    pub(super) fn take(&mut self, file: &[u8]) {
        for row in table(file).into_iter().take(1) {
            self.cells.extend(row);
        }
    }
}

/// Puts cells in a row.
fn put(row: &mut BTreeMap<String, String>, cells: &[Cell]) {
    row.extend(
        cells
            .iter()
            .map(|cell| (cell.column.clone(), cell.text.clone())),
    );
}

/// A line of cells.
pub(super) fn line(cells: &[&str]) -> Vec<u8> {
    let mut line = Vec::new();
    for (at, cell) in cells.iter().enumerate() {
        if at > 0 {
            line.push(b',');
        }
        push_cell(&mut line, cell);
    }
    line.push(b'\n');
    line
}

/// The rows of a file that funnelc wrote, each by column.
pub(super) fn table(file: &[u8]) -> Vec<BTreeMap<String, String>> {
    let rows = Rows::split(file, 1);
    let mut rows = rows.iter();
    let Some(header) = rows.next() else {
        return Vec::new();
    };
    let width = header.width().unwrap_or_default();
    let columns: Vec<String> = (0..width).map(|at| header.text(at).to_owned()).collect();
    rows.map(|row| {
        columns
            .iter()
            .enumerate()
            .map(|(at, column)| (column.clone(), row.text(at).to_owned()))
            .collect()
    })
    .collect()
}
