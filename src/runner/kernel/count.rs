//! The end of an instant for the metrics: where the contact was, where it is, and what it waits
//! for.

use super::executor::Executor;
use crate::runner::metrics::Way;

impl Executor<'_> {
    pub(super) fn count(&mut self) {
        self.metrics.contacts += 1;
        let program = self.program;
        for (segment, &node) in program.conditions.segments().iter().enumerate() {
            if self.eval(node) {
                self.metrics.segment(segment);
            }
        }
        for (funnel, standing) in self.stages.iter().enumerate() {
            let way = Way {
                before: standing.before,
                after: standing.stage,
                converted: standing.converted,
            };
            self.metrics.stayed_or_went(funnel, way);
        }
        for (stage, stay) in &self.stays {
            if let Some(shown) = stay.shown {
                self.metrics.shows(*stage, shown);
            }
        }
        if self.passed.any() {
            self.count_passed();
        }
        for &place in &self.active {
            let campaign = program.campaign_order[place];
            self.metrics
                .inside(campaign, self.members[campaign].token());
        }
        for way in &self.ways {
            self.metrics.waits(way.campaign, way.token);
        }
    }

    /// By segment: whether the contact meets it now.
    pub(super) fn meets(&mut self, meets: &mut Vec<bool>) {
        meets.clear();
        meets.extend(
            self.program
                .conditions
                .segments()
                .iter()
                .map(|&node| self.eval(node)),
        );
    }

    /// The stages through which the contact only went.
    fn count_passed(&mut self) {
        for (funnel, rules) in self.program.funnels.iter().enumerate() {
            let standing = self.stages[funnel];
            for stage in 0..rules.stages.len() {
                let stayed = standing.before == Some(stage) || standing.stage == Some(stage);
                if self.passed.has(rules.first_stage + stage) && !stayed {
                    self.metrics.passed(funnel, stage);
                }
            }
        }
    }
}
