//! A segment as written: a named condition.

use schemars::JsonSchema;
use serde::Deserialize;

use super::Condition;
use super::scalar::{Anything, Keyed, ListOf, Text};
use crate::language::Purpose;

/// A named condition over contacts, evaluated at the moment it is asked.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Segment {
    /// The name for people.
    pub name: Option<Text>,
    /// Who is meant.
    pub description: Option<Text>,
    /// A group of your own.
    pub category: Option<Text>,
    /// Who looks after it.
    pub owner: Option<Text>,
    /// Who belongs to it.
    #[serde(rename = "where")]
    pub where_: Option<Keyed<Condition>>,
    /// What it is for, where nothing in the project asks for it: `reports`.
    #[serde(rename = "for")]
    pub for_: Option<Keyed<Purpose>>,
    /// Files of contacts that always belong to it, as paths from the project's folder: CSV with the
    /// column of the key, or one key a line.
    pub include: Option<Keyed<ListOf<Keyed<Text>>>>,
    /// Files of contacts that never belong to it.
    pub exclude: Option<Keyed<ListOf<Keyed<Text>>>>,
    /// Set where a part of it could not be read, which is reported already.
    #[serde(rename = "$hole")]
    #[schemars(skip)]
    pub hole: Option<Anything>,
}
