//! The steps that change a stage, each with the stages that a contact can have when it comes there.
//!
//! `possible` never leaves a stage out, so an error may rest on it. `expected` also believes that
//! nothing between two steps interferes, and so is for warnings only.

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use super::moves::Moves;
use super::positions::{BySegment, Positions, Question, of_segments};
use super::segment_cycle::rings;
use super::stage_set::StageSet;
use super::weights::always;
use crate::graph::Journey;
use crate::model::ids::Id;
use crate::model::{
    Action, Audience, Campaign, Condition, Enter, Funnel, FunnelId, Model, OnLeave, SegmentId,
    StageId, Step, StepId, StepKind, Way,
};

/// A step that moves a contact to a stage or, without one, out of the funnel.
pub(super) struct Site<'a> {
    pub(super) step: &'a Step,
    pub(super) funnel: FunnelId,
    pub(super) to: Option<StageId>,
    pub(super) here: Here,
}

/// Where a contact can be in the funnel when it comes to a step.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Here {
    pub(super) possible: Positions,
    pub(super) expected: Positions,
}

/// What all walks share: what a segment says about a stage, and in which funnels contacts without a
/// stage can be about when campaigns run.
pub(super) struct Ground<'a> {
    pub(super) model: &'a Model,
    /// The segments, each after those that it asks.
    pub(super) order: Vec<SegmentId>,
    /// By segment: its place in this order.
    ranks: Vec<Option<usize>>,
    nowhere: Vec<bool>,
    /// Per funnel, worked out when it is first needed.
    segments: Vec<OnceCell<BySegment>>,
    moves: Vec<OnceCell<Moves>>,
}

impl<'a> Ground<'a> {
    /// For an audience of everyone there are none, unless a step takes the stage away.
    pub(super) fn new(model: &'a Model, journey: &Journey) -> Self {
        let mut nowhere: Vec<_> = model
            .funnels
            .values()
            .map(|funnel| !all_enter(funnel))
            .collect();
        for campaign in model.campaigns.values() {
            campaign.each_step(|step| {
                if let StepKind::Action(Action::Leave(funnel)) = step.kind {
                    nowhere[funnel.index()] = true;
                }
            });
        }
        let order: Vec<SegmentId> = rings(journey).into_iter().flatten().collect();
        let mut ranks = vec![None; model.segments.len()];
        for (rank, segment) in (0..).zip(&order) {
            ranks[segment.index()] = Some(rank);
        }
        let (segments, moves) = (
            vec![OnceCell::new(); model.funnels.len()],
            vec![OnceCell::new(); model.funnels.len()],
        );
        Self {
            model,
            order,
            ranks,
            nowhere,
            segments,
            moves,
        }
    }

    fn possible(&self, funnel: FunnelId, condition: &Condition, holds: bool) -> Positions {
        let moves = self.moves(funnel);
        let answers = || of_segments(self.model, funnel, moves, &self.order);
        let segments = self.segments[funnel.index()].get_or_init(answers);
        Question {
            model: self.model,
            funnel,
            moves,
            segments,
        }
        .possible(condition, holds)
    }

    /// From where one may come to which stage of a funnel.
    pub(super) fn moves(&self, funnel: FunnelId) -> &Moves {
        self.moves[funnel.index()].get_or_init(|| Moves::of(&self.model.funnels[funnel]))
    }

    /// Where a segment stands among all, each after those that it asks.
    pub(super) fn rank(&self, segment: SegmentId) -> Option<usize> {
        self.ranks[segment.index()]
    }

    /// Whether contacts without a stage can be about.
    pub(super) fn has_nowhere(&self, funnel: FunnelId) -> bool {
        self.nowhere[funnel.index()]
    }
}

fn all_enter(funnel: &Funnel) -> bool {
    let open = funnel
        .entry
        .is_none_or(|entry| always(&funnel.stages[entry].publish));
    open && always(&funnel.publish) && funnel.audience == Some(Audience::Everyone)
}

/// All of them, campaign by campaign in the order of the text.
pub(super) fn sites<'a>(ground: &Ground<'a>) -> Vec<Site<'a>> {
    let mut found = Vec::new();
    for campaign in ground.model.campaigns.values() {
        for funnel in touched(campaign) {
            Walk::new(ground, campaign, funnel).each(&mut |step, here| {
                if moves_to(step, funnel).is_some() || leaves(step, funnel) {
                    found.push(Site {
                        step,
                        funnel,
                        to: moves_to(step, funnel),
                        here: here.clone(),
                    });
                }
            });
        }
    }
    found
}

/// The funnels in which a campaign changes a stage.
fn touched(campaign: &Campaign) -> BTreeSet<FunnelId> {
    let mut funnels = BTreeSet::new();
    campaign.each_step(|step| match step.kind {
        StepKind::Action(Action::Move(stage)) => drop(funnels.insert(stage.funnel)),
        StepKind::Action(Action::Leave(funnel)) => drop(funnels.insert(funnel)),
        StepKind::Wait(_) | StepKind::WaitUntil { .. } => {}
        StepKind::If { .. } | StepKind::Split(_) | StepKind::Fork(_) | StepKind::Goto { .. } => {}
        StepKind::Await(_) => {}
        StepKind::Action(_) => {}
        StepKind::Exit(_) | StepKind::Broken => {}
    });
    funnels
}

/// The stage to which a step moves in this funnel.
fn moves_to(step: &Step, funnel: FunnelId) -> Option<StageId> {
    let StepKind::Action(Action::Move(stage)) = step.kind else {
        return None;
    };
    (stage.funnel == funnel).then_some(stage.stage)
}

/// Whether a step takes the stage of this funnel away.
fn leaves(step: &Step, funnel: FunnelId) -> bool {
    step.kind == StepKind::Action(Action::Leave(funnel))
}

/// A contact's way through a campaign, as seen from one funnel.
pub(super) struct Walk<'g, 'a> {
    pub(super) ground: &'g Ground<'a>,
    pub(super) campaign: &'a Campaign,
    pub(super) funnel: FunnelId,
    /// Where contacts can be that come to a step by `goto`.
    came: RefCell<BTreeMap<StepId, Here>>,
}

type Visit<'v, 'a> = &'v mut dyn FnMut(&'a Step, &Here);

impl<'g, 'a> Walk<'g, 'a> {
    pub(super) fn new(ground: &'g Ground<'a>, campaign: &'a Campaign, funnel: FunnelId) -> Self {
        Self {
            ground,
            campaign,
            funnel,
            came: RefCell::default(),
        }
    }

    /// Shows each step with where a contact can be when it comes there.
    fn each(&self, visit: Visit<'_, 'a>) {
        // A `goto` tells earlier steps of more places, until it tells nothing new.
        loop {
            let known = self.came.borrow().clone();
            self.list(&self.campaign.steps, self.start(), &mut |_, _| {});
            if *self.came.borrow() == known {
                break;
            }
        }
        self.list(&self.campaign.steps, self.start(), visit);
    }

    /// Before the first step: at least one condition of `enter` was just read as true.
    pub(super) fn start(&self) -> Here {
        let entries = self.campaign.enter.iter().map(|enter| match enter {
            Enter::Condition(condition) => self.possible(condition, true),
            Enter::Entered { stage, .. } if stage.funnel == self.funnel => {
                Positions::only(stage.stage)
            }
            Enter::Entered { .. } | Enter::Event(_) => self.anywhere(),
        });
        let possible = if self.campaign.broken {
            self.anywhere()
        } else {
            entries
                .reduce(|sum, entry| sum.or(&entry))
                .unwrap_or_else(|| self.anywhere())
        };
        let outside = [&self.campaign.goal, &self.campaign.exit_when]
            .into_iter()
            .flatten();
        let expected = outside.fold(self.expected(&possible), |sum, over| {
            sum.and(&self.possible(over, false))
        });
        Here { possible, expected }
    }

    /// After a step. A contact may leave it out where the step before says `if-past: skip` or
    /// `if-missing: skip`.
    pub(super) fn after(&self, step: &'a Step, here: Here, visit: Visit<'_, 'a>) -> Here {
        match &step.kind {
            StepKind::If {
                when,
                then,
                otherwise,
            } => {
                let yes = self.list(then, self.where_(&here, when, true), visit);
                let no = self.list(otherwise, self.where_(&here, when, false), visit);
                either(&yes, &no)
            }
            StepKind::Split(shares) => {
                let ways = shares
                    .iter()
                    .map(|share| self.list(&share.steps, here.clone(), visit));
                ways.reduce(|one, other| either(&one, &other))
                    .unwrap_or_default()
            }
            StepKind::Await(awaiting) => {
                let after = if is_empty(&here) {
                    here
                } else {
                    either(&self.waited(), &here)
                };
                let mut ends = Here::default();
                for way in &awaiting.ways {
                    ends = either(&ends, &self.list(&way.steps, after.clone(), visit));
                }
                match awaiting.length {
                    Some(_) => either(&ends, &self.list(&awaiting.otherwise, after, visit)),
                    None => ends,
                }
            }
            StepKind::Fork(ways) => self.forked(step, ways, here, visit),
            StepKind::Goto { to, .. } => {
                let mut came = self.came.borrow_mut();
                let there = came.entry(*to).or_default();
                *there = either(&here, there);
                Here::default()
            }
            StepKind::Action(Action::Move(stage)) if stage.funnel == self.funnel => {
                self.moved(stage.stage, &here)
            }
            StepKind::Action(Action::Leave(funnel))
                if *funnel == self.funnel && !is_empty(&here) =>
            {
                Here {
                    possible: Positions::nowhere(),
                    expected: Positions::nowhere(),
                }
            }
            StepKind::Wait(_) | StepKind::WaitUntil { .. } if !is_empty(&here) => self.waited(),
            StepKind::Exit(_) => Here::default(),
            StepKind::Wait(_) | StepKind::WaitUntil { .. } => here,
            StepKind::Action(_) => here,
            StepKind::Broken => Here {
                possible: self.anywhere(),
                expected: self.expected(&self.anywhere()),
            },
        }
    }

    fn list(&self, steps: &'a [Step], mut here: Here, visit: Visit<'_, 'a>) -> Here {
        let mut may_skip = false;
        for step in steps {
            if let Some(came) = self.came.borrow().get(&step.id) {
                here = either(&here, came);
            }
            visit(step, &here);
            let skipped = if may_skip {
                here.clone()
            } else {
                Here::default()
            };
            here = self.after(step, here, visit);
            here = either(&here, &skipped);
            may_skip = step.may_leave_out_next();
        }
        here
    }

    /// Between the steps of one way run those of the others; where one of them moves the contact it
    /// can be anywhere.
    fn forked(&self, step: &'a Step, ways: &'a [Way], here: Here, visit: Visit<'_, 'a>) -> Here {
        let mut touches = false;
        step.each(&mut |step| {
            touches |= moves_to(step, self.funnel).is_some() || leaves(step, self.funnel);
        });
        let anywhere = Here {
            possible: self.anywhere(),
            expected: self.expected(&self.anywhere()),
        };
        let here = if touches && !is_empty(&here) {
            anywhere.clone()
        } else {
            here
        };
        let ends: Vec<_> = ways
            .iter()
            .map(|way| self.list(&way.steps, here.clone(), visit))
            .collect();
        if ends.iter().any(is_empty) {
            return Here::default();
        }
        let end = ends
            .into_iter()
            .reduce(|one, other| either(&one, &other))
            .unwrap_or_default();
        if touches { anywhere } else { end }
    }

    fn where_(&self, here: &Here, when: &Condition, holds: bool) -> Here {
        let there = self.possible(when, holds);
        Here {
            possible: here.possible.and(&there),
            expected: here.expected.and(&there),
        }
    }

    /// A move may be put off to the next instant when the contact was in the stage before; then it
    /// can come from anywhere.
    fn moved(&self, to: StageId, here: &Here) -> Here {
        let allowed = self.ground.moves(self.funnel).allowed(to);
        let all_refused = !here.possible.nowhere && !here.possible.stages.meets(&allowed);
        if is_empty(here) || all_refused {
            return here.clone();
        }
        let landed = |from: &Positions| landed(self.body(), (to, &allowed), from);
        Here {
            possible: landed(&self.anywhere()),
            expected: landed(&here.expected),
        }
    }

    /// Anything can happen while a contact waits, but with `on-leave: exit` it goes on only while a
    /// condition of `enter` holds.
    fn waited(&self) -> Here {
        let only_conditions = self
            .campaign
            .enter
            .iter()
            .all(|enter| matches!(enter, Enter::Condition(_)));
        let possible = self.anywhere();
        let stays = self.campaign.on_leave == Some(OnLeave::Exit) && only_conditions;
        let expected = if stays {
            self.start().expected
        } else {
            self.expected(&possible)
        };
        Here { possible, expected }
    }

    fn expected(&self, possible: &Positions) -> Positions {
        Positions {
            nowhere: possible.nowhere && self.ground.has_nowhere(self.funnel),
            ..possible.clone()
        }
    }

    fn possible(&self, condition: &Condition, holds: bool) -> Positions {
        self.ground.possible(self.funnel, condition, holds)
    }

    fn anywhere(&self) -> Positions {
        Positions::anywhere(self.body())
    }

    fn body(&self) -> &'a Funnel {
        &self.ground.model.funnels[self.funnel]
    }
}

/// Where contacts are after a move: in the target, or where they were if it can be refused.
fn landed(funnel: &Funnel, (to, allowed): (StageId, &StageSet), from: &Positions) -> Positions {
    let target = &funnel.stages[to];
    let certain = always(&target.publish) && always(&funnel.publish);
    let leaving = if certain {
        allowed.clone()
    } else {
        StageSet::only(to)
    };
    let mut stages = from.stages.except(&leaving);
    if from.nowhere || from.stages.meets(allowed) {
        stages.insert(to);
    }
    Positions {
        nowhere: from.nowhere && !certain,
        stages,
    }
}

/// Where a contact is that took one way or the other.
fn either(one: &Here, other: &Here) -> Here {
    Here {
        possible: one.possible.or(&other.possible),
        expected: one.expected.or(&other.expected),
    }
}

fn is_empty(here: &Here) -> bool {
    here.possible.is_empty()
}
