//! Ids and events as the words of docs/outputs.md; every match is exhaustive, so that a new event
//! cannot be forgotten.

use crate::runner::effect::{Cause, EndReason, Event, PastChoice, Refusal, SkipReason, Touch};

/// The word of the `event` column.
pub(crate) fn event(event: &Event<'_>) -> &'static str {
    match event {
        Event::ExternalStage { .. } => "external-stage",
        Event::ExternalTag { .. } => "external-tag",
        Event::ExternalPoints { .. } => "external-points",
        Event::ExternalField { .. } => "external-field",
        Event::Enter { .. } => "enter",
        Event::Place { .. } => "place",
        Event::Convert { .. } => "convert",
        Event::Drop { .. } => "drop",
        Event::Move { .. } => "move",
        Event::Refuse { .. } => "refuse",
        Event::Leave { .. } => "leave",
        Event::Experience { touch, .. } => match touch {
            Touch::Show => "show",
            Touch::Hide => "hide",
            Touch::Send(_) => "send",
            Touch::Skip(_) => "skip",
            Touch::Delay(_) => "delay",
        },
        Event::Start { .. } => "start",
        Event::Overtaken => "overtaken",
        Event::End { .. } => "end",
        Event::Send { .. } => "send",
        Event::Delay { .. } => "delay",
        Event::ExternalBlock { .. } => "external-do-not-contact",
        Event::Block { .. } => "do-not-contact",
        Event::List { listing, .. } => listing.verb().word(),
        Event::Call { call, .. } => call.verb().word(),
        Event::Skip { .. } => "skip",
        Event::Wait { .. } | Event::WaitMoved { .. } => "wait",
        Event::Past { .. } => "past",
        Event::Note { .. } => "note",
        Event::If { .. } => "if",
        Event::Split { .. } => "split",
        Event::Fork => "fork",
        Event::Await { .. } => "await",
        Event::Awaited { .. } => "awaited",
        Event::Enroll { .. } => "enroll",
        Event::Withdraw { .. } => "withdraw",
        Event::Join => "join",
        Event::Goto { .. } => "goto",
        Event::AddTag { .. } => "add-tag",
        Event::RemoveTag { .. } => "remove-tag",
        Event::Points { .. } => "points",
        Event::Set { .. } => "set",
        Event::Clear { .. } => "clear",
        Event::Update { .. } => "update",
        Event::Late { .. } => "late",
        Event::Lost { .. } => "lost",
        Event::DeferStage { .. } | Event::DeferCampaign | Event::DeferStep => "defer",
        Event::Pause => "pause",
        Event::Resume => "resume",
    }
}

/// Whether something of the contact, or of its place in campaigns, is not as before. What leaves
/// the house stands in actions.csv; what remains is the way through steps, and what did not happen.
pub(crate) fn is_change(event: &Event<'_>) -> bool {
    match event {
        Event::ExternalStage { .. }
        | Event::ExternalTag { .. }
        | Event::ExternalPoints { .. }
        | Event::ExternalField { .. }
        | Event::ExternalBlock { .. } => true,
        Event::Enter { .. }
        | Event::Place { .. }
        | Event::Convert { .. }
        | Event::Drop { .. }
        | Event::Move { .. }
        | Event::Leave { .. } => true,
        Event::Start { .. }
        | Event::Overtaken
        | Event::End { .. }
        | Event::Enroll { .. }
        | Event::Withdraw { .. }
        | Event::Pause
        | Event::Resume => true,
        Event::Block { .. }
        | Event::List { .. }
        | Event::AddTag { .. }
        | Event::RemoveTag { .. }
        | Event::Points { .. }
        | Event::Set { .. }
        | Event::Clear { .. }
        | Event::Update { .. } => true,
        Event::Experience { .. } | Event::Send { .. } | Event::Call { .. } => false,
        Event::Wait { .. }
        | Event::WaitMoved { .. }
        | Event::Note { .. }
        | Event::If { .. }
        | Event::Split { .. }
        | Event::Fork
        | Event::Join
        | Event::Goto { .. }
        | Event::Await { .. }
        | Event::Awaited { .. } => false,
        Event::Refuse { .. }
        | Event::Skip { .. }
        | Event::Past { .. }
        | Event::Delay { .. }
        | Event::Late { .. }
        | Event::Lost { .. }
        | Event::DeferStage { .. }
        | Event::DeferCampaign
        | Event::DeferStep => false,
    }
}

/// The word of the `reason` column, or nothing.
pub(crate) fn reason(event: &Event<'_>) -> &'static str {
    match event {
        Event::Refuse { reason, .. } => refusal(*reason),
        Event::Start { cause } => self::cause(*cause),
        Event::End { reason, .. } => end(*reason),
        Event::Skip { reason, .. } => skip(*reason),
        Event::Past { then, .. } => past(*then),
        Event::ExternalBlock { .. }
        | Event::Block { .. }
        | Event::List { .. }
        | Event::Call { .. } => "",
        Event::DeferStage { .. } => "stage",
        Event::DeferCampaign => "campaign",
        Event::DeferStep => "step",
        Event::ExternalStage { .. } | Event::ExternalTag { .. } | Event::ExternalPoints { .. } => {
            ""
        }
        Event::ExternalField { .. }
        | Event::Enter { .. }
        | Event::Place { .. }
        | Event::Convert { .. } => "",
        Event::Experience {
            touch: Touch::Skip(reason),
            ..
        } => skip(*reason),
        Event::Experience {
            touch: Touch::Show | Touch::Hide | Touch::Send(_) | Touch::Delay(_),
            ..
        } => "",
        Event::Drop { .. } => "",
        Event::Move { .. }
        | Event::Leave { .. }
        | Event::Overtaken
        | Event::Send { .. }
        | Event::Delay { .. }
        | Event::Wait { .. }
        | Event::WaitMoved { .. } => "",
        Event::If { .. }
        | Event::AddTag { .. }
        | Event::RemoveTag { .. }
        | Event::Points { .. } => "",
        Event::Note { .. }
        | Event::Split { .. }
        | Event::Fork
        | Event::Join
        | Event::Goto { .. } => "",
        Event::Await { .. }
        | Event::Awaited { .. }
        | Event::Enroll { .. }
        | Event::Withdraw { .. } => "",
        Event::Lost { reason, .. } => reason.word(),
        Event::Late { .. }
        | Event::Update { .. }
        | Event::Set { .. }
        | Event::Clear { .. }
        | Event::Pause
        | Event::Resume => "",
    }
}

/// Why a move was refused.
pub(crate) fn refusal(reason: Refusal) -> &'static str {
    match reason {
        Refusal::Unpublished => "unpublished",
        Refusal::Final => "final",
        Refusal::Lighter => "lighter",
    }
}

/// Why a step did not happen.
pub(crate) fn skip(reason: SkipReason) -> &'static str {
    match reason {
        SkipReason::Unpublished => "unpublished",
        SkipReason::Unreachable(_) => "unreachable",
        SkipReason::AlreadySent => "already-sent",
        SkipReason::Limited => "limited",
        SkipReason::Expired => "expired",
        SkipReason::Past => "past",
        SkipReason::Missing => "missing",
        SkipReason::Outdated => "outdated",
    }
}

fn cause(cause: Cause) -> &'static str {
    match cause {
        Cause::Condition => "condition",
        Cause::Entered => "entered",
        Cause::Event => "event",
        Cause::Points => "points",
        Cause::Enrolled => "enrolled",
    }
}

fn end(reason: EndReason) -> &'static str {
    match reason {
        EndReason::Goal => "goal",
        EndReason::ExitWhen => "exit-when",
        EndReason::OnLeave => "on-leave",
        EndReason::Exit => "exit",
        EndReason::Skipped => "skipped",
        EndReason::AfterUntil => "after-until",
        EndReason::Finished => "finished",
        EndReason::Removed => "removed",
        EndReason::Withdrawn => "withdrawn",
    }
}

fn past(choice: PastChoice) -> &'static str {
    match choice {
        PastChoice::Continue => "continue",
        PastChoice::Exit => "exit",
        PastChoice::Skip => "skip",
    }
}
