//! What somebody who looks at a contact is told of it: answers to questions that the plan does not
//! depend on, and what they were found in; nobody is moved by looking.

use rust_decimal::Decimal;

use super::Worker;
use super::executor::Executor;
use super::step::Here;
use crate::model::{Channel, SendRules};
use crate::runner::contact::Slot;
use crate::runner::effect::{SkipReason, Unreached};
use crate::runner::program::{Action, Node, NodeId, Verb};

/// What a question says of a contact.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Answer {
    pub(crate) holds: bool,
    /// How often it happened, or what it sums up to, where that is what is asked and has a
    /// beginning.
    pub(crate) counted: Option<Decimal>,
}

impl<'a> Worker<'a> {
    /// What the contact that was taken last answers to the questions with which the program was
    /// bound.
    pub(crate) fn asked(&mut self) -> Vec<Answer> {
        let asked = self.executor.program.conditions.asked();
        asked
            .iter()
            .map(|&node| Answer {
                holds: self.executor.eval(node),
                counted: self.executor.counted(node),
            })
            .collect()
    }

    /// The values of that contact by field, and behind them those of its company.
    pub(crate) fn fields_and_company(&self) -> &[Slot<'a>] {
        &self.executor.fields
    }

    /// Whether that contact has a tag that the project does not name.
    pub(crate) fn has_other_tags(&self) -> bool {
        self.executor.other_tags
    }

    /// What is in the way of that contact on a channel.
    pub(crate) fn in_the_way(&mut self, channel: Channel) -> Option<Unreached> {
        self.executor.in_the_way(channel, false)
    }

    /// Why the message of a step would be skipped now; how late it is does not count.
    pub(crate) fn would_skip(&mut self, campaign: usize, step: usize) -> Option<SkipReason> {
        let program = self.executor.program;
        let verb = &program.campaigns[campaign].steps.get(step)?.verb;
        let Verb::Action(Action::Send { content, rules }) = verb else {
            return None;
        };
        let rules = SendRules {
            expires: None,
            ..*rules
        };
        let here = Here {
            campaign,
            step,
            at: self.executor.at(campaign),
        };
        self.executor.route_or_reason(here, *content, rules).err()
    }

    /// The first step of the way that the contact takes at a `split`.
    pub(crate) fn way_at(&self, campaign: usize, step: usize) -> Option<usize> {
        let program = self.executor.program;
        let verb = &program.campaigns[campaign].steps.get(step)?.verb;
        let Verb::Split(split) = verb else {
            return None;
        };
        Some(self.executor.share_of(campaign, step, split).first)
    }
}

impl Executor<'_> {
    fn counted(&self, node: NodeId) -> Option<Decimal> {
        let conditions = &self.program.conditions;
        let Node::Count(count) = conditions.node(node) else {
            return None;
        };
        self.total(&conditions.counts[*count])
    }
}
