//! Which column of the contacts file holds what; made once from the header, so that no row looks up
//! a name.

use crate::model::ids::Id;
use crate::model::{
    Action, Channel, Contacts, Field, FieldId, FunnelId, Give, GroupId, Listing, Model, StepKind,
};
use crate::runner::contact::Columns;
use crate::runner::input::columns::{Lookup, names};
use crate::runner::input::needed::Needed;
use crate::runner::notice::{HeaderFault, Warning};

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
            Self::Block(channel) => contacts.channels[channel as usize]
                .do_not_contact
                .as_deref()
                .unwrap_or_default(),
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
    /// Columns that decide who may be written to and are not there: a run over such a file is
    /// refused.
    pub(crate) lacking: Vec<HeaderFault>,
    /// What funnelc writes and where, from left to right; what has no column comes last and is
    /// appended.
    pub(crate) written: Vec<(Option<usize>, Written)>,
}

/// A header that was read, and what is worth a warning.
pub(crate) type Read = (Layout, Vec<Warning>);

impl Layout {
    /// Reads the header row, which may begin with a byte order mark. Says everything that is wrong
    /// with it.
    pub(crate) fn read(header: &[u8], model: &Model) -> Result<Read, Vec<HeaderFault>> {
        let names = names(header).map_err(|fault| vec![fault])?;
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
        let groups = groups
            .map(|(id, group)| find(&group.column, needed.groups[id.index()].as_ref()))
            .collect();
        let (Some(key), true) = (key, lookup.errors.is_empty()) else {
            return Err(lookup.errors);
        };
        let mut layout = Self {
            key,
            fields,
            blocks,
            stages: model
                .funnels
                .values()
                .map(|funnel| lookup.find(&funnel.column))
                .collect(),
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

    /// Appended columns stand in the order of docs/outputs.md: stages, tags, points, groups,
    /// do-not-contact by channel, fields, each by id.
    fn written(&self, contacts: &Contacts, writes: &Writes) -> Vec<(Option<usize>, Written)> {
        let stages = self.stages.iter().enumerate();
        let mut written: Vec<_> = stages
            .map(|(id, at)| (*at, Written::Stage(FunnelId::from_index(id))))
            .collect();
        written.extend(writes.tags.then_some((self.tags, Written::Tags)));
        written.extend(writes.points.then_some((self.points, Written::Points)));
        let groups = self
            .groups
            .iter()
            .enumerate()
            .filter(|(id, _)| writes.groups[*id]);
        written.extend(groups.map(|(id, at)| (*at, Written::Group(GroupId::from_index(id)))));
        let named = |channel: &Channel| {
            contacts.channels[*channel as usize]
                .do_not_contact
                .is_some()
        };
        let blocks = Channel::ALL.into_iter().filter(named);
        written
            .extend(blocks.map(|channel| (self.blocks[channel as usize], Written::Block(channel))));
        let fields = self
            .fields
            .iter()
            .enumerate()
            .filter(|(id, _)| writes.fields[*id]);
        written.extend(fields.map(|(id, at)| (*at, Written::Field(FieldId::from_index(id)))));
        written.sort_by_key(|(at, _)| at.unwrap_or(usize::MAX));
        written
    }
}

fn field_columns(
    model: &Model,
    lookup: &mut Lookup<'_>,
    writes: &Writes,
    needed: &Needed,
) -> Vec<Option<usize>> {
    let column = |(id, field): (FieldId, &Field)| {
        let is_updated = model
            .events
            .values()
            .flat_map(|event| &event.updates)
            .any(|update| update.field == id);
        if is_updated && !writes.fields[id.index()] && lookup.find(&field.column).is_some() {
            lookup.kept_elsewhere(&field.column, &field.id);
        }
        if field.required {
            lookup.required(&field.column, "a required field");
        } else if let (Some(holds), false, None) =
            (&needed.fields[id.index()], is_updated, &field.default)
        {
            lookup.needed(
                &field.column,
                holds,
                &format!("write `default:` at the field `{}`", field.id),
            );
        }
        if !field.required && !writes.fields[id.index()] {
            lookup.wanted(&field.column, without(field.default.is_some(), is_updated));
        }
        lookup.find(&field.column)
    };
    model.contacts.fields.iter().map(column).collect()
}

fn block_columns(
    contacts: &Contacts,
    lookup: &mut Lookup<'_>,
    writes: &Writes,
) -> [Option<usize>; Channel::ALL.len()] {
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
        lookup.needed(
            column,
            HOLDS,
            &format!("write `do-not-contact: {{ {written} }}`"),
        )
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
        model
            .points
            .rules
            .values()
            .for_each(|rule| writes.give(rule.give));
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
            StepKind::Action(Action::AddTag(_) | Action::RemoveTag(_)) => self.tags = true,
            StepKind::Action(Action::Points(give)) => self.give(*give),
            StepKind::Action(Action::Set { field, .. } | Action::Clear(field)) => {
                self.fields[field.index()] = true;
            }
            StepKind::Action(Action::List(
                Listing::Unsubscribe(channel) | Listing::Resubscribe(channel),
            )) => {
                self.blocks[*channel as usize] = true;
            }
            StepKind::Wait(_) => {}
            StepKind::WaitUntil { .. } | StepKind::If { .. } | StepKind::Split(_) => {}
            StepKind::Await(_) => {}
            StepKind::Action(_) => {}
            StepKind::Fork(_) | StepKind::Goto { .. } | StepKind::Exit(_) | StepKind::Broken => {}
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
