//! Steps compiled: all lists of a campaign in a row, each step with the one that follows it.

use super::condition::NodeId;
use super::event::PatternProgram;
use super::journey::Builder;
use super::split::SplitProgram;
use crate::model::ids::Id;
use crate::model::{
    self, Await, AwaitWay, Call, Campaign, Duration, Field, Give, IfMissing, IfPast, Listing,
    Moment, NewValue, Outcome, SendRules, Step, StepKind, Until, Wait, Windows,
};
use crate::runner::contact::Kept;

/// The step after the last.
pub(crate) const END: usize = usize::MAX;

/// A step.
#[derive(Clone, Debug)]
pub(crate) struct StepProgram {
    pub(crate) verb: Verb,
    /// The step that runs after this one.
    pub(crate) next: usize,
    /// The next step of the same list.
    pub(crate) sibling: Option<usize>,
    /// The way of a fork on which it stands.
    pub(crate) lane: Lane,
}

/// A way of a fork: its step, and which of its ways; nothing for the way of the campaign itself.
pub(crate) type Lane = Option<(usize, usize)>;

/// What a step does.
#[derive(Clone, Debug)]
pub(crate) enum Verb {
    Action(Action),
    Wait(Wait),
    WaitUntil {
        until: WaitFor,
        if_past: Option<IfPast>,
        windows: Windows,
    },
    If {
        when: NodeId,
        then: usize,
        otherwise: usize,
    },
    Split(SplitProgram),
    Await(AwaitProgram),
    /// The first steps of the ways.
    Fork(Vec<usize>),
    Goto(usize),
    Exit(Outcome),
    Nothing,
}

/// What a step does to a contact or for it.
#[derive(Clone, Debug)]
pub(crate) enum Action {
    Send { content: usize, rules: SendRules },
    Move { funnel: usize, stage: usize },
    Leave { funnel: usize },
    AddTag(usize),
    RemoveTag(usize),
    Points(Give),
    Set { field: usize, to: New },
    Clear(usize),
    Call(Call),
    Note(String),
    List(Listing),
    Enroll(usize),
    Withdraw(usize),
}

/// A wait for events.
#[derive(Clone, Debug)]
pub(crate) struct AwaitProgram {
    pub(crate) ways: Vec<AwaitWayProgram>,
    pub(crate) length: Option<Duration>,
    /// The first step when no event comes in time.
    pub(crate) otherwise: usize,
}

/// An event that is waited for.
#[derive(Clone, Debug)]
pub(crate) struct AwaitWayProgram {
    pub(crate) pattern: PatternProgram,
    pub(crate) label: String,
    pub(crate) first: usize,
}

/// The new value of a field.
#[derive(Clone, Debug)]
pub(crate) enum New {
    Value(Kept),
    Add(rust_decimal::Decimal),
    /// The day of the run.
    Today,
    /// The first moment of that day.
    StartOfToday,
    /// The moment of the run.
    Now,
}

/// What a `wait-until` waits for.
#[derive(Clone, Debug)]
pub(crate) enum WaitFor {
    Moment(i64),
    /// The first moment of a day, on the contact's clock.
    Day(jiff::civil::Date),
    Field {
        field: usize,
        offset: Duration,
        if_missing: IfMissing,
    },
}

impl Builder<'_> {
    pub(super) fn steps(&mut self, campaign: &Campaign) -> Vec<StepProgram> {
        let mut flat = Vec::new();
        self.list(&campaign.steps, END, None, &mut flat);
        flat
    }

    /// Appends a list of steps, outer before inner; `after` is where it goes on when the list is
    /// over.
    fn list(&mut self, steps: &[Step], after: usize, lane: Lane, flat: &mut Vec<StepProgram>) {
        for (at, step) in steps.iter().enumerate() {
            let sibling = steps.get(at + 1).map(|next| next.id.index());
            let next = sibling.unwrap_or(after);
            let verb = self.verb(&step.kind, next);
            flat.push(StepProgram {
                verb,
                next,
                sibling,
                lane,
            });
            let forks = matches!(step.kind, StepKind::Fork(_));
            for (way, branch) in step.branches().iter().enumerate() {
                // A way of a fork ends by itself; the fork goes on when all have.
                let (after, lane) = if forks {
                    (END, Some((step.id.index(), way)))
                } else {
                    (next, lane)
                };
                self.list(branch.steps, after, lane, flat);
            }
        }
    }

    fn verb(&mut self, kind: &StepKind, next: usize) -> Verb {
        match kind {
            StepKind::Action(action) => Verb::Action(self.action(action)),
            StepKind::Wait(wait) => Verb::Wait(*wait),
            StepKind::WaitUntil {
                until,
                if_past,
                windows,
            } => Verb::WaitUntil {
                until: self.wait_for(until),
                if_past: *if_past,
                windows: *windows,
            },
            StepKind::If {
                when,
                then,
                otherwise,
            } => Verb::If {
                when: self.compiler.compile(when),
                then: then.first().map_or(next, |step| step.id.index()),
                otherwise: otherwise.first().map_or(next, |step| step.id.index()),
            },
            StepKind::Split(shares) => Verb::Split(SplitProgram::of(shares, next)),
            StepKind::Fork(ways) => Verb::Fork(
                ways.iter()
                    .filter_map(|way| way.steps.first())
                    .map(|step| step.id.index())
                    .collect(),
            ),
            StepKind::Goto { to, .. } => Verb::Goto(to.index()),
            StepKind::Await(awaiting) => Verb::Await(self.await_event(awaiting, next)),
            StepKind::Exit(outcome) => Verb::Exit(*outcome),
            StepKind::Broken => Verb::Nothing,
        }
    }

    fn action(&self, action: &model::Action) -> Action {
        match action {
            model::Action::Send { content, rules } => Action::Send {
                content: content.index(),
                rules: *rules,
            },
            model::Action::Move(to) => Action::Move {
                funnel: to.funnel.index(),
                stage: to.stage.index(),
            },
            model::Action::Leave(funnel) => Action::Leave {
                funnel: funnel.index(),
            },
            model::Action::AddTag(tag) => Action::AddTag(tag.index()),
            model::Action::RemoveTag(tag) => Action::RemoveTag(tag.index()),
            model::Action::Points(give) => Action::Points(*give),
            model::Action::Set { field, to } => Action::Set {
                field: field.index(),
                to: self.new_value(&self.model.contacts.fields[*field], to),
            },
            model::Action::Clear(field) => Action::Clear(field.index()),
            model::Action::Call(call) => Action::Call(call.clone()),
            model::Action::Note(text) => Action::Note(text.clone()),
            model::Action::List(listing) => Action::List(*listing),
            model::Action::Enroll(campaign) => Action::Enroll(campaign.index()),
            model::Action::Withdraw(campaign) => Action::Withdraw(campaign.index()),
        }
    }

    fn await_event(&mut self, awaiting: &Await, next: usize) -> AwaitProgram {
        let first = |steps: &[Step]| steps.first().map_or(next, |step| step.id.index());
        let way = |way: &AwaitWay| AwaitWayProgram {
            pattern: self.compiler.awaited(&way.pattern),
            label: way.label.clone(),
            first: first(&way.steps),
        };
        let ways = awaiting.ways.iter().map(way).collect();
        AwaitProgram {
            ways,
            length: awaiting.length,
            otherwise: first(&awaiting.otherwise),
        }
    }

    fn wait_for(&self, until: &Until) -> WaitFor {
        match until {
            Until::Moment(Moment::Day(day)) => WaitFor::Day(*day),
            Until::Moment(moment) => WaitFor::Moment(self.zone.start_of_moment(*moment)),
            Until::Field {
                field,
                offset,
                if_missing,
            } => WaitFor::Field {
                field: field.index(),
                offset: *offset,
                if_missing: if_missing.unwrap_or(IfMissing::Exit),
            },
        }
    }

    fn new_value(&self, field: &Field, to: &NewValue) -> New {
        let is_day = field.type_ == Some(crate::model::FieldType::Date);
        match to {
            NewValue::Value(value) => New::Value(self.value(value)),
            NewValue::Add(number) => New::Add(*number),
            NewValue::Today if is_day => New::Today,
            NewValue::Today => New::StartOfToday,
            NewValue::Now => New::Now,
        }
    }
}
