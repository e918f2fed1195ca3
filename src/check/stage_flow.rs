//! The steps that change a stage, each with the stages that a contact can have when it comes there.
//!
//! `possible` never leaves a stage out, so an error may rest on it. `expected` also believes that
//! nothing between two steps interferes, and so is for warnings only.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::moves::{Moves, MovesByFunnel};
use super::positions::{Answers, Positions, Question, of_segments};
use super::segment_cycle::rings;
use super::stage_set::StageSet;
use super::stage_walk::{Outline, Patience, Walk};
use super::weights::always;
use crate::graph::Journey;
use crate::model::ids::Id;
use crate::model::{
    Action, Audience, Campaign, Condition, Enter, Funnel, FunnelId, Model, OnLeave, SegmentId,
    StageId, Step, StepKind,
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
    moves: MovesByFunnel<'a>,
    /// By segment, worked out when it is first needed.
    segments: OnceCell<Vec<Rc<Answers>>>,
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
        Self {
            model,
            order,
            ranks,
            nowhere,
            moves: MovesByFunnel::new(model),
            segments: OnceCell::new(),
        }
    }

    /// Where a contact can be when a condition comes out one way or the other.
    pub(super) fn answers(&self, condition: &Condition) -> Rc<Answers> {
        let segments = self
            .segments
            .get_or_init(|| of_segments(self.model, &self.moves, &self.order));
        Question {
            model: self.model,
            moves: &self.moves,
            segments,
        }
        .answers(condition)
    }

    /// From where one may come to which stage of a funnel.
    pub(super) fn moves(&self, funnel: FunnelId) -> &Moves {
        self.moves.of(funnel)
    }

    /// Where a segment stands among all, each after those that it asks.
    pub(super) fn rank(&self, segment: SegmentId) -> Option<usize> {
        self.ranks[segment.index()]
    }

    fn expected(&self, funnel: FunnelId, possible: &Positions) -> Positions {
        Positions {
            nowhere: possible.nowhere && self.has_nowhere(funnel),
            ..possible.clone()
        }
    }

    /// The funnels in which every contact has a stage.
    pub(super) fn full(&self) -> BTreeSet<FunnelId> {
        let ids = self.model.funnels.ids();
        ids.filter(|id| !self.has_nowhere(*id)).collect()
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

/// All of them, campaign by campaign in the order of the text; and the campaigns of which too many
/// steps would have to be looked at, where a contact can be anywhere when it comes to one.
pub(super) fn sites<'a>(ground: &Ground<'a>) -> (Vec<Site<'a>>, Vec<&'a Campaign>) {
    let (mut found, mut beyond, patience) = (Vec::new(), Vec::new(), Patience::new());
    for campaign in ground.model.campaigns.values() {
        let Some(outline) = Outline::of(ground, campaign) else {
            continue;
        };
        let entry = Entry::of(ground, campaign);
        for funnel in outline.funnels() {
            let walk = Walk::new(&outline, Flow::new(&entry, funnel), &patience);
            let site = |(step, here)| Site {
                step,
                funnel,
                to: moves_to(step, funnel),
                here,
            };
            found.extend(walk.changes().into_iter().map(site));
        }
        if patience.ended_in(&outline) {
            beyond.push(campaign);
        }
    }
    (found, beyond)
}

/// The stage to which a step moves in this funnel.
fn moves_to(step: &Step, funnel: FunnelId) -> Option<StageId> {
    let StepKind::Action(Action::Move(stage)) = step.kind else {
        return None;
    };
    (stage.funnel == funnel).then_some(stage.stage)
}

/// What is known of the contacts in a campaign, whatever the funnel.
pub(super) struct Entry<'a> {
    ground: &'a Ground<'a>,
    campaign: &'a Campaign,
    enters: Vec<Rc<Answers>>,
    /// What must not hold of who is inside.
    over: Vec<Rc<Answers>>,
}

impl<'a> Entry<'a> {
    pub(super) fn of(ground: &'a Ground<'a>, campaign: &'a Campaign) -> Self {
        let enters = campaign.enter.iter().map(|enter| match enter {
            Enter::Condition(condition) => ground.answers(condition),
            Enter::Entered { stage, .. } => {
                let there = Positions::only(stage.stage);
                Rc::new(BTreeMap::from([(
                    stage.funnel,
                    Rc::new([there.clone(), there]),
                )]))
            }
            Enter::Event(_) => Rc::default(),
        });
        let over = [&campaign.goal, &campaign.exit_when].into_iter().flatten();
        let over = over.map(|condition| ground.answers(condition)).collect();
        Self {
            ground,
            campaign,
            enters: enters.collect(),
            over,
        }
    }

    /// Before the first step: at least one condition of `enter` was just read as true.
    fn start(&self, anywhere: &Here, funnel: FunnelId) -> Here {
        let mut possible: Option<Positions> = None;
        for enter in &self.enters {
            let Some(answer) = enter.get(&funnel).filter(|_| !self.campaign.broken) else {
                possible = None;
                break;
            };
            possible = Some(possible.map_or_else(|| answer[1].clone(), |sum| sum.or(&answer[1])));
        }
        let possible = possible.unwrap_or_else(|| anywhere.possible.clone());
        let over = self.over.iter().filter_map(|over| over.get(&funnel));
        let expected = over.fold(self.ground.expected(funnel, &possible), |sum, answer| {
            sum.and(&answer[0])
        });
        Here { possible, expected }
    }
}

/// A campaign as seen from one funnel: where its contacts can be at its start, after a wait, and
/// anywhere; and what a step makes of that.
pub(super) struct Flow<'a> {
    ground: &'a Ground<'a>,
    pub(super) funnel: FunnelId,
    pub(super) start: Here,
    pub(super) waited: Here,
    pub(super) anywhere: Here,
}

impl<'a> Flow<'a> {
    pub(super) fn new(entry: &Entry<'a>, funnel: FunnelId) -> Self {
        let (ground, campaign) = (entry.ground, entry.campaign);
        let possible = Positions::anywhere(&ground.model.funnels[funnel]);
        let anywhere = Here {
            expected: ground.expected(funnel, &possible),
            possible,
        };
        let start = entry.start(&anywhere, funnel);
        // Anything can happen while a contact waits, but with `on-leave: exit` it goes on only
        // while a condition of `enter` holds.
        let only_conditions = campaign
            .enter
            .iter()
            .all(|enter| matches!(enter, Enter::Condition(_)));
        let stays = campaign.on_leave == Some(OnLeave::Exit) && only_conditions;
        let expected = if stays {
            start.expected.clone()
        } else {
            anywhere.expected.clone()
        };
        let waited = Here {
            possible: anywhere.possible.clone(),
            expected,
        };
        Self {
            ground,
            funnel,
            start,
            waited,
            anywhere,
        }
    }

    /// From where one may come to which stage.
    pub(super) fn moves(&self) -> &Moves {
        self.ground.moves(self.funnel)
    }

    /// After a step without steps inside it.
    pub(super) fn after_leaf(&self, step: &Step, here: Here) -> Here {
        match &step.kind {
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
            StepKind::Wait(_) | StepKind::WaitUntil { .. } if !is_empty(&here) => {
                self.waited.clone()
            }
            StepKind::Exit(_) | StepKind::Goto { .. } => Here::default(),
            StepKind::Wait(_) | StepKind::WaitUntil { .. } => here,
            StepKind::If { .. } | StepKind::Split(_) | StepKind::Await(_) | StepKind::Fork(_) => {
                here
            }
            StepKind::Action(_) => here,
            StepKind::Broken => self.anywhere.clone(),
        }
    }

    /// A move may be put off to the next instant when the contact was in the stage before; then it
    /// can come from anywhere.
    fn moved(&self, to: StageId, here: &Here) -> Here {
        let body = &self.ground.model.funnels[self.funnel];
        let allowed = self.ground.moves(self.funnel).allowed(to);
        let all_refused = !here.possible.nowhere && !here.possible.stages.meets(&allowed);
        if is_empty(here) || all_refused {
            return here.clone();
        }
        let landed = |from: &Positions| landed(body, (to, &allowed), from);
        Here {
            possible: landed(&self.anywhere.possible),
            expected: landed(&here.expected),
        }
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
pub(super) fn either(one: &Here, other: &Here) -> Here {
    Here {
        possible: one.possible.or(&other.possible),
        expected: one.expected.or(&other.expected),
    }
}

pub(super) fn is_empty(here: &Here) -> bool {
    here.possible.is_empty()
}
