//! Which of a hundred numbers go to which branch of a split.
//!
//! It follows from the names and the shares alone. A branch has a home, an even part of the
//! numbers, which its share does not move; as long as it has no more than that, its share only says
//! how much of it is its own. So nobody moves between two branches that both grow, unless more than
//! one has outgrown its home.

use crate::model::Share;
use crate::model::ids::Id;

/// How many numbers there are.
const NUMBERS: usize = 100;

/// A `split`.
#[derive(Clone, Debug)]
pub(crate) struct SplitProgram {
    shares: Vec<ShareProgram>,
    /// By number: the share.
    table: Vec<usize>,
}

/// A share of a `split`.
#[derive(Clone, Debug)]
pub(crate) struct ShareProgram {
    pub(crate) label: String,
    pub(crate) first: usize,
}

impl SplitProgram {
    pub(super) fn of(shares: &[Share], next: usize) -> Self {
        let first = |share: &Share| share.steps.first().map_or(next, |step| step.id.index());
        let program = |share: &Share| ShareProgram {
            label: share.label.clone(),
            first: first(share),
        };
        let names: Vec<(&str, usize)> = shares
            .iter()
            .map(|share| (share.goes_by.as_str(), usize::from(share.share)))
            .collect();
        Self {
            shares: shares.iter().map(program).collect(),
            table: table(&names),
        }
    }

    /// The first step of each share.
    pub(crate) fn firsts(&self) -> impl Iterator<Item = usize> {
        self.shares.iter().map(|share| share.first)
    }

    /// The share of a contact whose hash this is.
    pub(crate) fn share(&self, hash: u64) -> &ShareProgram {
        let number = usize::try_from(hash % NUMBERS as u64).unwrap_or(0);
        &self.shares[self.table[number]]
    }
}

/// By number: the place of its branch among these names, whose shares make a hundred.
fn table(shares: &[(&str, usize)]) -> Vec<usize> {
    let ranked = ranked(shares);
    let mut homes = vec![None; NUMBERS];
    take(&ranked, &mut homes, &even(shares));
    let mut table = vec![None; NUMBERS];
    let home: Vec<(usize, usize)> = ranked
        .iter()
        .copied()
        .filter(|(branch, number)| homes[*number] == Some(*branch))
        .collect();
    let all: Vec<usize> = shares.iter().map(|(_, share)| *share).collect();
    let left = take(&home, &mut table, &all);
    take(&ranked, &mut table, &left);
    table
        .into_iter()
        .map(|branch| branch.unwrap_or(0))
        .collect()
}

/// Each branch with each number, in the order in which they come to each other.
fn ranked(shares: &[(&str, usize)]) -> Vec<(usize, usize)> {
    let pairs =
        (0..shares.len()).flat_map(|branch| (0..NUMBERS).map(move |number| (branch, number)));
    let mut pairs: Vec<_> = pairs
        .map(|(branch, number)| {
            let name = shares[branch].0;
            let hash = blake3::hash(format!("{number}\n{name}").as_bytes());
            let rank: Vec<u8> = hash.as_bytes()[..8].to_vec();
            (rank, name, number, branch)
        })
        .collect();
    pairs.sort_unstable();
    pairs
        .into_iter()
        .map(|(_, _, number, branch)| (branch, number))
        .collect()
}

/// As many numbers for each as for the others; what is left over, one each, to the first by name.
fn even(shares: &[(&str, usize)]) -> Vec<usize> {
    let (part, rest) = (NUMBERS / shares.len(), NUMBERS % shares.len());
    let before = |name: &str| shares.iter().filter(|(other, _)| *other < name).count();
    shares
        .iter()
        .map(|(name, _)| part + usize::from(before(name) < rest))
        .collect()
}

/// Gives each number that nobody has to the first branch of the row that wants more; what each
/// still wants then.
fn take(row: &[(usize, usize)], table: &mut [Option<usize>], wants: &[usize]) -> Vec<usize> {
    let mut wants = wants.to_vec();
    for &(branch, number) in row {
        if table[number].is_none() && wants[branch] > 0 {
            table[number] = Some(branch);
            wants[branch] -= 1;
        }
    }
    wants
}

#[cfg(test)]
mod tests {
    use super::table;

    const NAMES: [&str; 4] = ["new", "old", "bold", "calm"];

    fn of(shares: &[usize]) -> Vec<usize> {
        table(
            &NAMES
                .iter()
                .copied()
                .zip(shares.iter().copied())
                .collect::<Vec<_>>(),
        )
    }

    /// The numbers that go from one branch to another, in the tables of two texts.
    fn moved(from: &[usize], to: &[usize]) -> Vec<(usize, usize)> {
        from.iter()
            .copied()
            .zip(to.iter().copied())
            .filter(|(was, is)| was != is)
            .collect()
    }

    fn grown(from: &[usize], to: &[usize]) -> usize {
        from.iter()
            .zip(to)
            .map(|(from, to)| to.saturating_sub(*from))
            .sum()
    }

    #[test]
    fn shares_are_exact() {
        for shares in [
            vec![100],
            vec![1, 99],
            vec![33, 34, 33],
            vec![97, 1, 1, 1],
            vec![25, 25, 25, 25],
        ] {
            let table = of(&shares);
            for (branch, share) in shares.iter().enumerate() {
                assert_eq!(
                    table.iter().filter(|it| **it == branch).count(),
                    *share,
                    "{shares:?}"
                );
            }
        }
    }

    #[test]
    fn the_order_of_the_text_does_not_count() {
        let named = |shares: &[(&'static str, usize)]| {
            table(shares)
                .into_iter()
                .map(|branch| shares[branch].0)
                .collect::<Vec<_>>()
        };
        assert_eq!(
            named(&[("a", 20), ("b", 50), ("c", 30)]),
            named(&[("c", 30), ("a", 20), ("b", 50)])
        );
    }

    #[test]
    fn of_two_branches_every_change_moves_as_few_as_it_can() {
        let tables: Vec<_> = (1..100)
            .map(|share| (share, of(&[share, 100 - share])))
            .collect();
        for (from, before) in &tables {
            for (to, after) in &tables {
                assert_eq!(
                    moved(before, after).len(),
                    from.abs_diff(*to),
                    "{from} to {to}"
                );
            }
        }
    }

    #[test]
    fn where_one_branch_pays_for_the_others_nobody_else_moves() {
        for (from, to) in [
            (vec![10, 80, 10], vec![20, 60, 20]),
            (vec![10, 80, 10], vec![15, 50, 35]),
            (vec![1, 98, 1], vec![33, 34, 33]),
            (vec![10, 80, 10], vec![40, 20, 40]),
            (vec![33, 34, 33], vec![20, 60, 20]),
            (vec![5, 85, 5, 5], vec![25, 30, 20, 25]),
            (vec![25, 25, 25, 25], vec![10, 70, 10, 10]),
        ] {
            let moved = moved(&of(&from), &of(&to));
            assert_eq!(moved.len(), grown(&from, &to), "{from:?} to {to:?}");
            let wrong = moved
                .iter()
                .filter(|(was, is)| to[*was] >= from[*was] || to[*is] <= from[*is]);
            assert_eq!(wrong.count(), 0, "{from:?} to {to:?}: {moved:?}");
        }
    }

    #[test]
    fn any_change_moves_few_more_than_it_must() {
        let parts = (1..12)
            .flat_map(|a| (1..12).map(move |b| (8 * a, 8 * b)))
            .filter(|(a, b)| a + b < 100);
        let all: Vec<_> = parts
            .map(|(a, b)| [a, b, 100 - a - b])
            .map(|shares| (shares, of(&shares)))
            .collect();
        let pairs = || {
            all.iter()
                .flat_map(|from| all.iter().map(move |to| (from, to)))
        };
        let moved: usize = pairs().map(|(from, to)| moved(&from.1, &to.1).len()).sum();
        let must: usize = pairs().map(|(from, to)| grown(&from.0, &to.0)).sum();
        assert!(moved * 100 < must * 115, "{moved} moved, {must} must");
    }
}
