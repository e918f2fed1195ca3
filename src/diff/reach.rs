//! Which questions stand before a message, in the base and in the head: a message that loses one
//! reaches people who were filtered out.

use schemars::JsonSchema;
use serde::Serialize;

use super::campaign::CampaignPicture;
use super::steps::{Aligned, AlignedBranch, StepText};

/// A message before which other questions stand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Reach {
    /// The campaign.
    pub campaign: String,
    /// The content.
    pub message: String,
    /// Who came to it in the base: all that must hold, or nothing for everybody in the campaign.
    pub before: Vec<String>,
    /// Who comes to it in the head.
    pub after: Vec<String>,
    /// Whether nothing is asked that was not asked before, and less.
    pub wider: bool,
}

/// The messages that stay, and are reached in another way.
pub(super) fn reaches(campaigns: &[CampaignPicture]) -> Vec<Reach> {
    let mut found = Vec::new();
    for campaign in campaigns {
        walk(
            &campaign.steps,
            &[Vec::new(), Vec::new()],
            &mut |step, asked| {
                let [Some(before), Some(after)] =
                    [Side::Base, Side::Head].map(|side| side.of(step))
                else {
                    return;
                };
                if let (Some(message), true) = (
                    &after.sends,
                    before.sends == after.sends && asked[0] != asked[1],
                ) {
                    let [before, after] = asked.clone();
                    let wider = after.iter().all(|question| before.contains(question));
                    found.push(Reach {
                        campaign: campaign.id.clone(),
                        message: message.clone(),
                        before,
                        after,
                        wider,
                    });
                }
            },
        );
    }
    found
}

/// What is asked in the base and in the head.
type Asked = [Vec<String>; 2];

#[derive(Clone, Copy)]
enum Side {
    Base,
    Head,
}

impl Side {
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

fn walk(steps: &[Aligned], asked: &Asked, visit: &mut impl FnMut(&Aligned, &Asked)) {
    let mut asked = asked.clone();
    for step in steps {
        visit(step, &asked);
        let before = asked.clone();
        for (at, side) in [Side::Base, Side::Head].into_iter().enumerate() {
            if side.of(step).is_some_and(|text| text.exits) {
                asked[at].push("never".to_owned());
            }
        }
        for branch in &step.branches {
            let mut inside = before.clone();
            for (at, side) in [Side::Base, Side::Head].into_iter().enumerate() {
                let Some((holds, denied)) = side.of(step).map(|text| question(text, &branch.word))
                else {
                    continue;
                };
                if side.has(branch) && side.ends(&branch.steps) {
                    asked[at].push(denied);
                }
                inside[at].push(holds);
            }
            walk(&branch.steps, &inside, visit);
        }
    }
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
