//! Two campaigns of which each lets in whom the other has just let go: their contacts go from one
//! to the other for ever.

use std::collections::{BTreeMap, BTreeSet};

use super::follow::Known;
use super::together::{From, Thing};
use super::{CheckContext, Rule};
use crate::diagnostic::Diagnostic;
use crate::model::{Campaign, CampaignId, Condition, ConditionKind, Enter, Step};

/// With so many others a campaign is compared, and no more: nobody reads through more findings.
const MOST: usize = 10;

/// A campaign that takes contacts in again and again.
struct Round<'c, 'a> {
    campaign: &'a Campaign,
    enter: Condition,
    /// What is known of those who have come through it.
    end: &'c Known<'a>,
}

pub(super) fn find(case: &CheckContext<'_>, rule: &Rule) -> Vec<Diagnostic> {
    let rounds: BTreeMap<CampaignId, Round<'_, '_>> = case
        .model
        .campaigns
        .iter()
        .filter_map(|(id, campaign)| Some((id, round(case, id, campaign)?)))
        .collect();
    let mut by_thing: BTreeMap<Thing, Vec<CampaignId>> = BTreeMap::new();
    for (id, round) in &rounds {
        let things = case.together.borrow().things(&round.enter);
        for thing in things.unwrap_or_default() {
            by_thing.entry(thing).or_default().push(*id);
        }
    }
    let mut found = Vec::new();
    for (id, one) in &rounds {
        let changed = one.end.done().flat_map(|fact| fact.things.iter());
        let others: BTreeSet<CampaignId> = changed
            .filter_map(|thing| by_thing.get(thing))
            .flatten()
            .copied()
            .filter(|other| other > id)
            .take(MOST)
            .collect();
        for other in others {
            let other = &rounds[&other];
            if leads_to(case, one, other) && leads_to(case, other, one) {
                found.push(told(rule, one, other));
            }
        }
    }
    found
}

fn round<'c, 'a>(
    case: &'c CheckContext<'a>,
    id: CampaignId,
    campaign: &'a Campaign,
) -> Option<Round<'c, 'a>> {
    let is_open = campaign.publish.published && campaign.reenter.is_some();
    let is_plain = campaign.goal.is_none() && campaign.exit_when.is_none();
    let ways = campaign.enter.iter().map(|way| match way {
        Enter::Condition(condition) => Some(condition.clone()),
        Enter::Entered { .. } | Enter::Event(_) => None,
    });
    let ways = ways.collect::<Option<Vec<_>>>();
    let ways = ways.filter(|ways| is_open && is_plain && !ways.is_empty())?;
    let end = case.followed[id].end.as_deref()?;
    end.done().next()?;
    Some(Round {
        campaign,
        enter: Condition {
            span: ways[0].span,
            kind: ConditionKind::Any(ways),
        },
        end,
    })
}

/// Whether whoever has come through one campaign meets what lets into the other, and did not meet
/// it while the first one let it in.
fn leads_to<'a>(case: &CheckContext<'a>, one: &Round<'_, 'a>, other: &Round<'_, 'a>) -> bool {
    let mut together = case.together.borrow_mut();
    let apart = together.never(&[(&one.enter, true), (&other.enter, true)], From::Campaign);
    drop(together);
    apart && one.end.never(case, &[(&other.enter, false)])
}

fn told(rule: &Rule, one: &Round<'_, '_>, other: &Round<'_, '_>) -> Diagnostic {
    let (first, second) = (&one.campaign.id, &other.campaign.id);
    let message = format!(
        "`{first}` and `{second}` pass contacts to each other for ever: each lets in whom the \
            other has changed"
    );
    let finding = rule
        .finding(other.enter.span, message)
        .at(format!("holds behind `{first}`"))
        .label(one.enter.span, format!("holds behind `{second}`"));
    let steps = [last_step(one), last_step(other)].into_iter().flatten();
    let finding = steps.fold(finding, |finding, step| {
        finding.label(step.span, "lets into the other")
    });
    finding.help("take `reenter` out of one of them, or let one ask for more")
}

fn last_step<'a>(round: &Round<'_, 'a>) -> Option<&'a Step> {
    round.end.done().last().and_then(|fact| fact.step)
}
