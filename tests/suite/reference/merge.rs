//! Phase 0: the file and the state become one.
//!
//! Invariant: a change made outside wins; a write-back under way does not look like one.

use super::columns::{
    Writes, dnc_column, field_column, points_column, read_points, read_stage, read_tags, refusal,
    spell_field, stage_column, tags_column,
};
use super::contact::Tracked;
use super::instant::{Instant, Place};
use super::misfits::fitting;
use super::sends::CHANNELS;
use super::table::{Record, Table};
use super::triggers::groups;
use super::value::{Datum, read_cell};

impl Instant<'_> {
    /// Section 7, "File and state": stages, then tags, points and set fields.
    pub(super) fn merge(&mut self, writes: &Writes, table: &Table, row: &Record, known: bool) {
        let new = std::mem::take(&mut self.contact.new_funnels);
        for (id, _) in self.project.entries("funnels") {
            let known = known && !new.contains(&id);
            let column = stage_column(self.project, &id);
            if let Some(position) = table.position(&column) {
                let shown = read_stage(self.project, &id, row.value(position));
                self.merge_stage(&id, shown, known);
            }
        }
        let tags = table
            .position(&tags_column(self.project))
            .map(|position| row.value(position));
        let unread = std::mem::take(&mut self.contact.unread_tags);
        self.merge_tags(writes, tags, known && !unread);
        for group in std::iter::once(String::new()).chain(groups(self.project)) {
            let points = table
                .position(&points_column(self.project, &group))
                .map(|position| row.value(position));
            let known = known && !self.contact.unread_points.remove(&group);
            self.merge_points(
                &group,
                writes.points.contains(&group),
                points.map(read_points),
                known,
            );
        }
        for (id, field) in self.project.entries_of_contacts("fields") {
            let position = table.position(&field_column(self.project, &id));
            let cell = position.map_or("", |position| row.value(position));
            let fitting = fitting(self.project, self.clock, &id, cell);
            if fitting != cell {
                self.coverage.count("value that does not fit");
            }
            let shown = read_cell(self.clock, field, fitting);
            let (steps, events) = (writes.fields.contains(&id), writes.updated.contains(&id));
            if !steps && !events {
                self.contact.fields.remove(&id);
                self.contact.as_of.remove(&id);
                self.contact.cells.insert(id, shown);
            } else if !steps && position.is_some() {
                // The file's alone, and remembered for the day on which the file lacks the column.
                self.contact.as_of.remove(&id);
                self.contact.fields.insert(id, Tracked::first(shown));
            } else if position.is_some() || !self.contact.fields.contains_key(&id) {
                self.merge_field(&id, shown, known);
            }
        }
        for channel in CHANNELS {
            let column =
                dnc_column(self.project, channel).and_then(|column| table.position(&column));
            let shown = column.map(|position| refusal(row.value(position)));
            self.merge_refusal(channel, shown, known);
        }
    }

    fn merge_refusal(&mut self, channel: &str, shown: Option<String>, known: bool) {
        let Some(shown) = shown else {
            return;
        };
        if !known {
            self.contact
                .refuses
                .insert(channel.into(), Tracked::first(shown));
            return;
        }
        let tracked = self.contact.refuses.entry(channel.into()).or_default();
        let from = tracked.value.clone();
        if tracked.merge(shown.clone()) {
            self.note(
                "external-do-not-contact",
                &Place::default(),
                [channel, &from, &shown, ""],
            );
        }
    }

    /// A stage found when a contact is first read triggers nothing; one changed outside counts as
    /// entered now.
    fn merge_stage(&mut self, funnel: &str, shown: Option<String>, known: bool) {
        if !known {
            if shown.is_some() {
                self.contact.since.insert(funnel.into(), self.clock.now);
            }
            self.contact
                .stages
                .insert(funnel.into(), Tracked::first(shown));
            return;
        }
        let tracked = self.contact.stages.entry(funnel.into()).or_default();
        let from = tracked.value.clone().unwrap_or_default();
        if tracked.merge(shown.clone()) {
            self.contact.staying.remove(funnel);
            if let Some(stage) = &shown {
                self.set_stage(funnel, stage);
            }
            let to = shown.unwrap_or_default();
            self.note(
                "external-stage",
                &Place::default(),
                [funnel, &from, &to, ""],
            );
        }
    }

    /// Tags are compared one by one.
    fn merge_tags(&mut self, writes: &Writes, cell: Option<&str>, known: bool) {
        self.contact.shown_tags = cell
            .map(|cell| read_tags(self.project, cell))
            .unwrap_or_default();
        if !writes.tags {
            self.contact.tag_order = cell
                .map(|cell| read_tags(self.project, cell))
                .unwrap_or_default();
            return;
        }
        let named = &writes.named_tags;
        let new = std::mem::take(&mut self.contact.new_tags);
        let Some(cell) = cell else {
            // What the file showed while nothing wrote tags is not remembered.
            if !known {
                self.contact.tags.clear();
                self.contact.tag_order.clear();
            }
            self.contact.tag_order.retain(|tag| named.contains(tag));
            return;
        };
        let shown = read_tags(self.project, cell);
        let mut all = self.contact.tags.clone();
        for tag in &shown {
            all.entry(tag.clone()).or_default();
        }
        for (tag, mut tracked) in all {
            let there = shown.contains(&tag);
            if !known || !named.contains(&tag) || new.contains(&tag) {
                tracked = Tracked::first(there);
            } else if tracked.merge(there) {
                let to = if there { "added" } else { "removed" };
                self.note("external-tag", &Place::default(), [&tag, "", to, ""]);
            }
            self.contact.tags.insert(tag, tracked);
        }
        self.order_tags(&shown);
    }

    /// Those that the file shows by id, then those that only the state knows.
    fn order_tags(&mut self, shown: &[String]) {
        let known = self.contact.tag_order.clone().into_iter();
        let mut order = shown.to_vec();
        order.sort();
        order.extend(known.filter(|tag| !shown.contains(tag)));
        // Tags of the time before a step wrote any were only the file's.
        order.retain(|tag| {
            self.contact
                .tags
                .get(tag)
                .is_some_and(|tracked| tracked.value)
        });
        self.contact.tag_order = order;
    }

    fn merge_points(&mut self, group: &str, written: bool, shown: Option<i64>, known: bool) {
        let points = match group {
            "" => &mut self.contact.points,
            group => self.contact.groups.entry(group.into()).or_default(),
        };
        match shown {
            None if written => {}
            None => *points = Tracked::first(0),
            Some(shown) if !written || !known => *points = Tracked::first(shown),
            Some(shown) => {
                let from = points.value.to_string();
                if points.merge(shown) {
                    let to = shown.to_string();
                    self.note(
                        "external-points",
                        &Place::default(),
                        [group, &from, &to, ""],
                    );
                }
            }
        }
    }

    fn merge_field(&mut self, id: &str, shown: Option<Datum>, known: bool) {
        if !known || !self.contact.fields.contains_key(id) {
            self.contact.as_of.remove(id);
        }
        if !known {
            self.contact.fields.insert(id.into(), Tracked::first(shown));
            return;
        }
        // What was forgotten, or was not written before, is read as if for the first time.
        let tracked = self
            .contact
            .fields
            .entry(id.into())
            .or_insert_with(|| Tracked::first(shown.clone()));
        let from = tracked.value.clone();
        if tracked.merge(shown.clone()) {
            let spell = |value: Option<&Datum>| spell_field(self.project, self.clock, id, value);
            let (from, to) = (spell(from.as_ref()), spell(shown.as_ref()));
            self.note("external-field", &Place::default(), [id, &from, &to, ""]);
            self.set_now(id);
        }
    }
}
