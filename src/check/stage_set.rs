//! Sets of the stages of one funnel, a bit for each: to join two costs next to nothing, however
//! many stages there are. Equal sets are equal values.

use crate::model::StageId;
use crate::model::ids::Id;

const BITS: usize = u64::BITS as usize;

/// Some stages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct StageSet {
    /// The last of them is not zero.
    words: Vec<u64>,
}

impl StageSet {
    /// The first so many: all of a funnel that has as many.
    pub(super) fn first(count: usize) -> Self {
        let mut words = vec![u64::MAX; count / BITS];
        if !count.is_multiple_of(BITS) {
            words.push((1 << (count % BITS)) - 1);
        }
        Self { words }
    }

    /// This one alone.
    pub(super) fn only(stage: StageId) -> Self {
        let mut set = Self::default();
        set.insert(stage);
        set
    }

    pub(super) fn insert(&mut self, stage: StageId) {
        let at = stage.index() / BITS;
        if self.words.len() <= at {
            self.words.resize(at + 1, 0);
        }
        self.words[at] |= 1 << (stage.index() % BITS);
    }

    pub(super) fn contains(&self, stage: StageId) -> bool {
        self.words
            .get(stage.index() / BITS)
            .is_some_and(|word| word >> (stage.index() % BITS) & 1 == 1)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// How many they are.
    pub(super) fn len(&self) -> usize {
        self.words
            .iter()
            .map(|word| word.count_ones() as usize)
            .sum()
    }

    /// Each of them, in the order of the model.
    pub(super) fn iter(&self) -> impl Iterator<Item = StageId> + '_ {
        self.words.iter().enumerate().flat_map(|(at, word)| {
            let above = |left: &u64| Some(left & (left - 1)).filter(|left| *left > 0);
            let lefts = std::iter::successors(Some(*word).filter(|word| *word > 0), above);
            lefts.map(move |left| StageId::from_index(at * BITS + left.trailing_zeros() as usize))
        })
    }

    /// Those in both.
    pub(super) fn and(&self, other: &Self) -> Self {
        Self::of(
            self.words
                .iter()
                .zip(&other.words)
                .map(|(one, other)| one & other)
                .collect(),
        )
    }

    /// Those in either.
    pub(super) fn or(&self, other: &Self) -> Self {
        let (more, less) = if self.words.len() < other.words.len() {
            (other, self)
        } else {
            (self, other)
        };
        let mut words = more.words.clone();
        words
            .iter_mut()
            .zip(&less.words)
            .for_each(|(word, other)| *word |= other);
        Self { words }
    }

    /// Those that are not in the other.
    pub(super) fn except(&self, other: &Self) -> Self {
        let others = other.words.iter().copied().chain(std::iter::repeat(0));
        Self::of(
            self.words
                .iter()
                .zip(others)
                .map(|(word, other)| word & !other)
                .collect(),
        )
    }

    /// Whether one is in both.
    pub(super) fn meets(&self, other: &Self) -> bool {
        self.words
            .iter()
            .zip(&other.words)
            .any(|(one, other)| one & other != 0)
    }

    fn of(mut words: Vec<u64>) -> Self {
        let used = words
            .iter()
            .rposition(|word| *word != 0)
            .map_or(0, |last| last + 1);
        words.truncate(used);
        Self { words }
    }
}

impl FromIterator<StageId> for StageSet {
    fn from_iter<I: IntoIterator<Item = StageId>>(stages: I) -> Self {
        let mut set = Self::default();
        stages.into_iter().for_each(|stage| set.insert(stage));
        set
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::collection::btree_set;
    use proptest::prelude::proptest;

    use super::*;

    fn set(stages: &BTreeSet<usize>) -> StageSet {
        stages.iter().map(|at| StageId::from_index(*at)).collect()
    }

    proptest! {
        #[test]
        fn they_are_sets(one in btree_set(0..200_usize, 0..40), other in btree_set(0..200_usize, 0..40), count in 0..200_usize) {
            let (a, b) = (set(&one), set(&other));
            assert_eq!(a.and(&b), set(&(&one & &other)));
            assert_eq!(a.or(&b), set(&(&one | &other)));
            assert_eq!(a.except(&b), set(&(&one - &other)));
            assert_eq!(a.meets(&b), !one.is_disjoint(&other));
            assert_eq!((a.is_empty(), a.len()), (one.is_empty(), one.len()));
            assert_eq!(a.iter().map(Id::index).collect::<BTreeSet<_>>(), one);
            assert!((0..210).all(|at| a.contains(StageId::from_index(at)) == one.contains(&at)));
            assert_eq!(StageSet::first(count), set(&(0..count).collect()));
        }
    }
}
