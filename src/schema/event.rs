//! Events as written: what they carry, what they change, and how long they start campaigns.

use schemars::JsonSchema;
use serde::Deserialize;

use super::Definitions;
use super::scalar::{Entries, Keyed, ScalarOr, Text};
use crate::language::PropertyType;

/// Something that happens to contacts.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Event {
    /// What it means.
    pub description: Option<Text>,
    /// What an occurrence carries, by id: `text`, `integer`, `number`, `boolean`, `date` or
    /// `datetime`. For `purchased` and events of your own.
    #[serde(default)]
    pub properties: Definitions<PropertyType>,
    /// What an occurrence does to fields of the contact that have no column in the contacts file,
    /// by field.
    #[serde(default)]
    pub updates: Entries<Keyed<Update>>,
    /// How old an occurrence may be that starts a campaign, such as `2 days`. Default: `1 day`.
    pub max_age: Option<Keyed<Text>>,
}

/// What an occurrence does to a field: `add` or `set`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Update {
    /// Adds a number, or that of a property: `{ property: amount }`.
    pub add: Option<Keyed<ScalarOr<FromProperty>>>,
    /// Sets a value, `event-time` for dates, or the value of a property: `{ property: amount }`.
    pub set: Option<Keyed<ScalarOr<FromProperty>>>,
}

/// The value of a property of the event.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct FromProperty {
    /// The property.
    pub property: Keyed<Text>,
}
