//! A step that moves some contacts and is refused for others, who go on in the campaign all the
//! same; a hint, for that may be meant.

use super::backward_move::refused_from_all;
use super::stage_flow::Site;
use super::stage_set::StageSet;
use super::weights::word;
use super::{CheckContext, Rule};
use crate::diagnostic::Diagnostic;
use crate::model::{Campaign, StageId};

/// So many stages are named.
const NAMED: usize = 12;

pub(super) fn find(case: &CheckContext<'_>, rule: &Rule) -> Vec<Diagnostic> {
    let sites = case.sites.iter();
    let told = sites.filter_map(|site| of_step(case, rule, site));
    let beyond = case.beyond.iter();
    told.chain(beyond.map(|campaign| not_looked_at(rule, campaign)))
        .collect()
}

/// Nothing is known of its moves, and somebody might take that for praise.
fn not_looked_at(rule: &Rule, campaign: &Campaign) -> Diagnostic {
    let message = format!(
        "which contacts the moves of `{}` are refused for is not looked at: it has too many `goto` \
            for so many moves",
        campaign.id
    );
    rule.finding(campaign.span, message)
        .at("is not looked at")
        .help("split the campaign, or let fewer steps `goto` others")
}

fn of_step(case: &CheckContext<'_>, rule: &Rule, site: &Site<'_>) -> Option<Diagnostic> {
    let funnel = &case.model.funnels[site.funnel];
    let to = site.to?;
    let refused = refusing(case, site, to);
    let target = &funnel.stages[to];
    let stages = || refused.iter().map(|from| &funnel.stages[from]);
    let first = stages().next()?;
    let names: Vec<_> = stages()
        .take(NAMED)
        .map(|stage| format!("`{}`", stage.id))
        .collect();
    let more = refused.len().saturating_sub(NAMED);
    let more = if more == 0 {
        String::new()
    } else {
        format!(" and {more} more")
    };
    let message = format!(
        "the move to `{}/{}` is refused for contacts in {}{more}",
        funnel.id,
        target.id,
        names.join(", ")
    );
    let finding = rule
        .finding(site.step.span, message)
        .at("moves not everybody")
        .label(target.weight_span, word(target));
    let finding = stages().take(3).fold(finding, |finding, stage| {
        finding.label(stage.weight_span, label(stage))
    });
    Some(finding.help(format!(
        "write `back-to: [{}]` on `{}` if they may go back, or keep them away, as with `if: \
            {{ not: {{ stage: {}/{} }} }}`",
        target.id, first.id, funnel.id, first.id
    )))
}

fn label(stage: &crate::model::Stage) -> String {
    if stage.is_final {
        "is `final`".to_owned()
    } else {
        word(stage)
    }
}

/// Those from which it is refused, unless it is refused from all, which is an error of its own, or
/// the target is not published.
fn refusing(case: &CheckContext<'_>, site: &Site<'_>, to: StageId) -> StageSet {
    let funnel = &case.model.funnels[site.funnel];
    let is_open = funnel.publish.published && funnel.stages[to].publish.published;
    if !is_open || funnel.broken || refused_from_all(case, site).is_some() {
        return StageSet::default();
    }
    site.here
        .expected
        .stages
        .except(&case.ground.moves(site.funnel).allowed(to))
}
