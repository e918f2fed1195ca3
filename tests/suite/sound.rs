//! Nothing untrue is found: sound projects of which something untrue was said once, and the errors of generated ones, each held against the rule of moves.

use funnelc::diagnostic::Diagnostic;
use funnelc::model::{Funnel, StageId, Target};
use funnelc::source::Sources;

use crate::findings;
use crate::generate::Case;

const SOUND: &str = include_str!("../fixtures/sound.yaml");

#[test]
fn sound_projects_have_no_finding() {
    let mut wrong = String::new();
    for project in SOUND.split("\n=====\n") {
        let mut sources = Sources::default();
        sources.add("funnelc.yaml", project);
        let compiled = funnelc::compile(sources);
        if !compiled.diagnostics.is_empty() {
            wrong += &format!("{project}\n{}\n", findings::show(&compiled.sources, compiled.diagnostics));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// "Always refused" is a proof: where a line leads anybody on, as the language has it, it is no error. With `order: loose` a line of a
/// heavier stage leads on those in lighter ones.
#[test]
fn a_line_that_moves_somebody_is_no_error() {
    let (mut refused, mut led_by_others) = (0, 0);
    for seed in 0..300 {
        let case = Case::new(seed);
        let mut sources = Sources::default();
        sources.add("funnelc.yaml", case.project(0));
        for (path, text) in &case.files {
            sources.attach(path, text);
        }
        let compiled = funnelc::compile_for(sources, case.environment());
        for funnel in compiled.model.funnels.values() {
            for (stage, body) in funnel.stages.iter() {
                for conversion in &body.converts {
                    let Target::Stage(target) = conversion.to else { continue };
                    let is_told = |it: &Diagnostic| {
                        it.primary.span == conversion.span && ["backward-move", "final-exit"].contains(&it.code.0)
                    };
                    let told = compiled.diagnostics.iter().any(is_told);
                    let moved: Vec<_> = funnel.stages.ids().filter(|at| leads(funnel, stage, target, *at)).collect();
                    assert!(!told || moved.is_empty(), "seed {seed}: `{}` leads on {moved:?}", body.id);
                    refused += u32::from(told);
                    led_by_others += u32::from(!moved.is_empty() && !moved.contains(&stage));
                }
            }
        }
    }
    assert!(led_by_others > 0, "no line that leads on from other stages only, {refused} that are refused");
}

/// Whether the conversion of `stage` to `target` can move who is in `at`.
fn leads(funnel: &Funnel, stage: StageId, target: StageId, at: StageId) -> bool {
    let weight = |id: StageId| funnel.stages[id].weight;
    let here = &funnel.stages[at];
    let asked = at == stage || (funnel.loose && weight(at) < weight(stage) && weight(target) > weight(at));
    let back = here.back_to.iter().any(|(to, _)| *to == target);
    let allowed = back || (!here.is_final && (funnel.free || weight(target) >= weight(at)));
    let open = funnel.publish.published && funnel.stages[target].publish.published;
    asked && allowed && open && at != target
}
