//! The tags of a project: those declared, and where the list is open those that conditions and
//! steps name.

use super::Resolver;
use super::names::Names;
use crate::schema::{
    Condition, Funnel, Keyed, MapOrList, OneOrList, Project, ScalarOr, Step, Text,
};

impl Resolver {
    pub(super) fn tags(&mut self, project: &Project) {
        let tags = project
            .contacts
            .as_ref()
            .and_then(|contacts| contacts.body.as_ref())
            .and_then(|contacts| contacts.tags.as_ref());
        match tags.map(|tags| &tags.values.value) {
            Some(ScalarOr::Other(declared)) => self.index.tags = Names::of(&declared.0),
            Some(ScalarOr::Scalar(_)) | None => {
                self.index.open_tags = true;
                self.index.tags = Names::of(mentioned(project));
            }
        }
    }

    /// The tags of blocks that nothing uses are no tags of the plan, but none is unknown where the
    /// list is open.
    pub(super) fn with_tags_of_blocks(&mut self, project: &Project, look: impl FnOnce(&mut Self)) {
        let tags = self.index.open_tags.then(|| {
            let tags = mentioned(project).into_iter().chain(in_blocks(project));
            std::mem::replace(&mut self.index.tags, Names::of(tags))
        });
        look(self);
        if let Some(tags) = tags {
            self.index.tags = tags;
        }
    }
}

fn mentioned(project: &Project) -> Vec<&Keyed<Text>> {
    let mut tags = Vec::new();
    for (_, consent) in project
        .contacts
        .iter()
        .filter_map(|contacts| contacts.body.as_ref())
        .flat_map(|contacts| &contacts.consent.0)
    {
        consent
            .body
            .iter()
            .for_each(|condition| in_condition(&condition.value, &mut tags));
    }
    for segment in project
        .segments
        .0
        .iter()
        .filter_map(|(_, segment)| segment.body.as_ref())
    {
        segment
            .where_
            .iter()
            .for_each(|condition| in_condition(&condition.value, &mut tags));
    }
    for funnel in project
        .funnels
        .0
        .iter()
        .filter_map(|(_, funnel)| funnel.body.as_ref())
    {
        in_funnel(funnel, &mut tags);
    }
    for campaign in project
        .campaigns
        .0
        .iter()
        .filter_map(|(_, campaign)| campaign.body.as_ref())
    {
        match campaign.enter.as_ref().map(|enter| &enter.value) {
            None => {}
            Some(OneOrList::One(enter)) => in_condition(&enter.value, &mut tags),
            Some(OneOrList::List(enter)) => enter
                .iter()
                .for_each(|enter| in_condition(&enter.value, &mut tags)),
        }
        campaign
            .goal
            .iter()
            .chain(&campaign.exit_when)
            .for_each(|condition| in_condition(&condition.value, &mut tags));
        campaign
            .steps
            .value
            .0
            .iter()
            .for_each(|step| in_step(&step.value, &mut tags));
    }
    let points = project
        .points
        .as_ref()
        .and_then(|points| points.body.as_ref());
    let triggers = points.iter().flat_map(|points| &points.triggers.0);
    for trigger in triggers.filter_map(|(_, trigger)| trigger.body.as_ref()) {
        trigger
            .steps
            .value
            .0
            .iter()
            .for_each(|step| in_step(&step.value, &mut tags));
    }
    tags
}

/// Those that blocks name which nothing uses.
fn in_blocks(project: &Project) -> Vec<&Keyed<Text>> {
    let mut tags = Vec::new();
    let blocks = project
        .blocks
        .0
        .iter()
        .filter_map(|(_, block)| block.body.as_ref());
    for steps in blocks.filter_map(|block| block.steps.as_ref()) {
        steps
            .value
            .0
            .iter()
            .for_each(|step| in_step(&step.value, &mut tags));
    }
    tags
}

fn in_funnel<'a>(funnel: &'a Funnel, tags: &mut Vec<&'a Keyed<Text>>) {
    if let Some(ScalarOr::Other(audience)) =
        funnel.audience.as_ref().map(|audience| &audience.value)
    {
        in_condition(audience, tags);
    }
    funnel
        .place
        .iter()
        .flat_map(|rules| &rules.value.0)
        .for_each(|rule| in_condition(&rule.value.when.value, tags));
    for stage in funnel
        .stages
        .0
        .iter()
        .filter_map(|(_, stage)| stage.body.as_ref())
    {
        match stage.converts.as_ref().map(|converts| &converts.value) {
            Some(MapOrList::Map(condition)) => in_condition(condition, tags),
            Some(MapOrList::List(moves)) => moves
                .iter()
                .for_each(|rule| in_condition(&rule.value.when.value, tags)),
            None => {}
        }
        let experiences = stage.experiences.iter().flat_map(|list| &list.value.0);
        let asked = experiences.filter_map(|experience| experience.value.when.as_ref());
        asked.for_each(|when| in_condition(&when.value, tags));
    }
}

fn in_condition<'a>(condition: &'a Condition, tags: &mut Vec<&'a Keyed<Text>>) {
    tags.extend(&condition.tag);
    let lists = condition
        .all
        .iter()
        .chain(&condition.any)
        .flat_map(|list| &list.value.0);
    lists.for_each(|inner| in_condition(&inner.value, tags));
    condition
        .not
        .iter()
        .for_each(|inner| in_condition(&inner.value, tags));
}

fn in_step<'a>(step: &'a Step, tags: &mut Vec<&'a Keyed<Text>>) {
    tags.extend(step.add_tag.iter().chain(&step.remove_tag));
    step.if_
        .iter()
        .for_each(|condition| in_condition(&condition.value, tags));
    step.expanded
        .iter()
        .flat_map(|steps| &steps.value)
        .for_each(|step| in_step(&step.value, tags));
    step.then
        .iter()
        .chain(&step.else_)
        .flat_map(|list| &list.value.0)
        .for_each(|step| in_step(&step.value, tags));
    let shares = step
        .split
        .iter()
        .flat_map(|list| &list.value.0)
        .map(|branch| &branch.value.steps);
    let ways = step
        .fork
        .iter()
        .flat_map(|list| &list.value.0)
        .map(|branch| &branch.value.steps);
    shares
        .chain(ways)
        .flat_map(|steps| &steps.value.0)
        .for_each(|step| in_step(&step.value, tags));
    if let Some(Keyed {
        value: MapOrList::List(ways),
        ..
    }) = &step.await_
    {
        let steps = ways
            .iter()
            .filter_map(|way| way.value.then.as_ref())
            .flat_map(|list| &list.value.0);
        steps.for_each(|step| in_step(&step.value, tags));
    }
}
