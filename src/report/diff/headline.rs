//! A change in one sentence, with what matters most to people first; no kind of difference hides
//! another one.

use super::Report;
use super::clauses::{Clause, of_impact};
use super::layout::{contacts, counted, things};
use crate::diff::{Change, Kind, Mark, Reach};
use crate::runner::compare::Comparison;

/// How many clauses a headline has at most.
const CLAUSES: usize = 3;

/// The change in one sentence, without a full stop.
pub fn headline(report: &Report<'_>) -> String {
    let (diff, impact) = (report.diff, report.impact);
    let mut clauses = impact.map(of_impact).unwrap_or_default();
    if clauses.is_empty() {
        // Nobody is on that way at this moment; somebody will be.
        clauses.extend(
            diff.reaches
                .iter()
                .filter(|reach| reach.wider)
                .map(|reach| Clause::of_way(loosened(reach))),
        );
    }
    if !clauses.is_empty() {
        return joined(&clauses);
    }
    if let (true, Some(text)) = (diff.changes.is_empty(), in_environments(report)) {
        return text;
    }
    match (impact, &diff.changes[..]) {
        (_, []) if diff.cosmetic.is_empty() && diff.renames.is_empty() => {
            let less = match report.weakened {
                [] => "",
                [_, ..] => " for contacts, but less is checked",
            };
            format!("nothing changes{less}")
        }
        (_, []) => format!("nothing that a contact would notice{}", unnoticed(report)),
        (Some(impact), _) => no_effect(impact),
        (None, [change]) => one(change, "changes"),
        (None, changes) => counts(changes),
    }
}

/// What changes where an environment is laid over the project, and nowhere else.
fn in_environments(report: &Report<'_>) -> Option<String> {
    let mut changed = report.environments.iter().filter(|it| it.touched().any);
    let first = changed.next()?;
    Some(match changed.count() {
        0 => format!("something changes in the environment `{}`", first.name),
        more => format!("something changes in {} environments", more + 1),
    })
}

/// What differs all the same.
fn unnoticed(report: &Report<'_>) -> String {
    match &report.diff.cosmetic[..] {
        [] => String::new(),
        [change] => format!(": {}", one(change, "reads differently")),
        changes => format!(": {}", counts(changes)),
    }
}

/// `` `one-last-thing` in campaign `wake-up` now reaches people who were filtered out``.
pub(super) fn loosened(reach: &Reach) -> String {
    format!(
        "`{}` in campaign `{}` now reaches people who were filtered out",
        reach.message, reach.campaign
    )
}

fn no_effect(impact: &Comparison) -> String {
    let (who, they) = match impact.contacts {
        0 => return "there are no contacts to compare".to_owned(),
        1 => ("the contact is".to_owned(), "it is"),
        all => (format!("all {} are", contacts(all)), "they are"),
    };
    format!("{who} treated as before at this moment, and in what {they} on the way to")
}

/// The first of each kind, then more of them; kinds that have no room are named.
fn joined(clauses: &[Clause]) -> String {
    let is_first = |at: usize| {
        clauses[..at]
            .iter()
            .all(|before| before.topic != clauses[at].topic)
    };
    let (first, others): (Vec<_>, Vec<_>) = (0..clauses.len()).partition(|at| is_first(*at));
    let mut shown: Vec<usize> = first.iter().chain(&others).copied().take(CLAUSES).collect();
    shown.sort_unstable();
    let told: Vec<_> = shown.iter().map(|at| clauses[*at].words.as_str()).collect();
    let hidden = first
        .iter()
        .filter(|at| !shown.contains(at))
        .map(|at| clauses[*at].topic.word());
    let hidden: Vec<_> = hidden.collect();
    let about = if hidden.is_empty() {
        String::new()
    } else {
        format!(", about {}", hidden.join(", "))
    };
    match clauses.len() - shown.len() {
        0 => told.join("; "),
        more => format!("{}; and {more} more{about}", told.join("; ")),
    }
}

/// One change in words.
fn one(change: &Change, verb: &str) -> String {
    let subject = things(change.kind, Some(&change.id));
    match (change.mark, change.aspect.as_deref()) {
        (Mark::Added, _) => format!("{subject} is new"),
        (Mark::Removed, _) => format!("{subject} is gone"),
        (Mark::Changed, Some("id")) => format!("{subject} has another name"),
        (Mark::Changed, Some("step") | None) => format!("{subject} {verb}"),
        (Mark::Changed, Some(aspect)) => format!("{subject} {verb}: {aspect}"),
    }
}

/// `5 changes in 1 segment, 2 stages`, where a thing with several changes counts once.
fn counts(changes: &[Change]) -> String {
    let mut found: Vec<_> = changes
        .iter()
        .map(|change| (change.kind, &change.id))
        .collect();
    found.dedup();
    let mut sums: Vec<(Kind, u64)> = Vec::new();
    for (kind, _) in found {
        match sums.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, sum)) => *sum += 1,
            None => sums.push((kind, 1)),
        }
    }
    let parts: Vec<_> = sums
        .into_iter()
        .map(|(kind, count)| super::layout::several(kind, count))
        .collect();
    format!(
        "{} in {}",
        counted(changes.len() as u64, "change"),
        parts.join(", ")
    )
}
