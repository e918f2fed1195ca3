//! Where a `goto` leads: to a step of its own list or of one around it, never out of a branch of a
//! `fork`.

use std::collections::BTreeMap;

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

/// Aims each `goto` of a campaign: `called` says by which names a step is meant. What leads nowhere
/// is broken, and told.
pub(crate) fn aim(
    steps: &mut [Step],
    called: &impl Fn(&Step) -> Vec<&str>,
    astray: &mut impl FnMut(&str, Span, Astray),
) {
    list(steps, &mut Vec::new(), &mut Aim { called, astray });
}

struct Aim<'a, C, A> {
    called: &'a C,
    astray: &'a mut A,
}

/// The lists around a step from the outermost to its own, as the steps by what they are called,
/// each with whether it is a way of a fork.
type Around = Vec<(BTreeMap<String, (StepId, String)>, bool)>;

fn list<C: Fn(&Step) -> Vec<&str>, A: FnMut(&str, Span, Astray)>(
    steps: &mut [Step],
    around: &mut Around,
    aim: &mut Aim<'_, C, A>,
) {
    if !steps.iter().any(has_goto) {
        return;
    }
    let mut by_name = BTreeMap::new();
    for step in steps.iter() {
        for name in (aim.called)(step) {
            by_name
                .entry(name.to_owned())
                .or_insert_with(|| (step.id, step.name.clone()));
        }
    }
    around.push((by_name, false));
    for step in steps {
        match &mut step.kind {
            StepKind::Goto { to, name } => match target(around, name) {
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
            | StepKind::Broken => step
                .lists_mut()
                .into_iter()
                .for_each(|steps| list(steps, around, aim)),
        }
    }
    around.pop();
}

/// The innermost list decides; one from which a way of a fork was taken may not be gone back to.
fn target(around: &Around, name: &str) -> Result<(StepId, String), Astray> {
    let mut forked = false;
    for (by_name, in_fork) in around.iter().rev() {
        forked |= in_fork;
        if let Some(found) = by_name.get(name) {
            return if forked {
                Err(Astray::OutOfFork)
            } else {
                Ok(found.clone())
            };
        }
    }
    Err(Astray::Unknown)
}

fn has_goto(step: &Step) -> bool {
    let mut found = false;
    step.each(&mut |step| found |= matches!(step.kind, StepKind::Goto { .. }));
    found
}
