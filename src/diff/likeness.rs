//! How well two steps fit together, and which steps of two lists belong together: of all ways to keep both orders, one that fits best.

use super::steps::{outline, words};
use crate::language::Verb;
use crate::model::{Branch, Model, Step};

/// What says whether two steps belong together.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Sketch {
    verb: Option<Verb>,
    /// A written id.
    id: Option<String>,
    pub(super) words: String,
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
            return if self.id == other.id && self.verb == other.verb { SAME + 1 } else { 0 };
        }
        match (self.verb == other.verb, self.words == other.words, self.inside == other.inside) {
            (true, true, true) => SAME,
            (true, true, false) => SAME / 2,
            (true, false, true) if !self.inside.is_empty() => SAME / 4,
            (true, false, _) => 2,
            (false, ..) => 0,
        }
    }
}

/// The way there and the way back pair the same steps: where several fit equally well, the content of the lists decides, not which is the base.
pub(super) fn best(base: &[&Sketch], head: &[&Sketch]) -> Vec<(usize, usize)> {
    if base > head {
        return best_in_order(head, base).into_iter().map(|(left, right)| (right, left)).collect();
    }
    best_in_order(base, head)
}

fn best_in_order(base: &[&Sketch], head: &[&Sketch]) -> Vec<(usize, usize)> {
    let width = head.len() + 1;
    let mut score = vec![0_u32; (base.len() + 1) * width];
    for left in (0..base.len()).rev() {
        for right in (0..head.len()).rev() {
            let likeness = base[left].likeness(head[right]);
            let paired = if likeness > 0 { likeness + score[(left + 1) * width + right + 1] } else { 0 };
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

/// What a step does, without its operand: steps of other verbs never fit together. Waits of a length and until a moment do.
fn verb(step: &Step) -> Option<Verb> {
    step.kind.verb().map(|verb| if verb == Verb::WaitUntil { Verb::Wait } else { verb })
}
