//! Points: groups that are counted apart and rules that give points for what happens; a trigger is
//! a [`Campaign`](super::Campaign) that enough points start.

use super::Metadata;
use super::calendar::Publish;
use super::contacts::column_of;
use super::event::EventPattern;
use super::ids::{Arena, GroupId, RuleId};
use crate::source::Span;

/// Groups and rules.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scoring {
    /// The groups.
    pub groups: Arena<GroupId, PointGroup>,
    /// The rules.
    pub rules: Arena<RuleId, PointRule>,
}

/// The column of a group that does not say which.
pub fn points_column_of(id: &str) -> String {
    format!("points_{}", column_of(id))
}

/// Points that are counted apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PointGroup {
    /// The id.
    pub id: String,
    /// Where the id is written.
    pub span: Span,
    /// The column.
    pub column: String,
}

/// Points for each occurrence of an event.
#[derive(Clone, Debug, PartialEq)]
pub struct PointRule {
    /// The id.
    pub id: String,
    /// Where the id is written.
    pub span: Span,
    /// What people call it.
    pub about: Metadata,
    /// Which occurrences; absent where that is broken.
    pub each: Option<EventPattern>,
    /// What each of them gives.
    pub give: Give,
    /// When it gives anything.
    pub publish: Publish,
}

/// Points for a group, or for none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Give {
    /// How many; negative to take them.
    pub points: i64,
    /// The group.
    pub group: Option<GroupId>,
}

/// How many points start a trigger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Threshold {
    /// So many or more.
    pub at: i64,
    /// Of this group, or of none.
    pub group: Option<GroupId>,
}

/// What stands before the id of a trigger where it stands among campaigns.
pub const TRIGGERS: &str = "points/";
