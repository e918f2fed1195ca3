//! The rows of journal.csv: everything that happened to a contact, in its order, with the reason.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::cells::Cell;
use super::rows::Writer;
use super::words;
use crate::model::{Channel, FunnelId, StageId, TagId};
use crate::runner::contact::Block;
use crate::runner::effect::{Effect, Event, SkipReason, Touch};
use crate::runner::key::experience_name;

/// Which rows journal.csv has below its header.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Journal {
    #[default]
    All,
    /// Those after which something of the contact is not as before.
    Changes,
    None,
}

impl Journal {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over so")]
    pub(super) fn is_all(&self) -> bool {
        *self == Self::All
    }

    /// As the command line has it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Changes => "changes",
            Self::None => "none",
        }
    }

    fn holds(self, event: &Event<'_>) -> bool {
        match self {
            Self::All => true,
            Self::Changes => words::is_change(event),
            Self::None => false,
        }
    }
}

impl<'p> Writer<'p> {
    /// Appends a row for each effect that the journal holds; contact and time are the same in all
    /// of them.
    pub(crate) fn journal<'e>(&self, contact: &str, effects: &[Effect<'e>], out: &mut Vec<u8>)
    where
        'p: 'e,
    {
        let mut begun = None;
        for effect in self.held(effects) {
            self.begin_row(contact, &mut begun, out);
            self.happened(effect, out);
        }
    }

    /// Those of which journal.csv has a row.
    pub(super) fn held<'w, 'e>(
        &'w self,
        effects: &'w [Effect<'e>],
    ) -> impl Iterator<Item = &'w Effect<'e>> {
        let held = |effect: &&Effect<'e>| self.journal.holds(&effect.event);
        effects.iter().filter(held)
    }

    /// Appends the contact and the time; of the rows of one contact, `begun` is where the first
    /// has them.
    pub(super) fn begin_row(
        &self,
        contact: &str,
        begun: &mut Option<Range<usize>>,
        out: &mut Vec<u8>,
    ) {
        if let Some(first) = begun {
            return out.extend_from_within(first.clone());
        }
        let start = out.len();
        self.cells().push(out, Cell::Text(contact));
        out.push(b',');
        out.extend_from_slice(self.now.as_bytes());
        *begun = Some(start..out.len());
    }

    /// Appends all cells of a row behind contact and time.
    pub(super) fn happened<'e>(&self, effect: &Effect<'e>, out: &mut Vec<u8>)
    where
        'p: 'e,
    {
        let event = Cell::Word(words::event(&effect.event));
        let [subject, from, to] = self.about(&effect.event);
        let reason = self.reason(&effect.event);
        let row = |[campaign, entry, step]: [Cell<'_>; 3], out: &mut Vec<u8>| {
            self.cells().end_row(
                out,
                &[event, campaign, entry, step, subject, from, to, reason],
            );
        };
        if let Event::Experience { at, .. } = effect.event {
            let name = experience_name(self.model, at);
            return row(
                [Cell::Empty, Cell::Number(at.stay.into()), Cell::Word(&name)],
                out,
            );
        }
        let place = effect.at.map_or([Cell::Empty; 3], |at| {
            let campaign = &self.model.campaigns[at.campaign].id;
            let entry = if at.entry == 0 {
                Cell::Empty
            } else {
                Cell::Number(at.entry.into())
            };
            [Cell::Word(campaign), entry, Cell::Text(self.step(at))]
        });
        row(place, out);
    }

    /// A word, the event that changed a field, or the rule that gave points.
    fn reason(&self, event: &Event<'_>) -> Cell<'p> {
        Cell::Word(
            if let Event::Update { event, .. } | Event::Late { event, .. } = event {
                &self.model.events[*event].id
            } else if let Event::Points {
                rule: Some(rule), ..
            } = event
            {
                &self.model.points.rules[*rule].id
            } else {
                words::reason(event)
            },
        )
    }

    /// What it is about, and the values before and after.
    #[expect(clippy::too_many_lines, reason = "one arm for each kind of entry")]
    fn about<'e>(&self, event: &Event<'e>) -> [Cell<'e>; 3]
    where
        'p: 'e,
    {
        use Cell::{Empty, Number, Text, Value, Word};
        match *event {
            Event::ExternalStage { funnel, from, to } => self.stages(funnel, from, to),
            Event::Place { funnel, from, to } | Event::Move { funnel, from, to } => {
                self.stages(funnel, from, Some(to))
            }
            Event::Refuse {
                funnel,
                from,
                to,
                reason: _,
            } => self.stages(funnel, from, Some(to)),
            Event::Convert { funnel, from, to } => self.stages(funnel, Some(from), Some(to)),
            Event::Enter { funnel, to } | Event::DeferStage { funnel, to } => {
                self.stages(funnel, None, Some(to))
            }
            Event::Leave { funnel, from } | Event::Drop { funnel, from } => {
                self.stages(funnel, Some(from), None)
            }
            Event::Experience { content, touch, .. } => {
                let to = match touch {
                    Touch::Send(channel) => channel_word(channel),
                    Touch::Delay(until) => Cell::Moment(until),
                    Touch::Skip(reason) => in_the_way(reason),
                    Touch::Show | Touch::Hide => Empty,
                };
                [Word(&self.model.content[content].id), Empty, to]
            }
            Event::ExternalTag { tag, added } => [
                self.tag(tag),
                Empty,
                Word(if added { "added" } else { "removed" }),
            ],
            Event::AddTag { tag } | Event::RemoveTag { tag } => [self.tag(tag), Empty, Empty],
            Event::ExternalPoints { group, from, to }
            | Event::Points {
                group,
                rule: _,
                from,
                to,
            } => {
                let group = group.map_or(Empty, |group| Word(&self.model.points.groups[group].id));
                [group, Number(from), Number(to)]
            }
            Event::ExternalField { field, from, to }
            | Event::Set { field, from, to }
            | Event::Clear { field, from, to }
            | Event::Update {
                field,
                from,
                to,
                event: _,
            } => [
                Word(&self.model.contacts.fields[field].id),
                Value(field, from),
                Value(field, to),
            ],
            Event::Late {
                field,
                set,
                event: _,
            } => [
                Word(&self.model.contacts.fields[field].id),
                Empty,
                Cell::Moment(set),
            ],
            Event::Lost {
                event,
                happened,
                reason: _,
            } => [
                event.map_or(Empty, |event| Word(&self.model.events[event].id)),
                Cell::Moment(happened),
                Empty,
            ],
            Event::End { outcome, reason: _ } => [Empty, Empty, Word(outcome.word())],
            Event::Send {
                content,
                channel,
                values: _,
            } => [
                Word(&self.model.content[content].id),
                Empty,
                channel_word(channel),
            ],
            Event::ExternalBlock { channel, from, to } => {
                [Word(channel.word()), block(from), block(to)]
            }
            Event::Block { channel, from, to } => {
                [Word(channel.word()), block(from), block(Some(to))]
            }
            Event::List { listing, from, to } => {
                [Word(listing.subject(self.model)), block(from), block(to)]
            }
            Event::Call { call, snapshot: _ } => [Text(self.target(call)), Empty, Empty],
            Event::Delay { content, until } => [
                Word(&self.model.content[content].id),
                Empty,
                Cell::Moment(until),
            ],
            Event::Skip { content, reason } => [
                content.map_or(Empty, |content| Word(&self.model.content[content].id)),
                Empty,
                in_the_way(reason),
            ],
            Event::Wait { until } => [Empty, Empty, Cell::Moment(until)],
            Event::WaitMoved { from, until } => [Empty, Cell::Moment(from), Cell::Moment(until)],
            Event::Past { until, then: _ } => [Empty, Empty, until.map_or(Empty, Cell::Moment)],
            Event::If { then } => [Empty, Empty, Word(if then { "then" } else { "else" })],
            Event::Split { label } => [Empty, Empty, Text(label)],
            Event::Await { until } => [Empty, Empty, until.map_or(Empty, Cell::Moment)],
            Event::Awaited { label } => [Empty, Empty, Text(label)],
            Event::Enroll { campaign } | Event::Withdraw { campaign } => {
                [Word(&self.model.campaigns[campaign].id), Empty, Empty]
            }
            Event::Note { text } => [Text(text), Empty, Empty],
            Event::Goto { step } => [Empty, Empty, Text(step)],
            Event::Fork | Event::Join => [Empty; 3],
            Event::Start { cause: _ } | Event::Overtaken => [Empty; 3],
            Event::DeferCampaign | Event::DeferStep | Event::Pause | Event::Resume => [Empty; 3],
        }
    }

    fn stages(
        &self,
        funnel: FunnelId,
        from: Option<StageId>,
        to: Option<StageId>,
    ) -> [Cell<'p>; 3] {
        let funnel = &self.model.funnels[funnel];
        let id = |stage: Option<StageId>| {
            stage.map_or(Cell::Empty, |stage| Cell::Word(&funnel.stages[stage].id))
        };
        [Cell::Word(&funnel.id), id(from), id(to)]
    }

    fn tag(&self, tag: TagId) -> Cell<'p> {
        Cell::Text(&self.model.contacts.tags.names[tag].id)
    }
}

/// The word for the channel on which something goes out, if it has one.
pub(super) fn channel_word(channel: Option<Channel>) -> Cell<'static> {
    channel.map_or(Cell::Empty, |channel| Cell::Word(channel.word()))
}

/// What keeps a message from a contact whom it does not reach.
fn in_the_way(reason: SkipReason) -> Cell<'static> {
    match reason {
        SkipReason::Unreachable(what) => Cell::Word(what.word()),
        SkipReason::Unpublished | SkipReason::AlreadySent | SkipReason::Limited => Cell::Empty,
        SkipReason::Expired | SkipReason::Past | SkipReason::Missing | SkipReason::Outdated => {
            Cell::Empty
        }
    }
}

/// Why a channel must not be used.
pub(super) fn block(block: Option<Block>) -> Cell<'static> {
    block.map_or(Cell::Empty, |block| Cell::Word(block.word()))
}
