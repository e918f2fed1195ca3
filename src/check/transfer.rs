//! What steps that do not concern a funnel make of where a contact can be in it: the same in every
//! such funnel, so it is worked out once for all, and for any stretch of neighbours at once.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::model::ids::Id;
use crate::model::{Campaign, Step, StepId, StepKind};

/// What comes out of a step, by whether contacts come to it at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Transfer {
    pub(super) coming: Outcome,
    pub(super) nobody: Outcome,
}

/// Where contacts can be behind a step: in any of these; in none of them where nobody comes out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Outcome {
    /// Where they were before.
    pub(super) same: bool,
    /// Where they can be after a wait.
    pub(super) waited: bool,
    /// Anywhere.
    pub(super) anywhere: bool,
}

impl Outcome {
    const NONE: Self = Self {
        same: false,
        waited: false,
        anywhere: false,
    };
    const SAME: Self = Self {
        same: true,
        ..Self::NONE
    };
    const WAITED: Self = Self {
        waited: true,
        ..Self::NONE
    };
    const ANYWHERE: Self = Self {
        anywhere: true,
        ..Self::NONE
    };

    fn or(self, other: Self) -> Self {
        Self {
            same: self.same || other.same,
            waited: self.waited || other.waited,
            anywhere: self.anywhere || other.anywhere,
        }
    }

    fn then(self, next: Transfer) -> Self {
        if self == Self::NONE {
            return next.nobody;
        }
        let before = if next.coming.same { self } else { Self::NONE };
        Self {
            same: false,
            ..next.coming
        }
        .or(before)
    }
}

impl Transfer {
    /// Leaves contacts where they are.
    pub(super) const IDENTITY: Self = Self {
        coming: Outcome::SAME,
        nobody: Outcome::NONE,
    };
    /// Nobody comes out.
    const END: Self = Self {
        coming: Outcome::NONE,
        nobody: Outcome::NONE,
    };
    const WAIT: Self = Self {
        coming: Outcome::WAITED,
        nobody: Outcome::NONE,
    };
    const BROKEN: Self = Self {
        coming: Outcome::ANYWHERE,
        nobody: Outcome::ANYWHERE,
    };

    fn then(self, next: Self) -> Self {
        Self {
            coming: self.coming.then(next),
            nobody: self.nobody.then(next),
        }
    }

    /// Of contacts that take one way or the other.
    fn either(self, other: Self) -> Self {
        Self {
            coming: self.coming.or(other.coming),
            nobody: self.nobody.or(other.nobody),
        }
    }

    /// Of contacts that take both ways, and come out when both have ended.
    fn both(self, other: Self) -> Self {
        let both = |one: Outcome, other: Outcome| {
            if one == Outcome::NONE || other == Outcome::NONE {
                Outcome::NONE
            } else {
                one.or(other)
            }
        };
        Self {
            coming: both(self.coming, other.coming),
            nobody: both(self.nobody, other.nobody),
        }
    }

    /// Of a step without steps inside it; of a `goto`, where nothing is said of where it leads.
    fn of_leaf(step: &Step) -> Self {
        match &step.kind {
            StepKind::Action(_) => Self::IDENTITY,
            StepKind::Wait(_) | StepKind::WaitUntil { .. } => Self::WAIT,
            StepKind::Goto { .. } | StepKind::Exit(_) => Self::END,
            StepKind::Broken => Self::BROKEN,
            StepKind::If { .. } | StepKind::Split(_) | StepKind::Await(_) | StepKind::Fork(_) => {
                Self::IDENTITY
            }
        }
    }
}

/// The list of steps on a branch, and nothing where there is no such branch or nobody takes it.
pub(super) fn branch(step: &Step, at: usize) -> Option<&[Step]> {
    let steps = match &step.kind {
        StepKind::If {
            then, otherwise, ..
        } => [then, otherwise].get(at).copied(),
        StepKind::Split(shares) => shares.get(at).map(|share| &share.steps),
        StepKind::Await(awaiting) if at < awaiting.ways.len() => {
            awaiting.ways.get(at).map(|way| &way.steps)
        }
        StepKind::Await(awaiting) => awaiting.length.and(Some(&awaiting.otherwise)),
        StepKind::Fork(ways) => ways.get(at).map(|way| &way.steps),
        StepKind::Action(_) | StepKind::Wait(_) | StepKind::WaitUntil { .. } => None,
        StepKind::Goto { .. } | StepKind::Exit(_) | StepKind::Broken => None,
    };
    steps.map(Vec::as_slice)
}

/// The branches of a step.
pub(super) struct Branches {
    /// By branch: the first step on it, or behind it where it is empty; so they ascend.
    starts: Vec<StepId>,
    /// What they come to together.
    together: Stretch,
}

impl Branches {
    pub(super) fn count(&self) -> usize {
        self.starts.len()
    }

    /// The branch on which a step stands that is inside one.
    pub(super) fn of(&self, step: StepId) -> usize {
        self.starts
            .partition_point(|start| *start <= step)
            .saturating_sub(1)
    }

    /// Where the steps behind a branch begin.
    pub(super) fn end(&self, branch: usize) -> Option<StepId> {
        self.starts.get(branch + 1).copied()
    }

    /// What neighbouring branches come to; nothing of none.
    pub(super) fn over(&self, range: Range<usize>) -> Option<Transfer> {
        self.together.over(range)
    }
}

/// The transfers of a campaign's lists and branches.
pub(super) struct Transfers {
    /// By first step: those of a list, one after the other.
    lists: BTreeMap<StepId, Stretch>,
    branches: BTreeMap<StepId, Branches>,
}

impl Transfers {
    pub(super) fn of(campaign: &Campaign) -> Self {
        let mut all = Self {
            lists: BTreeMap::new(),
            branches: BTreeMap::new(),
        };
        all.list(&campaign.steps);
        all
    }

    /// What neighbouring steps of a list come to.
    pub(super) fn over(&self, steps: &[Step], range: Range<usize>) -> Transfer {
        let list = steps.first().and_then(|first| self.lists.get(&first.id));
        list.and_then(|list| list.over(range))
            .unwrap_or(Transfer::IDENTITY)
    }

    pub(super) fn branches(&self, step: &Step) -> Option<&Branches> {
        self.branches.get(&step.id)
    }

    fn list(&mut self, steps: &[Step]) -> Transfer {
        let mut transfers = Vec::with_capacity(steps.len());
        let mut may_skip = false;
        for step in steps {
            let taken = self.step(step);
            transfers.push(if may_skip {
                taken.either(Transfer::IDENTITY)
            } else {
                taken
            });
            may_skip = step.may_leave_out_next();
        }
        let Some(first) = steps.first() else {
            return Transfer::IDENTITY;
        };
        let list = Stretch::new(transfers, Transfer::then);
        let whole = list.over(0..steps.len()).unwrap_or(Transfer::IDENTITY);
        self.lists.insert(first.id, list);
        whole
    }

    fn step(&mut self, step: &Step) -> Transfer {
        let count = step.branches().len();
        let (awaits, forks) = (
            matches!(step.kind, StepKind::Await(_)),
            matches!(step.kind, StepKind::Fork(_)),
        );
        if count == 0 {
            // A split or a fork without a way lets nobody out.
            return if forks || matches!(step.kind, StepKind::Split(_)) {
                Transfer::END
            } else {
                Transfer::of_leaf(step)
            };
        }
        let before = if awaits {
            Transfer::WAIT.either(Transfer::IDENTITY)
        } else {
            Transfer::IDENTITY
        };
        let joined = if forks {
            Transfer::both
        } else {
            Transfer::either
        };
        let transfers: Vec<_> = (0..count)
            .map(|at| branch(step, at).map_or(Transfer::END, |steps| self.list(steps)))
            .collect();
        let mut next = StepId::from_index(usize::MAX);
        let mut starts: Vec<StepId> = (0..count)
            .rev()
            .map(|at| {
                next = branch(step, at)
                    .and_then(<[Step]>::first)
                    .map_or(next, |first| first.id);
                next
            })
            .collect();
        starts.reverse();
        let together = Stretch::new(transfers, joined);
        let whole = together.over(0..count).unwrap_or(Transfer::END);
        self.branches.insert(step.id, Branches { starts, together });
        before.then(whole)
    }
}

/// Transfers in a row, of which any neighbours are joined in a few steps.
struct Stretch {
    /// A tree in a list: the two below a place stand at twice the place and behind it, the
    /// transfers themselves in the second half.
    tree: Vec<Transfer>,
    joined: fn(Transfer, Transfer) -> Transfer,
}

impl Stretch {
    fn new(transfers: Vec<Transfer>, joined: fn(Transfer, Transfer) -> Transfer) -> Self {
        let count = transfers.len();
        let mut tree = vec![Transfer::IDENTITY; count];
        tree.extend(transfers);
        for at in (1..count).rev() {
            tree[at] = joined(tree[2 * at], tree[2 * at + 1]);
        }
        Self { tree, joined }
    }

    fn over(&self, range: Range<usize>) -> Option<Transfer> {
        let count = self.tree.len() / 2;
        let (mut from, mut to) = (range.start.min(count) + count, range.end.min(count) + count);
        let (mut left, mut right) = (None, None);
        let join = |one: Option<Transfer>, other: Option<Transfer>| match (one, other) {
            (Some(one), Some(other)) => Some((self.joined)(one, other)),
            (one, other) => one.or(other),
        };
        while from < to {
            if from % 2 == 1 {
                left = join(left, self.tree.get(from).copied());
                from += 1;
            }
            if to % 2 == 1 {
                to -= 1;
                right = join(self.tree.get(to).copied(), right);
            }
            (from, to) = (from / 2, to / 2);
        }
        join(left, right)
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::{any, proptest};

    use super::*;

    fn outcome([same, waited, anywhere]: [bool; 3]) -> Outcome {
        Outcome {
            same,
            waited,
            anywhere,
        }
    }

    proptest! {
        #[test]
        fn a_stretch_is_its_steps_one_after_the_other(drawn in vec((any::<[bool; 3]>(), any::<[bool; 2]>()), 1..40), from in 0..40_usize, to in 0..41_usize) {
            let nobody = |[waited, anywhere]: [bool; 2]| outcome([false, waited, anywhere]);
            let transfers: Vec<_> =
                drawn.iter().map(|(coming, none)| Transfer { coming: outcome(*coming), nobody: nobody(*none) }).collect();
            for joined in [Transfer::then, Transfer::either, Transfer::both] {
                let (from, to) = (from.min(transfers.len()), to.min(transfers.len()));
                let simple = transfers.get(from..to).and_then(|some| some.iter().copied().reduce(joined));
                assert_eq!(Stretch::new(transfers.clone(), joined).over(from..to), simple);
            }
        }
    }
}
