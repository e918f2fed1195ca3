//! Funnels: the stage of the contact, and what could bring it elsewhere; what the stage shows.

use super::campaigns::conditional;
use super::culprit::{Verdict, culprit};
use super::document::{Fate, FunnelWhy, Line, MessageWhy, WayWhy};
use super::trials::Trials;
use super::view::View;
use crate::model::ids::Id;
use crate::model::{Audience, Funnel, FunnelId, Model, Stage, StageRef, Target};
use crate::runner::state::StageMemory;

/// Each funnel.
pub(super) fn funnels(view: &View<'_>, trials: &Trials<'_>, lines: &[Line]) -> Vec<FunnelWhy> {
    let ids = view.model.funnels.ids();
    ids.map(|id| funnel(view, trials, id, lines)).collect()
}

fn funnel(view: &View<'_>, trials: &Trials<'_>, id: FunnelId, lines: &[Line]) -> FunnelWhy {
    let model: &Model = view.model;
    let funnel = &model.funnels[id];
    let memory = view.stage_memory(id).cloned().unwrap_or_default();
    let stage = memory.stage.value;
    let mut ways = Vec::new();
    match &funnel.audience {
        Some(Audience::Of(who)) => ways.push(conditional(view, trials, "audience", who)),
        Some(Audience::Everyone) | None => {}
    }
    for rule in &funnel.place {
        let what = format!("place in {}", funnel.stages[rule.stage].id);
        ways.push(conditional(view, trials, &what, &rule.when));
    }
    if let Some(stage) = stage {
        ways.extend(conversions(view, trials, funnel, &funnel.stages[stage]));
    }
    FunnelWhy {
        id: funnel.id.clone(),
        place: view.spot(funnel.span),
        stage: stage.map(|stage| funnel.stages[stage].id.clone()),
        since: stage.map(|_| view.moment(memory.since)),
        notes: notes(view, id, &memory),
        ways,
        experiences: experiences(view, trials, id, lines),
    }
}

fn conversions(
    view: &View<'_>,
    trials: &Trials<'_>,
    funnel: &Funnel,
    stage: &Stage,
) -> Vec<WayWhy> {
    let to = |target: Target| match target {
        Target::Next => "the next heavier stage".to_owned(),
        Target::Stage(to) => funnel.stages[to].id.clone(),
    };
    let each = stage.converts.iter();
    each.map(|it| conditional(view, trials, &format!("convert to {}", to(it.to)), &it.when))
        .collect()
}

fn notes(view: &View<'_>, id: FunnelId, memory: &StageMemory) -> Vec<String> {
    let (funnel, program) = (
        &view.model.funnels[id],
        &view.one.program.funnels[id.index()],
    );
    let mut notes = Vec::new();
    if !program.published {
        notes.push("the funnel is not published at this moment, so nothing moves".to_owned());
    }
    if memory.left {
        notes.push(
            "a step `leave` took it out: it must be outside of the audience once before it enters"
                .to_owned(),
        );
    }
    if memory.stage.value.is_none() && funnel.audience.is_none() {
        notes.push("nobody enters by themselves: it has no `audience`".to_owned());
    }
    if memory
        .stage
        .value
        .is_some_and(|stage| funnel.stages[stage].is_final)
    {
        notes.push("the stage is final: only `back-to` leads out".to_owned());
    }
    notes
}

/// The experiences of the present stage, and of others those of which something is known.
fn experiences(
    view: &View<'_>,
    trials: &Trials<'_>,
    id: FunnelId,
    lines: &[Line],
) -> Vec<MessageWhy> {
    let funnel = &view.model.funnels[id];
    let present = view.stage_memory(id).and_then(|memory| memory.stage.value);
    let mut found = Vec::new();
    for (stage_id, stage) in funnel.stages.iter() {
        let at = StageRef {
            funnel: id,
            stage: stage_id,
        };
        for place in 0..stage.experiences.len() {
            let told = experience(view, trials, (at, place), lines);
            if present == Some(stage_id) || told.fate != Fate::Not {
                found.push(told);
            }
        }
    }
    found
}

fn experience(
    view: &View<'_>,
    trials: &Trials<'_>,
    (at, place): (StageRef, usize),
    lines: &[Line],
) -> MessageWhy {
    let model: &Model = view.model;
    let (funnel, stage) = (
        &model.funnels[at.funnel],
        &model.funnels[at.funnel].stages[at.stage],
    );
    let experience = &stage.experiences[place];
    let step = format!("{}/{}/{}", funnel.id, stage.id, experience.id);
    let mut of_step = lines
        .iter()
        .filter(|line| line.campaign.is_empty() && line.step == step);
    let told =
        of_step.rfind(|line| ["send", "skip", "show", "hide"].contains(&line.event.as_str()));
    let stay = view.memory.stays.iter().find(|(stage, _)| *stage == at);
    let shown = stay.is_some_and(|(_, stay)| stay.shown == Some(place));
    let tried = view
        .memory
        .visits
        .iter()
        .any(|(stage, of, _)| *stage == at && *of == place);
    let fails = experience
        .when
        .as_ref()
        .and_then(|when| culprit(view, trials, Verdict::Condition(when, true)));
    let (fate, when, why) = match told {
        Some(line) if line.event == "skip" => (
            Fate::Skipped,
            Some(line.at.clone()),
            Some(
                [&line.reason, &line.to]
                    .map(String::as_str)
                    .join(" ")
                    .trim()
                    .to_owned(),
            ),
        ),
        Some(line) if line.event == "hide" => (
            Fate::Not,
            Some(line.at.clone()),
            Some("is hidden now".to_owned()),
        ),
        Some(line) => (Fate::Sent, Some(line.at.clone()), None),
        None if shown => (Fate::Sent, None, Some("is shown".to_owned())),
        None if tried => (
            Fate::Sent,
            None,
            Some("was its turn in this stay, which comes once only".to_owned()),
        ),
        None if fails.is_some() => (Fate::Not, None, Some("its `when` does not hold".to_owned())),
        None => (
            Fate::Not,
            None,
            Some("another one comes before it, or it is not published".to_owned()),
        ),
    };
    MessageWhy {
        step,
        content: model.content[experience.content].id.clone(),
        place: view.spot(experience.span),
        fate,
        at: when,
        why,
        fails: fails.filter(|_| fate == Fate::Not),
    }
}
