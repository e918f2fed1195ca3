//! How well two steps fit together, and which steps of two lists belong together: of all ways to
//! keep both orders, one that fits best.

use super::steps::{outline, words};
use crate::language::Verb;
use crate::model::{Branch, Model, Step};

/// What says whether two steps belong together.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Sketch {
    verb: Option<Verb>,
    /// A written id.
    id: Option<String>,
    words: String,
    inside: Vec<(String, String)>,
}

impl Sketch {
    pub(super) fn of(model: &Model, step: &Step) -> Self {
        let inside = |branch: Branch<'_>| (branch.word.to_owned(), outline(model, branch.steps));
        Self {
            verb: verb(step),
            id: step.named.then(|| step.name.clone()),
            words: words(model, step),
            inside: step.branches().into_iter().map(inside).collect(),
        }
    }

    /// How well two steps fit together; 0 for not at all.
    pub(super) fn likeness(&self, other: &Self) -> u32 {
        if self.id.is_some() && other.id.is_some() {
            return if self.id == other.id && self.verb == other.verb {
                SAME + 1
            } else {
                0
            };
        }
        match (
            self.verb == other.verb,
            self.words == other.words,
            self.inside == other.inside,
        ) {
            (true, true, true) => SAME,
            (true, true, false) => SAME / 2,
            (true, false, true) if !self.inside.is_empty() => SAME / 4,
            (true, false, _) => 2,
            (false, ..) => 0,
        }
    }
}

/// The way there and the way back pair the same steps: where several fit equally well, the content
/// of the lists decides, not which is the base.
pub(super) fn best(base: &[&Sketch], head: &[&Sketch]) -> Vec<(usize, usize)> {
    if base > head {
        return best_in_order(head, base)
            .into_iter()
            .map(|(left, right)| (right, left))
            .collect();
    }
    best_in_order(base, head)
}

/// What begins and ends alike belongs together, whatever stands between.
fn best_in_order(base: &[&Sketch], head: &[&Sketch]) -> Vec<(usize, usize)> {
    let same = |(left, right): &(&&Sketch, &&Sketch)| left == right;
    let start = base.iter().zip(head).take_while(same).count();
    let (left, right) = (&base[start..], &head[start..]);
    let end = left
        .iter()
        .rev()
        .zip(right.iter().rev())
        .take_while(same)
        .count();
    let (left, right) = (&left[..left.len() - end], &right[..right.len() - end]);
    let between = if left.len() * right.len() > MOST_COMPARED {
        nearby(left, right)
    } else {
        between(left, right)
    };
    let tail = (1..=end)
        .rev()
        .map(|back| (base.len() - back, head.len() - back));
    let between = between
        .into_iter()
        .map(|(left, right)| (start + left, start + right));
    (0..start)
        .map(|at| (at, at))
        .chain(between)
        .chain(tail)
        .collect()
}

/// The most pairs of steps that are weighed against each other, each with a place in memory.
const MOST_COMPARED: usize = 1 << 22;
/// How many of the other list's steps are looked at for one, where there are too many to weigh all
/// ways.
const NEARBY: usize = 64;

/// Each with the likest of the next ones that are left.
fn nearby(base: &[&Sketch], head: &[&Sketch]) -> Vec<(usize, usize)> {
    let (mut pairs, mut next) = (Vec::new(), 0);
    for (left, sketch) in base.iter().enumerate() {
        let ahead = head.iter().enumerate().skip(next).take(NEARBY);
        let likeness = ahead
            .map(|(right, other)| (sketch.likeness(other), right))
            .filter(|(likeness, _)| *likeness > 0);
        if let Some((_, right)) =
            likeness.max_by_key(|(likeness, right)| (*likeness, std::cmp::Reverse(*right)))
        {
            pairs.push((left, right));
            next = right + 1;
        }
    }
    pairs
}

fn between(base: &[&Sketch], head: &[&Sketch]) -> Vec<(usize, usize)> {
    let width = head.len() + 1;
    let mut score = vec![0_u32; (base.len() + 1) * width];
    for left in (0..base.len()).rev() {
        for right in (0..head.len()).rev() {
            let likeness = base[left].likeness(head[right]);
            let paired = if likeness > 0 {
                likeness + score[(left + 1) * width + right + 1]
            } else {
                0
            };
            let skipped = score[(left + 1) * width + right].max(score[left * width + right + 1]);
            score[left * width + right] = paired.max(skipped);
        }
    }
    let (mut pairs, mut left, mut right) = (Vec::new(), 0, 0);
    while left < base.len() && right < head.len() {
        let likeness = base[left].likeness(head[right]);
        let here = score[left * width + right];
        if likeness > 0 && here == likeness + score[(left + 1) * width + right + 1] {
            pairs.push((left, right));
            (left, right) = (left + 1, right + 1);
        } else if here == score[(left + 1) * width + right] {
            left += 1;
        } else {
            right += 1;
        }
    }
    pairs
}

/// The likeness of steps that are the same; more than that is a written id.
pub(super) const SAME: u32 = 40;

/// What a step does, without its operand: steps of other verbs never fit together. Waits of a
/// length and until a moment do.
fn verb(step: &Step) -> Option<Verb> {
    step.kind.verb().map(|verb| {
        if verb == Verb::WaitUntil {
            Verb::Wait
        } else {
            verb
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(words: &str) -> Sketch {
        Sketch {
            verb: Some(Verb::Note),
            id: None,
            words: words.to_owned(),
            inside: Vec::new(),
        }
    }

    /// A list of thousands of other steps would else need a place in memory for each two of them.
    #[test]
    fn long_lists_are_paired_by_what_is_near() {
        let base: Vec<_> = (0..3_000).map(|at| note(&format!("a{at}"))).collect();
        let head: Vec<_> = (0..3_001).map(|at| note(&format!("a{}", at * 2))).collect();
        let [base, head]: [Vec<&Sketch>; 2] = [base.iter().collect(), head.iter().collect()];
        let pairs = best(&base, &head);
        assert!(
            base.len() * head.len() > MOST_COMPARED && pairs.len() > 1_400,
            "{}",
            pairs.len()
        );
        assert!(
            pairs.is_sorted() && pairs.windows(2).all(|two| two[0].1 < two[1].1),
            "both orders are kept"
        );
    }

    #[test]
    fn what_begins_and_ends_alike_belongs_together() {
        let [base, head] =
            [["a", "b", "c", "d"], ["a", "x", "c", "d"]].map(|words| words.map(note));
        let pairs = best(&base.each_ref(), &head.each_ref());
        assert_eq!(pairs, [(0, 0), (1, 1), (2, 2), (3, 3)]);
    }
}
