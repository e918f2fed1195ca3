//! Every condition of a project with the thing that asks it; a check that looks for who uses what
//! must see them all, so they are listed in this one place.

use super::EntityRef;
use crate::model::{
    Audience, Campaign, CampaignId, Channel, Condition, ConditionKind, Enter, EventPattern, Funnel,
    FunnelId, Model, StageRef, StepKind,
};

/// All conditions, each with what asks it.
pub(crate) fn conditions(model: &Model) -> Vec<(EntityRef, &Condition)> {
    let mut found = Vec::new();
    for (channel, rules) in Channel::ALL.into_iter().zip(&model.contacts.channels) {
        found.extend(
            rules
                .consent
                .iter()
                .map(|consent| (EntityRef::Channel(channel), consent)),
        );
    }
    found.extend(
        model
            .segments
            .iter()
            .map(|(id, segment)| (EntityRef::Segment(id), &segment.condition)),
    );
    model
        .funnels
        .iter()
        .for_each(|(id, funnel)| of_funnel(id, funnel, &mut found));
    model
        .campaigns
        .iter()
        .for_each(|(id, campaign)| of_campaign(id, campaign, &mut found));
    found
}

/// Every event that is asked for, let in by, waited for, or worth points.
pub(crate) fn patterns(model: &Model) -> Vec<&EventPattern> {
    let mut found = Vec::new();
    for (_, condition) in conditions(model) {
        atoms(condition, &mut |atom| {
            if let ConditionKind::Event(test) = &atom.kind {
                found.push(&test.pattern);
            }
        });
    }
    for campaign in model.campaigns.values() {
        let ways = campaign.enter.iter();
        found.extend(ways.filter_map(|way| {
            if let Enter::Event(pattern) = way {
                Some(pattern)
            } else {
                None
            }
        }));
        campaign.each_step(|step| {
            if let StepKind::Await(awaited) = &step.kind {
                found.extend(awaited.ways.iter().map(|way| &way.pattern));
            }
        });
    }
    found.extend(
        model
            .points
            .rules
            .values()
            .filter_map(|rule| rule.each.as_ref()),
    );
    found
}

/// The condition and all inside it, outer before inner.
pub(crate) fn atoms<'a>(condition: &'a Condition, visit: &mut impl FnMut(&'a Condition)) {
    visit(condition);
    match &condition.kind {
        ConditionKind::All(inner) | ConditionKind::Any(inner) => {
            inner.iter().for_each(|inner| atoms(inner, visit));
        }
        ConditionKind::Not(inner) => atoms(inner, visit),
        ConditionKind::Event(test) => test
            .pattern
            .where_
            .iter()
            .for_each(|inner| atoms(inner, visit)),
        ConditionKind::Field { .. }
        | ConditionKind::Tag(_)
        | ConditionKind::Stage { .. }
        | ConditionKind::Reached(_)
        | ConditionKind::InFunnel(_)
        | ConditionKind::Segment(_)
        | ConditionKind::Reachable(_)
        | ConditionKind::Campaign { .. }
        | ConditionKind::Broken => {}
    }
}

fn of_funnel<'a>(id: FunnelId, funnel: &'a Funnel, found: &mut Vec<(EntityRef, &'a Condition)>) {
    match &funnel.audience {
        Some(Audience::Of(condition)) => found.push((EntityRef::Funnel(id), condition)),
        Some(Audience::Everyone) | None => {}
    }
    found.extend(
        funnel
            .place
            .iter()
            .map(|rule| (EntityRef::Funnel(id), &rule.when)),
    );
    for (stage, body) in funnel.stages.iter() {
        let thing = EntityRef::Stage(StageRef { funnel: id, stage });
        found.extend(
            body.converts
                .iter()
                .map(|conversion| (thing, &conversion.when)),
        );
        found.extend(
            body.experiences
                .iter()
                .filter_map(|experience| Some((thing, experience.when.as_ref()?))),
        );
    }
}

fn of_campaign<'a>(
    id: CampaignId,
    campaign: &'a Campaign,
    found: &mut Vec<(EntityRef, &'a Condition)>,
) {
    for enter in &campaign.enter {
        match enter {
            Enter::Condition(condition) => found.push((EntityRef::Campaign(id), condition)),
            Enter::Event(pattern) => {
                found.extend(
                    pattern
                        .where_
                        .iter()
                        .map(|inner| (EntityRef::Campaign(id), &**inner)),
                );
            }
            Enter::Entered { .. } => {}
        }
    }
    found.extend(
        campaign
            .goal
            .iter()
            .chain(&campaign.exit_when)
            .map(|condition| (EntityRef::Campaign(id), condition)),
    );
    campaign.each_step(|step| {
        if let StepKind::If { when, .. } = &step.kind {
            found.push((EntityRef::Step(id, step.id), when));
        }
    });
}
