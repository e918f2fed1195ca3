//! How much each check counts in a project, which says nothing about what the project does, so no
//! plan has it; and how much a run may let go out, which plans have.

use super::Channel;
use crate::source::Span;

/// What a project says about one check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckRule {
    /// The code of the check.
    pub code: String,
    /// Where the code stands.
    pub span: Span,
    /// What its findings count as.
    pub weight: SeverityOverride,
    /// Whether a reason is written.
    pub has_reason: bool,
}

/// What may be bounded of what one run lets go out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Bounded {
    /// Messages on a channel.
    Channel(Channel),
    /// Messages on whatever channel.
    Messages,
    /// All rows of actions.csv.
    Actions,
}

impl Bounded {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Channel(Channel::Email),
        Self::Channel(Channel::Sms),
        Self::Channel(Channel::Push),
        Self::Messages,
        Self::Actions,
    ];

    /// The word of the language.
    pub fn word(self) -> &'static str {
        match self {
            Self::Channel(channel) => channel.word(),
            Self::Messages => "messages",
            Self::Actions => "actions",
        }
    }

    /// What a word stands for.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.word() == word)
    }
}

/// What the findings of a check count as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeverityOverride {
    /// An error.
    Error,
    /// A warning.
    Warning,
    /// Nothing: they are not told.
    Off,
}
