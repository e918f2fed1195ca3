//! Values that do not fit, and what a project says of them.
//!
//! Invariant: where the project says nothing, every value of the contacts file fits.

use super::fields::Field;
use super::random::Random;

/// What becomes of a value that does not fit.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum OnBadValue {
    Fail,
    Missing,
    SkipContact,
}

impl OnBadValue {
    pub(super) fn new(random: &mut Random) -> Self {
        *random.pick(&[
            OnBadValue::Fail,
            OnBadValue::Fail,
            OnBadValue::Missing,
            OnBadValue::SkipContact,
        ])
    }

    /// What `contacts` says.
    pub(super) fn in_contacts(self, random: &mut Random) -> &'static str {
        match self {
            OnBadValue::Fail if random.chance(20) => "  on-bad-value: fail\n",
            OnBadValue::Fail => "",
            OnBadValue::Missing => "  on-bad-value: missing\n",
            OnBadValue::SkipContact => "  on-bad-value: { skip-contact: { at-most: 100 } }\n",
        }
    }

    /// How many of a hundred cells hold what does not fit.
    pub(super) fn percent(self) -> usize {
        match self {
            OnBadValue::Fail => 0,
            OnBadValue::Missing => 6,
            OnBadValue::SkipContact => 1,
        }
    }
}

/// What does not fit a field.
pub(super) fn misfits(field: &Field) -> Vec<String> {
    let misfits: &[&str] = match (field.kind, field.id) {
        (_, "zone") => &["Nowhere/Town"],
        ("integer", _) => &["1.5", "eleven"],
        ("number", _) => &["1e5", "much"],
        ("boolean", _) => &["maybe", "2"],
        ("date", _) => &["2026-02-30", "2026-03-28T10:00"],
        ("datetime", _) => &["2026-03-28T25:00", "soon"],
        ("email", _) => &["nobody", "a@b,c@d", "two words@example.com"],
        ("choice", _) => &["free pro", "PRO"],
        ("choices", _) => &["top hat", "Cap"],
        _ => &[],
    };
    misfits.iter().map(|&misfit| misfit.to_owned()).collect()
}
