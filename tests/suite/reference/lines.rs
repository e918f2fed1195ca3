//! What a project says of things that an earlier version had: `moved` and `removed`.
//!
//! Invariant: what is there under its old name needs no word.

use std::collections::BTreeSet;

use serde_yaml::Value;

use super::project::{Project, get, items, text};

/// What became of a thing.
pub(super) enum Resolution {
    /// It is there, under this name.
    Is(String),
    /// It is gone, and what becomes of contacts there, where there is a choice.
    Gone(String),
    /// It is gone without a word.
    Unsaid,
}

pub(super) struct Lines<'p> {
    pub(super) new: &'p Project,
    moved: Vec<&'p Value>,
    removed: Vec<&'p Value>,
}

impl<'p> Lines<'p> {
    pub(super) fn of(new: &'p Project) -> Self {
        let list = |key: &str| new.at(&[key]).map(items).unwrap_or_default();
        Lines {
            new,
            moved: list("moved"),
            removed: list("removed"),
        }
    }

    pub(super) fn funnel(&self, id: &str) -> Resolution {
        self.whole("funnels", "funnel", id)
    }

    pub(super) fn campaign(&self, id: &str) -> Resolution {
        self.whole("campaigns", "campaign", id)
    }

    fn whole(&self, section: &str, key: &str, id: &str) -> Resolution {
        let there = |id: &str| self.new.at(&[section, id]).is_some();
        if there(id) {
            return Resolution::Is(id.to_owned());
        }
        if let Some(to) = self.new_name(None, id).filter(|to| there(to)) {
            return Resolution::Is(to);
        }
        let gone =
            |line: &&&Value| text(line, key).as_deref() == Some(id) && get(line, "step").is_none();
        if self.removed.iter().any(|line| gone(&line)) {
            Resolution::Gone(String::new())
        } else {
            Resolution::Unsaid
        }
    }

    /// A stage of an old funnel that is called `funnel` now.
    pub(super) fn stage(&self, old_funnel: &str, funnel: &str, stage: &str) -> Resolution {
        if self.new.at(&["funnels", funnel, "stages", stage]).is_some() {
            return Resolution::Is(stage.to_owned());
        }
        for named in [format!("{old_funnel}/{stage}"), format!("{funnel}/{stage}")] {
            if let Some(to) = self.new_name(None, &named) {
                return Resolution::Is(to.split_once('/').expect("funnel/stage").1.to_owned());
            }
            if self
                .removed
                .iter()
                .any(|line| text(line, "stage").as_ref() == Some(&named))
            {
                return Resolution::Gone("leave".into());
            }
        }
        Resolution::Unsaid
    }

    /// A step of a campaign, which goes by its present name.
    pub(super) fn step(&self, campaign: &str, names: &BTreeSet<String>, step: &str) -> Resolution {
        if names.contains(step) {
            return Resolution::Is(step.to_owned());
        }
        if let Some(to) = self.new_name(Some(campaign), step) {
            return Resolution::Is(to);
        }
        let about = |line: &Value| (text(line, "campaign"), text(line, "step"));
        let wanted = (Some(campaign.to_owned()), Some(step.to_owned()));
        let line = self.removed.iter().find(|line| about(line) == wanted);
        line.map_or(Resolution::Unsaid, |line| {
            Resolution::Gone(text(line, "then").expect("a step says what then"))
        })
    }

    /// What a thing at which nobody is is called now, if it has another name.
    pub(super) fn other(&self, kind: &str, name: &str) -> Option<String> {
        let to = self.new_name(None, &format!("{kind} {name}"))?;
        to.strip_prefix(&format!("{kind} ")).map(str::to_owned)
    }

    /// Whether the file says that what is remembered of a field is forgotten.
    pub(super) fn forgets(&self, field: &str) -> bool {
        self.removed
            .iter()
            .any(|line| text(line, "field").as_deref() == Some(field))
    }

    fn new_name(&self, campaign: Option<&str>, from: &str) -> Option<String> {
        let about = |line: &Value| text(line, "campaign").as_deref() == campaign;
        let line = self
            .moved
            .iter()
            .find(|line| about(line) && text(line, "from").as_deref() == Some(from))?;
        text(line, "to")
    }
}
