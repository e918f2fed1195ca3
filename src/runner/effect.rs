//! What happens to a contact in an instant, as ids; the writers turn it into the rows of
//! docs/outputs.md.

use crate::model::{
    Call, CampaignId, Channel, ContentId, EventId, FieldId, FunnelId, GroupId, Listing, Outcome,
    RuleId, StageId, StageRef, StepId, TagId,
};
use crate::runner::contact::{Block, Slot};

/// Where in a campaign something happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct At {
    /// The campaign.
    pub campaign: CampaignId,
    /// Which entry of the contact, counted from 1.
    pub entry: u32,
    /// The step, if it happened at one.
    pub step: Option<StepId>,
    /// Which visit of the step in this entry, counted from 1; 0 without a step.
    pub visit: u32,
}

/// Which stay in a stage an experience belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AtStage {
    /// The stage.
    pub stage: StageRef,
    /// Its place among the experiences of the stage.
    pub experience: usize,
    /// Which stay of the contact in the stage, counted from 1.
    pub stay: u32,
    /// How often it was shown in this stay, counted from 1.
    pub visit: u32,
}

/// What an experience does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "docs/outputs.md explains the words")]
pub enum Touch {
    Show,
    Hide,
    Send(Option<Channel>),
    Skip(SkipReason),
    /// The hours of its channel keep it back until then.
    Delay(i64),
}

/// One row of the journal; a [`Event::Send`] is also a row of the outbox.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Effect<'a> {
    /// Where in a campaign; absent for funnels and outside changes.
    pub at: Option<At>,
    /// What.
    pub event: Event<'a>,
}

/// What happened; each variant is the event of the same name in docs/outputs.md.
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(
    missing_docs,
    reason = "docs/outputs.md explains each event and its columns"
)]
pub enum Event<'a> {
    ExternalStage {
        funnel: FunnelId,
        from: Option<StageId>,
        to: Option<StageId>,
    },
    ExternalTag {
        tag: TagId,
        added: bool,
    },
    ExternalPoints {
        group: Option<GroupId>,
        from: i64,
        to: i64,
    },
    ExternalField {
        field: FieldId,
        from: Slot<'a>,
        to: Slot<'a>,
    },
    Enter {
        funnel: FunnelId,
        to: StageId,
    },
    Place {
        funnel: FunnelId,
        from: Option<StageId>,
        to: StageId,
    },
    Convert {
        funnel: FunnelId,
        from: StageId,
        to: StageId,
    },
    Drop {
        funnel: FunnelId,
        from: StageId,
    },
    Move {
        funnel: FunnelId,
        from: Option<StageId>,
        to: StageId,
    },
    Refuse {
        funnel: FunnelId,
        from: Option<StageId>,
        to: StageId,
        reason: Refusal,
    },
    Leave {
        funnel: FunnelId,
        from: StageId,
    },
    Experience {
        at: AtStage,
        content: ContentId,
        touch: Touch,
    },
    Start {
        cause: Cause,
    },
    Overtaken,
    Note {
        text: &'a str,
    },
    End {
        outcome: Outcome,
        reason: EndReason,
    },
    /// `values` is the place of the first value of its tokens in what the instant leaves.
    Send {
        content: ContentId,
        channel: Option<Channel>,
        values: usize,
    },
    /// A limit of the channel, or hours, keep it back until then.
    Delay {
        content: ContentId,
        until: i64,
    },
    ExternalBlock {
        channel: Channel,
        from: Option<Block>,
        to: Option<Block>,
    },
    /// An event set it.
    Block {
        channel: Channel,
        from: Option<Block>,
        to: Block,
    },
    /// By a step; for a segment nothing is blocked.
    List {
        listing: Listing,
        from: Option<Block>,
        to: Option<Block>,
    },
    /// `snapshot` numbers the contact as it was, in what the instant leaves.
    Call {
        call: &'a Call,
        snapshot: usize,
    },
    Skip {
        content: Option<ContentId>,
        reason: SkipReason,
    },
    /// `until` is in seconds since 1970-01-01T00:00Z.
    Wait {
        until: i64,
    },
    /// The moment in a field for which a contact waits was moved.
    WaitMoved {
        from: i64,
        until: i64,
    },
    Past {
        until: Option<i64>,
        then: PastChoice,
    },
    If {
        then: bool,
    },
    Split {
        label: &'a str,
    },
    Fork,
    Join,
    /// `until` is absent where it waits without end.
    Await {
        until: Option<i64>,
    },
    Awaited {
        label: &'a str,
    },
    Enroll {
        campaign: CampaignId,
    },
    Withdraw {
        campaign: CampaignId,
    },
    Goto {
        step: &'a str,
    },
    AddTag {
        tag: TagId,
    },
    RemoveTag {
        tag: TagId,
    },
    /// By a step, or by a rule.
    Points {
        group: Option<GroupId>,
        rule: Option<RuleId>,
        from: i64,
        to: i64,
    },
    Set {
        field: FieldId,
        from: Slot<'a>,
        to: Slot<'a>,
    },
    Clear {
        field: FieldId,
        from: Slot<'a>,
        to: Slot<'a>,
    },
    /// Something that happened changed a field.
    Update {
        event: EventId,
        field: FieldId,
        from: Slot<'a>,
        to: Slot<'a>,
    },
    /// Something later had set the field, at that moment.
    Late {
        event: EventId,
        field: FieldId,
        set: i64,
    },
    /// What lets into the campaign and happened then did not start it; a missed day has no event.
    Lost {
        event: Option<EventId>,
        happened: i64,
        reason: Loss,
    },
    DeferStage {
        funnel: FunnelId,
        to: StageId,
    },
    DeferCampaign,
    DeferStep,
    Pause,
    Resume,
}

/// Why a move was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "docs/outputs.md explains the words")]
pub enum Refusal {
    Unpublished,
    Final,
    Lighter,
}

/// What let a contact into a campaign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "docs/outputs.md explains the words")]
pub enum Cause {
    Condition,
    Entered,
    Event,
    Points,
    Enrolled,
}

/// Why something that lets into a campaign started nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "docs/outputs.md explains the words")]
pub enum Loss {
    TooOld,
    Active,
    SameRun,
    Reenter,
    Goal,
    ExitWhen,
    Unpublished,
    MissedDay,
}

impl Loss {
    /// All, in the order in which they are told.
    pub(crate) const ALL: [Self; 8] = [
        Self::TooOld,
        Self::Active,
        Self::SameRun,
        Self::Reenter,
        Self::Goal,
        Self::ExitWhen,
        Self::Unpublished,
        Self::MissedDay,
    ];

    /// The word of the journal.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::TooOld => "too-old",
            Self::Active => "active",
            Self::SameRun => "same-run",
            Self::Reenter => "reenter",
            Self::Goal => "goal",
            Self::ExitWhen => "exit-when",
            Self::Unpublished => "unpublished",
            Self::MissedDay => "missed-day",
        }
    }
}

/// Why a campaign ended for a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "docs/outputs.md explains the words")]
pub enum EndReason {
    Goal,
    ExitWhen,
    OnLeave,
    Exit,
    Skipped,
    AfterUntil,
    Finished,
    Removed,
    Withdrawn,
}

/// Why a step did not happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "docs/outputs.md explains the words")]
pub enum SkipReason {
    Unpublished,
    Unreachable(Unreached),
    AlreadySent,
    Limited,
    Expired,
    Past,
    Missing,
    /// A later wait on the same date is over too.
    Outdated,
}

/// What is in the way of reaching a contact, the last that is asked for last: of several channels
/// the one that comes furthest says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "docs/outputs.md explains the words")]
pub enum Unreached {
    Address,
    DoNotContact,
    Consent,
}

impl Unreached {
    /// All of them, in the order in which they are asked for.
    pub const ALL: [Self; 3] = [Self::Address, Self::DoNotContact, Self::Consent];

    /// The word of docs/outputs.md.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::DoNotContact => "do-not-contact",
            Self::Consent => "consent",
        }
    }
}

/// What a moment that is over made happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "docs/outputs.md explains the words")]
pub enum PastChoice {
    Continue,
    Exit,
    Skip,
}
