//! What a contact is on the way to: the messages that its campaigns would still send if their waits
//! ended and nothing else changed, and the places where it stands; nobody is moved by looking.

use super::executor::Executor;
use super::step::Here;
use crate::model::ContentId;
use crate::model::ids::Id;
use crate::runner::effect::At;
use crate::runner::program::{Action, Verb};
use crate::runner::state::{Enrollment, Phase, Position, WaitReason};

/// A message to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Coming {
    /// The content, by position.
    pub(crate) content: usize,
    /// Sums up the waits before it: equal where it comes at the same time.
    pub(crate) when: u64,
}

/// A place at which a contact stands in a campaign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// The campaign, by position.
    pub(crate) campaign: usize,
    /// The step to come or at which it waits, by position.
    pub(crate) step: usize,
    /// Whether what the step waits for is settled: its length does not count any more.
    pub(crate) waits: bool,
    /// Sums up since when it is in the campaign, what holds it and until when.
    pub(crate) held: u64,
}

/// By campaign and step: a number for the wait that stands there, 0 for none.
pub(crate) type Waits = Vec<Vec<u64>>;

/// Adds to a sum in which the order counts.
pub(crate) fn mixed(sum: u64, part: u64) -> u64 {
    (sum.rotate_left(23) ^ part).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

/// Sums up a moment.
fn moment(sum: u64, at: Option<i64>) -> u64 {
    at.map_or(mixed(sum, 1), |at| mixed(mixed(sum, 2), at.cast_unsigned()))
}

/// What holds a contact, as a number.
fn held(pending: WaitReason) -> u64 {
    match pending {
        WaitReason::Start => 1,
        WaitReason::Wait => 2,
        WaitReason::Field => 3,
        WaitReason::Deferred => 4,
        WaitReason::Delayed(_) => 5,
        WaitReason::Removed => 6,
        WaitReason::Fork => 7,
        WaitReason::Await => 8,
        WaitReason::Ready => 9,
    }
}

/// What holds a contact, and until when.
fn held_by(Position { pending, due, .. }: Position, sum: u64) -> u64 {
    let first = if let WaitReason::Delayed(first) = pending {
        Some(first)
    } else {
        None
    };
    moment(moment(mixed(sum, held(pending)), Some(due)), first)
}

fn is_settled(pending: WaitReason) -> bool {
    match pending {
        WaitReason::Wait | WaitReason::Fork | WaitReason::Await => true,
        WaitReason::Start | WaitReason::Field | WaitReason::Deferred | WaitReason::Delayed(_) => {
            false
        }
        WaitReason::Removed | WaitReason::Ready => false,
    }
}

/// What has been gone along so far.
struct Walk<'a> {
    waits: &'a Waits,
    seen: Vec<usize>,
    ahead: &'a mut Vec<Coming>,
    /// Sums up the waits on the way.
    when: u64,
}

impl Executor<'_> {
    /// The content ahead, as often as it would be sent.
    pub(super) fn ahead(&mut self, waits: &Waits, ahead: &mut Vec<Coming>) {
        ahead.clear();
        for at in 0..self.active.len() {
            let campaign = self.program.campaign_order[self.active[at]];
            self.follow(
                campaign,
                &mut Walk {
                    waits,
                    seen: Vec::new(),
                    ahead,
                    when: 0,
                },
            );
        }
    }

    /// Where the contact stands in campaigns; one that a limit of the instant keeps out stands
    /// before the first step.
    pub(super) fn places(&self, waits: &Waits, places: &mut Vec<Place>) {
        places.clear();
        for (campaign, member) in self.members.iter().enumerate() {
            let Enrollment {
                entries,
                since,
                arrived,
                ..
            } = *member;
            if member.phase == Phase::Active {
                let sum = mixed(mixed(0, entries.into()), since.cast_unsigned());
                places.push(self.standing(
                    waits,
                    campaign,
                    member.token(),
                    moment(sum, member.paused),
                ));
            } else if arrived {
                places.push(Place {
                    campaign,
                    step: 0,
                    waits: false,
                    held: 1,
                });
            }
        }
        places.extend(
            self.ways
                .iter()
                .map(|way| self.standing(waits, way.campaign, way.token, 0)),
        );
    }

    fn standing(&self, waits: &Waits, campaign: usize, token: Position, sum: u64) -> Place {
        let Position {
            step,
            pending,
            hours,
            ..
        } = token;
        // The hours of the wait behind hold for what a limit has put off.
        let behind = hours
            .after
            .and_then(|wait| waits[campaign].get(wait as usize))
            .copied()
            .unwrap_or(0);
        let mut held = mixed(held_by(token, sum), behind);
        let awaits = self
            .awaits
            .iter()
            .filter(|(id, awaiting)| id.index() == campaign && awaiting.step == step);
        for (_, awaiting) in awaits.filter(|_| pending == WaitReason::Await) {
            held = awaiting
                .from
                .iter()
                .fold(held, |sum, from| mixed(sum, from.cast_unsigned()));
            held = mixed(held, awaiting.settled.map_or(0, |way| way as u64 + 1));
        }
        Place {
            campaign,
            step,
            waits: is_settled(pending),
            held,
        }
    }

    /// From all places where the contact stands in the campaign; those of a fork first, then what
    /// comes behind it.
    fn follow(&mut self, campaign: usize, walk: &mut Walk<'_>) {
        let on_ways: Vec<Position> = self
            .ways
            .iter()
            .filter(|way| way.campaign == campaign)
            .map(|way| way.token)
            .collect();
        for token in on_ways {
            walk.when = held_by(token, 0);
            if self.walk(campaign, token.step, is_settled(token.pending), walk) {
                return;
            }
        }
        let member = self.members[campaign];
        let Position { step, pending, .. } = member.token();
        let forked = pending == WaitReason::Fork;
        let from = if forked {
            self.program.campaigns[campaign].steps[step].next
        } else {
            step
        };
        walk.when = held_by(member.token(), moment(0, member.paused));
        self.walk(campaign, from, is_settled(pending) && !forked, walk);
    }

    /// Along one way to its end, or to a step where it was before; says whether it ends the
    /// campaign. Where the first wait is settled already, its length does not count.
    fn walk(
        &mut self,
        campaign: usize,
        from: usize,
        mut settled: bool,
        walk: &mut Walk<'_>,
    ) -> bool {
        let (steps, repeats) = (
            &self.program.campaigns[campaign].steps,
            self.program.campaigns[campaign].repeats,
        );
        let mut next = from;
        while let Some(step) = steps.get(next) {
            if repeats {
                if walk.seen.contains(&next) {
                    return false;
                }
                walk.seen.push(next);
            }
            let wait = walk.waits[campaign][next];
            if wait != 0 && !std::mem::take(&mut settled) {
                walk.when = mixed(walk.when, wait);
            }
            next = match step.verb {
                Verb::If {
                    when,
                    then,
                    otherwise,
                } => {
                    if self.eval(when) {
                        then
                    } else {
                        otherwise
                    }
                }
                Verb::Split(ref shares) => self.share_of(campaign, next, shares).first,
                Verb::Fork(ref ways) => {
                    let (mut latest, before) = (walk.when, walk.when);
                    for &way in ways {
                        walk.when = before;
                        if self.walk(campaign, way, false, walk) {
                            return true;
                        }
                        latest = mixed(latest, walk.when);
                    }
                    walk.when = latest;
                    step.next
                }
                Verb::Await(ref awaiting) => awaiting.otherwise,
                Verb::Goto(to) => to,
                Verb::Exit(_) => return true,
                Verb::Action(Action::Send { content, rules }) => {
                    let entry = self.members[campaign].entries;
                    let at = At {
                        campaign: Id::from_index(campaign),
                        entry,
                        step: None,
                        visit: 0,
                    };
                    let here = Here {
                        campaign,
                        step: next,
                        at,
                    };
                    let sent = self.was_sent(here, ContentId::from_index(content), rules.once);
                    if !sent && self.reaches(content, rules.transactional) {
                        walk.ahead.push(Coming {
                            content,
                            when: walk.when,
                        });
                    }
                    step.next
                }
                Verb::Action(_) => step.next,
                Verb::Wait(_) | Verb::WaitUntil { .. } | Verb::Nothing => step.next,
            };
        }
        false
    }
}
