//! Section 2, "How cells are read": which cells do not fit, and the rows that are left as they are
//! for them.
//!
//! Invariant: where `on-bad-value` says nothing, every cell fits.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use rust_decimal::Decimal;
use serde_yaml::Value;

use super::clock::Clock;
use super::columns::{field_column, points_column, read_tags, stage_column, stage_of, tags_column};
use super::project::{Project, flag, get, items, text, word};
use super::table::{Record, Table};
use super::triggers::groups;
use super::value::{decimal, separator, type_of};

/// Whether contacts with such cells are left as they are.
pub(super) fn skips_contacts(project: &Project) -> bool {
    project
        .at(&["contacts", "on-bad-value"])
        .is_some_and(|policy| get(policy, "skip-contact").is_some())
}

/// The cell of a field; empty where it holds what does not fit.
pub(super) fn fitting<'c>(project: &Project, clock: &Clock, id: &str, cell: &'c str) -> &'c str {
    if fits_field(project, clock, id, cell) {
        cell
    } else {
        ""
    }
}

/// Whether something in the row does not fit, or is lacking.
pub(super) fn is_misfit(project: &Project, clock: &Clock, table: &Table, row: &Record) -> bool {
    let cell = |column: &str| table.position(column).map(|position| row.value(position));
    let fields = project
        .entries_of_contacts("fields")
        .into_iter()
        .any(|(id, field)| {
            let lacking = |cell: &str| {
                flag(field, "required") && cell.is_empty() && get(field, "default").is_none()
            };
            cell(&field_column(project, &id))
                .is_some_and(|cell| !fits_field(project, clock, &id, cell) || lacking(cell))
        });
    let points = std::iter::once(String::new())
        .chain(groups(project))
        .any(|group| {
            let shown = cell(&points_column(project, &group))
                .unwrap_or_default()
                .trim();
            !shown.is_empty() && shown.parse::<i64>().is_err()
        });
    fields
        || has_unknown_stage(project, table, row)
        || points
        || has_unknown_tag(project, table, row)
}

/// Whether a stage stands in the row that the project does not have, and of which it says nothing.
pub(super) fn has_unknown_stage(project: &Project, table: &Table, row: &Record) -> bool {
    project.entries("funnels").into_iter().any(|(id, _)| {
        let position = table.position(&stage_column(project, &id));
        let shown = position
            .map(|position| row.value(position))
            .unwrap_or_default()
            .trim();
        !shown.is_empty() && stage_of(project, &id, shown).is_none()
    })
}

/// Whether a tag stands in the row that the project does not have, where it has a list of them.
pub(super) fn has_unknown_tag(project: &Project, table: &Table, row: &Record) -> bool {
    let cell = table
        .position(&tags_column(project))
        .map(|position| row.value(position));
    let declared = project
        .at(&["contacts", "tags", "values"])
        .filter(|declared| declared.is_sequence());
    let declared: Option<Vec<String>> =
        declared.map(|declared| items(declared).into_iter().map(word).collect());
    let shown = read_tags(project, cell.unwrap_or_default());
    declared.is_some_and(|declared| shown.iter().any(|tag| !declared.contains(tag)))
}

fn fits_field(project: &Project, clock: &Clock, id: &str, cell: &str) -> bool {
    let field = project.definition(&["contacts", "fields", id]);
    let zone = project.at(&["contacts", "timezone"]).map(word);
    let cell = cell.trim();
    cell.is_empty()
        || if zone.as_deref() == Some(id) {
            TimeZone::get(cell).is_ok()
        } else {
            fits(clock, field, cell)
        }
}

fn fits(clock: &Clock, field: &Value, cell: &str) -> bool {
    let declared = || -> Vec<String> {
        items(get(field, "values").expect("values"))
            .into_iter()
            .map(word)
            .collect()
    };
    match type_of(field).as_str() {
        "integer" => cell.parse::<i64>().is_ok() && is_between(field, cell),
        "number" => is_number(cell) && is_between(field, cell),
        "boolean" => {
            ["true", "yes", "1", "false", "no", "0"].contains(&cell.to_ascii_lowercase().as_str())
        }
        "email" => is_address(cell),
        "date" => cell.len() == 10 && cell.parse::<Date>().is_ok(),
        "datetime" => clock.read_moment(cell).is_some(),
        "choice" => declared().contains(&cell.to_owned()),
        "choices" => {
            let separator = separator(field);
            let mut chosen = cell
                .split(&separator)
                .map(str::trim)
                .filter(|choice| !choice.is_empty());
            chosen.all(|choice| declared().iter().any(|value| value == choice))
        }
        _ => true,
    }
}

/// One `@` with something on both sides, no white space or control characters, nothing that stands
/// around or between addresses, no part of the domain empty.
fn is_address(cell: &str) -> bool {
    let parts: Vec<&str> = cell.split('@').collect();
    let strange = |letter: char| {
        letter.is_whitespace() || letter.is_control() || ",;:<>()[]\\\"".contains(letter)
    };
    parts.len() == 2
        && !parts[0].is_empty()
        && !cell.chars().any(strange)
        && !parts[1].split('.').any(str::is_empty)
}

/// Digits, with a sign and a point if need be.
fn is_number(cell: &str) -> bool {
    let unsigned = cell.strip_prefix(['-', '+']).unwrap_or(cell);
    unsigned
        .chars()
        .all(|letter| letter == '.' || letter.is_ascii_digit())
        && unsigned.parse::<Decimal>().is_ok()
}

fn is_between(field: &Value, cell: &str) -> bool {
    let bound = |key| text(field, key).map(|bound| decimal(&bound));
    let number = decimal(cell);
    bound("min").is_none_or(|min| min <= number) && bound("max").is_none_or(|max| number <= max)
}
