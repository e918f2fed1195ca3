//! What people call things and how they look; nothing here changes what happens to anybody.

use super::Kind;
use super::thing::{Attribute, Thing};
use crate::model::{Metadata, Model};

/// The things of a project, by what people call them.
pub(super) fn things(model: &Model) -> Vec<Thing> {
    let mut things = vec![thing(
        Kind::Project,
        "project",
        vec![Attribute::new("name", model.project.clone())],
    )];
    let mut add = |kind, id: &str, facts| things.push(thing(kind, id, facts));
    for field in model.contacts.fields.values() {
        add(
            Kind::Field,
            &field.id,
            vec![Attribute::new("description", field.description.clone())],
        );
    }
    model
        .content
        .values()
        .for_each(|it| add(Kind::Content, &it.id, about(&it.about)));
    for event in model.events.values().filter(|event| event.declared) {
        add(
            Kind::Event,
            &event.id,
            vec![Attribute::new("description", event.description.clone())],
        );
    }
    model
        .segments
        .values()
        .for_each(|it| add(Kind::Segment, &it.id, about(&it.about)));
    model
        .campaigns
        .values()
        .for_each(|it| add(Kind::Campaign, &it.id, about(&it.about)));
    for funnel in model.funnels.values() {
        add(Kind::Funnel, &funnel.id, about(&funnel.about));
        for stage in funnel.stages.values() {
            let mut facts = about(&stage.about);
            let criteria = Some(stage.criteria.join(", ")).filter(|text| !text.is_empty());
            facts.extend([
                Attribute::new("colour", stage.color.clone()),
                Attribute::new("criteria", criteria),
            ]);
            add(Kind::Stage, &format!("{}/{}", funnel.id, stage.id), facts);
        }
    }
    things
}

fn thing(kind: Kind, id: &str, facts: Vec<Attribute>) -> Thing {
    Thing::new(kind, id, facts, String::new())
}

fn about(about: &Metadata) -> Vec<Attribute> {
    vec![
        Attribute::new("name", about.name.clone()),
        Attribute::new("description", about.description.clone()),
        Attribute::new("category", about.category.clone()),
        Attribute::new("owner", about.owner.clone()),
    ]
}
