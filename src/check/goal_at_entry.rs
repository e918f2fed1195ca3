//! A `goal` or an `exit-when` that holds for everybody whom `enter` would let in, or who would be
//! enrolled: nobody comes in.

use std::collections::BTreeSet;

use super::follow::asked_by;
use super::together::{From, Thing};
use super::{CheckContext, Rule};
use crate::diagnostic::Diagnostic;
use crate::model::{Action, Campaign, CampaignId, Condition, Enter, StepKind};
use crate::source::Span;

pub(super) fn find(case: &CheckContext<'_>, rule: &Rule) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (id, campaign) in case.model.campaigns.iter() {
        for (word, over) in over(case, id) {
            for way in &campaign.enter {
                let Some(enter) = asked_by(way) else { continue };
                let mut together = case.together.borrow_mut();
                let is_over = together.never(&[(&enter, true), (over, false)], From::Campaign)
                    && !together.never(&[(&enter, true)], From::Campaign)
                    && !together.never(&[(over, false)], From::Campaign);
                if is_over {
                    found.push(told(rule, campaign, word, over.span, span(way)));
                }
            }
        }
        for visit in &case.followed[id].visits {
            let StepKind::Action(Action::Enroll(other)) = visit.step.kind else {
                continue;
            };
            for (word, over) in over(case, other) {
                if visit.known.never(case, &[(over, false)]) {
                    let body = &case.model.campaigns[other];
                    found.push(told(rule, body, word, over.span, visit.step.span));
                }
            }
        }
    }
    found
}

/// What lets nobody in who meets it, with its word. What counts from the entry, or asks how the
/// contact stands with the campaign itself, comes out otherwise before it.
fn over<'a>(case: &CheckContext<'a>, id: CampaignId) -> Vec<(&'static str, &'a Condition)> {
    let campaign = &case.model.campaigns[id];
    let both = [("goal", &campaign.goal), ("exit-when", &campaign.exit_when)];
    let both = both
        .into_iter()
        .filter_map(|(word, over)| Some((word, over.as_ref()?)));
    both.filter(|(_, over)| {
        let things: Option<BTreeSet<Thing>> = case.together.borrow().things(over);
        let differs = |thing: &Thing| match thing {
            Thing::Event(_) => true,
            Thing::Campaign(asked) => *asked == id,
            Thing::Field(_) | Thing::Company(_) | Thing::Property(..) => false,
            Thing::Points | Thing::Group(_) | Thing::Tag(_) | Thing::Tags => false,
            Thing::Funnel(_) | Thing::Reachable(_) | Thing::Members(_) => false,
        };
        things.is_some_and(|things| !things.iter().any(differs))
    })
    .collect()
}

fn span(way: &Enter) -> Span {
    match way {
        Enter::Condition(condition) => condition.span,
        Enter::Entered { span, .. } => *span,
        Enter::Event(pattern) => pattern.span,
    }
}

fn told(rule: &Rule, campaign: &Campaign, word: &str, over: Span, way: Span) -> Diagnostic {
    let message = format!(
        "this lets nobody into `{}`: its `{word}` holds for all of them already",
        campaign.id
    );
    rule.finding(way, message)
        .at("lets nobody in")
        .label(over, "holds for all of them")
        .help(format!(
            "ask for something in `{word}` that is still to come"
        ))
}
