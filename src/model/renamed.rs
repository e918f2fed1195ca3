//! An earlier project under the names that a later one gives to the same things, as its `moved`
//! says; nothing but names changes, and all keep their positions.

use super::ids::{Arena, Id, SegmentId, TagId};
use super::{Action, Campaign, Listing, Model, Moved, Renamed, Stage, StageRef, Step, StepKind};

impl Model {
    /// This project as if its things had been called by the names that they have in `head`. Where
    /// two things became one, both keep their names.
    #[must_use]
    pub fn under_names_of(&self, head: &Self) -> Self {
        let mut model = self.clone();
        let moved = &head.in_flight.moved;
        moved
            .iter()
            .for_each(|moved| stage(&mut model, head, moved));
        moved
            .iter()
            .for_each(|moved| whole(&mut model, head, moved));
        moved.iter().for_each(|moved| step(&mut model, head, moved));
        head.in_flight
            .others()
            .for_each(|(from, to)| other(&mut model, head, from, to));
        called_after(self, &mut model);
        model
    }
}

fn stage(model: &mut Model, head: &Model, moved: &Moved) {
    match moved {
        Moved::Stage { funnel, from, to } => {
            let present = &head.funnels[to.funnel].stages[to.stage];
            let Some(funnel) = model.funnels.find(|it| it.id == *funnel) else {
                return;
            };
            let funnel = &mut model.funnels[funnel];
            let Some(stage) = renamed(&mut funnel.stages, from, &present.id, |it| &mut it.id)
            else {
                return;
            };
            let Stage { value, .. } = &mut funnel.stages[stage];
            if value == from && present.value == present.id {
                value.clone_from(&present.id);
            }
        }
        Moved::Step { .. }
        | Moved::Campaign { .. }
        | Moved::Funnel { .. }
        | Moved::Other { .. } => {}
    }
}

fn whole(model: &mut Model, head: &Model, moved: &Moved) {
    match moved {
        Moved::Campaign { from, to } => {
            renamed(&mut model.campaigns, from, &head.campaigns[*to].id, |it| {
                &mut it.id
            });
        }
        Moved::Funnel { from, to } => {
            renamed(&mut model.funnels, from, &head.funnels[*to].id, |it| {
                &mut it.id
            });
        }
        Moved::Stage { .. } | Moved::Step { .. } | Moved::Other { .. } => {}
    }
}

fn other(model: &mut Model, head: &Model, from: &str, to: &Renamed) {
    let name = to.name(head);
    match to {
        Renamed::Segment(_) => {
            renamed(&mut model.segments, from, &name, |it| &mut it.id);
        }
        Renamed::Content(_) => {
            renamed(&mut model.content, from, &name, |it| &mut it.id);
        }
        Renamed::Tag(_) => {
            renamed(&mut model.contacts.tags.names, from, &name, |it| &mut it.id);
        }
        Renamed::Event(_) => {
            renamed(&mut model.events, from, &name, |it| &mut it.id);
        }
        Renamed::Experience(stage, place) => experience(model, head, from, (*stage, *place)),
    }
}

/// In the stage that has its present name already.
fn experience(model: &mut Model, head: &Model, from: &str, (stage, place): (StageRef, usize)) {
    let funnel = &head.funnels[stage.funnel];
    let stage = &funnel.stages[stage.stage];
    let (old, new) = (
        from.rsplit('/').next().unwrap_or(from),
        &stage.experiences[place].id,
    );
    let Some(funnel) = model.funnels.find(|it| it.id == funnel.id) else {
        return;
    };
    let stages = &mut model.funnels[funnel].stages;
    let Some(stage) = stages.find(|it| it.id == stage.id) else {
        return;
    };
    let experiences = &mut stages[stage].experiences;
    if experiences.iter().all(|it| it.id != *new)
        && let Some(there) = experiences.iter_mut().find(|it| it.id == old)
    {
        there.id.clone_from(new);
    }
}

/// Names of steps inside it begin with its own, unless they are ids.
fn step(model: &mut Model, head: &Model, moved: &Moved) {
    let Moved::Step { campaign, from, to } = moved else {
        return;
    };
    let present = &head.campaigns[*campaign];
    let mut names = Vec::new();
    present.each_step(|step| names.push(step.name.clone()));
    let Some(campaign) = model.campaigns.find(|it| it.id == present.id) else {
        return;
    };
    let (Some(name), campaign) = (names.get(to.index()), &mut model.campaigns[campaign]) else {
        return;
    };
    if has_step(campaign, name) || !has_step(campaign, from) {
        return;
    }
    let inside = format!("{from}/");
    each(&mut campaign.steps, &mut |text| {
        if text == from {
            text.clone_from(name);
        } else if let Some(rest) = text.strip_prefix(&inside) {
            *text = format!("{name}/{rest}");
        }
    });
}

/// A step without an id is called after what it is about, and goes along with that.
fn called_after(earlier: &Model, model: &mut Model) {
    for id in model.campaigns.ids() {
        let mut changes = Vec::new();
        earlier.campaigns[id].each_step(|step| {
            let [before, now] = [earlier, &*model].map(|model| about(model, step));
            changes.push(
                before
                    .zip(now)
                    .filter(|(before, now)| !step.named && before != now),
            );
        });
        let mut changes = changes.into_iter();
        each_step(&mut model.campaigns[id].steps, &mut |step| {
            let Some((before, now)) = changes.next().flatten() else {
                return;
            };
            let (name, ordinal) = step
                .name
                .find('#')
                .map_or((&step.name[..], ""), |at| step.name.split_at(at));
            if let Some(around) = name.strip_suffix(&before) {
                step.name = format!("{around}{now}{ordinal}");
            }
        });
    }
}

/// The verb and the name of the one thing that a step is about.
fn about(model: &Model, step: &Step) -> Option<String> {
    let segment = |id: SegmentId| &model.segments[id].id;
    let tag = |id: TagId| &model.contacts.tags.names[id].id;
    Some(match step.kind {
        StepKind::Action(Action::Send { content, .. }) => {
            format!("send:{}", model.content[content].id)
        }
        StepKind::Action(Action::Move(StageRef { funnel, stage })) => {
            let funnel = &model.funnels[funnel];
            format!("move:{}/{}", funnel.id, funnel.stages[stage].id)
        }
        StepKind::Action(Action::Leave(funnel)) => format!("leave:{}", model.funnels[funnel].id),
        StepKind::Action(Action::AddTag(id)) => format!("add-tag:{}", tag(id)),
        StepKind::Action(Action::RemoveTag(id)) => format!("remove-tag:{}", tag(id)),
        StepKind::Action(Action::List(Listing::AddTo(id))) => format!("add-to:{}", segment(id)),
        StepKind::Action(Action::List(Listing::RemoveFrom(id))) => {
            format!("remove-from:{}", segment(id))
        }
        StepKind::Action(Action::Enroll(id)) => format!("enroll:{}", model.campaigns[id].id),
        StepKind::Action(Action::Withdraw(id)) => format!("withdraw:{}", model.campaigns[id].id),
        StepKind::Action(_)
        | StepKind::Wait(_)
        | StepKind::WaitUntil { .. }
        | StepKind::If { .. }
        | StepKind::Split(_)
        | StepKind::Await(_)
        | StepKind::Fork(_)
        | StepKind::Goto { .. }
        | StepKind::Exit(_)
        | StepKind::Broken => return None,
    })
}

fn each_step(steps: &mut [Step], visit: &mut impl FnMut(&mut Step)) {
    for step in steps {
        visit(step);
        step.lists_mut()
            .into_iter()
            .for_each(|steps| each_step(steps, visit));
    }
}

fn has_step(campaign: &Campaign, name: &str) -> bool {
    campaign.step_named(name).is_some()
}

/// Visits the names of steps, and where a `goto` says one.
fn each(steps: &mut [Step], visit: &mut impl FnMut(&mut String)) {
    each_step(steps, &mut |step| {
        visit(&mut step.name);
        if let StepKind::Goto { name, .. } = &mut step.kind {
            visit(name);
        }
    });
}

/// Gives one thing another id, if there is such a thing and nothing has that id yet.
fn renamed<I: Id, T>(
    things: &mut Arena<I, T>,
    from: &str,
    to: &str,
    id: fn(&mut T) -> &mut String,
) -> Option<I> {
    let place =
        |things: &mut Arena<I, T>, name: &str| things.ids().find(|at| id(&mut things[*at]) == name);
    if place(things, to).is_some() {
        return None;
    }
    let found = place(things, from)?;
    to.clone_into(id(&mut things[found]));
    Some(found)
}
