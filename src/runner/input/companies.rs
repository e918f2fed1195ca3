//! The companies file, read whole before the first contact: rows to typed values by key; every
//! mistake is told, and with one nothing runs.

use std::collections::HashMap;

use jiff::tz::TimeZone;

use super::columns::{Lookup, names};
use super::needed::Needed;
use super::row::{Row, Rows};
use super::typed::Rule;
use crate::model::Model;
use crate::model::ids::Id;
use crate::runner::contact::{Kept, Slot};
use crate::runner::notice::{FileFault, Problems, Reason, RowError, Warning};
use crate::runner::program::Companies;

/// What was read: the companies, how many there are, and what is worth a warning.
#[derive(Debug)]
pub(crate) struct CompaniesFile {
    pub(crate) companies: Companies,
    pub(crate) rows: u64,
    pub(crate) warnings: Vec<Warning>,
}

/// Reads the bytes of a companies file, or says all that is wrong with it.
pub(crate) fn read(
    bytes: &[u8],
    model: &Model,
    zone: &TimeZone,
) -> Result<CompaniesFile, FileFault> {
    let Some((declared, contact_field)) = model
        .companies
        .as_ref()
        .and_then(|it| Some((it, it.contact_field?)))
    else {
        return Err(FileFault::CompaniesUnasked);
    };
    let header_end = super::framing::row_end(bytes).0;
    let (header, body) = bytes.split_at(header_end);
    let names = names(header).map_err(|fault| FileFault::Header(vec![fault]))?;
    let mut lookup = Lookup::new(&names);
    let key = lookup.required(&declared.key, "the key");
    let needed = Needed::by(model);
    let rules: Vec<Rule<'_>> = declared
        .fields
        .iter()
        .map(|(id, field)| {
            let column = if field.required {
                lookup.required(&field.column, "a required field")
            } else if let (Some(holds), None) = (&needed.of_companies[id.index()], &field.default) {
                lookup.needed(
                    &field.column,
                    holds,
                    &format!("write `default:` at the field `{}`", field.id),
                )
            } else {
                lookup.wanted(&field.column, "no company has a value for it");
                lookup.find(&field.column)
            };
            Rule::new(field, column, &declared.missing, zone)
        })
        .collect();
    lookup.errors.append(&mut lookup.lacking);
    let (Some(key), true) = (key, lookup.errors.is_empty()) else {
        return Err(FileFault::Header(lookup.errors));
    };
    let companies = Companies::new(contact_field, rules.len());
    let warnings = lookup.warnings;
    let mut table = Table {
        names: &names,
        key,
        rules,
        zone,
        missing: &declared.missing,
        companies,
        lines: HashMap::new(),
        problems: Problems::default(),
    };
    let line = 1 + memchr::memchr_iter(b'\n', header).count() as u64;
    let rows = Rows::split(body, line);
    let count = rows
        .iter()
        .filter(|row| !row.is_blank())
        .map(|row| table.row(row))
        .count() as u64;
    table.finish(count, warnings)
}

/// The table while it is read.
struct Table<'a> {
    names: &'a [String],
    key: usize,
    rules: Vec<Rule<'a>>,
    zone: &'a TimeZone,
    missing: &'a [String],
    companies: Companies,
    /// By key: the line in which it stands.
    lines: HashMap<Box<str>, u64>,
    problems: Problems,
}

impl Table<'_> {
    fn row(&mut self, row: Row<'_>) {
        let mut problems = Vec::new();
        let values = self.values(row, &mut problems);
        if problems.is_empty() {
            let key = row.text(self.key);
            self.lines.insert(key.into(), row.line());
            self.companies.add(key, values.into_iter());
        } else {
            self.problems.add_row(problems);
        }
    }

    fn values(&self, row: Row<'_>, problems: &mut Vec<RowError>) -> Vec<Kept> {
        let problem = |column: Option<usize>, reason: Reason| RowError {
            line: row.line(),
            column: column.map(|column| self.names[column].clone()),
            value: column.map_or(String::new(), |column| row.text(column).to_owned()),
            reason,
        };
        let expected = self.names.len();
        match row.width() {
            Err(reason) => problems.push(problem(None, reason)),
            Ok(found) if found != expected => {
                problems.push(problem(None, Reason::CellCount { expected, found }));
            }
            Ok(_) => {}
        }
        if !problems.is_empty() {
            return Vec::new();
        }
        match row.text(self.key) {
            key if key.is_empty() || self.missing.iter().any(|word| word == key) => {
                problems.push(problem(Some(self.key), Reason::MissingKey));
            }
            key => {
                let duplicate = self
                    .lines
                    .get(key)
                    .map(|&first_line| Reason::DuplicateKey { first_line });
                problems.extend(duplicate.map(|reason| problem(Some(self.key), reason)));
            }
        }
        let value = |rule: &Rule<'_>| {
            let Some(column) = rule.column else {
                return rule.default.into();
            };
            match rule.value(row.text(column), self.zone) {
                Ok(Slot::Missing) if rule.default == Slot::Missing && rule.field.required => {
                    problems.push(problem(Some(column), Reason::Required));
                    Kept::Missing
                }
                Ok(Slot::Missing) => rule.default.into(),
                Ok(slot) => slot.into(),
                Err(reason) => {
                    problems.push(problem(Some(column), reason));
                    Kept::Missing
                }
            }
        };
        self.rules.iter().map(value).collect()
    }

    fn finish(self, rows: u64, warnings: Vec<Warning>) -> Result<CompaniesFile, FileFault> {
        if self.problems.rows == 0 {
            return Ok(CompaniesFile {
                companies: self.companies,
                rows,
                warnings,
            });
        }
        Err(FileFault::Rows(self.problems))
    }
}
