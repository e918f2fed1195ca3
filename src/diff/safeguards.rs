//! What watches over a project less than before: checks that count less, a baseline that leaves more
//! out, tests that are gone or expect less. A plan has none of these, so projects are compared.

use std::collections::BTreeMap;

use crate::diagnostic::codes::{self, Standard};
use crate::model::test::Test;
use crate::model::{Model, SeverityOverride};

/// A project as far as it watches over itself.
#[derive(Clone, Copy, Debug)]
pub struct Watched<'a> {
    /// What was read.
    pub model: &'a Model,
    /// How many warnings its baseline leaves out.
    pub left_out: usize,
}

/// Something that watches less than it did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Weakened {
    /// Findings of a check count less.
    Check {
        /// The code of the check.
        code: String,
        /// What they counted as.
        before: SeverityOverride,
        /// What they count as now.
        after: SeverityOverride,
    },
    /// The baseline leaves out so many warnings more.
    Baseline(usize),
    /// Tests that are not there any more, by name.
    TestsGone(Vec<String>),
    /// Tests of which less is expected, by name.
    TestsExpectLess(Vec<String>),
}

/// What watches less over `head` than over `base`, checks by code and tests by name.
pub fn weakened(base: Watched<'_>, head: Watched<'_>) -> Vec<Weakened> {
    let mut found: Vec<Weakened> = codes::all()
        .filter(|code| code.may_change())
        .filter_map(|code| {
            let [before, after] = [base, head].map(|side| counts_as(side.model, code));
            (strength(after) < strength(before)).then(|| Weakened::Check {
                code: code.name().to_owned(),
                before,
                after,
            })
        })
        .collect();
    let more = head.left_out.saturating_sub(base.left_out);
    found.extend((more > 0).then_some(Weakened::Baseline(more)));
    let now: BTreeMap<&str, &Test> = head
        .model
        .tests
        .iter()
        .map(|test| (test.name.as_str(), test))
        .collect();
    let (mut gone, mut less) = (Vec::new(), Vec::new());
    for test in &base.model.tests {
        match now.get(test.name.as_str()) {
            None => gone.push(test.name.clone()),
            Some(now) if expectations(now) < expectations(test) => less.push(test.name.clone()),
            Some(_) => {}
        }
    }
    let tests = [
        (Weakened::TestsGone as fn(_) -> _, gone),
        (Weakened::TestsExpectLess, less),
    ];
    found.extend(tests.into_iter().filter_map(|(of, mut names)| {
        names.sort();
        (!names.is_empty()).then(|| of(names))
    }));
    found
}

fn counts_as(model: &Model, code: codes::Code) -> SeverityOverride {
    let written = model.checks.iter().find(|rule| rule.code == code.name());
    written.map_or_else(
        || match code.standard() {
            Standard::Error => SeverityOverride::Error,
            Standard::Warning => SeverityOverride::Warning,
            Standard::Off => SeverityOverride::Off,
        },
        |rule| rule.weight,
    )
}

fn strength(weight: SeverityOverride) -> u8 {
    match weight {
        SeverityOverride::Off => 0,
        SeverityOverride::Warning => 1,
        SeverityOverride::Error => 2,
    }
}

/// How much a test asks for.
fn expectations(test: &Test) -> usize {
    let at_moments = test.expect.iter().map(|expected| {
        usize::from(expected.that.is_some()) + expected.sent.len() + expected.not_sent.len()
    });
    at_moments.sum::<usize>() + test.outcome.len()
}
