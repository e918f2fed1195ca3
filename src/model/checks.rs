//! How much each check counts in a project; says nothing about what the project does, so no plan has it.

use crate::source::Span;

/// What a project says about one check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckRule {
    /// The code of the check.
    pub code: String,
    /// Where the code stands.
    pub span: Span,
    /// What its findings count as.
    pub weight: Weight,
    /// Whether a reason is written.
    pub has_reason: bool,
}

/// What the findings of a check count as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// An error.
    Error,
    /// A warning.
    Warning,
    /// Nothing: they are not told.
    Off,
}
