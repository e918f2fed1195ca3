//! A change in one sentence, with what matters most to people first: who newly gets a message stands before everything else that they notice.

use super::Report;
use super::layout::{contacts, kind_word, number, rows};
use crate::diff::{Change, Mark, Reach};
use crate::runner::compare::{Comparison, MessageShift, Shift};

/// How many clauses a headline has at most.
const CLAUSES: usize = 3;

/// The change in one sentence, without a full stop.
pub fn headline(report: &Report<'_>) -> String {
    let (diff, impact) = (report.diff, report.impact);
    if let Some(impact) = impact.filter(|_| !diff.is_empty()) {
        let mut clauses = of_impact(impact);
        if clauses.is_empty() {
            // Nobody is on that way at this moment; somebody will be.
            clauses.extend(diff.reaches.iter().filter(|reach| reach.wider).map(loosened));
        }
        return if clauses.is_empty() { no_effect(impact) } else { joined(clauses) };
    }
    if diff.is_empty() && diff.cosmetic.is_empty() {
        return "nothing changes".to_owned();
    }
    if diff.is_empty() {
        let words = if diff.cosmetic.len() == 1 { one(&diff.cosmetic[0]) } else { counts(&diff.cosmetic) };
        return format!("nothing that a contact would notice: {words}");
    }
    let wider: Vec<_> = diff.reaches.iter().filter(|reach| reach.wider).map(loosened).collect();
    match (wider.is_empty(), &diff.changes[..]) {
        (false, _) => joined(wider),
        (true, [change]) => one(change),
        (true, changes) => counts(changes),
    }
}

/// `` `one-last-thing` in campaign `wake-up` now reaches people who were filtered out``.
pub(super) fn loosened(reach: &Reach) -> String {
    format!("`{}` in campaign `{}` now reaches people who were filtered out", reach.message, reach.campaign)
}

fn no_effect(impact: &Comparison) -> String {
    match impact.contacts {
        0 => "there are no contacts to compare".to_owned(),
        1 => "the contact is treated as before at this moment".to_owned(),
        all => format!("all {} are treated as before at this moment", contacts(all)),
    }
}

fn of_impact(impact: &Comparison) -> Vec<String> {
    let mut clauses = Vec::new();
    let bad = impact.bad_rows.gained.contacts;
    if bad > 0 {
        clauses.push(format!("{} of {} can no longer be read", number(bad), rows(impact.rows)));
    }
    let strays = impact.misplaced.gained.contacts;
    if strays > 0 {
        clauses.push(format!("{} of {} lose their place", number(strays), contacts(impact.contacts)));
    }
    let mail = of_messages(impact);
    if mail.is_empty() {
        clauses.extend(others(impact));
    }
    clauses.extend(mail);
    clauses
}

/// Who gets what: newly before no longer, many before few.
fn of_messages(impact: &Comparison) -> Vec<String> {
    let all = contacts(impact.contacts);
    let mut clauses = Vec::new();
    let mut add = |count: fn(&MessageShift) -> u64, words: &dyn Fn(String, &str) -> String| {
        let mut found: Vec<_> = impact.messages.iter().map(|message| (count(message), &message.now.id)).collect();
        found.retain(|(count, _)| *count > 0);
        found.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
        clauses.extend(found.into_iter().map(|(count, id)| agreeing(count, &words(number(count), id))));
    };
    add(MessageShift::newly, &|count, id| format!("{count} of {all} newly get `{id}`"));
    add(|it| it.on_the_way.gained.contacts, &|count, id| format!("{count} of {all} are newly on the way to `{id}`"));
    add(|it| it.sooner, &|count, id| format!("{count} of {all} get `{id}` now instead of later"));
    add(MessageShift::no_longer, &|count, id| format!("{count} of {all} no longer get `{id}`"));
    add(|it| it.on_the_way.lost.contacts, &|count, id| format!("{count} of {all} are no longer on the way to `{id}`"));
    add(|it| it.later, &|count, id| format!("{count} of {all} get `{id}` later instead of now"));
    clauses
}

/// The words for several, or for one.
fn agreeing(count: u64, words: &str) -> String {
    if count == 1 { words.replacen(" get ", " gets ", 1).replacen(" are ", " is ", 1) } else { words.to_owned() }
}

/// What else contacts are told apart by.
fn others(impact: &Comparison) -> Vec<String> {
    let all = contacts(impact.contacts);
    let mut clauses = Vec::new();
    if impact.other_stages > 0 {
        clauses.push(format!("{} of {all} end in another stage", number(impact.other_stages)));
    }
    let differs = |shift: &Shift| shift.gained.contacts + shift.lost.contacts;
    for campaign in &impact.campaigns {
        let (entered, inside) = (differs(&campaign.entered), differs(&campaign.inside));
        let id = &campaign.entered.id;
        if entered > 0 {
            clauses.push(format!("for {} of {all} the entry into `{id}` changes", number(entered)));
        } else if inside > 0 {
            clauses.push(format!("for {} of {all} it changes whether they stay in `{id}`", number(inside)));
        }
    }
    if clauses.is_empty() && impact.other_audience > 0 {
        clauses.push(format!("{} of {all} are in other segments", number(impact.other_audience)));
    }
    clauses
}

fn joined(mut clauses: Vec<String>) -> String {
    let more = clauses.len().saturating_sub(CLAUSES);
    clauses.truncate(CLAUSES);
    let told = clauses.join("; ");
    if more > 0 { format!("{told}; and {more} more") } else { told }
}

/// One change in words.
fn one(change: &Change) -> String {
    let subject = format!("{} `{}`", kind_word(change.kind), change.id);
    match (change.mark, &change.aspect) {
        (Mark::Added, _) => format!("{subject} is new"),
        (Mark::Removed, _) => format!("{subject} is gone"),
        (Mark::Changed, Some(aspect)) => format!("the {aspect} of {subject} changes"),
        (Mark::Changed, None) => format!("{subject} changes"),
    }
}

/// `5 changes: 1 segment, 2 stages`, where a thing with several changes counts once.
fn counts(changes: &[Change]) -> String {
    let mut things: Vec<_> = changes.iter().map(|change| (change.kind, &change.id)).collect();
    things.dedup();
    let mut words: Vec<(&str, u64)> = Vec::new();
    for (kind, _) in things {
        match words.last_mut() {
            Some((last, count)) if *last == kind_word(kind) => *count += 1,
            Some(_) | None => words.push((kind_word(kind), 1)),
        }
    }
    let mut sums: Vec<(&str, u64)> = Vec::new();
    for (word, count) in words {
        match sums.iter_mut().find(|(known, _)| *known == word) {
            Some((_, sum)) => *sum += count,
            None => sums.push((word, count)),
        }
    }
    let parts: Vec<_> = sums.iter().map(|(word, count)| super::layout::counted(*count, word)).collect();
    format!("{} in {}", super::layout::counted(changes.len() as u64, "change"), parts.join(", "))
}
