//! In the plan file: the data contract of contacts and companies.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Condition, Windows};

/// The data contract.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Contacts {
    /// The column of the key.
    pub key: String,
    /// `fail`, `missing`, or `skip-contact` and how many at most.
    pub on_bad_value: OnBadValue,
    /// Words that mean that there is no value.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
    /// The tags.
    pub tags: Tags,
    /// The column of the points.
    pub points: String,
    /// The fields.
    pub fields: BTreeMap<String, Field>,
    /// The channels that have rules: `email`, `sms`, `push`.
    pub channels: BTreeMap<String, Channel>,
    /// The field with the contact's zone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
    /// The field with the contact's language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// The field with the address of who looks after the contact.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// The field with the channel that the contact prefers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preferred_channel: Option<String>,
}

/// The companies file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Companies {
    /// The column of the key.
    pub key: String,
    /// The field of the contact that holds the key.
    pub contact_field: String,
    /// Words that mean that there is no value.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
    /// The fields.
    pub fields: BTreeMap<String, Field>,
}

/// What a value that does not fit its type does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case")]
#[expect(missing_docs, reason = "the names are the language's words")]
pub enum OnBadValue {
    Fail,
    Missing,
    SkipContact { at_most: u64 },
}

/// The tags.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Tags {
    /// Whether other tags may stand in the file.
    pub open: bool,
    /// The tags that the plan knows.
    pub values: Vec<String>,
    /// The column.
    pub column: String,
    /// What stands between two.
    pub separator: String,
}

/// A field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Field {
    /// The type.
    #[serde(rename = "type")]
    pub type_: String,
    /// The column.
    pub column: String,
    /// Whether every contact must have a value.
    pub required: bool,
    /// The value of a contact that has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<Operand>,
    /// Words that mean that there is no value.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
    /// The smallest value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<Operand>,
    /// The largest value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<Operand>,
    /// For `text`: whether capital and small letters differ.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub match_case: Option<bool>,
    /// For `choice` and `choices`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub values: Option<Vec<String>>,
    /// For `choices`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub separator: Option<String>,
}

/// A value as text, or several for `choices`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Operand {
    /// One value.
    One(String),
    /// Choices.
    Many(Vec<String>),
}

/// The rules of a channel.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Channel {
    /// The field with the address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// What must hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consent: Option<Condition>,
    /// The column that says why the channel must not be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub do_not_contact: Option<String>,
    /// `false`, where a file may lack that column.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub do_not_contact_default: Option<bool>,
    /// How often it may be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<Limit>,
    /// At which hours and on which days it may be used, on the contact's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<Windows>,
}

/// How often a channel may be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Limit {
    /// How many messages at most.
    pub at_most: u32,
    /// In which time.
    pub within: String,
    /// `delay` or `drop`.
    pub then: String,
}
