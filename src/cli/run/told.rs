//! What a run says beside its tables: what is forgotten, what became of people in flight, what is
//! odd about its inputs.

use super::voice::Voice;
use super::{Args, Task};
use crate::cli::CliError;
use crate::model::{Action, Campaign, StepKind};
use crate::runner::batch::session::Done;
use crate::runner::batch::{Prepared, Summary};
use crate::runner::notice::{Notice, NoticeCode};

/// Without a state each run is the first one: whoever waits begins anew, and whoever got something
/// gets it again.
pub(super) fn forgotten(task: &Task<'_>) -> Result<(), CliError> {
    if task.args.state.is_some() {
        return Ok(());
    }
    let model = task.plan.model();
    let mut lost = Vec::new();
    if let Some(campaign) = model.campaigns.values().find(|campaign| waits(campaign)) {
        lost.push(format!(
            "who waits in `{}` begins anew with each run",
            campaign.id
        ));
    }
    if let Some(content) = model.campaigns.values().find_map(sends) {
        lost.push(format!(
            "who got `{}` gets it again with the next one",
            model.content[content].id
        ));
    }
    if lost.is_empty() {
        return Ok(());
    }
    let words = format!(
        "without `--state DIR` nothing is remembered: {}",
        lost.join(", and ")
    );
    task.voice
        .warn(Notice::new(NoticeCode::NoState, words), None)
}

fn waits(campaign: &Campaign) -> bool {
    let mut found = false;
    campaign.each_step(|step| {
        found |= matches!(
            step.kind,
            StepKind::Wait(_) | StepKind::WaitUntil { .. } | StepKind::Await(_)
        );
    });
    found
}

fn sends(campaign: &Campaign) -> Option<crate::model::ContentId> {
    let mut found = None;
    campaign.each_step(|step| {
        if let StepKind::Action(Action::Send { content, .. }) = &step.kind {
            found = found.or(Some(*content));
        }
    });
    found
}

/// What the run takes for granted of the past, and what became of contacts in flight.
pub(super) fn notes(prepared: &Prepared, args: &Args, voice: &Voice) -> Result<(), CliError> {
    for line in prepared
        .short()
        .iter()
        .filter(|_| args.accept_short_history)
    {
        voice.note(Notice::new(
            NoticeCode::ShortHistory,
            format!("{line}; what is not known counts as nothing"),
        ))?;
    }
    prepared
        .migrated
        .iter()
        .try_for_each(|deed| voice.note(deed.clone()))
}

pub(super) fn warnings(
    summary: &Summary,
    prepared: &Prepared,
    task: &Task<'_>,
) -> Result<(), CliError> {
    let (args, voice) = (task.args, task.voice);
    let mut of_companies = prepared.companies.iter().flat_map(|read| &read.warnings);
    of_companies.try_for_each(|warning| voice.warn(warning, args.companies.as_deref()))?;
    if prepared.program.past_only && args.events.is_some() {
        past_only(task)?;
    }
    summary
        .event_warnings
        .iter()
        .try_for_each(|warning| voice.warn(warning, args.events.as_deref()))?;
    summary
        .warnings
        .iter()
        .try_for_each(|warning| voice.warn(warning, Some(&args.contacts)))
}

/// What a first run does with events.
fn past_only(task: &Task<'_>) -> Result<(), CliError> {
    let which = if task.simulates {
        "the first instant is a first run, so the events before it"
    } else {
        "this is the first run, so the events"
    };
    let does = "are its past: they count, and start and change nothing; `--replay` lets them act";
    task.voice
        .note(Notice::new(NoticeCode::PastOnly, format!("{which} {does}")))
}

/// What there is to say of a run that stands, behind all warnings.
pub(super) fn last_words(
    done: &Done,
    summary: &Summary,
    args: &Args,
    voice: &Voice,
) -> Result<(), CliError> {
    let bad = summary.problems.rows;
    if let Some(rejects) = args.rejects.as_ref().filter(|_| bad > 0) {
        let (rows, were) = if bad == 1 {
            ("row", "was")
        } else {
            ("rows", "were")
        };
        let words = format!(
            "{bad} bad {rows} {were} set aside in `{}`",
            rejects.display()
        );
        voice.add(Notice::new(NoticeCode::SetAside, words))?;
    }
    if let Some(out) = args.out.as_ref().filter(|_| done.repeated) {
        voice.add_in_words(&format!(
            "`{}` holds this run already; nothing was changed\n",
            out.display()
        ))?;
    }
    Ok(())
}
