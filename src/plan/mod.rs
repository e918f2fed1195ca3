//! The plan: a checked project, frozen; nothing can make one but [`Plan::lower`] and reading a plan file whose fingerprint holds.

use crate::model::Model;

/// A project that was checked and found free of errors.
#[derive(Clone, Debug)]
pub struct Plan {
    model: Model,
}

impl Plan {
    /// What the plan says. Nothing in it is broken.
    pub fn model(&self) -> &Model {
        &self.model
    }
}
