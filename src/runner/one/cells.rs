//! A row with another text in one of its cells.

use super::RowFound;
use crate::model::Model;
use crate::runner::input::layout::Layout;
use crate::runner::input::row::{Rows, without_line_end};
use crate::runner::output::text::push_cell;

/// The contact's row if `column` said `text`; a column that the file lacks is added. Nothing where
/// the row cannot be split.
pub(crate) fn with_cell(
    model: &Model,
    found: &RowFound,
    column: &str,
    text: &str,
) -> Option<RowFound> {
    let (layout, _) = Layout::read(&found.header, model).ok()?;
    let rows = Rows::split(&found.row, found.line);
    let row = rows.iter().next()?;
    let (bytes, end) = row.bytes();
    let mut cell = Vec::new();
    push_cell(&mut cell, text);
    let (mut header, mut changed) = (found.header.clone(), bytes.to_vec());
    if let Some(at) = layout.names.iter().position(|name| name == column) {
        changed.splice(row.raw_range(at), cell);
    } else {
        let (names, end) = without_line_end(&found.header);
        header = [names, b",", column.as_bytes(), end].concat();
        changed.push(b',');
        changed.extend(cell);
    }
    changed.extend_from_slice(end);
    Some(RowFound {
        header,
        row: changed,
        ..found.clone()
    })
}
