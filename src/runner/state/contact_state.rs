//! What is remembered of one contact between two instants; what is as if it had never been is left
//! out.

use rust_decimal::Decimal;

use crate::model::ids::Id;
use crate::model::{
    CampaignId, Channel, ContentId, EventId, FieldId, FunnelId, GroupId, Outcome, SegmentId,
    StageId, StageRef, TagId,
};
use crate::runner::contact::{Block, Kept, Occurrence};
use crate::runner::merge::Tracked;
use crate::runner::program::Program;

/// What is remembered of one contact. The default is that of a contact which was seen and left
/// nothing to remember.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ContactState {
    /// What the file and funnelc both write of which nothing is remembered yet; nothing where the
    /// last run read the contact.
    pub(crate) unread: Option<Box<Unread>>,
    /// The stages, by funnel; a funnel without stage and history is left out.
    pub(crate) stages: Vec<(FunnelId, StageMemory)>,
    /// The instant whose limits are remembered; absent where it left none. A contact that the file
    /// then lacked has an earlier one than the state.
    pub(crate) limited: Option<i64>,
    /// The stages entered in that instant.
    pub(crate) entered: Vec<(FunnelId, StageId)>,
    /// The stages with experiences in which it ever was, in order.
    pub(crate) stays: Vec<(StageRef, StageVisit)>,
    /// How often each experience of the present stays was shown or tried, by its place in the
    /// stage, in order.
    pub(crate) visits: Vec<(StageRef, usize, u32)>,
    /// The fields that steps write, by field.
    pub(crate) fields: Vec<(FieldId, Tracked<Kept>)>,
    /// The tags, in the order in which they came.
    pub(crate) tags: Vec<TagId>,
    /// The tags which funnelc added or removed since the file last agreed.
    pub(crate) pending_tags: Vec<TagId>,
    /// As of when fields that events change have their values, by field; nothing of one that
    /// nothing has set.
    pub(crate) as_of: Vec<(FieldId, AsOf)>,
    /// The points.
    pub(crate) points: Tracked<i64>,
    /// Why channels must not be used, in their order.
    pub(crate) blocks: Vec<(Channel, Tracked<Option<Block>>)>,
    /// The segments that steps put the contact in, or out of, in order.
    pub(crate) members_by_hand: Vec<(SegmentId, bool)>,
    /// What happened, as far as conditions read it, by time.
    pub(crate) events: Vec<Occurrence>,
    /// The identities of all events that were taken in, sorted.
    pub(crate) taken: Vec<u64>,
    /// The points in groups, by group.
    pub(crate) groups: Vec<(GroupId, Tracked<i64>)>,
    /// When each content was last sent.
    pub(crate) sent: Vec<(ContentId, i64)>,
    /// The deliveries by others of content that funnelc did not send, by content.
    pub(crate) delivered: Vec<(ContentId, Delivery)>,
    /// The channel on which each message last went out, by content.
    pub(crate) went_out: Vec<(ContentId, Channel)>,
    /// When channels with a limit were used, in their order; only what still counts.
    pub(crate) sent_on: Vec<(Channel, Vec<i64>)>,
    /// The campaigns, by campaign; one that never was entered and knows nothing else is left out.
    pub(crate) members: Vec<(CampaignId, Enrollment)>,
    /// Where a contact stands on the ways of forks, by campaign and step.
    pub(crate) ways: Vec<(CampaignId, Position)>,
    /// What is awaited, by campaign and step.
    pub(crate) awaits: Vec<(CampaignId, Awaiting)>,
    /// What became of the sends of content of which an `await` wants to know, in the present entry.
    pub(crate) tries: Vec<(CampaignId, ContentId, SendAttempt)>,
    /// How often each step ran in the present entry, in campaigns in which one may run more than
    /// once.
    pub(crate) step_visits: Vec<(CampaignId, usize, u32)>,
    /// The state conditions that must be seen false before they admit again, by their place in
    /// `enter`.
    pub(crate) waiting: Vec<(CampaignId, usize)>,
    /// What was sent in the present entry of a campaign.
    pub(crate) sent_in_entry: Vec<(CampaignId, ContentId)>,
}

/// When something was written to a field, and by which event; what comes from a step or from
/// outside stands behind all events of its moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Write {
    pub(crate) at: i64,
    pub(crate) by: Option<(EventId, Option<ContentId>, u64)>,
}

/// As of when a field has its value.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct AsOf {
    /// The last write that did not ask what was there before.
    pub(crate) set: Option<Write>,
    /// What was added since, in order; only where events set the field as well as add to it, for
    /// one that sets it may come late.
    pub(crate) added: Vec<(Write, Decimal)>,
}

/// That a content reached the contact, though not from here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Delivery {
    pub(crate) at: i64,
    /// Whether only what comes after a delivery tells of it, such as an open.
    pub(crate) presumed: bool,
}

impl Write {
    /// What is taken in of an event.
    pub(crate) fn of(occurrence: &Occurrence) -> Self {
        Self {
            at: occurrence.at,
            by: Some((occurrence.event, occurrence.of, occurrence.identity)),
        }
    }

    /// Whether it comes after the other one, in the order in which events are taken in.
    pub(crate) fn is_after(&self, other: &Self) -> bool {
        let order = |write: &Self| (write.at, write.by.is_none(), write.by);
        order(self) > order(other)
    }
}

/// What another plan began to write while the file lacked the contact: it is read for the first
/// time when the contact is back.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Unread {
    pub(crate) funnels: Vec<FunnelId>,
    pub(crate) fields: Vec<FieldId>,
    pub(crate) tags: Vec<TagId>,
    pub(crate) points: bool,
    pub(crate) blocks: bool,
    pub(crate) groups: Vec<GroupId>,
}

impl ContactState {
    /// Whether a thing was read before; `is_among` looks for it in what was not.
    pub(crate) fn has_read(&self, is_among: impl Fn(&Unread) -> bool) -> bool {
        !self.unread.as_deref().is_some_and(is_among)
    }
}

/// What is remembered of a contact's stage.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct StageMemory {
    pub(crate) stage: Tracked<Option<StageId>>,
    /// When it was entered, or first seen.
    pub(crate) since: i64,
    /// Whether a `leave` keeps it out until it was once outside the audience.
    pub(crate) left: bool,
    /// Whether it was in the audience, where leaving that means leaving the funnel.
    pub(crate) in_audience: bool,
}

/// What is remembered of the stays in a stage with experiences.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct StageVisit {
    /// How many there were.
    pub(crate) number: u32,
    /// Whether the last one goes on.
    pub(crate) inside: bool,
    /// The experience that is shown, by its place in the stage.
    pub(crate) shown: Option<usize>,
    /// The content that is shown as it, where an earlier plan had another one there.
    pub(crate) content: Option<ContentId>,
    /// When an experience may be sent that hours put off.
    pub(crate) until: Option<i64>,
}

/// A contact's membership in a campaign.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Enrollment {
    /// How many entries began.
    pub(crate) entries: u32,
    pub(crate) phase: Phase,
    /// When the present entry began or the last ended.
    pub(crate) since: i64,
    pub(crate) admission: Admission,
    /// The step to come or at which it waits.
    pub(crate) step: usize,
    pub(crate) pending: WaitReason,
    /// When that step is due.
    pub(crate) due: i64,
    pub(crate) hours: Hours,
    /// Since when the campaign is paused for it.
    pub(crate) paused: Option<i64>,
    /// Whether it came to rest in a stage that lets it in, and a limit of the instant put that off.
    pub(crate) arrived: bool,
    /// Whether an entry began in the instant whose limits are remembered.
    pub(crate) started: bool,
    /// Whether the visits of its steps are counted since it began to run.
    pub(crate) counted: bool,
}

impl Enrollment {
    /// Where it stands, on no way of a fork.
    pub(crate) fn token(&self) -> Position {
        Position {
            step: self.step,
            pending: self.pending,
            due: self.due,
            hours: self.hours,
        }
    }

    /// Whether visits must be counted: a step may run more than once, and some may have run.
    pub(crate) fn counts(&self, program: &Program, campaign: CampaignId) -> bool {
        let repeats = program.campaigns[campaign.index()].repeats;
        repeats && self.phase == Phase::Active && self.pending != WaitReason::Start
    }
}

/// What let a contact in, as far as that matters later.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Admission {
    /// Coming to rest in a stage.
    #[default]
    Arrival,
    /// A state condition, which may end.
    Condition,
    /// What cannot become untrue, such as an event.
    Occurrence,
}

/// One of the places at which a contact stands in a campaign.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Position {
    /// The step to come or at which it waits.
    pub(crate) step: usize,
    pub(crate) pending: WaitReason,
    /// When that step is due.
    pub(crate) due: i64,
    pub(crate) hours: Hours,
}

/// Which hours hold for what a contact is about to do, and what they did so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Hours {
    /// The wait from which it came in this pass, or before what put it off since: its windows hold
    /// for messages.
    pub(crate) after: Option<u32>,
    /// How often hours have put off the step ahead.
    pub(crate) times: u32,
}

/// What a contact waits for at an `await`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Awaiting {
    /// The step.
    pub(crate) step: usize,
    /// By way: an event counts that is later than this.
    pub(crate) from: Vec<i64>,
    /// The way that an event decided; the token is due at the time of that event.
    pub(crate) settled: Option<usize>,
}

/// What became of the sends of a content in an entry.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct SendAttempt {
    /// When it last went out.
    pub(crate) sent: Option<i64>,
    /// Whether the latest send was skipped.
    pub(crate) skipped: bool,
}

/// Where a contact stands with a campaign.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Never entered.
    #[default]
    Never,
    /// Inside.
    Active,
    /// Entered once, and out again.
    Ended(Outcome),
}

/// What holds a contact at its step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum WaitReason {
    /// The entry has not begun to run.
    #[default]
    Start,
    /// A wait for a fixed moment or length.
    Wait,
    /// A wait for the moment in a field.
    Field,
    /// A limit of the instant: the step runs at a later moment than it is due.
    Deferred,
    /// A limit of the channel keeps a message back; when it was due at first.
    Delayed(i64),
    /// The step is gone, and the project says that its contacts leave.
    Removed,
    /// The ways of a fork, which have not all ended.
    Fork,
    /// An event.
    Await,
    /// Nothing: the first step of a way of a fork.
    Ready,
}

impl WaitReason {
    /// Whether what holds ends at the moment at which the step is due.
    pub(crate) fn has_moment(self) -> bool {
        match self {
            Self::Wait | Self::Field | Self::Delayed(_) | Self::Await => true,
            Self::Start | Self::Deferred | Self::Removed | Self::Fork | Self::Ready => false,
        }
    }
}
