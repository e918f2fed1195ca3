//! Branches of a split without an id: their shares are their names, so that a changed share is
//! another branch.

use std::collections::BTreeSet;

use super::{CheckContext, Rule};
use crate::diagnostic::Diagnostic;
use crate::model::{Campaign, Share, Step, StepKind};

pub(super) fn find(case: &CheckContext<'_>, rule: &Rule) -> Vec<Diagnostic> {
    let published = case
        .model
        .campaigns
        .values()
        .filter(|campaign| campaign.publish.published);
    published
        .flat_map(|campaign| in_campaign(campaign, rule))
        .collect()
}

fn in_campaign(campaign: &Campaign, rule: &Rule) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    campaign.each_step(|step| {
        let StepKind::Split(shares) = &step.kind else { return };
        let unnamed = ids(step, shares);
        if unnamed.is_empty() {
            return;
        }
        let names: Vec<_> = unnamed.iter().map(|(share, _)| format!("`{}`", share.label)).collect();
        let lines: Vec<_> = unnamed.iter().map(|(share, id)| format!("`{{ id: {id}, share: {}, … }}`", share.share)).collect();
        let (are, is) = if names.len() == 1 { ("a branch", "is") } else { ("branches", "are") };
        let message = format!("{are} of `{}` in `{}` {is} known by share alone: {}", step.name, campaign.id, names.join(", "));
        found.push(rule.finding(step.span, message).at("without ids").help(format!(
            "write {}: with another share and no `id` the branch has another name in the outputs, and no run starts while contacts wait in it; other steps in it \
             send those who come later other ways",
            lines.join(" and ")
        )));
    });
    found
}

/// The branches without an id, each with one that it could have: what its first step is about, or
/// its place.
fn ids<'a>(step: &Step, shares: &'a [Share]) -> Vec<(&'a Share, String)> {
    let is_named = |share: &Share| share.label.parse::<u8>().is_err() && !share.label.contains('#');
    let mut taken: BTreeSet<String> = shares
        .iter()
        .filter(|share| is_named(share))
        .map(|it| it.label.clone())
        .collect();
    let mut found = Vec::new();
    for (at, share) in shares
        .iter()
        .enumerate()
        .filter(|(_, share)| !is_named(share))
    {
        let about = share
            .steps
            .first()
            .and_then(|first| about(&step.name, share, first));
        let id = about
            .filter(|id| !taken.contains(id))
            .unwrap_or_else(|| format!("way-{}", at + 1));
        taken.insert(id.clone());
        found.push((share, id));
    }
    found
}

fn about(split: &str, share: &Share, first: &Step) -> Option<String> {
    let name = first
        .name
        .strip_prefix(&format!("{split}/{}/", share.label))
        .unwrap_or(&first.name);
    let about = name.rsplit(':').next()?;
    let is_id = about.starts_with(|c: char| c.is_ascii_lowercase())
        && about
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    is_id.then(|| about.to_owned())
}
