//! How much each check counts, as written.

use schemars::JsonSchema;
use serde::Deserialize;

use super::scalar::{Keyed, Text};

/// How much the findings of a check count, and why.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CheckRule {
    /// `error`, `warning` or `off`.
    pub severity: Option<Keyed<Text>>,
    /// Why; must be written where a check is off.
    pub reason: Option<Text>,
    /// Only of `run`: how much one run may let go out; it is refused where it would be more.
    pub at_most: Option<Keyed<RunAtMost>>,
}

/// How much one run may let go out.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RunAtMost {
    /// Messages by email.
    pub email: Option<Keyed<i64>>,
    /// Messages by SMS.
    pub sms: Option<Keyed<i64>>,
    /// Messages by push.
    pub push: Option<Keyed<i64>>,
    /// Messages on whatever channel: the rows `send` of actions.csv.
    pub messages: Option<Keyed<i64>>,
    /// All rows of actions.csv.
    pub actions: Option<Keyed<i64>>,
}
