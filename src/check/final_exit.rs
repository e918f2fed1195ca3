//! A move out of a `final` stage that is refused whatever happens: a conversion, or a step that no
//! contact can come to from another stage.

use super::backward_move::refused_from_all;
use super::moves::Moves;
use super::reach::leads_others;
use super::weights::{Refusal, refusal};
use super::{CheckContext, Rule};
use crate::diagnostic::Diagnostic;
use crate::graph::Ladder;
use crate::model::{Funnel, Stage, StageId, Target};
use crate::source::Span;

pub(super) fn find(case: &CheckContext<'_>, rule: &Rule) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (id, funnel) in case.model.funnels.iter() {
        let moves = case.ground.moves(id);
        let ladder = Ladder::of(funnel);
        for (from, stage) in funnel.stages.iter() {
            for conversion in &stage.converts {
                let target = target((funnel, moves), &ladder, from, conversion.to)
                    .filter(|to| is_final(funnel, moves, from, *to));
                found.extend(target.map(|to| finding(rule, funnel, &[from], to, conversion.span)));
            }
        }
    }
    for site in &case.sites {
        let funnel = &case.model.funnels[site.funnel];
        let refusals = refused_from_all(case, site).unwrap_or_default();
        let from: Vec<_> = refusals.iter().map(|(from, _)| *from).collect();
        let all_final =
            !refusals.is_empty() && refusals.iter().all(|(_, why)| *why == Refusal::Final);
        found.extend(
            site.to
                .filter(|_| all_final)
                .map(|to| finding(rule, funnel, &from, to, site.step.span)),
        );
    }
    found
}

fn target(
    (funnel, moves): (&Funnel, &Moves),
    ladder: &Ladder<'_>,
    from: StageId,
    to: Target,
) -> Option<StageId> {
    match to {
        Target::Stage(stage) => Some(stage),
        Target::Next => {
            let first = ladder.next(from).next();
            first.filter(|_| {
                ladder
                    .next(from)
                    .all(|to| is_final(funnel, moves, from, to))
            })
        }
    }
}

fn is_final(funnel: &Funnel, moves: &Moves, from: StageId, to: StageId) -> bool {
    from != to
        && refusal(funnel, from, to) == Some(Refusal::Final)
        && !leads_others(funnel, moves, from, to)
}

fn finding(rule: &Rule, funnel: &Funnel, from: &[StageId], to: StageId, span: Span) -> Diagnostic {
    let stages: Vec<&Stage> = from.iter().map(|id| &funnel.stages[*id]).collect();
    let names: Vec<_> = stages
        .iter()
        .map(|stage| format!("`{}`", stage.id))
        .collect();
    let verb = if names.len() == 1 { "is" } else { "are" };
    let target = &funnel.stages[to].id;
    let message = format!(
        "nobody is moved to `{target}` here: {} {verb} `final`",
        names.join(" and ")
    );
    let finding = rule.finding(span, message).at("never moves anybody");
    stages
        .iter()
        .fold(finding, |finding, stage| {
            finding.label(stage.span, "is `final`")
        })
        .help(format!(
            "remove `final: true`, or write `back-to: [{target}]` beside it"
        ))
}
