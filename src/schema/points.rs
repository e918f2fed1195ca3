//! Points as written: groups that are counted apart, rules that give points for what happens,
//! triggers that fire once when there are enough.

use schemars::JsonSchema;
use serde::Deserialize;

use super::condition::Condition;
use super::funnel::Publish;
use super::scalar::{Keyed, ListOf, Text};
use super::{Definitions, Step};

/// Groups, rules and triggers for points.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Points {
    /// Points that are counted apart, by id; a condition asks them as `field: points/loyalty`.
    pub groups: Option<Keyed<ListOf<Keyed<Text>>>>,
    /// Points for each occurrence of an event, by id.
    #[serde(default)]
    pub rules: Definitions<PointRule>,
    /// What happens once when a contact has enough points, by id.
    #[serde(default)]
    pub triggers: Definitions<PointTrigger>,
}

/// Points for each occurrence of an event.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct PointRule {
    /// The name for people.
    pub name: Option<Text>,
    /// What the rule is for.
    pub description: Option<Text>,
    /// A group of your own.
    pub category: Option<Text>,
    /// Who looks after it.
    pub owner: Option<Text>,
    /// Which occurrences count: `{ event: opened, of: …, where: … }`.
    pub each: Keyed<Condition>,
    /// How many points each of them gives; a negative number takes them.
    pub give: Keyed<i64>,
    /// The group to which they are given. Default: the points that are in no group.
    pub group: Option<Keyed<Text>>,
    /// Whether it gives any. Default: `true`.
    pub published: Option<Keyed<bool>>,
    /// From when until when it gives any.
    pub publish: Option<Publish>,
}

/// What happens once when a contact has enough points.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct PointTrigger {
    /// The name for people.
    pub name: Option<Text>,
    /// What the trigger is for.
    pub description: Option<Text>,
    /// A group of your own.
    pub category: Option<Text>,
    /// Who looks after it.
    pub owner: Option<Text>,
    /// How many points are enough.
    pub at: Keyed<i64>,
    /// The group that is asked. Default: the points that are in no group.
    pub group: Option<Keyed<Text>>,
    /// What happens, in order; nothing that waits.
    pub steps: Keyed<ListOf<Keyed<Step>>>,
    /// Whether it fires. Default: `true`.
    pub published: Option<Keyed<bool>>,
    /// From when until when it fires.
    pub publish: Option<Publish>,
}

/// Points for a group; the value of the step `points`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Give {
    /// How many; a negative number takes them.
    pub give: Keyed<i64>,
    /// The group.
    pub group: Option<Keyed<Text>>,
}
