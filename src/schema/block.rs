//! Steps for reuse as written. When the types are read, the steps of blocks stand where they are used already; see `expand`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::Step;
use super::scalar::{Entries, ListOf, Literal, Placed, ScalarOr, Text};

/// Steps for reuse.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Block {
    /// What the steps are for.
    pub description: Option<Text>,
    /// The parameters by name, each with its type; `$name` stands for the argument in the steps.
    #[serde(default)]
    pub parameters: Entries<Placed<ParameterType>>,
    /// The steps.
    pub steps: Option<Placed<ListOf<Placed<Step>>>>,
}

/// What may be given for a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
#[allow(
    missing_docs,
    reason = "doc comments on unit variants would turn the schema's `enum` into `oneOf`; the field's documentation explains them"
)]
pub enum ParameterType {
    Text,
    Email,
    Integer,
    Number,
    Boolean,
    Date,
    Datetime,
    Choice,
    Choices,
    Duration,
    Content,
    Segment,
    Stage,
    Campaign,
}

/// What is given for a parameter: a value, or a list of choices.
pub type Argument = ScalarOr<ListOf<Placed<Literal>>>;
