//! In the plan file: how points come about, and what they start.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Condition, Publish};

/// Groups and rules for points.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Scoring {
    /// By group: its column.
    pub groups: BTreeMap<String, String>,
    /// The rules.
    pub rules: BTreeMap<String, PointRule>,
}

impl Scoring {
    pub(super) fn is_empty(&self) -> bool {
        self.groups.is_empty() && self.rules.is_empty()
    }
}

/// Points for each occurrence of an event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct PointRule {
    /// Which occurrences.
    pub each: Condition,
    /// What each of them gives.
    pub give: Give,
    /// When it gives anything.
    pub publish: Publish,
}

/// Points for a group, or for none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Give {
    /// How many.
    pub points: i64,
    /// The group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
}

/// How many points start a trigger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Threshold {
    /// So many or more.
    pub at: i64,
    /// Of this group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
}
