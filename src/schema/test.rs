//! Tests as written: an example contact, what happens to it, and what must come of it; `resolve` holds the names against the project.

use schemars::JsonSchema;
use serde::Deserialize;

use super::Condition;
use super::scalar::{Entries, Literal, OneOrList, Placed, Text};
use crate::language::Outcome;

/// A test: an example contact, what happens to it, and what must come of it.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Test {
    /// What the test shows.
    pub description: Option<Text>,
    /// The contact at the start: its key, its fields, and where needed `tags`, `points`, `points/GROUP`, `stage: { funnel: stage }`, `do-not-contact: { channel: reason }`.
    pub contact: Placed<Entries<Placed<Given>>>,
    /// The company to which the contact belongs: its key and its fields. Default: it belongs to none.
    pub company: Option<Placed<Entries<Placed<Given>>>>,
    /// The moment of the first run.
    pub from: Placed<Text>,
    /// What the contact does, each at its time.
    #[serde(default)]
    pub events: Vec<Placed<Happening>>,
    /// What somebody changes in the contacts file, each at its time.
    #[serde(default)]
    pub changes: Vec<Placed<Edit>>,
    /// What must be true, each after the run of its time.
    #[serde(default)]
    pub expect: Vec<Placed<Expectation>>,
    /// How campaigns must have ended when all is over: `{ campaign: win-back, is: completed }`.
    pub outcome: Option<Placed<OneOrList<Placed<Ended>>>>,
}

/// A value of the contact as written; told apart by the kind of the node.
#[derive(Clone, Debug)]
pub enum Given {
    /// A value.
    Literal(Literal),
    /// Choices or tags.
    List(Vec<Placed<Literal>>),
    /// Stages by funnel.
    Map(Entries<Placed<Text>>),
}

/// An event of the contact.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Happening {
    /// When.
    pub at: Placed<Text>,
    /// Which event.
    pub event: Placed<Text>,
    /// Of which content.
    pub of: Option<Placed<Text>>,
    /// Its properties.
    #[serde(default)]
    pub properties: Entries<Placed<Literal>>,
}

/// A change that somebody makes in the contacts file.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Edit {
    /// When.
    pub at: Placed<Text>,
    /// New values by field, and where needed `points`, `points/GROUP`, `stage: { funnel: stage }`, `do-not-contact: { channel: reason }`.
    #[serde(default)]
    pub set: Entries<Placed<Given>>,
    /// New values of its company by field.
    pub company: Option<Placed<Entries<Placed<Given>>>>,
    /// Tags that the contact gets.
    #[serde(default)]
    pub add_tags: Vec<Placed<Text>>,
    /// Tags that the contact loses.
    #[serde(default)]
    pub remove_tags: Vec<Placed<Text>>,
}

/// What must be true after the run of a moment.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Expectation {
    /// When.
    pub at: Placed<Text>,
    /// A condition that the contact must meet.
    pub that: Option<Placed<Condition>>,
    /// Content that must have been sent by then.
    #[serde(default)]
    pub sent: Vec<Placed<Text>>,
    /// Content that must not have been sent by then.
    #[serde(default)]
    pub not_sent: Vec<Placed<Text>>,
}

/// How a campaign must have ended for the contact.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Ended {
    /// The campaign.
    pub campaign: Placed<Text>,
    /// Its outcome.
    pub is: Placed<Outcome>,
}
