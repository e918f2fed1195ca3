//! Campaigns compiled: who comes in, who leaves, and whether they are published now.

use super::condition::NodeId;
use super::dependencies::Reads;
use super::event::PatternProgram;
use super::journey::Builder;
use super::step::StepProgram;
use crate::model::ids::Id;
use crate::model::{Await, Campaign, Duration, Enter, OnLeave, StepKind, Threshold};
use crate::plan::condition_json;

/// A campaign.
#[derive(Clone, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "they are independent settings of the campaign"
)]
pub(crate) struct CampaignProgram {
    pub(crate) published: bool,
    /// Whether its window is over, and contacts leave.
    pub(crate) is_over: bool,
    /// Where its window ended, if it has an end.
    pub(crate) until: Option<i64>,
    pub(crate) enter: Vec<EnterProgram>,
    /// The conditions of `enter`, with `{ entered: s }` read as `{ stage: s }`.
    pub(crate) admits: Vec<NodeId>,
    /// The events that let in.
    pub(crate) occurrences: Vec<PatternProgram>,
    /// Where its conditions of `enter` begin among those of all campaigns.
    pub(crate) first_condition: usize,
    pub(crate) reenter: Option<Duration>,
    pub(crate) exit_on_leave: bool,
    pub(crate) goal: Option<NodeId>,
    pub(crate) exit_when: Option<NodeId>,
    /// For a trigger: the points that start it.
    pub(crate) trigger: Option<Threshold>,
    pub(crate) steps: Vec<StepProgram>,
    /// Whether a step may run more than once in an entry.
    pub(crate) repeats: bool,
    /// The content of whose sends an `await` wants to know when and whether they went out.
    pub(crate) awaits: Vec<usize>,
    /// What its entry, goal and exit read.
    pub(crate) reads: Reads,
}

/// A state condition of `enter`.
#[derive(Clone, Debug)]
pub(crate) struct EnterProgram {
    pub(crate) when: NodeId,
    /// What it says, in short, to know it again in a later plan.
    pub(crate) mark: String,
    /// Whether those who qualify now are left out, because this is the first instant of the
    /// condition.
    pub(crate) skips_existing: bool,
}

impl Builder<'_> {
    pub(crate) fn campaign(
        &mut self,
        campaign: &Campaign,
        first_condition: usize,
    ) -> CampaignProgram {
        let mut enter = Vec::new();
        let mut admits = Vec::new();
        let mut occurrences = Vec::new();
        for way in &campaign.enter {
            match way {
                Enter::Condition(condition) => {
                    let when = self.compiler.compile(condition);
                    let mark = super::mark(&condition_json(self.model, condition));
                    admits.push(when);
                    // Written twice it is one condition: the state knows it by its mark.
                    if enter.iter().all(|way: &EnterProgram| way.mark != mark) {
                        enter.push(EnterProgram {
                            when,
                            mark,
                            skips_existing: false,
                        });
                    }
                }
                Enter::Entered { stage, .. } => admits.push(self.compiler.in_stage(*stage)),
                // Before the first step it counts as false; who was let in by it cannot be
                // overtaken.
                Enter::Event(pattern) => occurrences.push(self.compiler.occurrences(pattern)),
            }
        }
        let goal = campaign
            .goal
            .as_ref()
            .map(|goal| self.compiler.compile(goal));
        let exit_when = campaign
            .exit_when
            .as_ref()
            .map(|exit| self.compiler.compile(exit));
        let asked = enter
            .iter()
            .map(|way| way.when)
            .chain(goal)
            .chain(exit_when);
        CampaignProgram {
            published: self.published(&campaign.publish),
            is_over: campaign.exits_after_until
                && campaign
                    .publish
                    .until
                    .is_some_and(|it| self.now > self.last_of(it)),
            until: campaign.publish.until.map(|until| self.end_of(until)),
            reads: asked.fold(0, |reads, node| reads | self.compiler.reads(node)),
            enter,
            admits,
            occurrences,
            first_condition,
            reenter: campaign.reenter,
            exit_on_leave: campaign.on_leave == Some(OnLeave::Exit),
            goal,
            exit_when,
            trigger: campaign.trigger,
            steps: self.steps(campaign),
            repeats: repeats(campaign),
            awaits: awaits(campaign),
        }
    }
}

fn awaits(campaign: &Campaign) -> Vec<usize> {
    let mut found = Vec::new();
    campaign.each_step(|step| {
        if let StepKind::Await(Await { ways, .. }) = &step.kind {
            found.extend(ways.iter().filter_map(|way| way.pattern.of).map(Id::index));
        }
    });
    found.sort_unstable();
    found.dedup();
    found
}

fn repeats(campaign: &Campaign) -> bool {
    let mut found = false;
    campaign.each_step(|step| found |= matches!(step.kind, StepKind::Goto { .. }));
    found
}
