//! What becomes of contacts in flight, to the plan's file form and back; the lists are sorted, so that the order in the project does not show.

use super::read::{Fault, key, unknown};
use super::wire;
use super::write::condition_form;
use crate::model::ids::Id;
use crate::model::{Arena, Campaign, CampaignId, Condition, InFlight, Model, Moved, Removed, StageRef};

/// In the plan's file form.
pub(super) fn written(model: &Model) -> (Vec<wire::Moved>, Vec<wire::Removed>) {
    let mut moved: Vec<_> = model.in_flight.moved.iter().filter_map(|moved| write_moved(model, moved)).collect();
    let mut removed: Vec<_> = model.in_flight.removed.iter().map(|removed| write_removed(model, removed)).collect();
    moved.sort();
    removed.sort();
    (moved, removed)
}

/// Back from it.
pub(super) fn read(plan: &wire::Plan, campaigns: &Arena<CampaignId, Campaign>) -> Result<InFlight, Fault> {
    let moved = plan.moved.iter().map(|moved| read_moved(plan, campaigns, moved)).collect::<Result<_, Fault>>()?;
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
    if let Some(campaign) = &mut form.campaign {
        *campaign = former_campaign(moved, campaign).to_owned();
    }
    if let Some(funnel) = &mut form.in_funnel {
        *funnel = former_funnel(moved, funnel).to_owned();
    }
}

fn former_stage(moved: &[wire::Moved], stage: &str) -> String {
    let found = moved.iter().find_map(|moved| match moved {
        wire::Moved::Stage { from, to } if to == stage => Some(from.clone()),
        wire::Moved::Stage { .. } | wire::Moved::Step { .. } => None,
        wire::Moved::Campaign { .. } | wire::Moved::Funnel { .. } => None,
    });
    found.unwrap_or_else(|| match stage.split_once('/') {
        Some((funnel, stage)) => format!("{}/{stage}", former_funnel(moved, funnel)),
        None => stage.to_owned(),
    })
}

fn former_campaign<'a>(moved: &'a [wire::Moved], campaign: &'a str) -> &'a str {
    let found = moved.iter().find_map(|moved| match moved {
        wire::Moved::Campaign { from, to } if to == campaign => Some(from.as_str()),
        wire::Moved::Campaign { .. } | wire::Moved::Stage { .. } => None,
        wire::Moved::Funnel { .. } | wire::Moved::Step { .. } => None,
    });
    found.unwrap_or(campaign)
}

fn former_funnel<'a>(moved: &'a [wire::Moved], funnel: &'a str) -> &'a str {
    let found = moved.iter().find_map(|moved| match moved {
        wire::Moved::Funnel { from, to } if to == funnel => Some(from.as_str()),
        wire::Moved::Funnel { .. } | wire::Moved::Stage { .. } => None,
        wire::Moved::Campaign { .. } | wire::Moved::Step { .. } => None,
    });
    found.unwrap_or(funnel)
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

fn read_moved(plan: &wire::Plan, campaigns: &Arena<CampaignId, Campaign>, moved: &wire::Moved) -> Result<Moved, Fault> {
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
    })
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
