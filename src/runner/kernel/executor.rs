//! The contact while an instant goes over it; whatever changes it here also says who must be asked
//! anew.

use super::bits::{Bits, EvalCache};
use super::call::Snapshot;
use super::cause::Cause;
use crate::model::ids::Id;
use crate::model::{CampaignId, Channel, ContentId, FieldId, SegmentId, StageId, StageRef, TagId};
use crate::runner::contact::{Block, Occurrence, Slot, TagSet};
use crate::runner::effect::{Effect, Event};
use crate::runner::merge::Tracked;
use crate::runner::metrics::Metrics;
use crate::runner::program::{Lane, Program, Reads};
use crate::runner::state::{
    AsOf, Awaiting, Delivery, Enrollment, Phase, Position, SendAttempt, StageVisit,
};

/// A contact, and the buffers of its worker.
#[derive(Debug)]
pub(super) struct Executor<'a> {
    pub(super) program: &'a Program,
    pub(super) metrics: Metrics,
    /// The contact's key.
    pub(super) key: &'a str,
    pub(super) fields: Vec<Slot<'a>>,
    pub(super) tags: TagSet,
    /// Whether the file gives it one that the project does not name.
    pub(super) other_tags: bool,
    pub(super) seen_tags: TagSet,
    /// The tags that were not seen in the file, in the order in which they came.
    pub(super) added: Vec<TagId>,
    pub(super) points: i64,
    /// By group.
    pub(super) groups: Vec<i64>,
    pub(super) blocks: [Option<Block>; 3],
    /// By funnel.
    pub(super) stages: Vec<StagePosition>,
    /// By campaign.
    pub(super) members: Vec<Enrollment>,
    /// By campaign: what an entry that turns out void goes back to.
    pub(super) before_start: Vec<(Phase, i64)>,
    /// The campaigns that the contact is in, by place in the order of execution.
    pub(super) active: Vec<usize>,
    /// Those of them that ran in this pass.
    pub(super) ran: Vec<(usize, Lane)>,
    /// What happened, by time.
    pub(super) events: Vec<&'a Occurrence>,
    /// Where the contact stands on the ways of forks.
    pub(super) ways: Vec<BranchPosition>,
    /// What is awaited.
    pub(super) awaits: Vec<(CampaignId, Awaiting)>,
    /// What became of sends that an `await` asks about.
    pub(super) tries: Vec<(CampaignId, ContentId, SendAttempt)>,
    /// The campaigns into which a step lets.
    pub(super) enrolled: Vec<usize>,
    /// How often steps ran in the present entry, where one may run more than once, and which of
    /// them ran in this instant.
    pub(super) step_visits: Vec<StepVisit>,
    /// The identities of all events that were taken in, sorted.
    pub(super) taken: Vec<u64>,
    /// The campaigns into which occurrences of this instant let.
    pub(super) noted: Vec<(usize, &'a Occurrence)>,
    /// Of fields that events change: as of when they have their value.
    pub(super) as_of: Vec<(FieldId, AsOf)>,
    pub(super) sent: Vec<(ContentId, i64)>,
    /// Content that others delivered and that did not go out from here, in order.
    pub(super) delivered: Vec<(ContentId, Delivery)>,
    /// By message: the channel on which it last went out.
    pub(super) went_out: Vec<(ContentId, Channel)>,
    /// By channel with a limit: when it was used, as far as that still counts.
    pub(super) sent_on: [Vec<i64>; 3],
    pub(super) sent_in_entry: Vec<(CampaignId, ContentId)>,
    /// The segments that steps put the contact in, or out of, in order.
    pub(super) members_by_hand: Vec<(SegmentId, bool)>,
    /// The stages with experiences in which it ever was, in order.
    pub(super) stays: Vec<(StageRef, StageVisit)>,
    /// How often each experience of the present stays was shown or tried, in order.
    pub(super) visits: Vec<(StageRef, usize, u32)>,
    /// State conditions that must be seen false before they admit again.
    pub(super) waiting: Bits,
    /// Stages entered in this instant.
    pub(super) entered: Bits,
    /// Stages through which or into which this run moved the contact.
    pub(super) passed: Bits,
    /// Stages that the limit of the instant kept closed, and campaigns.
    pub(super) deferred_stages: Bits,
    pub(super) deferred_campaigns: Bits,
    /// Campaigns whose pause ended in this instant.
    pub(super) resumed: Bits,
    pub(super) known: Origins<'a>,
    /// The contact at each call of this instant.
    pub(super) snapshots: Vec<Snapshot<'a>>,
    /// What the tokens of each message of this instant ask for.
    pub(super) values: Vec<Slot<'a>>,
    pub(super) answers: EvalCache,
    /// Text while it is compared.
    pub(super) folded: String,
    /// By place in the order of execution: whom a change concerns.
    pub(super) open_funnels: Bits,
    pub(super) open_campaigns: Bits,
    /// Whether a funnel has an arrival that campaigns do not know of.
    pub(super) arrivals: bool,
    pub(super) first_pass: bool,
}

/// A place on a way of a fork.
#[derive(Clone, Copy, Debug)]
pub(super) struct BranchPosition {
    pub(super) campaign: usize,
    pub(super) lane: Lane,
    pub(super) token: Position,
}

/// A step that may run more than once.
#[derive(Clone, Copy, Debug)]
pub(super) struct StepVisit {
    pub(super) campaign: usize,
    pub(super) step: usize,
    pub(super) count: u32,
    /// Whether it ran in this instant.
    pub(super) now: bool,
}

/// Where the values come from that both the file and funnelc write.
#[derive(Debug, Default)]
pub(super) struct Origins<'a> {
    pub(super) stages: Vec<Tracked<Option<StageId>>>,
    /// Of the fields that steps write, in their order.
    pub(super) fields: Vec<(usize, Tracked<Slot<'a>>)>,
    pub(super) points: Tracked<i64>,
    /// By group.
    pub(super) groups: Vec<Tracked<i64>>,
    /// The tags as the merge left them.
    pub(super) tags: TagSet,
    pub(super) pending_tags: TagSet,
    /// By channel.
    pub(super) blocks: [Tracked<Option<Block>>; 3],
}

/// Where a contact stands in a funnel.
#[derive(Clone, Copy, Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "they are independent facts about one stay"
)]
pub(super) struct StagePosition {
    pub(super) stage: Option<usize>,
    pub(super) since: i64,
    /// Whether a `leave` keeps it out until it was once outside the audience.
    pub(super) left: bool,
    /// Whether it was in the audience when that was last looked at; only where that drops it.
    pub(super) in_audience: bool,
    /// The stage that the merge gave.
    pub(super) before: Option<usize>,
    /// Whether that stage was last left by converting.
    pub(super) converted: bool,
    /// Whether it came to its stage since campaigns last looked.
    pub(super) fresh: bool,
}

impl StagePosition {
    pub(super) fn id(&self) -> Option<StageId> {
        self.stage.map(Id::from_index)
    }
}

impl<'a> Executor<'a> {
    pub(super) fn new(program: &'a Program) -> Self {
        Self {
            program,
            metrics: Metrics::new(program),
            key: "",
            fields: Vec::new(),
            tags: TagSet::default(),
            other_tags: false,
            seen_tags: TagSet::default(),
            added: Vec::new(),
            points: 0,
            groups: Vec::new(),
            blocks: [None; 3],
            stages: Vec::new(),
            members: Vec::new(),
            before_start: vec![(Phase::Never, 0); program.campaigns.len()],
            active: Vec::new(),
            ran: Vec::new(),
            events: Vec::new(),
            ways: Vec::new(),
            awaits: Vec::new(),
            tries: Vec::new(),
            enrolled: Vec::new(),
            step_visits: Vec::new(),
            taken: Vec::new(),
            noted: Vec::new(),
            as_of: Vec::new(),
            delivered: Vec::new(),
            sent: Vec::new(),
            went_out: Vec::new(),
            sent_on: Default::default(),
            sent_in_entry: Vec::new(),
            members_by_hand: Vec::new(),
            stays: Vec::new(),
            visits: Vec::new(),
            waiting: Bits::default(),
            entered: Bits::default(),
            passed: Bits::default(),
            deferred_stages: Bits::default(),
            deferred_campaigns: Bits::default(),
            resumed: Bits::default(),
            known: Origins::default(),
            snapshots: Vec::new(),
            values: Vec::new(),
            answers: EvalCache::default(),
            folded: String::new(),
            open_funnels: Bits::default(),
            open_campaigns: Bits::default(),
            arrivals: false,
            first_pass: true,
        }
    }

    /// The instant: again and again until nothing changes.
    pub(super) fn run(&mut self, effects: &mut Vec<Effect<'a>>) {
        self.first_pass = true;
        loop {
            self.settle_funnels(effects);
            self.announce_arrivals();
            if !self.program.triggers.is_empty() {
                self.fire_triggers(effects);
            }
            self.visit_campaigns(effects);
            let ran = self.run_due_steps(effects);
            self.first_pass = false;
            if !ran && !self.arrivals && !self.open_funnels.any() && !self.open_campaigns.any() {
                break;
            }
        }
        self.settle_experiences(effects);
    }

    /// Something changed: what read it must be asked anew.
    pub(super) fn changed(&mut self, mut dependencies: Reads) {
        while dependencies != 0 {
            let readers = &self.program.readers[dependencies.trailing_zeros() as usize];
            self.answers.keep(&readers.unaffected);
            readers
                .funnels
                .iter()
                .for_each(|&place| self.open_funnels.set(place));
            readers
                .campaigns
                .iter()
                .for_each(|&place| self.open_campaigns.set(place));
            dependencies &= dependencies - 1;
        }
    }

    /// Puts the contact in a stage, or says that the limit of the instant forbids it.
    pub(super) fn enter_stage(
        &mut self,
        funnel: usize,
        to: usize,
        cause: Cause,
        effects: &mut Vec<Effect<'a>>,
    ) -> bool {
        let rules = &self.program.funnels[funnel];
        let number = rules.first_stage + to;
        if self.entered.has(number) {
            self.defer_stage(funnel, to, cause, effects);
            return false;
        }
        self.entered.set(number);
        self.passed.set(number);
        let standing = &mut self.stages[funnel];
        let from = standing.stage;
        // Who only passes through a stage has not left it: what counts is the way out of the one in
        // which the run found the contact.
        if from.is_some() && from == standing.before {
            let heavier =
                from.is_some_and(|from| rules.stages[to].weight > rules.stages[from].weight);
            standing.converted = cause.converts(heavier);
        }
        standing.stage = Some(to);
        standing.since = self.program.now();
        standing.fresh = true;
        self.arrivals = true;
        effects.push(cause.effect(funnel, from, to));
        self.changed(self.program.dependencies.of_funnel(Id::from_index(funnel)));
        true
    }

    /// Takes the contact out of a funnel.
    pub(super) fn clear_stage(&mut self, funnel: usize) -> Option<StageId> {
        let standing = &mut self.stages[funnel];
        let from = standing.id()?;
        standing.converted &= standing.stage != standing.before;
        standing.stage = None;
        standing.since = 0;
        standing.fresh = false;
        standing.left = true;
        self.changed(self.program.dependencies.of_funnel(Id::from_index(funnel)));
        Some(from)
    }

    fn defer_stage(
        &mut self,
        funnel: usize,
        to: usize,
        cause: Cause,
        effects: &mut Vec<Effect<'a>>,
    ) {
        let number = self.program.funnels[funnel].first_stage + to;
        let at = match cause {
            Cause::Move(at) => Some(at),
            Cause::Enter | Cause::Place | Cause::Convert => None,
        };
        if at.is_none() && self.deferred_stages.has(number) {
            return;
        }
        if at.is_none() {
            self.deferred_stages.set(number);
            self.metrics.deferred(funnel, to);
        }
        let event = Event::DeferStage {
            funnel: Id::from_index(funnel),
            to: Id::from_index(to),
        };
        effects.push(Effect { at, event });
    }
}
