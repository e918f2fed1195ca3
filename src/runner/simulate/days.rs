//! What happened day by day, counted from what happened to contacts.

use super::ticks::Ticks;
use crate::model::ids::Id;
use crate::model::{ContentId, Model};
use crate::runner::effect::{Effect, Event, Touch};
use crate::runner::output::manifest::Day;

/// Counts by day; those of parts add up to those of the whole.
#[derive(Debug, Default)]
pub(crate) struct Days(Vec<Counts>);

#[derive(Clone, Debug, Default)]
struct Counts {
    out: u64,
    skipped: u64,
    entered: u64,
    ended: u64,
    moved: u64,
    /// By content.
    sent: Vec<u64>,
}

impl Days {
    /// All zero.
    pub(crate) fn new(model: &Model, ticks: &Ticks) -> Self {
        let none = Counts {
            sent: vec![0; model.content.len()],
            ..Counts::default()
        };
        Self(vec![none; ticks.days().len()])
    }

    /// Counts what happened to a contact on a day.
    pub(crate) fn count(&mut self, day: usize, effects: &[Effect<'_>]) {
        let counts = &mut self.0[day];
        effects.iter().for_each(|effect| counts.add(&effect.event));
    }

    /// Adds those of another part.
    pub(crate) fn add(&mut self, other: &Self) {
        for (sum, part) in self.0.iter_mut().zip(&other.0) {
            sum.out += part.out;
            sum.skipped += part.skipped;
            sum.entered += part.entered;
            sum.ended += part.ended;
            sum.moved += part.moved;
            let sent = sum.sent.iter_mut().zip(&part.sent);
            sent.for_each(|(sum, part)| *sum += part);
        }
    }

    /// The days on which something happened.
    pub(crate) fn told(&self, model: &Model, ticks: &Ticks) -> Vec<Day> {
        let told = |(day, counts): (jiff::civil::Date, &Counts)| {
            let names = model.content.values().map(|content| content.id.clone());
            let sent = names.zip(counts.sent.iter().copied());
            Day {
                day: day.to_string(),
                out: counts.out,
                skipped: counts.skipped,
                entered: counts.entered,
                ended: counts.ended,
                moved: counts.moved,
                sent: sent.filter(|(_, count)| *count > 0).collect(),
            }
        };
        ticks
            .days()
            .zip(&self.0)
            .filter(|(_, counts)| counts.any())
            .map(told)
            .collect()
    }
}

impl Counts {
    fn any(&self) -> bool {
        [self.out, self.skipped, self.entered, self.ended, self.moved] != [0; 5]
    }

    fn add(&mut self, event: &Event<'_>) {
        let sent = sent(event);
        if let Some(content) = sent {
            self.sent[content.index()] += 1;
        }
        let shown = matches!(
            event,
            Event::Experience {
                touch: Touch::Show | Touch::Hide,
                ..
            }
        );
        self.out += u64::from(sent.is_some() || shown || matches!(event, Event::Call { .. }));
        self.skipped += u64::from(matches!(
            event,
            Event::Skip { .. }
                | Event::Experience {
                    touch: Touch::Skip(_),
                    ..
                }
        ));
        self.entered += u64::from(matches!(event, Event::Start { .. }));
        self.ended += u64::from(matches!(event, Event::End { .. } | Event::Overtaken));
        self.moved += u64::from(matches!(
            event,
            Event::Enter { .. }
                | Event::Place { .. }
                | Event::Convert { .. }
                | Event::Move { .. }
                | Event::Drop { .. }
                | Event::Leave { .. }
        ));
    }
}

/// The content that is sent.
fn sent(event: &Event<'_>) -> Option<ContentId> {
    if let Event::Send { content, .. }
    | Event::Experience {
        content,
        touch: Touch::Send(_),
        ..
    } = event
    {
        Some(*content)
    } else {
        None
    }
}
