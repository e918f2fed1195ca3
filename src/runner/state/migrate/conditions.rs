//! Which entry condition of an earlier plan is which of this one: the one that says the same, under
//! its old names or its new ones, or else one that means the same.
//!
//! A condition that is found again admits nobody whom it has let in already.

use std::collections::BTreeMap;

use crate::model::{Meanings, Model};
use crate::plan::{condition_json, former_condition_json};
use crate::runner::program::mark;
use crate::runner::state::Opened;

/// Entry conditions of an earlier plan, and those of this one that are the same, by their marks.
/// Those that are as they were are left out; one that nothing is any more has none.
pub(super) type Marks = BTreeMap<String, Vec<String>>;

/// An entry condition of this plan: its mark and its meaning, each by present names and by former
/// ones, of which there may be several.
struct Known {
    marks: [String; 2],
    means: [String; 3],
}

/// The entry conditions of a plan, by campaign.
pub(super) struct Conditions<'m>(BTreeMap<&'m str, Vec<Known>>);

impl<'m> Conditions<'m> {
    pub(super) fn of(model: &'m Model) -> Self {
        let mut meanings = [
            Meanings::of(model),
            Meanings::formerly(model),
            Meanings::lately(model),
        ];
        let campaigns = model.campaigns.values().map(|campaign| {
            let known = campaign.conditions().map(|condition| Known {
                marks: [
                    condition_json(model, condition),
                    former_condition_json(model, condition),
                ]
                .map(|it| mark(&it)),
                means: meanings
                    .each_mut()
                    .map(|meanings| meanings.condition(condition).to_string()),
            });
            (campaign.id.as_str(), known.collect())
        });
        Self(campaigns.collect())
    }

    /// What became of the conditions with which a campaign was published; it is called `campaign`
    /// now.
    pub(super) fn carried(&self, campaign: &str, opened: &Opened) -> Marks {
        let mut carried: Marks = opened
            .enter
            .iter()
            .map(|mark| (mark.clone(), Vec::new()))
            .collect();
        for known in self.0.get(campaign).into_iter().flatten() {
            let [present, _] = &known.marks;
            let now = was(known, opened)
                .and_then(|was| carried.get_mut(was))
                .filter(|now| !now.contains(present));
            now.into_iter().for_each(|now| now.push(present.clone()));
        }
        carried.retain(|was, now| *now != [was.clone()]);
        carried
    }
}

/// The mark that a condition had.
fn was<'o>(known: &Known, opened: &'o Opened) -> Option<&'o String> {
    let said = known
        .marks
        .iter()
        .find_map(|mark| opened.enter.iter().find(|was| *was == mark));
    said.or_else(|| {
        let means = |was: &&String| {
            opened
                .means
                .get(*was)
                .is_some_and(|means| known.means.contains(means))
        };
        opened.enter.iter().find(means)
    })
}

/// What a condition with this mark is now.
pub(super) fn now(marks: Option<&Marks>, mark: &str) -> std::vec::IntoIter<String> {
    let now = marks.and_then(|marks| marks.get(mark)).cloned();
    now.unwrap_or_else(|| vec![mark.to_owned()]).into_iter()
}
