//! What a plan says, as a project would say it: key by key the words of the language, with every
//! default written out.
//!
//! Nothing of a plan is lost on the way, so a plan means what the project means that is said here.

mod condition;
mod steps;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use serde::Serialize;
use serde_json::{Map, Value as Json, json};

use super::wire;
use crate::model::Members;
use crate::model::points::{TRIGGERS, points_column_of};
use crate::source::{FileId, Sources};
use condition::condition;

/// The whole plan.
pub(super) fn project(plan: &wire::Plan) -> Json {
    let is_trigger = |id: &str| id.starts_with(TRIGGERS);
    let (triggers, campaigns): (BTreeMap<_, _>, BTreeMap<_, _>) = plan
        .campaigns
        .iter()
        .map(|(id, campaign)| (id.clone(), campaign))
        .partition(|(id, _)| is_trigger(id));
    let trigger = |(id, trigger): (&String, &&wire::Campaign)| {
        (id[TRIGGERS.len()..].to_owned(), campaign(trigger))
    };
    let limits = plan
        .contacts
        .channels
        .iter()
        .filter_map(|(channel, rules)| Some((channel.clone(), limit(rules)?)));
    json!({
        "version": 1,
        "timezone": plan.timezone,
        "runs": { "every": format!("{} seconds", plan.every_seconds) },
        "contacts": contacts(plan),
        "companies": plan.companies.as_ref().map(companies),
        "content": each(&plan.content, content),
        "events": each(&plan.events, |_, body| event(body)),
        "limits": limits.collect::<Map<_, _>>(),
        "destinations": each(&plan.destinations, |_, body| destination(body)),
        "segments": segments(plan),
        "funnels": each(&plan.funnels, |_, body| funnel(body)),
        "campaigns": each(&campaigns, |_, body| campaign(body)),
        "points": {
            "groups": some(&plan.points.groups.keys().collect::<Vec<_>>()),
            "rules": each(&plan.points.rules, |_, body| rule(body)),
            "triggers": triggers.iter().map(trigger).collect::<Map<_, _>>(),
        },
        "checks": (!plan.run_at_most.is_empty()).then(|| json!({ "run": { "at-most": plan.run_at_most } })),
        "moved": moved(&plan.moved),
        "removed": plan.removed.iter().map(removed).collect::<Vec<_>>(),
    })
}

/// The files that the project names; members that are held once are one file.
pub(super) fn attach(plan: &wire::Plan, sources: &mut Sources) {
    for (id, content) in &plan.content {
        let Some(body) = &content.body else { continue };
        let tokens = body.tokens.iter().map(|token| format!("{{{{ {token} }}}}"));
        sources.attach(text_of(id), tokens.collect::<String>());
    }
    let mut held: BTreeMap<Vec<*const String>, FileId> = BTreeMap::new();
    for (id, wire::Members { include, exclude }) in &plan.members {
        for (key, members) in [("include", include), ("exclude", exclude)] {
            let lists = members.lists().iter().map(|list| list.as_ptr()).collect();
            match held.entry(lists) {
                Entry::Occupied(file) => sources.attach_again(members_of(key, id), *file.get()),
                Entry::Vacant(file) => {
                    let text = text_with(members, &plan.contacts.key);
                    file.insert(sources.attach(members_of(key, id), text));
                }
            }
        }
    }
}

/// A file with the column of the key.
fn text_with(members: &Members, key: &str) -> String {
    let quoted = |cell: &str| format!("\"{}\"\n", cell.replace('"', "\"\""));
    std::iter::once(key)
        .chain(members.keys())
        .map(quoted)
        .collect()
}

fn text_of(content: &str) -> String {
    format!("the text of {content}")
}

fn members_of(key: &str, segment: &str) -> String {
    format!("the {key} of {segment}")
}

/// What serialises, under the keys that it has.
fn keys(thing: &impl Serialize) -> Map<String, Json> {
    match serde_json::to_value(thing) {
        Ok(Json::Object(keys)) => keys,
        _ => Map::new(),
    }
}

fn each<T>(things: &BTreeMap<String, T>, said: impl Fn(&str, &T) -> Json) -> Json {
    Json::Object(
        things
            .iter()
            .map(|(id, thing)| (id.clone(), said(id, thing)))
            .collect(),
    )
}

/// A list; nothing where it is empty.
fn some(list: &[impl Serialize]) -> Json {
    if list.is_empty() {
        Json::Null
    } else {
        json!(list)
    }
}

/// A column; nothing where it is the one that it would have without a word.
fn column(column: &str, default: &str) -> Option<String> {
    (column != default).then(|| column.to_owned())
}

fn contacts(plan: &wire::Plan) -> Json {
    let contacts = &plan.contacts;
    let group = |id: &str, name: &String| json!(column(name, &points_column_of(id)));
    let of_channels =
        |said: &dyn Fn(&wire::Channel) -> Json| each(&contacts.channels, |_, rules| said(rules));
    let mut said = keys(contacts);
    said.remove("channels");
    said.extend(keys(&json!({
        "tags": {
            "values": if contacts.tags.open { json!("open") } else { json!(contacts.tags.values) },
            "column": column(&contacts.tags.column, "tags"),
            "separator": contacts.tags.separator,
        },
        "points": { "column": column(&contacts.points, "points"), "groups": each(&plan.points.groups, group) },
        "fields": each(&contacts.fields, |_, body| field(body)),
        "addresses": of_channels(&|rules| json!(rules.address)),
        "consent": of_channels(&|rules| rules.consent.as_ref().map_or(Json::Null, condition)),
        "do-not-contact": of_channels(&|rules| match &rules.do_not_contact {
            Some(column) => json!({ "column": column, "default": rules.do_not_contact_default }),
            None => Json::Null,
        }),
    })));
    Json::Object(said)
}

fn companies(companies: &wire::Companies) -> Json {
    let mut said = keys(companies);
    said.insert(
        "fields".to_owned(),
        each(&companies.fields, |_, body| field(body)),
    );
    Json::Object(said)
}

fn field(field: &wire::Field) -> Json {
    let mut said = keys(field);
    for (key, value) in [
        ("default", &field.default),
        ("min", &field.min),
        ("max", &field.max),
    ] {
        said.insert(key.to_owned(), value.as_ref().map_or(Json::Null, one));
    }
    Json::Object(said)
}

/// A value; of choices a single one stands without a list.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the others are said as they stand"
)]
fn one(operand: &wire::Operand) -> Json {
    match operand {
        wire::Operand::Many(words) if words.len() == 1 => json!(words[0]),
        operand => json!(operand),
    }
}

fn limit(rules: &wire::Channel) -> Option<Json> {
    let mut said = rules.limit.as_ref().map(keys).unwrap_or_default();
    said.extend(rules.hours.as_ref().map(keys).unwrap_or_default());
    (!said.is_empty()).then_some(Json::Object(said))
}

/// `published`, and the window under `publish`.
fn published(said: &mut Map<String, Json>) {
    let Some(Json::Object(mut window)) = said.remove("publish") else {
        return;
    };
    said.extend(window.remove_entry("published"));
    if !window.is_empty() {
        said.insert("publish".to_owned(), Json::Object(window));
    }
}

/// How often: a word, or `{ after: 30 days }`.
fn once(text: &str) -> Json {
    text.strip_prefix("after ")
        .map_or_else(|| json!(text), |length| json!({ "after": length }))
}

fn content(id: &str, content: &wire::Content) -> Json {
    let mut said = keys(content);
    said.insert("once".to_owned(), once(&content.once));
    said.insert(
        "body".to_owned(),
        json!(content.body.as_ref().map(|_| text_of(id))),
    );
    published(&mut said);
    Json::Object(said)
}

fn event(event: &wire::Event) -> Json {
    let update = |_: &str, change: &wire::UpdateChange| match change {
        wire::UpdateChange::Add(number) => json!({ "add": number }),
        wire::UpdateChange::AddProperty(name) => json!({ "add": { "property": name } }),
        wire::UpdateChange::Set(value) => json!({ "set": one(value) }),
        wire::UpdateChange::SetProperty(name) => json!({ "set": { "property": name } }),
        wire::UpdateChange::SetEventTime => json!({ "set": "event-time" }),
    };
    json!({ "properties": event.properties, "updates": each(&event.updates, update), "max-age": event.max_age })
}

fn destination(destination: &wire::Destination) -> Json {
    let setting = |setting: &Option<wire::Setting>| match setting {
        Some(wire::Setting::Text(text)) => json!(text),
        from_env => json!(from_env),
    };
    json!({ "kind": destination.kind, "url": setting(&destination.url), "secret": setting(&destination.secret) })
}

/// Members of what is no segment belong to one that says nothing.
fn segments(plan: &wire::Plan) -> Json {
    let lacking = plan
        .members
        .keys()
        .filter(|id| !plan.segments.contains_key(*id));
    let mut said = keys(&each(&plan.segments, |id, body| segment(plan, id, body)));
    said.extend(lacking.map(|id| (id.clone(), json!({}))));
    Json::Object(said)
}

fn segment(plan: &wire::Plan, id: &str, written: &wire::Condition) -> Json {
    let wire::Members { include, exclude } = plan.members.get(id).cloned().unwrap_or_default();
    let file = |key: &str, keys: &Members| (!keys.is_empty()).then(|| [members_of(key, id)]);
    // Nobody but those who are named.
    let nobody = wire::Condition {
        any: Some(Vec::new()),
        ..wire::Condition::default()
    };
    json!({
        "where": if *written == nobody { Json::Null } else { condition(written) },
        "include": file("include", &include),
        "exclude": file("exclude", &exclude),
    })
}

fn funnel(funnel: &wire::Funnel) -> Json {
    let mut said = keys(funnel);
    if said.remove("free") == Some(Json::Bool(true)) {
        said.insert("moves".to_owned(), json!("free"));
    }
    if let Some(wire::Audience::Of(of)) = &funnel.audience {
        said.insert("audience".to_owned(), condition(of));
    }
    let place = |rule: &wire::Rule| json!({ "stage": rule.to, "when": condition(&rule.when) });
    said.insert(
        "place".to_owned(),
        some(&funnel.place.iter().map(place).collect::<Vec<_>>()),
    );
    said.insert(
        "stages".to_owned(),
        each(&funnel.stages, |_, body| stage(body)),
    );
    published(&mut said);
    Json::Object(said)
}

fn stage(stage: &wire::Stage) -> Json {
    let mut said = keys(stage);
    let conversion = |rule: &wire::Rule| json!({ "when": condition(&rule.when), "to": rule.to });
    let experience = |experience: &wire::Experience| {
        let mut said = keys(experience);
        said.insert(
            "when".to_owned(),
            experience.when.as_ref().map_or(Json::Null, condition),
        );
        published(&mut said);
        said
    };
    said.insert(
        "converts".to_owned(),
        some(&stage.converts.iter().map(conversion).collect::<Vec<_>>()),
    );
    said.insert(
        "experiences".to_owned(),
        some(&stage.experiences.iter().map(experience).collect::<Vec<_>>()),
    );
    said.insert("back-to".to_owned(), some(&stage.back_to));
    published(&mut said);
    Json::Object(said)
}

fn rule(rule: &wire::PointRule) -> Json {
    let mut said = keys(rule);
    said.extend(keys(&json!({ "each": condition(&rule.each), "give": rule.give.points, "group": rule.give.group })));
    published(&mut said);
    Json::Object(said)
}

/// A campaign; or a trigger, of which what campaigns alone have is said only where it is not what
/// all triggers have.
fn campaign(campaign: &wire::Campaign) -> Json {
    let mut said = keys(campaign);
    let enter = |enter: &wire::Enter| match enter {
        wire::Enter::When(when) | wire::Enter::Event(when) => condition(when),
        wire::Enter::Entered(stage) => json!({ "entered": stage }),
    };
    let ends = |when: &Option<wire::Condition>| when.as_ref().map_or(Json::Null, condition);
    said.extend(keys(&json!({
        "enter": some(&campaign.enter.iter().map(enter).collect::<Vec<_>>()),
        "reenter": campaign.reenter.as_ref().map(|length| json!({ "after": length })),
        "goal": ends(&campaign.goal),
        "exit-when": ends(&campaign.exit_when),
        "steps": steps::steps(&campaign.steps),
    })));
    if let Some(Json::Object(window)) = said.get_mut("publish") {
        window.extend(
            campaign
                .after_until
                .iter()
                .map(|after| ("after-until".to_owned(), json!(after))),
        );
    }
    said.remove("after-until");
    published(&mut said);
    if let Some(trigger) = &campaign.trigger {
        said.remove("trigger");
        said.extend(keys(trigger));
        let of_all = [
            ("priority", json!(0)),
            ("on-leave", json!("stay")),
            ("existing", json!("enter")),
        ];
        said.retain(|key, value| {
            !of_all
                .iter()
                .any(|(known, usual)| key == known && value == usual)
        });
    }
    Json::Object(said)
}

/// A name that a campaign and a funnel have both is said once, for both.
fn moved(moved: &[wire::Moved]) -> Vec<Json> {
    let with = |word: &str, from: &str, to: &str| json!({ "from": format!("{word} {from}"), "to": format!("{word} {to}") });
    let mut said: Vec<Json> = Vec::new();
    for moved in moved {
        let one = match moved {
            wire::Moved::Step { campaign, from, to } => {
                json!({ "campaign": campaign, "from": from, "to": to })
            }
            wire::Moved::Stage { from, to } => json!({ "from": from, "to": to }),
            wire::Moved::Campaign { from, to } | wire::Moved::Funnel { from, to } => {
                let whole = json!({ "from": from, "to": to });
                if said.contains(&whole) {
                    continue;
                }
                whole
            }
            wire::Moved::Segment { from, to } => with("segment", from, to),
            wire::Moved::Content { from, to } => with("content", from, to),
            wire::Moved::Tag { from, to } => with("tag", from, to),
            wire::Moved::Event { from, to } => with("event", from, to),
            wire::Moved::Experience { from, to } => with("experience", from, to),
        };
        said.push(one);
    }
    said
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the others are said as they stand"
)]
fn removed(removed: &wire::Removed) -> Json {
    match removed {
        wire::Removed::Step {
            campaign,
            step,
            then,
        } => json!({ "campaign": campaign, "step": step, "then": then }),
        whole => json!(whole),
    }
}
