//! Rows of journal.csv as lines of a document.

use super::document::Line;
use crate::runner::input::row::Rows;

/// The rows of a journal without its header, whoever they are about.
pub(super) fn of(journal: &[u8]) -> Vec<Line> {
    let rows = Rows::split(journal, 1);
    rows.iter()
        .map(|row| {
            let cell = |at: usize| row.text(at).to_owned();
            Line {
                at: cell(1),
                event: cell(2),
                campaign: cell(3),
                entry: cell(4),
                step: cell(5),
                subject: cell(6),
                from: cell(7),
                to: cell(8),
                reason: cell(9),
            }
        })
        .collect()
}

/// By time; rows of one moment stay as they are.
pub(super) fn in_order(mut lines: Vec<Line>) -> Vec<Line> {
    lines.sort_by_key(|line| line.at.parse::<jiff::Timestamp>().ok());
    lines.dedup();
    lines
}
