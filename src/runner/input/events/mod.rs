//! The events file: rows or JSON lines in any order become the events of each contact, by time.
//!
//! What is kept of it are the known events up to the moment of the run, and nothing of a row but what the plan declares.

mod csv;
mod json;
mod record;
mod table;

pub(crate) use table::{Events, Told};

use jiff::tz::TimeZone;

use super::blocks::Source;
use crate::model::Model;
use crate::runner::batch::{Options, RunError, Watch};
use record::Reading;

/// How an events file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Rows under a header.
    Csv,
    /// One JSON object a line.
    JsonLines,
}

impl Format {
    /// That of a file with this name.
    pub fn of(path: &std::path::Path) -> Self {
        if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("jsonl")) {
            Self::JsonLines
        } else {
            Self::Csv
        }
    }
}

/// Reads a whole file, up to `now`.
pub(crate) fn read(
    (source, format): (Source<'_>, Format),
    model: &Model,
    zone: &TimeZone,
    now: i64,
    options: Options,
    watch: &Watch<'_>,
) -> Result<Events, RunError> {
    let reading = Reading { model, zone, now };
    let gathered = match format {
        Format::Csv => csv::read(source, &reading, options, watch)?,
        Format::JsonLines => json::read(source, &reading, options, watch)?,
    };
    gathered.finish().map_err(RunError::Events)
}
