//! In the plan file: a funnel, its stages and their experiences.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Condition, Publish};

/// A funnel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Funnel {
    /// Funnels run from the highest priority down, then by id.
    pub priority: i64,
    /// The column of the stage.
    pub column: String,
    /// `everyone`, or a condition; absent: nobody enters by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audience: Option<Audience>,
    /// Where the audience enters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entry: Option<String>,
    /// `leave`: who leaves the audience leaves the funnel; absent: the stage stays.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_audience_left: Option<String>,
    /// Whether contacts may move to lighter stages.
    pub free: bool,
    /// `loose`: heavier stages than the present one convert, too; absent: only the present one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<String>,
    /// When contacts are moved in it; absent: always.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publish: Option<Publish>,
    /// The rules of placement, in order.
    pub place: Vec<Rule>,
    /// The stages.
    pub stages: BTreeMap<String, Stage>,
}

/// Who enters a funnel by itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Audience {
    /// All contacts.
    Everyone,
    /// Those for whom this holds.
    Of(Condition),
}

/// A rule that names a target.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Rule {
    /// Who.
    pub when: Condition,
    /// The stage; absent: the next heavier published one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

/// A stage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Stage {
    /// Orders the stages.
    pub weight: i64,
    /// What the contacts file holds for it.
    pub value: String,
    /// Conversions, in order.
    pub converts: Vec<Rule>,
    /// What contacts in the stage get to see or are sent: the first whose condition holds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub experiences: Vec<Experience>,
    /// Stages to which contacts may go back.
    pub back_to: Vec<String>,
    /// Whether nobody is moved out except along `back-to`.
    #[serde(rename = "final")]
    pub final_: bool,
    /// When contacts may be moved in.
    pub publish: Publish,
}

/// An experience.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Experience {
    /// The id, unique in the stage.
    pub id: String,
    /// What is shown or sent.
    pub content: String,
    /// Who has it; absent: everyone in the stage.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
    /// When anybody has it; absent: always.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publish: Option<Publish>,
}
