//! What watches over a project less than before, in words: who reviews a change sees that a check
//! was switched off.

use crate::diff::Weakened;
use crate::graph::describe::counted;
use crate::model::SeverityOverride;
use crate::screen::{one_line, shortened};

/// So many tests are named.
const NAMED: usize = 5;

/// So much of a test's name is shown.
const NAME: usize = 60;

/// A sentence, without a full stop.
pub(super) fn note(weakened: &Weakened) -> String {
    match weakened {
        Weakened::Check {
            code,
            before,
            after,
        } => format!(
            "The check `{code}` counts as {}, and counted as {}",
            word(*after),
            word(*before)
        ),
        Weakened::Baseline(more) => {
            let warnings = counted(*more as u64, "more warning");
            format!("The baseline leaves out {warnings} than before")
        }
        Weakened::TestsGone(names) => format!("{} gone: {}", are(names.len()), list(names)),
        Weakened::TestsExpectLess(names) => {
            let verb = if names.len() == 1 {
                "expects"
            } else {
                "expect"
            };
            let tests = counted(names.len() as u64, "test");
            format!("{tests} {verb} less than before: {}", list(names))
        }
    }
}

fn are(count: usize) -> String {
    let verb = if count == 1 { "is" } else { "are" };
    format!("{} {verb}", counted(count as u64, "test"))
}

fn word(weight: SeverityOverride) -> &'static str {
    match weight {
        SeverityOverride::Error => "an error",
        SeverityOverride::Warning => "a warning",
        SeverityOverride::Off => "nothing",
    }
}

/// Names of people's own making, in which nothing ends the quotes around them.
fn list(names: &[String]) -> String {
    let shown = names.iter().take(NAMED).map(|name| {
        let name = shortened(&one_line(name), NAME).replace('`', "'");
        format!("`{name}`")
    });
    let mut shown: Vec<String> = shown.collect();
    if names.len() > NAMED {
        shown.push(format!("and {} more", names.len() - NAMED));
    }
    shown.join(", ")
}
