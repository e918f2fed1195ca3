//! What a run leaves of one contact, as rows of contacts.csv, actions.csv and journal.csv; what did not change is copied byte for byte.

use std::borrow::Cow;

use jiff::tz::TimeZone;

use super::text::{push_cell, push_moment, push_slot};
use super::words;
use crate::model::ids::Id;
use crate::model::{Channel, FieldId, FunnelId, Model, StageId, TagId};
use crate::runner::contact::{Block, Seen, Slot, TagSet};
use crate::runner::effect::{At, Effect, Event, Touch};
use crate::runner::input::layout::{Layout, Written};
use crate::runner::input::row::{Row, without_line_end};
use crate::runner::kernel::After;
use crate::runner::key::experience_name;

const ACTIONS: &str = "key,contact,action,target,channel,address,campaign,entry,step,visit,body\n";
const JOURNAL: &str = "contact,at,event,campaign,entry,step,subject,from,to,reason\n";

/// Rows of the three files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Files {
    pub(crate) contacts: Vec<u8>,
    pub(crate) actions: Vec<u8>,
    pub(crate) journal: Vec<u8>,
}

/// Writes rows of one run.
#[derive(Debug)]
pub(crate) struct Writer<'p> {
    pub(super) model: &'p Model,
    layout: &'p Layout,
    pub(super) zone: TimeZone,
    now: String,
    steps: Vec<Vec<&'p str>>,
}

impl<'p> Writer<'p> {
    /// A writer for a file of `layout` and a run at `now`.
    pub(crate) fn new(model: &'p Model, layout: &'p Layout, zone: &TimeZone, now: i64) -> Self {
        let mut text = String::new();
        push_moment(&mut text, now, zone);
        let steps = model.campaigns.values().map(|campaign| {
            let mut names = Vec::new();
            campaign.each_step(|step| names.push(step.name.as_str()));
            names
        });
        Self { model, layout, zone: zone.clone(), now: text, steps: steps.collect() }
    }

    /// The first rows.
    pub(crate) fn headers(&self) -> Files {
        let (names, end) = without_line_end(&self.layout.header);
        let mut contacts = names.to_vec();
        for (_, written) in self.layout.written.iter().filter(|(column, _)| column.is_none()) {
            contacts.push(b',');
            push_cell(&mut contacts, self.column_of(*written));
        }
        contacts.extend_from_slice(if end.is_empty() { b"\n" } else { end });
        Files { contacts, actions: ACTIONS.into(), journal: JOURNAL.into() }
    }

    fn column_of(&self, written: Written) -> &str {
        let contacts = &self.model.contacts;
        match written {
            Written::Stage(funnel) => &self.model.funnels[funnel].column,
            Written::Tags => &contacts.tags.column,
            Written::Points => &contacts.points.column,
            Written::Block(channel) => {
                contacts.channels[channel as usize].do_not_contact.as_deref().unwrap_or_default()
            }
            Written::Group(group) => &self.model.points.groups[group].column,
            Written::Field(field) => &contacts.fields[field].column,
        }
    }

    /// Appends the row of a contact that is left as it is; columns that the file lacks stay empty.
    pub(crate) fn unchanged(&self, row: Row<'_>, out: &mut Vec<u8>) {
        let (bytes, end) = row.bytes();
        out.extend_from_slice(bytes);
        let appended = self.layout.written.iter().filter(|(column, _)| column.is_none()).count();
        out.extend(std::iter::repeat_n(b',', appended));
        out.extend_from_slice(if end.is_empty() && appended > 0 { b"\n" } else { end });
    }

    /// Appends the rows of one contact.
    pub(crate) fn contact<'e>(
        &self,
        row: Row<'_>,
        seen: &Seen<'_>,
        after: &After<'_, '_>,
        effects: &[Effect<'e>],
        files: &mut Files,
    ) where
        'p: 'e,
    {
        self.row(row, seen, after, &mut files.contacts);
        for (index, effect) in effects.iter().enumerate() {
            self.act(row, seen.key, after, (effect, &effects[index + 1..]), &mut files.actions);
            self.journal(seen.key, effect, &mut files.journal);
        }
    }

    fn row(&self, row: Row<'_>, seen: &Seen<'_>, after: &After<'_, '_>, out: &mut Vec<u8>) {
        let is_changed =
            |(column, written): &&(Option<usize>, Written)| column.is_none() || differs(*written, seen, after);
        let mut changes = self.layout.written.iter().filter(is_changed).peekable();
        if changes.peek().is_none() {
            out.extend_from_slice(row.whole());
            return;
        }
        let (bytes, end) = row.bytes();
        let mut copied = 0;
        for (column, written) in changes {
            let text = self.text_of(*written, row, after);
            match column {
                Some(column) => {
                    let cell = row.raw_range(*column);
                    out.extend_from_slice(&bytes[copied..cell.start]);
                    copied = cell.end;
                }
                None => {
                    out.extend_from_slice(&bytes[copied..]);
                    copied = bytes.len();
                    out.push(b',');
                }
            }
            push_cell(out, &text);
        }
        out.extend_from_slice(&bytes[copied..]);
        out.extend_from_slice(if end.is_empty() { b"\n" } else { end });
    }

    fn text_of(&self, written: Written, row: Row<'_>, after: &After<'_, '_>) -> String {
        match written {
            Written::Stage(funnel) => {
                let stage = after.stages[funnel.index()];
                stage.map(|stage| self.model.funnels[funnel].stages[stage].value.clone()).unwrap_or_default()
            }
            Written::Tags => self.tags(row, after),
            Written::Points => after.points.to_string(),
            Written::Block(channel) => block(after.blocks[channel as usize]),
            Written::Group(group) => after.groups[group.index()].to_string(),
            Written::Field(field) => self.value(field, after.fields[field.index()]),
        }
    }

    /// Those that were there, in their order, without the removed ones; then the added ones as they came.
    fn tags(&self, row: Row<'_>, after: &After<'_, '_>) -> String {
        self.tag_list(row, after.tags, after.added).join(&self.model.contacts.tags.separator)
    }

    pub(super) fn tag_list<'r>(&self, row: Row<'r>, tags: &TagSet, added: &[TagId]) -> Vec<&'r str>
    where
        'p: 'r,
    {
        let known = &self.model.contacts.tags;
        let text = self.layout.tags.map_or("", |column| row.text(column));
        let there = text.split(known.separator.as_str()).map(str::trim).filter(|tag| !tag.is_empty());
        let kept = there.filter(|tag| match known.names.find(|name| name.id == *tag) {
            Some(id) => tags.has(id.index()),
            None => true,
        });
        let added = added.iter().map(|id| known.names[*id].id.as_str());
        kept.chain(added).collect()
    }

    fn value(&self, field: FieldId, slot: Slot<'_>) -> String {
        let mut text = String::new();
        push_slot(&mut text, slot, self.model.contacts.fields[field].type_.as_ref(), &self.zone);
        text
    }

    pub(super) fn step(&self, at: At) -> &'p str {
        at.step.map_or("", |step| self.steps[at.campaign.index()][step.index()])
    }

    fn journal<'e>(&self, contact: &str, effect: &Effect<'e>, out: &mut Vec<u8>)
    where
        'p: 'e,
    {
        let (campaign, entry, step) = self.place(effect);
        let (subject, from, to) = self.about(&effect.event);
        let (event, reason) = (words::event(&effect.event), self.reason(&effect.event));
        push_row(out, &[contact, &self.now, event, campaign, &entry, &step, subject, &from, &to, reason]);
    }

    /// A word, the event that changed a field, or the rule that gave points.
    fn reason(&self, event: &Event<'_>) -> &'p str {
        match event {
            Event::Update { event, .. } => &self.model.events[*event].id,
            Event::Points { rule: Some(rule), .. } => &self.model.points.rules[*rule].id,
            other => words::reason(other),
        }
    }

    /// The campaign, the entry or the stay, and the step.
    fn place(&self, effect: &Effect<'_>) -> (&'p str, String, Cow<'p, str>) {
        if let Event::Experience { at, .. } = effect.event {
            return ("", at.stay.to_string(), Cow::Owned(experience_name(self.model, at)));
        }
        effect.at.map_or(("", String::new(), Cow::Borrowed("")), |at| {
            let campaign = &self.model.campaigns[at.campaign].id;
            (campaign, at.entry.to_string(), Cow::Borrowed(self.step(at)))
        })
    }

    /// What it is about, and the values before and after.
    fn about<'e>(&self, event: &Event<'e>) -> (&'e str, String, String)
    where
        'p: 'e,
    {
        let none = String::new;
        match *event {
            Event::ExternalStage { funnel, from, to } => self.stages(funnel, from, to),
            Event::Place { funnel, from, to } | Event::Move { funnel, from, to } => self.stages(funnel, from, Some(to)),
            Event::Refuse { funnel, from, to, reason: _ } => self.stages(funnel, from, Some(to)),
            Event::Convert { funnel, from, to } => self.stages(funnel, Some(from), Some(to)),
            Event::Enter { funnel, to } | Event::DeferStage { funnel, to } => self.stages(funnel, None, Some(to)),
            Event::Leave { funnel, from } | Event::Drop { funnel, from } => self.stages(funnel, Some(from), None),
            Event::Experience { content, touch, .. } => {
                let to = if let Touch::Send(channel) = touch { channel_word(channel) } else { "" };
                (&self.model.content[content].id, none(), to.to_owned())
            }
            Event::ExternalTag { tag, added } => {
                (self.tag(tag), none(), if added { "added" } else { "removed" }.to_owned())
            }
            Event::AddTag { tag } | Event::RemoveTag { tag } => (self.tag(tag), none(), none()),
            Event::ExternalPoints { group, from, to } | Event::Points { group, rule: _, from, to } => {
                (group.map_or("", |group| &self.model.points.groups[group].id), from.to_string(), to.to_string())
            }
            Event::ExternalField { field, from, to }
            | Event::Set { field, from, to }
            | Event::Clear { field, from, to }
            | Event::Update { field, from, to, event: _ } => self.values(field, from, to),
            Event::End { outcome, reason: _ } => ("", none(), outcome.word().to_owned()),
            Event::Send { content, channel } => {
                (&self.model.content[content].id, none(), channel_word(channel).to_owned())
            }
            Event::ExternalBlock { channel, from, to } => (channel.word(), block(from), block(to)),
            Event::Block { channel, from, to } => (channel.word(), block(from), block(Some(to))),
            Event::List { listing, from, to } => (listing.subject(self.model), block(from), block(to)),
            Event::Call { call, snapshot: _ } => (self.target(call), none(), none()),
            Event::Delay { content, until } => (&self.model.content[content].id, none(), self.moment(Some(until))),
            Event::Skip { content, reason: _ } => {
                (content.map_or("", |content| &self.model.content[content].id), none(), none())
            }
            Event::Wait { until } => ("", none(), self.moment(Some(until))),
            Event::Past { until, then: _ } => ("", none(), self.moment(until)),
            Event::If { then } => ("", none(), if then { "then" } else { "else" }.to_owned()),
            Event::Split { label } => ("", none(), label.to_owned()),
            Event::Await { until } => ("", none(), self.moment(until)),
            Event::Awaited { label } => ("", none(), label.to_owned()),
            Event::Enroll { campaign } | Event::Withdraw { campaign } => {
                (&self.model.campaigns[campaign].id, none(), none())
            }
            Event::Goto { step } => ("", none(), step.to_owned()),
            Event::Fork | Event::Join => ("", none(), none()),
            Event::Start { cause: _ } | Event::Overtaken => ("", none(), none()),
            Event::DeferCampaign | Event::DeferStep | Event::Pause | Event::Resume => ("", none(), none()),
        }
    }

    fn stages(&self, funnel: FunnelId, from: Option<StageId>, to: Option<StageId>) -> (&'p str, String, String) {
        let funnel = &self.model.funnels[funnel];
        let id = |stage: Option<StageId>| stage.map(|stage| funnel.stages[stage].id.clone()).unwrap_or_default();
        (&funnel.id, id(from), id(to))
    }

    fn values(&self, field: FieldId, from: Slot<'_>, to: Slot<'_>) -> (&'p str, String, String) {
        (&self.model.contacts.fields[field].id, self.value(field, from), self.value(field, to))
    }

    fn tag(&self, tag: crate::model::TagId) -> &'p str {
        &self.model.contacts.tags.names[tag].id
    }

    fn moment(&self, moment: Option<i64>) -> String {
        let mut text = String::new();
        if let Some(moment) = moment {
            push_moment(&mut text, moment, &self.zone);
        }
        text
    }
}

/// The word for the channel on which something goes out, if it has one.
pub(super) fn channel_word(channel: Option<Channel>) -> &'static str {
    channel.map_or("", Channel::word)
}

fn block(block: Option<Block>) -> String {
    block.map_or_else(String::new, |block| block.word().to_owned())
}

fn differs(written: Written, seen: &Seen<'_>, after: &After<'_, '_>) -> bool {
    match written {
        Written::Stage(funnel) => {
            seen.stages[funnel.index()] != after.stages[funnel.index()] || seen.outdated.contains(&funnel)
        }
        Written::Tags => seen.tags != *after.tags,
        Written::Points => seen.points != after.points,
        Written::Block(channel) => seen.blocks[channel as usize] != after.blocks[channel as usize],
        Written::Group(group) => seen.groups[group.index()] != after.groups[group.index()],
        Written::Field(field) => seen.fields[field.index()] != after.fields[field.index()],
    }
}

pub(super) fn push_row(out: &mut Vec<u8>, cells: &[&str]) {
    for (index, cell) in cells.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        push_cell(out, cell);
    }
    out.push(b'\n');
}
