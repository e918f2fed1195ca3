//! A move to a lighter stage that is refused whatever happens: a conversion, or a step that no
//! contact can come to from a lighter stage.

use super::moves::Moves;
use super::reach::leads_others;
use super::stage_flow::Site;
use super::weights::{Refusal, refusal, word};
use super::{CheckContext, Rule};
use crate::diagnostic::Diagnostic;
use crate::model::{Conversion, Funnel, FunnelId, Stage, StageId, Target};

pub(super) fn find(case: &CheckContext<'_>, rule: &Rule) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (id, funnel) in case.model.funnels.iter() {
        let moves = case.ground.moves(id);
        for (from, stage) in funnel.stages.iter() {
            for conversion in &stage.converts {
                found.extend(of_conversion(rule, (funnel, moves), from, conversion));
            }
        }
    }
    found.extend(
        case.sites
            .iter()
            .filter_map(|site| of_step(case, rule, site)),
    );
    found
}

/// The stages from which a step tries to move, if all of them always refuse it, and why.
pub(super) fn refused_from_all(
    case: &CheckContext<'_>,
    site: &Site<'_>,
) -> Option<Vec<(StageId, Refusal)>> {
    let (funnel, possible) = (&case.model.funnels[site.funnel], &site.here.possible);
    let to = site.to.filter(|_| !possible.nowhere)?;
    if possible
        .stages
        .meets(&case.ground.moves(site.funnel).allowed(to))
    {
        return None;
    }
    let refusals: Option<Vec<_>> = possible
        .stages
        .iter()
        .map(|from| Some((from, refusal(funnel, from, to)?)))
        .collect();
    refusals
        .filter(|all| !all.is_empty() && all.iter().all(|(_, why)| *why != Refusal::Unpublished))
}

fn of_conversion(
    rule: &Rule,
    (funnel, moves): (&Funnel, &Moves),
    from: StageId,
    conversion: &Conversion,
) -> Option<Diagnostic> {
    let Target::Stage(to) = conversion.to else {
        return None;
    };
    let lighter = from != to
        && refusal(funnel, from, to) == Some(Refusal::Lighter)
        && !leads_others(funnel, moves, from, to);
    let (stage, target) = (&funnel.stages[from], &funnel.stages[to]);
    lighter.then(|| {
        rule.finding(
            conversion.span,
            format!(
                "`{}` converts to `{}`, which is lighter: this is always refused",
                stage.id, target.id
            ),
        )
        .at("never moves anybody")
        .label(stage.weight_span, word(stage))
        .label(target.weight_span, word(target))
        .help(way_back(stage, target))
    })
}

fn of_step(case: &CheckContext<'_>, rule: &Rule, site: &Site<'_>) -> Option<Diagnostic> {
    let funnel = &case.model.funnels[site.funnel];
    let refusals = refused_from_all(case, site)?;
    let lighter: Vec<_> = refusals
        .iter()
        .filter(|(_, why)| *why == Refusal::Lighter)
        .map(|(from, _)| *from)
        .collect();
    let (target, first) = (&funnel.stages[site.to?], &funnel.stages[*lighter.first()?]);
    let message = format!(
        "the move to `{}` is always refused: {}",
        target_name(case, site.funnel, target),
        from_where(funnel, &lighter)
    );
    let finding = rule
        .finding(site.step.span, message)
        .at("never moves anybody")
        .label(target.weight_span, word(target));
    let finding = lighter
        .iter()
        .take(3)
        .map(|from| &funnel.stages[*from])
        .fold(finding, |finding, stage| {
            finding.label(stage.weight_span, word(stage))
        });
    Some(finding.help(way_back(first, target)))
}

fn target_name(case: &CheckContext<'_>, funnel: FunnelId, stage: &Stage) -> String {
    format!("{}/{}", case.model.funnels[funnel].id, stage.id)
}

fn from_where(funnel: &Funnel, from: &[StageId]) -> String {
    let names: Vec<_> = from
        .iter()
        .map(|id| format!("`{}`", funnel.stages[*id].id))
        .collect();
    match names.as_slice() {
        [one] => format!("contacts come here from {one}, which is heavier"),
        [a, b] => format!("contacts come here from {a} or {b}, which are heavier"),
        _ => "contacts come here from heavier stages only".to_owned(),
    }
}

fn way_back(from: &Stage, to: &Stage) -> String {
    format!(
        "write `back-to: [{}]` on `{}` if contacts may go back",
        to.id, from.id
    )
}
