//! Campaigns: whether the contact is inside, since when and where, or why it is not.

use super::ahead::positions;
use super::culprit::{Verdict, culprit};
use super::document::{CampaignWhy, Line, Standing, Waits, WayWhy};
use super::messages::messages;
use super::trials::Trials;
use super::view::View;
use crate::graph::describe;
use crate::model::ids::Id;
use crate::model::{Campaign, CampaignId, Condition, Enter, Model, OnLeave, Outcome};
use crate::runner::state::{Enrollment, Phase, WaitReason};

/// Each campaign.
pub(super) fn campaigns(view: &View<'_>, trials: &Trials<'_>, lines: &[Line]) -> Vec<CampaignWhy> {
    let ids = view.model.campaigns.ids();
    ids.map(|id| campaign(view, trials, id, lines)).collect()
}

fn campaign(view: &View<'_>, trials: &Trials<'_>, id: CampaignId, lines: &[Line]) -> CampaignWhy {
    let model: &Model = view.model;
    let (campaign, member) = (&model.campaigns[id], view.enrollment(id.index()));
    let standing = standing(member.phase);
    let mut notes = notes(view, id, member);
    notes.extend(happened(&campaign.id, lines));
    let way = |what: &str, condition| conditional(view, trials, what, condition);
    CampaignWhy {
        id: campaign.id.clone(),
        place: view.spot(campaign.span),
        standing,
        entries: member.entries,
        since: (member.phase != Phase::Never).then(|| view.moment(member.since)),
        waits: waits(view, id, member),
        notes,
        enter: campaign
            .enter
            .iter()
            .map(|enter| self::enter(view, trials, enter))
            .collect(),
        ends: campaign
            .goal
            .iter()
            .map(|goal| way("goal", goal))
            .chain(campaign.exit_when.iter().map(|exit| way("exit-when", exit)))
            .collect(),
        messages: messages(view, trials, id, (standing, lines)),
    }
}

fn standing(phase: Phase) -> Standing {
    match phase {
        Phase::Never => Standing::Never,
        Phase::Active => Standing::Inside,
        Phase::Ended(Outcome::Completed) => Standing::Completed,
        Phase::Ended(Outcome::Exited) => Standing::Exited,
        Phase::Ended(Outcome::Converted) => Standing::Converted,
    }
}

fn enter(view: &View<'_>, trials: &Trials<'_>, enter: &Enter) -> WayWhy {
    let says = describe::enter(view.model, enter);
    match enter {
        Enter::Condition(condition) => conditional(view, trials, "enter", condition),
        Enter::Entered { stage, .. } => WayWhy {
            what: "enter".to_owned(),
            says: Some(format!("{says}: {}", view.stage_words(stage.funnel))),
            condition: None,
            fails: None,
        },
        Enter::Event(_) => WayWhy {
            what: "enter".to_owned(),
            says: Some(format!("{says}, when it is taken in")),
            condition: None,
            fails: None,
        },
    }
}

/// A way with its condition, and what fails where it should hold.
pub(super) fn conditional(
    view: &View<'_>,
    trials: &Trials<'_>,
    what: &str,
    condition: &Condition,
) -> WayWhy {
    WayWhy {
        what: what.to_owned(),
        says: None,
        condition: Some(view.tree(condition)),
        fails: culprit(view, trials, Verdict::Condition(condition, true)),
    }
}

/// Why a contact that is not inside does not come in, beyond the conditions of `enter`.
fn notes(view: &View<'_>, id: CampaignId, member: Enrollment) -> Vec<String> {
    let (campaign, program) = (
        &view.model.campaigns[id],
        &view.one.program.campaigns[id.index()],
    );
    let mut notes = Vec::new();
    if !program.published {
        notes.push("the campaign is not published at this moment".to_owned());
    }
    if let Some(since) = member.paused {
        notes.push(format!("paused since {}", view.moment(since)));
    }
    if member.phase == Phase::Active {
        if campaign.on_leave == Some(OnLeave::Exit) {
            notes.push("leaves when no condition of `enter` holds any longer".to_owned());
        }
        return notes;
    }
    if let Some(points) = campaign.trigger {
        notes.push(format!(
            "starts {}",
            describe::threshold(view.model, points)
        ));
    } else if campaign.enter.is_empty() {
        notes.push("only a step `enroll` of another campaign lets in".to_owned());
    }
    notes.extend(again(view, campaign, member));
    for (name, condition) in [("goal", &campaign.goal), ("exit-when", &campaign.exit_when)] {
        if condition.as_ref().and_then(|it| view.holds(it)) == Some(true) {
            notes.push(format!("`{name}` holds already, so nobody comes in"));
        }
    }
    if member.phase == Phase::Never || campaign.reenter.is_some() {
        notes.extend(seen_true(view, id, campaign));
    }
    notes
}

/// Whether a contact that was inside may come in again.
fn again(view: &View<'_>, campaign: &Campaign, member: Enrollment) -> Option<String> {
    if member.phase == Phase::Never {
        return None;
    }
    Some(match campaign.reenter {
        None => "comes in once only: `reenter` says no other".to_owned(),
        Some(after) => {
            let program = &view.one.program;
            let from = program.zone.add(member.since, after);
            if from > program.now() {
                format!(
                    "may come in again from {} on (`reenter`)",
                    view.moment(from)
                )
            } else {
                format!("may come in again since {} (`reenter`)", view.moment(from))
            }
        }
    })
}

/// Conditions of `enter` that hold and let nobody in, for they must become true.
fn seen_true(view: &View<'_>, id: CampaignId, campaign: &Campaign) -> Option<String> {
    let program = &view.one.program.campaigns[id.index()];
    let waits = |at: usize| view.memory.waiting.contains(&(id, at));
    let conditions: Vec<&Condition> = campaign.conditions().collect();
    let holds = conditions.iter().any(|it| view.holds(it) == Some(true));
    let one_waits = (0..program.enter.len()).any(waits);
    (holds && one_waits).then(|| {
        "a condition of `enter` holds since before, and admits only when it becomes true: it must \
            be false once in between"
            .to_owned()
    })
}

/// What this run stopped at the door.
fn happened(campaign: &str, lines: &[Line]) -> Vec<String> {
    let of_campaign = lines.iter().filter(|line| line.campaign == campaign);
    of_campaign
        .filter_map(|line| match line.event.as_str() {
            "overtaken" => Some(format!(
                "{}: came in and out again at once, for another campaign had made `enter` false \
                    by then (`overtaken`)",
                line.at
            )),
            "lost" => Some(format!(
                "{}: `{}` started nothing: {}",
                line.at, line.subject, line.reason
            )),
            "defer" if line.reason == "campaign" => Some(format!(
                "{}: put off to the next run, for it began in this one already",
                line.at
            )),
            _ => None,
        })
        .collect()
}

fn waits(view: &View<'_>, id: CampaignId, member: Enrollment) -> Vec<Waits> {
    let mut steps = Vec::new();
    view.model.campaigns[id].each_step(|step| steps.push(step));
    let mut found = positions(view, id.index());
    // What a fork waits for is said by its ways.
    found.retain(|position| position.pending != WaitReason::Fork);
    found
        .into_iter()
        .map(|position| {
            let step = steps.get(position.step);
            let ends =
                position.pending.has_moment() && position.due < i64::MAX && member.paused.is_none();
            Waits {
                step: step.map_or_else(|| "the end".to_owned(), |step| step.name.clone()),
                place: step.and_then(|step| view.spot(step.span)),
                waits_for: waits_for(position.pending).to_owned(),
                until: ends.then(|| view.moment(position.due)),
            }
        })
        .collect()
}

/// What holds a contact, in words.
fn waits_for(reason: WaitReason) -> &'static str {
    match reason {
        WaitReason::Start => "its first step, at the next run",
        WaitReason::Wait => "the end of a wait",
        WaitReason::Field => "the moment in a field",
        WaitReason::Deferred => "the next run, for a step runs once in a run",
        WaitReason::Delayed(_) => "a limit or the hours of its channel",
        WaitReason::Removed => "nothing: its step is gone, and it leaves",
        WaitReason::Fork => "the ways of a fork",
        WaitReason::Await => "an event",
        WaitReason::Ready => "the next run",
    }
}
