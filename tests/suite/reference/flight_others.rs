//! What is remembered of things at which nobody is, under their new names: docs/in-flight.md, the
//! second table.
//!
//! Invariant: what is gone without another name is forgotten at the latest when a run finds the
//! contact, and no run is refused for it.

use super::contact::{Contact, Written};
use super::coverage::Coverage;
use super::events::knows_event;
use super::flight::Carrying;
use super::project::Project;

impl Carrying<'_> {
    /// Segments, content, tags and events that have other names.
    pub(super) fn others(&self, contact: &mut Contact) {
        let manual = std::mem::take(&mut contact.manual).into_iter();
        contact.manual = manual
            .map(|(segment, is_in)| (self.now("segment", &segment), is_in))
            .collect();
        // What went out counts for limits, also where nobody knows any more what it was.
        for sent in &mut contact.sent {
            sent.content = self.content(&sent.content).unwrap_or_default();
        }
        for shown in contact.shown.values_mut() {
            shown.content = self.now("content", &shown.content);
        }
        for entry in contact
            .campaigns
            .values_mut()
            .filter_map(|membership| membership.active.as_mut())
        {
            let went_out = std::mem::take(&mut entry.went_out).into_iter();
            entry.went_out = went_out
                .filter_map(|(content, is_sent)| Some((self.content(&content)?, is_sent)))
                .collect();
        }
        self.tags(contact);
        self.events(contact);
    }

    /// Who has a tag keeps it, and what the file showed of it is what it showed; what the project
    /// did not name was the file's alone.
    fn tags(&self, contact: &mut Contact) {
        let (had, named) = (self.old.tags(), self.lines.new.tags());
        let carry = |tag: &String| {
            Some(self.now("tag", tag)).filter(|now| had.contains(tag) && named.contains(now))
        };
        let tags = std::mem::take(&mut contact.tags).into_iter();
        contact.tags = tags
            .filter_map(|(tag, tracked)| Some((carry(&tag)?, tracked)))
            .collect();
        for tags in [&mut contact.tag_order, &mut contact.shown_tags] {
            *tags = tags.iter().filter_map(carry).collect();
        }
        contact.new_tags = contact.new_tags.iter().filter_map(carry).collect();
    }

    /// An event about content that is gone never happened, but is not taken in once more; what an
    /// event that is gone wrote to fields stands behind the others of its moment.
    fn events(&self, contact: &mut Contact) {
        for happened in &mut contact.events {
            happened.event = self.now("event", &happened.event);
            let of = self.content(&happened.of);
            if of.is_none() && self.old.at(&["content", &happened.of]).is_some() {
                happened.event.clear();
            }
            happened.of = of.unwrap_or_default();
        }
        let carry = |(_, _, event, of, _): &mut Written| {
            *event = self.now("event", event);
            *of = self.content(of).unwrap_or_default();
        };
        for as_of in contact.as_of.values_mut() {
            as_of.set.iter_mut().for_each(carry);
            as_of
                .added
                .iter_mut()
                .for_each(|(written, _)| carry(written));
            let written = as_of
                .set
                .iter_mut()
                .chain(as_of.added.iter_mut().map(|(written, _)| written));
            for written in
                written.filter(|written| !written.1 && !knows_event(self.lines.new, &written.2))
            {
                *written = (written.0, true, String::new(), String::new(), String::new());
            }
        }
    }

    /// Whether an event that the project declared is gone without another name.
    pub(super) fn forgets_events(&self) -> bool {
        let declared = self.old.entries("events").into_iter();
        declared
            .into_iter()
            .any(|(event, _)| !knows_event(self.lines.new, &self.now("event", &event)))
    }

    /// What an experience is called now; its line names the stage as it was or as it is.
    pub(super) fn experience(&self, stages: [&str; 2], experience: &str) -> String {
        let named = |stage: &str| {
            self.lines
                .other("experience", &format!("{stage}/{experience}"))
        };
        let Some(to) = stages.into_iter().find_map(named) else {
            return experience.to_owned();
        };
        self.coverage.count("carried: experience moved");
        to.rsplit('/')
            .next()
            .expect("funnel/stage/experience")
            .to_owned()
    }

    /// Content that is still there, under its present name.
    fn content(&self, name: &str) -> Option<String> {
        Some(self.now("content", name)).filter(|now| self.lines.new.at(&["content", now]).is_some())
    }

    fn now(&self, kind: &str, name: &str) -> String {
        let Some(to) = self.lines.other(kind, name) else {
            return name.to_owned();
        };
        self.coverage.count(&format!("carried: {kind} moved"));
        to
    }
}

impl Contact {
    /// What is remembered of segments and events that the project does not have is forgotten when a
    /// run finds the contact.
    pub(super) fn forget_others(&mut self, project: &Project, coverage: &Coverage) {
        self.manual
            .retain(|segment, _| project.at(&["segments", segment]).is_some());
        for happened in &mut self.events {
            if !happened.event.is_empty() && !knows_event(project, &happened.event) {
                coverage.count("carried: event gone");
                happened.event.clear();
            }
        }
    }
}
