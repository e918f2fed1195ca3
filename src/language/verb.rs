//! The verbs of steps, and the keys that belong to each.

use schemars::JsonSchema;
use serde::Deserialize;

words! {
    /// What a step does.
    Verb {
        Send = "send",
        Move = "move",
        Leave = "leave",
        AddTag = "add-tag",
        RemoveTag = "remove-tag",
        Points = "points",
        Set = "set",
        Clear = "clear",
        Notify = "notify",
        Webhook = "webhook",
        PushTo = "push-to",
        Note = "note",
        Wait = "wait",
        WaitUntil = "wait-until",
        If = "if",
        Split = "split",
        Await = "await",
        Fork = "fork",
        Goto = "goto",
        Enroll = "enroll",
        Withdraw = "withdraw",
        Use = "use",
        Unsubscribe = "unsubscribe",
        Resubscribe = "resubscribe",
        AddTo = "add-to",
        RemoveFrom = "remove-from",
        Exit = "exit",
    }
}

impl Verb {
    /// The keys that may stand beside it; `id` may beside every verb.
    pub fn keys(self) -> &'static [&'static str] {
        match self {
            Self::Send => &["id", "once", "transactional", "expires", "on-skip"],
            Self::Set => &["id", "to"],
            Self::Notify => &["id", "message"],
            Self::Webhook => &["id", "body"],
            Self::Wait => &["id", "at", "between", "days"],
            Self::WaitUntil => &["id", "if-past", "if-missing", "at", "between", "days"],
            Self::If => &["id", "then", "else"],
            Self::Await => &["id", "for", "then", "else"],
            Self::Use => &["id", "with"],
            Self::Move
            | Self::Leave
            | Self::AddTag
            | Self::RemoveTag
            | Self::Points
            | Self::Clear => &["id"],
            Self::PushTo
            | Self::Note
            | Self::Split
            | Self::Fork
            | Self::Goto
            | Self::Enroll
            | Self::Withdraw => &["id"],
            Self::Unsubscribe | Self::Resubscribe | Self::AddTo | Self::RemoveFrom | Self::Exit => {
                &["id"]
            }
        }
    }

    /// The verb beside which a key stands, for people who wrote it beside another one.
    pub fn owner(key: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|verb| verb.keys().contains(&key))
    }
}
