//! Which questions stand before a message, in the base and in the head: a message that loses one reaches people who were filtered out.

use schemars::JsonSchema;
use serde::Serialize;

use super::campaign::CampaignPicture;
use super::steps::{Aligned, StepText};

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
        walk(&campaign.steps, &[Vec::new(), Vec::new()], &mut |step, asked| {
            let [Some(before), Some(after)] = [Side::Base, Side::Head].map(|side| side.of(step)) else { return };
            if let (Some(message), true) = (&after.sends, before.sends == after.sends && asked[0] != asked[1]) {
                let [before, after] = asked.clone();
                let wider = after.iter().all(|question| before.contains(question));
                found.push(Reach { campaign: campaign.id.clone(), message: message.clone(), before, after, wider });
            }
        });
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
            let both = || self.ends(&step.then) && self.ends(&step.otherwise);
            self.of(step).is_some_and(|text| text.exits || (text.asks.is_some() && both()))
        })
    }
}

fn walk(steps: &[Aligned], asked: &Asked, visit: &mut impl FnMut(&Aligned, &Asked)) {
    let mut asked = asked.clone();
    for step in steps {
        visit(step, &asked);
        let (mut yes, mut no) = (asked.clone(), asked.clone());
        for (at, side) in [Side::Base, Side::Head].into_iter().enumerate() {
            let Some(text) = side.of(step) else { continue };
            if text.exits {
                asked[at].push("never".to_owned());
            }
            if let Some(question) = &text.asks {
                let denied = format!("not ({question})");
                yes[at].push(question.clone());
                no[at].push(denied.clone());
                asked[at].extend(side.ends(&step.then).then_some(denied));
                asked[at].extend(side.ends(&step.otherwise).then(|| question.clone()));
            }
        }
        walk(&step.then, &yes, visit);
        walk(&step.otherwise, &no, visit);
    }
}
