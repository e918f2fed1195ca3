//! Campaigns step by step: the aligned steps of each campaign that differs, and the changes that
//! they stand for.

use super::steps::{Aligned, align};
use super::{Change, Kind, Mark, Versions};
use crate::plan::Plan;

/// A campaign with changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CampaignPicture {
    /// The id.
    pub id: String,
    /// Whether it is new, gone, or in both.
    pub mark: Mark,
    /// Its steps.
    pub steps: Vec<Aligned>,
    /// Both definitions, where the words tell no difference and there is one.
    exact: Option<(String, String)>,
}

/// The campaigns that differ in their steps, or as a whole.
pub(super) fn pictures(base: &Versions, head: &Versions) -> Vec<CampaignPicture> {
    let (known, other) = (
        &base.written.wire().campaigns,
        &head.written.wire().campaigns,
    );
    let mut ids: Vec<_> = known.keys().chain(other.keys()).collect();
    ids.sort();
    ids.dedup();
    ids.retain(|id| known.get(*id) != other.get(*id));
    let picture = |id: &String| {
        let mark = match (known.get(id), other.get(id)) {
            (None, _) => Mark::Added,
            (_, None) => Mark::Removed,
            (Some(_), Some(_)) => Mark::Changed,
        };
        let exact = |plan: &Plan| {
            let steps = plan
                .wire()
                .campaigns
                .get(id)
                .map(|campaign| &campaign.steps);
            serde_json::to_string(&steps).expect("maps with text keys always serialise")
        };
        let differs = exact(&base.meant) != exact(&head.meant);
        let exact = Some((exact(&base.written), exact(&head.written)))
            .filter(|(base, head)| differs && base != head);
        CampaignPicture {
            id: id.clone(),
            mark,
            steps: align(id, base.models(), head.models()),
            exact,
        }
    };
    ids.into_iter().map(picture).collect()
}

impl CampaignPicture {
    /// The changes of its steps; none where the campaign as a whole is new or gone.
    pub(super) fn changes(&self) -> Vec<Change> {
        let mut changes = Vec::new();
        if self.mark != Mark::Changed {
            return changes;
        }
        self.steps
            .iter()
            .for_each(|step| self.collect(step, &mut changes));
        if let (true, Some((before, after))) = (changes.is_empty(), &self.exact) {
            let change = self.change(Mark::Changed, "steps", "definition", before, after);
            changes.push(change);
        }
        changes
    }

    /// The steps that do the same in other words.
    pub(super) fn reworded(&self) -> Vec<Change> {
        let mut changes = Vec::new();
        self.steps
            .iter()
            .for_each(|step| self.collect_reworded(step, &mut changes));
        changes
    }

    fn collect_reworded(&self, step: &Aligned, changes: &mut Vec<Change>) {
        if let (Some(before), Some(after)) = (&step.before, &step.after)
            && let Some(words) = &before.reworded
        {
            changes.push(self.change(Mark::Changed, &after.name, "step", words, &after.words));
        }
        let inner = step.branches.iter().flat_map(|branch| &branch.steps);
        inner.for_each(|step| self.collect_reworded(step, changes));
    }

    fn collect(&self, step: &Aligned, changes: &mut Vec<Change>) {
        match (&step.before, &step.after) {
            (Some(before), Some(after)) if before.words != after.words => {
                changes.push(self.change(
                    Mark::Changed,
                    &after.name,
                    "step",
                    &before.words,
                    &after.words,
                ));
            }
            (Some(before), Some(after)) if step.mark.is_some() => {
                changes.push(self.change(
                    Mark::Changed,
                    &after.name,
                    "id",
                    &before.name,
                    &after.name,
                ));
            }
            (Some(before), None) => {
                let change = self.change(Mark::Removed, &before.name, "", &before.words, "");
                changes.push(Change {
                    aspect: None,
                    after: None,
                    ..change
                });
            }
            (None, Some(after)) => {
                let change = self.change(Mark::Added, &after.name, "", "", &after.words);
                changes.push(Change {
                    aspect: None,
                    before: None,
                    ..change
                });
            }
            (Some(_), Some(_)) | (None, None) => {}
        }
        step.branches
            .iter()
            .flat_map(|branch| &branch.steps)
            .for_each(|inner| self.collect(inner, changes));
    }

    fn change(&self, mark: Mark, step: &str, aspect: &str, before: &str, after: &str) -> Change {
        Change {
            mark,
            kind: Kind::Step,
            id: format!("{}/{step}", self.id),
            aspect: Some(aspect.to_owned()),
            before: Some(before.to_owned()),
            after: Some(after.to_owned()),
        }
    }
}
