//! The three-way merge of one value: what the file shows, what was last read, and what was written
//! since; the file wins when none of them explains it.
//!
//! Stages, tags, points and some fields are written by two: by whoever keeps the contacts, and by
//! funnelc. What funnelc writes goes back to them when it suits them, or never, so the file of the
//! next run may show any of these:
//!
//! ```text
//!   a run reads 1, writes 2;       the next file shows
//!   a later one writes 3           3   the last write has arrived          Agreed   value 3, nothing else is remembered
//!                                  1   none has arrived yet                Ours     value 3
//!   value 3, read 1, earlier [2]   2   the first has, the last has not     Ours     value 3, read 2
//!                                  7   somebody changed it                 Theirs   value 7; the journal says `external-…`
//! ```
//!
//! `earlier` is what keeps the 2 from being taken for somebody's change. It is forgotten when both
//! agree, so it stays short where writes do come back.

use crate::runner::contact::{Kept, Slot};

/// A value that the file and funnelc both write.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Tracked<V> {
    /// What it is.
    pub(crate) value: V,
    /// What the file last showed; absent where it agreed.
    pub(crate) read: Option<V>,
    /// What was written since the file last agreed, and replaced again.
    pub(crate) earlier: Vec<V>,
}

/// Who a merge found right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Merged {
    /// Both show the same.
    Agreed,
    /// The file has not taken over our value yet.
    Ours,
    /// Somebody changed the file.
    Theirs,
}

impl<V: Clone + PartialEq> Tracked<V> {
    /// One that is read for the first time.
    pub(crate) fn first(value: V) -> Self {
        Self {
            value,
            read: None,
            earlier: Vec::new(),
        }
    }

    /// Takes in what the file shows.
    pub(crate) fn merge(&mut self, shown: V) -> Merged {
        if shown == self.value {
            self.agree();
            Merged::Agreed
        } else if self.read.as_ref() == Some(&shown) || self.earlier.contains(&shown) {
            self.read = Some(shown);
            Merged::Ours
        } else {
            self.value = shown;
            self.agree();
            Merged::Theirs
        }
    }

    /// Takes in what funnelc writes.
    pub(crate) fn write(&mut self, value: V) {
        if value == self.value {
            return;
        }
        let old = std::mem::replace(&mut self.value, value);
        // Until now both agreed, so the old value is what the file shows.
        if self.read.is_none() {
            self.read = Some(old);
        } else if !self.earlier.contains(&old) {
            self.earlier.push(old);
        }
    }

    fn agree(&mut self) {
        self.read = None;
        self.earlier.clear();
    }
}

impl Tracked<Kept> {
    /// To be compared with what a row shows.
    pub(crate) fn slots(&self) -> Tracked<Slot<'_>> {
        Tracked {
            value: self.value.slot(),
            read: self.read.as_ref().map(Kept::slot),
            earlier: self.earlier.iter().map(Kept::slot).collect(),
        }
    }
}

impl Tracked<Slot<'_>> {
    /// To be kept beyond the row.
    pub(crate) fn kept(&self) -> Tracked<Kept> {
        Tracked {
            value: self.value.into(),
            read: self.read.map(Kept::from),
            earlier: self.earlier.iter().map(|&slot| slot.into()).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Merged, Tracked};

    fn known(value: u8, written: &[u8]) -> Tracked<u8> {
        let mut known = Tracked::first(value);
        for &value in written {
            known.write(value);
        }
        known
    }

    #[test]
    fn what_we_wrote_or_what_nobody_touched_agrees() {
        assert_eq!(known(1, &[]).merge(1), Merged::Agreed);
        assert_eq!(known(1, &[2]).merge(2), Merged::Agreed);
    }

    #[test]
    fn what_we_last_read_keeps_our_value() {
        let mut known = known(1, &[2]);
        assert_eq!(known.merge(1), Merged::Ours);
        assert_eq!(known.value, 2);
        assert_eq!(known.merge(1), Merged::Ours, "as often as it is shown");
    }

    #[test]
    fn anything_else_is_somebodys_change() {
        let mut known = known(1, &[2]);
        assert_eq!(known.merge(3), Merged::Theirs);
        assert_eq!(known, Tracked::first(3));
    }

    #[test]
    fn each_write_since_the_file_agreed_is_a_write_back_under_way() {
        let mut known = known(1, &[2, 3]);
        assert_eq!(known.merge(2), Merged::Ours);
        assert_eq!(known.value, 3);
        assert_eq!(
            known.merge(1),
            Merged::Theirs,
            "1 was neither last read nor written by us"
        );
        let mut back = self::known(1, &[2, 1]);
        assert_eq!(back.merge(2), Merged::Ours);
        assert_eq!(back.value, 1);
    }

    #[test]
    fn agreement_forgets_what_was_written_before() {
        let mut known = known(1, &[2, 3]);
        assert_eq!(known.merge(3), Merged::Agreed);
        assert_eq!(known.merge(2), Merged::Theirs);
    }
}
