//! The companies file as written: what a company is, and how a contact names the one to which it
//! belongs.

use schemars::JsonSchema;
use serde::Deserialize;

use super::Definitions;
use super::contacts::Field;
use super::scalar::{Keyed, ListOf, Text};

/// A second file, of companies: its key, its fields, and the field of the contact that holds the
/// key.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Companies {
    /// The column that names a company; unique in the file.
    pub key: Keyed<Text>,
    /// The text field of the contact that holds the key of its company.
    pub contact_field: Keyed<Text>,
    /// Words that mean in any cell that there is no value, such as `NULL`; compared exactly.
    pub missing: Option<Keyed<ListOf<Keyed<Text>>>>,
    /// The fields by id. The column is the id with `-` as `_`, unless `column` says otherwise.
    #[serde(default)]
    pub fields: Definitions<Field>,
}
