//! Campaigns: who enters, when they leave, and what happens to them step by step.

use rust_decimal::Decimal;

use super::calendar::{Duration, Moment, Publish};
use super::condition::Condition;
use super::contacts::Value;
use super::destination::Call;
use super::event::EventPattern;
use super::funnel::StageRef;
use super::ids::{CampaignId, ContentId, FieldId, FunnelId, SegmentId, StepId, TagId};
use super::points::{Give, Threshold};
use super::windows::Windows;
use super::{Channel, Existing, IfMissing, IfPast, Metadata, Model, OnLeave, Outcome};
use crate::language::Verb;
use crate::source::Span;

/// A campaign.
#[derive(Clone, Debug, PartialEq)]
pub struct Campaign {
    /// The id.
    pub id: String,
    /// Where the id is written.
    pub span: Span,
    /// What people call it.
    pub about: Metadata,
    /// Campaigns run from the highest priority down, then by id.
    pub priority: i64,
    /// When it runs.
    pub publish: Publish,
    /// Whether contacts inside leave when its window is over.
    pub exits_after_until: bool,
    /// Any of these lets a contact in.
    pub enter: Vec<Enter>,
    /// How long after the end of an entry the next may begin; absent: never.
    pub reenter: Option<Duration>,
    /// What happens when no state condition of `enter` holds any longer; absent: not written, which
    /// means stay.
    pub on_leave: Option<OnLeave>,
    /// What becomes of those who qualify when the campaign is first published.
    pub existing: Existing,
    /// Those for whom it holds have converted.
    pub goal: Option<Condition>,
    /// Those for whom it holds leave.
    pub exit_when: Option<Condition>,
    /// For a trigger: the points that start it, once ever.
    pub trigger: Option<Threshold>,
    /// The steps.
    pub steps: Vec<Step>,
    /// Whether something in it could not be understood; reported already.
    pub broken: bool,
}

/// A way into a campaign.
#[derive(Clone, Debug, PartialEq)]
pub enum Enter {
    /// A state condition: admits when it becomes true.
    Condition(Condition),
    /// Admits who comes to rest in the stage.
    Entered {
        /// The stage.
        stage: StageRef,
        /// Where it is written.
        span: Span,
    },
    /// Admits once for each occurrence that is taken in.
    Event(EventPattern),
}

/// A step.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Counts in the order of the text, outer before inner.
    pub id: StepId,
    /// Its name in the outputs, unique in the campaign: the written id, or verb and operand; see
    /// docs/outputs.md.
    pub name: String,
    /// Whether the name is a written id.
    pub named: bool,
    /// The operand of the verb.
    pub span: Span,
    /// The verb and what belongs to it.
    pub kind: StepKind,
}

/// What a step is to whoever walks a campaign: an action, a wait, a branch, a jump or an end.
#[derive(Clone, Debug, PartialEq)]
pub enum StepKind {
    /// Does something, and goes on.
    Action(Action),
    /// Waits.
    Wait(Wait),
    /// Waits for a moment.
    WaitUntil {
        /// Which.
        until: Until,
        /// What happens when it is over; absent: goes on, but of several in a row that are over
        /// only with the steps of the last one.
        if_past: Option<IfPast>,
        /// At which times of day and on which days it may end.
        windows: Windows,
    },
    /// Asks.
    If {
        /// The condition.
        when: Condition,
        /// Where it holds.
        then: Vec<Step>,
        /// Where it does not.
        otherwise: Vec<Step>,
    },
    /// Shares of the contacts take different ways.
    Split(Vec<Share>),
    /// Waits for an event.
    Await(Await),
    /// Ways that a contact takes side by side; goes on when all have ended.
    Fork(Vec<Way>),
    /// Goes on at another step, in the same list or one around it, and never out of a fork.
    Goto {
        /// Which.
        to: StepId,
        /// Its name, for people.
        name: String,
    },
    /// Ends the campaign for the contact.
    Exit(Outcome),
    /// Could not be understood; reported already, and never in a plan.
    Broken,
}

/// What a step does to a contact or for it.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Puts a message in the outbox.
    Send {
        /// What.
        content: ContentId,
        /// How.
        rules: SendRules,
    },
    /// Moves to a stage, if the funnel's rule allows.
    Move(StageRef),
    /// Clears the stage.
    Leave(FunnelId),
    /// Adds a tag.
    AddTag(TagId),
    /// Removes a tag.
    RemoveTag(TagId),
    /// Gives points.
    Points(Give),
    /// Sets a field.
    Set {
        /// Which.
        field: FieldId,
        /// To what.
        to: NewValue,
    },
    /// Takes a field's value away.
    Clear(FieldId),
    /// Calls a colleague or another system.
    Call(Call),
    /// Writes a text into the journal.
    Note(String),
    /// Puts the contact on a list or takes it off.
    List(Listing),
    /// Lets the contact into another campaign.
    Enroll(CampaignId),
    /// Ends another campaign for the contact.
    Withdraw(CampaignId),
}

/// A list that a step puts the contact on, or takes it off: those who may be written to on a
/// channel, the members of a segment by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listing {
    /// Nothing goes out on the channel any more.
    Unsubscribe(Channel),
    /// Takes that back.
    Resubscribe(Channel),
    /// In the segment, whatever its condition says.
    AddTo(SegmentId),
    /// Not in the segment, whatever its condition says.
    RemoveFrom(SegmentId),
}

impl Listing {
    /// The verb.
    pub fn verb(self) -> Verb {
        match self {
            Self::Unsubscribe(_) => Verb::Unsubscribe,
            Self::Resubscribe(_) => Verb::Resubscribe,
            Self::AddTo(_) => Verb::AddTo,
            Self::RemoveFrom(_) => Verb::RemoveFrom,
        }
    }

    /// The channel or the segment.
    pub fn subject(self, model: &Model) -> &str {
        match self {
            Self::Unsubscribe(channel) | Self::Resubscribe(channel) => channel.word(),
            Self::AddTo(segment) | Self::RemoveFrom(segment) => &model.segments[segment].id,
        }
    }
}

/// How a content is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SendRules {
    /// How often a contact may get it.
    pub once: Once,
    /// Whether it goes out without consent.
    pub transactional: bool,
    /// How late it may still go out.
    pub expires: Option<Duration>,
    /// Whether the campaign ends when it is not sent.
    pub exits_on_skip: bool,
}

impl Default for SendRules {
    fn default() -> Self {
        Self {
            once: Once::Entry,
            transactional: false,
            expires: None,
            exits_on_skip: false,
        }
    }
}

/// A share of the contacts and their way.
#[derive(Clone, Debug, PartialEq)]
pub struct Share {
    /// The word for the way in the outputs, unique in the split: the written id, or the share, with
    /// an ordinal among equals.
    pub label: String,
    /// What its contacts follow from, unique in the split: the written id, or what its steps are
    /// called, each with a line end behind it. Never the share, so that a changed share moves as
    /// few as it can.
    pub goes_by: String,
    /// How many of a hundred contacts take it.
    pub share: u8,
    /// The way.
    pub steps: Vec<Step>,
}

/// A wait for events of which the earliest decides.
#[derive(Clone, Debug, PartialEq)]
pub struct Await {
    /// The events, in the order of the text.
    pub ways: Vec<AwaitWay>,
    /// How long; absent: without end.
    pub length: Option<Duration>,
    /// What happens when none of them comes in time.
    pub otherwise: Vec<Step>,
}

/// An event that is waited for.
#[derive(Clone, Debug, PartialEq)]
pub struct AwaitWay {
    /// The word for the way in the outputs: `then`, `then-2` and so on.
    pub label: String,
    /// The event.
    pub pattern: EventPattern,
    /// What happens when it is the first to come.
    pub steps: Vec<Step>,
}

/// One of the ways that a contact takes side by side.
#[derive(Clone, Debug, PartialEq)]
pub struct Way {
    /// The word for the way in the outputs, unique in the fork: the written id, or its number.
    pub label: String,
    /// What happens on it.
    pub steps: Vec<Step>,
}

/// A list of steps inside a step.
#[derive(Clone, Copy, Debug)]
pub struct Branch<'a> {
    /// The word that leads to it in the names of its steps.
    pub word: &'a str,
    /// The steps.
    pub steps: &'a [Step],
}

/// How often a contact may get a content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Once {
    /// Once in each entry of a campaign.
    Entry,
    /// Once ever, in all campaigns.
    Ever,
    /// Again after so long, in all campaigns.
    After(Duration),
}

/// The new value of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NewValue {
    /// A value of the field's type.
    Value(Value),
    /// The old number, or its default, or 0, and this; cut to `min` and `max`.
    Add(Decimal),
    /// The project's day; for `date`, and for `datetime` its first moment.
    Today,
    /// The moment of the run; for `datetime`.
    Now,
}

/// A wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wait {
    /// How long.
    pub length: Duration,
    /// At which times of day and on which days it may end.
    pub windows: Windows,
}

/// A moment to wait for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Until {
    /// A fixed one; a day is its first moment.
    Moment(Moment),
    /// That of a field, read again at every instant while the contact waits.
    Field {
        /// The field.
        field: FieldId,
        /// Added to it.
        offset: Duration,
        /// What happens where it has no value; absent: not written, which means `exit`.
        if_missing: Option<IfMissing>,
    },
}

impl Until {
    /// What happens where the date is missing; a fixed moment never is.
    pub fn if_missing(&self) -> Option<IfMissing> {
        match self {
            Self::Moment(_) => None,
            Self::Field { if_missing, .. } => Some(if_missing.unwrap_or(IfMissing::Exit)),
        }
    }
}

impl StepKind {
    /// The verb; none where it could not be understood.
    pub fn verb(&self) -> Option<Verb> {
        Some(match self {
            Self::Action(action) => action.verb(),
            Self::Wait(_) => Verb::Wait,
            Self::WaitUntil { .. } => Verb::WaitUntil,
            Self::If { .. } => Verb::If,
            Self::Split(_) => Verb::Split,
            Self::Await(_) => Verb::Await,
            Self::Fork(_) => Verb::Fork,
            Self::Goto { .. } => Verb::Goto,
            Self::Exit(_) => Verb::Exit,
            Self::Broken => return None,
        })
    }

    /// Whether only contacts come behind it for whom the date that it waits for was there.
    pub fn ends_where_missing(&self) -> bool {
        matches!(self, Self::WaitUntil { until, .. } if until.if_missing() == Some(IfMissing::Exit))
    }
}

impl Action {
    /// The verb.
    pub fn verb(&self) -> Verb {
        match self {
            Self::Send { .. } => Verb::Send,
            Self::Move(_) => Verb::Move,
            Self::Leave(_) => Verb::Leave,
            Self::AddTag(_) => Verb::AddTag,
            Self::RemoveTag(_) => Verb::RemoveTag,
            Self::Points(_) => Verb::Points,
            Self::Set { .. } => Verb::Set,
            Self::Clear(_) => Verb::Clear,
            Self::Call(call) => call.verb(),
            Self::Note(_) => Verb::Note,
            Self::List(listing) => listing.verb(),
            Self::Enroll(_) => Verb::Enroll,
            Self::Withdraw(_) => Verb::Withdraw,
        }
    }
}

impl Step {
    /// Whether a contact that waits here may go on without the next step of the list.
    pub fn may_leave_out_next(&self) -> bool {
        let StepKind::WaitUntil { until, if_past, .. } = &self.kind else {
            return false;
        };
        *if_past == Some(IfPast::Skip) || until.if_missing() == Some(IfMissing::Skip)
    }

    /// This step and all inside it, in the order of the text.
    pub fn each<'a>(&'a self, visit: &mut impl FnMut(&'a Step)) {
        visit(self);
        for branch in self.branches() {
            branch.steps.iter().for_each(|step| step.each(visit));
        }
    }

    /// The lists of steps inside it, in the order of the text.
    pub fn branches(&self) -> Vec<Branch<'_>> {
        match &self.kind {
            StepKind::If {
                then, otherwise, ..
            } => {
                vec![
                    Branch {
                        word: "then",
                        steps: then,
                    },
                    Branch {
                        word: "else",
                        steps: otherwise,
                    },
                ]
            }
            StepKind::Split(shares) => shares
                .iter()
                .map(|share| Branch {
                    word: &share.label,
                    steps: &share.steps,
                })
                .collect(),
            StepKind::Await(Await {
                ways, otherwise, ..
            }) => {
                let ways = ways.iter().map(|way| Branch {
                    word: &way.label,
                    steps: &way.steps,
                });
                ways.chain([Branch {
                    word: "else",
                    steps: otherwise,
                }])
                .collect()
            }
            StepKind::Fork(ways) => ways
                .iter()
                .map(|way| Branch {
                    word: &way.label,
                    steps: &way.steps,
                })
                .collect(),
            StepKind::Action(_) => Vec::new(),
            StepKind::Wait(_)
            | StepKind::WaitUntil { .. }
            | StepKind::Goto { .. }
            | StepKind::Exit(_) => Vec::new(),
            StepKind::Broken => Vec::new(),
        }
    }
}

impl Step {
    /// The lists of steps inside it, in the order of the text.
    pub(crate) fn lists_mut(&mut self) -> Vec<&mut Vec<Self>> {
        match &mut self.kind {
            StepKind::If {
                then, otherwise, ..
            } => vec![then, otherwise],
            StepKind::Split(shares) => shares.iter_mut().map(|share| &mut share.steps).collect(),
            StepKind::Await(Await {
                ways, otherwise, ..
            }) => ways
                .iter_mut()
                .map(|way| &mut way.steps)
                .chain([otherwise])
                .collect(),
            StepKind::Fork(ways) => ways.iter_mut().map(|way| &mut way.steps).collect(),
            StepKind::Action(_) | StepKind::Wait(_) | StepKind::WaitUntil { .. } => Vec::new(),
            StepKind::Goto { .. } | StepKind::Exit(_) | StepKind::Broken => Vec::new(),
        }
    }
}

impl Campaign {
    /// The conditions that let contacts in.
    pub fn conditions(&self) -> impl Iterator<Item = &Condition> {
        self.enter.iter().filter_map(|way| match way {
            Enter::Condition(condition) => Some(condition),
            Enter::Entered { .. } | Enter::Event(_) => None,
        })
    }

    /// All steps, in the order of the text, so that the position is the [`StepId`].
    pub fn each_step<'a>(&'a self, mut visit: impl FnMut(&'a Step)) {
        self.steps.iter().for_each(|step| step.each(&mut visit));
    }

    /// The step of this name.
    pub fn step_named(&self, name: &str) -> Option<&Step> {
        let mut found = None;
        self.each_step(|step| {
            if step.name == name {
                found = Some(step);
            }
        });
        found
    }
}
