//! Where a `goto` leads: to a step of its own list or of one around it, never out of a branch of a `fork`.

use super::campaign::{Step, StepKind, Way};
use super::ids::StepId;
use crate::source::Span;

/// Why a `goto` leads nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Astray {
    /// No step is called so in a list around it.
    Unknown,
    /// The step stands outside of the branch of a fork in which the `goto` stands.
    OutOfFork,
}

/// Aims each `goto` of a campaign: `matches` says whether a step is the one that is meant by a name. What leads nowhere is broken, and told.
pub(crate) fn aim(
    steps: &mut [Step],
    matches: &impl Fn(&str, &Step) -> bool,
    astray: &mut impl FnMut(&str, Span, Astray),
) {
    list(steps, &mut Vec::new(), &mut Aim { matches, astray });
}

struct Aim<'a, M, A> {
    matches: &'a M,
    astray: &'a mut A,
}

/// The lists around a step from the outermost to its own, each with whether it is a way of a fork.
type Around = Vec<(Vec<Step>, bool)>;

fn list<M: Fn(&str, &Step) -> bool, A: FnMut(&str, Span, Astray)>(
    steps: &mut [Step],
    around: &mut Around,
    aim: &mut Aim<'_, M, A>,
) {
    if !steps.iter().any(has_goto) {
        return;
    }
    around.push((steps.iter().map(without_inside).collect(), false));
    for step in steps {
        match &mut step.kind {
            StepKind::Goto { to, name } => match target(around, name, aim.matches) {
                Ok(found) => (*to, *name) = found,
                Err(why) => {
                    (aim.astray)(name, step.span, why);
                    step.kind = StepKind::Broken;
                }
            },
            StepKind::Fork(ways) => {
                for Way { steps, .. } in ways {
                    around.last_mut().expect("it was pushed above").1 = true;
                    list(steps, around, aim);
                    around.last_mut().expect("inner lists are popped").1 = false;
                }
            }
            StepKind::Action(_)
            | StepKind::Wait(_)
            | StepKind::WaitUntil { .. }
            | StepKind::If { .. }
            | StepKind::Split(_)
            | StepKind::Await(_)
            | StepKind::Exit(_)
            | StepKind::Broken => step.lists_mut().into_iter().for_each(|steps| list(steps, around, aim)),
        }
    }
    around.pop();
}

/// The innermost list decides; one from which a way of a fork was taken may not be gone back to.
fn target(around: &Around, name: &str, matches: &impl Fn(&str, &Step) -> bool) -> Result<(StepId, String), Astray> {
    let mut forked = false;
    for (steps, in_fork) in around.iter().rev() {
        forked |= in_fork;
        if let Some(found) = steps.iter().find(|step| matches(name, step)) {
            return if forked { Err(Astray::OutOfFork) } else { Ok((found.id, found.name.clone())) };
        }
    }
    Err(Astray::Unknown)
}

fn has_goto(step: &Step) -> bool {
    let mut found = false;
    step.each(&mut |step| found |= matches!(step.kind, StepKind::Goto { .. }));
    found
}

/// What a step is called; nothing of what is inside it.
fn without_inside(step: &Step) -> Step {
    Step { kind: StepKind::Broken, name: step.name.clone(), ..*step }
}
