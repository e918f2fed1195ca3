//! How much each check counts, as written.

use schemars::JsonSchema;
use serde::Deserialize;

use super::scalar::{Placed, Text};

/// How much the findings of a check count, and why.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CheckRule {
    /// `error`, `warning` or `off`.
    pub severity: Placed<Text>,
    /// Why; must be written where a check is off.
    pub reason: Option<Text>,
}
