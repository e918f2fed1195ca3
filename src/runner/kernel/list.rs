//! Lists that steps and events change: who must not be contacted on a channel, and who is a member
//! of a segment by hand.

use super::executor::Executor;
use super::step::{Flow, Here, push};
use crate::model::ids::Id;
use crate::model::{Channel, Listing, SegmentId};
use crate::runner::contact::{Block, Columns, Seen};
use crate::runner::effect::{Effect, Event};
use crate::runner::merge::{Merged, Tracked};
use crate::runner::state::ContactState;

impl<'a> Executor<'a> {
    pub(super) fn list(
        &mut self,
        here: Here,
        listing: Listing,
        effects: &mut Vec<Effect<'a>>,
    ) -> Flow {
        match listing {
            Listing::Unsubscribe(channel) => {
                if self.blocks[channel as usize].is_none() {
                    self.subscribe(here, listing, channel, Some(Block::Unsubscribed), effects);
                }
            }
            Listing::Resubscribe(channel) => {
                if self.blocks[channel as usize] == Some(Block::Unsubscribed) {
                    self.subscribe(here, listing, channel, None, effects);
                }
            }
            Listing::AddTo(segment) => self.put_in_segment(here, listing, (segment, true), effects),
            Listing::RemoveFrom(segment) => {
                self.put_in_segment(here, listing, (segment, false), effects);
            }
        }
        self.done(here)
    }

    fn subscribe(
        &mut self,
        here: Here,
        listing: Listing,
        channel: Channel,
        to: Option<Block>,
        effects: &mut Vec<Effect<'a>>,
    ) {
        let from = std::mem::replace(&mut self.blocks[channel as usize], to);
        push(effects, here, Event::List { listing, from, to });
        self.changed(self.program.dependencies.of_channel(channel as usize));
    }

    /// The latest of these steps counts.
    fn put_in_segment(
        &mut self,
        here: Here,
        listing: Listing,
        (segment, inside): (SegmentId, bool),
        effects: &mut Vec<Effect<'a>>,
    ) {
        match self
            .members_by_hand
            .binary_search_by_key(&segment, |(id, _)| *id)
        {
            Ok(at) if self.members_by_hand[at].1 == inside => return,
            Ok(at) => self.members_by_hand[at].1 = inside,
            Err(at) => self.members_by_hand.insert(at, (segment, inside)),
        }
        push(
            effects,
            here,
            Event::List {
                listing,
                from: None,
                to: None,
            },
        );
        self.changed(self.program.dependencies.of_segment(segment));
    }

    /// Whether a step put the contact in the segment, or out of it.
    pub(super) fn by_hand(&self, segment: usize) -> Option<bool> {
        let found = self
            .members_by_hand
            .binary_search_by_key(&segment, |(id, _)| id.index());
        found.ok().map(|at| self.members_by_hand[at].1)
    }

    /// An event forbids a channel; a graver reason replaces a lighter one.
    pub(super) fn forbid(&mut self, channel: Channel, to: Block, effects: &mut Vec<Effect<'a>>) {
        let from = self.blocks[channel as usize];
        if from.is_none_or(|from| from.gravity() < to.gravity()) {
            self.blocks[channel as usize] = Some(to);
            effects.push(Effect {
                at: None,
                event: Event::Block { channel, from, to },
            });
            self.changed(self.program.dependencies.of_channel(channel as usize));
        }
    }

    pub(super) fn load_blocks(
        &mut self,
        seen: &Seen<'a>,
        memory: Option<&ContactState>,
        columns: &Columns,
        effects: &mut Vec<Effect<'a>>,
    ) {
        let memory = memory.filter(|memory| memory.has_read(|unread| unread.blocks));
        for channel in Channel::ALL {
            let at = channel as usize;
            let known = &mut self.known.blocks[at];
            let Some(memory) = memory else {
                *known = Tracked::first(seen.blocks[at]);
                self.blocks[at] = seen.blocks[at];
                continue;
            };
            let remembered = memory.blocks.iter().find(|(of, _)| *of == channel);
            *known = remembered.map_or_else(Tracked::default, |(_, known)| known.clone());
            let from = known.value;
            if columns.blocks[at] && known.merge(seen.blocks[at]) == Merged::Theirs {
                let event = Event::ExternalBlock {
                    channel,
                    from,
                    to: known.value,
                };
                effects.push(Effect { at: None, event });
            }
            self.blocks[at] = known.value;
        }
    }

    pub(super) fn save_lists(&mut self, memory: &mut ContactState) {
        memory.blocks.clear();
        for channel in Channel::ALL {
            let known = &mut self.known.blocks[channel as usize];
            known.write(self.blocks[channel as usize]);
            if *known != Tracked::default() {
                memory.blocks.push((channel, known.clone()));
            }
        }
        memory.members_by_hand.clone_from(&self.members_by_hand);
        memory.sent_on.clear();
        for (channel, rules) in Channel::ALL.into_iter().zip(&self.program.channels) {
            let Some(limit) = rules.limit else { continue };
            let times = &self.sent_on[channel as usize];
            let needed = &times[times.len().saturating_sub(limit.at_most as usize)..];
            let counts =
                |time: &&i64| self.program.zone.add(**time, limit.within) > self.program.now();
            let counting: Vec<i64> = needed.iter().filter(counts).copied().collect();
            if !counting.is_empty() {
                memory.sent_on.push((channel, counting));
            }
        }
    }
}
