//! Which steps of a campaign lie before a contact that is in it, by the way that `if` and `split`
//! give at this moment; the answers are those of the engine.

use super::view::View;
use crate::model::ids::Id;
use crate::model::{Campaign, CampaignId, Step, StepKind};
use crate::runner::program::Verb;
use crate::runner::state::{Enrollment, Phase, Position, WaitReason};

/// How a step lies.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Lies {
    /// The contact does not come to it any more in this entry.
    Behind,
    /// It comes when these waits are over, each a step.
    Ahead { waits: Vec<usize> },
    /// At this step the contact goes another way.
    Aside { at: usize },
}

/// The steps of a campaign, as they lie before the contact.
pub(super) fn lies(view: &View<'_>, id: CampaignId) -> Vec<Lies> {
    let mut steps = Vec::new();
    let campaign: &Campaign = &view.model.campaigns[id];
    campaign.each_step(|step| steps.push(step));
    let mut walk = Walk {
        view,
        id,
        lies: vec![Lies::Behind; steps.len()],
        steps,
    };
    for position in positions(view, id.index()) {
        walk.from(position);
    }
    walk.lies
}

/// Where the contact stands in a campaign: on the ways of its forks, and itself.
pub(super) fn positions(view: &View<'_>, campaign: usize) -> Vec<Position> {
    let member: Enrollment = view.enrollment(campaign);
    if member.phase != Phase::Active {
        return Vec::new();
    }
    let ways = view.memory.ways.iter();
    let ways = ways.filter(|(id, _)| id.index() == campaign);
    ways.map(|(_, position)| *position)
        .chain([member.token()])
        .collect()
}

struct Walk<'w> {
    view: &'w View<'w>,
    id: CampaignId,
    steps: Vec<&'w Step>,
    lies: Vec<Lies>,
}

impl Walk<'_> {
    fn from(&mut self, position: Position) {
        let forked = position.pending == WaitReason::Fork;
        let program = &self.view.one.program.campaigns[self.id.index()];
        let start = match program.steps.get(position.step) {
            Some(step) if forked => step.next,
            Some(_) | None => position.step,
        };
        // Behind a fork all of its ways must have ended, so what they wait for counts too.
        let waits = if forked {
            vec![position.step]
        } else {
            Vec::new()
        };
        let mut open = vec![(start, waits)];
        while let Some((at, waits)) = open.pop() {
            self.step(at, waits, &mut open);
        }
    }

    /// Marks a step, and opens those that come next.
    fn step(&mut self, at: usize, mut waits: Vec<usize>, open: &mut Vec<(usize, Vec<usize>)>) {
        let program = &self.view.one.program.campaigns[self.id.index()];
        let Some(step) = program.steps.get(at) else {
            return;
        };
        if matches!(self.lies[at], Lies::Ahead { .. }) {
            return;
        }
        self.lies[at] = Lies::Ahead {
            waits: waits.clone(),
        };
        match &step.verb {
            Verb::Action(_) | Verb::Nothing => open.push((step.next, waits)),
            Verb::Wait(_) | Verb::WaitUntil { .. } => {
                waits.push(at);
                open.push((step.next, waits));
            }
            Verb::If {
                then, otherwise, ..
            } => {
                let way = match self.asked(at) {
                    Some(true) => *then,
                    Some(false) => *otherwise,
                    None => return,
                };
                self.leave_aside(at, way);
                open.push((way, waits));
            }
            Verb::Split(_) => {
                let seen = self.view.looked.map(|it| &it.steps[self.id.index()][at]);
                if let Some(way) = seen.and_then(|seen| seen.way) {
                    self.leave_aside(at, way);
                    open.push((way, waits));
                }
            }
            Verb::Await(awaiting) => {
                waits.push(at);
                let ways = awaiting.ways.iter().map(|way| way.first);
                open.extend(
                    ways.chain([awaiting.otherwise])
                        .map(|way| (way, waits.clone())),
                );
            }
            Verb::Fork(ways) => {
                let next = step.next;
                open.push((next, [waits.as_slice(), &[at]].concat()));
                open.extend(ways.iter().map(|way| (*way, waits.clone())));
            }
            Verb::Goto(to) => open.push((*to, waits)),
            Verb::Exit(_) => {}
        }
    }

    fn asked(&self, at: usize) -> Option<bool> {
        let StepKind::If { when, .. } = &self.steps[at].kind else {
            return None;
        };
        self.view.holds(when)
    }

    /// Marks the branches of a step that do not begin with this step.
    fn leave_aside(&mut self, at: usize, way: usize) {
        let step = self.steps[at];
        for branch in step.branches() {
            let begins = branch.steps.first().map(|step| step.id.index());
            if begins == Some(way) {
                continue;
            }
            for inside in branch.steps {
                inside.each(&mut |step| {
                    let lies = &mut self.lies[step.id.index()];
                    if *lies == Lies::Behind {
                        *lies = Lies::Aside { at };
                    }
                });
            }
        }
    }
}
