//! Lanes side by side for lines that run up and down: two that are in one lane never meet.

/// The stretches that ask for a lane.
#[derive(Clone, Debug, Default)]
pub(super) struct Lanes(Vec<(i32, i32)>);

/// A stretch that asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Stretch(usize);

/// Which lane each stretch has, counted from the cards.
#[derive(Clone, Debug)]
pub(super) struct Places {
    lanes: Vec<i32>,
    count: i32,
}

/// How far lanes are apart, and the first one and the last one from what is beside them.
const APART: i32 = 9;
const EDGE: i32 = 14;

/// Stretches in one lane keep so much distance.
const CLEAR: i32 = 6;

impl Lanes {
    /// Asks for a lane from one height to another.
    pub(super) fn ask(&mut self, (from, to): (i32, i32)) -> Stretch {
        self.0.push((from.min(to), from.max(to)));
        Stretch(self.0.len() - 1)
    }

    /// Gives the lanes: short stretches are next to the cards.
    pub(super) fn places(&self) -> Places {
        let mut order: Vec<usize> = (0..self.0.len()).collect();
        order.sort_by_key(|at| (self.0[*at].1 - self.0[*at].0, self.0[*at].0, *at));
        let mut taken: Vec<Vec<(i32, i32)>> = Vec::new();
        let mut lanes = vec![0; self.0.len()];
        for at in order {
            let (from, to) = self.0[at];
            let is_free = |lane: &Vec<(i32, i32)>| {
                lane.iter()
                    .all(|(start, end)| to + CLEAR < *start || end + CLEAR < from)
            };
            let lane = taken.iter().position(is_free).unwrap_or(taken.len());
            if lane == taken.len() {
                taken.push(Vec::new());
            }
            taken[lane].push((from, to));
            lanes[at] = i32::try_from(lane).unwrap_or(0);
        }
        let count = i32::try_from(taken.len()).unwrap_or(0);
        Places { lanes, count }
    }
}

impl Places {
    /// How far a lane is from the cards.
    pub(super) fn offset(&self, stretch: Stretch) -> i32 {
        EDGE + APART * self.lanes[stretch.0]
    }

    /// How wide all lanes are together.
    pub(super) fn room(&self) -> i32 {
        if self.count == 0 {
            0
        } else {
            EDGE + APART * (self.count - 1) + EDGE
        }
    }
}
