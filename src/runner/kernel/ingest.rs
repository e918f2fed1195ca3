//! Phase 0: new events are taken in by time; each counts, sets do-not-contact, counts as sent where
//! it proves that, gives points, changes fields and is noted for the campaigns that it starts.
//!
//! What was taken in before is passed over, by its identity. On a first run the past does the first
//! three of that.

use super::executor::Executor;
use crate::model::Channel;
use crate::model::ids::Id;
use crate::runner::contact::{Block, Columns, Kept, Occurrence, Slot};
use crate::runner::effect::{Effect, Loss};

impl<'a> Executor<'a> {
    /// Takes in what is new of `news`, which stand by time.
    pub(super) fn take_in(
        &mut self,
        news: &'a [Occurrence],
        columns: &Columns,
        effects: &mut Vec<Effect<'a>>,
    ) {
        for occurrence in news {
            let Err(at) = self.taken.binary_search(&occurrence.identity) else {
                self.metrics.event_again();
                continue;
            };
            self.taken.insert(at, occurrence.identity);
            self.metrics.event_taken();
            self.remember(occurrence);
            self.block_by(occurrence, effects);
            self.count_delivery(occurrence);
            if self.program.past_only {
                continue;
            }
            self.give_by_rules(occurrence, effects);
            self.update_fields(occurrence, columns, effects);
            self.settle_awaits(occurrence);
            self.note_for_entries(occurrence, effects);
        }
    }

    fn remember(&mut self, occurrence: &'a Occurrence) {
        if self.program.keeps[occurrence.event.index()].is_some() {
            let at = self
                .events
                .partition_point(|known| known.at <= occurrence.at);
            self.events.insert(at, occurrence);
        }
    }

    /// Complaints, hard bounces and unsubscriptions.
    fn block_by(&mut self, occurrence: &Occurrence, effects: &mut Vec<Effect<'a>>) {
        let model = self.program.model();
        let event = &model.events[occurrence.event];
        let hard = || {
            event
                .property("hard")
                .is_some_and(|hard| occurrence.property(hard) == Slot::Boolean(true))
        };
        let block = match event.id.as_str() {
            "unsubscribed" => Block::Unsubscribed,
            "complained" => Block::Complained,
            "bounced" if hard() => Block::Bounced,
            _ => return,
        };
        self.forbid(self.channel_of(occurrence), block, effects);
    }

    /// The channel of the content, else email. A message concerns that on which it last went out;
    /// where that is not known or no such event happens on it, the first of its channels on which
    /// one does.
    pub(super) fn channel_of(&self, occurrence: &Occurrence) -> Channel {
        let model = self.program.model();
        let event = &model.events[occurrence.event];
        let Some(content) = occurrence.of else {
            return Channel::Email;
        };
        let last = self
            .went_out
            .binary_search_by_key(&content, |(id, _)| *id)
            .ok()
            .map(|at| self.went_out[at].1);
        let channels = last.into_iter().chain(model.content[content].channels());
        channels
            .into_iter()
            .find(|channel| event.happens_on(*channel))
            .unwrap_or(Channel::Email)
    }

    fn give_by_rules(&mut self, occurrence: &Occurrence, effects: &mut Vec<Effect<'a>>) {
        let program = self.program;
        for (rule, pattern) in &program.events[occurrence.event.index()].points {
            if pattern.fits(occurrence, &program.zone) {
                self.give(
                    None,
                    Some(*rule),
                    program.model().points.rules[*rule].give,
                    effects,
                );
            }
        }
    }

    /// Too old an occurrence starts nothing; one of exactly that age still does.
    fn note_for_entries(&mut self, occurrence: &'a Occurrence, effects: &mut Vec<Effect<'a>>) {
        let program = self.program;
        let rules = &program.events[occurrence.event.index()];
        let is_old = program.zone.add(occurrence.at, rules.max_age) < program.now();
        let mut noted = None;
        for (place, pattern) in &rules.starts {
            // A campaign may name an event in two ways.
            if noted == Some(*place) || !pattern.fits(occurrence, &program.zone) {
                continue;
            }
            noted = Some(*place);
            let campaign = program.campaign_order[*place];
            if is_old {
                self.lose(
                    campaign,
                    Some(occurrence.event),
                    occurrence.at,
                    Loss::TooOld,
                    effects,
                );
            } else {
                self.open_campaigns.set(*place);
                self.noted.push((campaign, occurrence));
            }
        }
    }

    /// The occurrences that let into the campaign; what is not used in this pass is lost.
    pub(super) fn take_noted(&mut self, campaign: usize) -> Vec<&'a Occurrence> {
        let (noted, others) = std::mem::take(&mut self.noted)
            .into_iter()
            .partition(|(of, _)| *of == campaign);
        self.noted = others;
        Vec::into_iter(noted)
            .map(|(_, occurrence)| occurrence)
            .collect()
    }

    /// What the plan reads of the past, to be remembered.
    pub(super) fn remembered_events(&self, into: &mut Vec<Occurrence>) {
        into.clear();
        for &known in &self.events {
            let Some(keeps) = &self.program.keeps[known.event.index()] else {
                continue;
            };
            if known.at < self.program.forgets[known.event.index()] {
                continue;
            }
            let kept =
                |(value, keep): (&Kept, &bool)| if *keep { value.clone() } else { Kept::Missing };
            let mut properties: Vec<Kept> = known
                .properties
                .iter()
                .zip(&keeps.properties)
                .map(kept)
                .collect();
            while properties.last() == Some(&Kept::Missing) {
                properties.pop();
            }
            into.push(Occurrence {
                properties: properties.into(),
                ..known.clone()
            });
        }
    }
}
