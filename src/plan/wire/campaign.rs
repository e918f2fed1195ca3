//! In the plan file: a campaign and the ways into it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Condition, Publish, Step, Threshold};

/// A campaign.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Campaign {
    /// Campaigns run from the highest priority down, then by id.
    pub priority: i64,
    /// When it runs.
    pub publish: Publish,
    /// `exit`: contacts inside leave when its window is over; absent: they wait for another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after_until: Option<String>,
    /// The ways in.
    pub enter: Vec<Enter>,
    /// How long after the end of an entry the next may begin; absent: never.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reenter: Option<String>,
    /// `exit` or `stay`.
    pub on_leave: String,
    /// `enter` or `skip`.
    pub existing: String,
    /// Those for whom it holds have converted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub goal: Option<Condition>,
    /// Those for whom it holds leave.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exit_when: Option<Condition>,
    /// For a trigger: the points that start it, once ever.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trigger: Option<Threshold>,
    /// The steps.
    pub steps: Vec<Step>,
}

/// A way into a campaign.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Enter {
    /// When it becomes true.
    When(Condition),
    /// When the contact comes to rest in the stage.
    Entered(String),
    /// With each occurrence: `event`, `of`, `where`.
    Event(Condition),
}
