//! What a run leaves of one contact, as rows of contacts.csv, actions.csv and journal.csv; what did not change is copied byte for byte.

use std::borrow::Cow;

use jiff::tz::TimeZone;

use super::text::{push_cell, push_moment, push_slot};
use super::words;
use crate::model::ids::Id;
use crate::model::{ContentId, FieldId, FunnelId, Model, StageId};
use crate::runner::contact::{Seen, Slot};
use crate::runner::effect::{At, AtStage, Effect, Event, Touch};
use crate::runner::input::layout::{Layout, Written};
use crate::runner::input::row::{Row, without_line_end};
use crate::runner::kernel::After;
use crate::runner::key::{experience_key, experience_name, idempotency_key};

const ACTIONS: &str = "key,contact,action,target,channel,address,campaign,entry,step,visit\n";
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
    model: &'p Model,
    layout: &'p Layout,
    zone: TimeZone,
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
            Written::Field(field) => &contacts.fields[field].column,
        }
    }

    /// Appends the rows of one contact.
    pub(crate) fn contact(
        &self,
        row: Row<'_>,
        seen: &Seen<'_>,
        after: &After<'_, '_>,
        effects: &[Effect<'_>],
        files: &mut Files,
    ) {
        self.row(row, seen, after, &mut files.contacts);
        for (index, effect) in effects.iter().enumerate() {
            if let (Event::Send { content }, Some(at)) = (effect.event, effect.at) {
                let address = self.address(content, after, &effects[index + 1..]);
                self.action(seen.key, content, at, address, &mut files.actions);
            }
            if let Event::Experience { at, content, touch } = effect.event {
                self.experience(seen.key, (at, content, touch), after, &mut files.actions);
            }
            self.journal(seen.key, effect, &mut files.journal);
        }
    }

    /// Whatever an experience does leaves the house, unless it is skipped. It comes after all steps, so the address is the last.
    fn experience(
        &self,
        contact: &str,
        (at, content, touch): (AtStage, ContentId, Touch),
        after: &After<'_, '_>,
        out: &mut Vec<u8>,
    ) {
        let action = match touch {
            Touch::Show => "show",
            Touch::Hide => "hide",
            Touch::Send => "send",
            Touch::Skip(_) => return,
        };
        let channel = if touch == Touch::Send { self.channel(content) } else { "" };
        let address = if touch == Touch::Send { self.address(content, after, &[]) } else { Slot::Missing };
        let address = if let Slot::Text(text) = address { text } else { "" };
        let key = experience_key(self.model, contact, at, touch);
        let (stay, visit) = (at.stay.to_string(), at.visit.to_string());
        let target = self.model.content[content].id.as_str();
        let step = experience_name(self.model, at);
        push_row(out, &[&key, contact, action, target, channel, address, "", &stay, &step, &visit]);
    }

    /// The word for the channel on which a content goes out, if it has one.
    fn channel(&self, content: ContentId) -> &'static str {
        let channel = self.model.content[content].kind.and_then(crate::model::ContentKind::channel);
        channel.map_or("", crate::model::Channel::word)
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
            Written::Field(field) => self.value(field, after.fields[field.index()]),
        }
    }

    /// Those that were there, in their order, without the removed ones; then the added ones as they came.
    fn tags(&self, row: Row<'_>, after: &After<'_, '_>) -> String {
        let known = &self.model.contacts.tags;
        let text = self.layout.tags.map_or("", |column| row.text(column));
        let there = text.split(known.separator.as_str()).map(str::trim).filter(|tag| !tag.is_empty());
        let kept = there.filter(|tag| match known.names.find(|name| name.id == *tag) {
            Some(id) => after.tags.has(id.index()),
            None => true,
        });
        let added = after.added.iter().map(|id| known.names[*id].id.as_str());
        kept.chain(added).collect::<Vec<_>>().join(&known.separator)
    }

    fn value(&self, field: FieldId, slot: Slot<'_>) -> String {
        let mut text = String::new();
        push_slot(&mut text, slot, self.model.contacts.fields[field].type_.as_ref(), &self.zone);
        text
    }

    /// The address at the moment of sending: a later step of the same instant may have changed it.
    fn address<'a>(&self, content: ContentId, after: &After<'_, 'a>, later: &[Effect<'a>]) -> Slot<'a> {
        let channel = self.model.content[content].kind.and_then(crate::model::ContentKind::channel);
        let Some(field) = channel.and_then(|channel| self.model.contacts.channels[channel as usize].address) else {
            return Slot::Missing;
        };
        let before = later.iter().find_map(|effect| match effect.event {
            Event::Set { field: other, from, .. } | Event::Clear { field: other, from, .. } if other == field => {
                Some(from)
            }
            _ => None,
        });
        before.unwrap_or(after.fields[field.index()])
    }

    fn action(&self, contact: &str, content: ContentId, at: At, address: Slot<'_>, out: &mut Vec<u8>) {
        let target = &self.model.content[content];
        let channel = target.kind.and_then(crate::model::ContentKind::channel);
        let address = if let Slot::Text(text) = address { text } else { "" };
        let key = idempotency_key(self.model, contact, at);
        let cells = [
            key.as_str(),
            contact,
            "send",
            &target.id,
            channel.map_or("", crate::model::Channel::word),
            address,
            &self.model.campaigns[at.campaign].id,
            &at.entry.to_string(),
            self.step(at),
            &at.visit.to_string(),
        ];
        push_row(out, &cells);
    }

    fn step(&self, at: At) -> &'p str {
        at.step.map_or("", |step| self.steps[at.campaign.index()][step.index()])
    }

    fn journal(&self, contact: &str, effect: &Effect<'_>, out: &mut Vec<u8>) {
        let (campaign, entry, step) = self.place(effect);
        let (subject, from, to) = self.about(&effect.event);
        let (event, reason) = (words::event(&effect.event), words::reason(&effect.event));
        push_row(out, &[contact, &self.now, event, campaign, &entry, &step, subject, &from, &to, reason]);
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
    fn about(&self, event: &Event<'_>) -> (&'p str, String, String) {
        let none = String::new;
        match *event {
            Event::ExternalStage { funnel, from, to } => self.stages(funnel, from, to),
            Event::Place { funnel, from, to } | Event::Move { funnel, from, to } => self.stages(funnel, from, Some(to)),
            Event::Refuse { funnel, from, to, reason: _ } => self.stages(funnel, from, Some(to)),
            Event::Convert { funnel, from, to } => self.stages(funnel, Some(from), Some(to)),
            Event::Enter { funnel, to } | Event::DeferStage { funnel, to } => self.stages(funnel, None, Some(to)),
            Event::Leave { funnel, from } | Event::Drop { funnel, from } => self.stages(funnel, Some(from), None),
            Event::Experience { content, touch, .. } => {
                let to = if touch == Touch::Send { self.channel(content) } else { "" };
                (&self.model.content[content].id, none(), to.to_owned())
            }
            Event::ExternalTag { tag, added } => {
                (self.tag(tag), none(), if added { "added" } else { "removed" }.to_owned())
            }
            Event::AddTag { tag } | Event::RemoveTag { tag } => (self.tag(tag), none(), none()),
            Event::ExternalPoints { from, to } | Event::Points { from, to } => ("", from.to_string(), to.to_string()),
            Event::ExternalField { field, from, to }
            | Event::Set { field, from, to }
            | Event::Clear { field, from, to } => self.values(field, from, to),
            Event::End { outcome, reason: _ } => ("", none(), outcome.word().to_owned()),
            Event::Send { content } => {
                let channel = self.model.content[content].kind.and_then(crate::model::ContentKind::channel);
                (
                    &self.model.content[content].id,
                    none(),
                    channel.map_or_else(none, |channel| channel.word().to_owned()),
                )
            }
            Event::Skip { content, reason: _ } => {
                (content.map_or("", |content| &self.model.content[content].id), none(), none())
            }
            Event::Wait { until } => ("", none(), self.moment(Some(until))),
            Event::Past { until, then: _ } => ("", none(), self.moment(until)),
            Event::If { then } => ("", none(), if then { "then" } else { "else" }.to_owned()),
            Event::Split { label } => ("", none(), label.to_owned()),
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

fn differs(written: Written, seen: &Seen<'_>, after: &After<'_, '_>) -> bool {
    match written {
        Written::Stage(funnel) => {
            seen.stages[funnel.index()] != after.stages[funnel.index()] || seen.outdated.contains(&funnel)
        }
        Written::Tags => seen.tags != *after.tags,
        Written::Points => seen.points != after.points,
        Written::Field(field) => seen.fields[field.index()] != after.fields[field.index()],
    }
}

fn push_row(out: &mut Vec<u8>, cells: &[&str]) {
    for (index, cell) in cells.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        push_cell(out, cell);
    }
    out.push(b'\n');
}
