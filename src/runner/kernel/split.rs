//! The step `split`: which branch a contact takes follows from its key, the campaign, the step, and
//! the names and shares of the branches, so that nothing else can reshuffle anybody.

use super::executor::Executor;
use crate::model::ids::Id;
use crate::runner::program::{Program, ShareProgram, SplitProgram};

impl<'a> Executor<'a> {
    /// The share of the contact at a split.
    pub(super) fn share_of(
        &self,
        campaign: usize,
        step: usize,
        split: &'a SplitProgram,
    ) -> &'a ShareProgram {
        split.share(hash(self.program, self.key, campaign, step))
    }
}

fn hash(program: &Program, contact: &str, campaign: usize, step: usize) -> u64 {
    let id = Id::from_index(campaign);
    let mut hasher = blake3::Hasher::new();
    let name = program.step_name(id, step);
    for part in [contact, "\n", &program.model().campaigns[id].id, "\n", name] {
        hasher.update(part.as_bytes());
    }
    let bytes = hasher.finalize();
    let first = bytes.as_bytes().iter().take(8);
    first.fold(0, |number, byte| number << 8 | u64::from(*byte))
}
