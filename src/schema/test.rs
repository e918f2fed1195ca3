//! Tests as written: an example contact, what happens to it, and what must come of it; `resolve`
//! holds the names against the project.

use schemars::JsonSchema;
use serde::Deserialize;

use super::Condition;
use super::scalar::{Entries, Keyed, Literal, OneOrList, Text};
use crate::language::Outcome;

/// A test: an example contact, what happens to it, and what must come of it.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Test {
    /// What the test shows.
    pub description: Option<Text>,
    /// The contact at the start: its key, its fields, and where needed `tags`, `points`,
    /// `points/GROUP`, `stage: { funnel: stage }`, `do-not-contact: { channel: reason }`.
    pub contact: Keyed<Entries<Keyed<Given>>>,
    /// The company to which the contact belongs: its key and its fields. Default: it belongs to
    /// none.
    pub company: Option<Keyed<Entries<Keyed<Given>>>>,
    /// The moment of the first run.
    pub from: Keyed<Text>,
    /// What the contact does, each at its time.
    #[serde(default)]
    pub events: Vec<Keyed<Happening>>,
    /// What somebody changes in the contacts file, each at its time.
    #[serde(default)]
    pub changes: Vec<Keyed<Edit>>,
    /// What must be true, each after the run of its time.
    #[serde(default)]
    pub expect: Vec<Keyed<Expectation>>,
    /// How campaigns must have ended when all is over: `{ campaign: win-back, is: completed }`.
    pub outcome: Option<Keyed<OneOrList<Keyed<Ended>>>>,
}

/// A value of the contact as written; told apart by the kind of the node.
#[derive(Clone, Debug)]
pub enum Given {
    /// A value.
    Literal(Literal),
    /// Choices or tags.
    List(Vec<Keyed<Literal>>),
    /// Stages by funnel.
    Map(Entries<Keyed<Text>>),
}

/// An event of the contact.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Happening {
    /// When.
    pub at: Keyed<Text>,
    /// Which event.
    pub event: Keyed<Text>,
    /// Of which content.
    pub of: Option<Keyed<Text>>,
    /// Its properties.
    #[serde(default)]
    pub properties: Entries<Keyed<Literal>>,
}

/// A change that somebody makes in the contacts file.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Edit {
    /// When.
    pub at: Keyed<Text>,
    /// New values by field, and where needed `points`, `points/GROUP`, `stage: { funnel: stage }`,
    /// `do-not-contact: { channel: reason }`.
    #[serde(default)]
    pub set: Entries<Keyed<Given>>,
    /// New values of its company by field.
    pub company: Option<Keyed<Entries<Keyed<Given>>>>,
    /// Tags that the contact gets.
    #[serde(default)]
    pub add_tags: Vec<Keyed<Text>>,
    /// Tags that the contact loses.
    #[serde(default)]
    pub remove_tags: Vec<Keyed<Text>>,
}

/// What must be true after the run of a moment.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Expectation {
    /// When.
    pub at: Keyed<Text>,
    /// A condition that the contact must meet.
    pub that: Option<Keyed<Condition>>,
    /// Content that must have been sent by then.
    #[serde(default)]
    pub sent: Vec<Keyed<Text>>,
    /// Content that must not have been sent by then.
    #[serde(default)]
    pub not_sent: Vec<Keyed<Text>>,
}

/// How a campaign must have ended for the contact.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Ended {
    /// The campaign.
    pub campaign: Keyed<Text>,
    /// Its outcome.
    pub is: Keyed<Outcome>,
}
