//! What becomes of contacts in flight, to the plan's file form; the lists are sorted, so that the
//! order in the project does not show.

use super::wire;
use super::write::condition_form;
use crate::model::ids::Id;
use crate::model::{Condition, Model, Moved, Removed, Renamed};

/// In the plan's file form.
pub(super) fn written(model: &Model) -> (Vec<wire::Moved>, Vec<wire::Removed>) {
    let mut moved: Vec<_> = model
        .in_flight
        .moved
        .iter()
        .filter_map(|moved| write_moved(model, moved))
        .collect();
    let mut removed: Vec<_> = model
        .in_flight
        .removed
        .iter()
        .map(|removed| write_removed(model, removed))
        .collect();
    moved.sort();
    removed.sort();
    (moved, removed)
}

/// A condition as canonical JSON under the names that things had before they were moved.
pub(crate) fn former_condition_json(model: &Model, condition: &Condition) -> String {
    let mut form = condition_form(model, condition);
    let (moved, _) = written(model);
    rename_back(&moved, &mut form);
    serde_json::to_string(&form).expect("maps with text keys always serialise")
}

fn rename_back(moved: &[wire::Moved], form: &mut wire::Condition) {
    let parts = form
        .all
        .iter_mut()
        .chain(&mut form.any)
        .flatten()
        .chain(form.not.as_deref_mut());
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
        let former = name
            .as_deref()
            .and_then(|name| former(moved, kind, name))
            .map(str::to_owned);
        if former.is_some() {
            *name = former;
        }
    }
}

fn former_stage(moved: &[wire::Moved], stage: &str) -> String {
    match (former(moved, "stage", stage), stage.split_once('/')) {
        (Some(former), _) => former.to_owned(),
        (None, Some((funnel, stage))) => format!(
            "{}/{stage}",
            former(moved, "funnel", funnel).unwrap_or(funnel)
        ),
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
            wire::Moved::Stage {
                from: format!("{funnel}/{from}"),
                to,
            }
        }
        Moved::Step { campaign, from, to } => {
            let campaign = &model.campaigns[*campaign];
            let mut steps = Vec::new();
            campaign.each_step(|step| steps.push(step));
            let to = steps.get(to.index())?.name.clone();
            wire::Moved::Step {
                campaign: campaign.id.clone(),
                from: from.clone(),
                to,
            }
        }
        Moved::Campaign { from, to } => wire::Moved::Campaign {
            from: from.clone(),
            to: model.campaigns[*to].id.clone(),
        },
        Moved::Funnel { from, to } => wire::Moved::Funnel {
            from: from.clone(),
            to: model.funnels[*to].id.clone(),
        },
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
        Removed::Step {
            campaign,
            step,
            next,
        } => wire::Removed::Step {
            campaign: model.campaigns[*campaign].id.clone(),
            step: step.clone(),
            then: if *next { "next" } else { "exit" }.to_owned(),
        },
        Removed::Campaign(id) => wire::Removed::Campaign(id.clone()),
        Removed::Funnel(id) => wire::Removed::Funnel(id.clone()),
        Removed::Field(id) => wire::Removed::Field(id.clone()),
    }
}
