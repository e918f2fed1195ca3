//! The steps `fork` and `goto`: ways side by side, and the way back to a step of a list around.

use std::collections::{BTreeMap, BTreeSet};

use super::Resolver;
use super::step::Numbering;
use crate::diagnostic::{Diagnostic, codes};
use crate::model::goto::{Astray, aim};
use crate::model::ids::Id;
use crate::model::{Step, StepId, StepKind, Way};
use crate::schema::{self, Keyed, Text};

impl Resolver {
    pub(super) fn fork(
        &mut self,
        step: &schema::Step,
        name: &str,
        numbering: &mut Numbering,
    ) -> Option<StepKind> {
        let written = step.fork.as_ref()?;
        let mut seen = BTreeMap::new();
        let mut ways = Vec::new();
        for (at, way) in written.value.0.iter().enumerate() {
            let label = way
                .value
                .id
                .as_ref()
                .map_or_else(|| (at + 1).to_string(), |id| id.value.0.clone());
            let span = way
                .value
                .id
                .as_ref()
                .map_or(way.value.steps.key, |id| id.span);
            self.stands_in_a_line(&label, span);
            if let Some(first) = seen.insert(label.clone(), span) {
                self.report(
                    Diagnostic::new(
                        codes::DUPLICATE_STEP,
                        span,
                        format!("two branches of the fork are called `{label}`"),
                    )
                    .at("again here")
                    .label(first, "first here")
                    .help("give each branch an `id` of its own, or none"),
                );
            }
            let steps = self.steps(
                &way.value.steps.value.0,
                &format!("{name}/{label}/"),
                numbering,
            );
            ways.push(Way { label, steps });
        }
        Some(StepKind::Fork(ways))
    }

    /// Finds the step to which each `goto` leads.
    pub(super) fn aim(&mut self, steps: &mut [Step]) {
        let mut astray = Vec::new();
        aim(steps, &called, &mut |name, span, why| {
            astray.push((name.to_owned(), span, why));
        });
        if astray.is_empty() {
            return;
        }
        let (mut ids, mut known) = (Vec::new(), BTreeSet::new());
        for step in steps.iter() {
            step.each(&mut |step| {
                ids.extend(step.named.then_some(step.name.as_str()));
                known.extend(called(step));
            });
        }
        for (name, span, why) in astray {
            let (message, label, help) = match why {
                Astray::OutOfFork => (
                    format!("`{name}` is outside of the branch of a `fork`"),
                    "leads out of the fork",
                    Some(
                        "a branch ends with its list; let what stands behind the `fork` go back"
                            .to_owned(),
                    ),
                ),
                Astray::Unknown if known.contains(name.as_str()) => (
                    format!("`{name}` is no step of this list or of one around it"),
                    "inside another step",
                    Some("a `goto` leads to a step of its own list or of one around it".to_owned()),
                ),
                Astray::Unknown => (
                    format!("there is no step `{name}` in this campaign"),
                    "unknown step",
                    self.guesses
                        .did_you_mean(&name, ids.iter().copied())
                        .map(|meant| format!("did you mean `{meant}`?")),
                ),
            };
            let help = help.or_else(|| Some("give the step to which it leads an `id`".to_owned()));
            self.report(
                Diagnostic::new(codes::UNKNOWN_STEP, span, message)
                    .at(label)
                    .maybe_help(help),
            );
        }
    }
}

/// A `goto`; where it leads is known when all steps are.
pub(super) fn goto(to: &Keyed<Text>, scope: &str) -> StepKind {
    StepKind::Goto {
        to: StepId::from_index(0),
        name: format!("{scope}{}", to.value.0),
    }
}

/// What a step may be called: by its id; the steps of a block have it behind the block's name.
fn called(step: &Step) -> Vec<&str> {
    let inner = step
        .name
        .match_indices('/')
        .map(|(at, _)| &step.name[at + 1..]);
    if step.named {
        std::iter::once(step.name.as_str()).chain(inner).collect()
    } else {
        Vec::new()
    }
}
