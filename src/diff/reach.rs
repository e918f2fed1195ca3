//! Which questions stand before a message, in the base and in the head: a message that loses one
//! reaches people who were filtered out. Of many questions some are told, and how many more there
//! are, so that what is told of a campaign is as long as its text.

use std::collections::HashMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::campaign::CampaignPicture;
use super::steps::{Aligned, AlignedBranch, StepText};
use crate::screen::shortened;

/// So many questions are told before a message, and of each so many characters: people read a few,
/// and before each message stand all that came before it.
const MOST_TOLD: usize = 20;
const ROOM: usize = 500;

/// A message before which other questions stand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Reach {
    /// The campaign.
    pub campaign: String,
    /// The content.
    pub message: String,
    /// Who came to it in the base: what must hold, or nothing for everybody in the campaign; of
    /// many questions twenty, from the first on that differs.
    pub before: Vec<String>,
    /// Who comes to it in the head.
    pub after: Vec<String>,
    /// How many more questions the base asks, where it asks more than those.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before_more: Option<usize>,
    /// How many more the head asks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after_more: Option<usize>,
    /// Whether nothing is asked that was not asked before, and less.
    pub wider: bool,
}

/// The messages that stay, and are reached in another way.
pub(super) fn reaches(campaigns: &[CampaignPicture]) -> Vec<Reach> {
    let mut found = Vec::new();
    for campaign in campaigns {
        let visit = &mut |step: &Aligned, asked: &Asked| {
            let (Some(before), Some(after)) = (&step.before, &step.after) else {
                return;
            };
            if let (Some(message), true) =
                (&after.sends, before.sends == after.sends && asked.differ())
            {
                let ([before, after], [before_more, after_more]) = asked.told();
                found.push(Reach {
                    campaign: campaign.id.clone(),
                    message: message.clone(),
                    before,
                    after,
                    before_more,
                    after_more,
                    wider: asked.only_after == 0,
                });
            }
        };
        walk(&campaign.steps, &mut Asked::default(), visit);
    }
    found
}

/// What is asked in the base and in the head; how the two differ is kept, and not looked for before
/// each message.
#[derive(Default)]
struct Asked {
    /// Each question by its text.
    numbers: HashMap<String, usize>,
    /// As much of it as is told.
    shown: Vec<String>,
    /// By question: how often it is asked.
    often: Vec<[usize; 2]>,
    /// On each side, in order.
    sides: [Vec<usize>; 2],
    /// So many questions at the beginning are the same.
    common: usize,
    /// So many are asked in the head only.
    only_after: usize,
}

impl Asked {
    fn differ(&self) -> bool {
        self.sides.iter().any(|side| side.len() != self.common)
    }

    fn push(&mut self, side: Side, question: String) {
        let number = match self.numbers.get(&question) {
            Some(known) => *known,
            None => {
                self.shown.push(shortened(&question, ROOM).into_owned());
                self.often.push([0; 2]);
                self.numbers.insert(question, self.often.len() - 1);
                self.often.len() - 1
            }
        };
        self.sides[side as usize].push(number);
        self.count(number, |often| often[side as usize] += 1);
        while let [Some(base), Some(head)] =
            [&self.sides[0], &self.sides[1]].map(|side| side.get(self.common))
            && base == head
        {
            self.common += 1;
        }
    }

    /// Takes back what was asked beyond so many on each side.
    fn back_to(&mut self, lengths: [usize; 2]) {
        for (at, length) in lengths.into_iter().enumerate() {
            for number in self.sides[at].split_off(length) {
                self.count(number, |often| often[at] -= 1);
            }
            self.common = self.common.min(length);
        }
    }

    fn count(&mut self, number: usize, change: impl FnOnce(&mut [usize; 2])) {
        let often = &mut self.often[number];
        let is_new = |often: [usize; 2]| usize::from(often[0] == 0 && often[1] > 0);
        let before = is_new(*often);
        change(often);
        self.only_after = self.only_after + is_new(*often) - before;
    }

    fn lengths(&self) -> [usize; 2] {
        [self.sides[0].len(), self.sides[1].len()]
    }

    /// The questions of both sides, and how many more there are.
    fn told(&self) -> ([Vec<String>; 2], [Option<usize>; 2]) {
        let told = self.sides.each_ref().map(|side| {
            let first = self.common.min(side.len().saturating_sub(MOST_TOLD));
            let told = side.iter().skip(first).take(MOST_TOLD);
            told.map(|number| self.shown[*number].clone()).collect()
        });
        let more = self
            .lengths()
            .map(|all| all.checked_sub(MOST_TOLD).filter(|more| *more > 0));
        (told, more)
    }
}

#[derive(Clone, Copy)]
enum Side {
    Base,
    Head,
}

impl Side {
    const BOTH: [Self; 2] = [Self::Base, Self::Head];

    fn of(self, step: &Aligned) -> Option<&StepText> {
        match self {
            Self::Base => step.before.as_ref(),
            Self::Head => step.after.as_ref(),
        }
    }

    /// Whether nobody comes to the end of a list.
    fn ends(self, steps: &[Aligned]) -> bool {
        steps.iter().any(|step| {
            let all = || {
                step.branches
                    .iter()
                    .filter(|branch| self.has(branch))
                    .all(|branch| self.ends(&branch.steps))
            };
            self.of(step).is_some_and(|text| {
                text.exits || text.goes_to.is_some() || (!step.branches.is_empty() && all())
            })
        })
    }

    fn has(self, branch: &AlignedBranch) -> bool {
        match self {
            Self::Base => branch.sides[0],
            Self::Head => branch.sides[1],
        }
    }
}

fn walk(steps: &[Aligned], asked: &mut Asked, visit: &mut impl FnMut(&Aligned, &Asked)) {
    let around = asked.lengths();
    for step in steps {
        visit(step, asked);
        let before = asked.lengths();
        // What those who come to the next step were asked besides.
        let mut denied = Vec::new();
        for side in Side::BOTH {
            if side.of(step).is_some_and(|text| text.exits) {
                denied.push((side, "never".to_owned()));
            }
        }
        for branch in &step.branches {
            for side in Side::BOTH {
                let Some((holds, not)) = side.of(step).map(|text| question(text, &branch.word))
                else {
                    continue;
                };
                if side.has(branch) && side.ends(&branch.steps) {
                    denied.push((side, not));
                }
                asked.push(side, holds);
            }
            walk(&branch.steps, asked, visit);
            asked.back_to(before);
        }
        for (side, question) in denied {
            asked.push(side, question);
        }
    }
    asked.back_to(around);
}

/// What holds for the contacts that take a branch, and for those that do not.
fn question(text: &StepText, word: &str) -> (String, String) {
    let holds = text
        .asks
        .clone()
        .unwrap_or_else(|| format!("{word} of {}", text.name));
    let denied = format!("not ({holds})");
    if word == "else" && text.asks.is_some() {
        (denied, holds)
    } else {
        (holds, denied)
    }
}
