//! What leaves the house beside messages: `notify`, `webhook`, `push-to`, and the texts with tokens
//! in them.
//!
//! Invariant: a body is made of what the contact is when the step runs.

use serde_json::{Map, Value as Json, json};
use serde_yaml::Value;

use super::columns::spell_field;
use super::contact::Step;
use super::instant::{Instant, Place};
use super::project::{get, pairs, text, word};
use super::triggers::groups;
use super::value::{Datum, type_of};

impl Instant<'_> {
    /// One row of the outbox; false where nobody can be told.
    pub(super) fn post(&mut self, place: &Place, step: &Step, verb: &str, target: &str) -> bool {
        let visit = self.visit(place);
        let (address, body) = match verb {
            "notify" => {
                let Some(address) = self.notified(target) else {
                    self.note("skip", place, ["", "", "address", "unreachable"]);
                    self.skipped(&place.campaign, step, "unreachable");
                    self.records.tally.add(&format!(
                        "step {} {} unreachable address",
                        place.campaign, step.name
                    ));
                    return false;
                };
                (
                    address,
                    self.filled(&text(&step.body, "message").unwrap_or_default()),
                )
            }
            "webhook" => (String::new(), self.webhook_body(get(&step.body, "body"))),
            _ => (String::new(), self.whole_contact()),
        };
        self.put_in_outbox(verb, target, ["", &address], place, visit, &body);
        self.note(verb, place, [target, "", "", ""]);
        true
    }

    fn visit(&mut self, place: &Place) -> i64 {
        let membership = self
            .contact
            .campaigns
            .get(&place.campaign)
            .and_then(|membership| membership.active.as_ref());
        membership.map_or(1, |entry| entry.visits[&place.step])
    }

    /// The owner's address, or the one that is written.
    fn notified(&self, target: &str) -> Option<String> {
        if target != "owner" {
            return Some(target.to_owned());
        }
        let field = word(self.project.at(&["contacts", "owner"])?);
        self.spelt(&field)
    }

    fn spelt(&self, field: &str) -> Option<String> {
        match self.look().value(field)? {
            Datum::Number(number) if field.starts_with("points") => Some(number.to_string()),
            value => Some(spell_field(self.project, self.clock, field, Some(&value))),
        }
    }

    /// What whoever delivers a content needs to fill its subject and its text: the fields that
    /// their tokens name, each spelt as in a cell, or null.
    pub(super) fn asked_by(&self, content: &str) -> String {
        let definition = self.project.definition(&["content", content]);
        let text_of = |path: String| {
            self.project
                .files
                .get(&path)
                .expect("the text is there")
                .clone()
        };
        let texts = text(definition, "subject")
            .into_iter()
            .chain(text(definition, "body").map(text_of));
        let mut asked: Map<String, Json> = Map::new();
        for written in texts {
            for piece in written.split("{{").skip(1) {
                let (token, _) = piece.split_once("}}").expect("a token ends");
                let field = token.split('|').next().unwrap_or(token).trim();
                asked.insert(
                    field.to_owned(),
                    self.spelt(field).map_or(Json::Null, Json::from),
                );
            }
        }
        if asked.is_empty() {
            String::new()
        } else {
            Json::Object(asked).to_string()
        }
    }

    /// A text with its tokens filled.
    pub(super) fn filled(&self, written: &str) -> String {
        let mut pieces = written.split("{{");
        let mut filled = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            let (token, rest) = piece.split_once("}}").expect("a token ends");
            let (field, default) = token.split_once('|').unwrap_or((token, ""));
            let default = default
                .trim()
                .strip_prefix("default:")
                .unwrap_or_default()
                .trim();
            filled += &self.spelt(field.trim()).unwrap_or(default.to_owned());
            filled += rest;
        }
        filled
    }

    /// A mapping of fields.
    fn webhook_body(&self, body: Option<&Value>) -> String {
        let entries = body.map(pairs).unwrap_or_default();
        let entries = entries
            .into_iter()
            .map(|(key, field)| (key, self.json(&word(field))));
        Json::Object(entries.collect::<Map<_, _>>()).to_string()
    }

    fn json(&self, field: &str) -> Json {
        match self.look().value(field) {
            None => Json::Null,
            Some(Datum::Flag(flag)) => json!(flag),
            Some(Datum::Number(number)) if self.is_whole(field) => {
                json!(number.to_string().parse::<i64>().expect("an integer"))
            }
            Some(Datum::Choices(chosen)) => json!(chosen),
            Some(value) => json!(spell_field(self.project, self.clock, field, Some(&value))),
        }
    }

    /// Those that were there, in their order, then the added ones.
    fn tags_as_in_the_file(&self) -> Vec<String> {
        let shown = self
            .contact
            .shown_tags
            .iter()
            .filter(|tag| self.contact.has_tag(tag));
        let added = self
            .contact
            .tag_order
            .iter()
            .filter(|tag| !self.contact.shown_tags.contains(tag));
        shown.chain(added).cloned().collect()
    }

    fn is_whole(&self, field: &str) -> bool {
        let definition = self.project.at(&["contacts", "fields", field]);
        definition.is_none_or(|definition| type_of(definition) == "integer")
    }

    fn whole_contact(&self) -> String {
        let fields: Map<String, Json> = self
            .project
            .entries_of_contacts("fields")
            .into_iter()
            .map(|(id, _)| (id.clone(), self.json(&id)))
            .collect();
        let stages: Map<String, Json> = self
            .project
            .entries("funnels")
            .into_iter()
            .map(|(id, _)| (id.clone(), json!(self.contact.stage(&id))))
            .collect();
        let points_of = |group: &String| {
            self.contact
                .groups
                .get(group)
                .map_or(0, |points| points.value)
        };
        let groups: Map<String, Json> = groups(self.project)
            .into_iter()
            .map(|group| (group.clone(), json!(points_of(&group))))
            .collect();
        let mut whole = json!({
            "id": self.contact.key,
            "fields": fields,
            "tags": self.tags_as_in_the_file(),
            "points": self.contact.points.value,
            "stages": stages,
        });
        if !groups.is_empty() {
            whole["groups"] = Json::Object(groups);
        }
        whole.to_string()
    }
}
