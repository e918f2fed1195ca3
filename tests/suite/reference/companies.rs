//! The companies file.
//!
//! Invariant: a contact belongs to the company whose key stands in its field, or to none.

use std::collections::BTreeMap;

use super::clock::Clock;
use super::columns::with_missing;
use super::condition::Look;
use super::project::{Project, get, text, word};
use super::table::Table;
use super::value::{Datum, read_cell, spell};

pub(super) type Company = BTreeMap<String, Option<Datum>>;

pub(super) fn read_companies(
    project: &Project,
    clock: &Clock,
    file: &str,
) -> BTreeMap<String, Company> {
    let Some(definition) = project.at(&["companies"]) else {
        return BTreeMap::new();
    };
    let key = word(&definition["key"]);
    let fields = get(definition, "fields")
        .map(super::project::pairs)
        .unwrap_or_default();
    let rows = with_missing(Some(definition), Table::read(file))
        .named_rows()
        .into_iter()
        .map(|row| {
            let company = fields.iter().map(|(id, field)| {
                let column = text(field, "column").unwrap_or(id.replace('-', "_"));
                let cell = row.get(&column).map_or("", String::as_str);
                (id.clone(), read_cell(clock, field, cell))
            });
            (row[&key].trim().to_owned(), company.collect())
        });
    rows.collect()
}

/// The key that stands in the contact's field.
pub(super) fn company_key(look: &Look<'_>) -> Option<String> {
    let field = look.project.at(&["companies", "contact-field"]).map(word)?;
    let definition = look.project.definition(&["contacts", "fields", &field]);
    look.value(&field).map(|value| {
        spell(look.clock, definition, Some(&value))
            .trim()
            .to_owned()
    })
}
