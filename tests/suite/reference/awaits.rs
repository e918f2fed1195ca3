//! The step `await`: which event decides, and what happens when none comes.
//!
//! Invariant: the earliest event after the start and up to the deadline decides.

use jiff::Timestamp;
use serde_yaml::Value;

use super::clock::duration;
use super::contact::{Awaiting, Doing, Occurrence, Step};
use super::flow::{Path, Then};
use super::instant::Instant;
use super::names::way_label;
use super::project::{get, items, text};

/// The event conditions of an `await`, in the order of the text.
fn ways(step: &Step) -> Vec<&Value> {
    let about = &step.body["await"];
    if about.is_sequence() {
        items(about).into_iter().map(|way| &way["when"]).collect()
    } else {
        vec![about]
    }
}

impl Instant<'_> {
    pub(super) fn reach_await(&mut self, id: &str, path: &Path, step: &Step) -> Then {
        let ways = ways(step);
        let skipped = ways.iter().all(|way| {
            let of = text(way, "of");
            of.is_some_and(|of| self.entry(id).went_out.get(&of) == Some(&false))
        });
        if skipped {
            return self.decide(id, path, step, "else");
        }
        let now = self.clock.now;
        let from: Vec<Timestamp> = ways
            .iter()
            .map(|way| {
                text(way, "of")
                    .and_then(|of| self.last_sent_within(id, &of))
                    .unwrap_or(now)
            })
            .collect();
        let mut known: Vec<(Timestamp, usize)> = Vec::new();
        for (number, way) in ways.iter().enumerate() {
            let events = self
                .contact
                .events
                .iter()
                .filter(|event| event.at > from[number]);
            let matching = events.filter(|event| self.look().matches_event(way, event));
            known.extend(matching.map(|event| (event.at, number)));
        }
        if let Some((_, number)) = known.into_iter().min() {
            return self.decide(id, path, step, &way_label(number));
        }
        let deadline = text(&step.body, "for").map(|long| self.clock.add(now, duration(&long)));
        let to = deadline.map_or(String::new(), |deadline| self.clock.spell(deadline));
        let place = self.here(id, &step.name);
        self.note("await", &place, ["", "", &to, ""]);
        self.thread(id, path).came_from = None;
        self.keep_step(
            id,
            path,
            Doing::Awaiting(Awaiting {
                from,
                deadline,
                settled: None,
            }),
            deadline,
        );
        Then::Stop
    }

    /// The last real send of a content within this entry.
    fn last_sent_within(&mut self, id: &str, content: &str) -> Option<Timestamp> {
        let entry = self.membership(id).entries;
        let sent = self
            .contact
            .sent
            .iter()
            .filter(|sent| sent.campaign == id && sent.entry == entry);
        sent.filter(|sent| sent.content == content)
            .map(|sent| sent.at)
            .max()
    }

    fn decide(&mut self, id: &str, path: &Path, step: &Step, label: &str) -> Then {
        let place = self.here(id, &step.name);
        self.note("awaited", &place, ["", "", label, ""]);
        self.done(id, step);
        self.go_into(id, path, step, label);
        Then::GoOn
    }

    pub(super) fn end_await(&mut self, id: &str, path: &Path) -> Then {
        let thread = self.thread(id, path);
        let doing = std::mem::replace(&mut thread.doing, Doing::Ready);
        let Doing::Awaiting(awaiting) = doing else {
            panic!("an await")
        };
        let step = self.take_step(id, path).expect("the await");
        let label = awaiting
            .settled
            .map_or("else".into(), |(_, number)| way_label(number));
        self.decide(id, path, &step, &label)
    }

    /// Phase 0: an event that was taken in settles what waits for it.
    pub(super) fn settle_awaits(&mut self, event: &Occurrence) {
        for (id, campaign) in self.project.in_order("campaigns") {
            if !self.contact.campaigns.contains_key(&id) {
                continue;
            }
            let closed = self.pause_start(campaign);
            for path in self.thread_paths(&id) {
                let paused = self.entry(&id).paused.or(closed);
                let thread = self.thread(&id, &path);
                let Doing::Awaiting(awaiting) = &thread.doing else {
                    continue;
                };
                let mut awaiting = awaiting.clone();
                let step = thread.ahead().expect("the await").clone();
                let in_time = awaiting.deadline.is_none_or(|deadline| {
                    event.at <= deadline || paused.is_some_and(|paused| deadline > paused)
                });
                for (number, way) in ways(&step).into_iter().enumerate() {
                    let decides = in_time
                        && awaiting.from[number] < event.at
                        && self.look().matches_event(way, event);
                    let found = (event.at, number);
                    if decides && awaiting.settled.is_none_or(|settled| found < settled) {
                        awaiting.settled = Some(found);
                    }
                }
                let thread = self.thread(&id, &path);
                if let Some((at, _)) = awaiting.settled {
                    thread.due = Some(at);
                }
                thread.doing = Doing::Awaiting(awaiting);
            }
        }
    }
}

/// Whether one of the ways into a campaign is this event.
pub(super) fn event_ways(campaign: &Value) -> Vec<&Value> {
    let enter = get(campaign, "enter").map(items).unwrap_or_default();
    enter
        .into_iter()
        .filter(|way| get(way, "event").is_some())
        .collect()
}
