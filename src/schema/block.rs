//! Steps for reuse as written. When the types are read, the steps of blocks stand where they are
//! used already; see `expand`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::Step;
use super::scalar::{Entries, Keyed, ListOf, Literal, ScalarOr, Text};
use crate::language::ParameterType;

/// Steps for reuse.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Block {
    /// What the steps are for.
    pub description: Option<Text>,
    /// The parameters by name, each with its type; `$name` stands for the argument in the steps.
    #[serde(default)]
    pub parameters: Entries<Keyed<ParameterType>>,
    /// The steps.
    pub steps: Option<Keyed<ListOf<Keyed<Step>>>>,
}

/// What is given for a parameter: a value, or a list of choices.
pub type Argument = ScalarOr<ListOf<Keyed<Literal>>>;
