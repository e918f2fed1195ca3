//! Changes of a project that give another name to what nobody is at, but of which things are
//! remembered: a tag, an event, an experience.
//!
//! Invariant: a closed list of tags never loses a name of which the project says nothing.

use serde_yaml::Value;

use super::fields::TAGS;
use super::flight::Flight;
use super::tree::{each_mapping, each_scalar, keys, words_under};

/// The word before the names in a line of `moved`, if there is one.
fn kind_of(line: &Value) -> Option<&str> {
    line["from"].as_str()?.split_once(' ').map(|(kind, _)| kind)
}

/// Lines of `moved` that may stand for as long as a file has the old names.
pub(super) fn is_of_a_file(line: &Value) -> bool {
    line.get("campaign").is_none() && matches!(kind_of(line), Some("tag" | "event"))
}

impl Flight<'_> {
    pub(super) fn rename_tag(&mut self) -> bool {
        let declared = self.declared_tags();
        let mut tags = declared.clone().unwrap_or_default();
        for key in ["tag", "add-tag", "remove-tag"] {
            tags.extend(words_under(&self.root, key));
        }
        if tags.is_empty() {
            return false;
        }
        let old = self.random.pick(&tags).clone();
        let new = format!("mark-{}", self.number);
        // An argument of a block stands there by its name.
        if tags.contains(&new) || old.starts_with('$') {
            return false;
        }
        self.replace(|text| (text == old).then(|| new.clone()));
        let is_said = declared.is_some() || self.random.chance(70);
        // What only a block names that nothing uses is no tag of an open list.
        if is_said && (declared.is_some() || self.is_named_outside_of_blocks(&new)) {
            self.say_moved(&format!("tag {old}"), &format!("tag {new}"));
        }
        true
    }

    fn is_named_outside_of_blocks(&self, tag: &str) -> bool {
        let sections = self.root.as_mapping().into_iter().flatten();
        sections
            .filter(|(section, _)| section.as_str() != Some("blocks"))
            .any(|(_, body)| {
                ["tag", "add-tag", "remove-tag"]
                    .iter()
                    .any(|key| words_under(body, key).iter().any(|named| named == tag))
            })
    }

    /// Of the project's own events, for the built-in ones keep their names.
    pub(super) fn rename_event(&mut self) -> bool {
        let Some(old) = self.own_event() else {
            return false;
        };
        let new = format!("ride-{}", self.number);
        if old == new {
            return false;
        }
        self.replace(|text| (text == old).then(|| new.clone()));
        Self::rename_key(&mut self.root["events"], &old, &new);
        if self.random.chance(70) {
            self.say_moved(&format!("event {old}"), &format!("event {new}"));
        }
        true
    }

    fn own_event(&self) -> Option<String> {
        keys(self.root.get("events"))
            .into_iter()
            .find(|event| is_own(event))
    }

    pub(super) fn rename_experience(&mut self) -> bool {
        let funnel = self.pick_of("funnels");
        let new = format!("sight-{}", self.number);
        let mut found = Vec::new();
        for (stage, definition) in self.root["funnels"][&*funnel]["stages"]
            .as_mapping()
            .expect("stages")
        {
            for shown in definition
                .get("experiences")
                .and_then(Value::as_sequence)
                .into_iter()
                .flatten()
            {
                found.push((
                    stage.as_str().expect("a stage").to_owned(),
                    shown["id"].as_str().expect("an id").to_owned(),
                ));
            }
        }
        if found.is_empty() {
            return false;
        }
        let (stage, old) = self.random.pick(&found).clone();
        if found.contains(&(stage.clone(), new.clone())) {
            return false;
        }
        let list = &mut self.root["funnels"][&*funnel]["stages"][&*stage]["experiences"];
        for shown in list
            .as_sequence_mut()
            .expect("a list")
            .iter_mut()
            .filter(|shown| shown["id"] == old.as_str())
        {
            shown["id"] = new.clone().into();
        }
        let path = format!("{funnel}/{stage}");
        if self.random.chance(70) {
            let before = self
                .former_stage(&path)
                .filter(|_| self.random.chance(50))
                .unwrap_or_else(|| path.clone());
            self.say_moved(
                &format!("experience {before}/{old}"),
                &format!("experience {path}/{new}"),
            );
        }
        true
    }

    /// What a stage was called before the same change.
    fn former_stage(&mut self, path: &str) -> Option<String> {
        let moved = |to: &str| {
            let line = self
                .moved
                .last()
                .filter(|line| line["to"].as_str() == Some(to) && line.get("campaign").is_none());
            line.and_then(|line| line["from"].as_str())
                .map(str::to_owned)
        };
        let (funnel, stage) = path.split_once('/').expect("funnel/stage");
        moved(path).or_else(|| Some(format!("{}/{stage}", moved(funnel)?)))
    }

    /// What a change names by the first names of tags it names by their present ones.
    pub(super) fn name_tags(&mut self) {
        let present: Vec<String> = TAGS.iter().map(|tag| self.tag(tag)).collect();
        each_mapping(&mut self.root, &mut |entries| {
            for key in ["tag", "add-tag", "remove-tag"] {
                let Some(tag) = entries.get_mut(key) else {
                    continue;
                };
                if let Some(place) = TAGS.iter().position(|first| tag.as_str() == Some(first)) {
                    *tag = present[place].clone().into();
                }
            }
        });
    }

    /// The tag that had this name at first, or another one where nothing is known of it any more.
    fn tag(&self, first: &str) -> String {
        let from = format!("tag {first}");
        let line = self
            .moved
            .iter()
            .find(|line| line["from"].as_str() == Some(&from));
        let present = line
            .and_then(|line| line["to"].as_str()?.strip_prefix("tag "))
            .unwrap_or(first)
            .to_owned();
        match self.declared_tags() {
            Some(declared) if !declared.contains(&present) => declared[0].clone(),
            _ => present,
        }
    }

    fn declared_tags(&self) -> Option<Vec<String>> {
        let values = self.root["contacts"]["tags"]["values"].as_sequence()?;
        Some(
            values
                .iter()
                .filter_map(|tag| tag.as_str().map(str::to_owned))
                .collect(),
        )
    }

    /// Without lines whose new name nothing bears any more.
    pub(super) fn forget_tags_that_are_gone(&mut self) {
        let mut words = std::collections::BTreeSet::new();
        each_scalar(&mut self.root, &mut |scalar| {
            words.extend(scalar.as_str().map(str::to_owned));
        });
        self.moved.retain(|line| {
            let tag = line["to"].as_str().and_then(|to| to.strip_prefix("tag "));
            tag.is_none_or(|tag| words.contains(tag))
        });
    }
}

/// The event that projects declare beside the built-in ones, by its first name or a later one.
fn is_own(event: &str) -> bool {
    event == super::events::OWN || event.starts_with("ride-")
}

/// The names of the project's own event from run to run, each once.
pub(super) fn own_events(written: &[String]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for version in written {
        let root: Value = serde_yaml::from_str(version).expect("a project");
        names.extend(
            keys(root.get("events"))
                .into_iter()
                .filter(|event| is_own(event)),
        );
    }
    names.dedup();
    names
}

/// The names that tags of a version had before, each with the present one.
pub(super) fn renamed_tags(written: &str) -> Vec<[String; 2]> {
    let root: Value = serde_yaml::from_str(written).expect("a project");
    let lines = root
        .get("moved")
        .and_then(Value::as_sequence)
        .into_iter()
        .flatten();
    let names = lines.map(|line| {
        ["from", "to"].map(|key| {
            line[key]
                .as_str()
                .and_then(|name| name.strip_prefix("tag "))
        })
    });
    names
        .filter_map(|[from, to]| Some([from?.to_owned(), to?.to_owned()]))
        .collect()
}
