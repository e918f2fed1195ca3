//! The data contract: which columns of the contacts file mean what.

use crate::language::TypeName;
use jiff::civil::Date;
use rust_decimal::Decimal;

use super::calendar::{Duration, Moment};
use super::condition::Condition;
use super::ids::{Arena, ChoiceId, FieldId, TagId};
use super::windows::Windows;
use crate::source::Span;

/// What the contacts file holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Contacts {
    /// The column of the key.
    pub key: String,
    /// Where the key's column is written; nowhere where a project has no `contacts`.
    pub span: Span,
    /// The tags.
    pub tags: Tags,
    /// The points.
    pub points: Points,
    /// The fields.
    pub fields: Arena<FieldId, Field>,
    /// Per channel, in the order of [`Channel::ALL`](crate::language::Channel::ALL).
    pub channels: [ChannelRules; 3],
    /// The text field with the contact's IANA zone.
    pub timezone: Option<FieldId>,
    /// The field with the contact's language.
    pub language: Option<FieldId>,
    /// The field with the address of who looks after the contact.
    pub owner: Option<FieldId>,
    /// The field with the channel that the contact prefers.
    pub preferred_channel: Option<FieldId>,
    /// Words that mean in any cell that there is no value, in order.
    pub missing: Vec<String>,
    /// What a value that does not fit its type does.
    pub on_bad_value: BadValue,
}

/// The tags that the project knows, and their column.
#[derive(Clone, Debug, PartialEq)]
pub struct Tags {
    /// Whether other tags may stand in the file.
    pub open: bool,
    /// Declared tags, and for an open list those that the project names.
    pub names: Arena<TagId, Tag>,
    /// The column.
    pub column: String,
    /// What stands between two tags.
    pub separator: String,
}

/// A tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    /// Its text.
    pub id: String,
    /// Where it is declared, or first named.
    pub span: Span,
}

/// Where the points stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Points {
    /// The column.
    pub column: String,
}

/// A field of the contact.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// The id.
    pub id: String,
    /// Where the id is written.
    pub span: Span,
    /// A sentence about it.
    pub description: Option<String>,
    /// The column.
    pub column: String,
    /// Its type; absent where that is broken.
    pub type_: Option<FieldType>,
    /// Whether every contact must have a value.
    pub required: bool,
    /// The value of a contact that has none.
    pub default: Option<Value>,
    /// Words that mean that there is no value, in order.
    pub missing: Vec<String>,
    /// The smallest value allowed.
    pub min: Option<Value>,
    /// The largest value allowed.
    pub max: Option<Value>,
}

/// The column of what does not say which.
pub fn column_of(id: &str) -> String {
    id.replace('-', "_")
}

/// The type of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldType {
    /// Any text.
    Text {
        /// Whether capital and small letters differ.
        match_case: bool,
    },
    /// An email address; capital and small letters do not differ.
    Email,
    /// A whole number.
    Integer,
    /// An exact decimal.
    Number,
    /// True or false.
    Boolean,
    /// A day.
    Date,
    /// A moment.
    Datetime,
    /// One of a list.
    Choice(Vec<String>),
    /// Some of a list.
    Choices {
        /// The list.
        values: Vec<String>,
        /// What stands between two.
        separator: String,
    },
}

impl FieldType {
    /// What it is called.
    pub fn name(&self) -> TypeName {
        match self {
            Self::Text { .. } => TypeName::Text,
            Self::Email => TypeName::Email,
            Self::Integer => TypeName::Integer,
            Self::Number => TypeName::Number,
            Self::Boolean => TypeName::Boolean,
            Self::Date => TypeName::Date,
            Self::Datetime => TypeName::Datetime,
            Self::Choice(_) => TypeName::Choice,
            Self::Choices { .. } => TypeName::Choices,
        }
    }

    /// The word of the language.
    pub fn word(&self) -> &'static str {
        self.name().word()
    }
}

/// A value of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Of `text` and `email`.
    Text(String),
    /// Of `integer`.
    Integer(i64),
    /// Of `number`.
    Number(Decimal),
    /// Of `boolean`.
    Boolean(bool),
    /// Of `date`.
    Date(Date),
    /// Of `datetime`; a day stands for its first moment.
    Datetime(Moment),
    /// Of `choice`.
    Choice(ChoiceId),
    /// Of `choices`, in the order of the declaration.
    Choices(Vec<ChoiceId>),
}

/// What a channel asks before anything is sent on it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ChannelRules {
    /// The field with the address; without one the channel reaches nobody.
    pub address: Option<FieldId>,
    /// Must hold, unless the content is transactional; absent: nothing is asked.
    pub consent: Option<Condition>,
    /// The column that says why the channel must not be used.
    pub do_not_contact: Option<String>,
    /// Whether nobody has asked to be left alone where a file lacks that column.
    pub may_lack_do_not_contact: bool,
    /// How often it may be used.
    pub limit: Option<Limit>,
    /// At which hours and on which days it may be used, on the contact's clock; by default at any.
    pub hours: Windows,
    /// Where these are written; nowhere in a plan.
    pub hours_span: Option<Span>,
}

/// What a value that does not fit its type does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadValue {
    /// The row is bad.
    Fail,
    /// The value counts as missing.
    Missing,
    /// The contact is left as it is; with more of them the run fails.
    SkipContact {
        /// How many there may be.
        at_most: u64,
    },
}

/// How often a channel may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// How many messages.
    pub at_most: u32,
    /// In which time.
    pub within: Duration,
    /// Whether one more is dropped; else it waits.
    pub drops: bool,
}
