//! Which column of the contacts file holds what; made once from the header, so that no row looks up a name.

use std::collections::BTreeMap;

use crate::diagnostic::did_you_mean;
use crate::model::ids::Id;
use crate::model::{Channel, Contacts, Field, FieldId, FunnelId, Give, GroupId, Listing, Model, StepKind};
use crate::runner::contact::Columns;
use crate::runner::input::needed::Needed;
use crate::runner::input::problem::Reason;
use crate::runner::input::row::{Rows, without_line_end};

/// What funnelc writes into contacts.csv.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Written {
    /// The stage in a funnel.
    Stage(FunnelId),
    /// The tags.
    Tags,
    /// The points.
    Points,
    /// Why a channel must not be used.
    Block(Channel),
    /// The points in a group.
    Group(GroupId),
    /// A field that a step sets or clears.
    Field(FieldId),
}

impl Written {
    /// The name of its column.
    pub(crate) fn column(self, model: &Model) -> &str {
        let contacts = &model.contacts;
        match self {
            Self::Stage(funnel) => &model.funnels[funnel].column,
            Self::Tags => &contacts.tags.column,
            Self::Points => &contacts.points.column,
            Self::Block(channel) => contacts.channels[channel as usize].do_not_contact.as_deref().unwrap_or_default(),
            Self::Group(group) => &model.points.groups[group].column,
            Self::Field(field) => &contacts.fields[field].column,
        }
    }
}

/// The columns of one contacts file.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    /// The header's names.
    pub(crate) names: Vec<String>,
    /// The header row as it stands in the file, line end included.
    pub(crate) header: Vec<u8>,
    /// The key's column.
    pub(crate) key: usize,
    /// By field id.
    pub(crate) fields: Vec<Option<usize>>,
    /// By funnel id.
    pub(crate) stages: Vec<Option<usize>>,
    /// The tags.
    pub(crate) tags: Option<usize>,
    /// The points.
    pub(crate) points: Option<usize>,
    /// By group id.
    pub(crate) groups: Vec<Option<usize>>,
    /// By channel: why it must not be used.
    pub(crate) blocks: [Option<usize>; Channel::ALL.len()],
    /// Columns that decide who may be written to and are not there, a line each: a run over such a file is refused.
    pub(crate) lacking: Vec<String>,
    /// What funnelc writes and where, from left to right; what has no column comes last and is appended.
    pub(crate) written: Vec<(Option<usize>, Written)>,
}

/// A header that was read, and what is worth a warning.
pub(crate) type Read = (Layout, Vec<String>);

impl Layout {
    /// Reads the header row, which may begin with a byte order mark. Says everything that is wrong with it.
    pub(crate) fn read(header: &[u8], model: &Model) -> Result<Read, Vec<String>> {
        let names = names(header).map_err(|message| vec![message])?;
        let mut lookup = Lookup::new(&names);
        let contacts = &model.contacts;
        let key = lookup.required(&contacts.key, "the key");
        let (writes, needed) = (Writes::of(model), Needed::by(model));
        let fields = field_columns(model, &mut lookup, &writes, &needed);
        let blocks = block_columns(contacts, &mut lookup, &writes);
        let mut find = |column: &str, holds: Option<&String>| match holds {
            Some(holds) => lookup.needed(column, holds, "add an empty one"),
            None => lookup.find(column),
        };
        let tags = find(&contacts.tags.column, needed.tags.as_ref());
        let points = find(&contacts.points.column, needed.points.as_ref());
        let groups = model.points.groups.iter();
        let groups = groups.map(|(id, group)| find(&group.column, needed.groups[id.index()].as_ref())).collect();
        let (Some(key), true) = (key, lookup.errors.is_empty()) else { return Err(lookup.errors) };
        let mut layout = Self {
            key,
            fields,
            blocks,
            stages: model.funnels.values().map(|funnel| lookup.find(&funnel.column)).collect(),
            tags,
            points,
            groups,
            written: Vec::new(),
            lacking: lookup.lacking,
            header: header.to_vec(),
            names: Vec::new(),
        };
        layout.written = layout.written(contacts, &writes);
        let warnings = lookup.warnings;
        layout.names = names;
        Ok((layout, warnings))
    }

    /// How many cells a row must have.
    pub(crate) fn width(&self) -> usize {
        self.names.len()
    }

    /// Which of the columns that funnelc also writes are there.
    pub(crate) fn columns(&self) -> Columns {
        Columns {
            fields: self.fields.iter().map(Option::is_some).collect(),
            stages: self.stages.iter().map(Option::is_some).collect(),
            tags: self.tags.is_some(),
            points: self.points.is_some(),
            blocks: self.blocks.map(|column| column.is_some()),
            groups: self.groups.iter().map(Option::is_some).collect(),
        }
    }

    /// Appended columns stand in the order of docs/outputs.md: stages, tags, points, groups, do-not-contact by channel, fields, each by id.
    fn written(&self, contacts: &Contacts, writes: &Writes) -> Vec<(Option<usize>, Written)> {
        let stages = self.stages.iter().enumerate();
        let mut written: Vec<_> = stages.map(|(id, at)| (*at, Written::Stage(FunnelId::from_index(id)))).collect();
        written.extend(writes.tags.then_some((self.tags, Written::Tags)));
        written.extend(writes.points.then_some((self.points, Written::Points)));
        let groups = self.groups.iter().enumerate().filter(|(id, _)| writes.groups[*id]);
        written.extend(groups.map(|(id, at)| (*at, Written::Group(GroupId::from_index(id)))));
        let named = |channel: &Channel| contacts.channels[*channel as usize].do_not_contact.is_some();
        let blocks = Channel::ALL.into_iter().filter(named);
        written.extend(blocks.map(|channel| (self.blocks[channel as usize], Written::Block(channel))));
        let fields = self.fields.iter().enumerate().filter(|(id, _)| writes.fields[*id]);
        written.extend(fields.map(|(id, at)| (*at, Written::Field(FieldId::from_index(id)))));
        written.sort_by_key(|(at, _)| at.unwrap_or(usize::MAX));
        written
    }
}

fn field_columns(model: &Model, lookup: &mut Lookup<'_>, writes: &Writes, needed: &Needed) -> Vec<Option<usize>> {
    let column = |(id, field): (FieldId, &Field)| {
        let is_updated = model.events.values().flat_map(|event| &event.updates).any(|update| update.field == id);
        if is_updated && !writes.fields[id.index()] && lookup.find(&field.column).is_some() {
            lookup.kept_elsewhere(&field.column, &field.id);
        }
        if field.required {
            lookup.required(&field.column, "a required field");
        } else if let (Some(holds), false, None) = (&needed.fields[id.index()], is_updated, &field.default) {
            lookup.needed(&field.column, holds, &format!("write `default:` at the field `{}`", field.id));
        }
        if !field.required && !writes.fields[id.index()] {
            lookup.wanted(&field.column, without(field.default.is_some(), is_updated));
        }
        lookup.find(&field.column)
    };
    model.contacts.fields.iter().map(column).collect()
}

fn block_columns(contacts: &Contacts, lookup: &mut Lookup<'_>, writes: &Writes) -> [Option<usize>; Channel::ALL.len()] {
    const HOLDS: &str = "who must not be contacted";
    Channel::ALL.map(|channel| {
        let rules = &contacts.channels[channel as usize];
        let column = rules.do_not_contact.as_ref()?;
        if rules.may_lack_do_not_contact {
            lookup.meant(column, HOLDS);
            return lookup.find(column);
        }
        if !writes.blocks[channel as usize] {
            return lookup.required(column, HOLDS);
        }
        let written = format!("{}: {{ column: {column}, default: false }}", channel.word());
        lookup.needed(column, HOLDS, &format!("write `do-not-contact: {{ {written} }}`"))
    })
}

/// What the steps of a project write, stages apart.
struct Writes {
    tags: bool,
    points: bool,
    groups: Vec<bool>,
    fields: Vec<bool>,
    /// By channel: do-not-contact.
    blocks: [bool; Channel::ALL.len()],
}

impl Writes {
    fn of(model: &Model) -> Self {
        let mut writes = Self {
            tags: false,
            points: false,
            groups: vec![false; model.points.groups.len()],
            fields: vec![false; model.contacts.fields.len()],
            blocks: [false; 3],
        };
        model.points.rules.values().for_each(|rule| writes.give(rule.give));
        for campaign in model.campaigns.values() {
            campaign.each_step(|step| writes.add(&step.kind));
        }
        writes
    }

    fn give(&mut self, give: Give) {
        match give.group {
            None => self.points = true,
            Some(group) => self.groups[group.index()] = true,
        }
    }

    fn add(&mut self, kind: &StepKind) {
        match kind {
            StepKind::AddTag(_) | StepKind::RemoveTag(_) => self.tags = true,
            StepKind::Points(give) => self.give(*give),
            StepKind::Set { field, .. } | StepKind::Clear(field) => self.fields[field.index()] = true,
            StepKind::List(Listing::Unsubscribe(channel) | Listing::Resubscribe(channel)) => {
                self.blocks[*channel as usize] = true;
            }
            StepKind::Call(_) | StepKind::List(_) => {}
            StepKind::Send { .. } | StepKind::Move(_) | StepKind::Leave(_) | StepKind::Wait(_) => {}
            StepKind::WaitUntil { .. } | StepKind::If { .. } | StepKind::Split(_) => {}
            StepKind::Await(_) | StepKind::Enroll(_) | StepKind::Withdraw(_) => {}
            StepKind::Fork(_) | StepKind::Goto { .. } | StepKind::Exit(_) | StepKind::Broken => {}
        }
    }
}

pub(super) fn names(header: &[u8]) -> Result<Vec<String>, String> {
    let header = header.strip_prefix(b"\xef\xbb\xbf").unwrap_or(header);
    if without_line_end(header).0.is_empty() {
        return Err("the first row must name the columns, but it is empty".to_owned());
    }
    let rows = Rows::split(header, 1);
    let row = rows.iter().next().ok_or("the first row must name the columns")?;
    let width = row.width().map_err(|reason| unreadable(&reason))?;
    Ok((0..width).map(|index| row.text(index).to_owned()).collect())
}

/// Why the first row names no columns.
pub(crate) fn unreadable(reason: &Reason) -> String {
    match reason {
        Reason::BareReturn => {
            "its rows end with carriage returns alone, as on old Macs; write it anew with line feeds".to_owned()
        }
        Reason::Nul => "the header has NUL bytes, as UTF-16 has; write it anew as UTF-8".to_owned(),
        other => format!("the header cannot be read: {other}"),
    }
}

/// Finds columns by name and keeps what is wrong.
pub(super) struct Lookup<'a> {
    names: &'a [String],
    positions: BTreeMap<&'a str, usize>,
    pub(super) errors: Vec<String>,
    /// Columns that decide who may be written to, and are not there.
    pub(super) lacking: Vec<String>,
    pub(super) warnings: Vec<String>,
}

impl<'a> Lookup<'a> {
    pub(super) fn new(names: &'a [String]) -> Self {
        let mut lookup =
            Self { names, positions: BTreeMap::new(), errors: Vec::new(), lacking: Vec::new(), warnings: Vec::new() };
        for (index, name) in names.iter().enumerate() {
            if let Some(first) = lookup.positions.insert(name, index).filter(|_| !name.is_empty()) {
                let columns = format!("columns {} and {}", first + 1, index + 1);
                lookup.errors.push(format!("the column `{name}` stands twice in the header, as {columns}"));
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
            self.errors.push(format!("the column `{column}`, which holds {holds}, is missing{hint}"));
        }
        found
    }

    /// Finds a column without which somebody could be written to against their wish; the project can say what it means that it is not there.
    pub(super) fn needed(&mut self, column: &str, holds: &str, otherwise: &str) -> Option<usize> {
        let found = self.find(column);
        if found.is_none() {
            let hint = self.hint(column);
            let joint = if hint.ends_with('?') { " " } else { "; " };
            let base = format!("the column `{column}`, which holds {holds}, is missing{hint}");
            self.lacking.push(format!("{base}{joint}if files may lack it, {otherwise}"));
        }
        found
    }

    /// Warns where a column that may be missing was probably meant by another name.
    pub(super) fn meant(&mut self, column: &str, holds: &str) {
        if self.find(column).is_none() && did_you_mean(column, self.names.iter().map(String::as_str)).is_some() {
            let hint = self.hint(column);
            self.warnings.push(format!("the column `{column}`, which holds {holds}, is missing{hint}"));
        }
    }

    pub(super) fn wanted(&mut self, column: &str, so: &str) {
        if self.find(column).is_none() {
            let hint = self.hint(column);
            self.warnings.push(format!("the column `{column}` is missing, so {so}{hint}"));
        }
    }

    fn kept_elsewhere(&mut self, column: &str, field: &str) {
        let why = "whoever keeps the file counts there";
        self.warnings.push(format!("the column `{column}` is there, so no event updates `{field}`: {why}"));
    }

    fn hint(&self, column: &str) -> String {
        let near = did_you_mean(column, self.names.iter().map(String::as_str));
        match (near, self.names) {
            (Some(near), _) => format!("; did you mean `{near}`?"),
            (None, [only]) if only.contains([';', '\t']) => "; the cells must stand between commas".to_owned(),
            (None, _) => String::new(),
        }
    }
}

/// What the lack of a column means, where no step writes the field.
fn without(has_default: bool, is_updated: bool) -> &'static str {
    match (has_default, is_updated) {
        (false, false) => "nobody has a value for it",
        (false, true) => "only events give it a value",
        (true, false) => "everybody has its default",
        (true, true) => "everybody begins with its default, which events change",
    }
}
