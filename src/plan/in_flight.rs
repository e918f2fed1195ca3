//! What becomes of contacts in flight, to the plan's file form and back; the lists are sorted, so that the order in the project does not show.

use super::read::{Fault, key, unknown};
use super::wire;
use super::write::condition_form;
use crate::model::ids::Id;
use crate::model::{
    Arena, Campaign, CampaignId, Condition, EventType, FunnelId, InFlight, Model, Moved, Removed, Renamed, StageRef,
};

/// In the plan's file form.
pub(super) fn written(model: &Model) -> (Vec<wire::Moved>, Vec<wire::Removed>) {
    let mut moved: Vec<_> = model.in_flight.moved.iter().filter_map(|moved| write_moved(model, moved)).collect();
    let mut removed: Vec<_> = model.in_flight.removed.iter().map(|removed| write_removed(model, removed)).collect();
    moved.sort();
    removed.sort();
    (moved, removed)
}

/// Back from it.
pub(super) fn read(
    plan: &wire::Plan,
    campaigns: &Arena<CampaignId, Campaign>,
    events: &[EventType],
) -> Result<InFlight, Fault> {
    let moved =
        plan.moved.iter().map(|moved| read_moved(plan, campaigns, events, moved)).collect::<Result<_, Fault>>()?;
    let removed = plan.removed.iter().map(|removed| read_removed(plan, removed)).collect::<Result<_, Fault>>()?;
    Ok(InFlight { moved, removed })
}

/// A condition as canonical JSON under the names that things had before they were moved.
pub(crate) fn former_condition_json(model: &Model, condition: &Condition) -> String {
    let mut form = condition_form(model, condition);
    let (moved, _) = written(model);
    rename_back(&moved, &mut form);
    serde_json::to_string(&form).expect("maps with text keys always serialise")
}

fn rename_back(moved: &[wire::Moved], form: &mut wire::Condition) {
    let parts = form.all.iter_mut().chain(&mut form.any).flatten().chain(form.not.as_deref_mut());
    parts.for_each(|part| rename_back(moved, part));
    for stage in form.stage.iter_mut().chain(&mut form.reached) {
        *stage = former_stage(moved, stage);
    }
    for (kind, name) in [
        ("campaign", &mut form.campaign),
        ("funnel", &mut form.in_funnel),
        ("segment", &mut form.segment),
        ("tag", &mut form.tag),
        ("event", &mut form.event),
        ("content", &mut form.of),
    ] {
        let former = name.as_deref().and_then(|name| former(moved, kind, name)).map(str::to_owned);
        if former.is_some() {
            *name = former;
        }
    }
}

fn former_stage(moved: &[wire::Moved], stage: &str) -> String {
    match (former(moved, "stage", stage), stage.split_once('/')) {
        (Some(former), _) => former.to_owned(),
        (None, Some((funnel, stage))) => format!("{}/{stage}", former(moved, "funnel", funnel).unwrap_or(funnel)),
        (None, None) => stage.to_owned(),
    }
}

/// What a thing was called, if it was moved.
fn former<'a>(moved: &'a [wire::Moved], kind: &str, name: &str) -> Option<&'a str> {
    moved.iter().find_map(|moved| {
        let (of, from, to) = match moved {
            wire::Moved::Stage { from, to } => ("stage", from, to),
            wire::Moved::Campaign { from, to } => ("campaign", from, to),
            wire::Moved::Funnel { from, to } => ("funnel", from, to),
            wire::Moved::Segment { from, to } => ("segment", from, to),
            wire::Moved::Content { from, to } => ("content", from, to),
            wire::Moved::Tag { from, to } => ("tag", from, to),
            wire::Moved::Event { from, to } => ("event", from, to),
            wire::Moved::Experience { from, to } => ("experience", from, to),
            wire::Moved::Step { .. } => return None,
        };
        (of == kind && to == name).then_some(from.as_str())
    })
}

fn write_moved(model: &Model, moved: &Moved) -> Option<wire::Moved> {
    Some(match moved {
        Moved::Stage { funnel, from, to } => {
            let owner = &model.funnels[to.funnel];
            let to = format!("{}/{}", owner.id, owner.stages[to.stage].id);
            wire::Moved::Stage { from: format!("{funnel}/{from}"), to }
        }
        Moved::Step { campaign, from, to } => {
            let campaign = &model.campaigns[*campaign];
            let mut steps = Vec::new();
            campaign.each_step(|step| steps.push(step));
            let to = steps.get(to.index())?.name.clone();
            wire::Moved::Step { campaign: campaign.id.clone(), from: from.clone(), to }
        }
        Moved::Campaign { from, to } => {
            wire::Moved::Campaign { from: from.clone(), to: model.campaigns[*to].id.clone() }
        }
        Moved::Funnel { from, to } => wire::Moved::Funnel { from: from.clone(), to: model.funnels[*to].id.clone() },
        Moved::Other { from, to } => {
            let (from, name) = (from.clone(), to.name(model));
            match to {
                Renamed::Segment(_) => wire::Moved::Segment { from, to: name },
                Renamed::Content(_) => wire::Moved::Content { from, to: name },
                Renamed::Tag(_) => wire::Moved::Tag { from, to: name },
                Renamed::Event(_) => wire::Moved::Event { from, to: name },
                Renamed::Experience(..) => wire::Moved::Experience { from, to: name },
            }
        }
    })
}

fn write_removed(model: &Model, removed: &Removed) -> wire::Removed {
    match removed {
        Removed::Stage { funnel, stage } => wire::Removed::Stage(format!("{funnel}/{stage}")),
        Removed::Step { campaign, step, next } => wire::Removed::Step {
            campaign: model.campaigns[*campaign].id.clone(),
            step: step.clone(),
            then: if *next { "next" } else { "exit" }.to_owned(),
        },
        Removed::Campaign(id) => wire::Removed::Campaign(id.clone()),
        Removed::Funnel(id) => wire::Removed::Funnel(id.clone()),
        Removed::Field(id) => wire::Removed::Field(id.clone()),
    }
}

fn read_moved(
    plan: &wire::Plan,
    campaigns: &Arena<CampaignId, Campaign>,
    events: &[EventType],
    moved: &wire::Moved,
) -> Result<Moved, Fault> {
    Ok(match moved {
        wire::Moved::Stage { from, to } => {
            let (funnel, from) = halves(from)?;
            let (owner, to) = halves(to)?;
            let id = key(&plan.funnels, "funnel", &owner)?;
            let to = StageRef { funnel: id, stage: key(&plan.funnels[&owner].stages, "stage", &to)? };
            Moved::Stage { funnel, from, to }
        }
        wire::Moved::Step { campaign, from, to } => {
            let id: CampaignId = key(&plan.campaigns, "campaign", campaign)?;
            let step = campaigns[id].step_named(to).ok_or_else(|| unknown("step", to))?;
            Moved::Step { campaign: id, from: from.clone(), to: step.id }
        }
        wire::Moved::Campaign { from, to } => {
            Moved::Campaign { from: from.clone(), to: key(&plan.campaigns, "campaign", to)? }
        }
        wire::Moved::Funnel { from, to } => Moved::Funnel { from: from.clone(), to: key(&plan.funnels, "funnel", to)? },
        wire::Moved::Segment { from, to } => other(from, Renamed::Segment(key(&plan.segments, "segment", to)?)),
        wire::Moved::Content { from, to } => other(from, Renamed::Content(key(&plan.content, "content", to)?)),
        wire::Moved::Tag { from, to } => {
            let place = plan.contacts.tags.values.iter().position(|tag| tag == to);
            other(from, Renamed::Tag(Id::from_index(place.ok_or_else(|| unknown("tag", to))?)))
        }
        wire::Moved::Event { from, to } => {
            let place = events.iter().position(|event| event.id == *to);
            other(from, Renamed::Event(Id::from_index(place.ok_or_else(|| unknown("event", to))?)))
        }
        wire::Moved::Experience { from, to } => {
            let missing = || unknown("experience", to);
            let (stage, experience) = to.rsplit_once('/').ok_or_else(missing)?;
            let (funnel, stage) = halves(stage)?;
            let id: FunnelId = key(&plan.funnels, "funnel", &funnel)?;
            let stages = &plan.funnels[&funnel].stages;
            let target = StageRef { funnel: id, stage: key(stages, "stage", &stage)? };
            let place = stages[&stage].experiences.iter().position(|it| it.id == experience);
            other(from, Renamed::Experience(target, place.ok_or_else(missing)?))
        }
    })
}

fn other(from: &str, to: Renamed) -> Moved {
    Moved::Other { from: from.to_owned(), to }
}

fn read_removed(plan: &wire::Plan, removed: &wire::Removed) -> Result<Removed, Fault> {
    Ok(match removed {
        wire::Removed::Stage(name) => {
            let (funnel, stage) = halves(name)?;
            Removed::Stage { funnel, stage }
        }
        wire::Removed::Step { campaign, step, then } => Removed::Step {
            campaign: key(&plan.campaigns, "campaign", campaign)?,
            step: step.clone(),
            next: match then.as_str() {
                "next" => true,
                "exit" => false,
                other => return Err(format!("`{other}` is not understood")),
            },
        },
        wire::Removed::Campaign(id) => Removed::Campaign(id.clone()),
        wire::Removed::Funnel(id) => Removed::Funnel(id.clone()),
        wire::Removed::Field(id) => Removed::Field(id.clone()),
    })
}

fn halves(name: &str) -> Result<(String, String), Fault> {
    let (funnel, stage) = name.split_once('/').ok_or_else(|| unknown("stage", name))?;
    Ok((funnel.to_owned(), stage.to_owned()))
}
