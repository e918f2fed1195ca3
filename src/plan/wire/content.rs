//! In the plan file: what can be sent or touched, where actions go, what happens to contacts, and
//! who belongs to a segment by name.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Operand, Publish};
use crate::model;

/// Content.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Content {
    /// The kind.
    pub kind: String,
    /// `entry`, `ever`, or `after 30 days`.
    pub once: String,
    /// Whether it goes out without consent.
    pub transactional: bool,
    /// The subject, with its tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<Body>,
    /// Where it stands on the web.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The channels of a message, the best first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prefer: Vec<String>,
    /// How late it may still go out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires: Option<String>,
    /// Whether the campaign ends when it is not sent: `continue` or `exit`.
    pub on_skip: String,
    /// When it may be sent.
    pub publish: Publish,
}

/// Members of a segment by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Members {
    /// The keys of contacts that always belong to it, in order.
    #[serde(
        default,
        with = "listed",
        skip_serializing_if = "model::Members::is_empty"
    )]
    #[schemars(with = "Vec<String>")]
    pub include: model::Members,
    /// The keys of contacts that never belong to it, in order.
    #[serde(
        default,
        with = "listed",
        skip_serializing_if = "model::Members::is_empty"
    )]
    #[schemars(with = "Vec<String>")]
    pub exclude: model::Members,
}

/// Members as the list of their keys.
mod listed {
    use serde::{Deserialize, Deserializer, Serializer};

    use crate::model::Members;

    pub(super) fn serialize<S: Serializer>(members: &Members, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(members.keys())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Members, D::Error> {
        Vec::deserialize(from).map(Members::of)
    }
}

/// The text of a content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Body {
    /// The path of the file, from the project's folder.
    pub file: String,
    /// BLAKE3 of its text, in hexadecimal.
    pub digest: String,
    /// The values of the contact that its tokens ask for, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tokens: Vec<String>,
}

/// A system to which actions go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Destination {
    /// `webhook` or `crm`.
    pub kind: String,
    /// Where it is reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<Setting>,
    /// What proves who is calling.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<Setting>,
}

/// What whoever delivers needs to know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Setting {
    /// As it stands.
    Text(String),
    /// In this variable of the environment.
    Env(String),
}

/// Something that happens to contacts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Event {
    /// The types of its properties.
    pub properties: BTreeMap<String, String>,
    /// What it does to fields.
    pub updates: BTreeMap<String, UpdateChange>,
    /// How old an occurrence may be that starts a campaign.
    pub max_age: String,
}

/// What an event does to a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[expect(
    missing_docs,
    reason = "the keys are those of the language, docs/language.md"
)]
pub enum UpdateChange {
    Add(String),
    AddProperty(String),
    Set(Operand),
    SetProperty(String),
    SetEventTime,
}
