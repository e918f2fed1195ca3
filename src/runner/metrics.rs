//! What a run counts, as docs/outputs.md tells; counters of parts add up to those of the whole.

use crate::runner::program::Program;

/// The counters of a run or of a part of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metrics {
    /// Rows that were set aside; whoever reads counts them.
    pub rejected: u64,
}

impl Metrics {
    /// All zero.
    pub fn new(program: &Program) -> Self {
        let _ = program;
        Self::default()
    }

    /// Adds another part.
    pub fn add(&mut self, other: &Self) {
        self.rejected += other.rejected;
    }

    /// The text of metrics.json, with its last line end.
    pub fn to_json(&self, program: &Program) -> String {
        let _ = program;
        String::new()
    }
}
