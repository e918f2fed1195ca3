//! What the head says of things that are gone or have another name: which of the base's things it
//! means, and what it says no longer.

use super::{Change, Kind, Mark};
use crate::model::ids::Id;
use crate::model::{Model, Moved, Renamed};
use crate::plan::Plan;

/// What acts differently, and what only has another name.
pub(super) fn changes(base: &Plan, head: &Plan) -> (Vec<Change>, Vec<Change>) {
    let renamed = head
        .model()
        .in_flight
        .moved
        .iter()
        .filter_map(|moved| renamed(base.model(), head.model(), moved));
    let mut cosmetic: Vec<_> = renamed.collect();
    let [before, after] = [base, head].map(lines);
    let only = |these: &[String], others: &[String]| -> Vec<String> {
        these
            .iter()
            .filter(|line| !others.contains(line))
            .cloned()
            .collect()
    };
    let (lost, gained) = (only(&before, &after), only(&after, &before));
    let words = |lines: Vec<String>| Some(lines.join(", ")).filter(|words| !words.is_empty());
    let is_lost = !lost.is_empty();
    let change = Change {
        mark: Mark::Changed,
        kind: Kind::Project,
        id: "project".to_owned(),
        aspect: Some("what is moved and removed".to_owned()),
        before: words(lost),
        after: words(gained),
    };
    if is_lost {
        // Old states and files in which the old names stand are no longer understood.
        return (vec![change], cosmetic);
    }
    if change.after.is_some() && cosmetic.is_empty() {
        cosmetic.push(change);
    }
    (Vec::new(), cosmetic)
}

fn lines(plan: &Plan) -> Vec<String> {
    let (moved, removed) = (&plan.wire().moved, &plan.wire().removed);
    let text =
        |line: serde_json::Result<String>| line.expect("maps with text keys always serialise");
    let moved = moved.iter().map(|line| text(serde_json::to_string(line)));
    moved
        .chain(removed.iter().map(|line| text(serde_json::to_string(line))))
        .collect()
}

/// A thing of the base that the head calls otherwise.
fn renamed(base: &Model, head: &Model, moved: &Moved) -> Option<Change> {
    let (kind, before, after) = match moved {
        Moved::Stage { funnel, from, to } => {
            let there = base.funnels.values().find(|it| it.id == *funnel)?;
            there.stages.values().find(|stage| stage.id == *from)?;
            let present = &head.funnels[to.funnel];
            (
                Kind::Stage,
                format!("{funnel}/{from}"),
                format!("{}/{}", present.id, present.stages[to.stage].id),
            )
        }
        Moved::Step { campaign, from, to } => {
            let present = &head.campaigns[*campaign];
            base.campaigns.values().find_map(|it| it.step_named(from))?;
            let mut names = Vec::new();
            present.each_step(|step| names.push(step.name.clone()));
            (
                Kind::Step,
                from.clone(),
                format!("{}/{}", present.id, names.get(to.index())?),
            )
        }
        Moved::Campaign { from, to } => {
            base.campaigns.values().find(|it| it.id == *from)?;
            (Kind::Campaign, from.clone(), head.campaigns[*to].id.clone())
        }
        Moved::Funnel { from, to } => {
            base.funnels.values().find(|it| it.id == *from)?;
            (Kind::Funnel, from.clone(), head.funnels[*to].id.clone())
        }
        Moved::Other { from, to } => (other(base, from, to)?, from.clone(), to.name(head)),
    };
    Some(Change {
        mark: Mark::Changed,
        kind,
        id: after.clone(),
        aspect: Some("id".to_owned()),
        before: Some(before),
        after: Some(after),
    })
}

/// What kind of thing the base has under the old name; an experience counts with its stage.
fn other(base: &Model, from: &str, to: &Renamed) -> Option<Kind> {
    let (kind, is_there) = match to {
        Renamed::Segment(_) => (
            Kind::Segment,
            base.segments.values().any(|it| it.id == *from),
        ),
        Renamed::Content(_) => (
            Kind::Content,
            base.content.values().any(|it| it.id == *from),
        ),
        Renamed::Tag(_) => (
            Kind::Tag,
            base.contacts.tags.names.values().any(|it| it.id == *from),
        ),
        Renamed::Event(_) => (Kind::Event, base.events.values().any(|it| it.id == *from)),
        Renamed::Experience(..) => {
            let id = from.rsplit('/').next().unwrap_or(from);
            let mut stages = base
                .funnels
                .values()
                .flat_map(|funnel| funnel.stages.values());
            (
                Kind::Stage,
                stages.any(|stage| stage.experiences.iter().any(|it| it.id == id)),
            )
        }
    };
    is_there.then_some(kind)
}
