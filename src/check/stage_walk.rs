//! A contact's way through a campaign, as seen from one funnel: of the steps that do not concern it
//! only what they come to together is looked at, so thousands of funnels that a campaign moves
//! contacts in cost what the steps about each of them cost.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::rc::Rc;

use super::positions::Answers;
use super::stage_flow::{Flow, Ground, Here, either, is_empty};
use super::transfer::{Branches, Transfer, Transfers, branch};
use crate::model::{Action, Campaign, FunnelId, Step, StepId, StepKind};

/// What walks through a campaign share.
pub(super) struct Outline<'a> {
    campaign: &'a Campaign,
    /// By `if`.
    answers: BTreeMap<StepId, Rc<Answers>>,
    transfers: Transfers,
    /// By funnel in which the campaign changes a stage.
    concerned: BTreeMap<FunnelId, Concerned<'a>>,
    /// Each `goto` and where it leads: they concern every funnel.
    jumps: BTreeSet<StepId>,
}

/// The steps that concern a funnel, in the order of the text.
#[derive(Default)]
struct Concerned<'a> {
    /// Those that change a stage.
    changes: Vec<&'a Step>,
    /// These, and those that ask for one.
    all: Vec<StepId>,
}

impl<'a> Outline<'a> {
    /// Nothing of a campaign that changes no stage.
    pub(super) fn of(ground: &Ground<'a>, campaign: &'a Campaign) -> Option<Self> {
        let mut concerned: BTreeMap<FunnelId, Concerned<'a>> = BTreeMap::new();
        let mut jumps = BTreeSet::new();
        campaign.each_step(|step| {
            if let Some(funnel) = changed(step) {
                concerned.entry(funnel).or_default().changes.push(step);
            }
            if let StepKind::Goto { to, .. } = step.kind {
                jumps.extend([step.id, to]);
            }
        });
        if concerned.is_empty() {
            return None;
        }
        let mut answers = BTreeMap::new();
        campaign.each_step(|step| {
            if let StepKind::If { when, .. } = &step.kind {
                let asked: Rc<Answers> = ground.answers(when);
                for funnel in asked.keys() {
                    concerned
                        .entry(*funnel)
                        .and_modify(|concerned| concerned.all.push(step.id));
                }
                answers.insert(step.id, asked);
            }
        });
        for concerned in concerned.values_mut() {
            concerned.all.extend(
                concerned
                    .changes
                    .iter()
                    .map(|step| step.id)
                    .chain(jumps.iter().copied()),
            );
            concerned.all.sort_unstable();
            concerned.all.dedup();
        }
        Some(Self {
            campaign,
            answers,
            transfers: Transfers::of(campaign),
            concerned,
            jumps,
        })
    }

    /// The funnels in which the campaign changes a stage.
    pub(super) fn funnels(&self) -> impl Iterator<Item = FunnelId> + '_ {
        self.concerned.keys().copied()
    }

    /// The steps that change the stage in a funnel, in the order of the text.
    pub(super) fn changes(&self, funnel: FunnelId) -> &[&'a Step] {
        self.concerned
            .get(&funnel)
            .map(|concerned| concerned.changes.as_slice())
            .unwrap_or_default()
    }
}

/// The funnel in which a step changes the stage.
fn changed(step: &Step) -> Option<FunnelId> {
    match step.kind {
        StepKind::Action(Action::Move(stage)) => Some(stage.funnel),
        StepKind::Action(Action::Leave(funnel)) => Some(funnel),
        StepKind::Wait(_) | StepKind::WaitUntil { .. } => None,
        StepKind::If { .. } | StepKind::Split(_) | StepKind::Fork(_) | StepKind::Goto { .. } => {
            None
        }
        StepKind::Await(_) => None,
        StepKind::Action(_) => None,
        StepKind::Exit(_) | StepKind::Broken => None,
    }
}

/// In campaigns with `goto` so many steps are looked at in all: each concerns every funnel, and
/// they are looked at again until nothing is new. `move-may-be-refused` tells what is beyond.
const MOST_VISITS: usize = 1_000_000;

/// How many steps may still be looked at in campaigns with `goto`.
pub(super) struct Patience(Cell<usize>);

impl Patience {
    pub(super) fn new() -> Self {
        Self(Cell::new(MOST_VISITS))
    }

    fn is_over(&self) -> bool {
        self.0.get() == 0
    }

    /// Whether it was over before all of a campaign was looked at.
    pub(super) fn ended_in(&self, outline: &Outline<'_>) -> bool {
        self.is_over() && !outline.jumps.is_empty()
    }

    fn spend(&self) {
        self.0.set(self.0.get().saturating_sub(1));
    }
}

/// One walk.
pub(super) struct Walk<'w, 'a> {
    outline: &'w Outline<'a>,
    flow: Flow<'w>,
    patience: &'w Patience,
    /// Where contacts can be that come to a step by `goto`.
    came: RefCell<BTreeMap<StepId, Here>>,
    /// Whether a `goto` told of more places.
    news: Cell<bool>,
}

type Visit<'v, 'a> = &'v mut dyn FnMut(&'a Step, &Here);

impl<'w, 'a> Walk<'w, 'a> {
    pub(super) fn new(outline: &'w Outline<'a>, flow: Flow<'w>, patience: &'w Patience) -> Self {
        Self {
            outline,
            flow,
            patience,
            came: RefCell::default(),
            news: Cell::new(!outline.jumps.is_empty()),
        }
    }

    /// Each step that changes a stage in the funnel, with where a contact can be when it comes
    /// there.
    pub(super) fn changes(&self) -> Vec<(&'a Step, Here)> {
        // A `goto` tells earlier steps of more places, until it tells nothing new.
        while self.news.replace(false) && !self.patience.is_over() {
            self.all(&mut |_, _| {});
        }
        let changes = self.outline.changes(self.flow.funnel);
        let mut found = Vec::with_capacity(changes.len());
        self.all(&mut |step, here| {
            if changed(step) == Some(self.flow.funnel) {
                found.push((step, here.clone()));
            }
        });
        if self.patience.ended_in(self.outline) {
            // What is certain follows from none of this, and nothing that is likely either.
            let unknown = Here {
                possible: self.flow.anywhere.possible.clone(),
                ..Here::default()
            };
            found = changes
                .iter()
                .map(|step| (*step, unknown.clone()))
                .collect();
        }
        found
    }

    fn all(&self, visit: Visit<'_, 'a>) {
        let concerned = self.outline.concerned.get(&self.flow.funnel);
        let concerned = concerned
            .map(|concerned| concerned.all.as_slice())
            .unwrap_or_default();
        self.list(
            &self.outline.campaign.steps,
            self.flow.start.clone(),
            concerned,
            visit,
        );
    }

    /// `concerned` are the steps of the list and inside it that concern the funnel.
    fn list(
        &self,
        steps: &'a [Step],
        mut here: Here,
        concerned: &[StepId],
        visit: Visit<'_, 'a>,
    ) -> Here {
        let (mut next, mut left) = (0, concerned);
        while let Some(first) = left.first() {
            if !self.outline.jumps.is_empty() {
                self.patience.spend();
                if self.patience.is_over() {
                    return Here::default();
                }
            }
            let at = steps
                .partition_point(|step| step.id <= *first)
                .saturating_sub(1);
            let (inside, later) = split(left, steps.get(at + 1).map(|step| step.id));
            here = self.past(steps, next..at, here);
            let Some(step) = steps.get(at) else { break };
            if let Some(came) = self.came.borrow().get(&step.id) {
                here = either(&here, came);
            }
            visit(step, &here);
            let may_skip = at
                .checked_sub(1)
                .and_then(|before| steps.get(before))
                .is_some_and(Step::may_leave_out_next);
            let skipped = may_skip.then(|| here.clone());
            here = self.after(step, here, inside, visit);
            here = skipped.map_or_else(|| here.clone(), |skipped| either(&here, &skipped));
            (next, left) = (at + 1, later);
        }
        self.past(steps, next..steps.len(), here)
    }

    /// After steps of a list that do not concern the funnel.
    fn past(&self, steps: &[Step], range: Range<usize>, here: Here) -> Here {
        if range.is_empty() {
            here
        } else {
            self.through(self.outline.transfers.over(steps, range), here)
        }
    }

    fn through(&self, transfer: Transfer, here: Here) -> Here {
        if transfer == Transfer::IDENTITY {
            return here;
        }
        let outcome = if is_empty(&here) {
            transfer.nobody
        } else {
            transfer.coming
        };
        let parts = [
            (outcome.waited, &self.flow.waited),
            (outcome.anywhere, &self.flow.anywhere),
        ];
        let before = if outcome.same { here } else { Here::default() };
        parts
            .into_iter()
            .filter(|(is_part, _)| *is_part)
            .fold(before, |sum, (_, part)| either(&sum, part))
    }

    /// After a step. A contact may leave it out where the step before says `if-past: skip` or
    /// `if-missing: skip`.
    fn after(&self, step: &'a Step, here: Here, inside: &[StepId], visit: Visit<'_, 'a>) -> Here {
        // The step itself stands before what is inside it.
        let inside = inside.strip_prefix(&[step.id]).unwrap_or(inside);
        match &step.kind {
            StepKind::If {
                then, otherwise, ..
            } => {
                let (first, second) = split(inside, otherwise.first().map(|step| step.id));
                let yes = self.list(then, self.where_(&here, step, true), first, visit);
                let no = self.list(otherwise, self.where_(&here, step, false), second, visit);
                either(&yes, &no)
            }
            StepKind::Split(_) => self.either_way(step, &here, inside, visit),
            StepKind::Await(_) => {
                let after = if is_empty(&here) {
                    here
                } else {
                    either(&self.flow.waited, &here)
                };
                self.either_way(step, &after, inside, visit)
            }
            StepKind::Fork(_) => self.forked(step, here, inside, visit),
            StepKind::Goto { to, .. } => {
                let mut came = self.came.borrow_mut();
                let there = came.entry(*to).or_default();
                let both = either(&here, there);
                if both != *there {
                    *there = both;
                    self.news.set(true);
                }
                Here::default()
            }
            StepKind::Action(_) | StepKind::Wait(_) | StepKind::WaitUntil { .. } => {
                self.flow.after_leaf(step, here)
            }
            StepKind::Exit(_) | StepKind::Broken => self.flow.after_leaf(step, here),
        }
    }

    fn either_way(
        &self,
        step: &'a Step,
        here: &Here,
        inside: &[StepId],
        visit: Visit<'_, 'a>,
    ) -> Here {
        let mut sum = Here::default();
        self.each_branch(step, here, inside, visit, &mut |end| {
            sum = either(&sum, &end);
        });
        sum
    }

    /// Between the steps of one way run those of the others; where one of them moves the contact it
    /// can be anywhere.
    fn forked(&self, step: &'a Step, here: Here, inside: &[StepId], visit: Visit<'_, 'a>) -> Here {
        let changes = self.outline.changes(self.flow.funnel);
        let first = inside.first().map_or(changes.len(), |first| {
            changes.partition_point(|change| change.id < *first)
        });
        let touches = changes
            .get(first)
            .zip(inside.last())
            .is_some_and(|(change, last)| change.id <= *last);
        let here = if touches && !is_empty(&here) {
            self.flow.anywhere.clone()
        } else {
            here
        };
        let mut ends = (true, Here::default());
        self.each_branch(step, &here, inside, visit, &mut |end| {
            ends = (ends.0 && !is_empty(&end), either(&ends.1, &end));
        });
        match ends {
            (true, _) if touches => self.flow.anywhere.clone(),
            (true, end) => end,
            (false, _) => Here::default(),
        }
    }

    /// Tells where contacts can be at the end of each branch, and of those together that do not
    /// concern the funnel.
    fn each_branch(
        &self,
        step: &'a Step,
        here: &Here,
        inside: &[StepId],
        visit: Visit<'_, 'a>,
        tell: &mut dyn FnMut(Here),
    ) {
        let Some(branches) = self.outline.transfers.branches(step) else {
            return;
        };
        let (mut next, mut left) = (0, inside);
        while let Some(first) = left.first() {
            let at = branches.of(*first);
            let (own, later) = split(left, branches.end(at));
            self.beside(branches, next..at, here, tell);
            if let Some(steps) = branch(step, at) {
                tell(self.list(steps, here.clone(), own, visit));
            }
            (next, left) = (at + 1, later);
        }
        self.beside(branches, next..branches.count(), here, tell);
    }

    fn beside(
        &self,
        branches: &Branches,
        range: Range<usize>,
        here: &Here,
        tell: &mut dyn FnMut(Here),
    ) {
        if let Some(transfer) = branches.over(range) {
            tell(self.through(transfer, here.clone()));
        }
    }

    fn where_(&self, here: &Here, step: &Step, holds: bool) -> Here {
        let answer = self
            .outline
            .answers
            .get(&step.id)
            .and_then(|answers| answers.get(&self.flow.funnel));
        answer.map_or_else(
            || here.clone(),
            |answer| {
                let there = &answer[usize::from(holds)];
                Here {
                    possible: here.possible.and(there),
                    expected: here.expected.and(there),
                }
            },
        )
    }
}

/// Those before a step, and the others.
fn split(steps: &[StepId], before: Option<StepId>) -> (&[StepId], &[StepId]) {
    steps.split_at(before.map_or(steps.len(), |before| {
        steps.partition_point(|step| *step < before)
    }))
}
