//! A destination as written: another system to which actions go; what it needs to be reached may
//! stand in the environment of whoever delivers.

use schemars::JsonSchema;
use serde::Deserialize;

use super::scalar::{Keyed, ScalarOr, Text};
use crate::language::DestinationKind;

/// A system to which `webhook` and `push-to` steps go.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Destination {
    /// `webhook` or `crm`.
    pub kind: Keyed<DestinationKind>,
    /// The name for people.
    pub name: Option<Text>,
    /// What it is for.
    pub description: Option<Text>,
    /// A group of your own.
    pub category: Option<Text>,
    /// Who looks after it.
    pub owner: Option<Text>,
    /// Its address on the web, or `{ env: NAME }`.
    pub url: Option<Keyed<ScalarOr<FromEnv>>>,
    /// What proves who is calling, better as `{ env: NAME }`.
    pub secret: Option<Keyed<ScalarOr<FromEnv>>>,
}

/// A value that stands in the environment of whoever delivers.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct FromEnv {
    /// The name of the variable, such as `CRM_SECRET`.
    pub env: Keyed<Text>,
}
