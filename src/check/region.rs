//! Sets of cells as ranges of their numbers; joining many of them costs as much as they have
//! ranges, however many cells there are.

use std::ops::Range;

/// Which of the cells are possible.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Region {
    /// In order, none of them empty, with gaps between them.
    ranges: Vec<Range<usize>>,
}

impl Region {
    /// All of so many cells.
    pub(super) fn whole(cells: usize) -> Self {
        Self::of(std::iter::once(0..cells))
    }

    /// The cells of these ranges, which begin one behind the other.
    pub(super) fn of(ranges: impl Iterator<Item = Range<usize>>) -> Self {
        let mut apart: Vec<Range<usize>> = Vec::new();
        for range in ranges.filter(|range| !range.is_empty()) {
            match apart.last_mut() {
                Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
                Some(_) | None => apart.push(range),
            }
        }
        Self { ranges: apart }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// How many cells it has.
    pub(super) fn cells(&self) -> usize {
        self.ranges.iter().map(Range::len).sum()
    }

    /// What is in one of them.
    pub(super) fn any(regions: &[Self]) -> Self {
        let mut ranges: Vec<Range<usize>> = regions
            .iter()
            .flat_map(|region| region.ranges.iter().cloned())
            .collect();
        ranges.sort_unstable_by_key(|range| range.start);
        Self::of(ranges.into_iter())
    }

    /// What is in each of them.
    pub(super) fn all(regions: &[Self]) -> Self {
        let ranges = || regions.iter().flat_map(|region| &region.ranges);
        // An end counts before a start at the same cell, for it is no part of its range.
        let mut edges: Vec<(usize, bool)> = ranges()
            .flat_map(|range| [(range.start, true), (range.end, false)])
            .collect();
        edges.sort_unstable();
        let (mut open, mut from) = (0, 0);
        let mut shared = Vec::new();
        for (at, starts) in edges {
            if open == regions.len() {
                shared.push(from..at);
            }
            if starts {
                (open, from) = (open + 1, at);
            } else {
                open -= 1;
            }
        }
        Self::of(shared.into_iter())
    }

    /// Whether a cell is in both.
    pub(super) fn meets(&self, other: &Self) -> bool {
        let (mut ones, mut others) = (
            self.ranges.iter().peekable(),
            other.ranges.iter().peekable(),
        );
        while let (Some(one), Some(other)) = (ones.peek(), others.peek()) {
            if one.start < other.end && other.start < one.end {
                return true;
            }
            if one.end <= other.end {
                ones.next()
            } else {
                others.next()
            };
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn region(cells: u8) -> Region {
        Region::of(
            (0..8)
                .filter(|at| cells >> at & 1 == 1)
                .map(|at| at..at + 1),
        )
    }

    #[test]
    fn regions_are_sets() {
        for one in 0..=u8::MAX {
            assert_eq!(region(one).cells(), one.count_ones() as usize);
            assert_eq!(region(one).is_empty(), one == 0);
            for other in (0..=u8::MAX).step_by(7) {
                let both = [region(one), region(other)];
                assert_eq!(Region::any(&both), region(one | other));
                assert_eq!(Region::all(&both), region(one & other));
                assert_eq!(both[0].meets(&both[1]), one & other != 0);
                let three = [region(one), region(other), region(0b0101_1011)];
                assert_eq!(Region::all(&three), region(one & other & 0b0101_1011));
            }
        }
        assert_eq!(Region::whole(8), region(u8::MAX));
    }
}
