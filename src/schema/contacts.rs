//! The data contract as written: what the contacts file holds and where.

use schemars::JsonSchema;
use serde::Deserialize;

use super::scalar::{Anything, Entries, Keyed, ListOf, Literal, Recovered, ScalarOr, Text};
use super::{Condition, Definitions};
use crate::language::TypeName;

/// The contacts file: its key, fields, tags, points, addresses and consent.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Contacts {
    /// The column that names a contact; unique in the file.
    pub key: Keyed<Text>,
    /// The tags and where they stand.
    pub tags: Option<Tags>,
    /// Where the points stand.
    pub points: Option<PointsColumn>,
    /// The fields by id. The column is the id with `-` as `_`, unless `column` says otherwise.
    #[serde(default)]
    pub fields: Definitions<Field>,
    /// The field that holds the address of each channel: `email`, `sms`, `push`.
    #[serde(default)]
    pub addresses: Entries<Keyed<Text>>,
    /// The condition that must hold before anything is sent on a channel.
    #[serde(default)]
    pub consent: Entries<Recovered<Keyed<Condition>>>,
    /// The column that holds why a channel must not be used: nothing, `unsubscribed`, `complained`,
    /// `bounced`.
    #[serde(default)]
    pub do_not_contact: Entries<DoNotContact>,
    /// The text field that holds a contact's IANA zone, such as `Europe/Warsaw`; it counts in waits
    /// only. Default: the project's zone for everybody.
    pub timezone: Option<Keyed<Text>>,
    /// The field that holds a contact's language.
    pub language: Option<Keyed<Text>>,
    /// The field that holds the address of who looks after a contact.
    pub owner: Option<Keyed<Text>>,
    /// The field that holds the channel on which a contact likes to be reached: `email`, `sms`,
    /// `push`.
    pub preferred_channel: Option<Keyed<Text>>,
    /// Words that mean in any cell that there is no value, such as `NULL`; compared exactly.
    pub missing: Option<Keyed<ListOf<Keyed<Text>>>>,
    /// What a value that does not fit its type does: `fail` (default), `missing`, or `{
    /// skip-contact: { at-most: 100 } }`, which leaves so many contacts as they are.
    pub on_bad_value: Option<Keyed<ScalarOr<OnBadValue>>>,
    /// Set where a part of it could not be read, which is reported already.
    #[serde(rename = "$hole")]
    #[schemars(skip)]
    pub hole: Option<Anything>,
}

/// Leaves contacts with a value that does not fit as they are.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct OnBadValue {
    /// How many of them at most.
    pub skip_contact: SkipContact,
}

/// How many contacts may be left as they are.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct SkipContact {
    /// With more than that the run fails.
    pub at_most: Keyed<i64>,
}

/// The column of the contacts file that says who must not be contacted.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct DoNotContact {
    /// The column's name.
    pub column: Keyed<Text>,
    /// `false`: where a file lacks the column, nobody has asked to be left alone. Without it such a
    /// file is refused.
    pub default: Option<Keyed<bool>>,
}

/// Where the points stand.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct PointsColumn {
    /// The column's name. Default: `points`.
    pub column: Option<Keyed<Text>>,
    /// The column of each group. Default: `points_` and the group's id with `-` as `_`.
    #[serde(default)]
    pub groups: Entries<Keyed<Text>>,
}

/// The tags and where they stand.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Tags {
    /// All tags that there are, or `open` for any.
    pub values: Keyed<ScalarOr<ListOf<Keyed<Text>>>>,
    /// The column's name. Default: `tags`.
    pub column: Option<Keyed<Text>>,
    /// What stands between two tags. Default: `;`.
    pub separator: Option<Keyed<Text>>,
}

/// A field of the contact.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Field {
    /// `text`, `email`, `integer`, `number`, `boolean`, `date`, `datetime`, `choice` or `choices`.
    #[serde(rename = "type")]
    pub type_: Keyed<TypeName>,
    /// The column's name. Default: the id with `-` as `_`.
    pub column: Option<Keyed<Text>>,
    /// What the field means.
    pub description: Option<Text>,
    /// Whether every contact must have a value. Default: `false`.
    pub required: Option<Keyed<bool>>,
    /// The value of a contact that has none.
    pub default: Option<Keyed<Literal>>,
    /// Words that mean that there is no value, such as `n/a`; compared exactly.
    pub missing: Option<Keyed<ListOf<Keyed<Text>>>>,
    /// The smallest number or earliest date allowed.
    pub min: Option<Keyed<Literal>>,
    /// The largest number or latest date allowed.
    pub max: Option<Keyed<Literal>>,
    /// The choices that there are; for `choice` and `choices`.
    pub values: Option<Keyed<ListOf<Keyed<Text>>>>,
    /// What stands between two choices. Default: `;`.
    pub separator: Option<Keyed<Text>>,
    /// Whether capital and small letters differ in comparisons of text. Default: `false`.
    pub match_case: Option<Keyed<bool>>,
}
