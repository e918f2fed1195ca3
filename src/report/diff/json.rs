//! A change for machines: a versioned JSON document, described by schema/diff.schema.json.

use schemars::JsonSchema;
use serde::Serialize;

use super::Report;
use crate::diff::{Change, Reach, Rename};
use crate::json_schema::published;
use crate::runner::compare::Comparison;
use crate::screen::json_without_passwords;

/// The version of the document's format.
pub const FORMAT: u32 = 1;

/// What `funnelc diff --format json` prints.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Document {
    /// The version of this format; a change of meaning raises it.
    pub format: u32,
    /// What is compared with.
    pub base: Version,
    /// What is compared.
    pub head: Version,
    /// The change in one sentence.
    pub headline: String,
    /// What must be known to read the rest, such as that the base does not have the environment.
    pub notes: Vec<String>,
    /// What the change touches, as `--fail-on` judges it.
    pub touched: Touched,
    /// What acts differently.
    pub changes: Vec<Change>,
    /// What only reads differently.
    pub cosmetic: Vec<Change>,
    /// What seems to be renamed.
    pub renames: Vec<Rename>,
    /// Messages before which other questions stand.
    pub reaches: Vec<Reach>,
    /// What that does to contacts; absent where none were given.
    pub impact: Option<Comparison>,
}

/// One of the two that are compared.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Version {
    /// As it was named on the command line.
    pub name: String,
    /// The fingerprint of its plan.
    pub fingerprint: String,
}

/// What a change touches.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a thing that may fail a build"
)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Touched {
    /// Anything that acts.
    pub any: bool,
    /// Who is in which segment, or enters which campaign.
    pub audience: bool,
    /// Who gets which message.
    pub messages: bool,
    /// Who ends in which stage.
    pub stages: bool,
    /// Which tags, values, points, do-not-contact and memberships by a step contacts end with.
    pub data: bool,
    /// What leaves the house besides messages: `notify`, `webhook`, `push-to`, `hide`.
    pub actions: bool,
    /// What is to come for contacts that are in a campaign, and when.
    pub ahead: bool,
    /// What watches over the project: checks that count less, a baseline that leaves more out,
    /// tests that are gone or expect less.
    pub checks: bool,
}

/// The document, with a newline at the end.
pub fn json(report: &Report<'_>) -> String {
    let version = |(name, fingerprint): (&str, &str)| Version {
        name: name.to_owned(),
        fingerprint: fingerprint.to_owned(),
    };
    let diff = report.diff;
    let document = Document {
        format: FORMAT,
        base: version(report.base),
        head: version(report.head),
        headline: super::headline(report),
        notes: report.notes(),
        touched: report.touched(),
        changes: diff.changes.clone(),
        cosmetic: diff.cosmetic.clone(),
        renames: diff.renames.clone(),
        reaches: diff.reaches.clone(),
        impact: report.impact.cloned(),
    };
    let text = serde_json::to_string_pretty(&document)
        .expect("structs of text and numbers always serialise");
    json_without_passwords(&text) + "\n"
}

/// The JSON Schema of the document.
pub fn json_schema() -> String {
    published::<Document>()
}
