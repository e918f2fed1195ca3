//! What becomes of contacts in flight, as written: things that were renamed, and things that are
//! gone.

use schemars::JsonSchema;
use serde::Deserialize;

use super::scalar::{Keyed, Text};
use crate::language::WhenRemoved;

/// A thing that has another name now; contacts that are there go on under the new one.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Moved {
    /// The campaign, by its present name, if a step was renamed.
    pub campaign: Option<Keyed<Text>>,
    /// The old name: `funnel/stage`, a funnel, a campaign, or with `campaign` a step; or, with the
    /// word before it, `segment s`, `content c`, `tag t`, `event e`, `experience funnel/stage/id`.
    pub from: Keyed<Text>,
    /// The new name, which is there, with the same word before it.
    pub to: Keyed<Text>,
}

/// A thing that is gone, and what becomes of contacts that are there.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Removed {
    /// A campaign that is gone; or, with `step`, the one in which a step is gone.
    pub campaign: Option<Keyed<Text>>,
    /// A step that is gone.
    pub step: Option<Keyed<Text>>,
    /// A stage that is gone, written `funnel/stage`.
    pub stage: Option<Keyed<Text>>,
    /// A funnel that is gone.
    pub funnel: Option<Keyed<Text>>,
    /// A field that is gone or has another type: what is remembered of it is forgotten.
    pub field: Option<Keyed<Text>>,
    /// What becomes of the contacts: `exit` the campaign or go on with the `next` step, for a step;
    /// `leave` the funnel, for a stage.
    pub then: Option<Keyed<WhenRemoved>>,
}
