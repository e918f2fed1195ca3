//! What a run says beside its tables: what is forgotten, what became of people in flight, what is odd about its inputs.

use std::fmt::Write as _;

use super::{Args, Task};
use crate::cli::Failure;
use crate::cli::output::Terminal;
use crate::model::{Campaign, StepKind};
use crate::runner::batch::session::Done;
use crate::runner::batch::{Prepared, Summary};
use crate::runner::input::Problems;
use crate::screen::one_line;

/// Without a state each run is the first one: whoever waits begins anew, and whoever got something gets it again.
pub(super) fn forgotten(task: &Task<'_>) -> Result<(), Failure> {
    if task.args.state.is_some() {
        return Ok(());
    }
    let model = task.plan.model();
    let mut lost = Vec::new();
    if let Some(campaign) = model.campaigns.values().find(|campaign| waits(campaign)) {
        lost.push(format!("who waits in `{}` begins anew with each run", campaign.id));
    }
    if let Some(content) = model.campaigns.values().find_map(sends) {
        lost.push(format!("who got `{}` gets it again with the next one", model.content[content].id));
    }
    if lost.is_empty() {
        return Ok(());
    }
    let words = format!("warning: without `--state DIR` nothing is remembered: {}\n", lost.join(", and "));
    task.terminal.say(&words)
}

fn waits(campaign: &Campaign) -> bool {
    let mut found = false;
    campaign.each_step(|step| {
        found |= matches!(step.kind, StepKind::Wait(_) | StepKind::WaitUntil { .. } | StepKind::Await(_));
    });
    found
}

fn sends(campaign: &Campaign) -> Option<crate::model::ContentId> {
    let mut found = None;
    campaign.each_step(|step| {
        if let StepKind::Send { content, .. } = &step.kind {
            found = found.or(Some(*content));
        }
    });
    found
}

/// What the run takes for granted of the past, and what became of contacts in flight.
pub(super) fn notes(prepared: &Prepared, args: &Args, terminal: Terminal) -> Result<(), Failure> {
    for line in prepared.short().iter().filter(|_| args.accept_short_history) {
        terminal.say(&format!("note: {line}; what is not known counts as nothing\n"))?;
    }
    for deed in &prepared.migrated {
        terminal.say(&format!("note: {deed}\n"))?;
    }
    Ok(())
}

pub(super) fn warnings(summary: &Summary, prepared: &Prepared, args: &Args, terminal: Terminal) -> Result<(), Failure> {
    let of_companies = prepared.companies.iter().flat_map(|read| &read.warnings);
    for (warning, path) in of_companies.zip(args.companies.iter().cycle()) {
        terminal.say(&format!("warning: `{}`: {}\n", path.display(), one_line(warning)))?;
    }
    if prepared.program.past_only && args.events.is_some() {
        let words = "this is the first run, so the events are its past: they count, and start and change nothing";
        terminal.say(&format!("note: {words}; `--replay` lets them act\n"))?;
    }
    let file = args.contacts.display();
    for (warning, path) in summary.event_warnings.iter().zip(args.events.iter().cycle()) {
        terminal.say(&format!("warning: `{}`: {}\n", path.display(), one_line(warning)))?;
    }
    for warning in &summary.warnings {
        terminal.say(&format!("warning: `{file}`: {}\n", one_line(warning)))?;
    }
    Ok(())
}

pub(super) fn problems(summary: &Summary, args: &Args) -> String {
    let bad = summary.problems.rows + summary.duplicates;
    let are = if bad == 1 { "is" } else { "are" };
    let mut lines = vec![format!("error: {} of `{}` {are} bad", counted(bad, "row"), args.contacts.display())];
    lines.extend(
        summary
            .problems
            .first
            .iter()
            .take(Problems::SHOWN)
            .map(|problem| format!("  {}", one_line(&problem.to_string()))),
    );
    if summary.problems.first.len() > Problems::SHOWN || bad > Problems::SHOWN as u64 {
        lines.push("  and more".to_owned());
    }
    lines.push(match summary.duplicates {
        0 => "  help: `--rejects FILE` sets them aside and goes on\n".to_owned(),
        _ => "  help: a key stands in one row only; nothing sets such rows aside\n".to_owned(),
    });
    lines.join("\n")
}

pub(super) fn last_words(done: &Done, summary: &Summary, args: &Args) -> String {
    let bad = summary.problems.rows;
    let mut text = String::new();
    if let Some(rejects) = args.rejects.as_ref().filter(|_| bad > 0) {
        let were = if bad == 1 { "was" } else { "were" };
        let _ = writeln!(text, "{} {were} set aside in `{}`", counted(bad, "bad row"), rejects.display());
    }
    if let Some(out) = args.out.as_ref().filter(|_| done.repeated) {
        let _ = writeln!(text, "`{}` holds this run already; nothing was changed", out.display());
    }
    text
}

fn counted(number: u64, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}
