//! Which columns a project reads and writes, and the cells that a run leaves in them.
//!
//! Invariant: a cell whose value did not change is not written.

use std::collections::{BTreeMap, BTreeSet};

use serde_yaml::Value;

use super::clock::Clock;
use super::contact::Contact;
use super::flow::named;
use super::lines::{Lines, Resolution};
use super::misfits::fitting;
use super::names::inner_lists;
use super::project::{Project, get, items, pairs, text, word};
use super::sends::CHANNELS;
use super::table::{Record, Table};
use super::value::{Datum, read_cell, separator, spell};

/// What steps write besides stages.
#[derive(Default)]
pub(super) struct Writes {
    pub(super) tags: bool,
    /// The tags that the project names.
    pub(super) named_tags: BTreeSet<String>,
    /// The groups of points that something gives to, the empty one for the points themselves.
    pub(super) points: BTreeSet<String>,
    pub(super) fields: BTreeSet<String>,
    /// What events update, where the file has no column for it.
    pub(super) updated: BTreeSet<String>,
}

impl Writes {
    pub(super) fn of(project: &Project) -> Self {
        let mut writes = Writes {
            named_tags: project.tags(),
            ..Writes::default()
        };
        for (_, campaign) in project.entries("campaigns") {
            writes.gather(&items(&campaign["steps"]));
        }
        for (_, rule) in project
            .at(&["points", "rules"])
            .map(pairs)
            .unwrap_or_default()
        {
            writes
                .points
                .insert(text(rule, "group").unwrap_or_default());
        }
        for (_, event) in project.entries("events") {
            let updates = get(event, "updates").map(pairs).unwrap_or_default();
            writes
                .updated
                .extend(updates.into_iter().map(|(field, _)| field));
        }
        writes
    }

    fn gather(&mut self, steps: &[&Value]) {
        for step in named(steps, "") {
            let body = &step.body;
            self.tags |= get(body, "add-tag").is_some() || get(body, "remove-tag").is_some();
            if let Some(points) = get(body, "points") {
                self.points
                    .insert(text(points, "group").unwrap_or_default());
            }
            self.fields.extend(text(body, "set"));
            self.fields.extend(text(body, "clear"));
            for (_, inner) in inner_lists(&step) {
                self.gather(&inner);
            }
        }
    }
}

/// One column that funnelc writes.
enum Column {
    Stage(String),
    Tags,
    /// A group of points.
    Points(String),
    /// Do-not-contact on a channel.
    Refusal(&'static str),
    Field(String),
}

/// docs/outputs.md: what funnelc writes, in the order in which missing columns are appended.
fn written_columns(project: &Project, writes: &Writes) -> Vec<(String, Column)> {
    let mut columns = Vec::new();
    for (id, _) in project.entries("funnels") {
        columns.push((stage_column(project, &id), Column::Stage(id)));
    }
    if writes.tags {
        columns.push((tags_column(project), Column::Tags));
    }
    for group in &writes.points {
        columns.push((points_column(project, group), Column::Points(group.clone())));
    }
    for channel in CHANNELS {
        if let Some(column) = dnc_column(project, channel) {
            columns.push((column, Column::Refusal(channel)));
        }
    }
    for id in &writes.fields {
        columns.push((field_column(project, id), Column::Field(id.clone())));
    }
    columns
}

/// Section 2, `missing`: the file of contacts or companies, with nothing in the cells that hold a
/// word for that.
pub(super) fn with_missing(section: Option<&Value>, mut table: Table) -> Table {
    let words = |of: &Value| {
        get(of, "missing")
            .map(items)
            .unwrap_or_default()
            .into_iter()
            .map(word)
            .collect::<Vec<_>>()
    };
    let Some(section) = section else { return table };
    table.empty(None, &words(section));
    for (id, field) in get(section, "fields").map(pairs).unwrap_or_default() {
        let column = text(field, "column").unwrap_or(id.replace('-', "_"));
        table.empty(Some(&column), &words(field));
    }
    table
}

/// Section 5: `column`, by default `stage_<funnel>` with `-` as `_`, as for fields.
pub(super) fn stage_column(project: &Project, funnel: &str) -> String {
    let written = text(project.definition(&["funnels", funnel]), "column");
    written.unwrap_or(format!("stage_{}", funnel.replace('-', "_")))
}

/// Section 2: the column is the id with `-` as `_`, unless `column` says otherwise.
pub(super) fn field_column(project: &Project, field: &str) -> String {
    let written = text(project.definition(&["contacts", "fields", field]), "column");
    written.unwrap_or(field.replace('-', "_"))
}

pub(super) fn tags_column(project: &Project) -> String {
    let written = project.at(&["contacts", "tags", "column"]);
    written.map_or("tags".into(), word)
}

/// Of the points, or of one of their groups.
pub(super) fn points_column(project: &Project, group: &str) -> String {
    let points = ["contacts", "points"];
    if group.is_empty() {
        return project
            .at(&points)
            .and_then(|points| text(points, "column"))
            .unwrap_or("points".into());
    }
    let named = project
        .at(&points)
        .and_then(|points| text(get(points, "groups")?, group));
    named.unwrap_or(format!("points_{}", group.replace('-', "_")))
}

pub(super) fn dnc_column(project: &Project, channel: &str) -> Option<String> {
    text(
        project.at(&["contacts", "do-not-contact", channel])?,
        "column",
    )
}

/// The tags of a cell, each once, in their order; those with another name by their present one.
pub(super) fn read_tags(project: &Project, cell: &str) -> Vec<String> {
    let mut tags = Vec::new();
    for tag in cell_tags(project, cell) {
        let tag = Lines::of(project)
            .other("tag", tag)
            .unwrap_or(tag.to_owned());
        if !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    tags
}

/// The tags as they are written in a cell.
fn cell_tags<'c>(project: &Project, cell: &'c str) -> Vec<&'c str> {
    cell.split(&tag_separator(project))
        .map(str::trim)
        .filter(|tag| !tag.is_empty())
        .collect()
}

/// docs/in-flight.md: the old text of a tag is replaced.
fn holds_old_tag(project: &Project, cell: &str) -> bool {
    let lines = Lines::of(project);
    cell_tags(project, cell)
        .into_iter()
        .any(|tag| lines.other("tag", tag).is_some())
}

fn tag_separator(project: &Project) -> String {
    project
        .at(&["contacts", "tags"])
        .map_or(";".into(), separator)
}

/// The stage whose text stands in a cell: its `value`, by default its id.
pub(super) fn read_stage(project: &Project, funnel: &str, cell: &str) -> Option<String> {
    let cell = cell.trim();
    let stage = stage_of(project, funnel, cell);
    let may_misfit = project.at(&["contacts", "on-bad-value"]).is_some();
    assert!(
        cell.is_empty() || stage.is_some() || may_misfit,
        "no stage: `{cell}`"
    );
    stage.flatten()
}

/// The stage of a text, or none where that stage is gone; absent where nobody knows the text.
#[expect(
    clippy::option_option,
    reason = "a stage that is gone is something else than no stage"
)]
pub(super) fn stage_of(project: &Project, funnel: &str, shown: &str) -> Option<Option<String>> {
    let stages = pairs(&project.definition(&["funnels", funnel])["stages"]);
    let named = stages
        .into_iter()
        .find(|(id, stage)| stage_text(id, stage) == shown);
    if let Some((id, _)) = named {
        return Some(Some(id));
    }
    match Lines::of(project).stage(funnel, funnel, shown) {
        Resolution::Is(id) => Some(Some(id)),
        Resolution::Gone(_) => Some(None),
        Resolution::Unsaid => None,
    }
}

/// docs/in-flight.md: the old text of a stage that has another name, or is gone, is understood and
/// replaced.
fn is_old_text(project: &Project, funnel: &str, cell: &str) -> bool {
    let stages = pairs(&project.definition(&["funnels", funnel])["stages"]);
    let cell = cell.trim();
    let is_text = stages
        .into_iter()
        .any(|(id, stage)| stage_text(&id, stage) == cell);
    !is_text && stage_of(project, funnel, cell).is_some()
}

fn stage_text(id: &str, stage: &Value) -> String {
    text(stage, "value").unwrap_or(id.to_owned())
}

/// Section 13: empty points are 0, and so are those that do not fit.
pub(super) fn read_points(cell: &str) -> i64 {
    cell.trim().parse().unwrap_or(0)
}

/// A row as it was, with nothing in the columns that the file lacks.
pub(super) fn unchanged_row(
    project: &Project,
    writes: &Writes,
    table: &Table,
    row: &Record,
) -> String {
    let columns = written_columns(project, writes).into_iter();
    let lacking = columns.filter(|(name, _)| table.position(name).is_none());
    row.written(
        &BTreeMap::new(),
        &lacking.map(|_| String::new()).collect::<Vec<_>>(),
    )
}

/// The header with the columns that the file lacks.
pub(super) fn written_header(project: &Project, writes: &Writes, table: &Table) -> String {
    let columns = written_columns(project, writes).into_iter();
    let appended: Vec<String> = columns
        .map(|(name, _)| name)
        .filter(|name| table.position(name).is_none())
        .collect();
    table.header.written(&BTreeMap::new(), &appended)
}

/// A contact's row with what the run changed.
pub(super) fn written_row(
    project: &Project,
    clock: &Clock,
    writes: &Writes,
    table: &Table,
    row: &Record,
    contact: &Contact,
) -> String {
    let mut replaced = BTreeMap::new();
    let mut appended = Vec::new();
    for (name, column) in written_columns(project, writes) {
        match table.position(&name) {
            None => appended.push(column.spell(project, clock, contact, "")),
            Some(position) => {
                let cell = row.value(position);
                if column.differs(project, clock, contact, cell) {
                    replaced.insert(position, column.spell(project, clock, contact, cell));
                }
            }
        }
    }
    row.written(&replaced, &appended)
}

impl Column {
    /// Whether the cell shows another value than the contact has; spellings do not count.
    fn differs(&self, project: &Project, clock: &Clock, contact: &Contact, cell: &str) -> bool {
        match self {
            Column::Stage(funnel) => {
                is_old_text(project, funnel, cell)
                    || read_stage(project, funnel, cell) != contact.stage(funnel)
            }
            Column::Tags => {
                let shown: BTreeSet<String> = read_tags(project, cell).into_iter().collect();
                holds_old_tag(project, cell) || shown != contact.tag_order.iter().cloned().collect()
            }
            Column::Points(group) => read_points(cell) != points(contact, group),
            Column::Refusal(channel) => refusal(cell) != refused(contact, channel),
            Column::Field(field) => {
                let definition = project.definition(&["contacts", "fields", field]);
                let cell = fitting(project, clock, field, cell);
                read_cell(clock, definition, cell) != contact.value(field)
            }
        }
    }

    fn spell(&self, project: &Project, clock: &Clock, contact: &Contact, cell: &str) -> String {
        match self {
            Column::Stage(funnel) => match contact.stage(funnel) {
                None => String::new(),
                Some(id) => {
                    stage_text(&id, project.definition(&["funnels", funnel, "stages", &id]))
                }
            },
            Column::Tags => spell_tags(project, contact, cell),
            Column::Points(group) => points(contact, group).to_string(),
            Column::Refusal(channel) => refused(contact, channel),
            Column::Field(field) => {
                spell_field(project, clock, field, contact.value(field).as_ref())
            }
        }
    }
}

/// docs/outputs.md: the tags that were there, in their order, then the added ones in the order in
/// which they came.
fn spell_tags(project: &Project, contact: &Contact, cell: &str) -> String {
    let there = read_tags(project, cell);
    let added = contact.tag_order.iter().filter(|tag| !there.contains(tag));
    let kept = there.iter().filter(|tag| contact.has_tag(tag));
    let tags: Vec<&str> = kept.chain(added).map(String::as_str).collect();
    tags.join(&tag_separator(project))
}

pub(super) fn spell_field(
    project: &Project,
    clock: &Clock,
    field: &str,
    value: Option<&Datum>,
) -> String {
    let definition = project.definition(&["contacts", "fields", field]);
    spell(clock, definition, value)
}

fn points(contact: &Contact, group: &str) -> i64 {
    match group {
        "" => contact.points.value,
        group => contact.groups.get(group).map_or(0, |points| points.value),
    }
}

fn refused(contact: &Contact, channel: &str) -> String {
    contact
        .refuses
        .get(channel)
        .map_or(String::new(), |refusal| refusal.value.clone())
}

/// Section 13: the do-not-contact column holds nothing or `false`, `unsubscribed` (also `true`),
/// `complained`, `bounced`.
pub(super) fn refusal(cell: &str) -> String {
    match cell.trim() {
        "" | "false" => String::new(),
        "true" => "unsubscribed".into(),
        other => other.to_owned(),
    }
}

/// The fields that have a column in the file.
pub(super) fn fields_of(project: &Project, table: &Table) -> BTreeSet<String> {
    let fields = project
        .entries_of_contacts("fields")
        .into_iter()
        .map(|(id, _)| id);
    fields
        .filter(|id| table.position(&field_column(project, id)).is_some())
        .collect()
}
