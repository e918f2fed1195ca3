//! The ids of a plan: words of the language as in a project, so that none can end a cell, a row or a line of what a run writes.

use super::read::Fault;
use crate::model::Model;
use crate::model::event::EventType;
use crate::schema::is_id;

/// Refuses a plan in which something is called by what is no id.
pub(super) fn all_are_ids(model: &Model) -> Result<(), Fault> {
    let mut checker = Checker { wrong: Vec::new() };
    checker.ids("field", model.contacts.fields.values().map(|it| it.id.as_str()));
    checker.ids("company field", model.companies.iter().flat_map(|it| it.fields.values()).map(|it| it.id.as_str()));
    checker.ids("content", model.content.values().map(|it| it.id.as_str()));
    checker.ids("destination", model.destinations.values().map(|it| it.id.as_str()));
    checker.ids("segment", model.segments.values().map(|it| it.id.as_str()));
    checker.ids("group of points", model.points.groups.values().map(|it| it.id.as_str()));
    checker.ids("rule for points", model.points.rules.values().map(|it| it.id.as_str()));
    model.events.values().filter(|event| event.declared).for_each(|event| checker.event(event));
    for funnel in model.funnels.values() {
        checker.ids("funnel", [funnel.id.as_str()]);
        checker.ids("stage", funnel.stages.values().map(|it| it.id.as_str()));
        let experiences = funnel.stages.values().flat_map(|stage| &stage.experiences);
        checker.ids("experience", experiences.map(|it| it.id.as_str()));
    }
    for campaign in model.campaigns.values() {
        // A trigger of points is called `points/` and its id.
        checker.ids("campaign", [campaign.id.strip_prefix("points/").unwrap_or(&campaign.id)]);
        campaign.each_step(|step| checker.step(&step.name));
    }
    checker.wrong.into_iter().next().map_or(Ok(()), Err)
}

struct Checker {
    wrong: Vec<Fault>,
}

impl Checker {
    fn ids<'i>(&mut self, kind: &str, ids: impl IntoIterator<Item = &'i str>) {
        let wrong = ids.into_iter().filter(|id| !is_id(id));
        self.wrong.extend(wrong.map(|id| format!("`{id}` is no id of a {kind}")));
    }

    fn event(&mut self, event: &EventType) {
        self.ids("event", [event.id.as_str()]);
        if event.has_own_properties() {
            self.ids("property", event.properties.values().map(|it| it.id.as_str()));
        }
    }

    /// A step without an id is called by what it does, and by what it does that to.
    fn step(&mut self, name: &str) {
        if name.is_empty() || name.contains(|c: char| c.is_control() || c == '"') {
            self.wrong.push(format!("`{name}` is no name of a step"));
        }
    }
}
