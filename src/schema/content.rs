//! Content as written: what can be sent or touched.

use schemars::JsonSchema;
use serde::Deserialize;

use super::campaign::Once;
use super::funnel::Publish;
use super::scalar::{Keyed, ListOf, OneOrList, ScalarOr, Text};
use crate::language::{ContentKind, LimitThen, OnSkip};

/// An email, message, page, form or asset.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Content {
    /// `email`, `sms`, `push`, `focus`, `message`, `dynamic`, `ad`, `social` can be sent; `page`,
    /// `form`, `asset` are touched.
    pub kind: Keyed<ContentKind>,
    /// The name for people.
    pub name: Option<Text>,
    /// What it is for.
    pub description: Option<Text>,
    /// A group of your own.
    pub category: Option<Text>,
    /// Who looks after it.
    pub owner: Option<Text>,
    /// How often a contact may get it: `entry` (default: once per entry of a campaign), `ever`, or
    /// `{ after: 30 days }`. A `send` step may say otherwise.
    pub once: Option<Keyed<ScalarOr<Once>>>,
    /// Sent without consent: receipts and the like. Default: `false`. A `send` step may say
    /// otherwise.
    pub transactional: Option<Keyed<bool>>,
    /// How late it may still be sent, such as `12 h`: counted from when the step before it was
    /// over. A `send` step may say otherwise.
    pub expires: Option<Keyed<Text>>,
    /// What happens to the campaign when it is not sent: `continue` (default) or `exit`. A `send`
    /// step may say otherwise.
    pub on_skip: Option<Keyed<OnSkip>>,
    /// The subject; `{{ field | default: text }}` stands for a value of the contact.
    pub subject: Option<Keyed<Text>>,
    /// The file with the text, as a path from the project's folder; tokens as in `subject`.
    pub body: Option<Keyed<Text>>,
    /// Where it stands on the web.
    pub url: Option<Text>,
    /// The channels on which it may go out, the best first: `email`, `sms`, `push`; for `message`.
    /// Default: all three in this order.
    pub prefer: Option<Keyed<ListOf<Keyed<Text>>>>,
    /// Whether it may be sent at all. Default: `true`.
    pub published: Option<Keyed<bool>>,
    /// From when until when it may be sent.
    pub publish: Option<Publish>,
}

/// How often a channel may be used, and at which hours.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Limit {
    /// How many messages at most, in the time of `within`.
    pub at_most: Option<Keyed<i64>>,
    /// In which time, such as `7 days`; for `at-most`.
    pub within: Option<Keyed<Text>>,
    /// What happens to one more: `delay` (default) sends it when it may go, `drop` never; for
    /// `at-most`.
    pub then: Option<Keyed<LimitThen>>,
    /// From when to when messages may go out, such as `["09:00", "18:00"]`, on the contact's clock;
    /// both belong to it, and it may go over midnight.
    pub between: Option<Keyed<ListOf<Keyed<Text>>>>,
    /// The days of the week on which messages may go out, such as `[mon, fri]` or `mon-fri`.
    pub days: Option<Keyed<OneOrList<Keyed<Text>>>>,
}
