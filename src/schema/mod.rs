//! What may be written: one file per section of the language, with the shape of each definition as
//! it stands in the YAML; nothing here knows what a name refers to.
//!
//! Steps and conditions are told apart by which key is present. Each is one flat struct of options,
//! and which keys go together is decided in `resolve`, where a message can point at both. The same
//! types give the published JSON Schema.

/// The keys of a mapping as written, in the order of the text. A field that is left out of the list
/// does not compile.
macro_rules! keys_of {
    ($written:ident but $($other:ident)+, $($field:ident)+) => {{
        let Self { $($field,)+ $($other: _,)+ } = $written;
        let keys = [$($field.as_ref().map(|it| (stringify!($field), it.key, it.span))),+];
        let key = |(field, at, value): (&str, _, _)| $crate::schema::Key {
            word: field.trim_end_matches('_').replace('_', "-"),
            at,
            value,
        };
        let mut keys: Vec<_> = keys.into_iter().flatten().map(key).collect();
        keys.sort_by_key(|key| key.at);
        keys
    }};
}

pub mod block;
pub mod campaign;
pub mod checks;
pub mod companies;
pub mod condition;
pub mod contacts;
pub mod content;
mod de;
pub mod decode;
pub mod destination;
mod elsewhere;
pub mod event;
pub mod expand;
pub mod funnel;
pub mod in_flight;
mod lookup;
mod meant;
pub mod merge;
mod named;
pub mod points;
pub mod publish;
pub mod scalar;
pub mod segment;
mod shape;
pub mod test;
mod text;
mod wording;

pub use block::{Argument, Block};
pub use campaign::{AwaitWay, Campaign, Change, SetTo, Share, Step, WaitField, Way};
pub use checks::{CheckRule, RunAtMost};
pub use companies::Companies;
pub use condition::Condition;
pub use contacts::{Contacts, Field};
pub use content::{Content, Limit};
pub use decode::decode;
pub use destination::Destination;
pub use event::Event;
pub use expand::expand;
pub use funnel::{Experience, Funnel, Move, Place, Publish, Stage};
pub use in_flight::{Moved, Removed};
pub(crate) use meant::{Operands, as_digits, instead, is_grouped};
pub use merge::merge;
pub use points::{Give, PointRule, PointTrigger, Points};
pub use publish::json_schema;
pub use scalar::{
    Anything, Definitions, Entries, Keyed, ListOf, Literal, MapOrList, OneOrList, Recovered,
    ScalarOr, Text,
};
pub use segment::Segment;
pub use test::Test;
pub(crate) use text::{is_id, meant_flag};
pub(crate) use wording::{bad_id, too_long};

use schemars::JsonSchema;
use serde::Deserialize;

use crate::source::Span;

/// A key that stands in a mapping.
#[derive(Clone, Debug)]
pub struct Key {
    /// What it is called.
    pub word: String,
    /// Where it stands.
    pub at: Span,
    /// Where its value stands.
    pub value: Span,
}

/// A funnelc project: funnels, stages, segments and campaigns as code.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Project {
    /// The version of the language: `1`.
    pub version: Option<Keyed<Text>>,
    /// The project's name.
    pub project: Option<Keyed<Text>>,
    /// The IANA zone in which dates turn, such as `Europe/Warsaw`. Default: `UTC`.
    pub timezone: Option<Keyed<Text>>,
    /// More files of this project, as paths or patterns. Default: `journeys/**/*.yaml` and `.yml`.
    #[serde(default)]
    pub include: Vec<Keyed<Text>>,
    /// How often the journey runs; the clock is floored to it.
    pub runs: Option<Runs>,
    /// The contacts file: its key, fields, tags, points, addresses and consent.
    pub contacts: Option<Recovered<Contacts>>,
    /// The companies file, given to a run by `--companies`.
    pub companies: Option<Recovered<Companies>>,
    /// What can be sent or touched: emails, messages, pages, forms, assets.
    #[serde(default)]
    pub content: Definitions<Content>,
    /// What happens to contacts: opens, clicks, purchases and events of your own, with what they
    /// carry and change.
    #[serde(default)]
    pub events: Definitions<Event>,
    /// CRMs and webhooks that actions go to.
    #[serde(default)]
    pub destinations: Definitions<Destination>,
    /// How often a channel may be used: `email`, `sms`, `push`.
    #[serde(default)]
    pub limits: Entries<Keyed<Limit>>,
    /// Named conditions over contacts.
    #[serde(default)]
    pub segments: Definitions<Segment>,
    /// Funnels and their stages.
    #[serde(default)]
    pub funnels: Definitions<Funnel>,
    /// Campaigns: who enters, and what happens to them step by step.
    #[serde(default)]
    pub campaigns: Definitions<Campaign>,
    /// How much the findings of a check count, by its code: `error`, `warning`, or `{ severity:
    /// off, reason: … }`; and as `baseline` the file with the warnings that are not told.
    #[serde(default)]
    pub checks: Entries<Keyed<ScalarOr<CheckRule>>>,
    /// Named values, for `$name` in place of a whole value.
    #[serde(default)]
    pub variables: Entries<Keyed<Literal>>,
    /// What differs by environment, by the name that `--env` gives: keys of the project, merged
    /// deep over it.
    #[serde(default)]
    pub environments: Entries<Environment>,
    /// Steps for reuse, with parameters.
    #[serde(default)]
    pub blocks: Definitions<Block>,
    /// What has another name than in an earlier version, so that contacts in flight are found
    /// again.
    #[serde(default)]
    pub moved: Vec<Keyed<Moved>>,
    /// What an earlier version had and this one has not, and what becomes of contacts there.
    #[serde(default)]
    pub removed: Vec<Keyed<Removed>>,
    /// Example contacts and what must happen to them, for `funnelc test`; the name of a test is
    /// free text.
    #[serde(default)]
    pub tests: Definitions<Test>,
    /// Points: groups, rules and triggers.
    pub points: Option<Recovered<Points>>,
    /// Values of top-level keys that could not be read at all, which is reported already; ids may
    /// have stood in them.
    #[serde(skip)]
    pub broken: Vec<Span>,
}

/// What an environment changes.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline)]
pub struct Environment(pub Entries<Keyed<Anything>>);

/// The schedule of runs.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Runs {
    /// The time between two runs, such as `1 h`; the clock is floored to it from local midnight.
    pub every: Keyed<Text>,
}
