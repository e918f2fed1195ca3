//! In the plan file: what has another name than in an earlier plan, or is gone.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A thing that has another name than in an earlier plan.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case")]
#[expect(
    missing_docs,
    reason = "the keys are those of the language, docs/language.md"
)]
pub enum Moved {
    Stage {
        from: String,
        to: String,
    },
    Step {
        campaign: String,
        from: String,
        to: String,
    },
    Campaign {
        from: String,
        to: String,
    },
    Funnel {
        from: String,
        to: String,
    },
    Segment {
        from: String,
        to: String,
    },
    Content {
        from: String,
        to: String,
    },
    Tag {
        from: String,
        to: String,
    },
    Event {
        from: String,
        to: String,
    },
    /// Both as `funnel/stage/experience`.
    Experience {
        from: String,
        to: String,
    },
}

/// A thing that an earlier plan had and this one has not.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case")]
#[expect(
    missing_docs,
    reason = "the keys are those of the language, docs/language.md"
)]
pub enum Removed {
    Stage(String),
    Step {
        campaign: String,
        step: String,
        then: String,
    },
    Campaign(String),
    Funnel(String),
    Field(String),
}
