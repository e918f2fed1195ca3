//! Small numbers as bits: which campaigns are open, which stages were entered, which questions are
//! answered; reset without allocation.

/// A set of small numbers.
#[derive(Debug, Default)]
pub(super) struct Bits {
    pub(super) words: Vec<u64>,
}

impl Bits {
    pub(super) fn reset(&mut self, count: usize) {
        self.words.clear();
        self.words.resize(count.div_ceil(64), 0);
    }

    pub(super) fn has(&self, index: usize) -> bool {
        self.words[index / 64] >> (index % 64) & 1 == 1
    }

    pub(super) fn set(&mut self, index: usize) {
        self.words[index / 64] |= 1 << (index % 64);
    }

    pub(super) fn unset(&mut self, index: usize) {
        self.words[index / 64] &= !(1 << (index % 64));
    }

    pub(super) fn fill(&mut self, count: usize) {
        self.reset(count);
        (0..count).for_each(|index| self.set(index));
    }

    pub(super) fn any(&self) -> bool {
        self.words.iter().any(|&word| word != 0)
    }

    /// The smallest number in it that is not below `from`.
    pub(super) fn next(&self, from: usize) -> Option<usize> {
        let mut at = from / 64;
        let mut word = self.words.get(at)? & (u64::MAX << (from % 64));
        while word == 0 {
            at += 1;
            word = *self.words.get(at)?;
        }
        Some(at * 64 + word.trailing_zeros() as usize)
    }
}

/// The answers to the questions that are asked once.
#[derive(Debug, Default)]
pub(super) struct EvalCache {
    known: Vec<u64>,
    yes: Vec<u64>,
}

impl EvalCache {
    pub(super) fn reset(&mut self, count: usize) {
        self.known.clear();
        self.known.resize(count.div_ceil(64), 0);
        self.yes.resize(count.div_ceil(64), 0);
    }

    pub(super) fn get(&self, slot: usize) -> Option<bool> {
        let bit = 1 << (slot % 64);
        (self.known[slot / 64] & bit != 0).then_some(self.yes[slot / 64] & bit != 0)
    }

    pub(super) fn put(&mut self, slot: usize, yes: bool) {
        let bit = 1 << (slot % 64);
        self.known[slot / 64] |= bit;
        let word = &mut self.yes[slot / 64];
        *word = if yes { *word | bit } else { *word & !bit };
    }

    /// Forgets the answers that a change concerns.
    pub(super) fn keep(&mut self, unaffected: &[u64]) {
        self.known
            .iter_mut()
            .zip(unaffected)
            .for_each(|(known, keep)| *known &= keep);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_number_is_found_over_word_ends() {
        let mut bits = Bits::default();
        bits.reset(200);
        assert_eq!(bits.next(0), None);
        for number in [3, 64, 199] {
            bits.set(number);
        }
        assert_eq!(
            [bits.next(0), bits.next(4), bits.next(64), bits.next(65)],
            [Some(3), Some(64), Some(64), Some(199)]
        );
        bits.unset(199);
        assert_eq!(bits.next(65), None);
        assert_eq!(bits.next(1000), None);
    }

    #[test]
    fn an_answer_is_kept_until_a_change_concerns_it() {
        let mut answers = EvalCache::default();
        answers.reset(70);
        answers.put(1, true);
        answers.put(69, false);
        assert_eq!(
            [answers.get(0), answers.get(1), answers.get(69)],
            [None, Some(true), Some(false)]
        );
        answers.keep(&[u64::MAX, 0]);
        assert_eq!([answers.get(1), answers.get(69)], [Some(true), None]);
        answers.reset(70);
        assert_eq!(answers.get(1), None);
    }
}
