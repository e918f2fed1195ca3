//! The shape of a file of assumptions, for editors; reading does not go through it.
//!
//! Invariant: what is read fits this shape, which a test holds.

use std::collections::BTreeMap;

use schemars::JsonSchema;

use crate::json_schema::published;

/// What people are assumed to do in a simulation.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, title = "funnelc assumptions")]
#[expect(dead_code, reason = "only its schema is used")]
struct AssumptionsFile {
    /// The version of the file: 1.
    #[schemars(range(min = 1, max = 1))]
    assume: u32,
    /// Another number draws other people. Default: 0.
    #[schemars(default)]
    seed: u64,
    /// What people do.
    people: Vec<Does>,
}

/// Something that some people do: `after` something, and `within` a length of time; or once in a
/// while, `every` so long.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
struct Does {
    /// What comes before it.
    after: Option<Before>,
    /// They do it within this length of time, such as `2 days`; any second of it is as likely.
    within: Option<String>,
    /// Whatever happens to them, they may do it once in each such length of time, of an hour or
    /// more, counted from the first instant of the simulation.
    every: Option<String>,
    /// The event.
    event: String,
    /// Of which content it is. Default: of what was sent, if it can happen to that.
    of: Option<String>,
    /// What it carries, by property: a value, or some of which one is drawn.
    #[schemars(default)]
    properties: BTreeMap<String, Given>,
    /// How many of a hundred do it, such as `30 %`.
    #[schemars(regex(pattern = r"^\s*[0-9]+(\.[0-9]+)?\s*%\s*$"))]
    chance: String,
}

/// What comes before something that people do.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case")]
#[expect(dead_code, reason = "only its schema is used")]
enum Before {
    /// Content was sent: its id, or `any`.
    Sent(String),
    /// The contact came to this stage, such as `shop/lead`.
    Stage(String),
    /// The contact entered the campaign of this id.
    Campaign(String),
}

/// A value of a property, or some of which one is drawn.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "only its schema is used")]
enum Given {
    One(Scalar),
    Some(Vec<Scalar>),
}

/// A value.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "only its schema is used")]
enum Scalar {
    Flag(bool),
    Number(f64),
    Text(String),
}

/// The JSON Schema of the file.
pub fn json_schema() -> String {
    published::<AssumptionsFile>()
}
