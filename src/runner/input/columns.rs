//! The names that the first row of a file has, and the search for a column by its name; what is
//! wrong or odd about them is kept.

use std::collections::BTreeMap;

use super::row::{BYTE_ORDER_MARK, Rows, without_line_end};
use crate::diagnostic::Guesses;
use crate::runner::notice::{HeaderFault, Hint, Warning};

/// The names of the columns.
pub(super) fn names(header: &[u8]) -> Result<Vec<String>, HeaderFault> {
    let header = header.strip_prefix(BYTE_ORDER_MARK).unwrap_or(header);
    if without_line_end(header).0.is_empty() {
        return Err(HeaderFault::Empty);
    }
    let rows = Rows::split(header, 1);
    let row = rows.iter().next().ok_or(HeaderFault::Absent)?;
    let width = row.width().map_err(HeaderFault::Unreadable)?;
    Ok((0..width).map(|index| row.text(index).to_owned()).collect())
}

/// Finds columns by name and keeps what is wrong.
pub(super) struct Lookup<'a> {
    names: &'a [String],
    positions: BTreeMap<&'a str, usize>,
    guesses: Guesses,
    pub(super) errors: Vec<HeaderFault>,
    /// Columns that decide who may be written to, and are not there.
    pub(super) lacking: Vec<HeaderFault>,
    pub(super) warnings: Vec<Warning>,
}

impl<'a> Lookup<'a> {
    pub(super) fn new(names: &'a [String]) -> Self {
        let mut lookup = Self {
            names,
            positions: BTreeMap::new(),
            guesses: Guesses::default(),
            errors: Vec::new(),
            lacking: Vec::new(),
            warnings: Vec::new(),
        };
        for (index, name) in names.iter().enumerate() {
            if let Some(first) = lookup
                .positions
                .insert(name, index)
                .filter(|_| !name.is_empty())
            {
                let at = Some([first + 1, index + 1]);
                lookup.errors.push(HeaderFault::Twice {
                    column: name.clone(),
                    at,
                });
            }
        }
        lookup
    }

    pub(super) fn find(&self, column: &str) -> Option<usize> {
        self.positions.get(column).copied()
    }

    pub(super) fn required(&mut self, column: &str, holds: &str) -> Option<usize> {
        let found = self.find(column);
        if found.is_none() {
            let hint = self.hint(column);
            self.errors.push(HeaderFault::Missing {
                column: column.to_owned(),
                holds: Some(holds.to_owned()),
                hint,
            });
        }
        found
    }

    /// Finds a column without which somebody could be written to against their wish; the project
    /// can say what it means that it is not there.
    pub(super) fn needed(&mut self, column: &str, holds: &str, otherwise: &str) -> Option<usize> {
        let found = self.find(column);
        if found.is_none() {
            self.lacking.push(HeaderFault::Undecided {
                column: column.to_owned(),
                holds: holds.to_owned(),
                hint: self.hint(column),
                otherwise: otherwise.to_owned(),
            });
        }
        found
    }

    /// Warns where a column that may be missing was probably meant by another name.
    pub(super) fn meant(&mut self, column: &str, holds: &str) {
        if self.find(column).is_none()
            && let hint @ Hint::Near(_) = self.hint(column)
        {
            let (column, holds) = (column.to_owned(), holds.to_owned());
            self.warnings.push(Warning::OtherName {
                column,
                holds,
                hint,
            });
        }
    }

    pub(super) fn wanted(&mut self, column: &str, so: &'static str) {
        if self.find(column).is_none() {
            let hint = self.hint(column);
            self.warnings.push(Warning::AbsentColumn {
                column: column.to_owned(),
                so,
                hint,
            });
        }
    }

    pub(super) fn kept_elsewhere(&mut self, column: &str, field: &str) {
        self.warnings.push(Warning::KeptColumn {
            column: column.to_owned(),
            field: field.to_owned(),
        });
    }

    fn hint(&self, column: &str) -> Hint {
        let near = self
            .guesses
            .did_you_mean(column, self.names.iter().map(String::as_str));
        match (near, self.names) {
            (Some(near), _) => Hint::Near(near.to_owned()),
            (None, [only]) if only.contains([';', '\t']) => Hint::Commas,
            (None, _) => Hint::Nothing,
        }
    }
}
