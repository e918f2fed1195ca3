//! What is said of each thing of a plan, aspect by aspect in the words of the language; steps are
//! told apart in `steps`, everything else stands here.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Serialize;

use super::Kind;
use super::thing::{Attribute, Hidden, Thing, listed};
use crate::graph::describe;
use crate::model::contacts::column_of;
use crate::model::destination::{Destination, Setting};
use crate::model::{
    Audience, BadValue, Body, Bounded, Campaign, Channel, ChannelRules, Companies, Content,
    EventType, Existing, Experience, Field, FieldId, FieldType, Funnel, Model, Moment, OnLeave,
    Once, PointRule, Publish, Stage, Target,
};
use crate::plan::{Plan, wire};
use crate::screen::without_passwords;

/// The things of a plan.
#[expect(
    clippy::too_many_lines,
    reason = "each kind of thing has its own lines, and a part of them is no whole"
)]
pub(super) fn things(plan: &Plan) -> Vec<Thing> {
    let (model, exact) = (plan.model(), plan.wire());
    let mut things = vec![project(model), contacts(model)];
    let tag = |id: &String| Thing::new(Kind::Tag, id, Vec::new(), String::new());
    things.extend(exact.contacts.tags.values.iter().map(tag));
    for one in model.contacts.fields.values() {
        things.push(thing(
            Kind::Field,
            &one.id,
            field(one),
            exact.contacts.fields.get(&one.id),
        ));
    }
    if let Some(companies) = &model.companies {
        things.push(self::companies(model, companies));
        for one in companies.fields.values() {
            let exact = exact
                .companies
                .as_ref()
                .and_then(|companies| companies.fields.get(&one.id));
            things.push(thing(Kind::CompanyField, &one.id, field(one), exact));
        }
    }
    for (rules, channel) in model.contacts.channels.iter().zip(Channel::ALL) {
        let id = channel.word();
        things.push(thing(
            Kind::Channel,
            id,
            self::channel(model, rules),
            exact.contacts.channels.get(id),
        ));
    }
    for one in model.content.values() {
        things.push(thing(
            Kind::Content,
            &one.id,
            content(model, one),
            exact.content.get(&one.id),
        ));
    }
    for one in model.events.values().filter(|event| event.declared) {
        things.push(thing(
            Kind::Event,
            &one.id,
            event(model, one),
            exact.events.get(&one.id),
        ));
    }
    for one in model.destinations.values() {
        things.push(thing(
            Kind::Destination,
            &one.id,
            destination(one),
            exact.destinations.get(&one.id),
        ));
    }
    for one in model.points.groups.values() {
        let column = Attribute::free("column", one.column.clone());
        things.push(thing(
            Kind::PointGroup,
            &one.id,
            vec![column],
            exact.points.groups.get(&one.id),
        ));
    }
    for one in model.points.rules.values() {
        things.push(thing(
            Kind::PointRule,
            &one.id,
            point_rule(model, one),
            exact.points.rules.get(&one.id),
        ));
    }
    for one in model.segments.values() {
        let words = describe::segment(model, one);
        let members = exact.members.get(&one.id).map(|members| Hidden {
            secret: digest(members),
            another: format!("{words}, and others are listed"),
        });
        let facts = vec![Attribute::new("who belongs to it", words).hiding(members)];
        let written = (exact.segments.get(&one.id), exact.members.get(&one.id));
        things.push(thing(Kind::Segment, &one.id, facts, Some(&written)));
    }
    for one in model.funnels.values() {
        let written = exact.funnels.get(&one.id);
        let alone = written.map(|funnel| wire::Funnel {
            stages: BTreeMap::new(),
            ..funnel.clone()
        });
        things.push(thing(
            Kind::Funnel,
            &one.id,
            funnel(model, one),
            alone.as_ref(),
        ));
        for stage in one.stages.values() {
            let id = format!("{}/{}", one.id, stage.id);
            let written = written.and_then(|funnel| funnel.stages.get(&stage.id));
            things.push(thing(
                Kind::Stage,
                &id,
                self::stage(model, one, stage),
                written,
            ));
        }
    }
    for one in model.campaigns.values() {
        let written = exact.campaigns.get(&one.id);
        let alone = written.map(|campaign| wire::Campaign {
            steps: Vec::new(),
            ..campaign.clone()
        });
        things.push(thing(
            Kind::Campaign,
            &one.id,
            campaign(model, one),
            alone.as_ref(),
        ));
    }
    things
}

fn thing(kind: Kind, id: &str, facts: Vec<Attribute>, exact: Option<&impl Serialize>) -> Thing {
    let exact = exact
        .map(|exact| serde_json::to_string(exact).expect("maps with text keys always serialise"));
    Thing::new(kind, id, facts, exact.unwrap_or_default())
}

fn project(model: &Model) -> Thing {
    let every = describe::counted(u64::from(model.every), "second");
    let mut facts = vec![
        Attribute::new("time zone", model.timezone.clone()),
        Attribute::new("runs every", every),
    ];
    let most = |what: Bounded| {
        model
            .run_at_most
            .iter()
            .find(|(bounded, _)| *bounded == what)
            .map(|(_, most)| most)
    };
    facts.extend(
        Bounded::ALL.map(|what| Attribute::new(most_of(what), most(what).map(u64::to_string))),
    );
    thing(Kind::Project, "project", facts, None::<&()>)
}

fn most_of(what: Bounded) -> &'static str {
    match what {
        Bounded::Channel(Channel::Email) => "a run sends at most by email",
        Bounded::Channel(Channel::Sms) => "a run sends at most by sms",
        Bounded::Channel(Channel::Push) => "a run sends at most by push",
        Bounded::Messages => "a run sends at most",
        Bounded::Actions => "actions of a run, at most",
    }
}

fn contacts(model: &Model) -> Thing {
    let contacts = &model.contacts;
    let bad = match contacts.on_bad_value {
        BadValue::Fail => "the row is bad".to_owned(),
        BadValue::Missing => "the value counts as missing".to_owned(),
        BadValue::SkipContact { at_most } => {
            format!("the contact is left as it is, {at_most} of them at most")
        }
    };
    let role = |field: Option<FieldId>| field.map(|field| contacts.fields[field].id.clone());
    let facts = vec![
        Attribute::free("column of the key", contacts.key.clone()),
        Attribute::new("a value that does not fit", bad),
        Attribute::new("words for no value", missing(&contacts.missing)),
        Attribute::free("column of the tags", contacts.tags.column.clone()),
        Attribute::free("between two tags", contacts.tags.separator.clone()),
        Attribute::new(
            "other tags",
            if contacts.tags.open {
                "allowed"
            } else {
                "not allowed"
            }
            .to_owned(),
        ),
        Attribute::free("column of the points", contacts.points.column.clone()),
        Attribute::new("field of the zone", role(contacts.timezone)),
        Attribute::new("field of the language", role(contacts.language)),
        Attribute::new("field of the owner", role(contacts.owner)),
        Attribute::new(
            "field of the preferred channel",
            role(contacts.preferred_channel),
        ),
    ];
    thing(Kind::Contacts, "contacts", facts, None::<&()>)
}

fn companies(model: &Model, companies: &Companies) -> Thing {
    let facts = vec![
        Attribute::free("column of the key", companies.key.clone()),
        Attribute::new("words for no value", missing(&companies.missing)),
        Attribute::new(
            "field of the contact",
            companies
                .contact_field
                .map(|id| model.contacts.fields[id].id.clone()),
        ),
    ];
    thing(Kind::Companies, "companies", facts, None::<&()>)
}

fn missing(words: &[String]) -> Option<String> {
    (!words.is_empty()).then(|| listed(words))
}

fn point_rule(model: &Model, rule: &PointRule) -> Vec<Attribute> {
    let mut facts = vec![
        Attribute::new(
            "for each",
            rule.each
                .as_ref()
                .map(|pattern| describe::pattern(model, pattern)),
        ),
        Attribute::new("gives", describe::give(model, rule.give)),
    ];
    facts.extend(published(&rule.publish));
    facts
}

fn field(field: &Field) -> Vec<Attribute> {
    let value = |value: &Option<crate::model::Value>| {
        value.as_ref().map(|value| describe::value(field, value))
    };
    let mut facts = vec![
        Attribute::new(
            "type",
            field.type_.as_ref().map(|type_| type_.word().to_owned()),
        ),
        Attribute::free("column", field.column.clone())
            .plain_if(field.column == column_of(&field.id)),
        Attribute::new("required", yes(field.required)).plain_if(!field.required),
        Attribute::new("where there is none", value(&field.default)),
        Attribute::new("words for no value", missing(&field.missing)),
        Attribute::new("at least", value(&field.min)),
        Attribute::new("at most", value(&field.max)),
    ];
    match &field.type_ {
        Some(FieldType::Text { match_case }) => {
            facts.push(Attribute::new(
                "capital letters",
                if *match_case { "count" } else { "do not count" }.to_owned(),
            ));
        }
        Some(FieldType::Choice(values)) => facts.push(Attribute::in_any_order("values", values)),
        Some(FieldType::Choices { values, separator }) => {
            facts.extend([
                Attribute::in_any_order("values", values),
                Attribute::free("between two", separator.clone()),
            ]);
        }
        Some(FieldType::Email | FieldType::Integer | FieldType::Number | FieldType::Boolean) => {}
        Some(FieldType::Date | FieldType::Datetime) | None => {}
    }
    facts
}

fn channel(model: &Model, rules: &ChannelRules) -> Vec<Attribute> {
    vec![
        Attribute::new(
            "address",
            rules
                .address
                .map(|field| model.contacts.fields[field].id.clone()),
        ),
        Attribute::new(
            "consent",
            rules
                .consent
                .as_ref()
                .map(|consent| describe::condition(model, consent)),
        ),
        Attribute::free("column of do-not-contact", rules.do_not_contact.clone()),
        Attribute::new(
            "files without that column",
            rules
                .may_lack_do_not_contact
                .then(|| "nobody is left alone".to_owned()),
        ),
        Attribute::new(
            "limit",
            rules.limit.map(|limit| {
                let then = if limit.drops {
                    "one more is dropped"
                } else {
                    "one more waits"
                };
                format!("{} within {}, {then}", limit.at_most, limit.within)
            }),
        ),
        Attribute::new(
            "hours",
            (!rules.hours.is_open())
                .then(|| rules.hours.to_string().trim_start_matches(", ").to_owned()),
        ),
    ]
}

fn content(model: &Model, content: &Content) -> Vec<Attribute> {
    let rules = content.rules;
    let mut facts = vec![
        Attribute::new("kind", content.kind.map(|kind| kind.word().to_owned())),
        Attribute::free(
            "subject",
            content
                .subject
                .as_ref()
                .map(|subject| subject.written(model)),
        ),
        told("text", content.body.as_ref().map(text)),
        told("url", content.url.as_deref().map(address)),
        Attribute::new(
            "channels",
            (!content.prefer.is_empty()).then(|| {
                content
                    .prefer
                    .iter()
                    .map(|channel| channel.word())
                    .collect::<Vec<_>>()
                    .join(", ")
            }),
        ),
        Attribute::new("how often", often(rules.once)).plain_if(rules.once == Once::Entry),
        Attribute::new("goes out without consent", yes(rules.transactional))
            .plain_if(!rules.transactional),
        Attribute::new(
            "expires after",
            rules.expires.map(|length| length.to_string()),
        ),
        Attribute::new("who does not get it leaves", yes(rules.exits_on_skip))
            .plain_if(!rules.exits_on_skip),
    ];
    facts.extend(published(&content.publish));
    facts
}

fn event(model: &Model, event: &EventType) -> Vec<Attribute> {
    let properties = event
        .properties
        .values()
        .filter(|_| event.has_own_properties())
        .map(|property| {
            let type_ = property
                .type_
                .as_ref()
                .map_or(describe::UNCLEAR, FieldType::word);
            format!("{} ({type_})", property.id)
        });
    let updates = event
        .updates
        .iter()
        .map(|update| describe::update(model, event, update));
    let listed = |parts: Vec<String>| Some(parts.join(", ")).filter(|text| !text.is_empty());
    vec![
        Attribute::new("properties", listed(properties.collect())),
        Attribute::new("what it changes", listed(updates.collect())),
        Attribute::new("starts campaigns for", event.max_age.to_string())
            .plain_if(event.max_age == EventType::DEFAULT_MAX_AGE),
    ]
}

fn funnel(model: &Model, funnel: &Funnel) -> Vec<Attribute> {
    let audience = funnel.audience.as_ref().map(|audience| match audience {
        Audience::Everyone => "everyone".to_owned(),
        Audience::Of(condition) => describe::condition(model, condition),
    });
    let moves = if funnel.free {
        "to any stage"
    } else {
        "to heavier stages only"
    };
    let place = funnel.place.iter().map(|rule| {
        format!(
            "{} if {}",
            funnel.stages[rule.stage].id,
            describe::condition(model, &rule.when)
        )
    });
    let place = Some(place.collect::<Vec<_>>().join(", else ")).filter(|rules| !rules.is_empty());
    let left = if funnel.drops {
        "leaves the funnel"
    } else {
        "keeps the stage"
    };
    let order = if funnel.loose {
        "the heaviest stage that leads on"
    } else {
        "the present stage"
    };
    let mut facts = vec![
        Attribute::new("priority", funnel.priority.to_string()).plain_if(funnel.priority == 0),
        Attribute::free("column", funnel.column.clone()),
        Attribute::new("enters by itself", audience),
        Attribute::new(
            "enters at",
            funnel.entry.map(|entry| funnel.stages[entry].id.clone()),
        ),
        Attribute::new("who leaves the audience", left.to_owned()).plain_if(!funnel.drops),
        Attribute::new("moves", moves.to_owned()).plain_if(!funnel.free),
        Attribute::new("whose conversion counts", order.to_owned()).plain_if(!funnel.loose),
        Attribute::new("placed in", place),
    ];
    facts.extend(published(&funnel.publish));
    facts
}

fn stage(model: &Model, funnel: &Funnel, stage: &Stage) -> Vec<Attribute> {
    let converts = stage.converts.iter().map(|conversion| {
        let to = match conversion.to {
            Target::Next => "the next stage",
            Target::Stage(to) => funnel.stages[to].id.as_str(),
        };
        format!(
            "to {to} if {}",
            describe::condition(model, &conversion.when)
        )
    });
    let converts =
        Some(converts.collect::<Vec<_>>().join(", else ")).filter(|rules| !rules.is_empty());
    let experiences: Vec<_> = stage
        .experiences
        .iter()
        .map(|it| experience(model, it))
        .collect();
    let back: Vec<_> = stage
        .back_to
        .iter()
        .map(|(to, _)| funnel.stages[*to].id.as_str())
        .collect();
    let mut facts = vec![
        Attribute::new("weight", stage.weight.map(|weight| weight.to_string())),
        Attribute::free("in the file", stage.value.clone()).plain_if(stage.value == stage.id),
        Attribute::new("goes on", converts),
        Attribute::new(
            "experiences",
            Some(experiences.join(", else ")).filter(|words| !words.is_empty()),
        ),
        Attribute::new(
            "may go back to",
            Some(back.join(", ")).filter(|stages| !stages.is_empty()),
        ),
        Attribute::new("final", yes(stage.is_final)).plain_if(!stage.is_final),
    ];
    facts.extend(published(&stage.publish));
    facts
}

fn experience(model: &Model, experience: &Experience) -> String {
    let end = |word: &str, moment: Option<Moment>| {
        moment
            .map(|moment| format!(" {word} {moment}"))
            .unwrap_or_default()
    };
    let Publish { from, until, .. } = experience.publish;
    format!(
        "{}{}{}",
        describe::experience(model, experience),
        end("from", from),
        end("until", until)
    )
}

fn campaign(model: &Model, campaign: &Campaign) -> Vec<Attribute> {
    let ways: Vec<_> = campaign
        .enter
        .iter()
        .map(|way| describe::enter(model, way))
        .collect();
    let condition = |condition: &Option<_>| {
        condition
            .as_ref()
            .map(|inner| describe::condition(model, inner))
    };
    let on_leave = match campaign.on_leave {
        Some(OnLeave::Exit) => "leaves the campaign",
        Some(OnLeave::Stay) | None => "stays",
    };
    let existing = match campaign.existing {
        Existing::Enter => "enters",
        Existing::Skip => "does not enter",
    };
    let again = campaign
        .reenter
        .map(|after| format!("{after} after the end"));
    let steps = super::steps::outline(model, &campaign.steps);
    let mut facts = vec![
        Attribute::new("priority", campaign.priority.to_string()).plain_if(campaign.priority == 0),
        Attribute::new(
            "who enters",
            Some(ways.join(", or ")).filter(|ways| !ways.is_empty()),
        ),
        Attribute::new(
            "starts",
            campaign
                .trigger
                .map(|trigger| describe::threshold(model, trigger)),
        ),
        Attribute::new("enters again", again),
        Attribute::new("who no longer qualifies", on_leave.to_owned())
            .plain_if(campaign.on_leave != Some(OnLeave::Exit)),
        Attribute::new("who qualifies when it begins", existing.to_owned())
            .plain_if(campaign.existing == Existing::Enter),
        Attribute::new("goal", condition(&campaign.goal)),
        Attribute::new("leaves when", condition(&campaign.exit_when)),
    ];
    facts.extend(published(&campaign.publish));
    let over = if campaign.exits_after_until {
        "leaves the campaign"
    } else {
        "waits for another window"
    };
    facts.push(
        Attribute::new("who is inside when that ends", over.to_owned())
            .plain_if(!campaign.exits_after_until),
    );
    facts.push(Attribute::of_whole("steps", steps));
    facts
}

fn destination(destination: &Destination) -> Vec<Attribute> {
    let url = destination.url.as_ref().map(|setting| match setting {
        Setting::Text(text) => address(text),
        Setting::Env(name) => from_env(name),
    });
    vec![
        Attribute::new("kind", destination.kind.map(|kind| kind.word().to_owned())),
        told("url", url),
        told("secret", destination.secret.as_ref().map(secret)),
    ]
}

/// The file of a text, and enough of its digest to know it by; compared is all of it.
fn text(body: &Body) -> Said {
    let digest = body.digest.get(..8).unwrap_or(&body.digest);
    let words = format!("{}, digest {digest}", body.file);
    let hidden = Hidden {
        another: format!("{words}, another text"),
        secret: body.digest.clone(),
    };
    (words, Some(hidden))
}

/// Of what is too long to be told.
fn digest(thing: &impl Serialize) -> String {
    let text = serde_json::to_vec(thing).expect("maps with text keys always serialise");
    blake3::hash(&text).to_string()
}

/// What is said of a setting, and what is left out of it. No digest either: whoever reads one can
/// try secrets out.
type Said = (String, Option<Hidden>);

fn told(aspect: &'static str, said: Option<Said>) -> Attribute {
    let (words, hidden) = said.unzip();
    Attribute::free(aspect, words).hiding(hidden.flatten())
}

/// A URL; a password in it is never told, only whether it is the same.
fn address(url: &str) -> Said {
    match without_passwords(url) {
        Cow::Owned(shown) => {
            let hidden = Hidden {
                secret: url.to_owned(),
                another: format!("{shown}, with another secret"),
            };
            (format!("{shown}, with a secret"), Some(hidden))
        }
        Cow::Borrowed(url) => (url.to_owned(), None),
    }
}

/// A secret is never told.
fn secret(secret: &Setting) -> Said {
    match secret {
        Setting::Text(text) => {
            let hidden = Hidden {
                secret: text.clone(),
                another: "another secret in plain text".to_owned(),
            };
            ("a secret in plain text".to_owned(), Some(hidden))
        }
        Setting::Env(name) => from_env(name),
    }
}

fn from_env(name: &str) -> Said {
    (format!("from the environment, {name}"), None)
}

fn published(publish: &Publish) -> [Attribute; 3] {
    let end = |moment: &Option<_>| moment.as_ref().map(ToString::to_string);
    [
        Attribute::new("published", yes(publish.published)).plain_if(publish.published),
        Attribute::new("published from", end(&publish.from)),
        Attribute::new("published until", end(&publish.until)),
    ]
}

/// `once in each entry`, `once ever`, `again after 30 days`.
pub(super) fn often(once: Once) -> String {
    match once {
        Once::Entry => "once in each entry".to_owned(),
        Once::Ever => "once ever".to_owned(),
        Once::After(length) => format!("again after {length}"),
    }
}

fn yes(is: bool) -> String {
    if is { "yes" } else { "no" }.to_owned()
}
