//! What two runs wrote under the names of the later version, so that outputs of versions that only
//! have other names are one to the byte.
//!
//! Invariant: a name is replaced where it stands as a name; what people wrote stays.

use std::collections::BTreeMap;

use serde_json::Value as Json;
use serde_yaml::Value;

use funnelc::runner::RunBytes;

use crate::generate::records;

/// Old names and the present ones, by what they name.
#[derive(Debug, Default)]
pub(super) struct Translation {
    /// Whether anything has another name, be it a step only.
    renames: bool,
    names: BTreeMap<(&'static str, String), String>,
    /// The column of each funnel, with the texts of its stages that are others now.
    stages: BTreeMap<String, BTreeMap<String, String>>,
    tags: Tags,
}

#[derive(Debug, Default)]
struct Tags {
    column: String,
    separator: String,
}

/// The words before names in lines of `moved`.
const KINDS: [&str; 3] = ["content", "tag", "experience"];

impl Translation {
    /// From the project `base` to `head`, as the lines of `head` say.
    pub(super) fn between(base: &str, head: &str) -> Self {
        let [base, head] =
            [base, head].map(|yaml| serde_yaml::from_str::<Value>(yaml).expect("a project"));
        let tags = &head["contacts"]["tags"];
        let text = |key: &str, default: &str| tags[key].as_str().unwrap_or(default).to_owned();
        let tags = Tags {
            column: text("column", "tags"),
            separator: text("separator", ";"),
        };
        let mut translation = Translation {
            tags,
            ..Self::default()
        };
        let lines: Vec<&Value> = head["moved"].as_sequence().into_iter().flatten().collect();
        translation.renames = !lines.is_empty();
        for line in lines
            .into_iter()
            .filter(|line| line.get("campaign").is_none())
        {
            let [from, to] = ["from", "to"].map(|key| line[key].as_str().expect("a name"));
            translation.line(&base, &head, from, to);
        }
        translation
    }

    fn line(&mut self, base: &Value, head: &Value, from: &str, to: &str) {
        if let Some(kind) = KINDS
            .into_iter()
            .find(|kind| from.starts_with(&format!("{kind} ")))
        {
            let name = |text: &str| text[kind.len() + 1..].to_owned();
            self.names.insert((kind, name(from)), name(to));
        } else if let (Some((funnel, stage)), Some((present, other))) =
            (from.split_once('/'), to.split_once('/'))
        {
            self.names.insert(("stage", from.to_owned()), to.to_owned());
            let [text, new] = [(base, funnel, stage), (head, present, other)].map(text_of);
            for (root, funnel) in [(base, funnel), (head, present)] {
                let texts = self.stages.entry(column_of(root, funnel)).or_default();
                texts.insert(text.clone(), new.clone());
                texts.insert(stage.to_owned(), new.clone());
            }
        } else {
            for (kind, section) in [("campaign", "campaigns"), ("funnel", "funnels")] {
                if head[section].get(to).is_some() {
                    self.names.insert((kind, from.to_owned()), to.to_owned());
                }
            }
        }
    }

    /// The rows of contacts.csv and of actions.csv by contact. `by_key`: with the keys of actions
    /// and the names of their steps, in their order; under other names all that is another.
    pub(super) fn rows(&self, run: &RunBytes, by_key: bool) -> BTreeMap<String, Vec<Vec<String>>> {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8");
        let mut by_contact: BTreeMap<String, Vec<Vec<String>>> = BTreeMap::new();
        let mut contacts = records(&text(&run.contacts));
        let header = contacts.remove(0);
        let acts = records(&text(&run.actions)).split_off(1);
        if by_key && !self.renames {
            for (key, row) in contacts
                .into_iter()
                .map(|row| (0, row))
                .chain(acts.into_iter().map(|row| (1, row)))
            {
                by_contact.entry(row[key].clone()).or_default().push(row);
            }
            return by_contact;
        }
        for row in contacts {
            let cells = header
                .iter()
                .zip(row)
                .map(|(column, cell)| self.cell(column, cell))
                .collect::<Vec<_>>();
            by_contact.entry(cells[0].clone()).or_default().push(cells);
        }
        let mut actions = Vec::new();
        for row in acts {
            let [
                _,
                contact,
                action,
                target,
                channel,
                address,
                campaign,
                entry,
                _,
                visit,
                body,
            ] = <[String; 11]>::try_from(row).expect("eleven columns");
            let [target, campaign] =
                [("content", target), ("campaign", campaign)].map(|(kind, it)| self.now(kind, it));
            actions.push((
                contact,
                vec![
                    action,
                    target,
                    channel,
                    address,
                    campaign,
                    entry,
                    visit,
                    self.body(body),
                ],
            ));
        }
        actions.sort();
        for (contact, row) in actions {
            by_contact.entry(contact).or_default().push(row);
        }
        by_contact
    }

    pub(super) fn renames(&self) -> bool {
        self.renames
    }

    fn cell(&self, column: &str, cell: String) -> String {
        if column == self.tags.column {
            let tags = cell
                .split(&self.tags.separator)
                .map(|tag| self.now("tag", tag.trim().to_owned()));
            let mut all: Vec<String> = Vec::new();
            for tag in tags {
                if !all.contains(&tag) {
                    all.push(tag);
                }
            }
            return all.join(&self.tags.separator);
        }
        self.stages
            .get(column)
            .and_then(|texts| texts.get(&cell))
            .cloned()
            .unwrap_or(cell)
    }

    /// A whole contact, as `push-to` hands it over.
    fn body(&self, body: String) -> String {
        let Ok(Json::Object(mut contact)) = serde_json::from_str(&body) else {
            return body;
        };
        if let Some(Json::Array(tags)) = contact.get_mut("tags") {
            for tag in tags {
                *tag = self
                    .now("tag", tag.as_str().unwrap_or_default().to_owned())
                    .into();
            }
        }
        if let Some(Json::Object(stages)) = contact.get_mut("stages") {
            let present = std::mem::take(stages).into_iter().map(|(funnel, stage)| {
                let path = format!("{funnel}/{}", stage.as_str().unwrap_or_default());
                let now = self.now("stage", path.clone());
                let stage = if now == path {
                    stage
                } else {
                    now.rsplit('/').next().unwrap_or_default().into()
                };
                (self.now("funnel", funnel), stage)
            });
            *stages = present.collect();
        }
        Json::Object(contact).to_string()
    }

    fn now(&self, kind: &'static str, name: String) -> String {
        self.names
            .get(&(kind, name.clone()))
            .cloned()
            .unwrap_or(name)
    }
}

fn text_of((root, funnel, stage): (&Value, &str, &str)) -> String {
    let stage_there = &root["funnels"][funnel]["stages"][stage];
    stage_there["value"].as_str().unwrap_or(stage).to_owned()
}

fn column_of(root: &Value, funnel: &str) -> String {
    let column = root["funnels"][funnel]["column"].as_str();
    column.map_or_else(
        || format!("stage_{}", funnel.replace('-', "_")),
        str::to_owned,
    )
}
