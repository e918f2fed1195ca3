//! What a chain of runs counts: what happened in all of them, and where contacts were behind the
//! last.

use super::Metrics;

impl Metrics {
    /// Of sums over the runs of a chain makes what the chain counts; `last` is what its last run
    /// counted.
    pub(crate) fn end_chain(&mut self, last: &Self) {
        self.contacts = last.contacts;
        self.unknown_companies = last.unknown_companies;
        self.segments.clone_from(&last.segments);
        for (sum, last) in self.funnels.iter_mut().zip(&last.funnels) {
            sum.none = last.none;
            for (sum, last) in sum.stages.iter_mut().zip(&last.stages) {
                sum.now = last.now;
                // As in one run: who was there left, or is there still.
                sum.reach = sum.now + sum.left;
            }
            let last = last.experiences.iter().flatten();
            for (sum, last) in sum.experiences.iter_mut().flatten().zip(last) {
                sum.now = last.now;
            }
        }
        for (sum, last) in self.campaigns.iter_mut().zip(&last.campaigns) {
            sum.active = last.active;
            for (sum, last) in sum.steps.iter_mut().zip(&last.steps) {
                sum.waiting = last.waiting;
            }
        }
    }
}
